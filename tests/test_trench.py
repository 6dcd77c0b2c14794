"""What ground a trench beside a street is judged to lie in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from street_graphs import CORNERS, HIGHWAYS, roads

from siteselect.network import build_graph
from siteselect.trench import CARRIAGEWAY, FOOTWAY, GROUNDS, VERGE, all_in, ground_of

STREETS = st.fixed_dictionaries(
    {"highway": HIGHWAYS},
    optional={
        "surface": st.sampled_from(["asphalt", "gravel", "grass", "nonsense", ""]),
        "sidewalk": st.sampled_from([True, False, None]),
        "bridge": st.sampled_from([True, False, None]),
        "maxspeed_kmh": st.sampled_from([20.0, 50.0, 80.0, 96.6, np.nan]),
    },
)


def ground(**about):
    return GROUNDS[ground_of(build_graph(roads(("a", "b", None, about))))[0]]


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"highway": "track"}, "verge"),
        ({"highway": "track", "surface": "asphalt"}, "verge"),
        ({"highway": "bridleway"}, "verge"),
        ({"highway": "path"}, "verge"),
        ({"highway": "path", "surface": "asphalt"}, "footway"),
        ({"highway": "path", "surface": "gravel"}, "verge"),
        ({"highway": "footway"}, "footway"),
        ({"highway": "footway", "surface": "grass"}, "verge"),
        ({"highway": "cycleway"}, "footway"),
        ({"highway": "pedestrian", "surface": "sett"}, "footway"),
        ({"highway": "residential"}, "footway"),
        ({"highway": "residential", "sidewalk": False}, "carriageway"),
        ({"highway": "residential", "surface": "unpaved"}, "verge"),
        ({"highway": "living_street"}, "footway"),
        ({"highway": "primary"}, "carriageway"),
        ({"highway": "primary", "sidewalk": True}, "footway"),
        ({"highway": "primary", "maxspeed_kmh": 80.0}, "verge"),
        ({"highway": "primary", "maxspeed_kmh": 79.0}, "carriageway"),
        ({"highway": "primary", "maxspeed_kmh": 80.0, "sidewalk": True}, "footway"),
        ({"highway": "unclassified"}, "verge"),
        ({"highway": "unclassified", "sidewalk": True}, "footway"),
        ({"highway": "service"}, "carriageway"),
        ({"highway": "motorway", "maxspeed_kmh": 112.7}, "carriageway"),
        ({"highway": "motorway_link"}, "carriageway"),
        ({"highway": "footway", "bridge": True}, "carriageway"),
        ({"highway": "unclassified", "tunnel": True}, "carriageway"),
        ({"highway": "something new"}, "carriageway"),
    ],
)
def test_the_table_of_the_module_says_what_ground_it_is(about, expected):
    assert ground(**about) == expected


def test_no_or_unknown_flags_are_not_yes():
    for value in (None, False, np.False_):
        assert ground(highway="unclassified", bridge=value, tunnel=value) == "verge"
        assert ground(highway="primary", sidewalk=value) == "carriageway"
    assert ground(highway="primary", sidewalk=np.True_) == "footway"


@given(st.lists(STREETS, min_size=1, max_size=6))
def test_an_edge_is_judged_by_itself(streets):
    edges = [("a", "b", [CORNERS["a"], CORNERS["b"]], about) for about in streets]
    together = ground_of(build_graph(roads(*edges)))
    assert together.tolist() == [ground_of(build_graph(roads(edge)))[0] for edge in edges]
    assert np.isin(together, (VERGE, FOOTWAY, CARRIAGEWAY)).all()


def test_a_network_without_edges_has_no_ground():
    assert ground_of(build_graph(roads(("a", "b", None)).iloc[:0])).tolist() == []


def test_a_way_in_one_ground_has_its_length_there_and_an_unknown_one_no_number():
    metres = all_in(FOOTWAY, np.array([12.5, 0.0, np.nan]))
    assert metres[:2].tolist() == [[0, 12.5, 0], [0, 0, 0]]
    assert np.isnan(metres[2]).all()
