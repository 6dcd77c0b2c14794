"""Distances and driving times by street, against networkx on random and on real networks."""

from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point
from street_graphs import networks, one

from siteselect import network
from siteselect.network import (
    Snap,
    build_graph,
    nearest_by_drive,
    nearest_by_length,
    pairs_within,
    route,
    snap,
)

RUTLAND = Path(__file__).parents[1] / "../shared/data/rutland-osm/rutland-latest.osm.pbf"


def oracle(graph, sites, facilities, forward, backward, per_m=1.0):
    """Give the full table of costs, by networkx on a graph split at every place."""
    split = nx.DiGraph()

    def spot(edge, fraction):
        ends = {0.0: int(graph.edge_from[edge]), 1.0: int(graph.edge_to[edge])}
        return ends.get(float(fraction), (edge, float(fraction)))

    def add(start, end, cost):
        if (
            np.isfinite(cost)
            and cost < split.get_edge_data(start, end, {"weight": np.inf})["weight"]
        ):
            split.add_edge(start, end, weight=cost)

    for edge in range(len(graph.edge_from)):
        cuts = {0.0, 1.0}
        for group in (sites, facilities):
            cuts |= set(group.fraction[group.edge == edge].tolist())
        cuts = sorted(cuts)
        for low, high in pairwise(cuts):
            add(spot(edge, low), spot(edge, high), (high - low) * forward[edge])
            add(spot(edge, high), spot(edge, low), (high - low) * backward[edge])
    table = np.full((len(sites.edge), len(facilities.edge)), np.inf)
    for f in np.flatnonzero(facilities.edge >= 0):
        start = spot(int(facilities.edge[f]), facilities.fraction[f])
        split.add_node(start)
        cost = nx.single_source_dijkstra_path_length(split, start)
        for s in np.flatnonzero(sites.edge >= 0):
            way = cost.get(spot(int(sites.edge[s]), sites.fraction[s]), np.inf)
            table[s, f] = way + (sites.offset_m[s] + facilities.offset_m[f]) * per_m
    return table


