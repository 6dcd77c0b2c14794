"""Read the layers of a study, hold each to its contract, and bring all to one CRS."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry import box

import siteselect.layers
from siteselect.contracts import Layer, LayerSpec, Notice, Provenance, collect
from siteselect.errors import Fault, InputError, SiteselectError, StudyError
from siteselect.geo import looks_swapped, require_metres
from siteselect.layers.conform import conform
from siteselect.sources import raster_file
from siteselect.sources.registry import locate, read_any

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from siteselect.study import LayerFile, Provenanced, Study


@dataclass(frozen=True, slots=True)
class Territory:
    """The study area with all its layers, in the study's CRS."""

    area: BaseGeometry
    crs: CRS
    layers: Mapping[str, Layer]
    provenance: tuple[tuple[str, Provenance], ...]
    notices: tuple[Notice, ...]


@cache
def specs() -> dict[str, LayerSpec]:
    """Find the contract of every layer on the shelf, by name."""
    return {name: module.LAYER for name, module in collect(siteselect.layers, "LAYER").items()}


def build_territory(study: Study, folder: Path, data: Path | None = None) -> Territory:
    """Read everything the study declares about the place.

    Parameters
    ----------
    study : the study.
    folder : folder of the study file; its relative paths start here.
    data : second folder in which they are looked for.

    Raises
    ------
    StudyError
        The CRS does not measure in metres, or a layer has no such name.
    InputError, SourceError
        With the faults of all layers, not only of the first.
    """
    crs = require_metres(study.crs, f"study {study.name}")
    folders = (folder,) if data is None else (folder, data)
    faults: list[Fault] = _unknown_layers(study)
    area_frame, _, certificate = _read_file("area", study.area, folders, crs, study.area)
    area = shapely.make_valid(area_frame.geometry.union_all())
    if area.area == 0:
        raise InputError(
            Fault(certificate.file, "the study area has no surface", "Give a polygon.")
        )
    layers: dict[str, Layer] = {}
    provenance: list[tuple[str, Provenance]] = [("area", certificate)]
    for name, files in study.layers.items():
        if name not in specs():
            continue
        try:
            layers[name] = _layer(specs()[name], files, folders, crs, area)
        except SiteselectError as error:
            faults += error.faults
            continue
        provenance += [(name, part) for part in layers[name].provenance]
    if faults:
        raise InputError(faults)
    return Territory(area, crs, layers, tuple(provenance), tuple(_notices(layers)))


def read_points_of(
    file: LayerFile, spec: LayerSpec, folders: tuple[Path, ...], crs: CRS
) -> tuple[gpd.GeoDataFrame, list[Fault], Provenance]:
    """Read one file to a contract and reproject it; faults are returned, not raised."""
    return _read_file(spec.name, file, folders, crs, file, spec)


def certificate(declared: Provenanced, file: str = "", sha256: str = "") -> Provenance:
    """Make the birth certificate of a file from what the study says of it."""
    return Provenance(
        source=declared.source,
        date=declared.date,
        licence=declared.licence,
        basis=declared.basis,
        attribution=declared.attribution,
        url=declared.url,
        note=declared.note,
        file=file,
        sha256=sha256,
    )


