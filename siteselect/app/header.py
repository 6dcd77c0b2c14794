"""What stands on top of every page: the study, what its data are, what was changed, and undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.opened import own
from siteselect.app.saved import scenario_name
from siteselect.app.selection import depth, redo, undo
from siteselect.app.state import address, data_years, is_changed
from siteselect.app.text import escape
from siteselect.app.weights import preset_title
from siteselect.maps.drawing import illustrative_titles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siteselect.app.context import Context


def show_header(context: Context, params: Mapping[str, str]) -> None:
    """Draw the header.

    Parameters
    ----------
    context : the run, the weights of this moment and the chosen site.
    params : parameters of the address of this view.
    """
    study = context.now.study
    title, actions = st.columns([5, 2], vertical_alignment="center", gap="small")
    title.title(escape(study.title), anchor=False)
    with actions:
        _actions(params)
    years = data_years([part.date for _, part in context.now.provenance])
    st.markdown(
        f"Study **{escape(study.name)}** · speaks for **{study.date.isoformat()}** · "
        f"data from {escape(years)} · {len(context.now.sites):,} sites · {_weights(context)} · "
        "screening, not legal advice"
    )
    # Kept in one place, so that a mark that comes or goes does not move the map, which reloads it.
    with st.container():
        _marks(context)


def _weights(context: Context) -> str:
    view, study = context.view, context.loaded.assessment.study
    preset = escape(preset_title(view.preset).lower())
    scenario = scenario_name(view)
    if scenario:
        return f"scenario **{escape(scenario)}**"
    return f"**changed** from {preset}" if is_changed(view, study) else preset


def _marks(context: Context) -> None:
    """Say loudly what keeps this from being a result: invented data, ignored rules, own places."""
    invented = illustrative_titles(context.now)
    if invented:
        st.warning(
            "**Illustrative data.** Invented for demonstration, never to be decided on: "
            f"{escape(', '.join(invented).lower())}."
        )
    if context.view.ignored:
        found = context.now.findings.drop_duplicates("rule_id").set_index("rule_id")["title"]
        rules = ", ".join(
            f"{escape(found[rule])} ({escape(rule)})" for rule in context.view.ignored
        )
        st.error(
            f"**What-if: a rule is ignored.** {rules}. Sites that fail it are ranked here as if "
            "they passed. A limit is not a trade-off: this is no result."
        )
    if own() is not None:
        st.info("**Edited in this session.** Nobody else sees this study, and no link opens it.")
    if context.view.drawn:
        count = len(context.view.drawn)
        what = "One site was" if count == 1 else f"{count} sites were"
        st.info(f"**{what} drawn in this session.** Nobody has been asked about the place.")


def _actions(params: Mapping[str, str]) -> None:
    back, forth = depth()
    with st.container(horizontal=True, horizontal_alignment="right", key="actions"):
        st.button("Undo", on_click=undo, disabled=not back, icon=":material/undo:")
        st.button("Redo", on_click=redo, disabled=not forth, icon=":material/redo:")
        with st.popover("Share", icon=":material/link:"):
            if own() is not None:
                st.markdown("The edited study stays in this session; the link opens the original.")
            st.markdown("This link opens the same page, weights, limits and site:")
            st.code(address(st.context.url or "", params), language=None, wrap_lines=True)
