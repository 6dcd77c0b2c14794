"""Ask an operator's portal for the rows of a data set, whichever kind of portal it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siteselect.errors import Fault, SourceError
from siteselect.operators import csv_text
from siteselect.operators.directory import DataSet, Portal
from siteselect.portals import ckan, opendatasoft
from siteselect.portals.ckan import CkanPortal
from siteselect.portals.opendatasoft import OdsPortal
from siteselect.portals.web import Client, Key, NotFoundError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Got:
    """Rows as published, and their birth: data set, licence, date, page."""

    rows: Sequence[dict[str, Any]] | pd.DataFrame
    identifier: str
    licence: str
    date: str
    url: str
    reason: str = ""


def key_of(portal: Portal) -> Key | None:
    """Say where a portal's key is found; None where it needs none."""
    if not portal.key_variable:
        return None
    return Key(portal.key_variable, portal.key_header, portal.key_prefix)


def rows_of(client: Client, portal: Portal, entry: DataSet, scenario: str = "") -> Got:
    """Fetch the rows of a data set.

    Parameters
    ----------
    client : how to ask.
    portal : the portal, its address perhaps replaced.
    entry : the data set.
    scenario : scenario wanted of a long table, so that the portal sends no others.

    Raises
    ------
    NotFoundError
        The portal has no such data set; with those whose names are near.
    SourceError
        It refuses or fails, or has no such scenario.
    """
    if portal.api == "opendatasoft":
        return _from_opendatasoft(client, portal, entry, scenario)
    return _from_ckan(client, portal, entry)


def _from_opendatasoft(client: Client, portal: Portal, entry: DataSet, scenario: str) -> Got:
    ods = OdsPortal(portal.base_url, key_of(portal))
    about = opendatasoft.metadata(client, ods, entry.identifier)
    clauses = [
        "(" + " or ".join(opendatasoft.equals(field, value) for value in any_of) + ")"
        for field, any_of in entry.filters
        if about.fields.get(field) == "text"
    ]
    by_scenario = bool(scenario) and about.fields.get(entry.scenario_field) == "text"
    if by_scenario:
        clauses.append(opendatasoft.equals(entry.scenario_field, scenario))
    found = opendatasoft.records(client, ods, entry.identifier, where=" and ".join(clauses))
    if not found.rows and by_scenario:
        there = opendatasoft.values(client, ods, entry.identifier, entry.scenario_field)
        raise SourceError(
            Fault(
                ods.url(f"/{entry.identifier}"),
                "no rows of the scenario",
                f"State one of: {', '.join(there) or 'none'}.",
                column=entry.scenario_field,
                value=scenario,
            )
        )
    page = f"{portal.base_url.rstrip('/')}/explore/dataset/{entry.identifier}/"
    return Got(found.rows, entry.identifier, about.licence, about.modified[:10], page, found.reason)


def _from_ckan(client: Client, portal: Portal, entry: DataSet) -> Got:
    site = CkanPortal(portal.base_url, key_of(portal))
    pack = ckan.package(client, site, entry.identifier)
    by_identifier = {found.identifier: found for found in pack.resources}
    chosen = by_identifier.get(entry.resource) or ckan.newest(pack, entry.newest)
    date = ckan.month_name(chosen.name) or chosen.modified[:10]
    page = chosen.url or f"{portal.base_url} {entry.identifier}"
    if entry.table or not chosen.url:
        try:
            rows = ckan.rows(client, site, chosen.identifier, dict(entry.filters))
        except NotFoundError:
            if not chosen.url:
                raise
        else:
            reason = "" if rows else f"the portal says that {chosen.name} has no rows"
            return Got(rows, entry.identifier, pack.licence, date, page, reason)
    body = ckan.download(client, site, chosen).body
    return Got(csv_text.read(body, page), entry.identifier, pack.licence, date, page)
