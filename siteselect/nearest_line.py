"""The nearest of many lines or shapes to each of many points."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from siteselect.containment import NEAR_SHARE, containing, xy_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.edge_grid import EdgeGrid

    Places = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Shapes = NDArray[np.object_]

WORTH_POINTS = 10_000
"""Fewer points than this are asked of the tree: a grid and its compiler would take longer [M]."""

SEARCHES = ((1 / 16, 60.0), (3 / 16, 180.0))
"""How far one looks before the limit: part of the limit, but never farther than that [m]."""

POINTS_AT_ONCE = 2**14
"""Points that share one query, so that the pairs of point and line stay in bounds."""

FARTHEST_M = 1e100
"""Beyond this, products of coordinates overflow."""

_POINT, _LINE, _POLYGON = 0, 1, 3
"""Types of geometry, as shapely numbers them."""

_grids: WeakKeyDictionary[shapely.STRtree, EdgeGrid] = WeakKeyDictionary()
"""The edges of lines whose tree is in use, laid over cells once."""


class OnLine(NamedTuple):
    """The nearest line of each point, distance to it [m], and how far along it that is [m].

    Where there is none within the limit, the line is -1 and the others are NaN.
    """

    line: Places
    apart_m: Numbers
    along_m: Numbers


def nearest_line(tree: shapely.STRtree, lines: Shapes, points: Shapes, limit_m: float) -> OnLine:
    """Find the nearest line to each point; the first of several as near.

    Of many points the nearest edge is found on a grid. Of few, all lines within a small distance
    are asked for, many points at once, which is cheaper than the nearest one of each [M: 5 times
    on 300,000 streets]; only points that have none go on to wider searches. Both give the same
    lines and distances, those of GEOS to the last bit.

    Parameters
    ----------
    tree : index of the lines.
    lines : the lines.
    points : n points in the same CRS.
    limit_m : farthest that a line may be from its point [m].
    """
    if len(points) >= WORTH_POINTS and (tree in _grids or _plain(lines, (_LINE,))) and _exact():
        if tree not in _grids:
            _grids[tree] = _grid(*_edges(lines))
        return _on_grid(_grids[tree], points, limit_m)
    line, apart_m = _by_tree(tree, lines, points, limit_m)
    on = np.flatnonzero(line >= 0)
    along_m = np.full(len(points), np.nan)
    along_m[on] = shapely.line_locate_point(lines[line[on]], points[on])
    return OnLine(line, apart_m, along_m)


def _on_grid(grid: EdgeGrid, points: Shapes, limit_m: float) -> OnLine:
    from siteselect.nearest_edge import along_lines, nearest_edges  # noqa: PLC0415 - loads the compiler

    x_m, y_m = xy_of(points)
    edge, apart_m = nearest_edges(grid, x_m, y_m, limit_m)
    none = edge < 0
    along_m = along_lines(grid, edge, x_m, y_m)
    line = grid.owner[edge]
    line[none], apart_m[none], along_m[none] = -1, np.nan, np.nan
    return OnLine(line, apart_m, along_m)


def _by_tree(
    tree: shapely.STRtree,
    lines: NDArray[np.object_],
    points: NDArray[np.object_],
    limit_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
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


def nearest_m(points: Shapes, shapes: Shapes) -> Numbers:
    """Measure from each point to the nearest of some shapes [m]; infinite where there is none.

    Lines are looked at edge by edge: the box round a long line says little of where it runs, that
    round one edge much. The distance to a line is that to its nearest edge, to the last bit.
    """
    found = nearest_of_many(points, shapes)
    if found is not None:
        return found[1]
    found_m = np.full(len(points), np.inf)
    lines = shapely.get_type_id(shapes) == _LINE
    edges = shapely.linestrings(_edges(shapes[lines])[0])
    tree = shapely.STRtree(np.concatenate([shapes[~lines], edges]))
    (point, _), distance_m = tree.query_nearest(points, return_distance=True, all_matches=False)
    found_m[point] = distance_m
    return found_m


def nearest_of_many(points: Shapes, shapes: Shapes) -> tuple[Places, Numbers] | None:
    """Find the nearest of some shapes to each of many points on a grid, if that is worth it.

    Returns
    -------
    tuple
        Index of the shape, the first of several as near, -1 where the point is nowhere; and
        distance as GEOS gives it [m], 0 inside of an area, infinite where there is none. Or nothing
        at all, where points are few or shapes not plain, and a tree is to be asked.
    """
    if len(points) < WORTH_POINTS:
        return None
    parts, owner = shapely.get_parts(shapes, return_index=True)
    if not (_plain(parts, (_POINT, _LINE, _POLYGON)) and _exact()):
        return None
    from siteselect.nearest_edge import nearest_edges  # noqa: PLC0415 - loads the compiler

    grid = _grid(*_outlines(parts, owner))
    edge, apart_m = nearest_edges(grid, *xy_of(points))
    index = np.where(edge < 0, -1, grid.owner[edge])
    areas = np.flatnonzero(shapely.get_type_id(parts) == _POLYGON)
    if len(areas) == 0:
        return index, apart_m
    # inside of an area its edge is no farther than half of its box is wide
    west, south, east, north = shapely.bounds(parts[areas]).T
    widest_m = np.minimum(east - west, north - south).max() * (1 + NEAR_SHARE) / 2
    close = np.flatnonzero(apart_m <= widest_m)
    inside, area = containing(points[close], parts[areas])
    first = np.flatnonzero(np.diff(inside, prepend=-1))
    inside, within = close[inside[first]], owner[areas[area[first]]]
    # an edge or a point may be met as well, and belong to a shape before that area
    met = apart_m[inside] == 0
    index[inside] = np.where(met, np.minimum(index[inside], within), within)
    apart_m[inside] = 0.0
    return index, apart_m


def _plain(parts: Shapes, kinds: tuple[int, ...]) -> bool:
    plain = np.isin(shapely.get_type_id(parts), kinds) & ~shapely.is_empty(parts)
    return bool(len(parts) and plain.all() and (np.abs(shapely.bounds(parts)) < FARTHEST_M).all())


def _exact() -> bool:
    from siteselect.nearest_edge import measures_as_geos  # noqa: PLC0415 - loads the compiler

    return measures_as_geos()


def _outlines(parts: Shapes, owner: Places) -> tuple[Numbers, Places]:
    """Give the edges of lines and outlines, and points as edges of no length, in order of owner."""
    spots, lines, areas = (
        np.flatnonzero(shapely.get_type_id(parts) == kind) for kind in (_POINT, _LINE, _POLYGON)
    )
    rings, area = shapely.get_rings(parts[areas], return_index=True)
    spot_m = shapely.get_coordinates(parts[spots])
    line_m, line = _edges(parts[lines])
    ring_m, ring = _edges(rings)
    ends_m = np.concatenate([np.stack([spot_m, spot_m], axis=1), line_m, ring_m])
    whose = owner[np.concatenate([spots, lines[line], areas[area[ring]]])]
    order = np.argsort(whose, kind="stable")
    return ends_m[order], whose[order]


def _edges(
    lines: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give the two ends of every edge of some lines, and the place of the line it belongs to."""
    corners, line_of = shapely.get_coordinates(lines, return_index=True)
    first = np.flatnonzero(line_of[:-1] == line_of[1:])
    return np.stack([corners[first], corners[first + 1]], axis=1), line_of[first]


def _grid(ends_m: NDArray[np.float64], owner: NDArray[np.int64]) -> EdgeGrid:
    from siteselect.edge_grid import lay_edges  # noqa: PLC0415 - loads the compiler

    return lay_edges(ends_m, owner)


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
