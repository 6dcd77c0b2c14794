"""What every page of the app is given: the run, the weights of this moment, the chosen site."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from siteselect.app.loading import Loaded
from siteselect.app.state import View
from siteselect.assess import Assessment


@dataclass(frozen=True, slots=True)
class Context:
    """One moment of one session.

    `loaded` is the run under the study's own weights, `now` the same under the weights of this
    moment, `selected` the chosen site (the leader where none is chosen). `private` says that
    something in it is for this session only and may not be laid where others could fetch it.
    """

    file: Path
    loaded: Loaded
    now: Assessment
    view: View
    selected: str
    private: bool = False

    @property
    def run(self) -> str:
        """Tell this run from all others, whatever the weights."""
        return self.loaded.run
