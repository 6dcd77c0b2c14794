"""Named rules at hand-picked places of real maps, each verdict explained by reading the map.

The maps are those of Trafford (Environment Agency, Historic England, Natural England and the
council; Open Government Licence v3) and of Rutland (OpenStreetMap contributors, ODbL).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import osmium
import pandas as pd
import pytest
import yaml
from conftest import ROOT, SHARED
from shapely.geometry import Point, box

from siteselect.assess import Assessment, assess
from siteselect.compliance.screening import load_packs
from siteselect.study import Study
from siteselect.study_file import load_study

TRAFFORD = SHARED / "trafford"
RUTLAND = SHARED / "rutland-osm" / "rutland-latest.osm.pbf"
PRIMARIES = SHARED / "gb-primary-substations" / "wpd_network_capacity_map_2023-02-28.csv"

needs_trafford = pytest.mark.skipif(
    not (TRAFFORD / "trafford_boundary.geojson").is_file(),
    reason="the Trafford files are not part of a clone (shared/data/trafford)",
)
needs_rutland = pytest.mark.skipif(
    not (RUTLAND.is_file() and PRIMARIES.is_file()),
    reason="the Rutland files are not part of a clone (see data/rutland/README.md)",
)


@dataclass(frozen=True)
class Place:
    """A place on the map [m, British National Grid]: what is read there, and what rules must say.

    `off_m` is the distance to the nearest shape of a map; below zero it is the depth inside one.
    """

    at: tuple[float, float]
    why: str
    off_m: dict[str, float]
    verdicts: dict[str, str]


YES, NO, OPEN, FAIL = "conditional", "pass", "unknown", "fail"
PLACES = {
    "warburton": Place(
        (369_694, 389_577.7),
        "On the Old Church of Saint Werburgh, grade I; well inside the conservation area of "
        "Warburton Village; on the band low along the old Mersey; far from the air quality area.",
        {"listed_buildings": 0, "conservation_areas": -46, "flood": 0, "aqma": 5383},
        {"EN-P06": YES, "EN-P07": YES, "EN-P08": YES, "EN-P20": YES, "EN-P20A": NO, "EN-N07": NO},
    ),
    "station_hotel": Place(
        (376_902, 387_883),
        "The Station Hotel of Altrincham, grade II, just deeper than the tolerance of 10 m inside "
        "the conservation area of Stamford New Road; dry.",
        {"listed_buildings": 0, "conservation_areas": -11, "flood": 456},
        {"EN-P06": YES, "EN-P08": YES, "EN-P13": NO, "EN-P20": NO},
    ),
    "clock_tower": Place(
        (376_939, 387_902),
        "The clock tower before the station, grade II, inside the same conservation area by less "
        "than the 10 m to which its edge is drawn: inside or outside cannot be told.",
        {"listed_buildings": 0, "conservation_areas": -8},
        {"EN-P06": YES, "EN-P08": OPEN, "EN-P18": OPEN},
    ),
    "bowdon_hotel": Place(
        (376_679, 386_808),
        "A hotel with a pool inside the conservation area of Bowdon, out of sight of anything "
        "listed.",
        {"listed_buildings": 207, "conservation_areas": -26, "flood": 994},
        {"EN-P06": NO, "EN-P07": NO, "EN-P08": YES, "EN-P20": NO},
    ),
    "sale_gym": Place(
        (378_426, 392_109),
        "A gym in the setting of the Tatton Cinema (within 50 m), not at it; just clear of the air "
        "quality area, so that the generator needs no screening.",
        {"listed_buildings": 36, "conservation_areas": 639, "aqma": 14},
        {"EN-P06": NO, "EN-P07": YES, "EN-P08": NO, "EN-N07": NO},
    ),
    "davyhulme_circle": Place(
        (376_373, 395_712),
        "The listed war memorial on the roundabout of Davyhulme, in the air quality area of the "
        "roads that meet there; the pod brings a generator.",
        {"listed_buildings": 0, "aqma": -36, "flood": 130},
        {"EN-P06": YES, "EN-N07": YES, "EN-P20": NO},
    ),
    "watch_hill": Place(
        (374_812, 385_976),
        "The mound of Watch Hill, a scheduled monument; the river Bollin floods below it.",
        {"scheduled_monuments": -27, "flood": 47, "listed_buildings": 595},
        {"EN-P09": FAIL, "EN-P22A": YES, "EN-P06": NO, "EN-P20": NO},
    ),
    "watch_hill_edge": Place(
        (374_838.8, 385_958.2),
        "Beside the same monument, nearer than its edge is sure: that may be a fail or nothing.",
        {"scheduled_monuments": 5},
        {"EN-P09": OPEN, "EN-P22A": OPEN},
    ),
    "dunham_park": Place(
        (373_954, 387_007),
        "The middle of Dunham Park, site of special scientific interest; the listed slaughterhouse "
        "stands beyond the 50 m of a setting.",
        {"sites_of_special_scientific_interest": -404, "listed_buildings": 66},
        {"EN-P13": FAIL, "EN-P22A": YES, "EN-P07": NO, "EN-P08": NO},
    ),
    "sale_leisure_centre": Place(
        (379_102, 392_033),
        "A pool with nothing near; what no file covers (the Green Belt, habitat sites) stays open.",
        {"listed_buildings": 249, "conservation_areas": 1047, "aqma": 73, "flood": 952},
        {
            **dict.fromkeys(("EN-P06", "EN-P07", "EN-P08", "EN-P09", "EN-P13"), NO),
            **dict.fromkeys(("EN-P18", "EN-P20", "EN-P20A", "EN-N07"), NO),
            **dict.fromkeys(("EN-P11", "EN-P15", "EN-P22A"), OPEN),
        },
    ),
    "banks_of_the_mersey": Place(
        (0, 0),
        "In the largest polygon of the band high. Whether it is functional floodplain stands in no "
        "file: the council has to be asked.",
        {"flood": 0},
        {"EN-P20": YES, "EN-P20A": OPEN},
    ),
    "over_the_border": Place(
        (0, 0),
        "Outside the district that the files cover: nothing there is cleared.",
        {"boundary": 400},
        dict.fromkeys(("EN-P06", "EN-P07", "EN-P08", "EN-P09", "EN-P13", "EN-P20", "EN-N07"), OPEN),
    ),
}
FILES = {"flood": "flood_risk_rofrs"}


def shapes(name: str) -> gpd.GeoDataFrame:
    path = TRAFFORD / f"trafford_{FILES.get(name, name)}.geojson"
    return gpd.read_file(path).to_crs(27700)


def points() -> dict[str, Point]:
    """Give the places as points; two are found from the shapes themselves."""
    found = {name: Point(place.at) for name, place in PLACES.items()}
    flood = shapes("flood")
    high = flood[flood["prob_4band"] == "High"]
    found["banks_of_the_mersey"] = high.geometry[high.area.idxmax()].representative_point()
    border = shapes("boundary").geometry.iloc[0].buffer(400).exterior
    found["over_the_border"] = border.interpolate(0.25, normalized=True)
    return found


LAND = {
    "conservation_areas": ("conservation_area", "site_name"),
    "listed_buildings": ("listed_building", "row"),
    "scheduled_monuments": ("scheduled_monument", "list_entry_number"),
    "sites_of_special_scientific_interest": ("sssi", "natural_england_site_id"),
    "aqma": ("air_quality_area", "area_code"),
}
NUMBERED = ("listed_buildings", "flood")
"""Files whose rows have no name of their own: one entry of the list can be several buildings."""
BANDS = {"High": "high", "Medium": "medium", "Low": "low", "Very Low": "very_low"}


def study(folder: Path) -> Study:
    """Write a study of the district on the council's own files."""
    birth = {"source": "OGL v3", "date": "2018", "licence": "OGL v3", "basis": "published"}
    district = shapes("boundary")
    frame = gpd.GeoDataFrame(geometry=[box(*district.total_bounds).buffer(2000)], crs=27700)
    tables = {"district": district, "area": frame, **{name: shapes(name) for name in NUMBERED}}
    for name, table in tables.items():
        table["row"] = [f"{name} {number}" for number in range(len(table))]
        table.to_file(folder / f"{name}.gpkg", engine="pyogrio")
    lonlat = gpd.GeoSeries(points(), crs=27700).to_crs(4326)
    places = {"site_id": lonlat.index, "name": lonlat.index, "lon": lonlat.x, "lat": lonlat.y}
    pd.DataFrame(places).to_csv(folder / "places.csv", index=False)
    of_the_district = {"covers": "district.gpkg", **birth}
    columns = {"columns": {"flood_id": "row", "band": "prob_4band"}, "values": {"band": BANDS}}
    paths = {name: f"trafford/trafford_{name}.geojson" for name in LAND}
    paths |= {name: f"{name}.gpkg" for name in NUMBERED}
    document = {
        "name": "trafford",
        "title": "Trafford",
        "date": "2026-11-23",
        "crs": "EPSG:27700",
        "packs": ["en", "engineering"],
        "facts": {"country": "England"},
        "area": {"path": "area.gpkg", **birth},
        "pod": {"it_kw": 100, "generator_kwe": 100},
        "candidates": {"files": [{"path": "places.csv", **birth}]},
        "layers": {
            "flood": [{"path": "flood.gpkg", **columns, **of_the_district}],
            "constraints": [
                {
                    "path": paths[name],
                    "columns": {"constraint_id": column},
                    "fixed": {"kind": kind},
                    "kinds": [kind],
                    **of_the_district,
                }
                for name, (kind, column) in LAND.items()
            ],
        },
        "groups": {"hazard": {"swing": 100, "criteria": {"flood_band": {"swing": 100}}}},
    }
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return load_study(file)


