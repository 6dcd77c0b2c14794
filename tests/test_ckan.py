"""CKAN portals: its refusals in every shape, datastore pages, the newest file of a package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from portal_server import PortalServer, client_for

from siteselect.errors import SourceError
from siteselect.portals import ckan
from siteselect.portals.ckan import CkanPortal, Package, Resource
from siteselect.portals.web import Key, NotFoundError

ROOT = "/api/3/action"
KEY = Key("SITESELECT_TEST_KEY")


@pytest.fixture
def portal():
    with PortalServer() as server:
        yield server


def site(portal: PortalServer) -> CkanPortal:
    return CkanPortal(f"{portal.url}{ROOT}", KEY)


def success(portal: PortalServer, action: str, result: Any) -> None:
    portal.json(f"{ROOT}/{action}", {"help": "..", "success": True, "result": result})


def failure(kind: str, message: str) -> dict[str, Any]:
    return {"help": "..", "success": False, "error": {"__type": kind, "message": message}}


def entry(name: str, **changes: Any) -> dict[str, Any]:
    given = {"id": name.lower(), "name": name, "format": "CSV", "url": "/file.csv"}
    return {**given, "last_modified": "2026-03-11T00:00:00", "datastore_active": False, **changes}


def test_a_package_is_read_with_its_resources(portal: PortalServer, tmp_path: Path) -> None:
    result = {
        "name": "capacity",
        "title": "Capacity",
        "license_title": "Open Government Licence 3.0",
        "resources": [entry("One"), entry("Two", datastore_active=True)],
    }
    success(portal, "package_show", result)
    found = ckan.package(client_for(tmp_path), site(portal), "capacity")
    assert portal.asked[0].query == {"id": ["capacity"]}
    assert found.licence == "Open Government Licence 3.0"
    assert [(each.name, each.table) for each in found.resources] == [("One", False), ("Two", True)]


def test_the_key_is_sent_as_it_is(
    portal: PortalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITESELECT_TEST_KEY", "token-1")
    success(portal, "resource_show", entry("One"))
    ckan.resource(client_for(tmp_path), site(portal), "one")
    assert portal.asked[0].headers["authorization"] == "token-1"


@pytest.mark.parametrize("status", [200, 404])
def test_an_unknown_package_names_those_of_such_words(
    portal: PortalServer, tmp_path: Path, status: int
) -> None:
    refusal = failure("Not Found Error", "Not found")
    portal.json(f"{ROOT}/package_show", refusal, status=status)
    near = {"count": 1, "results": [{"name": "network-capacity-2", "title": "Capacity"}]}
    success(portal, "package_search", near)
    with pytest.raises(NotFoundError, match=r"network-capacity-2 \(Capacity\)"):
        ckan.package(client_for(tmp_path), site(portal), "network-capacity")
    assert portal.asked[-1].query["q"] == ["network capacity"]


@pytest.mark.parametrize("status", [200, 403, 409])
def test_a_refusal_is_an_error_with_its_reason(
    portal: PortalServer, tmp_path: Path, status: int
) -> None:
    refusal = failure("Authorization Error", "Access denied: User  not authorized")
    portal.json(f"{ROOT}/package_show", refusal, status=status)
    with pytest.raises(SourceError, match="Access denied"):
        ckan.package(client_for(tmp_path), site(portal), "capacity")
    assert not list(tmp_path.rglob("*.reply"))


@pytest.mark.parametrize("document", [[], {}, {"result": 1}, {"success": True}, 3])
def test_an_answer_that_is_not_ckans_is_refused(
    portal: PortalServer, tmp_path: Path, document: Any
) -> None:
    portal.json(f"{ROOT}/package_show", document)
    with pytest.raises(SourceError):
        ckan.package(client_for(tmp_path), site(portal), "capacity")


def test_a_refusal_in_plain_words_is_read(portal: PortalServer, tmp_path: Path) -> None:
    portal.json(f"{ROOT}/package_show", {"success": False, "error": "Bad request"})
    with pytest.raises(SourceError, match="Bad request"):
        ckan.package(client_for(tmp_path), site(portal), "capacity")


def test_datastore_rows_come_page_by_page(
    portal: PortalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ckan, "PAGE", 3)
    rows = [{"_id": number} for number in range(7)]

    def page(query: dict[str, list[str]]) -> tuple[int, dict[str, str], Any]:
        limit, offset = int(query["limit"][0]), int(query["offset"][0])
        result = {"records": rows[offset : offset + limit], "total": len(rows)}
        return 200, {}, {"success": True, "result": result}

    portal.routes[f"{ROOT}/datastore_search"] = page
    found = ckan.rows(client_for(tmp_path), site(portal), "r", {"type": ("Primary", "BSP")})
    assert list(found) == rows
    assert portal.count(f"{ROOT}/datastore_search") == 3
    assert portal.asked[0].query["filters"] == ['{"type": ["Primary", "BSP"]}']


def test_fewer_rows_than_counted_are_an_error(portal: PortalServer, tmp_path: Path) -> None:
    success(portal, "datastore_search", {"records": [], "total": 5})
    with pytest.raises(SourceError, match="counted 5 rows and handed out 0"):
        ckan.rows(client_for(tmp_path), site(portal), "r")


def test_a_table_without_rows_is_empty(portal: PortalServer, tmp_path: Path) -> None:
    success(portal, "datastore_search", {"records": [], "total": 0})
    assert ckan.rows(client_for(tmp_path), site(portal), "r") == ()


def package_of(*names: str) -> Package:
    files = tuple(Resource(name, name, "CSV", "/f", "2026-01-01", table=False) for name in names)
    return Package("p", "P", "", files)


def test_the_newest_month_is_found_by_its_name_not_by_its_place() -> None:
    stem = "Headroom Dashboard Data - "
    found = package_of(stem + "March 2026", stem + "November 2025", stem + "April 2025", "Guide")
    assert ckan.newest(found, "Headroom Dashboard Data").name == stem + "March 2026"
    assert ckan.month_name(stem + "March 2026") == "2026-03"
    assert ckan.month_name("Headroom, sept 2025") == "2025-09"
    assert ckan.month_name("Version 2026") == ""


def test_where_no_file_fits_those_there_are_are_named() -> None:
    with pytest.raises(SourceError, match=r"Guide \(CSV\)"):
        ckan.newest(package_of("Guide"), "Headroom Dashboard Data")
    with pytest.raises(SourceError, match="GeoJSON"):
        ckan.newest(package_of("Guide"), "", "GeoJSON")


@pytest.mark.parametrize("relative", [True, False])
def test_a_file_is_fetched_from_where_the_portal_says(
    portal: PortalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, relative: bool
) -> None:
    """Files often lie at another host, which must not see the portal's key."""
    monkeypatch.setenv("SITESELECT_TEST_KEY", "token-1")
    with PortalServer() as other:
        for server in (portal, other):
            server.text("/file.csv", "a,b\n1,2\n")
        url = "/file.csv" if relative else f"{other.url}/file.csv"
        wanted = Resource("r", "R", "CSV", url, "", table=False)
        reply = ckan.download(client_for(tmp_path), site(portal), wanted)
        assert reply.body == b"a,b\n1,2\n"
        if relative:
            assert portal.asked[0].headers["authorization"] == "token-1"
        else:
            assert "authorization" not in other.asked[0].headers


def test_a_resource_without_an_address_is_named(portal: PortalServer, tmp_path: Path) -> None:
    wanted = Resource("r", "Headroom", "CSV", "", "", table=False)
    with pytest.raises(SourceError, match="Headroom: the resource has no address"):
        ckan.download(client_for(tmp_path), site(portal), wanted)
