"""Weather by the hour: a whole year or a refusal; made from normals where there is no file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect.errors import InputError
from siteselect.heat.degree_days import (
    eurostat_degree_days,
    heating_degree_days,
    hitchin_degree_days,
)
from siteselect.heat.synthetic_weather import all_normals, normals_near, synthetic_weather
from siteselect.heat.weather import (
    Weather,
    daily_mean,
    in_time_zone,
    smoothed_c,
    weather_year,
    year_index,
)

LONDON = "Europe/London"


def steady(year: int = 2023, zone: str = LONDON, **values: object) -> Weather:
    """Make a year of weather that never changes but where told."""
    given = {
        "temperature_c": 5.0,
        "humidity_share": 0.8,
        "wind_m_s": 3.0,
        "irradiance_w_m2": 0.0,
    } | values
    return weather_year(year_index(year, zone), source="steady", basis="assumed", **given)


@pytest.mark.parametrize(("year", "hours"), [(2023, 8760), (2024, 8784)])
def test_a_leap_year_has_its_hours(year: int, hours: int) -> None:
    made = synthetic_weather(normals_near(60.2, 24.9), year, "Europe/Helsinki", 1)
    assert len(made.index) == made.temperature_c.size == hours
    assert made.index[0].isoformat() == f"{year}-01-01T00:00:00+02:00"


@pytest.mark.parametrize("name", ["temperature_c", "humidity_share", "wind_m_s", "irradiance_w_m2"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1000.0, 5000.0])
def test_a_value_missing_or_beyond_belief_is_refused_with_its_hour(name: str, value: float) -> None:
    values = np.full(8760, 0.5)
    values[100] = value
    with pytest.raises(InputError) as refused:
        steady(**{name: values})
    (fault,) = refused.value.faults
    assert fault.column == name
    assert fault.row == "2023-01-05 04:00:00+00:00"


def test_all_faults_come_at_once() -> None:
    values = np.full(8760, 5.0)
    values[[3, 4]] = np.nan
    with pytest.raises(InputError) as refused:
        steady(temperature_c=values, wind_m_s=-1.0)
    assert len(refused.value.faults) == 2 + 8760


def test_a_year_without_a_time_zone_or_with_a_gap_or_cut_short_is_refused() -> None:
    parts = {"temperature_c": 5, "humidity_share": 0.5, "wind_m_s": 1, "irradiance_w_m2": 0}
    for index, word in (
        (pd.date_range("2023-01-01", periods=8760, freq="h"), "time zone"),
        (pd.date_range("2023-01-01", periods=8759, freq="h", tz="UTC"), "whole year"),
        (year_index(2024, "UTC").delete(50).append(year_index(2025, "UTC")[:1]), "not one hour"),
    ):
        with pytest.raises(InputError, match=word):
            weather_year(index, source="s", basis="assumed", **parts)


def test_values_of_another_length_are_refused() -> None:
    index = year_index(2023, "UTC")
    arrays = [np.zeros(8760), np.zeros(8760), np.zeros(8760), np.zeros(8784)]
    with pytest.raises(InputError, match="8784"):
        Weather(index, *arrays, source="s", basis="assumed")


def test_the_civil_clock_shifts_weather_and_loses_no_hour() -> None:
    utc = steady(zone="UTC", temperature_c=np.linspace(-10, 20, 8760))
    seen = in_time_zone(utc, "Europe/Helsinki")
    assert seen.index[0].isoformat() == "2023-01-01T00:00:00+02:00"
    noon = pd.Timestamp("2023-07-01 12:00", tz="UTC")
    assert (
        seen.temperature_c[seen.index.get_loc(noon)] == utc.temperature_c[utc.index.get_loc(noon)]
    )
    assert np.array_equal(np.sort(seen.temperature_c), np.sort(utc.temperature_c))
    assert np.array_equal(in_time_zone(seen, "UTC").temperature_c, utc.temperature_c)


def test_summer_time_has_one_short_and_one_long_day() -> None:
    counts = pd.Series(1, index=steady().index.tz_localize(None).normalize()).groupby(level=0).sum()
    assert counts["2023-03-26"] == 23
    assert counts["2023-10-29"] == 25
    assert daily_mean(np.ones(8760), steady().index).size == 365


@pytest.mark.parametrize("place", all_normals(), ids=lambda place: place.name)
def test_monthly_means_are_those_of_the_normals(place: object) -> None:
    made = synthetic_weather(place, 2024, "UTC", 7)
    month = np.asarray(made.index.month) - 1
    counts = np.bincount(month)
    means = np.bincount(month, weights=made.temperature_c) / counts
    assert means == pytest.approx(place.temperature_c, abs=1e-9)
    sun = np.bincount(month, weights=made.irradiance_w_m2) / counts * 24 / 1000
    assert sun == pytest.approx(place.irradiance_kwh_m2_day, rel=1e-9)
    assert made.basis == "modelled"
    assert place.name in made.source


def test_the_same_seed_gives_the_same_year_and_another_seed_another() -> None:
    one, same, other = (
        synthetic_weather(normals_near(51.5, -0.1), 2023, LONDON, seed) for seed in (4, 4, 5)
    )
    assert np.array_equal(one.temperature_c, same.temperature_c)
    assert not np.array_equal(one.temperature_c, other.temperature_c)


def test_the_sun_stands_highest_at_local_noon_and_not_at_night() -> None:
    made = synthetic_weather(normals_near(60.2, 24.9), 2023, "Europe/Helsinki", 0)
    june = made.irradiance_w_m2[made.index.month == 6].reshape(-1, 24).mean(axis=0)
    assert june.argmax() in {12, 13}
    january = made.irradiance_w_m2[made.index.month == 1].reshape(-1, 24).mean(axis=0)
    assert january[[0, 4, 20, 23]] == pytest.approx(0.0)
    assert made.irradiance_w_m2.max() < 1100


def test_degree_days_of_made_weather_lie_by_those_of_files() -> None:
    # Heat sheet 3.3 [C]: Gatwick IWEC 2077, London NSRDB 2019 1886, Aberdeen IWEC 2621.
    for lat, lon, expected in ((51.15, -0.19, 2077), (51.51, -0.12, 1886), (57.15, -2.1, 2621)):
        made = synthetic_weather(normals_near(lat, lon), 2023, LONDON, 0)
        assert heating_degree_days(made) == pytest.approx(expected, rel=0.04)


def test_without_the_anomaly_cold_is_understated() -> None:
    place = normals_near(51.5, -0.1)
    calm, lively = (synthetic_weather(place, 2023, LONDON, 3, anomaly_k=k) for k in (0.0, 3.0))
    assert heating_degree_days(lively) > heating_degree_days(calm)
    assert lively.temperature_c.min() < calm.temperature_c.min() - 2


def test_the_nearest_place_is_found_and_its_distance_told() -> None:
    place = normals_near(60.17, 24.94)
    assert (place.name, place.distance_km) == ("Helsinki", pytest.approx(0.0, abs=0.5))
    # Cambridge to London: about 80 km.
    assert normals_near(52.2, 0.12).distance_km == pytest.approx(79, abs=3)


@pytest.mark.parametrize(("lat", "lon"), [(91, 0), (0, 181), (float("nan"), 0)])
def test_places_off_the_globe_are_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="degrees"):
        normals_near(lat, lon)


def test_every_entry_of_the_catalogue_is_sane_and_tagged() -> None:
    for place in all_normals():
        assert any(tag in place.source for tag in ("[C]", "[R]")), place.name
        assert 0 < place.humidity_share[1] <= place.humidity_share[0] <= 1
        assert 700 < sum(place.irradiance_kwh_m2_day) * 30.4 < 1400
        assert max(place.temperature_c) == max(place.temperature_c[5:8])


# Heat sheet T11: Hitchin's formula (CIBSE TM41) at k = 0.71.
@pytest.mark.parametrize(
    ("mean_c", "days", "expected"), [(5.3, 31, 316.43), (15.8, 30, 37.9), (18.8, 31, 10.9)]
)
def test_t11_hitchin(mean_c: float, days: int, expected: float) -> None:
    assert hitchin_degree_days(mean_c, days) == pytest.approx(expected, abs=0.05)


def test_t11_hitchin_to_the_digit() -> None:
    assert float(hitchin_degree_days(5.3, 31)) == pytest.approx(316.43, abs=0.005)


def test_hitchin_at_the_base_has_its_limit_and_no_warning() -> None:
    assert float(hitchin_degree_days(15.5, 30)) == pytest.approx(30 / 0.71)
    near = hitchin_degree_days([15.5 - 1e-7, 15.5 + 1e-7, 200.0, 5000.0], 30)
    assert near == pytest.approx([30 / 0.71, 30 / 0.71, 0.0, 0.0], abs=1e-5)


@given(st.floats(-30, 30), st.floats(0.0, 3.0))
def test_hitchin_falls_as_it_warms_and_is_never_below_the_plain_difference(
    mean_c: float, step_k: float
) -> None:
    cold, warm = hitchin_degree_days([mean_c, mean_c + step_k], 30)
    assert cold >= warm >= 0
    assert cold >= 30 * max(0.0, 15.5 - mean_c) - 1e-9


def test_degree_days_of_steady_weather() -> None:
    assert heating_degree_days(steady(temperature_c=5.5)) == pytest.approx(365 * 10)
    assert heating_degree_days(steady(2024, temperature_c=5.5)) == pytest.approx(366 * 10)
    assert heating_degree_days(steady(temperature_c=16.0)) == 0
    assert eurostat_degree_days(steady(temperature_c=15.0)) == pytest.approx(365 * 3)
    assert eurostat_degree_days(steady(temperature_c=15.1)) == 0


def test_t13_potsdam_try_degree_days() -> None:
    # Heat sheet T13: TRY region 4, 2507 [C]; the file comes with demandlib.
    demandlib = pytest.importorskip("demandlib")
    file = Path(demandlib.__file__).parent / "vdi/resources_weather/TRY2010_04_Jahr.dat"
    rows = file.read_text(encoding="latin-1").split("***")[1].split("\n")[1:]
    dry = np.array([float(row.split()[8]) for row in rows if row.strip()])
    made = steady(zone="Etc/GMT-1", temperature_c=dry)
    assert dry.mean() == pytest.approx(9.54, abs=0.005)
    assert heating_degree_days(made) == pytest.approx(2507, abs=1)


@settings(max_examples=20)
@given(st.integers(1, 48))
def test_smoothing_keeps_the_year_s_mean_and_never_looks_ahead(hours: int) -> None:
    step = np.zeros(8760)
    step[4000:] = 10.0
    made = steady(temperature_c=step)
    calm = smoothed_c(made, hours)
    assert calm.mean() == pytest.approx(step.mean())
    assert calm[3999] == pytest.approx(0.0)
    assert calm[4000] == pytest.approx(10.0 / hours)
    assert calm[4000 + hours - 1] == pytest.approx(10.0)
