"""Limits on vehicles: what mappers write, and what both readers of streets make of it."""

import math

import networkx as nx
import numpy as np
import osmnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.contracts import Column
from siteselect.layers.roads import LAYER
from siteselect.snapping import FREE_FLOW_KMH, build_graph
from siteselect.sources import osm_limits, osm_streets, osm_utilities, osmnx_graph
from siteselect.sources.osm_file import Way

TEXT = st.text(max_size=30) | st.from_regex(r"[0-9 .,;|'\"mphkftincstlb-]{0,16}")
TAGS = st.dictionaries(st.sampled_from(osm_limits.WAY_KEYS), TEXT, max_size=8)


def height(text):
    return osm_limits.limit({"maxheight": text}, "maxheight_m")


# --- single values ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("11'6\"", 3.505),  # grid-fibre-access 3.2
        ("10 ft 3 in", 3.124),
        ("3.5", 3.5),
        ("3.5 m", 3.5),
        ("3.5;4.0", 3.5),  # of several the smallest
        ("4.0|3.5", 3.5),  # one value a lane
        ("3.5;default", 3.5),  # no looser than what is signed
        ("0;3.5", 3.5),
    ],
)
def test_heights_published(text, metres):
    assert height(text) == pytest.approx(metres, abs=0.0005)


@pytest.mark.parametrize(
    "text",
    [
        *("default", "none", "below_default", "unsigned", "no_sign", "no_indications"),
        *("", "0", "-3", "0.0 m", "450", "yes", "3,500", "nan", "inf", "3.5 @ (Mo-Fr)"),
    ],
)
def test_a_height_that_is_not_signed_is_unknown_and_never_0(text):
    assert math.isnan(height(text))


@pytest.mark.parametrize(
    ("text", "tonnes"),
    [
        ("3.5", 3.5),
        ("7.5 t", 7.5),
        ("7500 kg", 7.5),
        ("18 st", 16.329),  # short tons [OpenStreetMap wiki, Map features/Units]
        ("20 lt", 20.321),
        ("16000 lbs", 7.257),
        ("18;7.5", 7.5),
    ],
)
def test_masses_published(text, tonnes):
    assert osm_limits.mass_t(text) == pytest.approx(tonnes, abs=0.001)
    assert osm_limits.limit({"maxweight": text}, "maxweight_t") == pytest.approx(tonnes, abs=0.001)


@pytest.mark.parametrize("text", ["7500", "none", "default", "18 stone", "7.5 m", "", "0", "-5"])
def test_a_mass_that_makes_no_sense_is_unknown(text):
    assert math.isnan(osm_limits.limit({"maxweight": text}, "maxweight_t"))


def test_the_tightest_of_all_keys_counts():
    tags = {"maxweight": "18", "maxweightrating:hgv": "7.5", "maxheight": "default"}
    tags |= {
        "maxheight:physical": "4.1",
        "maxaxleload": "10",
        "maxwidth": "6'6\"",
        "maxlength": "9",
    }
    found = osm_limits.limits(tags)
    assert found["maxweight_t"] == 7.5
    assert found["maxheight_m"] == 4.1
    assert found["maxaxleload_t"] == 10
    assert found["maxlength_m"] == 9
    assert found["maxwidth_m"] == pytest.approx(1.981, abs=0.001)


def test_a_conditional_limit_is_unknown_and_one_lifted_for_deliveries_does_not_hold():
    alone = {"maxweight:conditional": "7.5 @ (22:00-06:00)"}
    assert math.isnan(osm_limits.limit(alone, "maxweight_t"))
    signed = {"maxweightrating:hgv": "7.5"}
    assert osm_limits.limit(signed, "maxweight_t") == 7.5
    # the British sign "7.5 t except for access"
    access = signed | {"maxweightrating:hgv:conditional": "none @ destination"}
    assert math.isnan(osm_limits.limit(access, "maxweight_t"))
    by_night = signed | {"maxweightrating:hgv:conditional": "none @ (22:00-06:00)"}
    assert osm_limits.limit(by_night, "maxweight_t") == 7.5


# --- who may drive ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "word"),
    [
        ({}, ""),
        ({"access": "private"}, "private"),
        ({"access": "private", "motor_vehicle": "yes"}, "yes"),
        ({"access": "yes", "vehicle": "no"}, "no"),
        ({"vehicle": "no", "motor_vehicle": "delivery"}, "destination"),
        ({"motor_vehicle": "agricultural;forestry"}, "private"),
        ({"motor_vehicle": "destination;bus"}, "destination"),
        ({"access": "unknown"}, ""),
        ({"motor_vehicle": "perhaps", "access": "no"}, "no"),
    ],
)
def test_the_special_key_overrules_the_general_one(tags, word):
    assert osm_limits.motor_vehicle(tags) == word


