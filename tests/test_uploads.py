"""What a visitor may send: kinds by content, sizes, bombs, and paths that lead elsewhere."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import stat
import struct
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
from conftest import X0, Y0, Town
from pydantic import ValidationError
from shapely.geometry import Point

from siteselect.errors import InputError, SiteselectError, SourceError
from siteselect.settings.limits import Limits
from siteselect.sources import raster_file
from siteselect.sources.registry import locate, read_any
from siteselect.uploads import UploadLimits, accept, keep

LIST = b"site_id,lon,lat\na,24.1,60.4\n"
FEATURE = {
    "type": "Feature",
    "properties": {},
    "geometry": {"type": "Point", "coordinates": [1, 2]},
}
COLLECTION = {"type": "FeatureCollection", "features": [FEATURE]}


def points(count: int = 3) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"site_id": [str(i) for i in range(count)]},
        geometry=[Point(X0 + i, Y0) for i in range(count)],
        crs=3067,
    )


def written(folder: Path, name: str) -> bytes:
    path = folder / name
    if name.endswith(".parquet"):
        points().to_parquet(path)
    else:
        points().to_file(path, engine="pyogrio")
    return path.read_bytes()


def shapefile(folder: Path) -> dict[str, bytes]:
    (folder / "shape").mkdir(exist_ok=True)
    points().to_file(folder / "shape" / "s.shp", engine="pyogrio")
    return {part.name: part.read_bytes() for part in (folder / "shape").iterdir()}


def packed(members: dict[str, bytes], **more: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**members, **more}.items():
            archive.writestr(name, content)
    return out.getvalue()


def tiff(folder: Path, bands: int = 1) -> bytes:
    path = folder / "x.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=4, height=3, count=bands, dtype="uint8",
        crs="EPSG:3067", transform=rasterio.Affine(1, 0, X0, 0, -1, Y0),
    ) as raster:  # fmt: skip
        raster.write(np.ones((bands, 3, 4), dtype="uint8"))
    return path.read_bytes()


def refused(name: str, content: bytes, limits: UploadLimits | None = None) -> str:
    with pytest.raises(InputError) as caught:
        accept(name, content, limits or UploadLimits())
    return str(caught.value)


def test_every_kind_is_taken_under_a_name_of_ours_and_can_be_read(tmp_path: Path) -> None:
    shape = shapefile(tmp_path)
    sent = {
        "../../etc/passwd.csv": LIST,
        "<script>.geojson": json.dumps(COLLECTION).encode(),
        "a b.gpkg": written(tmp_path, "a.gpkg"),
        "x.parquet": written(tmp_path, "a.parquet"),
        "..\\x.zip": packed(shape),
    }
    for name, content in sent.items():
        taken = accept(name, content)
        assert re.fullmatch(r"upload-[0-9a-f]{16}\.\w+", taken.file_name)
        file = keep(taken, tmp_path / "kept")
        assert file.parent == tmp_path / "kept"
        assert len(read_any(file, "candidates")) in {1, 3}
    assert accept("x.tif", tiff(tmp_path)).kind == "geotiff"
    assert accept("x.yaml", b"name: x\n").kind == "study"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("x.csv", b"SQLite format 3\x00" + b"\x00" * 200, "promises csv, its content is sqlite"),
        ("x.gpkg", LIST, "promises geopackage, its content is text"),
        ("x.csv", b"\xff\xfe\x41", "not text in UTF-8"),
        ("x.csv", b"  \n", "the file is empty"),
        ("x.exe", b"MZ\x00", "not a kind of file that is taken"),
        ("x.vrt", b"<OGRVRTDataSource/>", "not a kind of file that is taken"),
        ("x.geojson", b"<OGRVRTDataSource/>", "lead out of the file"),
        ("x.geojson", b'{"type": "gdal_streamed_alg"}', "lead out of the file"),
        ("x.geojson", b'{"type": "Topology", "arcs": []}', "lead out of the file"),
        ("x.geojson", b'{"type": "Feature", "x": "/vsicurl/http://a"}', "lead out of the file"),
        ("x.geojson", b'{"type": "esriJSON"}', "not GeoJSON"),
        ("x.geojson", b'{"type": ["Feature"]}', "not GeoJSON"),
        ("x.geojson", b"{" * 5000, "not JSON"),
        ("x.parquet", b"PAR1" + b"\x00" * 50, "cut short"),
        ("x.parquet", b"PAR1" + b"\x00" * 50 + b"PAR1", "not a whole Parquet file"),
        ("x.tif", b"II*\x00\xff\xff\xff\xff", "not a whole TIFF"),
        ("x.zip", b"PK\x03\x04" + b"x" * 60, "not a whole zip file"),
        ("x.yaml", b"a: &a [*a]", "inside what it stands for"),
        ("x.yaml", b"- a\n", "a study is a list"),
    ],
)
def test_what_is_not_what_it_says_is_refused(name: str, content: bytes, problem: str) -> None:
    assert problem in refused(name, content)


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "link", "properties": {"href": "http://169.254.169.254/"}},
        {"type": "URL", "properties": {"url": "http://a"}},
        {"type": "name", "properties": {"name": "http://a.example/def"}},
        {"type": "name", "properties": {"name": "/etc/passwd"}},
    ],
)
@pytest.mark.parametrize("key", ["crs", "CRS", "\\u0063rs", "c\\u0072\\u0073"])
def test_a_crs_that_would_be_looked_up_is_refused(tmp_path: Path, crs: object, key: str) -> None:
    text = json.dumps({**COLLECTION, "KEY": crs}).replace("KEY", key).encode()
    assert "crs" in refused("x.geojson", text)
    (tmp_path / "x.geojson").write_bytes(text)
    with pytest.raises(SourceError, match="crs"):
        read_any(tmp_path / "x.geojson", "roads")


def test_the_crs_that_gdal_writes_itself_is_taken(tmp_path: Path) -> None:
    content = written(tmp_path, "a.geojson")
    assert b'"crs"' in content
    assert accept("a.geojson", content).kind == "geojson"


def test_sizes_are_limited() -> None:
    small = UploadLimits(size_mb=0.001, rows=2, columns=3, vertices=2, cell_letters=50)
    assert "more than 0.001" in refused("x.csv", b"a" * 2000, small)
    assert "more than 2 rows" in refused("x.csv", LIST + b"b,1,2\nc,1,2\n", small)
    assert "cells, more than 3" in refused("x.csv", b"a,b,c,d\n", small)
    assert "50 letters" in refused("x.csv", b"a,b\n" + b"x" * 60 + b",1\n", small)
    many = json.dumps({**COLLECTION, "features": [FEATURE] * 3}).encode()
    assert "3 features, more than 2" in refused("x.geojson", many, small)
    line = {"type": "LineString", "coordinates": [[i, i] for i in range(9)]}
    assert "vertices" in refused("x.geojson", json.dumps(line).encode(), small)
    deep = '{"type": "Feature", "x": ' + "[" * 50 + "]" * 50 + "}"
    assert "levels deep" in refused("x.geojson", deep.encode())


def test_tricks_of_zip_files_are_refused(tmp_path: Path) -> None:
    shape = shapefile(tmp_path)
    assert accept("x.zip", packed(shape)).kind == "shapefile"
    for trick, problem in {
        "../s.cpg": "points out of the archive",
        "/etc/s.cpg": "points out of the archive",
        "C:\\s.cpg": "points out of the archive",
        "a/../../s.cpg": "points out of the archive",
        "inner.zip": "is an archive",
        "x.vrt": "virtual",
        "run.exe": "no part of a Shapefile",
        "a\nb.cpg": "control characters",
    }.items():
        assert problem in refused("x.zip", packed(shape, **{trick: b"x"}))
    assert "lacks its .shx" in refused(
        "x.zip", packed({name: each for name, each in shape.items() if not name.endswith(".shx")})
    )
    assert "2 Shapefiles" in refused("x.zip", packed(shape, **{"t.shp": shape["s.shp"]}))
    assert "is no Shapefile" in refused("x.zip", packed({**shape, "s.shp": b"<OGRVRTDataSource>"}))
    assert "holds no Shapefile" in refused("x.zip", packed({"readme.txt": b"x"}))
    many = {f"{i}.txt": b"" for i in range(80)}
    assert "files, more than 50" in refused("x.zip", packed({**shape, **many}))


def test_zip_bombs_links_doubles_and_locks_are_refused(tmp_path: Path) -> None:
    shape = shapefile(tmp_path)
    bomb = packed({**shape, "s.dbf": b"\x00" * 30_000_000})
    assert len(bomb) < 100_000
    assert "times its size" in refused("x.zip", bomb)
    assert "MB unpacked" in refused("x.zip", bomb, UploadLimits(unpacked_mb=1))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("s.prj")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("s.shp", shape["s.shp"])
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("s.shp", shape["s.shp"])
    message = refused("x.zip", out.getvalue())
    assert "is a link" in message
    assert "stands in it twice" in message
    locked = bytearray(packed(shape))
    at = locked.index(b"PK\x01\x02")
    struct.pack_into("<H", locked, at + 8, 1)
    assert "is encrypted" in refused("x.zip", bytes(locked))


def test_a_zip_that_lies_about_its_sizes_is_metered(tmp_path: Path) -> None:
    lying = bytearray(packed({**shapefile(tmp_path), "s.dbf": b"\x00" * 3_000_000}))
    at = lying.index(b"s.dbf", lying.index(b"PK\x01\x02")) - 46
    struct.pack_into("<I", lying, at + 24, 10)
    assert "x.zip" in refused("x.zip", bytes(lying), UploadLimits(unpacked_mb=1))


@pytest.mark.parametrize(
    ("sql", "problem", "also_when_reading"),
    [
        ("CREATE VIEW v AS SELECT * FROM a", "view 'v'", False),
        ("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END", "trigger 't'", False),
        ("CREATE VIRTUAL TABLE w USING dbstat", "virtual table", True),
        ("CREATE TABLE g (a, b AS (zeroblob(1000000000)))", "computed columns", True),
    ],
)
def test_a_geopackage_that_computes_is_refused(
    tmp_path: Path, sql: str, problem: str, also_when_reading: bool
) -> None:
    written(tmp_path, "a.gpkg")
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as base:
        try:
            base.execute(sql)
        except sqlite3.OperationalError as error:
            pytest.skip(f"this SQLite cannot: {error}")
        base.commit()
    assert problem in refused("a.gpkg", (tmp_path / "a.gpkg").read_bytes())
    if also_when_reading:
        with pytest.raises(SourceError, match=problem):
            read_any(tmp_path / "a.gpkg", "roads")


def test_a_view_that_never_ends_is_not_asked(tmp_path: Path) -> None:
    written(tmp_path, "a.gpkg")
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as base:
        base.execute(
            "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT i AS fid, (SELECT geom FROM a LIMIT 1) AS geom FROM n"
        )
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
            "SELECT 'v', 'features', 'v', srs_id FROM gpkg_contents"
        )
        base.execute(
            "INSERT INTO gpkg_geometry_columns SELECT 'v', column_name, geometry_type_name, "
            "srs_id, z, m FROM gpkg_geometry_columns"
        )
        base.commit()
    with pytest.raises(SourceError, match="is a view"):
        read_any(tmp_path / "a.gpkg", "roads", table="v")


def test_a_parquet_file_of_one_value_a_million_times_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    folded = pa.DictionaryArray.from_arrays([0] * 90_000, ["x" * 10_000])
    pq.write_table(pa.table({"a": folded}), path, store_schema=False)
    assert path.stat().st_size < 200_000
    assert "unfolds to more than 100 MB" in refused("x.parquet", path.read_bytes())
    with pytest.raises(SourceError, match="unfolds to more than 100 MB"):
        read_any(path, "roads", limits=Limits(file_mb=100))


@pytest.mark.parametrize(
    "path",
    [
        "/vsicurl/http://a/x.gpkg", "/vsizip/x.zip", "//vsimem/x", " /vsis3/b/x", "http://a/x.gpkg",
        "https://a/x", "ftp://a/x", "PG:host=a", "MYSQL:a,user=b", "MSSQL:server=a", "DB2:x",
        "WFS:http://a", "OGCAPI:x", "CARTO:x", "ES:x", "GTIFF_DIR:1:x.tif", "MEM:::DATAPOINTER=1",
        "GPSBabel:x", "AmigoCloud:x", "\\vsicurl\\x", "a\nb.csv", "x\x00.csv", "s3://b/x.parquet",
    ],
)  # fmt: skip
def test_paths_that_are_not_plain_local_files_never_reach_gdal(tmp_path: Path, path: str) -> None:
    with pytest.raises(SourceError, match="not a local file"):
        locate(path, (tmp_path,), "layers.roads")


def test_a_name_too_long_for_the_disk_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        locate("x" * 5000, (tmp_path,), "layers.roads")


@pytest.mark.parametrize(
    "content",
    [
        b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://127.0.0.1:9/x',
        b'{"a": "<OGRVRTDataSource><OGRVRTLayer name=\'x\'/></OGRVRTDataSource>"}',
        b"<kml><!-- <OGRVRTDataSource> --></kml>",
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><kml>&a;</kml>',
        b"<OGRWFSDataSource><URL>http://a</URL></OGRWFSDataSource>",
    ],
)
@pytest.mark.parametrize("name", ["x.gpkg", "x.geojson", "x.kml", "x.shp", "x.unheard-of"])
def test_a_virtual_file_under_any_name_is_refused(
    tmp_path: Path, content: bytes, name: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError):
        read_any(tmp_path / name, "roads")


@pytest.mark.parametrize(
    "content",
    [
        b'<VRTDataset rasterXSize="1" rasterYSize="1"/>',
        b"<GDAL_WMS><Service/></GDAL_WMS>",
        b'{"type": "gdal_streamed_alg"}',
        b"ncols 1\nnrows 1\n/vsicurl/http://a",
        b"II*\x00OVERVIEW_FILE",
    ],
)
def test_a_virtual_raster_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.tif").write_bytes(content)
    with pytest.raises(SourceError):
        raster_file.check(tmp_path / "x.tif")


def test_the_limits_of_a_study_hold_in_its_readers(town: Town) -> None:
    for limits, problem in (
        ({"rows": 3}, "rows, more than 3"),
        ({"columns": 2}, "more than 2"),
        ({"vertices": 4}, "vertices, more than 4"),
        ({"file_mb": 0.001}, "MB, more than 0.001"),
    ):
        town.document["limits"] = limits
        with pytest.raises(SiteselectError, match=problem):
            town.assess()
    with pytest.raises(ValidationError):
        Limits(rows=0)


def test_a_raster_is_read_only_round_the_sites(tmp_path: Path) -> None:
    from pyproj import CRS

    tiff(tmp_path)
    x, y = np.array([X0 + 0.5, X0 + 3.5]), np.array([Y0 - 0.5, Y0 - 2.5])
    crs = CRS.from_epsg(3067)
    values, inside = raster_file.sample(tmp_path / "x.tif", x, y, crs)
    assert values.tolist() == [1.0, 1.0]
    assert inside.all()
    with pytest.raises(SourceError, match="12 cells under the sites, more than 11"):
        raster_file.sample(tmp_path / "x.tif", x, y, crs, Limits(raster_cells=11))
