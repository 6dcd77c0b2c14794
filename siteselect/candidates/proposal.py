"""Collect the candidates of a study from all places that may propose any."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from siteselect.candidates import features, map_kinds
from siteselect.candidates.buildable import Buildable, buildable, judge
from siteselect.candidates.contract import REJECTED
from siteselect.candidates.grids import grid_of_points
from siteselect.candidates.lists import FROM, drawn_points, read_list, without_repeats
from siteselect.candidates.near import keep_near
from siteselect.contracts import Notice, Provenance
from siteselect.errors import Fault, InputError, StudyError
from siteselect.geo import lonlat
from siteselect.layers.reading import certificate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from siteselect.layers.build import Territory
    from siteselect.settings.candidates import GridOfPoints
    from siteselect.study import Study


@dataclass(frozen=True, slots=True)
class Proposal:
    """Candidates fit to be assessed, those that are not with the reason, and where all come from.

    `candidates` has the columns of `CANDIDATE` with `origin`, `lon`, `lat`, `buildable`,
    `excluded_by` and `exclusion_unknown`, and points in the study's CRS, on the index `site_id`.
    `buildable` is the land that the study's exclusions leave.
    """

    candidates: gpd.GeoDataFrame
    rejected: pd.DataFrame
    provenance: tuple[tuple[str, Provenance], ...]
    notices: tuple[Notice, ...]
    buildable: Buildable

    @property
    def waterfall(self) -> pd.DataFrame:
        """How much of the area each exclusion removes; see `Buildable`."""
        return self.buildable.steps


@dataclass(frozen=True, slots=True)
class _Part:
    """What one file, the grid or the drawn points propose."""

    frame: gpd.GeoDataFrame
    birth: Provenance
    faults: tuple[Fault, ...] = ()
    notices: tuple[Notice, ...] = ()


def propose(study: Study, territory: Territory, folder: Path, data: Path | None) -> Proposal:
    """Collect the candidates of a study.

    A place that a list or a person proposes on excluded land stays, with `buildable` False; a
    grid is clipped, unless the study says otherwise.

    Raises
    ------
    StudyError
        A set of tags, a layer, a column or a word that does not exist is asked for.
    InputError
        Any row is faulty and the study says `on_fault: stop` (the default); no row is left; or
        there are more than the study's limit.
    """
    if wrong := map_kinds.faults_of(study):
        raise StudyError([*wrong, *features.faults_of(study)])
    ground = ground_of(study, territory)
    folders = (folder,) if data is None else (folder, data)
    parts = [*_files(study, territory, folders), *_others(study, territory, ground)]
    together = gpd.GeoDataFrame(
        pd.concat([part.frame for part in parts], ignore_index=True),
        geometry="geometry",
        crs=territory.crs,
    )
    together, repeated = without_repeats(together)
    faults = [*(fault for part in parts for fault in part.faults), *repeated]
    if faults and study.candidates.on_fault == "stop":
        raise InputError(faults)
    _check_count(len(together), study)
    rejected = pd.DataFrame([asdict(fault) for fault in faults], columns=list(REJECTED))
    return Proposal(
        proposed(together, territory, ground),
        rejected.astype("object").fillna(""),
        tuple(("candidates", part.birth) for part in parts),
        (*ground.notices, *(notice for part in parts for notice in part.notices)),
        ground,
    )


def ground_of(study: Study, territory: Territory) -> Buildable:
    """Find the land that the study's exclusions leave.

    Raises
    ------
    StudyError
        A layer, a column or a word that does not exist is asked for.
    """
    if wrong := features.faults_of(study):
        raise StudyError(wrong)
    return buildable(study, territory)


def proposed(frame: gpd.GeoDataFrame, territory: Territory, ground: Buildable) -> gpd.GeoDataFrame:
    """Put candidates on the index `site_id`, with their place in degrees and on what land it is.

    Parameters
    ----------
    frame : candidates as `fit` leaves them, on the index 0, 1, 2 ..., each identifier once.
    territory : in whose CRS they are.
    ground : as `ground_of` finds it.
    """
    points = frame.geometry.to_numpy()
    lon, lat = lonlat(points, territory.crs)
    with_place = frame.assign(lon=lon.round(7), lat=lat.round(7)).drop(columns=list(FROM))
    return with_place.join(judge(points, ground)).set_index("site_id")


def _files(study: Study, territory: Territory, folders: tuple[Path, ...]) -> Iterable[_Part]:
    """Read the lists; a place that two picks from one extract give is proposed by the first."""
    seen: dict[str, set[str]] = {}
    for file in study.candidates.files:
        frame, faults, birth, notices = read_list(file, territory, folders, study.limits)
        frame, left_out = keep_near(frame, file.near, territory, birth.file)
        notices += left_out
        if map_kinds.from_map(file):
            before = seen.setdefault(file.path, set())
            again = frame["site_id"].isin(before)
            before |= set(frame["site_id"])
            if again.any():
                text = f"{int(again.sum())} places of {birth.file} are picked twice and stand once"
                notices.append(Notice("candidates from the map", text))
            frame = frame[~again]
        yield _Part(frame, birth, tuple(faults), tuple(notices))


def _others(study: Study, territory: Territory, ground: Buildable) -> Iterable[_Part]:
    if study.candidates.points:
        frame, faults = drawn_points(study, territory)
        birth = Provenance(
            source=f"Points drawn in the study {study.name}",
            date=study.date.isoformat(),
            licence="as the study",
            basis="assumed",
            note="Places that somebody set on a map; nobody has been asked.",
        )
        yield _Part(frame, birth, tuple(faults))
    if study.candidates.grid is not None:
        yield _grid(study.candidates.grid, territory, ground)


def _grid(grid: GridOfPoints, territory: Territory, ground: Buildable) -> _Part:
    frame = grid_of_points(grid, territory)
    count, notices = len(frame), []
    if grid.clip:
        frame = frame[(judge(frame.geometry.to_numpy(), ground)["buildable"] != False).to_numpy()]  # noqa: E712 - unknown stays in
    if len(frame) < count:
        text = (
            f"{count - len(frame)} of {count} points of the grid lie on excluded land and were "
            "left out"
        )
        notices.append(Notice("candidates left out", text))
    frame, far = keep_near(frame, grid.near, territory, "the grid")
    frame = frame.assign(from_file="the grid", from_row=frame["site_id"])
    return _Part(frame, certificate(grid), notices=(*notices, *far))


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
