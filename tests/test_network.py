"""Distances and driving times by street, against graphs worked by hand and against networkx."""

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from siteselect import network
from siteselect.errors import InputError, StudyError
from siteselect.network import (
    RoadGraph,
    Snap,
    build_graph,
    nearest_by_drive,
    nearest_by_length,
    pairs_within,
    route,
    snap,
)

RUTLAND = Path(__file__).parents[1] / "../shared/data/rutland-osm/rutland-latest.osm.pbf"
CORNERS = {"a": (0, 0), "b": (1000, 0), "c": (1000, 1000), "d": (0, 1000)}


def roads(*edges, crs="EPSG:27700"):
    """Make the layer from (from, to, line or None for straight, further columns)."""
    rows = []
    for number, (start, end, line, *rest) in enumerate(edges):
        about = {"highway": "residential", "oneway": "no"} | (rest[0] if rest else {})
        shape = LineString(line or [CORNERS[start], CORNERS[end]])
        rows.append(
            {"edge_id": f"e{number}", "from_node": start, "to_node": end, "geometry": shape} | about
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=crs)


def at(*places):
    """Make a snap from (edge, fraction, offset)."""
    edge, fraction, offset_m = np.array(places, dtype=float).reshape(-1, 3).T
    return Snap(edge.astype(np.int64), fraction, offset_m)


def one(places, index):
    """Pick one place, or several in another order."""
    index = np.atleast_1d(index)
    return Snap(places.edge[index], places.fraction[index], places.offset_m[index])


def points(*pairs):
    return shapely.points(np.array(pairs, dtype=float))


NOWHERE = (-1, np.nan, np.nan)


# --- the graph ------------------------------------------------------------------------------


def test_the_graph_keeps_the_order_of_the_edges_and_joins_ends_of_one_name():
    graph = build_graph(roads(("b", "c", None), ("a", "b", None), ("c", "a", None)))
    assert len(graph.node_xy) == 3
    assert graph.node_xy[graph.edge_from].tolist() == [[1000, 0], [0, 0], [1000, 1000]]
    assert graph.node_xy[graph.edge_to].tolist() == [[1000, 1000], [1000, 0], [0, 0]]
    assert graph.length_m == pytest.approx([1000, 1000, 1000 * np.sqrt(2)])
    assert np.isnan(graph.width_m).all()
    assert graph.name.tolist() == [None, None, None]


@pytest.mark.parametrize(
    ("highway", "maxspeed_kmh", "minutes"),
    [
        ("residential", np.nan, 2.0),
        ("residential", 32.19, 2.0),  # a limit above the free-flow speed makes nobody faster
        ("residential", 20.0, 3.0),
        ("service", np.nan, 4.0),
        ("track", np.nan, 6.0),
        ("primary", 48.0, 1.25),
        ("footway", np.nan, np.inf),
        ("cycleway", 20.0, np.inf),
        ("steps", np.nan, np.inf),
    ],
)
def test_driving_time_of_a_kilometre(highway, maxspeed_kmh, minutes):
    graph = build_graph(roads(("a", "b", None, {"highway": highway, "maxspeed_kmh": maxspeed_kmh})))
    assert graph.forward_min.tolist() == graph.backward_min.tolist() == [minutes]


def test_one_way_streets_may_not_be_driven_against():
    graph = build_graph(
        roads(
            ("a", "b", None, {"oneway": "forward"}),
            ("b", "c", None, {"oneway": "backward"}),
            ("c", "d", None, {"oneway": None}),
        )
    )
    assert graph.forward_min.tolist() == [2, np.inf, 2]
    assert graph.backward_min.tolist() == [np.inf, 2, 2]


def test_degrees_are_refused():
    with pytest.raises(StudyError, match="degrees"):
        build_graph(roads(("a", "b", None), crs="EPSG:4326"))


