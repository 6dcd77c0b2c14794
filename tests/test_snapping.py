"""The street graph, and how places are tied to it."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point
from street_graphs import points, roads

from siteselect.errors import InputError, StudyError
from siteselect.network import (
    build_graph,
    nearest_by_drive,
    nearest_by_length,
    pairs_within,
    snap,
)


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
            ("d", "a", None, {"oneway": ""}),
        )
    )
    assert graph.forward_min.tolist() == [2, np.inf, 2, 2]
    assert graph.backward_min.tolist() == [np.inf, 2, 2, 2]


def test_degrees_are_refused():
    with pytest.raises(StudyError, match="degrees"):
        build_graph(roads(("a", "b", None), crs="EPSG:4326"))


def test_all_faults_of_the_edges_come_at_once():
    frame = roads(
        ("a", "b", None, {"oneway": "yes"}), ("b", "c", None), ("c", "d", None, {"highway": None})
    )
    frame.loc[1, "from_node"] = ""
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
