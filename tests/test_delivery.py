"""The lorry with the pod: vehicles, quickest ways with limits, and what a site is told of them."""

from dataclasses import replace
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import SHARED, lonlat
from hypothesis import given
from hypothesis import strategies as st
from street_graphs import NOWHERE, at, networks, roads

from siteselect import lorry
from siteselect.design.delivery import (
    NO_ROADS,
    NO_STREET,
    NO_WAY,
    NOTHING_MAPPED,
    STOPPED,
    deliver_pod,
)
from siteselect.network import Snap, build_graph, nearest_by_drive, snap
from siteselect.paths import arrivals, last_edges, paths_from, sum_along, worst_along
from siteselect.settings.access import Access
from siteselect.settings.pod import Pod
from siteselect.settings.routing import Routing
from siteselect.snapping import FREE_FLOW_KMH
from siteselect.sources import osm_pbf

RUTLAND = SHARED / "rutland-osm" / "rutland-latest.osm.pbf"
HIAB = lorry.vehicles()["hiab"]


def study(vehicle="hiab", **access):
    """Give the three parts of a study that a delivery looks at."""
    return SimpleNamespace(
        access=Access(vehicle=vehicle, **access),
        pod=Pod(it_kw=100, height_m=2.9),
        routing=Routing(drive_delay_factor=1.0),
    )


def streets(bridge=None, **site_street):
    """Lay a trunk road to a, a bridge of 1 km from a to b, and 3 km round it over d and c.

    The site is half-way along a dead end of 1 km from b.
    """
    frame = roads(
        ("z", "a", [(-1000, 0), (0, 0)], {"highway": "trunk"}),
        ("a", "b", None, {"name": "Low Bridge", **(bridge or {})}),
        ("a", "d", None),
        ("d", "c", None),
        ("c", "b", None),
        ("b", "s", [(1000, 0), (2000, 0)], site_street),
    )
    return build_graph(frame)


def delivered(graph, vehicle="hiab", place=(5, 0.5, 10.0), **access):
    table = deliver_pod(study(vehicle, **access), graph, at(place), pd.Index(["s"]))
    return table.iloc[0]


# --- vehicles ---------------------------------------------------------------------------------


def test_vehicles_and_loads_published():
    """Grid-fibre-access 3.3: sizes [K/J] and ISO containers."""
    found = lorry.vehicles()
    assert set(found) == {"van", "rigid_18t", "hiab", "artic"}
    assert set(Access.model_fields["vehicle"].annotation.__args__) == set(found)
    assert (found["artic"].length_m, found["artic"].mass_t) == (16.5, 44.0)
    assert found["hiab"].width_m == 2.55
    assert found["van"].mass_t == 3.5
    boxes = lorry.loads()
    assert boxes["iso_20ft"].length_m == 6.058
    assert boxes["iso_40ft"].length_m == 12.192
    assert boxes["iso_10ft"].length_m == 2.991
    assert {box.width_m for box in boxes.values()} == {2.438}


def test_a_pod_on_the_bed_makes_the_lorry_higher():
    assert lorry.laden(HIAB, 2.9).height_m == pytest.approx(4.2)
    assert lorry.laden(HIAB, 1.0).height_m == HIAB.height_m
    assert lorry.laden(lorry.vehicles()["van"], 2.9) == lorry.vehicles()["van"]


def test_lorries_are_never_faster_than_vans():
    speeds = lorry.lorry_speeds_kmh()
    assert set(speeds) == set(FREE_FLOW_KMH)
    assert all(speed <= FREE_FLOW_KMH[kind] for kind, speed in speeds.items())
    assert (speeds["motorway"], speeds["residential"], speeds["service"]) == (85, 25, 12)


# --- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "passes"),
    [
        ({}, True),
        ({"maxheight_m": 3.89}, False),
        ({"maxheight_m": 3.9}, True),
        ({"maxwidth_m": 2.5}, False),
        ({"maxlength_m": 10.0}, False),
        ({"maxweight_t": 7.5}, False),
        ({"maxweight_t": 32.0}, True),
        ({"maxaxleload_t": 10.0}, False),
        ({"hgv": "no"}, False),
        ({"hgv": "destination"}, True),
        ({"hgv": "designated"}, True),
        ({"motor_vehicle": "private"}, True),
        ({"motor_vehicle": "destination"}, True),
        ({"motor_vehicle": "no"}, False),
    ],
)
def test_what_stops_a_lorry(limit, passes):
    graph = build_graph(roads(("a", "b", None, limit)))
    for minutes in lorry.lorry_costs(graph, HIAB):
        assert np.isfinite(minutes).tolist() == [passes]
        assert not passes or minutes[0] == pytest.approx(1 / 25 * 60)


