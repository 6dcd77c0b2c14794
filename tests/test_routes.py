"""Ways to sites: lengths by ground, the lines that are drawn, and where they are shown."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Point

from siteselect.assess import reweigh
from siteselect.decision.ranking import order
from siteselect.design.reach import (
    BY_ROUTE,
    DIRECT,
    NOWHERE,
    drawn,
    entrances,
    reach,
    streets_of,
)
from siteselect.design.routes import COLUMNS, KINDS, routes_of
from siteselect.maps import features, style
from siteselect.maps.drawing import map_data, routes_spec
from siteselect.network import build_graph
from siteselect.report.site_map import site_map
from siteselect.report.ties import drives_of
from siteselect.report.wording import wording
from siteselect.runs import save_run

if TYPE_CHECKING:
    from conftest import Town

    from siteselect.assess import Assessment

X0, Y0 = 400_000.0, 6_700_000.0


def ends(line: LineString) -> tuple[tuple[float, float], tuple[float, float]]:
    """Give the first and last point from the town's corner, to the metre."""
    first, last = line.coords[0], line.coords[-1]
    return (
        (round(first[0] - X0), round(first[1] - Y0)),
        (round(last[0] - X0), round(last[1] - Y0)),
    )


def leading(found: Assessment, count: int = 5) -> list[str]:
    return [str(site) for site in order(found.ranking.table)[:count]]


def all_routes(found: Assessment, ids: list[str] | None = None) -> gpd.GeoDataFrame:
    chosen = list(found.sites.index) if ids is None else ids
    return routes_of(found.study, found.territory, found.sites, chosen)


# Reach: metres by ground


def test_metres_by_ground_add_up_to_the_length_on_every_basis(demo: Assessment) -> None:
    streets = streets_of(demo.territory, demo.sites, demo.study.routing)
    seen = set()
    for layer in ("supply_points", "fibre_nodes", "heat_sinks"):
        found = reach(streets, demo.layers[layer].frame.geometry.to_numpy())
        assert found.ground_m.sum(axis=1) == pytest.approx(found.length_m, rel=1e-9)
        assert (found.ground_m >= 0).all()
        seen |= set(found.basis)
    assert {BY_ROUTE, DIRECT} <= seen


def test_without_streets_the_ground_is_footway_and_without_facilities_unknown(town: Town) -> None:
    del town.document["layers"]["roads"]
    found = town.assess()
    streets = streets_of(found.territory, found.sites, found.study.routing)
    shapes = found.layers["supply_points"].frame.geometry.to_numpy()
    straight = reach(streets, shapes)
    assert straight.ground_m[:, 1] == pytest.approx(straight.length_m)
    assert (straight.ground_m[:, [0, 2]] == 0).all()
    nothing = reach(streets, shapes[:0])
    assert np.isnan(nothing.ground_m).all()
    assert set(nothing.basis) == {NOWHERE}
    assert all(line.is_empty for line in drawn(streets, nothing, np.arange(len(found.sites))))


def test_weights_choose_the_way_and_the_length_stays_in_true_metres(town: Town) -> None:
    found = town.assess()
    streets = streets_of(found.territory, found.sites, found.study.routing)
    assert streets.graph is not None
    shapes = found.layers["supply_points"].frame.geometry.to_numpy()
    plain = reach(streets, shapes)
    doubled = reach(streets, shapes, np.full(len(streets.graph.length_m), 2.0))
    assert doubled.length_m == pytest.approx(plain.length_m)
    assert doubled.ground_m == pytest.approx(plain.ground_m)


def test_what_is_drawn_is_as_long_as_what_was_found(demo: Assessment) -> None:
    streets = streets_of(demo.territory, demo.sites, demo.study.routing)
    shapes = demo.layers["heat_sinks"].frame.geometry.to_numpy()
    found = reach(streets, shapes)
    rows = np.arange(len(demo.sites))
    by_factor = ~np.isin(found.basis, (BY_ROUTE, DIRECT))
    length_m = found.length_m / np.where(by_factor, demo.study.routing.straight_line_factor, 1.0)
    for row, line in zip(rows, drawn(streets, found, rows), strict=True):
        assert line.length == pytest.approx(length_m[row], rel=1e-9)
        assert Point(line.coords[0]).equals(demo.sites.geometry.iloc[row])
        assert Point(line.coords[-1]).distance(shapes[found.facility[row]]) < 1e-6


