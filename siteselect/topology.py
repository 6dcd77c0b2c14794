"""What breaks a network apart, and who is reached two ways: bridges, blocks, disjoint pairs.

Networks are undirected and given as plain arrays: the count of nodes, and both ends of each edge.
Edges may be parallel: two between the same nodes count as two. Nothing here knows of streets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import rustworkx
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from siteselect.disjoint import Pair, disjoint_pair, disjoint_pair_to_many

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "DOUBLY_JOINED",
    "NO_WAY",
    "Approach",
    "Pair",
    "approaches",
    "articulation_points",
    "bridges",
    "disjoint_pair",
    "disjoint_pair_to_many",
    "gates",
    "parts",
    "shared_corridor",
    "two_edge_connected",
]


DOUBLY_JOINED, NO_WAY = -1, -2
"""Branches that are none: in the part that reaches its goals two ways, and without a way."""


@dataclass(frozen=True, slots=True)
class Approach:
    """How each of n nodes comes to the part of the network that reaches its goals two ways.

    `branch` names the side branch a node is on, or is DOUBLY_JOINED or NO_WAY.
    `shared` is the length of the bridges that every way from the node crosses; infinite where
    there is none. `entry` is the node at which that part is entered, -1 where no two ways are had
    from one node however much is shared.
    """

    branch: NDArray[np.int64]
    shared: NDArray[np.float64]
    entry: NDArray[np.int64]


def bridges(count: int, tail: NDArray[np.int64], head: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark the edges whose loss alone disconnects their ends.

    Parallel edges and edges from a node to itself never do.

    Parameters
    ----------
    count : number of nodes.
    tail, head : both ends of each edge.

    Raises
    ------
    ValueError
        An end is no node.
    """
    _check(count, tail, head)
    key = np.minimum(tail, head).astype(np.int64) * count + np.maximum(tail, head)
    _, same, times = np.unique(key, return_inverse=True, return_counts=True)
    found = rustworkx.bridges(_simple(count, tail, head))
    cut = np.array([min(ends) * count + max(ends) for ends in found], dtype=np.int64)
    return np.asarray(np.isin(key, cut) & (times[same] == 1), dtype=np.bool_)


def articulation_points(
    count: int, tail: NDArray[np.int64], head: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Mark the nodes whose loss alone disconnects others; arguments as for `bridges`."""
    _check(count, tail, head)
    marked = np.zeros(count, dtype=np.bool_)
    marked[list(rustworkx.articulation_points(_simple(count, tail, head)))] = True
    return marked


def parts(count: int, tail: NDArray[np.int64], head: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give each node the number of its connected part."""
    matrix = csr_array((np.ones(len(tail)), (tail, head)), shape=(count, count))
    return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int64)


