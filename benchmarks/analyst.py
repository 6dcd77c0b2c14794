"""Five columns of a list of places: a competent geopandas script against ours, in one run.

Usage: python benchmarks/analyst.py [points] [folder with the data]

The places are spread at random over the real extract of Rutland. Columns: distance to the nearest
substation, road and building, land use at the place, and length of the route by street to the
nearest substation; then TOPSIS. The script works on whole arrays, as a good analyst does: nearest
by the spatial index of geopandas, one Dijkstra of scipy from all substations, places tied to
streets by the index, scikit-criteria for TOPSIS. Both sides start from the same frames in memory,
work on one core in a process of their own, and end with the same six columns, which is checked.

`benchmarks/analyst_study.py` does the same for the columns of a whole study.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from skcriteria import mkdm
from skcriteria.agg.topsis import TOPSIS
from skcriteria.preprocessing.invert_objectives import NegateMinimize
from skcriteria.preprocessing.scalers import VectorScaler

from siteselect.containment import containing
from siteselect.layers.build import build_territory
from siteselect.nearest_line import nearest_m
from siteselect.network import build_graph, edge_tree, field_by_length, reach_of, snap
from siteselect.study_file import load_study

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from siteselect.layers.build import Territory
    from siteselect.study import Study

ROOT = Path(__file__).resolve().parents[1]
STUDY = ROOT / "data" / "rutland" / "study.yaml"
DATA = ROOT.parent / "shared" / "data"
EXTRACT = "rutland-osm/rutland-latest.osm.pbf"
FAR_M = 50_000.0
"""No place is farther from a street than that."""
STRAIGHT_FACTOR = 1.4
"""Stands in for the route from a yard that no street leads to."""
WORTH = {"industrial": 1.0, "commercial": 0.9, "retail": 0.8, "residential": 0.5, "farmland": 0.4}
OTHER_WORTH = 0.2
WEIGHTS = np.array([0.3, 0.15, 0.15, 0.2, 0.2])
DIRECTIONS = np.array([-1.0, -1.0, 1.0, 1.0, -1.0])
"""More or less is better: substation, road, building, land use, route."""
SAME = 1e-6
"""Columns agree to that [m]; TOPSIS too."""
STREETS_AS_NEAR = 0.001
"""Share of places whose route may differ, as two streets that do not meet are equally near."""


class Maps(NamedTuple):
    """What both sides start from."""

    streets: gpd.GeoDataFrame
    substations: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    land: gpd.GeoDataFrame


def rutland(data: Path) -> tuple[Study, Territory]:
    """Read the study of Rutland, or say that its data is not here and leave."""
    if not (data / EXTRACT).is_file():
        raise SystemExit(f"Skipped: {EXTRACT} is not in {data}; data/rutland/README.md has it.")
    study = load_study(STUDY)
    return study, build_territory(study, STUDY.parent, data)


def maps_of(territory: Territory, data: Path) -> Maps:
    """Take the four maps, all in the CRS of the study."""
    drawn = territory.layers["basemap"].frame
    land = gpd.read_file(data / EXTRACT, layer="multipolygons", columns=["landuse"])
    land = land[land["landuse"].notna()].to_crs(territory.crs).reset_index(drop=True)
    places = territory.layers["supply_points"].frame
    doors = gpd.GeoDataFrame(geometry=places.geometry.representative_point(), crs=territory.crs)
    buildings = drawn[(drawn["kind"] == "building") & (drawn.geom_type != "LineString")]
    return Maps(territory.layers["roads"].frame, doors, buildings, land)


def scattered_places(territory: Territory, count: int) -> NDArray[np.object_]:
    """Spread places over the box of the study, always the same ones."""
    west, south, east, north = territory.area.bounds
    dice = np.random.default_rng(20261123)
    return shapely.points(dice.uniform(west, east, count), dice.uniform(south, north, count))


def by_the_analyst(maps: Maps, points: NDArray[np.object_]) -> NDArray[np.float64]:
    """Work the columns out with geopandas, scipy and scikit-criteria."""

    def nearest(frame: gpd.GeoDataFrame) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        found, apart_m = frame.sindex.nearest(points, return_all=False, return_distance=True)
        return found[1], apart_m

    _, substation_m = nearest(maps.substations)
    street, street_m = nearest(maps.streets)
    _, building_m = nearest(maps.buildings)
    place, area = maps.land.sindex.query(points, predicate="intersects", sort=True)
    first = np.unique(place, return_index=True)[1]
    worth = np.full(len(points), OTHER_WORTH)
    worth[place[first]] = (
        maps.land["landuse"].map(WORTH).fillna(OTHER_WORTH).to_numpy()[area[first]]
    )
    route_m = routes_by_scipy(maps, points, street, street_m)
    route_m = np.where(np.isfinite(route_m), route_m, substation_m * STRAIGHT_FACTOR)
    table = np.column_stack([substation_m, street_m, building_m, worth, route_m])
    decision = mkdm(table, DIRECTIONS.astype(int).tolist(), weights=WEIGHTS)
    scaled = VectorScaler(target="matrix").transform(NegateMinimize().transform(decision))
    score = TOPSIS().evaluate(scaled).extra_["similarity"]
    return np.column_stack([table, score])


def routes_by_scipy(
    maps: Maps,
    points: NDArray[np.object_],
    street: NDArray[np.int64],
    street_m: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Measure from each place by its street to the nearest substation, with one Dijkstra."""
    lines, doors = maps.streets.geometry.to_numpy(), maps.substations.geometry.to_numpy()
    ends = np.concatenate([maps.streets["from_node"], maps.streets["to_node"]])
    names, node = np.unique(ends.astype(str), return_inverse=True)
    start, end = node[: len(lines)], node[len(lines) :]
    length_m = shapely.length(lines)
    found, off_m = maps.streets.sindex.nearest(doors, return_all=False, return_distance=True)
    on = found[1]
    along_m = shapely.line_locate_point(lines[on], doors)
    number = len(names) + np.arange(len(doors))
    source = np.concatenate([start, number, number])
    target = np.concatenate([end, start[on], end[on]])
    cost = np.concatenate([length_m, along_m + off_m, length_m[on] - along_m + off_m])
    # of two streets between the same ends the shorter counts; coo would add them up
    low, high = np.minimum(source, target), np.maximum(source, target)
    order = np.lexsort((cost, high, low))
    order = order[
        np.flatnonzero(
            (np.diff(low[order], prepend=-1) != 0) | (np.diff(high[order], prepend=-1) != 0)
        )
    ]
    size = len(names) + len(doors)
    matrix = coo_array((cost[order], (low[order], high[order])), (size, size)).tocsr()
    reach_m = dijkstra(matrix, directed=False, indices=number, min_only=True)
    here_m = shapely.line_locate_point(lines[street], points)
    route_m = np.minimum(
        reach_m[start[street]] + here_m, reach_m[end[street]] + length_m[street] - here_m
    )
    for edge, along, off in zip(on, along_m, off_m, strict=True):
        same = np.flatnonzero(street == edge)
        route_m[same] = np.minimum(route_m[same], np.abs(here_m[same] - along) + off)
    return route_m + street_m


