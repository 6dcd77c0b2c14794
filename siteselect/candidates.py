"""The places somebody proposes: from lists, from a grid, or from OpenStreetMap tags."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteselect.contracts import Column, LayerSpec, Notice, Provenance
from siteselect.errors import Fault, InputError
from siteselect.geo import lonlat
from siteselect.layers.build import Territory
from siteselect.layers.reading import (
    EXCHANGED,
    EXCHANGED_CURE,
    Place,
    Read,
    certificate,
    exchanged,
    read_contract,
)

if TYPE_CHECKING:
    from siteselect.settings.candidates import GridOfPoints
    from siteselect.study import Study

CANDIDATE = LayerSpec(
    name="candidates",
    title="Candidates",
    family="display",
    shapes=("point", "polygon"),
    identifier="site_id",
    columns=(
        Column("site_id", "text", "identifier of the candidate", required=True),
        Column("name", "text", "name of the place"),
        Column("kind", "text", "what is there now"),
        Column("roof", "flag", "whether the pod would stand on a roof"),
        Column("indoors", "flag", "whether the pod would stand in an existing building"),
        Column("access_24_7", "flag", "whether engineers may enter at any hour"),
        Column("floor_capacity_kpa", "number", "what the floor bears", minimum=0.1, maximum=1000.0),
    ),
    meaning="A polygon stands for a point inside it.",
)

REJECTED = ("file", "row", "column", "value", "problem", "cure")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Candidates fit to be assessed, those that are not with the reason, and where all come from.

    `candidates` has the columns of `CANDIDATE` with `origin`, `lon`, `lat` and points in the
    study's CRS, on the index `site_id`.
    """

    candidates: gpd.GeoDataFrame
    rejected: pd.DataFrame
    provenance: tuple[tuple[str, Provenance], ...]
    notices: tuple[Notice, ...]


def propose(study: Study, territory: Territory, folder: Path, data: Path | None) -> Proposal:
    """Collect the candidates of a study.

    Raises
    ------
    InputError
        Any row is faulty and the study says `on_fault: stop` (the default); no row is left; or
        there are more than the study's limit.
    """
    folders = (folder,) if data is None else (folder, data)
    frames: list[gpd.GeoDataFrame] = []
    faults: list[Fault] = []
    births: list[tuple[str, Provenance]] = []
    notices: list[Notice] = []
    for file in study.candidates.files:
        read = read_contract(file, CANDIDATE, Place(folders, territory.crs, territory.area, inf))
        frame, found = _fit(read, territory)
        frames.append(frame)
        faults += found
        births.append(("candidates", read.provenance))
        notices += read.notices
    if study.candidates.grid is not None:
        frames.append(_grid(study.candidates.grid, territory))
        births.append(("candidates", certificate(study.candidates.grid)))
    together = gpd.GeoDataFrame(
        pd.concat(frames, ignore_index=True), geometry="geometry", crs=territory.crs
    )
    together, repeated = _without_repeats(together)
    faults += repeated
    if faults and study.candidates.on_fault == "stop":
        raise InputError(faults)
    _check_count(len(together), study)
    lon, lat = lonlat(together.geometry.to_numpy(), territory.crs)
    together["lon"], together["lat"] = lon.round(7), lat.round(7)
    rejected = pd.DataFrame([asdict(fault) for fault in faults], columns=list(REJECTED))
    return Proposal(
        together.set_index("site_id"),
        rejected.astype("object").fillna(""),
        tuple(births),
        tuple(notices),
    )


def _check_count(count: int, study: Study) -> None:
    if count == 0:
        raise InputError(
            Fault(f"study {study.name}", "no candidate is left", "Cure the faults of the list.")
        )
    if count > study.candidates.limit:
        raise InputError(
            Fault(
                f"study {study.name}",
                f"{count} candidates where the study allows {study.candidates.limit}",
                "Raise `candidates.limit`, or use a wider grid.",
            )
        )


def _fit(read: Read, territory: Territory) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Keep the rows that may be assessed, as points; the faults name all others."""
    frame, faults, birth = read.frame, list(read.faults), read.provenance
    rows = pd.Series([str(row) for row in frame.index], index=frame.index)
    bad = {str(fault.row) for fault in faults if fault.row is not None}
    if any(fault.row is None for fault in faults):
        raise InputError(faults)
    unnamed = "Unnamed (" + frame["kind"].replace("", "place") + ")"
    frame["name"] = frame["name"].where(frame["name"] != "", unnamed)
    frame["origin"] = birth.file + " row " + rows
    keep = ~rows.isin(bad)
    kept = frame[keep.to_numpy()].copy()
    kept = kept.set_geometry(shapely.point_on_surface(kept.geometry.to_numpy()), crs=territory.crs)
    points = kept.geometry.to_numpy()
    inside = shapely.covers(territory.area, points)
    faults += _outside(kept[~inside], birth.file, territory)
    return kept[inside], faults


def _outside(frame: gpd.GeoDataFrame, name: str, territory: Territory) -> list[Fault]:
    if frame.empty:
        return []
    points = frame.geometry.to_numpy()
    swapped = exchanged(points, territory.area, territory.crs)
    rows = zip(frame["site_id"].items(), *lonlat(points, territory.crs), swapped, strict=True)
    faults = []
    for (row, site), lon, lat, turned in rows:
        faults.append(
            Fault(
                name,
                EXCHANGED if turned else "the candidate lies outside the study area",
                EXCHANGED_CURE if turned else "Correct the coordinates, or widen the area.",
                row=str(row),
                column="site_id",
                value=f"{site} at {lon:.5f}, {lat:.5f}",
            )
        )
    return faults


def _without_repeats(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    repeated = frame["site_id"].duplicated(keep=False)
    faults = [
        Fault(
            origin.rsplit(" row ", 1)[0],
            "the identifier stands in two lists of candidates",
            "Make it unique over all lists.",
            row=origin.rsplit(" row ", 1)[-1],
            column="site_id",
            value=str(site),
        )
        for site, origin in frame.loc[repeated, ["site_id", "origin"]].itertuples(index=False)
    ]
    return frame[~repeated].reset_index(drop=True), faults


def _grid(grid: GridOfPoints, territory: Territory) -> gpd.GeoDataFrame:
    """Lay points on whole multiples of the spacing, so that a wider area keeps the old points."""
    west, south, east, north = territory.area.bounds
    step = grid.spacing_m
    columns = np.arange(np.ceil(west / step), np.floor(east / step) + 1)
    rows = np.arange(np.ceil(south / step), np.floor(north / step) + 1)
    x, y = (mesh.ravel() * step for mesh in np.meshgrid(columns, rows))
    points = np.asarray(shapely.points(x, y), dtype=object)
    inside = shapely.covers(territory.area, points)
    points = points[inside]
    names = [
        f"grid-{east:.0f}-{north:.0f}" for east, north in zip(x[inside], y[inside], strict=True)
    ]
    frame = gpd.GeoDataFrame({"site_id": names}, geometry=points, crs=territory.crs)
    for column in CANDIDATE.columns[1:]:
        frame[column.name] = np.nan if column.kind == "number" else None
    return frame.assign(
        name=[f"Grid point {name[5:].replace('-', ' ')}" for name in names],
        kind="grid_point",
        origin=f"grid of {step:g} m",
    )
