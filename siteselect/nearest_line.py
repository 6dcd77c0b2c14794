"""The nearest of many lines to each of many points, within a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEARCHES = ((1 / 16, 60.0), (3 / 16, 180.0))
"""How far one looks before the limit: part of the limit, but never farther than that [m]."""

POINTS_AT_ONCE = 2**14
"""Points that share one query, so that the pairs of point and line stay in bounds."""


def nearest_line(
    tree: shapely.STRtree,
    lines: NDArray[np.object_],
    points: NDArray[np.object_],
    limit_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the nearest line to each point; the first of several as near.

    All lines within a small distance are cheaper to ask for, many points at once, than the nearest
    one of each [M: 5 times on 300,000 streets]. Only points that have none go on to wider searches.

    Parameters
    ----------
    tree : index of the lines.
    lines : the lines.
    points : n points in the same CRS.
    limit_m : farthest that a line may be from its point [m].

    Returns
    -------
    tuple
        Index of the line, -1 where there is none, and distance [m], NaN where there is none.
    """
    nearest = np.full(len(points), -1, dtype=np.int64)
    distance_m = np.full(len(points), np.nan)
    if len(lines) == 0:
        return nearest, distance_m
    reaches_m = [min(limit_m * share, most_m) for share, most_m in SEARCHES]
    todo = _neighbours_together(points, cell_m=4 * max(reaches_m[0], 1.0))
    for reach_m in reaches_m:
        left = []
        for first in range(0, len(todo), POINTS_AT_ONCE):
            some = todo[first : first + POINTS_AT_ONCE]
            found, apart_m = _within(tree, lines, points[some], reach_m)
            nearest[some], distance_m[some] = found, apart_m
            left.append(some[found < 0])
        todo = np.concatenate([np.empty(0, dtype=np.int64), *left])
    # query_nearest wants a positive limit, and its own comparison is not promised to include it
    (at, line), apart_m = tree.query_nearest(
        points[todo], max_distance=limit_m * (1 + 1e-9) + 1e-9, return_distance=True
    )
    order = np.lexsort((line, at))
    order = order[np.unique(at[order], return_index=True)[1]]
    order = order[apart_m[order] <= limit_m]
    nearest[todo[at[order]]], distance_m[todo[at[order]]] = line[order], apart_m[order]
    return nearest, distance_m


def nearest_m(points: NDArray[np.object_], shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Measure from each point to the nearest of some shapes [m]; infinite where there is none.

    Lines are looked at edge by edge: the box round a long line says little of where it runs, that
    round one edge much. The distance to a line is that to its nearest edge, to the last bit.
    """
    found_m = np.full(len(points), np.inf)
    lines = shapely.get_type_id(shapes) == 1
    corners, line_of = shapely.get_coordinates(shapes[lines], return_index=True)
    first = np.flatnonzero(line_of[:-1] == line_of[1:])
    edges = shapely.linestrings(np.stack([corners[first], corners[first + 1]], axis=1))
    tree = shapely.STRtree(np.concatenate([shapes[~lines], edges]))
    (point, _), distance_m = tree.query_nearest(points, return_distance=True, all_matches=False)
    found_m[point] = distance_m
    return found_m


def _neighbours_together(points: NDArray[np.object_], cell_m: float) -> NDArray[np.int64]:
    """Order points by the cell they lie in: neighbours meet the same lines, still in the cache.

    A missing or empty point is nowhere, and left out.
    """
    somewhere = np.flatnonzero(~(shapely.is_missing(points) | shapely.is_empty(points)))
    x, y = shapely.get_x(points[somewhere]), shapely.get_y(points[somewhere])
    return somewhere[np.lexsort((np.floor(y / cell_m), np.floor(x / cell_m)))]


def _within(
    tree: shapely.STRtree,
    lines: NDArray[np.object_],
    points: NDArray[np.object_],
    reach_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the nearest line of the points that surely have all their nearest within a distance."""
    nearest = np.full(len(points), -1, dtype=np.int64)
    distance_m = np.full(len(points), np.nan)
    at, line = tree.query(points, predicate="dwithin", distance=reach_m)
    if len(at) == 0:
        return nearest, distance_m
    apart_m = shapely.distance(points[at], lines[line])
    start = np.flatnonzero(np.diff(at, prepend=-1))
    least_m = np.minimum.reduceat(apart_m, start)
    of_point = np.repeat(np.arange(len(start)), np.diff(start, append=len(at)))
    first = np.minimum.reduceat(np.where(apart_m == least_m[of_point], line, len(lines)), start)
    # of lines at the very edge of the search some may have been left out by rounding
    sure = least_m <= reach_m * (1 - 1e-9)
    nearest[at[start][sure]], distance_m[at[start][sure]] = first[sure], least_m[sure]
    return nearest, distance_m
