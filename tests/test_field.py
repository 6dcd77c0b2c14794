"""Ways to the nearest facility: what they are made of, how they are drawn, what weights change."""

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString
from street_graphs import NOWHERE, at, networks, roads
from test_network_oracle import oracle

from siteselect.nearest_line import nearest_line
from siteselect.network import (
    build_graph,
    edge_tree,
    field_by_drive,
    field_by_length,
    metres_by_class,
    nearest_by_length,
    reach_of,
    routes,
    snap,
)

WEIGHTS = st.sampled_from([1.0, 1.5, 4.0, np.inf])


@st.composite
def sorted_networks(draw):
    """Draw a network with places, a class for every edge and a weight for every class."""
    frame, sites, facilities = draw(networks())
    graph = build_graph(frame)
    classes = draw(st.lists(st.integers(0, 2), min_size=len(frame), max_size=len(frame)))
    weights = draw(st.lists(WEIGHTS, min_size=3, max_size=3))
    return graph, sites, facilities, np.array(classes), np.array(weights)


# What a way is made of


@given(sorted_networks())
def test_metres_by_class_add_up_to_the_street_part_of_the_length(drawn):
    graph, sites, facilities, edge_class, _ = drawn
    field = field_by_length(graph, facilities)
    found = reach_of(field, sites)
    metres = metres_by_class(field, sites, edge_class, 3)
    reached = np.isfinite(found.cost)
    assert np.isnan(metres[~reached]).all()
    offsets_m = sites.offset_m[reached] + facilities.offset_m[found.facility[reached]]
    assert metres[reached].sum(axis=1) == pytest.approx(found.cost[reached] - offsets_m, abs=1e-9)
    assert (metres[reached] >= 0).all()


@given(sorted_networks())
def test_the_cost_is_the_metres_of_each_class_times_its_weight(drawn):
    graph, sites, facilities, edge_class, weights = drawn
    field = field_by_length(graph, facilities, weights[edge_class])
    found = reach_of(field, sites)
    metres = metres_by_class(field, sites, edge_class, 3)
    reached = np.isfinite(found.cost)
    offsets_m = sites.offset_m[reached] + facilities.offset_m[found.facility[reached]]
    assert (metres[reached][:, np.isinf(weights)] == 0).all()
    some = np.isfinite(weights)
    cost = metres[reached][:, some] @ weights[some] + offsets_m
    assert found.cost[reached] == pytest.approx(cost, rel=1e-9, abs=1e-9)


@given(sorted_networks())
def test_weighted_costs_equal_networkx(drawn):
    graph, sites, facilities, edge_class, weights = drawn
    cost = np.where(np.isinf(weights[edge_class]), np.inf, graph.length_m * weights[edge_class])
    table = oracle(graph, sites, facilities, cost, cost)
    found = reach_of(field_by_length(graph, facilities, weights[edge_class]), sites)
    assert found.cost == pytest.approx(table.min(axis=1), rel=1e-9, abs=1e-9)


def test_a_way_round_is_taken_where_the_short_one_is_dear():
    """Along ab 1000 m of carriageway; round by d and c 3000 m of verge."""
    graph = build_graph(
        roads(("a", "b", None), ("a", "d", None), ("d", "c", None), ("c", "b", None))
    )
    kind = np.array([1, 0, 0, 0])
    site, facility = at((1, 0, 5)), at((3, 1, 7))
    for weight, cost, metres in ((1.0, 1012, [0, 1000]), (4.0, 3012, [3000, 0])):
        field = field_by_length(graph, facility, np.array([1.0, weight])[kind])
        assert reach_of(field, site).cost == pytest.approx([cost])
        assert metres_by_class(field, site, kind, 2).tolist() == [pytest.approx(metres)]


def test_metres_are_counted_on_the_parts_of_cut_edges():
    graph = build_graph(roads(("a", "b", None), ("b", "c", None), ("c", "d", None)))
    field = field_by_length(graph, at((0, 0.4, 0), (0, 0.4, 30), (2, 1.0, 0)))
    kind = np.array([2, 0, 1])
    sites = at((0, 0.1, 9), (0, 0.7, 0), (1, 0.25, 0), (2, 0.5, 0), NOWHERE, (0, 0.4, 0))
    assert metres_by_class(field, sites, kind, 3).tolist() == [
        pytest.approx(row, nan_ok=True)
        for row in (
            [0, 0, 300],
            [0, 0, 300],
            [250, 0, 600],
            [0, 500, 0],
            [np.nan] * 3,
            [0, 0, 0],
        )
    ]


