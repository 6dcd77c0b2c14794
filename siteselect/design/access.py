"""Access: the engineer's drive, the road at the site, the delivery and the room there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect import network
from siteselect.design import delivery, room
from siteselect.design.delivery import deliver_pod
from siteselect.design.reach import BY_ROUTE, Streets, entrances
from siteselect.design.room import make_room
from siteselect.design.table import numbers, picked, texts

if TYPE_CHECKING:
    import geopandas as gpd

    from siteselect.layers.build import Territory
    from siteselect.study import Study


COLUMNS = (
    *texts(
        base_id="maintenance base that is there first",
        base_name="its name",
        drive_basis="how the time was found",
        road_class="OpenStreetMap class of the nearest drivable street",
    ),
    *numbers(
        drive_min="drive time from the base to the site",
        road_width_m="mapped width of that street",
        road_offset_m="distance from site to that street",
    ),
    *delivery.COLUMNS,
    *room.COLUMNS,
)
"""What this part adds to the table of sites."""


def arrive(
    study: Study, territory: Territory, streets: Streets, candidates: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Give the engineer's drive, the lorry's way and the room at every site."""
    graph = streets.graph
    sites = (
        None
        if graph is None
        else network.snap(graph, streets.points, study.routing.snap_limit_m, drivable=True)
    )
    parts = [
        _drive(study, territory, streets, sites, candidates.index),
        deliver_pod(study, graph, sites, candidates.index),
        make_room(study, territory, graph, candidates),
    ]
    return pd.concat(parts, axis=1)


def _drive(
    study: Study,
    territory: Territory,
    streets: Streets,
    sites: network.Snap | None,
    index: pd.Index[str],
) -> pd.DataFrame:
    """Name the quickest maintenance base, driving towards the site, and the road at the site."""
    columns = pd.DataFrame(
        {
            "base_id": "",
            "base_name": "",
            "drive_min": np.nan,
            "drive_basis": "",
            "road_class": "",
            "road_width_m": np.nan,
            "road_offset_m": np.nan,
        },
        index=index,
    ).astype({"base_id": object, "base_name": object, "drive_basis": object, "road_class": object})
    if streets.graph is None or sites is None:
        return columns
    limit_m = study.routing.snap_limit_m
    on_road = sites.edge >= 0
    edges = sites.edge[on_road]
    columns.loc[on_road, "road_class"] = streets.graph.highway[edges]
    columns.loc[on_road, "road_width_m"] = streets.graph.width_m[edges]
    columns.loc[on_road, "road_offset_m"] = sites.offset_m[on_road]
    layer = territory.layers.get("maintenance_bases")
    if layer is None:
        return columns
    shapes = entrances(streets, layer.frame.geometry.to_numpy())
    bases = network.snap(streets.graph, shapes, limit_m, drivable=True)
    found = network.nearest_by_drive(
        streets.graph,
        sites,
        bases,
        offroad_kmh=study.routing.offroad_kmh,
        base_delay_min=layer.frame["approach_min"].fillna(0.0).to_numpy()
        / study.routing.drive_delay_factor,
    )
    reached = np.isfinite(found.cost)
    columns["base_id"] = picked(layer.frame, "base_id", found.facility, text=True)
    columns["base_name"] = picked(layer.frame, "name", found.facility, text=True)
    # An approach time outside the map is a real time already, so the delay factor must not
    # lengthen it: it was divided out above.
    columns.loc[reached, "drive_min"] = found.cost[reached] * study.routing.drive_delay_factor
    columns.loc[reached, "drive_basis"] = BY_ROUTE
    return columns
