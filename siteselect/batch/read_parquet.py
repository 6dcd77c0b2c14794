"""GeoParquet: one file or a folder of them, on the disk or in an object store."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from pyarrow import fs
from pyproj import CRS
from pyproj.exceptions import CRSError

from siteselect.batch.pieces import regular, with_rows
from siteselect.batch.records import SHAPE, Chunk
from siteselect.errors import Fault, SourceError
from siteselect.sources.delimited_text import DEGREES

ENDINGS = (".parquet", ".geoparquet")
_URL = re.compile(r"^([a-z0-9+]+://)(?:[^/?#]*@)?([^?#]*).*$", re.IGNORECASE | re.DOTALL)
_NEEDED = {"http": "fsspec aiohttp requests", "https": "fsspec aiohttp requests", "az": "adlfs"}
"""What opens a store that pyarrow does not know, by the scheme of its URL."""


def read(location: str, rows: int) -> Iterator[Chunk]:
    """Read GeoParquet file by file in the order of their names; rows count from 0 in each.

    A Parquet file without geometry serves where it has columns of longitude and latitude.

    Raises
    ------
    SourceError
        A file cannot be opened or read, or holds no geometry that is understood.
    """
    store, paths = _files(location)
    for path in paths:
        name = path.rpartition("/")[2]
        try:
            with store.open_input_file(path) as stream:
                file = pq.ParquetFile(stream)
                about = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"null"))
                first = 0
                for piece in regular(file.iter_batches(batch_size=rows), rows):
                    drawn, crs = _drawn(piece, about, name)
                    yield Chunk(with_rows(drawn, first), name, crs, piece.num_rows)
                    first += piece.num_rows
        except SourceError:
            raise
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, CRSError) as error:
            raise SourceError(_unreadable(name, error)) from None


def identify(location: str) -> dict[str, str]:
    """Name the files with their length and, where the store tells, when they were changed."""
    store, paths = _files(location)
    found = {}
    for info in store.get_file_info(paths):
        changed = "" if info.mtime is None else f", {info.mtime.isoformat()}"
        found[info.path.rpartition("/")[2]] = f"{info.size} bytes{changed}"
    return found


def shown(location: str) -> str:
    """Name a list for people: of a URL without keys, user and options."""
    return _URL.sub(r"\1\2", location)


def _files(location: str) -> tuple[fs.FileSystem, list[str]]:
    store, path = _store(location)
    try:
        info = store.get_file_info(path)
        if info.type == fs.FileType.Directory:
            inside = store.get_file_info(fs.FileSelector(path, recursive=True))
            paths = sorted(
                one.path for one in inside if one.is_file and one.path.lower().endswith(ENDINGS)
            )
        else:
            paths = [path] if info.type == fs.FileType.File else []
    except OSError as error:
        raise SourceError(_unreadable(shown(location), error)) from None
    if not paths:
        cure = "Name a Parquet file, or a folder that holds some."
        raise SourceError(Fault(shown(location), "no Parquet file is there", cure))
    return store, paths


def _store(location: str) -> tuple[fs.FileSystem, str]:
    """Find who keeps the files: pyarrow knows s3, gs and the disk, fsspec the rest."""
    scheme, mark, _ = location.partition("://")
    if not mark:
        return fs.LocalFileSystem(), str(Path(location).absolute())
    try:
        if scheme in {"file", "s3", "gs", "gcs", "abfs", "abfss"}:
            store, path = fs.FileSystem.from_uri(location)
            return store, path
        found, path = importlib.import_module("fsspec.core").url_to_fs(location)
        return fs.PyFileSystem(fs.FSSpecHandler(found)), path
    except (ImportError, ValueError, pa.ArrowException, OSError) as error:
        cure = "Check the address, or name a local copy."
        if isinstance(error, ImportError):
            needed = _NEEDED.get(scheme, "fsspec")
            cure = f"Run `pip install {needed}`, or name a local copy."
        said = _first_line(error).replace(location, shown(location))
        problem = f"the store cannot be reached: {said}"
        raise SourceError(Fault(shown(location), problem, cure)) from None


def _drawn(piece: pa.Table, about: dict[str, Any] | None, name: str) -> tuple[pa.Table, str]:
    """Bring the geometry to WKB under the house's name, and give its CRS."""
    if about is None:
        return _from_degrees(piece, name)
    column = str(about["primary_column"])
    described = about["columns"][column]
    given = described.get("crs", "OGC:CRS84")
    cells = piece[column]
    if described["encoding"] == "point":
        flat = pa.concat_arrays(cells.chunks) if cells.num_chunks != 1 else cells.chunk(0)
        cells = _points(pc.struct_field(flat, "x"), pc.struct_field(flat, "y"))
    elif described["encoding"] != "WKB":
        cure = "Write it with encoding WKB."
        problem = "an encoding of geometry that is not read"
        raise SourceError(Fault(name, problem, cure, value=str(described["encoding"])))
    rest = piece.drop_columns([column]).append_column(SHAPE, cells.cast(pa.binary()))
    return rest, "" if given is None else CRS.from_user_input(given).to_wkt()


def _from_degrees(piece: pa.Table, name: str) -> tuple[pa.Table, str]:
    by_lower = {column.lower(): column for column in piece.column_names}
    for x, y in DEGREES:
        if x in by_lower and y in by_lower:
            pair = [by_lower[x], by_lower[y]]
            numbers = (piece[column].cast(pa.float64()).combine_chunks() for column in pair)
            return piece.drop_columns(pair).append_column(SHAPE, _points(*numbers)), "EPSG:4326"
    cure = "Give GeoParquet, or columns lon and lat in degrees."
    raise SourceError(Fault(name, "the file has no geometry", cure))


def _points(x: pa.Array, y: pa.Array) -> pa.Array:
    points = shapely.points(x.to_numpy(zero_copy_only=False), y.to_numpy(zero_copy_only=False))
    return pa.array(shapely.to_wkb(points), pa.binary())


def _unreadable(name: str, error: Exception) -> Fault:
    return Fault(name, f"cannot be read: {_first_line(error)}", "Write the file again.")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
