"""Sheets of a workbook that follow: values, scores, the ranking, and the leading sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siteselect.contracts import VERDICTS
from siteselect.report import workbook_formulas as formulas
from siteselect.report.workbook_inputs import (
    FIRST_MEASURE,
    GROUPS_ROW,
    LEADING,
    LEADING_COLUMN,
    MEASURES_ROW,
    RANKED,
    VALUE_HIGH,
    VALUE_LOW,
    WEIGHT,
    criteria_row,
)
from siteselect.report.workbook_text import (
    begin,
    look,
    put_formula,
    put_heads,
    put_number,
    put_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteselect.assess import Assessment
    from siteselect.report.workbook_text import Book

VALUES_ROW, FIRST_VALUE = 6, 2
SCORES_ROW, RANKING_ROW = 4, 4
SCORES = (
    *("site_id", "name", "kind", "ranked", "score_low", "score_high", "evidence_share"),
    *("rank", "rank_best", "rank_worst", "possible_first", "sure_first", "was_rank", "place"),
    *("low_ranked", "high_ranked", "tie_key", "id_order", *VERDICTS),
)
"""Columns of the sheet of scores."""
RANKING = (
    *("place", "rank", "rank_best", "rank_worst", "was_rank", "name", "site_id", "kind"),
    *("score_low", "score_high", "evidence_share", *VERDICTS, "row"),
)
"""Columns of the sheet of the ranking; the last is where the site stands among the scores."""

_COLUMN = {name: place for place, name in enumerate(SCORES)}
_NUMBERS = {
    "score_low": "0.000",
    "score_high": "0.000",
    "evidence_share": "0%",
    "low_ranked": "0.000",
    "high_ranked": "0.000",
    "tie_key": "0",
}
_TEXTS = frozenset({"site_id", "name", "kind"})
_TRILLION = 1e12


def values_sheet(assessment: Assessment, book: Book, sites: Sequence[str]) -> None:
    """Write the value of every measure by formula, and the weights over their columns."""
    page, say = begin(book, "values"), book.say
    criteria = list(assessment.weights.index)
    weights, first = book.sheets["weights"].get_name(), criteria_row(assessment)
    ends = (
        assessment.weights * assessment.unknown_low,
        assessment.weights * assessment.unknown_high,
    )
    for row, (label, column, now) in enumerate(
        (
            ("weight", None, assessment.weights),
            ("low", VALUE_LOW, ends[0]),
            ("high", VALUE_HIGH, ends[1]),
        ),
        2,
    ):
        put_text(book, page, row, 1, say(f"values.{label}"), "quiet")
        for place, name in enumerate(criteria):
            formula = formulas.at(weights, first + place, WEIGHT)
            if column is not None:
                formula += f"*{formulas.at(weights, first + place, column)}"
            put_formula(book, page, row, FIRST_VALUE + place, formula, now[name], "0.0000")
    titles = [assessment.criteria[name].title for name in criteria]
    put_heads(book, page, 5, [say("column.site_id"), say("column.name"), *titles])
    measures = book.sheets["measures"].get_name()
    table = assessment.values.loc[list(sites), criteria].to_numpy(dtype=float)
    names = assessment.sites.loc[list(sites), "name"].tolist()
    for place, (site, name) in enumerate(zip(sites, names, strict=True)):
        put_text(book, page, VALUES_ROW + place, 0, site)
        put_text(book, page, VALUES_ROW + place, 1, name)
        for column, criterion in enumerate(criteria):
            cell = formulas.at(measures, MEASURES_ROW + place, FIRST_MEASURE + column, fixed=False)
            put_formula(
                *(book, page, VALUES_ROW + place, FIRST_VALUE + column),
                *(formulas.worth_or_unknown(cell, criterion), table[place, column], "0.000"),
            )
    page.set_column(0, 1, 26)
    page.set_column(FIRST_VALUE, FIRST_VALUE + len(criteria) - 1, 13)
    page.freeze_panes(VALUES_ROW, 2)


def scores_table(assessment: Assessment, sites: Sequence[str]) -> pd.DataFrame:
    """Work out what every cell of the sheet of scores holds now, in the columns `SCORES`.

    Parameters
    ----------
    assessment : what the workbook is made from.
    sites : the sites in the order in which they are read.
    """
    table = assessment.ranking.table.loc[list(sites)].copy()
    ranked = assessment.eligible.loc[table.index]
    table["site_id"] = table.index.astype(str)
    for column in ("name", "kind"):
        table[column] = assessment.sites.loc[table.index, column]
    for column in ("possible_first", "sure_first"):
        table[column] = table[column].map({True: "yes", False: "no"})
    table["ranked"] = ranked.map({True: "yes", False: "no"})
    table["was_rank"] = table["rank"]
    table["place"] = np.arange(1, len(table) + 1)
    table["low_ranked"] = table["score_low"].where(ranked)
    table["high_ranked"] = table["score_high"].where(ranked)
    table["tie_key"] = (table["score_high"] * _TRILLION).round()
    table["id_order"] = table["site_id"].argsort(kind="stable").argsort().to_numpy()
    found = assessment.findings
    for verdict in VERDICTS:
        counts = found.loc[found["verdict"] == verdict, "site_id"].value_counts()
        table[verdict] = counts.reindex(table.index, fill_value=0)
    return table[list(SCORES)]


def scores_sheet(assessment: Assessment, book: Book, table: pd.DataFrame) -> None:
    """Write scores and ranks by formula."""
    page, say = begin(book, "scores"), book.say
    put_heads(book, page, SCORES_ROW - 1, [say(f"column.{name}") for name in SCORES])
    count, criteria = len(table), len(assessment.weights)
    for place, now in enumerate(table.to_dict("records")):
        row = SCORES_ROW + place
        live = _formulas(book, place, count, criteria)
        for column, name in enumerate(SCORES):
            value, number = now[name], _NUMBERS.get(name, "")
            value = None if pd.isna(value) else value
            if name in live:
                put_formula(book, page, row, column, live[name], value, number)
            elif name in _TEXTS:
                put_text(book, page, row, column, value)
            elif value is not None:
                put_number(book, page, row, column, float(value), number, "quiet")
    page.set_column(0, 1, 26)
    page.set_column(2, len(SCORES) - 1, 11)
    page.freeze_panes(SCORES_ROW, 2)
    page.autofilter(SCORES_ROW - 1, 0, SCORES_ROW + count - 1, len(SCORES) - 1)


def _formulas(book: Book, place: int, count: int, criteria: int) -> dict[str, str]:
    """Write the formulas of one site, by column."""
    scores, values = book.sheets["scores"].get_name(), book.sheets["values"].get_name()
    measures = book.sheets["measures"].get_name()
    row, last_value = SCORES_ROW + place, FIRST_VALUE + criteria - 1
    mine = {name: formulas.at(scores, row, column) for name, column in _COLUMN.items()}
    every = {
        name: formulas.span(scores, (SCORES_ROW, column), (SCORES_ROW + count - 1, column))
        for name, column in _COLUMN.items()
    }
    weights, low, high, value = (
        formulas.span(values, (line, FIRST_VALUE), (line, last_value))
        for line in (2, 3, 4, VALUES_ROW + place)
    )
    ranked, itself = (
        mine["ranked"],
        f"({mine['score_high']}>{mine['score_low']}+{formulas.TOLERANCE})",
    )
    better = {
        "rank": f"1+{formulas.above(every['low_ranked'], mine['score_low'])}",
        "rank_best": f"1+{formulas.above(every['low_ranked'], mine['score_high'])}",
        # Counted with the others, a site whose own interval is wide would stand ahead of itself.
        "rank_worst": f"1+{formulas.above(every['high_ranked'], mine['score_low'])}-{itself}",
        "low_ranked": mine["score_low"],
        "high_ranked": mine["score_high"],
    }
    keys = ("ranked", "rank", "tie_key", "id_order")
    return {
        "ranked": formulas.at(measures, MEASURES_ROW + place, RANKED),
        "score_low": formulas.score(weights, low, value),
        "score_high": formulas.score(weights, high, value),
        "evidence_share": formulas.evidence(weights, value),
        **{name: formulas.if_ranked(ranked, formula) for name, formula in better.items()},
        "possible_first": f'IF({mine["rank_best"]}=1,"yes","no")',
        "sure_first": f'IF({mine["rank_worst"]}=1,"yes","no")',
        "tie_key": f"ROUND({mine['score_high']}*1E12,0)",
        "place": formulas.place([mine[key] for key in keys], [every[key] for key in keys]),
    }


def ranking_sheet(book: Book, table: pd.DataFrame) -> None:
    """Write the sites in the order of their scores, by formula."""
    page, say, scores = begin(book, "ranking"), book.say, book.sheets["scores"].get_name()
    put_heads(book, page, RANKING_ROW - 1, [say(f"column.{name}") for name in RANKING])
    count, own = len(table), page.get_name()
    places = formulas.span(
        scores, (SCORES_ROW, _COLUMN["place"]), (SCORES_ROW + count - 1, _COLUMN["place"])
    )
    for place, now in enumerate(table.to_dict("records")):
        row = RANKING_ROW + place
        put_number(book, page, row, 0, place + 1, "0", "quiet")
        found = formulas.at(own, row, len(RANKING) - 1, fixed=False)
        for column, name in enumerate(RANKING[1:-1], 1):
            formula, value = _picked(scores, name, count, found), now[name]
            value = None if pd.isna(value) else value
            put_formula(book, page, row, column, formula, value, _NUMBERS.get(name, ""))
        match = f"MATCH({formulas.at(own, row, 0, fixed=False)},{places},0)"
        put_formula(book, page, row, len(RANKING) - 1, match, place + 1)
    end = RANKING_ROW + count - 1
    score = RANKING.index("score_low")
    page.conditional_format(
        *(RANKING_ROW, score, end, score),
        {
            "type": "data_bar",
            "bar_solid": True,
            "bar_color": "#9cc3de",
            "min_type": "num",
            "min_value": 0,
            "max_type": "num",
            "max_value": 1,
        },
    )
    page.set_column(0, 4, 9)
    page.set_column(5, 6, 30)
    page.set_column(7, len(RANKING) - 1, 12)
    page.freeze_panes(RANKING_ROW, 6)


def leading_sites(book: Book, table: pd.DataFrame) -> None:
    """Show the leading sites beside the weights, so that they are seen to move."""
    page, ranking = book.sheets["weights"], book.sheets["ranking"].get_name()
    put_text(book, page, GROUPS_ROW - 2, LEADING_COLUMN, book.say("weights.leading"), "strong")
    shown = ("rank", "was_rank", "score_low", "name")
    for column, name in enumerate(shown, LEADING_COLUMN):
        page.write_string(GROUPS_ROW - 1, column, book.say(f"column.{name}"), look(book, "head"))
        for place, now in enumerate(table[name].head(LEADING).tolist()):
            source = formulas.at(ranking, RANKING_ROW + place, RANKING.index(name))
            value: Any = None if pd.isna(now) else now
            formula = f'{source}&""' if name in _TEXTS else source
            put_formula(
                *(book, page, GROUPS_ROW + place, column),
                *(formula, value, _NUMBERS.get(name, "")),
            )


def _picked(scores: str, name: str, count: int, found: str) -> str:
    column = _COLUMN[name]
    every = formulas.span(scores, (SCORES_ROW, column), (SCORES_ROW + count - 1, column))
    picked = f"INDEX({every},{found})"
    # An empty cell would be picked as 0.
    if name == "was_rank":
        return f'IF({picked}="","",{picked})'
    return f'{picked}&""' if name in _TEXTS else picked
