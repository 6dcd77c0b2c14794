"""Candidates at the points of a regular grid."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from siteselect.candidates.contract import CANDIDATE
from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.geo import Bounds
    from siteselect.layers.build import Territory
    from siteselect.settings.candidates import GridOfPoints

MOST_CROSSINGS = 10_000_000
"""Crossings within the area's box that are laid out before any is left out [D]."""
_NAMED_BY_THE_METRE_M = 2.0
"""From this spacing on, whole metres tell neighbours apart."""


def grid_of_points(grid: GridOfPoints, territory: Territory) -> gpd.GeoDataFrame:
    """Lay the points of a grid over the study area; on its outline counts as inside.

    Raises
    ------
    InputError
        The spacing is so small that the points could not be laid out.
    """
    _check_size(grid, territory.area.bounds)
    x, y = crossings(grid.spacing_m, grid.shape, territory.area.bounds)
    points = np.asarray(shapely.points(x, y), dtype=object)
    shapely.prepare(territory.area)
    inside = shapely.covers(territory.area, points)
    names = _names(grid, x[inside], y[inside])
    frame = gpd.GeoDataFrame({"site_id": names}, geometry=points[inside], crs=territory.crs)
    for column in CANDIDATE.columns[1:]:
        frame[column.name] = np.nan if column.kind == "number" else None
    shown = "grid" if grid.shape == "square" else f"{grid.shape} grid"
    return frame.assign(
        name=["Grid point " + name.partition("-")[2].replace("-", " ") for name in names],
        kind="grid_point",
        origin=f"{shown} of {grid.spacing_m:g} m",
    )


def crossings(
    spacing_m: float, shape: str, bounds: Bounds
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the points of a grid within a box, row by row from the south-west.

    Rows and columns count from the origin of the CRS, so that a wider box keeps the old points.
    In a hexagonal grid every other row is shifted by half a spacing and rows stand sqrt(3)/2 of it
    apart, which puts six neighbours round each point, all at one spacing.

    Parameters
    ----------
    spacing_m : distance between neighbours [m].
    shape : "square" or "hex".
    bounds : west, south, east and north of the box [m].

    Returns
    -------
    tuple
        n eastings and n northings [m].
    """
    west, south, east, north = bounds
    rise = spacing_m * (math.sqrt(0.75) if shape == "hex" else 1.0)
    # One row and column more on every side: the shift, and quotients that round over an edge.
    rows = np.arange(np.ceil(south / rise) - 1, np.floor(north / rise) + 2)
    columns = np.arange(np.ceil(west / spacing_m) - 1, np.floor(east / spacing_m) + 2)
    column, row = (mesh.ravel() for mesh in np.meshgrid(columns, rows))
    shift = 0.5 * (row % 2) if shape == "hex" else np.zeros_like(row)
    x, y = (column + shift) * spacing_m, row * rise
    within = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return x[within], y[within]


def _check_size(grid: GridOfPoints, bounds: Bounds) -> None:
    west, south, east, north = bounds
    count = (east - west) * (north - south) / grid.spacing_m**2
    if count > MOST_CROSSINGS:
        raise InputError(
            Fault(
                "study",
                f"a grid of about {count:.3g} points",
                "Use a wider grid.",
                column="candidates.grid.spacing_m",
                value=f"{grid.spacing_m:g}",
            )
        )


def _names(grid: GridOfPoints, x: NDArray[np.float64], y: NDArray[np.float64]) -> list[str]:
    word = "grid" if grid.shape == "square" else grid.shape
    digits = 0 if grid.spacing_m >= _NAMED_BY_THE_METRE_M else 3
    return [
        f"{word}-{east:.{digits}f}-{north:.{digits}f}" for east, north in zip(x, y, strict=True)
    ]
