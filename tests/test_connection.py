"""The connection of every site: where it is met, what feeds it, kind, cost, time, gaps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, SHARED, X0, Y0, Town
from shapely.geometry import Point, box

from siteselect.candidates import propose
from siteselect.criteria.registry import measure
from siteselect.design.connection import COLUMNS, connect
from siteselect.design.money_case import project_of
from siteselect.design.reach import streets_of
from siteselect.errors import StudyError
from siteselect.finance.cash_flow import built_gbp
from siteselect.finance.plan import Terms, make_plan
from siteselect.layers.build import build_territory
from siteselect.study import Study
from siteselect.study_file import load_study

RUTLAND = ROOT / "data" / "rutland" / "study.yaml"
FILE = {"source": "test", "date": "2026", "licence": "none", "basis": "illustrative"}
GRID_CRITERIA = (
    *("connection_length", "headroom_after_pod", "primary_headroom", "primary_distance"),
    *("connection_cost", "connection_time"),
)


def supply(at: list[tuple[float, float]], **columns: list[object]) -> gpd.GeoDataFrame:
    """Make supply points at metres from the town's corner."""
    shapes = [Point(X0 + east, Y0 + north) for east, north in at]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=3067)


def connected(town: Town, pod_kw: float = 100) -> pd.DataFrame:
    """Connect the town's four sites."""
    town.document["pod"]["it_kw"] = pod_kw
    return _connected(town.study, town.folder)


def _connected(study: Study, folder, data=None) -> pd.DataFrame:
    territory = build_territory(study, folder, data)
    candidates = propose(study, territory, folder, data).candidates
    streets = streets_of(territory, candidates, study.routing)
    found = connect(study, territory, streets, candidates.index)
    assert set(found.columns) == {column.name for column in COLUMNS}
    assert found.index.equals(candidates.index)
    return found


def test_a_way_from_a_substation_with_room_by_hand(town: Town):
    """100 kW x 1.15 / 0.95 = 121 kVA: a step of 138 kVA, 400 m from s2, which has 800 kVA."""
    site = connected(town).loc["c"]
    assert site["supply_id"] == "s2"
    assert site["connection_option"] == "lv_way"
    assert site["connection_kva"] == 138
    assert site["supply_headroom_basis"] == "published"
    assert site["headroom_after_pod_kva"] == pytest.approx(800 - 115 / 0.95)
    grounds = ["connection_verge_m", "connection_footway_m", "connection_carriageway_m"]
    assert site[grounds].sum() == pytest.approx(site["connection_m"])
    verge, footway, carriageway = site[grounds]
    by_hand = 8000 + 90 * verge + 140 * footway + 220 * carriageway
    assert site["connection_gbp"] == pytest.approx(by_hand)
    assert site["connection_weeks"] == 25 / 5 + 18


def test_a_full_substation_asks_for_a_new_one_and_headroom_never_worsens_it(town: Town):
    site = connected(town).loc["a"]
    assert site["supply_headroom_kva"] == 50
    assert site["connection_option"] == "new_substation"
    assert site["transformer_kva"] == 315
    assert "too little left" in site["connection_note"]
    town.write(
        "supply",
        supply([(0, 0)], supply_id=["s1"], headroom_kva=[900.0], level=["secondary"]),
    )
    relieved = connected(town).loc["a"]
    assert relieved["connection_option"] == "lv_way"
    assert relieved["connection_gbp"] < site["connection_gbp"]
    assert np.isnan(relieved["transformer_kva"])


def test_a_long_low_voltage_cable_asks_for_a_new_substation(town: Town):
    town.document["grid"] = {"lv_limit_m": 350}
    site = connected(town).loc["c"]
    assert site["connection_option"] == "new_substation"
    assert "too long for low voltage" in site["connection_note"]


