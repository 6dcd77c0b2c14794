"""A new order of very many sites under other weights, fast enough for a slider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.decision.ranking import TOLERANCE, competition_rank

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]

_SINGLE_ROUNDING = 1e-6
"""More than a single-precision sum of a few dozen weighted values can be off."""
_MOST_CRITERIA = 64
_ENDS = 2


@dataclass(frozen=True, slots=True)
class Leaders:
    """The leading sites under some weights, best first: place in the table, rank and score."""

    sites: NDArray[np.int64]
    rank: NDArray[np.int64]
    score: Floats


def criterion_major(values: Floats) -> Singles:
    """Lay out values for `leaders_under`: one row a criterion, single precision.

    Parameters
    ----------
    values : one row a site, one column a criterion [0..1]; unknown cells filled with the low end
        of their range, as the ranking counts them.

    Raises
    ------
    ValueError
        A value is unknown or lies outside 0 to 1.
    """
    table = np.ascontiguousarray(values.T, dtype=np.float32)
    # A comparison with NaN is false.
    if not (table.min() >= 0 and table.max() <= 1):
        raise ValueError("a value that is unknown or outside 0 to 1; fill it with its low end")
    return table


def leaders_under(table: Singles, values: Floats, weights: Floats, most: int) -> Leaders:
    """Rank the leading sites anew under other weights.

    A first sum in single precision leaves out all sites that cannot be among the leading ones; the
    rest is scored and ranked in full precision, one criterion after the other, as `ranking.rank`
    does. Sites that tie with the last are not cut off in favour of another: they go by their place.

    Parameters
    ----------
    table : the values as `criterion_major` lays them out.
    values : the same values, one row a site.
    weights : weight of each criterion; they sum to 1.
    most : how many sites.

    Raises
    ------
    ValueError
        The weights do not fit, or are no weights.
    """
    if weights.shape != (len(table),) or len(table) > _MOST_CRITERIA or not (weights >= 0).all():
        raise ValueError(f"weights of shape {weights.shape} for {len(table)} criteria")
    rough = weights.astype(np.float32) @ table
    few = min(most, len(rough))
    least = np.partition(rough, len(rough) - few)[len(rough) - few]
    near = np.flatnonzero(rough >= least - np.float32(_ENDS * _SINGLE_ROUNDING + TOLERANCE))
    score = np.zeros(len(near))
    for criterion, weight in enumerate(weights.tolist()):
        score += weight * values[near, criterion]
    score = np.minimum(score, 1.0)
    rank = competition_rank(score)
    order = np.lexsort((near, rank))[:few]
    return Leaders(near[order], rank[order], score[order])
