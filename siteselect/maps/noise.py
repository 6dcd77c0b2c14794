"""How loud the plant would be round one site: bands of 5 dB as a picture and as a GeoTIFF."""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS, Transformer
from rasterio import Affine
from rasterio.io import MemoryFile

from siteselect import pod as pods
from siteselect.charts.drawing import plain
from siteselect.design.soundscape import Soundscape, soundscape
from siteselect.maps.style import LayerLook, Look
from siteselect.sound.atmosphere import Air
from siteselect.sound.propagation import EDITION
from siteselect.sound.setback import setback_m

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Point

    from siteselect.layers.build import Territory
    from siteselect.study import Study

STEPS_DBA = (35.0, 40.0, 45.0, 50.0, 55.0)
COLOURS = ("#f2e6f2", "#dcb8d6", "#bd85b8", "#964f95", "#5e1f66")
"""Light to dark violet, apart in every common form of colour blindness and in grey."""
OPACITY = 0.62
"""How much of the bands covers what lies under them."""
LEAST_M = 60.0
"""Least half side of the square that is shown [m]."""
CELLS = 72
"""Cells in half a side; finer, and the picture is heavier without telling more."""
MODELLED = "modelled, all heat rejected"
TITLE = f"Plant noise ({MODELLED})"
LOOK = LayerLook(
    "image",
    tuple(
        Look(
            f"{low:g} dB(A) and more" if low == STEPS_DBA[-1] else f"{low:g} to {low + 5:g} dB(A)",
            "area",
            {"color": COLOURS[-1], "weight": 1, "fillColor": colour, "fillOpacity": 1.0},
        )
        for low, colour in zip(STEPS_DBA, COLOURS, strict=True)
    ),
)
"""Its entry in the legend of the map."""

_ROOM = 1.1
_PIXELS = 360
_MERCATOR = CRS.from_epsg(3857)
_DEGREES = CRS.from_epsg(4326)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in web Mercator: the bands as PNG, and its corners in degrees.

    `bounds` are south and west, then north and east, as Leaflet takes them.
    """

    png: bytes
    bounds: tuple[tuple[float, float], tuple[float, float]]


def noise_field(study: Study, territory: Territory, site: Point) -> Soundscape:
    """Work out the level round a site as far out as the lowest band reaches over open ground.

    Not farther than receptors are looked for (`noise.search_m`). Screens only take from a level,
    so no coloured cell is left out unless that limit cuts it off.
    """
    noise = study.noise
    reach = setback_m(
        pods.sound_octaves_db(study.pod),
        STEPS_DBA[0],
        noise.source_height_m,
        noise.receiver_height_m,
        noise.ground_share,
        Air(noise.temperature_c, noise.humidity_share),
    )
    # Louder than the lowest band even 10 km away gives no distance: the search is then the limit.
    whole = float(np.nan_to_num(_ROOM * np.ravel(reach)[0], nan=np.inf))
    half = max(LEAST_M, min(whole, noise.search_m))
    return soundscape(study, territory, site, reach_m=half, cell_m=max(1.0, half / CELLS))


def bands(level_dba: NDArray[np.float64]) -> NDArray[np.int64]:
    """Sort levels into bands: 0 below the lowest step or unknown, then 1 for each step reached."""
    known = np.where(np.isnan(level_dba), -np.inf, level_dba)
    return np.asarray(np.digitize(known, STEPS_DBA), dtype=np.int64)


def picture(field: Soundscape, crs: CRS) -> Picture:
    """Paint a field in the map's projection, where a picture lies true; quiet cells stay clear.

    Each dot takes the cell that it lies in, so that no level is made up between two cells.

    Parameters
    ----------
    field : level over the ground.
    crs : of the study.
    """
    rows, columns = field.level_dba.shape
    east = field.west_m + columns * field.cell_m
    south = field.north_m - rows * field.cell_m
    to_mercator = Transformer.from_crs(crs, _MERCATOR, always_xy=True)
    left, bottom, right, top = to_mercator.transform_bounds(
        field.west_m, south, east, field.north_m
    )
    x = left + (np.arange(_PIXELS) + 0.5) * (right - left) / _PIXELS
    y = top - (np.arange(_PIXELS) + 0.5) * (top - bottom) / _PIXELS
    grid_x, grid_y = to_mercator.transform(*np.meshgrid(x, y), direction="INVERSE")
    column = np.floor((np.asarray(grid_x) - field.west_m) / field.cell_m).astype(np.int64)
    row = np.floor((field.north_m - np.asarray(grid_y)) / field.cell_m).astype(np.int64)
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    band = np.zeros(inside.shape, dtype=np.int64)
    band[inside] = bands(field.level_dba)[row[inside], column[inside]]
    to_degrees = Transformer.from_crs(_MERCATOR, _DEGREES, always_xy=True)
    (west, last), (first, north) = to_degrees.transform([left, right], [bottom, top])
    return Picture(_png(band), ((first, west), (north, last)))


def spec(selected: str | None, contour: Picture | None) -> dict[str, Any] | None:
    """Prepare a picture for the map's script; None where there is none to be shown."""
    if selected is None or contour is None:
        return None
    code = base64.b64encode(contour.png).decode("ascii")
    return {
        "site": selected,
        "url": f"data:image/png;base64,{code}",
        "bounds": contour.bounds,
        "opacity": OPACITY,
        "label": TITLE,
    }


def geotiff(
    field: Soundscape, crs: CRS, *, site: str, study: str, date: str, note: str = ""
) -> bytes:
    """Write a field as a GeoTIFF in the study's CRS: one band of levels [dB(A)].

    Parameters
    ----------
    field : level over the ground.
    crs : of the study.
    site, study, date : what the file says it speaks of.
    note : what else a reader must know, such as invented inputs.

    Returns
    -------
    bytes
        The file; the same field gives the same bytes.
    """
    rows, columns = field.level_dba.shape
    tags = {
        "TITLE": f"Level of the plant in dB(A), {MODELLED}",
        "METHOD": f"{EDITION}, moderate wind from plant to listener, at the height of a window",
        "SITE": plain(site),
        "STUDY": plain(study),
        "DATE": date,
        "NOTE": plain(f"Screening, not an assessment. {note}"),
    }
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            width=columns,
            height=rows,
            count=1,
            dtype="float32",
            crs=crs.to_wkt(),
            transform=Affine(field.cell_m, 0, field.west_m, 0, -field.cell_m, field.north_m),
            nodata=float("nan"),
            compress="deflate",
        ) as raster:
            raster.write(field.level_dba.astype(np.float32), 1)
            raster.set_band_description(1, "level_dba")
            raster.set_band_unit(1, "dB(A)")
            raster.update_tags(**tags)
        return bytes(memory.read())


def _png(band: NDArray[np.int64]) -> bytes:
    """Write bands as a PNG with a palette whose first colour is clear (PNG, ISO/IEC 15948)."""
    height, width = band.shape
    palette = b"\0\0\0" + b"".join(bytes.fromhex(colour[1:]) for colour in COLOURS)
    rows = np.column_stack([np.zeros(height, dtype=np.uint8), band.astype(np.uint8)])
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette),
        (b"tRNS", b"\0"),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
