"""Points to be served, and how far, in milliseconds, each site is from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Transformer

from siteselect import fibre
from siteselect.errors import Fault, StudyError
from siteselect.portfolio.problem import Cover

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from siteselect.assess import Assessment
    from siteselect.settings.portfolio import Plan, Spot
    from siteselect.study import Study

    Floats = NDArray[np.float64]


def metres(study: Study, lon: Sequence[float], lat: Sequence[float]) -> Floats:
    """Turn degrees into metres of the study's CRS, two columns."""
    to_metres = Transformer.from_crs("EPSG:4326", study.crs, always_xy=True)
    east, north = to_metres.transform(np.asarray(lon, float), np.asarray(lat, float))
    return np.stack([np.atleast_1d(east), np.atleast_1d(north)], axis=1)


def spots_m(study: Study, spots: Sequence[Spot]) -> Floats:
    """Place spots in metres of the study's CRS, two columns."""
    return metres(study, [spot.lon for spot in spots], [spot.lat for spot in spots])


def straight_km(ends: Floats, points: Floats) -> Floats:
    """Measure from every end to every point [km], ends down, points across."""
    away = ends[:, None, :] - points[None, :, :]
    return np.asarray(np.hypot(away[..., 0], away[..., 1]) / 1000)


def round_trip_ms(study: Study, km: Floats) -> Floats:
    """Estimate the round trip over a straight distance [ms].

    Straight line to route by the ITU rule (`fibre.route_factor_km`), delay of fibre, equipment and
    access as the study has them. Queues and servers are not in it.
    """
    backhaul = study.backhaul
    way = fibre.route_factor_km(km)
    return fibre.rtt_ms(way, backhaul.us_per_km, backhaul.equipment_ms) + backhaul.access_ms


def demand_points(assessment: Assessment, plan: Plan) -> tuple[Floats, Floats]:
    """Gather the points to be served [m, two columns] and their weights.

    Raises
    ------
    StudyError
        The layer or its column is not there, or a feature has no weight.
    """
    places = [spots_m(assessment.study, plan.demand)]
    weights = [np.array([spot.weight for spot in plan.demand], dtype=np.float64)]
    if plan.demand_layer is not None:
        layer = assessment.layers.get(plan.demand_layer)
        if layer is None or layer.rasters:
            known = ", ".join(sorted(assessment.layers))
            raise StudyError(
                Fault(
                    "study",
                    "no such layer of features",
                    f"The study has: {known}.",
                    column="portfolio.demand_layer",
                    value=plan.demand_layer,
                )
            )
        points = shapely.point_on_surface(layer.frame.geometry.to_numpy())
        places.append(shapely.get_coordinates(points))
        weights.append(_weights(assessment, plan))
    return np.concatenate(places), np.concatenate(weights)


def cover_of(
    assessment: Assessment, plan: Plan, sites_m: Floats, standing_m: Floats
) -> Cover | None:
    """Tell which site serves which point, within the latency budget and the reach.

    Parameters
    ----------
    assessment, plan : the run, and what is to be served.
    sites_m, standing_m : sites that may be chosen, and existing ones [m, two columns].
    """
    if not plan.demand and plan.demand_layer is None:
        return None
    study = assessment.study
    points, weight = demand_points(assessment, plan)
    budget_ms = study.workload.rtt_budget_ms if plan.latency_ms is None else plan.latency_ms
    reach_km = np.inf if plan.reach_km is None else plan.reach_km

    def near(ends: Floats) -> NDArray[np.bool_]:
        km = straight_km(points, ends)
        return np.asarray((round_trip_ms(study, km) <= budget_ms) & (km <= reach_km))

    return Cover(weight, near(sites_m), np.asarray(near(standing_m).any(axis=1)), plan.served_share)


def _weights(assessment: Assessment, plan: Plan) -> Floats:
    frame = assessment.layers[str(plan.demand_layer)].frame
    if plan.demand_weight is None:
        return np.ones(len(frame))
    if plan.demand_weight not in frame.columns:
        raise StudyError(
            Fault(
                "study",
                f"the layer {plan.demand_layer} has no such column",
                f"It has: {', '.join(name for name in frame.columns if name != 'geometry')}.",
                column="portfolio.demand_weight",
                value=plan.demand_weight,
            )
        )
    weight = np.asarray(frame[plan.demand_weight].to_numpy(dtype=np.float64))
    faults = [
        Fault(
            f"layer {plan.demand_layer}",
            "a point to be served has no weight",
            "Give it 0 or more, or leave demand_weight out.",
            row=str(frame.index[row]),
            column=plan.demand_weight,
            value=str(weight[row]),
        )
        for row in np.flatnonzero(~(weight >= 0)).tolist()
    ]
    if faults:
        raise StudyError(faults)
    return weight
