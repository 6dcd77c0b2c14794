"""The shortest way from everywhere on a street network to its nearest facility, found once.

The shortest paths are those of Dijkstra (1959) as scipy.sparse.csgraph has them, over the network
cut at the facilities. They form a tree: each node knows the next one on its way. What a way is made
of is summed down that tree for all nodes together, by doubling the step that every node looks ahead
(pointer jumping, Wyllie 1979), so that a million sites cost little more than one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import dijkstra

from siteselect.cutting import Costs, Cut, Links, cut_at, link, ways_to
from siteselect.snapping import RoadGraph, Snap

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Nearest:
    """Cost to the nearest facility of n sites [m or min] and its index; inf and -1 if none."""

    cost: NDArray[np.float64]
    facility: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Field:
    """The shortest way from every node of a cut network to its nearest facility.

    By node of `cut`: `cost` with the straight bit from the street to the facility, in the unit of
    `edge_cost`, infinite where there is no way; `facility`, -1 where there is none; `ahead`, the
    next node on the way, -1 at its end. `offset_cost` is the cost of one metre off the street.
    """

    graph: RoadGraph
    cut: Cut
    links: Links
    edge_cost: Costs
    offset_cost: float
    cost: NDArray[np.float64]
    facility: NDArray[np.int64]
    ahead: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WayIn:
    """How each site on the network is entered: its index, row of the cut it is entered from, cost.

    The cost is infinite where there is no way, and without the straight bit to the site.
    """

    site: NDArray[np.int64]
    entry: NDArray[np.int64]
    cost: NDArray[np.float64]


def field_by_length(
    graph: RoadGraph, facilities: Snap, weights: NDArray[np.float64] | None = None
) -> Field:
    """Find the shortest way to a facility along the streets, in either direction, for cables.

    Parameters
    ----------
    graph : street network.
    facilities : places snapped to it.
    weights : factor on the length of each edge; infinite where no cable may run; 1 when left out.
        The straight bits between places and street are not weighted.

    Raises
    ------
    ValueError
        There is not one weight above 0 for every edge.
    """
    length = graph.length_m
    if weights is not None:
        factor = np.asarray(weights, dtype=np.float64)
        if factor.shape != graph.length_m.shape or not (factor > 0).all():
            raise ValueError("weights must hold one number above 0 for every edge")
        open_to = np.isfinite(factor)
        length = np.where(open_to, np.where(open_to, factor, 1.0) * graph.length_m, np.inf)
    return _field(graph, facilities, (length, length), facilities.offset_m, offset_cost=1.0)


def field_by_drive(
    graph: RoadGraph,
    bases: Snap,
    *,
    offroad_kmh: float,
    base_delay_min: NDArray[np.float64] | None = None,
) -> Field:
    """Find the quickest way from a base to everywhere, with regard to one-way streets.

    Parameters
    ----------
    graph : street network.
    bases : places snapped to it with `drivable=True`.
    offroad_kmh : speed between street and place [km/h].
    base_delay_min : time before an engineer is at each base [min]; none when left out.

    Raises
    ------
    ValueError
        The speed is not above 0, or a delay is negative or not a number.
    """
    if not offroad_kmh > 0:
        raise ValueError(f"offroad_kmh must be above 0, not {offroad_kmh}")
    delay_min = np.zeros(len(bases.edge)) if base_delay_min is None else np.asarray(base_delay_min)
    if delay_min.shape != bases.edge.shape or not (delay_min >= 0).all():
        raise ValueError("base_delay_min must hold one number of 0 or more for every base")
    min_per_m = 60 / 1000 / offroad_kmh
    costs = (graph.forward_min, graph.backward_min)
    base_min = bases.offset_m * min_per_m + delay_min
    return _field(graph, bases, costs, base_min, offset_cost=min_per_m)


def reach_of(field: Field, sites: Snap) -> Nearest:
    """Find the nearest facility of each site.

    Parameters
    ----------
    field : shortest ways to the facilities.
    sites : places snapped to the same network.

    Returns
    -------
    Nearest
        Cost from site to facility, with the straight lines from both to the street: metres times
        weight by length, minutes by driving time.
    """
    nearest = Nearest(
        cost=np.full(len(sites.edge), np.inf),
        facility=np.full(len(sites.edge), -1, dtype=np.int64),
    )
    way = ways_in(field, sites)
    nearest.cost[way.site] = way.cost + field.offset_cost * sites.offset_m[way.site]
    facility = field.facility[field.cut.node[way.entry]]
    nearest.facility[way.site] = np.where(np.isfinite(way.cost), facility, -1)
    return nearest


def metres_by_class(
    field: Field, sites: Snap, edge_class: NDArray[np.int64], classes: int
) -> NDArray[np.float64]:
    """Measure how much of each site's way to its nearest facility runs in each class of edge.

    Parameters
    ----------
    field : shortest ways to the facilities.
    sites : n places snapped to the same network.
    edge_class : class of every edge, from 0.
    classes : how many classes there are.

    Returns
    -------
    NDArray
        n rows and one column a class [m], true metres whatever the weights of the field; NaN where
        there is no way. The straight bits off the street are not in it.

    Raises
    ------
    ValueError
        There is not one class for every edge, or one is out of range.
    """
    kind = np.asarray(edge_class, dtype=np.int64)
    if kind.shape != field.graph.length_m.shape or not ((kind >= 0) & (kind < classes)).all():
        raise ValueError(f"edge_class must hold one class from 0 to {classes - 1} for every edge")
    way, cut = ways_in(field, sites), field.cut
    edge = sites.edge[way.site]
    metres = _metres_ahead(field, kind, classes)[cut.node[way.entry]]
    share = np.abs(cut.fraction[way.entry] - sites.fraction[way.site])
    metres[np.arange(len(edge)), kind[edge]] += share * field.graph.length_m[edge]
    metres[~np.isfinite(way.cost)] = np.nan
    table = np.full((len(sites.edge), classes), np.nan)
    table[way.site] = metres
    return table


def pieces(field: Field, nodes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find the row of the cut at which the piece of edge from each node to the next one starts."""
    key = field.ahead[nodes] * field.links.matrix.shape[0] + nodes
    return field.links.row[np.searchsorted(field.links.key, key)]


