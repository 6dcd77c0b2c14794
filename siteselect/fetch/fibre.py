"""Where fibre can be picked up, besides what the map shows: facilities of PeeringDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely.geometry import box

from siteselect.fetch.country import choices
from siteselect.fetch.step import Context, Parcel, Step, area_key, gather, wider
from siteselect.portals import peeringdb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteselect.portals.fetched import Fetched

LAYER = "fibre_nodes"


def run(context: Context) -> Parcel:
    """Fetch the data centres and points of presence round the area."""
    reach_km = choices()["reach_km"][LAYER]
    around = box(*wider(context.located.area.bounds, reach_km))

    def ask() -> Sequence[Fetched]:
        found = peeringdb.fetch_facilities(
            context.client,
            around,
            country=context.located.country.code,
            url=context.url("peeringdb"),
        )
        return (found,)

    return gather(context, {"peeringdb": (STEP.asks, ask)}, reach_km)


def _skips(context: Context) -> str:
    if context.located.country.code:
        return ""
    return "The country is not known, and PeeringDB is asked by country. Say it with --country."


STEP = Step(
    name="fibre",
    title="Fibre facilities",
    asks="PeeringDB",
    run=run,
    key=area_key,
    skips=_skips,
)
