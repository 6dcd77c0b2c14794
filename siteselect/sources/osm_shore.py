"""The sea within a box, from coastlines: lines that have the land on their left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Points = NDArray[np.float64]

_GAP_SHARE = 0.02
_ASIDE = 1e-7
"""How far beside the line one looks [degree]: about a centimetre."""


def sea(coastlines: Sequence[BaseGeometry], box: BaseGeometry) -> list[BaseGeometry]:
    """Draw the parts of a box that lie on the right of the coastlines.

    Parameters
    ----------
    coastlines : lines with land on the left and water on the right (wiki: natural=coastline).
    box : polygon outside which nothing is known.

    Returns
    -------
    list
        Polygons of the sea; none where no coastline crosses the box.

    Notes
    -----
    Many extracts lack the last node of a way before the box's edge. An end that stops short of
    the edge by up to 2 % of the way round it is drawn on to the nearest point of the edge.
    """
    if not any(shapely.intersects(line, box) for line in coastlines):
        return []
    coastlines = _drawn_on(coastlines, box)
    network = shapely.union_all([*coastlines, box.boundary])
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(network)))
    faces = cells[shapely.within(shapely.point_on_surface(cells), box)]
    # Short steps, so that some lie in the box however long the lines are.
    step = box.length / 1000
    starts, ends = (
        np.vstack(ends_of)
        for ends_of in zip(*(_segments(line, step) for line in coastlines), strict=True)
    )
    along = ends - starts
    lengths = np.hypot(along[:, 0], along[:, 1])[:, None]
    right = np.column_stack([along[:, 1], -along[:, 0]]) / lengths * _ASIDE
    middles = (starts + ends) / 2
    votes = _counts(faces, middles + right) - _counts(faces, middles - right)
    return [face for face, vote in zip(faces, votes.tolist(), strict=True) if vote > 0]


def _drawn_on(coastlines: Sequence[BaseGeometry], box: BaseGeometry) -> list[BaseGeometry]:
    joined = shapely.line_merge(
        shapely.multilinestrings(shapely.get_parts(list(coastlines))), directed=True
    )
    return [_to_edge(line, box) for line in shapely.get_parts(joined)]


def _to_edge(line: BaseGeometry, box: BaseGeometry) -> BaseGeometry:
    points = shapely.get_coordinates(line)
    if shapely.is_closed(line):
        return line
    for end in (0, -1):
        tip = shapely.Point(points[end])
        gap = shapely.shortest_line(tip, box.boundary)
        if 0 < gap.length <= _GAP_SHARE * box.length and box.contains(tip):
            edge = shapely.get_coordinates(gap)[-1:]
            points = np.vstack([edge, points] if end == 0 else [points, edge])
    drawn: BaseGeometry = shapely.LineString(points)
    return drawn


def _segments(line: BaseGeometry, step: float) -> tuple[Points, Points]:
    points = shapely.get_coordinates(shapely.remove_repeated_points(shapely.segmentize(line, step)))
    return points[:-1], points[1:]


def _counts(faces: NDArray[np.object_], points: Points) -> NDArray[np.int64]:
    _, hit = shapely.STRtree(faces).query(shapely.points(points), predicate="within")
    counts: NDArray[np.int64] = np.bincount(hit, minlength=len(faces)).astype(np.int64)
    return counts
