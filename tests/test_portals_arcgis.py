"""Layers of ArcGIS services, against a small one on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely
from portal_server import PortalServer, client_for
from provider_shapes import EAST, SOUTH, TOWN, WEST, arcgis, feature

from siteselect.errors import SourceError
from siteselect.layers import constraints, flood
from siteselect.layers.conform import conform
from siteselect.portals.arcgis import Service, fetch_features, services
from siteselect.portals.fetched import Fetched
from siteselect.portals.flood import fetch_flood_risk
from siteselect.portals.providers import providers
from siteselect.settings.declared import LayerFile

FILE = LayerFile(path="x", source="x", date="2026", licence="x", basis="published")
ENGLAND = shapely.box(-6, 49, 2, 56)
LAYER = "/FeatureServer/0"


def buildings(count: int) -> list[dict[str, Any]]:
    return [
        feature(
            number,
            shapely.Point(WEST + 0.001 * number, SOUTH + 0.001),
            ListEntry=1_000_000 + number,
            Name=f"House {number}",
            Grade="II",
        )
        for number in range(1, count + 1)
    ]


def listed(portal: PortalServer) -> Service:
    return Service(
        name="listed",
        provider=providers()["historic_england"],
        url=f"{portal.url}{LAYER}",
        layer=constraints.LAYER,
        prefix="listed",
        fields={"reference": ("ListEntry",), "name": ("Name",), "grade": ("Grade",)},
        fixed={"kind": "listed_building"},
        complete=True,
    )


def fetch(portal: PortalServer, tmp_path: Path, **options: Any) -> Fetched:
    return fetch_features(
        client_for(tmp_path / "c", **options), TOWN, listed(portal), within=ENGLAND
    )


def test_features_come_page_by_page(tmp_path: Path) -> None:
    with PortalServer(arcgis(buildings(5))) as portal:
        got = fetch(portal, tmp_path)
        pages = [asked.query for asked in portal.asked if "resultOffset" in asked.query]
    assert [page["resultOffset"] for page in pages] == [["0"], ["2"], ["4"]]
    assert {page["orderByFields"][0] for page in pages} == {"OBJECTID"}
    assert len(got.frame) == 5
    assert got.frame["reference"].iloc[0] == "1000001"
    assert got.frame["constraint_id"].is_unique
    assert not conform(got.frame, constraints.LAYER, FILE, "x")[1]
    assert got.provenance.date == "2026-09-21"


def test_a_complete_service_says_what_is_absent_in_its_country(tmp_path: Path) -> None:
    with PortalServer(arcgis([])) as portal:
        got = fetch(portal, tmp_path)
        silent = fetch_features(client_for(tmp_path / "c"), TOWN, listed(portal))
    assert got.frame.empty
    assert got.covered is not None
    assert got.covered.equals(TOWN)
    assert got.kinds == ("listed_building",)
    assert silent.covered is None
    assert silent.kinds == ()


def test_an_empty_page_is_not_the_end(tmp_path: Path) -> None:
    with PortalServer(arcgis(buildings(3))) as portal:
        real = portal.routes[f"{LAYER}/query"]
        gaps = iter([True, False, False, False])

        def query(asked: dict[str, list[str]]) -> Any:
            if "resultOffset" in asked and next(gaps):
                return 200, {}, {"features": [], "exceededTransferLimit": True}
            shifted = str(max(0, int(asked.get("resultOffset", ["0"])[0]) - 2))
            return real({**asked, "resultOffset": [shifted]})

        portal.routes[f"{LAYER}/query"] = query
        assert len(fetch(portal, tmp_path).frame) == 3


def test_fewer_features_than_counted_are_no_answer(tmp_path: Path) -> None:
    with PortalServer(arcgis(buildings(3))) as portal:
        real = portal.routes[f"{LAYER}/query"]
        counted = 200, {}, {"count": 7}
        portal.routes[f"{LAYER}/query"] = lambda asked: (
            counted if "returnCountOnly" in asked else real(asked)
        )
        with pytest.raises(SourceError, match="gave 3 of 7"):
            fetch(portal, tmp_path)


def test_a_layer_without_pages_is_refused_only_where_it_would_be_cut(tmp_path: Path) -> None:
    plain = {"advancedQueryCapabilities": {}}
    with PortalServer(arcgis(buildings(2), **plain)) as portal:
        assert len(fetch(portal, tmp_path).frame) == 2
    cut = PortalServer(arcgis(buildings(3), **plain))
    with cut as portal, pytest.raises(SourceError, match="no pages"):
        fetch(portal, tmp_path)


@pytest.mark.parametrize(
    ("error", "match"),
    [
        ({"code": 400, "message": "Invalid URL", "details": ["Invalid URL"]}, "Invalid URL"),
        ({"code": 499, "message": "Token Required", "details": []}, "token"),
        ({"code": 504, "message": "Timed out"}, "given up after 4 tries"),
        ("odd", "odd"),
    ],
)
def test_an_error_with_status_200_is_an_error(tmp_path: Path, error: Any, match: str) -> None:
    with PortalServer(arcgis(buildings(1))) as portal:
        portal.json(f"{LAYER}/query", {"error": error})
        with pytest.raises(SourceError, match=match):
            fetch(portal, tmp_path)
        portal.routes |= arcgis(buildings(1))
        assert len(fetch(portal, tmp_path).frame) == 1  # the error was not kept


def test_a_feature_without_a_shape_leaves_all_uncovered(tmp_path: Path) -> None:
    with PortalServer(arcgis([*buildings(1), feature(2, None, Name="Lost")])) as portal:
        got = fetch(portal, tmp_path)
    assert len(got.frame) == 1
    assert got.rejected["identifier"].tolist() == ["listed-2"]
    assert got.covered is None


def test_what_is_no_layer_is_refused(tmp_path: Path) -> None:
    for described in ({"layers": []}, {"objectIdField": "ID", "supportedQueryFormats": "JSON"}):
        with PortalServer() as portal:
            portal.json(LAYER, described)
            with pytest.raises(SourceError, match="not a layer"):
                fetch(portal, tmp_path)


def test_every_service_of_the_catalogue_feeds_the_layer() -> None:
    known = services()
    assert {service.fixed["kind"] for service in known.values()} <= set(constraints.KINDS)
    assert len({service.prefix for service in known.values()}) == len(known)
    columns = {column.name for column in constraints.LAYER.columns}
    assert all(set(service.fields) - {"id"} <= columns for service in known.values())
    assert all(service.url.startswith("https://") for service in known.values())


@pytest.mark.parametrize("name", ["Risk_band", "PROB_4BAND"])
def test_flood_bands_are_the_agencys_words(tmp_path: Path, name: str) -> None:
    words = ("High", "Medium", "Low", "Very Low", "Unavailable", None)
    features = [
        feature(
            at,
            shapely.box(WEST + 0.003 * at, SOUTH, WEST + 0.003 * (at + 1), 53.951),
            **{name: word},
        )
        for at, word in enumerate(words)
    ]
    with PortalServer(arcgis(features)) as portal:
        got = fetch_flood_risk(
            client_for(tmp_path / "c"),
            TOWN,
            url=f"{portal.url}{LAYER}",
            origin="surface water",
            england=ENGLAND,
        )
    assert got.frame["band"].tolist() == ["high", "medium", "low", "very_low"]
    assert set(got.frame["origin"]) == {"surface water"}
    assert not conform(got.frame, flood.LAYER, FILE, "x")[1]
    assert len(got.rejected) == 2
    assert got.covered is not None
    assert not got.covered.contains(shapely.Point(WEST + 0.0135, SOUTH + 0.0005))
    assert got.covered.contains(shapely.Point(EAST - 0.001, 53.955))


def test_a_layer_without_a_band_says_what_it_has(tmp_path: Path) -> None:
    with (
        PortalServer(arcgis(buildings(1))) as portal,
        pytest.raises(SourceError, match="ListEntry"),
    ):
        fetch_flood_risk(
            client_for(tmp_path / "c"), TOWN, url=f"{portal.url}{LAYER}", origin="river"
        )
