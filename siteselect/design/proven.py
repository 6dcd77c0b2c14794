"""What mapped fibre proves of a site: presence, carriers, and two ways out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from siteselect.topology import shared_corridor

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.settings.backhaul import Backhaul


@dataclass(frozen=True, slots=True)
class _Strands:
    """Mapped fibre, joined end to end: line, operator, first and last pick-up point along it [m].

    A strand that passes no pick-up point has the first beyond the last.
    """

    line: NDArray[np.object_]
    operator: NDArray[np.object_]
    first_m: NDArray[np.float64]
    last_m: NDArray[np.float64]


def at_route(
    points: NDArray[np.object_], routes: gpd.GeoDataFrame | None, near_m: float
) -> NDArray[np.object_]:
    """Say where a mapped fibre route is within a distance [m]: True, else None.

    Never False: most ducts are on no map, so that none there proves nothing.
    """
    known = np.full(len(points), None, dtype=object)
    if routes is not None and len(routes):
        tree = shapely.STRtree(routes.geometry.to_numpy())
        known[tree.query(points, predicate="dwithin", distance=near_m)[0]] = True
    return known


def proven(
    points: NDArray[np.object_],
    nodes: gpd.GeoDataFrame | None,
    routes: gpd.GeoDataFrame | None,
    settings: Backhaul,
) -> NDArray[np.float64]:
    """Say how far up the ladder of diversity mapped fibre proves each site to be.

    A route or pick-up point near the site proves fibre; two operators there, or two carriers at
    the point, prove two carriers. A route that passes between two pick-up points, or two routes
    that each pass one and share no more than a lead-in, prove two ways.

    Returns
    -------
    NDArray
        Step 0 to 3; NaN where the study has no layer of fibre at all.
    """
    if nodes is None and routes is None:
        return np.full(len(points), np.nan)
    step = np.zeros(len(points))
    operators: dict[int, set[str]] = {}
    if nodes is not None and len(nodes):
        tree = shapely.STRtree(nodes.geometry.to_numpy())
        site, node = tree.query(points, predicate="dwithin", distance=settings.route_near_m)
        step[site] = 1
        many = nodes["carriers"].to_numpy()[node] > 1
        _gather(operators, site, nodes["operator"].to_numpy()[node])
        step[site[many]] = 2
    strands = None if routes is None else _strands(nodes, routes, settings.route_near_m)
    if strands is not None:
        tree = shapely.STRtree(strands.line)
        site, strand = tree.query(points, predicate="dwithin", distance=settings.route_near_m)
        step[site] = np.maximum(step[site], 1)
        _gather(operators, site, strands.operator[strand])
        step[_two_ways(points, strands, site, strand, settings.lead_in_m)] = 3
    two = [site for site, names in operators.items() if len(names) > 1]
    step[two] = np.maximum(step[two], 2)
    return step


def _gather(
    operators: dict[int, set[str]], site: NDArray[np.int64], names: NDArray[np.object_]
) -> None:
    for at, name in zip(site.tolist(), names, strict=True):
        if isinstance(name, str) and name:
            operators.setdefault(at, set()).add(name)


def _strands(
    nodes: gpd.GeoDataFrame | None, routes: gpd.GeoDataFrame, near_m: float
) -> _Strands | None:
    """Join the routes of each operator end to end, and find the pick-up points along them."""
    lines: list[shapely.LineString] = []
    operators: list[str] = []
    for operator, group in routes.groupby(routes["operator"].fillna(""), sort=True):
        pieces = shapely.get_parts(group.geometry.to_numpy())
        joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(pieces)))
        lines += joined.tolist()
        operators += [str(operator)] * len(joined)
    if not lines:
        return None
    line = np.array(lines, dtype=object)
    first_m, last_m = np.full(len(line), np.inf), np.full(len(line), -np.inf)
    if nodes is not None and len(nodes):
        shapes = nodes.geometry.to_numpy()
        node, strand = shapely.STRtree(line).query(shapes, predicate="dwithin", distance=near_m)
        spot = shapely.get_point(shapely.shortest_line(line[strand], shapes[node]), 0)
        along_m = shapely.line_locate_point(line[strand], spot)
        np.minimum.at(first_m, strand, along_m)
        np.maximum.at(last_m, strand, along_m)
    return _Strands(line, np.array(operators, dtype=object), first_m, last_m)


def _two_ways(
    points: NDArray[np.object_],
    strands: _Strands,
    site: NDArray[np.int64],
    strand: NDArray[np.int64],
    lead_in_m: float,
) -> list[int]:
    """List the sites from which mapped fibre leads two ways to pick-up points."""
    leads = strands.first_m[strand] <= strands.last_m[strand]
    site, strand = site[leads], strand[leads]
    along_m = shapely.line_locate_point(strands.line[strand], points[site])
    ring = shapely.is_closed(strands.line[strand])
    between = (strands.first_m[strand] < along_m) & (along_m < strands.last_m[strand])
    found = set(site[between | ring].tolist())
    near: dict[int, list[int]] = {}
    for at, number in zip(site.tolist(), strand.tolist(), strict=True):
        near.setdefault(at, []).append(number)
    together: dict[tuple[int, int], float] = {}
    for at, numbers in near.items():
        if at not in found and _any_apart(strands, sorted(numbers), together, lead_in_m):
            found.add(at)
    return sorted(found)


def _any_apart(
    strands: _Strands,
    numbers: list[int],
    together: dict[tuple[int, int], float],
    lead_in_m: float,
) -> bool:
    """Say whether any two strands share no more than a lead-in; what is measured is kept."""
    for place, one in enumerate(numbers):
        for other in numbers[place + 1 :]:
            if (one, other) not in together:
                together[one, other] = _together_m(strands.line, one, other)
            if together[one, other] <= lead_in_m:
                return True
    return False


def _together_m(line: NDArray[np.object_], one: int, other: int) -> float:
    shorter_m = min(line[one].length, line[other].length)
    return float(shared_corridor(line[one], line[other]) * shorter_m)
