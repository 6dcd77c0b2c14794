"""The shortest pair of ways that share no edge or no node.

Suurballe (1974), "Disjoint paths in a network", in the form of Suurballe and Tarjan (1984): a
shortest way, then a shortest way where the first may be undone, and what both cross in opposite
directions falls out. Taking the shortest way and then the next that is left can miss the pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siteselect.cutting import least

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pair:
    """Two disjoint ways: their edges in order, their lengths, and which goal each ends at.

    The shorter way stands first. `ends` are places in the list of goals, 0 for a single goal.
    """

    edges: tuple[NDArray[np.int64], NDArray[np.int64]]
    lengths: tuple[float, float]
    ends: tuple[int, int]

    @property
    def total(self) -> float:
        """Add both lengths."""
        return self.lengths[0] + self.lengths[1]


@dataclass(frozen=True, slots=True)
class _Arcs:
    """Directed arcs that may each be used once; `edge` is -1 - goal where an arc ends there.

    `edge` is one for the two arcs of an undirected edge; `size` for the arc through a node.
    """

    size: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    cost: NDArray[np.float64]
    edge: NDArray[np.int64]


def disjoint_pair(
    count: int,
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    length: NDArray[np.float64],
    start: int,
    end: int,
    *,
    by: Literal["edge", "node"] = "edge",
) -> Pair | None:
    """Find the two ways between two nodes that share no edge (or node) and are shortest together.

    Parameters
    ----------
    count : number of nodes.
    tail, head : both ends of each undirected edge; parallel edges are two.
    length : length of each edge, 0 or more [any unit].
    start, end : the two nodes.
    by : what the ways must not share; "node" leaves out the two ends.

    Returns
    -------
    Pair or None
        None where there are no two such ways.

    Raises
    ------
    ValueError
        An end is no node, both are the same, or a length is negative or not a finite number.
    """
    if start == end:
        raise ValueError("a pair of ways needs two different nodes")
    goals = np.array([end])
    return disjoint_pair_to_many(count, tail, head, length, start, goals, by=by, different=False)


def disjoint_pair_to_many(
    count: int,
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    length: NDArray[np.float64],
    start: int,
    goals: NDArray[np.int64],
    *,
    by: Literal["edge", "node"] = "edge",
    different: bool = True,
) -> Pair | None:
    """Find two disjoint ways from a node to two of several goals, shortest together.

    Parameters
    ----------
    count, tail, head, length, start, by : as for `disjoint_pair`.
    goals : nodes to be reached; a node may stand there more than once.
    different : whether the ways must end at two different goals, not both at one.

    Returns
    -------
    Pair or None
        None where there are no two such ways.

    Raises
    ------
    ValueError
        As for `disjoint_pair`.
    """
    nodes = np.concatenate([tail, head, goals, [start]])
    if nodes.min() < 0 or nodes.max() >= count:
        raise ValueError(f"start, goals and ends of edges must be among {count} nodes")
    if not (np.isfinite(length) & (length >= 0)).all():
        raise ValueError("every length must be a finite number of 0 or more")
    arcs = _edge_arcs(count, tail, head, length)
    first, sink = start, count
    if by == "node":
        arcs, first, sink = _split(arcs, count), start + count, 2 * count
    leave = goals + count if by == "node" and different else goals
    leave = np.where(goals == start, first, leave)
    once = np.arange(len(goals))
    which = once if different else np.repeat(once, 2)
    arcs = _Arcs(
        size=sink + 1,
        tail=np.concatenate([arcs.tail, leave[which]]),
        head=np.concatenate([arcs.head, np.full(len(which), sink)]),
        cost=np.concatenate([arcs.cost, np.zeros(len(which))]),
        edge=np.concatenate([arcs.edge, -1 - which]),
    )
    ways = _two_ways(arcs, first, sink)
    return None if ways is None else _paired(ways, arcs, length)


def _edge_arcs(
    count: int, tail: NDArray[np.int64], head: NDArray[np.int64], length: NDArray[np.float64]
) -> _Arcs:
    use = np.flatnonzero(tail != head)
    return _Arcs(
        size=count,
        tail=np.concatenate([tail[use], head[use]]),
        head=np.concatenate([head[use], tail[use]]),
        cost=np.tile(length[use], 2),
        edge=np.tile(use, 2),
    )


def _split(arcs: _Arcs, count: int) -> _Arcs:
    """Split every node into a way in and a way out with one arc between, so that it serves once."""
    node = np.arange(count)
    return _Arcs(
        size=2 * count,
        tail=np.concatenate([arcs.tail + count, node]),
        head=np.concatenate([arcs.head, node + count]),
        cost=np.concatenate([arcs.cost, np.zeros(count)]),
        edge=np.concatenate([arcs.edge, np.full(count, np.iinfo(np.int64).max)]),
    )


def _two_ways(
    arcs: _Arcs, start: int, end: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Find two ways as arcs in order, or None."""
    reach, first = _shortest(arcs, start, end)
    if first is None:
        return None
    # Costs less what the way there costs are 0 along shortest ways and never negative.
    usable = np.flatnonzero(np.isfinite(reach[arcs.tail]))
    tail, head = arcs.tail[usable].copy(), arcs.head[usable].copy()
    spare = np.maximum(arcs.cost[usable] + reach[tail] - reach[head], 0.0)
    undone = np.searchsorted(usable, first)
    tail[undone], head[undone], spare[undone] = arcs.head[first], arcs.tail[first], 0.0
    rest = _Arcs(arcs.size, tail, head, spare, arcs.edge[usable])
    _, second = _shortest(rest, start, end)
    if second is None:
        return None
    both = np.setxor1d(first, usable[second])
    both = _without_opposites(arcs, both)
    return _walk(arcs, both, start, end)


