"""Which of many straight edges is nearest to each of many points: loops compiled at first use.

Import this module where it is needed and not at the top of another: it loads the compiler. Edges
are laid over square cells. Points are taken some neighbours at a time, in Morton order: the cells
round them are looked at in rings, until none farther out can hold the nearest edge of any of them,
and each point then picks from the few edges found. What a point gets does not depend on its
neighbours: it is the nearest of all edges, the first of several as near.

Distances are worked out by the steps of GEOS (Distance::pointToSegment, LengthIndexOfPoint), so
that they agree to the last bit, and so do ties. A GEOS built to round otherwise, as compilers do on
processors that multiply and add in one step, is found out by `measures_as_geos`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from siteselect.edge_grid import PAD, EdgeGrid, compiled, lay_edges
from siteselect.morton import neighbours_together

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Places = NDArray[np.int64]

TOGETHER = 16
"""Neighbours that share one look at the cells round them [M]."""
FEWER = 4
"""Where too many edges may be the nearest of neighbours, a quarter of them look, then each alone.

`TOGETHER` is a power of it.
"""
MOST_SHARED = 64
"""More edges than this are too many [M]."""
BESIDE = 8
"""So many times its size on each side of the box of the edges neighbours are told apart [D]."""
ROUNDING_M = 1e-6
"""Bounds on distances are off by less than that [m]."""


class Found(NamedTuple):
    """The nearest edge to each point, -1 where there is none, and its distance [m], infinite."""

    edge: Places
    apart_m: Numbers


class _Spot(NamedTuple):
    """The middle of some points, and how far they lie from it [m]."""

    x: float
    y: float
    reach: float


class _Listed(NamedTuple):
    """Edges and their distance from a spot [m]; for every edge the last look it was `seen` in."""

    edge: Places
    apart: Numbers
    seen: Places


def nearest_edges(grid: EdgeGrid, x_m: Numbers, y_m: Numbers, limit_m: float = np.inf) -> Found:
    """Find the nearest edge to each point, the first of several as near.

    Parameters
    ----------
    grid : the edges.
    x_m, y_m : n points [m]; one that is not finite is nowhere.
    limit_m : farthest that an edge may be.
    """
    found = Found(np.full(len(x_m), -1, dtype=np.int64), np.full(len(x_m), np.inf))
    order = neighbours_together(x_m, y_m, _box_m(grid))
    # neighbours lie side by side in memory too: that is faster by a quarter [M]
    some = Found(np.empty(len(order), dtype=np.int64), np.empty(len(order)))
    _search(grid, np.column_stack([x_m[order], y_m[order]]), float(limit_m), some)
    near = np.flatnonzero(some.apart_m <= limit_m)
    found.edge[order[near]], found.apart_m[order[near]] = some.edge[near], some.apart_m[near]
    return found


def along_lines(grid: EdgeGrid, edge: Places, x_m: Numbers, y_m: Numbers) -> Numbers:
    """Measure how far along its line the spot of an edge lies that is nearest to a point [m]."""
    along_m = np.empty(len(edge))
    _locate(grid.ends_m, grid.before_m, edge, x_m, y_m, along_m)
    return along_m


def _box_m(grid: EdgeGrid) -> tuple[float, float, float, float]:
    """Widen the box of the edges: one point astray must not make neighbours of all others."""
    width_m, height_m = grid.columns * grid.cell_m, grid.rows * grid.cell_m
    return (
        grid.west_m - BESIDE * width_m,
        grid.south_m - BESIDE * height_m,
        grid.west_m + (1 + BESIDE) * width_m,
        grid.south_m + (1 + BESIDE) * height_m,
    )


@cache
def measures_as_geos() -> bool:
    """Say whether GEOS gives the distances of this module to the last bit, by a thousand lines."""
    dice = np.random.default_rng(1966)
    corner_m = 1e4 * np.stack(np.meshgrid(np.arange(40), np.arange(25)), axis=-1).reshape(-1, 1, 2)
    corners = corner_m + dice.uniform(-400, 400, (len(corner_m), 4, 2)).round(3)
    lines, points = np.asarray(shapely.linestrings(corners[:, 1:])), shapely.points(corners[:, 0])
    ends_m = np.stack([corners[:, 1:-1], corners[:, 2:]], axis=2).reshape(-1, 2, 2)
    grid = lay_edges(ends_m, np.repeat(np.arange(len(lines)), 2))
    x_m, y_m = (np.ascontiguousarray(side) for side in corners[:, 0].T)
    found = nearest_edges(grid, x_m, y_m)
    return bool(
        (found.apart_m == shapely.distance(points, lines)).all()
        and (
            along_lines(grid, found.edge, x_m, y_m) == shapely.line_locate_point(lines, points)
        ).all()
    )


@compiled
def _far(off_x: float, off_y: float) -> float:
    return float(np.sqrt(off_x * off_x + off_y * off_y))


@compiled
def _apart(ends: Numbers, edge: int, x: float, y: float) -> float:
    """Measure from a point to an edge [m], by the steps of GEOS."""
    ax, ay, bx, by = ends[edge, 0], ends[edge, 1], ends[edge, 2], ends[edge, 3]
    along_x, along_y = bx - ax, by - ay
    squared = along_x * along_x + along_y * along_y
    if squared == 0:
        return _far(x - ax, y - ay)
    share = ((x - ax) * along_x + (y - ay) * along_y) / squared
    if share <= 0:
        return _far(x - ax, y - ay)
    if share >= 1:
        return _far(x - bx, y - by)
    off = ((ay - y) * along_x - (ax - x) * along_y) / squared
    return float(abs(off) * np.sqrt(squared))


@compiled
def _locate(
    ends: Numbers, before: Numbers, edge: Places, px: Numbers, py: Numbers, along: Numbers
) -> None:
    """Measure along lines to the spot nearest to each point [m], by the steps of GEOS."""
    for point in range(len(edge)):
        at, x, y = edge[point], px[point], py[point]
        ax, ay, bx, by = ends[at, 0], ends[at, 1], ends[at, 2], ends[at, 3]
        along_x, along_y = bx - ax, by - ay
        squared = along_x * along_x + along_y * along_y
        share = 0.0
        if x == bx and y == by:
            share = 1.0
        elif squared > 0:
            share = ((x - ax) * along_x + (y - ay) * along_y) / squared
        along[point] = before[at]
        if share > 1:
            along[point] += np.sqrt(squared)
        elif share > 0:
            along[point] += share * np.sqrt(squared)


@compiled
def _search(grid: EdgeGrid, xy: Numbers, limit: float, found: Found) -> None:
    """Find the nearest edge within a limit to points of which neighbours follow one another."""
    edges = len(grid.ends_m)
    listed = _Listed(np.empty(edges, np.int64), np.empty(edges), np.full(edges, -1, np.int64))
    first, size, look = 0, TOGETHER, 0
    while first < len(xy):
        some = xy[first : first + size]
        spot = _spot(some)
        room = edges if size == 1 else min(2 * MOST_SHARED, edges)
        count = _gather(grid, spot, limit, room, listed, look)
        look += 1
        if count < 0:
            size //= FEWER
            continue
        if size > 1:
            _sort(listed, count)
        _pick(grid.ends_m, spot, listed, count, some, found.edge[first:], found.apart_m[first:])
        first += len(some)
        if first % TOGETHER == 0:
            size = TOGETHER


@compiled
def _spot(xy: Numbers) -> _Spot:
    low_x, high_x, low_y, high_y = np.inf, -np.inf, np.inf, -np.inf
    for point in range(len(xy)):
        low_x, high_x = min(low_x, xy[point, 0]), max(high_x, xy[point, 0])
        low_y, high_y = min(low_y, xy[point, 1]), max(high_y, xy[point, 1])
    x, y, reach = low_x + (high_x - low_x) / 2, low_y + (high_y - low_y) / 2, 0.0
    for point in range(len(xy)):
        reach = max(reach, _far(xy[point, 0] - x, xy[point, 1] - y))
    return _Spot(x, y, reach)


@compiled
def _gather(
    grid: EdgeGrid, spot: _Spot, limit: float, room: int, listed: _Listed, look: int
) -> int:
    """List all edges that may be the nearest, within a limit, to a point in reach of a spot.

    Gives how many they are, or -1 where they would take more than half of the room.
    """
    west, south, cell = grid.west_m, grid.south_m, grid.cell_m
    columns, rows = grid.columns, grid.rows
    x, y, reach = spot
    here = int(min(max(np.floor((x - west) / cell), 0.0), columns - 1.0))
    up = int(min(max(np.floor((y - south) / cell), 0.0), rows - 1.0))
    most, pad, count, ring = _bound(limit - reach, reach), 2 * PAD * cell, 0, 0
    while True:
        for row in range(max(up - ring, 0), min(up + ring, rows - 1) + 1):
            first, last, step = max(here - ring, 0), min(here + ring, columns - 1), 1
            if abs(row - up) < ring:
                first, last, step = here - ring, here + ring, 2 * ring
            elif grid.start[row * columns + first] == grid.start[row * columns + last + 1]:
                continue
            off_y = max(south + row * cell - y, y - south - (row + 1) * cell, 0.0)
            for column in range(first, last + 1, step):
                at = row * columns + column
                if column < 0 or column >= columns or grid.start[at] == grid.start[at + 1]:
                    continue
                off_x = max(west + column * cell - x, x - west - (column + 1) * cell, 0.0)
                if _far(off_x, off_y) > most + pad:
                    continue
                count, most = _take(grid, at, spot, most, listed, count, room, look)
                if count < 0:
                    return -1
        gap = _gap(grid, x, y, here, up, ring)
        if gap - pad > most or gap == np.inf:
            return _kept(listed, count, most)
        ring += 1


@compiled
def _take(
    grid: EdgeGrid,
    cell: int,
    spot: _Spot,
    most: float,
    listed: _Listed,
    count: int,
    room: int,
    look: int,
) -> tuple[int, float]:
    """List the edges of a cell too; give their number and how far edges may be from now on."""
    for place in range(grid.start[cell], grid.start[cell + 1]):
        edge = grid.held[place]
        if listed.seen[edge] == look:
            continue
        listed.seen[edge] = look
        far = _apart(grid.ends_m, edge, spot.x, spot.y)
        if far > most:
            continue
        if count == room:
            count = _kept(listed, count, most)
            if 2 * count > room:
                return -1, most
        most = min(most, _bound(far, spot.reach))
        listed.edge[count], listed.apart[count] = edge, far
        count += 1
    return count, most


@compiled
def _bound(far: float, reach: float) -> float:
    """Say how far the nearest edge to a point within reach may be, if there is one that far."""
    return far + 2 * reach + ROUNDING_M + (far + reach) * 1e-9


@compiled
def _gap(grid: EdgeGrid, x: float, y: float, here: int, up: int, ring: int) -> float:
    """Measure how near the cells beyond a ring come; infinite where there are none."""
    west, south, cell = grid.west_m, grid.south_m, grid.cell_m
    gap = np.inf
    if here - ring > 0:
        gap = min(gap, x - (west + (here - ring) * cell))
    if here + ring < grid.columns - 1:
        gap = min(gap, west + (here + ring + 1) * cell - x)
    if up - ring > 0:
        gap = min(gap, y - (south + (up - ring) * cell))
    if up + ring < grid.rows - 1:
        gap = min(gap, south + (up + ring + 1) * cell - y)
    return float(gap)


@compiled
def _kept(listed: _Listed, count: int, most: float) -> int:
    """Keep only the edges within a distance, and give how many they are."""
    kept = 0
    for place in range(count):
        if listed.apart[place] <= most:
            listed.edge[kept], listed.apart[kept] = listed.edge[place], listed.apart[place]
            kept += 1
    return kept


@compiled
def _sort(listed: _Listed, count: int) -> None:
    """Put the nearer edges first."""
    for place in range(1, count):
        edge, far, at = listed.edge[place], listed.apart[place], place
        while at > 0 and listed.apart[at - 1] > far:
            listed.edge[at], listed.apart[at] = listed.edge[at - 1], listed.apart[at - 1]
            at -= 1
        listed.edge[at], listed.apart[at] = edge, far


@compiled
def _pick(
    ends: Numbers,
    spot: _Spot,
    listed: _Listed,
    count: int,
    xy: Numbers,
    nearest: Places,
    apart: Numbers,
) -> None:
    """Pick the nearest of the listed edges to each of some points, the first of several as near."""
    for point in range(len(xy)):
        x, y = xy[point, 0], xy[point, 1]
        off = _far(x - spot.x, y - spot.y)
        best, least, most = -1, np.inf, np.inf
        for place in range(count):
            if listed.apart[place] > most:
                continue
            edge = listed.edge[place]
            far = _apart(ends, edge, x, y)
            if far < least or (far == least and edge < best):
                best, least, most = edge, far, _bound(far, 0.0) + off
        nearest[point], apart[point] = best, least
