"""The numbers of the charts of heat as plain tables and in words, beside what was drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.charts.axes import (
    ENERGY,
    POWER,
    PlainTable,
    Rung,
    amount,
    figures,
    peak_of,
    same_length,
    scale_for,
    sentences,
)
from siteselect.charts.drawing import plain
from siteselect.charts.gaps import gaps_in, known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

DAY_H = 24
MOST_POINTS = 400
"""Points of a duration curve at most, its two ends included."""

_KW_HOURS_A_MWH = 1000.0
_SHARES = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class HeatWords:
    """The words on and beside the charts of heat; `{unit}` and `{hours}` are filled in."""

    offered: str = "Offered"
    used: str = "Used"
    dumped: str = "Dumped"
    demand: str = "Demand"
    unknown: str = "Not known"
    at_least: str = "at least"
    month: str = "Month"
    day: str = "Day"
    hours: str = "Hours at this power or more"
    by_month: str = "{unit} a month"
    by_hour: str = "{unit}, hour by hour"
    by_size: str = "hours, each series in order of size ({hours} hours)"


ENGLISH = HeatWords()


def monthly_table(
    months: Sequence[str],
    offered_mwh: ArrayLike,
    used_mwh: ArrayLike,
    dumped_mwh: ArrayLike,
    *,
    words: HeatWords = ENGLISH,
) -> PlainTable:
    """Tell the numbers of `monthly_bars`, one row a month."""
    series = monthly(months, offered_mwh, used_mwh, dumped_mwh)
    names = (words.offered, words.used, words.dumped)
    labels = [plain(month) for month in months]
    return _table(words.month, labels, names, series, ENERGY, words)


def monthly_text(
    months: Sequence[str],
    offered_mwh: ArrayLike,
    used_mwh: ArrayLike,
    dumped_mwh: ArrayLike,
    *,
    words: HeatWords = ENGLISH,
) -> str:
    """Say what `monthly_bars` shows: the sums, and the months that are not known."""
    series = monthly(months, offered_mwh, used_mwh, dumped_mwh)
    names = (words.offered, words.used, words.dumped)
    said = [in_all(values, name, words) for values, name in zip(series, names, strict=True)]
    return sentences([*said, unknown_months(months, gaps_in(series), words)])


def duration_table(
    offered_kw: ArrayLike,
    demand_kw: ArrayLike,
    used_kw: ArrayLike,
    *,
    words: HeatWords = ENGLISH,
) -> PlainTable:
    """Tell which power each series holds for how many hours; hours not known in a last row."""
    series = hourly(offered_kw, demand_kw, used_kw)
    hours = len(series[0])
    ranks = sorted({max(1, round(share * hours)) for share in _SHARES}) if hours else []
    ordered = [in_order(values) for values in series]
    held = [
        np.array([values[rank - 1] if rank <= len(values) else np.nan for rank in ranks])
        for values in ordered
    ]
    names = (words.offered, words.demand, words.used)
    heads, rows = _table(words.hours, [f"{rank:,}" for rank in ranks], names, held, POWER, words)
    gaps = [hours - len(values) for values in ordered]
    if any(gaps):
        rows = (*rows, (f"{words.unknown} [h]", *(f"{gap:,}" for gap in gaps)))
    return heads, rows


def duration_text(
    offered_kw: ArrayLike,
    demand_kw: ArrayLike,
    used_kw: ArrayLike,
    *,
    words: HeatWords = ENGLISH,
) -> str:
    """Say what a chart of hours shows: the sums, and how many hours are not known."""
    series = hourly(offered_kw, demand_kw, used_kw)
    return sentences([*sums(series, words), unknown_hours(series, words)])


def week_table(
    labels: Sequence[str],
    offered_kw: ArrayLike,
    demand_kw: ArrayLike,
    used_kw: ArrayLike,
    *,
    words: HeatWords = ENGLISH,
) -> PlainTable:
    """Tell the energy of each day of `week_lines`; a day with an unknown hour is not known."""
    series = hourly(offered_kw, demand_kw, used_kw)
    hours = same_length(labels, *series)
    starts = range(0, hours, DAY_H)
    days = [
        np.array([values[start : start + DAY_H].sum() / _KW_HOURS_A_MWH for start in starts])
        for values in series
    ]
    names = (words.offered, words.demand, words.used)
    return _table(words.day, [plain(labels[start]) for start in starts], names, days, ENERGY, words)


def in_all(series_mwh: NDArray[np.float64], name: str, words: HeatWords) -> str:
    """Write the sum of a series [MWh], as a lower bound where a part of it is not known."""
    gaps = np.isnan(series_mwh)
    if gaps.all():
        return f"{name}: {words.unknown.lower()}"
    least = f"{words.at_least} " if gaps.any() else ""
    return f"{name}: {least}{amount(float(np.nansum(series_mwh)), ENERGY)}"


def unknown_months(months: Sequence[str], unknown: NDArray[np.bool_], words: HeatWords) -> str:
    """Name the months that are not known; nothing where all are."""
    names = [plain(months[place], 24) for place in np.flatnonzero(unknown).tolist()]
    return f"{words.unknown}: {', '.join(names)}" if names else ""


def unknown_hours(series: Sequence[NDArray[np.float64]], words: HeatWords) -> str:
    """Count the hours of offered heat, demand and used heat that are not known."""
    names = (words.offered, words.demand, words.used)
    gaps = [int(np.isnan(values).sum()) for values in series]
    counts = [f"{name} {gap:,} h" for name, gap in zip(names, gaps, strict=True) if gap]
    return f"{words.unknown}: {', '.join(counts)}" if counts else ""


def sums(series: Sequence[NDArray[np.float64]], words: HeatWords) -> list[str]:
    """Write the energy of offered heat, demand and used heat, given by the hour [kW]."""
    names = (words.offered, words.demand, words.used)
    return [
        in_all(values / _KW_HOURS_A_MWH, name, words)
        for values, name in zip(series, names, strict=True)
    ]


def monthly(
    months: Sequence[str], offered_mwh: ArrayLike, used_mwh: ArrayLike, dumped_mwh: ArrayLike
) -> list[NDArray[np.float64]]:
    """Read the series of a chart by month; ValueError where lengths differ or heat is negative."""
    series = [known(values) for values in (offered_mwh, used_mwh, dumped_mwh)]
    same_length(months, *series)
    return series


def hourly(
    offered_kw: ArrayLike, demand_kw: ArrayLike, used_kw: ArrayLike
) -> list[NDArray[np.float64]]:
    """Read the series of a chart by hour; ValueError where lengths differ or heat is negative."""
    series = [known(values) for values in (offered_kw, demand_kw, used_kw)]
    same_length(*series)
    return series


def in_order(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sort the known values, largest first."""
    return np.sort(series[~np.isnan(series)])[::-1]