def test_a_van_is_no_lorry():
    graph = build_graph(roads(("a", "b", None, {"hgv": "no", "maxweight_t": 7.5})))
    along, _ = lorry.lorry_costs(graph, lorry.vehicles()["van"])
    assert along.tolist() == graph.forward_min.tolist() == [2.0]


def test_posted_limits_and_one_way_streets_hold_for_lorries():
    graph = build_graph(
        roads(
            ("a", "b", None, {"maxspeed_kmh": 20.0}),
            ("b", "c", None, {"oneway": "forward"}),
            ("c", "d", None, {"highway": "footway"}),
        )
    )
    along, against = lorry.lorry_costs(graph, HIAB)
    assert along.tolist() == pytest.approx([3.0, 2.4, np.inf])
    assert against.tolist() == pytest.approx([3.0, np.inf, np.inf])


# --- the way to a site ------------------------------------------------------------------------


def test_a_low_bridge_lets_the_van_pass_and_sends_the_lorry_round():
    graph = streets({"maxheight_m": 3.0})
    van = delivered(graph, "van")
    assert (van["delivery_min"], van["delivery_detour_share"]) == (pytest.approx(3.0), 0.0)
    assert van["delivery_block"] == ""
    found = delivered(graph)
    assert found["delivery_from"] == "motorway or trunk"
    assert found["delivery_free_min"] == pytest.approx(1500 / 25_000 * 60)
    assert found["delivery_min"] == pytest.approx(3500 / 25_000 * 60)
    assert found["delivery_detour_share"] == pytest.approx(2000 / 1500)
    assert found["lorry_reaches"] is True
    assert found["delivery_block"] == "maxheight 3.0 m at Low Bridge"
    assert found["delivery_basis"] == "by route"
    # the way round has no limit mapped on it
    assert found["delivery_limits_known_share"] == 0.0


def test_a_bridge_that_is_high_enough_only_for_the_empty_lorry_stops_the_laden_one():
    graph = streets({"maxheight_m": 4.0})
    assert HIAB.height_m < 4.0
    assert delivered(graph)["delivery_block"] == "maxheight 4.0 m at Low Bridge"
    assert delivered(streets({"maxheight_m": 4.2}))["delivery_detour_share"] == 0.0


def test_mapped_limits_are_counted_by_length():
    found = delivered(streets({"maxheight_m": 5.0}))
    assert found["delivery_limits_known_share"] == pytest.approx(1000 / 1500)
    assert found["delivery_detour_share"] == 0.0
    assert delivered(streets({"hgv": "yes"}))["delivery_limits_known_share"] == pytest.approx(2 / 3)


def test_the_delay_factor_lengthens_times_and_leaves_the_share():
    graph, slow = streets({"maxheight_m": 3.0}), study()
    slow.routing = Routing(drive_delay_factor=1.5)
    found = deliver_pod(slow, graph, at((5, 0.5, 0)), pd.Index(["s"])).iloc[0]
    assert found["delivery_min"] == pytest.approx(1.5 * 8.4)
    assert found["delivery_detour_share"] == pytest.approx(2000 / 1500)


def test_a_site_behind_the_limit_is_not_reached_and_says_why():
    found = delivered(streets(name="Dead End", maxweight_t=7.5, motor_vehicle="private"))
    assert found["lorry_reaches"] is False
    assert found["delivery_basis"] == STOPPED
    assert found["delivery_block"] == "maxweight 7.5 t at Dead End"
    assert np.isnan(found["delivery_min"])
    assert np.isnan(found["delivery_detour_share"])
    assert found["delivery_free_min"] == pytest.approx(3.6)
    assert found["last_mile_limits"] == "maxweight 7.5 t; private"
    assert found["private_access"] is True


def test_a_site_that_the_map_cannot_reach_even_without_limits_is_unknown():
    frame = roads(
        ("z", "a", [(-1000, 0), (0, 0)], {"highway": "trunk"}),
        ("c", "d", None),
        ("b", "a", None, {"oneway": "forward"}),
    )
    table = deliver_pod(
        study(), build_graph(frame), at((1, 0.5, 0), (2, 0.5, 0), NOWHERE), pd.Index(list("xyz"))
    )
    assert table["lorry_reaches"].tolist() == [None, None, None]
    assert table["delivery_basis"].tolist() == [NO_WAY, NO_WAY, NO_STREET]
    assert (table["delivery_block"] == "").all()
    assert table["delivery_free_min"].isna().all()


