"""Two ways to a site: the ladder on towns drawn for it, and the quick answer against the exact."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import ROOT, SHARED, X0, Y0, Town
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from siteselect import network
from siteselect.criteria.registry import measure
from siteselect.design.diversity import possible
from siteselect.design.duct_streets import DUCT_STREETS
from siteselect.design.proven import at_route, proven
from siteselect.design.reach import Streets
from siteselect.design.two_ways import pair_of
from siteselect.settings.backhaul import Backhaul
from siteselect.settings.routing import Routing
from siteselect.trench import ground_of

SETTINGS = Backhaul()


def one_piece(graph):
    """Say that all streets hang together and none is a yard path, which nothing here asks."""
    count = len(graph.length_m)
    return np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)


def streets(lines, sites, highway="residential"):
    """Make streets of lines given as ((x, y), (x, y)), and snap sites (x, y) to them."""
    rows = []
    for number, ends in enumerate(lines):
        names = [f"{x}/{y}" for x, y in (ends[0], ends[-1])]
        kind = highway if isinstance(highway, str) else highway[number]
        rows.append((f"e{number}", *names, kind, LineString(ends)))
    columns = ["edge_id", "from_node", "to_node", "highway", "geometry"]
    frame = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=27700)
    graph = network.build_graph(frame)
    points = np.array([Point(xy) for xy in sites], dtype=object)
    tree = network.edge_tree(graph)
    snapped = network.snap(graph, points, 250.0, tree=tree)
    return Streets(graph, points, snapped, Routing(), tree, ground_of(graph), *one_piece(graph))


def nodes(places, kinds="pop", operators="", carriers=np.nan):
    points = [Point(xy) for xy in places]
    return gpd.GeoDataFrame(
        {"kind": kinds, "operator": operators, "carriers": carriers},
        geometry=points,
        crs=27700,
        index=range(len(points)),
    )


def routes(*lines, operators=""):
    frame = gpd.GeoDataFrame(geometry=[LineString(line) for line in lines], crs=27700)
    return frame.assign(operator=operators)


def quick(town, points, settings=SETTINGS):
    nowhere = np.zeros(len(town.points), dtype=np.int64)
    step, shared_m = possible(town, points, nowhere, settings)
    return step.tolist(), shared_m.tolist()


BLOCK = [
    ((0, 0), (1000, 0)),
    ((1000, 0), (1000, 1000)),
    ((1000, 1000), (0, 1000)),
    ((0, 1000), (0, 0)),
]
STUB = ((0, 0), (-300, 0))
ENDS = ((1000, 0), (1000, 1000))


# --- what streets allow -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "step", "shared_m"),
    [
        ((500, 20), 3, 20),  # in mid-street: both directions, one entry
        ((500, 60), 1, 60),  # set back farther than a lead-in
        ((20, 30), 5, 0),  # a corner: two streets on two sides
        ((-25, -10), 3, 35),  # 25 m into the cul-de-sac, 10 m beside it
        ((-25, 10), 5, 0),  # as far in, but another street passes 25 m away on another side
        ((-200, 10), 1, 210),  # deep in the cul-de-sac
    ],
)
def test_the_ladder_by_hand(site, step, shared_m):
    town = streets([*BLOCK, STUB], [site])
    assert quick(town, nodes(ENDS)) == ([step], [pytest.approx(shared_m)])
    exact = pair_of(town, nodes(ENDS), 0, SETTINGS)
    assert (exact.step, exact.shared_m) == (step, pytest.approx(shared_m))


def test_one_point_is_not_two_points_of_presence():
    town = streets([*BLOCK, STUB], [(20, 30), (500, 20)])
    one = nodes(ENDS[:1])
    assert quick(town, one)[0] == [4, 3]
    found = pair_of(town, one, 0, SETTINGS)
    assert found.facility == (0, 0)
    assert "one pick-up point" in found.evidence
    # Nor are two cabinets, which an exchange feeds.
    assert quick(town, nodes(ENDS, kinds="cabinet"))[0] == [4, 3]
    assert quick(town, nodes(ENDS, kinds=["pop", "cabinet"]))[0] == [4, 3]


def test_a_lone_point_at_the_end_of_a_stub_is_one_way_however_near():
    town = streets([STUB], [(-290, 5), (-100, 5)])
    assert quick(town, nodes([(-300, 0)]))[0] == [1, 1]
    assert pair_of(town, nodes([(-300, 0)]), 0, SETTINGS).step == 1
    # With a second point at the other end, the street is left in both directions.
    assert quick(town, nodes([(-300, 0), (0, 0)]))[0] == [3, 3]


def test_a_point_at_a_crossing_is_on_all_streets_that_meet_there():
    twice = [((0, 0), (0, 200)), ((0, 0), (0.0, 100.0), (0, 200)), ((0, 200), (300, 200))]
    town = streets(twice, [(0, 0), (300, 200)])
    # Two streets lead from the one end to the crossing; but one from the other.
    assert quick(town, nodes([(0, 200)]))[0] == [3, 1]


def test_two_carriers_on_one_way_are_not_diverse():
    town = streets([*BLOCK, STUB], [(-200, 10)])
    two = nodes(ENDS, operators=["North", "South"])
    assert quick(town, two)[0] == [2]
    assert quick(town, nodes(ENDS, operators=["North", "North"]))[0] == [1]
    assert quick(town, nodes(ENDS, carriers=4))[0] == [2]


def test_two_blocks_that_meet_in_one_crossing_share_it():
    west = [((0, 0), (500, 0)), ((500, 0), (500, 500)), ((500, 500), (0, 500)), ((0, 500), (0, 0))]
    east = [tuple((x + 500, y + 500) for x, y in street) for street in west]
    town = streets([*west, *east], [(20, 30), (520, 530)])
    far = nodes([(1000, 500), (1000, 1000)])
    # The first block must pass the crossing (500, 500); the second need not.
    assert quick(town, far)[0] == [4, 5]
    assert [pair_of(town, far, row, SETTINGS).step for row in (0, 1)] == [4, 5]


def test_a_footway_beside_the_street_and_a_motorway_are_no_second_way():
    beside = [((0, 0), (0, 8)), ((0, 8), (-300, 8)), ((-300, 8), (-300, 0))]
    kinds = ["residential"] * 5
    for other in ("footway", "motorway"):
        town = streets([*BLOCK, STUB, *beside], [(-200, -10)], [*kinds, *[other] * 3])
        assert quick(town, nodes(ENDS))[0] == [1]
    town = streets([*BLOCK, STUB, *beside], [(-200, -10)], [*kinds, *["service"] * 3])
    assert quick(town, nodes(ENDS))[0] == [3]
    assert "motorway" not in DUCT_STREETS


def test_what_is_not_known_is_not_a_step():
    town = streets(BLOCK, [(500, 20), (500, 500)])
    step, shared_m = quick(town, nodes(ENDS))
    assert step[0] == 3
    assert np.isnan(step[1])  # 500 m from any street
    assert np.isnan(shared_m[1])
    assert np.isnan(quick(town, None)[0]).all()
    assert np.isnan(quick(town, nodes([]))[0]).all()
    assert np.isnan(quick(town, nodes([(9e3, 9e3)]))[0]).all()  # off the streets
    bare = replace(town, graph=None, sites=None, tree=None)
    assert np.isnan(quick(bare, nodes(ENDS))[0]).all()
    assert pair_of(bare, nodes(ENDS), 0, SETTINGS).lines == ()
    assert pair_of(town, nodes(ENDS), 1, SETTINGS).lines == ()


def test_no_street_leads_there():
    apart = [((5000, 0), (6000, 0))]
    town = streets([*BLOCK, *apart], [(5500, 10)])
    assert quick(town, nodes(ENDS))[0] == [0]
    assert pair_of(town, nodes(ENDS), 0, SETTINGS).step == 0


def test_the_pair_is_drawn_and_its_corridor_measured():
    town = streets([*BLOCK, STUB], [(500, 20)])
    found = pair_of(town, nodes(ENDS), 0, SETTINGS)
    assert found.length_m == (pytest.approx(520), pytest.approx(2520))
    for line, length_m, row in zip(found.lines, found.length_m, found.facility, strict=True):
        assert line.length == pytest.approx(length_m)
        assert line.coords[0] == (500, 20)
        assert line.coords[-1] == ENDS[row]
    # The lead-in of 20 m, and 10 m along the street before the strips part.
    assert found.corridor_share == pytest.approx(30 / 520, abs=1e-3)
    assert "Streets are not ducts" in found.evidence


def test_looser_settings_never_take_a_step_down():
    sites = [(500, 60), (40, 30), (-100, -10)]
    town = streets([*BLOCK, STUB], sites)
    strict = quick(town, nodes(ENDS), Backhaul(lead_in_m=10, second_access_m=0))[0]
    loose = quick(town, nodes(ENDS), Backhaul(lead_in_m=300, second_access_m=100))[0]
    assert (np.array(loose) >= np.array(strict)).all()
    assert loose == [3, 5, 3]


@st.composite
def towns(draw):
    """Draw streets between points of a coarse grid, sites beside them, and pick-up points."""
    spot = st.tuples(st.integers(0, 3), st.integers(0, 3))
    ends = draw(
        st.lists(
            st.tuples(spot, spot).filter(lambda pair: pair[0] != pair[1]), min_size=3, max_size=14
        )
    )
    # A little off the grid, so that no two streets run through each other's crossings.
    place = {
        (x, y): (100 * x + 7 * (y % 3) + x * y, 100 * y + 5 * (x % 2) + 3 * x)
        for x in range(4)
        for y in range(4)
    }
    lines = [(place[one], place[other]) for one, other in ends]
    beside = st.tuples(st.floats(-20, 340), st.floats(-20, 340))
    points = draw(st.lists(spot, min_size=1, max_size=3))
    kinds = draw(
        st.lists(st.sampled_from(["pop", "cabinet"]), min_size=len(points), max_size=len(points))
    )
    sites = draw(st.lists(beside, min_size=1, max_size=3))
    return streets(lines, sites), nodes([place[at] for at in points], kinds=kinds)


@given(towns())
def test_the_quick_ladder_is_that_of_the_exact_pair(drawn):
    town, points = drawn
    steps, shared_m = quick(town, points)
    for row, step in enumerate(steps):
        exact = pair_of(town, points, row, SETTINGS)
        if np.isnan(step):
            assert exact.lines == ()
            continue
        assert exact.step == step
        if step >= 3:
            assert exact.shared_m == pytest.approx(shared_m[row], abs=6e-4)
            assert len(exact.lines) == 2


@given(towns())
def test_company_changes_nobody_s_step(drawn):
    town, points = drawn
    together = quick(town, points)[0]
    for row, step in enumerate(together):
        alone = replace(town, points=town.points[[row]], sites=None)
        assert quick(alone, points)[0] == [pytest.approx(step, nan_ok=True)]


# --- what maps prove --------------------------------------------------------------------------


def at(points, fibre_nodes, fibre_routes):
    sites = np.array([Point(xy) for xy in points], dtype=object)
    return proven(sites, fibre_nodes, fibre_routes, SETTINGS).tolist()


def test_presence_proves_and_absence_says_nothing():
    line = routes(((0, 0), (1000, 0)))
    sites = np.array([Point(500, 49), Point(500, 51)], dtype=object)
    assert at_route(sites, line, 50.0).tolist() == [True, None]
    assert at_route(sites, None, 50.0).tolist() == [None, None]
    assert at_route(sites, line[:0], 50.0).tolist() == [None, None]
    assert at([(500, 49), (500, 51)], None, line) == [1, 0]
    assert np.isnan(at([(500, 49)], None, None)).all()
    assert at([(500, 49)], nodes([]), line[:0]) == [0]
    assert at([(10, 0), (90, 0)], nodes([(0, 0)]), None) == [1, 0]


def test_two_operators_prove_two_carriers_and_no_more():
    pair = routes(((0, 0), (1000, 0)), ((0, 3), (1000, 3)), operators=["North", "South"])
    assert at([(500, 10)], None, pair) == [2]
    assert at([(500, 10)], None, pair.assign(operator=["North", "North"])) == [1]
    assert at([(500, 10)], None, pair.assign(operator=["North", None])) == [1]
    # Both lead to points, in one trench: still two carriers.
    assert at([(500, 10)], nodes([(0, 0)]), pair) == [2]
    assert at([(10, 0)], nodes([(0, 0)], carriers=3), None) == [2]
    assert at([(10, 0)], nodes([(0, 0), (20, 0)], operators=["North", "South"]), None) == [2]


def test_a_cable_that_passes_between_two_points_proves_two_ways():
    line = routes(((0, 0), (400, 0)), ((400, 0), (1000, 0)))  # one cable in two pieces
    both = nodes([(0, 0), (1000, 0)])
    assert at([(500, 20)], both, line) == [3]
    assert at([(500, 20)], both[:1], line) == [1]
    ring = routes(((0, 0), (1000, 0), (1000, 1000), (0, 0)))
    assert at([(500, 20)], both[:1], ring) == [3]


def test_two_routes_prove_two_ways_where_they_part_soon():
    apart = routes(((500, 0), (0, 0)), ((500, 5), (500, 900)), operators=["North", "South"])
    ends = nodes([(0, 0), (500, 900)])
    assert at([(510, 0)], ends, apart) == [3]
    long_together = routes(
        ((500, 0), (0, 0)), ((500, 5), (300, 5), (300, 900)), operators=["North", "South"]
    )
    assert at([(510, 0)], nodes([(0, 0), (300, 900)]), long_together) == [2]


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=4),
        max_size=4,
    ),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=3),
)
def test_a_map_never_proves_more_than_step_3_and_more_of_it_never_less(lines, points):
    drawn = [[(100 * x, 100 * y) for x, y in line] for line in lines if len(set(line)) > 1]
    ends = nodes([(100 * x, 100 * y) for x, y in points])
    sites = [(250, 260), (500, 500), (820, 130)]
    frame = routes(*drawn, operators="One") if drawn else None
    found = at(sites, ends, frame)
    assert set(found) <= {0, 1, 2, 3}
    if drawn:
        less = at(sites, ends, None)
        assert (np.array(found) >= np.array(less)).all()


# --- in the table of sites --------------------------------------------------------------------


def test_the_columns_of_a_town(town: Town):
    found = town.assess()
    sites = found.sites
    # One pick-up point of kind pop: two ways to it, never two points of presence. Sites a, c and d
    # stand near corners of the street grid, b on a crossing of it.
    assert sites["diversity_possible"].between(3, 4).all()
    assert (sites["diversity_proven"] == 0).all()
    evidence = sites.loc["a", "diversity_evidence"]
    assert evidence.startswith("Streets: two ways")
    assert "proves nothing" in evidence
    assert "two carriers over one duct are one way" in evidence
    value = measure("fibre_diversity", sites, found.layers).values
    assert (value == sites["diversity_possible"]).all()


def test_a_town_without_fibre_or_streets_has_no_step(town: Town):
    del town.document["layers"]["fibre_nodes"]
    town.document["groups"].pop("fibre")
    town.document["presets"] = {}
    sites = town.assess().sites
    assert sites["diversity_possible"].isna().all()
    assert sites["diversity_proven"].isna().all()
    assert sites["diversity_evidence"].str.contains("the study has none").all()


def test_a_mapped_route_lifts_what_is_proven(town: Town):
    line = LineString([(X0 + 500, Y0), (X0 + 500, Y0 + 1000)])
    frame = gpd.GeoDataFrame({"route_id": ["r"]}, geometry=[line], crs=3067)
    town.write("routes", frame)
    file = town.document["layers"]["fibre_nodes"][0]
    town.document["layers"]["fibre_routes"] = [{**file, "path": "routes.gpkg"}]
    sites = town.assess().sites
    assert sites["diversity_proven"].to_dict() == {"a": 0, "b": 1, "c": 0, "d": 0}


@pytest.mark.skipif(
    not (SHARED / "rutland-osm" / "rutland-latest.osm.pbf").exists(),
    reason="the Rutland extract is not in ../shared/data",
)
def test_a_real_county_agrees_with_the_exact_pair():
    from siteselect.layers.build import build_territory
    from siteselect.study_file import load_study

    file = ROOT / "data" / "rutland" / "study.yaml"
    study = load_study(file)
    layers = {name: study.layers[name] for name in ("roads", "fibre_nodes")}
    territory = build_territory(study.model_copy(update={"layers": layers}), file.parent, SHARED)
    roads = territory.layers["roads"].frame
    points = roads.geometry.to_numpy()[:: len(roads) // 12]
    sites = shapely.line_interpolate_point(points, 0.4, normalized=True)
    graph = network.build_graph(roads)
    tree = network.edge_tree(graph)
    snapped = network.snap(graph, sites, 250.0, tree=tree)
    county = Streets(graph, sites, snapped, Routing(), tree, ground_of(graph), *one_piece(graph))
    fibre = territory.layers["fibre_nodes"].frame
    step = possible(county, fibre, np.zeros(len(sites), dtype=np.int64), SETTINGS)[0]
    for row in range(0, len(sites), 3):
        assert pair_of(county, fibre, row, SETTINGS).step == step[row]
