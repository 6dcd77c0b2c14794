"""The ranking as a table; the marked row and the chosen site are one."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from siteselect.app.report_parts import show_table
from siteselect.app.selection import choose
from siteselect.app.state import chosen_row, verdict_counts
from siteselect.app.text import VERDICT_WORDS, harmless_cell
from siteselect.decision.ranking import order
from siteselect.report.records import Cell, Table
from siteselect.report.rounding import FIGURES, rounded, spread

if TYPE_CHECKING:
    from siteselect.assess import Assessment

HEIGHT_PX = 561
GBP_PER_KGBP = 1000.0
_KEY = "ranking"
_SHOWN = "ranking_order"
_VIEW = "ranking_view"
_NONE, _UNKNOWN = "none", "not known"
_HEAT, _WORTH = "Heat, MWh/a", "NPV, kGBP"
_VIEWS = {
    "How sure": ("Rank", "Could be", "Site", "Points", "Known", "Rules"),
    "Heat and money": ("Rank", "Site", "Points", _HEAT, _WORTH),
}
"""Columns are shown in two sets, since beside a map there is no room for all of them."""
_SIGNS = {"fail": "\u2717", "unknown": "?", "conditional": "!", "pass": "\u2713"}
SIGNS_KEY = ", ".join(
    f"{sign} {VERDICT_WORDS[verdict].lower()}" for verdict, sign in _SIGNS.items()
)

WHAT_IF = " (what-if)"
"""Mark of a site that is ranked although a rule fails it."""
RULES_KEY = f"Rules: {SIGNS_KEY}."
WORTH_KEY = "Heat that a sink uses; net present value against central, at planning prices."


def ranking_frame(assessment: Assessment) -> pd.DataFrame:
    """Lay out the ranking as a reader meets it, in words and rounded, best first."""
    table = assessment.ranking.table.loc[order(assessment.ranking.table)]
    sites = assessment.sites.loc[table.index]
    counts = verdict_counts(assessment.findings, table.index)
    returned = table["rank"].notna() & counts["fail"].gt(0)
    frame = pd.DataFrame(
        {
            "Rank": table["rank"],
            "Could be": [
                _NONE if pd.isna(best) else _span(best, worst)
                for best, worst in zip(table["rank_best"], table["rank_worst"], strict=True)
            ],
            "Site": [
                (str(name) or str(key)) + (WHAT_IF if back else "")
                for (key, name), back in zip(sites["name"].items(), returned, strict=True)
            ],
            "Points": [
                spread(low, high, "to")
                for low, high in zip(table["score_low"], table["score_high"], strict=True)
            ],
            "Known": (table["evidence_share"] * 100).round(),
        },
        index=table.index,
    )
    frame["Rules"] = [_signs(row) for row in counts.to_dict("records")]
    frame[_HEAT] = _rounded(sites["heat_used_mwh_a"])
    frame[_WORTH] = _rounded(sites["npv_gbp"] / GBP_PER_KGBP)
    return frame


def rank_words(assessment: Assessment, site_id: str) -> str:
    """Say how sure a site's place is: its range of ranks, its evidence, and rules ignored."""
    row: Any = assessment.ranking.table.loc[site_id]
    known = f"{row['evidence_share'] * 100:.0f} % of the weight is known."
    found = assessment.findings
    fails = found[(found["site_id"] == site_id) & (found["verdict"] == "fail")]["rule_id"]
    if pd.isna(row["rank"]):
        return f"Fails {_rules(len(fails))}, so it has no rank. {known}"
    span = _span(row["rank_best"], row["rank_worst"])
    sure = "whatever the unknowns are" if span == str(row["rank"]) else f"could be {span}"
    told = f" What-if: fails {_rules(len(fails))} that is ignored here." if len(fails) else ""
    return f"Rank {row['rank']}, {sure}. {known}{told}"


def show_ranking(assessment: Assessment, selected: str) -> None:
    """Draw the table, with the row of the chosen site marked, and follow clicks on it."""
    frame = ranking_frame(assessment)
    shown = [str(key) for key in frame.index]
    st.session_state[_SHOWN] = shown
    wanted = {"rows": [shown.index(selected)], "columns": [], "cells": []}
    if _selection(st.session_state.get(_KEY)) != wanted:
        st.session_state[_KEY] = {"selection": wanted}
    st.dataframe(
        frame.assign(Site=frame["Site"].map(harmless_cell)),
        key=_KEY,
        height=HEIGHT_PX,
        hide_index=True,
        column_order=_VIEWS[_view()],
        on_select=_follow,
        selection_mode=["single-row-required", "single-cell"],
        alt="Ranking of the sites; choosing a row selects the site",
        placeholder=_NONE,
        column_config=_columns(),
    )
    st.segmented_control(
        "Columns of the ranking",
        list(_VIEWS),
        key=_VIEW,
        required=True,
        label_visibility="collapsed",
    )
    st.markdown(f":small[{RULES_KEY if 'Rules' in _VIEWS[_view()] else WORTH_KEY}]")


def show_plain_ranking(assessment: Assessment) -> None:
    """Give the same table as plain text, with words for signs, for screen readers and for paper."""
    frame = ranking_frame(assessment)
    counts = verdict_counts(assessment.findings, frame.index).rename(columns=VERDICT_WORDS)
    words = frame.drop(columns="Rules").join(counts)
    words["Known"] = [f"{share:.0f} %" for share in frame["Known"]]
    words["Rank"] = frame["Rank"].astype("string").fillna(_NONE)
    for column in (_HEAT, _WORTH):
        words[column] = [_UNKNOWN if isnan(value) else rounded(value) for value in frame[column]]
    rows = tuple(tuple(Cell(str(cell)) for cell in row) for row in words.itertuples(index=False))
    show_table(Table("Ranking of the sites", tuple(map(str, words.columns)), rows))


def _columns() -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "Rank": number(width=48),
        "Could be": text(width=68, help="Best and worst rank, whatever the unknowns are."),
        "Site": text(width=150),
        "Points": text(width=88, help="From the sure to the possible points of 100."),
        "Known": number(format="%d %%", width=58, help="Part of the weight that is measured."),
        _HEAT: number(
            format="localized", width=92, help="Heat of the pod that a sink uses in a year."
        ),
        _WORTH: number(
            format="localized",
            width=80,
            help="Net present value against staying central, in thousand pounds.",
        ),
        "Rules": text(width=112, help=f"Number of rules. {SIGNS_KEY}"),
    }


def _view() -> str:
    chosen: str = st.session_state.setdefault(_VIEW, next(iter(_VIEWS)))
    return chosen


def _follow() -> None:
    choose(chosen_row(st.session_state[_KEY], st.session_state[_SHOWN]), centre=True)


def _selection(state: Any) -> dict[str, Any]:
    return dict(state["selection"]) if state else {}


def _rounded(values: pd.Series[float]) -> list[float]:
    """Round to significant figures; the unknown stays unknown."""
    return [float(f"{value:.{FIGURES}g}") for value in values]


def _signs(counts: dict[Any, int]) -> str:
    return " ".join(
        f"{counts[verdict]}{sign}" for verdict, sign in _SIGNS.items() if counts[verdict]
    )


def _rules(count: int) -> str:
    return "a rule" if count == 1 else f"{count} rules"


def _span(best: int, worst: int) -> str:
    return str(best) if best == worst else f"{best} to {worst}"
