"""The nearest of many lines or shapes to each of many points."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from siteselect.containment import containing, xy_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.nearest_edge import EdgeGrid

WORTH_POINTS = 10_000
"""Fewer points than this are asked of the tree: a grid and its compiler would take longer [M]."""

SEARCHES = ((1 / 16, 60.0), (3 / 16, 180.0))
"""How far one looks before the limit: part of the limit, but never farther than that [m]."""

POINTS_AT_ONCE = 2**14
"""Points that share one query, so that the pairs of point and line stay in bounds."""

_POINT, _LINE, _RING, _POLYGON = 0, 1, 2, 3
"""Types of geometry, as shapely numbers them."""

_grids: WeakKeyDictionary[shapely.STRtree, EdgeGrid] = WeakKeyDictionary()
"""The edges of lines whose tree is in use, laid over cells once."""


def nearest_line(
    tree: shapely.STRtree,
    lines: NDArray[np.object_],
    points: NDArray[np.object_],
    limit_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the nearest line to each point; the first of several as near.

    Of many points the edges that may be the nearest are found on a grid. Of few, all lines within a
    small distance are asked for, many points at once, which is cheaper than the nearest one of each
    [M: 5 times on 300,000 streets]; only points that have none go on to wider searches. Both give
    the same lines and distances.

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
    if len(points) < WORTH_POINTS or not (shapely.get_type_id(lines) == _LINE).all():
        return _by_tree(tree, lines, points, limit_m)
    if tree not in _grids:
        _grids[tree] = _grid(*_edges(lines))
    point, line, left = _may_be_nearest(_grids[tree], points, limit_m)
    apart_m = shapely.distance(points[point], lines[line])
    first = _first_least(point, apart_m, line)
    first = first[apart_m[first] <= limit_m]
    nearest[point[first]], distance_m[point[first]] = line[first], apart_m[first]
    if len(left):
        nearest[left], distance_m[left] = _by_tree(tree, lines, points[left], limit_m)
    return nearest, distance_m


def _by_tree(
    tree: shapely.STRtree,
    lines: NDArray[np.object_],
    points: NDArray[np.object_],
    limit_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    nearest = np.full(len(points), -1, dtype=np.int64)
    distance_m = np.full(len(points), np.nan)
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
    parts = shapely.get_parts(shapes)
    kinds = shapely.get_type_id(parts)
    if len(points) >= WORTH_POINTS and len(parts) and _simple(parts, kinds):
        return _by_grid(points, parts, kinds)
    lines = shapely.get_type_id(shapes) == _LINE
    edges = shapely.linestrings(_edges(shapes[lines])[0])
    tree = shapely.STRtree(np.concatenate([shapes[~lines], edges]))
    (point, _), distance_m = tree.query_nearest(points, return_distance=True, all_matches=False)
    found_m[point] = distance_m
    return found_m


def _simple(parts: NDArray[np.object_], kinds: NDArray[np.int32]) -> bool:
    plain = np.isin(kinds, (_POINT, _LINE, _POLYGON)) & ~shapely.is_empty(parts)
    return bool(plain.all() and np.isfinite(shapely.bounds(parts)).all())


def _by_grid(
    points: NDArray[np.object_], parts: NDArray[np.object_], kinds: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Measure to the nearest edge of lines and outlines, or point; inside of an area that is 0."""
    areas = parts[kinds == _POLYGON]
    rings = shapely.get_rings(areas)
    spots = shapely.get_coordinates(parts[kinds == _POINT])
    ends_m = np.concatenate(
        [
            np.stack([spots, spots], axis=1),
            _edges(parts[kinds == _LINE])[0],
            _edges(rings)[0],
        ]
    )
    point, edge, left = _may_be_nearest(_grid(ends_m, np.arange(len(ends_m))), points, np.inf)
    met, which = np.unique(edge, return_inverse=True)
    edges = np.asarray(shapely.linestrings(ends_m[met]), dtype=object)
    apart_m = shapely.distance(points[point], edges[which])
    found_m = np.full(len(points), np.inf)
    np.minimum.at(found_m, point, apart_m)
    if len(left):
        found_m[left] = shapely.STRtree(parts).query_nearest(
            points[left], return_distance=True, all_matches=False
        )[1]
    found_m[containing(points, areas)[0]] = 0.0
    return found_m


def _edges(
    lines: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give the two ends of every edge of some lines, and the place of the line it belongs to."""
    corners, line_of = shapely.get_coordinates(lines, return_index=True)
    first = np.flatnonzero(line_of[:-1] == line_of[1:])
    return np.stack([corners[first], corners[first + 1]], axis=1), line_of[first]


def _grid(ends_m: NDArray[np.float64], owner: NDArray[np.int64]) -> EdgeGrid:
    from siteselect.nearest_edge import lay_edges  # noqa: PLC0415 - loads the compiler

    return lay_edges(ends_m, owner)


def _may_be_nearest(
    grid: EdgeGrid, points: NDArray[np.object_], limit_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    from siteselect.nearest_edge import nearest_owners  # noqa: PLC0415 - loads the compiler

    return nearest_owners(grid, *xy_of(points), limit_m)


def _first_least(
    point: NDArray[np.int64], apart_m: NDArray[np.float64], line: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Pick for each point its pair of least distance, of several the first line."""
    start = np.flatnonzero(np.diff(point, prepend=-1))
    single = np.diff(start, append=len(point)) == 1
    if single.all():
        return start
    several = np.flatnonzero(~np.repeat(single, np.diff(start, append=len(point))))
    order = several[np.lexsort((line[several], apart_m[several], point[several]))]
    best = order[np.flatnonzero(np.diff(point[order], prepend=-1))]
    return np.sort(np.concatenate([start[single], best]))


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
