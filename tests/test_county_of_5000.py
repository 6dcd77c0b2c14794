"""A real county, 5,000 candidates: no grid, fibre or access column is empty without a reason."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import ROOT, SHARED

from siteselect.assess import Assessment, assess
from siteselect.design import access, backhaul, connection
from siteselect.design.routes import KINDS, routes_of
from siteselect.study import Study

STUDY = ROOT / "data" / "rutland" / "study.yaml"
EXTRACT = SHARED / "rutland-osm" / "rutland-latest.osm.pbf"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not EXTRACT.is_file(),
        reason="the Rutland files are not part of a clone (see data/rutland/README.md)",
    ),
]

REASONS = {
    "supply_": "supply_headroom_basis",
    "headroom_": "supply_headroom_basis",
    "connection_": "connection_note",
    "transformer_": "connection_option",
    "reinforcement_": "connection_note",
    "primary_": "primary_headroom_basis",
    "upstream_": "primary_headroom_basis",
    "fibre_": "diversity_evidence",
    "rtt_": "rtt_basis",
    "diversity_": "diversity_evidence",
    "fire_": "fire_access_basis",
    "crane_": "crane_stand_basis",
    "delivery_": "delivery_basis",
    "last_mile_": "delivery_basis",
}
"""Which column says why another is unknown, by how its name begins."""


@pytest.fixture(scope="module")
def county() -> Assessment:
    document = yaml.safe_load(STUDY.read_text(encoding="utf-8"))
    document["candidates"]["grid"] |= {"spacing_m": 400, "shape": "hex"}
    return assess(Study.model_validate(document), STUDY.parent, data=SHARED, opinions=False)


def test_there_are_5000_candidates_and_all_are_assessed(county: Assessment) -> None:
    assert len(county.sites) >= 5000
    assert county.ranking.table["rank"].notna().sum() >= 4500


def test_every_grid_fibre_and_access_column_is_known_or_says_why_not(county: Assessment) -> None:
    sites = county.sites
    columns = (*connection.COLUMNS, *backhaul.COLUMNS, *access.COLUMNS)
    silent = []
    for column in columns:
        values = sites[column.name]
        missing = values.isna() | (values.astype(object) == "")
        reason = next(
            (told for start, told in REASONS.items() if column.name.startswith(start)), None
        )
        if column.kind != "number" or not missing.any():
            continue
        if reason is None:
            silent.append((column.name, int(missing.sum())))
        elif (sites.loc[missing, reason].astype(object) == "").any():
            silent.append((column.name, reason))
    # What no map and no list says: nobody has named a base, and widths are on hardly any street.
    asked = {"drive_min", "road_width_m", "road_offset_m", "crane_near_overhead_m"}
    assert {name for name, _ in silent} <= asked, silent


def test_criteria_name_a_reason_wherever_they_are_unknown(county: Assessment) -> None:
    unknown = county.measures.isna()
    assert (county.reasons.where(unknown, "known") != "").all().all()


def test_a_route_of_each_kind_is_drawn_as_long_as_the_table_says(county: Assessment) -> None:
    sites = county.sites
    assert {"cable", "fibre", "pipe", "lorry"} <= set(KINDS)
    drawn = {}
    for kind, column in (
        ("cable", "connection_basis"),
        ("fibre", "fibre_basis"),
        ("pipe", "sink_basis"),
        ("lorry", "delivery_basis"),
    ):
        by_route = sites.index[sites[column].eq("by route")]
        if kind == "pipe":
            by_route = sites.index[sites["sink_in_reach"] & sites[column].eq("by route")]
        routes = routes_of(county.study, county.territory, sites, list(by_route[:3]))
        drawn[kind] = routes[routes["kind"] == kind]
    for kind, rows in drawn.items():
        assert len(rows) >= 1, kind
        assert (rows.geometry.length > 0).all()
    for kind, column in (("cable", "connection_m"), ("fibre", "fibre_m"), ("pipe", "sink_m")):
        table = sites.loc[drawn[kind]["site_id"], column].to_numpy(dtype=float)
        assert np.allclose(drawn[kind]["length_m"], table)
        # a drawn way has the straight bits to and from the street as well
        assert (drawn[kind].geometry.length.to_numpy() <= table + 1).all()
    assert isinstance(drawn["lorry"], pd.DataFrame)
