"""Accept or refuse a file that a visitor sends, by its content and before anything reads it."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from siteselect.errors import Fault, InputError
from siteselect.sources.file_kinds import HEAD_BYTES, Kind, kind_of, reaching_out_of
from siteselect.sources.zip_checks import SHAPEFILE_ENDINGS, not_a_shapefile, zip_faults
from siteselect.uploads.contents import content_faults

UploadKind = Literal["csv", "geojson", "geopackage", "parquet", "shapefile", "geotiff", "study"]


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """Largest files that a visitor may send; judgements [J] for a shared server.

    `size_mb` should be that of Streamlit's `server.maxUploadSize`.
    """

    size_mb: float = 20.0
    unpacked_mb: float = 100.0
    ratio: float = 20.0
    members: int = 50
    rows: int = 100_000
    columns: int = 300
    cell_letters: int = 100_000
    vertices: int = 2_000_000
    depth: int = 40
    raster_cells: int = 50_000_000


USUAL = UploadLimits()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that may be read: its kind, and names that no visitor chose.

    `file_name` is the one to open or to name in a study; `files` holds every name with its bytes,
    several for a Shapefile.
    """

    kind: UploadKind
    file_name: str
    files: Mapping[str, bytes]


_ENDINGS: dict[str, UploadKind] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".geojson": "geojson",
    ".json": "geojson",
    ".gpkg": "geopackage",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".zip": "shapefile",
    ".tif": "geotiff",
    ".tiff": "geotiff",
    ".yaml": "study",
    ".yml": "study",
}
_HELD: dict[UploadKind, Kind] = {
    "csv": "text",
    "geojson": "json",
    "geopackage": "geopackage",
    "parquet": "parquet",
    "shapefile": "zip",
    "geotiff": "geotiff",
    "study": "text",
}
_OUR_ENDING: dict[UploadKind, str] = {
    "csv": ".csv",
    "geojson": ".geojson",
    "geopackage": ".gpkg",
    "parquet": ".parquet",
    "shapefile": ".shp",
    "geotiff": ".tif",
    "study": ".yaml",
}
_NEEDED = (".shp", ".shx", ".dbf")
_BLOCK = 1 << 20


def accept(name: str, content: bytes, limits: UploadLimits = USUAL) -> Accepted:
    """Judge a file that a visitor sends.

    Nothing is written and GDAL sees nothing: what passes is of the kind that its name promises,
    of bounded size also when unpacked, and leads nowhere else. The readers judge the rest.

    Parameters
    ----------
    name : the visitor's name for it; only its ending counts, and no file is called so.
    content : its bytes.
    limits : how large it may be.

    Raises
    ------
    InputError
        With every fault.
    """
    shown = name if len(name) <= _NAME_LETTERS else name[:_NAME_LETTERS] + "..."
    faults: list[Fault] = []
    if len(content) > limits.size_mb * 1e6:
        problem = f"{len(content) / 1e6:,.1f} MB, more than {limits.size_mb:g}"
        raise InputError(Fault(shown, problem, "Cut it to the area of the study."))
    kind = _ENDINGS.get(PurePosixPath(name.lower()).suffix)
    if kind is None:
        faults.append(
            Fault(shown, "not a kind of file that is taken", f"Known: {', '.join(_ENDINGS)}.")
        )
    held = kind_of(content[:HEAD_BYTES])
    if not content.strip():
        faults.append(Fault(shown, "the file is empty", "Export it again."))
    elif kind is not None and held != _HELD[kind]:
        cure = "Give the file the ending of what it is, or export it again."
        faults.append(Fault(shown, f"its ending promises {kind}, its content is {held}", cure))
    if found := reaching_out_of(content, held):
        faults.append(Fault(shown, f"it {found}", "Save the features themselves to a file."))
    if faults or kind is None:
        raise InputError(faults)
    files, wrong = _files(kind, content, limits)
    wrong += () if wrong else content_faults(kind, files, limits)
    if wrong:
        cure = "Put it right, or export it as GeoPackage or CSV."
        raise InputError(Fault(shown, problem, cure) for problem in wrong)
    first = next(each for each in files if each.endswith(_OUR_ENDING[kind]))
    return Accepted(kind, first, files)


_NAME_LETTERS = 80


def keep(accepted: Accepted, folder: Path) -> Path:
    """Write an accepted file into a folder of the server's own, and name the file to open.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in accepted.files.items():
        part = folder / f"{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)
    return folder / accepted.file_name


def _files(
    kind: UploadKind, content: bytes, limits: UploadLimits
) -> tuple[dict[str, bytes], list[str]]:
    """Give the bytes under names made of their hash; a zip is unpacked in memory, with a meter."""
    stem = f"upload-{hashlib.sha256(content).hexdigest()[:16]}"
    if kind != "shapefile":
        return {stem + _OUR_ENDING[kind]: content}, []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            faults = zip_faults(archive, limits.unpacked_mb * 1e6)
            faults += _bomb_faults(archive, len(content), limits)
            faults += [] if faults else not_a_shapefile(archive)
            return ({}, faults) if faults else _unpacked(archive, stem, limits)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError) as error:
        return {}, [f"not a whole zip file: {error}"]


def _bomb_faults(archive: zipfile.ZipFile, size: int, limits: UploadLimits) -> Iterator[str]:
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    if total > limits.ratio * max(size, _BLOCK // 16):
        yield f"it unpacks to {total / max(size, 1):.0f} times its size, more than {limits.ratio:g}"
    if len(members) > limits.members:
        yield f"it holds {len(members)} files, more than {limits.members}"


def _unpacked(
    archive: zipfile.ZipFile, stem: str, limits: UploadLimits
) -> tuple[dict[str, bytes], list[str]]:
    left = limits.unpacked_mb * 1e6
    files: dict[str, bytes] = {}
    names = []
    for member in archive.infolist():
        path = PurePosixPath(member.filename.lower())
        if path.suffix not in SHAPEFILE_ENDINGS - {".xml"}:
            continue
        names.append(path)
        # The directory of a zip may lie about sizes: what comes out is counted.
        with archive.open(member) as stream:
            data = stream.read(int(left) + 1)
        left -= len(data)
        if left < 0:
            return {}, [f"it unpacks to more than {limits.unpacked_mb:g} MB"]
        files[stem + path.suffix] = data
    stems = {path.with_suffix("") for path in names}
    if len(stems) != 1:
        return {}, [f"it holds {len(stems)} Shapefiles; one is taken at a time"]
    missing = [ending for ending in _NEEDED if stem + ending not in files]
    return files, [f"the Shapefile lacks its {ending} file" for ending in missing]
