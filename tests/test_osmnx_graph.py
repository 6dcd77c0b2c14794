"""Street graphs saved by OSMnx."""

import networkx as nx
import numpy as np
import osmnx
import pytest
from shapely import LineString

from siteselect.errors import SourceError
from siteselect.network import Snap, build_graph, nearest_by_drive
from siteselect.sources import osmnx_graph
from siteselect.sources.registry import read_any

NODES = {1: (0, 0), 2: (1000, 0), 3: (1000, 1000), 4: (0, 1000)}
BOW = [(1000, 1000), (500, 1200), (0, 1000)]


def saved(path, *edges, crs="EPSG:32630", kind=nx.MultiDiGraph):
    graph = kind(crs=crs)
    for node, (x, y) in NODES.items():
        graph.add_node(node, x=float(x), y=float(y))
    for start, end, about in edges:
        graph.add_edge(start, end, **({"highway": "residential", "length": 1.0} | about))
    osmnx.save_graphml(graph, path)
    return path


def both(start, end, way, line=None, **about):
    """Give the two edges that OSMnx holds for a two-way street."""
    there = {"osmid": way, "oneway": False, "reversed": False} | about
    back = there | {"reversed": True}
    if line:
        there["geometry"], back["geometry"] = LineString(line), LineString(line[::-1])
    return [(start, end, there), (end, start, back)]


@pytest.fixture
def city(tmp_path):
    return saved(
        tmp_path / "city.graphml",
        *both(1, 2, 10, name="High Street", maxspeed="30 mph", lanes="2", width="5.5"),
        *both(3, 4, [31, 30], BOW, highway=["service", "residential"], name=["Bow", "Lane"]),
        (2, 3, {"osmid": 20, "oneway": True, "reversed": False, "maxspeed": ["30", "50"]}),
        (4, 1, {"osmid": 40, "oneway": True, "reversed": True, "surface": "asphalt"}),
    )


def test_the_two_directions_of_a_street_become_one_edge(city):
    frame = osmnx_graph.read(city, "roads")
    assert frame.crs == "EPSG:32630"
    assert frame["from_node"].tolist() == ["osmnx-1", "osmnx-2", "osmnx-3", "osmnx-4"]
    assert frame["to_node"].tolist() == ["osmnx-2", "osmnx-3", "osmnx-4", "osmnx-1"]
    assert frame["oneway"].tolist() == ["no", "forward", "no", "forward"]
    assert frame["edge_id"].is_unique
    assert frame.length.tolist() == pytest.approx([1000, 1000, LineString(BOW).length, 1000])


def test_attributes_are_read_and_the_slowest_of_several_counts(city):
    frame = osmnx_graph.read(city, "roads")
    assert frame["maxspeed_kmh"].tolist() == pytest.approx(
        [48.28032, 30, np.nan, np.nan], nan_ok=True
    )
    assert frame["highway"].tolist() == ["residential", "residential", "service", "residential"]
    assert frame["name"].tolist() == ["High Street", "", "Bow / Lane", ""]
    assert frame.loc[0, ["lanes", "width_m"]].tolist() == [2, 5.5]
    assert frame.loc[3, "surface"] == "asphalt"


def test_it_makes_a_graph_that_can_be_driven(city):
    graph = build_graph(read_any(city, "roads"))
    at_1, at_4 = (
        Snap(np.array([edge]), np.array([end]), np.zeros(1)) for edge, end in ((0, 0.0), (2, 1.0))
    )
    assert nearest_by_drive(graph, at_1, at_4, offroad_kmh=5).cost == pytest.approx([2])
    # back: 1 to 2, 2 to 3 and the service road, since 4 to 1 is one way
    bow_min = LineString(BOW).length / 1000 / 15 * 60
    assert nearest_by_drive(graph, at_4, at_1, offroad_kmh=5).cost == pytest.approx([4 + bow_min])


