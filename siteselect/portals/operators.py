"""Supply points and the areas they feed, from the portals of the network operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from siteselect.contracts import Notice, Provenance
from siteselect.errors import Fault, SiteselectError, SourceError
from siteselect.operators.directory import Portal, operators, usual_scenario
from siteselect.operators.registry import normalise
from siteselect.operators.table import Choice, Normalised
from siteselect.portals.fetched import Fetched, Rejection, rejections
from siteselect.portals.operator_rows import Got, rows_of
from siteselect.portals.web import NotFoundError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from siteselect.portals.web import Client

POINTS, AREAS = "supply_points", "supply_areas"


def fetch_supply(
    client: Client,
    operator: str,
    *,
    area: BaseGeometry | None = None,
    choice: Choice | None = None,
    url: str = "",
) -> tuple[Fetched, ...]:
    """Fetch what an operator publishes of its substations.

    Absence of a substation means nothing in either layer: `covered` is None.

    Parameters
    ----------
    client : how to ask.
    operator : short name: ukpn, npg, ssen, nged, enwl or spen.
    area : place of interest, in EPSG:4326; what lies apart from it is left out. None keeps all.
    choice : scenario and year of long tables; year of the study, to be of use.
    url : another address of the portal.

    Returns
    -------
    tuple
        Layers supply_points and, where the operator publishes areas, supply_areas.

    Raises
    ------
    SourceError
        There is no such operator, or its portal refuses, fails or has no rows: why, and what to do.
    InputError
        The rows are not of the operator's published forms.
    """
    portal = _portal(operator, url)
    chosen = choice or Choice()
    scenario = chosen.scenario or usual_scenario(operator)
    places, notices = _places(client, portal)
    parts: list[tuple[Normalised, Got]] = []
    for got in _headroom(client, portal, scenario, notices):
        dated = replace(chosen, source_date=chosen.source_date or got.date)
        parts.append((normalise(operator, got.rows, dated, places or None), got))
    return _layers(portal, parts, notices, area)


def _portal(operator: str, url: str) -> Portal:
    if operator not in operators():
        raise SourceError(
            Fault(
                "operators",
                "no such network operator",
                f"Choose from: {', '.join(sorted(operators()))}.",
                value=operator,
            )
        )
    portal = operators()[operator]
    return replace(portal, base_url=url) if url else portal


def _headroom(client: Client, portal: Portal, scenario: str, notices: list[Notice]) -> list[Got]:
    """Fetch the data sets of headroom; a fallback only where all before it are gone."""
    found: list[Got] = []
    faults: list[Fault] = []
    gone = False
    for entry in portal.data_set("headroom"):
        if entry.fallback and not (gone and not found):
            continue
        try:
            got = rows_of(client, portal, entry, scenario)
        except SiteselectError as error:
            gone = gone or isinstance(error, NotFoundError)
            faults += error.faults
            continue
        if got.reason:
            faults.append(Fault(portal.title, got.reason, "Look at the portal's page."))
        else:
            found.append(got)
    if not found:
        raise SourceError(faults)
    notices += [Notice("not fetched", str(fault)) for fault in faults]
    return found


def _places(client: Client, portal: Portal) -> tuple[list[dict[str, Any]], list[Notice]]:
    """Fetch areas by name; headroom is of use without them, so that a fault is only told."""
    rows: list[dict[str, Any]] = []
    notices: list[Notice] = []
    for entry in portal.data_set("areas"):
        try:
            got = rows_of(client, portal, entry)
        except SiteselectError as error:
            notices += [Notice("areas not fetched", str(fault)) for fault in error.faults]
            continue
        frame = got.rows
        records = frame.to_dict("records") if isinstance(frame, pd.DataFrame) else frame
        rows += [{str(name): cell for name, cell in row.items()} for row in records]
        if got.reason:
            notices.append(Notice("areas not fetched", got.reason))
    return rows, notices


def _layers(
    portal: Portal,
    parts: Sequence[tuple[Normalised, Got]],
    notices: Sequence[Notice],
    area: BaseGeometry | None,
) -> tuple[Fetched, ...]:
    born = _certificate(portal, [got for _, got in parts])
    told = [*notices, *(notice for part, _ in parts for notice in part.notices)]
    terms = Notice("terms of use", f"{portal.title}: {born.licence}. {born.url}")
    left = [
        Rejection(str(row["supply_id"]), str(row["reason"]), str(row["name"]))
        for part, _ in parts
        for row in part.rejected.to_dict("records")
    ]
    points, twice = _joined([part.frame for part, _ in parts], area)
    areas, _ = _joined([part.areas for part, _ in parts], area)
    left += [Rejection(name, "the identifier stands in two data sets") for name in twice]
    fetched = Fetched(points, POINTS, None, (), born, (terms, *told), rejections(left))
    if areas.empty:
        return (fetched,)
    return fetched, Fetched(areas, AREAS, None, (), born, (terms,))


def _joined(
    frames: Sequence[gpd.GeoDataFrame], area: BaseGeometry | None
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Join the frames of all data sets; of a repeated identifier, the first row is kept."""
    full = [frame for frame in frames if not frame.empty] or list(frames[:1])
    joined = gpd.GeoDataFrame(pd.concat(full, ignore_index=True), crs="EPSG:4326")
    identifier = joined.columns[0]
    again = joined[identifier].duplicated()
    twice = [str(name) for name in joined.loc[again, identifier]]
    joined = joined[~again]
    if area is not None and not joined.empty:
        joined = joined[joined.geometry.intersects(area)]
    return joined.reset_index(drop=True), twice


def _certificate(portal: Portal, got: Sequence[Got]) -> Provenance:
    licences = sorted({part.licence for part in got} - {""})
    return Provenance(
        source=f"{portal.title}, {', '.join(part.identifier for part in got)}",
        date=max((part.date for part in got), default="") or "not stated by the portal",
        licence="; ".join(licences) or portal.licence,
        basis="published",
        attribution=portal.attribution,
        url=got[0].url,
        note=portal.note,
    )