@pytest.mark.parametrize(
    ("tags", "word"),
    [
        ({"hgv": "no"}, "no"),
        ({"hgv": "delivery"}, "destination"),
        ({"hgv": "designated"}, "designated"),
        ({"hgv": "unsuitable"}, "destination"),
        ({"hgv": "no", "hgv:conditional": "delivery @ (06:00-10:00)"}, "destination"),
        ({"hgv:conditional": "no @ (Sa-Su)"}, ""),
        ({}, ""),
    ],
)
def test_what_is_said_of_lorries(tags, word):
    assert osm_limits.hgv(tags) == word


def test_flags_have_three_states():
    assert osm_limits.is_bridge({"bridge": "viaduct"})
    assert not osm_limits.is_bridge({"bridge": "no"})
    assert osm_limits.is_tunnel({"tunnel": "building_passage"})
    assert osm_limits.has_sidewalk({}) is None
    assert osm_limits.has_sidewalk({"sidewalk": "no"}) is False
    assert osm_limits.has_sidewalk({"sidewalk": "separate"}) is True
    assert osm_limits.has_sidewalk({"sidewalk:left": "no", "sidewalk:right": "yes"}) is True


@given(TAGS)
def test_any_text_gives_words_and_numbers_of_the_contract(tags):
    for name, value in osm_limits.about_vehicles(tags).items():
        column = LAYER.column(name)
        assert isinstance(column, Column)
        if column.kind == "number":
            assert math.isnan(value) or column.minimum <= value <= column.maximum
            assert value != 0
        elif column.kind == "text":
            assert value in {"", *column.choices}
        else:
            assert value in {True, False, None}


@given(st.lists(st.floats(0.5, 30).map(lambda size: round(size, 2)), min_size=1, max_size=4))
def test_of_any_list_the_smallest_counts_in_any_order(sizes):
    found = {height(";".join(map(str, order))) for order in (sizes, sizes[::-1])}
    assert found == {min(sizes)}


# --- both readers -----------------------------------------------------------------------------


def test_the_reader_of_extracts_keeps_limits_and_access():
    tags = {"highway": "residential", "maxheight": "11'6\"", "hgv": "destination"}
    tags |= {"access": "private", "bridge": "yes", "sidewalk": "left", "maxweight": "unsigned"}
    row = osm_streets.edges([Way(1, tags, (1, 2), ((0.0, 0.0), (0.001, 0.0)))]).iloc[0]
    assert row["maxheight_m"] == pytest.approx(3.505, abs=0.0005)
    assert math.isnan(row["maxweight_t"])
    assert row["motor_vehicle"] == "private"
    assert row["hgv"] == "destination"
    assert [row["bridge"], row["tunnel"], row["sidewalk"]] == [True, False, True]


def osmnx_frame(path, **about):
    graph = nx.MultiDiGraph(crs="EPSG:32630")
    graph.add_node(1, x=0.0, y=0.0)
    graph.add_node(2, x=1000.0, y=0.0)
    graph.add_edge(1, 2, osmid=7, highway="residential", oneway=True, length=1000.0, **about)
    osmnx.save_graphml(graph, path)
    return osmnx_graph.read(path, "roads").iloc[0]


def test_the_reader_of_osmnx_graphs_takes_the_tightest_of_merged_ways(tmp_path):
    row = osmnx_frame(
        tmp_path / "g.graphml",
        maxheight=["4.2", "11'6\""],
        maxweight="7.5",
        hgv=["designated", "no"],
        motor_vehicle="yes",
        access=["private", "yes"],
        bridge=["no", "yes"],
    )
    assert row["maxheight_m"] == pytest.approx(3.505, abs=0.0005)
    assert row["maxweight_t"] == 7.5
    assert row["hgv"] == "no"
    assert row["motor_vehicle"] == "private"
    assert row["bridge"]
    assert not row["tunnel"]


def test_of_merged_ways_no_exception_lifts_another_ways_limit(tmp_path):
    row = osmnx_frame(
        tmp_path / "g.graphml",
        **{"maxweight": ["7.5", "18"], "maxweight:conditional": "none @ destination"},
    )
    assert row["maxweight_t"] == 7.5
    single = osmnx_frame(
        tmp_path / "g.graphml",
        **{"maxweight": "7.5", "maxweight:conditional": "none @ destination", "access": "no"},
    )
    assert math.isnan(single["maxweight_t"])
    assert single["motor_vehicle"] == "no"


