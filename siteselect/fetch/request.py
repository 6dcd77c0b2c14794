"""What somebody asks for: which place, under which name, from where."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from siteselect.errors import Fault, StudyError
from siteselect.geo import Bounds, require_metres
from siteselect.operators import directory

NAME_LIMIT = 64
"""Longest name that a study may have."""
REACH_KM = (0.1, 100.0)
"""Smallest and largest circle or margin that is asked for: beyond it one wants an extract [J]."""
POD_KW = (20.0, 500.0)
"""IT power that a micro data centre may have."""


@dataclass(frozen=True, slots=True)
class Request:
    """A place and how its study is to be built.

    Exactly one of these tells where: `bbox` (west, south, east, north in degrees), `place` (a name,
    or "latitude, longitude" with `around_km`), or the box that `pbf` says it covers.
    """

    name: str
    place: str = ""
    around_km: float | None = None
    bbox: Bounds | None = None
    pbf: Path | None = None
    weather: Path | None = None
    country: str = ""
    crs: str = ""
    pod_kw: float = 100.0
    margin_km: float = 2.0
    grid_m: float | None = None
    operators: tuple[str, ...] = ()
    offline: bool = False
    refresh: tuple[str, ...] = ()

    @property
    def point(self) -> tuple[float, float] | None:
        """Give longitude and latitude where the place is written as "latitude, longitude"."""
        found = _POINT.fullmatch(self.place.strip())
        return None if found is None else (float(found[2]), float(found[1]))


_POINT = re.compile(r"([-+]?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*([-+]?\d{1,3}(?:\.\d+)?)")


def slug(text: str) -> str:
    """Make a file name of a place's name: ASCII letters, digits and hyphens, nothing else."""
    flat = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", flat).strip("-")[:NAME_LIMIT].strip("-")


def line_of(text: object, limit: int = 300) -> str:
    """Make one harmless line of text from outside: no control or line-breaking characters."""
    kept = "".join(
        letter if unicodedata.category(letter)[0] not in "CZ" else " " for letter in str(text)
    )
    kept = " ".join(kept.split())
    return kept if len(kept) <= limit else kept[: limit - 3] + "..."


def parse_bbox(text: str) -> Bounds:
    """Read "west,south,east,north" in degrees.

    Raises
    ------
    StudyError
        It is not a box on the globe.
    """
    parts = text.replace(";", ",").split(",")
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        raise StudyError(_box_fault(text)) from None
    if not (-180 <= west < east <= 180 and -90 < south < north < 90):  # noqa: PLR2004 - degrees
        raise StudyError(_box_fault(text))
    return (west, south, east, north)


def check(request: Request) -> None:
    """Refuse a request that cannot be carried out.

    Raises
    ------
    StudyError
        With every fault.
    """
    faults = [*_where_faults(request), *_number_faults(request)]
    if not request.name:
        faults.append(
            Fault("--study", "a name needs a letter or a digit", "Give for example my-town.")
        )
    for option, path in (("--pbf", request.pbf), ("--weather", request.weather)):
        if path is not None and not path.is_file():
            faults.append(Fault(option, "no such file", "Check the path.", value=str(path)))
    faults += [
        Fault(
            "--operator",
            "no such network operator",
            f"Known: {', '.join(sorted(directory.operators()))}.",
            value=name,
        )
        for name in request.operators
        if name not in directory.operators()
    ]
    if request.crs:
        try:
            require_metres(request.crs, "--crs")
        except StudyError as error:
            faults += error.faults
    if faults:
        raise StudyError(faults)


def _where_faults(request: Request) -> list[Fault]:
    place = request.place.strip()
    if not place and request.bbox is None and request.pbf is None:
        cure = "Give a PLACE, --bbox W,S,E,N, or --pbf FILE."
        return [Fault("fetch", "nothing says where", cure)]
    faults = []
    if request.bbox is not None and request.around_km is not None:
        cure = "Leave --bbox or --around out."
        faults.append(Fault("--around", "a box has no circle round it", cure))
    if request.around_km is not None and not place:
        faults.append(Fault("--around", "a circle needs a place", "Name a PLACE."))
    return faults + ([] if request.point is None else _point_faults(request, *request.point))


def _point_faults(request: Request, lon: float, lat: float) -> list[Fault]:
    if not (-180 <= lon <= 180 and -90 < lat < 90):  # noqa: PLR2004 - degrees
        cure = "Write latitude first, then longitude, in degrees."
        return [Fault("PLACE", "not a point on the globe", cure, value=request.place)]
    if request.around_km is None and request.bbox is None:
        return [Fault("PLACE", "a point has no area", "Add --around KM.", value=request.place)]
    return []


def _number_faults(request: Request) -> list[Fault]:
    low, high = REACH_KM
    faults = []
    for option, value, least, most in (
        ("--around", request.around_km, low, high),
        ("--margin-km", request.margin_km, 0.0, high),
        ("--pod-kw", request.pod_kw, *POD_KW),
        ("--grid-m", request.grid_m, 10.0, 100_000.0),
    ):
        if value is not None and not (math.isfinite(value) and least <= value <= most):
            cure = f"Give {least:g} to {most:g}."
            faults.append(Fault(option, "out of range", cure, value=f"{value:g}"))
    return faults


def _box_fault(text: str) -> Fault:
    cure = "Write west,south,east,north in degrees, for example -0.80,52.55,-0.45,52.75."
    return Fault("--bbox", "not a box on the globe", cure, value=text)