def two_edge_connected(
    count: int, tail: NDArray[np.int64], head: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give each node the number of the part that stays whole when any one edge is lost.

    There are as many numbers as bridges and connected parts together.
    """
    whole = ~bridges(count, tail, head)
    return parts(count, tail[whole], head[whole])


def approaches(
    count: int,
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    length: NDArray[np.float64],
    goals: NDArray[np.int64],
) -> Approach:
    """Find how each node reaches goals two ways that share no edge, and what it shares before.

    By Menger's theorem two such ways exist where no bridge parts the node from a node that is
    tied to all goals. A goal that stands once takes one of the two ways; one that stands twice
    takes both. Two ways from two nodes share no edge where the nodes are on different branches.

    Parameters
    ----------
    count : number of nodes.
    tail, head : both ends of each edge.
    length : length of each edge [any unit].
    goals : nodes to be reached.
    """
    one = np.concatenate([tail, goals])
    other = np.concatenate([head, np.full(len(goals), count)])
    weight = np.concatenate([length, np.zeros(len(goals))])
    cut = bridges(count + 1, one, other)
    block = parts(count + 1, one[~cut], other[~cut])
    blocks, root = int(block.max()) + 1, int(block[count])
    near, far, crossed = block[one[cut]], block[other[cut]], weight[cut]
    tree = csr_array(
        (np.tile(crossed, 2), (np.r_[near, far], np.r_[far, near])), shape=(blocks, blocks)
    )
    along = dijkstra(tree, indices=[root])[0]
    away = (near != root) & (far != root)
    branch = parts(blocks, near[away], far[away])
    entry_of = np.full(blocks, -1, dtype=np.int64)
    entry_of[branch[far[near == root]]] = one[cut][near == root]
    entry_of[branch[near[far == root]]] = other[cut][far == root]
    reached = np.isfinite(along)
    entry_of[entry_of == count] = -1
    entry = np.where(reached, entry_of[branch], -1)[block[:count]]
    branch[~reached], branch[root] = NO_WAY, DOUBLY_JOINED
    inside = block[:count] == root
    return Approach(
        branch=branch[block[:count]],
        shared=along[block[:count]],
        entry=np.where(inside, np.arange(count), entry),
    )


def gates(
    count: int, tail: NDArray[np.int64], head: NDArray[np.int64], goals: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Find the last node before the goals that every way from a node passes.

    It is the node itself where nothing stands between, -1 where there is no way. Two ways from
    two nodes to two goals share no node where their gates differ: what all ways from a node pass
    are nodes in a row up to its gate, so that two rows with one node in common end at one gate.

    Parameters
    ----------
    count : number of nodes.
    tail, head : both ends of each edge.
    goals : nodes to be reached.
    """
    one = np.concatenate([tail, goals])
    other = np.concatenate([head, np.full(len(goals), count)])
    blocks = rustworkx.biconnected_components(_simple(count + 1, one, other))
    ends = np.array(list(blocks.keys()), dtype=np.int64).reshape(-1, 2)
    name = np.array(list(blocks.values()), dtype=np.int64)
    at_goal = np.isin(name, name[(ends == count).any(axis=1)])
    open_ = np.zeros(count + 1, dtype=np.bool_)
    open_[ends[at_goal].ravel()] = True
    open_[count] = True
    gate = np.where(open_, np.arange(count + 1), -1)
    hidden = ~open_[one] & ~open_[other]
    behind = parts(count + 1, one[hidden], other[hidden])
    door = np.full(count + 1, -1, dtype=np.int64)
    for inner, outer in ((one, other), (other, one)):
        first = ~open_[inner] & open_[outer]
        door[behind[inner[first]]] = outer[first]
    return np.where(open_, gate, door[behind])[:count]


def shared_corridor(
    line_a: BaseGeometry,
    line_b: BaseGeometry,
    buffer_m: float = 5.0,
    bridges_m: float = 20.0,
    bridge_parts: BaseGeometry | None = None,
) -> float:
    """Give the part of the shorter route that one dig or one accident takes with the other.

    That is where strips of `buffer_m` to both sides of the two routes meet: 5 m in a street, and
    20 m at bridges and rail crossings, where ducts are led together [judgement].

    Parameters
    ----------
    line_a, line_b : the two routes, in a CRS in metres.
    buffer_m : half the width of a corridor in a street [m].
    bridges_m : half its width at a bridge or crossing [m].
    bridge_parts : bridges and crossings, as lines or areas.

    Returns
    -------
    float
        Share of the length of the shorter route, 0 to 1; NaN where a route is empty.
    """
    shorter, longer = sorted((line_a, line_b), key=lambda line: float(line.length))
    if shorter.length == 0:
        return float("nan")
    close: BaseGeometry = longer.buffer(2 * buffer_m)
    if bridge_parts is not None and not bridge_parts.is_empty:
        zone = bridge_parts.buffer(bridges_m)
        close = shapely.union(close, longer.intersection(zone).buffer(2 * bridges_m) & zone)
    return float(min(1.0, shorter.intersection(close).length / shorter.length))


def _simple(
    count: int, tail: NDArray[np.int64], head: NDArray[np.int64]
) -> rustworkx.PyGraph[None, None]:
    """Build the network without loops and with one edge for parallel ones."""
    use = tail != head
    low, high = np.minimum(tail[use], head[use]), np.maximum(tail[use], head[use])
    one, other = np.divmod(np.unique(low.astype(np.int64) * count + high), count)
    graph: rustworkx.PyGraph[None, None] = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from([None] * count)
    graph.extend_from_edge_list(list(zip(one.tolist(), other.tolist(), strict=True)))
    return graph


def _check(count: int, tail: NDArray[np.int64], head: NDArray[np.int64]) -> None:
    ends = np.concatenate([tail, head])
    if len(tail) != len(head) or (len(ends) and (ends.min() < 0 or ends.max() >= count)):
        raise ValueError(f"every edge needs two ends among {count} nodes")
