"""Fibre: where the backhaul is picked up, what it costs to build, and how long a packet takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from siteselect.design import diversity
from siteselect.design.proven import at_route
from siteselect.design.reach import BY_ROUTE, Reach, Streets, reach
from siteselect.design.table import flags, numbers, picked, texts
from siteselect.fibre import Spread, build_gbp, build_weeks, route_factor_km, rtt_ms
from siteselect.geo import lonlat
from siteselect.trench import GROUNDS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.layers.build import Territory
    from siteselect.settings.backhaul import Exchange
    from siteselect.study import Study


COLUMNS = (
    *texts(
        fibre_id="nearest pick-up point by route",
        fibre_name="its name",
        fibre_kind="what it is",
        fibre_operator="who runs it",
        fibre_basis="how the length was found",
        rtt_basis="what the length of fibre beyond the pick-up point rests on",
    ),
    *flags(
        fibre_closing="whether closure of that point is announced",
        fibre_route_known="whether a mapped fibre route is at the site; never no: maps have gaps",
    ),
    *numbers(
        fibre_m="fibre length to the pick-up point",
        fibre_verge_m="part of it in verge",
        fibre_footway_m="part of it in a footway",
        fibre_carriageway_m="part of it in a carriageway",
        fibre_gbp="dig, duct, permit and connection to it, by the ground dug",
        fibre_low_gbp="the same, low estimate",
        fibre_high_gbp="the same, high estimate",
        fibre_weeks="from order to service",
        fibre_low_weeks="the same, low estimate",
        fibre_high_weeks="the same, high estimate",
        rtt_ms="round trip to where the workload talks to",
        rtt_budget_share="round trip over the workload's budget",
    ),
    *diversity.COLUMNS,
)
"""What this part adds to the table of sites."""

NO_POINT = "unknown: no pick-up point is mapped"
UNSTATED = "unknown: no length beyond the pick-up point, and backhaul.exchange names no end"
STATED = "length stated for the pick-up point"
ESTIMATED = "straight line from the pick-up point to {name} by the ITU rule"
STRAIGHT = "straight line from the site to {name} by the ITU rule"


def haul(
    study: Study, territory: Territory, streets: Streets, index: pd.Index[str]
) -> pd.DataFrame:
    """Name the nearest pick-up point by route, what it takes to reach it, and the round trip."""
    layer = territory.layers.get("fibre_nodes")
    frame = None if layer is None else layer.frame
    near = reach(streets, streets.points[:0] if frame is None else frame.geometry.to_numpy())
    columns = pd.DataFrame(index=index)
    for column, source in (
        ("fibre_id", "fibre_id"),
        ("fibre_name", "name"),
        ("fibre_kind", "kind"),
        ("fibre_operator", "operator"),
    ):
        columns[column] = picked(frame, source, near.facility, text=True)
    columns["fibre_basis"] = near.basis
    columns["fibre_closing"] = _closing(frame, near.facility)
    columns["fibre_m"] = near.length_m
    for place, ground in enumerate(GROUNDS):
        columns[f"fibre_{ground}_m"] = near.ground_m[:, place]
    routes = territory.layers.get("fibre_routes")
    known = at_route(
        streets.points, None if routes is None else routes.frame, study.backhaul.route_near_m
    )
    columns["fibre_route_known"] = known
    duct_known = np.array([flag is True for flag in known], dtype=bool)
    for unit, spread in (
        ("gbp", build_gbp(near.ground_m)),
        ("weeks", build_weeks(near.length_m, duct_known)),
    ):
        columns = columns.join(_spread(unit, spread, index))
    fibre_km, columns["rtt_basis"] = _fibre_km(study, territory, frame, near, streets.points)
    equipment_ms = study.backhaul.equipment_ms + study.backhaul.access_ms
    columns["rtt_ms"] = rtt_ms(fibre_km, study.backhaul.us_per_km, equipment_ms)
    columns["rtt_budget_share"] = columns["rtt_ms"] / study.workload.rtt_budget_ms
    return columns.join(diversity.ladder(study.backhaul, territory, streets, near.facility, index))


def _spread(unit: str, spread: Spread, index: pd.Index[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            f"fibre_{unit}": spread.middle,
            f"fibre_low_{unit}": spread.low,
            f"fibre_high_{unit}": spread.high,
        },
        index=index,
    )


def _closing(frame: gpd.GeoDataFrame | None, facility: NDArray[np.int64]) -> NDArray[np.object_]:
    closing = np.full(len(facility), None, dtype=object)
    if frame is not None:
        said = [None if pd.isna(flag) else bool(flag) for flag in frame["closing"]]
        there = facility >= 0
        closing[there] = np.array(said, dtype=object)[facility[there]]
    return closing


def _fibre_km(
    study: Study,
    territory: Territory,
    frame: gpd.GeoDataFrame | None,
    near: Reach,
    points: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Give the length of fibre from site to counterpart [km], and what it rests on."""
    slack = np.where(near.basis == BY_ROUTE, study.backhaul.road_factor, 1.0)
    first_km = near.length_m / 1000 * slack
    onward_km = picked(frame, "onward_km", near.facility)
    basis = np.where(np.isnan(onward_km), UNSTATED, STATED).astype(object)
    basis[near.facility < 0] = NO_POINT
    place = study.backhaul.exchange
    if place is None:
        return first_km + onward_km, basis
    gap = np.isnan(onward_km) & (near.facility >= 0)
    if frame is not None and gap.any():
        doors = shapely.centroid(frame.geometry.to_numpy())[near.facility[gap]]
        onward_km[gap] = route_factor_km(_straight_km(doors, territory, place))
        basis[gap] = ESTIMATED.format(name=place.name)
    alone = near.facility < 0
    first_km[alone], basis[alone] = 0.0, STRAIGHT.format(name=place.name)
    onward_km[alone] = route_factor_km(_straight_km(points[alone], territory, place))
    return first_km + onward_km, basis


def _straight_km(
    points: NDArray[np.object_], territory: Territory, place: Exchange
) -> NDArray[np.float64]:
    """Measure the shortest line over the ellipsoid, WGS 84 [km]."""
    lon, lat = lonlat(points, territory.crs)
    there = np.full(len(lon), place.lon), np.full(len(lon), place.lat)
    metres = Geod(ellps="WGS84").inv(lon, lat, *there)[2]
    return np.asarray(metres, dtype=np.float64) / 1000
