"""The street network with its edges cut at places, so that a place in mid-street is a node.

A place that is not cut in lies between two neighbouring stops of one edge, and its cost is the
lesser way in. Neither the case that two places share an edge nor a one-way street then needs a rule
of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.snapping import RoadGraph, Snap

EDGE_ENDS = 2
"""Stops of an edge at which nothing lies."""

Costs = tuple["NDArray[np.float64]", "NDArray[np.float64]"]
"""Cost of every edge along its line and against it."""


@dataclass(frozen=True, slots=True)
class WaysIn:
    """The two ways to every site on the network: from the stop before it, and from that after.

    `site` is its index, `row` the row of the cut at which its piece of edge starts, `before` and
    `after` the costs of the two ways without the last bit off the street.
    """

    site: NDArray[np.int64]
    row: NDArray[np.int64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cut:
    """The network with its edges cut at places, one row a stop, edge by edge from end to end.

    The nodes are those of the graph and then the stops. `places` are the places that are on the
    network, `stops` the node of each.
    """

    edge: NDArray[np.int64]
    fraction: NDArray[np.float64]
    node: NDArray[np.int64]
    nodes: int
    places: NDArray[np.int64]
    stops: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Links:
    """Directed links of a cut network, one for a pair of nodes.

    After the nodes of the cut come its places, each linked to its stop. `key` is from-node times
    size plus to-node, rising; `row` is the row of the cut at which the linked piece of edge starts.
    """

    matrix: csr_array[np.float64, tuple[int, int]]
    key: NDArray[np.int64]
    row: NDArray[np.int64]


def _place_key(edge: NDArray[np.int64], fraction: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Join edge and fraction to a key that numpy sorts by the one, then the other, exactly."""
    key = np.empty(len(edge), dtype=np.complex128)
    key.real, key.imag = edge, fraction
    return key


def portion(share: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give a share of a cost; no distance costs nothing, even where one may not drive."""
    return np.where(share == 0, 0.0, np.where(share == 0, 1.0, share) * whole)


def cut_at(graph: RoadGraph, places: Snap) -> Cut:
    """Cut the edges at places; places at one spot share a stop, and the ends are stops too."""
    on = np.flatnonzero(places.edge >= 0)
    stops, stop_of = np.unique(
        _place_key(places.edge[on], places.fraction[on]), return_inverse=True
    )
    edges, nodes = len(graph.edge_from), len(graph.node_xy)
    stop_edge = stops.real.astype(np.int64)
    ends = np.column_stack([graph.edge_from, graph.edge_to]).ravel()
    before = 2 * stop_edge + 1
    return Cut(
        edge=np.insert(np.repeat(np.arange(edges), 2), before, stop_edge),
        fraction=np.insert(np.tile([0.0, 1.0], edges), before, stops.imag),
        node=np.insert(ends, before, nodes + np.arange(len(stops))),
        nodes=nodes + len(stops),
        places=on,
        stops=nodes + stop_of,
    )


def link(cut: Cut, costs: Costs, place_cost: NDArray[np.float64]) -> Links:
    """Link neighbouring stops of every edge at their share of its cost, and places to their stops.

    Between two nodes the cheapest link is kept: a sparse matrix built from parallel links would
    hold their sum.
    """
    row = np.flatnonzero(cut.edge[:-1] == cut.edge[1:])
    edge, one, other = cut.edge[row], cut.node[row], cut.node[row + 1]
    share = cut.fraction[row + 1] - cut.fraction[row]
    source = cut.nodes + np.arange(len(cut.places))
    size = cut.nodes + len(source)
    tail = np.concatenate([one, other, source])
    head = np.concatenate([other, one, cut.stops])
    rows = np.concatenate([row, row, np.full(len(source), -1)])
    cost = np.concatenate([portion(share, whole[edge]) for whole in costs] + [place_cost])
    use = np.flatnonzero(np.isfinite(cost) & (tail != head))
    use = use[least(tail[use] * size + head[use], cost[use])]
    start = np.searchsorted(tail[use], np.arange(size + 1))
    matrix = csr_array(
        (cost[use], head[use].astype(np.int32), start.astype(np.int32)), shape=(size, size)
    )
    return Links(matrix=matrix, key=tail[use] * size + head[use], row=rows[use])


def ways_to(cut: Cut, sites: Snap, costs: Costs) -> WaysIn:
    """Give the two ways to every site on the network: from the stop before it, from that after."""
    site = np.flatnonzero(sites.edge >= 0)
    edge, fraction = sites.edge[site], sites.fraction[site]
    row = _row_of(cut, edge, fraction)
    return WaysIn(
        site=site,
        row=row,
        before=portion(fraction - cut.fraction[row], costs[0][edge]),
        after=portion(cut.fraction[row + 1] - fraction, costs[1][edge]),
    )


def _row_of(cut: Cut, edge: NDArray[np.int64], fraction: NDArray[np.float64]) -> NDArray[np.int64]:
    """Find the row at which the piece of edge starts that holds each place."""
    first = np.flatnonzero(np.diff(cut.edge, prepend=-1))
    stops = np.diff(first, append=len(cut.edge))
    row = first[edge]
    # only edges that were cut have more than one piece to choose from
    inner = np.flatnonzero(stops[edge] > EDGE_ENDS)
    key = _place_key(cut.edge, cut.fraction)
    found = np.searchsorted(key, _place_key(edge[inner], fraction[inner]), side="right")
    row[inner] = found - np.where(fraction[inner] == 1, 2, 1)
    return row


def least(key: NDArray[np.int64], cost: NDArray[np.float64]) -> NDArray[np.int64]:
    """Find the row of least cost for each key, keys rising from 0 up."""
    order = np.argsort(key, kind="stable")
    start = np.flatnonzero(np.diff(key[order], prepend=-1))
    if len(start) == len(key):
        return order
    group = np.repeat(np.arange(len(start)), np.diff(start, append=len(key)))
    lowest = np.flatnonzero(cost[order] == np.minimum.reduceat(cost[order], start)[group])
    return order[lowest[np.flatnonzero(np.diff(group[lowest], prepend=-1))]]
