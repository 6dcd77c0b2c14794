"""How far it is from sites to facilities: by street, straight across a plot, or as declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from siteselect import network
from siteselect.geo import nearest_straight

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.layers.build import Territory
    from siteselect.settings.routing import Routing

BY_ROUTE = "by route"
DIRECT = "direct, not through the street"
STRAIGHT = "straight line x {factor:g}"
NOWHERE = ""


@dataclass(frozen=True, slots=True)
class Streets:
    """The road graph of a study with its sites snapped to it, made once for a run."""

    graph: network.RoadGraph | None
    points: NDArray[np.object_]
    sites: network.Snap | None
    routing: Routing


@dataclass(frozen=True, slots=True)
class Reach:
    """For each site the nearest facility (-1: none), how far [m], and on what basis."""

    facility: NDArray[np.int64]
    length_m: NDArray[np.float64]
    basis: NDArray[np.object_]


def streets_of(territory: Territory, sites: gpd.GeoDataFrame, routing: Routing) -> Streets:
    """Build the graph, if the study has roads, and snap the sites to it."""
    points = sites.geometry.to_numpy()
    roads = territory.layers.get("roads")
    if roads is None or roads.frame.empty:
        return Streets(None, points, None, routing)
    graph = network.build_graph(roads.frame)
    return Streets(graph, points, network.snap(graph, points, routing.snap_limit_m), routing)


def entrances(streets: Streets, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Pick the point of each shape that is nearest to a street, where one would dig in."""
    if streets.graph is None or len(shapes) == 0:
        return shapely.point_on_surface(shapes)
    tree = shapely.STRtree(streets.graph.geometry)
    nearest = streets.graph.geometry[tree.nearest(shapes)]
    return shapely.get_point(shapely.shortest_line(shapes, nearest), 0)


def reach(streets: Streets, shapes: NDArray[np.object_]) -> Reach:
    """Find the nearest facility of each site.

    By route along the street network from edge to edge. Straight, without a factor, when the
    direct line is no longer than the way from both ends to the street. Straight times the
    study's declared factor when the graph does not reach.
    """
    count = len(streets.points)
    if len(shapes) == 0:
        return Reach(
            np.full(count, -1), np.full(count, np.nan), np.full(count, NOWHERE, dtype=object)
        )
    near, straight_m = nearest_straight(streets.points, shapes)
    facility, length_m = near.astype(np.int64), straight_m * streets.routing.straight_line_factor
    label = STRAIGHT.format(factor=streets.routing.straight_line_factor)
    basis = np.full(count, label, dtype=object)
    if streets.graph is None or streets.sites is None:
        return Reach(facility, length_m, basis)
    snapped = network.snap(streets.graph, entrances(streets, shapes), streets.routing.snap_limit_m)
    found = network.nearest_by_length(streets.graph, streets.sites, snapped)
    routed = np.isfinite(found.cost)
    facility[routed], length_m[routed] = found.facility[routed], found.cost[routed]
    basis[routed] = BY_ROUTE
    direct = straight_m <= streets.sites.offset_m + snapped.offset_m[near]
    facility[direct], length_m[direct], basis[direct] = near[direct], straight_m[direct], DIRECT
    return Reach(facility, length_m, basis)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every site and facility within a limit of each other [m], and on what basis."""

    site: NDArray[np.int64]
    facility: NDArray[np.int64]
    length_m: NDArray[np.float64]
    basis: NDArray[np.object_]


def pairs(streets: Streets, shapes: NDArray[np.object_], limit_m: float) -> Pairs:
    """Find all facilities within reach of each site; lengths as in `reach`, the shortest counts."""
    if len(shapes) == 0:
        none = np.empty(0, dtype=np.int64)
        return Pairs(none, none, np.empty(0), np.empty(0, dtype=object))
    tree = shapely.STRtree(shapes)
    site, facility = tree.query(streets.points, predicate="dwithin", distance=limit_m)
    straight_m = shapely.distance(streets.points[site], shapes[facility])
    factor = streets.routing.straight_line_factor
    if streets.graph is None or streets.sites is None:
        label = STRAIGHT.format(factor=factor)
        return _within(site, facility, straight_m * factor, label, limit_m)
    snapped = network.snap(streets.graph, entrances(streets, shapes), streets.routing.snap_limit_m)
    # A yard path that is tied to no street is on the graph and yet leads nowhere.
    cut_off = ~np.isfinite(network.nearest_by_length(streets.graph, streets.sites, snapped).cost)
    stranded = ~np.isfinite(network.nearest_by_length(streets.graph, snapped, streets.sites).cost)
    off = cut_off[site] | stranded[facility]
    direct = ~off & (straight_m <= streets.sites.offset_m[site] + snapped.offset_m[facility])
    routed = network.pairs_within(streets.graph, streets.sites, snapped, limit_m)
    label = STRAIGHT.format(factor=factor)
    return _shortest(
        (
            _within(site[direct], facility[direct], straight_m[direct], DIRECT, limit_m),
            _within(*routed, BY_ROUTE, limit_m),
            _within(site[off], facility[off], straight_m[off] * factor, label, limit_m),
        )
    )


def _within(
    site: NDArray[np.int64],
    facility: NDArray[np.int64],
    length_m: NDArray[np.float64],
    basis: str,
    limit_m: float,
) -> Pairs:
    near = length_m <= limit_m
    return Pairs(
        site[near].astype(np.int64),
        facility[near].astype(np.int64),
        length_m[near],
        np.full(int(near.sum()), basis, dtype=object),
    )


def _shortest(parts: tuple[Pairs, ...]) -> Pairs:
    site = np.concatenate([part.site for part in parts])
    facility = np.concatenate([part.facility for part in parts])
    length_m = np.concatenate([part.length_m for part in parts])
    basis = np.concatenate([part.basis for part in parts])
    order = np.lexsort((length_m, facility, site))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(site[order]) != 0) | (np.diff(facility[order]) != 0)
    chosen = order[first]
    return Pairs(site[chosen], facility[chosen], length_m[chosen], basis[chosen])
