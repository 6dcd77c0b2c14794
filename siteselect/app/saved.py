"""Scenarios on the page: save, switch, keep as a file, and read that file back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.faults import show_faults
from siteselect.app.scenarios import (
    MOST,
    Scenario,
    matches,
    read_scenarios,
    scenario_of,
    view_of,
    write_scenarios,
)
from siteselect.app.selection import change, current
from siteselect.errors import Fault, InputError, SiteselectError

if TYPE_CHECKING:
    from siteselect.app.state import View
    from siteselect.assess import Assessment
    from siteselect.study import Study

_SAVED = "scenarios"
_CHOSEN = "scenario_chosen"
_NAME = "scenario_name"
_FILE = "scenario_file"
_FAULTS = "scenario_faults"
_NONE = ""


def forget_scenarios() -> None:
    """Drop the scenarios of a study that is no longer open."""
    st.session_state[_SAVED] = {}


def saved_scenarios() -> dict[str, Scenario]:
    """Give the scenarios of this session by name."""
    saved: dict[str, Scenario] = st.session_state.setdefault(_SAVED, {})
    return saved


def scenario_name(view: View) -> str:
    """Name the saved scenario that a view is, or nothing."""
    found = [name for name, one in saved_scenarios().items() if matches(one, view)]
    return found[0] if found else _NONE


def scenarios_file(study: Study, view: View) -> str:
    """Write the saved scenarios as a file, or the view as the only one where none is saved."""
    saved = tuple(saved_scenarios().values()) or (scenario_of(view, "This view"),)
    return write_scenarios(saved, study)


def show_scenarios(assessment: Assessment, view: View) -> None:
    """Draw the list of scenarios, and the ways to save and to read some."""
    study, saved = assessment.study, saved_scenarios()
    st.header("Scenarios", anchor=False)
    if saved:
        st.session_state[_CHOSEN] = scenario_name(view)
        st.selectbox(
            "Saved scenario",
            [_NONE, *saved],
            key=_CHOSEN,
            format_func=lambda name: name or "None of the saved",
            on_change=_switch,
        )
    st.text_input("Name", key=_NAME, max_chars=60, placeholder="Quiet and cheap")
    st.button("Save as a scenario", on_click=_save, width="stretch")
    for fault in st.session_state.pop(_FAULTS, ()):
        show_faults((fault,))
    with st.expander("Scenarios as a file"):
        st.download_button(
            "Download (JSON)",
            partial(scenarios_file, study, view),
            file_name=f"{study.name}-scenarios.json",
            mime="application/json",
            on_click="ignore",
            width="stretch",
        )
        st.file_uploader(
            "Read a file of scenarios",
            type="json",
            key=_FILE,
            max_upload_size=1,
            on_change=_read,
            args=(study, frozenset(assessment.findings["rule_id"])),
        )


def _save() -> None:
    saved = saved_scenarios()
    try:
        one = scenario_of(current(), st.session_state.get(_NAME) or "")
        if one.name not in saved and len(saved) >= MOST:
            raise InputError(Fault("scenario", f"{MOST} are saved", "Use a name again."))
    except SiteselectError as error:
        st.session_state[_FAULTS] = error.faults
        return
    st.session_state[_SAVED] = {**saved, one.name: one}
    st.session_state[_NAME] = ""


def _switch() -> None:
    chosen = saved_scenarios().get(st.session_state[_CHOSEN])
    if chosen is not None:
        _turn_to(chosen)


def _read(study: Study, rules: frozenset[str]) -> None:
    given = st.session_state.get(_FILE)
    if given is None:
        return
    try:
        found = read_scenarios(given.getvalue(), study, rules)
    except SiteselectError as error:
        st.session_state[_FAULTS] = error.faults
        return
    both = {**saved_scenarios(), **{one.name: one for one in found}}
    st.session_state[_SAVED] = dict(list(both.items())[-MOST:])
    if found:
        _turn_to(found[0])


def _turn_to(scenario: Scenario) -> None:
    view = view_of(scenario, current())
    change(preset=view.preset, swings=view.swings, ignored=view.ignored, drawn=view.drawn)
