"""Seeded damage to files of every kind that is read, and the judge of what a reader did with it.

Run as a program it is the worker: `python tests/fuzz_inputs.py FOLDER SEED FIRST COUNT [KIND...]`
prints a line of JSON for every file, so that a crash in native code names the file it died on.
"""

from __future__ import annotations

import csv
import io
import json
import random
import resource
import signal
import sqlite3
import struct
import sys
import traceback
import warnings
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pyarrow.parquet as pq
import rasterio
import yaml
from conftest import DEMO, ROOT, X0, Y0, Town
from pyproj import CRS

from siteselect.candidates.lists import read_list
from siteselect.compliance.pack_files import parse_pack
from siteselect.errors import InputError, SiteselectError
from siteselect.judgement_file import parse_judgements
from siteselect.layers.build import Territory, build_territory
from siteselect.settings.candidates import CandidateFile
from siteselect.sources import raster_file
from siteselect.sources.registry import read_any
from siteselect.sources.weather_epw import read_weather
from siteselect.study_file import parse_study
from siteselect.uploads import accept

HANG_S = 10
MEMORY_BYTES = 8_000_000_000
"""Address space of the worker: libraries and threads take some 2 GB of it before any file."""
HOSTILE: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, -1e308, 10**400, float("nan"), float("inf"), "", " ", "nan", "\x00",
    "=1+1", "\ud800", "x" * 5000, [], {}, [[]], {"a": {}}, [1, "a", None], "2026-13-45", "1e999",
    "POINT (1 2", "\u202egnp", -0.0, 2**63, "١٢", {"type": "Point", "coordinates": []},
)  # fmt: skip
TOKENS = (
    b"", b"\x00", b'"', b"'", b"\n", b"\r", b"\r\n", b",", b";", b"\t", b"\xff", b"\xef\xbb\xbf",
    b"nan", b"inf", b"-1e308", b"1e309", b"9" * 400, b"{", b"}", b"[" * 60, b"]", b"null",
    b"&a [*a]",
    b"*a", b"<<: ", b"!!python/object:os.system x", b"!!binary ", b"? ", b": ", b"- ", b"|", b"%",
    b"0x",
    b"1:2:3", b"2026-02-31", b"\\u0000",
    b"\\ud800", b"POLYGON ((0 0", b"EPSG:0", b"-", b"\xe2\x80\xae",
)  # fmt: skip
Cut = random.Random


@dataclass(frozen=True, slots=True)
class Bench:
    """A town, its territory, and a sound file of every kind."""

    folder: Path
    territory: Territory
    sound: Mapping[str, bytes]


def open_bench(folder: Path) -> Bench:
    """Write a town and one sound file of every kind."""
    folder.mkdir(parents=True, exist_ok=True)
    town = Town(folder)
    territory = build_territory(town.study, folder)
    rng = np.random.default_rng(7)
    count = 12
    points = gpd.GeoDataFrame(
        {
            "site_id": [f"s{i}" for i in range(count)],
            "name": [f"Place {i}" for i in range(count)],
            "kind": ["car_park"] * count,
        },
        geometry=gpd.points_from_xy(*(rng.uniform(100, 900, (2, count)) + np.array([[X0], [Y0]]))),
        crs=3067,
    )
    degrees = points.to_crs(4326)
    sound: dict[str, bytes] = {}
    table = degrees.drop(columns="geometry").assign(
        lon=degrees.geometry.x.round(6), lat=degrees.geometry.y.round(6)
    )
    sound["csv"] = table.to_csv(index=False).encode()
    sound["wkt"] = degrees.to_wkt().rename(columns={"geometry": "wkt"}).to_csv(index=False).encode()
    sound["geojson"] = degrees.to_json().encode()
    areas = points.assign(geometry=points.buffer(8))
    for kind, frame, driver in (
        ("gpkg", areas, "GPKG"),
        ("fgb", points, "FlatGeobuf"),
        ("gml", degrees, "GML"),
        ("kml", degrees, "KML"),
    ):
        path = folder / f"sound.{kind}"
        frame.to_file(path, engine="pyogrio", driver=driver)
        sound[kind] = path.read_bytes()
    points.to_parquet(folder / "sound.parquet")
    sound["parquet"] = (folder / "sound.parquet").read_bytes()
    (folder / "shape").mkdir()
    points.to_file(folder / "shape" / "s.shp", engine="pyogrio")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted((folder / "shape").iterdir()):
            archive.write(part, part.name)
    sound["zip"] = packed.getvalue()
    with rasterio.open(
        folder / "sound.tif", "w", driver="GTiff", width=20, height=20, count=1,
        dtype="float32", crs="EPSG:3067", transform=rasterio.Affine(50, 0, X0, 0, -50, Y0 + 1000),
        compress="deflate",
    ) as raster:  # fmt: skip
        raster.write(rng.random((1, 20, 20), dtype="float32"))
    sound["tif"] = (folder / "sound.tif").read_bytes()
    sound["asc"] = (
        b"ncols 4\nnrows 3\nxllcorner 400000\nyllcorner 6700000\ncellsize 250\n"
        b"NODATA_value -9999\n1 2 3 4\n5 6 7 8\n9 8 7 -9999\n"
    )
    sound["study"] = DEMO.read_bytes()
    sound["pack"] = (ROOT / "siteselect" / "rules" / "fi.yaml").read_bytes()
    sound["judgements"] = b"groups: {method: swing, swings: {grid: 100, heat: 50}}\n"
    sound["epw"] = _weather()
    sound["pbf"] = _extract(folder / "sound.osm.pbf")
    return Bench(folder, territory, sound)