def sha256_of(file: Path) -> str:
    """Hash a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unknown_layers(study: Study) -> list[Fault]:
    return [
        Fault(
            f"study {study.name}",
            "no such layer",
            f"Choose from: {', '.join(sorted(specs()))}.",
            column=f"layers.{name}",
            value=name,
        )
        for name in study.layers
        if name not in specs()
    ]


def _layer(
    spec: LayerSpec,
    files: tuple[LayerFile, ...],
    folders: tuple[Path, ...],
    crs: CRS,
    area: BaseGeometry,
) -> Layer:
    if not files:
        raise StudyError(Fault("study", "a layer without files", "Name a file.", column=spec.name))
    if spec.shapes == ("raster",):
        return _raster_layer(spec, files, folders, crs, area)
    frames: list[gpd.GeoDataFrame] = []
    provenance: list[Provenance] = []
    faults: list[Fault] = []
    covers: list[BaseGeometry] = []
    by_kind: dict[str, BaseGeometry] = {}
    for file in files:
        try:
            frame, found, birth = _read_file(spec.name, file, folders, crs, file, spec)
        except SiteselectError as error:
            faults += error.faults
            continue
        cover = _coverage(file, folders, crs, area)
        faults += found or _off_area(frame, area, crs, birth.file)
        frames.append(frame)
        provenance.append(birth)
        covers.append(cover)
        for kind in file.kinds:
            known = by_kind.get(kind)
            by_kind[kind] = cover if known is None else known.union(cover)
    if faults:
        raise InputError(faults)
    joined = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), geometry="geometry", crs=crs)
    if spec.identifier and joined[spec.identifier].duplicated().any():
        raise InputError(_across_files(joined, spec))
    return Layer(
        spec=spec,
        frame=joined.set_index(spec.identifier, drop=False) if spec.identifier else joined,
        provenance=tuple(provenance),
        coverage=shapely.union_all(covers),
        kind_coverage=by_kind,
    )


def _across_files(joined: gpd.GeoDataFrame, spec: LayerSpec) -> list[Fault]:
    repeated = joined[spec.identifier][joined[spec.identifier].duplicated()].unique()
    return [
        Fault(
            f"layer {spec.name}",
            "the identifier stands in two files",
            "Make it unique over all files of the layer.",
            column=spec.identifier,
            value=str(identifier),
        )
        for identifier in repeated
    ]


def _raster_layer(
    spec: LayerSpec,
    files: tuple[LayerFile, ...],
    folders: tuple[Path, ...],
    crs: CRS,
    area: BaseGeometry,
) -> Layer:
    paths, provenance, covers = [], [], []
    for file in files:
        path = locate(file.path, folders, f"layers.{spec.name}")
        raster_crs, bounds = raster_file.check(path)
        outline = gpd.GeoSeries([box(*bounds)], crs=CRS.from_wkt(raster_crs)).to_crs(crs).iloc[0]
        if not outline.intersects(area):
            raise InputError(_elsewhere(str(path)))
        paths.append(path)
        provenance.append(certificate(file, path.name, sha256_of(path)))
        covers.append(outline)
    empty = gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=crs)
    return Layer(spec, empty, tuple(provenance), shapely.union_all(covers), rasters=tuple(paths))


def _read_file(
    layer: str,
    file: LayerFile,
    folders: tuple[Path, ...],
    crs: CRS,
    declared: Provenanced,
    spec: LayerSpec | None = None,
) -> tuple[gpd.GeoDataFrame, list[Fault], Provenance]:
    path = locate(file.path, folders, f"layers.{layer}")
    raw = read_any(path, layer, getattr(file, "tags", None) or None, file.table)
    raw = _with_crs(raw, file, path)
    faults: list[Fault] = []
    if spec is not None:
        raw, faults = conform(raw, spec, file, path.name)
    birth = certificate(declared, path.name, sha256_of(path))
    if raw.crs != crs:
        raw = raw.to_crs(crs)
    if spec is not None and not faults:
        raw = raw.set_geometry(shapely.make_valid(raw.geometry.to_numpy()), crs=crs)
        faults = _lost_in_projection(raw, path.name)
    return raw, faults, birth


def _with_crs(raw: gpd.GeoDataFrame, file: LayerFile, path: Path) -> gpd.GeoDataFrame:
    stated = None
    if file.crs is not None:
        try:
            stated = CRS.from_user_input(file.crs)
        except CRSError:
            raise StudyError(
                Fault(path.name, "no such CRS", "Write for example EPSG:4326.", value=file.crs)
            ) from None
    if raw.crs is None and stated is None:
        raise InputError(
            Fault(
                path.name,
                "the file states no CRS, so its coordinates could be anywhere",
                "Say `crs: EPSG:...` for it in the study.",
            )
        )
    if raw.crs is not None and stated is not None and raw.crs != stated:
        raise InputError(
            Fault(
                path.name,
                f"the study says {file.crs}, the file says {raw.crs.to_string()[:40]}",
                "Remove `crs:` from the study, or repair the file.",
            )
        )
    return raw if raw.crs is not None else raw.set_crs(stated)


def _lost_in_projection(frame: gpd.GeoDataFrame, name: str) -> list[Fault]:
    bounds = shapely.bounds(frame.geometry.to_numpy())
    lost = ~pd.DataFrame(bounds).apply(lambda column: column.abs().lt(1e12)).all(axis=1).to_numpy()
    return [
        Fault(
            name,
            "the coordinate cannot be projected to the study's CRS",
            "Check for exchanged latitude and longitude, or a wrong CRS.",
            row=str(row),
        )
        for row in frame.index[lost]
    ]


def _coverage(
    file: LayerFile, folders: tuple[Path, ...], crs: CRS, area: BaseGeometry
) -> BaseGeometry:
    if file.covers is None:
        return area
    path = locate(file.covers, folders, "covers")
    frame = read_any(path, "coverage")
    if frame.crs is None:
        raise InputError(Fault(path.name, "the coverage states no CRS", "Write it into the file."))
    outline: BaseGeometry = shapely.make_valid(frame.to_crs(crs).geometry.union_all())
    return outline


def _off_area(frame: gpd.GeoDataFrame, area: BaseGeometry, crs: CRS, name: str) -> list[Fault]:
    """Refuse a layer that lies wholly elsewhere: almost always a wrong CRS or exchanged axes."""
    if frame.empty or shapely.intersects(box(*frame.total_bounds), area.buffer(5_000)):
        return []
    outline = gpd.GeoSeries([area], crs=crs).to_crs(4326).total_bounds
    middle = gpd.GeoSeries(shapely.centroid(frame.geometry.to_numpy()), crs=crs).to_crs(4326)
    if looks_swapped(middle.x.to_numpy(), middle.y.to_numpy(), tuple(outline)).all():
        return [
            Fault(
                name,
                "latitude and longitude are exchanged",
                "Swap the two columns (longitude is x, latitude is y).",
            )
        ]
    return [_elsewhere(name)]


def _elsewhere(name: str) -> Fault:
    return Fault(
        name,
        "the layer does not cover the study area",
        "Check its CRS and that it is a file of this territory.",
    )


def _notices(layers: Mapping[str, Layer]) -> list[Notice]:
    invented = [layer.spec.title for layer in layers.values() if layer.illustrative]
    if not invented:
        return []
    return [
        Notice(
            "illustrative data",
            "Invented for demonstration, not to be decided on: " + ", ".join(sorted(invented)),
        )
    ]