def test_the_low_end_counts_less_cable_where_the_map_may_have_gaps(town: Town):
    site = connected(town).loc["c"]
    assert site["connection_low_gbp"] <= 3000 + 50 * 150
    assert "upper bound" in site["connection_note"]
    town.document["grid"] = {"map_complete": True}
    sure = connected(town).loc["c"]
    assert sure["connection_low_gbp"] > site["connection_low_gbp"]
    assert sure["connection_gbp"] == site["connection_gbp"]
    assert "upper bound" not in sure["connection_note"]


def test_a_cabinet_serves_a_joint_and_not_a_larger_connection(town: Town):
    town.write(
        "supply",
        supply(
            [(200, 200), (0, 0)],
            supply_id=["cabinet", "station"],
            level=["lv", "secondary"],
        ),
    )
    assert connected(town, 40).loc["a", ["supply_id", "connection_option"]].tolist() == [
        "cabinet",
        "lv_main",
    ]
    assert connected(town, 100).loc["a", ["supply_id", "connection_option"]].tolist() == [
        "station",
        "lv_way",
    ]


def test_a_joint_that_a_full_cabinet_cannot_feed_looks_for_a_substation(town: Town):
    town.write(
        "supply",
        supply(
            [(200, 200), (0, 0)],
            supply_id=["cabinet", "station"],
            level=["lv", "secondary"],
            headroom_kva=[1.0, None],
        ),
    )
    site = connected(town, 40).loc["a"]
    assert site["connection_option"] != "lv_main"
    assert site["supply_id"] == "station"


def test_only_primaries_mapped_is_unknown_length_and_not_an_absent_supply(town: Town):
    town.write(
        "supply",
        supply([(0, 0)], supply_id=["p1"], name=["Oakham"], level=["primary"], headroom_kva=[4e3]),
    )
    found = connected(town)
    assert found["connection_m"].isna().all()
    assert found["connection_gbp"].isna().all()
    assert found["connection_basis"].str.contains("not an absent supply").all()
    assert found["supply_local"].eq(False).all()
    # The primary stands in for the headroom, and says so by its level.
    assert found["supply_id"].eq("p1").all()
    assert found["supply_level"].eq("primary").all()
    assert found["headroom_after_pod_kva"].eq(found["primary_after_pod_kva"]).all()
    assert found["reinforcement_needed"].isna().all()
    assert found["connection_option"].eq("lv_way").all()
    assert found["connection_note"].str.contains("by size alone").all()
    length = measure("connection_length", found, _layers())
    assert length.reasons.str.contains("no local substation is mapped").all()
    time = measure("connection_time", found, _layers())
    assert time.values.isna().all()


def test_a_substation_kilometres_off_is_a_gap_in_the_map(town: Town):
    town.document["grid"] = {"map_limit_m": 300}
    found = connected(town)
    far = found["connection_m"].isna()
    assert far.any()
    assert found.loc[far, "connection_basis"].str.contains("over 300 m off").all()
    assert (found.loc[~far, "connection_m"] <= 300).all()
    town.document["grid"] = {"map_limit_m": 300, "map_complete": True}
    assert connected(town)["connection_m"].notna().all()


def test_without_the_layer_everything_is_unknown_but_the_size(town: Town):
    del town.document["layers"]["supply_points"]
    del town.document["groups"]["grid"]
    town.document["presets"] = {}
    found = connected(town)
    assert found["supply_id"].eq("").all()
    assert found["primary_id"].eq("").all()
    assert found["connection_gbp"].isna().all()
    assert found["connection_option"].eq("lv_way").all()
    assert found["reinforcement_needed"].isna().all()


def primaries() -> gpd.GeoDataFrame:
    """Make a local point in the middle, two primaries and what feeds them."""
    return supply(
        [(500, 500), (0, 0), (3000, 3000), (5000, 5000)],
        supply_id=["s", "near", "far", "bsp"],
        name=["Mill", "Near", "Far", "Stamford"],
        level=["secondary", "primary", "primary", "grid"],
        headroom_kva=[500.0, 9000.0, 20.0, None],
        rag=["", "green", "red", "amber"],
        upstream_id=["far", "bsp", "bsp", ""],
    )


