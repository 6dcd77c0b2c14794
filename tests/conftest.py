"""A small invented town for tests, and the embedded demo, assessed once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import yaml
from browser_visit import CHROMIUM, Visit, serving
from hypothesis import settings
from shapely.geometry import LineString, Point, box

from siteselect.assess import Assessment, assess
from siteselect.study import Study
from siteselect.study_file import load_study

# A deadline is a timing assertion, and these machines are shared.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "data" / "helsinki" / "study.yaml"
SHARED = ROOT.parent / "shared" / "data"
X0, Y0 = 400_000.0, 6_700_000.0
"""South-west corner of the town in EPSG:3067 [m]."""


@pytest.fixture(scope="session")
def demo() -> Assessment:
    """Assess the embedded demo once, without second opinions."""
    return assess(load_study(DEMO), DEMO.parent, opinions=False)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Write a fresh town into a temporary folder."""
    return Town(tmp_path)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Start one browser for a module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=str(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demo_url() -> Iterator[str]:
    """Serve the demo's page for a module."""
    with serving(DEMO) as url:
        yield url


@pytest.fixture
def visit(chromium: Any, demo_url: str) -> Iterator[Visit]:
    """Open the demo's page; nothing may be asked of the internet."""
    opened = Visit(chromium, demo_url)
    yield opened
    assert opened.outside == []
    opened.page.close()


class Town:
    """A town of 1 km by 1 km with a street every 100 m; what a test changes, it changes here."""

    def __init__(self, folder: Path) -> None:
        """Write all files."""
        self.folder = folder
        self.document = yaml.safe_load(STUDY)
        self.write("area", gpd.GeoDataFrame(geometry=[box(X0, Y0, X0 + 1000, Y0 + 1000)], crs=3067))
        self.write("roads", _streets())
        self.write(
            "supply",
            _points(
                supply_id=["s1", "s2"],
                at=[(0, 0), (1000, 1000)],
                headroom_kva=[50.0, 800.0],
                level=["secondary", "secondary"],
            ),
        )
        self.write("fibre", _points(fibre_id=["f1"], at=[(500, 0)], onward_km=[5.0], kind=["pop"]))
        self.write(
            "sinks",
            _points(
                sink_id=["pool", "hall"],
                at=[(200, 200), (800, 800)],
                kind=["pool", "leisure_centre"],
                demand_mwh_a=[400.0, None],
            ),
        )
        self.write("receptors", _points(receptor_id=["home"], at=[(500, 550)], kind=["dwelling"]))
        self.write("bases", _points(base_id=["depot"], at=[(0, 1000)]))
        flood = gpd.GeoDataFrame(
            {"flood_id": ["w"], "band": ["high"]},
            geometry=[box(X0 + 850, Y0, X0 + 1000, Y0 + 150)],
            crs=3067,
        )
        self.write("flood", flood)
        self.candidates(
            "site_id,name,kind,lon,lat\n"
            + "\n".join(
                f"{name},{title},{kind},{_lonlat(east, north)}"
                for name, title, kind, east, north in (
                    ("a", "By the pool", "car_park", 210, 190),
                    ("b", "Centre", "car_park", 500, 500),
                    ("c", "By the hall", "school", 790, 810),
                    ("d", "Riverside", "car_park", 900, 60),
                )
            )
            + "\n"
        )

    def write(self, name: str, frame: gpd.GeoDataFrame) -> Path:
        """Write a layer as GeoPackage."""
        path = self.folder / f"{name}.gpkg"
        path.unlink(missing_ok=True)
        frame.to_file(path, engine="pyogrio")
        return path

    def candidates(self, text: str) -> Path:
        """Write the candidate list."""
        path = self.folder / "candidates.csv"
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def file(self) -> Path:
        """Write the study and name its file."""
        path = self.folder / "study.yaml"
        path.write_text(yaml.safe_dump(self.document, allow_unicode=True), encoding="utf-8")
        return path

    @property
    def study(self) -> Study:
        """Load the study as it stands."""
        return load_study(self.file)

    def assess(self) -> Assessment:
        """Assess the town as it stands, without second opinions."""
        return assess(self.study, self.folder, opinions=False)


def lonlat(east_m: float, north_m: float) -> tuple[float, float]:
    """Turn metres from the town's corner into degrees."""
    point = gpd.GeoSeries([Point(X0 + east_m, Y0 + north_m)], crs=3067).to_crs(4326).iloc[0]
    return point.x, point.y


def _lonlat(east_m: float, north_m: float) -> str:
    lon, lat = lonlat(east_m, north_m)
    return f"{lon:.7f},{lat:.7f}"


def _points(at: list[tuple[float, float]], **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        columns, geometry=[Point(X0 + east, Y0 + north) for east, north in at], crs=3067
    )


def _streets() -> gpd.GeoDataFrame:
    rows = []
    for i in range(11):
        for j in range(11):
            for di, dj in ((1, 0), (0, 1)):
                if i + di > 10 or j + dj > 10:
                    continue
                ends = ((i, j), (i + di, j + dj))
                rows.append(
                    {
                        "edge_id": f"{i}-{j}-{di}",
                        "from_node": f"{i}-{j}",
                        "to_node": f"{i + di}-{j + dj}",
                        "highway": "residential",
                        "geometry": LineString([(X0 + 100 * x, Y0 + 100 * y) for x, y in ends]),
                    }
                )
    return gpd.GeoDataFrame(rows, crs=3067)


_FILE = "source: test, date: '2026', licence: none, basis: illustrative"
STUDY = f"""
name: town
title: Test town
date: 2026-11-23
crs: EPSG:3067
area: {{path: area.gpkg, {_FILE}}}
packs: [eu, fi]
pod: {{it_kw: 100, outlet_c: 45}}
noise: {{night_limit_dba: 45}}
candidates: {{files: [{{path: candidates.csv, {_FILE}}}]}}
layers:
  roads: [{{path: roads.gpkg, {_FILE}}}]
  supply_points: [{{path: supply.gpkg, {_FILE}}}]
  fibre_nodes: [{{path: fibre.gpkg, {_FILE}}}]
  heat_sinks: [{{path: sinks.gpkg, {_FILE}}}]
  noise_receptors: [{{path: receptors.gpkg, {_FILE}}}]
  maintenance_bases: [{{path: bases.gpkg, {_FILE}}}]
  flood: [{{path: flood.gpkg, {_FILE}}}]
groups:
  grid:
    swing: 100
    criteria: {{headroom_after_pod: {{swing: 100}}, connection_length: {{swing: 60}}}}
  fibre: {{swing: 50, criteria: {{fibre_route: {{swing: 100}}, round_trip_time: {{swing: 50}}}}}}
  heat: {{swing: 100, criteria: {{heat_used: {{swing: 100}}, sink_distance: {{swing: 40}}}}}}
  noise: {{swing: 80, criteria: {{noise_margin: {{swing: 100}}}}}}
  access: {{swing: 40, criteria: {{drive_time: {{swing: 100}}, road_class: {{swing: 60}}}}}}
  hazard: {{swing: 60, criteria: {{flood_band: {{swing: 100}}}}}}
presets:
  heat-first: {{grid: 20, fibre: 10, heat: 100, noise: 40, access: 10, hazard: 20}}
"""
