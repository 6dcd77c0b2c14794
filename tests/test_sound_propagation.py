"""Propagation over open ground: golden levels, limit cases, properties and hostile input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.errors import InputError
from siteselect.sound.atmosphere import Air
from siteselect.sound.bands import A_WEIGHTING_DB, a_weighted, energy_sum, linear, scaled_to
from siteselect.sound.ground import by_segments, uniform
from siteselect.sound.plant import spectra
from siteselect.sound.propagation import (
    EDITION,
    attenuation,
    combined_uncertainty_db,
    flat_paths,
    is_point,
    levels_dba,
    levels_octaves,
    method_uncertainty_db,
    weather_correction_db,
)
from siteselect.sound.screening import wall_db

CS80 = spectra()["condenser"].octaves_db
FAR_M = np.array([10.0, 25.0, 50.0, 100.0, 200.0, 400.0])
GOLDEN = {
    0.0: (54.46, 46.62, 40.48, 34.21, 28.27, 22.72),
    0.5: (52.79, 44.76, 38.42, 31.93, 25.55, 19.17),
    1.0: (51.14, 42.96, 36.48, 29.87, 23.12, 16.00),
}
spectrum = st.lists(st.floats(20, 120), min_size=8, max_size=8).map(np.array)
heights = st.floats(0.3, 20)
distances = st.floats(1, 3000)
shares = st.floats(0, 1)


@pytest.mark.parametrize("share", GOLDEN)
def test_golden_condenser(share) -> None:
    """No outside authority: recomputed by independent code when the reference was written."""
    assert levels_dba(CS80, 1.5, 4.0, FAR_M, share) == pytest.approx(GOLDEN[share], abs=0.006)


def test_golden_condenser_by_octave() -> None:
    lost = attenuation(flat_paths(1.5, 4.0, 50.0), uniform(0.5), Air())
    assert lost.divergence_db == pytest.approx([44.990], abs=0.0006)
    ground = [-3.00, -0.42, 1.36, 0.07, -1.29, -1.5, -1.5, -1.5]
    assert lost.ground_db == pytest.approx(ground, abs=0.006)
    levels = [38.00, 44.41, 33.59, 31.84, 35.12, 31.03, 22.87, 17.66]
    assert levels_octaves(CS80, 1.5, 4.0, 50.0, 0.5) == pytest.approx(levels, abs=0.006)


def test_golden_condenser_behind_a_wall() -> None:
    lost = attenuation(flat_paths(1.5, 4.0, 50.0), uniform(0.0), Air())
    wall = wall_db(3.0, 2.0, 1.5, 4.0, 50.0, lost.ground_db)
    assert a_weighted(CS80 - lost.total_db) == pytest.approx(40.48, abs=0.006)
    assert a_weighted(CS80 - lost.total_db - wall) == pytest.approx([27.84], abs=0.006)


def test_the_edition_is_pinned() -> None:
    assert EDITION == "ISO 9613-2:1996"


@pytest.mark.parametrize("ground", [0.0, 0.5, 1.0])
def test_default_air_is_the_loudest_of_four_for_a_condenser(ground) -> None:
    for distance in (100.0, 300.0, 600.0):
        usual, *others = (
            levels_dba(CS80, 1.5, 4.0, distance, ground, celsius, share)
            for celsius, share in ((10, 0.7), (20, 0.7), (15, 0.5), (0, 0.7))
        )
        assert all(0 < usual - other < 0.9 for other in others)


def test_weather_correction_for_the_long_term() -> None:
    # ISO 9613-2, equations 21 and 22, by hand: C0 2 dB, heights 1.5 and 4 m.
    found = weather_correction_db(1.5, 4.0, [50.0, 55.0, 100.0, 200.0], constant_db=2.0)
    assert found == pytest.approx([0.0, 0.0, 0.900, 1.450], abs=1e-9)
    assert np.all(weather_correction_db(1.5, 4.0, FAR_M) == 0.0)
    assert np.isnan(weather_correction_db(1.5, 4.0, np.nan, constant_db=2.0))


def test_uncertainty_is_stated_as_far_as_the_standard_goes() -> None:
    found = method_uncertainty_db([10.0, 1000.0, 1000.1, np.nan])
    assert found == pytest.approx([3.0, 3.0, np.nan, np.nan], nan_ok=True)
    assert combined_uncertainty_db(3.0, 4.0) == pytest.approx(5.0)


def test_a_point_only_beyond_twice_its_size() -> None:
    assert is_point([5.9, 6.0, 6.1], 3.0).tolist() == [False, False, True]


def test_nearer_than_a_metre_counts_as_a_metre() -> None:
    near, one = levels_octaves(CS80, 1.5, 1.5, [0.0, 1.0], 0.0)
    assert near == pytest.approx(one)


def test_a_weighting_and_its_inverse() -> None:
    assert a_weighted(-A_WEIGHTING_DB) == pytest.approx(10 * np.log10(8))
    assert linear(CS80 + A_WEIGHTING_DB) == pytest.approx(CS80)
    assert a_weighted(scaled_to(CS80, [60.0, 90.0])) == pytest.approx([60.0, 90.0])


def test_silence_adds_nothing_and_the_unknown_stays_unknown() -> None:
    assert energy_sum([50.0, -np.inf]) == pytest.approx(50.0)
    assert energy_sum([-np.inf, -np.inf]) == -np.inf
    assert np.isnan(energy_sum([50.0, np.nan]))


@given(spectrum, heights, heights, distances, shares)
def test_twice_the_energy_is_three_decibels(source, high, low, distance, share) -> None:
    once = levels_dba(source, high, low, distance, share)
    twice = levels_dba(source + 10 * np.log10(2), high, low, distance, share)
    assert twice - once == pytest.approx(3.0103, abs=1e-4)


@given(spectrum, heights, heights, distances, st.floats(1, 100))
def test_over_hard_ground_farther_is_quieter_beyond_the_near_field(
    source, high, low, near, more
) -> None:
    """The middle region adds up to 3 dB as it opens, never as much as the distance takes."""
    first, second = levels_dba(source, high, low, [near, near + more], 0.0)
    assert second < first or near + more <= 1.0


@given(heights, heights, distances)
def test_condenser_is_quieter_the_softer_the_ground(high, low, distance) -> None:
    hard, mixed, soft = (
        levels_octaves(CS80, high, low, distance, share) for share in (0.0, 0.5, 1.0)
    )
    # Every term of the ground is linear in the porous share, so the mean lies in the middle.
    assert mixed == pytest.approx((hard + soft) / 2)
    assert np.all(hard >= soft - 1e-9)
    assert a_weighted(hard) >= a_weighted(mixed) >= a_weighted(soft)


@given(spectrum, st.lists(st.floats(0, 40), min_size=8, max_size=8).map(np.array), distances)
def test_a_quieter_source_is_never_louder(source, less, distance) -> None:
    loud = levels_dba(source, 1.5, 4.0, distance, 0.5)
    assert levels_dba(source - less, 1.5, 4.0, distance, 0.5) <= loud + 1e-9


@given(spectrum, st.lists(st.tuples(heights, heights, distances, shares), min_size=1, max_size=9))
def test_many_at_once_equal_one_by_one(source, paths) -> None:
    together = levels_octaves(source, *np.array(paths).T)
    alone = np.stack([levels_octaves(source, *path) for path in paths])
    assert together.shape == (len(paths), 8)
    assert together == pytest.approx(alone, abs=1e-9)


@given(st.lists(st.tuples(st.floats(0.1, 300), shares), min_size=1, max_size=6), heights, heights)
def test_mean_ground_lies_between_its_grounds(grounds, high, low) -> None:
    lengths, porous = np.array(grounds).T
    found = by_segments(lengths, porous, high, low)
    for share in (found.source_share, found.middle_share, found.receiver_share):
        assert porous.min() - 1e-9 <= share <= porous.max() + 1e-9


@given(st.lists(st.floats(0.1, 300), min_size=1, max_size=6), shares, heights, heights)
def test_one_ground_cut_into_pieces_is_still_one_ground(lengths, share, high, low) -> None:
    found = by_segments(lengths, np.full(len(lengths), share), high, low)
    mean = [found.source_share, found.middle_share, found.receiver_share]
    assert np.array(mean) == pytest.approx(np.full(3, share))


@pytest.mark.parametrize("place", range(4))
def test_an_unknown_argument_leaves_the_level_unknown(place) -> None:
    arguments = [1.5, 4.0, 50.0, 0.5]
    arguments[place] = float("nan")
    assert np.isnan(levels_dba(CS80, *arguments))


def test_a_missing_octave_leaves_only_the_sum_unknown() -> None:
    gap = np.where(np.arange(8) == 2, np.nan, CS80)
    assert (
        np.isnan(levels_octaves(gap, 1.5, 4.0, 50.0, 0.5)).tolist()
        == [False] * 2 + [True] + [False] * 5
    )
    assert np.isnan(levels_dba(gap, 1.5, 4.0, 50.0, 0.5))


def test_every_impossible_path_is_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        levels_dba(CS80, -1.0, np.inf, [10.0, -5.0], 0.5)
    assert {fault.column for fault in caught.value.faults} == {
        "distance_m",
        "source_height_m",
        "receiver_height_m",
    }
    with pytest.raises(InputError, match="ground_share"):
        levels_dba(CS80, 1.5, 4.0, 50.0, 1.2)
    with pytest.raises(InputError, match="level_db"):
        levels_dba([900.0] * 8, 1.5, 4.0, 50.0, 0.5)
