"""The OpenStreetMap source, on a county of real data and on small files written here."""

import math
from pathlib import Path

import osmium
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect import layers
from siteselect.contracts import collect
from siteselect.errors import SourceError
from siteselect.sources import osm_file, osm_pbf, osm_shore, osm_streets
from siteselect.sources.osm_file import Way

SHARED = Path(__file__).parents[1] / ".." / "shared" / "data"
RUTLAND = SHARED / "rutland-osm" / "rutland-latest.osm.pbf"
SPECS = {name: module.LAYER for name, module in collect(layers, "LAYER").items()}
FED = (
    *("roads", "heat_sinks", "noise_receptors", "fibre_nodes", "supply_points", "constraints"),
    "utilities",
)

needs_rutland = pytest.mark.skipif(
    not RUTLAND.exists(), reason="the Rutland extract is not in ../shared/data"
)


@pytest.fixture(scope="session")
def rutland():
    frames = {}

    def read(layer):
        if layer not in frames:
            frames[layer] = osm_pbf.read(RUTLAND, layer)
        return frames[layer]

    return read


@pytest.fixture
def write(tmp_path):
    """Write a PBF from nodes {number: (x, y, tags)}, ways {number: (nodes, tags)} and relations."""

    def make(nodes, ways=None, relations=None, box=None):
        path = tmp_path / "tiny.osm.pbf"
        header = osmium.io.Header()
        if box is not None:
            header.add_box(osmium.osm.Box(*box))
        writer = osmium.SimpleWriter(str(path), header=header, overwrite=True)
        for number, (x, y, tags) in sorted(nodes.items()):
            node = osmium.osm.mutable.Node(id=number, location=(x, y), tags=tags, version=1)
            writer.add_node(node)
        for number, (members, tags) in sorted((ways or {}).items()):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=members, tags=tags, version=1))
        for number, (members, tags) in sorted((relations or {}).items()):
            writer.add_relation(
                osmium.osm.mutable.Relation(id=number, members=members, tags=tags, version=1)
            )
        writer.close()
        return path

    return make


def grid(*points):
    """Place points in a small town near Oakham; a step is about 68 m by 111 m."""
    return {at: (-0.72 + x / 1000, 52.67 + y / 1000, {}) for at, (x, y) in enumerate(points, 1)}


def square(first, corner, size=1.0):
    """Give four nodes of a square, and the closed ring through them."""
    x, y = corner
    ends = ((x, y), (x + size, y), (x + size, y + size), (x, y + size))
    nodes = {first + at: (-0.72 + a / 1000, 52.67 + b / 1000, {}) for at, (a, b) in enumerate(ends)}
    return nodes, [*nodes, first]


# --- the county -------------------------------------------------------------------------------


@needs_rutland
def test_rutland_driving_roads_are_673_km(rutland):
    roads = rutland("roads").to_crs("EPSG:27700")
    # The note counts on a sphere and leaves living streets out.
    driven = "motorway|trunk|primary|secondary|tertiary|unclassified|residential"
    km = roads[roads["highway"].str.match(f"^({driven})(_link)?$")].length.sum() / 1000
    assert km == pytest.approx(673, abs=2)


@needs_rutland
def test_rutland_counts_as_its_source_note_says(rutland):
    sinks = rutland("heat_sinks")["kind"].value_counts()
    assert sinks["pool"] + sinks["outdoor_pool"] == 8
    assert sinks["leisure_centre"] == 13
    assert sinks["greenhouse"] == 3
    assert sinks["hospital"] == 1
    assert list(rutland("fibre_nodes")["kind"]) == ["exchange"]


@needs_rutland
def test_rutland_supply_points_are_its_substations_but_not_the_railway_s(rutland):
    supply = rutland("supply_points").set_index("supply_id")
    drawn = osm_file.places(RUTLAND, ("power",), lambda tags: tags.get("power") == "substation")[0]
    assert len(drawn) == 11
    assert {place.osm_id for place in drawn} - set(supply.index) == {
        "osm-way-853268511",  # Ryhall feeder station, substation=traction
        "osm-way-853269362",  # Essendine feeder station
    }
    assert supply.loc["osm-way-87200019", "name"] == "Oakham Substation"
    assert supply.loc["osm-way-87200019", "level"] == "primary"
    assert supply["headroom_kva"].isna().all()


