"""Vector files of the kinds that are safe to hand to GDAL, and GeoParquet."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import (
    CRSError,
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
)
from pyproj.exceptions import ProjError
from shapely.errors import ShapelyError

from siteselect.contracts import Notice, Source
from siteselect.errors import Fault, SourceError
from siteselect.settings.limits import USUAL, Limits
from siteselect.sources.file_kinds import Kind, kind_of_file, reaching_out, xml_fault
from siteselect.sources.geojson_items import count_features
from siteselect.sources.sqlite_checks import database_fault
from siteselect.sources.zip_checks import not_a_shapefile, zip_faults

if TYPE_CHECKING:
    import pandas as pd

SOURCE = Source(
    name="vector_file",
    title="Vector file (GeoPackage, GeoJSON, Shapefile, FlatGeobuf, GeoParquet, ...)",
    endings=(
        ".gpkg",
        ".geojson",
        ".json",
        ".shp",
        ".zip",
        ".fgb",
        ".gml",
        ".kml",
        ".tab",
        ".sqlite",
        ".parquet",
        ".geoparquet",
    ),
    licence="as the study states for the file",
    meaning="Read through GDAL by what it holds, a zip as Shapefile; GeoParquet by pyarrow.",
)

_READABLE: frozenset[Kind] = frozenset(
    {
        "geopackage",
        "sqlite",
        "zip",
        "shapefile",
        "flatgeobuf",
        "json",
        "gml",
        "kml",
        "gpx",
        "mapinfo",
    }
)
_XML: frozenset[Kind] = frozenset({"gml", "kml", "gpx"})
_DROPPING: frozenset[Kind] = frozenset({"gml", "kml", "flatgeobuf"})
"""Kinds of which GDAL gives nothing, and says nothing, when their head is damaged."""
_CURE = "Open it in a GIS and save its tables as GeoPackage."
_BROKEN = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    CRSError,
    ProjError,
    ShapelyError,
    pa.ArrowException,
    ValueError,
    OverflowError,
    TypeError,
    LookupError,
    NameError,  # pyogrio leaves a variable unset where a CRS has no name
    OSError,
    RecursionError,
)
"""What GDAL, pyarrow and shapely raise when a file is not what it says it is."""
_BATCH_ROWS = 8192
_TOLD, _TOLD_LETTERS = 5, 200
"""Warnings of GDAL that a notice repeats, and how much of each."""


def read(
    path: Path,
    layer: str,
    tags: Mapping[str, tuple[str, ...]] | None = None,
    table: str | None = None,
    limits: Limits = USUAL,
) -> gpd.GeoDataFrame:
    """Read all rows and columns as they stand; the layer judges them.

    What the file is, its content says: GDAL sees kinds it may read and nothing that would lead
    it to other files, to the network or into endless queries. GDAL's warnings come back as
    notices, in the frame's `attrs`.

    Raises
    ------
    SourceError
        The file cannot be opened, is of no known kind, is too large, or holds several tables and
        none is named.
    """
    del layer, tags
    kind = _kind(path)
    if kind == "parquet":
        return _within(_parquet(path, limits), path, limits)
    if fault := _not_to_be_read(path, kind, limits):
        raise SourceError(Fault(str(path), fault, _CURE))
    if kind in _XML and (fault := xml_fault(path)):
        raise SourceError(Fault(str(path), fault, _CURE))
    expected = count_features(path, limits) if kind == "json" else None
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        frame = _by_gdal(path, kind, table, limits)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SourceError(
            Fault(
                str(path), "the table has no geometry", "Give a file with points, lines or areas."
            )
        )
    if (expected is not None and len(frame) != expected) or (frame.empty and kind in _DROPPING):
        problem = f"GDAL reads {len(frame)} features" + (f" of {expected}" if expected else "")
        raise SourceError(Fault(str(path), problem, _CURE))
    frame = _within(frame, path, limits)
    texts = sorted({str(each.message)[:_TOLD_LETTERS] for each in told})
    if texts:
        frame.attrs["notices"] = (Notice(f"GDAL on {path.name}", "; ".join(texts[:_TOLD])),)
    return frame


def _kind(path: Path) -> Kind:
    try:
        return kind_of_file(path)
    except OSError as error:
        raise SourceError(_unreadable(path, error)) from None


def _not_to_be_read(path: Path, kind: Kind, limits: Limits) -> str | None:
    """Say why GDAL may not see the file; None where it may."""
    if kind not in _READABLE:
        return "its content is of no kind that is read here, whatever its name says"
    if found := reaching_out(path):
        return f"it {found}"
    if kind in {"geopackage", "sqlite"}:
        return database_fault(path)
    return _zip_fault(path, limits) if kind == "zip" else None


def _zip_fault(path: Path, limits: Limits) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            faults = zip_faults(archive, limits.file_mb * 1e6) or not_a_shapefile(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        return f"not a whole zip file: {error}"
    except zlib.error as error:
        return f"not a whole zip file: {error}"
    return "; ".join(faults[:_TOLD]) or None


def _by_gdal(
    path: Path, kind: Kind, table: str | None, limits: Limits
) -> gpd.GeoDataFrame | pd.DataFrame:
    # A GML file may name a schema on the web, which GDAL would fetch.
    options = {"DOWNLOAD_SCHEMA": "NO"} if kind == "gml" else {}
    # An absolute path is never taken for the name of a driver or of a server.
    whole = path.absolute()
    try:
        tables = [str(name) for name in pyogrio.list_layers(whole)[:, 0]]
        chosen = _table(path, tables, table)
        if kind in {"geopackage", "sqlite"} and (fault := database_fault(path, chosen)):
            raise SourceError(Fault(str(path), fault, _CURE))  # noqa: TRY301
        info = pyogrio.read_info(whole, layer=chosen)
        _small_enough(path, int(info["features"]), len(info["fields"]), limits)
        return pyogrio.read_dataframe(whole, layer=chosen, **options)
    except SourceError:
        raise
    except _BROKEN as error:
        raise SourceError(_unreadable(path, error)) from None


def _small_enough(path: Path, rows: int, columns: int, limits: Limits) -> None:
    faults = [
        Fault(str(path), f"{count:,} {what}, more than {most:,}", "Cut it, or raise `limits`.")
        for what, count, most in (
            ("rows", rows, limits.rows),
            ("columns", columns, limits.columns),
        )
        if count > most
    ]
    if faults:
        raise SourceError(faults)


def _within(frame: gpd.GeoDataFrame, path: Path, limits: Limits) -> gpd.GeoDataFrame:
    """Hold what was read to the limits that no header states."""
    _small_enough(path, len(frame), len(frame.columns), limits)
    vertices = int(shapely.get_num_coordinates(frame.geometry.to_numpy()).sum())
    if vertices > limits.vertices:
        problem = f"{vertices:,} vertices, more than {limits.vertices:,}"
        raise SourceError(
            Fault(str(path), problem, "Simplify or cut the shapes, or raise `limits`.")
        )
    return frame


def _parquet(path: Path, limits: Limits) -> gpd.GeoDataFrame:
    try:
        with pq.ParquetFile(path) as file:
            _small_enough(path, file.metadata.num_rows, file.metadata.num_columns, limits)
            _unfolds_to(file, path, limits)
        return gpd.read_parquet(path)
    except SourceError:
        raise
    except _BROKEN as error:
        raise SourceError(_unreadable(path, error)) from None


def _unfolds_to(file: pq.ParquetFile, path: Path, limits: Limits) -> None:
    """Refuse a file whose few distinct values stand so often that they fill the memory."""
    most, size = limits.file_mb * 1e6, 0
    groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
    worst = sum(
        group.column(place).total_uncompressed_size * max(group.num_rows, 1)
        for group in groups
        for place in range(group.num_columns)
    )
    if worst <= most:
        return
    for batch in file.iter_batches(batch_size=_BATCH_ROWS):
        size += batch.nbytes
        if size > most:
            problem = f"it unfolds to more than {limits.file_mb:,.0f} MB"
            raise SourceError(Fault(str(path), problem, "Cut it, or raise `limits`."))


def _table(path: Path, tables: list[str], wanted: str | None) -> str:
    if wanted is not None and wanted not in tables:
        raise SourceError(
            Fault(
                str(path),
                "no such table in the file",
                f"Tables there: {', '.join(tables) or 'none'}.",
                column="table",
                value=wanted,
            )
        )
    if wanted is None and len(tables) != 1:
        raise SourceError(
            Fault(
                str(path),
                f"the file holds {len(tables)} tables",
                f"Name one with `table:`; there are {', '.join(tables) or 'none'}.",
            )
        )
    return wanted or tables[0]


def _unreadable(path: Path, error: Exception) -> Fault:
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return Fault(
        str(path), f"cannot be read: {first}", "Open it in a GIS and save it again as GeoPackage."
    )
