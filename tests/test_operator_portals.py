"""From an operator's portal to a layer: every API, every operator, and what fails on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from portal_server import PortalServer, client_for
from shapely.geometry import Polygon, box, mapping
from test_ckan import ROOT as CKAN
from test_ckan import entry, failure, success
from test_opendatasoft import ROOT as ODS
from test_opendatasoft import described, serve
from test_operators import as_csv, npg_row, ssen_rows, ukpn_row

from siteselect.errors import InputError, SourceError
from siteselect.operators.directory import operators
from siteselect.operators.table import Choice
from siteselect.portals.fetched import REJECTED, Fetched
from siteselect.portals.licence_areas import (
    operator_areas,
    operator_named,
    operators_for,
    operators_on,
    read_areas,
)
from siteselect.portals.operators import fetch_supply

TEXT = [{"name": name, "type": "text"} for name in ("category", "scenario", "headroom_type")]


@pytest.fixture
def portal():
    with PortalServer() as server:
        yield server


def ods(portal: PortalServer, name: str, rows: list[dict[str, Any]]) -> None:
    serve(portal, name, rows)
    portal.json(f"{ODS}/{name}", {**described(name, len(rows)), "fields": TEXT})


def fetch(portal: PortalServer, cache: Path, operator: str, **options: Any) -> tuple[Fetched, ...]:
    url = portal.url + (CKAN if operators()[operator].api == "ckan" else "")
    return fetch_supply(client_for(cache), operator, url=url, **options)


def told(fetched: Fetched) -> str:
    return "\n".join(notice.text for notice in fetched.notices)


def test_npg_gives_both_layers_with_their_birth(portal: PortalServer, tmp_path: Path) -> None:
    ods(
        portal,
        "heatmapsubstationareas",
        [npg_row(), npg_row(name="No place", substation_location=None)],
    )
    points, areas = fetch(portal, tmp_path, "npg")
    assert (points.layer, areas.layer) == ("supply_points", "supply_areas")
    assert points.covered is None
    assert points.provenance.licence == "CC BY 4.0"
    assert points.provenance.date == "2026-10-01"
    assert points.provenance.basis == "published"
    assert points.frame["source_date"][0] == "2026-10-01"
    assert points.rejected.to_dict("records") == [
        dict(zip(REJECTED, ("npg-no-place-primary-11", "no coordinates", "No place"), strict=True))
    ]
    assert "left out" in told(points)
    assert set(areas.frame["supply_id"]) >= set(points.frame["supply_id"])


def test_only_what_lies_on_the_area_is_kept(portal: PortalServer, tmp_path: Path) -> None:
    ods(portal, "heatmapsubstationareas", [npg_row()])
    near = fetch(portal, tmp_path, "npg", area=box(-2, 53, -1, 54))
    far = fetch(portal, tmp_path, "npg", area=box(0, 51, 1, 52))
    assert len(near[0].frame) == 1
    assert far[0].frame.empty
    assert list(far[0].frame.columns) == list(near[0].frame.columns)


def test_ukpn_asks_for_one_category_and_scenario(portal: PortalServer, tmp_path: Path) -> None:
    square = Polygon([(0, 52), (1, 52), (1, 53), (0, 53)])
    ods(portal, "dfes-network-headroom-report", [ukpn_row(), ukpn_row(year="2031", headroom_mw=1)])
    ods(
        portal,
        "ukpn_primary_postcode_area",
        [{"primary": "Example Primary 11kV", "geo_shape": mapping(square)}],
    )
    points, areas = fetch(portal, tmp_path, "ukpn", choice=Choice(year=2030))
    assert list(points.frame["real_headroom_kw"]) == [1_000]
    assert len(areas.frame) == 1
    clauses = {asked.query["where"][0] for asked in portal.asked if "where" in asked.query}
    assert clauses == {'(category="Demand Headroom") and scenario="Counterfactual"'}


def test_a_403_of_ukpn_is_an_error_that_names_the_variable(
    portal: PortalServer, tmp_path: Path
) -> None:
    ods(portal, "dfes-network-headroom-report", [ukpn_row()])
    path = f"{ODS}/dfes-network-headroom-report/records"
    portal.json(path, {"message": "Requires registration"}, status=403)
    with pytest.raises(SourceError, match="Requires registration") as caught:
        fetch(portal, tmp_path, "ukpn")
    assert "SITESELECT_UKPN_KEY" in str(caught.value)


def test_a_scenario_that_is_gone_names_those_there_are(
    portal: PortalServer, tmp_path: Path
) -> None:
    name = "dfes-network-headroom-report"
    ods(portal, name, [ukpn_row()])

    def page(query: dict[str, list[str]]) -> tuple[int, dict[str, str], Any]:
        if "group_by" in query:
            return 200, {}, {"total_count": 1, "results": [{"scenario": "Hydrogen"}]}
        return 200, {}, {"total_count": 0, "results": []}

    portal.routes[f"{ODS}/{name}/records"] = page
    with pytest.raises(SourceError, match="State one of: Hydrogen"):
        fetch(portal, tmp_path, "ukpn")


def test_an_area_that_fails_is_told_and_the_headroom_kept(
    portal: PortalServer, tmp_path: Path
) -> None:
    ods(portal, "dfes-network-headroom-report", [ukpn_row()])
    portal.html(f"{ODS}/ukpn_primary_postcode_area")
    (points,) = fetch(portal, tmp_path, "ukpn")
    assert len(points.frame) == 1
    assert "perhaps a login" in told(points)


def test_ssen_takes_the_newest_sheet(portal: PortalServer, tmp_path: Path) -> None:
    stem = "Headroom Dashboard Data - "
    files = [
        entry(stem + "December 2025", url="/old.csv"),
        entry(stem + "March 2026", url="/new.csv"),
    ]
    success(portal, "package_show", {"name": "g", "license_title": "OGL", "resources": files})
    portal.text("/new.csv", as_csv(ssen_rows()))
    (points,) = fetch(portal, tmp_path, "ssen")
    assert list(points.frame["supply_id"]) == ["ssen-e-1", "ssen-e-2"]
    assert set(points.frame["source_date"]) == {"2026-03"}
    assert points.provenance.licence == "OGL"
    assert portal.count("/old.csv") == 0
    assert len(points.rejected) == 1


def nged_row() -> dict[str, Any]:
    return {
        "_id": 1,
        "substationNumber": 7,
        "type": "Primary",
        "name": "Newport",
        "latitude": 51.58,
        "longitude": -2.99,
        "demandConnectedHeadroomMW": 5.0,
    }


def test_nged_reads_the_table_of_its_resource(portal: PortalServer, tmp_path: Path) -> None:
    identifier = operators()["nged"].data_sets[0].resource
    files = [entry("Other"), entry("Capacity", id=identifier, datastore_active=True)]
    success(portal, "package_show", {"name": "n", "resources": files})
    success(portal, "datastore_search", {"records": [nged_row()], "total": 1})
    (points,) = fetch(portal, tmp_path, "nged")
    assert list(points.frame["real_headroom_kw"]) == [5_000]
    query = portal.asked[-1].query
    assert query["resource_id"] == [identifier]
    assert json.loads(query["filters"][0]) == {"type": ["Primary", "BSP", "GSP"]}


def test_nged_falls_back_to_its_older_map_only_where_the_newer_is_gone(
    portal: PortalServer, tmp_path: Path
) -> None:
    missing = failure("Not Found Error", "Not found")

    def show(query: dict[str, list[str]]) -> tuple[int, dict[str, str], Any]:
        if query["id"] == ["nged-network-capacity"]:
            return 404, {}, missing
        return 200, {}, {"success": True, "result": {"resources": [entry("Map")]}}

    portal.routes[f"{CKAN}/package_show"] = show
    success(portal, "package_search", {"results": []})
    portal.text("/file.csv", as_csv([nged_row()]))
    (points,) = fetch(portal, tmp_path, "nged")
    assert len(points.frame) == 1
    assert "no such thing" in told(points)
    portal.json(f"{CKAN}/package_show", failure("Authorization Error", "denied"), status=403)
    with pytest.raises(SourceError, match="SITESELECT_NGED_KEY"):
        fetch(portal, tmp_path / "2", "nged")


def test_spen_reads_both_licence_areas_and_one_alone(portal: PortalServer, tmp_path: Path) -> None:
    square = Polygon([(-3, 53), (-2, 53), (-2, 54), (-3, 54)])
    row = {
        "substation_group": "Chester",
        "voltage_kv": 11.0,
        "headroom_type": "Demand",
        "scenario": "HT",
        "year": "2026",
        "headroom_mw": 2.0,
    }
    ods(portal, "spm-nshr-data-workbook", [row])
    ods(
        portal,
        "spm-dfes-substation-polygons-pss",
        [{"primary_su": "CHESTER", "geo_shape": mapping(square)}],
    )
    portal.json(ODS, {"total_count": 0, "results": []})
    points, areas = fetch(portal, tmp_path, "spen")
    assert list(points.frame["real_headroom_kw"]) == [2_000]
    assert list(areas.frame["supply_id"]) == list(points.frame["supply_id"])
    assert "spd-nshr-data-workbook" in told(points)
    ods(portal, "spd-nshr-data-workbook", [{**row, "substation_group": "Leith"}])
    both, _ = fetch(portal, tmp_path / "2", "spen")
    assert list(both.rejected["value"]) == ["Leith"]
    ods(portal, "spd-nshr-data-workbook", [{**row, "headroom_mw": 9.0}])
    twice, _ = fetch(portal, tmp_path / "3", "spen")
    assert len(twice.frame) == 1
    assert list(twice.rejected["reason"]) == ["the identifier stands in two data sets"]


def test_a_table_of_another_form_is_an_error(portal: PortalServer, tmp_path: Path) -> None:
    ods(portal, "heatmapsubstationareas", [{"foo": 1}])
    with pytest.raises(InputError, match="its form may have changed"):
        fetch(portal, tmp_path, "npg")


def test_an_unknown_operator_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="enwl, nged, npg, spen, ssen, ukpn"):
        fetch_supply(client_for(tmp_path), "edf")


# Which operator serves a place


def boundary(stated: dict[str, str], shape: Polygon) -> dict[str, Any]:
    return {"type": "Feature", "properties": stated, "geometry": mapping(shape)}


def the_map(*features: dict[str, Any], crs: str = "") -> dict[str, Any]:
    document: dict[str, Any] = {"type": "FeatureCollection", "features": list(features)}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    return document


EAST = boundary(
    {"Name": "_A", "DNO": "UKPN", "Area": "East England"},
    box(500_000, 200_000, 600_000, 300_000),
)
NORTH = boundary(
    {"Name": "_F", "DNO": "NPG", "Area": "North East England"},
    box(400_000, 500_000, 450_000, 600_000),
)


def test_the_licence_areas_come_from_neso(portal: PortalServer, tmp_path: Path) -> None:
    files = [entry("Old", format="GeoJSON", url="/old.json"), entry("Map", format="GeoJSON")]
    files[1] |= {"id": "1c6a7dc0-1b6c-443a-bc67-5f7125649434", "url": "/map.json"}
    success(portal, "package_show", {"resources": files})
    portal.json("/map.json", the_map(EAST, NORTH, crs="urn:ogc:def:crs:EPSG::27700"))
    areas = operator_areas(client_for(tmp_path), url=f"{portal.url}{CKAN}")
    assert areas.crs == "EPSG:4326"
    assert list(areas["operator"]) == ["ukpn", "npg"]
    assert list(areas["area"]) == ["East England", "North East England"]
    assert operators_for(areas, 0.12, 52.2) == ("ukpn",)  # Cambridge
    assert operators_for(areas, -1.61, 54.97) == ("npg",)  # Newcastle
    assert operators_for(areas, -0.12, 60.5) == ()
    assert operators_on(areas, box(-2, 51, 1, 56)) == ("npg", "ukpn")


@pytest.mark.parametrize("crs", ["", "urn:ogc:def:crs:EPSG::27700"])
def test_metres_are_told_from_degrees(crs: str) -> None:
    metres = read_areas(json.dumps(the_map(EAST, crs=crs)).encode(), "map")
    assert metres.total_bounds[2] < 3
    square = boundary({"DNO": "SSEN"}, box(-2, 51, -1, 52))
    degrees = read_areas(json.dumps(the_map(square)).encode(), "map")
    assert tuple(degrees.total_bounds) == (-2, 51, -1, 52)


@pytest.mark.parametrize(
    ("stated", "operator"),
    [
        (["_A", "UKPN", "East England"], "ukpn"),
        (["NGED", "National Grid Electricity Distribution (South West)"], "nged"),
        (["WPD", "Western Power Distribution"], "nged"),
        (["SSE", "Scottish Hydro Electric Power Distribution"], "ssen"),
        (["SSEN"], "ssen"),
        (["ENWL", "Electricity North West"], "enwl"),
        (["SP Electricity North West"], "enwl"),
        (["SPEN", "SP Distribution"], "spen"),
        (["SPEN", "SP Manweb"], "spen"),
        (["NPG", "Northern Powergrid (Yorkshire)"], "npg"),
        (["Somebody new"], ""),
        ([], ""),
    ],
)
def test_operators_are_known_by_their_names_old_and_new(stated: list[str], operator: str) -> None:
    assert operator_named(stated) == operator


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"features": []}', b'{"features": [1]}'])
def test_what_is_no_map_is_refused(body: bytes) -> None:
    with pytest.raises(SourceError, match="map"):
        read_areas(body, "map.json")