def _field(
    graph: RoadGraph,
    places: Snap,
    costs: Costs,
    place_cost: NDArray[np.float64],
    *,
    offset_cost: float,
) -> Field:
    cut = cut_at(graph, places)
    links = link(cut, costs, place_cost[cut.places])
    cost = np.full(cut.nodes, np.inf)
    facility, ahead = (np.full(cut.nodes, -1, dtype=np.int64) for _ in range(2))
    if len(cut.places):
        reach, before, source = dijkstra(
            links.matrix,
            indices=cut.nodes + np.arange(len(cut.places)),
            min_only=True,
            return_predecessors=True,
        )
        cost = reach[: cut.nodes]
        found = np.flatnonzero(np.isfinite(cost))
        facility[found] = cut.places[source[found] - cut.nodes]
        ahead[found] = np.where(before[found] < cut.nodes, before[found], -1)
    return Field(graph, cut, links, costs, offset_cost, cost, facility, ahead)


def ways_in(field: Field, sites: Snap) -> WayIn:
    """Choose the cheaper of the two ways to every site that is on the network."""
    cut, ways = field.cut, ways_to(field.cut, sites, field.edge_cost)
    before = field.cost[cut.node[ways.row]] + ways.before
    after = field.cost[cut.node[ways.row + 1]] + ways.after
    return WayIn(site=ways.site, entry=ways.row + (after < before), cost=np.minimum(before, after))


def _metres_ahead(field: Field, kind: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Sum the metres in each class from every node to the end of its way."""
    node = np.flatnonzero(field.ahead >= 0)
    row = pieces(field, node)
    edge = field.cut.edge[row]
    metres = np.zeros((field.cut.nodes, classes))
    share = field.cut.fraction[row + 1] - field.cut.fraction[row]
    metres[node, kind[edge]] = share * field.graph.length_m[edge]
    ahead = field.ahead.copy()
    while len(node):
        far = ahead[node]
        metres[node] += metres[far]
        ahead[node] = ahead[far]
        node = node[ahead[node] >= 0]
    return metres
