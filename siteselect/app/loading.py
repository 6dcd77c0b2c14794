"""From the study's path to its assessment, computed once and shared by all readers."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.drawn import with_points
from siteselect.app.own_study import located
from siteselect.assess import Assessment, assess
from siteselect.maps.drawing import MapData, map_data
from siteselect.study import Study
from siteselect.study_file import load_study

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siteselect.settings.candidates import DrawnPoint

VARIABLE = "SITESELECT_STUDY"
DATA_VARIABLE = "SITESELECT_DATA"

Stamps = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A study's assessment, what its map is drawn from, and a key that tells this run from others.

    Shared between readers: nothing on the page writes into the tables.
    """

    assessment: Assessment
    drawn: MapData
    run: str


def study_path(
    arguments: Sequence[str], environment: Mapping[str, str], default: Path | None
) -> Path | None:
    """Choose the study: from the command line after `--`, the environment, or the default."""
    named = [text for text in arguments if text.endswith((".yaml", ".yml"))]
    if named:
        return Path(named[0])
    return Path(environment[VARIABLE]) if environment.get(VARIABLE) else default


def data_folder(environment: Mapping[str, str]) -> Path | None:
    """Find the second folder in which a study's files are looked for, if one is named."""
    return Path(environment[DATA_VARIABLE]) if environment.get(DATA_VARIABLE) else None


def files_of(study: Study, file: Path, data: Path | None) -> list[Path]:
    """List the files that an assessment may read: the study and everything that it names."""
    listed = [study.area, *study.candidates.files, *(f for fs in study.layers.values() for f in fs)]
    listed += study.heat.measured.values()
    listed += [] if study.climate.weather is None else [study.climate.weather]
    names = [part.path for part in listed]
    names += [part.covers for part in listed if part.covers] + list(study.packs)
    folders = [file.parent] if data is None else [file.parent, data]
    return [file, *(folder / name for folder in folders for name in names)]


def stamps_of(files: Sequence[Path]) -> Stamps:
    """Note path, size and time of every file that exists, to see when one changes."""
    known = []
    for file in files:
        if file.is_file():
            status = os.stat(file)  # noqa: PTH116 - one call for both figures
            known.append((str(file), status.st_size, status.st_mtime_ns))
    return tuple(known)


def load(file: Path, data: Path | None = None) -> Loaded:
    """Read and assess a study, or take it from memory while none of its files has changed.

    Raises
    ------
    SiteselectError
        With every fault of the stage that failed.
    """
    study = load_study(file)
    stamps = stamps_of(files_of(study, file, data))
    return _assessed(str(file.resolve()), None if data is None else str(data.resolve()), stamps)


def load_own(study: Study, file: Path, data: Path | None, uploads: Path) -> Loaded:
    """Assess a study of this session; it is kept by the session and by nothing else.

    Parameters
    ----------
    study : the edited study.
    file, data : where the files of the study that it was edited from are looked for.
    uploads : folder of the session's own files.

    Raises
    ------
    SiteselectError
        With every fault of the stage that failed.
    """
    found = assess(located(study, uploads), file.parent, data=data, opinions=False)
    # Times and sizes of uploads are not in the study: a run of a session is never another's.
    run = hashlib.sha256(os.urandom(32)).hexdigest()
    assessment = replace(found, study=study)
    return Loaded(assessment, map_data(assessment), run)


def load_drawn(
    loaded: Loaded,
    points: Sequence[DrawnPoint],
    file: Path,
    data: Path | None,
    uploads: Path | None,
) -> Loaded:
    """Assess a run again with drawn candidates; no layer is read anew.

    Raises
    ------
    SiteselectError
        With every fault of the stage that failed.
    """
    if not points:
        return loaded
    before = loaded.assessment
    study = with_points(before.study, points)
    found = assess(
        located(study, uploads),
        file.parent,
        data=data,
        opinions=False,
        territory=before.territory,
    )
    assessment = replace(found, study=study)
    told = repr((loaded.run, [point.model_dump() for point in points]))
    run = hashlib.sha256(told.encode()).hexdigest()
    return Loaded(assessment, map_data(assessment), run)


@st.cache_resource(max_entries=4, show_spinner="Reading the layers and measuring the sites")
def _assessed(file: str, data: str | None, stamps: Stamps) -> Loaded:
    path, second = Path(file), None if data is None else Path(data)
    assessment = assess(load_study(path), path.parent, data=second, opinions=False)
    run = hashlib.sha256(repr((file, data, stamps)).encode()).hexdigest()
    return Loaded(assessment, map_data(assessment), run)