def _weather() -> bytes:
    head = ["LOCATION,Town,-,FIN,SRC,1,60.4,24.2,2.0,50.0", *(["X,0"] * 6), "DATA PERIODS,1,1"]
    days = np.arange("2023-01-01", "2024-01-01", dtype="datetime64[D]").astype(object)
    rows = [
        f"2023,{day.month},{day.day},{hour},0,?9,5,1,80,101000,0,0,300,100,0,0,0,0,0,0,180,3,5,5,9,9,9,9,9,9,9,9,9,9,9"
        for day in days
        for hour in range(1, 25)
    ]
    return "\n".join([*head, *rows, ""]).encode()


def _extract(path: Path) -> bytes:
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number in range(1, 9):
            place = (24.18 + number / 1000, 60.42 + number % 3 / 1000)
            tags = {"amenity": "parking"} if number % 2 else {}
            writer.add_node(osmium.osm.mutable.Node(id=number, location=place, tags=tags))
        road = {"highway": "residential"}
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2, 3, 4], tags=road))
        yard = {"building": "yes"}
        writer.add_way(osmium.osm.mutable.Way(id=2, nodes=[5, 6, 7, 5], tags=yard))
    return path.read_bytes()


def damaged(kind: str, sound: bytes, cut: Cut) -> bytes:
    """Damage a sound file: its structure where it has one that can be taken apart, or its bytes."""
    if cut.random() < 0.02:
        return sound
    if kind == "geojson" and cut.random() < 0.6:
        return _json(sound, cut)
    if kind in {"study", "pack", "judgements"} and cut.random() < 0.6:
        return _yaml(sound, cut)
    if kind in {"csv", "wkt"} and cut.random() < 0.6:
        return _cells(sound, cut)
    if kind == "zip" and cut.random() < 0.6:
        return _members(sound, cut)
    return _bytes(sound, cut)


def _bytes(sound: bytes, cut: Cut) -> bytes:
    content = bytearray(sound)
    for _ in range(cut.choice((1, 1, 2, 5, 30))):
        at = cut.randrange(len(content) + 1) if cut.random() < 0.7 else cut.randrange(200)
        at = min(at, len(content))
        end = min(len(content), at + cut.choice((1, 2, 4, 8, 64, 500)))
        match cut.randrange(7):
            case 0 | 1 if at < len(content):
                content[at] ^= 1 << cut.randrange(8)
            case 2:
                content[at:at] = cut.choice(TOKENS)
            case 3:
                del content[at:end]
            case 4:
                content[at:at] = content[at:end]
            case 5:
                content[at:end] = cut.randbytes(end - at)
            case _:
                content[at:end] = struct.pack("<q", cut.choice((0, -1, 2**31, 2**62)))[: end - at]
    return bytes(content[: cut.randrange(len(content) + 1)] if cut.random() < 0.15 else content)


