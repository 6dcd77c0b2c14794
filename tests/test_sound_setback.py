"""Set-back distances and mitigation: what is promised is kept, and what cannot be is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.sound.atmosphere import Air
from siteselect.sound.bands import a_weighted
from siteselect.sound.ground import uniform
from siteselect.sound.plant import spectra, turndown_db
from siteselect.sound.propagation import attenuation, flat_paths, levels_dba
from siteselect.sound.screening import wall_db
from siteselect.sound.setback import (
    HIGHEST_WALL_M,
    TARGETS_DBA,
    WALL_DISTANCE_M,
    mitigation,
    setback_m,
)

CS80 = spectra()["condenser"].octaves_db


@pytest.mark.parametrize("ground", [0.0, 0.5, 1.0])
def test_at_the_setback_the_level_is_the_target(ground) -> None:
    found = setback_m(CS80, TARGETS_DBA, 1.5, 4.0, ground)
    assert levels_dba(CS80, 1.5, 4.0, found, ground) == pytest.approx(TARGETS_DBA, abs=1e-3)
    assert np.all(np.diff(found) < 0)


def test_setback_meets_the_golden_table() -> None:
    # 34.21 dB(A) at 100 m and 28.27 at 200 m over hard ground.
    found = setback_m(CS80, [34.21, 28.27], 1.5, 4.0, 0.0)
    assert found == pytest.approx([100.0, 200.0], rel=0.002)


@given(
    st.lists(st.floats(40, 100), min_size=8, max_size=8).map(np.array),
    st.floats(25, 60),
    st.floats(0, 1),
    st.floats(0.5, 10),
)
def test_nowhere_beyond_the_setback_is_louder(source, target, ground, height) -> None:
    found = float(setback_m(source, target, height, 4.0, ground))
    if np.isnan(found):
        assert levels_dba(source, height, 4.0, 10_000.0, ground) > target
        return
    beyond = np.geomspace(found, 10_000.0, 700)
    assert levels_dba(source, height, 4.0, beyond, ground).max() <= target + 0.01


def test_a_target_that_is_always_kept_or_never() -> None:
    found = setback_m(CS80, [200.0, -150.0, np.nan], 1.5, 4.0, 0.5)
    assert found == pytest.approx([1.0, np.nan, np.nan], nan_ok=True)
    assert np.isnan(setback_m(np.full(8, np.nan), 40.0, 1.5, 4.0, 0.5))
    assert setback_m(CS80, 40.0, 1.5, 4.0, 0.5).shape == ()


def test_thin_air_is_taken_into_account() -> None:
    low, high = (
        setback_m(CS80, 20.0, 1.5, 4.0, 0.0, Air(pressure_kpa=kpa)) for kpa in (101.325, 70.0)
    )
    assert low != pytest.approx(high, rel=1e-3)


def test_each_measure_alone_keeps_the_limit() -> None:
    distance = np.array([15.0, 30.0, 45.0, 200.0])
    found = mitigation(CS80, 38.0, 1.5, 4.0, distance, 0.5)
    assert found.reduction_db[:3] == pytest.approx(
        levels_dba(CS80, 1.5, 4.0, distance[:3], 0.5) - 38.0
    )
    assert found.reduction_db[3] == 0.0
    assert found.wall_height_m[3] == 0.0
    assert found.fan_speed_share[3] == 1.0
    assert levels_dba(CS80, 1.5, 4.0, found.setback_m, 0.5) == pytest.approx([38.0] * 4, abs=1e-3)
    slowed = levels_dba(
        CS80 + turndown_db(found.fan_speed_share)[:, np.newaxis], 1.5, 4.0, distance, 0.5
    )
    assert slowed[:3] == pytest.approx([38.0] * 3)
    lost = attenuation(flat_paths(1.5, 4.0, distance), uniform(0.5), Air())
    walls = found.wall_height_m
    taken = wall_db(walls, WALL_DISTANCE_M, 1.5, 4.0, distance, lost.ground_db)
    behind = a_weighted(CS80 - lost.total_db - taken)
    assert np.all(behind <= 38.0 + 1e-6)
    lower = wall_db(walls - 0.01, WALL_DISTANCE_M, 1.5, 4.0, distance, lost.ground_db)
    assert np.all(a_weighted(CS80 - lost.total_db - lower)[:3] > 38.0 - 1e-3)


def test_what_cannot_be_done_is_not_promised() -> None:
    found = mitigation(CS80, [-5.0, np.nan, 38.0], 1.5, 4.0, np.array([15.0, 15.0, 1.5]), 0.5)
    assert np.isnan(found.wall_height_m).all()
    assert found.quieter_set.tolist() == [False, False, False]
    assert np.isnan(found.reduction_db[1])
    assert np.isnan(found.setback_m[1])
    assert np.isnan(
        mitigation(CS80, 38.0, 1.5, 4.0, np.array([50.0]), 0.5, "transformer").fan_speed_share
    )


@given(st.floats(5, 300), st.floats(20, 45), st.floats(0, 15))
def test_a_stricter_limit_never_asks_for_less(distance, limit, stricter) -> None:
    easy, hard = (
        mitigation(CS80, value, 1.5, 4.0, np.array([distance]), 0.5)
        for value in (limit, limit - stricter)
    )
    assert hard.reduction_db >= easy.reduction_db
    assert hard.setback_m >= easy.setback_m
    tall = np.nan_to_num(np.array([easy.wall_height_m, hard.wall_height_m]), nan=HIGHEST_WALL_M + 1)
    assert tall[1] >= tall[0] - 1e-6


def test_an_unknown_distance_leaves_its_measures_unknown() -> None:
    found = mitigation(CS80, 38.0, 1.5, 4.0, np.array([np.nan, 30.0]), 0.5)
    assert np.isnan(found.reduction_db).tolist() == [True, False]
    assert np.isnan(found.fan_speed_share).tolist() == [True, False]
    assert np.isnan(found.wall_height_m).tolist() == [True, False]
    assert not found.quieter_set[0]