def by_us(maps: Maps, points: NDArray[np.object_]) -> NDArray[np.float64]:
    """Work the same columns out with the functions of siteselect."""
    doors = maps.substations.geometry.to_numpy()
    graph = build_graph(maps.streets)
    tree = edge_tree(graph)
    sites = snap(graph, points, FAR_M, tree=tree)
    field = field_by_length(graph, snap(graph, doors, FAR_M, tree=tree))
    substation_m = nearest_m(points, doors)
    building_m = nearest_m(points, maps.buildings.geometry.to_numpy())
    place, area = containing(points, maps.land.geometry.to_numpy())
    first = np.flatnonzero(np.diff(place, prepend=-1))
    worth = np.full(len(points), OTHER_WORTH)
    worth[place[first]] = (
        maps.land["landuse"].map(WORTH).fillna(OTHER_WORTH).to_numpy()[area[first]]
    )
    route_m = reach_of(field, sites).cost
    route_m = np.where(np.isfinite(route_m), route_m, substation_m * STRAIGHT_FACTOR)
    columns = [substation_m, sites.offset_m, building_m, worth, route_m]
    return np.column_stack([*columns, topsis(columns)])


def topsis(columns: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Give each place's closeness to the best of all columns (Hwang & Yoon 1981)."""
    to_best, to_worst = np.zeros((2, len(columns[0])))
    for column, weight in zip(columns, DIRECTIONS * WEIGHTS, strict=True):
        scaled = column * (weight / np.sqrt(np.square(column).sum()))
        for end, squared in ((scaled.max(), to_best), (scaled.min(), to_worst)):
            apart = scaled - end
            np.add(squared, np.square(apart, out=apart), out=squared)
    for squared in (to_best, to_worst):
        np.sqrt(squared, out=squared)
    to_best += to_worst
    return np.divide(to_worst, to_best, out=to_worst)


def alone(task: Callable[..., Any], *given: Any) -> tuple[float, float, Any]:
    """Do a task in a process of its own: seconds, peak memory [GB], and what it gives."""
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe(duplex=False)
    child = fork.Process(target=_done, args=(there, task, given))
    child.start()
    there.close()
    found = here.recv()
    child.join()
    return found


def _done(pipe: Any, task: Callable[..., Any], given: tuple[Any, ...]) -> None:
    start = time.perf_counter()
    result = task(*given)
    taken_s = time.perf_counter() - start
    pipe.send((taken_s, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, result))


def versions() -> str:
    """Name the machine and what it runs."""
    names = ("numpy", "scipy", "shapely", "geopandas", "scikit-criteria", "numba")
    said = ", ".join(f"{name} {version(name)}" for name in names)
    return f"python {platform.python_version()}, {os.cpu_count()} cores, {said}"


def main(count: int = 100_000, data: Path = DATA) -> None:
    """Time both sides and compare their columns."""
    _, territory = rutland(data)
    maps, points = maps_of(territory, data), scattered_places(territory, count)
    by_us(maps, points[:20_000])  # loads the compiler, as the imports above load scikit-criteria
    theirs_s, theirs_gb, theirs = alone(by_the_analyst, maps, points)
    ours_s, ours_gb, ours = alone(by_us, maps, points)
    sizes = ", ".join(f"{len(frame):,} {name}" for name, frame in maps._asdict().items())
    print(f"{count:,} places; {sizes}")
    for word, seconds, memory_gb in (
        ("geopandas, scipy, scikit-criteria", theirs_s, theirs_gb),
        ("ours", ours_s, ours_gb),
    ):
        print(f"{word:36}{seconds:8.2f} s {seconds / count * 1e6:8.2f} s per million, ", end="")
        print(f"peak {memory_gb:.2f} GB")
    print(f"ratio {theirs_s / ours_s:.1f} (goal at a million: at least 4)")
    apart = np.abs(ours - theirs).max(axis=0)
    other_street = np.abs(ours[:, 4] - theirs[:, 4]) > SAME
    print(f"largest differences: substation {apart[0]:.1e} m, road {apart[1]:.1e} m, ", end="")
    print(f"building {apart[2]:.1e} m, land use {apart[3]:.1e}, TOPSIS {apart[5]:.1e}; ", end="")
    print(f"{other_street.sum():,} other routes, as two streets are equally near")
    print(versions())
    same = apart[:4].max() <= SAME and other_street.mean() <= STREETS_AS_NEAR
    if not (same and np.abs(ours - theirs)[~other_street, 5].max() <= SAME):
        raise SystemExit("the columns differ")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*map(int, given[:1]), *map(Path, given[1:2]))
