"""Constraints and Flood Zones of planning.data.gov.uk, against a small copy on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from portal_server import PortalServer, client_for
from provider_shapes import EAST, SOUTH, TOWN, WEST, entity, planning_data, toy_entities

from siteselect.errors import SourceError
from siteselect.layers import constraints, flood
from siteselect.layers.conform import conform
from siteselect.portals.fetched import Fetched
from siteselect.portals.flood import fetch_flood_zones
from siteselect.portals.planning_data import (
    fetch_england,
    fetch_local_constraints,
    fetch_national_constraints,
)
from siteselect.portals.providers import catalogue
from siteselect.settings.declared import LayerFile

TODAY = date(2026, 11, 23)
ENGLAND = shapely.box(-6, 49, 2, 56)
FILE = LayerFile(path="x", source="x", date="2026", licence="x", basis="published")
BROKEN = f"POLYGON(({WEST} {SOUTH},{EAST} 53.96,{EAST} {SOUTH},{WEST} 53.96,{WEST} {SOUTH}))"
"""A bow tie, whose outline crosses itself."""


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer(planning_data()) as server:
        yield server


def national(portal: PortalServer, tmp_path: Path, **options: Any) -> Fetched:
    options = {"england": ENGLAND, "today": TODAY, **options}
    return fetch_national_constraints(client_for(tmp_path / "c"), TOWN, url=portal.url, **options)


def only(tmp_path: Path, *entities: dict[str, Any], **options: Any) -> Fetched:
    with PortalServer(planning_data(list(entities))) as portal:
        return national(portal, tmp_path, **options)


def test_national_data_sets_say_what_is_absent_within_england(
    portal: PortalServer, tmp_path: Path
) -> None:
    got = national(portal, tmp_path)
    (row,) = got.frame.to_dict("records")
    assert (row["kind"], row["grade"], row["name"]) == ("listed_building", "II*", "Baths")
    assert row["geometry"].geom_type == "Point"
    assert got.covered is not None
    assert got.covered.equals(TOWN)
    assert "listed_building" in got.kinds
    assert "conservation_area" not in got.kinds
    assert not conform(got.frame, constraints.LAYER, FILE, "x")[1]
    assert got.provenance.date == "2026-01-01"


def test_what_has_ended_is_left_out(portal: PortalServer, tmp_path: Path) -> None:
    assert "scheduled_monument" not in set(national(portal, tmp_path).frame["kind"])
    got = national(portal, tmp_path, today=date(2019, 1, 1))
    assert "scheduled_monument" in set(got.frame["kind"])
    assert portal.asked[0].query["period"] == ["current"]


def test_local_data_sets_prove_no_absence(portal: PortalServer, tmp_path: Path) -> None:
    got = fetch_local_constraints(client_for(tmp_path / "c"), TOWN, url=portal.url, today=TODAY)
    assert got.frame["kind"].tolist() == ["conservation_area"]
    assert got.covered is None
    assert got.kinds == ()
    assert "absence proves nothing" in {notice.topic for notice in got.notices}


def test_england_ends_where_its_authorities_end(portal: PortalServer, tmp_path: Path) -> None:
    client = client_for(tmp_path / "c")
    found = fetch_england(client, TOWN, url=portal.url)
    assert found is not None
    assert found.equals(TOWN)
    with PortalServer(planning_data([])) as abroad:
        assert fetch_england(client, TOWN, url=abroad.url) is None
    half = shapely.box(WEST, SOUTH, (WEST + EAST) / 2, 54)
    got = national(portal, tmp_path, england=half)
    assert got.covered is not None
    assert got.covered.area == pytest.approx(TOWN.area / 2)
    assert national(portal, tmp_path, england=None).covered is None


def test_the_box_is_asked_for_by_what_meets_it(portal: PortalServer, tmp_path: Path) -> None:
    national(portal, tmp_path)
    query = portal.asked[0].query
    assert query["geometry_relation"] == ["intersects"]
    assert shapely.from_wkt(query["geometry"][0]).equals(TOWN)
    assert "listed-building" in query["dataset"]
    assert len(query["dataset"]) > 5  # one request for all of them


def test_all_pages_come(tmp_path: Path) -> None:
    at = f"POINT({WEST} {SOUTH})"
    many = [entity(number, "listed-building", at) for number in range(1, 1203)]
    with PortalServer(planning_data(many)) as portal:
        got = national(portal, tmp_path)
        assert portal.count("/entity.json") == 3
    assert len(got.frame) == 1202
    assert got.frame["constraint_id"].is_unique


def test_pages_that_do_not_add_up_are_no_answer(portal: PortalServer, tmp_path: Path) -> None:
    one = toy_entities()[1]
    portal.json("/entity.json", {"entities": [one], "links": {}, "count": 3})
    with pytest.raises(SourceError, match="gave 1 of 3"):
        national(portal, tmp_path)
    portal.json("/entity.json", {"entities": [], "links": {}, "count": 3})
    with pytest.raises(SourceError, match="empty"):
        fetch_national_constraints(client_for(tmp_path / "d"), TOWN, url=portal.url)


@pytest.mark.parametrize(
    ("wkt", "reason"),
    [
        ("", "no geometry"),
        ("MULTIPOLYGON(((", "no well-known text"),
        ("POLYGON EMPTY", "no geometry"),
        ("POINT(460000 452000)", "no longitude and latitude"),
    ],
)
def test_an_entity_without_a_usable_place_leaves_all_uncovered(
    tmp_path: Path, wkt: str, reason: str
) -> None:
    got = only(tmp_path, entity(9, "listed-building", wkt))
    assert got.frame.empty
    assert reason in got.rejected["reason"].iloc[0]
    assert got.covered is None  # it may lie anywhere
    assert got.kinds == ()


def test_a_crossing_outline_is_repaired_and_told_of(tmp_path: Path) -> None:
    got = only(tmp_path, entity(9, "green-belt", BROKEN))
    assert got.frame.geometry.is_valid.all()
    assert got.frame.geometry.iloc[0].area == pytest.approx(TOWN.area / 2)
    assert "repaired shapes" in {notice.topic for notice in got.notices}


def test_an_unknown_data_set_and_another_shape_are_refused(
    portal: PortalServer, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="conservation-area"):
        national(portal, tmp_path, datasets=["conservation-area"])
    for document in ([], {"entities": {}}, {"entities": [], "count": "x"}, {"entities": ["x"]}):
        portal.json("/entity.json", document)
        with pytest.raises(SourceError, match="without entities"):
            fetch_national_constraints(client_for(tmp_path / "d"), TOWN, url=portal.url)


def test_every_data_set_of_the_catalogue_has_a_kind_of_the_layer() -> None:
    kinds = {entry["kind"] for entry in catalogue()["planning_datasets"].values()}
    assert kinds <= set(constraints.KINDS)


def test_flood_zones_become_the_least_band_that_is_certain(
    portal: PortalServer, tmp_path: Path
) -> None:
    client = client_for(tmp_path / "c")
    got = fetch_flood_zones(client, TOWN, england=ENGLAND, url=portal.url, today=TODAY)
    bands = {row["band"]: row["origin"] for row in got.frame.to_dict("records")}
    assert bands == {"low": "river", "medium": "sea"}
    assert got.covered is not None
    assert got.covered.equals(TOWN)
    assert not conform(got.frame, flood.LAYER, FILE, "x")[1]
    assert "rain not mapped" in {notice.topic for notice in got.notices}
    assert "least that is certain" in got.provenance.note


def test_a_zone_without_a_level_is_cut_out_of_what_is_covered(tmp_path: Path) -> None:
    wet = shapely.box(WEST, SOUTH, WEST + 0.01, 54)
    with PortalServer(planning_data([entity(3, "flood-risk-zone", wet.wkt)])) as portal:
        got = fetch_flood_zones(
            client_for(tmp_path / "c"), TOWN, england=ENGLAND, url=portal.url, today=TODAY
        )
    assert got.frame.empty
    assert got.rejected["reason"].tolist() == ["no Flood Zone 2 or 3"]
    assert got.covered is not None
    assert got.covered.area == pytest.approx(TOWN.area / 2)
