"""Two to four sites beside one another: what differs, why one is before another, what turns it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from siteselect.app.report_parts import show_beside, show_captioned, show_table
from siteselect.app.selection import COMPARE
from siteselect.app.study_sections import comparison_of
from siteselect.app.text import escape
from siteselect.decision.ranking import order
from siteselect.report.ranking_parts import leading
from siteselect.report.side_by_side import FEWEST, MOST
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from siteselect.app.context import Context

FIRST = 3
"""Leading sites that are compared until others are chosen."""
_PICKER = "compare_picker"


def show(context: Context) -> None:
    """Draw the page.

    Parameters
    ----------
    context : the run, the weights of this moment and the chosen site.
    """
    st.header("Compare sites", anchor=False)
    sites = _pick(context)
    if len(sites) < FEWEST:
        st.info(f"Choose {FEWEST} to {MOST} sites to set beside one another.")
        return
    now, say = context.now, wording()
    found = comparison_of(now, context.run, sites)
    for line in found.ruled_out:
        st.warning(escape(line))
    st.subheader(escape(found.chart.table.caption), anchor=False)
    show_beside(found.chart, titled=False)
    st.subheader("Why one stands before another", anchor=False)
    for column, (title, sentences) in zip(st.columns(len(found.pairs)), found.pairs, strict=True):
        with column:
            st.markdown(f"**{escape(title)}**")
            st.markdown("\n".join(f"- {escape(line)}" for line in sentences))
    st.subheader(escape(found.standing.caption), anchor=False)
    show_table(found.standing)
    st.subheader(escape(found.measures.caption), anchor=False)
    show_table(found.measures)
    st.markdown(
        "Best and worst are said by the study's scales; a difference is to the best of these sites."
    )
    st.subheader("Where the order turns", anchor=False)
    show_captioned(found.flips)
    st.markdown(escape(say("compare.flips_text")))


def compared_sites(context: Context) -> tuple[str, ...]:
    """Give the sites to compare: those of the session that there are, else the leading ones."""
    known = frozenset(map(str, context.now.sites.index))
    wanted: Any = st.session_state.get(COMPARE)
    if wanted is None:
        return tuple(leading(context.now, FIRST))
    return tuple(dict.fromkeys(site for site in wanted if site in known))[:MOST]


def _pick(context: Context) -> tuple[str, ...]:
    table, names = context.now.ranking.table, context.now.sites["name"]

    def title(site: str) -> str:
        rank: Any = table["rank"][site]
        return f"{'not ranked' if pd.isna(rank) else rank}: {names[site] or site}"

    st.session_state[_PICKER] = list(compared_sites(context))
    chosen = st.multiselect(
        f"Sites ({FEWEST} to {MOST})",
        [str(site) for site in order(table)],
        key=_PICKER,
        format_func=title,
        max_selections=MOST,
        on_change=_picked,
        placeholder="Choose sites",
    )
    return tuple(chosen)


def _picked() -> None:
    st.session_state[COMPARE] = list(st.session_state[_PICKER])
