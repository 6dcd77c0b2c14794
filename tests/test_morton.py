"""Points in an order in which neighbours follow one another."""

from __future__ import annotations

import numpy as np

from siteselect.morton import neighbours_together

BOX_M = (-1e4, -1e4, 1e4, 1e4)


def test_a_square_is_gone_through_quarter_by_quarter() -> None:
    """The order of Morton (1966): a Z in every square, and in every square of squares."""
    y_m, x_m = (side.ravel().astype(float) for side in np.mgrid[0:4, 0:4])
    order = neighbours_together(x_m, y_m, BOX_M)
    walked = [(int(x), int(y)) for x, y in zip(x_m[order], y_m[order], strict=True)]
    first = [(0, 0), (1, 0), (0, 1), (1, 1)]
    quarters = [(0, 0), (2, 0), (0, 2), (2, 2)]
    assert walked == [(east + x, north + y) for east, north in quarters for x, y in first]


def test_every_point_somewhere_is_there_once() -> None:
    x_m, y_m = np.random.default_rng(1).uniform(-2e4, 2e4, (2, 999))
    x_m[5], y_m[7], x_m[9] = np.nan, np.inf, -np.inf
    order = neighbours_together(x_m, y_m, BOX_M)
    assert sorted(order.tolist()) == [row for row in range(999) if row not in (5, 7, 9)]


def test_a_point_astray_leaves_the_order_of_the_others() -> None:
    x_m, y_m = np.random.default_rng(2).uniform(-9e3, 9e3, (2, 4000))
    steps_m = {}
    for far_m in (9e3, 1e12):
        x_m[0], y_m[0] = far_m, far_m
        order = neighbours_together(x_m, y_m, BOX_M)
        order = order[order != 0]
        steps_m[far_m] = np.hypot(np.diff(x_m[order]), np.diff(y_m[order])).mean()
    assert steps_m[1e12] < 1.1 * steps_m[9e3] < 1000


def test_no_points_or_none_anywhere_have_no_order() -> None:
    for nothing in (np.empty(0), np.full(3, np.nan)):
        assert neighbours_together(nothing, nothing, BOX_M).tolist() == []


def test_points_in_one_spot_or_all_outside_are_kept() -> None:
    for at_m in (np.full(4, 3.0), np.full(4, 1e6)):
        assert sorted(neighbours_together(at_m, at_m, BOX_M).tolist()) == [0, 1, 2, 3]
