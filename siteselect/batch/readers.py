"""Which reader takes which list of candidates, and standard input kept on the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from siteselect.batch import read_csv, read_lines, read_parquet, read_postgis, read_vector
from siteselect.batch.records import Reader
from siteselect.errors import Fault, InputError, RunError, SourceError
from siteselect.sources.postgis_table import is_table

STDIN = "-"
_TEXT = (".csv", ".tsv", ".txt")
_LINES = (".geojsonl", ".geojsons", ".geojsonseq", ".ndgeojson", ".ndjson", ".jsonl")
_REFUSED = (".osm.pbf", ".pbf")


def identify_file(location: str) -> dict[str, str]:
    """Hash a file on the disk; parts of a Shapefile that stand beside it belong to it."""
    path = Path(location)
    parts = [path]
    if path.suffix.lower() == ".shp":
        parts = sorted(one for one in path.parent.glob(f"{path.stem}.*") if one.is_file())
    return {part.name: hash_of(part) for part in parts}


def identify_parquet(location: str) -> dict[str, str]:
    """Hash Parquet files on the disk; of those in a store, keep what the store says of them."""
    path = Path(location)
    if "://" in location:
        return read_parquet.identify(location)
    inside = [path] if path.is_file() else sorted(path.rglob("*"))
    return {
        str(one.relative_to(path.parent)): hash_of(one)
        for one in inside
        if one.is_file() and one.name.lower().endswith(read_parquet.ENDINGS)
    }


READERS: Mapping[str, Reader] = {
    "csv": Reader(read_csv.read, identify_file),
    "lines": Reader(read_lines.read, identify_file),
    "parquet": Reader(read_parquet.read, identify_parquet),
    "postgis": Reader(read_postgis.read, read_postgis.identify),
    "vector": Reader(read_vector.read, identify_file),
}
"""Every kind of list that is read, by name."""

SCHEMES: Mapping[str, str] = dict.fromkeys(
    ("file", "s3", "gs", "gcs", "az", "abfs", "abfss", "http", "https"), "parquet"
)
"""Kind of list by the scheme of its URL."""


def hash_of(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def reader_of(location: str) -> Reader:
    """Find who reads a list.

    Raises
    ------
    InputError, SourceError
        It is not there, is empty, or is of a kind that cannot be read in parts.
    """
    return READERS[_kind_of(location)]


def _kind_of(location: str) -> str:
    if is_table(location):
        return "postgis"
    scheme, mark, _ = location.partition("://")
    if mark:
        if scheme not in SCHEMES:
            cure = f"Name a file, or a URL that begins with {', '.join(SCHEMES)}."
            raise InputError(Fault("CANDIDATES", "no such kind of URL", cure, value=scheme))
        return SCHEMES[scheme]
    path = Path(location)
    if not path.exists():
        cure = "Name a list of candidates, or - for standard input."
        raise SourceError(Fault("CANDIDATES", "no such file", cure, value=location))
    name = path.name.lower()
    if path.is_dir() or name.endswith(read_parquet.ENDINGS):
        return "parquet"
    if path.stat().st_size == 0:
        raise SourceError(Fault(path.name, "the file has 0 bytes", "Fetch or export it again."))
    if name.endswith(_REFUSED):
        cure = "Run `siteselect run` with it and give the sites.gpkg that it writes."
        raise InputError(Fault(path.name, "an OpenStreetMap extract is no list", cure))
    if name.endswith(_TEXT):
        return "csv"
    return "lines" if name.endswith(_LINES) else "vector"


def keep_stdin(stream: BinaryIO, folder: Path) -> Path:
    """Keep standard input on the disk, under an ending that says what it is.

    Given again, it must be what it was before; given nothing, what was kept is taken.

    Raises
    ------
    RunError, SourceError
        It is something else than before, or nothing and nothing was kept.
    """
    before = next((path for path in sorted(folder.glob("stdin.*"))), None)
    start = stream.read(1 << 16)
    if not start.strip():
        if before is not None:
            return before
        cure = "Pipe a list of candidates into it, as CSV or newline-delimited GeoJSON."
        raise SourceError(Fault("standard input", "there is nothing in it", cure))
    json = start.lstrip(b"\x1e\xef\xbb\xbf\r\n\t ").startswith(b"{")
    path = folder / ("stdin.geojsonl" if json else "stdin.csv")
    fresh = folder / ".stdin"
    with fresh.open("wb") as file:
        file.write(start)
        while more := stream.read(1 << 20):
            file.write(more)
    if before is not None and (before != path or hash_of(before) != hash_of(fresh)):
        fresh.unlink()
        cure = "Give it the same list, begin again with --restart, or choose another folder."
        raise RunError(Fault("standard input", "the batch begun here had another list", cure))
    fresh.replace(path)
    return path
