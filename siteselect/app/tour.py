"""Three steps for who comes for the first time: a box on the page that holds nobody up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Mapping

TOUR = "tour"
"""Step of the tour that is shown, from 1; 0 when it is over."""
STEPS = (
    (
        "**The map and the table show the same sites.** Click a site on the map, or a row of "
        "the table, and both mark it. Rank 1 is best; *could be* tells how far the unknowns can "
        "move it."
    ),
    (
        "**You say what counts.** Move the sliders under *Weights*, or choose a preset: map and "
        "table follow at once. *Undo* takes back any step, and a scenario keeps your weights "
        "under a name."
    ),
    (
        "**Then look closer.** The pages above tell why a site stands where it does, compare "
        "sites, show what the rules say and how sure it all is. *Share* gives a link to just "
        "this view, *Export* the files."
    ),
)


def tour_parameter(params: Mapping[str, str]) -> int:
    """Say at which step to begin: at none where the address already asks for something."""
    return 0 if params else 1


def show_tour() -> None:
    """Draw the step that is due, if any."""
    step = st.session_state.get(TOUR, 0)
    if not 0 < step <= len(STEPS):
        return
    with st.container(border=True, key="tour"):
        st.markdown(f"Step {step} of {len(STEPS)}. {STEPS[step - 1]}")
        last = step == len(STEPS)
        with st.container(horizontal=True):
            st.button("Done" if last else "Next", on_click=_go, args=(step + 1,), type="primary")
            if step > 1:
                st.button("Back", on_click=_go, args=(step - 1,))
            if not last:
                st.button("Skip the tour", on_click=_go, args=(0,))


def _go(step: int) -> None:
    st.session_state[TOUR] = step if step <= len(STEPS) else 0
