"""Data centres and points of presence, from PeeringDB.

Shape [K]: /fac?country=GB, /ixfac?fac_id__in=1,2 and /ix?id__in=1,2 give {"data": [...]}; a
facility has id, name, org_name, latitude, longitude (both null where nobody placed it), net_count
and status. An exchange has no place of its own: it is where the facilities are that it names.
PeeringDB is filled in by operators: what is there is there, what is absent may exist.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import shapely

from siteselect.contracts import Notice
from siteselect.errors import Fault, SourceError
from siteselect.layers.fibre_nodes import LAYER
from siteselect.portals.client import Client, Key
from siteselect.portals.fetched import Fetched, Rejection, about_rows, layer_frame, rejections
from siteselect.portals.providers import providers
from siteselect.portals.web import get_json

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

KEY = Key("SITESELECT_PEERINGDB_KEY", prefix="Api-Key ")
"""Not needed; with a key 40 queries a minute are allowed instead of 20 [S]."""
MANY = 150
"""Identifiers in one query, as PeeringDB advises [S]."""


def fetch_facilities(
    client: Client, area: BaseGeometry, *, country: str = "GB", url: str = ""
) -> Fetched:
    """Fetch the facilities on an area, as pick-up points for fibre.

    A facility with an internet exchange is a point of presence, any other a data centre;
    `carriers` is the number of networks that say they are there.

    Parameters
    ----------
    client : how to ask.
    area : place of interest, in EPSG:4326. The nearest one may well lie outside a town.
    country : ISO 3166-1 code; all of its facilities are asked for at once, as PeeringDB advises.
    url : another address of the service.

    Raises
    ------
    SourceError
        The service failed or refused, which it does after 20 queries a minute without a key.
    """
    provider = providers()["peeringdb"]
    client, base = provider.polite(client), url or provider.url
    inside: list[tuple[Mapping[str, Any], BaseGeometry]] = []
    rejected: list[Rejection] = []
    for facility in _ask(client, f"{base}/fac", {"country": country.upper()}):
        point, reason = _place(facility)
        if point is None:
            rejected.append(Rejection(_name(facility), reason, str(facility.get("name") or "")))
        elif area.covers(point):
            inside.append((facility, point))
    exchanges = _exchanges(client, base, [int(facility["id"]) for facility, _ in inside])
    rows = [_row(facility, exchanges.get(int(facility["id"]), ())) for facility, _ in inside]
    dates = [str(facility.get("updated") or "")[:10] for facility, _ in inside]
    return Fetched(
        frame=layer_frame(LAYER, rows, [point for _, point in inside]),
        layer=LAYER.name,
        covered=None,
        kinds=(),
        provenance=provider.certificate(
            max(dates, default=""),
            note="Stated by the operators themselves. Networks present are counted, ducts are not.",
        ),
        notices=(
            Notice("terms of use", f"{provider.title}: {provider.licence}. {provider.terms}"),
            *about_rows(f"{provider.title}, {country.upper()}", 0, rejected),
        ),
        rejected=rejections(rejected),
    )


def _exchanges(client: Client, base: str, facilities: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Name the exchanges in each facility."""
    links = [
        link
        for some in _batches(facilities)
        for link in _ask(client, f"{base}/ixfac", {"fac_id__in": some})
        if link.get("fac_id") in set(facilities)
    ]
    wanted = sorted({int(link["ix_id"]) for link in links if link.get("ix_id") is not None})
    names = {
        int(exchange["id"]): str(exchange.get("name") or "")
        for some in _batches(wanted)
        for exchange in _ask(client, f"{base}/ix", {"id__in": some})
    }
    found: defaultdict[int, set[str]] = defaultdict(set)
    for link in links:
        found[int(link["fac_id"])].add(names.get(int(link["ix_id"]), "") or f"IX {link['ix_id']}")
    return {facility: tuple(sorted(each)) for facility, each in found.items()}


def _batches(numbers: Sequence[int]) -> Iterator[str]:
    ordered = sorted(set(numbers))
    for start in range(0, len(ordered), MANY):
        yield ",".join(map(str, ordered[start : start + MANY]))


def _ask(client: Client, url: str, params: Mapping[str, str]) -> list[dict[str, Any]]:
    document = get_json(client, url, params=params, key=KEY, check=_check)
    found: list[dict[str, Any]] = [
        each for each in document["data"] if each.get("status", "ok") == "ok"
    ]
    return found


def _check(document: Any) -> None:
    rows = document.get("data") if isinstance(document, dict) else None
    if isinstance(rows, list) and all(
        isinstance(row, dict) and isinstance(row.get("id"), int) for row in rows
    ):
        return
    raise SourceError(
        Fault(
            "PeeringDB",
            "an answer without a list of objects",
            "Ask again later; its API may have changed.",
            value=str(document)[:80],
        )
    )


def _place(facility: Mapping[str, Any]) -> tuple[BaseGeometry | None, str]:
    try:
        lon, lat = float(facility["longitude"]), float(facility["latitude"])
    except (KeyError, TypeError, ValueError):
        return None, "no coordinates"
    if not (math.isfinite(lon) and abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004 - degrees
        return None, "coordinates that are no longitude and latitude"
    if lon == lat == 0.0:
        return None, "coordinates of nought"
    return shapely.Point(lon, lat), ""


def _row(facility: Mapping[str, Any], exchanges: Sequence[str]) -> dict[str, Any]:
    name = str(facility.get("name") or "")
    networks = facility.get("net_count")
    return {
        "fibre_id": _name(facility),
        "name": f"{name} ({', '.join(exchanges)})" if exchanges else name,
        "kind": "pop" if exchanges else "data_centre",
        "onward_km": math.nan,
        "operator": str(facility.get("org_name") or ""),
        "carriers": float(networks) if isinstance(networks, int) else math.nan,
    }


def _name(facility: Mapping[str, Any]) -> str:
    return f"peeringdb-fac-{facility['id']}"
