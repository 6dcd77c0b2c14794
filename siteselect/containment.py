"""Which of many points lie in which of many areas, exactly, with a raster that settles most.

The areas are laid over a raster of square cells. A cell that no edge crosses lies whole inside or
outside of each area, and so does every point in it. Only points in the other cells are put to the
exact test of GEOS, so that the answer is the same as without a raster, on the edge and off it.

Inside and outside are told apart cell by cell along the middle of each row of cells, by counting
the edges on the left (Shimrat 1962). Rounding may put a crossing in the next cell; since all cells
near an edge go to the exact test, that changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]

WORTH_POINTS = 10_000
"""Fewer points than this are asked of the tree at once: a raster would take longer to lay [M]."""
MOST_CELLS = 2**22
"""Cells of a raster, and cells that edges may cross: 16 MB or so for each [D]."""
MOST_BOX_CELLS = 2**25
"""Cells in the boxes round all areas together, so that areas over areas stay in bounds [D]."""
MOST_SIDE = 2**13
"""Cells along a side of the raster."""
NEAR_SHARE = 1e-6
"""Edges count for a cell up to this far outside it [cells]; rounding is below 1e-11 cells."""
_POLYGONAL = (3, 6)
"""Types of geometry, as shapely numbers them, that a raster can hold."""


@dataclass(frozen=True, slots=True)
class Raster:
    """Areas laid over square cells.

    Cell `row * columns + column` holds the entries `start[cell]` to `start[cell + 1]`. An entry is
    the place of an area in `shapes`, and whether the cell lies `deep` in it: inside, with all
    edges farther off than `margin_m`. An area without an entry in a cell is farther off than that.
    `others` are the areas that are not on the raster; `tree` finds these.
    """

    shapes: NDArray[np.object_]
    margin_m: float
    west_m: float
    south_m: float
    cell_m: float
    columns: int
    rows: int
    start: NDArray[np.int32]
    area: Rows
    deep: NDArray[np.bool_]
    others: Rows
    tree: shapely.STRtree


@dataclass(frozen=True, slots=True)
class Near:
    """Pairs of point and area that may be within a margin; `deep` ones surely are, far inside."""

    point: Rows
    area: Rows
    deep: NDArray[np.bool_]


def containing(
    points: NDArray[np.object_], shapes: NDArray[np.object_], raster: Raster | None = None
) -> tuple[Rows, Rows]:
    """Find all pairs of a point and an area that it lies in or on the edge of.

    The same pairs as `STRtree(shapes).query(points, predicate="intersects")` gives.

    Parameters
    ----------
    points : points; one that is missing or empty lies nowhere.
    shapes : areas; other geometries are looked at too, without the raster.
    raster : the areas as `lay` lays them, to use them again; laid here when left out.

    Returns
    -------
    tuple
        Indices of points and of areas, in the order of points, then areas.
    """
    if raster is None and (len(points) < WORTH_POINTS or len(shapes) == 0):
        found = shapely.STRtree(shapes).query(points, predicate="intersects")
        return _in_order(found[0], found[1])
    laid = lay(shapes, cells=min(len(points), MOST_CELLS)) if raster is None else raster
    x, y = xy_of(points)
    near = look(laid, x, y)
    on = near.deep.copy()
    doubt = np.flatnonzero(~on)
    asked = near.point[doubt]
    on[doubt] = shapely.intersects_xy(laid.shapes[near.area[doubt]], x[asked], y[asked])
    if len(laid.others) == 0:
        return near.point[on], near.area[on]
    point, other = laid.tree.query(points, predicate="intersects")
    return _in_order(
        np.concatenate([near.point[on], point]), np.concatenate([near.area[on], laid.others[other]])
    )


def lay(shapes: NDArray[np.object_], margin_m: float = 0.0, cells: int = MOST_CELLS) -> Raster:
    """Lay areas over a raster.

    Parameters
    ----------
    shapes : areas, in a CRS that measures in metres. What is no valid polygon stays off the raster.
    margin_m : distance within which an area counts as near, and its edge to a point inside [m].
    cells : how many cells there may be.

    Raises
    ------
    ValueError
        The margin is negative or not a number.
    """
    if not 0 <= margin_m < np.inf:
        raise ValueError(f"margin_m must be 0 or more, not {margin_m}")
    box = shapely.bounds(shapes) + np.array([-1, -1, 1, 1]) * margin_m
    # where numbers are so large that products overflow, the tree does it alone
    fit = np.isfinite(box).all(axis=1) & (np.abs(box) < 1e100).all(axis=1)  # noqa: PLR2004
    fit &= np.isin(shapely.get_type_id(shapes), _POLYGONAL) & ~shapely.is_empty(shapes)
    fit[fit] = shapely.is_valid(shapes[fit])
    others = np.flatnonzero(~fit)
    tree = shapely.STRtree(shapes[others])
    shapely.prepare(shapes[fit])
    on = np.flatnonzero(fit)
    if len(on) == 0:
        none = np.empty(0, dtype=np.int64)
        nothing = np.zeros(1, dtype=np.int32)
        return Raster(
            *(shapes, margin_m, 0.0, 0.0, 1.0, 0, 0, nothing, none, none.astype(bool), others, tree)
        )
    ends, owner = _segments(shapes[on])
    west_m, south_m = box[on, :2].min(axis=0)
    size_m = box[on, 2:].max(axis=0) - (west_m, south_m)
    cell_m = _cell_m(box[on], ends, size_m, margin_m, cells)
    columns, rows = (int(count) + 1 for count in np.floor(size_m / cell_m))
    scaled = (ends - (west_m, south_m)) / cell_m
    # an area and a cell as one number, even where an edge is near, so that this sorts first
    key = np.concatenate(
        [
            2 * _touched(scaled, owner, margin_m / cell_m + NEAR_SHARE, columns, rows, len(on)),
            2 * _inside(scaled, owner, columns, rows, len(on)) + 1,
        ]
    )
    key.sort()
    entry = key >> 1
    key = key[np.flatnonzero(np.diff(entry, prepend=-1))]
    cell, area = np.divmod(key >> 1, len(on))
    return Raster(
        shapes=shapes,
        margin_m=margin_m,
        west_m=float(west_m),
        south_m=float(south_m),
        cell_m=cell_m,
        columns=columns,
        rows=rows,
        start=_starts(cell, columns * rows),
        area=on[area],
        deep=(key & 1).astype(bool),
        others=others,
        tree=tree,
    )


def look(raster: Raster, x_m: Numbers, y_m: Numbers) -> Near:
    """Find the areas on the raster that may be within its margin of each point; NaN is nowhere.

    The pairs are in the order of points, then areas.
    """
    across = (x_m - raster.west_m) / raster.cell_m
    up = (y_m - raster.south_m) / raster.cell_m
    here = np.flatnonzero(
        (across >= 0) & (across < raster.columns) & (up >= 0) & (up < raster.rows)
    )
    cell = up[here].astype(np.int64) * raster.columns + across[here].astype(np.int64)
    first = raster.start[cell].astype(np.int64)
    count = raster.start[cell + 1] - first
    entry = _counted(first, count)
    return Near(np.repeat(here, count), raster.area[entry], raster.deep[entry])


def xy_of(points: NDArray[np.object_]) -> tuple[Numbers, Numbers]:
    """Give the coordinates of n points, NaN for one that is missing or empty."""
    somewhere = points
    empty = shapely.is_empty(points)
    if empty.any():
        somewhere = points.copy()
        somewhere[empty] = None
    return shapely.get_x(somewhere), shapely.get_y(somewhere)


def _in_order(point: Rows, area: Rows) -> tuple[Rows, Rows]:
    order = np.lexsort((area, point))
    return point[order], area[order]


def _counted(first: Rows, count: Rows) -> Rows:
    """List for each row the whole numbers from the first on, as many as are asked for."""
    before = np.cumsum(count) - count
    return np.repeat(first - before, count) + np.arange(count.sum())


def _segments(shapes: NDArray[np.object_]) -> tuple[Numbers, Rows]:
    """Give the two ends of every edge, and the place of the shape that it belongs to."""
    parts, shape_of = shapely.get_parts(shapes, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    corners, ring_of = shapely.get_coordinates(rings, return_index=True)
    first = np.flatnonzero(ring_of[:-1] == ring_of[1:])
    return np.stack([corners[first], corners[first + 1]], axis=1), shape_of[part_of[ring_of[first]]]


def _cell_m(box: Numbers, ends: Numbers, size_m: Numbers, margin_m: float, cells: int) -> float:
    """Choose the size of a cell so that neither cells nor entries are too many."""
    width_m, height_m = box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]
    edges_m = np.abs(ends[:, 1] - ends[:, 0]).sum()
    least_m = (
        np.sqrt(size_m[0] / cells) * np.sqrt(size_m[1]),
        size_m.max() / MOST_SIDE,
        margin_m,
        edges_m / MOST_CELLS,
        np.sqrt((width_m * height_m).sum() / MOST_BOX_CELLS),
    )
    # all areas may be one spot, and a cell must have a size
    return float(max(*least_m, np.finfo(float).tiny * 2**60))


def _starts(cell: Rows, cells: int) -> NDArray[np.int32]:
    """Give the first entry of each cell, and after them the number of entries."""
    start = np.zeros(cells + 1, dtype=np.int32)
    np.cumsum(np.bincount(cell, minlength=cells), out=start[1:])
    return start


def _touched(
    scaled: Numbers, owner: Rows, near: float, columns: int, rows: int, areas: int
) -> Rows:
    """List cell times areas plus area of all cells that an edge comes as near to as said, or twice.

    Near is measured along the two axes. Edges are taken column by column of cells.
    """
    ends = np.take_along_axis(scaled, np.argsort(scaled[:, :, :1], axis=1), axis=1)
    (x0, y0), (x1, y1) = ends[:, 0].T, ends[:, 1].T
    first = np.floor(x0 - near).clip(0, columns - 1).astype(np.int64)
    last = np.floor(x1 + near).clip(0, columns - 1).astype(np.int64)
    column = _counted(first, last - first + 1)
    edge = np.repeat(np.arange(len(first)), last - first + 1)
    wide = x1 > x0
    slope = np.divide(y1 - y0, x1 - x0, out=np.zeros_like(x0), where=wide)[edge]
    west, east = (
        y0[edge] + (np.clip(at, x0[edge], x1[edge]) - x0[edge]) * slope
        for at in (column - near, column + 1 + near)
    )
    # a slope so steep that it loses all digits is no help: then the edge counts with all its height
    steep = ~wide[edge] | (np.abs(slope) > 1e6)  # noqa: PLR2004
    low = np.where(steep, np.minimum(y0, y1)[edge], np.minimum(west, east)) - near
    high = np.where(steep, np.maximum(y0, y1)[edge], np.maximum(west, east)) + near
    bottom = np.floor(low).clip(0, rows - 1).astype(np.int64)
    top = np.floor(high).clip(0, rows - 1).astype(np.int64)
    row = _counted(bottom, top - bottom + 1)
    at = np.repeat(np.arange(len(bottom)), top - bottom + 1)
    return (row * columns + column[at]) * areas + owner[edge[at]]


def _inside(scaled: Numbers, owner: Rows, columns: int, rows: int, areas: int) -> Rows:
    """List cell times areas plus area of cells whose middle is inside, but for some on edges."""
    y0, y1 = scaled[:, 0, 1], scaled[:, 1, 1]
    first = np.ceil(np.minimum(y0, y1) - 0.5).clip(0, rows).astype(np.int64)
    last = np.ceil(np.maximum(y0, y1) - 0.5).clip(0, rows).astype(np.int64)
    row = _counted(first, last - first)
    edge = np.repeat(np.arange(len(first)), last - first)
    share = (row + 0.5 - y0[edge]) / (y1 - y0)[edge]
    x0, x1 = scaled[:, 0, 0][edge], scaled[:, 1, 0][edge]
    across = np.clip(x0 + share * (x1 - x0), np.minimum(x0, x1), np.maximum(x0, x1))
    column = np.floor(across).clip(0, columns - 1).astype(np.int64)
    crossing = np.sort((owner[edge] * rows + row) * columns + column)
    # edges cross a row in pairs: what lies between the two is inside
    left, right = crossing[::2], crossing[1::2]
    count = np.maximum(right - left - 1, 0)
    area, cell = np.divmod(left, columns * rows)
    found: Rows = _counted(cell + 1, count) * areas + np.repeat(area, count)
    return found
