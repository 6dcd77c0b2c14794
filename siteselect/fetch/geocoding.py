"""Ask Nominatim where a place is, and in which country a point lies.

Shape [K]: /search?q=..&format=jsonv2&addressdetails=1 gives a list, /reverse?lat=..&lon=..&zoom=5
one object, each with "lat" and "lon" as text, "display_name", and "address" with "country_code"
and "state".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from siteselect.errors import Fault, SourceError
from siteselect.fetch import country as countries
from siteselect.portals.providers import providers
from siteselect.portals.web import get_json

if TYPE_CHECKING:
    from siteselect.fetch.country import Country
    from siteselect.fetch.step import Context

STATE_LEVEL = 5
"""Zoom of Nominatim at which an answer names the state, or the nation of a kingdom."""


def point_of(context: Context, place: str) -> tuple[tuple[float, float], str, Country]:
    """Find a place: its longitude and latitude, its full name, its country.

    Raises
    ------
    SourceError
        Nominatim knows no such place, or cannot be asked.
    """
    asked: dict[str, str | int] = {"q": place, "format": "jsonv2", "addressdetails": 1, "limit": 1}
    found = _ask(context, "search", asked)
    if not isinstance(found, list) or not found:
        cure = "Check the spelling, add the country, or give --bbox."
        raise SourceError(Fault("Nominatim", "no such place", cure, value=place))
    try:
        point = (float(found[0]["lon"]), float(found[0]["lat"]))
    except (KeyError, TypeError, ValueError):
        point = (math.nan, math.nan)
    if not (abs(point[0]) <= 180 and abs(point[1]) < 90):  # noqa: PLR2004 - degrees; NaN fails
        cure = "Give the point itself: latitude, longitude."
        raise SourceError(Fault("Nominatim", "an answer without a point", cure, value=place))
    return point, str(found[0].get("display_name") or place), _country(found[0])


def country_at(context: Context, point: tuple[float, float]) -> Country:
    """Say in which country a point (longitude, latitude) lies; an unknown one over the sea.

    Raises
    ------
    SourceError
        Nominatim cannot be asked.
    """
    found = _ask(
        context,
        "reverse",
        {
            "lat": f"{point[1]:.5f}",
            "lon": f"{point[0]:.5f}",
            "zoom": STATE_LEVEL,
            "format": "jsonv2",
            "addressdetails": 1,
        },
    )
    return _country(found)


def _ask(context: Context, path: str, params: Mapping[str, str | int]) -> Any:
    provider = providers()["nominatim"]
    url = f"{context.url('nominatim') or provider.url}/{path}"
    return get_json(
        provider.polite(context.client), url, params={**params, "accept-language": "en"}
    )


def _country(found: Any) -> Country:
    address = found.get("address") if isinstance(found, dict) else None
    about = address if isinstance(address, dict) else {}
    return countries.by_code(str(about.get("country_code") or ""), str(about.get("state") or ""))
