"""Straight edges over square cells, so that those near a point are found: compiled at first use.

Import this module where it is needed and not at the top of another: it loads the compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

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
LEAST_CELL_M = 1e-6
PAD = 1e-6
"""Edges count for a cell up to this far outside it [cells]; rounding is below 1e-11 cells."""
_STEEP = 1e6


class EdgeGrid(NamedTuple):
    """Edges over square cells; cell `row * columns + column` holds `held[start[cell]:...]`.

    `before_m` is the length of the line before the edge [m].
    """

    ends_m: Numbers
    owner: Places
    before_m: Numbers
    west_m: float
    south_m: float
    cell_m: float
    columns: int
    rows: int
    start: Places
    held: Places


def compiled(loop: _Loop) -> _Loop:
    """Compile a loop without the interpreter's lock, and keep the machine code if that is possible.

    Where no folder can be written, it is compiled anew in every process. Never with `fastmath`: the
    order of steps is what makes distances those of GEOS. Kept code is compiled anew when its own
    file changes, not when a file does that it imports from: loops call only loops of their file.
    """
    try:
        return cast("_Loop", numba.njit(nogil=True, cache=True, error_model="numpy")(loop))
    except RuntimeError:
        return cast("_Loop", numba.njit(nogil=True, error_model="numpy")(loop))


def lay_edges(ends_m: Numbers, owner: Places) -> EdgeGrid:
    """Lay edges over cells, about four to a cell.

    Parameters
    ----------
    ends_m : m edges, each with two ends, each with x and y [m]; finite, and at least one edge.
    owner : what each edge belongs to, numbers from 0; the edges of one follow one another.
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
    cell_m = float(max(*least_m, LEAST_CELL_M))
    columns, rows = (int(side // cell_m) + 1 for side in (width_m, height_m))
    place = float(west_m), float(south_m), cell_m, columns, rows
    start = np.zeros(columns * rows + 1, dtype=np.int64)
    _hold(flat, *place, start, np.empty(0, dtype=np.int64))
    start = np.concatenate([[0], np.cumsum(start[:-1])])
    held = np.empty(start[-1], dtype=np.int64)
    _hold(flat, *place, start.copy(), held)
    kept = np.ascontiguousarray(owner, dtype=np.int64)
    before_m = np.empty(len(flat))
    _sum_before(flat, kept, before_m)
    return EdgeGrid(flat, kept, before_m, *place, start, held)


@compiled
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
        first = min(max(int(np.floor(x0 - PAD)), 0), columns - 1)
        last = min(max(int(np.floor(x1 + PAD)), 0), columns - 1)
        for column in range(first, last + 1):
            low, high = min(y0, y1), max(y0, y1)
            if not steep:
                west_y = y0 + (min(max(column - PAD, x0), x1) - x0) * slope
                east_y = y0 + (min(max(column + 1 + PAD, x0), x1) - x0) * slope
                low, high = min(west_y, east_y), max(west_y, east_y)
            bottom = min(max(int(np.floor(low - PAD)), 0), rows - 1)
            top = min(max(int(np.floor(high + PAD)), 0), rows - 1)
            for row in range(bottom, top + 1):
                at = row * columns + column
                if len(held):
                    held[place[at]] = edge
                place[at] += 1


@compiled
def _sum_before(ends: Numbers, owner: Places, before: Numbers) -> None:
    """Sum the edges of each owner that come before each."""
    total = 0.0
    for edge in range(len(ends)):
        if edge == 0 or owner[edge] != owner[edge - 1]:
            total = 0.0
        before[edge] = total
        along_x, along_y = ends[edge, 2] - ends[edge, 0], ends[edge, 3] - ends[edge, 1]
        total += np.sqrt(along_x * along_x + along_y * along_y)
