"""Write files so that a reader, or a second run, never meets half of one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from siteselect.errors import Fault, RunError, SiteselectError

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

DATA = "data"
"""Folder of a study that holds what was fetched."""
PART = ".part"
"""Ending of a file that is being written; what is left of one is swept away by the next run."""


def put(folder: Path, name: str, write: Callable[[Path], object]) -> Path:
    """Write a file of a study under another name and move it into place when it is whole.

    Parameters
    ----------
    folder : folder of the study.
    name : path within it, with forward slashes.
    write : writes the file it is given.

    Raises
    ------
    RunError
        The name leaves the folder, or the file cannot be written.
    """
    path = within(folder, name)
    part = path.with_name(f".{path.name}{PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.replace(path)
    except SiteselectError:
        part.unlink(missing_ok=True)
        raise
    except OSError as error:
        part.unlink(missing_ok=True)
        raise RunError(
            Fault(
                str(path),
                f"cannot be written: {error.strerror or error}",
                "Make room, or choose another folder with --out.",
            )
        ) from None
    return path


def put_text(folder: Path, name: str, text: str) -> Path:
    """Write a text file of a study; see `put`."""
    content = text.encode()
    return put(folder, name, lambda part: part.write_bytes(content))


def put_frame(folder: Path, name: str, frame: gpd.GeoDataFrame) -> Path:
    """Write a table with shapes as GeoParquet, the same bytes for the same rows; see `put`."""
    plain = frame.reset_index(drop=True)
    plain.attrs = {}
    return put(folder, name, lambda part: plain.to_parquet(part, index=False))


def put_area(folder: Path, name: str, area: BaseGeometry) -> Path:
    """Write one area as GeoJSON in degrees (WGS 84); see `put`."""
    # An empty polygon has no form that every reader of GeoJSON takes.
    drawn = shapely.MultiPolygon() if area.is_empty else shapely.normalize(area)
    shape = shapely.to_geojson(drawn)
    text = (
        '{"type": "FeatureCollection", "features": [\n'
        f'{{"type": "Feature", "properties": {{}}, "geometry": {shape}}}\n]}}\n'
    )
    return put_text(folder, name, text)


def within(folder: Path, name: str) -> Path:
    """Give a path within a folder.

    Raises
    ------
    RunError
        The name leads out of the folder.
    """
    root = folder.resolve()
    path = (root / name).resolve()
    if path == root or not path.is_relative_to(root):
        raise RunError(Fault(name, "leads out of the study's folder", "Choose another name."))
    return path


def sweep(folder: Path) -> None:
    """Remove what a killed run left half-written."""
    for place in (folder, folder / DATA):
        for part in place.glob(f".*{PART}"):
            part.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """Hash a file's bytes; empty where there is no file."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
