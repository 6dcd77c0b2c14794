"""How sure the order is: ranges of ranks, shares of draws, what would settle it, other methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.report_parts import show_beside, show_captioned, show_section, show_table
from siteselect.app.study_sections import firm_lines_of, firmness_of, opinions_of
from siteselect.app.text import escape
from siteselect.report.rank_ranges import rank_ranges
from siteselect.report.ranking_parts import site_name
from siteselect.report.weighing import sensitivity_table
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from siteselect.app.context import Context

ASKED = "opinions_asked"


def show(context: Context) -> None:
    """Draw the page.

    Parameters
    ----------
    context : the run, the weights of this moment and the chosen site.
    """
    now, say = context.now, wording()
    st.header("How sure is the order?", anchor=False)
    plate = rank_ranges(now, say)
    if plate is None:
        st.info(
            "No site is ranked: a rule fails at every one of them. The page on compliance says "
            "which rules these are."
        )
        return
    _chosen_site(context)
    st.subheader("What the unknowns could make of the rank", anchor=False)
    show_beside(plate)
    st.subheader(say("sections.robustness"), anchor=False)
    show_section(firmness_of(now, context.run))
    st.subheader(say("sections.sensitivity"), anchor=False)
    show_captioned(sensitivity_table(now, say))
    st.markdown(escape(say("study.sensitivity_text")))
    _opinions(context)


def _chosen_site(context: Context) -> None:
    lines = firm_lines_of(context.now, context.run, context.selected)
    name = escape(site_name(context.now, context.selected))
    if lines:
        st.markdown(f"**{name}**, the chosen site: {' '.join(map(escape, lines))}")
    else:
        st.markdown(f"**{name}**, the chosen site, is not ranked: a rule fails there.")


def _opinions(context: Context) -> None:
    say = wording()
    st.subheader(say("sections.opinions"), anchor=False)
    st.markdown(escape(say("study.opinions_text")))
    if not st.toggle("Ask other decision methods (takes some seconds)", key=ASKED):
        return
    table, notes = opinions_of(context.now, context.run)
    if table.rows:
        show_table(table)
    for note in notes:
        st.markdown(escape(note))