def test_without_roads_nothing_is_known():
    found = deliver_pod(study(), None, None, pd.Index(["s"])).iloc[0]
    assert found["lorry_reaches"] is None
    assert found["delivery_basis"] == NO_ROADS


def test_the_lorry_drives_towards_the_site():
    """From a one may drive only a-d-c-b, though the short street leads from b to a."""
    found = delivered(streets({"oneway": "backward"}))
    assert found["delivery_min"] == found["delivery_free_min"] == pytest.approx(8.4)
    assert found["delivery_detour_share"] == 0.0
    assert found["delivery_block"] == ""


def test_it_starts_at_the_highest_class_there_is():
    frame = roads(
        ("a", "b", None, {"highway": "secondary"}),
        ("b", "c", None, {"highway": "primary", "motor_vehicle": "no"}),
        ("a", "d", None),
    )
    found = delivered(build_graph(frame), place=(2, 0.5, 0))
    assert found["delivery_from"] == "secondary"
    assert found["delivery_min"] == pytest.approx(0.5 / 25 * 60)


def test_beside_the_main_road_there_is_no_detour():
    found = delivered(streets(), place=(0, 1.0, 5.0))
    assert (found["delivery_min"], found["delivery_detour_share"]) == (0.0, 0.0)
    assert np.isnan(found["delivery_limits_known_share"])


def test_the_last_metres_are_told_one_by_one():
    graph = streets({"width_m": 2.2}, width_m=3.4, hgv="destination")
    near = delivered(graph)
    assert near["last_mile_width_m"] == 3.4
    assert near["last_mile_limits"] == "lorries to destinations only"
    assert near["private_access"] is None  # the layer tells of no street who may drive there
    far = delivered(graph, last_mile_m=600.0)
    assert far["last_mile_width_m"] == 2.2
    assert delivered(streets())["last_mile_limits"] == NOTHING_MAPPED
    assert np.isnan(delivered(streets())["last_mile_width_m"])


def test_private_streets_are_flagged_and_not_cut():
    graph = streets({"motor_vehicle": "destination"}, motor_vehicle="yes")
    found = delivered(graph)
    assert found["private_access"] is True
    assert found["lorry_reaches"] is True
    assert found["delivery_detour_share"] == 0.0
    assert delivered(graph, place=(2, 0.5, 0))["private_access"] is False


# --- quickest ways, against other code --------------------------------------------------------


@given(networks(), st.sampled_from(["van", "hiab"]))
def test_a_way_costs_what_the_network_says(drawn, name):
    frame, sites, _ = drawn
    graph = build_graph(frame)
    costs = lorry.lorry_costs(graph, lorry.vehicles()[name])
    start = np.unique(graph.edge_from[:1])
    paths = paths_from(graph, start, costs)
    found = arrivals(graph, paths, sites, costs)
    other = replace(graph, forward_min=costs[0], backward_min=costs[1])
    here = Snap(sites.edge, sites.fraction, np.zeros(len(sites.edge)))
    at_start = Snap(np.zeros(1, dtype=np.int64), np.zeros(1), np.zeros(1))
    said = nearest_by_drive(other, here, at_start, offroad_kmh=5)
    assert found.cost == pytest.approx(said.cost)
    assert ((found.node >= 0) == np.isfinite(found.cost)).all()


@given(networks(), st.floats(0, 80))
def test_what_is_gathered_along_a_way_is_what_lies_on_it(drawn, limit_m):
    frame, sites, _ = drawn
    graph = build_graph(frame)
    costs = (graph.forward_min, graph.backward_min)
    paths = paths_from(graph, np.unique(graph.edge_from[:1]), costs)
    found = arrivals(graph, paths, sites, costs)
    total = sum_along(paths, graph.length_m)
    worst = worst_along(paths, graph.length_m)
    for node in range(len(graph.node_xy)):
        edges, here = [], node
        while paths.edge[here] >= 0:
            edges.append(paths.edge[here])
            here = paths.before[here]
        assert total[node] == pytest.approx(graph.length_m[edges].sum() if edges else 0.0)
        longest = max(graph.length_m[edges]) if edges else None
        assert (worst[node] < 0) if longest is None else graph.length_m[worst[node]] == longest
    steps = last_edges(graph, paths, found, limit_m)
    for place in range(len(sites.edge)):
        told = [edge for edge in steps[:, place] if edge >= 0]
        if found.node[place] < 0:
            assert not told
            continue
        assert told[0] == sites.edge[place]
        before_last_m = found.length_m[place] + graph.length_m[told[1:-1]].sum()
        assert len(told) == 1 or before_last_m < limit_m


