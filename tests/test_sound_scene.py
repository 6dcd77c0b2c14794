"""Several sources, receivers, screens and facades together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.errors import InputError
from siteselect.sound.bands import WAVELENGTH_M, a_weighted
from siteselect.sound.ground import Ground, uniform
from siteselect.sound.obstacles import Screen
from siteselect.sound.plant import spectra
from siteselect.sound.propagation import levels_octaves
from siteselect.sound.reflections import Facade
from siteselect.sound.scene import Receivers, Sources, received

CS80 = spectra()["condenser"].octaves_db
HARD = uniform(0.0)


def sources(*places: tuple[float, float, float], gain_db: object = 0.0) -> Sources:
    octaves = np.tile(CS80, (len(places), 1))
    return Sources(octaves, np.array(places), np.array([place[2] for place in places]), gain_db)


def receivers(*places: tuple[float, float, float]) -> Receivers:
    return Receivers(np.array(places), np.array([place[2] for place in places]))


@pytest.mark.parametrize("count", [2, 3, 10])
def test_equal_sources_add_ten_lg_n(count) -> None:
    one = received(sources((0, 0, 1.5)), receivers((50, 0, 4)), HARD)
    many = received(sources(*[(0, 0, 1.5)] * count), receivers((50, 0, 4)), HARD)
    assert many.total_dba - one.total_dba == pytest.approx([10 * np.log10(count)])


def test_a_scene_is_its_pairs() -> None:
    found = received(
        sources((0, 0, 1.5), (10, 0, 2.5)), receivers((50, 0, 4), (0, 80, 1.5), (-30, 40, 4)), HARD
    )
    assert found.direct_db.shape == (2, 3, 8)
    expected = levels_octaves(CS80, 2.5, 1.5, np.hypot(10, 80), 0.0)
    assert found.octaves_db[1, 1] == pytest.approx(expected)
    assert np.all(found.total_dba >= a_weighted(found.octaves_db).max(axis=0))


def test_ground_may_differ_from_pair_to_pair() -> None:
    shares = np.array([[0.0, 1.0]])
    mixed = received(
        sources((0, 0, 1.5)), receivers((50, 0, 4), (50, 0, 4)), Ground(shares, shares, shares)
    )
    hard, soft = (
        received(sources((0, 0, 1.5)), receivers((50, 0, 4)), uniform(share))
        for share in (0.0, 1.0)
    )
    assert mixed.total_dba == pytest.approx([hard.total_dba[0], soft.total_dba[0]])


def test_gain_is_one_number_or_one_a_source_or_one_a_source_and_octave() -> None:
    places, window = ((0, 0, 1.5), (0, 0, 1.5)), receivers((50, 0, 4))
    bare = received(sources(*places), window, HARD).octaves_db
    by_source = received(sources(*places, gain_db=[3.0, 0.0]), window, HARD).octaves_db
    assert by_source - bare == pytest.approx(
        np.array([3.0, 0.0])[:, None, None] + np.zeros(bare.shape)
    )
    octaves = np.zeros((2, 8))
    octaves[1, 7] = -10.0
    by_octave = received(sources(*places, gain_db=octaves), window, HARD).octaves_db
    assert (by_octave - bare)[:, 0] == pytest.approx(octaves)


def test_a_facade_behind_the_plant_mirrors_it() -> None:
    wall = Facade("wall", (-2.0, -40.0), (-2.0, 40.0), 0.0, 20.0)
    found = received(sources((0, 0, 1.5)), receivers((30, 0, 4)), HARD, facades=[wall])
    mirrored = levels_octaves(CS80, 1.5, 4.0, 34.0, 0.0)
    assert found.reflected_db[0, 0] == pytest.approx(mirrored)
    added = found.total_dba - a_weighted(found.direct_db[0])
    assert 0 < added < 10 * np.log10(2)


def test_a_facade_throws_back_its_share() -> None:
    levels = [
        received(
            sources((0, 0, 1.5)),
            receivers((30, 0, 4)),
            HARD,
            facades=[Facade("wall", (-2.0, -40.0), (-2.0, 40.0), 0.0, 20.0, share)],
        ).reflected_db
        for share in (1.0, 0.4, 0.1)
    ]
    assert levels[0] - levels[1] == pytest.approx(np.full((1, 1, 8), -10 * np.log10(0.4)))
    assert np.all(levels[2] == -np.inf)


@pytest.mark.parametrize(
    "facade",
    [
        Facade("between them", (15.0, -40.0), (15.0, 40.0), 0.0, 20.0),
        Facade("too short", (-2.0, 5.0), (-2.0, 40.0), 0.0, 20.0),
        Facade("too low", (-2.0, -40.0), (-2.0, 40.0), 0.0, 1.0),
        Facade("too high up", (-2.0, -40.0), (-2.0, 40.0), 8.0, 20.0),
        Facade("the receiver's own", (30.5, -40.0), (30.5, 40.0), 0.0, 20.0),
    ],
    ids=lambda facade: facade.name,
)
def test_a_facade_that_throws_nothing_at_the_receiver(facade) -> None:
    found = received(sources((0, 0, 1.5)), receivers((30, 0, 4)), HARD, facades=[facade])
    assert np.all(found.reflected_db == -np.inf)
    assert found.octaves_db == pytest.approx(found.direct_db)


def test_a_small_facade_throws_back_short_waves_only() -> None:
    small = Facade("panel", (-2.0, -1.5), (-2.0, 1.5), 0.0, 3.0)
    found = received(sources((0, 0, 1.5)), receivers((30, 0, 1.5)), HARD, facades=[small])
    # Equation 19 by hand: legs 2 and 32 m, straight on, smallest side 3 m.
    longest = 3.0**2 / (2 * 2 * 32 / 34)
    assert np.isfinite(found.reflected_db[0, 0]).tolist() == (longest > WAVELENGTH_M).tolist()


@given(st.floats(5, 28), st.floats(2, 12), st.floats(3, 40))
def test_a_screen_lowers_every_octave_or_leaves_it(at, top, half) -> None:
    outline = np.array([[at, -half, top], [at, half, top]])
    bare, screened = (
        received(sources((0, 0, 1.5)), receivers((30, 0, 4)), uniform(0.5), screens=screens)
        for screens in ((), (Screen("wall", outline, building=False),))
    )
    assert np.all(screened.octaves_db <= bare.octaves_db + 1e-9)
    assert screened.octaves_db == pytest.approx(bare.octaves_db - screened.screening_db)


def test_altitude_of_the_ground_counts_in_the_distance_only() -> None:
    flat = received(sources((0, 0, 1.5)), receivers((30, 0, 4)), HARD)
    raised = received(sources((0, 0, 1.5)), Receivers(np.array([[30.0, 0.0, 44.0]]), 4.0), HARD)
    assert raised.ground_db == pytest.approx(flat.ground_db)
    assert raised.divergence_db[0, 0, 0] == pytest.approx(20 * np.log10(np.hypot(30, 42.5)) + 11)


def test_every_array_that_does_not_fit_is_named_at_once() -> None:
    wrong = Sources(np.zeros((2, 7)), np.array([[0.0, 0.0, np.nan]]), 1.5)
    with pytest.raises(InputError) as caught:
        received(wrong, Receivers(np.zeros((1, 2)), 4.0), HARD)
    assert [(fault.file, fault.column) for fault in caught.value.faults] == [
        ("sound sources", "octaves_db"),
        ("sound sources", "position_m"),
        ("receivers", "position_m"),
    ]
    with pytest.raises(InputError) as caught:
        received(
            sources((0, 0, 1.5)),
            receivers((30, 0, 4)),
            HARD,
            facades=[
                Facade("no length", (1.0, 1.0), (1.0, 1.0), 0.0, 3.0),
                Facade("upside down", (1.0, 1.0), (2.0, 1.0), 3.0, 0.0),
                Facade("too good", (1.0, 1.0), (2.0, 1.0), 0.0, 3.0, 1.5),
            ],
        )
    assert [fault.file for fault in caught.value.faults] == ["no length", "upside down", "too good"]
