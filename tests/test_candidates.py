"""Who proposes places: lists, the map, a grid, a hand; and which of them are kept."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import osmium
import pytest
import yaml
from conftest import ROOT, SHARED, STUDY, X0, Y0, lonlat
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from shapely.geometry import Point, box

from siteselect.candidates import CANDIDATE, Proposal, propose
from siteselect.candidates.grids import crossings
from siteselect.candidates.map_kinds import map_kinds
from siteselect.errors import InputError, SiteselectError, SourceError, StudyError
from siteselect.layers.build import build_territory
from siteselect.sources.osm_selection import selectors
from siteselect.study import Study, study_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conftest import Town

RUTLAND = ROOT / "data" / "rutland"
EXTRACT = SHARED / "rutland-osm" / "rutland-latest.osm.pbf"
needs_rutland = pytest.mark.skipif(
    not EXTRACT.is_file(), reason="the Rutland extract is not part of a clone"
)
BIRTH = {"source": "test", "date": "2026", "licence": "none", "basis": "illustrative"}
HOSTILE = '<script>alert(1)</script>"${`=cmd|x\u202e'


def proposed(town: Town) -> Proposal:
    study = town.study
    return propose(study, build_territory(study, town.folder), town.folder, None)


def with_grid(town: Town, **more: Any) -> Town:
    town.document["candidates"] = {"grid": {"spacing_m": 100, **BIRTH, **more}}
    return town


def notices(proposal: Proposal, topic: str) -> list[str]:
    return [notice.text for notice in proposal.notices if notice.topic == topic]


# --- grids ----------------------------------------------------------------------------------------


@given(
    st.floats(1, 2000),
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 7e6),
)
def test_in_a_hex_grid_six_neighbours_stand_at_one_spacing(
    step: float, west: float, south: float
) -> None:
    x, y = crossings(step, "hex", (west, south, west + 8 * step, south + 8 * step))
    points = np.column_stack([x, y])
    distances, _ = cKDTree(points).query(points, k=7)
    middle = (
        (x > west + 1.6 * step)
        & (x < west + 6.4 * step)
        & (y > south + 1.6 * step)
        & (y < south + 6.4 * step)
    )
    assert middle.sum() >= 9
    assert np.abs(distances[middle, 1:] - step).max() < 1e-6
    assert distances[:, 1].min() > step - 1e-6


@given(
    st.sampled_from(["square", "hex"]),
    st.floats(5, 400),
    st.floats(-5000, 5000),
    st.floats(-5000, 5000),
    st.tuples(*[st.floats(0, 900)] * 4),
)
def test_a_wider_area_keeps_the_points_that_it_had(
    shape: str, step: float, west: float, south: float, by: tuple[float, ...]
) -> None:
    small = (west, south, west + 600, south + 700)
    wide = (west - by[0], south - by[1], west + 600 + by[2], south + 700 + by[3])
    few = set(zip(*crossings(step, shape, small), strict=True))
    many = set(zip(*crossings(step, shape, wide), strict=True))
    assert few <= many
    assert all(small[0] <= x <= small[2] and small[1] <= y <= small[3] for x, y in few)
    within = {p for p in many if small[0] <= p[0] <= small[2] and small[1] <= p[1] <= small[3]}
    assert within == few


def test_a_hex_grid_has_its_own_density() -> None:
    x, _ = crossings(10, "hex", (0, 0, 10_000, 10_000))
    assert len(x) == pytest.approx(1e8 / (100 * np.sqrt(0.75)), rel=0.01)


def test_a_square_grid_is_as_it_always_was(town: Town) -> None:
    found = proposed(with_grid(town, spacing_m=250)).candidates
    assert len(found) == 25
    assert f"grid-{X0:.0f}-{Y0:.0f}" in found.index
    assert found["origin"].unique().tolist() == ["grid of 250 m"]
    assert found["kind"].unique().tolist() == ["grid_point"]
    assert found["buildable"].isna().all()


@pytest.mark.parametrize("shape", ["square", "hex"])
def test_a_grid_is_clipped_to_what_the_exclusions_leave(town: Town, shape: str) -> None:
    whole = proposed(with_grid(town, shape=shape)).candidates
    exclude = [{"label": "Flood", "layer": "flood", "where": {"band": ["high"]}}]
    town.document["candidates"]["exclude"] = exclude
    clipped = proposed(town)
    town.document["candidates"]["grid"]["clip"] = False
    kept = proposed(town).candidates
    flood = box(X0 + 850, Y0, X0 + 1000, Y0 + 150)
    lost = set(whole.index) - set(clipped.candidates.index)
    assert lost == set(whole.index[whole.geometry.intersects(flood)])
    assert lost
    assert notices(clipped, "candidates left out") == [
        f"{len(lost)} of {len(whole)} points of the grid lie on excluded land and were left out"
    ]
    assert clipped.candidates["buildable"].eq(True).all()
    assert set(kept.index) == set(whole.index)
    assert set(kept.index[kept["excluded_by"] == "Flood"]) == lost


def test_points_of_a_fine_grid_have_names_of_their_own(town: Town) -> None:
    area = gpd.GeoDataFrame(geometry=[box(X0, Y0, X0 + 3, Y0 + 3)], crs=3067)
    town.write("area", area)
    found = proposed(with_grid(town, spacing_m=0.25, shape="hex")).candidates
    assert found.index.is_unique
    assert len(found) > 150


def test_a_grid_too_fine_to_lay_out_is_refused(town: Town) -> None:
    with pytest.raises(InputError, match="wider grid"):
        proposed(with_grid(town, spacing_m=0.01))


def test_more_candidates_than_the_limit_are_refused(town: Town) -> None:
    with_grid(town, shape="hex").document["candidates"]["limit"] = 50
    with pytest.raises(InputError, match="where the study allows 50"):
        proposed(town)


# --- points drawn by hand -------------------------------------------------------------------------


def draw(town: Town, *points: dict[str, Any]) -> Town:
    town.document["candidates"]["points"] = list(points)
    return town


def at(east_m: float, north_m: float) -> dict[str, float]:
    lon, lat = lonlat(east_m, north_m)
    return {"lon": lon, "lat": lat}


def test_a_drawn_point_is_a_candidate_like_any_other(town: Town) -> None:
    draw(town, {"site_id": "p", "name": HOSTILE, **at(300, 400)}, {"site_id": "q", **at(10, 10)})
    found = proposed(town)
    assert list(found.candidates.index) == ["a", "b", "c", "d", "p", "q"]
    point = found.candidates.loc["p"]
    assert point["name"] == HOSTILE
    assert point.geometry.distance(Point(X0 + 300, Y0 + 400)) < 0.02
    assert point["origin"] == "point 1 drawn in the study"
    assert found.candidates.loc["q", "name"] == "Unnamed (drawn point)"
    assert found.candidates["kind"].tolist()[-2:] == ["drawn_point"] * 2
    assert {column.name for column in CANDIDATE.columns} - {"site_id"} <= set(found.candidates)
    assert found.provenance[-1][1].source == "Points drawn in the study town"


def test_drawn_points_alone_are_enough(town: Town) -> None:
    town.document["candidates"] = {"points": [{"site_id": "p", **at(300, 400)}]}
    assert town.assess().ranking.table["rank"].tolist() == [1]


def test_drawn_points_may_be_at_fault_like_any_row(town: Town) -> None:
    inside = at(500, 500)
    turned = {"lon": inside["lat"], "lat": inside["lon"]}
    draw(
        town,
        {"site_id": "a", **inside},
        {"site_id": "far", **at(500, 5000)},
        {"site_id": "turned", **turned},
    )
    with pytest.raises(InputError) as caught:
        proposed(town)
    told = [(fault.file, fault.row, fault.problem) for fault in caught.value.faults]
    file = "study town, candidates.points"
    assert (file, "2", "the candidate lies outside the study area") in told
    assert (file, "3", "latitude and longitude are exchanged") in told
    repeated = [(where, row) for where, row, problem in told if "two lists" in problem]
    assert repeated == [("candidates.csv", "2"), (file, "1")]


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([{"site_id": "p", "lon": 200, "lat": 60}], "less than or equal to 180"),
        ([{"site_id": "p", "lon": "nan", "lat": 60}], "finite"),
        ([{"site_id": "", **at(1, 1)}], "at least 1 character"),
        ([{"site_id": "p", **at(1, 1)}, {"site_id": "p", **at(2, 2)}], "given twice: p"),
    ],
)
def test_a_point_that_is_none_is_refused(
    town: Town, points: list[dict[str, Any]], words: str
) -> None:
    with pytest.raises(StudyError, match=words):
        proposed(draw(town, *points))


def test_a_study_with_all_of_it_is_written_and_read_back_the_same() -> None:
    document = copy.deepcopy(yaml.safe_load(STUDY))
    near = [{"layer": "roads", "within_m": 5}]
    document["candidates"] |= {
        "points": [{"site_id": "p", "name": HOSTILE, "lon": 25.0, "lat": 60.0}],
        "grid": {"spacing_m": 50, "shape": "hex", "near": near, **BIRTH},
        "exclude": [{"label": "W", "layer": "basemap", "where": {"kind": ["water"]}}],
    }
    study = Study.model_validate(document)
    again = Study.model_validate(study.model_dump(mode="json"))
    assert again == study
    assert study_hash(again) == study_hash(study)


# --- near -----------------------------------------------------------------------------------------


def test_only_what_is_near_a_substation_is_kept(town: Town) -> None:
    near = [{"layer": "supply_points", "within_m": 300}]
    town.document["candidates"]["files"][0]["near"] = near
    found = proposed(town)
    assert list(found.candidates.index) == ["a", "c"]
    (told,) = notices(found, "candidates left out")
    assert told == (
        "2 of 4 candidates of candidates.csv are not within 300 m of supply_points and were left "
        "out"
    )


def test_only_the_features_that_are_meant_count(town: Town) -> None:
    near = {"layer": "heat_sinks", "within_m": 50, "where": {"kind": ["pool"]}}
    town.document["candidates"]["files"][0]["near"] = [near]
    assert list(proposed(town).candidates.index) == ["a"]
    both = {"layer": "supply_points", "within_m": 400}
    town.document["candidates"]["files"][0]["near"] = [{**near, "within_m": 900}, both]
    assert list(proposed(town).candidates.index) == ["a", "c"]


def test_where_the_layer_cannot_tell_is_counted(town: Town) -> None:
    cover = gpd.GeoDataFrame(geometry=[box(X0, Y0, X0 + 300, Y0 + 1000)], crs=3067)
    town.write("cover", cover)
    town.document["layers"]["supply_points"][0]["covers"] = "cover.gpkg"
    near = [{"layer": "supply_points", "within_m": 300}]
    town.document["candidates"]["files"][0]["near"] = near
    found = proposed(town)
    assert list(found.candidates.index) == ["a", "c"]
    (told,) = notices(found, "candidates left out")
    assert told.endswith("; 2 of them lie where the layer cannot tell")


def test_a_grid_may_keep_to_the_streets(town: Town) -> None:
    near = [{"layer": "roads", "within_m": 10}]
    found = proposed(with_grid(town, spacing_m=30, near=near)).candidates
    east, north = ((found.geometry.x - X0) % 100, (found.geometry.y - Y0) % 100)
    beside = [np.minimum(each, 100 - each) <= 10.001 for each in (east, north)]
    assert (beside[0] | beside[1]).all()
    assert 100 < len(found) < 900


@pytest.mark.parametrize(
    ("near", "words"),
    [
        ({"layer": "utilities", "within_m": 5}, "the study has no such layer"),
        ({"layer": "suply_points", "within_m": 5}, "Did you mean 'supply_points'"),
        ({"layer": "heat_sinks", "within_m": 5, "where": {"kind": ["pol"]}}, "not a word"),
        ({"layer": "heat_sinks", "within_m": 0}, "greater than 0"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(town: Town, near: dict[str, Any], words: str) -> None:
    town.document["candidates"]["files"][0]["near"] = [near]
    with pytest.raises(StudyError, match=words):
        proposed(town)


# --- the map --------------------------------------------------------------------------------------


def write_map(town: Town, *places: Mapping[str, str]) -> None:
    """Write an extract with the places as points, 50 m apart from west to east."""
    path = town.folder / "town.osm.pbf"
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path)) as writer:
        for number, tags in enumerate(places, start=1):
            where = lonlat(50 * number, 500)
            writer.add_node(
                osmium.osm.mutable.Node(id=number, location=where, tags=dict(tags), version=1)
            )


def of_map(town: Town, *kinds: str, **more: Any) -> Proposal:
    town.document["candidates"]["files"] = [
        {"path": "town.osm.pbf", "kinds": list(kinds), **BIRTH, **more}
    ]
    return proposed(town)


def test_the_catalogue_of_sets_is_in_order() -> None:
    tags = [
        f"{key.partition('[')[0]}={value}"
        for kind in map_kinds().values()
        for key, values in kind.tags.items()
        for value in values
    ]
    assert len(tags) == len(set(tags)), "a tag stands in two sets"
    wanted = {"leisure_centres", "pools", "depots", "car_parks", "substations", "industrial"}
    assert wanted | {"public_buildings", "greenhouses", "schools"} <= set(map_kinds())
    for kind in map_kinds().values():
        assert kind.title
        assert kind.meaning.endswith(".")
        assert any(tag in kind.source for tag in ("[S]", "[K]", "[J]"))
        assert selectors(kind.tags, kind.name)


def test_a_place_keeps_the_tag_that_made_it_and_names_its_set(town: Town) -> None:
    write_map(
        town,
        {"leisure": "sports_centre", "name": HOSTILE},
        {"leisure": "sports_centre", "sport": "tennis;swimming"},
        {"leisure": "swimming_pool", "access": "private"},
        {"leisure": "swimming_pool", "access": "customers"},
        {"amenity": "parking", "parking": "street_side"},
        {"amenity": "parking", "parking": "surface"},
        {"amenity": "cafe"},
    )
    found = of_map(
        town, "pools", "leisure_centres", "car_parks", "depots", tags={"amenity": ["cafe"]}
    )
    sites = found.candidates
    assert sites["kind"].to_dict() == {
        "osm-node-1": "leisure=sports_centre",
        "osm-node-2": "sport=swimming",
        "osm-node-4": "leisure=swimming_pool",
        "osm-node-6": "amenity=parking",
        "osm-node-7": "amenity=cafe",
    }
    assert [origin.partition(", ")[2] for origin in sites["origin"]] == [
        *("set leisure_centres", "set pools", "set pools", "set car_parks", "")
    ]
    assert sites.loc["osm-node-1", "name"] == HOSTILE
    (told,) = [notice for notice in found.notices if notice.topic == "candidates from the map"]
    assert told.facts == {"pools": "2", "leisure_centres": "1", "car_parks": "1", "depots": "0"}


def test_the_order_of_the_sets_says_what_a_place_is(town: Town) -> None:
    write_map(town, {"leisure": "sports_centre", "sport": "swimming"})
    assert of_map(town, "leisure_centres", "pools").candidates["kind"].tolist() == [
        "leisure=sports_centre"
    ]


def test_places_beside_a_substation_are_found(town: Town) -> None:
    write_map(town, *[{"amenity": "parking"}] * 18)
    town.write(
        "supply",
        gpd.GeoDataFrame({"supply_id": ["s"]}, geometry=[Point(X0 + 500, Y0 + 500)], crs=3067),
    )
    near = [{"layer": "supply_points", "within_m": 101}]
    found = of_map(town, "car_parks", near=near).candidates
    assert list(found.index) == [f"osm-node-{number}" for number in (8, 9, 10, 11, 12)]


def test_a_place_that_two_picks_give_stands_once(town: Town) -> None:
    write_map(town, {"amenity": "parking", "landuse": "industrial"}, {"landuse": "industrial"})
    file = {"path": "town.osm.pbf", **BIRTH}
    town.document["candidates"]["files"] = [
        {**file, "kinds": ["car_parks"]},
        {**file, "kinds": ["industrial_land"]},
    ]
    found = proposed(town)
    assert found.candidates["kind"].tolist() == ["amenity=parking", "landuse=industrial"]
    assert any("are picked twice" in notice.text for notice in found.notices)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kinds": ["car_park"], "path": "town.osm.pbf"}, "Did you mean 'car_parks'"),
        ({"kinds": ["zzz"], "path": "town.osm.pbf"}, "Choose from: leisure_centres"),
        ({"kinds": ["car_parks"]}, "OpenStreetMap extract, which this is not"),
        ({"tags": {"amenity": ["x"]}}, "OpenStreetMap extract, which this is not"),
    ],
)
def test_sets_that_cannot_be_picked_are_refused(
    town: Town, change: dict[str, Any], words: str
) -> None:
    write_map(town, {"amenity": "parking"})
    town.document["candidates"]["files"][0] |= change
    with pytest.raises(StudyError, match=words):
        proposed(town)


@pytest.mark.parametrize(
    "key", ["", "a b", "amenity[", "amenity[x]", "amenity[x=]", "a[b=c]d", "a[b==c]", "[b=c]"]
)
def test_a_key_that_cannot_be_read_is_named(town: Town, key: str) -> None:
    write_map(town, {"amenity": "parking"})
    with pytest.raises(SiteselectError) as caught:
        of_map(town, tags={key: ["parking"], "amenity": ["parking"]})
    assert isinstance(caught.value, SourceError)
    assert "not an OpenStreetMap key with conditions" in str(caught.value)


@pytest.mark.parametrize(
    ("key", "tags", "made"),
    [
        ("amenity", {"amenity": "cafe; parking"}, "amenity=parking"),
        ("amenity[fee=yes]", {"amenity": "parking"}, ""),
        ("amenity[fee=yes|no]", {"amenity": "parking", "fee": "no"}, "amenity=parking"),
        ("amenity[fee!=yes]", {"amenity": "parking"}, "amenity=parking"),
        ("amenity[fee!=yes]", {"amenity": "parking", "fee": "no;yes"}, ""),
        (
            "amenity[fee=no][access!=private]",
            {"amenity": "parking", "fee": "no"},
            "amenity=parking",
        ),
        (
            "amenity[fee=no][access!=private]",
            {"amenity": "parking", "fee": "no", "access": "private"},
            "",
        ),
        ("amenity", {"highway": "parking"}, ""),
    ],
)
def test_conditions_mean_what_they_say(key: str, tags: dict[str, str], made: str) -> None:
    (selector,) = selectors({key: ("parking",)}, "file")
    assert selector.fitting(tags) == made


# --- a county -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def county() -> Proposal:
    """Propose about 5,000 places: the sets of the real extract, and hexagons 400 m apart."""
    document = yaml.safe_load((RUTLAND / "study.yaml").read_text(encoding="utf-8"))
    wanted = ("basemap", "roads", "supply_points")
    if not (SHARED / document["layers"]["supply_points"][0]["path"]).is_file():
        wanted = wanted[:2]
    document["layers"] = {name: document["layers"][name] for name in wanted}
    (file,) = document["candidates"]["files"]
    del file["tags"]
    file["kinds"] = list(map_kinds())
    document["candidates"]["grid"] |= {"spacing_m": 400, "shape": "hex"}
    study = Study.model_validate(document)
    return propose(study, build_territory(study, RUTLAND, SHARED), RUTLAND, SHARED)


@needs_rutland
def test_a_real_county_gives_5000_candidates_with_their_tags(county: Proposal) -> None:
    kinds = county.candidates["kind"].value_counts()
    assert len(county.candidates) >= 5000
    assert kinds["leisure=sports_centre"] == 13
    # 259 car parks in the file, of which 6 along a street and 2 lay-bys.
    assert 240 <= kinds["amenity=parking"] <= 251
    assert kinds["building=industrial"] > 100
    assert kinds["man_made=wastewater_plant"] > 10
    from_map = county.candidates["kind"] != "grid_point"
    assert county.candidates.loc[from_map, "origin"].str.contains(", set ").all()


@needs_rutland
def test_rutland_water_is_what_the_first_exclusion_removes(county: Proposal) -> None:
    steps = county.waterfall.set_index("label")
    # Rutland Water alone has a surface of about 1,260 ha (Anglian Water; recalled [K]).
    assert 1260 < steps.loc["Water", "removed_ha"] < 1500
    total = steps["removed_ha"].sum() + steps["left_ha"].iloc[-1]
    assert total == pytest.approx(county.buildable.area_ha, rel=1e-12)
    assert (steps["note"] == "").all()
    grid = county.candidates[county.candidates["kind"] == "grid_point"]
    assert grid["buildable"].eq(True).all()
    assert county.buildable.land.is_valid


def test_the_county_s_study_is_valid_without_its_data() -> None:
    text = Path(RUTLAND / "study.yaml").read_text(encoding="utf-8")
    labels = [each.label for each in Study.model_validate(yaml.safe_load(text)).candidates.exclude]
    assert labels[0] == "Water"


def test_an_empty_list_is_said_to_leave_no_candidate(town: Town) -> None:
    frame = gpd.GeoDataFrame({"site_id": [], "name": []}, geometry=[], crs=4326)
    frame.to_file(town.folder / "empty.gpkg", engine="pyogrio")
    town.document["candidates"]["files"][0]["path"] = "empty.gpkg"
    with pytest.raises(InputError, match="no candidate is left"):
        town.assess()


def test_the_study_s_limits_hold_for_lists(town: Town) -> None:
    town.document["limits"] = {"rows": 250}
    lon, lat = lonlat(500, 500)
    town.candidates("site_id,lon,lat\n" + "".join(f"s{n},{lon},{lat}\n" for n in range(251)))
    with pytest.raises(SiteselectError, match="more than 250 rows"):
        town.assess()
