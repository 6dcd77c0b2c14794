"""Nearest facility by street: ours against networkx, in one run, on the same network.

Usage: python benchmarks/nearest_by_route.py [nodes] [sites] [facilities]

The network is a jittered grid with three in ten streets missing, which gives the mean degree of a
real one (2.8). Sites and facilities lie in mid-street. Both sides start from the snapped places and
end with a cost for every site; the times are the best of three.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from timing import best_of

from siteselect.network import RoadGraph, Snap, build_graph, nearest_by_length, snap

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPACING_M = 100.0
KEPT_SHARE = 0.7


def network(nodes: int, dice: np.random.Generator) -> gpd.GeoDataFrame:
    side = max(2, round(nodes**0.5))
    index = np.arange(side * side).reshape(side, side)
    xy = np.argwhere(index >= 0) * SPACING_M + dice.uniform(-30, 30, (side * side, 2))
    across = np.column_stack([index[:, :-1].ravel(), index[:, 1:].ravel()])
    along = np.column_stack([index[:-1].ravel(), index[1:].ravel()])
    ends = np.concatenate([across, along])
    ends = ends[dice.random(len(ends)) < KEPT_SHARE]
    return gpd.GeoDataFrame(
        {
            "edge_id": np.arange(len(ends)).astype(str),
            "from_node": ends[:, 0].astype(str),
            "to_node": ends[:, 1].astype(str),
            "highway": "residential",
            "oneway": "no",
        },
        geometry=shapely.linestrings(xy[ends]),
        crs="EPSG:27700",
    )


def by_networkx(graph: RoadGraph, sites: Snap, facilities: Snap) -> NDArray[np.float64]:
    """Do the same with networkx: facilities as nodes, sites by the ends of their edge."""
    streets = nx.Graph()
    ends = list(zip(graph.edge_from.tolist(), graph.edge_to.tolist(), strict=True))
    streets.add_weighted_edges_from(
        (one, other, length) for (one, other), length in zip(ends, graph.length_m, strict=True)
    )
    on_edge: dict[int, list[tuple[float, float]]] = {}
    for number, (edge, part, offset_m) in enumerate(_rows(facilities)):
        length_m = graph.length_m[edge]
        streets.add_edge(("f", number), ends[edge][0], weight=part * length_m + offset_m)
        streets.add_edge(("f", number), ends[edge][1], weight=(1 - part) * length_m + offset_m)
        on_edge.setdefault(edge, []).append((part, offset_m))
    sources = {("f", number) for number in range(len(facilities.edge))}
    reach = nx.multi_source_dijkstra_path_length(streets, sources)
    cost = np.empty(len(sites.edge))
    for number, (edge, part, offset_m) in enumerate(_rows(sites)):
        length_m = graph.length_m[edge]
        ways = [
            reach.get(ends[edge][0], np.inf) + part * length_m,
            reach.get(ends[edge][1], np.inf) + (1 - part) * length_m,
        ]
        ways += [abs(part - at) * length_m + off for at, off in on_edge.get(edge, [])]
        cost[number] = min(ways) + offset_m
    return cost


def _rows(places: Snap) -> list[tuple[int, float, float]]:
    columns = places.edge.tolist(), places.fraction.tolist(), places.offset_m.tolist()
    return list(zip(*columns, strict=True))


def main(nodes: int = 10_000, sites: int = 10_000, facilities: int = 60) -> None:
    dice = np.random.default_rng(0)
    roads = network(nodes, dice)
    width_m = nodes**0.5 * SPACING_M
    build_s, graph = best_of(1, lambda: build_graph(roads))
    where = shapely.points(dice.uniform(0, width_m, (sites, 2)))
    snap_s, here = best_of(1, lambda: snap(graph, where, 1000.0))
    there = snap(graph, shapely.points(dice.uniform(0, width_m, (facilities, 2))), 1000.0)
    if min(here.edge.min(), there.edge.min()) < 0:
        raise SystemExit("a place is off the network; the comparison needs all of them on it")
    ours_s, ours = best_of(3, lambda: nearest_by_length(graph, here, there).cost)
    theirs_s, theirs = best_of(3, lambda: by_networkx(graph, here, there))
    reached = np.isfinite(theirs)
    apart_m = np.abs(ours[reached] - theirs[reached]).max()
    print(f"{len(graph.node_xy):,} nodes, {len(roads):,} edges")
    print(f"{sites:,} sites, {facilities:,} facilities")
    print(f"build_graph {build_s:.3f} s, snap {snap_s:.3f} s, reached {reached.mean():.1%}")
    print()
    print(f"{'nearest facility for every site':34}{'s':>9}{'ratio':>9}")
    print(f"{'siteselect.nearest_by_length':34}{ours_s:9.4f}{1:9.1f}")
    print(f"{'networkx multi_source_dijkstra':34}{theirs_s:9.4f}{theirs_s / ours_s:9.1f}")
    same = bool((np.isfinite(ours) == reached).all())
    print(f"largest difference {apart_m:.2e} m; same sites reached: {same}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]))
