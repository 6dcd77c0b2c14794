"""Heat used in a year as a function of pod output: one binary search instead of 8760 hours.

For a fixed sink, the heat used at constant output q is sum over hours of w * min(q, d). With the
demand d sorted once and the sums of w * d and of w kept, that is

    (sum of w * d over hours with d <= q) + q * (sum of w over hours with d > q),

exactly, for any q, whatever the weights w (price, carbon, gain of a heat pump ...).

A heat pump fits in: sort the source heat that the sink can take (`matching.source_demand_kw`), and
weight it by the gain of each hour. Outside of this are hours in which the pod's output itself
varies and pipe losses that vary by the hour; those are for `matching.match`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

HOURS = "hours"
"""The weight that every curve carries: 1 in each hour, so that its sum is plain heat."""


@dataclass(frozen=True, slots=True)
class DemandCurve:
    """A sink's demand, sorted, with what is needed to sum it up to any output.

    For n hours, `sorted_kw` has n values. Each weight has n + 1 sums: `below_kwh[name][k]` of
    weight times demand over the k smallest demands, `above_h[name][k]` of weight over all others.
    """

    sorted_kw: NDArray[np.float64]
    below_kwh: Mapping[str, NDArray[np.float64]]
    above_h: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class CurveStack:
    """Curves of many sinks end to end; sink s has its hours at `start[s]` to `start[s + 1]`.

    The sums have one place more a sink, so they begin at `start[s] + s`.
    """

    start: NDArray[np.int64]
    sorted_kw: NDArray[np.float64]
    below_kwh: Mapping[str, NDArray[np.float64]]
    above_h: Mapping[str, NDArray[np.float64]]


def build_curve(
    demand_kw: ArrayLike, weights: Mapping[str, ArrayLike] | None = None
) -> DemandCurve:
    """Sort a sink's demand once, so that any output can be summed up later.

    Parameters
    ----------
    demand_kw : heat that the sink can take in each hour [kW]; the order of hours is free.
    weights : by name, what a kilowatt-hour counts in each hour (a price, a carbon factor ...).

    Raises
    ------
    InputError
        Demand is missing, infinite or negative in some hour, or a weight is missing or does not
        fit the hours. Every fault is listed.
    """
    demand = np.asarray(demand_kw, dtype=float)
    given = {name: np.asarray(values, dtype=float) for name, values in (weights or {}).items()}
    _check(demand, given)
    by_size = np.sort(demand)
    below = {HOURS: _from_below(by_size)}
    above = {HOURS: np.arange(len(demand), -1, -1, dtype=float)}
    if given:
        # Stable, so that equal demands are summed in the same order on every machine.
        order = np.argsort(demand, kind="stable")
        below |= {name: _from_below(by_size * each[order]) for name, each in given.items()}
        above |= {name: _from_above(each[order]) for name, each in given.items()}
    return DemandCurve(sorted_kw=by_size, below_kwh=below, above_h=above)


def used_mwh_a(
    curve: DemandCurve,
    output_kw: ArrayLike,
    loss_kw: ArrayLike = 0.0,
    capacity_kw: ArrayLike = float("inf"),
) -> NDArray[np.float64]:
    """Heat that the sink uses over the hours of its curve, a year as a rule [MWh/a].

    Parameters
    ----------
    curve : the sink's demand.
    output_kw : constant heat output of the pod [kW], one or many.
    loss_kw : constant loss of the pipe on the way [kW].
    capacity_kw : the most that the exchanger passes on [kW].

    Returns
    -------
    ndarray
        Sum over hours of max(0, min(output - loss, capacity, demand)); NaN where an input is.
    """
    return weighted_sum(curve, HOURS, output_kw, loss_kw, capacity_kw) / 1000.0


def weighted_sum(
    curve: DemandCurve,
    weight: str,
    output_kw: ArrayLike,
    loss_kw: ArrayLike = 0.0,
    capacity_kw: ArrayLike = float("inf"),
) -> NDArray[np.float64]:
    """Sum heat used times a weight over the hours of a curve [unit of the weight x kWh].

    Parameters
    ----------
    curve : the sink's demand.
    weight : name of one of the curve's weights.
    output_kw : constant heat output of the pod [kW], one or many.
    loss_kw : constant loss of the pipe on the way [kW].
    capacity_kw : the most that the exchanger passes on [kW].

    Raises
    ------
    KeyError
        The curve has no such weight.
    """
    reaching = _reaching_kw(output_kw, loss_kw, capacity_kw)
    place = np.searchsorted(curve.sorted_kw, reaching, side="right")
    return _sum(curve.below_kwh[weight], curve.above_h[weight], place, reaching)


def stack_curves(curves: Sequence[DemandCurve]) -> CurveStack:
    """Lay the curves of many sinks end to end; all must carry the same weights.

    Raises
    ------
    InputError
        There is no curve, or the curves differ in their weights.
    """
    if not curves:
        raise InputError(Fault("demand curves", "no curve to stack", "Give at least one"))
    names = set(curves[0].below_kwh)
    if any(set(curve.below_kwh) != names for curve in curves):
        cure = "Build all of them with the same weights"
        raise InputError(Fault("demand curves", "weights differ between sinks", cure))
    return CurveStack(
        start=np.cumsum([0, *(len(curve.sorted_kw) for curve in curves)]),
        sorted_kw=np.concatenate([curve.sorted_kw for curve in curves]),
        below_kwh={
            name: np.concatenate([curve.below_kwh[name] for curve in curves]) for name in names
        },
        above_h={name: np.concatenate([curve.above_h[name] for curve in curves]) for name in names},
    )


def pair_sums(
    stack: CurveStack,
    sink: ArrayLike,
    output_kw: ArrayLike,
    loss_kw: ArrayLike = 0.0,
    capacity_kw: ArrayLike = float("inf"),
    weights: Sequence[str] = (HOURS,),
) -> dict[str, NDArray[np.float64]]:
    """Sum heat used times each weight, for many pairs of a site and a sink [unit x kWh].

    Parameters
    ----------
    stack : curves of all sinks.
    sink : row of the sink in the stack, one a pair.
    output_kw : constant heat output of the pod [kW], one a pair or one for all.
    loss_kw : constant loss of the pipe [kW], one a pair or one for all.
    capacity_kw : the most that the exchanger passes on [kW], one a pair or one for all.
    weights : names of the weights wanted; "hours" gives plain heat [kWh].

    Raises
    ------
    InputError
        A pair names a sink that is not in the stack.

    Notes
    -----
    The pairs are put in rough order first (by sink, then by output), because a sorted set of
    binary searches stays in the processor's cache. The rough order only changes the speed; each
    search compares the exact numbers.
    """
    which = np.asarray(sink, dtype=np.int64)
    _check_pairs(stack, which)
    reaching = np.broadcast_to(_reaching_kw(output_kw, loss_kw, capacity_kw), which.shape)
    rough = np.nan_to_num(np.minimum(reaching, np.max(stack.sorted_kw)))
    key = which + rough * (0.5 / max(float(np.max(rough, initial=0.0)), np.finfo(float).tiny))
    order = np.argsort(key)
    sorted_kw = reaching[order]
    sinks = len(stack.start) - 1
    bounds = np.searchsorted(key[order], np.arange(sinks + 1))
    place = np.empty(which.size, dtype=np.int64)
    for row in np.flatnonzero(np.diff(bounds)).tolist():
        pairs = slice(bounds[row], bounds[row + 1])
        begin, end = stack.start[row], stack.start[row + 1]
        found = stack.sorted_kw[begin:end].searchsorted(sorted_kw[pairs], side="right")
        place[pairs] = found + (begin + row)
    sums = {}
    for name in weights:
        sums[name] = np.empty(which.size)
        sums[name][order] = _sum(stack.below_kwh[name], stack.above_h[name], place, sorted_kw)
    return sums


def _reaching_kw(
    output_kw: ArrayLike, loss_kw: ArrayLike, capacity_kw: ArrayLike
) -> NDArray[np.float64]:
    after_pipe = np.asarray(output_kw, dtype=float) - np.asarray(loss_kw, dtype=float)
    return np.asarray(np.clip(np.minimum(after_pipe, capacity_kw), 0.0, np.finfo(float).max))


def _sum(
    below_kwh: NDArray[np.float64],
    above_h: NDArray[np.float64],
    place: NDArray[np.int64],
    reaching_kw: NDArray[np.float64],
) -> NDArray[np.float64]:
    return np.asarray(below_kwh[place] + reaching_kw * above_h[place])


def _from_below(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum(values)])


def _from_above(values: NDArray[np.float64]) -> NDArray[np.float64]:
    # Summed from the top, not as total minus bottom: no small difference of large numbers.
    return _from_below(values[::-1])[::-1].copy()


def _check(demand: NDArray[np.float64], weights: Mapping[str, NDArray[np.float64]]) -> None:
    faults = []
    if demand.ndim != 1 or not len(demand):
        cure = "Give one number for each hour"
        faults.append(Fault("demand curve", "no hours", cure, column="demand_kw"))
    wrong = np.flatnonzero(~(np.isfinite(demand) & (demand >= 0)).ravel())
    faults += [
        Fault(
            "demand curve",
            "not a demand",
            "Give kilowatts, 0 or more, for every hour; leave out a sink that is not known",
            row=hour,
            column="demand_kw",
            value=str(demand.ravel()[hour]),
        )
        for hour in wrong.tolist()
    ]
    if HOURS in weights:
        cure = "Give the weight another name"
        faults.append(Fault("demand curve", "every curve has this weight", cure, column=HOURS))
    faults += [
        Fault("demand curve", "a weight does not fit", "Give a number for each hour", column=name)
        for name, each in weights.items()
        if each.shape != demand.shape or not np.isfinite(each).all()
    ]
    if faults:
        raise InputError(faults)


def _check_pairs(stack: CurveStack, which: NDArray[np.int64]) -> None:
    sinks = len(stack.start) - 1
    wrong = np.flatnonzero((which < 0) | (which >= sinks))
    if len(wrong):
        raise InputError(
            Fault(
                "demand curves",
                "no such sink in the stack",
                f"Give rows from 0 to {sinks - 1}",
                row=pair,
                column="sink",
                value=str(which[pair]),
            )
            for pair in wrong.tolist()
        )
