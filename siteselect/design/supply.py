"""The local supply point of each site: the nearest that the pod could be tied to, by route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.design.reach import NOWHERE, Streets, reach
from siteselect.grid.capacity import ABOVE_LOCAL
from siteselect.grid.catalogue import LV_MAIN
from siteselect.grid.option import by_size, longest_lv_m

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.settings.grid import Grid

    Rows = NDArray[np.int64]

NONE_MAPPED = "no local substation is mapped: an unmapped substation is not an absent supply"
NO_SUPPLY = "unknown: no such supply point is mapped"
UNPUBLISHED = "unknown: neither headroom, capacity nor rating is published for it"
TOO_FAR = (
    "the nearest mapped local substation is over {limit_m:,.0f} m off, so that a nearer one must "
    "be missing from the map"
)


@dataclass(frozen=True, slots=True)
class Met:
    """Where each site meets the network.

    `row` is the supply point's place in the layer (-1: none); `length_m` the cable, NaN where no
    local point is mapped near; `basis` how it was found, or why it is unknown; `ground_m` its
    parts in verge, footway and carriageway; `local` whether the point is of the local network.
    """

    row: Rows
    length_m: NDArray[np.float64]
    ground_m: NDArray[np.float64]
    basis: NDArray[np.object_]
    local: NDArray[np.bool_]


def meet(
    points: gpd.GeoDataFrame | None, streets: Streets, grid: Grid, import_kva: float
) -> tuple[Met, Met]:
    """Find the local supply point of each site for two purposes.

    Returns
    -------
    tuple
        For a joint on a low-voltage main: any local point. For all larger connections: substations
        alone, if the layer has any; a low-voltage cabinet has no high-voltage side.
    """
    if points is None:
        nowhere = _nearest(points, np.empty(0, dtype=np.int64), streets, grid)
        return nowhere, nowhere
    level = points["level"].to_numpy()
    local = np.flatnonzero(~np.isin(level, ABOVE_LOCAL))
    substations = local[level[local] != "lv"]
    if len(substations) in {0, len(local)}:
        both = _nearest(points, local, streets, grid)
        return both, both
    larger = _nearest(points, substations, streets, grid)
    joint = int(by_size(import_kva)) == LV_MAIN
    return (_nearest(points, local, streets, grid) if joint else larger), larger


def said(basis: NDArray[np.object_], row: Rows) -> NDArray[np.object_]:
    """Tell what a headroom was worked out from, or why there is none; row -1 is no supply point."""
    told = np.append(np.where(basis == "", UNPUBLISHED, basis), NO_SUPPLY)
    return told[row].astype(object)


def merged(first: NDArray[np.bool_], one: Met, other: Met) -> Met:
    """Take one where it is to be the first, and the other elsewhere."""
    return Met(
        row=np.where(first, one.row, other.row),
        length_m=np.where(first, one.length_m, other.length_m),
        ground_m=np.where(first[:, None], one.ground_m, other.ground_m),
        basis=np.where(first, one.basis, other.basis),
        local=np.where(first, one.local, other.local),
    )


def longest_m(grid: Grid, import_kva: float) -> float:
    """Longest low-voltage cable for the pod's load under the study's settings [m]."""
    found = longest_lv_m(import_kva, grid.lv_drop_share, grid.lv_cable_ohm_km, grid.lv_limit_m)
    return float(found)


def _nearest(points: gpd.GeoDataFrame | None, rows: Rows, streets: Streets, grid: Grid) -> Met:
    shapes = streets.points[:0] if points is None else points.geometry.to_numpy()[rows]
    near = reach(streets, shapes)
    row = np.append(rows, -1)[near.facility]
    limit_m = np.inf if grid.map_complete else grid.map_limit_m
    local = near.length_m <= limit_m
    basis = near.basis.copy()
    basis[~local & (row >= 0)] = TOO_FAR.format(limit_m=limit_m)
    if points is not None and len(points) and not len(rows):
        basis[:] = NONE_MAPPED
    elif points is None or not len(points):
        basis[:] = NOWHERE
    return Met(
        row=row,
        length_m=np.where(local, near.length_m, np.nan),
        ground_m=np.where(local[:, None], near.ground_m, np.nan),
        basis=basis,
        local=local,
    )
