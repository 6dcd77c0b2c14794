"""How far each weight can move before another site takes the lead."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteselect.decision.ranking import TOLERANCE, Floats
from siteselect.errors import Fault, InputError


def stability(values: pd.DataFrame, weights: pd.Series[float], leader: str) -> pd.DataFrame:
    """Find how far each weight can move before the leader is no longer first.

    One weight x moves, the others share the rest in their present proportions. With a the lead
    over rival k on the criterion and b the lead on the weighted rest, D_k = x a + (1 - x) b; its
    root bounds x, and the rival with the nearest root is the one that takes over (Mareschal,
    EJOR 33, 1988; Triantaphyllou & Sanchez, Decision Sciences 28(1), 1997).

    Parameters
    ----------
    values : the sites to compare [0..1]. Fill unknown cells with the low end of their range to
        explain the order shown; fill the leader's with the low and its rivals' with the high end
        to ask what holds whatever the unknowns are.
    weights : weight of each criterion; they sum to 1.
    leader : the site that is first, alone or jointly.

    Returns
    -------
    One row a criterion: `weight`, `stays_from`, `stays_to` [0..1], `overtaken_below_by`,
    `overtaken_above_by` (site, or empty where the leader stays first to that end), and `reason`
    where there is no interval.

    Raises
    ------
    InputError
        There is no such site, or it is not first.
    """
    if leader not in values.index:
        cure = "Give the id of a site in this run."
        raise InputError(Fault("sites", "no such site", cure, value=str(leader)))
    ordered = values[weights.index].sort_index()
    matrix = ordered.to_numpy(dtype=np.float64)
    w: Floats = weights.to_numpy().astype(np.float64)
    place = int(np.flatnonzero(ordered.index == leader)[0])
    _must_lead(matrix, w, place, leader)
    rows = [_interval(matrix, w, j, place, ordered.index) for j in range(len(w))]
    table = pd.DataFrame(rows, index=weights.index.rename("criterion"))
    table.insert(0, "weight", weights)
    return table


def _must_lead(matrix: Floats, w: Floats, place: int, leader: str) -> None:
    scores = matrix[:, w > 0] @ w[w > 0]
    # A comparison with NaN is false, so that unknown cells raise nothing here and are named later.
    # Twice the tolerance: this sum is rounded otherwise than the one that ranked.
    if scores.max() > scores[place] + 2 * TOLERANCE:
        problem = "not first under these weights, so it has no lead to keep"
        raise InputError(Fault("ranking", problem, "Ask about the first site.", row=leader))


def _no_interval(matrix: Floats, w: Floats, j: int) -> str:
    needed = w > 0
    if needed.sum() - needed[j] == 0:
        return "no other criterion has a weight"
    needed[j] = True
    unknown = int(np.isnan(matrix[:, needed]).any(axis=1).sum())
    return f"unknown values at {unknown} site{'' if unknown == 1 else 's'}" if unknown else ""


def _interval(
    matrix: Floats, w: Floats, j: int, place: int, sites: pd.Index
) -> dict[str, float | str]:
    reason = _no_interval(matrix, w, j)
    if reason:
        return _stays(np.nan, np.nan, "", "", reason)
    others = (w > 0) & (np.arange(len(w)) != j)
    rest = matrix[:, others] @ (w[others] / w[others].sum())
    a, b = matrix[place, j] - matrix[:, j], rest[place] - rest
    # Rivals that tie at every weight take nothing over; only rounding gives them a root.
    rival = (np.abs(a) > TOLERANCE) | (np.abs(b) > TOLERANCE)
    falls, rises = rival & (a < b), rival & (a > b)
    with np.errstate(divide="ignore", invalid="ignore"):
        root = -b / (a - b)
    below, above = root[rises].max(initial=0.0), root[falls].min(initial=1.0)
    below_by, above_by = "", ""
    if below > TOLERANCE:
        below_by = str(sites[rises & (root >= below - TOLERANCE)][0])
    if above < 1 - TOLERANCE:
        above_by = str(sites[falls & (root <= above + TOLERANCE)][0])
    # The leader leads at its own weight; a root beyond it is a tie and rounding.
    low = min(below, w[j]) if below_by else 0.0
    high = max(above, w[j]) if above_by else 1.0
    return _stays(low, high, below_by, above_by)


def _stays(
    low: float, high: float, below_by: str, above_by: str, reason: str = ""
) -> dict[str, float | str]:
    return {
        "stays_from": float(low),
        "stays_to": float(high),
        "overtaken_below_by": below_by,
        "overtaken_above_by": above_by,
        "reason": reason,
    }
