"""Land: floods and protected areas at the site, in three states: inside, outside, not covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siteselect.contracts import Column
from siteselect.discs import discs_on
from siteselect.layers.constraints import KINDS
from siteselect.layers.flood import BANDS
from siteselect.nearest_line import nearest_m

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from siteselect.layers.build import Territory
    from siteselect.study import Study

TOLERANCE_M = 10.0
"""Boundaries are drawn no better; nearer than this, inside or outside is unknown [design]."""

RADIUS_OF_INTEREST_M = {
    "listed_building": 50.0,
    "scheduled_monument": 50.0,
    "sssi": 50.0,
    "habitat_site": 5000.0,
    "ancient_woodland": 15.0,
}
"""How far a rule looks around a site for each kind [design radii of the rule packs]."""


COLUMNS = (
    Column("flood_band", "text", "worst flood band; none if covered and dry; empty if not covered"),
    *(Column(f"in_{kind}", "flag", f"whether inside: {kind.replace('_', ' ')}") for kind in KINDS),
    *(
        Column(f"{kind}_m", "number", f"distance to the nearest {kind.replace('_', ' ')}")
        for kind in RADIUS_OF_INTEREST_M
    ),
)
"""What this part adds to the table of sites."""


def surround(
    study: Study, territory: Territory, points: NDArray[np.object_], index: pd.Index[str]
) -> pd.DataFrame:
    """Give the flood band and the constraints at each site.

    `flood_band` is one of the layer's bands, `none` where the layer covers the site and shows
    nothing, and None where it does not cover it or a worse band begins within the tolerance.
    `in_<kind>` is True, False or None likewise.
    """
    radius_m = float(np.sqrt(study.pod.footprint_m2 / np.pi))
    columns = pd.DataFrame(index=index)
    columns["flood_band"] = _flood_band(territory, points, radius_m)
    layer = territory.layers.get("constraints")
    for kind in KINDS:
        if layer is None:
            columns[f"in_{kind}"] = pd.Series(None, index=index, dtype=object)
            if kind in RADIUS_OF_INTEREST_M:
                columns[f"{kind}_m"] = np.nan
            continue
        # A kind that no file covers whole may still be known where it was found.
        covered = layer.kind_coverage.get(kind, shapely.Polygon())
        shapes = layer.frame.geometry.to_numpy()[(layer.frame["kind"] == kind).to_numpy()]
        columns[f"in_{kind}"] = _inside(shapes, covered, points, radius_m)
        if kind in RADIUS_OF_INTEREST_M:
            columns[f"{kind}_m"] = _distance(shapes, covered, points, RADIUS_OF_INTEREST_M[kind])
    return columns


def _flood_band(
    territory: Territory, points: NDArray[np.object_], radius_m: float
) -> NDArray[np.object_]:
    band = np.full(len(points), None, dtype=object)
    layer = territory.layers.get("flood")
    if layer is None:
        return band
    shapely.prepare(layer.coverage)
    band[shapely.covers(layer.coverage, points)] = "none"
    for name in reversed(BANDS):
        shapes = layer.frame.geometry.to_numpy()[(layer.frame["band"] == name).to_numpy()]
        found = discs_on(points, shapes, radius_m, TOLERANCE_M)
        band[found.near] = None
        band[found.point] = name
    return band


def _inside(
    shapes: NDArray[np.object_],
    covered: BaseGeometry,
    points: NDArray[np.object_],
    radius_m: float,
) -> NDArray[np.object_]:
    """Tell inside from outside; within the tolerance of a boundary it cannot be told."""
    state = np.full(len(points), None, dtype=object)
    shapely.prepare(covered)
    state[shapely.covers(covered, points)] = False
    found = discs_on(points, shapes, radius_m, TOLERANCE_M)
    state[found.near] = None
    small = shapely.area(shapes)[found.area] < np.pi * TOLERANCE_M**2
    state[found.point[found.deep | small]] = True
    return state


def _distance(
    shapes: NDArray[np.object_],
    covered: BaseGeometry,
    points: NDArray[np.object_],
    radius_m: float,
) -> NDArray[np.float64]:
    """Measure to the nearest feature, as far as the coverage lets one know.

    A feature within the radius that rules look at counts wherever it is known from. One farther
    away than the edge of the coverage proves nothing about what lies beyond the edge; the distance
    is then that to the edge, if it exceeds the radius, and unknown otherwise.
    """
    seen = shapely.covers(covered, points)
    edge = shapely.boundary(covered)
    shapely.prepare(edge)
    to_edge = np.zeros(len(points))
    to_edge[seen] = shapely.distance(edge, points[seen])
    nearest: NDArray[np.float64] = np.full(len(points), np.inf)
    if len(shapes):
        nearest = nearest_m(points, shapes)
    known: NDArray[np.float64] = np.minimum(nearest, to_edge)
    known[(nearest > to_edge) & (to_edge <= radius_m)] = np.nan
    known[nearest <= radius_m] = nearest[nearest <= radius_m]
    return known
