"""Delivery: how the lorry with the pod comes from the main roads, and what stands in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect import lorry
from siteselect.design.reach import BY_ROUTE
from siteselect.design.table import flags, numbers, texts
from siteselect.paths import (
    Arrivals,
    Paths,
    arrivals,
    last_edges,
    paths_from,
    sum_along,
    worst_along,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from siteselect.cutting import Costs
    from siteselect.network import RoadGraph, Snap
    from siteselect.study import Study

COLUMNS = (
    *texts(
        delivery_from="class of road from which the lorry is followed",
        delivery_basis="how the delivery was found, or why it was not",
        delivery_block="the limit that binds most on the way the lorry would take without limits",
        last_mile_limits="what is mapped of vehicles on the end of the way",
    ),
    *numbers(
        delivery_min="drive time of the lorry from there, within the limits mapped",
        delivery_free_min="the same without any limit",
        delivery_detour_share="longer time that the limits cost, over the time without (0: none)",
        delivery_limits_known_share="part of the way's length for which any limit is mapped",
        last_mile_width_m="least mapped width on the end of the way",
    ),
    *flags(
        lorry_reaches="whether the lorry can come within the limits mapped",
        private_access="whether the way uses a street that is private or for destinations only",
    ),
)
"""What this part adds to the table of sites."""

STRATEGIC = (
    ("motorway", "trunk"),
    *(("primary",), ("secondary",), ("tertiary",), ("unclassified",), ("residential",)),
    *(("road",), ("living_street",), ("service",), ("track",)),
)
"""Classes that lorries come from: the first of these that the map has."""

NO_ROADS = "the study has no roads"
NO_STREET = "no drivable street near the site"
NO_WAY = "the map has no way to the site, even without limits"
STOPPED = "no way within the limits mapped"
NOTHING_MAPPED = "nothing mapped"

_RESTRICTED = ("private", "destination")


def deliver_pod(
    study: Study, graph: RoadGraph | None, sites: Snap | None, index: pd.Index[str]
) -> pd.DataFrame:
    """Follow the lorry from the main roads to each site, with and without the limits mapped.

    Where it starts is every end of a motorway or trunk road in the map, else of the next class
    there is (`delivery_from`). The way ends on the street beside the site. Times hold the study's
    delay factor. A missing limit lets the lorry through: `delivery_limits_known_share` says how
    much of the way anybody has mapped.
    """
    columns = _nothing(index)
    if graph is None or sites is None or len(graph.length_m) == 0:
        return columns
    vehicle = lorry.laden(lorry.vehicles()[study.access.vehicle], study.pod.height_m)
    label, nodes = gateways(graph)
    free_costs = lorry.lorry_costs(graph, vehicle, limits=False)
    costs = lorry.lorry_costs(graph, vehicle)
    free_paths, free = _ways(graph, nodes, sites, free_costs)
    paths, found = _ways(graph, nodes, sites, costs)
    columns["delivery_from"] = label
    delay = study.routing.drive_delay_factor
    _put_times(columns, free.cost * delay, found.cost * delay, sites)
    stopped = np.isfinite(free.cost) & ~np.isfinite(found.cost)
    columns["delivery_block"] = _blocks(graph, vehicle, free_paths, free)
    for row, way in (
        (~stopped, (paths, found)),
        (stopped, (free_paths, free)),
    ):
        told = _told(graph, *way, study.access.last_mile_m, index)
        columns.loc[row, told.columns] = told[row]
    return columns


def _nothing(index: pd.Index[str]) -> pd.DataFrame:
    columns = pd.DataFrame(index=index)
    empty = {"text": "", "number": np.nan, "flag": None}
    for column in COLUMNS:
        kind = np.float64 if column.kind == "number" else object
        columns[column.name] = np.full(len(index), empty[column.kind], dtype=kind)
    columns["delivery_basis"] = np.full(len(index), NO_ROADS, dtype=object)
    return columns


def gateways(graph: RoadGraph) -> tuple[str, NDArray[np.int64]]:
    """Name the highest class of road on the map and the nodes where a lorry may come from it."""
    driven = np.isfinite(np.minimum(graph.forward_min, graph.backward_min))
    for classes in STRATEGIC:
        edges = driven & np.isin(graph.highway.astype(str), classes)
        if edges.any():
            ends = np.concatenate([graph.edge_from[edges], graph.edge_to[edges]])
            return " or ".join(classes), np.unique(ends)
    return "", np.empty(0, dtype=np.int64)


def _ways(
    graph: RoadGraph, nodes: NDArray[np.int64], sites: Snap, costs: Costs
) -> tuple[Paths, Arrivals]:
    paths = paths_from(graph, nodes, costs)
    return paths, arrivals(graph, paths, sites, costs)


def _put_times(
    columns: pd.DataFrame, free_min: NDArray[np.float64], time_min: NDArray[np.float64], sites: Snap
) -> None:
    reached, free = np.isfinite(time_min), np.isfinite(free_min)
    columns["delivery_min"] = np.where(reached, time_min, np.nan)
    columns["delivery_free_min"] = np.where(free, free_min, np.nan)
    extra_min = np.where(reached, time_min, 0.0) - np.where(reached, free_min, 0.0)
    # Beside the main road the way without limits takes no time: no detour, or one without a share.
    share = np.full(len(free_min), np.nan)
    np.divide(extra_min, free_min, out=share, where=reached & (free_min > 0))
    share[reached & (extra_min == 0)] = 0.0
    columns["delivery_detour_share"] = share
    reaches = np.full(len(free_min), None, dtype=object)
    reaches[free], reaches[reached] = False, True
    columns["lorry_reaches"] = reaches
    columns["delivery_basis"] = np.select(
        [reached, free, sites.edge >= 0], [BY_ROUTE, STOPPED, NO_WAY], NO_STREET
    ).astype(object)


def _blocks(
    graph: RoadGraph, vehicle: lorry.Vehicle, paths: Paths, found: Arrivals
) -> NDArray[np.object_]:
    """Name the limit that stops the lorry on its way without limits; empty where none does."""
    score = lorry.excess(graph, vehicle)
    reached = found.node >= 0
    worst = np.where(reached, worst_along(paths, score)[found.node], -1)
    own = np.where(reached & (found.length_m > 0), found.edge, -1)
    height = np.stack([np.where(edge >= 0, score[edge], 0.0) for edge in (own, worst)])
    edge = np.where(height[0] >= height[1], own, worst)
    words = {
        number: lorry.limit_words(graph, vehicle, number)
        for number in np.unique(edge[height.max(axis=0) > 1]).tolist()
    }
    blocks = np.full(len(edge), "", dtype=object)
    for site in np.flatnonzero(height.max(axis=0) > 1).tolist():
        blocks[site] = words[int(edge[site])]
    return blocks


def _told(
    graph: RoadGraph, paths: Paths, found: Arrivals, last_mile_m: float, index: pd.Index[str]
) -> pd.DataFrame:
    """Say what is mapped along the way: share with a limit, private streets, and the end of it."""
    reached = found.node >= 0

    def along(amount: NDArray[np.float64]) -> NDArray[np.float64]:
        before = np.where(reached, sum_along(paths, amount)[found.node], 0.0)
        whole_m = np.where(graph.length_m > 0, graph.length_m, 1.0)[found.edge]
        part = np.where(reached, found.length_m, 0.0) / whole_m
        return np.asarray(before + part * amount[found.edge], dtype=np.float64)

    length_m = along(graph.length_m)
    known_m = along(graph.length_m * lorry.known_limits(graph))
    share = np.full(len(length_m), np.nan)
    np.divide(known_m, length_m, out=share, where=length_m > 0)
    edges = last_edges(graph, paths, found, last_mile_m)
    return pd.DataFrame(
        {
            "delivery_limits_known_share": share,
            "private_access": _private(graph, along, reached),
            "last_mile_width_m": _least(graph.width_m, edges),
            "last_mile_limits": _end_words(graph, edges, reached),
        },
        index=index,
    )


def _private(
    graph: RoadGraph,
    along: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    reached: NDArray[np.bool_],
) -> NDArray[np.object_]:
    """Say whether the way uses a restricted street; unknown where the layer tells of no street."""
    found = np.full(len(reached), None, dtype=object)
    if (graph.motor_vehicle == None).all():  # noqa: E711 -- elementwise over objects
        return found
    restricted = np.isin(graph.motor_vehicle.astype(str), _RESTRICTED)
    used = along(graph.length_m * restricted) > 0
    found[reached] = used[reached]
    return found


def _least(values: NDArray[np.float64], edges: NDArray[np.int64]) -> NDArray[np.float64]:
    known = np.where((edges >= 0) & ~np.isnan(values[edges]), values[edges], np.inf)
    least = known.min(axis=0)
    return np.asarray(np.where(np.isfinite(least), least, np.nan), dtype=np.float64)


def _end_words(
    graph: RoadGraph, edges: NDArray[np.int64], reached: NDArray[np.bool_]
) -> NDArray[np.object_]:
    """List what is mapped on the last edges: the tightest limits, and who may drive there."""
    parts: dict[int, list[str]] = {}
    for word, column, _ in lorry.LIMITS:
        least = _least(getattr(graph, column), edges)
        unit = column.rsplit("_", 1)[1]
        for site in np.flatnonzero(~np.isnan(least)).tolist():
            parts.setdefault(site, []).append(f"{word} {round(float(least[site]), 2)} {unit}")
    for said, values, text in (
        ("no", graph.hgv, "no lorries"),
        ("destination", graph.hgv, "lorries to destinations only"),
        ("private", graph.motor_vehicle, "private"),
        ("destination", graph.motor_vehicle, "destinations only"),
    ):
        told = np.append(values == said, False)
        for site in np.flatnonzero(told[edges].any(axis=0)).tolist():
            parts.setdefault(site, []).append(text)
    words = np.full(len(reached), NOTHING_MAPPED, dtype=object)
    words[list(parts)] = ["; ".join(some) for some in parts.values()]
    words[~reached] = ""
    return words
