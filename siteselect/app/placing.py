"""A new candidate: set on the map or typed, scored like any other, and taken away again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.drawn import MOST, drawn_point
from siteselect.app.faults import show_faults
from siteselect.app.selection import LAT, LON, NAME, change, choose, current
from siteselect.app.text import escape
from siteselect.errors import Fault, InputError, SiteselectError

if TYPE_CHECKING:
    from siteselect.app.state import View

_MODE = "placing"
_FAULTS = "placing_faults"


def is_placing() -> bool:
    """Say whether a click on the map means a place for a new site."""
    return bool(st.session_state.get(_MODE, False))


def position() -> tuple[float, float] | None:
    """Give latitude and longitude of the place in the fields, if there is one."""
    try:
        point = drawn_point(st.session_state.get(LAT, ""), st.session_state.get(LON, ""))
    except SiteselectError:
        return None
    return point.lat, point.lon


def show_placing(view: View) -> None:
    """Draw the fields of a new candidate, and those that were drawn before."""
    box = st.expander("Add a site of your own", key="add_site", on_change="rerun")
    with box:
        st.toggle("Set the place by clicking on the map", key=_MODE)
        lat, lon, name = st.columns([1, 1, 2])
        lat.text_input("Latitude", key=LAT, placeholder="60.17000", max_chars=20)
        lon.text_input("Longitude", key=LON, placeholder="24.94000", max_chars=20)
        name.text_input("Name (optional)", key=NAME, max_chars=60)
        st.button("Add and score this site", on_click=_add, type="primary")
        if faults := st.session_state.pop(_FAULTS, ()):
            show_faults(faults)
        for point in view.drawn:
            words, remove = st.columns([4, 1], vertical_alignment="center")
            words.markdown(f"**{escape(point.name)}**: {point.lat:.5f}, {point.lon:.5f}")
            remove.button(
                "Remove",
                key=f"remove:{point.site_id}",
                on_click=_remove,
                args=(point.site_id,),
                width="stretch",
                help=f"Remove {escape(point.name)}",
            )


def _add() -> None:
    state, drawn = st.session_state, current().drawn
    try:
        point = drawn_point(state[LAT], state[LON], state[NAME])
        if any(one.site_id == point.site_id for one in drawn):
            raise InputError(Fault("new site", "it is drawn already", "Choose another place."))
        if len(drawn) >= MOST:
            cure = "Put them into a file and upload it on the page Study."
            raise InputError(Fault("new site", f"{MOST} sites are drawn", cure))
    except SiteselectError as error:
        state[_FAULTS] = error.faults
        return
    change(drawn=(*drawn, point), site=point.site_id)
    choose(point.site_id, centre=True)
    state[LAT], state[LON], state[NAME], state[_MODE] = "", "", "", False


def _remove(site_id: str) -> None:
    view = current()
    change(
        drawn=tuple(point for point in view.drawn if point.site_id != site_id),
        site=None if view.site == site_id else view.site,
    )
