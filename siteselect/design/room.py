"""Room at the site: fire engine, crane, gate, floor, parking; yes, no or unknown, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siteselect.design.table import alike, flags, numbers, texts
from siteselect.nearest_line import nearest_m
from siteselect.sizing.placement import floor_load_kn_m2
from siteselect.snapping import NO_STOPPING

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.layers.build import Territory
    from siteselect.network import RoadGraph
    from siteselect.settings.access import Access
    from siteselect.settings.pod import Pod
    from siteselect.study import Study

COLUMNS = (
    *flags(
        gate_ok="whether the gate is wide enough for the lorry",
        crane_stand="whether a lorry with a crane can stand beside the pod",
        overhead_near="whether an overhead line is so near that its operator is asked first",
        fire_access="whether a fire engine comes near enough to the pod",
        floor_holds="whether the floor bears the pod",
        parking_ok="whether an engineer can park",
        maintenance_room_ok="whether there is room to work round the pod",
    ),
    *texts(
        crane_stand_basis="what the answer on the crane rests on",
        fire_access_basis="what the answer on the fire engine rests on",
    ),
    *numbers(
        crane_near_overhead_m="distance from the pod to the nearest mapped overhead line",
        floor_load_kpa="load of the pod on its whole footprint",
    ),
)
"""What this part adds to the table of sites."""

YES, NO, OPEN = 1, -1, 0
"""States of a street or a condition as numbers, so that the best of several is their maximum."""


def make_room(
    study: Study, territory: Territory, graph: RoadGraph | None, candidates: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Judge the room at each site by what its list says and what the map knows.

    Limits are settings (`study.access`). Nothing is concluded from what is not stated: an answer
    that needs an unknown fact is unknown (None).
    """
    limits, points = study.access, candidates.geometry.to_numpy()
    columns = pd.DataFrame(index=candidates.index)
    columns["gate_ok"] = _at_least(candidates["road_gate_width_m"], limits.gate_width_m)
    columns["crane_stand"], columns["crane_stand_basis"] = _crane(candidates, limits)
    near_m, near = _overhead(territory, points, limits)
    columns["overhead_near"], columns["crane_near_overhead_m"] = near, near_m
    columns["fire_access"], columns["fire_access_basis"] = _fire(
        candidates, graph, limits, study.pod
    )
    load_kpa = floor_load_kn_m2(study.pod.mass_kg, study.pod.footprint_m2)
    columns["floor_load_kpa"] = load_kpa
    columns["floor_holds"] = _at_least(candidates["floor_capacity_kpa"], load_kpa)
    columns["parking_ok"] = _at_least(candidates["parking_bays"], limits.parking_bays)
    columns["maintenance_room_ok"] = _at_least(
        candidates["room_for_maintenance_m"], limits.maintenance_room_m
    )
    return columns[[column.name for column in COLUMNS]]


def _at_least(values: pd.Series[float], least: float) -> NDArray[np.object_]:
    known: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    return _flags(_state(known, least))


def _state(values: NDArray[np.float64], least: float) -> NDArray[np.int64]:
    return np.where(np.isnan(values), OPEN, np.where(values >= least, YES, NO))


def _flags(state: NDArray[np.int64]) -> NDArray[np.object_]:
    found = np.full(len(state), None, dtype=object)
    found[state == YES], found[state == NO] = True, False
    return found


