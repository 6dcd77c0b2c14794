"""A typical year of weather, from PVGIS of the European Commission.

Shape [S, pages of PVGIS and the reader in pvlib]: GET /tmy with `lat`, `lon` and
`outputformat=json` gives {"inputs", "outputs": {"months_selected", "tmy_hourly": [...]}, "meta"};
refusals are HTTP 400 with {"message"}. GET only, 30 calls a second. The file is kept as it came and
read by the reader for weather files, which reads typical years, not the series of `seriescalc`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from siteselect.errors import Fault, SourceError
from siteselect.portals.client import Client
from siteselect.portals.fetched import FetchedFile
from siteselect.portals.providers import providers
from siteselect.portals.web import get, get_json
from siteselect.sources.weather_epw import read_weather

ENDING = ".json"
"""Ending that the file needs to be read again."""


def fetch_typical_year(
    client: Client, lonlat: tuple[float, float], to: Path, *, url: str = ""
) -> FetchedFile:
    """Fetch the typical year of a point into a file that the weather reader reads.

    Parameters
    ----------
    client : how to ask.
    lonlat : longitude and latitude [degrees]; asked for to about 100 m.
    to : file to write, in a folder that is there; its name ends in .json once it is in place.
    url : another address of the service.

    Raises
    ------
    SourceError
        The service failed or has no data there, as over the sea.
    InputError
        Hours or values are missing.
    """
    provider = providers()["pvgis"]
    client = provider.polite(client)
    address = f"{url or provider.url}/tmy"
    params = {"lat": f"{lonlat[1]:.3f}", "lon": f"{lonlat[0]:.3f}", "outputformat": "json"}
    document = get_json(client, address, params=params, check=_check)
    body = get(replace(client, refresh=False), address, params=params).body
    with tempfile.TemporaryDirectory() as folder:
        tried = Path(folder) / f"pvgis{ENDING}"
        tried.write_bytes(body)
        read_weather(tried)
    to.write_bytes(body)
    return FetchedFile(
        path=to,
        layers=("weather",),
        covered=None,
        provenance=provider.certificate(_years(document), basis="modelled", note=_note(document)),
    )


def _check(document: Any) -> None:
    try:
        hours = document["outputs"]["tmy_hourly"]
    except (TypeError, KeyError):
        hours = None
    if not isinstance(hours, list):
        raise SourceError(
            Fault(
                "PVGIS",
                "an answer without a typical year",
                "Give an EPW file, or download the typical year by hand.",
                value=str(document)[:80],
            )
        )


def _weather(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found = document.get("inputs", {}).get("meteo_data", {})
    return found if isinstance(found, dict) else {}


def _years(document: Mapping[str, Any]) -> str:
    about = _weather(document)
    years = [str(about[key]) for key in ("year_min", "year_max") if about.get(key)]
    return " to ".join(years)


def _note(document: Mapping[str, Any]) -> str:
    about = _weather(document)
    bases = [str(about[key]) for key in ("radiation_db", "meteo_db") if about.get(key)]
    chosen = "months of several years put together"
    return f"A typical year: {chosen}{', from ' + ' and '.join(bases) if bases else ''}."
