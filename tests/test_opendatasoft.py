"""Opendatasoft portals: paging, exports, keys, names that drift, answers that hold nothing back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal_server import PortalServer, client_for

from siteselect.errors import SourceError
from siteselect.portals import opendatasoft
from siteselect.portals.opendatasoft import OdsPortal, equals, within_distance
from siteselect.portals.web import Key, NotFoundError

ROOT = "/api/explore/v2.1/catalog/datasets"
KEY = Key("SITESELECT_TEST_KEY", prefix="Apikey ")


def described(name: str, count: int, *, visible: bool = True, title: str = "") -> dict[str, Any]:
    return {
        "dataset_id": name,
        "data_visible": visible,
        "fields": [{"name": "n", "type": "int", "label": "N"}, {"name": "kind", "type": "text"}],
        "metas": {
            "default": {
                "title": title or name,
                "license": "CC BY 4.0",
                "records_count": count,
                "modified": "2026-10-01T08:00:00+00:00",
            }
        },
    }


def serve(portal: PortalServer, name: str, rows: list[dict[str, Any]], **about: Any) -> None:
    """Serve a data set as the portal does: 100 a page, refused beyond 10,000."""

    def page(query: dict[str, list[str]]) -> tuple[int, dict[str, str], Any]:
        limit, offset = int(query["limit"][0]), int(query["offset"][0])
        if limit > 100 or offset + limit > 10_000:
            return 400, {}, {"error_code": "InvalidRESTParameterError", "message": "limit"}
        return 200, {}, {"total_count": len(rows), "results": rows[offset : offset + limit]}

    portal.json(f"{ROOT}/{name}", described(name, len(rows), **about))
    portal.routes[f"{ROOT}/{name}/records"] = page
    portal.json(f"{ROOT}/{name}/exports/json", rows)


@pytest.fixture
def portal():
    with PortalServer() as server:
        yield server


def ask(portal: PortalServer, cache: Path, name: str, **options: Any) -> opendatasoft.Records:
    return opendatasoft.records(client_for(cache), OdsPortal(portal.url, KEY), name, **options)


@pytest.mark.parametrize("count", [1, 99, 100, 101, 250, 1000])
def test_every_record_comes_once(portal: PortalServer, tmp_path: Path, count: int) -> None:
    rows = [{"n": number} for number in range(count)]
    serve(portal, "set", rows)
    assert list(ask(portal, tmp_path, "set").rows) == rows
    assert portal.count(f"{ROOT}/set/records") == -(-count // 100)
    assert portal.count(f"{ROOT}/set/exports/json") == 0


def test_many_records_come_as_one_export(portal: PortalServer, tmp_path: Path) -> None:
    rows = [{"n": number} for number in range(1001)]
    serve(portal, "set", rows)
    found = ask(portal, tmp_path, "set", where='kind="a"', select="n")
    assert list(found.rows) == rows
    assert portal.count(f"{ROOT}/set/records") == 1
    assert portal.asked[-1].query == {"where": ['kind="a"'], "select": ["n"]}


def test_paging_never_asks_beyond_its_reach(portal: PortalServer, tmp_path: Path) -> None:
    serve(portal, "set", [{"n": number} for number in range(10_001)])
    assert len(ask(portal, tmp_path, "set", paged=10**6).rows) == 10_001
    serve(portal, "edge", [{"n": number} for number in range(10_000)])
    assert len(ask(portal, tmp_path, "edge", paged=10**6).rows) == 10_000


def test_no_records_have_a_reason(portal: PortalServer, tmp_path: Path) -> None:
    serve(portal, "set", [])
    found = ask(portal, tmp_path, "set")
    assert found.rows == ()
    assert found.reason == "the portal says that set has no records"
    portal.json(f"{ROOT}/set", described("set", 50))
    found = ask(portal, tmp_path / "2", "set", where='kind="b"')
    assert 'no record of set satisfies: kind="b"' in found.reason


@pytest.mark.parametrize("clause", ["", 'kind="a"'])
def test_withheld_records_are_not_an_empty_answer(
    portal: PortalServer, tmp_path: Path, clause: str
) -> None:
    """Some portals answer 200 and nothing where they want a key."""
    serve(portal, "set", [])
    portal.json(f"{ROOT}/set", described("set", 683, visible=False))
    with pytest.raises(SourceError, match="counts 683 records and hands out 0") as caught:
        ask(portal, tmp_path, "set", where=clause)
    assert "SITESELECT_TEST_KEY" in str(caught.value)


def test_an_export_of_a_header_alone_is_an_error(portal: PortalServer, tmp_path: Path) -> None:
    serve(portal, "set", [{"n": number} for number in range(2000)])
    portal.json(f"{ROOT}/set/exports/json", [])
    with pytest.raises(SourceError, match="counts 2000 records and hands out 0"):
        ask(portal, tmp_path, "set")


def test_a_403_is_an_error_with_its_reason_never_empty(
    portal: PortalServer, tmp_path: Path
) -> None:
    serve(portal, "set", [{"n": 1}])
    refusal = {"error_code": "Forbidden", "message": "You must accept the terms of the dataset"}
    portal.json(f"{ROOT}/set/records", refusal, status=403)
    with pytest.raises(SourceError, match="must accept the terms") as caught:
        ask(portal, tmp_path, "set")
    assert "SITESELECT_TEST_KEY" in str(caught.value)


def test_the_key_travels_as_apikey(
    portal: PortalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITESELECT_TEST_KEY", "abc")
    serve(portal, "set", [{"n": 1}])
    ask(portal, tmp_path, "set")
    assert {asked.headers["authorization"] for asked in portal.asked} == {"Apikey abc"}


def test_an_unknown_data_set_names_those_that_are_near(
    portal: PortalServer, tmp_path: Path
) -> None:
    near = [
        described("ltds-table-5", 1, title="Generation"),
        described("dfes-network-headroom-2", 1, title="Headroom"),
    ]
    portal.json(ROOT, {"total_count": 2, "results": near})
    with pytest.raises(NotFoundError) as caught:
        ask(portal, tmp_path, "dfes-network-headroom")
    message = str(caught.value)
    assert message.index("dfes-network-headroom-2 (Headroom)") < message.index("ltds-table-5")
    asked = [request.query["where"][0] for request in portal.asked if "where" in request.query]
    assert asked == ['search("headroom")', 'search("network")']


def test_where_the_search_fails_too_the_first_fault_stands(
    portal: PortalServer, tmp_path: Path
) -> None:
    portal.html(ROOT)
    with pytest.raises(NotFoundError, match="cannot be searched either"):
        ask(portal, tmp_path, "gone-set")


def test_throttling_in_the_middle_of_paging_is_waited_out(
    portal: PortalServer, tmp_path: Path
) -> None:
    rows = [{"n": number} for number in range(150)]
    serve(portal, "set", rows)
    portal.throttle(f"{ROOT}/set/records", 2, retry_after="1")
    assert list(ask(portal, tmp_path, "set").rows) == rows


def test_a_count_that_changes_while_it_is_read_is_an_error(
    portal: PortalServer, tmp_path: Path
) -> None:
    serve(portal, "set", [{"n": 1}])
    counts = iter([150, 151])
    portal.routes[f"{ROOT}/set/records"] = lambda _query: (
        200,
        {},
        {"total_count": next(counts), "results": [{"n": 1}] * 100},
    )
    with pytest.raises(SourceError, match="may have changed while it was read"):
        ask(portal, tmp_path, "set")


@pytest.mark.parametrize("document", [[], {}, {"total_count": "1", "results": []}, None, 7])
def test_an_answer_of_another_shape_is_refused_and_not_kept(
    portal: PortalServer, tmp_path: Path, document: Any
) -> None:
    serve(portal, "set", [{"n": 1}])
    portal.json(f"{ROOT}/set/records", document)
    with pytest.raises(SourceError, match="total_count and results"):
        ask(portal, tmp_path, "set")
    serve(portal, "set", [{"n": 1}])
    assert ask(portal, tmp_path, "set").rows == ({"n": 1},)


def test_metadata(portal: PortalServer, tmp_path: Path) -> None:
    serve(portal, "set", [{"n": 1}])
    about = opendatasoft.metadata(client_for(tmp_path), OdsPortal(portal.url), "set")
    assert about.fields == {"n": "int", "kind": "text"}
    assert (about.count, about.licence, about.visible) == (1, "CC BY 4.0", True)


def test_clauses() -> None:
    """The published example: within_distance(geo_point_2d, geom'POINT(-0.12 51.5)', 5km)."""
    clause = within_distance("geo_point_2d", -0.12, 51.5, 5000)
    assert clause == "within_distance(geo_point_2d, geom'POINT(-0.120000 51.500000)', 5000m)"
    assert equals("scenario", "Counterfactual") == 'scenario="Counterfactual"'


@given(st.text(max_size=30))
def test_a_value_cannot_leave_its_quotes(value: str) -> None:
    inner = equals("a", value)[3:-1]
    assert not inner.replace("\\\\", "").replace('\\"', "").count('"')
    assert not inner.replace("\\\\", "").endswith("\\")
