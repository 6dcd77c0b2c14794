"""Room at the site: fire engine, crane, gate, floor, parking; yes, no or unknown."""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, box
from street_graphs import roads

from siteselect.contracts import Layer
from siteselect.design.room import COLUMNS, make_room
from siteselect.layers.utilities import LAYER
from siteselect.settings.access import Access
from siteselect.settings.pod import Pod
from siteselect.sizing.placement import floor_load_kn_m2
from siteselect.snapping import build_graph

FACTS = (
    *("road_gate_width_m", "stand_length_m", "stand_width_m", "stand_slope_share"),
    *("parking_bays", "room_for_maintenance_m", "fire_access_m", "floor_capacity_kpa"),
)
POD = Pod(it_kw=100, footprint_m2=0.72, mass_kg=1200)
EVERYWHERE = box(-1000, -1000, 2000, 2000)
STATE = {True: 1, None: 0, False: -1}


def judged(graph=None, utilities=None, at=(500.0, 20.0), pod=POD, access=None, **facts):
    """Judge one site 20 m off a street from (0, 0) to (1000, 0)."""
    row = {name: [float(facts.get(name, np.nan))] for name in FACTS}
    sites = gpd.GeoDataFrame(row, geometry=[Point(at)], index=["s"], crs=27700)
    study = SimpleNamespace(access=access or Access(), pod=pod)
    land = SimpleNamespace(layers={} if utilities is None else {"utilities": utilities})
    table = make_room(study, land, graph, sites)
    assert list(table.columns) == [column.name for column in COLUMNS]
    return table.iloc[0]


def street(**about):
    return build_graph(roads(("a", "b", None, about)))


def lines(*rows, covers=EVERYWHERE):
    frame = gpd.GeoDataFrame(
        {
            "kind": [row[0] for row in rows],
            "on_poles": np.array([row[1] for row in rows], dtype=object),
        },
        geometry=[LineString([(-500, row[2]), (1500, row[2])]) for row in rows],
        crs=27700,
    )
    return Layer(LAYER, frame, (), covers)


# --- floor ------------------------------------------------------------------------------------


def test_floor_load_of_a_rack_published():
    """Grid-fibre-access 3.5: 1200 kg on 0.6 x 1.2 m, and averaged over a bay of 1.8 m2."""
    assert judged()["floor_load_kpa"] == pytest.approx(16.34, abs=0.005)
    assert floor_load_kn_m2(1200, 1.8) == pytest.approx(6.54, abs=0.005)


@pytest.mark.parametrize(("capacity", "holds"), [(16.35, True), (16.3, False), (np.nan, None)])
def test_a_floor_holds_what_it_bears(capacity, holds):
    assert judged(floor_capacity_kpa=capacity)["floor_holds"] is holds


# --- fire service: Approved Document B, volume 2, section 15 [S] --------------------------------


def test_limits_of_the_fire_service_published():
    limits = Access()
    assert limits.fire_hose_m == 45
    assert (limits.fire_road_width_m, limits.fire_gate_width_m) == (3.7, 3.1)
    assert (limits.fire_height_m, limits.fire_mass_t) == (3.7, 12.5)


@pytest.mark.parametrize(
    ("about", "answer"),
    [
        ({"width_m": 3.7}, True),
        ({"width_m": 3.69}, False),
        ({}, None),
        ({"width_m": 6.0, "maxheight_m": 3.6}, False),
        ({"width_m": 6.0, "maxweight_t": 7.5}, False),
        ({"width_m": 6.0, "maxweight_t": 12.5, "maxheight_m": 3.7}, True),
        ({"width_m": 6.0, "maxwidth_m": 2.0}, False),
        ({"maxheight_m": 2.0}, False),
        ({"width_m": 6.0, "motor_vehicle": "no"}, None),
        ({"width_m": 6.0, "highway": "footway"}, None),
        ({"width_m": 6.0, "highway": "motorway"}, None),
    ],
)
def test_a_fire_engine_needs_a_street_of_known_width(about, answer):
    found = judged(street(**about))
    assert found["fire_access"] is answer
    assert found["fire_access_basis"]


