"""How a number is written for a reader: with its unit, and no more figures than it deserves."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal

from siteselect.units import UNITS, Unit, unit_of

FIGURES = 3
"""Most significant figures in any report."""

FIGURES_BY_DIMENSION = {"energy per year": 2, "time": 2}
"""Fewer where the number is modelled from yearly figures or free-flow speeds."""

WHOLE = frozenset({"sound level", "sound level difference"})
"""A screening estimate of noise is good to a few decibels: decimals would be false precision."""

_DIMENSIONS = {unit.written: unit.dimension for unit in UNITS}
_PERCENT = 100.0
_TEN, _HUNDRED = 10.0, 100.0


def rounded(value: float, figures: int = FIGURES) -> str:
    """Write a number with at most so many significant figures, thousands parted by commas."""
    if not math.isfinite(value):
        raise ValueError(f"{value} has no figures to round")
    if value == 0:
        return "0"
    number = Decimal(repr(float(value)))
    for _ in range(2):  # rounding up may carry into one figure more: 99.96 becomes 100.0
        step = Decimal(1).scaleb(number.adjusted() - figures + 1)
        number = number.quantize(step, ROUND_HALF_EVEN)
    return _trimmed(number)


def decibels(value: float) -> str:
    """Write a level to the whole decibel, yet never hide on which side of zero it lies."""
    whole = Decimal(repr(float(value))).quantize(Decimal(1), ROUND_HALF_EVEN)
    return rounded(value, 1) if whole == 0 and value != 0 else _written(whole)


def metres(value: float) -> str:
    """Write a length to the whole metre, to a tenth below ten metres."""
    if abs(value) >= _HUNDRED:
        return rounded(value)
    step = Decimal("0.1") if abs(value) < _TEN else Decimal(1)
    return _trimmed(Decimal(repr(float(value))).quantize(step, ROUND_HALF_EVEN))


def with_unit(value: float, unit: str) -> str:
    """Write a number and its unit, rounded as the unit's dimension deserves.

    Parameters
    ----------
    value : the number.
    unit : the unit as it is written ("kVA", "MWh/a"), or any other word.
    """
    dimension = _DIMENSIONS.get(unit, "")
    if dimension in WHOLE:
        figure = decibels(value)
    elif unit == "m":
        figure = metres(value)
    else:
        figure = rounded(value, FIGURES_BY_DIMENSION.get(dimension, FIGURES))
    return f"{figure}\u00a0{unit}" if unit else figure


def measure(value: float, unit: str) -> str:
    """Write a criterion's number; a share of something ("of the budget") becomes percent."""
    if is_share(unit):
        return f"{percent(value)} {unit}"
    return with_unit(value, unit)


def is_share(unit: str) -> bool:
    """Tell a share of a whole ("of the budget") from a class on a ladder ("of 5")."""
    whole = unit.removeprefix("of ")
    return whole != unit and not whole.isdigit()


def in_column_unit(value: float, column: str) -> str:
    """Write a number of a column whose name carries its unit; shares become percent."""
    unit: Unit | None = unit_of(column)
    if unit is None:
        return rounded(value)
    if unit.suffix == "share":
        return percent(value)
    return with_unit(value, unit.written)


def percent(share: float) -> str:
    """Write a share of one as percent."""
    return f"{rounded(share * _PERCENT)}\u00a0%"


def points(value: float) -> str:
    """Write a score or a part of one, given as 0 to 1, in points of 100 to one decimal."""
    return _written(
        Decimal(repr(float(value) * _PERCENT)).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    )


def spread(low: float, high: float, to: str) -> str:
    """Write a range of points, or the single number where its ends read the same."""
    first, last = points(low), points(high)
    return first if first == last else f"{first} {to} {last}"


def _trimmed(number: Decimal) -> str:
    text = _written(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _written(number: Decimal) -> str:
    text = f"{abs(number):,f}"
    return f"\u2212{text}" if number < 0 and text.strip("0.,") else text
