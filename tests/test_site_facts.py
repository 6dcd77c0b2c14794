"""Facts of a site: what the design found, what the study states, and which of them counts."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from conftest import X0, Y0, Town
from shapely.geometry import box

from siteselect.compliance.facts import derive, read_facts
from siteselect.compliance.site_facts import facts_of
from siteselect.compliance.vocabulary import FACTS
from siteselect.design.columns import SITE_COLUMNS
from siteselect.errors import StudyError

FROM_THE_TABLE = {
    *("lorry_reaches", "gate_ok", "crane_stand", "overhead_near", "fire_access", "floor_holds"),
    *("private_access", "access_24_7", "parking_ok", "maintenance_room_ok"),
    *("delivery_limits_known_share", "crane_near_overhead_m", "floor_capacity_kpa", "roof"),
    *("noise_verdict", "noise_uncertainty_db", "generator_level_dba", "noise_margin_db"),
    *("day_limit_dba", "night_limit_dba", "background_excess_db"),
    *("background_excess_low_db", "background_excess_high_db"),
    *("headroom_after_pod_kva", "primary_after_pod_kva", "upstream_after_pod_kva"),
    *("primary_rag", "upstream_rag", "connection_option", "reinforcement_needed", "supply_local"),
    *("fibre_closing", "fibre_route_known", "diversity_possible", "diversity_proven"),
    *("rtt_budget_share", "flood_band", "sink_kind", "import_kva", "floor_load_kpa"),
}
"""Columns of the table of sites that bear the name of a fact, and mean it; `in_` and `_m` apart."""


def facts(town: Town) -> pd.DataFrame:
    found = town.assess()
    return facts_of(found.study, found.sites)


def test_a_column_that_bears_the_name_of_a_fact_is_meant_to_be_it():
    shared = {column.name for column in SITE_COLUMNS if column.name in FACTS}
    land = {name for name in shared if name.startswith("in_") or name.endswith("_m")}
    assert shared - land == FROM_THE_TABLE - {"crane_near_overhead_m"}
    kinds = {column.name: column.kind for column in SITE_COLUMNS}
    assert all(FACTS[name].kind == kinds[name] for name in shared)


def test_the_facts_of_a_run_can_be_read_and_hold_what_the_design_found(town):
    found = facts(town)
    read_facts(derive(found))
    assert set(found.columns) <= set(FACTS)
    assert found["lorry_reaches"].eq(True).all()
    assert found["connection_option"].notna().all()
    assert found["upstream_rag"].isna().all()
    assert found["design_pue"].eq(1.15).all()
    assert found["host_use"].to_dict()["c"] == "school"
    assert found["host_use"].drop("c").isna().all()


def test_reused_heat_over_all_energy_is_the_energy_reuse_factor(town):
    found = facts(town)
    design = town.assess().sites
    taken_in_mwh_a = 100 * 0.7 * 1.15 * 8.76
    expected = design["heat_used_mwh_a"] / taken_in_mwh_a
    pd.testing.assert_series_equal(found["erf_share"], expected, check_names=False)
    assert found["erf_share"].max() <= 1


def test_what_the_study_states_fills_gaps_and_overrides_no_finding(town):
    area = gpd.GeoDataFrame(
        {"constraint_id": ["park"], "kind": ["sssi"], "name": [""]},
        geometry=[box(X0 + 400, Y0 + 400, X0 + 600, Y0 + 600)],
        crs=3067,
    )
    west = gpd.GeoDataFrame(geometry=[box(X0, Y0, X0 + 700, Y0 + 1000)], crs=3067)
    town.write("constraints", area)
    town.write("west", west)
    town.document["layers"]["constraints"] = [
        {
            "path": "constraints.gpkg",
            "source": "test",
            "date": "2026",
            "licence": "none",
            "basis": "illustrative",
            "covers": "west.gpkg",
            "kinds": ["sssi"],
        }
    ]
    before = facts(town)["in_sssi"].to_dict()
    assert before == {"a": False, "b": True, "c": None, "d": None}
    town.document["facts"] = {"in_sssi": False, "in_green_belt": False}
    after = facts(town)
    assert after["in_sssi"].to_dict() == {"a": False, "b": True, "c": False, "d": False}
    assert after["in_green_belt"].eq(False).all()


def test_what_the_pod_only_suggests_gives_way_to_the_study(town):
    town.document["pod"] |= {"generator_kwe": 200.0, "mass_kg": 9000.0}
    assert facts(town)["generator_count"].eq(1).all()
    town.document["facts"] = {"generator_count": 3.0, "bearing_m2": 3.0}
    found = derive(facts(town))
    assert found["generator_count"].eq(3).all()
    assert found["floor_load_kpa"].iloc[0] == pytest.approx(29.42, abs=0.005)
    assert found["generator_site_mwth"].iloc[0] == pytest.approx(3 * 0.2 / 0.38)


def test_a_fact_that_the_pod_states_or_nobody_knows_is_refused_with_all_its_like(town):
    town.document["facts"] = {"it_kw": 50.0, "colour": "red", "mass_kg": 1.0}
    with pytest.raises(StudyError) as caught:
        facts(town)
    said = {fault.column: fault.problem for fault in caught.value.faults}
    assert set(said) == {"facts.it_kw", "facts.colour", "facts.mass_kg"}
    assert "no rule knows" in said["facts.colour"]
    assert "pod states" in said["facts.it_kw"]


def test_where_nobody_lives_within_a_covered_search_the_level_at_its_edge_counts(town):
    home = gpd.GeoDataFrame(
        {"receptor_id": ["home"], "kind": ["dwelling"]}, geometry=[box(X0, Y0, X0 + 9, Y0 + 9)]
    )
    town.write("receptors", home.set_crs(3067))
    town.document["noise"] = {"night_limit_dba": 45, "search_m": 310}
    found, design = facts(town), town.assess().sites
    quiet, beside = found.loc["b"], found.loc["d"]
    assert (quiet["receptors_covered"], quiet["receptor_distance_m"]) == (True, 310)
    assert quiet["rating_level_dba"] == pytest.approx(45 - design.loc["b", "noise_margin_db"])
    assert quiet["night_limit_dba"] == 45
    assert not beside["receptors_covered"]
    assert pd.isna(beside["receptor_distance_m"])
    assert pd.isna(beside["rating_level_dba"])
    # A search no farther than what rules look at tells them nothing of the distance.
    town.document["noise"] |= {"search_m": 300}
    assert pd.isna(facts(town).loc["b", "receptor_distance_m"])
