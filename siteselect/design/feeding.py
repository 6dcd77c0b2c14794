"""Which primary substation feeds each site, and what limits it on the way up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from siteselect.design.supply import said
from siteselect.design.table import numbers, texts
from siteselect.geo import nearest_straight
from siteselect.grid import upstream

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.grid.capacity import Headroom
    from siteselect.layers.build import Territory

    Rows = NDArray[np.int64]
    Words = NDArray[np.object_]

BY_AREA = "area of the operator"
BY_CHAIN = "feeds the supply point, as published"
NEAREST = "nearest {level}, assumed"
_LEVELS = {"primary": "primary", "grid": "grid substation"}

COLUMNS = (
    *texts(
        primary_id="primary substation that feeds the site",
        primary_name="its name",
        primary_basis="how it was found",
        primary_headroom_basis="what its headroom was worked out from",
        primary_rag="class that its operator gives it by thresholds of its own",
        upstream_rag="worst class of it, of the supply point and of all that feeds them, as known",
        upstream_limit="which of them limits it, or is short of what the pod draws",
    ),
    *numbers(
        primary_m="straight line to the primary substation",
        primary_headroom_kva="its headroom; may be negative; needed, and not yet sufficient",
        primary_after_pod_kva="its headroom less the pod's import",
        upstream_after_pod_kva="least headroom of it and of all that feeds it, less the import",
    ),
)
"""What this part adds to the table of sites."""


@dataclass(frozen=True, slots=True)
class Feeding:
    """Primary substation of each site: its place in the layer (-1: not in it), and its columns."""

    row: Rows
    columns: pd.DataFrame


def feed(
    territory: Territory,
    sites: Words,
    local: Rows,
    headroom: Headroom | None,
    import_kva: float,
    same_station_m: float,
) -> Feeding:
    """Find the primary substation that feeds each site, and what is left there.

    By the operator's area around the site, else by what the operator says feeds the local supply
    point, else the nearest primary substation in a straight line, which is assumed.

    Parameters
    ----------
    territory : its layers `supply_points` and `supply_areas`.
    sites : n points.
    local : place of each site's local supply point in the layer; -1 where there is none.
    headroom : of all supply points; None without the layer.
    import_kva : what the pod draws [kVA].
    same_station_m : two substations so near, one of them without headroom, are the same [m].
    """
    layer = territory.layers.get("supply_points")
    points = None if layer is None else layer.frame
    area_id, area_name = _areas(territory, sites)
    basis = np.where(area_id == "", "", BY_AREA).astype(object)
    row = np.full(len(sites), -1, dtype=np.int64)
    columns = pd.DataFrame({"primary_id": area_id})
    if points is None or headroom is None:
        return Feeding(row, _without_points(columns, area_name, basis))
    named = area_id != ""
    row[named] = pd.Index(points["supply_id"]).get_indexer(pd.Index(area_id[named]))
    rungs = upstream.ladder(points)
    _by_chain(points, rungs, local, row, basis)
    _by_distance(points, sites, _twice(points, headroom, same_station_m), row, basis)
    columns["primary_id"] = _at(points["supply_id"], row, "").where(row >= 0, area_id)
    columns["primary_name"] = _at(points["name"], row, "").where(row >= 0, area_name)
    columns["primary_basis"] = basis
    columns["primary_headroom_basis"] = said(headroom.basis, row)
    columns["primary_rag"] = _at(points["rag"], row, "")
    shapes = points.geometry.to_numpy()[row.clip(0)] if len(points) else sites
    columns["primary_m"] = np.where(row >= 0, shapely.distance(sites, shapes), np.nan)
    columns["primary_headroom_kva"] = _at(headroom.kva, row, np.nan)
    columns["primary_after_pod_kva"] = columns["primary_headroom_kva"] - import_kva
    least_kva = upstream.least_kva(rungs, headroom.kva)
    columns["upstream_after_pod_kva"] = _at(least_kva, row, np.nan) - import_kva
    worst = upstream.worst_colour(rungs, points)
    limit = upstream.limit(rungs, points, headroom.kva, import_kva)
    columns["upstream_rag"], columns["upstream_limit"] = _worse(worst, limit, row, local)
    return Feeding(row, columns)


def _worse(worst: Words, limit: Words, primary: Rows, local: Rows) -> tuple[Words, Words]:
    """Compare the way up from the primary with that from the local point; the worse one counts."""
    first, second = _at(worst, primary, ""), _at(worst, local, "")
    order = pd.Index(upstream.COLOURS)
    by_local = order.get_indexer(pd.Index(second)) > order.get_indexer(pd.Index(first))
    reason = _at(limit, primary, "").mask(by_local, _at(limit, local, ""))
    return first.mask(by_local, second).to_numpy(), reason.to_numpy()


def _areas(territory: Territory, sites: Words) -> tuple[Words, Words]:
    """Name the smallest area that each site lies in: the id and name of what feeds it."""
    ids, names = (np.full(len(sites), "", dtype=object) for _ in range(2))
    layer = territory.layers.get("supply_areas")
    if layer is None or layer.frame.empty:
        return ids, names
    shapes = layer.frame.geometry.to_numpy()
    site, area = shapely.STRtree(shapes).query(sites, predicate="intersects")
    order = np.lexsort((area, shapely.area(shapes)[area], site))
    first = order[np.unique(site[order], return_index=True)[1]]
    ids[site[first]] = layer.frame["supply_id"].to_numpy()[area[first]]
    names[site[first]] = layer.frame["name"].to_numpy()[area[first]]
    return ids, names


def _by_chain(points: gpd.GeoDataFrame, rungs: Rows, local: Rows, row: Rows, basis: Words) -> None:
    for level in _LEVELS:
        above = upstream.first_at(rungs, points["level"].eq(level).to_numpy())
        found = np.append(above, -1)[local]
        new = (basis == "") & (found >= 0)
        row[new], basis[new] = found[new], BY_CHAIN


def _twice(
    points: gpd.GeoDataFrame, headroom: Headroom, same_station_m: float
) -> NDArray[np.bool_]:
    """Mark substations that a second source draws beside the first, which knows their headroom."""
    shapes, known = points.geometry.to_numpy(), ~np.isnan(headroom.kva)
    twice = np.zeros(len(points), dtype=bool)
    for level in _LEVELS:
        here = points["level"].eq(level).to_numpy()
        bare = np.flatnonzero(here & ~known)
        _, distance_m = nearest_straight(shapes[bare], shapes[here & known])
        twice[bare] = distance_m <= same_station_m
    return twice


def _by_distance(
    points: gpd.GeoDataFrame, sites: Words, twice: NDArray[np.bool_], row: Rows, basis: Words
) -> None:
    for level, meaning in _LEVELS.items():
        rows = np.flatnonzero(points["level"].eq(level).to_numpy() & ~twice)
        if not len(rows):
            continue
        nearest, _ = nearest_straight(sites, points.geometry.to_numpy()[rows])
        new = (basis == "") & (nearest >= 0)
        row[new], basis[new] = rows[nearest[new]], NEAREST.format(level=meaning)


def _without_points(columns: pd.DataFrame, area_name: Words, basis: Words) -> pd.DataFrame:
    for column in COLUMNS:
        if column.name not in columns:
            columns[column.name] = "" if column.kind == "text" else np.nan
    columns["primary_name"], columns["primary_basis"] = area_name, basis
    return columns


def _at(values: Any, rows: Rows, fill: Any) -> pd.Series[Any]:
    """Take the value of each row number; `fill` for -1."""
    kind = object if isinstance(fill, str) else np.float64
    return pd.Series(np.append(np.asarray(values, dtype=kind), fill)[rows], dtype=kind)
