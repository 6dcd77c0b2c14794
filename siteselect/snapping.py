"""The street network as arrays, and how places are tied to its edges."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from siteselect.errors import Fault, InputError
from siteselect.geo import require_metres
from siteselect.nearest_line import nearest_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

FREE_FLOW_KMH: Mapping[str, float] = MappingProxyType(
    {
        "motorway": 105.0,
        "motorway_link": 60.0,
        "trunk": 85.0,
        "trunk_link": 50.0,
        "primary": 60.0,
        "primary_link": 45.0,
        "secondary": 50.0,
        "secondary_link": 40.0,
        "tertiary": 45.0,
        "tertiary_link": 35.0,
        "unclassified": 40.0,
        "residential": 30.0,
        "road": 30.0,
        "living_street": 15.0,
        "service": 15.0,
        "track": 10.0,
    }
)
"""Free-flow speed of a car or van by OpenStreetMap class [km/h], all of them judgement [J].

A class that is not listed (footway, cycleway, steps ...) is not driven on. Service roads and tracks
are stated because a mean over the other classes would have them at 43 km/h [M: osmnx 2.1.1].
"""

NO_STOPPING = ("motorway", "motorway_link")
"""Classes that vehicles pass along but from which no place beside them can be reached."""

SAME_PLACE_M = 1e-3
"""Nearer than this to the end of an edge [m], a snapped point is the node itself."""

NODE_SPREAD_M = 1.0
"""Farther apart than this [m], ends that carry one node name are two nodes under one name."""


@dataclass(frozen=True, slots=True)
class RoadGraph:
    """The street network with n nodes and m edges; edges keep their layer's order.

    `forward_min` and `backward_min` are free-flow driving times along and against the line [min],
    infinite where one may not drive. `geometry` runs from `edge_from` to `edge_to`. Where unknown,
    numbers are NaN, words and flags None.
    """

    node_xy: NDArray[np.float64]
    edge_from: NDArray[np.int64]
    edge_to: NDArray[np.int64]
    length_m: NDArray[np.float64]
    forward_min: NDArray[np.float64]
    backward_min: NDArray[np.float64]
    geometry: NDArray[np.object_]
    highway: NDArray[np.object_]
    width_m: NDArray[np.float64]
    name: NDArray[np.object_]
    surface: NDArray[np.object_]
    sidewalk: NDArray[np.object_]
    bridge: NDArray[np.object_]
    tunnel: NDArray[np.object_]
    maxspeed_kmh: NDArray[np.float64]
    motor_vehicle: NDArray[np.object_]
    hgv: NDArray[np.object_]
    maxheight_m: NDArray[np.float64]
    maxwidth_m: NDArray[np.float64]
    maxlength_m: NDArray[np.float64]
    maxweight_t: NDArray[np.float64]
    maxaxleload_t: NDArray[np.float64]


_WORDS = ("highway", "name", "surface", "sidewalk", "bridge", "tunnel", "motor_vehicle", "hgv")
_NUMBERS = (
    *("width_m", "maxspeed_kmh", "maxheight_m", "maxwidth_m", "maxlength_m"),
    *("maxweight_t", "maxaxleload_t"),
)


@dataclass(frozen=True, slots=True)
class Snap:
    """Where n places meet the network: edge, part of its length from its start, distance to it [m].

    Where nothing lies within the limit the edge is -1, and fraction and distance are NaN.
    """

    edge: NDArray[np.int64]
    fraction: NDArray[np.float64]
    offset_m: NDArray[np.float64]


def build_graph(roads: gpd.GeoDataFrame) -> RoadGraph:
    """Turn the layer of streets into a graph.

    Driving time is length over the free-flow speed of the class, or over the posted limit where
    that is lower. No turn, junction or traffic delay is in it. A street with `motor_vehicle` no is
    not driven on. One that is private or for destinations only is, like any other: the sites lie
    on such streets, and whether somebody would cut through one is not looked at.

    Parameters
    ----------
    roads : columns of the layer `roads`, in a projected CRS in metres.

    Raises
    ------
    StudyError
        The CRS cannot give metres.
    InputError
        Edges without line, class or node names, or a node name used at two places: all of them.
    """
    require_metres(roads.crs, "roads")
    lines = np.asarray(roads.geometry.array, dtype=object)
    _refuse(_broken(roads, lines))
    names = np.concatenate([_column(roads, end).astype(str) for end in ("from_node", "to_node")])
    ends = np.concatenate([_end_xy(lines, 0), _end_xy(lines, -1)])
    codes, known = pd.factorize(names)
    node_xy = np.empty((len(known), 2))
    node_xy[codes[::-1]] = ends[::-1]
    _refuse(_split_nodes(roads, names, np.hypot(*(ends - node_xy[codes]).T)))
    length_m = np.asarray(shapely.length(lines), dtype=np.float64)
    forward_min, backward_min = _drive_min(roads, length_m)
    words: dict[str, Any] = {name: _column(roads, name) for name in _WORDS}
    numbers: dict[str, Any] = {name: _column(roads, name).astype(np.float64) for name in _NUMBERS}
    return RoadGraph(
        node_xy=node_xy,
        edge_from=codes[: len(roads)].astype(np.int64),
        edge_to=codes[len(roads) :].astype(np.int64),
        length_m=length_m,
        forward_min=forward_min,
        backward_min=backward_min,
        geometry=lines,
        **words,
        **numbers,
    )


def snap(
    graph: RoadGraph,
    points: NDArray[np.object_],
    limit_m: float,
    *,
    drivable: bool = False,
    tree: tuple[shapely.STRtree, NDArray[np.int64]] | None = None,
) -> Snap:
    """Tie points to the nearest spot of the nearest edge; to the first of several as near.

    Parameters
    ----------
    graph : street network.
    points : n points in the CRS of the graph.
    limit_m : farthest that an edge may be from its point [m].
    drivable : whether to look only at edges that a vehicle may drive on and stop at; motorways and
        their ramps are none, since no place beside them can be reached from them.
    tree : finder of edges and the index of each in the graph, as `network.edge_tree` makes it
        for many calls; it then decides which edges are looked at.

    Raises
    ------
    ValueError
        The limit is negative or not a number.
    """
    if not limit_m >= 0:
        raise ValueError(f"limit_m must be 0 or more, not {limit_m}")
    where = np.atleast_1d(np.asarray(points, dtype=object))
    if tree is None:
        candidates = stoppable(graph) if drivable else np.arange(len(graph.edge_from))
        finder = shapely.STRtree(graph.geometry[candidates])
    else:
        finder, candidates = tree
    found = nearest_line(finder, graph.geometry[candidates], where, limit_m)
    on = np.flatnonzero(found.line >= 0)
    snapped = Snap(
        edge=np.full(len(where), -1, dtype=np.int64),
        fraction=np.full(len(where), np.nan),
        offset_m=found.apart_m,
    )
    snapped.edge[on] = candidates[found.line[on]]
    snapped.fraction[on] = _fraction(graph.length_m[snapped.edge[on]], found.along_m[on])
    return snapped


def stoppable(graph: RoadGraph) -> NDArray[np.int64]:
    """Pick the edges that a vehicle may drive on and stop at, by their place in the graph."""
    driven = np.isfinite(np.minimum(graph.forward_min, graph.backward_min))
    return np.flatnonzero(driven & ~np.isin(graph.highway.astype(str), NO_STOPPING))


def _fraction(length_m: NDArray[np.float64], along_m: NDArray[np.float64]) -> NDArray[np.float64]:
    # rounding must not put a place beyond its node: on a one-way street that is a detour
    along_m = np.where(along_m > length_m - SAME_PLACE_M, length_m, along_m)
    along_m = np.where(along_m < SAME_PLACE_M, 0.0, along_m)
    return along_m / np.where(length_m > 0, length_m, 1.0)


def _drive_min(
    roads: gpd.GeoDataFrame, length_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    free_kmh = np.array([FREE_FLOW_KMH.get(str(kind), np.nan) for kind in roads["highway"]])
    posted_kmh = _column(roads, "maxspeed_kmh").astype(np.float64)
    speed_kmh = np.where(posted_kmh < free_kmh, posted_kmh, free_kmh)
    closed = np.isnan(speed_kmh) | (_column(roads, "motor_vehicle") == "no")
    time_min = np.where(closed, np.inf, length_m / 1000 / speed_kmh * 60)
    oneway = _column(roads, "oneway")
    return (
        np.where(oneway == "backward", np.inf, time_min),
        np.where(oneway == "forward", np.inf, time_min),
    )


def _end_xy(lines: NDArray[np.object_], at: int) -> NDArray[np.float64]:
    point = shapely.get_point(lines, at)
    return np.column_stack([shapely.get_x(point), shapely.get_y(point)])


def _column(roads: gpd.GeoDataFrame, name: str) -> NDArray[np.object_]:
    """Give a column's values, None for what is missing: no value, empty text, or no such column."""
    if name not in roads:
        return np.full(len(roads), None, dtype=object)
    column = roads[name].astype(object)
    return np.asarray(column.where(column.notna() & column.ne(""), None), dtype=object)


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InputError(faults)