def test_of_parallel_streets_the_quicker_is_taken_and_nothing_is_summed():
    """Grid-fibre-access 4, trap 1: a sparse matrix adds parallel edges up."""
    graph = build_graph(
        roads(("a", "b", [(0, 0), (500, 500), (1000, 0)]), ("a", "b", None), ("b", "c", None))
    )
    paths = paths_from(graph, np.array([0]), (graph.length_m, graph.length_m))
    assert paths.cost.tolist() == [0, 1000, 2000]
    assert paths.edge.tolist() == [-1, 1, 2]


def test_without_a_start_nothing_is_reached():
    graph = streets()
    paths = paths_from(graph, np.empty(0, dtype=np.int64), (graph.length_m, graph.length_m))
    assert np.isinf(paths.cost).all()
    found = arrivals(graph, paths, at((1, 0.5, 0)), (graph.length_m, graph.length_m))
    assert found.node.tolist() == [-1]


# --- through the whole house ------------------------------------------------------------------


def place(east_m, north_m):
    return ",".join(f"{degrees:.7f}" for degrees in lonlat(east_m, north_m))


def test_a_town_behind_low_bridges(town):
    """The southern street is a trunk road; every street from it but the last has a low bridge."""
    layer = gpd.read_file(town.folder / "roads.gpkg")
    south = layer["edge_id"].str.endswith("-0-1")
    layer.loc[south, "highway"] = "trunk"
    bridge = layer["edge_id"].str.endswith("-0-0") & ~layer["edge_id"].eq("10-0-0")
    layer["maxheight_m"] = np.where(bridge, 3.0, np.nan)
    town.write("roads", layer)
    town.candidates(
        "site_id,name,kind,lon,lat,stand_length_m,stand_width_m,stand_slope_share,parking_bays\n"
        f"in,Within,yard,{place(500, 510)},20,8,0.01,2\n"
        f"on,On the trunk road,yard,{place(450, 5)},,,,\n"
    )
    town.document["groups"]["access"]["criteria"]["delivery_detour"] = {"swing": 20}
    found = town.assess()
    sites = found.sites
    assert sites["delivery_from"].tolist() == ["motorway or trunk"] * 2
    assert sites["lorry_reaches"].tolist() == [True, True]
    assert sites.loc["in", "delivery_block"] == "maxheight 3.0 m at a residential without a name"
    # from (500, 0) straight up, or from (1000, 0) up and back: 510 m and 1010 m at 25 km/h
    assert sites.loc["in", "delivery_free_min"] == pytest.approx(1.4 * 1.224, rel=1e-3)
    assert sites.loc["in", "delivery_min"] == pytest.approx(1.4 * 2.424, rel=1e-3)
    assert sites.loc["in", "delivery_detour_share"] == pytest.approx(500 / 510, rel=1e-3)
    assert found.measures.loc["in", "delivery_detour"] == pytest.approx(1.4 * 1.2, rel=1e-3)
    assert found.measures.loc["on", "delivery_detour"] == 0.0
    assert sites["crane_stand"].tolist() == [True, None]
    assert sites["parking_ok"].tolist() == [True, None]
    assert sites["floor_holds"].tolist() == [None, None]


@pytest.mark.skipif(not RUTLAND.exists(), reason="the Rutland extract is not in ../shared/data")
def test_the_lorry_in_rutland():
    streets = osm_pbf.read(RUTLAND, "roads").to_crs(27700)
    graph = build_graph(streets)
    step = shapely.line_interpolate_point(graph.geometry[::40], 0.5, normalized=True)
    sites = snap(graph, step, 250, drivable=True)
    index = pd.Index([str(number) for number in range(len(step))])
    found = deliver_pod(study(), graph, sites, index)
    assert set(found["delivery_from"]) == {"motorway or trunk"}
    reached = found["lorry_reaches"].map(bool)
    assert reached.mean() > 0.9
    assert (found.loc[reached, "delivery_min"] >= found.loc[reached, "delivery_free_min"]).all()
    stopped = found["lorry_reaches"].map(lambda state: state is False)
    assert (found.loc[stopped, "delivery_block"] != "").all()
    assert found["delivery_limits_known_share"].dropna().between(0, 1 + 1e-9).all()