def _crane(
    candidates: gpd.GeoDataFrame, limits: Access
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Judge the stand: long, wide and level enough; one that fails settles it."""
    slope = -candidates["stand_slope_share"].to_numpy(dtype=np.float64)
    length = candidates["stand_length_m"].to_numpy(dtype=np.float64)
    width = candidates["stand_width_m"].to_numpy(dtype=np.float64)
    states = {
        f"length of {limits.stand_length_m:g} m": _state(length, limits.stand_length_m),
        f"width of {limits.stand_width_m:g} m": _state(width, limits.stand_width_m),
        f"slope of at most {limits.stand_slope_share:g}": _state(slope, -limits.stand_slope_share),
    }
    table = np.stack(list(states.values()))
    verdict = table.min(axis=0)
    patterns, which = alike(table.T)
    words = [_crane_words(list(states), column, int(column.min())) for column in patterns]
    return _flags(verdict), np.array(words, dtype=object)[which]


def _crane_words(names: list[str], column: NDArray[np.int64], verdict: int) -> str:
    if verdict == YES:
        return "stand as the list states it"
    named = [name for name, state in zip(names, column.tolist(), strict=True) if state == verdict]
    return ("stand lacks: " if verdict == NO else "not stated: ") + ", ".join(named)


def _overhead(
    territory: Territory, points: NDArray[np.object_], limits: Access
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Measure to overhead lines, and say whether one is within its distance of the crane's reach.

    The crane stands up to its radius away from the pod, on whichever side. No line near by is an
    answer only where the layer covers all of that circle.
    """
    near_m = np.full(len(points), np.nan)
    layer = territory.layers.get("utilities")
    if layer is None:
        return near_m, np.full(len(points), None, dtype=object)
    lines = layer.frame[(layer.frame["kind"] == "overhead_line").to_numpy()]
    shapes = lines.geometry.to_numpy()
    keep_m = np.where(lines["on_poles"] == True, limits.overhead_pole_m, limits.overhead_tower_m)  # noqa: E712 -- the flag may be None
    reach_m = limits.crane_radius_m + max(limits.overhead_pole_m, limits.overhead_tower_m)
    shapely.prepare(layer.coverage)
    covered = shapely.covers(layer.coverage, points)
    covered &= shapely.distance(points, shapely.boundary(layer.coverage)) >= reach_m
    state = np.where(covered, NO, OPEN)
    if len(shapes):
        found_m = nearest_m(points, shapes)
        near_m[np.isfinite(found_m)] = found_m[np.isfinite(found_m)]
        close = np.flatnonzero(found_m <= reach_m)
        near, line = shapely.STRtree(shapes).query(
            points[close], predicate="dwithin", distance=reach_m
        )
        site = close[near]
        apart_m = shapely.distance(points[site], shapes[line])
        state[site[apart_m <= limits.crane_radius_m + keep_m[line]]] = YES
    return near_m, _flags(state)


def _fire(
    candidates: gpd.GeoDataFrame, graph: RoadGraph | None, limits: Access, pod: Pod
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Judge the way of a fire engine (Approved Document B, volume 2, section 15, by analogy).

    A stated hose run that is too long is a no. Otherwise a street must be wide, high and strong
    enough within the hose's length of the pod's far side, straight; of several the best counts. A
    limit other than the width that is not mapped lets through, since few streets have one. The
    alternative of 15 % of the perimeter, and the engine's way to that street, are not looked at.
    """
    hose_m = candidates["fire_access_m"].to_numpy(dtype=np.float64)
    gate_m = candidates["road_gate_width_m"].to_numpy(dtype=np.float64)
    street, in_reach = _fire_streets(candidates.geometry.to_numpy(), graph, limits, pod)
    too_long, too_narrow = hose_m > limits.fire_hose_m, gate_m < limits.fire_gate_width_m
    hose = f"{limits.fire_hose_m:g} m"
    cases = (
        (too_long, NO, f"the hose run stated is longer than {hose}"),
        (street == YES, YES, f"a street of known width within {hose}, straight"),
        (too_narrow, NO, f"the gate is narrower than {limits.fire_gate_width_m:g} m"),
        (street == NO, NO, f"every mapped street within {hose} is too narrow, low or weak"),
        (in_reach, OPEN, f"no width is mapped of the streets within {hose}"),
    )
    otherwise = f"no drivable street is mapped within {hose}"
    conditions = [case[0] for case in cases]
    state = np.select(conditions, [case[1] for case in cases], OPEN)
    basis = np.select(conditions, [case[2] for case in cases], otherwise)
    return _flags(state), basis.astype(object)


def _fire_streets(
    points: NDArray[np.object_], graph: RoadGraph | None, limits: Access, pod: Pod
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Give the state of the best street within reach of each pod, and whether there is any."""
    best = np.full(len(points), NO - 1)
    if graph is not None:
        driven = np.isfinite(np.minimum(graph.forward_min, graph.backward_min))
        edges = np.flatnonzero(driven & ~np.isin(graph.highway.astype(str), NO_STOPPING))
        bad = graph.maxheight_m[edges] < limits.fire_height_m
        bad |= graph.maxweight_t[edges] < limits.fire_mass_t
        bad |= graph.maxwidth_m[edges] < limits.fire_gate_width_m
        state = np.where(bad, NO, _state(graph.width_m[edges], limits.fire_road_width_m))
        # the far side of a square pod, seen from its middle
        reach_m = max(0.0, limits.fire_hose_m - np.sqrt(pod.footprint_m2 / 2))
        site, edge = shapely.STRtree(graph.geometry[edges]).query(
            points, predicate="dwithin", distance=reach_m
        )
        np.maximum.at(best, site, state[edge])
    in_reach = best >= NO
    return np.where(in_reach, best, OPEN), in_reach
