"""Distances and driving times along the street network, exact for places in the middle of a street.

The shortest paths are those of Dijkstra (1959) as scipy.sparse.csgraph has them, over the network
cut at the facilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from siteselect.cutting import Costs, Cut, Links, WaysIn, cut_at, least, link, ways_to
from siteselect.snapping import RoadGraph, Snap, build_graph, snap

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Nearest",
    "RoadGraph",
    "Snap",
    "build_graph",
    "nearest_by_drive",
    "nearest_by_length",
    "pairs_within",
    "route",
    "snap",
]

_Pairs = tuple["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.float64]"]
"""Site, node of the facility, length [m]."""

FACILITIES_AT_ONCE = 256
"""How many facilities share one sweep of `pairs_within` over the whole network."""

CELLS_AT_ONCE = 2**22
"""Most cells of a distance table that `pairs_within` holds: 32 MB of floats."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """Cost to the nearest facility of n sites [m or min] and its index; inf and -1 if none."""

    cost: NDArray[np.float64]
    facility: NDArray[np.int64]


def nearest_by_length(graph: RoadGraph, sites: Snap, facilities: Snap) -> Nearest:
    """Find the nearest facility along the streets, in either direction, for cables and pipes.

    Parameters
    ----------
    graph : street network.
    sites, facilities : places snapped to it.

    Returns
    -------
    Nearest
        Length from site to facility [m], with the straight lines from both to the street.
    """
    both_ways = (graph.length_m, graph.length_m)
    return _nearest(graph, sites, facilities, both_ways, sites.offset_m, facilities.offset_m)


def nearest_by_drive(
    graph: RoadGraph,
    sites: Snap,
    bases: Snap,
    *,
    offroad_kmh: float,
    base_delay_min: NDArray[np.float64] | None = None,
) -> Nearest:
    """Find the base from which each site is reached soonest, with regard to one-way streets.

    Parameters
    ----------
    graph : street network.
    sites, bases : places snapped to it with `drivable=True`.
    offroad_kmh : speed between street and place [km/h].
    base_delay_min : time before an engineer is at each base [min]; none when left out.

    Returns
    -------
    Nearest
        Free-flow driving time from base to site [min], with that delay.

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
    return _nearest(graph, sites, bases, costs, sites.offset_m * min_per_m, base_min)


