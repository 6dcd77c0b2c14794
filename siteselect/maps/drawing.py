"""The Folium map of an assessment: base map, switchable layers, sites by score, legend.

Nothing comes from the internet: Leaflet and the map's own script are files of this package, the
base map is drawn from the study's layers. Folium writes JavaScript, where HTML escaping does not
protect, so all data pass through `script_json` and reach the page as text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import folium
from branca.element import MacroElement
from folium.map import Layer as FoliumLayer
from folium.template import Template

from siteselect.maps import features, legend, noise, style
from siteselect.maps.encoding import DataFile, compact, data_file, inline, script_json
from siteselect.maps.marks import Focus, Ways, positions, routes_spec, sites_spec, words

if TYPE_CHECKING:
    import pandas as pd

    from siteselect.assess import Assessment

__all__ = (
    "Focus",
    "MapData",
    "Tiles",
    "draw",
    "illustrative_titles",
    "map_data",
    "routes_spec",
    "site_group",
    "sites_spec",
)

OSM_CREDIT = "© OpenStreetMap contributors"
MAX_ZOOM = 19
SCRIPTS = ("shared", "sites", "marks", "legend", "map")
"""The map's own scripts, each after those that it uses."""

Address = Callable[[DataFile], str]
"""Gives the address at which a browser finds some data."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A switchable layer; `file` holds what is on it, and is None where that is found otherwise."""

    title: str
    shown: bool
    spec: str
    file: DataFile | None = None


@dataclass(frozen=True, slots=True)
class MapData:
    """What the map of one assessment holds whatever the weights are, safe to cache.

    `ground` is the base map, `places` and `words` are where the sites lie and what they are
    called, in the order of `ids`; `frame` and `legend` are written into the script as they are.
    """

    centre: tuple[float, float]
    frame: str
    ground: DataFile
    places: DataFile
    words: DataFile
    overlays: tuple[Overlay, ...]
    legend: str
    ids: pd.Index[Any] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Tiles:
    """A background from elsewhere, which only a setting of the server's can ask for."""

    url: str
    credit: str


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
        "siteselectMap.{{ this.kind }}({{ this._parent.get_name() }}, {{ this.spec }});"
        "{% endmacro %}"
    )

    def __init__(self, title: str, spec: str, *, shown: bool, kind: str = "overlay") -> None:
        super().__init__(name=title, overlay=True, control=True, show=shown)
        self._name = "Drawn"
        self.kind = kind
        self.spec = spec


def map_data(assessment: Assessment) -> MapData:
    """Gather everything on the map that no change of weights can move."""
    sites = assessment.sites
    overlays, parts = _layers(assessment)
    west, south, east, north = _bounds(assessment)
    frame = {
        "bounds": [[south, west], [north, east]],
        "credits": _credits(assessment),
        "looks": style.class_looks(len(sites)),
        "marks": {
            "halo": style.HALO,
            "ring": style.RING,
            "drawn": style.DRAWN,
            "placed": style.PLACED,
        },
        "words": legend.WORDS,
    }
    return MapData(
        centre=((south + north) / 2, (west + east) / 2),
        frame=script_json(frame),
        ground=data_file(features.ground(assessment.territory), ".json"),
        places=data_file(positions(sites), ".bin"),
        words=data_file(words(sites, assessment.findings), ".json"),
        overlays=tuple(overlays),
        legend=script_json(legend.legend(parts, illustrative_titles(assessment))),
        ids=sites.index,
    )


def draw(
    data: MapData, assets_url: str, address: Address | None, tiles: Tiles | None = None
) -> folium.Map:
    """Build the fixed part of the map.

    Build it anew for every page run: streamlit-folium renames what is inside a Folium object, so
    a shared one leaves the second reader with a blank map.

    Parameters
    ----------
    data : what to draw.
    assets_url : where the browser finds the package's `static` folder.
    address : puts data where the browser can fetch them; None writes them into the script.
    tiles : a background from elsewhere.
    """
    drawn = _bare(data.centre, assets_url)
    drawn.add_child(_Script(f"siteselectMap.prepare(MAP, {data.frame});"))
    places, names = _source(data.places, address), _source(data.words, address)
    drawn.add_child(_Script(f"siteselectMap.places(MAP, {places}, {names});"))
    looks = script_json({"styles": style.GROUND, "streets": style.street_looks()})
    ground = _source(data.ground, address)
    drawn.add_child(_Script(f"siteselectMap.ground(MAP, {ground}, {looks});"))
    if tiles is not None:
        spec = script_json({"url": tiles.url, "credit": tiles.credit})
        drawn.add_child(_Drawn("Background from elsewhere", spec, shown=True, kind="tiles"))
    for layer in data.overlays:
        source = "null" if layer.file is None else _source(layer.file, address)
        drawn.add_child(_Drawn(layer.title, f"{layer.spec}, {source}", shown=layer.shown))
    drawn.add_child(_Script(f"siteselectMap.legend(MAP, {data.legend});"))
    drawn.add_child(folium.LayerControl(collapsed=True))
    return drawn


