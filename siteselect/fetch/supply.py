"""Where the electricity network has room: what its operators publish of their substations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely.geometry import box

from siteselect.errors import SiteselectError
from siteselect.fetch.country import choices
from siteselect.fetch.journal import Failure
from siteselect.fetch.step import Context, Parcel, Step, area_key, failures_of, gather, wider
from siteselect.operators import directory
from siteselect.operators.table import Choice
from siteselect.portals import licence_areas
from siteselect.portals.operators import fetch_supply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from siteselect.fetch.step import Asking
    from siteselect.portals.fetched import Fetched

LAYER = "supply_points"
MAP = "NESO, map of the licence areas"
STATE_IT = "Name the network operator with --operator, one of: {names}."


def run(context: Context) -> Parcel:
    """Fetch supply points of the operators whose licence area the study area touches."""
    reach_km = choices()["reach_km"][LAYER]
    around = box(*wider(context.located.area.bounds, reach_km))
    names: Sequence[str] = context.request.operators
    if not names:
        try:
            names = _serving(context)
        except SiteselectError as error:
            return Parcel(failures=tuple(_told(failure) for failure in failures_of(MAP, error)))
    if not names:
        nobody = Failure(MAP, "no known operator serves this place", _cure())
        return Parcel(failures=(nobody,))
    asks = {
        name: (directory.operators()[name].title, _asking(context, name, around)) for name in names
    }
    return gather(context, asks, reach_km)


def _serving(context: Context) -> Sequence[str]:
    areas = licence_areas.operator_areas(context.client, url=context.url("neso"))
    return licence_areas.operators_on(areas, context.located.area)


def _asking(context: Context, name: str, around: BaseGeometry) -> Asking:
    choice = Choice(year=int(context.today[:4]))

    def ask() -> Sequence[Fetched]:
        return fetch_supply(context.client, name, area=around, choice=choice, url=context.url(name))

    return ask


def _told(failure: Failure) -> Failure:
    return Failure(failure.asked, failure.reason, f"{failure.cure} {_cure()}")


def _cure() -> str:
    return STATE_IT.format(names=", ".join(sorted(directory.operators())))


def _skips(context: Context) -> str:
    country = context.located.country
    if country.code == "GB" and country.name != "Northern Ireland":
        return ""
    if not country.code:
        return "The country is not known. Say it with --country."
    return (
        "siteselect knows no open data on headroom in this country: ask the network operator, and "
        "add a layer supply_points of your own."
    )


STEP = Step(
    name="supply",
    title="Supply points",
    asks="the network operator's portal",
    run=run,
    key=lambda context: {**area_key(context), "operators": context.request.operators},
    skips=_skips,
)
