"""What is counted in an uploaded file before a reader may have it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import struct
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from siteselect.sources.file_kinds import tiff_size
from siteselect.sources.sqlite_checks import database_fault, views_and_triggers
from siteselect.study_file import load_plain

if TYPE_CHECKING:
    from siteselect.uploads.accept import UploadLimits

_GEOJSON = frozenset(
    {
        "FeatureCollection",
        "Feature",
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
    }
)
_SHAPEFILE_HEADER_BYTES = 100


def content_faults(kind: str, files: Mapping[str, bytes], limits: UploadLimits) -> list[str]:
    """Say what is wrong with the content of a file of a known kind.

    Parameters
    ----------
    kind : csv, geojson, geopackage, parquet, shapefile, geotiff or study.
    files : its bytes by name; several for a Shapefile.
    limits : how much of everything it may hold.
    """
    if kind == "shapefile":
        return list(_shapefile(files))
    return list(_CHECKS[kind](next(iter(files.values())), limits))


def _text_of(content: bytes) -> str | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


def _csv(content: bytes, limits: UploadLimits) -> Iterator[str]:
    text = _text_of(content)
    if text is None:
        yield "not text in UTF-8"
        return
    separator = max(",;\t|", key=text.split("\n", 1)[0].count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for number, row in enumerate(rows, start=1):
            if number > limits.rows + 1:
                yield f"more than {limits.rows:,} rows"
                return
            if len(row) > limits.columns:
                yield f"row {number} has {len(row):,} cells, more than {limits.columns}"
                return
            if max(map(len, row), default=0) > limits.cell_letters:
                yield f"row {number} has a cell of more than {limits.cell_letters:,} letters"
                return
    except csv.Error as error:
        yield f"not a table: {error}"


def _geojson(content: bytes, limits: UploadLimits) -> Iterator[str]:
    text = _text_of(content)
    if text is None:
        yield "not text in UTF-8"
        return
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield f"not JSON: {error}"
        return
    kind = document.get("type") if isinstance(document, dict) else None
    if not isinstance(kind, str) or kind not in _GEOJSON:
        yield f"not GeoJSON: its type is {str(kind)[:40]!r}"
        return
    features = document.get("features", ()) if kind == "FeatureCollection" else [document]
    if not isinstance(features, list):
        yield "`features` is not a list"
        return
    if len(features) > limits.rows:
        yield f"{len(features):,} features, more than {limits.rows:,}"
    numbers, depth = _numbers_and_depth(document)
    if depth > limits.depth:
        yield f"nested {depth} levels deep, more than {limits.depth}"
    if numbers > 3 * limits.vertices:
        yield f"more than {limits.vertices:,} vertices"


def _numbers_and_depth(document: Any) -> tuple[int, int]:
    numbers = deepest = 0
    waiting = [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(value, dict):
            waiting += [(inner, depth + 1) for inner in value.values()]
        elif isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value]
        elif isinstance(value, int | float):
            numbers += 1
    return numbers, deepest


def _geopackage(content: bytes, limits: UploadLimits) -> Iterator[str]:
    # SQLite reads files only; a private one of a name of ours lives as long as the check.
    with tempfile.TemporaryDirectory(prefix="siteselect-upload-") as folder:
        path = Path(folder) / "upload.gpkg"
        path.write_bytes(content)
        if fault := database_fault(path):
            yield fault
            return
        try:
            held = views_and_triggers(path)
            if held:
                yield f"it holds {', '.join(held[:3])}"
            yield from _tables(path, limits)
        except (sqlite3.Error, ValueError, OverflowError) as error:
            yield f"not a whole GeoPackage ({error})"


def _tables(path: Path, limits: UploadLimits) -> Iterator[str]:
    base = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        base.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
        for (name,) in base.execute("SELECT table_name FROM gpkg_contents").fetchall():
            quoted = str(name).replace('"', '""')
            count = base.execute(f'SELECT COUNT(*) FROM "{quoted}"').fetchone()[0]  # noqa: S608 - a name, quoted
            if count > limits.rows:
                yield f"{count:,} rows, more than {limits.rows:,}"
            width = len(base.execute("SELECT 1 FROM pragma_table_info(?)", (name,)).fetchall())
            if width > limits.columns:
                yield f"{width:,} columns, more than {limits.columns:,}"
    finally:
        base.close()


def _parquet(content: bytes, limits: UploadLimits) -> Iterator[str]:
    if not content.endswith(b"PAR1"):
        yield "cut short: it does not end as Parquet does"
        return
    try:
        with pq.ParquetFile(pa.BufferReader(content)) as file:
            rows, columns = file.metadata.num_rows, file.metadata.num_columns
            if rows > limits.rows:
                yield f"{rows:,} rows, more than {limits.rows:,}"
                return
            if columns > limits.columns:
                yield f"{columns:,} columns, more than {limits.columns:,}"
                return
            size = 0
            for batch in file.iter_batches(batch_size=1024):
                size += batch.nbytes
                if size > limits.unpacked_mb * 1e6:
                    yield f"it unfolds to more than {limits.unpacked_mb:g} MB"
                    return
    except (pa.ArrowException, OSError, ValueError) as error:
        yield f"not a whole Parquet file: {str(error)[:120]}"


def _geotiff(content: bytes, limits: UploadLimits) -> Iterator[str]:
    size = tiff_size(content)
    if size is None:
        yield "not a whole TIFF file"
    elif size[0] * size[1] > limits.raster_cells:
        yield f"{size[0]:,} by {size[1]:,} cells, more than {limits.raster_cells:,}"


def _study(content: bytes, limits: UploadLimits) -> Iterator[str]:
    del limits  # a study has limits of its own
    text = _text_of(content)
    if text is None:
        yield "not text in UTF-8"
        return
    try:
        _, document = load_plain(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        yield f"not valid YAML: {getattr(error, 'problem', None) or str(error)[:120]}"
        return
    if not isinstance(document, dict):
        yield "a study is a list of `key: value` lines"


def _shapefile(files: Mapping[str, bytes]) -> Iterator[str]:
    for name, content in files.items():
        if name.endswith((".shp", ".shx")):
            if len(content) < _SHAPEFILE_HEADER_BYTES:
                yield f"its {name[-4:]} file is cut short"
            # ESRI Shapefile description (1998): file length in 16-bit words at byte 24.
            elif 2 * struct.unpack_from(">i", content, 24)[0] != len(content):
                yield f"its {name[-4:]} file is not as long as it says"


_CHECKS: Mapping[str, Callable[[bytes, UploadLimits], Iterator[str]]] = {
    "csv": _csv,
    "geojson": _geojson,
    "geopackage": _geopackage,
    "parquet": _parquet,
    "geotiff": _geotiff,
    "study": _study,
}
