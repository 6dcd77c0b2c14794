"""One site in full: where it stands, why, what was found, what to check, what to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from siteselect.app.selection import choose
from siteselect.app.text import escape, figure_html, link
from siteselect.decision.explanation import sentences
from siteselect.decision.ranking import order
from siteselect.report.design_tables import design_tables
from siteselect.report.points import points_chart, points_table
from siteselect.report.screening import finding_groups
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.report.records import Cell, FindingEntry, FindingGroup, Table
    from siteselect.report.wording import Say

_PICKER = "site_picker"


def show_site(assessment: Assessment, site_id: str) -> None:
    """Draw the panel of the chosen site."""
    say = wording()
    site = assessment.sites.loc[site_id]
    row: Any = assessment.ranking.table.loc[site_id]
    place = "Not ranked" if pd.isna(row["rank"]) else f"Rank {row['rank']}"
    st.header(f"{place}: {escape(site['name'] or site_id)}", anchor="site")
    _pick(assessment, site_id)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("\n".join(f"- {escape(line)}" for line in _sentences(assessment, site_id)))
    with right:
        st.html(figure_html(points_chart(assessment, site_id, str(site["name"]), say)))
    st.subheader(say("sections.findings"), anchor=False)
    for group in finding_groups(assessment, site_id, say):
        _show_group(group, say)
    st.markdown(escape(say("page.screening")))
    st.subheader(say("sections.score"), anchor=False)
    show_table(points_table(assessment, site_id, say))
    with st.expander(say("sections.design")):
        for table in design_tables(assessment, site_id, say):
            st.markdown(f"**{escape(table.caption)}**")
            show_table(table)


def show_table(table: Table) -> None:
    """Draw a table of the report as one that a screen reader can walk through."""
    rows = [*table.rows, table.total] if table.total else list(table.rows)
    cells = [[_cell(cell) for cell in row] for row in rows]
    st.table(pd.DataFrame(cells, columns=list(table.heads)), hide_index=True)


def _cell(cell: Cell) -> str:
    words = link(cell.text, cell.url) if cell.url else escape(cell.text)
    note = f" ({escape(cell.note)})" if cell.note else ""
    return words + note + (f" **{escape(cell.tag)}**" if cell.tag else "")


def _pick(assessment: Assessment, site_id: str) -> None:
    """Offer the sites as a list, for those who use neither map nor table."""
    table = assessment.ranking.table
    names = assessment.sites["name"]
    options = [str(key) for key in order(table)]
    st.session_state[_PICKER] = site_id

    def title(key: str) -> str:
        rank: Any = table["rank"][key]
        return f"{'not ranked' if pd.isna(rank) else rank}: {names[key] or key}"

    st.selectbox("Site", options, key=_PICKER, format_func=title, on_change=_picked, width=460)


def _picked() -> None:
    choose(st.session_state[_PICKER], centre=True)


def _sentences(assessment: Assessment, site_id: str) -> tuple[str, ...]:
    return sentences(
        assessment.ranking,
        assessment.values,
        assessment.weights,
        site_id,
        assessment.unknown_low,
        assessment.unknown_high,
        {name: record.title for name, record in assessment.criteria.items()},
    )


def _show_group(group: FindingGroup, say: Say) -> None:
    with st.expander(escape(group.title), expanded=group.verdict in ("fail", "conditional")):
        heads = say.heads("rule", "evidence", "action", "authority", "citation")
        rows = [dict(zip(heads, _finding(entry), strict=True)) for entry in group.entries]
        st.table(pd.DataFrame(rows), hide_index=True)


def _finding(entry: FindingEntry) -> tuple[str, ...]:
    reviewed, confidence = escape(entry.reviewed_on), escape(entry.confidence)
    source = f"{link(entry.citation, entry.url)}, reviewed {reviewed}, confidence {confidence}"
    found = " ".join(escape(part) for part in (entry.evidence, entry.missing) if part)
    rule = f"**{escape(entry.word)}**: {escape(entry.title)} ({escape(entry.outcome)})"
    return rule, found, escape(entry.action), escape(entry.authority), source
