"""The nearest line or shape: many points by a grid, few by a tree, the same to the last bit."""

from __future__ import annotations

import platform

import numpy as np
import pytest
import shapely

from siteselect import nearest_edge
from siteselect import nearest_line as subject
from siteselect.geo import nearest_straight
from siteselect.nearest_line import WORTH_POINTS, nearest_line, nearest_m, nearest_of_many

SIDE_M = 5000.0
DICE = np.random.default_rng(8)
PLACES = np.concatenate(
    [
        shapely.points(DICE.uniform(-0.3 * SIDE_M, 1.3 * SIDE_M, (WORTH_POINTS, 2))),
        np.array([None, shapely.Point()], dtype=object),
    ]
)


def crooked(count: int, step_m: float) -> np.ndarray:
    start = DICE.uniform(0, SIDE_M, (count, 1, 2))
    return shapely.linestrings(start + DICE.normal(0, step_m, (count, 6, 2)).cumsum(axis=1))


def hub() -> np.ndarray:
    """Forty streets that end in one square: more than share a place on the grid."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    far = 2500 + 300 * np.column_stack([np.cos(angle), np.sin(angle)])
    middle = np.full_like(far, 2500.0)
    return shapely.linestrings(np.stack([middle, far], axis=1))


LINES = {
    "streets": crooked(400, 40.0),
    "long lines": crooked(30, 1500.0),
    "one line": crooked(1, 10.0),
    "along an axis": shapely.linestrings([[[0, 10], [4000, 10]], [[7, 0], [7, 4000]]]),
    "one spot": shapely.linestrings([[[5, 5], [5, 5]]]),
    "same line twice": np.repeat(crooked(20, 50.0), 2),
    "hub": hub(),
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("limit_m", [0.0, 60.0, 900.0, 1e5])
def test_the_grid_finds_the_lines_of_the_tree(name: str, limit_m: float) -> None:
    lines = LINES[name]
    ends = shapely.get_point(lines, 0)
    beside = shapely.points(np.column_stack([np.full(60, 2500.0), 2500.0 + np.arange(60) * 1e-9]))
    points = np.concatenate([PLACES, ends, beside])
    tree = shapely.STRtree(lines)
    found = nearest_line(tree, lines, points, limit_m)
    few = [
        nearest_line(tree, lines, points[first : first + 5000], limit_m)
        for first in range(0, len(points), 5000)
    ]
    for many, parts in zip(found, zip(*few, strict=True), strict=True):
        np.testing.assert_array_equal(many, np.concatenate(parts))
    assert (found.line[len(PLACES) : len(PLACES) + len(ends)] >= 0).all()


def test_a_line_is_remembered_only_as_long_as_its_tree() -> None:
    lines = crooked(50, 30.0)
    tree = shapely.STRtree(lines)
    nearest_line(tree, lines, PLACES, 100.0)
    assert tree in subject._grids
    before = len(subject._grids)
    del tree
    assert len(subject._grids) == before - 1


def blots(count: int) -> np.ndarray:
    middle = shapely.points(DICE.uniform(0, SIDE_M, (count, 2)))
    return np.asarray(shapely.buffer(middle, DICE.uniform(5, 300, count)), dtype=object)


def shapes_of(name: str) -> np.ndarray:
    with_holes = shapely.difference(blots(40), shapely.buffer(blots(40), -20))
    kinds = {
        "points": shapely.points(DICE.uniform(0, SIDE_M, (50, 2))),
        "areas": blots(200),
        "areas with holes and parts": with_holes[~shapely.is_empty(with_holes)],
        "all kinds": np.concatenate([blots(20), crooked(20, 100.0), hub()[:3]]),
        "lines of parts": np.array([shapely.MultiLineString(list(crooked(9, 50.0)))], dtype=object),
        "an empty one among them": np.append(blots(20), [shapely.Polygon()]),
        "many corners in one spot": shapely.points(np.full((40, 2), 700.0)),
    }
    return kinds[name]


@pytest.mark.parametrize(
    "name",
    [
        "points",
        "areas",
        "areas with holes and parts",
        "all kinds",
        "lines of parts",
        "an empty one among them",
        "many corners in one spot",
    ],
)
def test_the_distance_is_that_of_geos_to_the_last_bit(name: str) -> None:
    shapes = shapes_of(name)
    found_m = nearest_m(PLACES, shapes)
    for row in [*range(0, WORTH_POINTS, 400), WORTH_POINTS, WORTH_POINTS + 1]:
        expected_m = np.nanmin(shapely.distance(PLACES[row], shapes), initial=np.inf)
        assert found_m[row] == expected_m


def test_nothing_is_infinitely_far() -> None:
    assert np.isinf(nearest_m(PLACES, np.empty(0, dtype=object))).all()
    line, apart_m, _ = nearest_line(shapely.STRtree([]), np.empty(0, dtype=object), PLACES, 100.0)
    assert (line == -1).all()
    assert np.isnan(apart_m).all()


def test_geos_measures_as_the_grid_does_here() -> None:
    """Where this fails the tree does all the work: right, but slow."""
    if platform.machine() not in {"x86_64", "AMD64"}:
        pytest.skip("GEOS may round otherwise on a processor that multiplies and adds in one step")
    assert nearest_edge.measures_as_geos()


def test_where_geos_measures_otherwise_the_tree_answers_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines, areas = LINES["streets"], blots(80)
    tree = shapely.STRtree(lines)
    by_grid = nearest_line(tree, lines, PLACES, 900.0), nearest_m(PLACES, areas)
    monkeypatch.setattr(nearest_edge, "measures_as_geos", lambda: False)
    assert nearest_of_many(PLACES, areas) is None
    by_tree = nearest_line(tree, lines, PLACES, 900.0), nearest_m(PLACES, areas)
    for one, other in zip((*by_grid[0], by_grid[1]), (*by_tree[0], by_tree[1]), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "name", ["points", "areas", "areas with holes and parts", "all kinds", "lines of parts"]
)
def test_the_nearest_shape_is_the_first_of_several_as_near(name: str) -> None:
    """Every shape is there twice, and areas lie over areas, so that many are as near."""
    shapes = np.tile(shapes_of(name), 2)
    on = shapely.point_on_surface(shapes)
    points = np.concatenate([PLACES, on])
    index, apart_m = nearest_straight(points, shapes)
    few = [nearest_straight(points[at : at + 5000], shapes) for at in range(0, len(points), 5000)]
    np.testing.assert_array_equal(index, np.concatenate([each[0] for each in few]))
    np.testing.assert_array_equal(apart_m, np.concatenate([each[1] for each in few]))
    assert (apart_m[len(PLACES) :] < 1e-9).all()


def test_an_edge_of_an_earlier_shape_is_met_before_an_area_round_it() -> None:
    box, road = shapely.box(0, 0, 10, 10), shapely.LineString([(2, 2), (8, 8)])
    points = np.concatenate([shapely.points([[5, 5], [5, 6], [0, 3], [10, 10]]), PLACES])
    for shapes, first in (([road, box], [0, 1, 1, 1]), ([box, road], [0, 0, 0, 0])):
        found = nearest_of_many(points, np.array(shapes, dtype=object))
        assert found is not None
        assert found[0][:4].tolist() == first
        assert found[1][:4].tolist() == [0.0] * 4


def test_points_that_are_no_points_are_asked_of_the_tree() -> None:
    areas = np.repeat(shapely.box(0, 0, 10, 10), WORTH_POINTS)
    index, apart_m = nearest_straight(areas, shapely.points([[12.0, 5.0], [5.0, 5.0]]))
    assert set(index.tolist()) == {1}
    assert set(apart_m.tolist()) == {0.0}


@pytest.mark.parametrize("name", ["streets", "long lines", "hub", "one line"])
def test_no_result_depends_on_the_other_points(name: str) -> None:
    """The same places among others, in another order, and with one very far astray."""
    lines = LINES[name]
    tree = shapely.STRtree(lines)
    order = np.random.default_rng(2).permutation(len(PLACES))
    astray = shapely.points([[1e9, -1e9], [3e6, 2500.0]])
    crowd = shapely.points(np.random.default_rng(3).normal(2500, 3, (500, 2)))
    other = np.concatenate([astray, PLACES[order], crowd])
    for one, mixed in zip(
        nearest_line(tree, lines, PLACES, 1e5), nearest_line(tree, lines, other, 1e5), strict=True
    ):
        np.testing.assert_array_equal(one[order], mixed[2 : 2 + len(order)])


def test_points_far_from_all_edges_find_them() -> None:
    far = shapely.points(np.random.default_rng(5).uniform(1e6, 1.2e6, (WORTH_POINTS, 2)))
    lines = LINES["streets"]
    line, apart_m, _ = nearest_line(shapely.STRtree(lines), lines, far, np.inf)
    for row in range(0, WORTH_POINTS, 500):
        all_m = shapely.distance(far[row], lines)
        assert (line[row], apart_m[row]) == (all_m.argmin(), all_m.min())
