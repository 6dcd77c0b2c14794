"""The chosen site: one place in the session that table, map and list all write to."""

from __future__ import annotations

import streamlit as st

from siteselect.maps.drawing import Focus

SITE = "site"
PART = "part"
TURN = "turn"
"""Counts the wishes to move the map, so that a repeated one is seen as new."""


def choose(site_id: str | None, *, centre: bool) -> None:
    """Choose a site; `centre` moves the map to it, which a click on the map itself must not."""
    if site_id is None:
        return
    st.session_state[SITE] = site_id
    if centre:
        st.session_state[TURN] += 1
        st.session_state["focus"] = site_id


def focus() -> Focus | None:
    """Give the last wish to move the map, if there was one."""
    turn = st.session_state[TURN]
    site = st.session_state.get("focus", st.session_state[SITE])
    return Focus(site, turn) if turn and site is not None else None