def agrees(found, table):
    assert found.cost == pytest.approx(table.min(axis=1), rel=1e-9, abs=1e-9)
    reached = np.isfinite(found.cost)
    assert (found.facility[~reached] == -1).all()
    chosen = table[np.flatnonzero(reached), found.facility[reached]]
    assert chosen == pytest.approx(found.cost[reached], rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(networks())
def test_nearest_by_length_equals_networkx(drawn):
    frame, sites, facilities = drawn
    graph = build_graph(frame)
    table = oracle(graph, sites, facilities, graph.length_m, graph.length_m)
    agrees(nearest_by_length(graph, sites, facilities), table)


@settings(deadline=None)
@given(networks())
def test_nearest_by_drive_equals_networkx(drawn):
    frame, sites, bases = drawn
    graph = build_graph(frame)
    table = oracle(graph, sites, bases, graph.forward_min, graph.backward_min, per_m=60 / 5000)
    delay_min = np.arange(len(bases.edge)) / 7
    found = nearest_by_drive(graph, sites, bases, offroad_kmh=5, base_delay_min=delay_min)
    agrees(found, table + delay_min)


@settings(deadline=None)
@given(networks(places=9), st.floats(0, 120), st.integers(1, 4), st.integers(1, 40))
def test_pairs_within_equals_networkx_however_it_is_chunked(
    drawn, limit_m, facilities_at_once, cells
):
    frame, sites, facilities = drawn
    graph = build_graph(frame)
    table = oracle(graph, sites, facilities, graph.length_m, graph.length_m)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "FACILITIES_AT_ONCE", facilities_at_once)
        patch.setattr(network, "CELLS_AT_ONCE", cells)
        site, facility, length_m = pairs_within(graph, sites, facilities, limit_m)
    assert length_m == pytest.approx(table[site, facility], rel=1e-9, abs=1e-9)
    pairs = list(zip(site.tolist(), facility.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    surely = set(zip(*np.nonzero(table < limit_m - 1e-9), strict=True))
    perhaps = set(zip(*np.nonzero(table <= limit_m + 1e-9), strict=True))
    assert surely <= set(pairs) <= perhaps


@settings(deadline=None)
@given(networks(places=2))
def test_a_route_is_as_long_as_the_cost_without_its_offsets(drawn):
    frame, sites, facilities = drawn
    graph = build_graph(frame)
    site, facility = one(sites, 0), one(facilities, 0)
    cost = nearest_by_length(graph, site, facility).cost[0]
    path = route(graph, site, facility)
    if np.isinf(cost):
        assert path.is_empty
        return
    offsets_m = site.offset_m[0] + facility.offset_m[0]
    assert path.length == pytest.approx(cost - offsets_m, rel=1e-9, abs=1e-9)
    for place, end in ((site, path.coords[0]), (facility, path.coords[-1])):
        spot = graph.geometry[place.edge[0]].interpolate(place.fraction[0], normalized=True)
        assert Point(end).distance(spot) == pytest.approx(0, abs=1e-9)


@settings(deadline=None)
@given(networks())
def test_length_is_the_same_from_either_end(drawn):
    frame, sites, facilities = drawn
    graph = build_graph(frame)
    for s in range(len(sites.edge)):
        for f in range(len(facilities.edge)):
            there = nearest_by_length(graph, one(sites, s), one(facilities, f)).cost
            back = nearest_by_length(graph, one(facilities, f), one(sites, s)).cost
            assert there == pytest.approx(back, rel=1e-9)


@settings(deadline=None)
@given(networks(), st.randoms(use_true_random=False))
def test_neither_the_order_of_edges_and_sites_nor_the_way_a_line_is_drawn_matters(drawn, dice):
    frame, sites, bases = drawn
    order = list(range(len(frame)))
    dice.shuffle(order)
    turned = [dice.random() < 0.5 for _ in order]
    mirrored = {"no": "no", "forward": "backward", "backward": "forward"}
    other = frame.copy()
    for row, turn in enumerate(turned):
        if turn:
            start, end, line = frame.loc[row, ["from_node", "to_node", "geometry"]]
            other.loc[row, ["from_node", "to_node"]] = [end, start]
            other.loc[row, "geometry"] = line.reverse()
            other.loc[row, "oneway"] = mirrored[frame.loc[row, "oneway"]]
    other = other.iloc[order]

    def moved(places):
        edge = np.array([order.index(e) if e >= 0 else -1 for e in places.edge], dtype=np.int64)
        turn = np.array([e >= 0 and turned[e] for e in places.edge])
        return Snap(edge, np.where(turn, 1 - places.fraction, places.fraction), places.offset_m)

    before, after = build_graph(frame), build_graph(other)
    shuffled = np.array(dice.sample(range(len(sites.edge)), len(sites.edge)))
    again = moved(one(sites, shuffled))
    length_m = nearest_by_length(before, sites, bases).cost[shuffled]
    assert nearest_by_length(after, again, moved(bases)).cost == pytest.approx(length_m, rel=1e-9)
    time_min = nearest_by_drive(before, sites, bases, offroad_kmh=5).cost[shuffled]
    found = nearest_by_drive(after, again, moved(bases), offroad_kmh=5).cost
    assert found == pytest.approx(time_min, rel=1e-9)


@pytest.fixture(scope="module")
def county():
    if not RUTLAND.exists():
        pytest.skip("real data of Rutland is not beside the repository")
    osm_pbf = pytest.importorskip("siteselect.sources.osm_pbf")
    return build_graph(osm_pbf.read(RUTLAND, "roads").to_crs("EPSG:27700"))


def test_a_real_county_agrees_with_networkx(county):
    dice = np.random.default_rng(7)
    low, high = county.node_xy.min(axis=0), county.node_xy.max(axis=0)
    sites = snap(county, shapely.points(dice.uniform(low, high, (60, 2))), 500, drivable=True)
    bases = snap(county, shapely.points(dice.uniform(low, high, (3, 2))), 2000, drivable=True)
    assert (sites.edge >= 0).sum() > 20
    table = oracle(county, sites, bases, county.length_m, county.length_m)
    agrees(nearest_by_length(county, sites, bases), table)
    table = oracle(county, sites, bases, county.forward_min, county.backward_min, per_m=60 / 5000)
    agrees(nearest_by_drive(county, sites, bases, offroad_kmh=5), table)


def test_by_street_is_never_shorter_than_straight_in_a_real_county(county):
    dice = np.random.default_rng(8)
    low, high = county.node_xy.min(axis=0), county.node_xy.max(axis=0)
    where, targets = (shapely.points(dice.uniform(low, high, (count, 2))) for count in (400, 30))
    found = nearest_by_length(county, snap(county, where, 500), snap(county, targets, 500))
    reached = np.flatnonzero(found.facility >= 0)
    assert len(reached) > 100
    straight_m = shapely.distance(where[reached], targets[found.facility[reached]])
    assert (found.cost[reached] >= straight_m - 1e-6).all()
