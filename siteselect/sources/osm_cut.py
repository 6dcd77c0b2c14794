"""Cut a part out of a large OpenStreetMap file, so that a study need not carry a country."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import osmium

from siteselect.errors import Fault, SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from siteselect.geo import Bounds

_DRAWN_RELATIONS = frozenset({"multipolygon"})
_DRAWN_BOUNDARIES = frozenset({"protected_area", "national_park"})
_COUNTRY_KEYS = ("ISO3166-1", "ISO3166-1:alpha2", "ISO3166-2", "ref:gss")


def cut(path: Path, bounds: Bounds, to: Path) -> None:
    """Write what touches a box into a new PBF whose header says that it covers the box.

    Ways are kept whole with all their nodes, and areas with all their parts, so that nothing is
    drawn cut through. Boundaries of administrative areas are not kept.

    Parameters
    ----------
    path : file that OpenStreetMap tools read (.osm.pbf, .osm, .osm.bz2).
    bounds : west, south, east and north [degrees].
    to : file to write; one that is there is replaced.

    Raises
    ------
    SourceError
        The file cannot be read, or holds the history of objects.
    """
    try:
        kept = _touching(path, bounds)
        west, south, east, north = bounds
        header = osmium.io.Header()
        header.add_box(osmium.osm.Box(west, south, east, north))
        writer = osmium.SimpleWriter(osmium.io.File(str(to), "pbf"), header=header, overwrite=True)
        with writer:
            for item in osmium.FileProcessor(str(path)).with_filter(kept.id_filter()):
                writer.add(item)
    except RuntimeError as error:
        raise SourceError(_unreadable(path, error)) from None


def covered(path: Path) -> Bounds | None:
    """Give the box that the file's header states [degrees]; None where it states none.

    Raises
    ------
    SourceError
        The file cannot be read.
    """
    box = _header(path).box()
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return (low.lon, low.lat, high.lon, high.lat)


def as_of(path: Path) -> str:
    """Give the day the header says the file was made from the map; empty where it does not.

    Raises
    ------
    SourceError
        The file cannot be read.
    """
    header = _header(path)
    stamp = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    return str(stamp)[:10]


def country_codes(path: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Collect what the administrative areas of a file say of the country they lie in.

    Returns
    -------
    tuple
        Countries by their ISO 3166-1 code; and first letters of British statistical codes
        (`ref:gss`): E England, W Wales, S Scotland, N Northern Ireland.

    Raises
    ------
    SourceError
        The file cannot be read.
    """
    countries: set[str] = set()
    nations: set[str] = set()
    try:
        relations = osmium.FileProcessor(str(path), osmium.osm.RELATION)
        for item in relations.with_filter(osmium.filter.KeyFilter(*_COUNTRY_KEYS)):
            for key in _COUNTRY_KEYS[:3]:
                code = item.tags.get(key, "")[:2].upper()
                countries |= {code} if code.isalpha() and len(code) == len("GB") else set()
            nations |= set(item.tags.get("ref:gss", "")[:1].upper()) & set("EWSN")
    except RuntimeError as error:
        raise SourceError(_unreadable(path, error)) from None
    return frozenset(countries), frozenset(nations)


def _touching(path: Path, bounds: Bounds) -> Any:
    """Find the nodes in the box, the ways through them, and the areas that these make."""
    west, south, east, north = bounds
    kept = osmium.IdTracker()
    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE)
    if nodes.header.has_multiple_object_versions:
        raise SourceError(
            Fault(
                str(path),
                "it holds the history of objects, not their latest state",
                "Take a plain extract.",
            )
        )
    for node in nodes:
        if west <= node.lon <= east and south <= node.lat <= north:
            kept.add_node(node.id)
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(kept.contains_filter()):
        kept.add_way(way.id)
    relations = osmium.FileProcessor(str(path), osmium.osm.RELATION)
    for relation in relations.with_filter(kept.contains_filter()):
        if (
            relation.tags.get("type") in _DRAWN_RELATIONS
            or relation.tags.get("boundary") in _DRAWN_BOUNDARIES
        ):
            kept.add_relation(relation.id)
    kept.complete_backward_references(str(path), relation_depth=1)
    return kept


def _header(path: Path) -> Any:
    try:
        with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
            return reader.header()
    except RuntimeError as error:
        raise SourceError(_unreadable(path, error)) from None


def _unreadable(path: Path, error: RuntimeError) -> Fault:
    return Fault(
        str(path),
        f"not a whole OpenStreetMap file ({error})",
        "Give a plain extract as .osm.pbf or .osm; download it again if it is damaged.",
    )
