"""Street graphs that OSMnx saved as GraphML.

OSMnx keeps only the tags it is told to, and its default leaves out almost all that says which
vehicles a street lets through. Set `osmnx.settings.useful_tags_way = list(WAY_TAGS)` before the
graph is downloaded; a graph saved without them gives unknown limits.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import geopandas as gpd
import shapely

from siteselect.contracts import Source
from siteselect.errors import Fault, SourceError
from siteselect.settings.limits import USUAL, Limits
from siteselect.snapping import FREE_FLOW_KMH
from siteselect.sources import osm_limits, osm_tags
from siteselect.sources.delimited_text import require_text_size

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SOURCE = Source(
    name="osmnx_graph",
    title="OSMnx street graph (GraphML)",
    endings=(".graphml",),
    licence="ODbL 1.0, as OpenStreetMap data; the study states it for the file",
    meaning="Feeds the layer of streets; the two directions of a street become one edge.",
)


WAY_TAGS: tuple[str, ...] = tuple(
    dict.fromkeys(
        (
            # the default of OSMnx 2.1.1
            *("access", "area", "bridge", "est_width", "highway", "junction", "landuse", "lanes"),
            *("maxspeed", "name", "oneway", "ref", "service", "tunnel", "width"),
            *("width:carriageway", "smoothness", "incline"),
            *osm_limits.WAY_KEYS,
        )
    )
)
"""Tags of ways that OSMnx must be told to keep (`osmnx.settings.useful_tags_way`)."""


def read(
    path: Path,
    layer: str,
    tags: Mapping[str, tuple[str, ...]] | None = None,
    table: str | None = None,
    limits: Limits = USUAL,
) -> gpd.GeoDataFrame:
    """Read the edges of a graph, in the graph's own CRS, with the columns of the layer `roads`.

    OSMnx holds a two-way street as two edges; each such pair becomes one edge with `oneway` no.
    Where OSMnx merged ways that differ, the slowest class, the tightest limit, the lowest width
    and number of lanes and the strictest access stand for the edge, so that a drive is never made
    easier than it is. An edge is a bridge or a tunnel where one of its ways is.

    Raises
    ------
    SourceError
        The file is no such graph, is too large, or another layer than `roads` is asked for.
    """
    del tags, table
    require_text_size(path, limits)
    if layer != "roads":
        raise SourceError(
            Fault(
                str(path),
                f"a street graph cannot feed the layer {layer!r}",
                "Use it for the layer roads.",
            )
        )
    graph = _load(path)
    try:
        rows = _rows(graph)
        frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=graph.graph["crs"])
    except (KeyError, ValueError, TypeError, RuntimeError) as error:
        raise SourceError(_unreadable(path, error)) from None
    return frame


def _load(path: Path) -> Any:
    # Importing OSMnx takes seconds, which a study without such a file need not wait for.
    import networkx as nx  # noqa: PLC0415
    import osmnx  # noqa: PLC0415

    try:
        graph = osmnx.load_graphml(path)
    except (
        *(nx.NetworkXException, ParseError, shapely.errors.ShapelyError),
        *(ValueError, KeyError, AttributeError, TypeError, OSError),
    ) as error:
        raise SourceError(_unreadable(path, error)) from None
    if graph.number_of_edges() == 0:
        raise SourceError(
            Fault(str(path), "the graph has no edges", "Save a graph of a larger area.")
        )
    return graph


def _rows(graph: Any) -> list[dict[str, Any]]:
    """Give one row an edge, and one for the two directions of a street.

    The reverse of an edge is the edge of the same ways whose line runs the other way round.
    """
    rows: list[dict[str, Any]] = []
    waiting: defaultdict[tuple[str, bytes, int], list[dict[str, Any]]] = defaultdict(list)
    directed = graph.is_directed()
    for start, end, number, about in graph.edges(keys=True, data=True):
        first, last, line = _line(graph, start, end, about)
        ways = ";".join(sorted(_parts(about.get("osmid"))))
        shape, direction = _shape(line)
        if directed and (partners := waiting[ways, shape, -direction]):
            partners.pop()["oneway"] = "no"
            continue
        row = {
            "edge_id": f"osmnx-{start}-{end}-{number}",
            "from_node": f"osmnx-{first}",
            "to_node": f"osmnx-{last}",
            **_about(about, directed=directed),
            "geometry": line,
        }
        rows.append(row)
        waiting[ways, shape, direction].append(row)
    return rows


def _line(
    graph: Any, start: Any, end: Any, about: Mapping[str, Any]
) -> tuple[Any, Any, shapely.LineString]:
    """Give the line of an edge with the nodes at its first and last point.

    In an undirected graph a line may run from the second node to the first.
    """
    one, other = (
        shapely.Point(graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in (start, end)
    )
    line = about.get("geometry")
    if line is None:
        return start, end, shapely.LineString([one, other])
    begin = shapely.Point(line.coords[0])
    return (
        (start, end, line) if begin.distance(one) <= begin.distance(other) else (end, start, line)
    )


def _shape(line: shapely.LineString) -> tuple[bytes, int]:
    """Give a line's shape whatever its direction, and the direction: 1, -1, or 0 if it is both."""
    there = shapely.get_coordinates(line)
    ways = there.tobytes(), there[::-1].tobytes()
    return min(ways), (ways[0] > ways[1]) - (ways[0] < ways[1])


