"""Read the layers of a study, hold each to its contract, and bring all to one CRS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry import box

import siteselect.layers
from siteselect.contracts import Layer, LayerSpec, Notice, Provenance, collect
from siteselect.errors import Fault, InputError, SiteselectError, StudyError
from siteselect.geo import require_metres
from siteselect.layers.measured_demand import read_measured
from siteselect.layers.reading import (
    Place,
    Read,
    certificate,
    elsewhere,
    read_contract,
    read_shapes,
)
from siteselect.layers.weather import year_of_weather
from siteselect.sources import raster_file
from siteselect.sources.registry import locate, read_any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from siteselect.heat.weather import Weather
    from siteselect.settings.declared import LayerFile
    from siteselect.study import Study


@dataclass(frozen=True, slots=True)
class Territory:
    """The study area with all its layers, in the study's CRS, and a year of its weather."""

    area: BaseGeometry
    crs: CRS
    layers: Mapping[str, Layer]
    weather: Weather
    measured: Mapping[str, NDArray[np.float64]]
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
    outline = read_shapes(study.area, folders, crs, "area", study.limits)
    area = shapely.make_valid(outline.frame.geometry.union_all())
    if area.area == 0:
        raise InputError(
            Fault(outline.provenance.file, "the study area has no surface", "Give a polygon.")
        )
    place = Place(folders, crs, area, study.routing.margin_m, study.limits)
    faults: list[Fault] = _unknown_layers(study)
    layers: dict[str, Layer] = {}
    notices: list[Notice] = []
    for name, files in study.layers.items():
        if name not in specs():
            continue
        try:
            layers[name], found = _layer(specs()[name], files, place)
        except SiteselectError as error:
            faults += error.faults
            continue
        notices += found
    try:
        weather, sky = year_of_weather(study, area, place)
        measured, meters = read_measured(study, place, len(weather.index))
        faults += _unknown_sinks(study, layers)
    except SiteselectError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)
    births = [("area", outline.provenance)]
    births += [(name, birth) for name, layer in layers.items() for birth in layer.provenance]
    births += [("weather", sky), *meters]
    told = (*_illustrative(layers), *notices)
    return Territory(area, crs, layers, weather, measured, tuple(births), told)


def _unknown_sinks(study: Study, layers: Mapping[str, Layer]) -> list[Fault]:
    sinks = layers["heat_sinks"].frame.index if "heat_sinks" in layers else []
    return [
        Fault(
            f"study {study.name}",
            "measured demand of a sink that the layer heat_sinks does not have",
            "Use the sink_id of the layer.",
            column=f"heat.measured.{sink}",
            value=sink,
        )
        for sink in study.heat.measured
        if sink not in sinks
    ]


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
    spec: LayerSpec, files: tuple[LayerFile, ...], place: Place
) -> tuple[Layer, tuple[Notice, ...]]:
    if not files:
        raise StudyError(Fault("study", "a layer without files", "Name a file.", column=spec.name))
    if spec.shapes == ("raster",):
        return _raster_layer(spec, files, place), ()
    reads: list[Read] = []
    covers: list[BaseGeometry] = []
    faults: list[Fault] = []
    for file in files:
        try:
            reads.append(read_contract(file, spec, place))
            covers.append(_coverage(file, place))
        except SiteselectError as error:
            faults += error.faults
            continue
        faults += reads[-1].faults
    if faults:
        raise InputError(faults)
    frame = _joined(spec, reads, place.crs)
    return Layer(
        spec=spec,
        frame=frame,
        provenance=tuple(read.provenance for read in reads),
        coverage=shapely.union_all(covers),
        kind_coverage=_by_kind(files, covers),
    ), tuple(notice for read in reads for notice in read.notices)


def _by_kind(files: tuple[LayerFile, ...], covers: list[BaseGeometry]) -> dict[str, BaseGeometry]:
    by_kind: dict[str, BaseGeometry] = {}
    for file, cover in zip(files, covers, strict=True):
        for kind in file.kinds:
            by_kind[kind] = by_kind[kind].union(cover) if kind in by_kind else cover
    return by_kind


def _joined(spec: LayerSpec, reads: list[Read], crs: CRS) -> gpd.GeoDataFrame:
    frames = pd.concat([read.frame for read in reads], ignore_index=True)
    joined = gpd.GeoDataFrame(frames, geometry="geometry", crs=crs)
    if not spec.identifier:
        return joined
    repeated = joined[spec.identifier][joined[spec.identifier].duplicated()].unique()
    if len(repeated):
        raise InputError(
            Fault(
                f"layer {spec.name}",
                "the identifier stands in two files",
                "Make it unique over all files of the layer.",
                column=spec.identifier,
                value=str(identifier),
            )
            for identifier in repeated
        )
    return joined.set_index(spec.identifier, drop=False)


def _raster_layer(spec: LayerSpec, files: tuple[LayerFile, ...], place: Place) -> Layer:
    paths: list[Path] = []
    covers: list[BaseGeometry] = []
    for file in files:
        path = locate(file.path, place.folders, f"layers.{spec.name}", place.limits)
        wkt, bounds = raster_file.check(path)
        outline = gpd.GeoSeries([box(*bounds)], crs=CRS.from_wkt(wkt)).to_crs(place.crs).iloc[0]
        if not outline.intersects(place.area):
            raise InputError(elsewhere(path.name))
        paths.append(path)
        covers.append(outline)
    births = tuple(certificate(file, path) for file, path in zip(files, paths, strict=True))
    metrics = tuple(_metric(spec, file) for file in files)
    empty = gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=place.crs)
    return Layer(spec, empty, births, shapely.union_all(covers), {}, tuple(paths), metrics)


def _metric(spec: LayerSpec, file: LayerFile) -> str:
    """Read what a raster holds: the first word of the contract unless the study says another."""
    column = spec.column("metric")
    words = () if column is None else column.choices
    said = file.fixed.get("metric", words[0] if words else "")
    if set(file.fixed) - {"metric"} or (said and said not in words):
        raise StudyError(
            Fault(
                f"layers.{spec.name}",
                "no such thing in a raster",
                f"Give `fixed: {{metric: ...}}` with one of: {', '.join(words) or 'nothing'}.",
                column="fixed",
                value=str(dict(file.fixed)),
            )
        )
    return said


def _coverage(file: LayerFile, place: Place) -> BaseGeometry:
    """Give the area inside which absence means absence."""
    if file.covers is None:
        return place.area
    path = locate(file.covers, place.folders, "covers", place.limits)
    frame = read_any(path, "coverage", limits=place.limits)
    if frame.crs is None:
        raise InputError(Fault(path.name, "the coverage states no CRS", "Write it into the file."))
    outline: BaseGeometry = shapely.make_valid(frame.to_crs(place.crs).geometry.union_all())
    return outline


def _illustrative(layers: Mapping[str, Layer]) -> list[Notice]:
    invented = [layer.spec.title for layer in layers.values() if layer.illustrative]
    if not invented:
        return []
    return [
        Notice(
            "illustrative data",
            "Invented for demonstration, not to be decided on: " + ", ".join(sorted(invented)),
        )
    ]
