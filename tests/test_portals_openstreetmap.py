"""OpenStreetMap through OSMnx, against a small Overpass and Nominatim on this machine."""

from __future__ import annotations

import copy
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import osmnx
import pytest
import shapely
import yaml
from portal_server import LOGIN, Clock, PortalServer, client_for
from provider_shapes import MAP_DAY, TOWN, nominatim, overpass, toy_elements

from siteselect.errors import SourceError
from siteselect.portals.openstreetmap import (
    LAYERS,
    OpenStreetMap,
    fetch_boundary,
    fetch_map,
    fetch_street_graph,
)
from siteselect.portals.providers import catalogue
from siteselect.sources import osm_cut, osm_file, osm_pbf
from siteselect.sources.osm_layers import READERS
from siteselect.sources.registry import read_any

ROOT = Path(__file__).resolve().parents[1]
INTERPRETER, STATUS = "/api/interpreter", "/api/status"


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer({**overpass(), **nominatim()}) as server:
        yield server


def service(portal: PortalServer) -> OpenStreetMap:
    return OpenStreetMap(overpass_url=f"{portal.url}/api", nominatim_url=portal.url)


def test_the_map_of_a_town_comes_as_a_file_that_the_reader_of_extracts_reads(
    portal: PortalServer, tmp_path: Path
) -> None:
    to = tmp_path / "toyford.osm.pbf"
    got = fetch_map(client_for(tmp_path / "cache"), TOWN, to, service=service(portal))
    frames = {layer: read_any(got.path, layer) for layer in LAYERS}
    assert got.layers == LAYERS
    assert set(frames["roads"]["name"]) == {"Low Street", "Mid Street", "High Street", ""}
    assert len(frames["roads"]) == 3 * 3 + 4 * 2  # three streets of three blocks, four of two
    assert frames["heat_sinks"].loc[lambda f: f["kind"] == "pool", "name"].tolist() == ["Baths"]
    assert frames["supply_points"]["name"].tolist() == ["Mid Street"]
    assert (frames["noise_receptors"]["kind"] == "dwelling").sum() == 6
    assert frames["fibre_nodes"]["kind"].tolist() == ["exchange"]
    assert frames["constraints"]["kind"].tolist() == ["sssi"]
    assert frames["constraints"].geometry.iloc[0].area > 0


def test_the_file_says_its_box_and_the_day_of_the_map(portal: PortalServer, tmp_path: Path) -> None:
    to = tmp_path / "map.osm.pbf"
    got = fetch_map(client_for(tmp_path / "cache"), TOWN, to, service=service(portal))
    extent = osm_file.extent(to)
    assert extent is not None
    assert extent.covers(TOWN)
    assert extent.symmetric_difference(TOWN).area < 1e-6
    assert got.covered is not None
    assert got.covered.covers(TOWN)
    assert osm_cut.as_of(to) == got.provenance.date == MAP_DAY[:10]
    assert "ODbL" in got.provenance.licence


def test_what_nobody_reads_is_not_asked_for(portal: PortalServer, tmp_path: Path) -> None:
    to = tmp_path / "map.osm.pbf"
    fetch_map(client_for(tmp_path / "cache"), TOWN, to, service=service(portal))
    found, _ = osm_file.places(to, ("natural",), lambda _: True)
    assert not found  # the toy town has a tree


def test_every_key_that_a_reader_looks_at_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: set[str] = set()

    def places(path: Path, keys: tuple[str, ...], accept: object) -> tuple[list[None], list[str]]:
        looked_at.update(keys)
        return [], []

    def ways(path: Path, key: str, accept: object) -> list[None]:
        looked_at.add(key)
        return []

    monkeypatch.setattr(osm_file, "places", places)
    monkeypatch.setattr(osm_file, "ways", ways)
    monkeypatch.setattr(osm_file, "extent", lambda _: None)
    for layer in READERS:
        osm_pbf.read(Path("none"), layer)
    kinds = yaml.safe_load((ROOT / "siteselect/catalogue/candidate_kinds.yaml").read_text("utf-8"))
    looked_at |= {key.partition("[")[0] for kind in kinds.values() for key in kind.get("tags", ())}
    assert {"building", "power"} < looked_at
    assert looked_at <= set(catalogue()["openstreetmap"]["tags"])
    assert set(LAYERS) == set(READERS)


