"""What a site is tied to, and the line to it, along the streets where it was measured so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from siteselect.design.reach import BY_ROUTE
from siteselect.design.routes import routes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


Ways = dict[str, dict[Any, Any]]
"""The ways to one site, as `design.routes.routes_of` lists them, by kind."""


def ways_of(assessment: Assessment, site_ids: Sequence[str]) -> Mapping[str, Ways]:
    """Find the ways to some sites; many at once cost little more than one."""
    drawn = routes_of(assessment.study, assessment.territory, assessment.sites, site_ids)
    ways: dict[str, Ways] = {site: {} for site in site_ids}
    for row in drawn.to_dict("records"):
        ways[row["site_id"]][row["kind"]] = row
    return ways


def ties_of(assessment: Assessment, site_id: str, ways: Ways | None = None) -> tuple[Tie, ...]:
    """Find the places that one site is tied to, in the order of the roles.

    Parameters
    ----------
    assessment, site_id : the run, the site.
    ways : the ways to that site, where they are already found.
    """
    site = assessment.sites.loc[site_id]
    ways = ways_of(assessment, [site_id])[site_id] if ways is None else ways
    found = ((role, _shape(assessment, role, site)) for role in ROLES)
    return tuple(
        _tie(role, site.geometry, shape, ways.get(role.way))
        for role, shape in found
        if shape is not None
    )


def drives_of(assessment: Assessment, site_id: str, ways: Ways | None = None) -> tuple[Drive, ...]:
    """Find the ways that the engineer and the lorry take to one site; as `ties_of`."""
    ways = ways_of(assessment, [site_id])[site_id] if ways is None else ways
    return tuple(
        Drive(kind, str(ways[kind]["name"]), float(ways[kind]["length_m"]), ways[kind]["geometry"])
        for kind in DRIVES
        if kind in ways
    )


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
