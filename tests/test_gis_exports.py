"""Files for a GIS: they hold to their specifications, carry styles and say what is invented."""

from __future__ import annotations

import json
import sqlite3
import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import rasterio
from pyproj import CRS
from shapely.geometry import Polygon
from typer.testing import CliRunner

from siteselect.cli import app
from siteselect.decision.ranking import order
from siteselect.errors import SiteselectError
from siteselect.maps.style import SCORE_COLOURS, score_class
from siteselect.report.exports import export, export_target, noise_cog
from siteselect.report.geopackage import layer_styles
from siteselect.report.gis_files import area_geojson, geojson, routes_geojson, sites_geojson
from siteselect.report.gis_styles import NOT_RANKED, site_classes
from siteselect.report.tables import write_geoparquet, write_gpkg

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Town

    from siteselect.assess import Assessment

QGIS_COLUMNS = [
    *("id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column"),
    *("styleName", "styleQML", "styleSLD", "useAsDefault", "description", "owner", "ui"),
    "update_time",
]
"""As QGIS makes the table (qgsogrprovidermetadata.cpp, saveStyle)."""


def parsed(style: str) -> ET.Element:
    return ET.fromstring(style)  # noqa: S314 - our own text


@pytest.fixture(scope="module")
def package(demo: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("gpkg") / "sites.gpkg"
    write_gpkg(demo, file, list(order(demo.ranking.table))[:2])
    return file


def asked(package: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(package)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


def test_styles_lie_where_qgis_looks_for_them(package: Path) -> None:
    assert [row[1] for row in asked(package, "pragma table_info(layer_styles)")] == QGIS_COLUMNS
    # The filter and the order of QgsOgrProviderMetadata::loadStyle.
    for layer in ("sites", "routes"):
        ((column,),) = asked(
            package, "select column_name from gpkg_geometry_columns where table_name=?", layer
        )
        found = asked(
            package,
            "select styleQML from layer_styles where f_table_schema='' and f_table_name=? and "
            "f_geometry_column=? order by case when useAsDefault then 1 else 2 end, "
            "update_time desc limit 1",
            layer,
            column,
        )
        assert len(found) == 1
        assert parsed(found[0][0]).tag == "qgis"
    ((kind,),) = asked(
        package, "select data_type from gpkg_contents where table_name='layer_styles'"
    )
    assert kind == "attributes"


def test_the_package_is_sound(package: Path, demo: Assessment) -> None:
    assert asked(package, "pragma integrity_check") == [("ok",)]
    assert asked(package, "pragma foreign_key_check") == []
    assert asked(package, "pragma application_id") == [(0x47504B47,)]
    assert {name for name, _ in pyogrio.list_layers(package)} == {
        *("sites", "findings", "routes", "layer_styles")
    }
    notes = {row[0] for row in asked(package, "select description from gpkg_contents")}
    assert all("INVENTED DATA" in note for note in notes)
    assert len(gpd.read_file(package, layer="sites")) == len(demo.sites)


def test_the_same_assessment_gives_the_same_package(
    demo: Assessment, package: Path, tmp_path: Path
) -> None:
    write_gpkg(demo, tmp_path / "again.gpkg", list(order(demo.ranking.table))[:2])
    assert (tmp_path / "again.gpkg").read_bytes() == package.read_bytes()


def test_every_site_falls_into_one_class_and_the_right_one(demo: Assessment) -> None:
    style = layer_styles(["sites"], demo.study.date, "")["styleQML"][0]
    root = parsed(style)
    renderer = root.find("renderer-v2")
    assert renderer is not None
    assert renderer.get("type") == "graduatedSymbol"
    ranges = renderer.findall("ranges/range")
    symbols = {each.get("name"): each for each in renderer.findall("symbols/symbol")}
    assert {each.get("symbol") for each in ranges} == set(symbols)
    scores = [0.0, 0.3, 1.0, *demo.ranking.table["score_low"]]
    for score in scores:
        first = next(
            r for r in ranges if float(r.get("lower", "")) <= score <= float(r.get("upper", ""))
        )
        option = symbols[first.get("symbol")].find("layer/Option/Option[@name='color']")
        assert option is not None
        red, green, blue = bytes.fromhex(SCORE_COLOURS[score_class(score)][1:])
        assert option.get("value") == f"{red},{green},{blue},255"
    unranked = next(r for r in ranges if r.get("label") == NOT_RANKED)
    assert float(unranked.get("lower", "")) < -1 < float(unranked.get("upper", "")) < 0


def test_symbol_properties_are_read_by_old_and_new_qgis(demo: Assessment) -> None:
    for style in layer_styles(["sites", "routes"], demo.study.date, "")["styleQML"]:
        for layer in parsed(style).iter("layer"):
            new = {each.get("name"): each.get("value") for each in layer.findall("Option/Option")}
            assert new
            assert {each.get("k"): each.get("v") for each in layer.findall("prop")} == new


def test_the_sld_says_the_same_classes(demo: Assessment) -> None:
    for style in layer_styles(["sites", "routes"], demo.study.date, "")["styleSLD"]:
        root = parsed(style)
        assert root.tag == "{http://www.opengis.net/sld}StyledLayerDescriptor"
        assert root.get("version") == "1.1.0"
        for rule in root.iter("{http://www.opengis.net/se}Rule"):
            # The order that the schema of Symbology Encoding asks for.
            tags = [child.tag.split("}")[1] for child in rule]
            assert tags[:2] == ["Name", "Filter"]
            assert tags[2] in {"PointSymbolizer", "LineSymbolizer"}
    names = [
        rule.findtext("{http://www.opengis.net/se}Name")
        for rule in parsed(layer_styles(["sites"], demo.study.date, "")["styleSLD"][0]).iter(
            "{http://www.opengis.net/se}Rule"
        )
    ]
    assert names == [each.label for each in site_classes()]


def test_geoparquet_holds_to_1_1(demo: Assessment, tmp_path: Path) -> None:
    """Fields that GeoParquet 1.1.0 requires, and the covering that it offers."""
    file = tmp_path / "sites.parquet"
    write_geoparquet(demo, file)
    schema = pq.read_schema(file)
    geo = json.loads(schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert column["encoding"] == "WKB"
    assert column["geometry_types"] == ["Point"]
    assert CRS.from_json_dict(column["crs"]) == demo.sites.crs
    assert column["bbox"] == pytest.approx(list(demo.sites.total_bounds))
    covering = column["covering"]["bbox"]
    table = pq.read_table(file)
    for end in ("xmin", "ymin", "xmax", "ymax"):
        name, field = covering[end]
        assert table.schema.field(name).type.field(field) is not None
    shapes = gpd.read_parquet(file).geometry
    boxes = pd.DataFrame(table["bbox"].to_pylist())
    pd.testing.assert_series_equal(boxes["xmin"], shapes.x, check_names=False)
    assert b"INVENTED DATA" in schema.metadata[b"description"]


def test_geojson_holds_to_rfc_7946(demo: Assessment) -> None:
    told = json.loads(sites_geojson(demo))
    assert told["type"] == "FeatureCollection"
    assert "crs" not in told
    assert "INVENTED DATA" in told["description"]
    assert [f["id"] for f in told["features"]] == list(order(demo.ranking.table))
    west, south, east, north = told["bbox"]
    for feature in told["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        assert west <= lon <= east
        assert south <= lat <= north
        assert lon == round(lon, 7)
        site = demo.sites.loc[feature["id"]]
        assert (lon, lat) == pytest.approx((site["lon"], site["lat"]), abs=2e-7)
    last = told["features"][-1]["properties"]
    assert last["rank"] is None, "unknown is null"
    area = json.loads(area_geojson(demo))["features"][0]
    assert area["geometry"]["type"] in {"Polygon", "MultiPolygon"}
    routes = json.loads(routes_geojson(demo, [told["features"][0]["id"]]))
    assert {f["properties"]["kind"] for f in routes["features"]} >= {"cable", "pipe"}


def test_outer_rings_run_anticlockwise_and_holes_clockwise() -> None:
    ring = [(0, 0), (0, 4), (4, 4), (4, 0)]
    hole = [(1, 1), (2, 1), (2, 2), (1, 2)]
    frame = gpd.GeoDataFrame(geometry=[Polygon(ring, [hole])], crs=4326)
    outer, inner = json.loads(geojson(frame, ""))["features"][0]["geometry"]["coordinates"]

    def turned(points: list[list[float]]) -> float:
        return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(points))

    assert turned(outer) > 0
    assert turned(inner) < 0


def test_an_empty_collection_has_no_bounds() -> None:
    told = json.loads(geojson(gpd.GeoDataFrame({"name": []}, geometry=[], crs=4326), "none"))
    assert told["features"] == []
    assert "bbox" not in told


def test_the_surface_is_cloud_optimised(demo: Assessment) -> None:
    site = str(order(demo.ranking.table)[0])
    content = noise_cog(demo, site)
    assert noise_cog(demo, site) == content
    with rasterio.MemoryFile(content) as memory, memory.open() as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.tags(ns="IMAGE_STRUCTURE")["COMPRESSION"] == "DEFLATE"
        assert raster.profile["tiled"]
        assert raster.overviews(1)
        assert raster.nodata != raster.nodata, "not a number"
        assert raster.crs.to_epsg() == demo.sites.crs.to_epsg()
        tags = raster.tags()
        assert tags["STUDY"] == demo.study.name
        assert "INVENTED DATA" in tags["NOTE"]
        assert raster.units == ("dB(A)",)
    offsets = directories(content)
    assert offsets == sorted(offsets)
    assert len(offsets) > 1
    assert b"LAYOUT=IFDS_BEFORE_DATA" in content[: offsets[0]]


def directories(content: bytes) -> list[int]:
    """Find where the directories of a TIFF lie, in the order in which they are chained."""
    assert content[:4] == b"II*\0"
    found, (here,) = [], struct.unpack_from("<I", content, 4)
    while here:
        found.append(here)
        (count,) = struct.unpack_from("<H", content, here)
        (here,) = struct.unpack_from("<I", content, here + 2 + 12 * count)
    return found


@pytest.mark.parametrize(
    ("options", "cure"),
    [
        (["--out", "x.docx"], "End it in .xlsx"),
        (["--out", "x.xlsx", "--format", "pdf"], "Choose from: xlsx"),
        (["--out", "."], "give --format"),
        (["--out", "x.geojson", "--layer", "roads"], "Choose from: sites, routes, area"),
        (["--out", "x.gpkg", "--site", "nowhere"], "siteselect rank"),
    ],
)
def test_wrong_input_names_cause_and_cure(
    town: Town, options: list[str], cure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town.folder)
    result = CliRunner().invoke(app, ["export", str(town.file), *options])
    assert isinstance(result.exception, SiteselectError), "main() turns these into exit code 2"
    assert cure in str(result.exception)


@pytest.mark.parametrize("name", ["t.xlsx", "t.gpkg", "t.parquet", "t.geojson"])
def test_the_command_writes_what_the_ending_says(town: Town, name: str) -> None:
    out = town.folder / "new" / name
    result = CliRunner().invoke(app, ["export", str(town.file), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert out.stat().st_size > 0


def test_a_folder_gets_a_file_named_after_the_study(demo: Assessment, tmp_path: Path) -> None:
    file, kind = export_target(tmp_path, "geojson", demo.study.name)
    export(demo, file, kind, layer="area")
    assert json.loads((tmp_path / "helsinki.geojson").read_text("utf-8"))["features"]
