"""OpenStreetMap through OSMnx: boundary of a place, everything on a box, street graph.

One path for kinds: OSMnx asks Overpass for everything the readers look at (its `cache_only_mode`
downloads and stops there), and what came is written as a PBF file, nodes, ways and relations as
they are. The same reader as for any extract then says what is a pool, a substation or a home.
OSMnx's own tables of features would want a second set of rules for that, and its graph loses what
is tagged on nodes.

Shapes [S, source of OSMnx 2.1.1]: POST /interpreter with `data` gives {"osm3s", "elements": [...]};
GET /search gives a list with `geojson`, `boundingbox`, `display_name`, `importance`.

An area that encloses the whole box without a corner in it or an edge through it does not come: so
Overpass reads a polygon [K]. For a protected area as large as that ask an authority.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import osmium
import shapely

from siteselect.contracts import Provenance
from siteselect.errors import Fault, SourceError
from siteselect.portals.client import Client
from siteselect.portals.fetched import FetchedFile
from siteselect.portals.osmnx_session import OpenStreetMap, ask, replies
from siteselect.portals.providers import catalogue, providers

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LAYERS = (
    *("roads", "heat_sinks", "noise_receptors", "noise_screens", "fibre_nodes", "fibre_routes"),
    *("supply_points", "utilities", "constraints", "basemap"),
)
"""Layers that the file feeds, as the reader of extracts does."""
NATIONS = ("England", "Scotland", "Wales", "Northern Ireland")
PUBLIC = OpenStreetMap()
"""The public servers of the catalogue."""
_STEP = 0.05
"""Corners along the box [degree], so that it keeps its shape when OSMnx projects it."""
_TENTH_METRE = 1e6
"""Steps of a coordinate in one degree."""
_ORDER = ("node", "way", "relation")


@dataclass(frozen=True, slots=True)
class Boundary:
    """The outline of a place in EPSG:4326; country in English, and the nation where it is British.

    Both are empty where the name of the place does not end with them.
    """

    area: BaseGeometry
    title: str
    country: str
    nation: str
    provenance: Provenance


def fetch_boundary(client: Client, place: str, *, service: OpenStreetMap = PUBLIC) -> Boundary:
    """Find a place by name and fetch its outline.

    Raises
    ------
    SourceError
        Nominatim knows no such place or has no outline of it; or the service failed.
    """
    if not place.strip():
        raise SourceError(Fault("Nominatim", "no place is named", "Name one: town, country."))

    def work(_: Path) -> Any:
        import osmnx  # noqa: PLC0415 - takes seconds, which nobody else need wait for

        try:
            return osmnx.geocode_to_gdf(place)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise _not_found(place, error) from None

    frame = ask(client, service, {"place": place}, work)
    row = frame.iloc[0]
    title = str(row.get("display_name") or place)
    parts = [part.strip() for part in title.split(",")]
    area: BaseGeometry = shapely.make_valid(row.geometry)
    osm_id = f"{row.get('osm_type', '')} {row.get('osm_id', '')}".strip()
    return Boundary(
        area=area,
        title=title,
        country=parts[-1] if len(parts) > 1 else "",
        nation=next((part for part in reversed(parts) if part in NATIONS), ""),
        provenance=providers()["nominatim"].certificate(
            "", note=f"Found as {title}" + (f", {osm_id}." if osm_id else ".")
        ),
    )


def fetch_map(
    client: Client,
    area: BaseGeometry,
    to: Path,
    *,
    service: OpenStreetMap = PUBLIC,
    tags: Mapping[str, bool | Sequence[str]] | None = None,
) -> FetchedFile:
    """Fetch all that the readers of OpenStreetMap look at on the bounding box of an area.

    Parameters
    ----------
    client : how to ask; its cache keeps every reply, so that a broken-off call goes on.
    area : place of interest, in EPSG:4326.
    to : PBF file to write; its header says the box and the day of the map.
    service : whom to ask.
    tags : keys, each with its values or true for all; those of the catalogue when left out.

    Raises
    ------
    SourceError
        Overpass refused, stayed busy or answered in part; or nothing is mapped there.
    """
    wanted = {
        key: values if isinstance(values, bool) else list(values)
        for key, values in (tags or catalogue()["openstreetmap"]["tags"]).items()
    }
    box = _box(area)

    def work(folder: Path) -> list[dict[str, Any]]:
        import osmnx  # noqa: PLC0415 - as above
        from osmnx._errors import CacheOnlyInterruptError  # noqa: PLC0415 - as above

        osmnx.settings.cache_only_mode = True
        try:
            osmnx.features_from_polygon(_asked(box), wanted)
        except CacheOnlyInterruptError:
            return replies(folder)
        raise AssertionError  # so it ends in that mode

    question = {"box": box.bounds, "tags": wanted}
    documents = ask(client, service, question, work)
    found = _elements(documents)
    if not found:
        raise SourceError(
            Fault("Overpass", "nothing is mapped in this area", "Check the place, or widen it.")
        )
    day = min(str(each.get("osm3s", {}).get("timestamp_osm_base", "")) for each in documents)
    try:
        _write(to, found, box, day)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise SourceError(
            Fault("Overpass", f"objects that are not whole: {error}", "Ask again later.")
        ) from None
    return FetchedFile(
        path=to,
        layers=LAYERS,
        covered=box,
        provenance=providers()["overpass"].certificate(
            day[:10], note="What mappers drew. What is not drawn may be there all the same."
        ),
    )


def fetch_street_graph(
    client: Client, area: BaseGeometry, to: Path, *, service: OpenStreetMap = PUBLIC
) -> FetchedFile:
    """Fetch the streets and paths of an area as a graph of OSMnx, saved as GraphML.

    For those who work with OSMnx; a study does as well with the streets of `fetch_map`.

    Parameters
    ----------
    client, area, service : as in `fetch_map`; here the outline is asked for, not its box.
    to : GraphML file to write.

    Raises
    ------
    SourceError
        As `fetch_map`; or no street is mapped there.
    """

    def work(_: Path) -> str:
        import osmnx  # noqa: PLC0415 - as above
        from osmnx._errors import InsufficientResponseError  # noqa: PLC0415 - as above

        try:
            graph = osmnx.graph_from_polygon(
                area, network_type="all", retain_all=True, truncate_by_edge=True
            )
        except (InsufficientResponseError, ValueError) as error:
            raise SourceError(
                Fault("Overpass", f"no streets: {error}", "Check the place, or widen it.")
            ) from None
        osmnx.save_graphml(graph, filepath=to)
        return ""

    ask(client, service, {"streets": area.wkt}, work)
    return FetchedFile(
        path=to,
        layers=("roads",),
        covered=area,
        provenance=providers()["overpass"].certificate("", note="A street graph of OSMnx."),
    )


def _box(area: BaseGeometry) -> BaseGeometry:
    """Give the bounding box with edges of six decimals, none of them inside the area."""
    west, south, east, north = area.bounds
    return shapely.box(_down(west), _down(south), -_down(-east), -_down(-north))


def _down(edge: float) -> float:
    return math.floor(edge * _TENTH_METRE) / _TENTH_METRE


def _asked(box: BaseGeometry) -> BaseGeometry:
    """Ask for a little more than the box, whose edges bend when they are projected."""
    return shapely.segmentize(box.buffer(1e-4, join_style="mitre"), _STEP)


def _elements(documents: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Put the parts together: each object once, nodes first, by number, as a PBF wants them."""
    found: dict[tuple[int, int], Mapping[str, Any]] = {}
    for document in documents:
        for element in document.get("elements") or ():
            if element.get("type") in _ORDER and isinstance(element.get("id"), int):
                found[_ORDER.index(element["type"]), element["id"]] = element
    return [found[key] for key in sorted(found)]


