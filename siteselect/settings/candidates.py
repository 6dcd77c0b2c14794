"""Which places are proposed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from siteselect.settings.declared import Declared, LayerFile, Provenanced


class GridOfPoints(Provenanced):
    """Candidates at the crossings of a square grid over the study area."""

    spacing_m: float = Field(gt=0)
    """Distance between neighbours."""


class CandidateFile(LayerFile):
    """Candidates listed in a file, or derived from OpenStreetMap tags when it is a .osm.pbf."""

    tags: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """For a .osm.pbf: OpenStreetMap key to the values that make a place a candidate."""


class Candidates(Declared):
    """Which places are proposed."""

    files: tuple[CandidateFile, ...] = ()
    """Lists of candidates."""
    grid: GridOfPoints | None = None
    """Candidates generated on a grid."""
    on_fault: Literal["stop", "reject"] = "stop"
    """stop: refuse the run, naming every fault; reject: leave faulty rows out, in rejected.csv."""
    limit: int = Field(default=100_000, gt=0)
    """Most candidates that one run may hold."""

    @model_validator(mode="after")
    def _some(self) -> Candidates:
        if not self.files and self.grid is None:
            raise ValueError("no candidates: give `files`, `grid` or both")
        return self
