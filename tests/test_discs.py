"""Discs round points: the same as if every one were drawn."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from siteselect import discs
from siteselect.discs import discs_covered, discs_on


@pytest.mark.parametrize("radius_m", [0.5, 30.0, 400.0])
def test_a_covered_disc_is_one_that_geos_covers(radius_m):
    dice = np.random.default_rng(2)
    cover = shapely.box(0, 0, 1000, 900).difference(shapely.Point(300, 300).buffer(80))
    points = shapely.points(dice.uniform(-50, 1050, (3000, 2)))
    # in the ring where the circle crosses the edge and its drawn corners may not
    share = np.linspace(0.998, 1.001, 400)
    ring = shapely.points(np.column_stack([radius_m * share, dice.uniform(0, 900, 400)]))
    points = np.concatenate([points, ring, [shapely.Point(radius_m, 450)]])
    drawn = shapely.covers(cover, shapely.buffer(points, radius_m))
    np.testing.assert_array_equal(discs_covered(cover, points, radius_m), drawn)


def test_nothing_is_covered_by_no_area():
    assert not discs_covered(shapely.Polygon(), shapely.points([[0.0, 0.0]]), 5.0).any()


@pytest.mark.parametrize("worth", [1, 10**9])
@pytest.mark.parametrize("radius_m", [2.2, 25.0])
def test_discs_on_areas_are_those_that_geos_finds(monkeypatch, worth, radius_m):
    """By raster and by tree, for areas, specks, lines and points alike."""
    monkeypatch.setattr(discs, "WORTH_POINTS", worth)
    dice = np.random.default_rng(3)
    middles = shapely.points(dice.uniform(0, 1000, (120, 2)))
    shapes = shapely.buffer(middles, dice.uniform(1, 120, 120))
    lines = shapely.linestrings(dice.uniform(0, 1000, (10, 2, 2)))
    shapes = np.concatenate([shapes, lines, middles[:20], [shapely.MultiPolygon(list(shapes[:3]))]])
    points = shapely.points(dice.uniform(-40, 1040, (4000, 2)))
    found = discs_on(points, shapes, radius_m, 10.0)
    drawn = shapely.STRtree(shapes).query(shapely.buffer(points, radius_m), predicate="intersects")
    edge_m = shapely.distance(points[drawn[0]], shapely.boundary(shapes[drawn[1]]))
    expected = set(zip(*drawn.tolist(), (edge_m > 10.0).tolist(), strict=True))
    told = zip(found.point.tolist(), found.area.tolist(), found.deep.tolist(), strict=True)
    assert set(told) == expected
    near, _ = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=10.0)
    np.testing.assert_array_equal(found.near, np.unique(near))
