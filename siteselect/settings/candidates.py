"""Which places are proposed, and which land is left out before anything is measured."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import Field, model_validator

from siteselect.settings.declared import Declared, LayerFile, Provenanced


class Near(Declared):
    """A place is kept only within a distance of something, in a straight line from its point."""

    layer: str = Field(min_length=1)
    """Layer of the study whose features one wants to be near, for example supply_points."""
    within_m: float = Field(gt=0, le=50_000)
    """Longest distance."""
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Column of the layer to the values that count; every feature counts when left out."""


class GridOfPoints(Provenanced):
    """Candidates at the points of a regular grid over the study area.

    Points stand on whole multiples of the spacing in the study's CRS, so that a wider area, or
    one exclusion more, keeps the points that it had.
    """

    spacing_m: float = Field(gt=0)
    """Distance between neighbours."""
    shape: Literal["square", "hex"] = "square"
    """square: rows and columns; hex: six neighbours round each point, all at the same distance."""
    clip: bool = True
    """Leave out the points that lie on land which `exclude` removes."""
    near: tuple[Near, ...] = ()
    """Keep only the points that are near all of these."""


class CandidateFile(LayerFile):
    """Candidates listed in a file, or derived from OpenStreetMap when it is a .osm.pbf."""

    kinds: tuple[str, ...] = ()
    """For a .osm.pbf: named sets of tags (leisure_centres, car_parks ...); the first that fits
    a place says what it is. The sets stand in the catalogue, candidate_kinds.yaml."""
    tags: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """For a .osm.pbf: OpenStreetMap key to the values that make a place a candidate. A key may
    carry conditions on other tags, as in `leisure[access!=private|no]`."""
    near: tuple[Near, ...] = ()
    """Keep only the places that are near all of these."""


class DrawnPoint(Declared):
    """A candidate that somebody set on the map."""

    site_id: str = Field(min_length=1, max_length=200)
    """Identifier, unique over all candidates."""
    name: str = ""
    """Name of the place."""
    kind: str = "drawn_point"
    """What is there now."""
    lon: float = Field(ge=-180, le=180)
    """Longitude, EPSG:4326 [degrees]."""
    lat: float = Field(ge=-90, le=90)
    """Latitude, EPSG:4326 [degrees]."""


class Exclusion(Declared):
    """Land on which no pod may stand, whatever else speaks for it."""

    label: str = Field(min_length=1, max_length=80)
    """What a reader calls it, for example 'Water'."""
    layer: str = Field(min_length=1)
    """Layer whose features are left out."""
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Column of the layer to the values that count (kind of a constraint, band of a flood,
    highway of a road); every feature counts when left out."""
    buffer_m: float = Field(default=0.0, ge=0, le=10_000)
    """Strip round every feature that is left out with it; points and lines need one."""


class Candidates(Declared):
    """Which places are proposed."""

    files: tuple[CandidateFile, ...] = ()
    """Lists of candidates."""
    grid: GridOfPoints | None = None
    """Candidates generated on a grid."""
    points: tuple[DrawnPoint, ...] = ()
    """Candidates set on the map, written into the study itself."""
    exclude: tuple[Exclusion, ...] = ()
    """Land that is left out, in the order in which reports count it. A grid is clipped to what is
    left; a place that a person or a list proposes stays, and is flagged."""
    on_fault: Literal["stop", "reject"] = "stop"
    """stop: refuse the run, naming every fault; reject: leave faulty rows out, in rejected.csv."""
    limit: int = Field(default=100_000, gt=0)
    """Most candidates that one run may hold."""

    @model_validator(mode="after")
    def _some(self) -> Candidates:
        if not self.files and self.grid is None and not self.points:
            raise ValueError("no candidates: give `files`, `grid` or `points`")
        return self

    @model_validator(mode="after")
    def _unique(self) -> Candidates:
        for what, names in (
            ("points: site_id", [point.site_id for point in self.points]),
            ("exclude: label", [exclusion.label for exclusion in self.exclude]),
        ):
            if repeated := [name for name, count in Counter(names).items() if count > 1]:
                raise ValueError(f"{what} is given twice: {', '.join(repeated)}")
        return self
