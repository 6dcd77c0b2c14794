"""The map on the page: redrawn in place, and read for clicks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from streamlit_folium import st_folium

from siteselect.app.assets import assets_url, ground_url
from siteselect.app.selection import choose, focus
from siteselect.app.state import clicked_site
from siteselect.maps.drawing import MapData, draw, site_group

if TYPE_CHECKING:
    from siteselect.assess import Assessment

HEIGHT_PX = 640
_KEY = "map"
_SITES = "map_sites"


def show_map(assessment: Assessment, data: MapData, selected: str) -> None:
    """Draw the map and follow clicks on its sites."""
    st.session_state[_SITES] = frozenset(map(str, assessment.sites.index))
    st_folium(
        draw(data, assets_url(), ground_url(data.ground_name, data.ground)),
        key=_KEY,
        height=HEIGHT_PX,
        use_container_width=True,
        feature_group_to_add=site_group(assessment, selected, focus()),
        returned_objects=["last_active_drawing"],
        on_change=_follow,
    )


def _follow() -> None:
    choose(clicked_site(st.session_state.get(_KEY), st.session_state[_SITES]), centre=False)