def test_the_network_of_a_territory_is_built_once_and_never_shared(town: Town) -> None:
    found, other = town.assess(), town.assess()

    def graph(assessment: Assessment) -> object:
        return streets_of(assessment.territory, assessment.sites, assessment.study.routing).graph

    assert graph(found) is graph(found)
    assert graph(found) is not graph(other)


def test_where_one_digs_in_is_the_spot_nearest_to_a_street(town: Town) -> None:
    found = town.assess()
    streets = streets_of(found.territory, found.sites, found.study.routing)
    yard = shapely.box(X0 + 220, Y0 + 210, X0 + 280, Y0 + 270)
    (spot,) = entrances(streets, np.array([yard], dtype=object))
    assert yard.boundary.distance(spot) < 1e-9
    lines = shapely.union_all(build_graph(found.layers["roads"].frame).geometry)
    assert spot.distance(lines) == pytest.approx(yard.distance(lines))


# Routes: the table


def test_the_town_has_every_kind_of_way_from_its_site_to_its_place(town: Town) -> None:
    found = town.assess()
    table = all_routes(found, ["a"])
    assert list(table.columns) == list(COLUMNS)
    assert table["kind"].tolist() == list(KINDS)
    assert table.crs == found.territory.crs
    by_kind = table.set_index("kind")
    assert by_kind["facility_id"].tolist() == ["s1", "f1", "pool", "", "depot"]
    assert ends(by_kind.loc["cable", "geometry"]) == ((210, 190), (0, 0))
    assert ends(by_kind.loc["fibre", "geometry"]) == ((210, 190), (500, 0))
    assert ends(by_kind.loc["engineer", "geometry"]) == ((0, 1000), (210, 190))
    # every street of the town is one that the lorry may start from
    assert ends(by_kind.loc["lorry", "geometry"])[1] == (210, 190)
    assert by_kind.loc["lorry", "name"] == "residential"
    site = found.sites.loc["a"]
    assert by_kind.loc["cable", "length_m"] == site["connection_m"]
    assert by_kind.loc["cable", "geometry"].length == pytest.approx(site["connection_m"])


def test_drawn_lengths_are_those_of_the_table_of_sites(demo: Assessment) -> None:
    table = all_routes(demo)
    routed = table[table["basis"] == BY_ROUTE]
    assert set(routed["kind"]) == set(KINDS)
    assert routed.length.to_numpy() == pytest.approx(routed["length_m"].to_numpy(), rel=1e-9)
    told = {"cable": "connection_m", "fibre": "fibre_m", "pipe": "sink_m"}
    for row in table[table["kind"].isin(list(told))].itertuples():
        assert row.length_m == demo.sites.loc[row.site_id, told[row.kind]]


def test_a_drive_never_goes_against_a_one_way_street(demo: Assessment) -> None:
    roads = demo.layers["roads"].frame
    drives = all_routes(demo, leading(demo, 20)).query("kind in ['lorry', 'engineer']")
    oneway = roads[roads["oneway"].isin(["forward", "backward"]) & (roads.length > 20)]
    checked = 0
    for line in drives.geometry:
        near = oneway.iloc[oneway.sindex.query(line, predicate="intersects")]
        for street, way in zip(near.geometry, near["oneway"], strict=True):
            shared = shapely.intersection(line.buffer(0.01), street)
            if shared.length < 0.9 * street.length:
                continue
            first, last = (line.project(Point(street.coords[end])) for end in (0, -1))
            if abs(abs(last - first) - street.length) < 0.1:
                checked += 1
                assert (last > first) == (way == "forward")
    assert checked > 20


def test_what_is_not_known_is_not_drawn(town: Town) -> None:
    for layer in ("supply_points", "fibre_nodes", "maintenance_bases"):
        del town.document["layers"][layer]
    town.document["layers"].pop("roads")
    found = town.assess()
    table = all_routes(found)
    assert set(table["kind"]) <= {"pipe"}
    assert (table["basis"] != BY_ROUTE).all()
    assert table["length_m"].notna().all()
    assert len(all_routes(found, [])) == 0