def _broken(roads: gpd.GeoDataFrame, lines: NDArray[np.object_]) -> list[Fault]:
    line = (shapely.get_type_id(lines) == 1) & ~shapely.is_empty(lines)
    wrong: list[tuple[str, NDArray[np.bool_], str, str]] = [
        ("geometry", ~line, "not one line", "Split lines of several parts; remove empty ones.")
    ]
    wrong += [
        (name, pd.isna(_column(roads, name)), "missing", "Every edge needs one.")
        for name in ("from_node", "to_node", "highway")
    ]
    ways = pd.Series(_column(roads, "oneway"))
    known = ways.isin(["no", "forward", "backward"]) | ways.isna()
    wrong.append(("oneway", ~known.to_numpy(), "unknown word", "Use no, forward or backward."))
    speed = pd.to_numeric(pd.Series(_column(roads, "maxspeed_kmh")), errors="coerce")
    cure = "Give km/h above 0, or leave it empty."
    wrong.append(("maxspeed_kmh", speed.le(0).to_numpy(), "not above 0", cure))
    labels = _column(roads, "edge_id")
    return [
        Fault("roads", problem, cure, row=str(labels[row] or row), column=name)
        for name, broken, problem, cure in wrong
        for row in np.flatnonzero(broken)
    ]


def _split_nodes(
    roads: gpd.GeoDataFrame, names: NDArray[np.object_], apart_m: NDArray[np.float64]
) -> list[Fault]:
    labels = np.tile(_column(roads, "edge_id"), 2)
    return [
        Fault(
            "roads",
            f"one node name stands at two places, {apart_m[row]:.1f} m apart",
            "Make node names unique over all files that feed the layer.",
            row=str(labels[row] or row),
            column="from_node" if row < len(roads) else "to_node",
            value=str(names[row]),
        )
        for row in np.flatnonzero(apart_m > NODE_SPREAD_M)
    ]
