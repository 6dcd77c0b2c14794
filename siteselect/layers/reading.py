"""Read one file for a layer: find it, place it in the study's CRS, and hold it to the contract."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError

from siteselect.contracts import LayerSpec, Notice, Provenance
from siteselect.errors import Fault, InputError, StudyError
from siteselect.geo import lonlat, looks_swapped
from siteselect.layers.conform import conform
from siteselect.settings.limits import USUAL, Limits
from siteselect.sources import postgis_table
from siteselect.sources.registry import locate, read_any

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from siteselect.settings.declared import LayerFile, Provenanced

EXCHANGED = "latitude and longitude are exchanged"
EXCHANGED_CURE = "Swap the two columns (longitude is x, latitude is y)."


@dataclass(frozen=True, slots=True)
class Place:
    """Where files are looked for, and what their features are measured in and held against.

    With a margin of infinity no feature is too far away.
    """

    folders: tuple[Path, ...]
    crs: CRS
    area: BaseGeometry
    margin_m: float
    limits: Limits = USUAL


@dataclass(frozen=True, slots=True)
class Read:
    """What a file gave: rows, their faults, the birth certificate, and what a reader must know."""

    frame: gpd.GeoDataFrame
    faults: tuple[Fault, ...]
    provenance: Provenance
    notices: tuple[Notice, ...] = ()


def read_shapes(
    file: LayerFile,
    folders: tuple[Path, ...],
    crs: CRS,
    wanted_by: str,
    limits: Limits = USUAL,
) -> Read:
    """Read a file for its shapes alone, in the study's CRS.

    Raises
    ------
    InputError, SourceError, StudyError
        It cannot be read or placed.
    """
    raw, name, birth = _opened(file, folders, wanted_by, wanted_by, limits)
    return Read(placed(raw, file, name, crs), (), birth)


def read_contract(file: LayerFile, spec: LayerSpec, place: Place) -> Read:
    """Read a file to a contract, in the study's CRS; faults of rows are returned, not raised.

    Features farther from the area than the margin are left out, with a notice that counts them: a
    national file may be used as it is, faults elsewhere in the country included.

    Raises
    ------
    InputError, SourceError, StudyError
        It cannot be read or placed, or lies wholly elsewhere.
    """
    wanted_by = f"layers.{spec.name}"
    raw, name, birth = _opened(file, place.folders, wanted_by, spec.name, place.limits, _box(place))
    notices = [*_undrawable(raw, name), *(raw.attrs.get("notices") or ())]
    raw, far = _clipped(placed(raw, file, name, place.crs), place, name)
    notices += far
    frame, faults = conform(raw, spec, file, name)
    if not faults:
        frame = frame.set_geometry(shapely.make_valid(frame.geometry.to_numpy()), crs=place.crs)
    return Read(frame, tuple(faults), birth, tuple(notices))


def placed(raw: gpd.GeoDataFrame, file: LayerFile, name: str, crs: CRS) -> gpd.GeoDataFrame:
    """Bring rows to a CRS from the one that the file or the study states.

    Raises
    ------
    InputError, StudyError
        Neither states one, they contradict each other, or there is no such CRS.
    """
    stated = _with_crs(raw, file, name)
    try:
        return stated.to_crs(crs)
    except ProjError as error:
        problem = f"its CRS cannot be turned into that of the study: {error}"
        raise InputError(Fault(name, problem, "Check the CRS of the file.")) from None


def certificate(declared: Provenanced, path: Path | None = None) -> Provenance:
    """Make the birth certificate of a file from what the study says of it and its bytes."""
    return Provenance(
        source=declared.source,
        date=declared.date,
        licence=declared.licence,
        basis=declared.basis,
        attribution=declared.attribution,
        url=declared.url,
        note=declared.note,
        file="" if path is None else path.name,
        sha256="" if path is None else _sha256(path),
    )


def _opened(
    file: LayerFile,
    folders: tuple[Path, ...],
    wanted_by: str,
    layer: str,
    limits: Limits,
    near: tuple[CRS, tuple[float, float, float, float]] | None = None,
) -> tuple[gpd.GeoDataFrame, str, Provenance]:
    """Read a file, or a table of a database, with its name and its birth certificate."""
    if postgis_table.is_table(file.path):
        raw, digest = postgis_table.read_table(file.path, near, limits)
        return raw, file.path, replace(certificate(file), file=file.path, sha256=digest)
    path = locate(file.path, folders, wanted_by, limits)
    tags = getattr(file, "tags", None) or None
    raw = read_any(path, layer, tags, file.table, file.reader, limits)
    return raw, path.name, certificate(file, path)


def _box(place: Place) -> tuple[CRS, tuple[float, float, float, float]] | None:
    """Give the box in which features count; None where all do."""
    if not np.isfinite(place.margin_m):
        return None
    west, south, east, north = place.area.buffer(place.margin_m).bounds
    return place.crs, (west, south, east, north)


def exchanged(points: NDArray[np.object_], area: BaseGeometry, crs: CRS) -> NDArray[np.bool_]:
    """Say of each point whether it would lie on the area with latitude and longitude exchanged."""
    outline = gpd.GeoSeries([area], crs=crs).to_crs(4326).total_bounds
    return looks_swapped(*lonlat(points, crs), tuple(outline))


def elsewhere(name: str) -> Fault:
    """Say that a layer is of another place."""
    return Fault(
        name,
        "the layer does not cover the study area",
        "Check its CRS and that it is a file of this territory.",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _with_crs(raw: gpd.GeoDataFrame, file: LayerFile, name: str) -> gpd.GeoDataFrame:
    stated = None
    if file.crs is not None:
        try:
            stated = CRS.from_user_input(file.crs)
        except CRSError:
            raise StudyError(
                Fault(name, "no such CRS", "Write for example EPSG:4326.", value=file.crs)
            ) from None
    if raw.crs is None and stated is None:
        raise InputError(
            Fault(
                name,
                "the file states no CRS, so its coordinates could be anywhere",
                "Say `crs: EPSG:...` for it in the study.",
            )
        )
    if raw.crs is not None and stated is not None and raw.crs != stated:
        raise InputError(
            Fault(
                name,
                f"the study says {file.crs}, the file says {raw.crs.to_string()[:40]}",
                "Remove `crs:` from the study, or repair the file.",
            )
        )
    return raw if raw.crs is not None else raw.set_crs(stated)


def _clipped(
    frame: gpd.GeoDataFrame, place: Place, name: str
) -> tuple[gpd.GeoDataFrame, list[Notice]]:
    """Leave out what is far from the area; rows without a usable shape stay, to be faulted."""
    shapes = frame.geometry.to_numpy()
    bounds = shapely.bounds(shapes)
    drawn = np.isfinite(bounds).all(axis=1)
    near = np.zeros(len(frame), dtype=bool)
    # Coordinates may be beyond all measure: their distance is infinite, which is right.
    with np.errstate(over="ignore", invalid="ignore"):
        near[drawn] = shapely.dwithin(shapes[drawn], place.area, place.margin_m)
    if drawn.any() and not near.any():
        raise InputError(_why_elsewhere(shapes[drawn], place, name))
    left_out = int((drawn & ~near).sum())
    if not left_out:
        return frame, []
    text = (
        f"{left_out} of {len(frame)} features of {name} lie farther than "
        f"{place.margin_m / 1000:g} km from the study area and were left out"
    )
    return frame[near | ~drawn], [Notice("features far away", text)]


def _why_elsewhere(shapes: NDArray[np.object_], place: Place, name: str) -> Fault:
    """Tell exchanged axes from a wrong place."""
    if exchanged(shapely.centroid(shapes), place.area, place.crs).all():
        return Fault(name, EXCHANGED, EXCHANGED_CURE)
    return elsewhere(name)


def _undrawable(raw: gpd.GeoDataFrame, name: str) -> list[Notice]:
    """Pass on what a source could read but not draw, such as areas cut at the extract's edge."""
    broken = raw.attrs.get("broken") or ()
    if not broken:
        return []
    text = (
        f"{len(broken)} objects of {name} are incomplete in the file and cannot be drawn: "
        + ", ".join(str(one) for one in list(broken)[:5])
        + (", ..." if len(broken) > 5 else "")  # noqa: PLR2004 - five names are enough to look up
    )
    return [Notice("incomplete objects", text)]
