"""Columns of a whole study, hourly heat included: an analyst's script against our full chain.

Usage: python benchmarks/analyst_study.py [sites] [sample] [--towns] [folder with the data]

Sites are spread at random over the real extract of Rutland; with --towns they stand within 100 m
of its buildings, where there is more to reckon with. The script goes from site to site, as such
scripts do, over trees, graph and hourly demands that are made once before the clock starts: heat of
every sink within reach by route (networkx) over the 8,760 hours of the year, the level of the plant
by octaves at every home within 1,000 m, route to the exchange, nearest primary substation, class of
the nearest street. It runs on a sample and is scaled up in proportion. Ours runs all sites on one
core, twice: once the same seven columns by the functions of the product, which is equal work, and
once the full chain with all its columns and rules, some 290 in all.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from analyst import DATA, STUDY, alone, rutland, scattered_places, versions

from siteselect import pod as pods
from siteselect.assess import work_out
from siteselect.batch.context import list_given, make_context
from siteselect.candidates import CANDIDATE, fit, proposed
from siteselect.compliance.screening import verdicts
from siteselect.decision.ranking import rank
from siteselect.design.hearing import may_host
from siteselect.design.heating import deliver, demands, lift, profiles
from siteselect.design.loudest import loudest
from siteselect.design.reach import STRAIGHT, reach, streets_of
from siteselect.geo import nearest_straight
from siteselect.heat.matching import source_demand_kw
from siteselect.layers.conform import conform
from siteselect.snapping import FREE_FLOW_KMH, NO_STOPPING, snap
from siteselect.sound.atmosphere import Air, octave_absorption_db_m
from siteselect.sound.bands import A_WEIGHTING_DB

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.batch.context import Context
    from siteselect.layers.build import Territory
    from siteselect.study import Study

TOLERANCE = 1e-6
ALIKE = 0.995
"""Share of sites that must agree: of two streets equally near the script may take another."""
TOWN_M = 100.0
WARM = 12_000
"""Sites that ours runs before the clock starts, so that all is loaded and compiled."""
NUMBERS = (
    *("fibre_m", "heat_used_mwh_a", "sink_m", "receptor_open_dba", "primary_m", "road_offset_m"),
)
"""Columns of numbers that both sides have."""
HEAT = ("heat_used_mwh_a", "sink_m")


class Prepared(NamedTuple):
    """What the script makes once for all sites; the clock does not count it."""

    lines: NDArray[np.object_]
    street_tree: shapely.STRtree
    highway: NDArray[np.object_]
    driven: NDArray[np.int64]
    driven_tree: shapely.STRtree
    ends: list[tuple[Any, Any]]
    length_m: NDArray[np.float64]
    streets: nx.Graph
    sinks: NDArray[np.object_]
    sink_tree: shapely.STRtree
    sink_off_m: NDArray[np.float64]
    sinks_on: dict[int, list[tuple[int, float]]]
    hourly_kw: list[NDArray[np.float64] | None]
    exchange: Any
    exchange_m: dict[Any, float]
    receptors: NDArray[np.object_]
    receptor_tree: shapely.STRtree
    may_host: NDArray[np.bool_]
    primaries: shapely.STRtree
    octaves_db: NDArray[np.float64]
    absorbed_db_m: NDArray[np.float64]


def prepare(study: Study, territory: Territory) -> Prepared:
    """Build trees, graph and hourly demands."""
    roads = territory.layers["roads"].frame
    lines, length_m = roads.geometry.to_numpy(), shapely.length(roads.geometry.to_numpy())
    ends = list(zip(roads["from_node"], roads["to_node"], strict=True))
    streets = nx.Graph()
    for (start, end), metres in zip(ends, length_m.tolist(), strict=True):
        if not streets.has_edge(start, end) or streets[start][end]["weight"] > metres:
            streets.add_edge(start, end, weight=metres)
    tree = shapely.STRtree(lines)
    sink_frame = territory.layers["heat_sinks"].frame
    sinks = sink_frame.geometry.to_numpy()
    sinks_on: dict[int, list[tuple[int, float]]] = {}
    sink_off_m = np.zeros(len(sinks))
    for number, edge in enumerate(tree.nearest(sinks).tolist()):
        door = shapely.get_point(shapely.shortest_line(sinks[number], lines[edge]), 0)
        sink_off_m[number] = shapely.distance(door, lines[edge])
        along = float(shapely.line_locate_point(lines[edge], door))
        sinks_on.setdefault(edge, []).append((number, along))
        streets.add_edge(("sink", number), ends[edge][0], weight=along + sink_off_m[number])
        rest_m = length_m[edge] - along
        streets.add_edge(("sink", number), ends[edge][1], weight=rest_m + sink_off_m[number])
    needs = demands(sink_frame, study, territory)
    gain = lift(study, needs["supply_c"].to_numpy(dtype=float))[2]
    hourly = profiles(sink_frame, needs, territory)
    exchange = territory.layers["fibre_nodes"].frame.geometry.to_numpy()[0]
    edge = int(tree.nearest(exchange))
    off_m = float(shapely.distance(exchange, lines[edge]))
    along = float(shapely.line_locate_point(lines[edge], exchange))
    streets.add_edge("exchange", ends[edge][0], weight=along + off_m)
    streets.add_edge("exchange", ends[edge][1], weight=length_m[edge] - along + off_m)
    receptors = territory.layers["noise_receptors"].frame
    points = territory.layers["supply_points"].frame
    kinds = roads["highway"].to_numpy(dtype=object)
    stopped = [kind in FREE_FLOW_KMH and kind not in NO_STOPPING for kind in kinds]
    driven = np.flatnonzero(np.array(stopped) & (roads["motor_vehicle"] != "no").to_numpy())
    return Prepared(
        *(lines, tree, kinds, driven, shapely.STRtree(lines[driven]), ends, length_m, streets),
        *(sinks, shapely.STRtree(sinks), sink_off_m, sinks_on),
        [
            None if kw is None else source_demand_kw(kw, share)
            for kw, share in zip(hourly, gain, strict=True)
        ],
        exchange,
        dict(nx.single_source_dijkstra_path_length(streets, "exchange")),
        receptors.geometry.to_numpy(),
        shapely.STRtree(receptors.geometry.to_numpy()),
        (receptors["kind"] != "dwelling").to_numpy(),
        shapely.STRtree(_primaries(study, points)),
        pods.sound_octaves_db(study.pod),
        octave_absorption_db_m(Air(study.noise.temperature_c, study.noise.humidity_share)),
    )


def _primaries(study: Study, points: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Take the primary substations, without those that a second map has of the same ones."""
    primary = points[points["level"] == "primary"]
    known = primary[["headroom_kva", "real_headroom_kw", "firm_kva"]].notna().any(axis=1)
    told = shapely.STRtree(primary.geometry.to_numpy()[known.to_numpy()])
    (row, _) = told.query(
        primary.geometry.to_numpy(), predicate="dwithin", distance=study.grid.same_station_m
    )
    again = np.isin(np.arange(len(primary)), row) & ~known.to_numpy()
    return np.asarray(primary.geometry.to_numpy()[~again], dtype=object)