def test_all_faults_of_the_edges_come_at_once():
    frame = roads(
        ("a", "b", None, {"oneway": "yes"}), ("b", "c", None), ("c", "d", None, {"highway": None})
    )
    frame.loc[1, "from_node"] = None
    frame.loc[1, "maxspeed_kmh"] = 0.0
    frame.loc[2, "geometry"] = shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]])
    with pytest.raises(InputError) as caught:
        build_graph(frame)
    assert {(fault.row, fault.column) for fault in caught.value.faults} == {
        ("e0", "oneway"),
        ("e1", "from_node"),
        ("e1", "maxspeed_kmh"),
        ("e2", "geometry"),
        ("e2", "highway"),
    }


def test_one_node_name_at_two_places_is_refused():
    with pytest.raises(InputError, match=r"1000\.0 m apart") as caught:
        build_graph(roads(("a", "b", None), ("b", "c", [(0, 0), (1000, 1000)])))
    assert caught.value.faults[0].value == "b"


def test_an_empty_network_reaches_nothing():
    graph = build_graph(roads(("a", "b", None)).iloc[:0])
    here = snap(graph, points((0, 0), (5, 5)), 1e9)
    assert here.edge.tolist() == [-1, -1]
    assert nearest_by_length(graph, here, here).facility.tolist() == [-1, -1]
    assert nearest_by_drive(graph, here, here, offroad_kmh=5).cost.tolist() == [np.inf, np.inf]
    assert [len(part) for part in pairs_within(graph, here, here, 100)] == [0, 0, 0]


# --- snapping -------------------------------------------------------------------------------


def test_a_point_is_tied_to_the_middle_of_a_long_street_not_to_its_ends():
    graph = build_graph(roads(("a", "b", None), ("c", "d", None)))
    here = snap(graph, points((400, 30), (900, 990)), 250)
    assert here.edge.tolist() == [0, 1]
    assert here.fraction == pytest.approx([0.4, 0.1])
    assert here.offset_m == pytest.approx([30, 10])


def test_the_limit_counts_and_missing_points_are_nowhere():
    graph = build_graph(roads(("a", "b", None)))
    where = np.array([Point(500, 250), Point(500, 250.001), None, Point()], dtype=object)
    here = snap(graph, where, 250)
    assert here.edge.tolist() == [0, -1, -1, -1]
    assert np.isnan(here.fraction[1:]).all()
    assert np.isnan(here.offset_m[1:]).all()
    assert snap(graph, points((500, 0), (500, 1)), 0).edge.tolist() == [0, -1]
    with pytest.raises(ValueError, match="limit_m"):
        snap(graph, where, np.nan)


def test_vehicles_are_tied_to_streets_they_may_drive_on_and_stop_at():
    graph = build_graph(
        roads(
            ("a", "b", None, {"highway": "footway"}),
            ("a", "c", None, {"highway": "motorway", "oneway": "forward"}),
            ("d", "c", None, {"highway": "service", "oneway": "backward"}),
        )
    )
    place = points((500, 450))
    assert snap(graph, place, 1000).edge.tolist() == [1]
    assert snap(graph, place, 1000, drivable=True).edge.tolist() == [2]
    assert snap(graph, points((500, 10)), 100, drivable=True).edge.tolist() == [-1]


def test_a_point_beside_a_node_is_exactly_at_the_node():
    graph = build_graph(roads(("a", "b", [(0, 0), (333.3, 0.1), (1000, 0)])))
    here = snap(graph, points((1000 - 1e-5, 3), (1e-5, 3), (1100, 0), (-7, 0)), 250)
    assert here.fraction.tolist() == [1, 0, 1, 0]


def test_of_edges_as_near_the_first_is_taken():
    graph = build_graph(roads(("a", "b", None), ("b", "c", None), ("a", "b", None)))
    assert snap(graph, points((1000, 0), (500, 9)), 50).edge.tolist() == [0, 0]


# --- nearest by length ----------------------------------------------------------------------


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


