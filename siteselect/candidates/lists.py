"""Candidates from files and from the study itself, as points, with the faults of their rows."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from siteselect.candidates.contract import CANDIDATE
from siteselect.candidates.map_kinds import from_map, sets_of, with_tags
from siteselect.contracts import Notice
from siteselect.errors import Fault, InputError
from siteselect.geo import lonlat
from siteselect.layers.reading import EXCHANGED, EXCHANGED_CURE, Place, exchanged, read_contract
from siteselect.settings.limits import USUAL, Limits

if TYPE_CHECKING:
    from pathlib import Path

    from siteselect.contracts import Provenance
    from siteselect.layers.build import Territory
    from siteselect.settings.candidates import CandidateFile
    from siteselect.study import Study

FROM = ("from_file", "from_row")
"""Columns that tell where a row stands, until all faults are found."""


def read_list(
    file: CandidateFile,
    territory: Territory,
    folders: tuple[Path, ...],
    limits: Limits = USUAL,
) -> tuple[gpd.GeoDataFrame, list[Fault], Provenance, list[Notice]]:
    """Read one list of candidates.

    Returns
    -------
    tuple
        The candidates fit to be assessed, as points; the faults of all other rows; the birth
        certificate of the file; and what a reader must know.
    """
    place = Place(folders, territory.crs, territory.area, inf, limits)
    read = read_contract(with_tags(file) if from_map(file) else file, CANDIDATE, place)
    frame, faults = fit(read.frame, list(read.faults), read.provenance.file, territory)
    notices = list(read.notices)
    if file.kinds:
        sets = sets_of(frame["kind"], file)
        frame["origin"] += sets.map(lambda name: f", set {name}" if name else "")
        counts = sets.value_counts()
        notices.append(
            Notice(
                "candidates from the map",
                f"Places of {read.provenance.file} by set of tags; what nobody mapped is missing.",
                {kind: str(int(counts.get(kind, 0))) for kind in file.kinds},
            )
        )
    return frame, faults, read.provenance, notices


def drawn_points(study: Study, territory: Territory) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Give the candidates that stand in the study itself, and the faults of those outside."""
    points = study.candidates.points
    rows = [str(place) for place in range(1, len(points) + 1)]
    file = f"study {study.name}, candidates.points"
    frame = gpd.GeoDataFrame(
        {
            "site_id": [point.site_id for point in points],
            "name": [point.name or "Unnamed (drawn point)" for point in points],
            "kind": [point.kind for point in points],
            "origin": [f"point {row} drawn in the study" for row in rows],
            "from_file": file,
            "from_row": rows,
        },
        geometry=gpd.points_from_xy(
            [point.lon for point in points], [point.lat for point in points], crs=4326
        ).to_crs(territory.crs),
        index=rows,
    )
    for column in CANDIDATE.columns[1:]:
        if column.name not in frame:
            frame[column.name] = np.nan if column.kind == "number" else None
    inside = shapely.covers(territory.area, frame.geometry.to_numpy())
    return frame[inside], _outside(frame[~inside], file, territory)


def without_repeats(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Take out every candidate whose identifier stands in two lists, and name each row."""
    repeated = frame["site_id"].duplicated(keep=False)
    faults = [
        Fault(
            file,
            "the identifier stands in two lists of candidates",
            "Make it unique over all lists.",
            row=row,
            column="site_id",
            value=str(site),
        )
        for site, file, row in frame.loc[repeated, ["site_id", *FROM]].itertuples(index=False)
    ]
    return frame[~repeated].reset_index(drop=True), faults


def fit(
    frame: gpd.GeoDataFrame, faults: list[Fault], name: str, territory: Territory
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Keep the rows that may be assessed, as points; the faults name all others.

    What becomes of a row depends on no other row, so that a part of a list fares as the whole.

    Parameters
    ----------
    frame : rows of the contract `CANDIDATE` in the study's CRS, on their number in the file.
    faults : what the contract found wrong with them.
    name : the file, for messages and for the column `origin`.
    territory : whose area they must lie in.

    Raises
    ------
    InputError
        A fault is that of the whole file.
    """
    rows = frame.index.astype(str)
    bad = {str(fault.row) for fault in faults if fault.row is not None}
    if any(fault.row is None for fault in faults):
        raise InputError(faults)
    unnamed = "Unnamed (" + frame["kind"].replace("", "place") + ")"
    frame["name"] = frame["name"].where(frame["name"] != "", unnamed)
    frame["from_file"], frame["from_row"] = name, rows
    frame["origin"] = frame["from_file"] + " row " + frame["from_row"]
    kept = frame[~rows.isin(bad)].copy()
    shapes = shapely.make_valid(kept.geometry.to_numpy())
    kept = kept.set_geometry(shapely.point_on_surface(shapes), crs=territory.crs)
    points = kept.geometry.to_numpy()
    inside = shapely.covers(territory.area, points)
    return kept[inside].copy(), [*faults, *_outside(kept[~inside], name, territory)]


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
