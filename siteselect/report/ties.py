"""What a site is tied to, and the line to it, along the streets where it was measured so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from siteselect.design.reach import BY_ROUTE
from siteselect.design.routes import routes_of

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from siteselect.assess import Assessment

LONGEST_M = 4_000.0
"""A longer way is drawn as a straight line: most of it would lie outside the map [m]."""

DRIVES = ("engineer", "lorry")
"""Ways of vehicles, in the order in which they are drawn."""


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of place that a site is tied to: columns, layer, letter, colour and way."""

    key: str
    layer: str
    identifier: str
    distance: str
    basis: str
    letter: str
    colour: str
    way: str = ""


ROLES = (
    Role(
        "supply",
        "supply_points",
        "supply_id",
        "connection_m",
        "connection_basis",
        "E",
        "#a33b00",
        "cable",
    ),
    Role("fibre", "fibre_nodes", "fibre_id", "fibre_m", "fibre_basis", "F", "#5b3a91", "fibre"),
    Role("sink", "heat_sinks", "sink_id", "sink_m", "sink_basis", "H", "#0b6e4f", "pipe"),
    Role("receptor", "noise_receptors", "receptor_id", "receptor_m", "", "N", "#0b5c8f"),
)


@dataclass(frozen=True, slots=True)
class Tie:
    """A place that a site is tied to, and the line between them."""

    role: Role
    end: shapely.Point
    line: shapely.LineString
    by_street: bool


@dataclass(frozen=True, slots=True)
class Drive:
    """The way of a vehicle to a site: from where, how long [m], and the line."""

    kind: str
    name: str
    length_m: float
    line: shapely.LineString


def ties_of(assessment: Assessment, site_id: str) -> tuple[Tie, ...]:
    """Find the places that one site is tied to, in the order of the roles."""
    site = assessment.sites.loc[site_id]
    ways = _ways(assessment, site_id, tuple(role.way for role in ROLES))
    found = ((role, _shape(assessment, role, site)) for role in ROLES)
    return tuple(
        _tie(role, site.geometry, shape, ways.get(role.way))
        for role, shape in found
        if shape is not None
    )


def drives_of(assessment: Assessment, site_id: str) -> tuple[Drive, ...]:
    """Find the ways that the engineer and the lorry take to one site."""
    ways = _ways(assessment, site_id, DRIVES)
    return tuple(
        Drive(kind, str(ways[kind]["name"]), float(ways[kind]["length_m"]), ways[kind]["geometry"])
        for kind in DRIVES
        if kind in ways
    )


def _ways(
    assessment: Assessment, site_id: str, kinds: tuple[str, ...]
) -> dict[str, dict[Any, Any]]:
    drawn = routes_of(
        assessment.study, assessment.territory, assessment.sites, [site_id], kinds=kinds
    )
    return {row["kind"]: row for row in drawn.to_dict("records")}


def _shape(assessment: Assessment, role: Role, site: pd.Series[Any]) -> BaseGeometry | None:
    layer = assessment.layers.get(role.layer)
    identifier = site.get(role.identifier, "")
    if layer is None or not identifier:
        return None
    rows = layer.frame.geometry[(layer.frame[role.identifier] == identifier).to_numpy()]
    shape: BaseGeometry | None = None if rows.empty else rows.iloc[0]
    return shape


def _tie(role: Role, point: shapely.Point, shape: BaseGeometry, way: dict[Any, Any] | None) -> Tie:
    if way is not None and way["basis"] == BY_ROUTE and way["length_m"] <= LONGEST_M:
        line = way["geometry"]
        return Tie(role, shapely.Point(line.coords[-1]), line, by_street=True)
    if point.distance(shape) > 0:
        line = shapely.shortest_line(point, shape)
    else:
        line = shapely.LineString([point, shapely.point_on_surface(shape)])
    return Tie(role, shapely.Point(line.coords[-1]), line, by_street=False)
