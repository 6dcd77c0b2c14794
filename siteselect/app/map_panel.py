"""The map on the page: redrawn in place, and read for clicks."""

from __future__ import annotations

import math
import os
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import shapely
import streamlit as st
from streamlit_folium import st_folium

from siteselect.app.assets import assets_url, public_url
from siteselect.app.selection import choose, focus, placed
from siteselect.app.state import clicked_site
from siteselect.maps import noise
from siteselect.maps.drawing import (
    OSM_CREDIT,
    MapData,
    Tiles,
    draw,
    illustrative_titles,
    site_group,
)
from siteselect.maps.marks import ways_of
from siteselect.runs import file_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siteselect.assess import Assessment
    from siteselect.maps.marks import Kinds

HEIGHT_PX = 640
TILES_VARIABLE = "SITESELECT_TILES"
CREDIT_VARIABLE = "SITESELECT_TILES_CREDIT"
_KEY = "map"
_SITES = "map_sites"
_CONTOUR = "map_contour"
_KEPT = 50
"""Contours that are kept; one takes some ten kilobytes."""
_WAYS_KEPT = 2000
"""Sites of a run whose ways are kept; those of one take some two kilobytes."""
_MOST_LATITUDE = 85.0
"""As far as a map in web Mercator reaches [deg]."""


def show_map(
    assessment: Assessment,
    data: MapData,
    selected: str,
    run: str,
    *,
    private: bool = False,
    placing: bool = False,
    position: tuple[float, float] | None = None,
    drawn: frozenset[str] = frozenset(),
) -> None:
    """Draw the map and follow clicks on its sites.

    Parameters
    ----------
    assessment : the run, under the weights of this moment.
    data : what no change of weights can move.
    selected : the chosen site.
    run : what tells this run from all others, whatever the weights.
    private : whether anything on the map is for this session only; it is then written into the
        page and not laid where others could fetch it.
    placing : whether a click anywhere means a place for a new site.
    position : latitude and longitude of a new site that is not entered yet.
    drawn : sites that the user drew.
    """
    st.session_state[_SITES] = assessment.sites.index
    wanted = bool(st.session_state.get(_CONTOUR, False))
    group = site_group(
        assessment,
        selected,
        focus(),
        _contour(assessment, run, selected, _spot(assessment, selected)) if wanted else None,
        ways=partial(_kept_ways, assessment, run),
        known=data.ids,
        drawn=drawn,
        placing=placing,
        position=position,
    )
    st_folium(
        draw(data, assets_url(), None if private else public_url, tiles_of(os.environ)),
        key=_KEY,
        height=HEIGHT_PX,
        use_container_width=True,
        feature_group_to_add=group,
        returned_objects=["last_active_drawing"],
        on_change=_follow,
    )
    _contour_controls(assessment, selected)


def tiles_of(environment: Mapping[str, str]) -> Tiles | None:
    """Read which tiles the server's owner wants behind the map; without a setting there are none.

    Tiles tell their server which part of the map is looked at. What is no address of tiles counts
    for nothing.
    """
    url = environment.get(TILES_VARIABLE, "").strip()
    is_address = re.fullmatch(r"(https?://|/)[^\s\"'<>\\]+", url) is not None
    if not is_address or not all(part in url for part in ("{x}", "{y}", "{z}")):
        return None
    return Tiles(url, environment.get(CREDIT_VARIABLE, "").strip() or OSM_CREDIT)


def placed_at(value: Any) -> tuple[float, float] | None:
    """Find latitude and longitude of a new site in what the map says; anything else is nothing."""
    feature = value.get("last_active_drawing") if isinstance(value, dict) else None
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict) or properties.get("placed") is not True:
        return None
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    pair = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004 - longitude and latitude
        return None
    if not all(isinstance(part, int | float) and math.isfinite(part) for part in pair):
        return None
    lon, lat = float(pair[0]), float(pair[1])
    return (lat, lon) if abs(lat) <= _MOST_LATITUDE and abs(lon) <= 180.0 else None  # noqa: PLR2004 - half a turn


def contour_tiff(assessment: Assessment, site_id: str) -> bytes:
    """Write the noise round a site as a GeoTIFF in the study's CRS."""
    study, territory = assessment.study, assessment.territory
    invented = illustrative_titles(assessment)
    return noise.geotiff(
        noise.noise_field(study, territory, assessment.sites.loc[site_id].geometry),
        territory.crs,
        site=site_id,
        study=study.name,
        date=study.date.isoformat(),
        note=f"INVENTED DATA in this study: {', '.join(invented)}." if invented else "",
    )


def _contour_controls(assessment: Assessment, selected: str) -> None:
    switch, file = st.columns([3, 2], vertical_alignment="center")
    switch.checkbox(noise.TITLE, key=_CONTOUR)
    file.download_button(
        "Plant noise (GeoTIFF)",
        partial(contour_tiff, assessment, selected),
        file_name=f"{assessment.study.name}-{file_name(selected)}-noise.tif",
        mime="image/tiff",
        on_click="ignore",
        width="stretch",
    )


def _spot(assessment: Assessment, site_id: str) -> bytes:
    """Tell apart sites of one name in two places, as users draw them."""
    return bytes(shapely.to_wkb(assessment.sites.geometry[site_id]))


# Streamlit leaves an argument with a leading underscore out of the key.
@st.cache_data(max_entries=_KEPT, show_spinner="Listening round the site")
def _contour(_assessment: Assessment, run: str, site_id: str, spot: bytes) -> noise.Picture:
    del run, spot  # parts of the key only
    territory, site = _assessment.territory, _assessment.sites.loc[site_id]
    field = noise.noise_field(_assessment.study, territory, site.geometry)
    return noise.picture(field, territory.crs)


@st.cache_resource(max_entries=4, show_spinner=False)
def _ways_of_run(run: str) -> dict[tuple[str, bytes], Kinds]:
    del run  # a part of the key only
    return {}


def _kept_ways(assessment: Assessment, run: str, site_ids: Sequence[str]) -> dict[str, Kinds]:
    """Find the ways of the sites that were not shown before, and take the others from memory."""
    kept = _ways_of_run(run)
    keys = {site: (site, _spot(assessment, site)) for site in site_ids}
    new = {site: key for site, key in keys.items() if key not in kept}
    found = {keys[site]: ways for site, ways in ways_of(assessment, list(new)).items()}
    known = {key: kept[key] for site, key in keys.items() if site not in new}
    if len(kept) + len(found) > _WAYS_KEPT:
        kept.clear()
    kept.update(found)
    return {site: (found | known)[key] for site, key in keys.items()}


def _follow() -> None:
    value = st.session_state.get(_KEY)
    place = placed_at(value)
    if place is None:
        choose(clicked_site(value, st.session_state[_SITES]), centre=False)
        return
    placed(*place)
