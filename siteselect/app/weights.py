"""The sidebar: presets, how much each group of criteria counts, and scenarios that were saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.saved import show_scenarios
from siteselect.app.selection import change, current
from siteselect.app.state import FULL_SWING, OWN, is_changed, presets
from siteselect.app.text import escape
from siteselect.assess import reweigh, without_rules
from siteselect.errors import SiteselectError

if TYPE_CHECKING:
    from siteselect.app.state import View
    from siteselect.assess import Assessment
    from siteselect.study import Study

PRESET = "preset"
_RANKED = "ranked"
"""The last ranking of the session with what it was made from, so that it is made once."""


def sidebar(assessment: Assessment, view: View) -> None:
    """Draw the controls as the view has them; what they change goes back into the view."""
    study = assessment.study
    with st.sidebar:
        st.header("Weights", anchor=False)
        st.markdown(
            "How much is the step from worst to best in each group worth to you, "
            "against the most important one at 100?"
        )
        st.session_state[PRESET] = view.preset
        st.selectbox(
            "Preset",
            list(presets(study)),
            key=PRESET,
            format_func=preset_title,
            on_change=_apply_preset,
            args=(study,),
        )
        for group, branch in study.groups.items():
            st.session_state[_slider(group)] = view.swings[group]
            st.slider(
                group_title(group) + (" (locked)" if branch.locked else ""),
                0.0,
                FULL_SWING,
                step=1.0,
                format="%g",
                key=_slider(group),
                disabled=branch.locked,
                on_change=_move,
                args=(group,),
            )
        different = is_changed(view, study)
        st.markdown("**Changed from preset**" if different else "As in the preset")
        st.button(
            "Reset to preset",
            on_click=_apply_preset,
            args=(study,),
            disabled=not different,
            width="stretch",
        )
        show_scenarios(assessment, view)


def ranked(assessment: Assessment, view: View, run: str) -> Assessment:
    """Rank under the view's swings and limits; where nothing is left to weigh, say so.

    Parameters
    ----------
    assessment : the run under the study's own weights and with all limits.
    view : the swings and the rules that are left out of account.
    run : what tells this run from all others, whatever the weights.
    """
    wished = (run, tuple(view.swings.items()), view.ignored)
    kept = st.session_state.get(_RANKED)
    if kept is not None and kept[0] == wished:
        found: Assessment = kept[1]
        return found
    now = without_rules(assessment, view.ignored) if view.ignored else assessment
    if dict(view.swings) != presets(assessment.study)[OWN]:
        try:
            now = reweigh(now, view.swings)
        except SiteselectError as error:
            told = "; ".join(f"{fault.problem}: {fault.cure}" for fault in error.faults)
            st.warning(escape(f"Shown is the study's own order. {told}"))
            return now
    st.session_state[_RANKED] = (wished, now)
    return now


def group_title(name: str) -> str:
    """Turn a group's key into a title."""
    return escape(name.replace("_", " ").capitalize())


def preset_title(key: str) -> str:
    """Turn a preset's key into a title."""
    return "Study's own weights" if key == OWN else key.replace("_", " ").capitalize()


def _slider(group: str) -> str:
    return f"swing:{group}"


def _move(group: str) -> None:
    change(swings={**current().swings, group: float(st.session_state[_slider(group)])})


def _apply_preset(study: Study) -> None:
    preset = st.session_state[PRESET]
    change(preset=preset, swings=presets(study)[preset])
