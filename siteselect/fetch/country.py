"""In which country a place lies, and what follows: projection, rule packs, clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import yaml

from siteselect.errors import Fault, StudyError
from siteselect.study_file import UniqueKeyLoader

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

UNITED_KINGDOM = ("England", "Scotland", "Wales", "Northern Ireland")
HALF_ZONE = 7.5
"""Half of the width of an hour of the sun [degrees of longitude]."""


@dataclass(frozen=True, slots=True)
class Country:
    """What a study takes from its country; all empty where the country is not known.

    `code` is the ISO 3166-1 code, `name` the word that rule packs know it by.
    """

    code: str
    name: str
    crs: str
    packs: tuple[str, ...]
    time_zone: str


@cache
def choices() -> dict[str, Any]:
    """Read what fetch decides by itself, from the catalogue."""
    text = files("siteselect.catalogue").joinpath("fetch.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    return found


def by_code(code: str, nation: str = "") -> Country:
    """Describe a country by its ISO 3166-1 code and, in the United Kingdom, its nation.

    Parameters
    ----------
    code : two letters, in either case; empty where it is not known.
    nation : name or first letter of a nation of the United Kingdom; empty elsewhere.
    """
    known = choices()["countries"]
    key = code.upper()
    if key == "GB" and nation[:1].upper() in {"E", "S", "W", "N"}:
        key = f"GB-{nation[0].upper()}"
    found = known.get(key, {"name": "other" if key else ""})
    return Country(
        code=key[:2],
        name=found["name"],
        crs=found.get("crs", ""),
        packs=tuple(found.get("packs", ())),
        time_zone=found.get("time_zone", ""),
    )


def by_name(text: str) -> Country:
    """Describe a country that somebody named, by code or by name.

    Raises
    ------
    StudyError
        There is no such country in the catalogue.
    """
    wanted = text.strip().casefold()
    for key, found in choices()["countries"].items():
        names = {key.casefold(), found["name"].casefold()} - {"", "other"}
        if wanted in names:
            return by_code(key[:2], key[3:])
    if len(wanted) == len("GB") and wanted.isascii() and wanted.isalpha():
        return by_code(wanted)
    known = sorted({found["name"] for found in choices()["countries"].values()} - {"", "other"})
    raise StudyError(
        Fault(
            "--country",
            "no such country",
            f"Give a code of two letters, or one of: {', '.join(known)}.",
            value=text,
        )
    )


def by_word(text: str, nation: str = "") -> Country:
    """Describe a country by its English name on the map; an unknown one where it has no entry."""
    wanted = text.strip().casefold()
    if wanted == "united kingdom":
        return by_code("GB", nation)
    for key, found in choices()["countries"].items():
        if wanted and wanted == found["name"].casefold() != "other":
            return by_code(key[:2], key[3:])
    return by_code("")


def by_codes(countries: Collection[str], nations: Collection[str]) -> Country:
    """Describe the country that all codes of an area agree on; an unknown one where they differ."""
    if len(countries) != 1:
        return by_code("")
    return by_code(*countries, *(nations if len(nations) == 1 else ()))


def crs_for(country: Country, area: BaseGeometry) -> str:
    """Name the CRS to measure in: the country's, or the UTM zone of the area (in degrees)."""
    if country.crs:
        return country.crs
    zone = gpd.GeoSeries([area], crs="EPSG:4326").estimate_utm_crs()
    return f"EPSG:{zone.to_epsg()}"


def time_zone_for(country: Country, area: BaseGeometry) -> str:
    """Name the civil time zone, or the nearest whole hour of the sun where it is not known."""
    if country.time_zone:
        return country.time_zone
    hours = int((area.centroid.x + HALF_ZONE) // (2 * HALF_ZONE))
    # The signs of these names are the other way round: Etc/GMT-2 is two hours ahead.
    return "Etc/GMT" if hours == 0 else f"Etc/GMT{-hours:+d}"


def facts_of(country: Country) -> Mapping[str, str]:
    """Give what a journal keeps of a country."""
    nation = country.name if country.name in UNITED_KINGDOM else ""
    return {"code": country.code, "nation": nation}
