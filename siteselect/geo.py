"""Straight lines in metres, and the coordinate systems that cannot give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from siteselect.errors import Fault, StudyError
from siteselect.nearest_line import nearest_of_many

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Bounds = tuple[float, float, float, float]

_CURE = (
    "Name a projected CRS in metres, for example EPSG:27700 in Great Britain, or the UTM zone that "
    "GeoDataFrame.estimate_utm_crs() suggests."
)


def require_metres(crs: Any, file: str) -> CRS:
    """Give a CRS in which distances can be measured, or refuse it.

    Mercator is refused too: it is projected and in metres, but its metres are stretched by
    1/cos(latitude), 1.6 times at 51° north.

    Parameters
    ----------
    crs : anything that pyproj understands as a CRS.
    file : file to name in the fault.

    Raises
    ------
    StudyError
        It is missing, unknown, geographic, not in metres, or Mercator.
    """
    shown = None if crs is None else str(crs)
    if crs is None:
        raise StudyError(Fault(file, "no CRS is stated", _CURE, column="crs"))
    try:
        known = CRS.from_user_input(crs)
    except CRSError:
        raise StudyError(Fault(file, "not a known CRS", _CURE, column="crs", value=shown)) from None
    flat = known.sub_crs_list[0] if known.is_compound else known
    problem = None
    if not known.is_projected:
        problem = "the CRS counts in degrees or is not projected, so no distance can be measured"
    elif any(axis.unit_conversion_factor != 1 for axis in flat.axis_info):
        problem = f"the CRS does not count in metres but in {flat.axis_info[0].unit_name}"
    elif flat.coordinate_operation is not None and flat.coordinate_operation.method_name.startswith(
        ("Mercator", "Popular Visualisation Pseudo Mercator")
    ):
        problem = "Mercator stretches distances by 1/cos(latitude)"
    if problem is not None:
        raise StudyError(Fault(file, problem, _CURE, column="crs", value=shown))
    return known


def straight_m(points_a: NDArray[np.object_], points_b: NDArray[np.object_]) -> NDArray[np.float64]:
    """Measure the straight line between pairs of geometries.

    Parameters
    ----------
    points_a, points_b : n geometries each, in a CRS that `require_metres` passed.

    Returns
    -------
    array
        n distances [m], NaN where either is missing.
    """
    return np.asarray(shapely.distance(points_a, points_b), dtype=np.float64)


def nearest_straight(
    points: NDArray[np.object_], targets: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the nearest target of every point in a straight line; the first of several as near.

    Parameters
    ----------
    points : n points, in a CRS that `require_metres` passed.
    targets : geometries of any kind in the same CRS.

    Returns
    -------
    tuple
        n indices into `targets`, -1 where there is none, and n distances [m]: 0 inside a target,
        infinite where there is no target, NaN where the point is missing.
    """
    where = np.atleast_1d(np.asarray(points, dtype=object))
    index = np.full(len(where), -1, dtype=np.int64)
    missing = shapely.is_missing(where) | shapely.is_empty(where)
    distance_m = np.where(missing, np.nan, np.inf)
    there = np.atleast_1d(np.asarray(targets, dtype=object))
    if (missing | (shapely.get_type_id(where) == 0)).all():
        found = nearest_of_many(where, there)
        if found is not None:
            return found[0], np.where(missing, np.nan, found[1])
    (point, target), found_m = shapely.STRtree(there).query_nearest(where, return_distance=True)
    order = np.lexsort((target, point))
    first = order[np.unique(point[order], return_index=True)[1]]
    index[point[first]] = target[first]
    distance_m[point[first]] = found_m[first]
    return index, distance_m


def looks_swapped(x: ArrayLike, y: ArrayLike, bounds_lonlat: Bounds) -> NDArray[np.bool_]:
    """Say which coordinates look like latitude given for longitude and the other way round.

    That is where the point lies away from the territory as given, and in or near it when exchanged.

    Parameters
    ----------
    x, y : longitudes and latitudes as given [degrees].
    bounds_lonlat : west, south, east and north of the territory [degrees].
    """
    lon, lat = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    west, south, east, north = bounds_lonlat
    near = 0.5  # half a degree, about 50 km: candidates just over the border are no exchange [J]

    def close(easting: NDArray[np.float64], northing: NDArray[np.float64]) -> NDArray[np.bool_]:
        return (
            (easting >= west - near)
            & (easting <= east + near)
            & (northing >= south - near)
            & (northing <= north + near)
        )

    return np.asarray(close(lat, lon) & ~close(lon, lat), dtype=np.bool_)


def lonlat(
    points: NDArray[np.object_], crs: Any
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the longitudes and latitudes of n points [degrees, WGS 84], NaN for a missing point."""
    where = np.asarray(points, dtype=object)
    to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(shapely.get_x(where), shapely.get_y(where))
    outside = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(outside, np.nan, lon), np.where(outside, np.nan, lat)
