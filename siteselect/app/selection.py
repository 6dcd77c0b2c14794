"""The view of this session: one place that table, map, sliders and lists all write to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from siteselect.app.history import History, changed, corrected, redone, undone
from siteselect.app.state import PARTS, View
from siteselect.maps.drawing import Focus

if TYPE_CHECKING:
    from collections.abc import Callable

PART = "part"
COMPARE = "compare"
"""Sites to compare; the page Compare writes them."""
LAT, LON, NAME = "new_lat", "new_lon", "new_name"
"""The fields of a candidate that is about to be drawn."""
WISH = "wished_page"
_HISTORY = "history"
_TURN = "turn"
"""Counts the wishes to move the map, so that a repeated one is seen as new."""
_FOCUS = "focus"


def begin(view: View) -> None:
    """Start a session, or another study in it, from a view; there is nothing to undo yet."""
    st.session_state[_HISTORY] = History(view)
    st.session_state[PART] = view.part
    st.session_state[COMPARE] = list(view.compare) or None
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + (view.site is not None)
    st.session_state[_FOCUS] = view.site


def current() -> View:
    """Give the view of this moment."""
    view: View = _history().now
    part = st.session_state.setdefault(PART, view.part)
    compared = st.session_state.get(COMPARE) or ()
    return replace(view, part=part if part in PARTS else PARTS[0], compare=tuple(compared))


def change(**parts: Any) -> None:
    """Change parts of the view, which can be undone."""
    history = _history()
    st.session_state[_HISTORY] = changed(history, replace(history.now, **parts))


def correct(**parts: Any) -> None:
    """Change parts of the view because they cannot stand; there is nothing to undo in it."""
    history = _history()
    st.session_state[_HISTORY] = corrected(history, replace(history.now, **parts))


def undo() -> None:
    """Take back the last change."""
    _move(undone)


def redo() -> None:
    """Take back the last undoing."""
    _move(redone)


def depth() -> tuple[int, int]:
    """Count the changes that can be undone, and those that can be done again."""
    history = _history()
    return len(history.past), len(history.future)


def choose(site_id: str | None, *, centre: bool) -> None:
    """Choose a site; `centre` moves the map to it, which a click on the map itself must not."""
    if site_id is None:
        return
    change(site=site_id)
    if centre:
        _centre(site_id)


def go_to(page: str) -> None:
    """Wish for another page, by its address; the frame goes there before it draws."""
    st.session_state[WISH] = page


def placed(lat: float, lon: float) -> None:
    """Take over a place that was clicked on the map; it becomes a candidate when it is added."""
    st.session_state[LAT], st.session_state[LON] = f"{lat:.5f}", f"{lon:.5f}"


def focus() -> Focus | None:
    """Give the last wish to move the map, if there was one."""
    turn, site = st.session_state[_TURN], st.session_state[_FOCUS]
    return Focus(site, turn) if turn and site is not None else None


def _history() -> History[View]:
    history: History[View] = st.session_state[_HISTORY]
    return history


def _centre(site_id: str) -> None:
    st.session_state[_TURN] += 1
    st.session_state[_FOCUS] = site_id


def _move(step: Callable[[History[View]], History[View]]) -> None:
    before = _history()
    after = step(before)
    st.session_state[_HISTORY] = after
    if after.now.site is not None and after.now.site != before.now.site:
        _centre(after.now.site)
