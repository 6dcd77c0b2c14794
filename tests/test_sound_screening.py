"""Walls and buildings in the way: the standard's limits, geometry by hand, and monotonicity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from siteselect.errors import InputError
from siteselect.sound.bands import WAVELENGTH_M, a_weighted
from siteselect.sound.detours import Detour, over_top, round_side
from siteselect.sound.obstacles import CONTACT_M, Screen, screened_db
from siteselect.sound.screening import (
    MULTIPLE_LIMIT_DB,
    SINGLE_LIMIT_DB,
    diffraction_db,
    wall_db,
)

SOURCE = np.array([[0.0, 0.0, 1.5]])
RECEIVER = np.array([[60.0, 0.0, 4.0]])
NO_GROUND = np.zeros((1, 8))
tops = st.floats(0.5, 40)
coordinates = st.floats(-40, 100).map(lambda value: round(value, 2))


def box_of(x0: float, y0: float, x1: float, y1: float, top: float) -> Screen:
    corners = [[x0, y0, top], [x1, y0, top], [x1, y1, top], [x0, y1, top]]
    return Screen("building", np.array(corners), building=True)


def fence(x0: float, y0: float, x1: float, y1: float, top: float) -> Screen:
    return Screen("wall", np.array([[x0, y0, top], [x1, y1, top]]), building=False)


def taken(screens: list[Screen], ground: np.ndarray = NO_GROUND) -> np.ndarray:
    return screened_db(SOURCE, RECEIVER, screens, ground)[0]


def legs(first: float, last: float, between: float, excess: float) -> Detour:
    values = (first, last, between, first + last + between - excess, excess)
    return Detour(*(np.array([value]) for value in values))


def test_grazing_edge_takes_five_decibels() -> None:
    assert diffraction_db(legs(10, 50, 0, 0.0), top=True)[0] == pytest.approx(
        np.full(8, 10 * np.log10(3))
    )


def test_edge_far_below_the_sight_line_takes_nothing() -> None:
    found = diffraction_db(legs(10, 50, 0, -0.6), top=True)[0]
    # Dz ends where z falls below -2 lambda / C2.
    assert np.all(found[WAVELENGTH_M * 2 / 20 <= 0.6] == 0.0)
    assert np.all(found == 0.0)
    assert diffraction_db(legs(10, 50, 0, -0.1), top=True)[0, 0] > 0


def test_limits_over_the_top_only() -> None:
    single, several = legs(20, 20, 0, 9.0), legs(20, 20, 10, 9.0)
    assert diffraction_db(single, top=True).max() == SINGLE_LIMIT_DB
    assert diffraction_db(several, top=True).max() == MULTIPLE_LIMIT_DB
    assert diffraction_db(single, top=False).max() > MULTIPLE_LIMIT_DB


def test_top_path_over_one_and_over_two_edges_by_hand() -> None:
    at, top = np.array([[20.0, np.nan], [20.0, 30.0]]), np.array([[10.0, np.nan], [10.0, 10.0]])
    found = over_top(at, top, np.full(2, 50.0), np.zeros(2), np.zeros(2))
    assert found.first_leg_m == pytest.approx([np.hypot(20, 10)] * 2)
    assert found.last_leg_m == pytest.approx([np.hypot(30, 10), np.hypot(20, 10)])
    assert found.between_m == pytest.approx([0.0, 10.0])
    assert found.excess_m == pytest.approx(
        [np.hypot(20, 10) + np.hypot(30, 10) - 50, 2 * np.hypot(20, 10) - 40]
    )


def test_a_clear_path_is_measured_to_its_nearest_edge() -> None:
    found = over_top(
        np.array([[20.0, 30.0]]),
        np.array([[-5.0, -1.0]]),
        np.array([50.0]),
        np.zeros(1),
        np.zeros(1),
    )
    assert found.excess_m == pytest.approx([50 - np.hypot(30, 1) - np.hypot(20, 1)])
    assert found.between_m == [0.0]


def test_side_path_round_a_box_by_hand() -> None:
    along, aside = np.array([[20.0, 30.0, 30.0, 20.0]]), np.array([[-4.0, -4.0, 6.0, 6.0]])
    left = round_side(along, aside, np.array([50.0]), np.zeros(1))
    right = round_side(along, -aside, np.array([50.0]), np.zeros(1))
    assert left.excess_m == pytest.approx([2 * np.hypot(20, 6) + 10 - 50])
    assert right.excess_m == pytest.approx([2 * np.hypot(20, 4) + 10 - 50])
    assert left.between_m == pytest.approx([10.0])


def test_a_wall_that_reaches_behind_the_source_is_gone_round_behind_it() -> None:
    along, aside = np.array([[5.0, 5.0, -8.0]]), np.array([[-3.0, 6.0, 6.0]])
    left = round_side(along, aside, np.array([50.0]), np.zeros(1))
    # The end behind the source encloses it no more than half: straight round the far corner.
    assert left.excess_m == pytest.approx([np.hypot(8, 6) + 13 + np.hypot(45, 6) - 50])


def test_an_enclosed_source_gets_the_shortest_conceivable_side() -> None:
    """A wall on three sides and more: at least out to its farthest corner and on."""
    yard = np.array([[-5.0, -1.0], [-5.0, -5.0], [5.0, -5.0], [5.0, 5.0], [-5.0, 5.0], [-5.0, 1.0]])
    side = round_side(yard[np.newaxis, :, 0], yard[np.newaxis, :, 1], np.array([50.0]), np.zeros(1))
    # Both corners lie equally far aside, so the path must pass both.
    assert side.excess_m == pytest.approx([np.hypot(5, 5) + 10 + np.hypot(45, 5) - 50])


def test_the_wall_a_receiver_hangs_on_does_not_screen_it() -> None:
    for slip in (0.0, CONTACT_M / 2):
        assert np.all(taken([box_of(60.0 - slip, -6.0, 72.0, 6.0, 9.0)]) == 0.0)
        assert np.all(taken([box_of(-12.0, -6.0, slip, 6.0, 9.0)]) == 0.0)
    before = box_of(60.0 - 3 * CONTACT_M, -6.0, 72.0, 6.0, 9.0)
    assert np.all(taken([before]) > 0.0)


def test_a_screen_beside_the_path_takes_nothing() -> None:
    assert np.all(taken([fence(20, 1, 20, 30, 8.0), box_of(70, -5, 80, 5, 20.0)]) == 0.0)
    assert np.all(taken([]) == 0.0)


def test_a_post_screens_only_waves_shorter_than_it_is_wide() -> None:
    found = taken([box_of(29.5, -0.6, 30.5, 0.6, 30.0)])
    assert np.all(found[WAVELENGTH_M >= 1.2] == 0.0)
    assert np.all(found[WAVELENGTH_M < 0.5] > 0.0)
    # And beside a real screen it adds nothing to the long waves either.
    house = box_of(20, -12, 28, 12, 6.0)
    both = taken([house, box_of(29.5, -0.6, 30.5, 0.6, 30.0)])
    assert both[WAVELENGTH_M >= 1.2] == pytest.approx(taken([house])[WAVELENGTH_M >= 1.2])


def test_a_wall_too_long_to_go_round_is_the_wall_of_the_formula() -> None:
    found = taken([fence(2.0, -5000.0, 2.0, 5000.0, 3.0)])
    assert found == pytest.approx(wall_db(3.0, 2.0, 1.5, 4.0, 60.0, NO_GROUND)[0], abs=0.01)


def test_a_wall_beyond_the_receiver_screens_nothing() -> None:
    assert np.all(wall_db(5.0, [0.0, 60.0, 80.0], 1.5, 4.0, 60.0, np.zeros((3, 8))) == 0.0)


def test_a_sloping_wall_counts_where_the_path_crosses_it() -> None:
    outline = np.array([[30.0, -400.0, 0.0], [30.0, 400.0, 12.0]])
    sloping = taken([Screen("wall", outline, building=False)])
    assert sloping == pytest.approx(taken([fence(30, -400, 30, 400, 6.0)]), abs=1e-9)


@given(tops, st.floats(0, 20), st.floats(3, 50), st.floats(1, 60), st.floats(-3, 8))
def test_a_taller_wall_is_never_louder(top, more, at, half, ground) -> None:
    attenuated = np.full((1, 8), ground)
    low = taken([fence(at, -half, at, half, top)], attenuated)
    high = taken([fence(at, -half, at, half, top + more)], attenuated)
    assert np.all(low >= 0)
    assert np.all(high >= low - 1e-9)


@given(
    tops, st.floats(0, 20), st.floats(2, 30), st.floats(0.5, 25), st.floats(1, 30), st.floats(1, 30)
)
def test_a_taller_building_is_never_louder(top, more, at, depth, left, right) -> None:
    low, high = (taken([box_of(at, -right, at + depth, left, z)]) for z in (top, top + more))
    assert np.all(low >= 0)
    assert np.all(high >= low - 1e-9)


@given(tops, st.floats(0, 40), st.floats(3, 50), st.floats(1, 60))
def test_a_longer_wall_is_never_louder(top, more, at, half) -> None:
    short = taken([fence(at, -half, at, half, top)])
    assert np.all(taken([fence(at, -half - more, at, half + more, top)]) >= short - 1e-9)


@given(
    st.lists(st.tuples(st.floats(3, 55), st.floats(1, 60), tops), min_size=2, max_size=4),
    st.floats(0, 30),
)
def test_raising_one_of_several_walls_is_never_louder(walls, more) -> None:
    """With the standard's double edges it would be, by up to 5 dB, where one hides another."""
    low = [fence(at, -half, at, half, top) for at, half, top in walls]
    at, half, top = walls[0]
    high = [fence(at, -half, at, half, top + more), *low[1:]]
    assert np.all(taken(high) >= taken(low) - 1e-9)


