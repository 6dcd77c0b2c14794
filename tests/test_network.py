"""Distances and driving times by street, on graphs worked by hand."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from street_graphs import NOWHERE, at, roads

from siteselect.network import (
    build_graph,
    nearest_by_drive,
    nearest_by_length,
    pairs_within,
    route,
)


def test_a_triangle_is_walked_the_short_way_round_with_both_offsets():
    graph = build_graph(roads(("a", "b", None), ("b", "c", None), ("c", "a", None)))
    sites = at((1, 0.5, 20), (2, 0.9, 0))
    found = nearest_by_length(graph, sites, at((0, 0.25, 10), (0, 0.0, 3000)))
    # 500 to b and 750 along ab; 0.1 of the hypotenuse to a and 250 along ab
    assert found.cost == pytest.approx([1280, 141.4213562373095 + 250 + 10])
    assert found.facility.tolist() == [0, 0]


@pytest.mark.parametrize("order", [1, -1])
def test_of_parallel_edges_the_shorter_counts_never_the_sum(order):
    ends = {"a": (0, 0), "b": (5, 0)}
    parallel = [("a", "b", list(ends.values())), ("a", "b", [(0, 0), (2.5, 6**0.5), (5, 0)])]
    tail = [("b", "c", [(5, 0), (6, 0)]), ("z", "a", [(-1, 0), (0, 0)])]
    graph = build_graph(roads(*parallel[::order], *tail))
    assert sorted(graph.length_m) == pytest.approx([1, 1, 5, 7])
    found = nearest_by_length(graph, at((2, 1, 0)), at((3, 0, 0)))
    assert found.cost == pytest.approx([7])
    assert route(graph, at((2, 1, 0)), at((3, 0, 0))).length == pytest.approx(7)
    # and a place on the longer of the two stays there
    longer = int(graph.length_m.argmax())
    assert nearest_by_length(graph, at((longer, 0.5, 0)), at((3, 0, 0))).cost == pytest.approx(4.5)


def test_places_on_one_edge_do_not_go_round_by_its_ends():
    graph = build_graph(roads(("a", "b", None)))
    found = nearest_by_length(
        graph, at((0, 0.5, 5), (0, 0.1, 0), (0, 1, 0)), at((0, 0.6, 7), (0, 0.45, 100), (0, 0.9, 1))
    )
    assert found.cost == pytest.approx([112, 450, 101])
    assert found.facility.tolist() == [0, 1, 2]


def test_a_bent_edge_may_be_longer_than_the_way_round_it():
    bow = [(0, 0), (0, 4000), (1000, 4000), (1000, 0)]
    graph = build_graph(roads(("a", "b", bow), ("a", "b", None)))
    assert nearest_by_length(graph, at((0, 0.1, 0)), at((0, 0.9, 0))).cost == pytest.approx([2800])


def test_a_loop_is_entered_from_its_nearer_side():
    loop = [(0, 0), (-500, 0), (-500, 500), (0, 500), (0, 0)]
    graph = build_graph(roads(("a", "a", loop), ("a", "b", None)))
    found = nearest_by_length(graph, at((0, 0.25, 0), (0, 0.9, 0), (1, 0.5, 0)), at((0, 0.8, 0)))
    assert found.cost == pytest.approx([900, 200, 900])


def test_an_island_and_a_place_off_the_network_are_not_reached():
    graph = build_graph(roads(("a", "b", None), ("c", "d", None)))
    found = nearest_by_length(graph, at((1, 0.5, 0), NOWHERE, (0, 0, 0)), at((0, 0.5, 0), NOWHERE))
    assert found.cost.tolist() == [np.inf, np.inf, 500]
    assert found.facility.tolist() == [-1, -1, 0]
    assert route(graph, at((1, 0.5, 0)), at((0, 0.5, 0))).is_empty
    assert route(graph, at(NOWHERE), at((0, 0.5, 0))).is_empty


def test_without_facilities_or_sites_there_is_no_cost_to_tell():
    graph = build_graph(roads(("a", "b", None)))
    assert nearest_by_length(graph, at((0, 0.5, 0)), at()).cost.tolist() == [np.inf]
    assert nearest_by_length(graph, at(), at((0, 0.5, 0))).cost.tolist() == []
    assert nearest_by_length(graph, at((0, 0.5, 0)), at(NOWHERE)).facility.tolist() == [-1]


def test_an_edge_without_length_joins_its_ends():
    graph = build_graph(
        roads(
            ("a", "b", None),
            ("b", "e", [(1000, 0), (1000, 0)]),
            ("e", "c", [(1000, 0), (1000, 1000)]),
        )
    )
    assert nearest_by_length(graph, at((0, 0, 0)), at((2, 1, 0))).cost == pytest.approx([2000])
    assert route(graph, at((0, 0, 0)), at((2, 1, 0))).length == pytest.approx(2000)


def test_drive_time_is_counted_from_the_base_to_the_site():
    """One way a to b: there 2 minutes, back only round by c and d, 6 minutes."""
    graph = build_graph(
        roads(
            ("a", "b", None, {"oneway": "forward"}),
            ("b", "c", None),
            ("c", "d", None),
            ("d", "a", None),
        )
    )
    a, b = at((3, 1, 0)), at((1, 0, 0))
    assert nearest_by_drive(graph, b, a, offroad_kmh=5).cost == pytest.approx([2])
    assert nearest_by_drive(graph, a, b, offroad_kmh=5).cost == pytest.approx([6])
    assert nearest_by_length(graph, a, b).cost == pytest.approx([1000])


def test_on_one_one_way_edge_a_site_behind_the_base_is_reached_round_the_block():
    graph = build_graph(
        roads(
            ("a", "b", None, {"oneway": "forward"}),
            ("b", "c", None),
            ("c", "d", None),
            ("d", "a", None),
        )
    )
    found = nearest_by_drive(graph, at((0, 0.75, 0), (0, 0.25, 0)), at((0, 0.5, 0)), offroad_kmh=5)
    assert found.cost == pytest.approx([0.5, 7.5])


def test_a_base_in_a_dead_end_against_the_one_way_cannot_leave():
    graph = build_graph(roads(("a", "b", None, {"oneway": "backward"}), ("b", "c", None)))
    assert nearest_by_drive(graph, at((1, 1, 0)), at((0, 0.5, 0)), offroad_kmh=5).cost == [np.inf]
    # at the junction itself it can
    assert nearest_by_drive(graph, at((1, 1, 0)), at((0, 1, 0)), offroad_kmh=5).cost == [2]


def test_the_last_metres_and_the_delay_of_a_base_count():
    graph = build_graph(roads(("a", "b", None)))
    sites, bases = at((0, 0.5, 100)), at((0, 0.5, 50), (0, 0.0, 0))
    found = nearest_by_drive(graph, sites, bases, offroad_kmh=6)
    assert (found.cost.tolist(), found.facility.tolist()) == ([1.5], [0])
    late = nearest_by_drive(graph, sites, bases, offroad_kmh=6, base_delay_min=np.array([30, 10.0]))
    assert (late.cost.tolist(), late.facility.tolist()) == ([12.0], [1])


@pytest.mark.parametrize("delay", [[np.nan], [-1.0], [0.0, 0.0]])
def test_a_delay_that_is_no_time_is_refused(delay):
    graph = build_graph(roads(("a", "b", None)))
    with pytest.raises(ValueError, match="base_delay_min"):
        nearest_by_drive(
            graph, at((0, 0, 0)), at((0, 1, 0)), offroad_kmh=5, base_delay_min=np.array(delay)
        )
    with pytest.raises(ValueError, match="offroad_kmh"):
        nearest_by_drive(graph, at((0, 0, 0)), at((0, 1, 0)), offroad_kmh=0)


def test_pairs_include_the_limit_itself_and_name_each_pair_once():
    graph = build_graph(roads(("a", "b", None), ("a", "b", None)))
    sites, facilities = at((0, 0.5, 0), NOWHERE, (1, 0.5, 0)), at((0, 0.25, 0), (1, 1, 0))
    site, facility, length_m = pairs_within(graph, sites, facilities, 500)
    assert list(zip(site, facility, length_m, strict=True)) == [
        (0, 0, 250),
        (0, 1, 500),
        (2, 1, 500),
    ]
    with pytest.raises(ValueError, match="limit_m"):
        pairs_within(graph, sites, facilities, -1)


def test_a_route_is_drawn_from_the_site_to_the_facility():
    graph = build_graph(roads(("b", "a", None), ("b", "c", None)))
    drawn = route(graph, at((0, 0.5, 40)), at((1, 0.25, 7)))
    assert list(drawn.coords) == [(500, 0), (1000, 0), (1000, 250)]
    back = route(graph, at((1, 0.25, 7)), at((0, 0.5, 40)))
    assert list(back.coords) == list(drawn.coords)[::-1]


def test_a_route_to_where_one_stands_is_a_line_without_length():
    graph = build_graph(roads(("a", "b", None)))
    drawn = route(graph, at((0, 0.5, 3)), at((0, 0.5, 4)))
    assert (drawn.length, drawn.coords[0]) == (0, (500, 0))
    with pytest.raises(ValueError, match="one site"):
        route(graph, at((0, 0.5, 3), (0, 0.1, 0)), at((0, 0.5, 4)))


def test_keys_of_pairs_of_nodes_do_not_overflow():
    """Three billion and more: 60,000 nodes squared, beyond 32 bits."""
    steps = 60_000
    x = np.arange(steps + 1) * 10.0
    ends = np.column_stack([x, np.zeros_like(x)])
    graph = build_graph(
        gpd.GeoDataFrame(
            {
                "edge_id": np.arange(steps).astype(str),
                "from_node": np.arange(steps).astype(str),
                "to_node": np.arange(1, steps + 1).astype(str),
                "highway": "residential",
            },
            geometry=shapely.linestrings(np.stack([ends[:-1], ends[1:]], axis=1)),
            crs="EPSG:27700",
        )
    )
    found = nearest_by_length(graph, at((0, 0, 0), (steps - 1, 1, 0)), at((0, 0.5, 0)))
    assert found.cost == pytest.approx([5, steps * 10 - 5])