def thinned(ordered: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Thin values sorted from large to small to a curve of at most `MOST_POINTS` points.

    Points lie evenly along the curve, each axis counted as one: so neither a long flat nor a steep
    fall is lost. Before thinning the area below is the sum of the values, exactly.

    Parameters
    ----------
    ordered : values, largest first, one for each hour.

    Returns
    -------
    tuple
        Hours from 0 to the number of values [h], and the values there.
    """
    count = len(ordered)
    if not count:
        return np.empty(0), np.empty(0)
    fall = ordered[0] - ordered
    way = np.arange(count) / count + (fall / fall[-1] if fall[-1] > 0 else 0.0)
    wanted = np.linspace(0.0, way[-1], MOST_POINTS - 2)
    kept = np.unique(np.append(np.searchsorted(way, wanted).clip(0, count - 1), [0, count - 1]))
    # an hour's value stands at its middle: half an hour more at each end closes the area
    hours = np.concatenate([[0.0], kept + 0.5, [float(count)]])
    return hours, ordered[np.concatenate([[0], kept, [count - 1]])]


def _table(
    first: str,
    labels: Sequence[str],
    names: Sequence[str],
    series: Sequence[NDArray[np.float64]],
    ladder: Sequence[Rung],
    words: HeatWords,
) -> PlainTable:
    scale = scale_for(peak_of(*series), ladder)
    heads = (first, *(f"{name}, {scale.unit}" for name in names))
    columns = [
        [
            words.unknown.lower() if np.isnan(value) else figures(value / scale.size)
            for value in values
        ]
        for values in series
    ]
    return heads, tuple(zip(labels, *columns, strict=True))
