"""What the land is protected as, and where water may come: England's published data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from shapely.geometry import box

from siteselect.errors import SiteselectError
from siteselect.fetch.country import UNITED_KINGDOM, choices
from siteselect.fetch.step import Context, Parcel, Step, area_key, failures_of, gather, wider
from siteselect.portals import arcgis, flood, planning_data

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from siteselect.fetch.step import Asking

    Asks = dict[str, tuple[str, Asking]]

PLANNING = "planning.data.gov.uk"


def run_constraints(context: Context) -> Parcel:
    """Fetch the national data sets, those of the authorities, and where they speak for England.

    Where the national ones do not come, the lists of Historic England and Natural England stand in.
    """
    area, url = _around(context), context.url("planning_data")
    today = date.fromisoformat(context.today)
    england, without = _england(context, area)
    national: Asks = {
        "national": (
            f"{PLANNING}, national data sets",
            lambda: (
                planning_data.fetch_national_constraints(
                    context.client, area, england=england, url=url, today=today
                ),
            ),
        )
    }
    local: Asks = {
        "local": (
            f"{PLANNING}, data sets of authorities",
            lambda: (
                planning_data.fetch_local_constraints(context.client, area, url=url, today=today),
            ),
        )
    }
    first = gather(context, national, _reach_km())
    parts = [without, first]
    if first.failures and not context.request.offline:
        parts.append(gather(context, _lists(context, area, england), _reach_km()))
    parts.append(gather(context, local, _reach_km()))
    return _together(parts)


def run_flood(context: Context) -> Parcel:
    """Fetch the flood zones of planning."""
    area = _around(context)
    england, without = _england(context, area)
    zones: Asks = {
        "zones": (
            f"{PLANNING}, flood zones",
            lambda: (
                flood.fetch_flood_zones(
                    context.client,
                    area,
                    england=england,
                    url=context.url("planning_data"),
                    today=date.fromisoformat(context.today),
                ),
            ),
        )
    }
    return _together([without, gather(context, zones, _reach_km())])


def _england(context: Context, area: BaseGeometry) -> tuple[BaseGeometry | None, Parcel]:
    """Ask for the part of the area that lies in England; without it absence proves nothing."""
    asked = f"{PLANNING}, areas of planning authorities"
    try:
        found = planning_data.fetch_england(context.client, area, url=context.url("planning_data"))
    except SiteselectError as error:
        return None, Parcel(failures=failures_of(asked, error))
    if found is None:
        return None, Parcel(notices=(f"{asked}: none lies here, so that absence proves nothing.",))
    return found, Parcel()


def _lists(context: Context, area: BaseGeometry, england: BaseGeometry | None) -> Asks:
    def asking(service: arcgis.Service) -> Asking:
        return lambda: (arcgis.fetch_features(context.client, area, service, within=england),)

    return {
        name.replace("_", "-"): (
            f"{service.provider.title}, {name}",
            asking(service),
        )
        for name, service in _moved(context, arcgis.services()).items()
    }


def _moved(
    context: Context, services: Mapping[str, arcgis.Service]
) -> Mapping[str, arcgis.Service]:
    """Give services the other addresses that the environment names for their providers."""
    return {
        name: replace(service, url=service.url.replace(service.provider.url, moved, 1))
        if (moved := context.url(service.provider.name))
        else service
        for name, service in services.items()
    }


def _together(parts: list[Parcel]) -> Parcel:
    return Parcel(
        files=tuple(file for part in parts for file in part.files),
        failures=tuple(failure for part in parts for failure in part.failures),
        notices=tuple(dict.fromkeys(notice for part in parts for notice in part.notices)),
    )


def _around(context: Context) -> BaseGeometry:
    return box(*wider(context.located.area.bounds, _reach_km()))


def _reach_km() -> float:
    return float(choices()["reach_km"]["others"])


def _skips(context: Context) -> str:
    country = context.located.country
    elsewhere = country.name in UNITED_KINGDOM and country.name != "England"
    if country.code == "GB" and not elsewhere:
        return ""
    if not country.code:
        return "The country is not known. Say --country England if it lies there."
    return (
        f"Only England's data is known to siteselect, not that of {country.name or country.code}: "
        "add a layer of your own to the study."
    )


STEP = Step(
    name="constraints",
    title="Planning and nature constraints",
    asks=PLANNING,
    run=run_constraints,
    key=area_key,
    skips=_skips,
)
FLOOD = Step(
    name="flood",
    title="Flood",
    asks=PLANNING,
    run=run_flood,
    key=area_key,
    skips=_skips,
)
