"""From measures to values: fixed scales that no candidate can move."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteselect.errors import Fault, InputError, StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siteselect.contracts import ValueScale

_FEWEST_KNOTS = 2


@dataclass(frozen=True, slots=True)
class Valued:
    """Values of all sites, and where a measure lay off its scale.

    `values` holds 0 (worst) to 1 (best) and NaN where the measure is unknown; `clamped` is true
    where the measure lay beyond an end of the scale, so that the value is that end's.
    """

    values: pd.DataFrame
    clamped: pd.DataFrame


def to_values(measures: pd.DataFrame, scales: Mapping[str, ValueScale]) -> Valued:
    """Value every measure on its criterion's fixed scale.

    Each cell depends on itself and the scale alone, so a site more or less changes no other site
    (additive value theory with global scales: DCLG, Multi-criteria analysis: a manual, 2009).

    Parameters
    ----------
    measures : one row a site, one column a criterion [the criterion's unit]; NaN where unknown.
    scales : scale of each criterion; scales of other criteria are not looked at.

    Raises
    ------
    InputError
        A measure is infinite.
    StudyError
        A criterion has no scale, or one that is not a scale.
    """
    missing = [name for name in measures.columns if name not in scales]
    if missing:
        raise StudyError(
            [
                Fault("study", "no value scale", "Give its knots.", column=f"{name}.scale")
                for name in missing
            ]
        )
    numbers = {name: _numbers(measures[name]) for name in measures.columns}
    _refuse_infinite(measures.index, numbers)
    values, clamped = {}, {}
    for name, measure in numbers.items():
        at, worth = _knots(scales[name], name)
        values[name] = _interpolate(measure, at, worth)
        clamped[name] = (measure < at[0]) | (measure > at[-1])
    return Valued(
        values=pd.DataFrame(values, index=measures.index, columns=measures.columns, dtype=float),
        clamped=pd.DataFrame(clamped, index=measures.index, columns=measures.columns, dtype=bool),
    )


def value_bounds(scale: ValueScale, low: float, high: float) -> tuple[float, float]:
    """Find the least and greatest value that a measure between `low` and `high` can have.

    A scale may rise and fall, so knots inside the interval count as much as its ends.

    Parameters
    ----------
    scale : scale of the criterion.
    low, high : ends of the interval [the criterion's unit]; infinite where it has no end.

    Raises
    ------
    ValueError
        The interval is unknown or upside down.
    StudyError
        The scale is not a scale.
    """
    if not low <= high:
        raise ValueError(f"an interval from {low} to {high} is none")
    at, worth = _knots(scale, "scale")
    ends = _interpolate(np.array([low, high], dtype=float), at, worth)
    reached = np.concatenate([ends, worth[(at > low) & (at < high)]])
    return float(reached.min()), float(reached.max())


def measure_for(scale: ValueScale, value: float) -> float | None:
    """Find the one measure on the scale that has this value [the criterion's unit].

    None where there is no such measure or not exactly one: the scale rises and falls, it is level
    at this value, or it never reaches it. The end of a scale counts as one measure, though every
    measure beyond it has the same value.

    Raises
    ------
    StudyError
        The scale is not a scale.
    """
    at, worth = _knots(scale, "scale")
    steps = np.diff(worth)
    level = (steps == 0) & (worth[:-1] == value)
    if level.any() or not worth.min() <= value <= worth.max():
        return None
    if (steps >= 0).all():
        return float(np.interp(value, worth, at))
    if (steps <= 0).all():
        return float(np.interp(value, worth[::-1], at[::-1]))
    return None


def nearest_measure(scale: ValueScale, value: float, start: float) -> float | None:
    """Find the measure of at least this value that is nearest to `start` [the criterion's unit].

    Unlike `measure_for` it also answers where a scale rises and falls or is level: it says how
    far a site has to move. None where no measure of the scale has such a value.

    Raises
    ------
    StudyError
        The scale is not a scale.
    """
    at, worth = _knots(scale, "scale")
    if worth.max() < value:
        return None
    if np.interp(start, at, worth) >= value:
        return start
    crossings = [float(measure) for measure, high in zip(at, worth, strict=True) if high >= value]
    for left, right in pairwise(zip(at.tolist(), worth.tolist(), strict=True)):
        if min(left[1], right[1]) < value < max(left[1], right[1]):
            share = (value - left[1]) / (right[1] - left[1])
            crossings.append(left[0] + share * (right[0] - left[0]))
    return min(crossings, key=lambda measure: (abs(measure - start), measure))


def slope_at(scale: ValueScale, measure: float) -> float:
    """Give the value of one more unit at a measure [1/the criterion's unit].

    The mean of both sides at a knot, and 0 beyond the scale, where nothing more is gained.

    Raises
    ------
    StudyError
        The scale is not a scale.
    """
    at, worth = _knots(scale, "scale")
    rise = np.concatenate([[0.0], np.diff(worth) / np.diff(at), [0.0]])
    left = int(np.searchsorted(at, measure, side="left"))
    right = int(np.searchsorted(at, measure, side="right"))
    if left == right:
        return float(rise[left])
    # The ends of a scale belong to it: one side is beyond, and only the other one counts.
    if left == 0:
        return float(rise[right])
    if right == len(at):
        return float(rise[left])
    return float((rise[left] + rise[right]) / 2)


def _interpolate(
    measure: npt.NDArray[np.float64], at: npt.NDArray[np.float64], worth: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    # Rounding may carry a point between knots past the value of the farther one.
    return np.clip(np.interp(measure, at, worth), worth.min(), worth.max())


def _numbers(measure: pd.Series) -> npt.NDArray[np.float64]:
    return measure.to_numpy(dtype=np.float64, na_value=np.nan)


def _knots(scale: ValueScale, name: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    knots = np.array(scale.knots, dtype=np.float64).reshape(-1, 2)
    at, worth = knots[:, 0], knots[:, 1]
    # Knots that are infinite or too far apart are refused below, in words.
    with np.errstate(over="ignore", invalid="ignore"):
        rise = np.diff(at)
    problem = ""
    if len(knots) < _FEWEST_KNOTS:
        problem = "a value scale with fewer than two knots"
    elif not (np.isfinite(knots).all() and np.isfinite(rise).all()):
        problem = "a value scale with a knot that is no finite number"
    elif not (rise > 0).all():
        problem = "the measures of a value scale must rise from knot to knot"
    elif not ((worth >= 0) & (worth <= 1)).all():
        problem = "the values of a value scale must lie between 0 and 1"
    if problem:
        cure = "Give pairs of measure and value, measures rising, values from 0 to 1."
        raise StudyError(Fault("study", problem, cure, column=name, value=str(scale.knots)))
    return at, worth


def _refuse_infinite(sites: pd.Index, numbers: Mapping[str, npt.NDArray[np.float64]]) -> None:
    faults = [
        Fault(
            "measures",
            "an infinite measure",
            "Leave it unknown, with the reason.",
            row=str(sites[row]),
            column=name,
            value=str(measure[row]),
        )
        for name, measure in numbers.items()
        for row in np.flatnonzero(np.isinf(measure)).tolist()
    ]
    if faults:
        raise InputError(faults)
