"""Outranking: net flows (PROMETHEE II), credibility (ELECTRE III) and classes (ELECTRE TRI-B).

All criteria are better when greater; turn the sign of one that is not. Nothing unknown gets in:
each function refuses it, and `classes` alone answers for it, with a range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteselect.decision.ranking import TOLERANCE, Floats
from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

CLASS_NAMES = ("unsuitable", "possible", "good")
"""Classes from the worst up; what lies between them are `PROFILES`."""
PROFILES = (1 / 3, 2 / 3)
"""Value on every criterion at which the next class begins: thirds of each scale [judgement]."""
INDIFFERENCE = 0.05
"""Difference in value that nobody would notice [judgement]."""
PREFERENCE = 0.15
"""Difference in value from which one is clearly better [judgement]."""
CUT = 0.75
"""Credibility from which 'at least as good as' is believed: most of the weight [judgement]."""

_CHUNK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a difference counts, per criterion: indifference q, preference p, veto v (inf: none)."""

    q: Floats
    p: Floats
    v: Floats


def net_flows(
    matrix: Floats, weights: Floats, indifference: float = 0.0, preference: float = 0.0
) -> Floats:
    """Score by PROMETHEE II: what speaks for a row over the others, less what speaks against.

    phi(a) = sum over b of [pi(a, b) - pi(b, a)] / (n - 1), pi = sum of w P(a - b) (Brans & Vincke,
    Management Science 31, 1985). P rises from 0 at the indifference to 1 at the preference; at 0
    and 0 it is the 'usual' form, where any difference counts in full. Sorted columns with prefix
    sums give it without comparing all pairs: O(n m log n).

    Raises
    ------
    ValueError
        A cell is unknown or infinite, there is nobody to compare with, or the thresholds fall.
    """
    _refuse_unknown(matrix)
    if not 0 <= indifference <= preference:
        raise ValueError("thresholds must be 0 <= indifference <= preference")
    if len(matrix) < 2:  # noqa: PLR2004 - a comparison takes two
        raise ValueError("one site has nobody to be compared with")
    share = weights / weights.sum()
    flow = np.zeros(len(matrix))
    for column, weight in enumerate(share):
        flow += weight * _column_flow(matrix[:, column], indifference, preference)
    return flow / (len(matrix) - 1)


def concordance(ours: Floats, theirs: Floats, weights: Floats, limits: Thresholds) -> Floats:
    """Give the share of the weight that says 'a is at least as good as b', rows against rows.

    c_j = clip((p - d) / (p - q), 0, 1) with d = b - a (Figueira, Mousseau & Roy, ELECTRE methods).

    Returns
    -------
    ndarray
        One row for each of `ours`, one column for each of `theirs`, 0 to 1.
    """
    share: Floats = _partial(ours, theirs, limits) @ (weights / weights.sum())
    return share


def discordance(ours: Floats, theirs: Floats, limits: Thresholds) -> Floats:
    """Give how far each criterion speaks against 'a is at least as good as b', 0 to 1.

    D_j = clip((d - p) / (v - p), 0, 1); 0 where a criterion has no veto.

    Returns
    -------
    ndarray
        One row for each of `ours`, one column for each of `theirs`, one layer a criterion.
    """
    worse = theirs[None, :, :] - ours[:, None, :]
    width = limits.v - limits.p
    with np.errstate(invalid="ignore", divide="ignore"):
        against = np.clip((worse - limits.p) / width, 0.0, 1.0)
    # No room between preference and veto: all is lost from there on.
    return np.where(width > 0, against, (worse > limits.p).astype(np.float64))


