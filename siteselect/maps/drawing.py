"""The Folium map of an assessment: base map, switchable layers, sites by score, legend.

Nothing comes from the internet: Leaflet and the map's own script are files of this package, the
base map is drawn from the study's layers. Folium writes JavaScript, where HTML escaping does not
protect, so all data pass through `script_json` and reach the page as text.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import folium
import pandas as pd
from branca.element import MacroElement
from folium.map import Layer as FoliumLayer
from folium.template import Template

from siteselect.decision.ranking import order
from siteselect.design.routes import routes_of
from siteselect.maps import features, legend, noise, style
from siteselect.maps.encoding import script_json

if TYPE_CHECKING:
    from siteselect.assess import Assessment

OSM_CREDIT = "© OpenStreetMap contributors"
MAX_ZOOM = 19

_MANY_SITES = 300


@dataclass(frozen=True, slots=True)
class Overlay:
    """A switchable layer, ready to be written into the map."""

    title: str
    shown: bool
    spec: str


@dataclass(frozen=True, slots=True)
class MapData:
    """What the map of one assessment holds whatever the weights are: strings, safe to cache.

    `ground` is the base map as JSON bytes and `ground_name` a file name made of its hash;
    `frame` and `legend` are written into the script as they are.
    """

    centre: tuple[float, float]
    frame: str
    ground: bytes
    ground_name: str
    overlays: tuple[Overlay, ...]
    legend: str


@dataclass(frozen=True, slots=True)
class Focus:
    """A wish to bring a site to the middle of the map; a new `turn` makes it a new wish."""

    site_id: str
    turn: int


class _Script(MacroElement):  # type: ignore[misc]  # folium is seen untyped
    """A line of JavaScript, in which `MAP` and `GROUP` stand for map and parent group."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.written() }}{% endmacro %}")

    def __init__(self, code: str) -> None:
        super().__init__()
        self._name = "Script"
        self.code = code

    def written(self) -> str:
        """Fill in the names, which streamlit-folium changes until the very last moment."""
        group = self._parent
        home = group if isinstance(group, folium.Map) else group._parent  # noqa: SLF001 - folium's way up
        filled = self.code.replace("MAP", home.get_name(), 1)
        return filled.replace("GROUP", group.get_name(), 1)


class _Drawn(FoliumLayer):  # type: ignore[misc]  # folium is seen untyped
    """A layer that the map's own script draws, known to Folium's layer control."""

    _template = Template(
        "{% macro script(this, kwargs) %}var {{ this.get_name() }} = "
        "siteselectMap.overlay({{ this._parent.get_name() }}, {{ this.spec }});{% endmacro %}"
    )

    def __init__(self, overlay: Overlay) -> None:
        super().__init__(name=overlay.title, overlay=True, control=True, show=overlay.shown)
        self._name = "Drawn"
        self.spec = overlay.spec


def map_data(assessment: Assessment) -> MapData:
    """Gather everything on the map that no change of weights can move."""
    layers = assessment.layers
    ground = features.ground(assessment.territory)
    overlays = []
    invented = "noise_screens" in layers and layers["noise_screens"].illustrative
    parts = [legend.part("plant_noise", noise.TITLE, noise.LOOK, invented=invented)]
    for key, look in style.LAYER_LOOKS.items():
        layer = layers.get(key)
        spec = None if layer is None else features.overlay(layer, look, assessment.territory.crs)
        if layer is None or spec is None:
            continue
        title = layer.spec.title + (" (illustrative)" if layer.illustrative else "")
        overlays.append(Overlay(title, look.shown, script_json(spec)))
        parts.append(legend.part(key, layer.spec.title, look, invented=layer.illustrative))
    for kind, (title, needed, look) in style.ROUTE_LOOKS.items():
        if needed in layers:
            key = f"route_{kind}"
            overlays.append(Overlay(title, look.shown, script_json({"key": key, "form": "routes"})))
            parts.append(legend.part(key, title, look, invented=layers[needed].illustrative))
    west, south, east, north = _bounds(assessment)
    return MapData(
        centre=((south + north) / 2, (west + east) / 2),
        frame=script_json(
            {
                "bounds": [[south, west], [north, east]],
                "credits": _credits(assessment),
                "label": "Map of the sites; the ranking table holds the same in words",
            }
        ),
        ground=ground,
        ground_name=f"{hashlib.sha256(ground).hexdigest()[:32]}.json",
        overlays=tuple(overlays),
        legend=script_json(legend.legend(parts, illustrative_titles(assessment))),
    )


def draw(data: MapData, assets_url: str, ground_url: str | None) -> folium.Map:
    """Build the fixed part of the map.

    Build it anew for every page run: streamlit-folium renames what is inside a Folium object, so
    a shared one leaves the second reader with a blank map.

    Parameters
    ----------
    data : what to draw.
    assets_url : where the browser finds the package's `static` folder.
    ground_url : where it finds the base map; None writes the base map into the script.
    """
    drawn = folium.Map(
        location=data.centre, tiles=None, zoom_start=13, font_size="13px", zoom_snap=0.25
    )
    # Without tiles Leaflet knows no deepest zoom, and Folium drops the argument of that name.
    drawn.options["maxZoom"] = MAX_ZOOM
    drawn.default_js = [
        ("leaflet", f"{assets_url}/leaflet/leaflet.js"),
        ("siteselect_map", f"{assets_url}/siteselect/map.js"),
    ]
    drawn.default_css = [
        ("leaflet_css", f"{assets_url}/leaflet/leaflet.css"),
        ("siteselect_map_css", f"{assets_url}/siteselect/map.css"),
    ]
    drawn.add_child(_Script(f"siteselectMap.prepare(MAP, {data.frame});"))
    source = (
        f'"data":{script_json(json.loads(data.ground))}'
        if ground_url is None
        else f'"url":{script_json(ground_url)}'
    )
    looks = script_json({"styles": style.GROUND, "streets": style.street_looks()})
    drawn.add_child(_Script(f"siteselectMap.ground(MAP, {{{source},{looks[1:]});"))
    for overlay in data.overlays:
        drawn.add_child(_Drawn(overlay))
    drawn.add_child(_Script(f"siteselectMap.legend(MAP, {data.legend});"))
    drawn.add_child(folium.LayerControl(collapsed=True))
    return drawn


