"""OpenStreetMap ways to the edges of a street network, cut wherever two of them meet."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from siteselect.sources import osm_limits, osm_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from siteselect.sources.osm_file import Way

    Run = list[tuple[int, tuple[float, float]]]

COLUMNS = (
    *("edge_id", "from_node", "to_node", "highway", "name", "oneway"),
    *("maxspeed_kmh", "width_m", "lanes", "surface"),
    *("motor_vehicle", "hgv", *osm_limits.LIMIT_KEYS, "bridge", "tunnel", "sidewalk"),
)


def edges(ways: Sequence[Way]) -> gpd.GeoDataFrame:
    """Cut ways into edges that run from one meeting point to the next.

    A node is kept where a way ends or where two ways, or one way twice, pass through it; the
    nodes between only bend the line. Where the file does not place a node, the way is broken
    there. Ways that cross on a bridge share no node, and so do not meet.
    """
    runs = [(way, run) for way in ways for run in _runs(way)]
    passes = Counter(node for _, run in runs for node, _ in run)
    rows: list[dict[str, Any]] = []
    lines = []
    counted: Counter[int] = Counter()
    for way, run in runs:
        about = _about(way)
        for piece in _pieces(run, passes):
            number = counted[way.number]
            counted[way.number] += 1
            rows.append(
                {
                    "edge_id": f"osm-way-{way.number}-{number}",
                    "from_node": f"osm-node-{piece[0][0]}",
                    "to_node": f"osm-node-{piece[-1][0]}",
                    **about,
                }
            )
            lines.append(shapely.LineString([position for _, position in piece]))
    return gpd.GeoDataFrame(
        {name: [row[name] for row in rows] for name in COLUMNS}, geometry=lines, crs="EPSG:4326"
    )


def _about(way: Way) -> dict[str, Any]:
    tags = way.tags
    return {
        "highway": tags["highway"],
        "name": tags.get("name", ""),
        "oneway": osm_tags.oneway(tags),
        "maxspeed_kmh": osm_tags.speed_kmh(tags.get("maxspeed")),
        "width_m": osm_tags.width_m(tags),
        "lanes": osm_tags.lanes(tags.get("lanes")),
        "surface": tags.get("surface", ""),
        **osm_limits.about_vehicles(tags),
    }


def _runs(way: Way) -> Iterable[Run]:
    """Give the stretches of a way whose nodes are all placed."""
    run: Run = []
    for node, position in zip(way.nodes, way.positions, strict=True):
        if position is None:
            if len(run) > 1:
                yield run
            run = []
        elif not run or run[-1][0] != node:
            run.append((node, position))
    if len(run) > 1:
        yield run


def _pieces(run: Run, passes: Counter[int]) -> Iterable[Run]:
    last = len(run) - 1
    cuts = [at for at, (node, _) in enumerate(run) if at in {0, last} or passes[node] > 1]
    for start, end in pairwise(cuts):
        piece = run[start : end + 1]
        # Two nodes at one point would make an edge of no length.
        if any(position != piece[0][1] for _, position in piece):
            yield piece
