"""CKAN portals, action API version 3: packages, resources, datastore rows, files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from siteselect.errors import Fault, SourceError
from siteselect.portals.web import Client, Key, NotFoundError, Reply, get, get_json
from siteselect.portals.wire import is_local

PAGE = 32_000
"""Most rows of one datastore answer [K: CKAN's default limit]."""
_MONTHS = "january february march april may june july august september october november december"
_NEAR = 8


@dataclass(frozen=True, slots=True)
class CkanPortal:
    """A portal: the address of its actions, and its key if it has one."""

    base_url: str
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A file or table of a package."""

    identifier: str
    name: str
    form: str
    url: str
    modified: str
    table: bool


@dataclass(frozen=True, slots=True)
class Package:
    """A data set with its resources."""

    name: str
    title: str
    licence: str
    resources: tuple[Resource, ...]


def action(client: Client, portal: CkanPortal, name: str, params: Mapping[str, str | int]) -> Any:
    """Ask for the result of an action.

    Raises
    ------
    NotFoundError
        The portal has no such thing.
    SourceError
        It refuses, whatever the HTTP status of its refusal, or answers something else.
    """
    url = f"{portal.base_url.rstrip('/')}/{name}"

    def check(document: Any) -> None:
        _succeeded(document, url)

    document = get_json(client, url, params=params, key=portal.key, check=check)
    return document["result"]


def package(client: Client, portal: CkanPortal, name: str) -> Package:
    """Read a package with its resources.

    Raises
    ------
    NotFoundError
        There is none; with those of such words.
    SourceError
        The portal does not answer, or with something else.
    """
    try:
        result = action(client, portal, "package_show", {"id": name})
    except NotFoundError as error:
        raise NotFoundError([*error.faults, _near(client, portal, name)]) from None
    entries = result.get("resources") or []
    return Package(
        name=str(result.get("name") or name),
        title=str(result.get("title") or ""),
        licence=str(result.get("license_title") or result.get("license_id") or ""),
        resources=tuple(_resource(entry) for entry in entries),
    )


def resource(client: Client, portal: CkanPortal, identifier: str) -> Resource:
    """Read what the portal says of one resource."""
    return _resource(action(client, portal, "resource_show", {"id": identifier}))


def newest(found: Package, named: str, form: str = "CSV") -> Resource:
    """Give the resource 'name - Month Year' of the latest month.

    Parameters
    ----------
    found : the package.
    named : how its name begins; empty for any name.
    form : its format.

    Raises
    ------
    SourceError
        There is none, with the names there are.
    """
    fitting = [
        (_month_of(entry.name), entry.modified, entry)
        for entry in found.resources
        if entry.name.lower().startswith(named.lower()) and entry.form.upper() == form.upper()
    ]
    if not fitting:
        names = "; ".join(f"{entry.name} ({entry.form})" for entry in found.resources[:20])
        raise SourceError(
            Fault(
                found.name,
                f"no {form} resource called '{named} ...'",
                f"It has: {names or 'none'}.",
            )
        )
    return max(fitting, key=lambda entry: entry[:2])[2]


def rows(
    client: Client,
    portal: CkanPortal,
    identifier: str,
    filters: Mapping[str, Sequence[str]] | None = None,
) -> tuple[dict[str, Any], ...]:
    """Read all rows of a resource from the datastore, page by page.

    Parameters
    ----------
    client, portal, identifier : who asks, where, for which resource.
    filters : column to the values it may have.

    Raises
    ------
    SourceError
        The portal refuses, or hands out fewer rows than it counts.
    """
    found: list[dict[str, Any]] = []
    fixed = (
        {"filters": json.dumps({name: list(any_of) for name, any_of in filters.items()})}
        if filters
        else {}
    )
    while True:
        params: dict[str, str | int] = {
            "resource_id": identifier,
            "limit": PAGE,
            "offset": len(found),
            **fixed,
        }
        result = action(client, portal, "datastore_search", params)
        page = result.get("records") or []
        found += page
        total = result.get("total")
        if not page or not isinstance(total, int) or len(found) >= total:
            break
    if isinstance(total, int) and len(found) < total:
        raise SourceError(
            Fault(
                f"{portal.base_url} resource {identifier}",
                f"counted {total} rows and handed out {len(found)}",
                "It may have changed while it was read: ask again without the cache.",
            )
        )
    return tuple(found)


def download(client: Client, portal: CkanPortal, wanted: Resource) -> Reply:
    """Fetch the file of a resource; the key goes to the portal's own host only.

    Raises
    ------
    SourceError
        It has no address, or cannot be fetched.
    """
    if not wanted.url:
        raise SourceError(Fault(wanted.name, "the resource has no address", "Download it by hand."))
    url = urljoin(portal.base_url, wanted.url)
    if url.startswith("http://") and not is_local(url):
        url = "https://" + url.removeprefix("http://")
    own = urlsplit(url).netloc == urlsplit(portal.base_url).netloc
    return get(client, url, key=portal.key if own else None)


def _succeeded(document: Any, url: str) -> None:
    if not isinstance(document, dict) or "success" not in document:
        raise SourceError(
            Fault(url, "the answer is not CKAN's", "The portal's form may have changed.")
        )
    if document["success"] is True and "result" in document:
        return
    error = document.get("error") or {}
    told = error if isinstance(error, dict) else {"message": str(error)}
    words = str(told.get("message") or told)[:300]
    kind = str(told.get("__type", ""))
    if "Not Found" in kind:
        raise NotFoundError(Fault(url, f"the portal has no such thing: {words}", "Search it."))
    raise SourceError(
        Fault(url, f"the portal refused: {kind or 'error'}: {words}", "Read what it says.")
    )


def _resource(entry: Mapping[str, Any]) -> Resource:
    return Resource(
        identifier=str(entry.get("id") or ""),
        name=str(entry.get("name") or ""),
        form=str(entry.get("format") or ""),
        url=str(entry.get("url") or ""),
        modified=str(entry.get("last_modified") or entry.get("created") or ""),
        table=bool(entry.get("datastore_active", False)),
    )


def month_name(name: str) -> str:
    """Write the month that a resource is called by as 2026-03; empty where it names none."""
    year, month = _month_of(name)
    return f"{year}-{month:02d}" if year else ""


def _month_of(name: str) -> tuple[int, int]:
    found = re.search(r"\b([a-z]{3,9})[\s_-]+(20\d{2})\b", name.lower())
    if found is None:
        return (0, 0)
    starts = [word[:3] for word in _MONTHS.split()]
    short = found.group(1)[:3]
    return (int(found.group(2)), starts.index(short) + 1) if short in starts else (0, 0)


def _near(client: Client, portal: CkanPortal, name: str) -> Fault:
    words = " ".join(re.findall(r"[a-z]{3,}", name.lower()))
    try:
        result = action(client, portal, "package_search", {"q": words, "rows": _NEAR})
    except SourceError as error:
        return Fault(
            portal.base_url, "its catalogue cannot be searched either", error.faults[0].problem
        )
    entries = result.get("results") or []
    shown = "; ".join(f"{entry.get('name')} ({entry.get('title')})" for entry in entries)
    return Fault(
        portal.base_url,
        f"its catalogue has {len(entries)} packages of such words",
        f"Perhaps one of: {shown}." if shown else "Look for it on the portal's page.",
        value=name,
    )
