"""Discs round points, on areas and inside them, drawn only where a distance does not tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from siteselect.containment import MOST_CELLS, NEAR_SHARE, WORTH_POINTS, lay, look, xy_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OnDisc:
    """Pairs of a point's disc and an area that meet, and the points `near` any area.

    `deep` says whether the point is farther than the tolerance from the area's edge.
    """

    point: Rows
    area: Rows
    deep: NDArray[np.bool_]
    near: Rows


def discs_on(
    points: NDArray[np.object_], shapes: NDArray[np.object_], radius_m: float, tolerance_m: float
) -> OnDisc:
    """Find all pairs of an area and a disc round a point, drawn as shapely draws a buffer.

    Parameters
    ----------
    points : middles of the discs.
    shapes : areas, or geometries of other kinds.
    radius_m : of the discs [m].
    tolerance_m : how near to its edge an area is uncertain, and to an area a point is near [m].
    """
    reach_m = radius_m * (1 + NEAR_SHARE)
    if len(points) < WORTH_POINTS or len(shapes) == 0:
        most_m = max(reach_m, tolerance_m)
        point, area = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=most_m)
        deep = np.zeros(len(point), dtype=np.bool_)
    else:
        most_m = max(reach_m, tolerance_m) * (1 + NEAR_SHARE)
        raster = lay(shapes, most_m, min(len(points), MOST_CELLS))
        found = look(raster, *xy_of(points))
        other = raster.tree.query(points, predicate="dwithin", distance=most_m)
        point = np.concatenate([found.point, other[0]])
        area = np.concatenate([found.area, raster.others[other[1]]])
        deep = np.concatenate([found.deep, np.zeros(other.shape[1], dtype=np.bool_)])
    meets, near = deep.copy(), deep.copy()
    open_to = np.flatnonzero(~deep)
    there, here = shapes[area[open_to]], points[point[open_to]]
    near[open_to] = shapely.dwithin(there, here, tolerance_m)
    reached = shapely.dwithin(there, here, reach_m)
    asked = open_to[reached]
    meets[asked] = shapely.intersects(shapely.buffer(here[reached], radius_m), there[reached])
    both = open_to[meets[open_to]]
    edges = shapely.boundary(shapes)
    shapely.prepare(edges)
    deep[both] = shapely.distance(edges[area[both]], points[point[both]]) > tolerance_m
    return OnDisc(point[meets], area[meets], deep[meets], np.unique(point[near]))


def discs_covered(
    cover: BaseGeometry, points: NDArray[np.object_], radius_m: float
) -> NDArray[np.bool_]:
    """Say whether an area covers a disc round each point, drawn as shapely draws a buffer.

    That disc has 64 corners on the circle, so that it is told from the distance to the area's edge
    but for a ring of 0.12 % of the radius; only there is it drawn.
    """
    edge = shapely.boundary(cover)
    shapely.prepare(cover)
    shapely.prepare(edge)
    covered = np.asarray(shapely.covers(cover, points), dtype=np.bool_)
    inside = np.flatnonzero(covered)
    close = inside[shapely.dwithin(edge, points[inside], radius_m * (1 + NEAR_SHARE))]
    covered[close] = False
    narrow_m = radius_m * np.cos(np.pi / 64) * (1 - NEAR_SHARE)
    open_to = close[~shapely.dwithin(edge, points[close], narrow_m)]
    covered[open_to] = shapely.covers(cover, shapely.buffer(points[open_to], radius_m))
    return covered
