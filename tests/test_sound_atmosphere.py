"""Absorption in air: ISO 9613-1 values, octave rows, limits and hostile input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.errors import InputError
from siteselect.sound.atmosphere import Air, absorption_db_m, octave_absorption_db_m
from siteselect.sound.bands import MIDBAND_HZ, NOMINAL_HZ

# ISO 9613-1:1993, Table 1, as quoted in two public test suites [S]: degC, humidity %, nominal
# one-third octave Hz, dB/km.
TABLE_1 = [
    (-20, 70, 1000, 11.5),
    (-20, 70, 8000, 27.8),
    (-10, 50, 1000, 12.9),
    (0, 10, 1000, 14.0),
    (0, 15, 1000, 18.3),
    (0, 70, 1000, 4.64),
    (5, 50, 1000, 5.08),
    (10, 10, 125, 0.788),
    (10, 10, 1000, 21.6),
    (10, 20, 1000, 11.0),
    (10, 50, 1000, 4.26),
    (10, 70, 125, 0.411),
    (10, 70, 1000, 3.66),
    (10, 100, 1000, 3.55),
    (10, 10, 4000, 57.3),
    (10, 70, 4000, 32.8),
    (15, 70, 1000, 4.08),
    (15, 70, 4000, 26.4),
    (20, 10, 50, 0.270),
    (20, 70, 125, 0.339),
    (20, 70, 200, 0.776),
    (20, 70, 1000, 4.98),
    (20, 10, 4000, 109),
    (20, 100, 4000, 19.4),
    (30, 70, 1000, 7.41),
    (30, 70, 4000, 23.1),
    (50, 10, 8000, 155),
    (50, 70, 8000, 80.3),
]

# Octave rows, dB/km: ISO 9613-2:1996, Table 2 (one decimal; three figures at 8 kHz) [M].
TABLE_2 = {
    (10, 70): (0.1, 0.4, 1.0, 1.9, 3.7, 9.7, 32.8, 117),
    (20, 70): (0.1, 0.3, 1.1, 2.8, 5.0, 9.0, 22.9, 76.6),
    (30, 70): (0.1, 0.3, 1.0, 3.1, 7.4, 12.7, 23.1, 59.3),
    (15, 20): (0.3, 0.6, 1.2, 2.7, 8.2, 28.2, 88.8, 202),
    (15, 50): (0.1, 0.5, 1.2, 2.2, 4.2, 10.8, 36.2, 129),
    (15, 80): (0.1, 0.3, 1.1, 2.4, 4.1, 8.3, 23.7, 82.8),
}

# Octave rows of higher resolution, dB/km, from a public test suite and recomputed [S].
FINE_ROWS = {
    (10, 70): (0.122, 0.411, 1.043, 1.928, 3.658, 9.664, 32.77, 116.9),
    (-20, 70): (0.173, 0.514, 1.73, 5.29, 11.5, 16.6, 20.2, 27.8),
    (0, 60): (0.165, 0.401, 0.779, 1.78, 5.50, 19.3, 63.3, 154.5),
    (20, 80): (0.079, 0.302, 1.04, 2.77, 5.15, 8.98, 21.3, 68.6),
}


@pytest.mark.parametrize(("celsius", "percent", "nominal_hz", "printed"), TABLE_1)
def test_iso_9613_1_table_1(celsius, percent, nominal_hz, printed) -> None:
    exact_hz = 1000.0 * 10.0 ** (round(10 * np.log10(nominal_hz / 1000.0)) / 10)
    found = 1000 * absorption_db_m(exact_hz, celsius, percent / 100)
    assert found == pytest.approx(printed, rel=0.006)


@pytest.mark.parametrize("weather", TABLE_2, ids=str)
def test_iso_9613_2_table_2(weather) -> None:
    found = 1000 * octave_absorption_db_m(Air(weather[0], weather[1] / 100))
    printed = np.array(TABLE_2[weather])
    # Half a unit of the last printed place, and the tables' own rounding of the next.
    last_place = np.where(printed >= 100, 1.0, 0.1)
    assert np.all(np.abs(found - printed) <= 0.6 * last_place)


@pytest.mark.parametrize("weather", FINE_ROWS, ids=str)
def test_octave_rows_at_exact_midbands(weather) -> None:
    found = 1000 * octave_absorption_db_m(Air(weather[0], weather[1] / 100))
    assert found == pytest.approx(FINE_ROWS[weather], rel=0.005)


def test_cnossos_tc01_air_term() -> None:
    """ISO/TR 17534-4, TC01: 10 degC and 70 % over 194.19 m, the same air as ours."""
    found = 194.188 * octave_absorption_db_m(Air())
    assert found == pytest.approx([0.02, 0.08, 0.20, 0.37, 0.71, 1.88, 6.36, 22.70], abs=0.006)


def test_nominal_frequencies_would_be_wrong_by_a_fifth_of_a_decibel() -> None:
    nominal, exact = (194.188 * absorption_db_m(hz, 20.0, 0.7) for hz in (NOMINAL_HZ, MIDBAND_HZ))
    assert (nominal - exact)[-1] == pytest.approx(0.20, abs=0.005)


def test_the_doubtful_cell_is_not_followed() -> None:
    # One repository prints 0.0794 at 20 degC, 50 %, 50 Hz; the equations give 0.0784.
    assert 1000 * absorption_db_m(1000 * 10**-1.3, 20.0, 0.5) == pytest.approx(0.0784, abs=5e-5)


@given(st.floats(-40, 50), st.floats(0.05, 1), st.floats(60, 110))
def test_air_always_absorbs_and_high_octaves_more(celsius, humidity, kilopascals) -> None:
    found = octave_absorption_db_m(Air(celsius, humidity, kilopascals))
    assert np.all(found > 0)
    assert np.all(np.diff(found) > 0)


def test_unknown_weather_is_unknown_absorption() -> None:
    assert np.isnan(octave_absorption_db_m(Air(temperature_c=float("nan")))).all()


def test_every_impossible_quantity_is_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        absorption_db_m(1000.0, [10.0, 400.0], 70.0, -1.0)
    assert {fault.column for fault in caught.value.faults} == {
        "temperature_c",
        "humidity_share",
        "pressure_kpa",
    }
    assert caught.value.faults[0].row == 1
    assert caught.value.faults[0].value == "400"