def test_a_pipe_leads_only_to_a_sink_in_reach(demo: Assessment) -> None:
    table = all_routes(demo)
    piped = set(table.loc[table["kind"] == "pipe", "site_id"])
    assert piped == set(demo.sites.index[demo.sites["sink_in_reach"].astype(bool)])


def test_sites_and_kinds_come_in_the_order_asked_for(demo: Assessment) -> None:
    ids = leading(demo, 3)[::-1]
    table = all_routes(demo, ids)
    assert list(dict.fromkeys(table["site_id"])) == ids
    some = routes_of(demo.study, demo.territory, demo.sites, ids, kinds=("fibre",))
    assert set(some["kind"]) == {"fibre"}


# Where they are shown


def test_the_run_keeps_the_ways_of_the_sites_that_get_a_report(town: Town) -> None:
    found = town.assess()
    out = town.folder / "run"
    save_run(found, out, reports=2)
    table = gpd.read_file(out / "sites.gpkg", layer="routes")
    assert set(table["site_id"]) == set(leading(found, 2))
    assert set(table["kind"]) == set(KINDS)
    assert table.crs == found.territory.crs
    expected = all_routes(found, leading(found, 2))
    assert table["length_m"].to_numpy() == pytest.approx(expected["length_m"].to_numpy())
    assert shapely.equals_exact(
        table.geometry.to_numpy(), expected.geometry.to_numpy(), tolerance=1e-6
    ).all()
    save_run(found, out, reports=0)
    assert "routes" not in gpd.list_layers(out / "sites.gpkg")["name"].tolist()


def test_the_map_switches_every_kind_and_draws_the_leading_sites(demo: Assessment) -> None:
    data = map_data(demo)
    titles = {overlay.title for overlay in data.overlays}
    legend = {part["key"] for part in json.loads(data.legend)["parts"]}
    for kind, (title, _, look) in style.ROUTE_LOOKS.items():
        assert title in titles
        assert f"route_{kind}" in legend
        assert [part.label for part in look.looks] == ["along streets", "straight line"]
    spec = routes_spec(demo, None)
    assert set(spec["data"]) == set(KINDS)
    cables = spec["data"]["cable"]["features"]
    assert len(cables) == style.ROUTED
    last = str(demo.ranking.table.index[-1])
    more = routes_spec(demo, last)["data"]["cable"]["features"]
    assert len(more) == style.ROUTED + (last not in leading(demo, style.ROUTED))


def test_the_ways_on_the_map_follow_the_ranking(demo: Assessment) -> None:
    groups = list(demo.tree)
    other = reweigh(demo, dict.fromkeys(groups[1:], 0.0))
    assert leading(other) != leading(demo)
    assert routes_spec(other, None) != routes_spec(demo, None)


def test_a_way_is_told_in_words_with_its_length_and_basis() -> None:
    row = {"kind": "cable", "name": "North", "facility_id": "s1", "length_m": 123.4}
    assert features.way_words({**row, "basis": BY_ROUTE}) == "cable to North, 123 m by route"
    plain = {**row, "name": "", "facility_id": "", "basis": DIRECT}
    assert features.way_words(plain) == "cable, 123 m direct, not through the street"
    lorry = {**row, "kind": "lorry", "name": "primary", "basis": BY_ROUTE, "length_m": 1234.0}
    assert features.way_words(lorry) == "lorry from primary, 1,234 m by route"


def test_straight_ways_are_dashed_and_those_along_streets_are_not() -> None:
    for _, _, look in style.ROUTE_LOOKS.values():
        assert "dashArray" not in look.looks[look.pick({"basis": BY_ROUTE})].style
        for basis in (DIRECT, "straight line x 1.4"):
            assert look.looks[look.pick({"basis": basis})].style["dashArray"]


def test_the_map_of_a_site_shows_its_drives_and_says_them_in_words(demo: Assessment) -> None:
    site = leading(demo, 1)[0]
    drives = drives_of(demo, site)
    assert [drive.kind for drive in drives] == ["engineer", "lorry"]
    figure = site_map(demo, site, wording())
    for drive in drives:
        said = wording()(f"map.drive.{drive.kind}")
        assert said in figure.svg
        assert drive.name in figure.text
    hostile = replace(demo, sites=demo.sites.assign(base_name="<script>1</script>"))
    assert "<script" not in site_map(hostile, site, wording()).svg