def test_a_chain_of_many_edges_is_summed_to_its_end():
    steps = 1000
    spots = [(10.0 * step, 0.0) for step in range(steps + 1)]
    graph = build_graph(
        roads(*((f"n{n}", f"n{n + 1}", [spots[n], spots[n + 1]]) for n in range(steps)))
    )
    field = field_by_length(graph, at((0, 0.0, 0)))
    metres = metres_by_class(field, at((steps - 1, 1.0, 0)), np.arange(steps) % 2, 2)
    assert metres.tolist() == [[5000, 5000]]


def test_edges_without_length_neither_stop_the_sum_nor_turn_it_in_a_circle():
    spot = [(1000, 0), (1000, 0)]
    graph = build_graph(
        roads(
            ("a", "b", None),
            ("b", "e", spot),
            ("e", "f", spot),
            ("f", "b", spot),
            ("f", "c", [(1000, 0), (1000, 1000)]),
        )
    )
    field = field_by_length(graph, at((0, 0, 0)))
    metres = metres_by_class(field, at((4, 1, 0), (2, 0.5, 0)), np.array([0, 1, 1, 1, 2]), 3)
    assert metres.tolist() == [[1000, 0, 1000], [1000, 0, 0]]
    assert routes(field, at((4, 1, 0)))[0].length == pytest.approx(2000)


@pytest.mark.parametrize("edge_class", [[0], [0, 3], [0, -1]])
def test_a_class_that_is_missing_or_out_of_range_is_refused(edge_class):
    graph = build_graph(roads(("a", "b", None), ("b", "c", None)))
    field = field_by_length(graph, at((0, 0, 0)))
    with pytest.raises(ValueError, match="edge_class"):
        metres_by_class(field, at((1, 0, 0)), np.array(edge_class), 3)


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0], [1.0, -2.0], [1.0, np.nan]])
def test_a_weight_that_is_none_is_refused(weights):
    graph = build_graph(roads(("a", "b", None), ("b", "c", None)))
    with pytest.raises(ValueError, match="weights"):
        field_by_length(graph, at((0, 0, 0)), np.array(weights))


def test_no_way_leads_over_an_edge_that_is_closed_to_cables():
    graph = build_graph(roads(("a", "b", None), ("b", "c", None), ("b", "e", [(1000, 0)] * 2)))
    field = field_by_length(graph, at((0, 0, 0)), np.array([1, np.inf, np.inf]))
    found = reach_of(field, at((1, 0.5, 0), (1, 0.0, 0), (0, 0.5, 0), (2, 1.0, 0)))
    assert found.cost.tolist() == [np.inf, 1000, 500, np.inf]
    assert found.facility.tolist() == [-1, 0, 0, -1]


# How it is drawn


@given(networks())
def test_routes_are_as_long_as_their_cost_without_offsets_and_end_at_their_facility(drawn):
    frame, sites, facilities = drawn
    graph = build_graph(frame)
    field = field_by_length(graph, facilities)
    found = reach_of(field, sites)
    lines = routes(field, sites)
    assert [line.is_empty for line in lines] == np.isinf(found.cost).tolist()

    def spot(places, index):
        line = graph.geometry[places.edge[index]]
        return line.interpolate(places.fraction[index], normalized=True)

    for row in np.flatnonzero(np.isfinite(found.cost)):
        facility = found.facility[row]
        offsets_m = sites.offset_m[row] + facilities.offset_m[facility]
        assert lines[row].length == pytest.approx(found.cost[row] - offsets_m, abs=1e-9)
        first, last = (shapely.get_point(lines[row], end) for end in (0, -1))
        assert first.distance(spot(sites, row)) == pytest.approx(0, abs=1e-9)
        assert last.distance(spot(facilities, facility)) == pytest.approx(0, abs=1e-9)


def test_only_the_rows_asked_for_are_drawn_in_their_order():
    graph = build_graph(roads(("a", "b", None), ("b", "c", None)))
    field = field_by_length(graph, at((0, 0, 0)))
    sites = at((0, 0.5, 0), NOWHERE, (1, 0.5, 3))
    drawn = routes(field, sites, np.array([2, 1]))
    assert list(drawn[0].coords) == [(1000, 500), (1000, 0), (0, 0)]
    assert drawn[1].is_empty
    assert len(routes(field, sites)) == 3


