"""Which sites nothing beats on a few axes, and which could win under some weights."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteselect.decision.ranking import TOLERANCE, Floats
from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from siteselect.decision.weights import Tree

FEWEST_AXES = 2
MOST_AXES = 4
"""With more axes nearly every site is on the front: 909 of 1,000 at twelve [reference sheet, 3.8].
"""

Flags = npt.NDArray[np.bool_]


def group_scores(
    values: pd.DataFrame,
    tree: Tree,
    unknown_low: pd.Series[float],
    unknown_high: pd.Series[float],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score every group by itself: the sum of its criteria's local weight times value, 0 to 1.

    Returns
    -------
    tuple
        Two tables, one row a site and one column a group: with unknowns at their worst and best.
    """
    lows, highs = {}, {}
    for group, (_, branch) in tree.items():
        whole = sum(branch.values())
        low, high = np.zeros(len(values)), np.zeros(len(values))
        for name, swing in branch.items():
            if swing > 0:
                value = values[name].to_numpy(dtype=np.float64)
                low += swing / whole * np.where(np.isnan(value), unknown_low[name], value)
                high += swing / whole * np.where(np.isnan(value), unknown_high[name], value)
        lows[group], highs[group] = low, high
    index = values.index.rename("site_id")
    return pd.DataFrame(lows, index=index), pd.DataFrame(highs, index=index)


def pareto_front(
    low: pd.DataFrame, high: pd.DataFrame, axes: Sequence[str], eligible: pd.Series[bool]
) -> pd.DataFrame:
    """Say which sites no other site beats: at least as good on every axis, and better on one.

    With unknowns there are three answers. `yes`: nobody beats it, whatever they are. `no`: somebody
    beats it, whatever they are. `unknown`: it depends. Sites that tie on all axes beat nobody.

    Parameters
    ----------
    low, high : axes of each site with its unknowns at their worst and best; greater is better.
    axes : two to four columns of them.
    eligible : per site; one that is not neither beats nor is asked about.

    Returns
    -------
    One row an eligible site: the answer in `on_front`, and `has_unknown`.

    Raises
    ------
    InputError
        Too few or many axes, or one that is none.
    """
    faults = [
        Fault("axes", "no such axis", f"Choose from: {', '.join(low.columns)}.", value=axis)
        for axis in axes
        if axis not in low.columns
    ]
    if not FEWEST_AXES <= len(set(axes)) == len(axes) <= MOST_AXES:
        cure = f"Choose {FEWEST_AXES} to {MOST_AXES} different axes."
        faults.append(Fault("axes", "not a number of axes to look at", cure, value=str(len(axes))))
    if faults:
        raise InputError(faults)
    asked = low.index[eligible.reindex(low.index).to_numpy(dtype=bool)]
    least: Floats = low.loc[asked, list(axes)].to_numpy(dtype=np.float64)
    most: Floats = high.loc[asked, list(axes)].to_numpy(dtype=np.float64)
    sure = beaten(most, least)
    may = beaten(least, most)
    answer = np.select([sure, ~may], ["no", "yes"], "unknown")
    table = {"on_front": answer, "has_unknown": (most > least + TOLERANCE).any(axis=1)}
    return pd.DataFrame(table, index=asked)


def beaten(asked: Floats, others: Floats) -> Flags:
    """Say of each row whether another row of `others` is as good everywhere and better somewhere.

    Row i of both is the same site and never beats itself. Rivals are looked at from the greatest
    sum down, since those beat most: most sites are done after a few of them.

    Raises
    ------
    ValueError
        A cell is unknown.
    """
    if np.isnan(asked).any() or np.isnan(others).any():
        raise ValueError("an unknown cell beats nobody and is beaten by nobody")
    order = np.argsort(-others.sum(axis=1), kind="stable")
    rivals = np.ascontiguousarray(others[order])
    return np.asarray(_compiled()(np.ascontiguousarray(asked), rivals, order, TOLERANCE))


def potentially_optimal(
    values: pd.DataFrame, unknown_low: pd.Series[float], unknown_high: pd.Series[float]
) -> pd.DataFrame:
    """Say which sites of a shortlist some weights would put first.

    max t such that (v_i - v_k) w >= t for all others k, w >= 0, sum w = 1; first if t >= 0. Asked
    twice where values are unknown: the site at its best and the others at their worst, and the
    other way round.

    Parameters
    ----------
    values : the shortlist, one row a site, one column a criterion [0..1]; NaN where unknown.
    unknown_low, unknown_high : per criterion, the range of values assumed where it is unknown.

    Returns
    -------
    One row a site: `could_lead` (yes, no, unknown), `margin_low` and `margin_high`: the lead in
    score under the weights that suit it best [0..1; below 0 the least it is behind].
    """
    low: Floats = values.astype("float64").fillna(unknown_low).to_numpy()
    high: Floats = values.astype("float64").fillna(unknown_high).to_numpy()
    rows = []
    for place in range(len(values)):
        least = _best_margin(low[place], np.delete(high, place, axis=0))
        most = _best_margin(high[place], np.delete(low, place, axis=0))
        sure, may = least >= -TOLERANCE, most >= -TOLERANCE
        rows.append(("yes" if sure else "unknown" if may else "no", least, most))
    columns = ["could_lead", "margin_low", "margin_high"]
    return pd.DataFrame(rows, columns=columns, index=values.index.rename("site_id"))


def _best_margin(site: Floats, rivals: Floats) -> float:
    from scipy.optimize import linprog  # noqa: PLC0415 - slow to import, needed only here

    if not len(rivals):
        return 1.0
    criteria = len(site)
    goal = np.append(np.zeros(criteria), -1.0)
    above = np.column_stack([rivals - site, np.ones(len(rivals))])
    whole = np.append(np.ones(criteria), 0.0)[None, :]
    bounds = [(0.0, 1.0)] * criteria + [(-1.0, 1.0)]
    found = linprog(
        goal, A_ub=above, b_ub=np.zeros(len(rivals)), A_eq=whole, b_eq=[1.0], bounds=bounds
    )
    return float(np.asarray(found.x)[-1])


@cache
def _compiled() -> Callable[..., Any]:
    import numba  # noqa: PLC0415 - compiler and all, it loads only when a front is asked for

    try:
        return numba.njit(nogil=True, cache=True)(_beaten)  # type: ignore[no-any-return]
    except RuntimeError:
        # No folder can be written, so it is compiled anew in every process.
        return numba.njit(nogil=True)(_beaten)  # type: ignore[no-any-return]


def _beaten(asked: Floats, others: Floats, order: npt.NDArray[np.int64], tolerance: float) -> Flags:
    count, axes = asked.shape
    found = np.zeros(count, dtype=np.bool_)
    sums = others.sum(axis=1)
    for i in range(count):
        own = asked[i].sum()
        for place in range(len(others)):
            if sums[place] < own - axes * tolerance:
                break
            if order[place] == i:
                continue
            better = False
            worse = False
            for axis in range(axes):
                lead = others[place, axis] - asked[i, axis]
                if lead < -tolerance:
                    worse = True
                    break
                if lead > tolerance:
                    better = True
            if better and not worse:
                found[i] = True
                break
    return found