# --- nearest by drive -----------------------------------------------------------------------


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


# --- pairs and routes -----------------------------------------------------------------------


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


# --- against an independent oracle ----------------------------------------------------------

HIGHWAYS = st.sampled_from(["residential", "primary", "service", "footway"])
ONEWAY = st.sampled_from(["no", "no", "forward", "backward"])
# multiples of 2**-20, so that a line turned round has its places at exactly 1 - fraction
FRACTION = st.one_of(
    st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 2**20).map(lambda part: part / 2**20)
)


@st.composite
def networks(draw, places=5):
    """Draw a small network with parallel edges, loops and islands, and places on its edges."""
    spot = st.tuples(st.integers(0, 40), st.integers(0, 40))
    nodes = draw(st.lists(spot, min_size=2, max_size=7, unique=True))
    node = st.integers(0, len(nodes) - 1)
    edges = []
    for start, end in draw(st.lists(st.tuples(node, node), min_size=1, max_size=12)):
        bend = draw(st.lists(spot, min_size=2 if start == end else 0, max_size=2))
        line = [nodes[start], *bend, nodes[end]]
        about = {"highway": draw(HIGHWAYS), "oneway": draw(ONEWAY)}
        edges.append((f"n{start}", f"n{end}", line, about))
    place = st.one_of(
        st.just(NOWHERE),
        *[st.tuples(st.integers(0, len(edges) - 1), FRACTION, st.floats(0, 30))] * 4,
    )
    some = st.lists(place, min_size=1, max_size=places)
    return roads(*edges), at(*draw(some)), at(*draw(some))


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
        for low, high in zip(cuts, cuts[1:], strict=False):
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


@given(
    st.lists(st.tuples(st.floats(-100, 1100), st.floats(-100, 1100)), min_size=1, max_size=6),
    st.floats(0, 400),
)
def test_a_snap_is_the_nearest_spot_of_any_edge(places, limit_m):
    graph = build_graph(
        roads(("a", "b", None), ("b", "c", None), ("c", "a", [(1000, 1000), (300, 700), (0, 0)]))
    )
    where = points(*places)
    found = snap(graph, where, limit_m)
    table = shapely.distance(where[:, None], graph.geometry[None, :])
    assert ((found.edge >= 0) == (table.min(axis=1) <= limit_m)).all()
    on = np.flatnonzero(found.edge >= 0)
    assert found.offset_m[on] == pytest.approx(table.min(axis=1)[on])
    spot = shapely.line_interpolate_point(
        graph.geometry[found.edge[on]], found.fraction[on], normalized=True
    )
    # a place within a millimetre of a node is moved to the node
    assert shapely.distance(where[on], spot) == pytest.approx(found.offset_m[on], abs=1.1e-3)


# --- a real county --------------------------------------------------------------------------


def test_keys_of_pairs_of_nodes_do_not_overflow():
    """Three billion and more: 60,000 nodes squared, beyond 32 bits."""
    steps = 60_000
    x = np.arange(steps + 1) * 10.0
    graph = RoadGraph(
        node_xy=np.column_stack([x, np.zeros_like(x)]),
        edge_from=np.arange(steps),
        edge_to=np.arange(1, steps + 1),
        length_m=np.full(steps, 10.0),
        forward_min=np.full(steps, 0.02),
        backward_min=np.full(steps, 0.02),
        geometry=shapely.linestrings(
            np.stack(
                [np.column_stack([x[:-1], x[:-1] * 0]), np.column_stack([x[1:], x[1:] * 0])], axis=1
            )
        ),
        highway=np.full(steps, "residential", dtype=object),
        width_m=np.full(steps, np.nan),
        name=np.full(steps, None, dtype=object),
    )
    found = nearest_by_length(graph, at((0, 0, 0), (steps - 1, 1, 0)), at((0, 0.5, 0)))
    assert found.cost == pytest.approx([5, steps * 10 - 5])


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
