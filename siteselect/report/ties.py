"""What a site is tied to, and the line to it, along the streets where it was measured so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siteselect.network import build_graph, route, snap

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from siteselect.assess import Assessment

BY_ROUTE = "by route"
"""The basis that the design floor gives to a length measured along streets."""

LONGEST_M = 4_000.0
"""A longer way is drawn as a straight line: most of it would lie outside the map [m]."""

_SAME_SHARE = 0.02
_SAME_M = 2.0


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of place that a site is tied to: its columns, its layer, its letter and colour."""

    key: str
    layer: str
    identifier: str
    distance: str
    basis: str
    letter: str
    colour: str


ROLES = (
    Role(
        "supply", "supply_points", "supply_id", "connection_m", "connection_basis", "E", "#a33b00"
    ),
    Role("fibre", "fibre_nodes", "fibre_id", "fibre_m", "fibre_basis", "F", "#5b3a91"),
    Role("sink", "heat_sinks", "sink_id", "sink_m", "sink_basis", "H", "#0b6e4f"),
    Role("receptor", "noise_receptors", "receptor_id", "receptor_m", "", "N", "#0b5c8f"),
)


@dataclass(frozen=True, slots=True)
class Tie:
    """A place that a site is tied to, and the line between them."""

    role: Role
    end: shapely.Point
    line: shapely.LineString
    by_street: bool


def ties_of(assessment: Assessment, site_id: str) -> tuple[Tie, ...]:
    """Find the places that one site is tied to, in the order of the roles."""
    site = assessment.sites.loc[site_id]
    found = ((role, _shape(assessment, role, site)) for role in ROLES)
    return tuple(_tie(assessment, role, site, shape) for role, shape in found if shape is not None)


def street_way(
    roads: gpd.GeoDataFrame,
    point: shapely.Point,
    shape: BaseGeometry,
    length_m: float,
    snap_limit_m: float,
) -> shapely.LineString | None:
    """Find the way along the streets whose length a table states; None where it is another.

    Every place on a way of length L between two points lies within L / 2 of their middle, so
    only the streets there are looked at.

    Parameters
    ----------
    roads : columns of the layer `roads`.
    point : the site.
    shape : the place it is tied to.
    length_m : length in the table [m].
    snap_limit_m : farthest that a street may be from either end [m].
    """
    if not length_m <= LONGEST_M:
        return None
    straight = shapely.shortest_line(point, shape)
    middle = shapely.line_interpolate_point(straight, straight.length / 2)
    reach = length_m / 2 + _SAME_M
    window = shapely.box(middle.x - reach, middle.y - reach, middle.x + reach, middle.y + reach)
    near = roads.iloc[np.sort(roads.sindex.query(window, predicate="intersects"))]
    if near.empty:
        return None
    graph = build_graph(near)
    entrance = _entrance(shape, graph.geometry)
    ends = np.array([point, entrance], dtype=object)
    site, place = (snap(graph, ends[[at]], snap_limit_m) for at in (0, 1))
    way = route(graph, site, place)
    if way.is_empty:
        return None
    whole = shapely.LineString([point.coords[0], *way.coords, entrance.coords[0]])
    same = abs(whole.length - length_m) <= max(_SAME_SHARE * length_m, _SAME_M)
    return whole if same else None


def _entrance(shape: BaseGeometry, streets: NDArray[Any]) -> shapely.Point:
    nearest: BaseGeometry = streets[np.asarray(shapely.STRtree(streets).nearest(shape)).item()]
    return shapely.Point(shapely.shortest_line(shape, nearest).coords[0])


def _shape(assessment: Assessment, role: Role, site: pd.Series[Any]) -> BaseGeometry | None:
    layer = assessment.layers.get(role.layer)
    identifier = site.get(role.identifier, "")
    if layer is None or not identifier:
        return None
    rows = layer.frame.geometry[(layer.frame[role.identifier] == identifier).to_numpy()]
    shape: BaseGeometry | None = None if rows.empty else rows.iloc[0]
    return shape


def _tie(assessment: Assessment, role: Role, site: pd.Series[Any], shape: BaseGeometry) -> Tie:
    point: shapely.Point = site.geometry
    way = None
    if role.basis and site[role.basis] == BY_ROUTE and "roads" in assessment.layers:
        way = street_way(
            assessment.layers["roads"].frame,
            point,
            shape,
            float(site[role.distance]),
            assessment.study.routing.snap_limit_m,
        )
    if way is not None:
        return Tie(role, shapely.Point(way.coords[-1]), way, by_street=True)
    if point.distance(shape) > 0:
        line = shapely.shortest_line(point, shape)
    else:
        line = shapely.LineString([point, shapely.point_on_surface(shape)])
    return Tie(role, shapely.Point(line.coords[-1]), line, by_street=False)
