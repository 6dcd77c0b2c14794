"""Raster files, read window by window through rasterio."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from pyproj import CRS, Transformer
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.transform import rowcol

from siteselect.contracts import Source
from siteselect.errors import Fault, SourceError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

SOURCE = Source(
    name="raster_file",
    title="Raster file (GeoTIFF and what else GDAL reads)",
    endings=(".tif", ".tiff", ".vrt", ".asc", ".img"),
    licence="as the study states for the file",
    meaning="Sampled under points; never turned into features.",
)


def read(
    path: Path,
    layer: str,
    tags: Mapping[str, tuple[str, ...]] | None = None,
    table: str | None = None,
) -> gpd.GeoDataFrame:
    """Refuse: a raster has no features.

    Raises
    ------
    SourceError
        Always; raster layers use `check` and `sample`.
    """
    del tags, table
    raise SourceError(
        Fault(
            str(path), f"a raster cannot feed the layer {layer!r}", "Give points, lines or areas."
        )
    )


def check(path: Path) -> tuple[str, tuple[float, float, float, float]]:
    """Give a raster's CRS (as WKT) and bounds (in that CRS).

    Raises
    ------
    SourceError
        It cannot be read, or states no CRS.
    """
    try:
        with rasterio.open(path) as raster:
            crs, bounds = raster.crs, raster.bounds
    except (RasterioError, RasterioIOError) as error:
        raise SourceError(Fault(str(path), f"cannot be read: {error}", "Give a GeoTIFF.")) from None
    if crs is None:
        raise SourceError(
            Fault(str(path), "the raster states no CRS", "Write one into it with gdal_edit -a_srs.")
        )
    return crs.to_wkt(), (bounds.left, bounds.bottom, bounds.right, bounds.top)


def sample(
    path: Path, x: NDArray[np.float64], y: NDArray[np.float64], crs: CRS
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read band 1 under points.

    Parameters
    ----------
    path : raster file.
    x, y : coordinates of n points in `crs`.
    crs : CRS of the points.

    Returns
    -------
    tuple
        n cell values, NaN for no-data and outside; and n flags that are true inside the raster.
    """
    with rasterio.open(path) as raster:
        to_raster = Transformer.from_crs(crs, CRS.from_wkt(raster.crs.to_wkt()), always_xy=True)
        east, north = to_raster.transform(x, y)
        rows, columns = rowcol(raster.transform, np.asarray(east), np.asarray(north))
        inside = (columns >= 0) & (columns < raster.width) & (rows >= 0) & (rows < raster.height)
        values = np.full(len(x), np.nan)
        if inside.any():
            band = raster.read(1, masked=True)
            cells = band[rows[inside], columns[inside]]
            values[inside] = np.ma.filled(cells.astype("float64"), np.nan)
        return values, inside
