"""All findings on the page: rules against sites, and a list, narrowed by topic and verdict."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from siteselect.app.findings_table import (
    SITE,
    counted,
    findings_csv,
    findings_list,
    matrix_of,
    matrix_sites,
    narrowed,
    rules_list,
)
from siteselect.app.keeping import keep, recall
from siteselect.app.report_parts import show_table
from siteselect.app.selection import choose, go_to
from siteselect.app.text import VERDICT_WORDS, escape, harmless_cell
from siteselect.decision.ranking import order
from siteselect.report.findings_matrix import CODES
from siteselect.report.records import Cell, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from siteselect.assess import Assessment

SITES = 30
"""Sites in the matrix at once; the list holds all."""
ROWS = 1000
"""Most rows of the list that are sent to the browser; the file holds all."""
HEIGHT_PX, LIST_PX = 560, 560
LOOKS = {
    CODES["fail"]: "background-color: #8f1d14; color: #ffffff",
    CODES["unknown"]: "background-color: #ffe08a; color: #4a3600",
    CODES["conditional"]: "background-color: #bcd8f5; color: #0b3056",
    CODES["pass"]: "background-color: #e3f3e6; color: #14532d",
}
"""Colours of the letters, those of the report."""
KEY = ", ".join(f"**{CODES[verdict]}** {VERDICT_WORDS[verdict].lower()}" for verdict in CODES)
_VIEWS = ("Leading sites", "Worst sites", "List with evidence")
_ASKED = ("Topic", "Says", "Asks for", "Who decides")
_LONG = ("Rule", "Found", "To do", "Who decides")


@st.fragment
def show_findings(assessment: Assessment, run: str) -> None:
    """Draw the findings of all sites, to be narrowed down, as a matrix and as a list.

    Parameters
    ----------
    assessment : the run, under the weights of this moment; something was screened in it.
    run : what tells this run from all others, whatever the weights.
    """
    listed = _listed(assessment, run)
    st.markdown(counted(listed))
    st.subheader("Rules against sites", anchor=False)
    shown, sites = _filtered(assessment, listed, run[:8])
    st.markdown(f"Shown: {counted(shown)}")
    view = st.segmented_control(
        "View of the findings",
        _VIEWS,
        key="findings_view",
        default=_VIEWS[0],
        required=True,
        label_visibility="collapsed",
    )
    if shown.empty:
        st.info("No finding is of this topic, verdict, site and pack. Take one of them away.")
    elif view == _VIEWS[2]:
        _list(shown)
    else:
        _matrix(assessment, shown, sites, leading=view == _VIEWS[0])
    _download(assessment, shown)


def show_rules(assessment: Assessment, run: str) -> None:
    """Draw every rule once: what it asks for, who decides, its source, and when it was reviewed.

    Parameters are those of `show_findings`.
    """
    rules = _rules(assessment, run)
    st.subheader("The rules and their sources", anchor=False)
    title = f"All {len(rules)} rules, with source, date of review and confidence"
    with st.expander(title, key="rules", on_change="rerun") as box:
        if not box.open:
            return
        show_table(_rules_table(title, rules))
        st.markdown(
            "Confidence is that of the rule being stated right for screening. "
            r"\[S\]: its source was read; \[K\]: general knowledge."
        )


def _rules_table(caption: str, rules: pd.DataFrame) -> Table:
    rows = tuple(
        (
            Cell(row["Rule"], note=str(rule)),
            *(Cell(row[head]) for head in _ASKED),
            Cell(row["Source"], url=row["Address"]),
            Cell(row["Reviewed"], note=f"confidence {row['Confidence']}"),
            Cell(row["Pack"]),
        )
        for rule, row in rules.iterrows()
    )
    return Table(caption, ("Rule", *_ASKED, "Source", "Reviewed", "Pack"), rows)


def _filtered(
    assessment: Assessment, listed: pd.DataFrame, run: str
) -> tuple[pd.DataFrame, list[str]]:
    """Draw the filters, and give what they leave and the sites that were named."""
    names = assessment.sites["name"]
    keys = {part: f"findings_{part}_{run}" for part in ("site", "topic", "verdict", "pack")}
    for key in keys.values():
        recall(key, [])
    topic, site, pack = st.columns([2, 2, 1])
    topic.multiselect(
        "Topic", sorted(listed["Topic"].unique()), key=keys["topic"], placeholder="All"
    )
    site.multiselect(
        "Site",
        [str(key) for key in order(assessment.ranking.table)],
        key=keys["site"],
        format_func=lambda key: str(names[key]) or key,
        placeholder="All",
    )
    pack.multiselect("Pack", sorted(listed["Pack"].unique()), key=keys["pack"], placeholder="All")
    st.pills("Verdict", list(VERDICT_WORDS.values()), selection_mode="multi", key=keys["verdict"])
    wanted = {part: keep(key) for part, key in keys.items()}
    sites = list(wanted["site"])
    return narrowed(listed, wanted["topic"], wanted["verdict"], wanted["pack"], sites), sites


def _matrix(
    assessment: Assessment, shown: pd.DataFrame, named: list[str], *, leading: bool
) -> None:
    sites = named or matrix_sites(assessment, SITES, leading=leading)
    table = matrix_of(shown, assessment.findings, sites)
    if table.empty:
        st.info("None of these sites has such a finding; the list may hold others.")
        return
    names = assessment.sites["name"]
    columns: dict[str, Any] = {
        SITE + site: st.column_config.TextColumn(
            harmless_cell(names[site] or site), width=64, help=escape(names[site] or site)
        )
        for site in sites
    }
    columns["Topic"] = st.column_config.TextColumn(width=90, pinned=True)
    columns["Rule"] = st.column_config.TextColumn(width=250, pinned=True)
    plain = table.assign(Rule=table["Rule"].map(harmless_cell))
    chosen = st.dataframe(
        plain.style.map(
            lambda letter: LOOKS.get(letter, ""), subset=[SITE + site for site in sites]
        ),
        key=f"findings_matrix_{leading}",
        height=min(HEIGHT_PX, 38 + 35 * len(table)),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-cell",
        column_config=columns,
        alt="Rules against sites; choosing a cell shows what was found",
    )
    st.markdown(f":small[{KEY}. Choose a cell for what was found there.]")
    cells: Sequence[tuple[int, str]] = chosen["selection"]["cells"] if chosen else ()
    if len(cells) == 1 and cells[0][1].startswith(SITE) and 0 <= cells[0][0] < len(table):
        _evidence(shown, str(table.index[cells[0][0]]), cells[0][1].removeprefix(SITE))


def _evidence(shown: pd.DataFrame, rule: str, site: str) -> None:
    """Show what a rule found at a site, and offer to go there."""
    found = shown[(shown.index == site) & (shown["Rule id"] == rule).to_numpy()]
    if found.empty:
        st.markdown("This rule has no such finding at this site.")
        return
    row = found.iloc[0]
    lines = [
        f"**{escape(row['Verdict'])}**: {escape(row['Rule'])} at {escape(row['Site'])}",
        f"Found: {escape(row['Found'])}",
        f"To do: {escape(row['To do'])}" if row["To do"] else "",
        f"Who decides: {escape(row['Who decides'])}",
        f"Source: {escape(row['Source'])}",
        f"Reviewed {escape(row['Reviewed'])}, confidence {escape(row['Confidence'])}, "
        + escape(rule),
    ]
    with st.container(border=True, key="findings_evidence"):
        st.markdown("\n".join(f"- {line}" for line in lines if line))
        if st.button("Open this site", key="findings_open"):
            choose(site, centre=True)
            go_to("site")
            st.rerun()


def _list(shown: pd.DataFrame) -> None:
    first = shown.head(ROWS)
    texts = first.select_dtypes(exclude="number").columns
    safe = first.assign(**{column: first[column].map(harmless_cell) for column in texts})
    widths = {"Rule": 220, "Found": 320, "To do": 260, "Who decides": 160}
    st.dataframe(
        safe,
        key="findings_list",
        height=LIST_PX,
        hide_index=True,
        row_height=74,
        column_config={
            column: st.column_config.TextColumn(width=widths[column]) for column in _LONG
        },
        alt="Findings with their evidence, worst first",
    )
    if len(first) < len(shown):
        st.markdown(f":small[The first {ROWS:,} are listed; the file holds all {len(shown):,}.]")


def _download(assessment: Assessment, shown: pd.DataFrame) -> None:
    st.download_button(
        "These findings (CSV)",
        partial(findings_csv, shown),
        file_name=f"{assessment.study.name}-findings.csv",
        mime="text/csv",
        on_click="ignore",
    )


# Streamlit leaves an argument with a leading underscore out of the key.
@st.cache_data(max_entries=4, show_spinner=False)
def _listed(_assessment: Assessment, run: str) -> pd.DataFrame:
    del run  # a part of the key only
    return findings_list(_assessment)


@st.cache_data(max_entries=4, show_spinner=False)
def _rules(_assessment: Assessment, run: str) -> pd.DataFrame:
    del run  # a part of the key only
    return rules_list(_assessment)