def pairs_within(
    graph: RoadGraph, sites: Snap, facilities: Snap, limit_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """List all pairs of site and facility not farther apart along the streets than a limit.

    Parameters
    ----------
    graph : street network.
    sites, facilities : places snapped to it.
    limit_m : greatest length, with the straight lines from both to the street [m].

    Returns
    -------
    tuple
        Index of the site, index of the facility, length [m]; sorted by site, then facility.

    Raises
    ------
    ValueError
        The limit is negative or not a number.
    """
    if not limit_m >= 0:
        raise ValueError(f"limit_m must be 0 or more, not {limit_m}")
    both_ways = (graph.length_m, graph.length_m)
    cut = cut_at(graph, facilities)
    links = link(cut, both_ways, facilities.offset_m[cut.places])
    site, node, extra_m = ways_to(cut, sites, both_ways, sites.offset_m)
    order = np.argsort(node, kind="stable")
    ways_in = (site[order], node[order], extra_m[order])
    none = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
    found = [none]
    for first, last in _chunks(len(cut.places), FACILITIES_AT_ONCE):
        sources = cut.nodes + np.arange(first, last)
        found += _pairs_of(links, sources, ways_in, limit_m)
    site, source, length_m = (np.concatenate(parts) for parts in zip(*found, strict=True))
    facility = cut.places[source - cut.nodes]
    order = np.lexsort((facility, site))
    return site[order], facility[order], length_m[order]


def route(graph: RoadGraph, site: Snap, facility: Snap) -> shapely.LineString:
    """Draw the shortest way along the streets, in either direction, between two snapped places.

    Parameters
    ----------
    graph : street network.
    site, facility : one place each.

    Returns
    -------
    LineString
        From the site's spot on the street to the facility's; empty where there is no way.
    """
    both = Snap(
        edge=np.concatenate([site.edge, facility.edge]),
        fraction=np.concatenate([site.fraction, facility.fraction]),
        offset_m=np.concatenate([site.offset_m, facility.offset_m]),
    )
    if both.edge.shape != (2,):
        raise ValueError("a route leads from one site to one facility")
    if (both.edge < 0).any():
        return shapely.LineString()
    cut = cut_at(graph, both)
    links = link(cut, (graph.length_m, graph.length_m), np.zeros(2))
    start, end = (int(node) for node in cut.stops)
    _, before = dijkstra(links.matrix, indices=[start], return_predecessors=True)
    nodes = [end]
    while nodes[-1] != start:
        if before[0, nodes[-1]] < 0:
            return shapely.LineString()
        nodes.append(int(before[0, nodes[-1]]))
    return _drawn(graph, cut, links, np.array(nodes[::-1], dtype=np.int64), both)


def _nearest(
    graph: RoadGraph,
    sites: Snap,
    places: Snap,
    costs: Costs,
    site_cost: NDArray[np.float64],
    place_cost: NDArray[np.float64],
) -> Nearest:
    cut = cut_at(graph, places)
    links = link(cut, costs, place_cost[cut.places])
    site, node, extra = ways_to(cut, sites, costs, site_cost)
    nearest = Nearest(
        cost=np.full(len(sites.edge), np.inf),
        facility=np.full(len(sites.edge), -1, dtype=np.int64),
    )
    if len(cut.places) == 0 or len(site) == 0:
        return nearest
    reach, _, source = dijkstra(
        links.matrix,
        indices=cut.nodes + np.arange(len(cut.places)),
        min_only=True,
        return_predecessors=True,
    )
    cost = reach[node] + extra
    best = least(site, cost)
    best = best[np.isfinite(cost[best])]
    nearest.cost[site[best]] = cost[best]
    nearest.facility[site[best]] = cut.places[source[node[best]] - cut.nodes]
    return nearest


def _pairs_of(
    links: Links, sources: NDArray[np.int64], ways_in: WaysIn, limit_m: float
) -> list[_Pairs]:
    """List the pairs of some places; ways in must be sorted by node.

    One sweep from all of them finds the part of the network within the limit, so that the table of
    distances from each need not be as wide as the whole network.
    """
    site, node, extra_m = ways_in
    sweep_m = dijkstra(links.matrix, indices=sources, min_only=True, limit=limit_m)
    near = np.flatnonzero(np.isfinite(sweep_m))
    part = links.matrix[near][:, near]
    found = []
    for first, last in _chunks(len(sources), max(1, CELLS_AT_ONCE // len(near))):
        some = sources[first:last]
        table_m = dijkstra(part, indices=np.searchsorted(near, some), limit=limit_m)
        which, column = np.nonzero(np.isfinite(table_m))
        low = np.searchsorted(node, near[column])
        count = np.searchsorted(node, near[column], side="right") - low
        way = np.arange(count.sum()) + np.repeat(low - np.cumsum(count) + count, count)
        length_m = np.repeat(table_m[which, column], count) + extra_m[way]
        source = np.repeat(some[which], count)
        within = np.flatnonzero(length_m <= limit_m)
        key = site[way[within]] * links.matrix.shape[0] + source[within]
        best = within[least(key, length_m[within])]
        found.append((site[way[best]], source[best], length_m[best]))
    return found


def _drawn(
    graph: RoadGraph, cut: Cut, links: Links, nodes: NDArray[np.int64], spots: Snap
) -> shapely.LineString:
    row = links.row[np.searchsorted(links.key, nodes[:-1] * links.matrix.shape[0] + nodes[1:])]
    pieces = [
        shapely.get_coordinates(
            substring(
                graph.geometry[cut.edge[at]],
                cut.fraction[at],
                cut.fraction[at + 1],
                normalized=True,
            )
        )[:: 1 if cut.node[at] == node else -1]
        for at, node in zip(row, nodes[:-1], strict=True)
    ]
    spot = graph.geometry[spots.edge[0]].interpolate(spots.fraction[0], normalized=True)
    path = np.concatenate([shapely.get_coordinates(spot), *pieces])
    moved = np.append(True, (path[1:] != path[:-1]).any(axis=1))
    return shapely.LineString(path[moved] if moved.sum() > 1 else path[[0, 0]])


def _chunks(count: int, size: int) -> list[tuple[int, int]]:
    return [(first, min(first + size, count)) for first in range(0, count, size)]
