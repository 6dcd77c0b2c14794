"""A surface as a cloud-optimised GeoTIFF: read in parts, over a network, at any zoom."""

from __future__ import annotations

from rasterio.io import MemoryFile
from rasterio.shutil import copy

BLOCK = 128
"""Side of a tile [cells], the least that GDAL makes: the field of one site is hardly larger."""
OVERVIEWS = 1
"""Coarser copies, each half as fine as the last; left to itself GDAL makes none so small."""


def cloud_optimised(geotiff: bytes) -> bytes:
    """Rearrange a GeoTIFF of one band of levels as a cloud-optimised one (OGC 21-026).

    Tiled, deflated with a predictor for floating point, with overviews that take the nearest cell:
    no level is made up between two cells. Tags, band names, CRS and no-data value are kept.

    Parameters
    ----------
    geotiff : the file to rearrange.

    Returns
    -------
    bytes
        The file; the same input gives the same bytes.
    """
    with MemoryFile(geotiff) as given, MemoryFile(ext=".tif") as kept:
        with given.open() as raster:
            copy(
                raster,
                kept.name,
                driver="COG",
                BLOCKSIZE=str(BLOCK),
                COMPRESS="DEFLATE",
                PREDICTOR="YES",
                OVERVIEW_COUNT=str(OVERVIEWS),
                OVERVIEW_RESAMPLING="NEAREST",
                NUM_THREADS="1",
            )
        return bytes(kept.read())