def test_of_several_walls_the_most_effective_counts() -> None:
    walls = [fence(at, -9e3, at, 9e3, top) for at, top in ((3.0, 4.0), (30.0, 9.0), (50.0, 5.0))]
    alone = [taken([wall]) for wall in walls]
    assert taken(walls) == pytest.approx(np.max(alone, axis=0), abs=0.001)


boxes = st.tuples(coordinates, coordinates, st.floats(1, 30), st.floats(1, 30), tops).map(
    lambda b: box_of(b[0], b[1], b[0] + b[2], b[1] + b[3], b[4])
)
fences = (
    st.tuples(coordinates, coordinates, coordinates, coordinates, tops)
    .filter(lambda w: w[:2] != w[2:4])
    .map(lambda w: fence(*w))
)
points = st.tuples(coordinates, coordinates, st.floats(0.5, 20))


@given(
    st.lists(boxes | fences, max_size=5),
    st.lists(st.tuples(points, points), min_size=1, max_size=5),
    st.floats(-6, 15),
)
def test_whatever_stands_about_never_adds_sound_and_never_depends_on_company(
    screens, ends, ground
) -> None:
    start, end = (np.array([pair[place] for pair in ends]) for place in (0, 1))
    attenuated = np.full((len(ends), 8), ground)
    found = screened_db(start, end, screens, attenuated)
    assert np.isfinite(found).all()
    assert np.all(found >= 0)
    alone = [
        screened_db(start[[row]], end[[row]], screens, attenuated[[row]])[0]
        for row in range(len(ends))
    ]
    assert found == pytest.approx(np.array(alone), abs=1e-9)


