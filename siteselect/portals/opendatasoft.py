"""Opendatasoft portals, Explore API version 2.1: catalogue, records by page, exports beyond."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from siteselect.errors import Fault, SourceError
from siteselect.portals.web import Client, Key, NotFoundError, get_json

PAGE = 100
"""Most records of one page [K: the API's own limit]."""
REACH = 10_000
"""Largest offset plus limit of paging [K]; beyond it, exports."""
PAGED = 1_000
"""Up to so many records are paged; one export is kinder to the portal than many pages [J]."""
_NEAR = 8


@dataclass(frozen=True, slots=True)
class OdsPortal:
    """A portal: its address, and its key if it has one."""

    base_url: str
    key: Key | None = None

    def url(self, path: str) -> str:
        """Give the address of a part of the catalogue."""
        return f"{self.base_url.rstrip('/')}/api/explore/v2.1/catalog/datasets{path}"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the catalogue says of a data set; `fields` maps identifiers to types."""

    identifier: str
    title: str
    fields: Mapping[str, str]
    count: int
    licence: str
    modified: str
    visible: bool


@dataclass(frozen=True, slots=True)
class Records:
    """Rows of a data set; where there are none, the reason."""

    rows: tuple[dict[str, Any], ...]
    reason: str = ""


def within_distance(field: str, lon: float, lat: float, radius_m: float) -> str:
    """Write the clause that keeps what is near a point. WKT has longitude first."""
    return f"within_distance({field}, geom'POINT({lon:.6f} {lat:.6f})', {radius_m:.0f}m)"


def equals(field: str, value: str) -> str:
    """Write the clause that a text field has a value."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{field}="{escaped}"'


def search(client: Client, portal: OdsPortal, words: str) -> tuple[Metadata, ...]:
    """Look through the catalogue for words.

    Raises
    ------
    SourceError
        The portal does not answer, or with something else.
    """
    plain = " ".join(re.findall(r"\w+", words))
    found: list[Metadata] = []
    while len(found) < REACH:
        params: dict[str, str | int] = {"limit": PAGE, "offset": len(found)}
        params["where"] = f'search("{plain}")'
        document = get_json(client, portal.url(""), params=params, key=portal.key, check=_paged)
        found += [_metadata(entry) for entry in document["results"]]
        if not document["results"] or len(found) >= document["total_count"]:
            break
    return tuple(found)


def metadata(client: Client, portal: OdsPortal, dataset: str) -> Metadata:
    """Read what the catalogue says of a data set.

    Raises
    ------
    NotFoundError
        There is no such data set; with those whose names are near.
    SourceError
        The portal does not answer, or with something else.
    """
    try:
        document = get_json(client, portal.url(f"/{dataset}"), key=portal.key, check=_described)
    except NotFoundError as error:
        raise NotFoundError([*error.faults, _near(client, portal, dataset)]) from None
    return _metadata(document)


def records(
    client: Client,
    portal: OdsPortal,
    dataset: str,
    *,
    where: str = "",
    select: str = "",
    paged: int = PAGED,
) -> Records:
    """Read all records that a clause keeps: by page while they are few, else as one export.

    Parameters
    ----------
    client, portal, dataset : who asks, where, for what.
    where : clause of the query language; empty for all.
    select : fields, separated by commas; empty for all.
    paged : most records that are paged.

    Raises
    ------
    NotFoundError
        There is no such data set.
    SourceError
        The portal refuses, hands out fewer rows than it counts, or changes while it is read.
    """
    about = metadata(client, portal, dataset)
    query = {name: value for name, value in (("where", where), ("select", select)) if value}
    first = _page(client, portal, dataset, query, 0)
    total = first["total_count"]
    if total == 0:
        return _nothing(portal, about, where)
    if total > min(paged, REACH):
        return _export(client, portal, about, query, total)
    rows = list(first["results"])
    while len(rows) < total:
        page = _page(client, portal, dataset, query, len(rows))
        if page["total_count"] != total or not page["results"]:
            raise SourceError(
                Fault(
                    portal.url(f"/{dataset}"),
                    f"counted {total} records and handed out {len(rows)}",
                    "It may have changed while it was read: ask again without the cache.",
                )
            )
        rows += page["results"]
    return Records(tuple(rows))


def values(client: Client, portal: OdsPortal, dataset: str, field: str) -> tuple[str, ...]:
    """List the values of a field, a hundred at most."""
    url = portal.url(f"/{dataset}/records")
    params: dict[str, str | int] = {"select": field, "group_by": field, "limit": PAGE}
    document = get_json(client, url, params=params, key=portal.key, check=_paged)
    return tuple(sorted({str(row.get(field)) for row in document["results"]}))


def _page(
    client: Client, portal: OdsPortal, dataset: str, query: Mapping[str, str], offset: int
) -> dict[str, Any]:
    params: dict[str, str | int] = {**query, "limit": min(PAGE, REACH - offset), "offset": offset}
    url = portal.url(f"/{dataset}/records")
    document: dict[str, Any] = get_json(client, url, params=params, key=portal.key, check=_paged)
    return document


def _export(
    client: Client, portal: OdsPortal, about: Metadata, query: Mapping[str, str], total: int
) -> Records:
    url = portal.url(f"/{about.identifier}/exports/json")
    rows = get_json(client, url, params=query, key=portal.key, check=_listed)
    if len(rows) < total:
        raise _withheld(portal, about, total, len(rows))
    return Records(tuple(rows))


def _nothing(portal: OdsPortal, about: Metadata, where: str) -> Records:
    """Tell an empty answer from a withheld one: some portals hand out nothing without a key."""
    if not where and about.count > 0:
        raise _withheld(portal, about, about.count, 0)
    if not where or about.count == 0:
        return Records((), f"the portal says that {about.identifier} has no records")
    if not about.visible:
        raise _withheld(portal, about, about.count, 0)
    return Records((), f"no record of {about.identifier} satisfies: {where}")


def _withheld(portal: OdsPortal, about: Metadata, counted: int, given: int) -> SourceError:
    variable = portal.key.variable if portal.key is not None else ""
    return SourceError(
        Fault(
            portal.url(f"/{about.identifier}"),
            f"the portal counts {counted} records and hands out {given}",
            f"It wants a key: register, and put it in the environment variable {variable}."
            if variable
            else "It may want a registration: download the file by hand.",
        )
    )


def _near(client: Client, portal: OdsPortal, dataset: str) -> Fault:
    """Name data sets whose names are near; the search itself may fail, which is said too."""
    words = [word for word in re.split(r"[^a-z]+", dataset.lower()) if len(word) > 2]  # noqa: PLR2004 - shorter ones find everything
    found: dict[str, str] = {}
    try:
        for word in sorted(words, key=len, reverse=True)[:2]:
            found |= {entry.identifier: entry.title for entry in search(client, portal, word)}
    except SourceError as error:
        return Fault(
            portal.base_url, "its catalogue cannot be searched either", str(error.faults[0].problem)
        )
    ranked = sorted(
        found,
        key=lambda name: (-difflib.SequenceMatcher(None, name, dataset).ratio(), name),
    )
    shown = "; ".join(f"{name} ({found[name]})" for name in ranked[:_NEAR])
    return Fault(
        portal.base_url,
        f"its catalogue has {len(found)} data sets of such words",
        f"Perhaps one of: {shown}." if shown else "Look for it on the portal's page.",
        value=dataset,
    )


def _metadata(entry: Mapping[str, Any]) -> Metadata:
    default = (entry.get("metas") or {}).get("default") or {}
    fields = entry.get("fields") or []
    return Metadata(
        identifier=str(entry.get("dataset_id", "")),
        title=str(default.get("title") or ""),
        fields={str(field.get("name")): str(field.get("type")) for field in fields},
        count=int(default.get("records_count") or 0),
        licence=str(default.get("license") or ""),
        modified=str(default.get("modified") or default.get("data_processed") or ""),
        visible=bool(entry.get("data_visible", True)),
    )


def _paged(document: Any) -> None:
    whole = (
        isinstance(document, dict)
        and isinstance(document.get("total_count"), int)
        and isinstance(document.get("results"), list)
    )
    if not whole:
        raise _unlike("total_count and results")


def _described(document: Any) -> None:
    if not (isinstance(document, dict) and document.get("dataset_id")):
        raise _unlike("dataset_id")


def _listed(document: Any) -> None:
    if not (isinstance(document, list) and all(isinstance(row, dict) for row in document)):
        raise _unlike("a list of records")


def _unlike(wanted: str) -> SourceError:
    return SourceError(
        Fault("the portal's answer", f"has not {wanted}", "The portal's form may have changed.")
    )