@needs_rutland
def test_rutland_roads_meet_only_at_their_ends(rutland):
    roads = rutland("roads")
    ends = shapely.get_point(roads.geometry.array, 0), shapely.get_point(roads.geometry.array, -1)
    at_node = {}
    for names, points in zip(("from_node", "to_node"), ends, strict=True):
        for node, point in zip(roads[names], points, strict=True):
            assert at_node.setdefault(node, point) == point
    assert (shapely.length(roads.geometry.to_numpy()) > 0).all()


@needs_rutland
@pytest.mark.parametrize("layer", [*FED, "basemap"])
def test_rutland_obeys_the_layer_contracts(rutland, layer):
    frame, spec = rutland(layer), SPECS[layer]
    assert frame.crs == "EPSG:4326"
    assert set(frame.columns) <= {*(column.name for column in spec.columns), "geometry"}
    required = {column.name for column in spec.columns if column.required}
    assert required <= set(frame.columns)
    assert frame.geometry.is_valid.all()
    assert not frame.geometry.is_empty.any()
    # What OpenStreetMap cannot tell may be left out: it is unknown then, as an empty cell is.
    for column in (column for column in spec.columns if column.name in frame):
        if column.choices:
            unsaid = set() if column.required else {""}
            assert set(frame[column.name]) <= {*column.choices, *unsaid}
        if column.kind == "number":
            known = frame[column.name].dropna()
            assert known.between(column.minimum, column.maximum).all()
    if spec.identifier:
        assert frame[spec.identifier].is_unique


@needs_rutland
def test_rutland_candidates_carry_the_tag_that_made_them():
    tags = {"leisure": ("sports_centre",), "amenity": ("parking", "school")}
    frame = osm_pbf.read(RUTLAND, "candidates", tags=tags)
    counts = frame["kind"].value_counts()
    assert counts["leisure=sports_centre"] == 13
    assert counts["amenity=parking"] == 226 + 33  # ways and points, as the file has them
    assert (frame.geom_type == "Point").all()
    assert frame["site_id"].is_unique


@needs_rutland
def test_rutland_extent_and_date():
    assert osm_file.extent(RUTLAND).bounds == pytest.approx(
        (-0.822934, 52.52355, -0.427654, 52.76109)
    )
    assert osm_file.newest(RUTLAND).date().isoformat() == "2022-07-20"


# --- streets ----------------------------------------------------------------------------------


def test_a_crossing_cuts_both_streets_and_a_bend_cuts_none(write):
    nodes = grid((0, 0), (1, 0), (2, 0), (3, 0), (2, 1), (2, -1))
    ways = {
        10: ([1, 2, 3, 4], {"highway": "residential", "maxspeed": "20 mph", "lanes": "2"}),
        11: ([5, 3, 6], {"highway": "primary", "oneway": "-1", "width": "3.5 m"}),
    }
    roads = osm_pbf.read(write(nodes, ways), "roads").set_index("edge_id")
    assert list(roads.index) == [f"osm-way-{way}-{part}" for way in (10, 11) for part in (0, 1)]
    assert roads.loc["osm-way-10-0", ["from_node", "to_node"]].tolist() == [
        "osm-node-1",
        "osm-node-3",
    ]
    assert len(roads.geometry["osm-way-10-0"].coords) == 3
    assert set(roads["maxspeed_kmh"].dropna().round(3)) == {32.187}
    assert roads.loc["osm-way-11-0", "oneway"] == "backward"
    assert roads.loc["osm-way-11-0", "width_m"] == 3.5


def test_a_bridge_shares_no_node_and_a_dropped_class_makes_no_crossing(write):
    nodes = grid((0, 0), (2, 0), (1, 1), (1, -1), (1, 0))
    ways = {
        10: ([1, 2], {"highway": "primary"}),
        11: ([3, 4], {"highway": "residential", "bridge": "yes"}),
        12: ([1, 5, 2], {"highway": "footway"}),
        13: ([3, 5], {"highway": "steps"}),
    }
    roads = osm_pbf.read(write(nodes, ways), "roads")
    assert list(roads["edge_id"]) == ["osm-way-10-0", "osm-way-11-0", "osm-way-12-0"]


