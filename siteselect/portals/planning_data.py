"""Planning constraints of England, from planning.data.gov.uk.

Shape [S, source of the service: digital-land/digital-land.info]: GET /entity.json with `dataset`
(repeatable), `geometry` (WKT, EPSG:4326), `geometry_relation`, `period`, `limit` (1 to 500) and
`offset` gives {"entities": [...], "links": {...}, "count": n}, ordered by entity. Every null is an
empty string. An entity has `geometry` or `point`, both WKT. Pages are asked for by offset: the
links repeat the query without escaping it.

The service leaves entities whose stored geometry is broken out of every answer that asks for a
place, without a word [S]. Its pages say that a missing result is no proof of absence; the data
sets that one publisher keeps for the whole of England are taken as complete there [J].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import shapely

from siteselect.contracts import Notice
from siteselect.errors import Fault, SourceError
from siteselect.layers.constraints import LAYER
from siteselect.portals.client import Client
from siteselect.portals.fetched import (
    Fetched,
    Rejection,
    about_rows,
    covered_without,
    layer_frame,
    rejections,
    usable,
)
from siteselect.portals.providers import catalogue, providers
from siteselect.portals.web import get_json

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

PAGE = 500
"""Entities a page; the service takes no more [S]."""
AUTHORITIES = "local-planning-authority"
"""Data set whose areas together are England [K]."""
TAKEN = ("point", "line", "polygon")
_BROKEN_OFF = "The service changed while it was asked: ask again."


@dataclass(frozen=True, slots=True)
class Read:
    """Entities with a usable shape, those without, and how many shapes were repaired."""

    entities: tuple[Mapping[str, Any], ...]
    shapes: tuple[BaseGeometry, ...]
    rejected: tuple[Rejection, ...]
    repaired: int

    @property
    def newest(self) -> str:
        """Give the latest day on which an entity was entered; empty where none says."""
        return max((str(each.get("entry-date") or "") for each in self.entities), default="")


def fetch_national_constraints(
    client: Client,
    area: BaseGeometry,
    *,
    england: BaseGeometry | None = None,
    datasets: Sequence[str] | None = None,
    url: str = "",
    today: date | None = None,
) -> Fetched:
    """Fetch the constraints that one publisher keeps for all of England.

    Parameters
    ----------
    client : how to ask.
    area : place of interest, in EPSG:4326; its bounding box is asked for.
    england : area of `fetch_england`; without it nothing is said to be covered.
    datasets : some of the catalogue's national data sets; all when left out.
    url : another address of the service.
    today : day on which an entity must not have ended.

    Raises
    ------
    SourceError
        The service failed, or has no such data set.
    """
    chosen = _chosen(datasets, national=True)
    covered = None if england is None else _common(area, england)
    return _fetched(client, area, chosen, covered, url, today)


def fetch_local_constraints(
    client: Client,
    area: BaseGeometry,
    *,
    datasets: Sequence[str] | None = None,
    url: str = "",
    today: date | None = None,
) -> Fetched:
    """Fetch the constraints that come authority by authority: what is absent is not known.

    See `fetch_national_constraints`.
    """
    return _fetched(client, area, _chosen(datasets, national=False), None, url, today)


def fetch_england(client: Client, area: BaseGeometry, *, url: str = "") -> BaseGeometry | None:
    """Fetch the part of an area's bounding box that lies in England; None where none does.

    It is the union of the areas of the local planning authorities, so that an authority that did
    not come is not taken as covered.

    Raises
    ------
    SourceError
        The service failed.
    """
    read = entities(client, area, (AUTHORITIES,), ("polygon",), url=url)
    if not read.shapes:
        return None
    return _common(shapely.box(*area.bounds), shapely.union_all(list(read.shapes)))


def entities(
    client: Client,
    area: BaseGeometry,
    datasets: Sequence[str],
    wanted: tuple[str, ...],
    *,
    url: str = "",
    today: date | None = None,
) -> Read:
    """Fetch all entities of some data sets that meet the bounding box of an area.

    Parameters
    ----------
    client, area, url, today : as in `fetch_national_constraints`.
    datasets : names of data sets.
    wanted : dimensions that the layer takes, of point, line and polygon.

    Raises
    ------
    SourceError
        The service failed, has no such data set, or its pages do not add up.
    """
    now = (date.today() if today is None else today).isoformat()  # noqa: DTZ011 - a local calendar day
    found: list[Mapping[str, Any]] = []
    shapes: list[BaseGeometry] = []
    rejected: list[Rejection] = []
    repaired = 0
    for entity in _pages(client, area, datasets, url):
        name = f"{entity.get('dataset')}-{entity.get('entity')}"
        end = str(entity.get("end-date") or "")
        if end and end <= now:
            continue  # what has ended protects nothing any more
        shape, reason = _shape(entity)
        shaped = usable(shape, wanted)
        if shaped.shape is None:
            written = str(entity.get("geometry") or entity.get("point") or "")
            rejected.append(Rejection(name, reason or shaped.reason, written[:80], shape))
            continue
        found.append(entity)
        shapes.append(shaped.shape)
        repaired += shaped.repaired
    return Read(tuple(found), tuple(shapes), tuple(rejected), repaired)


def _pages(
    client: Client, area: BaseGeometry, datasets: Sequence[str], url: str
) -> list[Mapping[str, Any]]:
    provider = providers()["planning_data"]
    address = f"{url or provider.url}/entity.json"
    found: dict[str, Mapping[str, Any]] = {}
    offset, count = 0, 1
    while offset < count:
        document = get_json(
            provider.polite(client),
            address,
            params=[
                *(("dataset", name) for name in datasets),
                ("geometry", shapely.to_wkt(shapely.box(*area.bounds), rounding_precision=6)),
                ("geometry_relation", "intersects"),
                ("period", "current"),
                ("limit", PAGE),
                ("offset", offset),
            ],
            check=_check,
        )
        count = int(document["count"])
        page = document["entities"]
        if not page and offset < count:
            raise SourceError(
                Fault(address, f"page at {offset} of {count} entities is empty", _BROKEN_OFF)
            )
        found |= {str(entity.get("entity")): entity for entity in page}
        offset += PAGE
    if len(found) < count:
        raise SourceError(Fault(address, f"gave {len(found)} of {count} entities", _BROKEN_OFF))
    return list(found.values())


def _check(document: Any) -> None:
    whole = (
        isinstance(document, dict)
        and isinstance(document.get("entities"), list)
        and all(isinstance(entity, dict) for entity in document["entities"])
        and str(document.get("count", "")).isdigit()
    )
    if not whole:
        raise SourceError(
            Fault(
                "planning.data.gov.uk",
                "an answer without entities and their count",
                "The service may have changed its shape: tell the makers of siteselect.",
                value=str(document)[:80],
            )
        )


def _shape(entity: Mapping[str, Any]) -> tuple[BaseGeometry | None, str]:
    """Read the geometry, or the point where there is none."""
    written = str(entity.get("geometry") or entity.get("point") or "").strip()
    if not written:
        return None, "no geometry"
    try:
        return shapely.from_wkt(written), ""
    except shapely.errors.ShapelyError:
        return None, "a geometry that is no well-known text"


def _chosen(names: Sequence[str] | None, *, national: bool) -> dict[str, str]:
    """Give the kind of each data set that is asked for."""
    known = catalogue()["planning_datasets"]
    fitting = {
        name: entry["kind"] for name, entry in known.items() if entry["national"] is national
    }
    if names is None:
        return fitting
    unknown = sorted(set(names) - set(fitting))
    if unknown:
        raise SourceError(
            Fault(
                "planning.data.gov.uk",
                "not one of the catalogue's data sets of this reach",
                f"Choose from: {', '.join(fitting)}.",
                value=name,
            )
            for name in unknown
        )
    return {name: fitting[name] for name in names}


def _fetched(
    client: Client,
    area: BaseGeometry,
    chosen: Mapping[str, str],
    covered: BaseGeometry | None,
    url: str,
    today: date | None,
) -> Fetched:
    read = entities(client, area, tuple(chosen), TAKEN, url=url, today=today)
    rows = [
        {
            "constraint_id": f"planning-{entity.get('entity')}",
            "name": str(entity.get("name") or ""),
            "kind": chosen[str(entity["dataset"])],
            "grade": str(entity.get("listed-building-grade") or ""),
            "reference": str(entity.get("reference") or ""),
        }
        for entity in read.entities
    ]
    left = covered_without(covered, read.rejected)
    kinds = tuple(dict.fromkeys(chosen.values())) if left is not None else ()
    reach = "England as a whole" if covered is not None else "where an authority published"
    return Fetched(
        frame=layer_frame(LAYER, rows, read.shapes),
        layer=LAYER.name,
        covered=left,
        kinds=kinds,
        provenance=providers()["planning_data"].certificate(
            read.newest, note=f"Data sets {', '.join(chosen)}; {reach}."
        ),
        notices=(
            *about_rows("Planning data", read.repaired, read.rejected),
            *(() if kinds else (_uncovered(chosen),)),
        ),
        rejected=rejections(read.rejected),
    )


def _uncovered(chosen: Mapping[str, str]) -> Notice:
    return Notice(
        "absence proves nothing",
        f"Planning data: where none of {', '.join(sorted(set(chosen.values())))} was found, there "
        "may be some all the same.",
    )


def _common(area: BaseGeometry, other: BaseGeometry) -> BaseGeometry | None:
    part = shapely.intersection(area, other)
    polygons = [each for each in shapely.get_parts(part) if each.geom_type == "Polygon"]
    return shapely.union_all(polygons) if polygons else None