@pytest.fixture(scope="module")
def trafford(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    folder = tmp_path_factory.mktemp("trafford")
    return assess(study(folder), folder, data=SHARED, opinions=False)


@needs_trafford
def test_the_places_lie_where_the_explanations_say() -> None:
    maps = {name for place in PLACES.values() for name in place.off_m}
    drawn, at = {name: shapes(name).geometry for name in maps}, points()
    for name, place in PLACES.items():
        for layer, expected_m in place.off_m.items():
            off = drawn[layer].distance(at[name])
            inside = drawn[layer][off == 0]
            depth_m = inside.boundary.distance(at[name]).max() if expected_m < 0 else 0.0
            assert off.min() - depth_m == pytest.approx(expected_m, abs=1.0), (name, layer)


@needs_trafford
@pytest.mark.parametrize("place", PLACES)
def test_the_verdict_of_a_hand_picked_place_is_what_the_map_shows(
    trafford: Assessment, place: str
) -> None:
    expected = PLACES[place].verdicts
    found = trafford.findings.query("site_id == @place").set_index("rule_id")["verdict"]
    assert {rule: found[rule] for rule in expected} == expected, PLACES[place].why


@needs_trafford
def test_only_the_monument_and_the_nature_site_bar_a_pod(trafford: Assessment) -> None:
    barred = trafford.eligible.index[~trafford.eligible]
    assert set(barred) == {"watch_hill", "dunham_park"}


# --- Rutland: what the streets, the lines and the homes of OpenStreetMap say ---------------------

COUNTY = {
    "osm-node-2435754967": (
        (
            "Ketton Sports & Community Centre stands on a service way of 2.0 m clear height (way "
            "234054086), off Steadfold Lane (way 3699315, no lorries): neither lorry nor fire "
            "engine comes."
        ),
        {"ENGINEERING-03": YES, "ENGINEERING-09": YES, "ENGINEERING-08": NO, "EN-N08": NO},
    ),
    "osm-way-943329317": (
        (
            "A car park 12 m from an overhead line of no known support: nearer than 10 m of crane "
            "and 15 m of distance. No home within 500 m."
        ),
        {"ENGINEERING-03": NO, "ENGINEERING-08": YES, "EN-N01": NO, "EN-N08": NO},
    ),
    "osm-way-298852308": (
        (
            "Victoria Hall, 18 m from the Round House: 1 dB under the limit, which is less than "
            "the 3.6 dB to which the level is known."
        ),
        {"ENGINEERING-19": YES, "EN-N08": NO, "EN-N02": YES, "EN-N03": NO, "EN-N04": YES},
    ),
    "osm-way-3707307": (
        (
            "Oakham Church of England Primary School: the school itself is the receptor, 11 m off, "
            "and 3 dB over the limit; its premises have permitted development of their own kind."
        ),
        {"EN-P03": YES, "EN-N08": FAIL, "EN-N03": NO, "ENGINEERING-19": NO},
    ),
}


@pytest.fixture(scope="module")
def rutland() -> Assessment:
    file = ROOT / "data" / "rutland" / "study.yaml"
    declared = load_study(file)
    extract = declared.layers["roads"]
    changes = {
        "packs": ("en", "engineering"),
        "layers": {**declared.layers, "utilities": extract},
        "candidates": declared.candidates.model_copy(update={"grid": None}),
    }
    return assess(declared.model_copy(update=changes), file.parent, data=SHARED, opinions=False)


@needs_rutland
def test_the_map_of_rutland_shows_what_the_explanations_say() -> None:
    tags = {
        way.id: {tag.k: tag.v for tag in way.tags}
        for way in osmium.FileProcessor(RUTLAND, osmium.osm.WAY)
        if way.id in (3_699_315, 234_054_086)
    }
    assert (tags[3_699_315]["name"], tags[3_699_315]["hgv"]) == ("Steadfold Lane", "no")
    assert tags[234_054_086]["maxheight"] == "2"


@needs_rutland
@pytest.mark.parametrize("site", COUNTY)
def test_the_verdict_of_a_place_in_rutland_is_what_the_map_shows(
    rutland: Assessment, site: str
) -> None:
    why, expected = COUNTY[site]
    found = rutland.findings.query("site_id == @site").set_index("rule_id")["verdict"]
    assert {rule: found[rule] for rule in expected} == expected, why


@needs_rutland
def test_every_english_site_gets_a_verdict_of_every_rule_in_force(rutland: Assessment) -> None:
    said = rutland.findings.pivot_table(
        "verdict", index="site_id", columns="rule_id", aggfunc="first"
    )
    rules = {rule.id for pack in load_packs(["en", "engineering"]) for rule in pack.rules}
    # In England the law on floors takes the place of the engineering rule.
    assert set(said.columns) == rules - {"ENGINEERING-01"}
    assert said.notna().all(axis=None)
