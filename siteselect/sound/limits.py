"""National limits on plant noise by zone, as shipped data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import isnan, nan
from typing import Any

import yaml

from siteselect.errors import Fault, InputError


@dataclass(frozen=True, slots=True)
class ZoneLimit:
    """What plant may be heard as outside a window in a kind of zone [dB(A)].

    A level the instrument does not limit is NaN. The evening's hours belong to the day where there
    is no evening limit.
    """

    country: str
    zone: str
    title: str
    day_dba: float
    evening_dba: float
    night_dba: float
    quiet_hours_db: float
    day_from: int
    night_from: int
    instrument: str
    note: str
    source: str


@cache
def zone_limits() -> dict[tuple[str, str], ZoneLimit]:
    """Read the shipped limits by country and zone."""
    text = files("siteselect.catalogue").joinpath("noise_limits.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    del document["as_of"]
    return {
        (country, zone): ZoneLimit(
            country=country,
            zone=zone,
            title=entry["title"],
            day_dba=float(entry.get("day_dba", nan)),
            evening_dba=float(entry.get("evening_dba", nan)),
            night_dba=float(entry.get("night_dba", nan)),
            quiet_hours_db=float(entry.get("quiet_hours_db", 0.0)),
            day_from=instrument["day_from"],
            night_from=instrument["night_from"],
            instrument=instrument["instrument"],
            note=instrument["note"],
            source=f"[{instrument['tag']}] {instrument['source']}",
        )
        for country, instrument in document.items()
        for zone, entry in instrument["zones"].items()
    }


def zone_limit(country: str, zone: str) -> ZoneLimit:
    """Find the limit of a zone.

    Raises
    ------
    InputError
        No such country or zone in the catalogue.
    """
    limits = zone_limits()
    if (country, zone) not in limits:
        known = ", ".join(f"{land} {kind}" for land, kind in limits)
        value = f"{country} {zone}"
        raise InputError(
            Fault("noise zone", "not in the catalogue", f"Use one of: {known}", value=value)
        )
    return limits[country, zone]


def strictest_dba(limit: ZoneLimit) -> float:
    """Give the limit that plant must keep which never stops [dB(A)]; NaN where none is set.

    Quiet hours raise the level that is compared with the day limit, so they lower what is left.
    """
    given = (limit.day_dba - limit.quiet_hours_db, limit.evening_dba, limit.night_dba)
    return min((level for level in given if not isnan(level)), default=nan)