def site_group(
    assessment: Assessment,
    selected: str | None,
    focus: Focus | None = None,
    contour: noise.Picture | None = None,
    *,
    ways: Ways | None = None,
    **marks: Any,
) -> folium.FeatureGroup:
    """Build the part of the map that follows weights and selection: the sites.

    Parameters
    ----------
    assessment : the sites and their present ranking.
    selected : site to ring.
    focus : site to bring to the middle.
    contour : noise of the plant at the selected site, where it is to be shown.
    ways : gives the ways to sites, where they are kept; None finds them anew.
    marks : further arguments of `sites_spec`.
    """
    group = folium.FeatureGroup(name="Sites", control=False)
    # streamlit-folium appends every group it is given to this list and never clears it.
    group.add_child(_Script("window.feature_group = [];"))
    spec = script_json(routes_spec(assessment, selected, ways))
    group.add_child(_Script(f"siteselectMap.routes(MAP, GROUP, {spec});"))
    spec = script_json(noise.spec(selected, contour))
    group.add_child(_Script(f"siteselectMap.contour(MAP, GROUP, {spec});"))
    spec = script_json(sites_spec(assessment, selected, focus, **marks))
    group.add_child(_Script(f"siteselectMap.sites(MAP, GROUP, {spec});"))
    return group


def illustrative_titles(assessment: Assessment) -> list[str]:
    """List the layers that were, wholly or in part, invented for a demonstration."""
    return [layer.spec.title for layer in assessment.layers.values() if layer.illustrative]


def _bare(centre: tuple[float, float], assets_url: str) -> folium.Map:
    bare = folium.Map(location=centre, tiles=None, zoom_start=13, font_size="13px", zoom_snap=0.25)
    # Without tiles Leaflet knows no deepest zoom, and Folium drops the argument of that name.
    bare.options["maxZoom"] = MAX_ZOOM
    bare.default_js = [
        (name, f"{assets_url}/{name}.js")
        for name in ("leaflet/leaflet", *(f"siteselect/{part}" for part in SCRIPTS))
    ]
    bare.default_css = [
        (name, f"{assets_url}/{name}.css") for name in ("leaflet/leaflet", "siteselect/map")
    ]
    return bare


def _layers(assessment: Assessment) -> tuple[list[Overlay], list[dict[str, Any]]]:
    """Prepare the switchable layers, and their sections of the legend."""
    layers = assessment.layers
    overlays = []
    invented = "noise_screens" in layers and layers["noise_screens"].illustrative
    parts = [legend.part("plant_noise", noise.TITLE, noise.LOOK, invented=invented)]
    for key, look in style.LAYER_LOOKS.items():
        layer = layers.get(key)
        spec = None if layer is None else features.overlay(layer, look, assessment.territory.crs)
        if layer is None or spec is None:
            continue
        title = layer.spec.title + (" (illustrative)" if layer.illustrative else "")
        file = None if look.form == "streets" else data_file(compact(spec), ".json")
        told = script_json({"key": key, "form": look.form})
        overlays.append(Overlay(title, look.shown, told, file))
        parts.append(legend.part(key, layer.spec.title, look, invented=layer.illustrative))
    for kind, (title, needed, look) in style.ROUTE_LOOKS.items():
        if needed in layers:
            key = f"route_{kind}"
            styles = [part.style for part in look.looks]
            told = script_json({"key": key, "form": look.form, "styles": styles})
            overlays.append(Overlay(title, look.shown, told))
            parts.append(legend.part(key, title, look, invented=layers[needed].illustrative))
    return overlays, parts


def _source(file: DataFile, address: Address | None) -> str:
    """Say where the map's script gets some data: from an address, or from the script itself."""
    if address is None:
        return f'{{"data":{inline(file)}}}'
    return f'{{"url":{script_json(address(file))}}}'


def _bounds(assessment: Assessment) -> tuple[float, float, float, float]:
    lon, lat = assessment.sites["lon"], assessment.sites["lat"]
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _credits(assessment: Assessment) -> list[str]:
    named = [part.attribution for _, part in assessment.provenance if part.attribution]
    others = [credit for credit in dict.fromkeys(named) if "openstreetmap" not in credit.lower()]
    return [OSM_CREDIT, *others]
