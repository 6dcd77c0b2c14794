"""The level at the neighbour's window: which receptor counts, what screens, what would pass."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import SHARED, X0, Y0, Town
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, box

from siteselect import pod as pods
from siteselect.assess import assess
from siteselect.design.hearing import level_dba
from siteselect.design.loudest import loudest
from siteselect.design.sound_paths import heard_octaves, obstacles_of
from siteselect.design.soundscape import OCTAVES, receptor_table, soundscape
from siteselect.errors import InputError
from siteselect.layers.build import build_territory
from siteselect.sound.bands import a_weighted, energy_sum
from siteselect.sound.plant import octaves_db
from siteselect.sound.propagation import levels_dba
from siteselect.sources import osm_pbf, osm_screens
from siteselect.study import Study
from siteselect.study_file import load_study

CREDIT = {"source": "test", "date": "2026", "licence": "none", "basis": "illustrative"}
RUTLAND = SHARED / "rutland-osm" / "rutland-latest.osm.pbf"


def with_layer(town: Town, layer: str, frame: gpd.GeoDataFrame) -> None:
    town.write(layer, frame)
    town.document["layers"][layer] = [{"path": f"{layer}.gpkg", **CREDIT}]


def with_screens(town: Town, shapes: list, heights: list) -> None:
    rows = {"screen_id": [f"w{n}" for n in range(len(shapes))], "height_m": heights}
    with_layer(town, "noise_screens", gpd.GeoDataFrame(rows, geometry=shapes, crs=3067))


def with_receptors(town: Town, **columns: list) -> None:
    shapes = [Point(X0 + x, Y0 + y) for x, y in columns.pop("at")]
    with_layer(town, "noise_receptors", gpd.GeoDataFrame(columns, geometry=shapes, crs=3067))


def sites(town: Town):
    return assess(load_study(town.file), town.folder, opinions=False).sites


def read(town: Town) -> tuple[Study, object]:
    study = load_study(town.file)
    return study, build_territory(study, town.folder)


def test_a_wall_between_plant_and_window_takes_from_the_level(town: Town) -> None:
    bare = sites(town).loc["b"]
    assert bare["receptor_level_dba"] == bare["receptor_open_dba"]
    with_screens(town, [LineString([(X0 + 300, Y0 + 510), (X0 + 700, Y0 + 510)])], [4.0])
    behind = sites(town).loc["b"]
    assert behind["receptor_open_dba"] == bare["receptor_open_dba"]
    assert 5 < behind["receptor_open_dba"] - behind["receptor_level_dba"] <= 20
    gain = bare["receptor_level_dba"] - behind["receptor_level_dba"]
    assert behind["noise_margin_db"] == pytest.approx(bare["noise_margin_db"] + gain)
    town.document["noise"]["screening"] = False
    assert sites(town).loc["b", "receptor_level_dba"] == bare["receptor_level_dba"]


def test_a_screen_of_unknown_height_screens_nothing(town: Town) -> None:
    bare = sites(town).loc["b", "receptor_level_dba"]
    wall = LineString([(X0 + 300, Y0 + 510), (X0 + 700, Y0 + 510)])
    with_screens(town, [wall], [None])
    assert sites(town).loc["b", "receptor_level_dba"] == bare


def test_the_building_that_plant_or_window_belongs_to_does_not_screen_it(town: Town) -> None:
    bare = sites(town).loc["b", "receptor_level_dba"]
    yard = box(X0 + 480, Y0 + 480, X0 + 520, Y0 + 520)
    with_screens(town, [yard, box(X0 + 480, Y0 + 550, X0 + 520, Y0 + 570)], [12.0, 12.0])
    assert sites(town).loc["b", "receptor_level_dba"] == pytest.approx(bare)


def test_the_receptor_that_counts_is_the_one_with_the_least_margin_behind_screens(
    town: Town,
) -> None:
    with_receptors(
        town,
        receptor_id=["near", "far"],
        kind=["dwelling", "dwelling"],
        at=[(500, 550), (500, 430)],
    )
    assert sites(town).loc["b", "receptor_id"] == "near"
    with_screens(town, [LineString([(X0 + 300, Y0 + 510), (X0 + 700, Y0 + 510)])], [5.0])
    found = sites(town).loc["b"]
    assert found["receptor_id"] == "far"
    assert found["receptor_level_dba"] == found["receptor_open_dba"]


@given(
    source_m=st.floats(0.1, 30),
    receiver_m=st.floats(0.1, 60),
    ground_share=st.floats(0, 1),
    temperature_c=st.floats(-20, 40),
    power=st.lists(st.floats(20, 110), min_size=8, max_size=8),
)
def test_over_open_ground_a_level_only_falls_with_distance(
    source_m: float, receiver_m: float, ground_share: float, temperature_c: float, power: list
) -> None:
    """What lets the search for receptors end early (`siteselect.design.loudest`)."""
    far_m = np.geomspace(0.5, 5000, 1500)
    level = levels_dba(power, source_m, receiver_m, far_m, ground_share, temperature_c)
    assert (np.diff(level) <= 1e-9).all()


def test_an_open_home_far_off_counts_before_a_screened_one_near_by(town: Town) -> None:
    """The near one lies in the first ring that is searched, the far one beyond the second."""
    walls = [LineString([(X0 + 520, Y0 + 400), (X0 + 520, Y0 + 600)])]
    with_screens(town, walls, [12.0])
    study, territory = read(town)
    obstacles = obstacles_of(study, territory)
    site = np.array([Point(X0 + 500, Y0 + 500)], dtype=object)
    shapes = np.array([Point(X0 + 530, Y0 + 500), Point(X0 + 500, Y0 + 840)], dtype=object)
    found = loudest(study, site, shapes, np.array([60.0, 25.0]), obstacles).iloc[0]
    assert found["receptor"] == 1
    assert found["distance_m"] == pytest.approx(340)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_search_by_rounds_finds_what_screening_every_pair_finds(town: Town, data) -> None:
    place = st.tuples(st.integers(0, 99), st.integers(0, 99))
    homes = data.draw(st.lists(place, min_size=1, max_size=15, unique=True))
    limits = np.array(
        data.draw(
            st.lists(
                st.sampled_from([35.0, 45.0, math.nan]), min_size=len(homes), max_size=len(homes)
            )
        )
    )
    walls = data.draw(st.lists(st.tuples(place, place), min_size=1, max_size=4))
    lines = [
        LineString([(X0 + a * 10 + 3, Y0 + b * 10 + 3), (X0 + c * 10 + 6, Y0 + d * 10 + 7)])
        for (a, b), (c, d) in walls
    ]
    with_screens(town, lines, [6.0] * len(lines))
    study, territory = read(town)
    obstacles = obstacles_of(study, territory)
    site = np.array([Point(X0 + 505, Y0 + 505)], dtype=object)
    shapes = np.array([Point(X0 + 10 * x, Y0 + 10 * y) for x, y in homes], dtype=object)
    found = loudest(study, site, shapes, limits, obstacles)
    power = pods.sound_octaves_db(study.pod)
    level = a_weighted(heard_octaves(study, power, np.repeat(site, len(shapes)), shapes, obstacles))
    room = limits - level
    assert len(found) == 1
    chosen = found.iloc[0]
    if np.isnan(room).all():
        assert chosen["level_dba"] == pytest.approx(level.max())
        return
    best = int(np.nanargmin(room))
    unlimited = level[np.isnan(limits)]
    if len(unlimited) and unlimited.max() > level[best] + 1e-9:
        assert chosen["level_dba"] == pytest.approx(unlimited.max())
    else:
        assert limits[int(chosen["receptor"])] - chosen["level_dba"] == pytest.approx(room[best])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0.5, 12), st.floats(0.5, 12))
def test_a_taller_barrier_never_raises_the_level(town: Town, one, other) -> None:
    low, high = sorted((one, other))
    levels = []
    for height in (low, high):
        with_screens(town, [LineString([(X0 + 400, Y0 + 520), (X0 + 600, Y0 + 520)])], [height])
        study, territory = read(town)
        start, window = Point(X0 + 500, Y0 + 500), Point(X0 + 500, Y0 + 550)
        paths = np.array([start], dtype=object), np.array([window], dtype=object)
        power = pods.sound_octaves_db(study.pod)
        levels.append(heard_octaves(study, power, *paths, obstacles_of(study, territory)))
    assert (levels[1] <= levels[0] + 1e-9).all()


def test_night_verdict_weighs_the_margin_against_its_uncertainty(town: Town) -> None:
    known = {}
    for limit in (60, 50, 30):
        town.document["noise"]["night_limit_dba"] = limit
        known[limit] = sites(town).loc["b"]
    spread = known[60]["noise_uncertainty_db"]
    assert spread == pytest.approx(math.hypot(3, 5))
    for found in known.values():
        margin = found["noise_margin_db"]
        expected = "fail" if margin < 0 else "conditional" if margin < spread else "pass"
        assert found["noise_verdict"] == expected
    town.document["pod"]["sound_power_dba"] = 80
    assert sites(town).loc["b", "noise_uncertainty_db"] == pytest.approx(math.hypot(3, 2))
    del town.document["noise"]["night_limit_dba"]
    assert (sites(town)["noise_verdict"] == "unknown").all()


def test_what_would_pass_passes(town: Town) -> None:
    town.document["noise"]["night_limit_dba"] = 38
    found = sites(town).loc["b"]
    assert found["noise_margin_db"] < 0
    assert found["noise_reduction_db"] == pytest.approx(-found["noise_margin_db"])
    slowed = found["sound_power_dba"] + 50 * math.log10(found["noise_fan_speed_share"])
    town.document["pod"]["sound_power_dba"] = float(slowed)
    assert sites(town).loc["b", "noise_margin_db"] == pytest.approx(0, abs=1e-6)
    if found["noise_wall_m"] > 0:
        town.document["pod"]["sound_power_dba"] = float(found["sound_power_dba"])
        y = Y0 + 500 + 2
        wall = LineString([(X0 - 5000, y), (X0 + 6000, y)])
        with_screens(town, [wall], [float(found["noise_wall_m"])])
        town.document["routing"] = {"margin_m": 20_000}
        assert sites(town).loc["b", "noise_margin_db"] >= -0.05


def test_a_quiet_site_needs_nothing(town: Town) -> None:
    town.document["noise"]["night_limit_dba"] = 70
    found = sites(town).loc["b"]
    assert found["noise_reduction_db"] == 0
    assert found["noise_fan_speed_share"] == 1
    assert found["noise_wall_m"] == 0
    assert found["noise_quieter_set"] is True


def test_two_like_coolers_are_three_decibels_louder_than_one(town: Town) -> None:
    town.document["pod"]["sound_power_dba"] = 70
    one = sites(town).loc["b", "receptor_level_dba"]
    item = {"kind": "ups_room", "count": 4, "sound_power_dba": 60}
    town.document["pod"]["plant"] = [item]
    study = load_study(town.file)
    power = pods.sound_octaves_db(study.pod)
    fan = octaves_db("dry_cooler", stated_dba=70)
    room = octaves_db("ups_room", stated_dba=60) + 10 * math.log10(4)
    assert power == pytest.approx(energy_sum(np.stack([fan, room]), axis=0))
    assert sites(town).loc["b", "receptor_level_dba"] > one


def test_the_generator_is_heard_apart(town: Town) -> None:
    assert sites(town)["generator_level_dba"].isna().all()
    town.document["pod"]["generator_kwe"] = 100
    found = sites(town).loc["b"]
    # 95 + lg 100 = 97 dB(A) by the ceiling; the cooler's level is not part of it
    study = load_study(town.file)
    octaves = pods.generator_octaves_db(study.pod)
    assert octaves is not None
    assert float(a_weighted(octaves)) == pytest.approx(97)
    assert found["generator_level_dba"] > found["receptor_level_dba"]
    town.document["pod"]["generator_kwe"] = 450
    assert sites(town)["generator_level_dba"].isna().all()


def test_national_limits_stand_in_for_a_zone_that_only_names_its_class(town: Town) -> None:
    zone = {"zone_id": ["z"], "country": ["de"], "zone_class": ["WA"]}
    frame = gpd.GeoDataFrame(zone, geometry=[box(X0, Y0, X0 + 1000, Y0 + 1000)], crs=3067)
    with_layer(town, "noise_zones", frame)
    found = sites(town).loc["b"]
    assert (found["day_limit_dba"], found["night_limit_dba"]) == (55, 40)
    assert "TA Lärm" in found["limit_basis"]
    assert found["noise_margin_db"] == pytest.approx(40 - found["receptor_level_dba"] - 2)
    frame["night_limit_dba"] = 47.0
    with_layer(town, "noise_zones", frame)
    assert sites(town).loc["b", "night_limit_dba"] == 47


def test_an_evening_limit_can_be_the_strictest(town: Town) -> None:
    zone = {"zone_id": ["z"], "day_limit_dba": [50.0], "evening_limit_dba": [41.0]}
    frame = gpd.GeoDataFrame(zone, geometry=[box(X0, Y0, X0 + 1000, Y0 + 1000)], crs=3067)
    with_layer(town, "noise_zones", frame)
    found = sites(town).loc["b"]
    assert found["noise_margin_db"] == pytest.approx(41 - found["receptor_level_dba"] - 2)


def test_a_background_measured_at_the_receptor_replaces_the_range(town: Town) -> None:
    assert sites(town).loc["b", "background_basis"] == "range of what is plausible"
    columns = {"receptor_id": ["home"], "kind": ["dwelling"], "at": [(500, 550)]}
    with_receptors(town, **columns, background_dba=[31.0])
    found = sites(town).loc["b"]
    rating = found["receptor_level_dba"] + 2
    excess = [found[f"background_excess{end}_db"] for end in ("", "_low", "_high")]
    assert excess == pytest.approx([rating - 31] * 3)
    assert found["background_basis"] == "measured at the receptor"
    town.document["noise"]["background_dba"] = 25
    assert sites(town).loc["b", "background_excess_db"] == pytest.approx(rating - 31)


def test_the_table_of_receptors_agrees_with_the_site_and_with_its_own_octaves(town: Town) -> None:
    with_receptors(
        town,
        receptor_id=["near", "far", "away"],
        name=["A", "B", "C"],
        kind=["dwelling"] * 3,
        at=[(500, 550), (500, 430), (900, 900)],
    )
    with_screens(town, [LineString([(X0 + 300, Y0 + 510), (X0 + 700, Y0 + 510)])], [5.0])
    study, territory = read(town)
    site = Point(X0 + 500, Y0 + 500)
    table = receptor_table(study, territory, site)
    assert list(table["margin_db"]) == sorted(table["margin_db"])
    found = sites(town).loc["b"]
    assert table.loc[0, "receptor_id"] == found["receptor_id"] == "far"
    # the site was given in rounded degrees
    assert table.loc[0, "level_dba"] == pytest.approx(found["receptor_level_dba"], abs=0.05)
    for row in table.to_dict("records"):
        octaves = np.array([row[band] for band in OCTAVES])
        assert float(a_weighted(octaves)) == pytest.approx(row["level_dba"])
        assert row["level_dba"] <= row["open_dba"] + 1e-9
    assert len(receptor_table(study, territory, site, most=1)) == 1


def test_the_soundscape_falls_off_and_shows_the_shadow_of_a_building(town: Town) -> None:
    with_screens(town, [box(X0 + 480, Y0 + 520, X0 + 520, Y0 + 540)], [10.0])
    study, territory = read(town)
    site = Point(X0 + 500, Y0 + 500)
    field = soundscape(study, territory, site, reach_m=100, cell_m=10)
    assert field.level_dba.shape == (20, 20)
    row = round((field.north_m - Y0 - 565) / 10)
    column = int((X0 + 505 - field.west_m) / 10)
    shadow, mirror = field.level_dba[row, column], field.level_dba[-1 - row, column]
    assert shadow < mirror - 3
    east = field.level_dba[10, 11:]
    assert (np.diff(east) < 0).all()
    at = field.level_dba[-1 - row, column]
    x, y = field.west_m + (column + 0.5) * 10, field.north_m - (19 - row + 0.5) * 10
    assert at == pytest.approx(float(level_dba(study, site.distance(Point(x, y)))))
    with pytest.raises(ValueError, match="cannot be laid"):
        soundscape(study, territory, site, reach_m=100, cell_m=0.01)


@pytest.mark.parametrize(
    ("tags", "height"),
    [
        ({"building": "yes", "height": "9.5"}, 9.5),
        ({"building": "yes", "height": "30 ft"}, 9.144),
        ({"building": "apartments", "building:levels": "4"}, 12.0),
        ({"building": "yes"}, math.nan),
        ({"building": "yes", "height": "9", "min_height": "4"}, math.nan),
        ({"building": "yes", "building:levels": "2", "building:min_level": "1"}, math.nan),
        ({"barrier": "wall", "height": "2"}, 2.0),
    ],
)
def test_heights_are_what_the_tags_say(tags: dict[str, str], height: float) -> None:
    assert osm_screens.is_screen(tags)
    assert osm_screens.height_m(tags)[0] == pytest.approx(height, nan_ok=True)


@pytest.mark.parametrize("tags", [{"barrier": "fence"}, {"building": "roof"}, {"barrier": "hedge"}])
def test_what_lets_sound_through_is_no_screen(tags: dict[str, str]) -> None:
    assert not osm_screens.is_screen(tags)


@pytest.mark.skipif(not RUTLAND.exists(), reason="needs ../shared/data/rutland-osm")
def test_rutland_has_screens_of_known_height() -> None:
    frame = osm_pbf.read(RUTLAND, "noise_screens")
    known = frame["height_m"].notna()
    assert 10 < known.sum() < len(frame)  # few heights are mapped there
    assert frame.loc[known, "height_m"].between(0.1, 200).all()
    assert frame["screen_id"].is_unique


def test_a_ring_shaped_building_is_one_block(town: Town) -> None:
    ring = Polygon(
        box(X0 + 400, Y0 + 520, X0 + 600, Y0 + 545).exterior.coords,
        [box(X0 + 410, Y0 + 525, X0 + 590, Y0 + 540).exterior.coords],
    )
    with_screens(town, [shapely.MultiPolygon([ring])], [10.0])
    found = sites(town).loc["b"]
    assert found["receptor_level_dba"] < found["receptor_open_dba"]


def test_the_report_shows_windows_octaves_and_what_helps(town: Town) -> None:
    from siteselect.report.html import site_report

    town.document["noise"]["night_limit_dba"] = 38
    assessment = assess(load_study(town.file), town.folder, opinions=False)
    text = site_report(assessment, "b")
    site = assessment.sites.loc["b"]
    assert "Too loud as described: at home (dwelling)" in text
    assert "8000 Hz" in text
    assert f"{round(site['receptor_level_dba'])}\u00a0dB(A)" in text
    assert "not a BS 4142 assessment" in text
    del town.document["layers"]["noise_receptors"]
    del town.document["groups"]["noise"]
    del town.document["presets"]
    bare = site_report(assess(load_study(town.file), town.folder, opinions=False), "b")
    assert "who would hear the plant is not known" in bare


def test_nobody_to_hear_it_is_told_apart_from_nobody_known(town: Town) -> None:
    from siteselect.report.noise_section import noise_section
    from siteselect.report.wording import wording

    town.document["noise"]["search_m"] = 10
    covered = assess(load_study(town.file), town.folder, opinions=False)
    assert "as far as the layer covers" in noise_section(covered, "b", wording()).lines[0].text
    outline = gpd.GeoDataFrame(geometry=[box(X0, Y0, X0 + 100, Y0 + 100)], crs=3067)
    town.write("seen", outline)
    town.document["layers"]["noise_receptors"][0]["covers"] = "seen.gpkg"
    part = assess(load_study(town.file), town.folder, opinions=False)
    assert "does not cover all" in noise_section(part, "b", wording()).lines[0].text


@pytest.mark.parametrize(("kind", "counts"), [("school", False), ("dwelling", True)])
def test_a_host_is_no_neighbour_but_whoever_lives_there_is(
    town: Town, kind: str, counts: bool
) -> None:
    yard = box(X0 + 490, Y0 + 490, X0 + 510, Y0 + 510)
    rows = {"receptor_id": ["host", "home"], "name": ["Host", ""], "kind": [kind, "dwelling"]}
    shapes = [yard, Point(X0 + 500, Y0 + 600)]
    with_layer(town, "noise_receptors", gpd.GeoDataFrame(rows, geometry=shapes, crs=3067))
    found = sites(town).loc["b"]
    assert found["receptor_id"] == ("host" if counts else "home")
    assert found["noise_host"] == ("" if counts else "Host")
    study, territory = read(town)
    assert (
        "host" in set(receptor_table(study, territory, Point(X0 + 500, Y0 + 500))["receptor_id"])
    ) == counts
    town.document["noise"]["host_counts"] = True
    assert sites(town).loc["b", "receptor_id"] == "host"


def test_a_wall_behind_the_cooler_adds_three_decibels(town: Town) -> None:
    free = sites(town).loc["b", "receptor_level_dba"]
    town.document["pod"]["reflecting_walls"] = 2
    assert sites(town).loc["b", "receptor_level_dba"] == pytest.approx(free + 6)


def test_a_map_of_lden_gives_a_guess_of_the_night(town: Town) -> None:
    import rasterio

    path = town.folder / "lden.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=10,
        height=10,
        count=1,
        dtype="float32",
        crs="EPSG:3067",
        transform=rasterio.Affine(100, 0, X0, 0, -100, Y0 + 1000),
    ) as raster:
        raster.write(np.full((1, 10, 10), 60.0, dtype="float32"))
    file = {"path": "lden.tif", **CREDIT}
    town.document["layers"]["noise_map"] = [file]
    assert sites(town).loc["b", "noise_map_dba"] == 60
    file["fixed"] = {"metric": "lden"}
    assert sites(town).loc["b", "noise_map_dba"] == 52
    file["fixed"] = {"metric": "lmax"}
    with pytest.raises(InputError, match="lnight, lden"):
        sites(town)
