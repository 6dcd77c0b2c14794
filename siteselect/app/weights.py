"""The sidebar: presets, and how much each group of criteria counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.selection import PART, SITE, TURN
from siteselect.app.state import FULL_SWING, OWN, PARTS, View, is_changed, presets, read_view
from siteselect.app.text import escape
from siteselect.assess import reweigh
from siteselect.errors import SiteselectError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siteselect.assess import Assessment
    from siteselect.study import Study

PRESET = "preset"
READY = "ready_for"


def start(assessment: Assessment) -> None:
    """Take the first look of a session from the address bar."""
    study = assessment.study
    if st.session_state.get(READY) == study.name:
        return
    view = read_view(st.query_params.to_dict(), study, assessment.sites.index)
    st.session_state[READY] = study.name
    st.session_state[SITE] = view.site
    st.session_state[TURN] = 0 if view.site is None else 1
    st.session_state[PRESET] = view.preset
    st.session_state[PART] = view.part
    _set_sliders(view.swings)


def sidebar(study: Study) -> View:
    """Draw the controls and give the view that they are set to."""
    with st.sidebar:
        st.header("Weights")
        st.markdown(
            "How much is the step from worst to best in each group worth to you, "
            "against the most important one at 100?"
        )
        st.selectbox(
            "Preset",
            list(presets(study)),
            key=PRESET,
            format_func=_preset_title,
            on_change=_apply_preset,
            args=(study,),
        )
        for group, branch in study.groups.items():
            st.slider(
                group_title(group) + (" (locked)" if branch.locked else ""),
                0.0,
                FULL_SWING,
                step=1.0,
                format="%g",
                key=_slider(group),
                disabled=branch.locked,
            )
        view = current_view(study)
        changed = is_changed(view, study)
        st.markdown("**Changed from preset**" if changed else "As in the preset")
        st.button(
            "Reset to preset",
            on_click=_apply_preset,
            args=(study,),
            disabled=not changed,
            width="stretch",
        )
    return view


def current_view(study: Study) -> View:
    """Read the view from the session."""
    return View(
        site=st.session_state[SITE],
        preset=st.session_state[PRESET],
        swings={group: float(st.session_state[_slider(group)]) for group in study.groups},
        part=st.session_state.get(PART, PARTS[0]),
    )


def weighted(assessment: Assessment, view: View) -> Assessment:
    """Rank under the chosen swings; where nothing is left to weigh, say so and keep the study's."""
    if dict(view.swings) == presets(assessment.study)[OWN]:
        return assessment
    try:
        return reweigh(assessment, view.swings)
    except SiteselectError as error:
        told = "; ".join(f"{fault.problem}: {fault.cure}" for fault in error.faults)
        st.warning(escape(f"Shown is the study's own order. {told}"))
        return assessment


def group_title(name: str) -> str:
    """Turn a group's key into a title."""
    return escape(name.replace("_", " ").capitalize())


def _preset_title(key: str) -> str:
    return "Study's own weights" if key == OWN else key.replace("_", " ").capitalize()


def _slider(group: str) -> str:
    return f"swing:{group}"


def _apply_preset(study: Study) -> None:
    _set_sliders(presets(study)[st.session_state[PRESET]])


def _set_sliders(swings: Mapping[str, float]) -> None:
    for group, swing in swings.items():
        st.session_state[_slider(group)] = float(swing)
