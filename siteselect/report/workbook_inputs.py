"""Sheets of a workbook that a reader changes: weights, scales and measures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from siteselect.report import workbook_formulas as formulas
from siteselect.report.workbook_text import (
    begin,
    number_format,
    put_formula,
    put_heads,
    put_number,
    put_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter.worksheet import Worksheet

    from siteselect.assess import Assessment
    from siteselect.report.workbook_text import Book

LEADING = 10
"""Leading sites that stand beside the weights."""
GROUPS_ROW = 5
"""First row of the groups [0 is the top]."""
SWING, WEIGHT, KNOWN_LOW, KNOWN_HIGH, VALUE_LOW, VALUE_HIGH = 1, 5, 8, 9, 10, 11
"""Columns of the sheet of weights."""
MEASURES_ROW, FIRST_MEASURE, RANKED = 4, 4, 3
"""First row of the sites on the sheet of measures, first column of a criterion, and eligibility."""
LEADING_COLUMN = 7

_PERCENT, _DECIMALS, _SWING = "0.0%", "0.000", "General"


def criteria_row(assessment: Assessment) -> int:
    """Say in which row the criteria begin, under the groups and the leading sites."""
    return GROUPS_ROW + max(len(assessment.tree), LEADING) + 3


def weights_sheet(assessment: Assessment, book: Book) -> None:
    """Write swings to be changed, and the weights that follow from them."""
    page, say = begin(book, "weights"), book.say
    criteria = criteria_row(assessment)
    name = page.get_name()
    total = formulas.span(
        name, (criteria, WEIGHT), (criteria + len(assessment.weights) - 1, WEIGHT)
    )
    put_text(book, page, 2, 0, say("weights.check"), "strong")
    sound = f"ABS(SUM({total})-1)<1E-9"
    # Without a swing the sum is an error, and so is a comparison with it.
    judged = f'IF(ISERROR({sound}),"{say("weights.unsound")}",IF({sound},"{say("weights.sound")}"'
    put_formula(
        book, page, 2, 1, f'{judged},"{say("weights.unsound")}"))', say("weights.sound"), ""
    )
    _groups(assessment, book, page)
    _criteria(assessment, book, page, criteria)
    _swing_cells(page, book, (GROUPS_ROW, len(assessment.tree)))
    _swing_cells(page, book, (criteria, len(assessment.weights)))
    page.data_validation(
        GROUPS_ROW,
        2,
        GROUPS_ROW + len(assessment.tree) - 1,
        2,
        {"validate": "list", "source": ["yes", "no"], "error_message": say("weights.lock_fault")},
    )
    page.set_column(0, 0, 34)
    page.set_column(1, 11, 13)
    page.freeze_panes(4, 1)


def _groups(assessment: Assessment, book: Book, page: Worksheet) -> None:
    heads = ("groups", "swing", "locked", "was_swing", "share", "weight")
    put_heads(book, page, GROUPS_ROW - 1, [book.say(f"weights.{head}") for head in heads])
    name, last = page.get_name(), GROUPS_ROW + len(assessment.tree) - 1
    whole = math.fsum(swing for swing, _ in assessment.tree.values())
    study = assessment.study.groups
    for row, (group, (swing, _)) in enumerate(assessment.tree.items(), GROUPS_ROW):
        locked = group in study and study[group].locked
        put_text(book, page, row, 0, group)
        put_number(book, page, row, SWING, swing, _SWING, "quiet" if locked else "input")
        put_text(book, page, row, 2, "yes" if locked else "no", "input")
        put_number(book, page, row, 3, swing, _SWING, "quiet")
        swings = formulas.span(name, (GROUPS_ROW, 3), (last, 3))
        share = f"{formulas.at(name, row, 3)}/SUM({swings})"
        put_formula(book, page, row, 4, share, swing / whole, _PERCENT)
        weight = formulas.group_weight(row, (GROUPS_ROW, last), name)
        put_formula(book, page, row, WEIGHT, weight, swing / whole, _PERCENT)


def _criteria(assessment: Assessment, book: Book, page: Worksheet, first: int) -> None:
    heads = ("criterion", "swing", "group", "was_swing", "share_in_group", "weight", "was_weight")
    more = ("unit", "unknown_from", "unknown_to", "value_low", "value_high")
    put_heads(book, page, first - 1, [book.say(f"weights.{head}") for head in (*heads, *more)])
    put_text(book, page, first - 2, 0, book.say("weights.unknown_note"), "note")
    name, row = page.get_name(), first
    for place, (group, (_, branch)) in enumerate(assessment.tree.items()):
        whole = math.fsum(branch.values())
        swings = formulas.span(name, (row, SWING), (row + len(branch) - 1, SWING))
        upper = formulas.at(name, GROUPS_ROW + place, WEIGHT)
        for criterion, swing in branch.items():
            record, weight = assessment.criteria[criterion], assessment.weights[criterion]
            put_text(book, page, row, 0, record.title)
            put_number(book, page, row, SWING, swing, _SWING, "input")
            put_text(book, page, row, 2, group)
            put_number(book, page, row, 3, swing, _SWING, "quiet")
            share = f"{formulas.at(name, row, SWING)}/SUM({swings})"
            put_formula(book, page, row, 4, share, swing / whole, _PERCENT)
            mine = f"{upper}*{formulas.at(name, row, 4)}"
            put_formula(book, page, row, WEIGHT, mine, weight, _PERCENT)
            put_number(book, page, row, 6, weight, _PERCENT, "quiet")
            put_text(book, page, row, 7, record.unit)
            _unknown_range(assessment, book, page, row, criterion)
            row += 1


def _unknown_range(
    assessment: Assessment, book: Book, page: Worksheet, row: int, criterion: str
) -> None:
    plausible = plausible_of(assessment)[criterion]
    unit = number_format(assessment.criteria[criterion].unit)
    ends = (math.nan, math.nan) if plausible is None else plausible
    for column, end in zip((KNOWN_LOW, KNOWN_HIGH), ends, strict=True):
        put_number(book, page, row, column, end, unit, "input")
    name = page.get_name()
    given = formulas.span(name, (row, KNOWN_LOW), (row, KNOWN_HIGH))
    within = f"knots_within_{criterion}"
    low, high = assessment.unknown_low[criterion], assessment.unknown_high[criterion]
    put_formula(book, page, row, VALUE_LOW, f"IF(COUNT({given})=2,MIN({within}),0)", low, _DECIMALS)
    put_formula(
        book, page, row, VALUE_HIGH, f"IF(COUNT({given})=2,MAX({within}),1)", high, _DECIMALS
    )


def plausible_of(assessment: Assessment) -> Mapping[str, tuple[float, float] | None]:
    """Give the range of each criterion's measure while it is unknown [the criterion's unit]."""
    return {
        name: choice.plausible
        for group in assessment.study.groups.values()
        for name, choice in group.criteria.items()
    }


def scales_sheet(assessment: Assessment, book: Book) -> None:
    """Write the knots of every value function, and name their ranges."""
    page, say = begin(book, "scales"), book.say
    heads = ("criterion", "key", "unit", "measure", "value", "within")
    put_heads(book, page, 3, [say(f"scales.{head}") for head in heads])
    row = 4
    weights, first = book.sheets["weights"].get_name(), criteria_row(assessment)
    for place, criterion in enumerate(assessment.weights.index):
        knots = assessment.criteria[criterion].scale.knots
        # Named first: a formula may refer to them.
        for column, of in enumerate(("at", "value", "within"), 3):
            area = formulas.span(page.get_name(), (row, column), (row + len(knots) - 1, column))
            book.file.define_name(f"knots_{of}_{criterion}", f"={area}")
        low, high = (formulas.at(weights, first + place, c) for c in (KNOWN_LOW, KNOWN_HIGH))
        _knots(assessment, book, page, row, criterion, (low, high))
        page.data_validation(
            row,
            4,
            row + len(knots) - 1,
            4,
            {
                "validate": "decimal",
                "criteria": "between",
                "minimum": 0,
                "maximum": 1,
                "error_message": say("scales.value_fault"),
            },
        )
        row += len(knots) + 1
    page.set_column(0, 1, 28)
    page.set_column(2, 2, 14)
    page.set_column(3, 5, 16)
    page.freeze_panes(4, 0)


def _knots(
    assessment: Assessment,
    book: Book,
    page: Worksheet,
    first: int,
    criterion: str,
    known: tuple[str, str],
) -> None:
    record, plausible = assessment.criteria[criterion], plausible_of(assessment)[criterion]
    at, worth = np.array(record.scale.knots, dtype=float).T
    for row, (measure, value) in enumerate(record.scale.knots, first):
        put_text(book, page, row, 0, record.title if row == first else "")
        put_text(book, page, row, 1, criterion if row == first else "", "quiet")
        put_text(book, page, row, 2, record.unit)
        put_number(book, page, row, 3, measure, "General", "input")
        put_number(book, page, row, 4, value, "0.0##", "input")
        knot = formulas.at(page.get_name(), row, 3)
        within = formulas.worth_within(knot, *known, criterion)
        cached = (
            "" if plausible is None else float(np.interp(np.clip(measure, *plausible), at, worth))
        )
        put_formula(book, page, row, 5, within, cached, _DECIMALS)


def measures_sheet(assessment: Assessment, book: Book, sites: Sequence[str]) -> None:
    """Write the measures of every site in their units; empty where unknown."""
    page, say = begin(book, "measures"), book.say
    heads = [say(f"column.{head}") for head in ("site_id", "name", "kind", "ranked")]
    names = list(assessment.weights.index)
    records = assessment.criteria
    put_heads(
        book,
        page,
        3,
        [*heads, *(f"{records[name].title} [{records[name].unit}]" for name in names)],
    )
    table = assessment.measures.loc[list(sites), names].to_numpy(dtype=float)
    named = assessment.sites.loc[list(sites), ["name", "kind"]].itertuples(index=False)
    eligible = assessment.eligible.loc[list(sites)].tolist()
    number = [number_format(records[name].unit) for name in names]
    for row, (site, (name, kind), ranked) in enumerate(
        zip(sites, named, eligible, strict=True), MEASURES_ROW
    ):
        for column, text in enumerate((site, name, kind)):
            put_text(book, page, row, column, text)
        put_text(book, page, row, RANKED, "yes" if ranked else "no", "input")
        for column, measure in enumerate(table[row - MEASURES_ROW].tolist()):
            put_number(book, page, row, FIRST_MEASURE + column, measure, number[column], "input")
    last, end = MEASURES_ROW + len(sites) - 1, FIRST_MEASURE + len(names) - 1
    page.data_validation(
        *(MEASURES_ROW, FIRST_MEASURE, last, end),
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": -1e12,
            "maximum": 1e12,
            "error_message": say("measures.fault"),
        },
    )
    page.data_validation(
        *(MEASURES_ROW, RANKED, last, RANKED),
        {"validate": "list", "source": ["yes", "no"], "error_message": say("weights.lock_fault")},
    )
    unknown = book.file.add_format({"bg_color": "#d9d9d9", "pattern": 14, "fg_color": "#a0a0a0"})
    page.conditional_format(
        *(MEASURES_ROW, FIRST_MEASURE, last, end), {"type": "blanks", "format": unknown}
    )
    page.set_column(0, 1, 26)
    page.set_column(2, 3, 12)
    page.set_column(FIRST_MEASURE, end, 15)
    page.freeze_panes(MEASURES_ROW, 2)
    page.autofilter(MEASURES_ROW - 1, 0, last, end)


def _swing_cells(page: Worksheet, book: Book, rows: tuple[int, int]) -> None:
    first, count = rows
    page.data_validation(
        *(first, SWING, first + count - 1, SWING),
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": 0,
            "maximum": 100,
            "input_title": book.say("weights.swing"),
            "ignore_blank": False,
            "input_message": book.say("weights.swing_prompt"),
            "error_title": book.say("weights.swing"),
            "error_message": book.say("weights.swing_fault"),
        },
    )
