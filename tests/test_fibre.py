"""Fibre: latency, cost and lead time, the columns of a site, and what OpenStreetMap says."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import osmium
import pytest
from conftest import X0, Y0, Town, lonlat
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from shapely.geometry import LineString, Point

from siteselect.criteria.registry import measure
from siteselect.fibre import (
    ENTRY,
    PRICE_OF,
    build_gbp,
    build_weeks,
    dig_gbp,
    price_entries,
    rates,
    route_factor_km,
    rtt_ms,
)
from siteselect.finance.prices import rates_at
from siteselect.settings.backhaul import Backhaul
from siteselect.sources import osm_pbf, osm_telecom
from siteselect.trench import GROUNDS

# --- latency ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("straight_km", "wanted_ms"),
    # grid-fibre-access.md 2.1, k = 1.5 at 4.897 us/km (mapyourtech.com, 1550 nm)
    [(10, 0.147), (50, 0.735), (80, 1.175), (300, 4.407)],
)
def test_the_published_table_of_round_trips(straight_km: float, wanted_ms: float) -> None:
    found = rtt_ms(route_factor_km(straight_km), 4.897, 0.0)
    assert float(found) == pytest.approx(wanted_ms, abs=5e-4)


@pytest.mark.parametrize(
    ("straight_km", "route_km"),
    # grid-fibre-access.md 2.1: the ITU rule in pieces
    [(0, 0), (999, 1498.5), (1000, 1500), (1100, 1500), (1200, 1500), (1201, 1501.25)],
)
def test_the_route_factor_in_pieces(straight_km: float, route_km: float) -> None:
    assert float(route_factor_km(straight_km)) == pytest.approx(route_km, abs=1e-9)


@given(st.floats(0, 20_000), st.floats(0, 100))
def test_a_route_is_longer_than_straight_and_grows_without_a_jump(at_km, step_km):
    here, there = route_factor_km([at_km, at_km + step_km])
    assert here >= at_km
    assert -1e-9 <= there - here <= 1.5 * step_km + 1e-6


def test_an_unknown_distance_stays_unknown() -> None:
    assert np.isnan(route_factor_km([np.nan])).all()
    assert np.isnan(rtt_ms([np.nan], 4.9, 0.2)).all()


# --- cost and time ----------------------------------------------------------------------------


def test_cost_by_ground_by_hand() -> None:
    # 10 m verge, 100 m footway, 20 m carriageway; grid-fibre-access.md 2.6
    found = build_gbp(np.array([[10.0, 100.0, 20.0], [0.0, 0.0, 0.0], [np.nan] * 3]))
    assert found.low[:2].tolist() == [250 + 6000 + 2400, 0]
    assert found.high[:2].tolist() == [600 + 13_000 + 5000 + 10_000, 10_000]
    assert np.isnan([found.low[2], found.middle[2], found.high[2]]).all()


def test_the_sourced_quote_lies_within_the_range_for_soft_ground() -> None:
    # 132 m of duct and a joint box: 6,561.12 GBP [S: community.bt.com 2250269]
    verge = price_entries()["fibre_verge_gbp_m"]
    assert verge["low"] <= 6561.12 / 132 <= verge["high"]
    assert float(build_gbp(np.array([[132.0, 0, 0]])).low[0]) < 6561.12
    assert float(build_gbp(np.array([[132.0, 0, 0]])).high[0]) > 6561.12


@given(st.lists(st.floats(0, 50_000), min_size=3, max_size=3), st.integers(0, 2), st.floats(0, 1e4))
def test_estimates_are_in_order_and_more_digging_never_costs_less(metres, ground, more_m):
    longer = list(metres)
    longer[ground] += more_m
    found = build_gbp(np.array([metres, longer]))
    assert (found.low <= found.middle).all()
    assert (found.middle <= found.high).all()
    for ends in (found.low, found.middle, found.high):
        assert ends[1] >= ends[0]


def test_lead_times_with_and_without_a_dig() -> None:
    length_m = np.array([0.0, 300.0, 300.0, np.nan])
    found = build_weeks(length_m, np.array([False, False, True, True]))
    # 45 to 120 working days are 9 to 24 weeks, 4 to 9 months 17 to 39
    assert found.low[:3].tolist() == [9, 17, 9]
    assert found.high[:3].tolist() == [24, 39, 39]
    assert np.isnan(found.middle[3])


def test_every_rate_has_a_range_a_unit_and_a_tag() -> None:
    known = rates()
    for figure in (known.no_dig_weeks, known.dig_weeks):
        assert figure.low <= figure.value <= figure.high
        assert figure.unit == "weeks"
        assert figure.source.startswith(("[S]", "[K]", "[J]"))
    assert {*PRICE_OF, ENTRY} == {*GROUNDS, ENTRY}
    for name in (*PRICE_OF.values(), ENTRY):
        entry = price_entries()[name]
        assert entry["low"] <= entry["mid"] <= entry["high"]
        assert (entry["unit"], entry["tag"]) == ("GBP" if name == ENTRY else "GBP/m", "J")


def test_the_money_model_prices_fibre_as_the_design_does() -> None:
    ground_m = np.array([10.0, 100.0, 20.0])
    for end, ours in (("favourable", "low"), ("mid", "middle"), ("adverse", "high")):
        found = getattr(build_gbp(ground_m[np.newaxis]), ours)[0]
        assert float(dig_gbp(ground_m, rates_at(end))) == pytest.approx(found)


# --- the columns of a site --------------------------------------------------------------------


def nodes(at: list[tuple[float, float]], **columns: list[object]) -> gpd.GeoDataFrame:
    points = [Point(X0 + east, Y0 + north) for east, north in at]
    return gpd.GeoDataFrame(columns, geometry=points, crs=3067)


def test_cost_time_and_round_trip_by_hand(town: Town) -> None:
    site = town.assess().sites.loc["b"]
    # Site b stands at a crossing, 500 m of residential street from the point: all in the footway.
    assert site["fibre_m"] == pytest.approx(500, abs=0.01)
    assert site["fibre_gbp"] == pytest.approx(500 * 95 + 3000, abs=2)
    assert site["fibre_low_gbp"] == pytest.approx(500 * 60, abs=2)
    assert site["fibre_high_gbp"] == pytest.approx(500 * 130 + 10_000, abs=2)
    assert (site["fibre_low_weeks"], site["fibre_weeks"], site["fibre_high_weeks"]) == (17, 28, 39)
    assert site["rtt_ms"] == pytest.approx(2 * (0.5 * 1.05 + 5) * 4.9e-3 + 0.2, abs=1e-5)
    assert site["rtt_basis"] == "length stated for the pick-up point"
    assert site["rtt_budget_share"] == pytest.approx(site["rtt_ms"] / 2.0)


def test_operator_closure_and_mapped_routes_are_told(town: Town) -> None:
    frame = nodes([(500, 0), (1000, 1000), (0, 0)], fibre_id=["f1", "f2", "f3"])
    frame["kind"] = ["exchange", "exchange", "pop"]
    frame["operator"] = ["Openreach", "", "Other"]
    frame["closing"] = ["yes", None, "no"]
    town.write("fibre", frame)
    line = LineString([(X0 + 480, Y0 + 530), (X0 + 480, Y0 + 990)])
    routes = gpd.GeoDataFrame({"route_id": ["r"]}, geometry=[line], crs=3067)
    town.write("routes", routes)
    file = town.document["layers"]["fibre_nodes"][0]
    town.document["layers"]["fibre_routes"] = [{**file, "path": "routes.gpkg"}]
    sites = town.assess().sites
    assert (sites.loc["b", "fibre_operator"], sites.loc["b", "fibre_closing"]) == (
        "Openreach",
        True,
    )
    assert (sites.loc["c", "fibre_operator"], sites.loc["c", "fibre_closing"]) == ("", None)
    assert (sites.loc["a", "fibre_operator"], sites.loc["a", "fibre_closing"]) == ("Other", False)
    # 36 m away proves; nothing mapped proves nothing, and is never a no.
    assert sites["fibre_route_known"].to_dict() == {"a": None, "b": True, "c": None, "d": None}
    assert sites.loc["b", "fibre_low_weeks"] == 9
    assert sites.loc["a", "fibre_low_weeks"] == 17


def test_where_the_workload_talks_to_closes_the_gap(town: Town) -> None:
    town.write("fibre", nodes([(500, 0)], fibre_id=["f1"]))
    unknown = town.assess()
    assert unknown.sites["rtt_ms"].isna().all()
    assert unknown.sites["rtt_basis"].str.startswith("unknown: ").all()
    reason = measure("round_trip_time", unknown.sites, unknown.layers).reasons["b"]
    assert reason == "the fibre length beyond the pick-up point is not known"
    lon, lat = lonlat(500, 0)
    town.document["backhaul"] = {"exchange": {"name": "Far Hall", "lon": lon, "lat": lat + 0.9}}
    sites = town.assess().sites
    assert sites.loc["b", "rtt_basis"] == (
        "straight line from the pick-up point to Far Hall by the ITU rule"
    )
    # 0.9 degrees of latitude at 60 N are 100.3 km (WGS 84: 111.4 km a degree).
    assert sites.loc["b", "rtt_ms"] == pytest.approx(
        2 * (0.525 + 1.5 * 100.28) * 4.9e-3 + 0.2, abs=2e-3
    )
    del town.document["layers"]["fibre_nodes"]
    town.document["groups"].pop("fibre")
    town.document["presets"] = {}
    alone = town.assess().sites
    assert alone.loc["b", "rtt_basis"] == "straight line from the site to Far Hall by the ITU rule"
    # Site b is 500 m nearer to it.
    assert alone.loc["b", "rtt_ms"] == pytest.approx(2 * 1.5 * 99.78 * 4.9e-3 + 0.2, abs=2e-3)
    assert alone["fibre_gbp"].isna().all()


def test_what_is_stated_wins_over_the_straight_line_and_access_adds_its_time(town: Town) -> None:
    before = town.assess().sites["rtt_ms"]
    town.document["backhaul"] = {
        "exchange": {"name": "Elsewhere", "lon": 0.0, "lat": 0.0},
        "access_ms": 1.5,
    }
    after = town.assess().sites
    assert (after["rtt_ms"] - before).to_numpy() == pytest.approx(1.5)
    assert (after["rtt_basis"] == "length stated for the pick-up point").all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"exchange": {"name": "x", "lon": 200, "lat": 0}},
        {"exchange": {"name": "", "lon": 0, "lat": 0}},
        {"exchange": {"name": "half", "lon": 0}},
        {"road_factor": 0.9},
        {"access_ms": -1},
        {"route_near_m": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Backhaul.model_validate(wrong)


# --- OpenStreetMap ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"telecom": "exchange"}, "exchange"),
        ({"telecom": "connection_point"}, "cabinet"),
        ({"telecom": "data_center"}, "data_centre"),
        ({"telecom": "cable_landing_station"}, "landing_station"),
        ({"man_made": "street_cabinet", "street_cabinet": "telecom"}, "cabinet"),
        ({"telecom": "distribution_point", "telecom:medium": "fibre"}, "distribution_point"),
        ({"telecom": "distribution_point"}, ""),
        ({"telecom": "exchange", "telecom:medium": "copper"}, ""),
        ({"telecom": "exchange", "disused": "yes"}, ""),
        ({"man_made": "street_cabinet", "street_cabinet": "power"}, ""),
        ({}, ""),
    ],
)
def test_kinds_of_pick_up_points(tags: dict[str, str], kind: str) -> None:
    assert osm_telecom.node_kind(tags) == kind


@pytest.mark.parametrize(
    ("tags", "is_route"),
    [
        ({"communication": "line", "telecom:medium": "fibre"}, True),
        ({"telecom": "line", "telecom:medium": "copper;fibre"}, True),
        ({"man_made": "duct", "telecom:medium": "fiber"}, True),
        ({"communication": "line"}, False),
        ({"communication": "line", "telecom:medium": "coaxial"}, False),
        ({"telecom:medium": "fibre"}, False),
        ({"communication": "line", "telecom:medium": "fibre", "abandoned": "yes"}, False),
    ],
)
def test_a_line_is_fibre_only_where_it_says_so(tags: dict[str, str], is_route: bool) -> None:
    assert osm_telecom.is_route(tags) is is_route


def test_a_file_gives_points_and_routes(tmp_path) -> None:
    path = tmp_path / "tiny.osm.pbf"
    writer = osmium.SimpleWriter(str(path), overwrite=True)
    exchange = {"telecom": "exchange", "operator": "Openreach", "name": "Town <b>Exchange</b>"}
    tags: dict[int, dict[str, str]] = {1: exchange, 5: {"telecom:medium": "fibre"}}
    for number in range(1, 6):
        at = (-0.72 + number / 1000, 52.67 + (number % 2) / 1000)
        node = osmium.osm.mutable.Node(id=number, location=at, tags=tags.get(number, {}), version=1)
        writer.add_node(node)
    fibre = {"communication": "line", "telecom:medium": "fibre", "location": "underground"}
    for number, members, more in (
        (10, [1, 2, 3], {"operator": "CityFibre"}),
        (11, [1, 2, 3, 1], {"location": "overhead"}),
        (12, [1, 2], {"telecom:medium": "copper"}),
    ):
        way = osmium.osm.mutable.Way(id=number, nodes=members, tags={**fibre, **more}, version=1)
        writer.add_way(way)
    writer.close()
    found = osm_pbf.read(path, "fibre_nodes")
    assert found[["fibre_id", "name", "kind", "operator"]].to_numpy().tolist() == [
        ["osm-node-1", "Town <b>Exchange</b>", "exchange", "Openreach"]
    ]
    routes = osm_pbf.read(path, "fibre_routes").set_index("route_id")
    assert routes["medium"].to_dict() == {
        "osm-way-10": "underground",
        "osm-way-11": "overhead",
    }
    assert routes.loc["osm-way-10", "operator"] == "CityFibre"
    # The ring comes as its outline.
    assert set(routes.geometry.geom_type) == {"LineString"}
    assert routes.geometry["osm-way-11"].is_closed
