"""The map on the page: redrawn in place, and read for clicks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st
from streamlit_folium import st_folium

from siteselect.app.assets import assets_url, ground_url
from siteselect.app.selection import choose, focus
from siteselect.app.state import clicked_site
from siteselect.maps import noise
from siteselect.maps.drawing import MapData, draw, illustrative_titles, site_group
from siteselect.runs import file_name

if TYPE_CHECKING:
    from siteselect.assess import Assessment

HEIGHT_PX = 640
_KEY = "map"
_SITES = "map_sites"
_CONTOUR = "map_contour"
_KEPT = 50
"""Contours that are kept; one takes some ten kilobytes."""


def show_map(assessment: Assessment, data: MapData, selected: str, run: str) -> None:
    """Draw the map and follow clicks on its sites.

    Parameters
    ----------
    assessment : the run, under the weights of this moment.
    data : what no change of weights can move.
    selected : the chosen site.
    run : what tells this run from all others, whatever the weights.
    """
    st.session_state[_SITES] = frozenset(map(str, assessment.sites.index))
    wanted = bool(st.session_state.get(_CONTOUR, False))
    st_folium(
        draw(data, assets_url(), ground_url(data.ground_name, data.ground)),
        key=_KEY,
        height=HEIGHT_PX,
        use_container_width=True,
        feature_group_to_add=site_group(
            assessment, selected, focus(), _contour(assessment, run, selected) if wanted else None
        ),
        returned_objects=["last_active_drawing"],
        on_change=_follow,
    )
    _contour_controls(assessment, selected)


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


# Streamlit leaves an argument with a leading underscore out of the key.
@st.cache_data(max_entries=_KEPT, show_spinner="Listening round the site")
def _contour(_assessment: Assessment, run: str, site_id: str) -> noise.Picture:
    del run  # a part of the key only
    territory, site = _assessment.territory, _assessment.sites.loc[site_id]
    field = noise.noise_field(_assessment.study, territory, site.geometry)
    return noise.picture(field, territory.crs)


def _follow() -> None:
    choose(clicked_site(st.session_state.get(_KEY), st.session_state[_SITES]), centre=False)