def test_a_drive_is_drawn_along_the_way_that_the_one_way_street_leaves():
    graph = build_graph(
        roads(
            ("a", "b", None, {"oneway": "forward"}),
            ("b", "c", None),
            ("c", "d", None),
            ("d", "a", None),
        )
    )
    base, site = at((0, 1, 0)), at((0, 0, 0))
    field = field_by_drive(graph, base, offroad_kmh=5)
    assert list(routes(field, site)[0].coords) == [(0, 0), (0, 1000), (1000, 1000), (1000, 0)]
    back = field_by_drive(graph, site, offroad_kmh=5)
    assert list(routes(back, base)[0].coords) == [(1000, 0), (0, 0)]


def test_one_of_parallel_edges_is_drawn_the_shorter():
    bow = [(0, 0), (500, 900), (1000, 0)]
    graph = build_graph(roads(("a", "b", bow), ("a", "b", None), ("b", "c", None)))
    drawn = routes(field_by_length(graph, at((2, 1, 0))), at((0, 0, 0)))[0]
    assert list(drawn.coords) == [(0, 0), (1000, 0), (1000, 1000)]


# A large network in one piece


def test_a_field_of_a_whole_town_equals_networkx():
    dice = np.random.default_rng(3)
    side = 40
    index = np.arange(side * side).reshape(side, side)
    xy = np.argwhere(index >= 0) * 100.0 + dice.uniform(-30, 30, (side * side, 2))
    ends = np.concatenate(
        [
            np.column_stack([index[:, :-1].ravel(), index[:, 1:].ravel()]),
            np.column_stack([index[:-1].ravel(), index[1:].ravel()]),
        ]
    )
    ends = ends[dice.random(len(ends)) < 0.7]
    graph = build_graph(
        roads(*((f"n{one}", f"n{two}", xy[[one, two]].tolist()) for one, two in ends))
    )
    tree = edge_tree(graph)
    sites, facilities = (
        snap(graph, shapely.points(dice.uniform(0, 4000, (count, 2))), 500, tree=tree)
        for count in (300, 9)
    )
    found = nearest_by_length(graph, sites, facilities)
    streets = nx.Graph()
    rows = zip(graph.edge_from.tolist(), graph.edge_to.tolist(), graph.length_m, strict=True)
    streets.add_weighted_edges_from(rows)
    for number, edge in enumerate(facilities.edge):
        for end, part in ((graph.edge_from, 0), (graph.edge_to, 1)):
            way_m = abs(facilities.fraction[number] - part) * graph.length_m[edge]
            streets.add_edge(
                ("f", number), int(end[edge]), weight=way_m + facilities.offset_m[number]
            )
    cost = nx.multi_source_dijkstra_path_length(
        streets, {("f", number) for number in range(len(facilities.edge))}
    )
    apart = ~np.isin(sites.edge, facilities.edge)
    assert apart.sum() > 200
    for site in np.flatnonzero(apart):
        edge, part = sites.edge[site], sites.fraction[site]
        ways = [
            cost.get(int(graph.edge_from[edge]), np.inf) + part * graph.length_m[edge],
            cost.get(int(graph.edge_to[edge]), np.inf) + (1 - part) * graph.length_m[edge],
        ]
        assert found.cost[site] == pytest.approx(min(ways) + sites.offset_m[site])


# Finding the edge


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=4),
        min_size=1,
        max_size=9,
    ),
    st.lists(st.tuples(st.integers(-20, 80), st.integers(-20, 80)), min_size=1, max_size=9),
    st.sampled_from([0.0, 1.0, 5.0, 16.0, 40.0, 1e4]),
)
def test_the_nearest_line_is_the_one_that_measuring_all_would_find(lines, spots, limit_m):
    streets = np.array([LineString(line) for line in lines], dtype=object)
    where = shapely.points(np.array(spots, dtype=float))
    nearest, distance_m, _ = nearest_line(shapely.STRtree(streets), streets, where, limit_m)
    table = shapely.distance(where[:, None], streets[None, :])
    least = table.min(axis=1)
    near = least <= limit_m
    assert nearest.tolist() == np.where(near, table.argmin(axis=1), -1).tolist()
    assert distance_m == pytest.approx(np.where(near, least, np.nan), nan_ok=True)


def test_a_prepared_tree_gives_what_snapping_without_it_gives():
    graph = build_graph(roads(("a", "b", None, {"highway": "footway"}), ("c", "d", None)))
    where = shapely.points([(500.0, 400.0), (20.0, 990.0)])
    for drivable in (False, True):
        plain = snap(graph, where, 1000, drivable=drivable)
        prepared = snap(graph, where, 1000, tree=edge_tree(graph, drivable=drivable))
        assert prepared.edge.tolist() == plain.edge.tolist()
        assert prepared.offset_m.tolist() == plain.offset_m.tolist()