def test_a_roundabout_is_cut_where_streets_join_it(write):
    nodes = grid((0, 0), (1, 0), (1, 1), (0, 1), (2, 0), (-1, 1))
    ways = {
        10: ([1, 2, 3, 4, 1], {"highway": "tertiary", "junction": "roundabout"}),
        11: ([2, 5], {"highway": "tertiary"}),
        12: ([4, 6], {"highway": "tertiary"}),
    }
    roads = osm_pbf.read(write(nodes, ways), "roads")
    ring = roads[roads["edge_id"].str.startswith("osm-way-10")]
    assert list(ring["oneway"]) == ["forward"] * 3
    assert set(ring["from_node"]) == {"osm-node-1", "osm-node-2", "osm-node-4"}


def test_a_way_is_broken_where_the_extract_lacks_a_node(write):
    nodes = grid((0, 0), (1, 0), (3, 0), (4, 0))
    path = write(nodes, {10: ([1, 2, 99, 3, 4], {"highway": "residential"})})
    roads = osm_pbf.read(path, "roads")
    assert list(roads["from_node"]) == ["osm-node-1", "osm-node-3"]
    assert list(roads["edge_id"]) == ["osm-way-10-0", "osm-way-10-1"]


@given(st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=8), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_cutting_neither_loses_nor_adds_length(node_lists):
    where = {at: (at % 4 + at / 100, at // 4 + at * at / 500) for at in range(13)}
    ways = [
        Way(number, {"highway": "path"}, tuple(nodes), tuple(where[node] for node in nodes))
        for number, nodes in enumerate(node_lists)
    ]
    edges = osm_streets.edges(ways)
    drawn = sum(shapely.LineString(way.positions).length for way in ways)
    assert shapely.length(edges.geometry.to_numpy()).sum() == pytest.approx(drawn)
    assert edges["edge_id"].is_unique
    ends = set(edges["from_node"]) | set(edges["to_node"])
    inner = [
        f"osm-node-{min(where, key=lambda at: math.dist(where[at], point))}"
        for line in edges.geometry
        for point in line.coords[1:-1]
    ]
    assert not ends & set(inner)
    assert len(inner) == len(set(inner))


# --- buildings --------------------------------------------------------------------------------


def test_floor_is_footprint_times_storeys_and_says_when_storeys_are_not_tagged(write):
    first, ring = square(1, (0, 0))
    second, ring_2 = square(11, (5, 0))
    path = write(
        first | second,
        {
            20: (ring, {"building": "office", "building:levels": "3"}),
            21: (ring_2, {"building": "office"}),
        },
    )
    sinks = osm_pbf.read(path, "heat_sinks").set_index("sink_id")
    footprint = 111_200 * 0.001 * 111_320 * 0.001 * math.cos(math.radians(52.6705))
    assert sinks.loc["osm-way-20", "floor_m2"] == pytest.approx(3 * footprint, rel=0.005)
    assert sinks.loc["osm-way-21", "floor_m2"] == pytest.approx(footprint, rel=0.005)
    assert "understated" in sinks.loc["osm-way-21", "demand_basis"]
    assert sinks["demand_mwh_a"].isna().all()


def test_a_school_s_grounds_point_and_building_are_one_sink(write):
    grounds, fence = square(1, (0, 0), 10)
    house, wall = square(11, (2, 2))
    hall, wall_2 = square(21, (5, 2))
    nodes = grounds | house | hall
    nodes[31] = (-0.7175, 52.6725, {"amenity": "school", "name": "A point in the house"})
    path = write(
        nodes,
        {
            40: (fence, {"amenity": "school", "name": "Mill School"}),
            41: (wall, {"building": "school", "building:levels": "2"}),
            42: (wall_2, {"building": "yes", "leisure": "sports_centre", "building:levels": "1"}),
        },
    )
    sinks = osm_pbf.read(path, "heat_sinks").set_index("sink_id")
    assert set(sinks.index) == {"osm-way-40", "osm-way-42"}
    assert sinks.loc["osm-way-40", "name"] == "Mill School"
    one = sinks.loc["osm-way-42", "floor_m2"]
    assert sinks.loc["osm-way-40", "floor_m2"] == pytest.approx(2 * one, rel=0.01)
    receptors = osm_pbf.read(path, "noise_receptors").set_index("receptor_id")
    assert receptors.loc["osm-way-41", "name"] == "Mill School"


def test_a_hotel_in_a_shared_building_has_its_walls_but_not_its_floor(write):
    nodes, ring = square(1, (0, 0))
    nodes[9] = (-0.7195, 52.6705, {"tourism": "hotel", "name": "The Fox"})
    path = write(nodes, {20: (ring, {"building": "yes", "building:levels": "6"})})
    sink = osm_pbf.read(path, "heat_sinks").iloc[0]
    assert sink["name"] == "The Fox"
    assert sink.geometry.geom_type == "Polygon"
    assert math.isnan(sink["floor_m2"])
    assert osm_pbf.read(path, "noise_receptors").iloc[0].geometry.equals(sink.geometry)


def test_a_pool_is_indoors_when_it_lies_in_a_building(write):
    hall, wall = square(1, (0, 0), 3)
    water, edge = square(11, (1, 1))
    garden, edge_2 = square(21, (9, 9))
    path = write(
        hall | water | garden,
        {
            30: (wall, {"building": "yes"}),
            31: (edge, {"leisure": "swimming_pool"}),
            32: (edge_2, {"leisure": "swimming_pool"}),
        },
    )
    kinds = osm_pbf.read(path, "heat_sinks").set_index("sink_id")["kind"]
    assert kinds.to_dict() == {"osm-way-31": "pool", "osm-way-32": "outdoor_pool"}


def test_an_area_cut_by_the_extract_is_drawn_but_its_floor_is_unknown(write):
    nodes, _ = square(1, (0, 0))
    path = write(nodes, {20: ([1, 2, 3, 4, 77, 1], {"building": "hotel", "building:levels": "5"})})
    sink = osm_pbf.read(path, "heat_sinks").iloc[0]
    assert math.isnan(sink["floor_m2"])
    assert "outside" in sink["demand_basis"]


def test_what_cannot_be_drawn_is_named(write):
    members = [("w", 77, "outer")]
    path = write(grid((0, 0)), {}, {30: (members, {"type": "multipolygon", "building": "hotel"})})
    frame = osm_pbf.read(path, "heat_sinks")
    assert frame.empty
    assert frame.attrs["broken"] == ("osm-relation-30",)


def test_a_home_is_inferred_only_in_residential_land(write):
    land, fence = square(1, (0, 0), 4)
    inside, ring = square(11, (1, 1))
    outside, ring_2 = square(21, (8, 8))
    home = {"building": "yes", "addr:housenumber": "7"}
    path = write(
        land | inside | outside,
        {30: (fence, {"landuse": "residential"}), 31: (ring, home), 32: (ring_2, home)},
    )
    receptors = osm_pbf.read(path, "noise_receptors")
    assert list(receptors["receptor_id"]) == ["osm-way-31"]


# --- the shore --------------------------------------------------------------------------------


def test_the_sea_lies_right_of_the_coastline():
    box = shapely.box(0, 0, 1, 1)
    northward = shapely.LineString([(0.5, -1), (0.5, 2)])
    (east,) = osm_shore.sea([northward], box)
    assert east.equals(shapely.box(0.5, 0, 1, 1))
    (west,) = osm_shore.sea([shapely.reverse(northward)], box)
    assert west.equals(shapely.box(0, 0, 0.5, 1))


def test_a_coastline_cut_just_before_the_edge_is_drawn_on():
    box = shapely.box(0, 0, 1, 1)
    (east,) = osm_shore.sea([shapely.LineString([(0.5, 0.02), (0.5, 0.95)])], box)
    assert east.area == pytest.approx(0.5)
    assert osm_shore.sea([shapely.LineString([(0.5, 0.3), (0.5, 0.7)])], box) == []


def test_an_island_is_not_sea_and_no_coast_says_nothing():
    box = shapely.box(0, 0, 1, 1)
    island = shapely.box(0.4, 0.4, 0.6, 0.6, ccw=True).exterior  # land on the left
    assert sum(face.area for face in osm_shore.sea([island], box)) == pytest.approx(0.96)
    assert osm_shore.sea([], box) == []
    assert osm_shore.sea([shapely.LineString([(5, 5), (6, 6)])], box) == []


def test_the_sea_is_drawn_as_water(write):
    nodes = grid((5, -5), (5, 15))
    box = (-0.72, 52.67, -0.71, 52.68)
    path = write(nodes, {10: ([1, 2], {"natural": "coastline"})}, box=box)
    basemap = osm_pbf.read(path, "basemap")
    assert list(basemap["kind"]) == ["water"]
    assert basemap.total_bounds == pytest.approx((-0.715, 52.67, -0.71, 52.68))


# --- hostile files ----------------------------------------------------------------------------


@needs_rutland
@pytest.mark.parametrize("layer", [*FED, "basemap"])
@pytest.mark.parametrize("keep", [1, 50, 4000, 800_000])
def test_a_truncated_file_is_refused_with_a_cure(tmp_path, layer, keep):
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(RUTLAND.read_bytes()[:keep])
    with pytest.raises(SourceError, match="download it again"):
        osm_pbf.read(path, layer)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "0 bytes"), (b"PK\x03\x04" * 500, "not a whole"), (b"<osm/>" * 90, "not a whole")],
)
def test_a_file_of_another_kind_is_refused_with_a_cure(tmp_path, content, message):
    path = tmp_path / "odd.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=message):
        osm_pbf.read(path, "roads")
    with pytest.raises(SourceError, match=message):
        osm_file.extent(path)
    with pytest.raises(SourceError, match=message):
        osm_file.newest(path)


