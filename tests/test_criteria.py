"""Every criterion on the shelf keeps the contract of the shelf."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import SHARED, X0, Y0, Town
from shapely.geometry import Point, box

from siteselect.assess import Assessment
from siteselect.contracts import Criterion, measured
from siteselect.criteria.registry import criteria, measure
from siteselect.design.advice_case import advice_of
from siteselect.design.columns import SITE_COLUMNS
from siteselect.design.heat_year import ALONE, HeatYear, Scheme, heat_year
from siteselect.errors import InputError
from siteselect.layers.build import specs
from siteselect.units import unit_of

WITHOUT_UNIT = {"lon", "lat", "parking_bays", "diversity_possible", "diversity_proven"}
"""Degrees, counts and classes."""

NAMES = sorted(criteria())


def test_there_are_at_least_ten_over_five_families() -> None:
    families = {record.family for record in criteria().values()}
    assert len(NAMES) >= 10
    assert {"grid", "fibre", "heat", "noise", "access", "hazard"} <= families


@pytest.mark.parametrize("name", NAMES)
def test_the_record_is_complete(name: str) -> None:
    record = criteria()[name]
    assert isinstance(record, Criterion)
    assert record.question.endswith("?")
    assert set(record.layers) <= set(specs())
    measures = [knot[0] for knot in record.scale.knots]
    values = [knot[1] for knot in record.scale.knots]
    assert measures == sorted(set(measures))
    assert {min(values), max(values)} == {0.0, 1.0}
    assert values == sorted(values, reverse=record.better == "less")


@pytest.mark.parametrize("name", NAMES)
def test_the_measure_keeps_the_index_and_gives_reasons(name: str, demo: Assessment) -> None:
    before = demo.sites.copy()
    found = measure(name, demo.sites, demo.layers)
    assert found.values.name == name
    assert found.values.index.equals(demo.sites.index)
    assert found.values.dtype == np.float64
    assert not np.isinf(found.values).any()
    assert (found.reasons[found.values.isna()] != "").all()
    assert (found.reasons[found.values.notna()] == "").all()
    pd.testing.assert_frame_equal(demo.sites, before)


@pytest.mark.parametrize("name", NAMES)
def test_a_site_alone_measures_as_in_company(name: str, demo: Assessment) -> None:
    alone = pd.concat(measure(name, demo.sites.iloc[[row]], demo.layers).values for row in range(5))
    together = measure(name, demo.sites, demo.layers).values.iloc[:5]
    pd.testing.assert_series_equal(alone, together, check_exact=True, check_index_type=False)


def test_the_table_of_sites_has_exactly_the_documented_columns(demo: Assessment) -> None:
    documented = {column.name for column in SITE_COLUMNS}
    assert set(demo.sites.columns) - {"geometry"} == documented
    for column in SITE_COLUMNS:
        if column.kind == "number" and column.name not in WITHOUT_UNIT:
            assert unit_of(column.name) is not None, f"{column.name} has no unit"


def test_a_number_without_reason_or_without_end_is_refused() -> None:
    index = pd.Index(["a", "b"])
    with pytest.raises(ValueError, match="unknown without a reason"):
        measured("x", pd.Series([1.0, np.nan], index))
    with pytest.raises(ValueError, match="infinite"):
        measured("x", pd.Series([1.0, np.inf], index), "why")
    found = measured("x", pd.Series([1.0, np.nan], index), "why")
    assert found.reasons.tolist() == ["", "why"]


def test_noise_margin_by_hand(town: Town) -> None:
    found = town.assess()
    # 115 kW to reject: 83 + 10 lg 1.15 = 83.607 dB(A), 0.8 dB above the CS80 set of the golden
    # table, which gives 40.48 dB(A) at 50 m over hard ground; the home is 50 m from site b.
    level = 40.48 + (83.607 - 82.8)
    assert found.sites.loc["b", "receptor_level_dba"] == pytest.approx(level, abs=0.05)
    assert found.measures.loc["b", "noise_margin"] == pytest.approx(45 - level - 2, abs=0.05)
    town.document["noise"]["ground_share"] = 1.0
    softer = town.assess()
    assert (softer.measures["noise_margin"] > found.measures["noise_margin"]).all()


def test_heat_by_hand(town: Town) -> None:
    found = town.assess()
    # The pool asks for 46 kW all year round; the pod offers 63 kW less 20 m x 14 W/m of pipe loss.
    assert found.measures.loc["a", "heat_used"] == pytest.approx(400.0, rel=0.01)
    assert found.measures.loc["b", "heat_used"] == 0.0
    assert found.sites.loc["a", "heat_mode"] == "direct"
    assert found.sites.loc["c", "heat_mode"] == "heat pump"


def test_the_table_of_sites_agrees_with_every_hour_of_the_year(demo: Assessment) -> None:
    told = 0
    for site, row in demo.sites.iterrows():
        year = heat_year(demo.study, demo.territory, demo.sites, site)
        if isinstance(year, str):
            assert row["heat_used_mwh_a"] == 0 or np.isnan(row["heat_used_mwh_a"])
            continue
        told += 1
        for column, hourly_kw in (
            ("heat_used_mwh_a", year.used_kw),
            ("heat_delivered_mwh_a", year.delivered_kw),
            ("heat_pump_mwh_a", year.match.heat_pump_kwe[0]),
        ):
            assert row[column] == pytest.approx(hourly_kw.sum() / 1000, rel=1e-9, abs=1e-9)
        assert (year.used_kw <= year.offered_kw + 1e-9).all()
        assert (year.delivered_kw <= year.demand_kw + 1e-9).all()
    assert told > 40


def test_lengths_by_hand(town: Town) -> None:
    found = town.assess()
    assert found.measures.loc["a", "connection_length"] == pytest.approx(400, abs=0.01)
    assert found.measures.loc["c", "connection_length"] == pytest.approx(400, abs=0.01)
    assert found.measures.loc["b", "fibre_route"] == pytest.approx(500, abs=0.01)
    assert found.sites.loc["b", "rtt_ms"] == pytest.approx(
        2 * (0.5 * 1.05 + 5) * 4.9e-3 + 0.2, abs=1e-4
    )


def test_off_the_graph_the_straight_line_is_declared(town: Town) -> None:
    town.document["routing"] = {"snap_limit_m": 3}
    found = town.assess()
    assert found.sites.loc["a", "connection_basis"] == "straight line x 1.4"
    straight = np.hypot(210, 190) * 1.4
    assert found.measures.loc["a", "connection_length"] == pytest.approx(straight, abs=0.02)
    assert np.isnan(found.measures.loc["a", "drive_time"])
    assert found.reasons.loc["a", "drive_time"] == "no drivable street near the site"


def test_metered_demand_replaces_the_model_by_month_and_by_hour(town: Town) -> None:
    file = town.document["layers"]["heat_sinks"][0]
    town.document["heat"] = {"measured": {"hall": {**file, "path": "meter.csv"}}}
    (town.folder / "meter.csv").write_text("heat_mwh\n" + "20\n" * 12, encoding="utf-8")
    monthly = town.assess()
    assert monthly.sites.loc["c", "sink_demand_mwh_a"] == pytest.approx(240)
    assert monthly.sites.loc["c", "sink_demand_basis"] == "measured"
    assert monthly.measures.loc["c", "heat_used"] > 100
    assert ("measured demand", "meter.csv") in [
        (layer, part.file) for layer, part in monthly.provenance
    ]
    (town.folder / "meter.csv").write_text("heat_kw\n" + "30\n" * 8760, encoding="utf-8")
    hourly = town.assess()
    # 30 kW asked for all year through a heat pump, always less than the pod gives.
    assert hourly.sites.loc["c", "heat_delivered_mwh_a"] == pytest.approx(30 * 8.76, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("heat_mwh\n1\n2\n", "2 rows of heat_mwh"),
        ("mwh\n" + "1\n" * 12, "12 rows of mwh"),
        ("heat_mwh\n" + "1\n" * 11 + "-1\n", "not a heat of 0 or more"),
        ("heat_mwh\n" + "1\n" * 10 + "x\ninf\n", "not a heat of 0 or more"),
    ],
)
def test_a_meter_that_does_not_fit_is_refused(town: Town, text: str, problem: str) -> None:
    file = town.document["layers"]["heat_sinks"][0]
    town.document["heat"] = {"measured": {"hall": {**file, "path": "meter.csv"}}}
    (town.folder / "meter.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=problem):
        town.assess()
    town.document["heat"] = {"measured": {"nobody": {**file, "path": "meter.csv"}}}
    with pytest.raises(InputError):
        town.assess()


def test_a_weather_file_replaces_the_normals(town: Town) -> None:
    epw = SHARED / "cardiff-weather" / "GBR_WAL_Cardiff.Wea.Ctr.037170_TMYx.epw"
    if not epw.is_file():
        pytest.skip("the Cardiff weather file is not part of a clone")
    made = town.assess()
    file = {**town.document["layers"]["heat_sinks"][0], "path": str(epw)}
    town.document["climate"] = {"weather": file}
    real = town.assess()
    assert real.territory.weather.temperature_c.mean() == pytest.approx(11.26, abs=0.02)
    assert made.territory.weather.basis == "modelled"
    assert dict(made.provenance)["weather"].basis == "modelled"
    assert dict(real.provenance)["weather"].file == epw.name


def test_money_follows_heat_and_stays_unknown_with_it(town: Town) -> None:
    found = town.assess()
    assert np.isnan(found.sites.loc["c", "npv_gbp"])
    assert found.sites.loc["c", "npv_reason"] == "the heat used is not known"
    assert found.sites.loc["a", "npv_gbp"] > found.sites.loc["b", "npv_gbp"]
    town.document["money"] = {"sites": 3}
    fewer = town.assess()
    assert fewer.sites["npv_gbp"].isna().all()
    assert fewer.sites["npv_reason"].str.contains("at most 3 sites").all()


def test_advice_asks_before_it_says_yes(town: Town) -> None:
    found = town.assess()
    asked = advice_of(found.study, found.sites, "a")
    assert asked.verdict == "unknown"
    assert asked.unknowns
    town.document["operations"] = {
        "heat_customer": True,
        "must_run_alone": True,
        "safe_access": False,
    }
    barred = town.assess()
    assert advice_of(barred.study, barred.sites, "a").verdict == "do not build here"


def test_noise_is_set_against_the_background_and_says_what_would_pass(town: Town) -> None:
    town.document["noise"]["night_limit_dba"] = 35
    found = town.assess().sites.loc["b"]
    rating = found["receptor_level_dba"] + 2
    # No map and no measurement: night background 22, 28 or 35 dB(A).
    assert found["background_excess_db"] == pytest.approx(rating - 28)
    assert found["background_excess_low_db"] == pytest.approx(rating - 35)
    assert found["background_excess_high_db"] == pytest.approx(rating - 22)
    assert found["noise_impact"] == "needs survey"
    assert found["noise_reduction_db"] == pytest.approx(rating - 35)
    town.document["noise"]["search_m"] = 3000
    moved = town.assess().sites
    assert moved.loc["b", "noise_setback_m"] > moved.loc["b", "receptor_m"]
    town.document["noise"]["background_dba"] = 20
    loud = town.assess().sites.loc["b"]
    assert loud["noise_impact"] == "significant adverse likely"
    assert loud["background_excess_low_db"] == loud["background_excess_high_db"]


def test_a_connection_beyond_the_price_list_leaves_the_money_unknown(town: Town) -> None:
    town.document["pod"] = {"it_kw": 500, "pue": 2.5}
    found = town.assess()
    assert found.sites["npv_gbp"].isna().all()
    assert found.sites.loc["a", "npv_reason"].startswith("so large a connection has no list price")
    town.document["money"] = {"connection_quote_gbp": 400_000}
    assert town.assess().sites.loc["a", "npv_gbp"] < 0


def test_further_sinks_pods_and_a_store_are_tried_on_one_site(town: Town) -> None:
    sinks = gpd.read_file(town.folder / "sinks.gpkg")
    sinks["demand_mwh_a"] = [400.0, 200.0]
    sinks.geometry = [sinks.geometry.iloc[0], sinks.geometry.iloc[0].buffer(80).centroid]
    town.write("sinks", sinks)
    found = town.assess()

    def year(scheme: Scheme) -> HeatYear:
        got = heat_year(found.study, found.territory, found.sites, "a", scheme)
        assert isinstance(got, HeatYear)
        assert (got.delivered_kw <= got.demand_kw + 1e-9).all()
        balance = got.used_kw + got.dumped_kw + got.match.loss_kw.sum(axis=0)
        assert balance == pytest.approx(got.offered_kw, rel=1e-9)
        return got

    alone, two_sinks = year(ALONE), year(Scheme(also=("hall",)))
    assert two_sinks.used_kw.sum() > alone.used_kw.sum()
    assert two_sinks.demand_kw.sum() == pytest.approx(600_000)
    two_pods = year(Scheme(pods=2))
    assert two_pods.offered_kw.sum() == pytest.approx(2 * alone.offered_kw.sum())
    assert two_pods.used_kw.sum() == pytest.approx(400_000, rel=1e-6)
    stored = year(Scheme(store_m3=50))
    assert 0 <= stored.store_gain_mwh_a <= alone.dumped_kw.sum() / 1000
    with pytest.raises(InputError, match="several pods and several sinks"):
        year(Scheme(also=("hall",), pods=2))
    with pytest.raises(InputError, match="no such heat sink"):
        year(Scheme(also=("palace",)))


def test_where_nobody_lives_near_the_margin_is_that_at_the_edge_of_the_search(town: Town) -> None:
    town.document["noise"]["search_m"] = 10
    quiet = town.assess()
    assert quiet.sites["limit_basis"].eq("no receptor within 10 m").all()
    margins = quiet.measures["noise_margin"].to_numpy()
    assert (margins == margins[0]).all()
    del town.document["noise"]["night_limit_dba"]
    unlimited = town.assess()
    assert unlimited.measures["noise_margin"].isna().all()
    assert unlimited.reasons["noise_margin"].str.contains("sets no limit").all()
    town.document["noise"]["search_m"] = 5000
    town.write("receptors", gpd.read_file(town.folder / "receptors.gpkg").iloc[:0])
    uncovered = town.assess()
    assert uncovered.reasons["noise_margin"].str.contains("not covered by the layer").all()


def test_a_found_protected_area_counts_where_no_file_covers_its_kind(town: Town) -> None:
    shapes = [box(X0 + 400, Y0 + 400, X0 + 600, Y0 + 600), Point(X0 + 520, Y0 + 500)]
    frame = gpd.GeoDataFrame(
        {"constraint_id": ["c", "l"], "kind": ["conservation_area", "listed_building"]},
        geometry=shapes,
        crs=3067,
    )
    town.write("constraints", frame)
    credit = {"source": "test", "date": "2026", "licence": "none", "basis": "illustrative"}
    town.document["layers"]["constraints"] = [{"path": "constraints.gpkg", **credit}]
    found = town.assess().sites
    assert found.loc["b", "in_conservation_area"] is True
    assert found.loc["a", "in_conservation_area"] is None
    assert found.loc["b", "listed_building_m"] == pytest.approx(20, abs=0.1)
    assert np.isnan(found.loc["a", "listed_building_m"])


def test_a_layer_of_heat_sinks_without_rows_means_no_heat_is_used(town: Town) -> None:
    sinks = gpd.read_file(town.folder / "sinks.gpkg").iloc[:0]
    town.write("sinks", sinks)
    found = town.assess().sites
    assert not found["sink_in_reach"].any()
    assert found["heat_used_mwh_a"].isin([0.0]).any()


def test_within_ten_metres_of_a_worse_flood_band_it_cannot_be_told(town: Town) -> None:
    # The band of the town begins at 850 m east and ends 150 m north; the pod covers 15 m2.
    lines = ["site_id,name,kind,x,y"]
    for name, east in (("in", 870), ("at", 843), ("off", 800)):
        lines.append(f"{name},{name},car_park,{X0 + east},{Y0 + 60}")
    town.candidates("\n".join(lines) + "\n")
    town.document["candidates"]["files"][0] |= {"crs": "EPSG:3067"}
    band = town.assess().sites["flood_band"]
    assert (band["in"], band["off"]) == ("high", "none")
    assert pd.isna(band["at"])