def _about(about: Mapping[str, Any], *, directed: bool) -> dict[str, Any]:
    oneway = _parts(about.get("oneway"))
    along_only = "True" in oneway if oneway else directed
    kinds = _parts(about.get("highway"))
    return {
        "highway": min(kinds, key=lambda kind: FREE_FLOW_KMH.get(kind, 0.0), default=""),
        "name": " / ".join(_parts(about.get("name"))),
        "oneway": "forward" if along_only else "no",
        "maxspeed_kmh": osm_tags.speed_kmh(";".join(_parts(about.get("maxspeed")))),
        "width_m": osm_tags.width_m({"width": ";".join(_parts(about.get("width")))}),
        "lanes": osm_tags.lanes(";".join(_parts(about.get("lanes")))),
        "surface": ";".join(_parts(about.get("surface"))),
        **_about_vehicles(about),
    }


def _about_vehicles(about: Mapping[str, Any]) -> dict[str, Any]:
    """Read who and what may drive: of merged ways, each value alone and then the strictest."""
    parts = {key: _parts(about.get(key)) for key in osm_limits.WAY_KEYS}
    merged = any(len(values) > 1 for values in parts.values())
    # Which of merged ways carries which value is lost, so that none may lift or overrule another's.
    joined = {
        key: ";".join(values)
        for key, values in parts.items()
        if values and not (merged and key.endswith(":conditional"))
    }
    found: dict[str, Any] = osm_limits.about_vehicles(joined)
    if merged:
        found["motor_vehicle"] = osm_limits.strictest(
            osm_limits.motor_vehicle({key: word})
            for key in osm_limits.ACCESS_KEYS
            for word in parts[key]
        )
        found["hgv"] = osm_limits.strictest(osm_limits.hgv({"hgv": word}) for word in parts["hgv"])
    for flag, known in (("bridge", osm_limits.is_bridge), ("tunnel", osm_limits.is_tunnel)):
        found[flag] = any(known({flag: word}) for word in parts[flag])
    return found


def _parts(value: Any) -> list[str]:
    """Give the values of an attribute, of which OSMnx keeps a list where it merged several ways."""
    if isinstance(value, set):
        return sorted(map(str, value))
    values = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(str(part) for part in values if part is not None))


def _unreadable(path: Path, error: Exception) -> Fault:
    first = (str(error).splitlines() or [""])[0]
    return Fault(
        str(path),
        f"not a graph that OSMnx saved: {type(error).__name__} {first}".rstrip(),
        "Save it with osmnx.save_graphml, with its CRS and without all_oneway.",
    )
