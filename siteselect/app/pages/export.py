"""Export: choose sites, and take away tables, maps, reports and the scenarios."""

from __future__ import annotations

import shlex
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from siteselect.app.exports import Export, chosen_sites, export_name, exports
from siteselect.app.faults import show_faults
from siteselect.app.opened import own
from siteselect.app.saved import scenarios_file
from siteselect.app.state import OWN, presets
from siteselect.app.text import escape
from siteselect.decision.ranking import order
from siteselect.errors import SiteselectError

if TYPE_CHECKING:
    from siteselect.app.context import Context

FIRST, MOST = 5, 50
"""Sites with a file of their own: at first, and at most."""
_MADE = "export_made"
_COUNT = "export_count"
_NAMED = "export_named"


def show(context: Context) -> None:
    """Draw the page.

    Parameters
    ----------
    context : the run, the weights of this moment and the chosen site.
    """
    now = context.now
    st.header("Export", anchor=False)
    sites = _sites(context)
    moment = (context.run, tuple(context.view.swings.items()), context.view.ignored, tuple(sites))
    for export in exports(now, sites, context.file.parent):
        _show(export, moment)
    with st.container(border=True, key="export_scenarios"):
        words, button = st.columns([3, 2], vertical_alignment="center")
        words.markdown("**Scenarios (JSON)**: the saved scenarios, or this view as one.")
        button.download_button(
            "Download: scenarios",
            partial(scenarios_file, context.loaded.assessment.study, context.view),
            file_name=export_name(now, "scenarios", ending="json"),
            mime="application/json",
            on_click="ignore",
            width="stretch",
        )
    _command(context)


def _sites(context: Context) -> list[str]:
    table, names = context.now.ranking.table, context.now.sites["name"]
    number, choice = st.columns([1, 3])
    count = number.number_input("Leading sites with a report", 1, MOST, FIRST, key=_COUNT)

    def title(site: str) -> str:
        rank: Any = table["rank"][site]
        return f"{'not ranked' if pd.isna(rank) else rank}: {names[site] or site}"

    named = choice.multiselect(
        "Or these sites",
        [str(site) for site in order(table)],
        key=_NAMED,
        format_func=title,
        max_selections=MOST,
        placeholder="The leading ones",
    )
    return chosen_sites(context.now, int(count), named)


def _show(export: Export, moment: Any) -> None:
    with st.container(border=True, key=f"export_{export.key}"):
        words, button = st.columns([3, 2], vertical_alignment="center")
        words.markdown(f"**{export.title}**: {export.about}")
        if export.refused:
            button.markdown(escape(export.refused))
            return
        made: Any = st.session_state.get(_MADE) or ((), b"")
        if made[0] != (export.key, moment):
            if not button.button(
                f"Make: {export.title}", key=f"make_{export.key}", width="stretch"
            ):
                return
            content = _made(export)
            if content is None:
                return
            # One file is kept at a time: some are large.
            made = ((export.key, moment), content)
            st.session_state[_MADE] = made
        button.download_button(
            f"Download: {export.title}",
            made[1],
            file_name=export.file,
            mime=export.mime,
            on_click="ignore",
            type="primary",
            width="stretch",
        )
        size_kb = len(made[1]) / 1000
        words.markdown(f"`{export.file}`, {size_kb:,.0f} kB, is ready.")


def _made(export: Export) -> bytes | None:
    try:
        with st.spinner(f"Making: {export.title}"):
            return export.make()
    except SiteselectError as error:
        show_faults(error.faults)
        return None


def command(context: Context) -> str:
    """Write the command that gives the workbook under these weights, quoted for a POSIX shell."""
    view, study = context.view, context.loaded.assessment.study
    parts = ["siteselect", "export", context.file.name, "--out", f"{study.name}.xlsx"]
    if view.preset != OWN:
        parts += ["--preset", view.preset]
    was = presets(study)[view.preset]
    for group, swing in view.swings.items():
        if swing != was[group]:
            parts += ["--weight", f"{group}={swing:g}"]
    return shlex.join(parts)


def _command(context: Context) -> None:
    st.subheader("The same from the command line", anchor=False)
    if own() is not None or context.view.drawn:
        st.markdown("Save the edited study, with its drawn sites, as a file first.")
    st.code(command(context), language=None, wrap_lines=True)
    if context.now.ignored:
        st.markdown("The command line knows no what-if: all limits hold there.")
