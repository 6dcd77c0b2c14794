"""One site in full: where it stands, why, what was found, what to check, what to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from siteselect.app.report_parts import show_captioned, show_section, show_table
from siteselect.app.sections import documents_of, heat_of, money_of, noise_of
from siteselect.app.selection import PART, choose
from siteselect.app.state import PARTS
from siteselect.app.text import escape, figure_html
from siteselect.decision.explanation import sentences
from siteselect.decision.ranking import order
from siteselect.report.build_section import build_section
from siteselect.report.design_tables import design_tables
from siteselect.report.points import points_chart, points_table
from siteselect.report.records import Cell, Table
from siteselect.report.rounding import percent, spread
from siteselect.report.screening import finding_groups
from siteselect.report.standing import findings_of, standing, verdict_counts
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.report.records import FindingEntry, FindingGroup, Row
    from siteselect.report.wording import Say

_PICKER = "site_picker"


def show_site(assessment: Assessment, site_id: str, run: str) -> None:
    """Draw the panel of the chosen site; of its parts only the one that is looked at.

    Parameters
    ----------
    assessment : the run, under the weights of this moment.
    site_id : the chosen site.
    run : what tells this run from all others, whatever the weights.
    """
    say = wording()
    site = assessment.sites.loc[site_id]
    row: Any = assessment.ranking.table.loc[site_id]
    place = "Not ranked" if pd.isna(row["rank"]) else f"Rank {row['rank']}"
    st.header(f"{place}: {escape(site['name'] or site_id)}", anchor="site")
    _show_standing(assessment, site_id, say)
    _pick(assessment, site_id)
    tabs = st.tabs(list(PARTS), key=PART, on_change="rerun")
    why, heat, noise, money, build, documents, rules = tabs
    if why.open:
        with why:
            _show_why(assessment, site_id, say)
    if heat.open:
        with heat:
            st.subheader(say("sections.heat"), anchor=False)
            show_section(heat_of(assessment, run, site_id))
    if noise.open:
        with noise:
            st.subheader(say("sections.noise"), anchor=False)
            show_section(noise_of(assessment, run, site_id))
    if money.open:
        with money:
            st.subheader(say("sections.money"), anchor=False)
            show_section(money_of(assessment, run, site_id))
    if build.open:
        with build:
            st.subheader(say("sections.build"), anchor=False)
            show_section(build_section(assessment, site_id, say))
    if documents.open:
        with documents:
            st.subheader(say("sections.documents"), anchor=False)
            show_section(documents_of(assessment, run, site_id))
    if rules.open:
        with rules:
            _show_rules(assessment, site_id, say)


def _show_standing(assessment: Assessment, site_id: str, say: Say) -> None:
    """Say in two lines where the site stands, how sure that is, and in a word why."""
    row: Any = assessment.ranking.table.loc[site_id]
    told = standing(assessment, site_id, say)
    score = spread(row["score_low"], row["score_high"], say("unit.to"))
    parts = [f"{score} of 100 points", f"{percent(row['evidence_share'])} of the weight known"]
    if not pd.isna(row["rank"]):
        best, worst = row["rank_best"], row["rank_worst"]
        span = f"{best}" if best == worst else f"{best} to {worst}"
        parts.insert(0, f"rank could be {span}")
    st.markdown(f"**{escape(told.headline)}** · {escape(' · '.join(parts))}")
    reasons = [
        f"{lead}: {said[0]}"
        for lead, said in (("Best", told.speaks_for), ("Weakest", told.speaks_against))
        if said
    ]
    if reasons:
        st.markdown(escape(". ".join(reasons)))


def _show_why(assessment: Assessment, site_id: str, say: Say) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("\n".join(f"- {escape(line)}" for line in _sentences(assessment, site_id)))
    with right:
        name = str(assessment.sites.loc[site_id, "name"])
        st.html(figure_html(points_chart(assessment, site_id, name, say)))
    st.subheader(say("sections.score"), anchor=False)
    show_table(points_table(assessment, site_id, say))
    with st.expander(say("sections.design")):
        for table in design_tables(assessment, site_id, say):
            show_captioned(table)


def _show_rules(assessment: Assessment, site_id: str, say: Say) -> None:
    st.subheader(say("sections.findings"), anchor=False)
    for group in finding_groups(assessment, site_id, say):
        _show_group(group, say)
    st.markdown(escape(say("page.screening")))


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
    """Say why the site stands where it does, and what the rules make of it."""
    said = sentences(
        assessment.ranking,
        assessment.values,
        assessment.weights,
        site_id,
        assessment.unknown_low,
        assessment.unknown_high,
        {name: record.title for name, record in assessment.criteria.items()},
    )
    found = findings_of(assessment, site_id)
    if not found:
        return said
    counts = verdict_counts((one["verdict"] for one in found), wording())
    return *said, wording()("site.rules_line", counts=counts)


def _show_group(group: FindingGroup, say: Say) -> None:
    with st.expander(escape(group.title), expanded=group.verdict in ("fail", "conditional")):
        heads = say.heads("rule", "evidence", "action", "authority", "citation")
        show_table(Table(group.title, heads, tuple(_finding(entry) for entry in group.entries)))


def _finding(entry: FindingEntry) -> Row:
    reviewed = f"reviewed {entry.reviewed_on}, confidence {entry.confidence}"
    return (
        Cell(f"{entry.title} ({entry.outcome})", tag=entry.word),
        Cell(" ".join(filter(None, (entry.evidence, entry.missing)))),
        Cell(entry.action),
        Cell(entry.authority),
        Cell(entry.citation, note=reviewed, url=entry.url),
    )