def test_the_nearest_primary_is_assumed_unless_the_operator_says_otherwise(town: Town):
    rows = primaries()
    town.write("supply", rows.assign(upstream_id=["", "bsp", "bsp", ""]))
    found = connected(town)
    assert found["primary_id"].eq("near").all()
    assert found["primary_basis"].eq("nearest primary, assumed").all()
    assert found["upstream_rag"].eq("amber").all()
    assert found["upstream_limit"].eq("Stamford: amber").all()
    # Site b is near enough for low voltage; to the others a high-voltage feeder leads, unknown.
    assert found.loc["b", "reinforcement_needed"] is False
    assert found.loc["b", "reinforcement_gbp"] == 0
    assert found.loc["a", "reinforcement_needed"] is None
    town.write("supply", rows)
    chained = connected(town)
    assert chained["primary_id"].eq("far").all()
    assert chained["primary_basis"].eq("feeds the supply point, as published").all()
    assert chained["upstream_limit"].eq("Far: red").all()
    assert chained["reinforcement_needed"].eq(True).all()
    assert chained["connection_note"].str.contains("expect reinforcement").all()
    assert chained["connection_weeks"].gt(found["connection_weeks"]).all()


def test_the_operator_s_area_counts_first_and_the_smallest_of_several(town: Town):
    town.write("supply", primaries().assign(upstream_id=["far", "bsp", "bsp", ""]))
    areas = gpd.GeoDataFrame(
        {"supply_area_id": ["w", "n"], "supply_id": ["bsp", "near"], "name": ["whole", "north"]},
        geometry=[box(X0, Y0, X0 + 1000, Y0 + 1000), box(X0, Y0 + 400, X0 + 1000, Y0 + 1000)],
        crs=3067,
    )
    town.write("areas", areas)
    town.document["layers"]["supply_areas"] = [{"path": "areas.gpkg", **FILE}]
    found = connected(town)
    assert found["primary_basis"].eq("area of the operator").all()
    assert found["primary_id"].to_dict() == {"a": "bsp", "b": "near", "c": "near", "d": "bsp"}
    town.write("areas", areas.assign(supply_id=["bsp", "elsewhere"]))
    other = connected(town).loc["b"]
    assert other["primary_id"] == "elsewhere"
    assert other["primary_name"] == "north"
    assert np.isnan(other["primary_headroom_kva"])
    assert np.isnan(other["primary_m"])


def test_a_red_level_above_never_lets_reinforcement_be_ruled_out(town: Town):
    town.write("supply", primaries().assign(rag=["", "green", "", "red"], upstream_id=""))
    assert connected(town).loc["b", "reinforcement_needed"] is False
    town.write(
        "supply",
        primaries().assign(rag=["", "green", "", "red"], upstream_id=["", "bsp", "", ""]),
    )
    found = connected(town)
    assert found["upstream_rag"].eq("red").all()
    assert found["reinforcement_needed"].isna().all()


def test_cost_of_reinforcement_above_the_threshold(town: Town):
    town.write("supply", primaries())
    town.document["grid"] = {"reinforcement_gbp": 500_000}
    found = connected(town)
    assert found["reinforcement_whole_gbp"].eq(500_000).all()
    assert found["reinforcement_gbp"].to_numpy() == pytest.approx(500_000 - 1720 * 138)
    town.document["grid"]["reinforcement_by_point_gbp"] = {"bsp": 1_000_000}
    assert connected(town)["reinforcement_whole_gbp"].eq(1_000_000).all()
    town.document["grid"]["reinforcement_by_point_gbp"] = {"nobody": 1.0}
    with pytest.raises(StudyError, match="found nobody"):
        connected(town)


def test_the_appraisal_builds_the_connection_of_the_design(town: Town):
    town.write("supply", primaries())
    town.document["grid"] = {"reinforcement_gbp": 500_000}
    assessed = town.assess()
    for site_id, site in assessed.sites.iterrows():
        project = project_of(assessed.study, site)
        if isinstance(project, str):
            continue
        built = built_gbp(make_plan(project, Terms(), assessed.study.money.prices))
        assert built["connection"] == pytest.approx(site["connection_gbp"]), site_id
        assert built["reinforcement"] == pytest.approx(site["reinforcement_gbp"])


