"""PeeringDB's facilities, against a small PeeringDB on this machine."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from portal_server import PortalServer, client_for
from provider_shapes import TOWN, peeringdb, toy_facilities

from siteselect.errors import SourceError
from siteselect.layers.conform import conform
from siteselect.layers.fibre_nodes import LAYER
from siteselect.portals.fetched import Fetched
from siteselect.portals.peeringdb import fetch_facilities
from siteselect.settings.declared import LayerFile


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer(peeringdb()) as server:
        yield server


def fetch(portal: PortalServer, tmp_path: Path, **changes: object) -> Fetched:
    client = client_for(tmp_path / "cache", **changes)
    return fetch_facilities(client, TOWN, url=f"{portal.url}/api")


def test_facilities_on_the_area_become_fibre_nodes(portal: PortalServer, tmp_path: Path) -> None:
    got = fetch(portal, tmp_path)
    house, shed = got.frame.to_dict("records")
    assert (house["fibre_id"], house["kind"], house["carriers"]) == ("peeringdb-fac-1", "pop", 12.0)
    assert house["name"] == "Toy House (TOYIX)"  # an exchange is where its facilities are
    assert (shed["kind"], shed["operator"]) == ("data_centre", "Toy Hosting")
    assert math.isnan(shed["carriers"])
    assert got.frame.crs == "EPSG:4326"


def test_the_rows_hold_to_the_layers_contract(portal: PortalServer, tmp_path: Path) -> None:
    got = fetch(portal, tmp_path)
    file = LayerFile(path="x", source="x", date="2026", licence="x", basis="published")
    _, faults = conform(got.frame, LAYER, file, "peeringdb")
    assert not faults


def test_a_facility_that_nobody_placed_is_told_of(portal: PortalServer, tmp_path: Path) -> None:
    got = fetch(portal, tmp_path)
    assert got.rejected.to_dict("records") == [
        {"identifier": "peeringdb-fac-4", "reason": "no coordinates", "value": "Unplaced"}
    ]


def test_absence_proves_nothing_and_the_terms_come_along(
    portal: PortalServer, tmp_path: Path
) -> None:
    got = fetch(portal, tmp_path)
    assert got.covered is None
    assert "Acceptable Use Policy" in got.provenance.licence
    assert any("peeringdb.com/aup" in notice.text for notice in got.notices)
    assert got.provenance.date == "2026-02-01"


def test_pauses_are_those_that_peeringdb_asks_for(portal: PortalServer, tmp_path: Path) -> None:
    from portal_server import Clock

    clock = Clock()
    client = client_for(tmp_path / "cache", clock)
    fetch_facilities(client, TOWN, url=f"{portal.url}/api")
    assert clock.slept == [3.0, 3.0]  # between three queries


def test_throttling_is_waited_out_and_then_told(portal: PortalServer, tmp_path: Path) -> None:
    portal.throttle("/api/fac", 1, retry_after="7")
    assert len(fetch(portal, tmp_path).frame) == 2
    portal.throttle("/api/fac", 9)
    with pytest.raises(SourceError, match="429"):
        fetch(portal, tmp_path, refresh=True)


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        (0, 0, "coordinates of nought"),
        ("x", 1, "no coordinates"),
        (200, 1, "no longitude and latitude"),
        (1, float("inf"), "no longitude and latitude"),
    ],
)
def test_hostile_coordinates_are_rejected(
    tmp_path: Path, lon: object, lat: object, reason: str
) -> None:
    rows = toy_facilities()[:1]
    rows[0] |= {"longitude": lon, "latitude": lat}
    with PortalServer(peeringdb(rows)) as portal:
        got = fetch(portal, tmp_path)
    assert got.frame.empty
    assert reason in got.rejected["reason"].iloc[0]


def test_an_answer_of_another_shape_is_refused(portal: PortalServer, tmp_path: Path) -> None:
    for document in ([], {"data": None}, {"data": [{"name": "no id"}]}, {"data": ["x"]}):
        portal.json("/api/fac", document)
        with pytest.raises(SourceError, match="without a list of objects"):
            fetch(portal, tmp_path)


def test_many_facilities_are_asked_for_in_few_queries(tmp_path: Path) -> None:
    rows = [toy_facilities()[0] | {"id": number} for number in range(1, 402)]
    with PortalServer(peeringdb(rows)) as portal:
        got = fetch_facilities(
            client_for(tmp_path / "c"), shapely.box(-2, 53, 0, 55), url=f"{portal.url}/api"
        )
        assert portal.count("/api/ixfac") == 3
    assert len(got.frame) == 401
