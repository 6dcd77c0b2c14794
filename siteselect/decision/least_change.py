"""What would have to change for one site to overtake another: weights, or the site itself."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.decision.ranking import TOLERANCE, Floats
from siteselect.decision.value import nearest_measure, slope_at
from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siteselect.contracts import ValueScale

_PAIRS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class WeightShift:
    """The least weight that has to move from some criteria to one for `b` to draw level with `a`.

    `weights` has one row a criterion: `weight`, `shifted`, `change`. `moved` is the weight that
    changes hands (half the sum of all changes). Beyond it `b` leads, unless `ties_only`. Where
    `possible` is false no weights at all put `b` level, and `weights` stays as it was.
    """

    possible: bool
    ties_only: bool
    moved: float
    weights: pd.DataFrame


def least_shift(
    value_a: pd.Series[float], value_b: pd.Series[float], weights: pd.Series[float]
) -> WeightShift:
    """Find the least total movement of weight that lets `b` draw level with `a`.

    With d = v_b - v_a, one criterion receives: the one with the greatest d. It takes from the
    others by rising d, gaining d_max - d_k for each unit, until the gap is closed. No other
    movement gains more for its size, so the greedy one is the least (reference sheet, 5.5; equal
    to a linear programme in tests). Impossible if `a` is better on everything.

    Parameters
    ----------
    value_a, value_b : value of each criterion at the leader and at the other site; all known.
    weights : weight of each criterion; they sum to 1.

    Raises
    ------
    InputError
        A value is unknown, or `b` is not behind `a`.
    """
    difference, gap = _behind(value_a, value_b, weights)
    w: Floats = weights.to_numpy().astype(np.float64)
    receiver = int(np.argmax(difference))
    top = float(difference[receiver])
    if top < -TOLERANCE:
        return WeightShift(False, False, 0.0, _changes(weights, w))
    shifted, left = w.copy(), gap
    for giver in np.argsort(difference, kind="stable"):
        gain = top - difference[giver]
        if left <= 0 or gain <= TOLERANCE:
            break
        amount = min(float(w[giver]), left / gain)
        shifted[giver] -= amount
        shifted[receiver] += amount
        left -= amount * gain
    moved = float(np.abs(shifted - w).sum() / 2)
    return WeightShift(True, top <= TOLERANCE, moved, _changes(weights, shifted))


def single_weight_changes(
    value_a: pd.Series[float], value_b: pd.Series[float], weights: pd.Series[float]
) -> pd.DataFrame:
    """Find, criterion by criterion, what to take off its weight alone to make two sites tie.

    delta = (S_b - S_a) / (v_b - v_a), the other weights as they are and not rescaled; possible if
    it is no more than the weight (Triantaphyllou & Sanchez, Decision Sciences 28(1), 1997).

    Returns
    -------
    One row a criterion: `delta` (NaN where the sites are equal on it), `percent` of the weight,
    `possible`. The most critical criterion has the least absolute percent.
    """
    difference, gap = _apart(value_a, value_b, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        delta = np.where(np.abs(difference) > TOLERANCE, -gap / difference, np.nan)
        percent = 100 * delta / weights.to_numpy()
    table = {"delta": delta, "percent": percent, "possible": delta <= weights.to_numpy()}
    return pd.DataFrame(table, index=weights.index.rename("criterion"))


def improvements(
    value_a: pd.Series[float],
    value_b: pd.Series[float],
    weights: pd.Series[float],
    measures_b: pd.Series[float],
    scales: Mapping[str, ValueScale],
) -> pd.DataFrame:
    """Find what `b` would have to reach on one criterion alone to draw level with `a`.

    The value has to rise by gap / w; the scale turns it back into the criterion's unit.

    Parameters
    ----------
    value_a, value_b, weights : as in `least_shift`.
    measures_b : measures of `b` [the criteria's units]; NaN where unknown.
    scales : scale of each criterion.

    Returns
    -------
    One row a criterion with a weight: `measure`, `needed` [the criterion's unit; NaN where no
    measure is enough or its own is unknown], `value`, `value_needed` [0..1 where possible],
    `possible`.

    Raises
    ------
    InputError
        A value is unknown, or `b` is not behind `a`.
    """
    _, gap = _behind(value_a, value_b, weights)
    rows = {}
    for name in weights.index[weights > 0]:
        target = float(value_b[name] + gap / weights[name])
        start = float(measures_b[name])
        top = max(worth for _, worth in scales[name].knots)
        possible = target <= top + TOLERANCE
        needed = None
        if possible and np.isfinite(start):
            needed = nearest_measure(scales[name], min(target, top), start)
        rows[name] = {
            "measure": start,
            "needed": np.nan if needed is None else needed,
            "value": float(value_b[name]),
            "value_needed": target,
            "possible": possible,
        }
    columns = ["measure", "needed", "value", "value_needed", "possible"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.rename_axis("criterion")


def best_pairs(
    value_a: pd.Series[float],
    value_b: pd.Series[float],
    weights: pd.Series[float],
    measures_b: pd.Series[float],
    scales: Mapping[str, ValueScale],
) -> pd.DataFrame:
    """Find the pairs of criteria on which `b` could draw level by the least effort on both.

    Both close the same share of their way to the best value of their scale: share = gap / (w1 r1 +
    w2 r2), r being the room above `b`. Parameters are those of `improvements`.

    Returns
    -------
    At most three rows, least share first: `first`, `second`, `share` [0..1], `first_needed`,
    `second_needed` [the criteria's units; NaN where its own measure is unknown].
    """
    _, gap = _behind(value_a, value_b, weights)
    used = [name for name in weights.index if weights[name] > 0]
    tops = {name: max(worth for _, worth in scales[name].knots) for name in used}
    room = {name: max(tops[name] - float(value_b[name]), 0.0) for name in used}
    rows = []
    for first, second in combinations(used, 2):
        gained = weights[first] * room[first] + weights[second] * room[second]
        if room[first] <= TOLERANCE or room[second] <= TOLERANCE or gained < gap - TOLERANCE:
            continue
        share = min(gap / gained, 1.0)
        needed = [
            _needed(scales[name], float(value_b[name]) + share * room[name], measures_b[name])
            for name in (first, second)
        ]
        rows.append((first, second, share, *needed))
    rows.sort(key=lambda row: row[2])
    columns = ["first", "second", "share", "first_needed", "second_needed"]
    return pd.DataFrame(rows[:_PAIRS_SHOWN], columns=columns)


def trade_off(
    weights: pd.Series[float],
    scales: Mapping[str, ValueScale],
    measures: pd.Series[float],
    one: str,
    other: str,
) -> float:
    """Say how much of `other` makes up for one unit more of `one`, where a site stands.

    -(w_1 v_1') / (w_2 v_2') units: the change of `other` after which the score is what it was.

    Returns
    -------
    float
        [unit of `other` / unit of `one`]; NaN where a measure is unknown, or where more of `other`
        changes nothing.
    """
    if not np.isfinite([measures[one], measures[other]]).all():
        return float("nan")
    gained = float(weights[one]) * slope_at(scales[one], float(measures[one]))
    paid = float(weights[other]) * slope_at(scales[other], float(measures[other]))
    # Plus 0, since nobody should read of minus nothing.
    return -gained / paid + 0.0 if paid else float("nan")


def _needed(scale: ValueScale, value: float, start: float) -> float:
    if not np.isfinite(start):
        return float("nan")
    top = max(worth for _, worth in scale.knots)
    found = nearest_measure(scale, min(value, top), float(start))
    return float("nan") if found is None else found


def _apart(
    value_a: pd.Series[float], value_b: pd.Series[float], weights: pd.Series[float]
) -> tuple[Floats, float]:
    difference: Floats = (value_b - value_a)[weights.index].to_numpy().astype(np.float64)
    if unknown := [name for name, d in zip(weights.index, difference, strict=True) if np.isnan(d)]:
        cure = "Fill it with an end of its range, and say so."
        raise InputError(
            [Fault("values", "an unknown value", cure, column=str(n)) for n in unknown]
        )
    return difference, float(-(weights.to_numpy() * difference).sum())


def _behind(
    value_a: pd.Series[float], value_b: pd.Series[float], weights: pd.Series[float]
) -> tuple[Floats, float]:
    difference, gap = _apart(value_a, value_b, weights)
    if gap <= TOLERANCE:
        cure = "Ask about a site with a lower score."
        raise InputError(Fault("sites", "the other site is not behind this one", cure))
    return difference, gap


def _changes(weights: pd.Series[float], shifted: Floats) -> pd.DataFrame:
    columns = {"weight": weights, "shifted": shifted, "change": shifted - weights.to_numpy()}
    return pd.DataFrame(columns, index=weights.index.rename("criterion"))
