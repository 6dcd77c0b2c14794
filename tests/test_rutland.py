"""A whole English county on real open data: at least 500 candidates, the England pack, no crash."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, SHARED

from siteselect.assess import Assessment, assess
from siteselect.study_file import load_study

STUDY = ROOT / "data" / "rutland" / "study.yaml"
EXTRACT = SHARED / "rutland-osm" / "rutland-latest.osm.pbf"
PRIMARIES = SHARED / "gb-primary-substations" / "wpd_network_capacity_map_2023-02-28.csv"

pytestmark = pytest.mark.skipif(
    not (EXTRACT.is_file() and PRIMARIES.is_file()),
    reason="the Rutland files are not part of a clone (see data/rutland/README.md)",
)


@pytest.fixture(scope="module")
def rutland() -> Assessment:
    return assess(load_study(STUDY), Path(STUDY.parent), data=SHARED, opinions=False)


def test_at_least_500_candidates_from_a_grid_and_from_tags_are_ranked(rutland: Assessment) -> None:
    sites = rutland.sites
    ranked = rutland.ranking.table["rank"].notna()
    assert ranked.sum() >= 500
    assert sites["kind"].eq("grid_point").sum() >= 400
    assert sites["kind"].str.startswith("leisure=").sum() >= 10
    assert sites["kind"].str.startswith("amenity=parking").sum() >= 50


def test_the_real_substations_serve_the_sites(rutland: Assessment) -> None:
    names = set(rutland.sites["primary_name"])
    assert {"Oakham", "Uppingham"} <= {name.split()[0] for name in names if name}
    assert rutland.sites["primary_basis"].eq("nearest primary, assumed").all()
    assert set(rutland.sites["primary_rag"]) <= {"green", "amber", "red", ""}
    headroom = rutland.sites["primary_headroom_kva"].dropna()
    assert headroom.between(-50_000, 100_000).all()
    assert headroom.abs().gt(500).any(), "MVA were read as kVA"


def test_features_elsewhere_in_the_country_are_counted_not_faulted(rutland: Assessment) -> None:
    told = [notice.text for notice in rutland.notices if notice.topic == "features far away"]
    assert len(told) == 1
    assert "of 1082 features of wpd_network_capacity_map_2023-02-28.csv" in told[0]


def test_what_no_layer_covers_stays_unknown(rutland: Assessment) -> None:
    assert rutland.measures["flood_band"].isna().all()
    assert rutland.reasons["flood_band"].eq("the study has no layer flood").all()
    heritage = rutland.findings.query("rule_id == 'EN-P06'")
    assert set(heritage["verdict"]) == {"unknown"}


def test_lengths_by_route_are_never_shorter_than_straight_lines(rutland: Assessment) -> None:
    by_route = rutland.sites[rutland.sites["connection_basis"] == "by route"]
    points = rutland.layers["supply_points"].frame.geometry.loc[by_route["supply_id"]]
    straight = by_route.geometry.distance(points, align=False)
    assert len(by_route) > 100
    assert (by_route["connection_m"] >= straight - 0.01).all()


def test_noise_of_the_plant_fails_the_england_pack_only_next_to_homes(rutland: Assessment) -> None:
    failed = rutland.findings.query("verdict == 'fail'")
    assert set(failed["rule_id"]) == {"EN-N03", "EN-N08"}
    loud = rutland.sites.loc[failed["site_id"].unique()]
    assert loud["receptor_m"].max() < 120