def _write(path: Path, elements: Sequence[Mapping[str, Any]], box: BaseGeometry, day: str) -> None:
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(*box.bounds))
    if day:
        header.set("osmosis_replication_timestamp", day)
    target = osmium.io.File(str(path), "pbf")
    with osmium.SimpleWriter(target, header=header, overwrite=True) as writer:
        for element in elements:
            about = {"id": element["id"], "version": 1, "tags": dict(element.get("tags") or {})}
            if element["type"] == "node":
                place = (float(element["lon"]), float(element["lat"]))
                writer.add_node(osmium.osm.mutable.Node(location=place, **about))
            elif element["type"] == "way":
                nodes = list(element.get("nodes") or ())
                writer.add_way(osmium.osm.mutable.Way(nodes=nodes, **about))
            else:
                members = [
                    (member["type"][0], member["ref"], str(member.get("role") or ""))
                    for member in element.get("members") or ()
                ]
                writer.add_relation(osmium.osm.mutable.Relation(members=members, **about))


def _not_found(place: str, error: Exception) -> SourceError:
    no_outline = isinstance(error, TypeError)
    return SourceError(
        Fault(
            "Nominatim",
            "the place has no outline" if no_outline else "no such place",
            "Name a larger place, or give a box or a point with a radius."
            if no_outline
            else "Check the spelling, add the country, or give a box (west, south, east, north).",
            value=place,
        )
    )