@needs_rutland
def test_flipped_bytes_are_refused(tmp_path):
    whole = RUTLAND.read_bytes()
    path = tmp_path / "flipped.osm.pbf"
    path.write_bytes(whole[:5000] + bytes(byte ^ 255 for byte in whole[5000:6000]) + whole[6000:])
    with pytest.raises(SourceError, match="not a whole"):
        osm_pbf.read(path, "roads")


def test_a_floor_beyond_what_one_sink_can_have_is_unknown(write):
    nodes, ring = square(1, (0, 0), 20)
    path = write(nodes, {20: (ring, {"building": "office", "building:levels": "3"})})
    sink = osm_pbf.read(path, "heat_sinks").iloc[0]
    assert math.isnan(sink["floor_m2"])


def test_a_history_is_refused(tmp_path):
    path = tmp_path / "history.osh.pbf"
    header = osmium.io.Header()
    header.has_multiple_object_versions = True
    writer = osmium.SimpleWriter(str(path), header=header)
    for version in (1, 2):
        node = osmium.osm.mutable.Node(id=1, location=(-0.72, 52.67), tags={}, version=version)
        writer.add_node(node)
    writer.close()
    with pytest.raises(SourceError, match="history"):
        osm_pbf.read(path, "roads")


def test_an_absent_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.osm.pbf", tmp_path):
        with pytest.raises(SourceError, match="no such file"):
            osm_pbf.read(path, "roads")


