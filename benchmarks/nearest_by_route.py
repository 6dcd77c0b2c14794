"""Nearest facility by street: ours against networkx and against snapping, in one run.

Usage: python benchmarks/nearest_by_route.py [nodes] [sites] [facilities] [--pandana]

The network is a jittered grid with three in ten streets missing, which gives the mean degree of a
real one (2.8). Sites and facilities lie in mid-street. "Snapping" ties the sites to their edges and
is the same for everyone; after it each side starts from the snapped places and ends with a cost
for every site. What counts is the whole: a million points cost hardly more than tying them to the
network. Times are the best of the repeats said. Pandana, where installed, snaps to nodes and so
answers another question, to within half an edge; it is timed, and not compared.
"""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from timing import best_of

from siteselect.network import (
    RoadGraph,
    Snap,
    build_graph,
    field_by_length,
    metres_by_class,
    reach_of,
    snap,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPACING_M = 100.0
KEPT_SHARE = 0.7
LIBRARIES = ("numpy", "scipy", "shapely", "networkx")


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


def by_pandana(graph: RoadGraph, xy: NDArray[np.float64], there: NDArray[np.float64]) -> float:
    """Time pandana, with its contraction hierarchy, from points to costs [s]."""
    import pandana  # noqa: PLC0415  # compared where installed; its licence keeps it out of ours

    def run() -> object:
        net = pandana.Network(
            *graph.node_xy.T,
            pd.Series(graph.edge_from),
            pd.Series(graph.edge_to),
            pd.DataFrame({"m": graph.length_m}),
        )
        net.set_pois("f", 100_000.0, 1, *there.T)
        nearest = net.nearest_pois(100_000.0, "f", num_pois=1)
        return nearest[1].to_numpy()[net.get_node_ids(*xy.T)]

    return best_of(1, run)[0]


def _rows(places: Snap) -> list[tuple[int, float, float]]:
    columns = places.edge.tolist(), places.fraction.tolist(), places.offset_m.tolist()
    return list(zip(*columns, strict=True))


def main(nodes: int = 209_000, sites: int = 1_000_000, facilities: int = 60) -> None:
    dice = np.random.default_rng(0)
    roads = network(nodes, dice)
    width_m = nodes**0.5 * SPACING_M
    build_s, graph = best_of(1, lambda: build_graph(roads))
    xy, there_xy = dice.uniform(0, width_m, (sites, 2)), dice.uniform(0, width_m, (facilities, 2))
    where = shapely.points(xy)
    snap_s, here = best_of(1, lambda: snap(graph, where, 1000.0))
    there = snap(graph, shapely.points(there_xy), 1000.0)
    if min(here.edge.min(), there.edge.min()) < 0:
        raise SystemExit("a place is off the network; the comparison needs all of them on it")
    field_s, field = best_of(3, lambda: field_by_length(graph, there))
    reach_s, ours = best_of(3, lambda: reach_of(field, here).cost)
    kinds = dice.integers(0, 3, len(graph.length_m))
    metres_s, metres = best_of(3, lambda: metres_by_class(field, here, kinds, 3))
    theirs_s, theirs = best_of(1, lambda: by_networkx(graph, here, there))
    reached = np.isfinite(theirs)
    apart_m = np.abs(ours[reached] - theirs[reached]).max()
    street_m = ours - here.offset_m - there.offset_m[reach_of(field, here).facility]
    summed_m = np.abs(metres.sum(axis=1) - street_m)[reached].max()
    print(f"{len(graph.node_xy):,} nodes, {len(roads):,} edges, {facilities:,} facilities")
    print(f"{sites:,} sites, {reached.mean():.1%} of them reach one; build_graph {build_s:.2f} s")
    print()
    rows = [
        ("snapping alone", snap_s),
        ("+ ours: field 3x", field_s),
        ("+ ours: reach of all sites 3x", reach_s),
        ("= ours in all", snap_s + field_s + reach_s),
        ("  + metres in three grounds 3x", snap_s + field_s + reach_s + metres_s),
        ("+ networkx multi_source 1x", theirs_s),
        ("= networkx in all", snap_s + theirs_s),
    ]
    if "--pandana" in sys.argv:
        rows.append(("pandana in all, to nodes 1x", by_pandana(graph, xy, there_xy)))
    print(f"{'':34}{'s':>9}{'snapping':>10}")
    for word, seconds in rows:
        print(f"{word:34}{seconds:9.3f}{seconds / snap_s:10.2f}")
    print(f"after snapping networkx takes {theirs_s / (field_s + reach_s):.0f} times as long")
    same = bool((np.isfinite(ours) == reached).all())
    print(f"largest difference {apart_m:.1e} m; same sites reached: {same}")
    print(f"metres by ground add up to the way within {summed_m:.1e} m")
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    print(f"python {platform.python_version()}, {os.cpu_count()} cores, {versions}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:] if argument.isdigit()))
