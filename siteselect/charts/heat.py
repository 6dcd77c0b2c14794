"""Heat over the year: by month, by hours in order of size, and hour by hour through a week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.charts.axes import (
    ENERGY,
    band_labels,
    grid,
    known,
    peak_of,
    plot_of,
    same_length,
    scale_for,
    unknown_bands,
    zero_line,
)
from siteselect.charts.drawing import (
    INK,
    MISSED,
    QUIET,
    SURE,
    box_mark,
    hatch,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

MOST_POINTS = 400
"""Points of a duration curve at most."""

_KW_HOURS_A_MWH = 1000.0
_DAY_H = 24
_MOST_DAYS = 7
_DASH = "7 4"
_BAR_SHARE = 0.62
_SHARES_PERCENT = (0, 1, 5, 10, 25, 50, 75, 90, 100)


@dataclass(frozen=True, slots=True)
class HeatWords:
    """The words on and beside the charts of heat."""

    offered: str = "Offered"
    used: str = "Used"
    dumped: str = "Dumped"
    demand: str = "Demand"
    unknown: str = "Not known"
    at_least: str = "at least"
    month: str = "Month"
    day: str = "Day"
    hour: str = "Hours at this power or more"
    by_month: str = "{unit} a month"
    by_size: str = "hours, most powerful first ({hours} in all)"


_WORDS = HeatWords()


def monthly_bars(
    months: Sequence[str],
    offered_mwh: ArrayLike,
    used_mwh: ArrayLike,
    dumped_mwh: ArrayLike,
    *,
    title: str,
    words: HeatWords = _WORDS,
) -> str:
    """Draw used and dumped heat of each month as a stack within the outline of what was offered.

    A month in which one of the three is not known is hatched; what is known of it is drawn.

    Parameters
    ----------
    months : a label for each.
    offered_mwh, used_mwh, dumped_mwh : heat of each month [MWh]; NaN where not known.
    title : what the chart shows, in one sentence.
    words : the words of the key.

    Raises
    ------
    ValueError
        The series differ in length, or heat is negative.
    """
    offered, used, dumped = known(offered_mwh), known(used_mwh), known(dumped_mwh)
    count = same_length(months, offered, used, dumped)
    scale = scale_for(peak_of(offered, used, dumped), ENERGY)
    stack = [series / scale.size for series in (offered, used, dumped)]
    plot, marks = plot_of(0.0, peak_of(stack[0], np.nan_to_num(stack[1]) + np.nan_to_num(stack[2])))
    body = [hatch(), *grid(plot, marks, words.by_month.format(unit=scale.unit))]
    unknown = np.isnan(stack).any(axis=0)
    body += unknown_bands(plot, unknown)[:0]
    for place in range(count):
        body += _month(plot, place, count, *(float(series[place]) for series in stack))
    body += [*unknown_bands(plot, unknown), zero_line(plot), *band_labels(months, plot.bottom)]
    entries = [
        (box_mark(SURE), _in_all(used, words.used, words)),
        (box_mark(MISSED, QUIET), _in_all(dumped, words.dumped, words)),
        (box_mark("#ffffff", INK), _in_all(offered, words.offered, words)),
    ]
    said = monthly_text(months, offered, used, dumped, words=words)
    return _finished(body, entries, plot.bottom + 30, title, said)