def credibility(ours: Floats, theirs: Floats, weights: Floats, limits: Thresholds) -> Floats:
    """Give how far 'a is at least as good as b' is believed (ELECTRE III), rows against rows.

    sigma = C x product over criteria with D > C of (1 - D) / (1 - C).

    Raises
    ------
    ValueError
        A cell is unknown or infinite.
    """
    _refuse_unknown(ours)
    _refuse_unknown(theirs)
    share = concordance(ours, theirs, weights, limits)
    against = discordance(ours, theirs, limits)
    stronger = against > share[:, :, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(stronger, (1 - against) / (1 - share[:, :, None]), 1.0)
    believed: Floats = share * factor.prod(axis=2)
    return believed


def sort_into_classes(
    matrix: Floats, profiles: Floats, weights: Floats, limits: Thresholds, cut: float = CUT
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Sort rows into classes against fixed profiles (ELECTRE TRI-B); rows never meet each other.

    Pessimistic: from the top down, the highest class whose lower profile b has sigma(a, b) >= cut.
    Optimistic: from the bottom up, the class below the first profile with sigma(b, a) >= cut and
    not sigma(a, b) >= cut. A gap between the two means that the row cannot be compared.

    Parameters
    ----------
    matrix : one row a site, one column a criterion.
    profiles : one row a limit between two classes, from the lowest up.
    weights, limits : of the criteria.
    cut : credibility from which an outranking is believed, above 0.5 to 1.

    Returns
    -------
    tuple
        Pessimistic and optimistic class of each row, 1 for the lowest.

    Raises
    ------
    ValueError
        A cell is unknown or infinite.
    """
    rows = max(1, _CHUNK_CELLS // max(1, profiles.size))
    pessimistic = np.ones(len(matrix), dtype=np.int64)
    optimistic = np.full(len(matrix), len(profiles) + 1, dtype=np.int64)
    for start in range(0, len(matrix), rows):
        part = slice(start, start + rows)
        reaches = credibility(matrix[part], profiles, weights, limits)
        reached = credibility(profiles, matrix[part], weights, limits).T
        above, below = reaches >= cut - TOLERANCE, reached >= cut - TOLERANCE
        for number in range(len(profiles)):
            # The last profile that is reached on the way up is the first one on the way down.
            pessimistic[part][above[:, number]] = number + 2
        for number in reversed(range(len(profiles))):
            stopped = below[:, number] & ~above[:, number]
            optimistic[part][stopped] = number + 1
    return pessimistic, optimistic


def classes(
    values: pd.DataFrame,
    weights: pd.Series[float],
    unknown_low: pd.Series[float],
    unknown_high: pd.Series[float],
    veto: pd.Series[float] | None = None,
    profiles: Sequence[float] = PROFILES,
) -> pd.DataFrame:
    """Sort sites into named classes; an unknown widens the range of classes and is flagged.

    A better value never lowers a class, so the worst and best of the unknowns bound it.

    Parameters
    ----------
    values : one row a site, one column a criterion [0..1]; NaN where unknown.
    weights : weight of each criterion; those without weight are not looked at.
    unknown_low, unknown_high : per criterion, the range of values assumed where it is unknown.
    veto : per criterion, the shortfall from a profile that nothing makes up for; NaN for none.
    profiles : values at which the second and further classes begin, rising.

    Returns
    -------
    One row a site: `class_low` (pessimistic, unknowns at their worst), `class_high` (optimistic,
    unknowns at their best), both 1 for the lowest; `unknown` (how many criteria with a weight).

    Raises
    ------
    InputError
        The profiles do not rise from above 0 to 1, or a veto is not above the preference.
    """
    used = weights.index[weights > 0]
    share: Floats = weights[used].to_numpy().astype(np.float64)
    limits = _limits(used, veto)
    edges = np.asarray(profiles, dtype=np.float64)
    if not len(edges) or not (np.diff(edges, prepend=0.0) > 0).all() or edges[-1] > 1:
        cure = "Give values that rise, above 0 and up to 1."
        raise InputError(Fault("classes", "no profiles", cure, value=str(tuple(profiles))))
    corners = np.repeat(edges[:, None], len(used), axis=1)
    cells = values[used].astype("float64")
    low: Floats = cells.fillna(unknown_low[used]).to_numpy()
    high: Floats = cells.fillna(unknown_high[used]).to_numpy()
    table = pd.DataFrame(
        {
            "class_low": sort_into_classes(low, corners, share, limits)[0],
            "class_high": sort_into_classes(high, corners, share, limits)[1],
            "unknown": cells.isna().sum(axis=1).to_numpy(),
        },
        index=values.index.rename("site_id"),
    )
    return table.astype("int64")


def _limits(used: pd.Index, veto: pd.Series[float] | None) -> Thresholds:
    stops = np.full(len(used), np.inf)
    if veto is not None:
        given = veto.reindex(used).to_numpy(dtype=np.float64)
        stops = np.where(np.isnan(given), np.inf, given)
    faults = [
        Fault(
            "classes",
            "a veto must be above the preference threshold",
            f"Give more than {PREFERENCE:g}, or leave it out.",
            column=f"{name}.veto",
            value=f"{stop:g}",
        )
        for name, stop in zip(used, stops, strict=True)
        if not stop > PREFERENCE
    ]
    if faults:
        raise InputError(faults)
    whole = np.ones(len(used))
    return Thresholds(INDIFFERENCE * whole, PREFERENCE * whole, stops)


def _partial(ours: Floats, theirs: Floats, limits: Thresholds) -> Floats:
    worse = theirs[None, :, :] - ours[:, None, :]
    width = limits.p - limits.q
    with np.errstate(invalid="ignore", divide="ignore"):
        sloped = np.clip((limits.p - worse) / width, 0.0, 1.0)
    return np.where(width > 0, sloped, (worse <= limits.q).astype(np.float64))


def _column_flow(column: Floats, indifference: float, preference: float) -> Floats:
    """Sum P(a - b) - P(b - a) over all b, for every a of one column."""
    ascending = np.sort(column)
    total = np.concatenate([[0.0], np.cumsum(ascending)])
    return _gained(column, ascending, total, indifference, preference) - _gained(
        -column,
        -ascending[::-1],
        np.concatenate([[0.0], np.cumsum(-ascending[::-1])]),
        indifference,
        preference,
    )


def _gained(
    column: Floats, ascending: Floats, total: Floats, indifference: float, preference: float
) -> Floats:
    graded = preference - indifference > TOLERANCE
    # At a step, a difference that is only rounding would count in full.
    reach = preference if graded else preference + TOLERANCE
    whole = np.searchsorted(ascending, column - reach, side="left")
    gained = whole.astype(np.float64)
    if graded:
        some = np.searchsorted(ascending, column - indifference, side="left")
        missed = total[some] - total[whole]
        gained += ((some - whole) * (column - indifference) - missed) / (preference - indifference)
    return gained


def _refuse_unknown(matrix: Floats) -> None:
    if not np.isfinite(matrix).all():
        raise ValueError("an unknown or infinite cell cannot be compared")