@given(st.lists(boxes | fences, min_size=1, max_size=4), points, points)
def test_sound_goes_both_ways_alike(screens, one, other) -> None:
    assume(np.hypot(one[0] - other[0], one[1] - other[1]) > 1)
    there, back = (
        screened_db(np.array([a]), np.array([b]), screens, NO_GROUND)
        for a, b in ((one, other), (other, one))
    )
    assert there == pytest.approx(back, abs=1e-6)


def test_every_outline_that_is_none_is_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        taken(
            [
                Screen("flat", np.zeros((4, 2)), building=True),
                Screen("two corners", np.zeros((2, 3)), building=True),
                Screen("unknown top", np.array([[0, 0, np.nan], [1, 1, 2.0]]), building=False),
                Screen("nothing", np.zeros(0), building=False),
            ]
        )
    assert [fault.file for fault in caught.value.faults] == [
        "flat",
        "two corners",
        "unknown top",
        "nothing",
    ]


def test_the_level_behind_a_wall_is_lower_by_what_it_takes() -> None:
    bare = np.array([80.0, 89, 80, 77, 79, 75, 68, 67])
    walls = wall_db([0.0, 2.0, 3.0, 4.0], 2.0, 1.5, 4.0, 50.0, np.zeros((4, 8)))
    levels = a_weighted(bare - walls)
    assert np.all(np.diff(levels) < 0)
