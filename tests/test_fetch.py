"""A fetch from start to ready study: places, countries, files, faults, and text from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import provider_shapes as shapes
import pytest
import shapely
import yaml
from conftest import SHARED
from fetch_town import BOX, offline, online, parking, serve, write_extract
from hypothesis import given
from hypothesis import strategies as st
from portal_server import PortalServer

from siteselect.assess import assess
from siteselect.errors import RunError, SourceError, StudyError
from siteselect.fetch import boundary, country, services
from siteselect.fetch.files import put_text, within
from siteselect.fetch.request import Request, check, line_of, parse_bbox, slug
from siteselect.fetch.step import wider
from siteselect.study_file import load_study

NPG = "/npg/api/explore/v2.1/catalog/datasets/heatmapsubstationareas"
RUTLAND = SHARED / "rutland-osm" / "rutland-latest.osm.pbf"


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_extract(tmp_path_factory.mktemp("extract") / "toyford.osm.pbf")


def report_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "fetch-report.json").read_text("utf-8"))
    return found


def failed(folder: Path) -> dict[str, list[str]]:
    return {
        step["step"]: [failure["reason"] for failure in step["failures"]]
        for step in report_of(folder)["steps"]
    }


# --- from an extract, without a network ---------------------------------------------------------


def test_an_extract_and_a_box_make_a_study_that_is_assessed(tmp_path: Path, extract: Path) -> None:
    done = offline(tmp_path, extract)
    assert done.faults == ()
    study = load_study(done.study)
    assert (study.crs, study.packs, study.facts["country"]) == (
        *("EPSG:27700", ("en", "engineering")),
        "England",
    )
    found = assess(study, tmp_path, opinions=False)
    assert set(found.sites["name"]) == {"Baths", "Mid Street <b>Car Park</b>"}
    assert found.ranking.table["rank"].notna().all()
    assert found.measures["sink_distance"].notna().all()


def test_offline_says_what_is_missing_and_how_to_get_it(tmp_path: Path, extract: Path) -> None:
    offline(tmp_path, extract)
    missing = failed(tmp_path)
    assert missing["openstreetmap"] == []
    for step in ("fibre", "constraints", "flood", "weather"):
        assert missing[step] == ["not in the cache, and the network may not be asked"]
    text = (tmp_path / "fetch-report.md").read_text("utf-8")
    assert "To do: Run once with the network" in text
    study = (tmp_path / "study.yaml").read_text("utf-8")
    assert "# missing: Flood" in study
    assert "#       flood_band:" in study


def test_only_criteria_whose_layers_came_stand_in_the_study(tmp_path: Path, extract: Path) -> None:
    study = load_study(offline(tmp_path, extract).study)
    assert "flood" not in study.layers
    assert "hazard" not in study.groups
    assert set(study.groups["grid"].criteria) == {"connection_length"}, "the map has no headroom"
    assert len(study.layers["supply_points"]) == 1


def test_every_file_carries_source_licence_and_hash(tmp_path: Path, extract: Path) -> None:
    offline(tmp_path, extract)
    files = [file for step in report_of(tmp_path)["steps"] for file in step["files"]]
    assert {file["path"] for file in files} == {"data/area.geojson", "data/toyford.osm.pbf"}
    osm = next(file for file in files if file["path"].endswith(".pbf"))
    assert osm["licence"] == "ODbL 1.0"
    assert osm["attribution"] == "© OpenStreetMap contributors"
    assert osm["date"] == "2026-11-20", "the day of the map, not of the fetch"
    assert len(osm["sha256"]) == 64


def test_the_box_of_the_extract_stands_in_where_no_place_is_named(
    tmp_path: Path, extract: Path
) -> None:
    done = offline(tmp_path, extract, bbox=None)
    area = gpd.read_file(tmp_path / "data" / "area.geojson").union_all()
    assert area.bounds == pytest.approx(
        (BOX[0] - 0.01, BOX[1] - 0.01, BOX[2] + 0.01, BOX[3] + 0.01)
    )
    assert done.faults == ()


def test_a_place_is_found_by_name_in_the_extract(tmp_path: Path, extract: Path) -> None:
    offline(tmp_path, extract, bbox=None, place="toyford, York")
    area = gpd.read_file(tmp_path / "data" / "area.geojson").union_all()
    assert area.bounds == pytest.approx(BOX)
    assert "ODbL" in (tmp_path / "study.yaml").read_text("utf-8")


def test_a_point_and_a_radius_need_nobody(tmp_path: Path, extract: Path) -> None:
    offline(tmp_path, extract, bbox=None, place="53.955, -1.09", around_km=0.4)
    area = gpd.read_file(tmp_path / "data" / "area.geojson").to_crs(27700)
    assert area.area.iloc[0] == pytest.approx(3.1416 * 400**2, rel=0.01)


def test_an_extract_of_another_place_is_refused_with_the_reason(
    tmp_path: Path, extract: Path
) -> None:
    with pytest.raises(SourceError, match="of another place"):
        offline(tmp_path, extract, bbox=(10.0, 50.0, 10.1, 50.1))
    assert "of another place" in (tmp_path / "fetch-report.md").read_text("utf-8")
    assert not (tmp_path / "study.yaml").exists()


def test_what_the_extract_does_not_cover_is_not_called_empty(tmp_path: Path, extract: Path) -> None:
    box = (BOX[0] - 0.03, BOX[1], BOX[2], BOX[3])
    done = offline(tmp_path, extract, bbox=box)
    notices = [notice for one in done.told for notice in one.entry.notices]
    assert any("covers 60% of the area" in notice for notice in notices)
    covered = gpd.read_file(tmp_path / "data" / "openstreetmap-covered.geojson").union_all()
    assert covered.bounds[0] == pytest.approx(BOX[0] - 0.01)
    assert done.faults == ()


def test_without_candidates_on_the_map_a_grid_stands_in(tmp_path: Path) -> None:
    office = {"building": "office"}
    bare = [
        each | {"tags": office} if "leisure" in each.get("tags", {}) else each
        for each in shapes.toy_elements()
    ]
    extract = write_extract(tmp_path / "bare.osm.pbf", bare)
    done = offline(tmp_path / "out", extract)
    study = load_study(done.study)
    assert study.candidates.files == ()
    assert study.candidates.grid is not None
    sites = assess(study, done.study.parent, opinions=False).sites
    assert 60 <= len(sites) <= 140


def test_an_extract_without_a_street_makes_no_study(tmp_path: Path) -> None:
    bare = [each for each in shapes.toy_elements() if "highway" not in each.get("tags", {})]
    extract = write_extract(tmp_path / "bare.osm.pbf", bare)
    with pytest.raises(SourceError, match="not one street"):
        offline(tmp_path / "out", extract)


def test_an_xml_extract_will_do_and_a_broken_one_is_named(tmp_path: Path, extract: Path) -> None:
    done = offline(tmp_path / "a", write_extract(tmp_path / "toyford.osm"))
    assert done.faults == ()
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(extract.read_bytes()[:200])
    with pytest.raises(SourceError, match="not a whole OpenStreetMap file"):
        offline(tmp_path / "b", broken)


def test_no_country_no_pack(tmp_path: Path) -> None:
    elements = [each for each in parking() if "ISO3166-2" not in each.get("tags", {})]
    done = offline(tmp_path / "out", write_extract(tmp_path / "x.osm.pbf", elements))
    study = load_study(done.study)
    assert study.packs == ()
    assert "country" not in study.facts
    assert study.crs == "EPSG:32630", "the UTM zone of the place"
    assert any("--country" in notice for one in done.told for notice in one.entry.notices)
    named = offline(tmp_path / "fi", write_extract(tmp_path / "y.osm.pbf", elements), country="fi")
    assert load_study(named.study).packs == ("eu", "fi", "engineering")


def test_a_weather_file_may_be_given(tmp_path: Path, extract: Path) -> None:
    weather = tmp_path / "York TMY.json"
    weather.write_text(json.dumps(shapes.toy_year()), "utf-8")
    done = offline(tmp_path / "out", extract, weather=weather)
    study = load_study(done.study)
    assert study.climate.weather is not None
    assert study.climate.weather.path == "data/weather.json"
    assert done.faults == ()


@pytest.mark.skipif(not RUTLAND.is_file(), reason="the Rutland extract is not in ../shared/data")
def test_a_real_town_is_cut_out_of_a_real_county(tmp_path: Path) -> None:
    done = offline(tmp_path, RUTLAND, name="oakham", bbox=(-0.76, 52.65, -0.70, 52.69))
    assert done.faults == ()
    study = load_study(done.study)
    assert study.facts["country"] == "England"
    rows = report_of(tmp_path)["steps"][1]["files"][0]["layers"]
    assert rows["roads"] > 3000
    assert rows["candidates"] > 80


# --- from services ------------------------------------------------------------------------------


def test_all_services_together_make_a_study_that_is_assessed(tmp_path: Path) -> None:
    with PortalServer() as portal:
        done = online(tmp_path / "out", serve(portal), tmp_path / "cache")
        assert portal.count("/overpass/status") == 0, "a server of one's own"
    assert done.faults == ()
    study = load_study(done.study)
    assert {"roads", "fibre_nodes", "constraints", "flood", "heat_sinks"} <= set(study.layers)
    found = assess(study, done.study.parent, opinions=False)
    assert found.measures["flood_band"].notna().all()
    assert set(found.layers["constraints"].kind_coverage) >= {"listed_building", "sssi"}
    assert "conservation_area" not in found.layers["constraints"].kind_coverage
    fibre = found.layers["fibre_nodes"].frame
    assert {"peeringdb-fac-1", "peeringdb-fac-2"} <= set(fibre.index)
    assert "PVGIS" in dict(found.provenance)["weather"].source
    supply = found.layers["supply_points"].frame
    assert supply["headroom_kva"].dropna().tolist() == [4200.0], "Far is too far away"
    assert set(study.groups["grid"].criteria) == {"primary_headroom", "connection_length"}
    assert found.measures["primary_headroom"].notna().all()


def test_one_service_that_fails_leaves_its_layer_out_and_no_more(tmp_path: Path) -> None:
    with PortalServer() as portal:
        urls = serve(portal)
        portal.json("/peeringdb/fac", {"message": "Too many of you"}, status=403)
        portal.throttle("/entity.json", 1, retry_after="1")
        portal.throttle("/pvgis/tmy", 99, status=503)
        portal.json(f"{NPG}", {"error_code": "Forbidden", "message": "Log in first"}, status=403)
        done = online(tmp_path / "out", urls, tmp_path / "cache")
    assert done.faults == ()
    missing = failed(tmp_path / "out")
    assert "Too many of you" in missing["fibre"][0]
    assert "given up after" in missing["weather"][0]
    assert "Log in first" in missing["supply"][0]
    assert "SITESELECT_NPG_KEY" in (tmp_path / "out" / "fetch-report.md").read_text().replace(
        "\\", ""
    )
    assert missing["constraints"] == missing["flood"] == []
    study = load_study(done.study)
    assert study.climate.weather is None
    assert "flood" in study.layers


def test_planning_data_is_read_to_its_last_page(tmp_path: Path) -> None:
    many = [
        shapes.entity(100 + at, "listed-building", f"POINT({shapes.WEST + at * 1e-5} 53.955)")
        for at in range(600)
    ]
    with PortalServer() as portal:
        urls = serve(portal)
        portal.routes |= shapes.planning_data([*shapes.toy_entities(), *many])
        online(tmp_path / "out", urls, tmp_path / "cache")
    rows = gpd.read_parquet(tmp_path / "out" / "data" / "constraints-national.parquet")
    assert len(rows) == 601


def test_where_planning_data_fails_the_lists_of_the_agencies_stand_in(tmp_path: Path) -> None:
    point = shapely.Point(shapes.WEST + 0.004, shapes.SOUTH + 0.004)
    listed = [shapes.feature(1, point, ListEntry=1234, Name="Old Mill", Grade="II")]
    with PortalServer() as portal:
        urls = serve(portal)
        portal.html("/entity.json")
        portal.routes |= shapes.arcgis(listed, path="/nhle/0")
        done = online(tmp_path / "out", urls, tmp_path / "cache")
    study = load_study(done.study)
    paths = [file.path for file in study.layers["constraints"]]
    assert "data/constraints-nhle-listed-buildings.parquet" in paths
    assert any("web page" in reason for reason in failed(tmp_path / "out")["constraints"])
    assert done.faults == ()


def test_a_place_nobody_knows_makes_no_study(tmp_path: Path) -> None:
    with PortalServer() as portal, pytest.raises(SourceError, match="no such place"):
        online(tmp_path, serve(portal), tmp_path / "cache", place="Atlantis")
    assert "no such place" in (tmp_path / "fetch-report.md").read_text("utf-8")


def test_a_circle_round_a_named_place_takes_its_point(tmp_path: Path) -> None:
    with PortalServer() as portal:
        urls = serve(portal)
        hit = shapes._hit("node", 78, "Toy Cross", None) | {"address": {"country_code": "gb"}}
        hit |= {"lat": "53.955", "lon": "-1.09"}
        portal.json("/nominatim/search", [hit])
        done = online(
            tmp_path, urls, tmp_path / "cache", place="Toy Cross", around_km=0.5, country="GB-E"
        )
    assert done.faults == ()
    assert load_study(done.study).title.endswith("0.5 km round Toy Cross")


def test_scotland_is_not_asked_for_english_data(tmp_path: Path) -> None:
    with PortalServer() as portal:
        urls = serve(portal)
        done = online(tmp_path, urls, tmp_path / "cache", country="Scotland")
        assert portal.count("/entity.json") == 0
    flood = next(one for one in done.told if one.step == "flood")
    assert flood.entry.status == "skipped"
    assert "Scotland" in flood.entry.notices[0]
    assert load_study(done.study).packs == ("engineering",)


# --- requests, and text from outside ------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bbox": None}, "nothing says where"),
        ({"around_km": 2.0}, "a box has no circle"),
        ({"bbox": None, "place": "53, -1"}, "a point has no area"),
        ({"bbox": None, "place": "91, -1", "around_km": 1.0}, "not a point on the globe"),
        ({"pod_kw": 5000.0}, "--pod-kw"),
        ({"pod_kw": float("nan")}, "--pod-kw"),
        ({"margin_km": -1.0}, "--margin-km"),
        ({"crs": "EPSG:4326"}, "--crs"),
        ({"name": ""}, "--study"),
        ({"pbf": Path("nowhere.osm.pbf")}, "no such file"),
        ({"weather": Path("nowhere.epw")}, "no such file"),
    ],
)
def test_a_request_that_cannot_be_carried_out_is_refused(
    changes: dict[str, Any], words: str
) -> None:
    given = {"name": "x", "bbox": BOX, **changes}
    with pytest.raises(StudyError, match=words):
        check(Request(**given))


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "a,b,c,d", "2,1,1,2", "0,0,0,0", "0,0,400,1", "nan,0,1,1"]
)
def test_what_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(StudyError, match="not a box"):
        parse_bbox(text)


def test_an_area_of_half_a_continent_is_refused(tmp_path: Path, extract: Path) -> None:
    with pytest.raises(SourceError, match="more than 20,000"):
        offline(tmp_path, extract, bbox=(-10.0, 40.0, 10.0, 60.0))


@given(st.text(max_size=300))
def test_any_name_becomes_a_file_name_that_stays_in_its_folder(text: str) -> None:
    name = slug(text)
    assert len(name) <= 64
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not name.startswith("-")


@given(st.text(max_size=400))
def test_any_text_becomes_one_line_that_yaml_gives_back(text: str) -> None:
    line = line_of(text)
    assert len(line.splitlines()) <= 1
    quoted = json.dumps(line, ensure_ascii=False)
    assert yaml.safe_load(f"a: {quoted} # {line}") == {"a": line}


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", ".", ""])
def test_no_path_leads_out_of_the_study(tmp_path: Path, name: str) -> None:
    with pytest.raises(RunError):
        within(tmp_path, name)
    with pytest.raises(RunError):
        put_text(tmp_path, name, "x")


def test_a_hostile_place_name_reaches_neither_yaml_nor_markdown(tmp_path: Path) -> None:
    wicked = 'x"\n  evil: true\n# <script>alert(1)</script> | $name {x}: \u2028 y\x85z'
    with PortalServer() as portal:
        urls = serve(portal)
        outline = shapely.geometry.mapping(shapes.TOWN)
        hit = shapes._hit("relation", 77, wicked, outline)
        portal.json("/nominatim/search", [hit])
        done = online(tmp_path, urls, tmp_path / "cache", place=wicked, name=slug(wicked))
    study = load_study(done.study)
    assert study.title == f"Where should the pod stand? {line_of(wicked, 120)}"
    assert "<script" not in (tmp_path / "fetch-report.md").read_text("utf-8")


# --- countries ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "nation", "point", "crs", "packs"),
    [
        ("GB", "England", (-1.1, 53.9), "EPSG:27700", ("en", "engineering")),
        ("gb", "Northern Ireland", (-6.0, 54.6), "EPSG:2157", ("engineering",)),
        ("FI", "", (24.9, 60.2), "EPSG:3067", ("eu", "fi", "engineering")),
        ("NL", "", (4.9, 52.4), "EPSG:28992", ("eu", "engineering")),
        ("DE", "", (9.9, 53.5), "EPSG:25832", ("eu", "de", "engineering")),
        ("FR", "", (2.3, 48.9), "EPSG:2154", ("eu", "engineering")),
        ("IE", "", (-6.3, 53.3), "EPSG:2157", ("eu", "engineering")),
        ("BR", "", (-46.6, -23.5), "EPSG:32723", ()),
        ("", "", (174.8, -41.3), "EPSG:32760", ()),
    ],
)
def test_projection_and_packs_follow_the_country(
    code: str, nation: str, point: tuple[float, float], crs: str, packs: tuple[str, ...]
) -> None:
    land = country.by_code(code, nation)
    area = shapely.Point(*point).buffer(0.05)
    assert country.crs_for(land, area) == crs
    assert land.packs == packs


@given(st.floats(-180, 180))
def test_every_longitude_has_a_clock(longitude: float) -> None:
    from zoneinfo import ZoneInfo

    zone = country.time_zone_for(country.by_code(""), shapely.Point(longitude, 0).buffer(1e-6))
    assert ZoneInfo(zone) is not None


def test_every_country_of_the_catalogue_is_one_that_rules_know() -> None:
    from siteselect.compliance.vocabulary import VOCABULARY

    names = {found["name"] for found in country.choices()["countries"].values()} - {""}
    known = next(fact for fact in VOCABULARY if fact.name == "country")
    assert names <= set(known.choices)


def test_a_circle_is_round_on_the_ground() -> None:
    ring = boundary.circle((24.9, 60.2), 5.0)
    metres = gpd.GeoSeries([ring], crs=4326).to_crs(3067).iloc[0]
    west, south, east, north = metres.bounds
    assert east - west == pytest.approx(10_000, rel=0.002)
    assert north - south == pytest.approx(10_000, rel=0.002)


def test_a_margin_is_as_wide_as_it_says() -> None:
    west, _, east, _ = wider((-1.0, 53.0, -0.9, 53.1), 2.0)
    line = gpd.GeoSeries([shapely.LineString([(west, 53.1), (-1.0, 53.1)])], crs=4326)
    assert line.to_crs(27700).length.iloc[0] == pytest.approx(2000, rel=0.01)
    assert east > -0.9


def test_the_environment_moves_services() -> None:
    found = services.addresses({"SITESELECT_OVERPASS_URL": "http://localhost:1/api/", "X": "y"})
    assert found == {"overpass": "http://localhost:1/api"}
