"""An OpenStreetMap file in PBF, read through libosmium: places, ways, extent and date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import osmium
import shapely

from siteselect.errors import Fault, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    Accept = Callable[[Mapping[str, str]], bool]


_AREA_RELATIONS = frozenset({"multipolygon", "boundary"})


@dataclass(frozen=True, slots=True)
class Place:
    """A tagged point, line or area, in EPSG:4326; not whole where the file holds a part of it."""

    osm_id: str
    tags: Mapping[str, str]
    shape: BaseGeometry
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Way:
    """A tagged way with its nodes: their numbers and their longitudes and latitudes.

    A node whose place is not in the file stands with no position.
    """

    number: int
    tags: Mapping[str, str]
    nodes: tuple[int, ...]
    positions: tuple[tuple[float, float] | None, ...]


def places(path: Path, keys: tuple[str, ...], accept: Accept) -> tuple[list[Place], list[str]]:
    """Read everything that has one of the keys and whose tags are accepted.

    A closed way is an area unless tagged `area=no`; a multipolygon relation is one too. An area
    whose corners lie partly outside the file is drawn by the corners that are there.

    Returns
    -------
    tuple
        The places in the order of kind and number; and the identifiers of what cannot be drawn,
        because it is broken or lacks members that lie outside the file.

    Raises
    ------
    SourceError
        The file is absent, empty, cut short or no PBF.
    """
    factory = osmium.geom.WKBFactory()
    found: dict[tuple[str, int], Place] = {}
    promised: set[tuple[str, int]] = set()
    for item in _items(path, keys, areas=True):
        tags = {tag.k: tag.v for tag in item.tags}
        if not accept(tags) or (item.is_relation() and tags.get("type") not in _AREA_RELATIONS):
            continue
        kind, number = _identity(item)
        promised.add((kind, number))
        whole = not item.is_way() or all(node.location.valid() for node in item.nodes)
        is_ring = item.is_way() and item.is_closed() and tags.get("area") != "no"
        if item.is_relation() or (is_ring and whole):
            continue  # it comes again as an area
        shape = _rest_of_ring(item) if is_ring else _shape(item, factory)
        if shape is not None:
            found[kind, number] = Place(f"osm-{kind}-{number}", tags, shape, whole)
    lost = sorted(promised - set(found))
    return [found[key] for key in sorted(found)], [f"osm-{kind}-{number}" for kind, number in lost]


def ways(path: Path, key: str, accept: Accept) -> list[Way]:
    """Read the ways that have the key and whose tags are accepted, with all their nodes.

    Raises
    ------
    SourceError
        The file is absent, empty, cut short or no PBF; or it has such ways and places none of
        their nodes, as in a file that is not sorted.
    """
    found = []
    for item in _items(path, (key,), areas=False):
        tags = {tag.k: tag.v for tag in item.tags}
        if item.is_way() and accept(tags):
            found.append(
                Way(
                    number=item.id,
                    tags=tags,
                    nodes=tuple(node.ref for node in item.nodes),
                    positions=tuple(
                        (node.lon, node.lat) if node.location.valid() else None
                        for node in item.nodes
                    ),
                )
            )
    if found and not any(position for way in found for position in way.positions):
        raise SourceError(
            Fault(
                str(path),
                "its ways refer to nodes that it does not hold",
                "Cut the extract with complete ways and sort it (`osmium sort`).",
            )
        )
    return sorted(found, key=lambda way: way.number)


def extent(path: Path) -> BaseGeometry | None:
    """Give the box that the file says it covers, in EPSG:4326; None where it does not say.

    Raises
    ------
    SourceError
        The file is absent, empty or no PBF.
    """
    _check(path)
    try:
        with osmium.io.Reader(_file(path), osmium.osm.NOTHING) as reader:
            box = reader.header().box()
    except RuntimeError as error:
        raise SourceError(_unreadable(path, error)) from None
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    extent: BaseGeometry = shapely.box(low.lon, low.lat, high.lon, high.lat)
    return extent


def newest(path: Path) -> datetime | None:
    """Find when the youngest object of the file was edited; None where no object says.

    Raises
    ------
    SourceError
        The file is absent, empty, cut short or no PBF.
    """
    _check(path)
    try:
        # Files without metadata carry the start of the epoch, which is no date.
        stamps = (item.timestamp for item in osmium.FileProcessor(_file(path)))
        latest = max((stamp for stamp in stamps if stamp.timestamp() > 0), default=None)
    except RuntimeError as error:
        raise SourceError(_unreadable(path, error)) from None
    return latest


def _items(path: Path, keys: tuple[str, ...], *, areas: bool) -> Iterator[Any]:
    _check(path)
    wanted = osmium.filter.KeyFilter(*keys)
    processor = osmium.FileProcessor(_file(path)).with_locations()
    if areas:
        processor = processor.with_areas(wanted)
    try:
        if processor.header.has_multiple_object_versions:
            raise SourceError(_history(path))
        yield from processor.with_filter(wanted)
    except RuntimeError as error:
        raise SourceError(_unreadable(path, error)) from None


def _file(path: Path) -> Any:
    return osmium.io.File(str(path), "pbf")


def _check(path: Path) -> None:
    if not path.is_file():
        raise SourceError(
            Fault(str(path), "no such file", "Check the path; a folder cannot be read.")
        )
    if path.stat().st_size == 0:
        raise SourceError(Fault(str(path), "the file has 0 bytes", "Download it again."))


def _history(path: Path) -> Fault:
    return Fault(
        str(path),
        "it holds the history of objects, not their latest state",
        "Take a plain extract, or cut one moment out of it (`osmium time-filter`).",
    )


def _unreadable(path: Path, error: RuntimeError) -> Fault:
    return Fault(
        str(path),
        f"not a whole OpenStreetMap file in PBF ({error})",
        "It is damaged, cut short or of another format: download it again.",
    )


def _identity(item: Any) -> tuple[str, int]:
    if item.is_area():
        return ("way" if item.from_way() else "relation"), item.orig_id()
    return ("way" if item.is_way() else "node" if item.is_node() else "relation"), item.id


def _shape(item: Any, factory: Any) -> BaseGeometry | None:
    """Draw a point, line or area; None for what is broken."""
    if item.is_node():
        return shapely.Point(item.lon, item.lat)
    if item.is_way():
        return _line(item)
    try:
        shape: BaseGeometry = shapely.from_wkb(factory.create_multipolygon(item))
    except RuntimeError:
        return None
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shape


def _line(item: Any) -> BaseGeometry | None:
    """Draw the stretches of a way whose nodes the file places."""
    runs: list[list[tuple[float, float]]] = [[]]
    for node in item.nodes:
        if node.location.valid():
            runs[-1].append((node.lon, node.lat))
        else:
            runs.append([])
    lines = [shapely.LineString(run) for run in runs if len(set(run)) > 1]
    if not lines:
        return None
    return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


def _rest_of_ring(item: Any) -> BaseGeometry | None:
    """Draw an area by its corners within the file, which cuts it short at the extract's edge."""
    corners = [(node.lon, node.lat) for node in item.nodes if node.location.valid()]
    if len(set(corners)) < 3:  # noqa: PLR2004 -- a triangle is the least area
        return None
    area: BaseGeometry = shapely.Polygon(corners)
    return area if area.is_valid and area.area > 0 else None