def _replaced(value: Any, cut: Cut, depth: int = 0) -> Any:
    """Put something hostile at a random place of a tree, or take a branch away."""
    if isinstance(value, dict) and value and cut.random() < 0.9:
        key = cut.choice(list(value))
        if cut.random() < 0.08:
            return {each: inner for each, inner in value.items() if each != key}
        if cut.random() < 0.05:
            return {**value, cut.choice(("x", "type", "limits", "", "crs")): cut.choice(HOSTILE)}
        return {**value, key: _replaced(value[key], cut, depth + 1)}
    if isinstance(value, list) and value and cut.random() < 0.9:
        at = cut.randrange(len(value))
        if cut.random() < 0.1:
            return value[:at] + value[at + 1 :]
        return [*value[:at], _replaced(value[at], cut, depth + 1), *value[at + 1 :]]
    hostile = cut.choice(HOSTILE)
    for _ in range(cut.choice((0, 0, 0, 1, 50))):
        hostile = [hostile]
    return hostile


def _json(sound: bytes, cut: Cut) -> bytes:
    document = json.loads(sound)
    for _ in range(cut.choice((1, 1, 3))):
        document = _replaced(document, cut)
    return json.dumps(document, ensure_ascii=cut.random() < 0.5).encode("utf-8", "surrogatepass")


def _yaml(sound: bytes, cut: Cut) -> bytes:
    document = yaml.safe_load(sound)
    for _ in range(cut.choice((1, 1, 3))):
        document = _replaced(document, cut)
    text = yaml.safe_dump(document, allow_unicode=True)
    return text.encode("utf-8", "surrogatepass")


def _cells(sound: bytes, cut: Cut) -> bytes:
    rows = list(csv.reader(io.StringIO(sound.decode())))
    for _ in range(cut.choice((1, 2, 6))):
        row = cut.randrange(len(rows))
        match cut.randrange(5):
            case 0 if rows[row]:
                rows[row].pop(cut.randrange(len(rows[row])))
            case 1:
                rows[row].append("more")
            case 2:
                rows.append(list(rows[row]))
            case _ if rows[row]:
                rows[row][cut.randrange(len(rows[row]))] = str(cut.choice(HOSTILE))
    text = io.StringIO()
    separator = cut.choice(",,,;\t|")
    csv.writer(
        text, delimiter=separator, lineterminator=cut.choice(("\n", "\r\n", "\r"))
    ).writerows(rows)
    encoding = cut.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"))
    return text.getvalue().encode(encoding, "replace")


def _members(sound: bytes, cut: Cut) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound)) as before, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(packed, "w") as after:
            for member in before.infolist():
                content = before.read(member)
                if cut.random() < 0.15:
                    continue
                if cut.random() < 0.35:
                    content = _bytes(content, cut)
                tricks = ("../" + member.filename, "a/" + member.filename, "x.vrt", "in.zip")
                after.writestr(
                    cut.choice(tricks) if cut.random() < 0.05 else member.filename, content
                )
    return packed.getvalue()


def rows_in(kind: str, path: Path) -> int | None:  # noqa: PLR0911 - one return a kind
    """Count the rows of a file without our readers; None where the file does not tell."""
    try:
        if kind in {"csv", "wkt"}:
            text = path.read_text(encoding="utf-8-sig")
            separator = max(",;\t|", key=text.split("\n", 1)[0].count)
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
            return sum(1 for row in rows[1:] if row)
        if kind == "geojson":
            document = json.loads(path.read_bytes())
            return len(document["features"])
        if kind == "gpkg":
            with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as base:
                (name,) = base.execute("SELECT table_name FROM gpkg_contents").fetchone()
                count = f'SELECT COUNT(*) FROM "{name}"'  # noqa: S608 - our own count
                return int(base.execute(count).fetchone()[0])
        if kind == "parquet":
            return int(pq.read_metadata(path).num_rows)
        if kind == "zip":
            with zipfile.ZipFile(path) as archive:
                name = next(each for each in archive.namelist() if each.endswith(".dbf"))
                return int(struct.unpack_from("<I", archive.read(name), 4)[0])
    except Exception:  # noqa: BLE001 - whatever breaks the count leaves it unknown
        return None
    return None


def _candidates(bench: Bench, kind: str, path: Path) -> None:
    stated = "EPSG:4326" if kind == "wkt" else None
    file = CandidateFile(
        path=path.name, source="t", date="2026", licence="n", basis="illustrative", crs=stated
    )
    frame, faults, _, notices = read_list(file, bench.territory, (bench.folder,))
    kept, rejected = set(frame["from_row"]), {str(fault.row) for fault in faults}
    assert not kept & rejected, "a row is kept and rejected"
    there = rows_in(kind, path)
    told = any(notice.topic.startswith("GDAL") for notice in notices)
    assert there is None or told or len(kept) + len(rejected) == there, (
        f"{there} rows in, {len(kept)} kept and {len(rejected)} rejected"
    )


