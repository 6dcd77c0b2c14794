"""Greenhouses, buildings, loops and measured demand: published shapes and what must hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect.heat.buildings import PROFILES, building_demand_kw, daily_heat_value
from siteselect.heat.district import cold_share, district_demand_kw, return_c, supply_c
from siteselect.heat.greenhouse import Greenhouse, greenhouse_demand_kw
from siteselect.heat.measured import measured_demand_kw, scaled_to
from siteselect.heat.sink_demand import sink_demand_kw
from siteselect.heat.synthetic_weather import normals_near, synthetic_weather
from siteselect.heat.weather import Weather, weather_year, year_index
from siteselect.layers.heat_sinks import KINDS

WEATHER = synthetic_weather(normals_near(51.5, -0.1), 2023, "Europe/London", 0)
LEAP = synthetic_weather(normals_near(60.2, 24.9), 2024, "Europe/Helsinki", 0)


def steady(zone: str = "UTC", year: int = 2023, **values: object) -> Weather:
    given = {"temperature_c": 5.0, "humidity_share": 0.8, "wind_m_s": 3.0, "irradiance_w_m2": 0.0}
    index = year_index(year, zone)
    return weather_year(index, source="steady", basis="assumed", **(given | values))


def test_t12_greenhouse() -> None:
    # Heat sheet G1: 1000 m2, cover 1300 m2, U 6, 18 inside, 5 outside, 1 air change, 4 m.
    house = Greenhouse(floor_m2=1000, day_c=18, night_c=18, screen_factor=1.0)
    tight = replace(house, air_changes_h=0.0)
    conduction_kw = greenhouse_demand_kw(steady(), tight)
    total_kw = greenhouse_demand_kw(steady(), house)
    assert conduction_kw == pytest.approx(101.4, abs=0.01)
    assert total_kw - conduction_kw == pytest.approx(17.16, abs=0.005)
    screened = greenhouse_demand_kw(steady(), replace(house, screen_factor=0.6))
    assert screened[2] == pytest.approx(78.0, abs=0.05)
    assert screened[12] == pytest.approx(118.56, abs=0.05)


def test_a_heated_greenhouse_uses_what_growers_report() -> None:
    # UK and Dutch tomato and cucumber 350 to 600 kWh/m2 [R]; peak about five times the mean.
    demand = greenhouse_demand_kw(WEATHER, Greenhouse(floor_m2=1000))
    assert 300 < demand.sum() / 1000 < 600
    assert 4 < demand.max() / demand.mean() < 6


def test_sun_wind_and_warmth_move_a_greenhouse_the_right_way() -> None:
    house = Greenhouse(floor_m2=1000)
    base = greenhouse_demand_kw(steady(), house)
    assert np.all(greenhouse_demand_kw(steady(irradiance_w_m2=100.0), house) < base)
    assert np.all(greenhouse_demand_kw(steady(wind_m_s=9.0), house) > base)
    assert np.all(greenhouse_demand_kw(steady(temperature_c=30.0), house) == 0)


@pytest.mark.parametrize("wrong", [{"floor_m2": 0.0}, {"floor_m2": 10.0, "screen_factor": 1.5}])
def test_a_greenhouse_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"floor|screen"):
        greenhouse_demand_kw(WEATHER, Greenhouse(**wrong))


def test_t4_sigmoid() -> None:
    assert daily_heat_value([0, 8], "EFH") == pytest.approx([1.95090, 1.02764], abs=5e-5)


# Heat sheet 3.2 [C]: h at -10, 0, 8, 15, 25 degC.
@pytest.mark.parametrize(
    ("shlp", "values"),
    [
        ("EFH", (2.68465, 1.95090, 1.02764, 0.40632, 0.13389)),
        ("MFH", (2.27821, 1.80537, 1.06179, 0.45391, 0.16407)),
        ("GBD", (2.65899, 1.99566, 1.06561, 0.40873, 0.13092)),
        ("GHD", (2.88486, 2.13071, 0.97302, 0.32869, 0.15934)),
    ],
)
def test_sigmoids_of_the_sheet(shlp: str, values: tuple[float, ...]) -> None:
    assert daily_heat_value([-10, 0, 8, 15, 25], shlp) == pytest.approx(values, abs=1e-5)


def potsdam() -> Weather:
    """Read the test reference year of region 4 that comes with demandlib."""
    demandlib = pytest.importorskip("demandlib")
    file = Path(demandlib.__file__).parent / "vdi/resources_weather/TRY2010_04_Jahr.dat"
    rows = file.read_text(encoding="latin-1").split("***")[1].split("\n")[1:]
    dry = np.array([float(row.split()[8]) for row in rows if row.strip()])
    return steady("Etc/GMT-1", 2019, temperature_c=dry)


# Heat sheet 3.2 [C], TRY 4 on the calendar of 2019: peak of 1000 kWh a year [kW], Jun-Aug share.
@pytest.mark.parametrize(
    ("kind", "peak_kw", "summer"),
    [("office", 0.4244, 0.071), ("housing", 0.3397, 0.084), ("hotel", 0.2992, 0.115)],
)
def test_load_shapes_of_the_sheet(kind: str, peak_kw: float, summer: float) -> None:
    weather = potsdam()
    demand = building_demand_kw(weather, kind, 1.0)
    assert demand.max() == pytest.approx(peak_kw, rel=0.005)
    months = np.asarray(weather.index.month)
    share = demand[(months >= 6) & (months <= 8)].sum() / demand.sum()
    assert share == pytest.approx(summer, abs=0.001)


@pytest.mark.parametrize("kind", PROFILES)
@pytest.mark.parametrize("weather", [WEATHER, LEAP], ids=["common", "leap"])
def test_buildings_sum_to_the_year(kind: str, weather: Weather) -> None:
    demand = building_demand_kw(weather, kind, 1234.5)
    assert demand.shape == (len(weather.index),)
    assert demand.sum() == pytest.approx(1_234_500, rel=1e-9)
    assert np.all(demand >= 0)


@pytest.mark.parametrize("temperature", [-45.0, -20.0, -20.5, 39.5, 40.0, 41.0, 55.0])
def test_weather_beyond_demandlib_s_table_is_held_at_its_ends(temperature: float) -> None:
    demand = building_demand_kw(steady(temperature_c=temperature), "office", 10.0)
    assert demand.sum() == pytest.approx(10_000, rel=1e-9)


def test_new_year_does_not_remember_the_december_after_it() -> None:
    december = np.full(8760, 5.0)
    december[-24 * 10 :] = -15.0
    demand = building_demand_kw(steady(temperature_c=december), "housing", 10.0)
    flat = building_demand_kw(steady(), "housing", 10.0)
    # The shape within the first days is that of a steady year, only scaled.
    ratio = demand[:96] / flat[:96]
    assert ratio == pytest.approx(ratio[0], rel=1e-9)


def test_offices_follow_the_civil_clock_through_summer_time() -> None:
    # The hour of the working day that starts the load is the same on the clock in both seasons.
    index = steady("Europe/London").index
    demand = building_demand_kw(steady("Europe/London"), "office", 10.0)
    monday = [
        demand[index.tz_localize(None).normalize() == day] for day in ("2023-03-20", "2023-04-03")
    ]
    assert monday[0] == pytest.approx(monday[1], rel=1e-9)
    doubled = demand[index.tz_localize(None).normalize() == "2023-10-29"]
    assert doubled.shape == (25,)
    assert doubled[1] == doubled[2]


def test_a_holiday_is_a_sunday() -> None:
    index = WEATHER.index.tz_localize(None).normalize()
    plain = building_demand_kw(steady(), "office", 10.0)
    kept = building_demand_kw(steady(), "office", 10.0, {date(2023, 6, 7): "made up"})
    assert kept[index == "2023-06-07"].sum() < plain[index == "2023-06-07"].sum()


def test_an_unknown_building_is_refused() -> None:
    with pytest.raises(ValueError, match="known: office"):
        building_demand_kw(WEATHER, "castle", 1.0)


def test_a_loop_runs_its_base_all_summer() -> None:
    demand = district_demand_kw(WEATHER, 1000.0, base_share=0.1)
    assert demand.sum() == pytest.approx(1e6, rel=1e-9)
    assert demand.min() == pytest.approx(0.1 * demand.max(), rel=1e-9)
    months = np.asarray(WEATHER.index.month)
    assert demand[months == 1].mean() > 4 * demand[months == 7].mean()


def test_a_loop_without_winter_is_flat() -> None:
    demand = district_demand_kw(steady(temperature_c=20.0), 8.76)
    assert demand == pytest.approx(1.0)


def test_supply_is_raised_in_the_cold() -> None:
    # Heat sheet 3.1: Tmin + (Tmax - Tmin) clip((15 - To) / (15 - Tdesign), 0, 1).
    for outdoor, expected in ((20, 70), (15, 70), (5, 80), (-5, 90), (-20, 90)):
        made = steady(temperature_c=float(outdoor))
        assert supply_c(made, summer_c=70, winter_c=90, design_c=-5) == pytest.approx(expected)
    assert return_c(WEATHER) == pytest.approx(45.0)
    assert np.all(supply_c(WEATHER) > return_c(WEATHER))
    assert cold_share(WEATHER).max() == pytest.approx(1.0)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_base_share_is_a_share(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        district_demand_kw(WEATHER, 1.0, base_share=share)


@settings(max_examples=50)
@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=50).filter(lambda row: sum(row) > 1e-3),
    st.floats(1e-3, 1e6),
)
def test_a_scaled_profile_has_the_sum_and_keeps_its_shape(row: list[float], annual: float) -> None:
    scaled = scaled_to(row, annual)
    assert scaled.sum() == pytest.approx(annual * 1000, rel=1e-9)
    assert scaled * sum(row) == pytest.approx(np.array(row) * annual * 1000, rel=1e-9)


@pytest.mark.parametrize(
    ("profile", "annual"),
    [
        ([0.0, 0.0], 1.0),
        ([1.0, -1.0], 1.0),
        ([1.0, float("nan")], 1.0),
        ([1.0, 1.0], -1.0),
        ([1.0, 1.0], float("nan")),
        ([1.0, 1.0], float("inf")),
    ],
)
def test_what_cannot_be_scaled_is_refused(profile: list[float], annual: float) -> None:
    with pytest.raises(ValueError, match=r"demand|year|scaled"):
        scaled_to(profile, annual)


def test_measured_months_replace_the_model_and_keep_its_shape_within() -> None:
    model = building_demand_kw(WEATHER, "office", 10.0)
    months = np.arange(12, dtype=float)
    demand = measured_demand_kw(months, WEATHER, profile_kw=model)
    month = np.asarray(WEATHER.index.month) - 1
    assert np.bincount(month, weights=demand) / 1000 == pytest.approx(months)
    july = month == 6
    assert demand[july] / demand[july].sum() == pytest.approx(model[july] / model[july].sum())
    flat = measured_demand_kw(months, WEATHER)
    assert flat[july] == pytest.approx(6000 / 744)


def test_a_month_that_only_the_meter_knows_is_flat() -> None:
    lido = sink_demand_kw("outdoor_pool", WEATHER, water_m2=500.0)
    assert lido is not None
    demand = measured_demand_kw(np.full(12, 7.44), WEATHER, profile_kw=lido)
    assert demand[WEATHER.index.month == 1] == pytest.approx(10.0)


def test_measured_hours_are_taken_as_they_are() -> None:
    hours = np.linspace(0, 5, 8784)
    assert np.array_equal(measured_demand_kw(hours, LEAP), hours)


@pytest.mark.parametrize(
    "values", [np.ones(11), np.ones(8784), np.full(12, np.nan), -np.ones(12), np.ones((12, 2))]
)
def test_measured_values_that_fit_no_year_are_refused(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"months|missing"):
        measured_demand_kw(values, WEATHER)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weather", [WEATHER, LEAP], ids=["common", "leap"])
def test_every_kind_of_sink_scales_to_its_year(kind: str, weather: Weather) -> None:
    demand = sink_demand_kw(kind, weather, annual_mwh_a=500.0)
    assert demand is not None
    assert demand.shape == (len(weather.index),)
    assert demand.sum() == pytest.approx(500_000, rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sink_of_which_nothing_is_known_has_no_demand_figure(kind: str) -> None:
    nothing = {"annual_mwh_a": float("nan"), "floor_m2": float("nan"), "water_m2": None}
    assert sink_demand_kw(kind, WEATHER) is None
    assert sink_demand_kw(kind, WEATHER, **nothing) is None


def test_sizes_speak_where_no_year_is_known() -> None:
    for kind, size in (
        ("pool", "water_m2"),
        ("outdoor_pool", "water_m2"),
        ("greenhouse", "floor_m2"),
        ("leisure_centre", "water_m2"),
    ):
        one = sink_demand_kw(kind, WEATHER, **{size: 1000.0})
        two = sink_demand_kw(kind, WEATHER, **{size: 2000.0})
        assert one is not None
        assert two is not None
        assert two.sum() == pytest.approx(2 * one.sum(), rel=0.02)
    assert sink_demand_kw("office", WEATHER, floor_m2=1000.0) is None
    assert sink_demand_kw("pool", WEATHER, floor_m2=1000.0) is None


def test_a_leisure_centre_with_water_is_pool_and_building() -> None:
    pool = sink_demand_kw("pool", WEATHER, water_m2=312.5)
    both = sink_demand_kw("leisure_centre", WEATHER, water_m2=312.5, annual_mwh_a=1500.0)
    small = sink_demand_kw("leisure_centre", WEATHER, water_m2=312.5, annual_mwh_a=100.0)
    assert pool is not None
    assert both is not None
    assert small is not None
    assert np.all(both >= pool)
    assert both.sum() == pytest.approx(1.5e6, rel=1e-9)
    assert small.sum() == pytest.approx(1e5, rel=1e-9)


def test_wrong_sinks_are_refused() -> None:
    with pytest.raises(ValueError, match="castle"):
        sink_demand_kw("castle", WEATHER, annual_mwh_a=1.0)
    with pytest.raises(ValueError, match="below 0"):
        sink_demand_kw("pool", WEATHER, annual_mwh_a=-1.0)
