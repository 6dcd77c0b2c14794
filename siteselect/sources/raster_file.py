"""Raster files, read window by window through rasterio."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.transform import rowcol
from rasterio.windows import Window

from siteselect.contracts import Source
from siteselect.errors import Fault, SourceError
from siteselect.settings.limits import USUAL, Limits
from siteselect.sources.file_kinds import kind_of_file, reaching_out

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

SOURCE = Source(
    name="raster_file",
    title="Raster file (GeoTIFF, ASCII grid)",
    endings=(".tif", ".tiff", ".asc"),
    licence="as the study states for the file",
    meaning="Sampled under points; never turned into features.",
)

_DRIVERS: Mapping[str, str] = {"geotiff": "GTiff", "text": "AAIGrid"}
"""GDAL's driver by what the file holds; it may not guess another."""
_CURE = "Give a GeoTIFF."


def read(
    path: Path,
    layer: str,
    tags: Mapping[str, tuple[str, ...]] | None = None,
    table: str | None = None,
    limits: Limits = USUAL,
) -> gpd.GeoDataFrame:
    """Refuse: a raster has no features.

    Raises
    ------
    SourceError
        Always; raster layers use `check` and `sample`.
    """
    del tags, table, limits
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
    with _opened(path) as raster:
        crs, bounds = raster.crs, raster.bounds
    if crs is None:
        raise SourceError(
            Fault(str(path), "the raster states no CRS", "Write one into it with gdal_edit -a_srs.")
        )
    return crs.to_wkt(), (bounds.left, bounds.bottom, bounds.right, bounds.top)


def sample(
    path: Path,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    crs: CRS,
    limits: Limits = USUAL,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read band 1 under points.

    Parameters
    ----------
    path : raster file.
    x, y : coordinates of n points in `crs`.
    crs : CRS of the points.
    limits : how many cells may be read at once.

    Returns
    -------
    tuple
        n cell values, NaN for no-data and outside; and n flags that are true inside the raster.

    Raises
    ------
    SourceError
        It cannot be read, or the points span too many cells.
    """
    with _opened(path) as raster:
        to_raster = Transformer.from_crs(crs, CRS.from_wkt(raster.crs.to_wkt()), always_xy=True)
        east, north = to_raster.transform(x, y)
        # Numbers first: what lies beyond all projections is infinite and has no cell.
        rows, columns = rowcol(raster.transform, np.asarray(east), np.asarray(north), op=np.floor)
        inside = (columns >= 0) & (columns < raster.width) & (rows >= 0) & (rows < raster.height)
        values = np.full(len(x), np.nan)
        if inside.any():
            at = (rows[inside].astype(np.int64), columns[inside].astype(np.int64))
            values[inside] = _cells(raster, *at, limits)
        return values, inside


def _cells(
    raster: rasterio.DatasetReader,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    limits: Limits,
) -> NDArray[np.float64]:
    """Read the part of the raster that holds the cells, and no more."""
    top, left = int(rows.min()), int(columns.min())
    height, width = int(rows.max()) - top + 1, int(columns.max()) - left + 1
    if height * width > limits.raster_cells:
        problem = f"{height * width:,} cells under the sites, more than {limits.raster_cells:,}"
        cure = "Give a coarser raster, or raise `limits.raster_cells`."
        raise SourceError(Fault(str(raster.name), problem, cure))
    band = raster.read(1, masked=True, window=Window(left, top, width, height))
    cells = band[rows - top, columns - left]
    return np.asarray(np.ma.filled(cells.astype("float64"), np.nan))


@contextmanager
def _opened(path: Path) -> Iterator[rasterio.DatasetReader]:
    """Open a raster of a kind that leads nowhere else; its faults become ours."""
    try:
        driver = _DRIVERS.get(kind_of_file(path))
        fault = "is no GeoTIFF and no ASCII grid" if driver is None else reaching_out(path)
        if fault is None:
            with warnings.catch_warnings():
                # A raster that does not say where it lies would be sampled at a wrong place.
                warnings.simplefilter("error", NotGeoreferencedWarning)
                raster = rasterio.open(path.absolute(), driver=driver)
            with raster:
                if not abs(raster.transform.determinant) > 0:
                    raise SourceError(Fault(str(path), "its cells have no size", _CURE))  # noqa: TRY301
                yield raster
            return
    except SourceError:
        raise
    except (RasterioError, NotGeoreferencedWarning, ProjError, OSError, ValueError) as error:
        raise SourceError(Fault(str(path), f"cannot be read: {error}", _CURE)) from None
    raise SourceError(Fault(str(path), f"it {fault}", _CURE))
