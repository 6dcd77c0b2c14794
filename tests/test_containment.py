"""Points in areas: the same pairs as GEOS finds one by one, on edges and corners too."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect import containment
from siteselect.containment import WORTH_POINTS, containing, lay, look

Corners = list[tuple[int, int]]
corner = st.tuples(st.integers(-6, 6), st.integers(-6, 6))
outline = st.lists(corner, min_size=3, max_size=9)
SCALES = st.sampled_from([1.0, 0.1, 1e-9, 1e9, 1e-40, 1e170])


def area(shells: list[Corners], holes: list[Corners]) -> shapely.Geometry:
    """Make a valid area of any outlines: it may touch itself, have holes, lines and many parts."""
    solid = shapely.union_all([shapely.make_valid(shapely.Polygon(shell)) for shell in shells])
    gone = shapely.union_all([shapely.make_valid(shapely.Polygon(hole)) for hole in holes])
    return shapely.difference(solid, gone)


areas = st.builds(
    area, st.lists(outline, min_size=1, max_size=3), st.lists(outline, min_size=0, max_size=2)
)


def expected(points: object, shapes: object) -> set[tuple[int, int]]:
    found = shapely.STRtree(shapes).query(points, predicate="intersects")
    return set(zip(*found.tolist(), strict=True))


def found_on(raster: containment.Raster, points: object) -> set[tuple[int, int]]:
    point, shape = containing(points, raster.shapes, raster)
    pairs = list(zip(point.tolist(), shape.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    return set(pairs)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(areas, min_size=1, max_size=4),
    SCALES,
    st.floats(-1e6, 1e6),
    st.integers(1, 5000),
    st.randoms(use_true_random=False),
)
def test_the_pairs_of_whole_and_odd_numbers_are_those_of_geos(shapes, scale, shift, cells, dice):
    """Corners on the grid, points on corners, edges, cell borders and a hair beside them."""
    at = np.arange(-7, 7.25, 0.25)
    xy = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    beside = np.nextafter(xy, np.array([dice.choice([-np.inf, np.inf]) for _ in range(2)]))
    # beside 0 the next number is 5e-324, at which GEOS itself gives two answers
    beside = np.where(xy == 0, 0.0, beside)
    move = shift if 1e-3 < scale < 1e3 else 0.0
    moved = np.array([shapely.transform(each, lambda c: c * scale + move) for each in shapes])
    points = shapely.points(np.concatenate([xy, beside]) * scale + move)
    assert found_on(lay(moved, cells=cells), points) == expected(points, moved)


@settings(deadline=None, max_examples=40)
@given(st.lists(outline, min_size=1, max_size=4), st.integers(1, 2000))
def test_invalid_areas_are_answered_as_geos_answers_them(shells, cells):
    shapes = np.array([shapely.Polygon(shell) for shell in shells], dtype=object)
    at = np.arange(-7, 7.5, 0.5)
    points = shapely.points(np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2))
    assert found_on(lay(shapes, cells=cells), points) == expected(points, shapes)


@settings(deadline=None, max_examples=40)
@given(st.lists(areas, min_size=1, max_size=4), st.floats(0, 3), st.integers(1, 3000))
def test_deep_is_inside_and_far_from_the_edge_and_no_near_pair_is_lost(shapes, margin_m, cells):
    at = np.arange(-11, 11, 0.37)
    points = shapely.points(np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2))
    raster = lay(np.array(shapes, dtype=object), margin_m, cells)
    near = look(raster, shapely.get_x(points), shapely.get_y(points))
    inside, edge_m = (
        measure(points[near.point], of(raster.shapes[near.area]))
        for measure, of in ((shapely.intersects, np.asarray), (shapely.distance, shapely.boundary))
    )
    assert (inside & (edge_m > margin_m))[near.deep].all()
    tree = shapely.STRtree(raster.shapes)
    close = tree.query(points, predicate="dwithin", distance=margin_m)
    told = set(zip(near.point.tolist(), near.area.tolist(), strict=True))
    others = set(raster.others.tolist())
    lost = set(zip(*close.tolist(), strict=True)) - told
    assert {shape for _, shape in lost} <= others


def test_many_points_take_the_raster_and_few_the_tree_with_the_same_pairs(monkeypatch):
    dice = np.random.default_rng(4)
    centres = shapely.points(dice.uniform(0, 1000, (200, 2)))
    shapes = shapely.buffer(centres, dice.uniform(1, 90, 200), quad_segs=9)
    points = shapely.points(dice.uniform(-20, 1020, (WORTH_POINTS, 2)))
    monkeypatch.setattr(containment, "lay", _counted_calls(laid := []))
    point, shape = containing(points, shapes)
    assert len(laid) == 1
    assert set(zip(point.tolist(), shape.tolist(), strict=True)) == expected(points, shapes)
    containing(points[:-1], shapes)
    assert len(laid) == 1


def _counted_calls(calls):
    def counted(*given, **named):
        calls.append(given)
        return lay(*given, **named)

    return counted


def test_most_points_need_no_exact_test():
    raster = lay(shapely.buffer(shapely.points([[0, 0], [50, 20]]), 100.0), cells=10_000)
    points = np.random.default_rng(1).uniform(-60, 60, (1000, 2))
    assert look(raster, *points.T).deep.mean() > 0.9


def test_missing_and_empty_points_and_points_at_infinity_lie_nowhere():
    raster = lay(np.array([shapely.box(0, 0, 2, 2)]))
    where = [None, shapely.Point(), shapely.Point(1, 1), shapely.Point(np.inf, 1)]
    assert found_on(raster, np.array(where, dtype=object)) == {(2, 0)}


@pytest.mark.parametrize(
    "shape",
    [
        None,
        shapely.Polygon(),
        shapely.Point(1, 1),
        shapely.LineString([(0, 0), (2, 2)]),
        shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.Point(1, 1)]),
        shapely.box(-1e200, -1e200, 1e200, 1e200),
    ],
)
def test_what_is_no_plain_area_is_answered_too(shape):
    shapes = np.array([shape, shapely.box(0, 0, 2, 2)], dtype=object)
    points = shapely.points([[1, 1], [0, 0], [2, 1], [3, 3]])
    assert found_on(lay(shapes), points) == expected(points, shapes)


def test_no_shapes_and_no_points_give_no_pairs():
    nothing = np.empty(0, dtype=object)
    some = shapely.points(np.zeros((WORTH_POINTS, 2)))
    for points, shapes in ((some, nothing), (nothing, np.array([shapely.box(0, 0, 1, 1)]))):
        assert [len(each) for each in containing(points, shapes)] == [0, 0]
    assert found_on(lay(nothing), some) == set()


def test_one_flat_valley_of_a_thousand_kilometres_stays_in_bounds():
    raster = lay(np.array([shapely.box(0, 0, 1e6, 1e-3), shapely.box(5, 0, 6, 1e-3)]))
    assert raster.columns * raster.rows <= 2 * containment.MOST_CELLS
    points = shapely.points([[5.5, 5e-4], [7.0, 1e-3], [1e6, 0.0], [5.0, 2e-3]])
    assert found_on(raster, points) == {(0, 0), (0, 1), (1, 0), (2, 0)}


@pytest.mark.parametrize("margin_m", [-1.0, float("nan"), float("inf")])
def test_a_margin_that_is_no_distance_is_refused(margin_m):
    with pytest.raises(ValueError, match="margin_m"):
        lay(np.array([shapely.box(0, 0, 1, 1)]), margin_m)
