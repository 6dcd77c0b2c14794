"""A year of weather: the file given, or a typical year of PVGIS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from siteselect.contracts import Provenance
from siteselect.fetch.files import DATA, put, sha256_of
from siteselect.fetch.journal import Kept
from siteselect.fetch.step import Context, Parcel, Step, area_key
from siteselect.portals import pvgis
from siteselect.sources.weather_epw import read_weather

if TYPE_CHECKING:
    from pathlib import Path

    from siteselect.portals.fetched import FetchedFile


def run(context: Context) -> Parcel:
    """Bring a year of weather into the study.

    Raises
    ------
    SourceError, InputError
        The file given cannot be used, or the service failed.
    """
    given = context.request.weather
    if given is None:
        return _from_service(context)
    weather = read_weather(given)
    ending = given.suffix.lower()
    name = f"{DATA}/weather{ending}"
    content = given.read_bytes()
    path = put(context.folder, name, lambda part: part.write_bytes(content))
    birth = Provenance(
        source=weather.source,
        date=str(weather.index[0].year),
        licence="not confirmed",
        basis="published",
        note=f"Given as {given.name}.",
    )
    return Parcel(files=(Kept(path=name, sha256=sha256_of(path), provenance=birth),))


def _from_service(context: Context) -> Parcel:
    middle = shapely.point_on_surface(context.located.area)
    name = f"{DATA}/weather{pvgis.ENDING}"
    came: list[FetchedFile] = []

    def write(part: Path) -> None:
        came.append(
            pvgis.fetch_typical_year(
                context.client, (middle.x, middle.y), part, url=context.url("pvgis")
            )
        )

    path = put(context.folder, name, write)
    return Parcel(files=(Kept(path=name, sha256=sha256_of(path), provenance=came[0].provenance),))


def _key(context: Context) -> dict[str, object]:
    given = context.request.weather
    return {**area_key(context), "weather": "" if given is None else sha256_of(given)}


STEP = Step(
    name="weather",
    title="Weather",
    asks="PVGIS of the European Commission, or the file given",
    run=run,
    key=_key,
)