def _raster(bench: Bench, kind: str, path: Path) -> None:
    raster_file.check(path)
    x, y = np.array([X0 + 500, X0 - 9e9]), np.array([Y0 + 500, Y0])
    values, inside = raster_file.sample(path, x, y, CRS.from_epsg(3067))
    assert values.shape == inside.shape == (2,)


def _pack(bench: Bench, kind: str, path: Path) -> None:
    pack, faults = parse_pack(path.read_bytes().decode("utf-8-sig", "replace"), path.name)
    assert (pack is None) == bool(faults)


def _study(bench: Bench, kind: str, path: Path) -> None:
    from siteselect.study_file import load_study

    load_study(path)
    parse_study(path.read_text(encoding="utf-8-sig"))


def _judgements(bench: Bench, kind: str, path: Path) -> None:
    parse_judgements(path.read_bytes().decode("utf-8", "replace"))


def _extracted(bench: Bench, kind: str, path: Path) -> None:
    for layer in ("roads", "noise_receptors"):
        read_any(path, layer)


JUDGES: Mapping[str, tuple[str, Callable[[Bench, str, Path], object]]] = {
    **{
        kind: (f".{ending}", _candidates)
        for kind, ending in (
            ("csv", "csv"), ("wkt", "csv"), ("geojson", "geojson"), ("gpkg", "gpkg"),
            ("parquet", "parquet"), ("zip", "zip"), ("fgb", "fgb"), ("gml", "gml"), ("kml", "kml"),
        )
    },
    "tif": (".tif", _raster),
    "asc": (".asc", _raster),
    "study": (".yaml", _study),
    "pack": (".yaml", _pack),
    "judgements": (".yaml", _judgements),
    "epw": (".epw", lambda _, __, path: read_weather(path)),
    "pbf": (".osm.pbf", _extracted),
}  # fmt: skip
"""Kind of file to its ending and to what reads it."""


def outcome(bench: Bench, kind: str, content: bytes) -> str:
    """Have a file read: 'read', 'refused', or what must never happen."""
    ending, read = JUDGES[kind]
    path = bench.folder / f"fuzz{ending}"
    for old in bench.folder.glob("fuzz*"):
        old.unlink()
    path.write_bytes(content)
    if kind == "asc":  # an ASCII grid says beside it where it lies
        path.with_suffix(".prj").write_text(CRS.from_epsg(3067).to_wkt("WKT1_ESRI"), "utf-8")
    signal.alarm(HANG_S)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            _uploaded(path.name, content)
            read(bench, kind, path)
    except SiteselectError as error:
        return "refused" if error.faults and str(error).strip() else "an error without faults"
    except BaseException as error:  # noqa: BLE001 - anything else is what the test is for
        where = traceback.extract_tb(error.__traceback__)[-1]
        at = [
            each
            for each in traceback.extract_tb(error.__traceback__)
            if "siteselect" in each.filename
        ]
        ours = f"{Path(at[-1].filename).name}:{at[-1].lineno}" if at else "?"
        return f"{type(error).__name__} at {ours} ({where.name}): {str(error)[:120]}"
    finally:
        signal.alarm(0)
    return "read"


def _uploaded(name: str, content: bytes) -> None:
    try:
        taken = accept(name, content)
    except InputError as error:
        assert error.faults
    else:
        assert taken.file_name in taken.files


def _hang(number: int, frame: object) -> None:
    raise TimeoutError(f"more than {HANG_S} s")


def main(arguments: list[str]) -> None:
    """Work through a row of numbered files."""
    folder, seed, first, count = Path(arguments[0]), *map(int, arguments[1:4])
    kinds = arguments[4:] or list(JUDGES)
    bench = open_bench(folder)
    signal.signal(signal.SIGALRM, _hang)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for number in range(first, first + count):
        kind = kinds[number % len(kinds)]
        content = damaged(kind, bench.sound[kind], random.Random(f"{seed}:{number}"))  # noqa: S311
        sys.stdout.write(json.dumps({"number": number, "kind": kind}) + "\n")
        sys.stdout.flush()
        sys.stdout.write(
            json.dumps({"number": number, "was": outcome(bench, kind, content)}) + "\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