def test_a_stated_price_holds_at_every_end_and_order_stays(town: Town):
    town.document["money"] = {"prices": {"cable_gbp_m": 900.0}}
    found = connected(town)
    assert (found["connection_low_gbp"] <= found["connection_gbp"]).all()
    assert (found["connection_gbp"] <= found["connection_high_gbp"]).all()


def test_a_connection_too_large_for_the_list_says_so(town: Town):
    town.document["pod"] |= {"pue": 2.5}
    found = connected(town, 500)
    assert found["connection_option"].eq("hv_metered").all()
    assert found["connection_gbp"].isna().all()
    assert found["connection_note"].str.contains("ask for a quotation").all()
    cost = measure("connection_cost", found, _layers())
    assert cost.reasons.str.contains("no list price").all()


def test_a_site_alone_is_connected_as_in_company(town: Town):
    together = connected(town)
    for site in ("a", "d"):
        lines = (town.folder / "candidates.csv").read_text(encoding="utf-8").splitlines()
        town.candidates(
            "\n".join([lines[0], *(line for line in lines if line[:2] == f"{site},")]) + "\n"
        )
        alone = connected(town)
        pd.testing.assert_frame_equal(
            alone, together.loc[[site]], check_dtype=False, check_index_type=False
        )
        town.candidates("\n".join(lines) + "\n")


def test_a_primary_drawn_twice_is_the_one_with_headroom(town: Town):
    at = [(500, 500), (0, 0), (100, 100), (1000, 1000)]
    rows = supply(
        at,
        supply_id=["s", "operator", "drawn", "unknown"],
        level=["secondary", "primary", "primary", "primary"],
        headroom_kva=[500.0, 9000.0, None, None],
    )
    town.write("supply", rows)
    found = connected(town)
    assert found.loc["a", "primary_id"] == "operator"
    # One that stands alone is not passed over for being unknown.
    assert found.loc["c", "primary_id"] == "unknown"
    town.document["grid"] = {"same_station_m": 0}
    assert connected(town).loc["a", "primary_id"] == "drawn"
    assert np.isnan(connected(town).loc["a", "primary_headroom_kva"])


@pytest.mark.parametrize("with_osm", [False, True])
def test_rutland_fills_every_column_or_says_why(with_osm: bool):
    extract = SHARED / "rutland-osm" / "rutland-latest.osm.pbf"
    heard = SHARED / "gb-primary-substations" / "wpd_network_capacity_map_2023-02-28.csv"
    if not (extract.is_file() and heard.is_file()):
        pytest.skip("the Rutland files are not part of a clone (see data/rutland/README.md)")
    study = load_study(RUTLAND)
    operator, drawn = study.layers["supply_points"]
    assert (operator.reader, drawn.reader) == ("nged", None)
    if not with_osm:
        only = {"supply_points": (operator,)}
        study = study.model_copy(update={"layers": {**study.layers, **only}})
    found = _connected(study, RUTLAND.parent, SHARED)
    assert len(found) > 500
    assert found["primary_id"].ne("").all()
    assert found["primary_m"].notna().all()
    assert found["connection_option"].isin(["lv_main", "lv_way", "new_substation"]).all()
    known = found["connection_m"].notna()
    assert known.any() == with_osm, "one transformer and three substations are drawn"
    assert found.loc[~known, "connection_basis"].str.contains("missing|not an absent").all()
    assert found.loc[known, "connection_gbp"].notna().all()
    assert (found["connection_low_gbp"] <= found["connection_high_gbp"])[known].all()
    for criterion in GRID_CRITERIA:
        told = measure(criterion, found, _layers())
        assert (told.reasons[told.values.isna()] != "").all()
    assert measure("primary_headroom", found, _layers()).values.notna().mean() > 0.8


def _layers() -> dict[str, None]:
    """Name layers that a study has, for criteria that read the table of sites alone."""
    return dict.fromkeys(("supply_points", "roads"))
