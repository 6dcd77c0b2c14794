"""Which study this session has open, and its run with what the reader drew."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from siteselect.app.drawn import fitting
from siteselect.app.loading import Loaded, data_folder, load, load_drawn, load_own
from siteselect.study_file import load_study
from siteselect.uploads import keep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siteselect.errors import Fault
    from siteselect.settings.candidates import DrawnPoint
    from siteselect.study import Study
    from siteselect.uploads import Accepted

_FILE = "study_file"
_OWN = "own_study"
_UPLOADS = "uploads"
_DRAWN = "drawn_run"
STUDY = "study"
"""Address parameter that names one of the studies the server was given."""


@dataclass(frozen=True, slots=True)
class Own:
    """A study edited in this session: its text as typed, and its run."""

    text: str
    loaded: Loaded


class Folder:
    """A folder that is removed when the last who holds it is gone, a session for one."""

    def __init__(self) -> None:
        """Make the folder."""
        self.path = Path(tempfile.mkdtemp(prefix="siteselect-session-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Uploads:
    """The session's own folder, which goes when the session does, and what lies in it.

    `titles` holds what the visitor calls each file, by its name in the folder.
    """

    folder: Folder
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The folder."""
        return self.folder.path


def offered(files: Sequence[Path]) -> dict[str, Path]:
    """Name the studies that may be chosen; one that cannot be read goes by its folder."""
    found: dict[str, Path] = {}
    for file in files:
        found.setdefault(_title(str(file.resolve())), file)
    return found


def open_file(files: Sequence[Path]) -> Path:
    """Give this session's study file: the one chosen, else named in the address, else first."""
    kept: Path | None = st.session_state.get(_FILE)
    if kept is None:
        kept = offered(files).get(st.query_params.get(STUDY, ""), files[0])
        st.session_state[_FILE] = kept
    return kept


def open_other(file: Path) -> None:
    """Open another study; what was edited is dropped, uploads stay."""
    st.session_state[_FILE] = file
    st.session_state.pop(_OWN, None)


def own() -> Own | None:
    """Give the study edited in this session, if it is the open one."""
    found: Own | None = st.session_state.get(_OWN)
    return found


def apply_own(study: Study, text: str, file: Path) -> None:
    """Assess an edited study and open it.

    Raises
    ------
    SiteselectError
        With every fault of the stage that failed; the study that was open stays open.
    """
    loaded = load_own(study, file, data_folder(os.environ), uploads().path)
    st.session_state[_OWN] = Own(text, loaded)


def drop_own() -> None:
    """Go back to the study as the server was given it."""
    st.session_state.pop(_OWN, None)


def uploads() -> Uploads:
    """Give the session's own files."""
    if _UPLOADS not in st.session_state:
        st.session_state[_UPLOADS] = Uploads(Folder())
    found: Uploads = st.session_state[_UPLOADS]
    return found


def keep_upload(accepted: Accepted, title: str) -> None:
    """Put a file that was found fit into the session's folder.

    Parameters
    ----------
    accepted : the file, under a name that no visitor chose.
    title : what the visitor calls it, for display only.
    """
    have = uploads()
    keep(accepted, have.path)
    st.session_state[_UPLOADS] = Uploads(have.folder, {**have.titles, accepted.file_name: title})


def opened_run(file: Path) -> Loaded:
    """Give the run of the open study, without what the reader drew.

    Raises
    ------
    SiteselectError
        With every fault of the stage that failed.
    """
    edited = own()
    return load(file, data_folder(os.environ)) if edited is None else edited.loaded


def with_drawn(
    base: Loaded, points: Sequence[DrawnPoint], file: Path
) -> tuple[Loaded, tuple[DrawnPoint, ...], tuple[Fault, ...]]:
    """Give the run with the drawn candidates that lie on the study area, and those that do not.

    Raises
    ------
    SiteselectError
        The run fails with them.
    """
    if not points:
        return base, (), ()
    study, territory = base.assessment.study, base.assessment.territory
    kept, faults = fitting(study, territory, points)
    wished = (base.run, kept)
    made = st.session_state.get(_DRAWN)
    if made is None or made[0] != wished:
        folder = None if own() is None else uploads().path
        with st.spinner("Placing and measuring the new site"):
            loaded = load_drawn(base, kept, file, data_folder(os.environ), folder)
        made = (wished, loaded)
        st.session_state[_DRAWN] = made
    return made[1], kept, faults


@st.cache_data(max_entries=16, show_spinner=False)
def _title(file: str) -> str:
    try:
        return load_study(file).name
    except (OSError, ValueError):
        return Path(file).parent.name