def by_the_analyst(study: Study, kept: Prepared, points: NDArray[np.object_]) -> pd.DataFrame:
    """Go from site to site."""
    rows = []
    for point in points:
        edge = int(kept.street_tree.nearest(point))
        off_m = float(shapely.distance(point, kept.lines[edge]))
        here_m = float(shapely.line_locate_point(kept.lines[edge], point))
        start, end = kept.ends[edge]
        rest_m = kept.length_m[edge] - here_m
        far = float("inf")
        fibre_m = off_m + min(
            kept.exchange_m.get(start, far) + here_m, kept.exchange_m.get(end, far) + rest_m
        )
        if np.isinf(fibre_m) or off_m > study.routing.snap_limit_m:
            straight_m = float(shapely.distance(point, kept.exchange))
            fibre_m = straight_m * study.routing.straight_line_factor
        heat, sink_m = _heat(study, kept, point, edge, off_m, here_m)
        street = int(kept.driven[kept.driven_tree.nearest(point)])
        street_m = float(shapely.distance(point, kept.lines[street]))
        primary = int(kept.primaries.nearest(point))
        rows.append(
            {
                "fibre_m": fibre_m,
                "heat_used_mwh_a": heat,
                "sink_m": sink_m,
                "receptor_open_dba": _level(study, kept, point),
                "primary_m": float(shapely.distance(point, kept.primaries.geometries[primary])),
                "road_class": kept.highway[street]
                if street_m <= study.routing.snap_limit_m
                else "",
                "road_offset_m": street_m if street_m <= study.routing.snap_limit_m else np.nan,
            }
        )
    return pd.DataFrame(rows)


