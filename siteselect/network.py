"""Distances and driving times along the street network, exact for places in the middle of a street.

A field holds the shortest ways to a set of facilities; it is computed once and asked many times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from siteselect.cutting import Links, cut_at, least, link, ways_to
from siteselect.field import (
    Field,
    Nearest,
    field_by_drive,
    field_by_length,
    metres_by_class,
    pieces,
    reach_of,
    ways_in,
)
from siteselect.snapping import RoadGraph, Snap, build_graph, snap, stoppable

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "EdgeTree",
    "Field",
    "Nearest",
    "RoadGraph",
    "Snap",
    "build_graph",
    "edge_tree",
    "field_by_drive",
    "field_by_length",
    "line_along",
    "metres_by_class",
    "nearest_by_drive",
    "nearest_by_length",
    "pairs_within",
    "reach_of",
    "route",
    "routes",
    "snap",
]

_Pairs = tuple["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.float64]"]
"""Site, node of the facility, length [m]."""

FACILITIES_AT_ONCE = 256
"""How many facilities share one sweep of `pairs_within` over the whole network."""

CELLS_AT_ONCE = 2**22
"""Most cells of a distance table that `pairs_within` holds: 32 MB of floats."""


class EdgeTree(NamedTuple):
    """A finder of edges near a place, and the index in the graph of each edge it holds."""

    tree: shapely.STRtree
    edges: NDArray[np.int64]


def edge_tree(graph: RoadGraph, *, drivable: bool = False) -> EdgeTree:
    """Prepare a graph for many calls of `snap`.

    Parameters
    ----------
    graph : street network.
    drivable : whether to look only at edges that a vehicle may drive on and stop at.
    """
    edges = stoppable(graph) if drivable else np.arange(len(graph.edge_from))
    return EdgeTree(shapely.STRtree(graph.geometry[edges]), edges)


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
    return reach_of(field_by_length(graph, facilities), sites)


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
    field = field_by_drive(graph, bases, offroad_kmh=offroad_kmh, base_delay_min=base_delay_min)
    return reach_of(field, sites)


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
    ways = ways_to(cut, sites, both_ways)
    node = np.concatenate([cut.node[ways.row], cut.node[ways.row + 1]])
    site = np.tile(ways.site, 2)
    extra_m = np.concatenate([ways.before, ways.after]) + sites.offset_m[site]
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


def routes(field: Field, sites: Snap, rows: NDArray[np.int64] | None = None) -> NDArray[np.object_]:
    """Draw the way of sites to their nearest facility.

    Parameters
    ----------
    field : shortest ways to the facilities.
    sites : places snapped to the same network.
    rows : which of them to draw; all when left out.

    Returns
    -------
    NDArray
        A LineString for each of those sites, from the site's spot on the street to the facility's,
        also where the field is by driving time and the engineer comes the other way; empty where
        there is no way.
    """
    chosen = np.arange(len(sites.edge)) if rows is None else np.asarray(rows, dtype=np.int64)
    some = Snap(sites.edge[chosen], sites.fraction[chosen], sites.offset_m[chosen])
    lines = np.full(len(chosen), shapely.LineString(), dtype=object)
    found = ways_in(field, some)
    for at in np.flatnonzero(np.isfinite(found.cost)):
        number = found.site[at]
        lines[number] = _drawn(field, some.fraction[number], int(found.entry[at]))
    return lines


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
    if site.edge.shape != (1,) or facility.edge.shape != (1,):
        raise ValueError("a route leads from one site to one facility")
    line: shapely.LineString = routes(field_by_length(graph, facility), site)[0]
    return line


def _pairs_of(
    links: Links, sources: NDArray[np.int64], ways_in: _Pairs, limit_m: float
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


def line_along(
    graph: RoadGraph,
    edges: NDArray[np.int64],
    starts: NDArray[np.float64],
    ends: NDArray[np.float64],
) -> shapely.LineString:
    """Join parts of edges, each from one share of its length to another, into one line.

    Parameters
    ----------
    graph : street network.
    edges : at least one edge, each beginning where the one before it ends.
    starts, ends : shares of its length; against the line where the start is the greater.
    """
    path = np.concatenate([*map(_part, graph.geometry[edges], starts.tolist(), ends.tolist())])
    moved = np.append(True, (path[1:] != path[:-1]).any(axis=1))
    return shapely.LineString(path[moved] if moved.sum() > 1 else path[[0, 0]])


def _drawn(field: Field, fraction: float, entry: int) -> shapely.LineString:
    """Draw the way from a spot on an edge, over the stop in row `entry` of the cut, to the end."""
    cut = field.cut
    nodes = [int(cut.node[entry])]
    while field.ahead[nodes[-1]] >= 0:
        nodes.append(int(field.ahead[nodes[-1]]))
    way = np.array(nodes[:-1], dtype=np.int64)
    row = pieces(field, way)
    onward = cut.node[row] == way
    return line_along(
        field.graph,
        np.append(cut.edge[entry], cut.edge[row]),
        np.append(fraction, cut.fraction[np.where(onward, row, row + 1)]),
        np.append(cut.fraction[entry], cut.fraction[np.where(onward, row + 1, row)]),
    )


def _part(line: shapely.LineString, start: float, end: float) -> NDArray[np.float64]:
    """Give the points of a part of a line; whole edges are not measured anew."""
    if {start, end} == {0.0, 1.0}:
        return shapely.get_coordinates(line)[:: 1 if end else -1]
    return shapely.get_coordinates(substring(line, start, end, normalized=True))


def _chunks(count: int, size: int) -> list[tuple[int, int]]:
    return [(first, min(first + size, count)) for first in range(0, count, size)]
