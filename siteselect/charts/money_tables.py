"""The numbers of the charts of money as plain tables and in words, beside what was drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from siteselect.charts.axes import (
    MONEY,
    PlainTable,
    Rung,
    Scale,
    amount,
    figures,
    peak_of,
    same_length,
    scale_for,
    sentences,
)
from siteselect.charts.drawing import plain
from siteselect.charts.gaps import known, runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Swing:
    """How far one uncertain input moves a result: the result at its low, base and high value.

    The labels say what the low and the high value of the input are, with their unit.
    """

    label: str
    low: float
    base: float
    high: float
    low_label: str
    high_label: str


@dataclass(frozen=True, slots=True)
class MoneyWords:
    """The words on and beside the charts of money; `{...}` are filled in."""

    year: str = "Year"
    surplus: str = "Surplus of the year"
    deficit: str = "Deficit of the year"
    net: str = "Net of the year"
    cumulative: str = "Sum so far"
    at_end: str = "Sum at the end"
    paid_back: str = "Paid back in year {year}"
    not_paid_back: str = "Not paid back by year {year}"
    unknown: str = "Not known"
    input: str = "Uncertain input"
    at_low: str = "At its low value"
    at_high: str = "At its high value"
    base: str = "Base case"
    more: str = "{count} smaller ones are in the table"
    part: str = "Part"
    amount: str = "Amount"
    share: str = "Share"
    total: str = "Total"
    total_known: str = "Total of what is known"


ENGLISH = MoneyWords()


def cash_flow_table(
    years: Sequence[int],
    net_gbp: ArrayLike,
    cumulative_gbp: ArrayLike,
    *,
    words: MoneyWords = ENGLISH,
) -> PlainTable:
    """Tell the numbers of `cash_flow_bars`, one row a year."""
    net, total = flows(years, net_gbp, cumulative_gbp)
    scale = scale_for(peak_of(net, total), MONEY)
    heads = (words.year, *(f"{name}, {scale.unit}" for name in (words.net, words.cumulative)))
    rows = [
        (str(year), *(cell(value / scale.size, words) for value in pair))
        for year, *pair in zip(years, net.tolist(), total.tolist(), strict=True)
    ]
    return heads, tuple(rows)


def cash_flow_text(
    years: Sequence[int],
    net_gbp: ArrayLike,
    cumulative_gbp: ArrayLike,
    *,
    words: MoneyWords = ENGLISH,
) -> str:
    """Say what `cash_flow_bars` shows: the sum at the end, payback, and years not known."""
    net, total = flows(years, net_gbp, cumulative_gbp)
    if not len(net):
        return sentences([words.unknown])
    at_end = _amount(float(total[-1]), MONEY, words)
    gaps = np.isnan(net) | np.isnan(total)
    said = [f"{words.at_end}: {at_end}", payback_words(years, total, words)]
    return sentences([*said, unknown_years(years, gaps, words)])


def payback_year(years: Sequence[int], cumulative_gbp: ArrayLike) -> int | None:
    """Read from the cumulative line the year in which it leaves the red for good.

    None where it was never in the red, where it ends there, or where a gap hides the crossing.

    Parameters
    ----------
    years : in order.
    cumulative_gbp : sum of the cash flow up to each year [GBP].
    """
    total = known(cumulative_gbp, signed=True)
    same_length(years, total)
    red = np.flatnonzero(~(total >= 0))
    if not len(red) or red[-1] + 1 == len(total) or np.isnan(total[red[-1]]):
        return None
    return int(years[int(red[-1]) + 1])


def payback_words(
    years: Sequence[int], cumulative_gbp: NDArray[np.float64], words: MoneyWords
) -> str:
    """Say when the money is back, or that it is not by the end; nothing where a gap hides it."""
    year = payback_year(years, cumulative_gbp)
    if year is not None:
        return words.paid_back.format(year=year)
    if len(cumulative_gbp) and cumulative_gbp[-1] < 0:
        return words.not_paid_back.format(year=years[-1])
    return ""


def unknown_years(years: Sequence[int], gaps: NDArray[np.bool_], words: MoneyWords) -> str:
    """Name the years that are not known; nothing where all are."""
    names = [
        str(years[start]) if end - start == 1 else f"{years[start]}\u2013{years[end - 1]}"
        for start, end in runs(gaps)
    ]
    return f"{words.unknown}: {words.year.lower()} {', '.join(names)}" if names else ""


def tornado_table(
    rows: Sequence[Swing], *, ladder: Sequence[Rung] = MONEY, words: MoneyWords = ENGLISH
) -> PlainTable:
    """Tell the numbers of `tornado_chart` and of the rows that it leaves to the table."""
    ordered = by_swing(rows)
    scale = scale_for(peak_of([(row.low, row.base, row.high) for row in ordered]), ladder)
    names = (words.at_low, words.base, words.at_high)
    heads = (words.input, *(f"{name}, {scale.unit}" for name in names))
    body = []
    for row in ordered:
        low, base, high = (cell(at / scale.size, words) for at in (row.low, row.base, row.high))
        ends = (f"{low} ({plain(row.low_label)})", base, f"{high} ({plain(row.high_label)})")
        body.append((plain(row.label), *ends))
    return heads, tuple(body)


def tornado_text(
    rows: Sequence[Swing], *, ladder: Sequence[Rung] = MONEY, words: MoneyWords = ENGLISH
) -> str:
    """Say what `tornado_chart` shows: every input with the results at its two ends."""
    said = []
    for row in by_swing(rows):
        low, high = (_amount(value, ladder, words) for value in (row.low, row.high))
        ends = f"{plain(row.low_label, 24)}: {low}; {plain(row.high_label, 24)}: {high}"
        said.append(f"{plain(row.label, 60)} ({ends})")
    return sentences([base_words(rows, ladder, words), *said])


def base_words(rows: Sequence[Swing], ladder: Sequence[Rung], words: MoneyWords) -> str:
    """Write the result of the base case, where all rows agree on it."""
    bases = {row.base for row in rows}
    if len(bases) != 1:
        return ""
    return f"{words.base}: {_amount(bases.pop(), ladder, words)}"


def by_swing(rows: Sequence[Swing]) -> list[Swing]:
    """Order by how far apart the two results are, widest first; unknown ones stand last."""
    read = [
        replace(row, low=low, base=base, high=high)
        for row in rows
        for low, base, high in [known([row.low, row.base, row.high], signed=True).tolist()]
    ]
    return sorted(read, key=lambda row: -swing_of(row))


def swing_of(row: Swing) -> float:
    """Measure how far apart the two results are; -1 where one of the three is not known."""
    gaps = any(math.isnan(value) for value in (row.low, row.base, row.high))
    return -1.0 if gaps else abs(row.high - row.low)


def cost_table(parts: Sequence[tuple[str, float]], *, words: MoneyWords = ENGLISH) -> PlainTable:
    """Tell the numbers of `cost_stack`, and their total in the last row."""
    scale = cost_scale(parts)
    rows = [
        (plain(label), cell(value / scale.size, words), share_of(value, parts))
        for label, value in read_parts(parts)
    ]
    total = (total_name(parts, words), cell(sum_of(parts) / scale.size, words), "")
    return (words.part, f"{words.amount}, {scale.unit}", words.share), (*rows, total)


def cost_text(parts: Sequence[tuple[str, float]], *, words: MoneyWords = ENGLISH) -> str:
    """Say what `cost_stack` shows: every part and the total."""
    if not parts:
        return sentences([words.unknown])
    said = [
        f"{plain(label, 60)}: {_amount(value, MONEY, words)}" for label, value in read_parts(parts)
    ]
    return sentences([f"{total_name(parts, words)}: {_amount(sum_of(parts), MONEY, words)}", *said])


def sum_of(parts: Sequence[tuple[str, float]]) -> float:
    """Add up what is known of the parts [GBP]; NaN where nothing is."""
    values = [value for _, value in read_parts(parts) if not math.isnan(value)]
    return float(np.sum(values)) if values else math.nan


def cost_scale(parts: Sequence[tuple[str, float]]) -> Scale:
    """Choose the unit in which all parts are written."""
    return scale_for(peak_of([value for _, value in read_parts(parts)]), MONEY)


def total_name(parts: Sequence[tuple[str, float]], words: MoneyWords) -> str:
    """Name the total for what it is: of all parts, or of those that are known."""
    gaps = any(math.isnan(value) for _, value in read_parts(parts))
    return words.total_known if gaps else words.total


def share_of(value: float, parts: Sequence[tuple[str, float]]) -> str:
    """Write a part in percent of all; nothing where the whole is not known, or not above 0."""
    whole = sum(each for _, each in read_parts(parts))
    if math.isnan(value) or not whole > 0:
        return ""
    return f"{figures(float(f'{_PERCENT * value / whole:.2g}'))} %"


def flows(
    years: Sequence[int], net_gbp: ArrayLike, cumulative_gbp: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read both series of a cash flow; ValueError where lengths differ."""
    net, total = known(net_gbp, signed=True), known(cumulative_gbp, signed=True)
    same_length(years, net, total)
    return net, total


def read_parts(parts: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Read the amounts of the parts, with NaN for whatever is no amount."""
    values = known([value for _, value in parts], signed=True).tolist()
    return [(label, value) for (label, _), value in zip(parts, values, strict=True)]


def cell(value: float, words: MoneyWords) -> str:
    """Write a number of a table, or that it is not known."""
    return figures(value) if math.isfinite(value) else words.unknown.lower()


def _amount(value: float, ladder: Sequence[Rung], words: MoneyWords) -> str:
    return amount(value, ladder) if math.isfinite(value) else words.unknown.lower()