def test_a_large_area_comes_in_parts_that_fit_together(
    portal: PortalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, parts = tmp_path / "whole.osm.pbf", tmp_path / "parts.osm.pbf"
    fetch_map(client_for(tmp_path / "one"), TOWN, whole, service=service(portal))
    assert portal.count(INTERPRETER) == 1
    monkeypatch.setitem(catalogue()["openstreetmap"], "largest_query_km2", 0.1)
    fetch_map(client_for(tmp_path / "two"), TOWN, parts, service=service(portal))
    assert portal.count(INTERPRETER) > 10
    assert parts.read_bytes() == whole.read_bytes()


def test_settings_and_resolver_of_osmnx_are_put_back(portal: PortalServer, tmp_path: Path) -> None:
    before = {
        name: copy.deepcopy(getattr(osmnx.settings, name))
        for name in osmnx.settings.__annotations__
    }
    resolver = socket.getaddrinfo
    client = client_for(tmp_path / "cache")
    fetch_map(client, TOWN, tmp_path / "a.osm.pbf", service=service(portal))
    with pytest.raises(SourceError):
        fetch_boundary(client, "Nowhere", service=service(portal))
    assert {name: getattr(osmnx.settings, name) for name in before} == before
    assert socket.getaddrinfo is resolver
    assert not Path("cache").exists()


def test_who_asks_is_named_and_the_rate_limit_is_asked_for(
    portal: PortalServer, tmp_path: Path
) -> None:
    client = replace(client_for(tmp_path / "cache"), user_agent="planner@example.org")
    fetch_map(client, TOWN, tmp_path / "a.osm.pbf", service=service(portal))
    assert portal.count(STATUS) == 1
    assert {asked.headers["user-agent"] for asked in portal.asked} == {client.user_agent}


def test_a_second_call_asks_nobody(portal: PortalServer, tmp_path: Path) -> None:
    client = client_for(tmp_path / "cache")
    first, second = tmp_path / "1.osm.pbf", tmp_path / "2.osm.pbf"
    fetch_map(client, TOWN, first, service=service(portal))
    offline = client_for(tmp_path / "cache", offline=True)
    asked = len(portal.asked)
    fetch_map(offline, TOWN, second, service=service(portal))
    assert len(portal.asked) == asked
    assert second.read_bytes() == first.read_bytes()
    fetch_map(client_for(tmp_path / "cache", refresh=True), TOWN, second, service=service(portal))
    assert len(portal.asked) > asked


def test_offline_without_an_answer_says_so(portal: PortalServer, tmp_path: Path) -> None:
    client = client_for(tmp_path / "cache", offline=True)
    with pytest.raises(SourceError, match="not in the cache"):
        fetch_map(client, TOWN, tmp_path / "a.osm.pbf", service=service(portal))
    assert not portal.asked


@pytest.mark.parametrize("status", [429, 504])
def test_a_busy_server_is_asked_again(portal: PortalServer, tmp_path: Path, status: int) -> None:
    portal.throttle(INTERPRETER, 2, status=status)
    clock = Clock()
    client = client_for(tmp_path / "cache", clock)
    to = tmp_path / "a.osm.pbf"
    fetch_map(client, TOWN, to, service=service(portal))
    assert portal.count(INTERPRETER) == 3
    assert clock.slept == [5.0, 10.0]


def test_patience_ends(portal: PortalServer, tmp_path: Path) -> None:
    portal.throttle(INTERPRETER, 99)
    client = client_for(tmp_path / "cache", tries=2)
    with pytest.raises(SourceError, match="given up after 2 tries"):
        fetch_map(client, TOWN, tmp_path / "a.osm.pbf", service=service(portal))
    assert not (tmp_path / "a.osm.pbf").exists()


def test_a_wait_beyond_measure_is_not_waited(portal: PortalServer, tmp_path: Path) -> None:
    portal.throttle(INTERPRETER, 1, retry_after="86400")
    clock = Clock()
    with pytest.raises(SourceError, match="given up after 1 tries"):
        fetch_map(
            client_for(tmp_path / "cache", clock), TOWN, tmp_path / "a", service=service(portal)
        )
    assert not clock.slept


@pytest.mark.parametrize(
    ("remark", "asked"),
    [
        ('runtime error: Query timed out in "query" at line 3 after 181 seconds.', 4),
        ("runtime error: Query run out of memory using about 2048 MB of RAM.", 1),
    ],
)
def test_half_an_answer_with_status_200_is_none(
    portal: PortalServer, tmp_path: Path, remark: str, asked: int
) -> None:
    half = {"elements": toy_elements()[:5], "remark": remark}
    portal.json(INTERPRETER, half)
    client = client_for(tmp_path / "cache")
    with pytest.raises(SourceError, match="only a part came"):
        fetch_map(client, TOWN, tmp_path / "a.osm.pbf", service=service(portal))
    assert portal.count(INTERPRETER) == asked
    with pytest.raises(SourceError, match="not in the cache"):
        fetch_map(
            client_for(tmp_path / "cache", offline=True),
            TOWN,
            tmp_path / "a",
            service=service(portal),
        )


def test_a_broken_off_answer_is_asked_for_again(portal: PortalServer, tmp_path: Path) -> None:
    portal.truncate(INTERPRETER)
    fetch_map(client_for(tmp_path / "c"), TOWN, tmp_path / "a.osm.pbf", service=service(portal))
    assert portal.count(INTERPRETER) == 2


def test_pages_for_people_are_no_answer(portal: PortalServer, tmp_path: Path) -> None:
    portal.text(INTERPRETER, LOGIN, "text/html")
    with pytest.raises(SourceError, match="web page"):
        fetch_map(client_for(tmp_path / "c"), TOWN, tmp_path / "a", service=service(portal))
    busy = "<html><body><p>Error: runtime error: open64: 0 Success Dispatcher_Client::request_read"
    portal.text(
        INTERPRETER, f"{busy}_and_idx::timeout. The server is probably too busy.", "text/html"
    )
    with pytest.raises(SourceError, match="busy"):
        fetch_map(client_for(tmp_path / "c"), TOWN, tmp_path / "a", service=service(portal))


def test_a_refused_query_is_quoted(portal: PortalServer, tmp_path: Path) -> None:
    portal.json(INTERPRETER, {"error": "static error: line 1"}, status=400)
    with pytest.raises(SourceError, match="static error: line 1"):
        fetch_map(client_for(tmp_path / "c"), TOWN, tmp_path / "a", service=service(portal))


def test_a_server_without_a_status_page_wants_no_rate_limit(
    portal: PortalServer, tmp_path: Path
) -> None:
    del portal.routes[STATUS]
    mine = service(portal)
    client = client_for(tmp_path / "cache")
    with pytest.raises(SourceError):
        fetch_map(client, TOWN, tmp_path / "a.osm.pbf", service=mine)
    free = OpenStreetMap(mine.overpass_url, mine.nominatim_url, rate_limit=False)
    fetch_map(client, TOWN, tmp_path / "a.osm.pbf", service=free)
    assert (tmp_path / "a.osm.pbf").is_file()


def test_nothing_mapped_is_an_error_and_not_an_empty_town(
    portal: PortalServer, tmp_path: Path
) -> None:
    elsewhere = shapely.affinity.translate(TOWN, xoff=1)
    with pytest.raises(SourceError, match="nothing is mapped"):
        fetch_map(client_for(tmp_path / "c"), elsewhere, tmp_path / "a", service=service(portal))


def test_objects_that_lack_their_place_are_refused(portal: PortalServer, tmp_path: Path) -> None:
    portal.json(INTERPRETER, {"elements": [{"type": "node", "id": 1, "tags": {"power": "pole"}}]})
    with pytest.raises(SourceError, match="not whole"):
        fetch_map(client_for(tmp_path / "c"), TOWN, tmp_path / "a", service=service(portal))


def test_plain_http_to_another_machine_is_refused(tmp_path: Path) -> None:
    open_wire = OpenStreetMap(overpass_url="http://overpass.example.org/api")
    with pytest.raises(SourceError, match="https"):
        fetch_map(client_for(tmp_path / "c"), TOWN, tmp_path / "a", service=open_wire)


def test_a_file_that_osmnx_left_half_written_is_asked_for_again(
    portal: PortalServer, tmp_path: Path
) -> None:
    client = client_for(tmp_path / "cache")
    first, second = tmp_path / "1.osm.pbf", tmp_path / "2.osm.pbf"
    fetch_map(client, TOWN, first, service=service(portal))
    (reply,) = (tmp_path / "cache").rglob("*.json")
    reply.write_bytes(reply.read_bytes()[:100])
    fetch_map(client, TOWN, second, service=service(portal))
    assert portal.count(INTERPRETER) == 2
    assert second.read_bytes() == first.read_bytes()


def test_a_place_is_found_with_its_outline_and_country(
    portal: PortalServer, tmp_path: Path
) -> None:
    found = fetch_boundary(client_for(tmp_path / "cache"), "Toyford", service=service(portal))
    assert found.area.equals(TOWN)
    assert (found.country, found.nation) == ("United Kingdom", "England")
    assert found.title.startswith("Toyford")
    assert "relation 77" in found.provenance.note
    again = client_for(tmp_path / "cache", offline=True)
    assert fetch_boundary(again, "Toyford", service=service(portal)) == found
    assert portal.count("/search") == 1


@pytest.mark.parametrize(
    ("place", "problem", "cure"),
    [
        ("Nowhere at all", "no such place", "spelling"),
        ("Toy Cross", "no outline", "radius"),
        ("  ", "no place is named", "Name one"),
    ],
)
def test_a_place_that_cannot_be_found_says_what_to_do(
    portal: PortalServer, tmp_path: Path, place: str, problem: str, cure: str
) -> None:
    with pytest.raises(SourceError, match=problem) as caught:
        fetch_boundary(client_for(tmp_path / "cache"), place, service=service(portal))
    assert cure in caught.value.faults[0].cure


def test_a_street_graph_is_read_by_the_reader_of_graphs(
    portal: PortalServer, tmp_path: Path
) -> None:
    to = tmp_path / "streets.graphml"
    got = fetch_street_graph(client_for(tmp_path / "cache"), TOWN, to, service=service(portal))
    streets = read_any(got.path, "roads")
    assert {"Low Street", "Mid Street", "High Street"} <= set(streets["name"])
    assert "maxheight" in to.read_text(encoding="utf-8")  # OSMnx alone would drop it


def test_the_question_keeps_no_secret_in_the_cache(portal: PortalServer, tmp_path: Path) -> None:
    client = replace(client_for(tmp_path / "cache"), user_agent="planner@example.org")
    fetch_map(client, TOWN, tmp_path / "a.osm.pbf", service=service(portal))
    kept = [path.read_text(encoding="utf-8") for path in (tmp_path / "cache").rglob("*.*")]
    assert all("planner@example.org" not in text for text in kept if text)
    (question,) = (tmp_path / "cache").rglob("whole")
    assert json.loads(question.read_text(encoding="utf-8"))["box"]