def _shortest(
    arcs: _Arcs, start: int, end: int
) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
    """Give the distances from a node and the arcs of the shortest way to another."""
    key = arcs.tail * arcs.size + arcs.head
    # A sparse matrix adds parallel arcs up, so only the cheapest of them may enter.
    use = least(key, arcs.cost)
    matrix = csr_array(
        (arcs.cost[use], (arcs.tail[use], arcs.head[use])), shape=(arcs.size, arcs.size)
    )
    reach_of, before_of = dijkstra(matrix, indices=[start], return_predecessors=True)
    reach, before = reach_of[0], before_of[0]
    if not np.isfinite(reach[end]):
        return reach, None
    nodes = [end]
    while nodes[-1] != start:
        nodes.append(int(before[nodes[-1]]))
    way = np.array(nodes[::-1], dtype=np.int64)
    wanted = way[:-1] * arcs.size + way[1:]
    return reach, use[np.searchsorted(key[use], wanted)]


def _without_opposites(arcs: _Arcs, used: NDArray[np.int64]) -> NDArray[np.int64]:
    """Drop edges of no length that are used both ways: they are one edge, not two."""
    edge = arcs.edge[used]
    real = (edge >= 0) & (edge < np.iinfo(np.int64).max)
    name, times = np.unique(edge[real], return_counts=True)
    return used[~np.isin(edge, name[times > 1])]


def _walk(
    arcs: _Arcs, used: NDArray[np.int64], start: int, end: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Take the arcs apart into two ways without circles."""
    leaving: dict[int, list[int]] = {}
    for arc in used[::-1]:
        leaving.setdefault(int(arcs.tail[arc]), []).append(int(arc))
    ways = []
    for _ in range(2):
        way: list[int] = []
        seen = {start: 0}
        node = start
        while node != end:
            arc = leaving[node].pop()
            node = int(arcs.head[arc])
            way.append(arc)
            if node in seen:
                del way[seen[node] :]
                seen = {at: place for at, place in seen.items() if place <= seen[node]}
            seen[node] = len(way)
        ways.append(np.array(way, dtype=np.int64))
    return ways[0], ways[1]


def _paired(
    ways: tuple[NDArray[np.int64], NDArray[np.int64]], arcs: _Arcs, length: NDArray[np.float64]
) -> Pair:
    found = []
    for way in ways:
        edge = arcs.edge[way]
        real = edge[(edge >= 0) & (edge < np.iinfo(np.int64).max)]
        found.append((float(length[real].sum()), tuple(real.tolist()), int(-1 - edge[-1])))
    (one_m, one, one_end), (two_m, two, two_end) = sorted(found)
    return Pair(
        edges=(np.array(one, dtype=np.int64), np.array(two, dtype=np.int64)),
        lengths=(one_m, two_m),
        ends=(one_end, two_end),
    )
