"""The ways that cable, fibre, heat pipe, lorry and engineer take to a site, as lines to be drawn.

Each is found again for the few sites that are shown, between the site and the place that the table
of sites names, with the costs by which the design found its length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteselect import lorry, network
from siteselect.design.delivery import gateways
from siteselect.design.identity import Same
from siteselect.design.reach import BY_ROUTE, entrances, snap_to, streets_of
from siteselect.paths import arrivals, paths_from

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from siteselect.design.reach import Streets
    from siteselect.layers.build import Territory
    from siteselect.paths import Arrivals, Paths
    from siteselect.study import Study

KINDS = ("cable", "fibre", "pipe", "lorry", "engineer")
"""What takes a way of its own, in the order in which they are listed."""

COLUMNS = ("site_id", "kind", "facility_id", "name", "length_m", "basis", "geometry")


@dataclass(frozen=True, slots=True)
class _Tie:
    """Where the table of sites says what a cable or pipe leads to."""

    kind: str
    layer: str
    identifier: str
    name: str
    length: str
    basis: str


_TIES = (
    _Tie("cable", "supply_points", "supply_id", "supply_name", "connection_m", "connection_basis"),
    _Tie("fibre", "fibre_nodes", "fibre_id", "fibre_name", "fibre_m", "fibre_basis"),
    _Tie("pipe", "heat_sinks", "sink_id", "sink_name", "sink_m", "sink_basis"),
)

_READ = (
    *(name for tie in _TIES for name in (tie.identifier, tie.name, tie.length, tie.basis)),
    *("sink_in_reach", "base_id", "base_name", "drive_basis", "delivery_basis"),
)

_Row = tuple[str, str, str, str, float, str, "BaseGeometry"]


def routes_of(
    study: Study,
    territory: Territory,
    sites: gpd.GeoDataFrame,
    site_ids: Sequence[str],
    kinds: Sequence[str] = KINDS,
) -> gpd.GeoDataFrame:
    """Draw the ways to some sites.

    Parameters
    ----------
    study : the study.
    territory : its layers.
    sites : the design of the pod on each site.
    site_ids : which of them to draw.
    kinds : which of `KINDS` to draw.

    Returns
    -------
    GeoDataFrame
        One row a site and kind, in the CRS of the territory: `site_id`, `kind` (one of `KINDS`),
        `facility_id` and `name` of the place (of a lorry the class of road it comes from),
        `length_m`, `basis`, and the line. Cables and pipes lead from the site, vehicles to it. A
        line whose basis is not "by route" is straight. Nothing stands for what is not known:
        no length, no row. A pipe is drawn only to a sink in reach.
    """
    chosen = sites.loc[list(site_ids), [*(name for name in _READ if name in sites), "geometry"]]
    streets = streets_of(territory, chosen, study.routing)
    rows = [
        *(
            r
            for tie in _TIES
            if tie.kind in kinds
            for r in _cables(territory, streets, chosen, tie)
        ),
        *(_engineers(study, territory, streets, chosen) if "engineer" in kinds else ()),
        *(_lorries(study, streets, chosen) if "lorry" in kinds else ()),
    ]
    place = {site: number for number, site in enumerate(chosen.index)}
    rows.sort(key=lambda row: (place[row[0]], KINDS.index(row[1])))
    # As objects: pandas would encode texts, and a name may hold what no encoding takes.
    cells = {
        name: pd.Series([row[number] for row in rows], dtype=object)
        for number, name in enumerate(COLUMNS)
    }
    table = pd.DataFrame(cells).astype({"length_m": "float64"})
    return gpd.GeoDataFrame(table, geometry="geometry", crs=territory.crs)


def _cables(
    territory: Territory, streets: Streets, sites: gpd.GeoDataFrame, tie: _Tie
) -> Iterator[_Row]:
    shapes = _shapes(territory, tie.layer, tie.identifier)
    if not {tie.identifier, tie.length, tie.basis} <= set(sites.columns):
        return
    known = sites[tie.length].notna()
    if tie.kind == "pipe":
        known &= sites["sink_in_reach"].astype(bool)
    points, names = sites.geometry.to_numpy(), _texts(sites, tie.name)
    bases, length_m = _texts(sites, tie.basis), sites[tie.length].to_numpy(dtype=float)
    for facility, rows in _grouped(sites[tie.identifier], known, shapes):
        shape = shapes[facility]
        straight = shapely.shortest_line(points[rows], shape)
        routed = any(bases[row] == BY_ROUTE for row in rows)
        ways = _ways(streets, shape, rows) if routed else straight
        for row, way, direct in zip(rows, ways, straight, strict=True):
            line = way if bases[row] == BY_ROUTE and not way.is_empty else direct
            site, metres = str(sites.index[row]), float(length_m[row])
            yield site, tie.kind, facility, names[row], metres, bases[row], line


def _ways(streets: Streets, shape: BaseGeometry, rows: NDArray[np.int64]) -> list[Any]:
    """Draw the ways along the streets from some sites to one facility."""
    if streets.graph is None or streets.sites is None:
        return [shapely.LineString()] * len(rows)
    end = entrances(streets, np.array([shape], dtype=object))
    field = network.field_by_length(streets.graph, snap_to(streets, end))
    ways = network.routes(field, streets.sites, rows)
    return [
        way if way.is_empty else _joined(streets.points[row], way, end[0])
        for row, way in zip(rows, ways, strict=True)
    ]


def _engineers(
    study: Study, territory: Territory, streets: Streets, sites: gpd.GeoDataFrame
) -> Iterator[_Row]:
    shapes = _shapes(territory, "maintenance_bases", "base_id")
    if streets.graph is None or "base_id" not in sites:
        return
    known = sites["drive_basis"] == BY_ROUTE
    names = _texts(sites, "base_name")
    here = _drivable(study, streets, streets.points)
    for base, rows in _grouped(sites["base_id"], known, shapes):
        end = entrances(streets, np.array([shapes[base]], dtype=object))
        there = _drivable(study, streets, end)
        field = network.field_by_drive(streets.graph, there, offroad_kmh=study.routing.offroad_kmh)
        for row, way in zip(rows, network.routes(field, here, rows), strict=True):
            if not way.is_empty:
                line = _joined(streets.points[row], way, end[0]).reverse()
                site = str(sites.index[row])
                yield site, "engineer", base, names[row], line.length, BY_ROUTE, line


def _lorries(study: Study, streets: Streets, sites: gpd.GeoDataFrame) -> Iterator[_Row]:
    graph = streets.graph
    if graph is None or "delivery_basis" not in sites:
        return
    vehicle = lorry.laden(lorry.vehicles()[study.access.vehicle], study.pod.height_m)
    costs = lorry.lorry_costs(graph, vehicle)
    here = _drivable(study, streets, streets.points)
    label, nodes = gateways(graph)
    paths = paths_from(graph, nodes, costs)
    found = arrivals(graph, paths, here, costs)
    by_route = (sites["delivery_basis"] == BY_ROUTE).to_numpy()
    for row in np.flatnonzero((found.node >= 0) & by_route).tolist():
        way = _back(graph, paths, found, row, float(here.fraction[row]))
        line = _joined(streets.points[row], way).reverse()
        yield str(sites.index[row]), "lorry", "", label, line.length, BY_ROUTE, line


def _back(
    graph: network.RoadGraph, paths: Paths, found: Arrivals, row: int, fraction: float
) -> shapely.LineString:
    """Follow the lorry's way from a place back to where it starts."""
    own, node = int(found.edge[row]), int(found.node[row])
    from_start = found.length_m[row] == fraction * graph.length_m[own]
    parts = [(own, fraction, 0.0 if from_start and graph.edge_from[own] == node else 1.0)]
    while (edge := int(paths.edge[node])) >= 0:
        onward = graph.edge_from[edge] == node
        parts.append((edge, 0.0, 1.0) if onward else (edge, 1.0, 0.0))
        node = int(paths.before[node])
    edges, starts, ends = (np.array(column) for column in zip(*parts, strict=True))
    return network.line_along(graph, edges, starts, ends)


