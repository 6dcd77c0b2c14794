"""The formulas of a workbook: the model of `decision.value`, `weights` and `ranking` in cells.

They use functions of Excel 2010 and LibreOffice alone, none of them an array formula. Names from
outside never stand in a formula: it refers to cells, and to names made from our own criteria.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

TOLERANCE = "1E-12"
"""Scores closer than this are a tie, as in `decision.ranking.TOLERANCE`."""


def at(sheet: str, row: int, column: int, *, fixed: bool = True) -> str:
    """Refer to a cell of a sheet."""
    return f"'{sheet}'!{xl_rowcol_to_cell(row, column, fixed, fixed)}"


def span(sheet: str, first: tuple[int, int], last: tuple[int, int]) -> str:
    """Refer to a range of a sheet, by its first and last row and column."""
    return f"'{sheet}'!{xl_range_abs(*first, *last)}"


def knots(criterion: str) -> tuple[str, str]:
    """Name the ranges that hold the measures and values of a criterion's knots."""
    return f"knots_at_{criterion}", f"knots_value_{criterion}"


def worth(measure: str, criterion: str) -> str:
    """Value a measure on its scale: straight between knots, level beyond them."""
    place, value = knots(criterion)
    here = f"MATCH({measure},{place},1)"
    rise = f"(INDEX({value},{here}+1)-INDEX({value},{here}))"
    run = f"(INDEX({place},{here}+1)-INDEX({place},{here}))"
    between = f"INDEX({value},{here})+({measure}-INDEX({place},{here}))*{rise}/{run}"
    last = f"ROWS({place})"
    return (
        f"IF({measure}<=INDEX({place},1),INDEX({value},1),"
        f"IF({measure}>=INDEX({place},{last}),INDEX({value},{last}),{between}))"
    )


def worth_or_unknown(measure: str, criterion: str) -> str:
    """Value a measure, or leave it empty where the measure is."""
    return f'IF({measure}="","",{worth(measure, criterion)})'


def worth_within(knot: str, low: str, high: str, criterion: str) -> str:
    """Value the measure of a range that is nearest to a knot.

    The least and greatest of these over all knots bound the value within the range: knots inside
    count themselves, and the others stand for the range's ends (`decision.value.value_bounds`).
    """
    inside = worth(f"MEDIAN({low},{knot},{high})", criterion)
    return f'IF(COUNT({low},{high})=2,{inside},"")'


def group_weight(row: int, rows: tuple[int, int], sheet: str) -> str:
    """Share 1 between the groups; a locked one keeps its share in the study.

    Columns: swing 1, locked 2, swing in the study 3, share in the study 4.
    """
    first, last = rows
    swing, locked, share = (span(sheet, (first, column), (last, column)) for column in (1, 2, 4))
    mine, lock, kept = (at(sheet, row, column) for column in (1, 2, 4))
    free = f'(1-SUMIF({locked},"yes",{share}))*{mine}/SUMIF({locked},"<>yes",{swing})'
    return f'IF({lock}="yes",{kept},{free})'


def score(weights: str, unknown: str, values: str) -> str:
    """Sum weight times value, with what is unknown at one end of its range."""
    return f'MIN(1,SUMPRODUCT({weights},{values})+SUMPRODUCT(({values}="")*{unknown}))'


def evidence(weights: str, values: str) -> str:
    """Sum the weight of what is known."""
    return f'SUMPRODUCT(({values}<>"")*{weights})/SUM({weights})'


def if_ranked(ranked: str, then: str) -> str:
    """Leave a cell empty at a site that is not ranked."""
    return f'IF({ranked}="yes",{then},"")'


def above(scores: str, score_of: str) -> str:
    """Count the scores that are higher by more than the tolerance."""
    return f'COUNTIF({scores},">"&({score_of}+{TOLERANCE}))'


def place(cells: Sequence[str], columns: Sequence[str]) -> str:
    """Find a site's place in the order in which a table is read (`decision.ranking.order`).

    By rank, then by the greatest score, then by name; sites without a rank follow by name.

    Parameters
    ----------
    cells : of the site: whether it is ranked, its rank, its greatest score, and its name's place.
    columns : the same, of all sites.
    """
    ranked, rank, tie, name = cells
    all_ranked, ranks, ties, names = columns
    higher = f'COUNTIFS({ranks},{rank},{ties},">"&{tie})'
    earlier = f'COUNTIFS({ranks},{rank},{ties},{tie},{names},"<"&{name})'
    tied = f"IF(COUNTIF({ranks},{rank})=1,0,{higher}+{earlier})"
    first = f'1+COUNTIF({ranks},"<"&{rank})+{tied}'
    last = f'1+COUNT({ranks})+COUNTIFS({all_ranked},"<>yes",{names},"<"&{name})'
    return f'IF({ranked}="yes",{first},{last})'
