"""Which of many straight edges are nearest to each of many points: loops compiled at first use.

Import this module where it is needed and not at the top of another: it loads the compiler. Edges
are laid over square cells, and the cells round a point are looked at in rings, until none farther
out can be nearer. What is found are the edges that may be the nearest, all that lie within rounding
of it; whoever asks measures these with GEOS, so that the answer is that of GEOS to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Places = NDArray[np.int64]

_Loop = TypeVar("_Loop", bound=Callable[..., Any])

EDGES_PER_CELL = 4
"""Rings of empty cells take longer than edges too far away [M]."""
MOST_CELLS = 2**24
MOST_SIDE = 2**14
"""Cells along a side."""
SLOTS = 16
"""Owners that may share the place of the nearest; where more do, nobody is named [D]."""
ROUNDING_M = 1e-6
"""Edges that are farther than the nearest by no more than that may be the nearest [m]."""
_STEEP = 1e6
_PAD = 1e-6
"""Edges count for a cell up to this far outside it [cells]; rounding is below 1e-11 cells."""


@dataclass(frozen=True, slots=True)
class EdgeGrid:
    """Edges over square cells; cell `row * columns + column` holds `held[start[cell]:...]`."""

    ends_m: Numbers
    owner: Places
    west_m: float
    south_m: float
    cell_m: float
    columns: int
    rows: int
    start: Places
    held: Places


def _compiled(loop: _Loop) -> _Loop:
    """Compile a loop without the interpreter's lock, and keep the machine code if that is possible.

    Where no folder can be written, it is compiled anew in every process.
    """
    try:
        return cast("_Loop", numba.njit(nogil=True, cache=True)(loop))
    except RuntimeError:
        return cast("_Loop", numba.njit(nogil=True)(loop))


def lay_edges(ends_m: Numbers, owner: Places) -> EdgeGrid:
    """Lay edges over cells, about four to a cell.

    Parameters
    ----------
    ends_m : m edges, each with two ends, each with x and y [m]; finite, and at least one edge.
    owner : what each edge belongs to, numbers from 0.
    """
    flat = np.ascontiguousarray(ends_m, dtype=np.float64).reshape(-1, 4)
    corners = flat.reshape(-1, 2)
    west_m, south_m = corners.min(axis=0)
    width_m, height_m = corners.max(axis=0) - (west_m, south_m)
    cells = min(len(flat) // EDGES_PER_CELL + 1, MOST_CELLS)
    least_m = (
        np.sqrt(width_m / cells) * np.sqrt(height_m),
        max(width_m, height_m) / min(cells, MOST_SIDE),
    )
    # all edges may be one spot, and a cell must have a size
    cell_m = float(max(*least_m, ROUNDING_M))
    columns, rows = (int(side // cell_m) + 1 for side in (width_m, height_m))
    place = west_m, south_m, cell_m, columns, rows
    start = np.zeros(columns * rows + 1, dtype=np.int64)
    _hold(flat, *place, start, np.empty(0, dtype=np.int64))
    start = np.concatenate([[0], np.cumsum(start[:-1])])
    held = np.empty(start[-1], dtype=np.int64)
    _hold(flat, *place, start.copy(), held)
    return EdgeGrid(
        ends_m=flat,
        owner=np.ascontiguousarray(owner, dtype=np.int64),
        west_m=float(west_m),
        south_m=float(south_m),
        cell_m=cell_m,
        columns=columns,
        rows=rows,
        start=start,
        held=held,
    )


def nearest_owners(
    grid: EdgeGrid, x_m: Numbers, y_m: Numbers, limit_m: float
) -> tuple[Places, Places, Places]:
    """Find the owners that may be the nearest to each point, and that may lie within a limit.

    Parameters
    ----------
    grid : the edges.
    x_m, y_m : n points [m]; one that is not finite is nowhere.
    limit_m : farthest that an owner may be [m]; may be infinite.

    Returns
    -------
    tuple
        Pairs of point and owner, in the order of points; and the points that have too many.
    """
    slots = np.empty((len(x_m), SLOTS), dtype=np.int64)
    count = np.zeros(len(x_m), dtype=np.int64)
    place = grid.west_m, grid.south_m, grid.cell_m, grid.columns, grid.rows
    _look(
        *(grid.ends_m, grid.owner, *place, grid.start, grid.held),
        *(np.ascontiguousarray(x_m), np.ascontiguousarray(y_m), float(limit_m), slots, count),
    )
    known = np.maximum(count, 0)
    point = np.repeat(np.arange(len(x_m)), known)
    return point, slots[np.arange(SLOTS) < known[:, None]], np.flatnonzero(count < 0)


@_compiled
def _hold(
    ends: Numbers,
    west: float,
    south: float,
    cell: float,
    columns: int,
    rows: int,
    place: Places,
    held: Places,
) -> None:
    """Count the edges of each cell in `place`; or, given room for them, put them there."""
    for edge in range(len(ends)):
        x0, y0 = (ends[edge, 0] - west) / cell, (ends[edge, 1] - south) / cell
        x1, y1 = (ends[edge, 2] - west) / cell, (ends[edge, 3] - south) / cell
        if x0 > x1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        wide = x1 - x0
        slope = (y1 - y0) / wide if wide > 0 else np.inf
        # a slope so steep that it loses all digits is no help: then all the height counts
        steep = abs(slope) > _STEEP
        first = min(max(int(np.floor(x0 - _PAD)), 0), columns - 1)
        last = min(max(int(np.floor(x1 + _PAD)), 0), columns - 1)
        for column in range(first, last + 1):
            low, high = min(y0, y1), max(y0, y1)
            if not steep:
                west_y = y0 + (min(max(column - _PAD, x0), x1) - x0) * slope
                east_y = y0 + (min(max(column + 1 + _PAD, x0), x1) - x0) * slope
                low, high = min(west_y, east_y), max(west_y, east_y)
            bottom = min(max(int(np.floor(low - _PAD)), 0), rows - 1)
            top = min(max(int(np.floor(high + _PAD)), 0), rows - 1)
            for row in range(bottom, top + 1):
                at = row * columns + column
                if len(held):
                    held[place[at]] = edge
                place[at] += 1


@_compiled
def _apart(ends: Numbers, edge: int, x: float, y: float) -> float:
    """Measure from a point to an edge [m]."""
    ax, ay = ends[edge, 0], ends[edge, 1]
    along_x, along_y = ends[edge, 2] - ax, ends[edge, 3] - ay
    squared = along_x * along_x + along_y * along_y
    share = 0.0
    if squared > 0:
        share = min(max(((x - ax) * along_x + (y - ay) * along_y) / squared, 0.0), 1.0)
    off_x, off_y = ax + share * along_x - x, ay + share * along_y - y
    return float(np.sqrt(off_x * off_x + off_y * off_y))


@_compiled
def _kept(slots: Places, apart: Numbers, count: int, most: float) -> int:
    """Keep only the owners within a distance, and give how many they are."""
    kept = 0
    for slot in range(count):
        if apart[slot] <= most:
            slots[kept], apart[kept] = slots[slot], apart[slot]
            kept += 1
    return kept


@_compiled
def _look(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - a loop over points, rings and cells
    ends: Numbers,
    owner: Places,
    west: float,
    south: float,
    cell: float,
    columns: int,
    rows: int,
    start: Places,
    held: Places,
    px: Numbers,
    py: Numbers,
    limit: float,
    slots: Places,
    counts: Places,
) -> None:
    apart, pad = np.empty(SLOTS), 2 * _PAD * cell
    for point in range(len(px)):
        x, y = px[point], py[point]
        if not (np.isfinite(x) and np.isfinite(y)):
            continue
        here = int(min(max(np.floor((x - west) / cell), 0.0), columns - 1.0))
        up = int(min(max(np.floor((y - south) / cell), 0.0), rows - 1.0))
        best, most, count, ring = limit, limit + ROUNDING_M + limit * 1e-9, 0, 0
        while count >= 0:
            for row in range(max(up - ring, 0), min(up + ring, rows - 1) + 1):
                first, last, step = max(here - ring, 0), min(here + ring, columns - 1), 1
                if row in (up - ring, up + ring):
                    if start[row * columns + first] == start[row * columns + last + 1]:
                        continue
                else:
                    first, last, step = here - ring, here + ring, 2 * ring
                for column in range(first, last + 1, step):
                    if column < 0 or column >= columns:
                        continue
                    at = row * columns + column
                    if start[at] == start[at + 1]:
                        continue
                    off_x = max(west + column * cell - x, x - west - (column + 1) * cell, 0.0)
                    off_y = max(south + row * cell - y, y - south - (row + 1) * cell, 0.0)
                    if off_x * off_x + off_y * off_y > (most + pad) * (most + pad):
                        continue
                    for place in range(start[at], start[at + 1]):
                        far = _apart(ends, held[place], x, y)
                        if far > most or count < 0:
                            continue
                        if far < best:
                            best, most = far, far + ROUNDING_M + far * 1e-9
                        said = owner[held[place]]
                        known = False
                        for slot in range(count):
                            if slots[point, slot] == said:
                                apart[slot] = min(apart[slot], far)
                                known = True
                        if known:
                            continue
                        if count == SLOTS:
                            count = _kept(slots[point], apart, count, most)
                        if count == SLOTS:
                            count = -1
                            continue
                        slots[point, count], apart[count] = said, far
                        count += 1
            gap = np.inf
            if here - ring > 0:
                gap = min(gap, x - (west + (here - ring) * cell))
            if here + ring < columns - 1:
                gap = min(gap, west + (here + ring + 1) * cell - x)
            if up - ring > 0:
                gap = min(gap, y - (south + (up - ring) * cell))
            if up + ring < rows - 1:
                gap = min(gap, south + (up + ring + 1) * cell - y)
            if gap - pad > most or gap == np.inf:
                break
            ring += 1
        counts[point] = _kept(slots[point], apart, count, most) if count > 0 else count
