"""How far it is from sites to facilities: by street, straight across a plot, or as declared.

What ground the way lies in is judgement [J]: along a street that of `siteselect.trench`; between
street and place, and straight across a plot, soft ground (verge); where no way is known and a
factor stands in for it, footway, the middle of the three and the ground of the catalogue's prices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

from siteselect import network
from siteselect.design.identity import Same
from siteselect.geo import nearest_straight
from siteselect.topology import parts
from siteselect.trench import FOOTWAY, GROUNDS, VERGE, all_in, ground_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from siteselect.layers.build import Territory
    from siteselect.settings.routing import Routing

BY_ROUTE = "by route"
DIRECT = "direct, not through the street"
STRAIGHT = "straight line x {factor:g}"
NOWHERE = ""


@dataclass(frozen=True, slots=True)
class Streets:
    """The road graph of a study with its sites snapped to it, made once for a run.

    `tree` finds the edges near a place, `ground` is that of a trench along each edge, `piece` the
    connected part of the network it belongs to, and `yard` says of each edge whether that part is
    a mere yard path.
    """

    graph: network.RoadGraph | None
    points: NDArray[np.object_]
    sites: network.Snap | None
    routing: Routing
    tree: network.EdgeTree | None
    ground: NDArray[np.int64]
    piece: NDArray[np.int64]
    yard: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reach:
    """For each site the nearest facility (-1: none), how far [m], and on what basis.

    `ground_m` has a row a site and a column for each of `trench.GROUNDS` [m]; a row adds up to
    the length. `shapes` are the facilities and `entrances` where one digs in; `field` holds the
    ways along the streets, if there are any.
    """

    facility: NDArray[np.int64]
    length_m: NDArray[np.float64]
    basis: NDArray[np.object_]
    ground_m: NDArray[np.float64]
    shapes: NDArray[np.object_]
    entrances: NDArray[np.object_]
    field: network.Field | None


def streets_of(territory: Territory, sites: gpd.GeoDataFrame, routing: Routing) -> Streets:
    """Build the graph, if the study has roads, and snap the sites to it."""
    points = sites.geometry.to_numpy()
    roads = territory.layers.get("roads")
    if roads is None or roads.frame.empty:
        none = np.empty(0, dtype=np.int64)
        return Streets(None, points, None, routing, None, none, none, none.astype(np.bool_))
    net = _net(Same(roads.frame))
    snapped = network.snap(net.graph, points, routing.snap_limit_m, tree=net.tree)
    yard = net.piece_m < routing.yard_m
    return Streets(net.graph, points, snapped, routing, net.tree, net.ground, net.piece, yard)


@dataclass(frozen=True, slots=True)
class _Net:
    """What a street network is made into once, whoever asks."""

    graph: network.RoadGraph
    tree: network.EdgeTree
    ground: NDArray[np.int64]
    piece: NDArray[np.int64]
    piece_m: NDArray[np.float64]


@lru_cache(maxsize=2)
def _net(same: Same) -> _Net:
    """Build the graph of a territory's roads; layers are never changed once they are read."""
    graph = network.build_graph(same.thing)
    piece = parts(len(graph.node_xy), graph.edge_from, graph.edge_to)[graph.edge_from]
    piece_m = np.bincount(piece, weights=graph.length_m)[piece].astype(np.float64)
    return _Net(graph, network.edge_tree(graph), ground_of(graph), piece, piece_m)