def test_a_graph_saved_with_the_default_tags_gives_unknown_limits(tmp_path):
    row = osmnx_frame(tmp_path / "g.graphml")
    assert row[list(osm_limits.LIMIT_KEYS)].isna().all()
    assert row["hgv"] == ""


def test_osmnx_must_be_told_to_keep_what_we_read():
    default = set(osmnx.settings.useful_tags_way)
    assert default <= set(osmnx_graph.WAY_TAGS)
    assert set(osm_limits.WAY_KEYS) <= set(osmnx_graph.WAY_TAGS)
    assert {"maxheight", "maxweight", "hgv", "motor_vehicle"}.isdisjoint(default)
    assert len(set(osmnx_graph.WAY_TAGS)) == len(osmnx_graph.WAY_TAGS)


# --- speeds -----------------------------------------------------------------------------------


def test_our_service_road_is_slower_than_the_one_osmnx_imputes(tmp_path):
    """The golden speeds of osmnx 2.1.1 [M], grid-fibre-access 3.1, beside ours."""
    graph = nx.MultiDiGraph(crs="EPSG:32630")
    edges = (
        ("residential", "20 mph"),
        ("residential", None),
        ("primary", ["30 mph", "40 mph"]),
        ("primary", "50"),
        ("service", None),
    )
    for number, (kind, speed) in enumerate(edges):
        graph.add_node(number, x=1000.0 * number, y=0.0)
        graph.add_node(number + 1, x=1000.0 * (number + 1), y=0.0)
        said = {} if speed is None else {"maxspeed": speed}
        about = {"osmid": number, "highway": kind, "length": 1000.0, "oneway": False} | said
        graph.add_edge(number, number + 1, **about)
    timed = osmnx.routing.add_edge_travel_times(osmnx.routing.add_edge_speeds(graph))
    found = [about for _, _, about in timed.edges(data=True)]
    kmh = [about["speed_kph"] for about in found]
    assert kmh == pytest.approx([32.19, 32.19, 56.33, 50.0, 42.68], abs=0.01)
    seconds = [about["travel_time"] for about in found]
    assert seconds == pytest.approx([111.85, 111.85, 63.91, 72.0, 84.36], abs=0.05)

    path = tmp_path / "golden.graphml"
    osmnx.save_graphml(graph, path)
    ours = build_graph(osmnx_graph.read(path, "roads"))
    our_kmh = ours.length_m / 1000 / (ours.forward_min / 60)
    assert our_kmh == pytest.approx([30, 30, 48.28, 50, 15], abs=0.01)
    assert our_kmh[4] == FREE_FLOW_KMH["service"] < kmh[4]


def test_a_street_closed_to_vehicles_is_not_driven_and_a_private_one_is():
    words = ["no", "private", "destination", "yes", ""]
    frame = osm_streets.edges(
        [
            Way(
                number,
                {"highway": "service", "motor_vehicle": word},
                (2 * number, 2 * number + 1),
                ((0.0, number / 100), (0.01, number / 100)),
            )
            for number, word in enumerate(words, 1)
        ]
    ).to_crs(32631)
    graph = build_graph(frame)
    assert np.isfinite(graph.forward_min).tolist() == [False, True, True, True, True]
    assert np.isfinite(graph.backward_min).tolist() == [False, True, True, True, True]


# --- lines to keep clear of -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "kind", "on_poles"),
    [
        ({"power": "line"}, "overhead_line", None),
        ({"power": "minor_line"}, "overhead_line", True),
        ({"power": "line", "location": "underground"}, "underground_cable", None),
        ({"power": "cable"}, "underground_cable", None),
        ({"power": "cable", "location": "overhead"}, "overhead_line", None),
        ({"man_made": "pipeline", "substance": "gas"}, "gas_pipeline", None),
        ({"man_made": "pipeline", "substance": "oil;water"}, "oil_pipeline", None),
        ({"man_made": "pipeline", "substance": "hot_water"}, "heat_main", None),
        ({"man_made": "pipeline", "type": "sewage"}, "sewer", None),
        ({"man_made": "pipeline"}, "other", None),
        ({"railway": "rail"}, "railway", None),
        ({"railway": "abandoned"}, "", None),
        ({"power": "line", "disused": "yes"}, "", None),
        ({"power": "tower"}, "", None),
    ],
)
def test_lines_are_what_their_tags_prove(tags, kind, on_poles):
    assert osm_utilities.kind(tags) == kind
    assert osm_utilities.stands_on_poles(tags) is on_poles
