"""Candidates that a reader sets on the map: checked, named by their place, and kept short."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from siteselect.candidates.lists import drawn_points
from siteselect.errors import Fault, InputError
from siteselect.settings.candidates import DrawnPoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteselect.layers.build import Territory
    from siteselect.study import Study

MOST = 20
"""Candidates that one session may draw; a list of more belongs in a file."""
DECIMALS = 5
"""Decimals of a degree that are kept: a metre or so."""
MOST_LETTERS = 60
"""Letters of a name that are kept."""
_PLACE = re.compile(r"(-?\d{1,2}\.\d{1,6})_(-?\d{1,3}\.\d{1,6})(?:_(.*))?", re.DOTALL)
_NAMED = "Drawn"


def drawn_point(lat: str | float, lon: str | float, name: str = "") -> DrawnPoint:
    """Make a candidate of a place.

    Parameters
    ----------
    lat, lon : latitude and longitude, EPSG:4326 [degrees], as numbers or as they were typed.
    name : what it is called; left out, it is called by its place.

    Raises
    ------
    InputError
        A coordinate is no number, or there is no such place.
    """
    faults = []
    numbers: list[float] = []
    for given, what, most in ((lat, "latitude", 90), (lon, "longitude", 180)):
        try:
            number = round(float(given), DECIMALS)
        except (ValueError, OverflowError):
            number = math.nan
        if not abs(number) <= most:
            cure = f"Give degrees from -{most} to {most}, with a point, as in 60.17."
            faults.append(Fault("new site", f"no {what}", cure, value=str(given)[:40]))
        numbers.append(number)
    if faults:
        raise InputError(faults)
    place = f"{numbers[0]:.{DECIMALS}f}_{numbers[1]:.{DECIMALS}f}"
    words = " ".join(name.split())[:MOST_LETTERS]
    return DrawnPoint(
        site_id=f"drawn_{place}",
        name=words or f"{_NAMED} at {place.replace('_', ', ')}",
        kind="drawn_point",
        lat=numbers[0],
        lon=numbers[1],
    )


def with_points(study: Study, points: Sequence[DrawnPoint]) -> Study:
    """Add drawn candidates to a study."""
    if not points:
        return study
    listed = (*study.candidates.points, *points)
    candidates = study.candidates.model_copy(update={"points": listed})
    return study.model_copy(update={"candidates": candidates})


def fitting(
    study: Study, territory: Territory, points: Sequence[DrawnPoint]
) -> tuple[tuple[DrawnPoint, ...], tuple[Fault, ...]]:
    """Part drawn candidates into those on the study area and the faults of the others."""
    alone = study.candidates.model_copy(update={"points": tuple(points)})
    frame, faults = drawn_points(study.model_copy(update={"candidates": alone}), territory)
    there = frozenset(frame["site_id"])
    return tuple(point for point in points if point.site_id in there), tuple(faults)


def write_points(points: Sequence[DrawnPoint]) -> tuple[str, ...]:
    """Write drawn candidates for the address bar, as `read_points` reads them."""
    return tuple(
        f"{point.lat:.{DECIMALS}f}_{point.lon:.{DECIMALS}f}"
        + ("" if point == drawn_point(point.lat, point.lon) else f"_{point.name}")
        for point in points
    )


def read_points(texts: Sequence[str]) -> tuple[DrawnPoint, ...]:
    """Read drawn candidates from the address bar; what makes no sense is left out."""
    found: dict[str, DrawnPoint] = {}
    for text in texts[:MOST]:
        parts = _PLACE.fullmatch(text)
        if parts is None:
            continue
        try:
            point = drawn_point(parts[1], parts[2], parts[3] or "")
        except InputError:
            continue
        found.setdefault(point.site_id, point)
    return tuple(found.values())