def test_different_streets_between_two_nodes_stay_apart(tmp_path):
    path = saved(
        tmp_path / "g.graphml",
        *both(3, 4, 30, BOW),
        *both(3, 4, 31),
        (4, 3, {"osmid": 32, "oneway": True}),
    )
    frame = osmnx_graph.read(path, "roads")
    assert sorted(frame["oneway"]) == ["forward", "no", "no"]


def test_a_street_that_returns_to_its_node_is_one_edge(tmp_path):
    loop = [(0, 0), (50, 0), (50, 60), (0, 0)]
    there_and_back = [(0, 0), (-50, 0), (0, 0)]
    path = saved(tmp_path / "g.graphml", *both(1, 1, 5, loop), *both(1, 1, 6, there_and_back))
    frame = osmnx_graph.read(path, "roads")
    assert frame["oneway"].tolist() == ["no", "no"]


def test_an_undirected_graph_keeps_what_its_edges_say(tmp_path):
    path = saved(
        tmp_path / "g.graphml",
        (1, 2, {"osmid": 1, "oneway": False}),
        # the line of this one runs from 4 to 3, against the order of its nodes
        (3, 4, {"osmid": 2, "oneway": True, "geometry": LineString(BOW[::-1])}),
        kind=nx.MultiGraph,
    )
    frame = osmnx_graph.read(path, "roads")
    assert frame["oneway"].tolist() == ["no", "forward"]
    assert frame.loc[1, ["from_node", "to_node"]].tolist() == ["osmnx-4", "osmnx-3"]
    assert len(build_graph(frame).node_xy) == 4


def test_simplified_by_osmnx_itself(tmp_path):
    """A chain 1-2-3 of two ways: OSMnx merges it and lists what differs."""
    graph = nx.MultiDiGraph(crs="EPSG:32630", simplified=False)
    for node, (x, y) in NODES.items():
        graph.add_node(node, x=float(x), y=float(y))
    for start, end, way, speed in ((1, 2, 7, "30"), (2, 3, 8, "50")):
        for a, b, flipped in ((start, end, False), (end, start, True)):
            graph.add_edge(
                a,
                b,
                osmid=way,
                highway="tertiary",
                maxspeed=speed,
                oneway=False,
                reversed=flipped,
                length=1000.0,
            )
    graph.remove_node(4)
    path = tmp_path / "g.graphml"
    osmnx.save_graphml(osmnx.simplify_graph(graph), path)
    frame = osmnx_graph.read(path, "roads")
    assert frame[["oneway", "maxspeed_kmh"]].to_numpy().tolist() == [["no", 30.0]]
    assert frame.length.tolist() == [2000]


GRAPHML = "<graphml xmlns='http://graphml.graphdrawing.org/xmlns'>{}</graphml>"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not xml",
        "<html><body/></html>",
        GRAPHML.format(""),
        GRAPHML.format("<graph edgedefault='directed'><node id='a'/></graph>"),
        GRAPHML.format("<graph><node id='1'/><node id='2'/><edge source='1' target='2'/></graph>"),
    ],
)
def test_another_file_is_refused_with_a_cure(tmp_path, content):
    path = tmp_path / "bad.graphml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        osmnx_graph.read(path, "roads")
    assert caught.value.faults[0].file == str(path)


def test_a_missing_file_and_an_empty_graph_are_refused(tmp_path):
    with pytest.raises(SourceError):
        osmnx_graph.read(tmp_path / "none.graphml", "roads")
    with pytest.raises(SourceError, match="no edges"):
        osmnx_graph.read(saved(tmp_path / "g.graphml"), "roads")


def test_a_graph_without_crs_is_refused(tmp_path):
    path = saved(tmp_path / "g.graphml", *both(1, 2, 1))
    text = path.read_text(encoding="utf-8").replace("EPSG:32630", "EPSG:nowhere")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError):
        osmnx_graph.read(path, "roads")


def test_it_feeds_no_other_layer(city):
    with pytest.raises(SourceError, match="heat_sinks"):
        osmnx_graph.read(city, "heat_sinks")
