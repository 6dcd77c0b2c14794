"""Sites too near to each other, as groups of which one may be chosen."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def conflicts(x_m: Floats, y_m: Floats, spacing_m: float) -> NDArray[np.int64]:
    """List the pairs of sites that are nearer than the spacing, lower row first.

    Returns
    -------
    NDArray
        Two columns of row numbers, sorted; exactly the spacing apart is far enough.
    """
    if spacing_m <= 0 or len(x_m) == 0:
        return np.empty((0, 2), dtype=np.int64)
    points: NDArray[np.object_] = np.asarray(shapely.points(x_m, y_m), dtype=object)
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=spacing_m)
    near = one < other
    one, other = one[near], other[near]
    inside = np.hypot(x_m[one] - x_m[other], y_m[one] - y_m[other]) < spacing_m
    pairs = np.stack([one[inside], other[inside]], axis=1)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].astype(np.int64)


def cliques(pairs: NDArray[np.int64], count: int) -> list[NDArray[np.int64]]:
    """Cover the pairs with groups in which every two conflict.

    One row "at most one of the group" in place of a row a pair: the same choices are left, and the
    relaxation that the solver bounds with is much tighter (clique inequalities, Padberg
    1973 [recalled]).
    Greedy: the first pair not yet covered grows by every common neighbour that fits.

    Parameters
    ----------
    pairs : as `conflicts` gives them.
    count : number of sites.
    """
    near: list[set[int]] = [set() for _ in range(count)]
    open_to: list[set[int]] = [set() for _ in range(count)]
    for one, other in pairs.tolist():
        near[one].add(other)
        near[other].add(one)
        open_to[one].add(other)
    groups = []
    for one in range(count):
        while open_to[one]:
            group = _grown(one, min(open_to[one]), near, open_to[one])
            groups.append(np.array(group, dtype=np.int64))
            for place, member in enumerate(group):
                open_to[member].difference_update(group[place + 1 :])
    return groups


def _grown(one: int, other: int, near: list[set[int]], wanted: set[int]) -> list[int]:
    """Grow a pair into a group, by pairs that are still to be covered first."""
    group = {one, other}
    free = near[one] & near[other]
    while free:
        # The lowest row, so that the groups depend on nothing but the pairs.
        first = free & wanted
        member = min(first) if first else min(free)
        group.add(member)
        free &= near[member]
    return sorted(group)
