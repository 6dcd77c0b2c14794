"""The frame of a chart: units, round ticks, written numbers, and the grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from siteselect.charts.drawing import (
    FONT,
    GRID,
    INK,
    QUIET,
    fitted,
    key_lines,
    svg_document,
    svg_tag,
    svg_text,
    text_at,
    width_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

WIDTH, LEFT, RIGHT = 480, 54, 472
"""A chart 480 wide keeps its letters above 9 px on a phone and above 9 pt on half of an A4 page."""
TOP, PLOT_HEIGHT = 36, 200
LABEL = 13
"""Letters of ticks and bands [px]."""

Rung = tuple[float, float, str]
"""From what value on a unit is used, its size, and how it is written."""
ENERGY: tuple[Rung, ...] = (
    (0.0, 1e-3, "kWh"),
    (1.0, 1.0, "MWh"),
    (1e4, 1e3, "GWh"),
    (1e7, 1e6, "TWh"),
)
"""For energy in MWh."""
POWER: tuple[Rung, ...] = ((0.0, 1e-3, "W"), (1.0, 1.0, "kW"), (1e4, 1e3, "MW"), (1e7, 1e6, "GW"))
"""For power in kW."""
MONEY: tuple[Rung, ...] = (
    (0.0, 1.0, "GBP"),
    (1e4, 1e3, "thousand GBP"),
    (1e7, 1e6, "million GBP"),
    (1e10, 1e9, "billion GBP"),
)
"""For money in GBP."""

PlainTable = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]
"""Heads and rows of a table: text that is not yet encoded for any page."""

_TINY = 1e-12
_SHORTEST, _LONGEST = 1e-3, 1e4
_MOST_TICKS = 6
_LABEL_ROOM = 100.0
_SMALLEST_POWER, _LARGEST_POWER = -4, 12
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Scale:
    """The unit in which a chart writes its numbers, and its size in the unit given."""

    size: float
    unit: str


@dataclass(frozen=True, slots=True)
class Plot:
    """The rectangle in which values are drawn [px], and the values at its bottom and top."""

    top: float
    bottom: float
    low: float
    high: float

    def y(self, value: float) -> float:
        """Place a value [px]."""
        share = (value - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)


def same_length(*series: Sequence[object] | NDArray[np.float64]) -> int:
    """Give the length that all series share.

    Raises
    ------
    ValueError
        They differ in length.
    """
    lengths = {len(each) for each in series}
    if len(lengths) > 1:
        raise ValueError(f"the series of one chart differ in length: {sorted(lengths)}")
    return lengths.pop()


def peak_of(*series: ArrayLike) -> float:
    """Find the largest size among all known values; 0 where there is none."""
    every = np.concatenate([np.asarray(each, dtype=float).ravel() for each in series])
    return float(np.max(np.abs(every), initial=0.0, where=np.isfinite(every)))


def scale_for(peak: float, ladder: Sequence[Rung]) -> Scale:
    """Choose the unit that keeps the largest number short; for 0, the unit given.

    Beyond both ends of the ladder a power of ten goes before the unit.
    """
    if peak == 0:
        return next(Scale(size, unit) for _, size, unit in ladder if size == 1)
    _, size, unit = [rung for rung in ladder if peak >= rung[0]][-1]
    if _SHORTEST <= peak / size < _LONGEST:
        return Scale(size, unit)
    power = 3 * math.floor(math.log10(peak / size) / 3)
    return Scale(size * 10.0**power, f"{_ten_to(power)} {unit}".rstrip())


def figures(value: float) -> str:
    """Write a number with at most three significant figures, thousands parted by commas."""
    if value == 0:
        return "0"
    sign = "\u2212" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value):.2e}".partition("e")
    power = int(exponent)
    if _SMALLEST_POWER <= power < _LARGEST_POWER:
        return sign + _trimmed(f"{Decimal(f'{mantissa}e{exponent}'):,f}")
    return f"{sign}{_trimmed(mantissa)}{_ten_to(power)}"


def _ten_to(power: int) -> str:
    return "\u00d710" + str(power).translate(_RAISED)


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: float, ladder: Sequence[Rung]) -> str:
    """Write a known number with the unit that suits it."""
    scale = scale_for(abs(value), ladder)
    return f"{figures(value / scale.size)} {scale.unit}".rstrip()


def sentences(said: Sequence[str]) -> str:
    """Write what is to be said as sentences; empty parts are left out."""
    return " ".join(f"{part}." for part in said if part)


def ticks(low: float, high: float, most: int = _MOST_TICKS) -> list[float]:
    """Choose round ticks that reach over a range; the range of nothing is 0 to 1."""
    if high - low < _TINY:
        return [0.0, 1.0]
    rough = (high - low) / (most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(f * power for f in (1, 2, 2.5, 5, 10, 20) if f * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [place * step for place in range(first, last + 1)]


def plot_of(low: float, high: float, height: float = PLOT_HEIGHT) -> tuple[Plot, list[float]]:
    """Set out a plot for a range of values, with its ticks."""
    marks = ticks(min(low, 0.0), max(high, 0.0))
    return Plot(TOP, TOP + height, marks[0], marks[-1]), marks


def grid(plot: Plot, marks: Sequence[float], name: str, below: str = "") -> list[str]:
    """Draw the paper, the lines and numbers of the value axis, and the names of both axes."""
    parts = [
        svg_tag("rect", width=WIDTH, height="100%", fill="#ffffff"),
        text_at(4, 18, svg_text(fitted(name, WIDTH - 8)), size=FONT, fill=QUIET),
    ]
    for mark in marks:
        y = plot.y(mark)
        parts.append(svg_tag("path", d=f"M{LEFT} {y:.1f}H{RIGHT}", stroke=GRID))
        number = figures(mark)
        parts.append(text_at(LEFT - 6, y + 4.5, number, size=LABEL, anchor="end", fill=QUIET))
    if below:
        x, words = (LEFT + RIGHT) / 2, svg_text(fitted(below, WIDTH - 8))
        parts.append(text_at(x, plot.bottom + 38, words, size=FONT, anchor="middle", fill=QUIET))
    return parts


def zero_line(plot: Plot) -> str:
    """Mark zero, from which all bars are measured."""
    return svg_tag("path", d=f"M{LEFT} {plot.y(0):.1f}H{RIGHT}", stroke=INK, stroke_width=1.5)


def band_labels(labels: Sequence[object], bottom: float, band: float | None = None) -> list[str]:
    """Write a label under the middle of each band, or under every second, fifth ... of many.

    Parameters
    ----------
    labels : one for each band.
    bottom : lower edge of the plot [px].
    band : width of a band [px]; left out, the bands share the axis.
    """
    if not labels:
        return []
    band = band or (RIGHT - LEFT) / len(labels)
    shown = [fitted(label, max(band, _LABEL_ROOM), LABEL) for label in labels]
    widest = max(width_of(label, LABEL) for label in shown) + 6
    least = math.ceil(widest / band)
    every = next((step for step in (1, 2, 3, 4, 5) if step >= least), -(-least // 10) * 10)
    return [
        text_at(
            LEFT + (place + 0.5) * band,
            bottom + 18,
            svg_text(shown[place]),
            size=LABEL,
            anchor="middle",
        )
        for place in range(0, len(labels), every)
        if LEFT + (place + 0.5) * band < RIGHT
    ]


def column(plot: Plot, left: float, width: float, ends: tuple[float, float], **style: str) -> str:
    """Draw an upright bar between two values."""
    tops = sorted(plot.y(end) for end in ends)
    return svg_tag("rect", x=left, y=tops[0], width=width, height=tops[1] - tops[0], **style)


def finished(
    body: Sequence[str],
    entries: Sequence[tuple[str, str]],
    key_top: float,
    *,
    title: str,
    description: str,
) -> str:
    """Put the key under a chart and close it as a document of the height that this takes."""
    key, bottom = key_lines(entries, key_top, left=LEFT - 46, right=WIDTH - 4)
    return svg_document(WIDTH, bottom, [*body, *key], title=title, description=description)
