"""Quickest ways from some nodes of the street network to all places on it, and what lies along.

The shortest paths are those of Dijkstra (1959) as scipy.sparse.csgraph has them. What lies along
them is gathered by pointer doubling (Wyllie 1979): every node learns from the one it points at,
then points twice as far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siteselect.cutting import least, portion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.cutting import Costs
    from siteselect.snapping import RoadGraph, Snap


@dataclass(frozen=True, slots=True)
class Paths:
    """The quickest way to every node: its cost, the edge it comes by, and the node before that.

    Infinite, -1 and -1 where there is no way; 0, -1 and -1 at the nodes it starts from.
    """

    cost: NDArray[np.float64]
    edge: NDArray[np.int64]
    before: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How n places are reached: cost, node from which their edge is entered, length from there [m].

    Infinite, -1 and NaN where a place is not reached; `edge` is the edge that the place is on.
    """

    cost: NDArray[np.float64]
    node: NDArray[np.int64]
    edge: NDArray[np.int64]
    length_m: NDArray[np.float64]


def paths_from(graph: RoadGraph, nodes: NDArray[np.int64], costs: Costs) -> Paths:
    """Find the quickest ways from any of some nodes to every node.

    Parameters
    ----------
    graph : street network.
    nodes : where one may start, at no cost.
    costs : cost of every edge along its line and against it; infinite where one may not go.
    """
    size = len(graph.node_xy)
    tail = np.concatenate([graph.edge_from, graph.edge_to])
    head = np.concatenate([graph.edge_to, graph.edge_from])
    cost = np.concatenate(costs)
    use = np.flatnonzero(np.isfinite(cost) & (tail != head))
    # of parallel edges the cheapest: a sparse matrix would hold their sum
    use = use[least(tail[use] * size + head[use], cost[use])]
    key = tail[use] * size + head[use]
    matrix = csr_array((cost[use], (tail[use], head[use])), shape=(size, size))
    if len(nodes) == 0:
        nothing = np.full(size, -1, dtype=np.int64)
        return Paths(np.full(size, np.inf), nothing, nothing)
    reach, before, _ = dijkstra(matrix, indices=nodes, min_only=True, return_predecessors=True)
    came = before.astype(np.int64)
    edge = np.full(size, -1, dtype=np.int64)
    there = np.flatnonzero(came >= 0)
    row = use[np.searchsorted(key, came[there] * size + there)]
    edge[there] = row % len(graph.edge_from)
    came[came < 0] = -1
    return Paths(cost=reach, edge=edge, before=came)


def arrivals(graph: RoadGraph, paths: Paths, places: Snap, costs: Costs) -> Arrivals:
    """Find how places on edges are reached: by whichever end of their edge is quicker."""
    on = np.flatnonzero(places.edge >= 0)
    edge, fraction = places.edge[on], places.fraction[on]
    ends = np.stack([graph.edge_from[edge], graph.edge_to[edge]])
    shares = np.stack([fraction, 1 - fraction])
    along = np.stack([costs[0][edge], costs[1][edge]])
    total = paths.cost[ends] + portion(shares, along)
    best = np.argmin(total, axis=0)
    pick = (best, np.arange(len(on)))
    found = Arrivals(
        cost=np.full(len(places.edge), np.inf),
        node=np.full(len(places.edge), -1, dtype=np.int64),
        edge=places.edge,
        length_m=np.full(len(places.edge), np.nan),
    )
    reached = np.isfinite(total[pick])
    found.cost[on] = total[pick]
    found.node[on[reached]] = ends[pick][reached]
    found.length_m[on[reached]] = (shares[pick] * graph.length_m[edge])[reached]
    return found


def sum_along(paths: Paths, amount: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up an amount of the edges on the way to each node; 0 where there is no way."""
    total = np.where(paths.edge >= 0, amount[paths.edge], 0.0)
    for jump in _jumps(paths):
        total = total + total[jump]
    return total


def worst_along(paths: Paths, score: NDArray[np.float64]) -> NDArray[np.int64]:
    """Find the edge of the greatest score on the way to each node; -1 where the way has no edge."""
    worst = paths.edge.copy()
    height = np.where(worst >= 0, score[worst], -np.inf)
    for jump in _jumps(paths):
        higher = height[jump] > height
        worst = np.where(higher, worst[jump], worst)
        height = np.where(higher, height[jump], height)
    return worst


def last_edges(
    graph: RoadGraph, paths: Paths, found: Arrivals, limit_m: float
) -> NDArray[np.int64]:
    """List the edges of the last part of the way to each place, from the place backwards.

    Returns
    -------
    ndarray
        One row a step, one column a place; -1 where the way has no further edge within the limit
        [m]. The place's own edge is always the first, the one at which the limit is met is the
        last.
    """
    reached = found.node >= 0
    steps = [np.where(reached, found.edge, -1)]
    node, length_m = found.node.copy(), found.length_m.copy()
    while True:
        edge = np.where(reached & (length_m < limit_m), paths.edge[node], -1)
        going = edge >= 0
        if not going.any():
            return np.stack(steps)
        steps.append(edge)
        length_m[going] += graph.length_m[edge[going]]
        node[going] = paths.before[node[going]]
        reached = going


def _jumps(paths: Paths) -> list[NDArray[np.int64]]:
    """Give for each round the node that every node looks at; starts look at themselves."""
    jump = np.where(paths.before >= 0, paths.before, np.arange(len(paths.before)))
    rounds = [jump]
    while not np.array_equal(further := jump[jump], jump):
        rounds.append(further)
        jump = further
    return rounds