def test_an_unknown_layer_names_the_known_ones(write):
    with pytest.raises(SourceError, match=r"heat_sinks.*roads"):
        osm_pbf.read(write(grid((0, 0))), "flood")


def test_candidates_need_tags(write):
    with pytest.raises(SourceError, match="tags"):
        osm_pbf.read(write(grid((0, 0))), "candidates")


def test_ways_without_any_node_are_refused(write):
    path = write({}, {10: ([1, 2], {"highway": "primary"})})
    with pytest.raises(SourceError, match="complete ways"):
        osm_pbf.read(path, "roads")


@pytest.mark.parametrize("layer", [*FED, "basemap"])
def test_a_file_with_nothing_of_the_kind_gives_no_rows(write, layer):
    frame = osm_pbf.read(write(grid((0, 0), (1, 1))), layer)
    assert frame.empty
    assert frame.crs == "EPSG:4326"
    assert set(frame.columns) <= {*(column.name for column in SPECS[layer].columns), "geometry"}
    required = {column.name for column in SPECS[layer].columns if column.required}
    assert {*required, "geometry"} <= set(frame.columns)


def test_text_of_tags_stays_as_it_is(write):
    name = "`${alert(1)}` <b>\u202e=1+1"
    nodes = {1: (-0.72, 52.67, {"telecom": "exchange", "name": name})}
    assert osm_pbf.read(write(nodes), "fibre_nodes")["name"].tolist() == [name]


def test_reading_twice_gives_the_same(write):
    nodes = grid(*((x, y) for x in range(4) for y in range(4)))
    ways = {number: ([number, number + 1], {"highway": "path"}) for number in (9, 3, 5, 1, 7)}
    path = write(nodes, ways)
    first, second = osm_pbf.read(path, "roads"), osm_pbf.read(path, "roads")
    assert first.equals(second)
    assert list(first["edge_id"]) == sorted(first["edge_id"])
