"""Which facilities are within reach of a site does not depend on what other sites there are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from conftest import X0, Y0, Town
from shapely.geometry import LineString, Point

from siteselect.design.reach import BY_ROUTE, pairs, streets_of
from siteselect.layers.build import Territory, build_territory
from siteselect.settings.routing import Routing

YARD = LineString([(X0 + 420, Y0 + 450), (X0 + 480, Y0 + 450)])
"""A path inside a block, tied to no street."""


def with_yard(town: Town) -> Territory:
    """Add the path and read the layers."""
    roads = gpd.read_file(town.folder / "roads.gpkg")
    path = roads.iloc[[0]].assign(edge_id="yard", from_node="y1", to_node="y2", geometry=[YARD])
    town.write("roads", gpd.GeoDataFrame(pd.concat([roads, path], ignore_index=True), crs=3067))
    return build_territory(town.study, town.folder)


def found(territory, places, sinks):
    """Give length and basis of each pair of a place and a sink within 300 m."""
    points = gpd.GeoDataFrame(geometry=[Point(X0 + x, Y0 + y) for x, y in places], crs=3067)
    shapes = np.array([Point(X0 + x, Y0 + y) for x, y in sinks], dtype=object)
    near = pairs(streets_of(territory, points, Routing()), shapes, 300.0)
    rows = zip(near.site, near.facility, near.length_m, near.basis, strict=True)
    return {(places[site], int(sink)): (round(m, 6), basis) for site, sink, m, basis in rows}


def test_a_sink_on_a_yard_path_is_reached_straight_whoever_else_is_there(town: Town) -> None:
    territory = with_yard(town)
    sink = [(470.0, 452.0)]
    outside, inside = (405.0, 480.0), (430.0, 451.0)
    alone = found(territory, [outside], sink)
    together = found(territory, [outside, inside], sink)
    assert alone[outside, 0] == together[outside, 0]
    assert alone[outside, 0][1].startswith("straight line x")
    assert together[inside, 0][1] != alone[outside, 0][1]


def test_a_sink_on_a_street_is_never_reached_across_the_block(town: Town) -> None:
    territory = with_yard(town)
    sink = [(405.0, 350.0)]
    near = found(territory, [(405.0, 480.0)], sink)
    assert near[(405.0, 480.0), 0][1] == BY_ROUTE


def test_company_changes_nobody_s_pairs(town: Town) -> None:
    territory = with_yard(town)
    sinks = [(470.0, 452.0), (210.0, 190.0), (790.0, 810.0), (500.0, 960.0)]
    places = [tuple(at) for at in np.random.default_rng(3).uniform(0, 1000, (40, 2)).tolist()]
    places += [(430.0, 451.0), (425.0, 455.0)]
    together = found(territory, places, sinks)
    assert len(together) > 10
    for place in places:
        mine = {key: value for key, value in together.items() if key[0] == place}
        assert mine == found(territory, [place], sinks)
