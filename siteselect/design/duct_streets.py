"""The streets as a network of ways from the entries of sites to pick-up points of fibre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from siteselect import network
from siteselect.cutting import Cut, cut_at, least
from siteselect.design.reach import Streets, entrances
from siteselect.snapping import FREE_FLOW_KMH, NO_STOPPING, SAME_PLACE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

DUCT_STREETS = tuple(sorted({*FREE_FLOW_KMH, "pedestrian"} - {*NO_STOPPING}))
"""Classes of street along which ducts are led [J].

A footway drawn beside a street would pass for a second way, and a motorway takes no duct.
"""

APART_DEGREES = 60.0
"""Least angle between the lead-ins of two entries, so that they are on two sides [J]."""


@dataclass(frozen=True, slots=True)
class Net:
    """Streets cut at the entries of n sites and at the pick-up points, one edge a piece.

    `row` is the row of `cut` at which a piece starts. `entry` are the nodes of the first and the
    second entry of each site and `offset_m` how far they are from it; -1 and NaN where there is
    none. `goals` are the nodes of the pick-up points, -1 off the streets.
    """

    count: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    length_m: NDArray[np.float64]
    row: NDArray[np.int64]
    cut: Cut
    entry: tuple[NDArray[np.int64], NDArray[np.int64]]
    offset_m: tuple[NDArray[np.float64], NDArray[np.float64]]
    goals: NDArray[np.int64]

    @property
    def ends(self) -> tuple[int, NDArray[np.int64], NDArray[np.int64]]:
        """Give the network as functions of topology ask for it."""
        return self.count, self.tail, self.head


def net_of(streets: Streets, shapes: NDArray[np.object_], second_access_m: float) -> Net | None:
    """Build the network of ways; None where the study has no streets that take ducts.

    Parameters
    ----------
    streets : street network and sites.
    shapes : pick-up points.
    second_access_m : farthest that a second street may be for a second entry [m].
    """
    graph = streets.graph
    if graph is None:
        return None
    edges = np.flatnonzero(np.isin(graph.highway.astype(str), DUCT_STREETS))
    if len(edges) == 0:
        return None
    tree = network.EdgeTree(shapely.STRtree(graph.geometry[edges]), edges)
    limit_m = streets.routing.snap_limit_m
    first = network.snap(graph, streets.points, limit_m, tree=tree)
    second = _second(graph, tree, streets.points, first, second_access_m)
    goals = network.snap(graph, entrances(streets, shapes), limit_m, tree=tree)
    places = _together(first, second, goals)
    cut = cut_at(graph, places)
    node = np.full(len(places.edge), -1, dtype=np.int64)
    node[cut.places] = cut.stops
    # A place at a crossing is on all streets that meet there, not only on the one it was tied to.
    node = np.where(places.fraction == 0, graph.edge_from[places.edge], node)
    node = np.where(places.fraction == 1, graph.edge_to[places.edge], node)
    row = np.flatnonzero((cut.edge[:-1] == cut.edge[1:]) & np.isin(cut.edge[:-1], edges))
    sites = len(streets.points)
    return Net(
        count=cut.nodes,
        tail=cut.node[row],
        head=cut.node[row + 1],
        length_m=(cut.fraction[row + 1] - cut.fraction[row]) * graph.length_m[cut.edge[row]],
        row=row,
        cut=cut,
        entry=(node[:sites], node[sites : 2 * sites]),
        offset_m=(first.offset_m, second.offset_m),
        goals=node[2 * sites :],
    )


def _second(
    graph: network.RoadGraph,
    tree: network.EdgeTree,
    points: NDArray[np.object_],
    first: network.Snap,
    limit_m: float,
) -> network.Snap:
    """Find where another street passes another side of each site.

    It must pass there: a street that begins or ends at that spot goes on from the first one.
    """
    none = np.full(len(points), np.nan)
    second = network.Snap(np.full(len(points), -1), none, none.copy())
    site, at = tree.tree.query(points, predicate="dwithin", distance=limit_m)
    edge = tree.edges[at]
    use = (first.edge[site] >= 0) & (first.edge[site] != edge)
    site, edge = site[use], edge[use]
    line = graph.geometry[edge]
    along_m = shapely.line_locate_point(line, points[site])
    passing = (along_m > SAME_PLACE_M) & (along_m < graph.length_m[edge] - SAME_PLACE_M)
    site, edge, along_m = site[passing], edge[passing], along_m[passing]
    spot = shapely.line_interpolate_point(graph.geometry[edge], along_m)
    start = shapely.line_interpolate_point(
        graph.geometry[first.edge[site]], first.fraction[site], normalized=True
    )
    wide = _angle(points[site], start, spot) >= np.radians(APART_DEGREES)
    site, edge, along_m, spot = site[wide], edge[wide], along_m[wide], spot[wide]
    offset_m = shapely.distance(points[site], spot)
    best = least(site, offset_m)
    second.edge[site[best]] = edge[best]
    second.fraction[site[best]] = along_m[best] / graph.length_m[edge[best]]
    second.offset_m[site[best]] = offset_m[best]
    return second


def _angle(
    points: NDArray[np.object_], one: NDArray[np.object_], other: NDArray[np.object_]
) -> NDArray[np.float64]:
    """Measure the angle at each point between the directions to two others [radians].

    A point on a street has no direction to it; the angle is then pi.
    """
    here = shapely.get_coordinates(points)
    first, second = shapely.get_coordinates(one) - here, shapely.get_coordinates(other) - here
    length = np.hypot(*first.T) * np.hypot(*second.T)
    cosine = (first * second).sum(axis=1) / np.where(length > 0, length, 1.0)
    return np.where(length > 0, np.arccos(np.clip(cosine, -1.0, 1.0)), np.pi)


def _together(*snaps: network.Snap) -> network.Snap:
    return network.Snap(
        *(
            np.concatenate([getattr(snap, name) for snap in snaps])
            for name in ("edge", "fraction", "offset_m")
        )
    )