def _heat(
    study: Study, kept: Prepared, point: Any, edge: int, off_m: float, here_m: float
) -> tuple[float, float]:
    """Match each sink within reach hour by hour, and keep the best [MWh/a, m]."""
    limit_m, heat, length_m = study.routing.pipe_limit_m, -2.0, np.inf
    near = kept.sink_tree.query(point, predicate="dwithin", distance=limit_m)
    if len(near) == 0:
        return 0.0, np.nan
    start, end = kept.ends[edge]
    ways = [
        (nx.single_source_dijkstra_path_length(kept.streets, node, cutoff=limit_m), metres)
        for node, metres in ((start, here_m), (end, kept.length_m[edge] - here_m))
    ]
    on_edge = dict(kept.sinks_on.get(edge, []))
    offered_kw = pods.heat_offered_kw(study.pod)
    for sink in near.tolist():
        sink_off_m = float(kept.sink_off_m[sink])
        route_m = min(way.get(("sink", sink), np.inf) + metres for way, metres in ways)
        if sink in on_edge:
            route_m = min(route_m, abs(on_edge[sink] - here_m) + sink_off_m)
        straight_m = float(shapely.distance(point, kept.sinks[sink]))
        pipe_m = straight_m if straight_m <= off_m + sink_off_m else np.inf
        pipe_m = min(pipe_m, route_m + off_m)
        demand_kw = kept.hourly_kw[sink]
        if pipe_m > limit_m:
            continue
        used = -1.0  # within reach, and its demand unknown
        if demand_kw is not None:
            loss_kw = pipe_m * study.heat.pipe_loss_w_m / 1000
            offer_kw = np.full(len(demand_kw), max(offered_kw - loss_kw, 0.0))
            used = float(np.minimum(offer_kw, demand_kw).sum() / 1000)
        if (used, -pipe_m) > (heat, -length_m):
            heat, length_m = used, pipe_m
    if np.isinf(length_m):
        return 0.0, np.nan
    return (heat if heat >= 0 else np.nan), length_m


def _level(study: Study, kept: Prepared, point: Any) -> float:
    """Give the level over open, hard ground at the loudest receptor [dB(A)], ISO 9613-2:1996."""
    noise = study.noise
    near = kept.receptor_tree.query(point, predicate="dwithin", distance=noise.search_m)
    plan_m = shapely.distance(point, kept.receptors[near])
    plan_m = plan_m[(plan_m > 0) | ~kept.may_host[near]]
    if len(plan_m) == 0:
        return np.nan
    rise_m = noise.receiver_height_m - noise.source_height_m
    path_m = np.maximum(np.hypot(plan_m, rise_m), 1.0)
    reach_m = 30 * (noise.source_height_m + noise.receiver_height_m)
    middle = np.where(plan_m > reach_m, 1 - reach_m / np.maximum(plan_m, reach_m), 0.0)
    lost_db = (20 * np.log10(path_m) + 11 - 3 - 3 * middle)[:, None]
    octaves_db = kept.octaves_db - lost_db - kept.absorbed_db_m * path_m[:, None]
    return float(10 * np.log10((10 ** ((octaves_db + A_WEIGHTING_DB) / 10)).sum(axis=1)).max())


def same_by_us(context: Context, kept: Prepared, points: NDArray[np.object_]) -> pd.DataFrame:
    """Make the script's columns, and no others, by the functions that the full chain calls."""
    study, layers = context.study, context.territory.layers
    sites = gpd.GeoDataFrame(geometry=points, crs=context.territory.crs)
    streets = streets_of(context.territory, sites, study.routing)
    found = deliver(study, context.territory, streets, sites.index)
    found["fibre_m"] = reach(streets, layers["fibre_nodes"].frame.geometry.to_numpy()).length_m
    receptors = layers["noise_receptors"].frame
    shapes, host = receptors.geometry.to_numpy(), may_host(study, receptors)
    heard = loudest(study, points, shapes, np.zeros(len(shapes)), None, host)
    found["receptor_open_dba"] = heard.set_index("site")["open_dba"]
    found["primary_m"] = nearest_straight(points, kept.primaries.geometries)[1]
    if streets.graph is None:
        raise ValueError("the extract has no streets")
    road = snap(streets.graph, points, study.routing.snap_limit_m, drivable=True)
    there = road.edge >= 0
    found["road_class"] = np.where(there, streets.graph.highway[road.edge], "")
    found["road_offset_m"] = np.where(there, road.offset_m, np.nan)
    return found[[*NUMBERS, "road_class", "sink_in_reach", "sink_basis"]]


