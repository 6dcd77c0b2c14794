"""Any vector file that GDAL reads, and GeoParquet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import ShapelyError

from siteselect.contracts import Source
from siteselect.errors import Fault, SourceError

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
    meaning="Read through GDAL; GeoParquet through pyarrow.",
)


def read(
    path: Path,
    layer: str,
    tags: Mapping[str, tuple[str, ...]] | None = None,
    table: str | None = None,
) -> gpd.GeoDataFrame:
    """Read all rows and columns as they stand; the layer judges them.

    Raises
    ------
    SourceError
        The file cannot be opened, or holds several tables and none is named.
    """
    del layer, tags
    if path.suffix.lower() in {".parquet", ".geoparquet"}:
        return _parquet(path)
    try:
        tables = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        chosen = _table(path, tables, table)
        frame = pyogrio.read_dataframe(path, layer=chosen)
    except (DataSourceError, DataLayerError, ShapelyError, ValueError, UnicodeDecodeError) as error:
        raise SourceError(_unreadable(path, error)) from None
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SourceError(
            Fault(
                str(path), "the table has no geometry", "Give a file with points, lines or areas."
            )
        )
    return frame


def _parquet(path: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(path)
    except (pa.ArrowException, ValueError, OSError, ShapelyError, KeyError) as error:
        raise SourceError(_unreadable(path, error)) from None


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
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return Fault(
        str(path), f"cannot be read: {first}", "Open it in a GIS and save it again as GeoPackage."
    )