def entrances(streets: Streets, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Pick the point of each shape that is nearest to a street, where one would dig in."""
    if streets.graph is None or streets.tree is None or len(shapes) == 0:
        return shapely.point_on_surface(shapes)
    nearest = streets.graph.geometry[streets.tree.tree.nearest(shapes)]
    return shapely.get_point(shapely.shortest_line(shapes, nearest), 0)


def reach(
    streets: Streets, shapes: NDArray[np.object_], weights: NDArray[np.float64] | None = None
) -> Reach:
    """Find the nearest facility of each site.

    By route along the street network from edge to edge. Straight, without a factor, when the
    direct line is no longer than the way from both ends to the street. Straight times the
    study's declared factor when the graph does not reach.

    Parameters
    ----------
    streets : street network and sites.
    shapes : the facilities.
    weights : factor on the length of each edge, by which ways are compared; what is given back
        are true metres.
    """
    count = len(streets.points)
    ends = entrances(streets, shapes)
    if len(shapes) == 0:
        nowhere, far = np.full(count, -1), np.full(count, np.nan)
        no_basis = np.full(count, NOWHERE, dtype=object)
        return Reach(nowhere, far, no_basis, all_in(FOOTWAY, far), shapes, ends, None)
    near, straight_m = nearest_straight(streets.points, shapes)
    facility, length_m = near.astype(np.int64), straight_m * streets.routing.straight_line_factor
    label = STRAIGHT.format(factor=streets.routing.straight_line_factor)
    basis = np.full(count, label, dtype=object)
    ground_m = all_in(FOOTWAY, length_m)
    if streets.graph is None or streets.sites is None:
        return Reach(facility, length_m, basis, ground_m, shapes, ends, None)
    snapped = snap_to(streets, ends)
    field = network.field_by_length(streets.graph, snapped, weights)
    found = network.reach_of(field, streets.sites)
    routed = np.flatnonzero(np.isfinite(found.cost))
    facility[routed], basis[routed] = found.facility[routed], BY_ROUTE
    ground_m[routed] = _ground_m(streets, field, snapped, routed, facility[routed])
    length_m[routed] = found.cost[routed] if weights is None else ground_m[routed].sum(axis=1)
    direct = straight_m <= streets.sites.offset_m + snapped.offset_m[near]
    facility[direct], length_m[direct], basis[direct] = near[direct], straight_m[direct], DIRECT
    ground_m[direct] = all_in(VERGE, straight_m[direct])
    return Reach(facility, length_m, basis, ground_m, shapes, ends, field)


def drawn(streets: Streets, reached: Reach, rows: NDArray[np.int64]) -> NDArray[np.object_]:
    """Draw the way from some sites to the facility that `reach` found for them.

    Returns
    -------
    NDArray
        A LineString for each of the rows, from the site to the facility: along the streets where
        the basis is by route, else straight; empty where there is no facility.
    """
    lines = np.full(len(rows), shapely.LineString(), dtype=object)
    for at, row in enumerate(rows):
        if reached.facility[row] >= 0:
            shape = reached.shapes[reached.facility[row]]
            lines[at] = _straight(streets.points[row], shape)
    if reached.field is None or streets.sites is None:
        return lines
    by_route = np.flatnonzero(reached.basis[rows] == BY_ROUTE)
    ways = network.routes(reached.field, streets.sites, rows[by_route])
    for at, way in zip(by_route.tolist(), ways, strict=True):
        ends = streets.points[rows[at]], reached.entrances[reached.facility[rows[at]]]
        lines[at] = shapely.LineString(
            np.concatenate([shapely.get_coordinates(part) for part in (ends[0], way, ends[1])])
        )
    return lines


def snap_to(streets: Streets, points: NDArray[np.object_]) -> network.Snap:
    """Tie points to the streets of a study within its limit."""
    if streets.graph is None:
        raise ValueError("there are no streets to tie points to")
    return network.snap(streets.graph, points, streets.routing.snap_limit_m, tree=streets.tree)


def _straight(point: shapely.Point, shape: BaseGeometry) -> shapely.LineString:
    line: shapely.LineString = shapely.shortest_line(point, shape)
    return line


def _ground_m(
    streets: Streets,
    field: network.Field,
    snapped: network.Snap,
    rows: NDArray[np.int64],
    facility: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Measure the ways along the streets by ground [m]; the bits off the street are soft ground."""
    if streets.sites is None:
        raise ValueError("there are no streets to measure along")
    metres = network.metres_by_class(field, streets.sites, streets.ground, len(GROUNDS))[rows]
    metres[:, VERGE] += streets.sites.offset_m[rows] + snapped.offset_m[facility]
    return metres


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
    snapped = snap_to(streets, entrances(streets, shapes))
    # A yard path that is tied to no street is on the graph and yet leads nowhere. What other sites
    # there are must not decide it: a site's numbers are its own.
    cut_off = ~np.isfinite(network.nearest_by_length(streets.graph, streets.sites, snapped).cost)
    here, there = _piece(streets, streets.sites)[site], _piece(streets, snapped)[facility]
    stranded = (there < 0) | np.append(streets.yard, True)[snapped.edge][facility]
    off = cut_off[site] | (stranded & (here != there))
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


def _piece(streets: Streets, snapped: network.Snap) -> NDArray[np.int64]:
    """Give the connected part of the network at which places are tied to it; -1 for none."""
    return np.where(snapped.edge >= 0, np.append(streets.piece, -1)[snapped.edge], -1)


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
