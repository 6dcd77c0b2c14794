"""The ways that cable, fibre, heat pipe, lorry and engineer take to a site, as lines to be drawn.

Each is found again for the few sites that are shown, between the site and the place that the table
of sites names, with the costs by which the design found its length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteselect import lorry, network
from siteselect.design.delivery import gateways
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
    known = sites[tie.length].notna() & sites[tie.identifier].isin(shapes.index)
    if tie.kind == "pipe":
        known &= sites["sink_in_reach"].astype(bool)
    for facility, some in sites[known].groupby(tie.identifier, sort=False):
        shape = shapes[facility]
        rows = sites.index.get_indexer(some.index)
        straight = [shapely.shortest_line(point, shape) for point in some.geometry]
        ways = _ways(streets, shape, rows) if (some[tie.basis] == BY_ROUTE).any() else straight
        names = some[tie.name].tolist() if tie.name in some else [""] * len(some)
        told = zip(some.index, names, some[tie.length], some[tie.basis], strict=True)
        for number, (site, name, length_m, basis) in enumerate(told):
            by_route = basis == BY_ROUTE and not shapely.is_empty(ways[number])
            line = ways[number] if by_route else straight[number]
            known_as = str(name or "")
            yield str(site), tie.kind, str(facility), known_as, float(length_m), str(basis), line


def _ways(streets: Streets, shape: BaseGeometry, rows: NDArray[np.intp]) -> list[Any]:
    """Draw the ways along the streets from some sites to one facility."""
    if streets.graph is None or streets.sites is None:
        return [shapely.LineString()] * len(rows)
    end = entrances(streets, np.array([shape], dtype=object))
    field = network.field_by_length(streets.graph, snap_to(streets, end))
    ways = network.routes(field, streets.sites, rows.astype(np.int64))
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
    known = (sites["drive_basis"] == BY_ROUTE) & sites["base_id"].isin(shapes.index)
    here = _drivable(study, streets, streets.points)
    for base, some in sites[known].groupby("base_id", sort=False):
        end = entrances(streets, np.array([shapes[base]], dtype=object))
        there = _drivable(study, streets, end)
        field = network.field_by_drive(streets.graph, there, offroad_kmh=study.routing.offroad_kmh)
        rows = sites.index.get_indexer(some.index)
        ways = network.routes(field, here, rows.astype(np.int64))
        for row, way, (site, told) in zip(rows, ways, some.iterrows(), strict=True):
            if not way.is_empty:
                line = _joined(streets.points[row], way, end[0]).reverse()
                name = str(told.get("base_name") or "")
                yield str(site), "engineer", str(base), name, line.length, BY_ROUTE, line


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


def _shapes(territory: Territory, layer: str, identifier: str) -> pd.Series[Any]:
    if layer not in territory.layers:
        return pd.Series(dtype=object)
    frame = territory.layers[layer].frame
    shapes = pd.Series(frame.geometry.to_numpy(), index=frame[identifier].to_numpy(), dtype=object)
    return shapes[~shapes.index.duplicated()]