def site_group(
    assessment: Assessment,
    selected: str | None,
    focus: Focus | None = None,
    contour: noise.Picture | None = None,
) -> folium.FeatureGroup:
    """Build the part of the map that follows weights and selection: the sites.

    Parameters
    ----------
    assessment : the sites and their present ranking.
    selected : site to ring.
    focus : site to bring to the middle.
    contour : noise of the plant at the selected site, where it is to be shown.
    """
    group = folium.FeatureGroup(name="Sites", control=False)
    # streamlit-folium appends every group it is given to this list and never clears it.
    group.add_child(_Script("window.feature_group = [];"))
    ways = script_json(routes_spec(assessment, selected))
    group.add_child(_Script(f"siteselectMap.routes(MAP, GROUP, {ways});"))
    spec = script_json(noise.spec(selected, contour))
    group.add_child(_Script(f"siteselectMap.contour(MAP, GROUP, {spec});"))
    spec = script_json(sites_spec(assessment, selected, focus))
    group.add_child(_Script(f"siteselectMap.sites(MAP, GROUP, {spec});"))
    return group


def routes_spec(assessment: Assessment, selected: str | None) -> dict[str, Any]:
    """Draw the ways of the leading sites, and of the one that is selected, by kind."""
    table = assessment.ranking.table
    leading = [site for site in order(table) if pd.notna(table.loc[site, "rank"])][: style.ROUTED]
    more = [site for site in table.index if site == selected and site not in leading]
    drawn = routes_of(assessment.study, assessment.territory, assessment.sites, [*leading, *more])
    names = {site: str(name) or str(site) for site, name in assessment.sites["name"].items()}
    looks = {kind: look.looks for kind, (_, _, look) in style.ROUTE_LOOKS.items()}
    return {
        "data": features.ways(drawn, names),
        "styles": {kind: [part.style for part in some] for kind, some in looks.items()},
    }


def sites_spec(assessment: Assessment, selected: str | None, focus: Focus | None) -> dict[str, Any]:
    """Say of every site where it lies, how it looks and what its tooltip tells."""
    table = assessment.ranking.table
    sites = assessment.sites.loc[table.index, ["name", "lat", "lon"]]
    failed = assessment.findings.loc[assessment.findings["verdict"] == "fail"]
    reasons = failed.groupby("site_id")["title"].agg(list).to_dict()
    spec: dict[str, Any] = {
        "sites": [
            _site(row, site, reasons.get(row.Index, []))
            for row, site in zip(table.itertuples(), sites.to_dict("records"), strict=True)
        ],
        "selected": selected,
        "styles": style.site_looks(8.0 if len(table) <= _MANY_SITES else 5.0),
        "halo": style.HALO,
        "ring": style.RING,
    }
    if focus is not None and focus.site_id in sites.index:
        place = sites.loc[focus.site_id]
        spec["focus"] = {"lat": float(place["lat"]), "lon": float(place["lon"]), "turn": focus.turn}
    return spec


def illustrative_titles(assessment: Assessment) -> list[str]:
    """List the layers that were, wholly or in part, invented for a demonstration."""
    return [layer.spec.title for layer in assessment.layers.values() if layer.illustrative]


def _site(row: Any, site: dict[Any, Any], failed: list[str]) -> dict[str, Any]:
    ranked = not pd.isna(row.rank)
    shade = style.score_class(row.score_low)
    sure = row.evidence_share >= style.UNSURE_BELOW_SHARE
    low, high = 100 * row.score_low, 100 * row.score_high
    points = f"{low:.0f} to {high:.0f}" if f"{low:.0f}" != f"{high:.0f}" else f"{low:.0f}"
    lines = [str(site["name"]) or str(row.Index)]
    if ranked:
        lines.append(f"rank {row.rank} (could be {row.rank_best} to {row.rank_worst})")
        lines.append(f"{points} of 100 points, {row.evidence_share:.0%} of the weight is known")
    else:
        lines.append("not ranked: " + "; ".join(failed))
    labelled = ranked and row.rank <= style.LABELLED
    return {
        "id": str(row.Index),
        "lat": round(float(site["lat"]), 6),
        "lon": round(float(site["lon"]), 6),
        "style": f"{'c' if sure else 'u'}{shade}" if ranked else "x",
        "label": str(row.rank) if labelled else "",
        "place": int(row.rank) if labelled else 0,
        "ink": style.PAPER if shade >= style.DARK_FROM_CLASS else style.INK,
        "lines": lines,
    }


def _bounds(assessment: Assessment) -> tuple[float, float, float, float]:
    lon, lat = assessment.sites["lon"], assessment.sites["lat"]
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _credits(assessment: Assessment) -> list[str]:
    named = [part.attribution for _, part in assessment.provenance if part.attribution]
    others = [credit for credit in dict.fromkeys(named) if "openstreetmap" not in credit.lower()]
    return [OSM_CREDIT, *others]