def _drivable(study: Study, streets: Streets, points: NDArray[np.object_]) -> network.Snap:
    if streets.graph is None:
        raise ValueError("there are no streets to drive on")
    return network.snap(streets.graph, points, study.routing.snap_limit_m, drivable=True)


def _joined(*parts: BaseGeometry) -> shapely.LineString:
    return shapely.LineString(np.concatenate([shapely.get_coordinates(part) for part in parts]))


def _grouped(
    facilities: pd.Series[str], known: pd.Series[bool], shapes: Mapping[str, BaseGeometry]
) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Give the known rows of the sites by the facility they lead to, where it has a shape."""
    groups: dict[str, list[int]] = {}
    for row, (facility, wanted) in enumerate(zip(facilities, known, strict=True)):
        if wanted and facility in shapes:
            groups.setdefault(facility, []).append(row)
    for facility, rows in groups.items():
        yield facility, np.array(rows, dtype=np.int64)


def _texts(sites: gpd.GeoDataFrame, column: str) -> list[str]:
    """Take a column as texts; empty where there is none."""
    return [str(text or "") for text in sites[column]] if column in sites else [""] * len(sites)


def _shapes(territory: Territory, layer: str, identifier: str) -> Mapping[str, BaseGeometry]:
    if layer not in territory.layers:
        return {}
    return shapes_by_id(Same(territory.layers[layer].frame), identifier)


@lru_cache(maxsize=8)
def shapes_by_id(frame: Same, identifier: str) -> Mapping[str, BaseGeometry]:
    """Give the shapes of a layer's table by identifier; of rows that share one, the first."""
    table: gpd.GeoDataFrame = frame.thing
    names, shapes = table[identifier].tolist(), table.geometry.tolist()
    return dict(zip(reversed(names), reversed(shapes), strict=True))