def by_us(context: Context, points: NDArray[np.object_]) -> None:
    """Run the full chain: rows checked, design, criteria, values, all rules of the study, ranks."""
    study, territory = context.study, context.territory
    names = [f"s{number}" for number in range(len(points))]
    raw = gpd.GeoDataFrame({"site_id": names}, geometry=points, crs=territory.crs)
    frame, faults = conform(raw, CANDIDATE, context.file, "places")
    fitting, _ = fit(frame, faults, "places", territory)
    candidates = proposed(fitting.reset_index(drop=True), territory, context.ground)
    found = work_out(study, territory, candidates, context.criteria)
    said = verdicts(found.facts, context.packs, study.date)
    eligible = ~(said == "fail").any(axis=1)
    rank(found.valued.values, context.weights, context.unknown_low, context.unknown_high, eligible)


def agreement(study: Study, ours: pd.DataFrame, theirs: pd.DataFrame) -> dict[str, float]:
    """Give the share of sites that agree, column by column, where both mean the same.

    Out of reach ours names the nearest sink for its distance, and knows no heat where the map of
    sinks ends within the reach. From a yard that no street leads to ours measures straight with a
    factor, while the script finds nothing.
    """
    there = {name: ours[name].to_numpy(dtype=float).copy() for name in NUMBERS}
    reached = ours["sink_in_reach"].to_numpy(dtype=bool)
    there["sink_m"][~reached] = np.nan
    there["heat_used_mwh_a"][~reached] = 0.0
    yard = ours["sink_basis"] == STRAIGHT.format(factor=study.routing.straight_line_factor)
    compared = ~(reached & yard.to_numpy())
    same = {
        name: np.isclose(there[name], theirs[name], rtol=0, atol=TOLERANCE, equal_nan=True)
        for name in NUMBERS
    }
    same["road_class"] = ours["road_class"].to_numpy() == theirs["road_class"].to_numpy()
    return {
        name: float(alike[compared if name in HEAT else slice(None)].mean())
        for name, alike in same.items()
    }


def main(count: int = 50_000, sample: int = 1000, data: Path = DATA, *, towns: bool) -> None:
    """Time all sides and compare the columns on the sample."""
    study, territory = rutland(data)
    points = scattered_places(territory, count)
    if towns:
        points = near_buildings(territory, count)
    context = make_context(study, STUDY.parent, data, list_given("places", study, None))
    ready = prepare(study, territory)
    by_us(context, points[:WARM])
    same_by_us(context, ready, points[:WARM])
    few = points[: min(sample, count)]
    theirs_s, theirs_gb, theirs = alone(by_the_analyst, study, ready, few)
    ours_s, ours_gb, ours = alone(same_by_us, context, ready, points)
    whole_s, whole_gb, _ = alone(by_us, context, points)
    theirs_each, ours_each, whole_each = theirs_s / len(few), ours_s / count, whole_s / count
    print(f"ratio {theirs_each / ours_each:.1f} for the same columns, one core each; ", end="")
    print(f"{theirs_each / whole_each:.1f} against our full chain, which is far more work")
    print(f"{count:,} sites {'near buildings' if towns else 'anywhere'}; ", end="")
    print(f"the script ran on {len(few):,} of them and is scaled up in proportion")
    print(f"script, 7 columns   {theirs_each * 1e6:8.0f} s per million, peak {theirs_gb:.2f} GB")
    print(f"ours, 7 columns     {ours_each * 1e6:8.0f} s per million, peak {ours_gb:.2f} GB")
    print(f"ours, full chain    {whole_each * 1e6:8.0f} s per million, peak {whole_gb:.2f} GB")
    shares = agreement(study, ours.iloc[: len(few)], theirs)
    print("sites that agree: " + ", ".join(f"{name} {share:.2%}" for name, share in shares.items()))
    print(f"sites with heat in the sample: {(theirs['heat_used_mwh_a'] > 0).sum():,}")
    print(versions())
    if min(shares.values()) < ALIKE:
        raise SystemExit("the columns differ")


def near_buildings(territory: Territory, count: int) -> NDArray[np.object_]:
    """Put places near buildings, always the same ones."""
    drawn = territory.layers["basemap"].frame
    middles = shapely.centroid(drawn.geometry.to_numpy()[(drawn["kind"] == "building").to_numpy()])
    middles = middles[shapely.intersects(territory.area, middles)]
    dice = np.random.default_rng(20261123)
    middle = shapely.get_coordinates(middles)[dice.integers(0, len(middles), count)]
    west, south, east, north = territory.area.bounds
    near = middle + dice.uniform(-TOWN_M, TOWN_M, (count, 2))
    return shapely.points(np.clip(near, (west, south), (east, north)))


if __name__ == "__main__":
    given = [word for word in sys.argv[1:] if word != "--towns"]
    main(*map(int, given[:2]), *map(Path, given[2:3]), towns="--towns" in sys.argv)