def test_the_hose_reaches_the_far_side_of_the_pod():
    graph = street(width_m=4.0)
    half_diagonal = np.sqrt(POD.footprint_m2 / 2)
    assert judged(graph, at=(500, 45 - half_diagonal - 0.01))["fire_access"] is True
    far = judged(graph, at=(500, 45 - half_diagonal + 0.01))
    assert far["fire_access"] is None
    assert "no drivable street" in far["fire_access_basis"]
    assert judged(None)["fire_access"] is None


def test_of_several_streets_within_reach_the_best_counts():
    graph = build_graph(
        roads(
            ("a", "b", None, {"width_m": 2.5}), ("b", "c", [(1000, 0), (500, 50)], {"width_m": 5.0})
        )
    )
    assert judged(graph)["fire_access"] is True


def test_what_the_list_says_of_hose_and_gate():
    wide, unknown = street(width_m=4.0), street()
    assert judged(wide, fire_access_m=46)["fire_access"] is False
    assert judged(wide, fire_access_m=45)["fire_access"] is True
    assert judged(unknown, fire_access_m=45)["fire_access"] is None
    assert judged(unknown, road_gate_width_m=3.0)["fire_access"] is False
    # the engine may stay on a street that is good enough
    assert judged(wide, road_gate_width_m=3.0)["fire_access"] is True


# --- crane ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "width", "slope", "answer", "word"),
    [
        (12.0, 5.5, 0.05, True, "as the list states"),
        (11.9, 5.5, 0.05, False, "length"),
        (12.0, 5.4, np.nan, False, "width"),
        (12.0, 5.5, 0.06, False, "slope"),
        (12.0, 5.5, np.nan, None, "slope"),
        (np.nan, np.nan, np.nan, None, "length"),
    ],
)
def test_a_crane_needs_a_stand_of_12_by_5_5_m(length, width, slope, answer, word):
    found = judged(stand_length_m=length, stand_width_m=width, stand_slope_share=slope)
    assert found["crane_stand"] is answer
    assert word in found["crane_stand_basis"]


@pytest.mark.parametrize(
    ("on_poles", "north_m", "near"),
    [
        # the crane stands up to 10 m from the pod, which is at 20 m north
        (True, 20 + 19.0, True),
        (True, 20 + 19.1, False),
        (False, 20 + 25.0, True),
        (None, 20 + 25.0, True),
        (None, 20 + 25.1, False),
    ],
)
def test_overhead_lines_within_9_m_on_poles_and_15_m_on_towers(on_poles, north_m, near):
    found = judged(utilities=lines(("overhead_line", on_poles, north_m)))
    assert found["overhead_near"] is near
    assert found["crane_near_overhead_m"] == pytest.approx(north_m - 20)


def test_no_line_is_an_answer_only_where_the_layer_covers_the_place():
    cable = ("underground_cable", None, 20)
    here = judged(utilities=lines(cable))
    assert here["overhead_near"] is False
    assert np.isnan(here["crane_near_overhead_m"])
    edge = box(-1000, -1000, 2000, 44)
    assert judged(utilities=lines(cable, covers=edge))["overhead_near"] is None
    assert judged()["overhead_near"] is None
    # a line that is there counts wherever the coverage ends
    line = lines(("overhead_line", True, 25), covers=box(5000, 5000, 6000, 6000))
    assert judged(utilities=line)["overhead_near"] is True


# --- the rest ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "least", "answer"),
    [
        ("road_gate_width_m", 3.1, "gate_ok"),
        ("parking_bays", 1, "parking_ok"),
        ("room_for_maintenance_m", 1.2, "maintenance_room_ok"),
    ],
)
def test_a_stated_fact_is_held_against_its_setting(fact, least, answer):
    assert judged(**{fact: least})[answer] is True
    assert judged(**{fact: least * 0.99})[answer] is False
    assert judged()[answer] is None


@given(
    st.fixed_dictionaries({name: st.floats(0, 100) | st.just(np.nan) for name in FACTS}),
    st.floats(0.3, 8) | st.just(np.nan),
    st.sampled_from(FACTS),
)
def test_forgetting_a_fact_never_turns_yes_into_no_nor_no_into_yes(facts, width_m, forgotten):
    graph = street(width_m=width_m)
    told, less = judged(graph, **facts), judged(graph, **(facts | {forgotten: np.nan}))
    for column in (column.name for column in COLUMNS if column.kind == "flag"):
        if column == "fire_access":
            # without the hose run the street alone decides
            continue
        assert abs(STATE[told[column]] - STATE[less[column]]) <= 1
