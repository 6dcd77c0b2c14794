"""The nearest of many edges, against measuring all of them with GEOS."""

from __future__ import annotations

import platform

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect.edge_grid import lay_edges
from siteselect.nearest_edge import TOGETHER, along_lines, nearest_edges

pytestmark = pytest.mark.skipif(
    platform.machine() not in {"x86_64", "AMD64"},
    reason="GEOS may round otherwise on a processor that multiplies and adds in one step",
)
spot = st.tuples(st.integers(-9, 9), st.integers(-9, 9))
edges = st.lists(st.tuples(spot, spot), min_size=1, max_size=200)


@settings(deadline=None, max_examples=60)
@given(
    edges,
    st.lists(spot, min_size=1, max_size=3 * TOGETHER),
    st.sampled_from([1.0, 0.1, 1e3 / 7, 1e-4]),
    st.sampled_from([0.0, 482_913.7]),
    st.sampled_from([0.0, 2.0, 1e9]),
)
def test_edges_on_a_net_give_the_first_of_the_nearest(ends, spots, scale, shift, limit_m):
    """Whole numbers: many edges as near, in one spot, on one line, of no length, ends on ends."""
    ends_m = np.array(ends, dtype=float) * scale + shift
    xy = np.array(spots, dtype=float) * scale + shift
    grid = lay_edges(ends_m, np.arange(len(ends_m)))
    edge, apart_m = nearest_edges(grid, *np.ascontiguousarray(xy.T), limit_m)
    table_m = shapely.distance(shapely.points(xy)[:, None], shapely.linestrings(ends_m)[None, :])
    near = table_m.min(axis=1) <= limit_m
    assert edge.tolist() == np.where(near, table_m.argmin(axis=1), -1).tolist()
    assert apart_m.tolist() == np.where(near, table_m.min(axis=1), np.inf).tolist()


@settings(deadline=None, max_examples=60)
@given(
    st.lists(spot, min_size=2, max_size=30),
    st.lists(spot, min_size=1, max_size=30),
    st.sampled_from([1.0, 0.1, 1e3 / 7]),
)
def test_the_place_along_a_line_is_that_of_geos(corners, spots, scale):
    corners_m, xy = np.array(corners, dtype=float) * scale, np.array(spots, dtype=float) * scale
    ends_m = np.stack([corners_m[:-1], corners_m[1:]], axis=1)
    grid = lay_edges(ends_m, np.zeros(len(ends_m), dtype=np.int64))
    x_m, y_m = np.ascontiguousarray(xy.T)
    along_m = along_lines(grid, nearest_edges(grid, x_m, y_m).edge, x_m, y_m)
    line = shapely.LineString(corners_m)
    assert along_m.tolist() == shapely.line_locate_point(line, shapely.points(xy)).tolist()


def test_crowds_of_edges_and_of_points_in_one_spot_are_told_apart():
    """More edges as near than neighbours share: a quarter of the points looks, then each alone."""
    dice = np.random.default_rng(6)
    ends_m = np.concatenate([np.zeros((300, 2, 2)), dice.uniform(-50, 50, (300, 2, 2))])
    xy = np.concatenate([dice.normal(0, 1e-7, (100, 2)), dice.uniform(-50, 50, (100, 2))])
    grid = lay_edges(ends_m, np.arange(600))
    edge, apart_m = nearest_edges(grid, *np.ascontiguousarray(xy.T))
    table_m = shapely.distance(shapely.points(xy)[:, None], shapely.linestrings(ends_m)[None, :])
    assert edge.tolist() == table_m.argmin(axis=1).tolist()
    assert apart_m.tolist() == table_m.min(axis=1).tolist()
