"""Heat: the sink within reach that would take most of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import yaml

from siteselect import pod as pods
from siteselect.design.identity import Same
from siteselect.design.reach import Pairs, Streets, pairs, reach
from siteselect.design.table import flags, numbers, picked, scattered, texts
from siteselect.discs import discs_covered
from siteselect.heat.demand_curve import HOURS, build_curve, pair_sums, stack_curves
from siteselect.heat.heat_pump import cop
from siteselect.heat.links import is_direct
from siteselect.heat.matching import heat_gain, source_demand_kw
from siteselect.heat.measured import measured_demand_kw
from siteselect.heat.sink_demand import sink_demand_kw

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from siteselect.contracts import Layer
    from siteselect.heat.demand_curve import CurveStack, DemandCurve
    from siteselect.layers.build import Territory
    from siteselect.study import Study


COLUMNS = (
    *texts(
        sink_id="sink that uses most heat; the nearest where none is in reach",
        sink_name="its name",
        sink_kind="what it is",
        sink_basis="how the length was found",
        sink_demand_basis="where the demand figure comes from",
        heat_mode="direct, or by heat pump where the pod's water is too cool; empty out of reach",
    ),
    *flags(sink_in_reach="whether a sink lies within the longest pipe considered"),
    *numbers(
        heat_offered_mwh_a="heat the pod gives to the water",
        sink_m="pipe length to the sink",
        sink_demand_mwh_a="heat the sink uses",
        sink_supply_c="water temperature the sink needs",
        heat_used_mwh_a="heat of the pod that is used, matched by the hour, less pipe loss",
        heat_delivered_mwh_a="heat that reaches the sink, with the heat pump's work",
        heat_pump_mwh_a="electricity of the heat pump",
        recovery_share="heat used over heat offered",
        fuel_saved_mwh_a="fuel that the sink's boiler does not burn",
    ),
)
"""What this part adds to the table of sites."""


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Read what sinks of each kind need, with sources."""
    text = files("siteselect.catalogue").joinpath("heat_sinks.yaml").read_text(encoding="utf-8")
    entries: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return entries


def demands(sinks: gpd.GeoDataFrame, study: Study, territory: Territory) -> pd.DataFrame:
    """Give every sink its yearly demand and supply temperature, and say where they come from.

    What was metered replaces what the layer says. A demand that neither gives is taken from floor
    area and benchmark only if the study allows benchmarks; else it stays NaN.
    """
    kinds = sinks["kind"].map(lambda kind: catalogue().get(kind, {}))
    needs = pd.DataFrame(
        {
            "demand_mwh_a": sinks["demand_mwh_a"],
            "demand_basis": sinks["demand_basis"].where(sinks["demand_mwh_a"].notna(), ""),
            "supply_c": sinks["supply_c"].fillna(kinds.map(lambda entry: entry.get("supply_c"))),
        }
    )
    if study.heat.benchmarks:
        per_m2 = kinds.map(lambda entry: entry.get("heat_kwh_m2_a", np.nan)).astype("float64")
        estimate = per_m2 * sinks["floor_m2"] / 1000
        fill = needs["demand_mwh_a"].isna() & estimate.notna()
        needs.loc[fill, "demand_mwh_a"] = estimate[fill]
        source = kinds.map(lambda entry: f"assumed: floor area x {entry.get('heat_source', '')}")
        needs.loc[fill, "demand_basis"] = source[fill]
    for sink in sinks.index.intersection(list(territory.measured)):
        needs.loc[sink, "demand_mwh_a"] = metered_kw(territory, sink).sum() / 1000
        needs.loc[sink, "demand_basis"] = "measured"
    return needs


def metered_kw(
    territory: Territory, sink: str, profile_kw: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Give the metered demand of a sink by the hour [kW], months spread after a profile."""
    return measured_demand_kw(territory.measured[sink], territory.weather, profile_kw=profile_kw)


def profiles(
    sinks: gpd.GeoDataFrame, needs: pd.DataFrame, territory: Territory
) -> list[NDArray[np.float64] | None]:
    """Spread every sink's yearly demand over the hours of the year [kW]; None where unknown."""
    shapes = {
        kind: sink_demand_kw(kind, territory.weather, annual_mwh_a=1.0)
        for kind in sinks["kind"].unique()
    }
    hourly: list[NDArray[np.float64] | None] = []
    for sink, kind, demand in zip(sinks.index, sinks["kind"], needs["demand_mwh_a"], strict=True):
        shape = shapes[kind]
        if sink in territory.measured:
            hourly.append(metered_kw(territory, sink, shape))
        else:
            hourly.append(None if np.isnan(demand) or shape is None else demand * shape)
    return hourly


def lift(
    study: Study, supply_c: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Say for each sink whether the pod's water suffices, its COP, and heat per source heat."""
    direct = is_direct(study.pod.outlet_c, supply_c, study.heat.approach_k)
    known = ~np.isnan(supply_c)
    performance = np.full(len(supply_c), np.nan)
    performance[known] = cop(
        study.pod.outlet_c, supply_c[known], carnot_share=study.heat.carnot_share
    )
    gain = np.zeros(len(supply_c))
    gain[known] = heat_gain(direct[known], performance[known] if study.heat.heat_pump else None)
    return direct, performance, gain


def standing_loss_kw(study: Study, length_m: ArrayLike) -> NDArray[np.float64]:
    """Heat that a pipe kept warm loses over its length [kW]."""
    return np.asarray(np.asarray(length_m, dtype=float) * study.heat.pipe_loss_w_m / 1000)


def exchanger_kw(study: Study) -> float:
    """Most heat that the exchanger passes on [kW]; infinity where the study sets no limit."""
    return float("inf") if study.heat.exchanger_kw is None else study.heat.exchanger_kw


def deliver(
    study: Study, territory: Territory, streets: Streets, index: pd.Index[str]
) -> pd.DataFrame:
    """Name the sink that uses most of the pod's heat within the pipe limit, net of pipe loss.

    Offer and demand are matched in every hour of the year (`heat.demand_curve`, which is exact for
    the constant offer of a pod). With no sink in reach the heat used is 0, unless part of the reach
    lies outside the layer's coverage, where it is unknown; the nearest sink is then named for its
    distance only.
    """
    offered = pods.heat_offered_mwh_a(study.pod)
    columns = pd.DataFrame({"heat_offered_mwh_a": offered}, index=index)
    layer = territory.layers.get("heat_sinks")
    if layer is None:
        return _without_layer(columns)
    shapes = layer.frame.geometry.to_numpy()
    sinks = _sinks(Same(study), Same(territory))
    needs, direct = sinks.needs, sinks.direct
    found = pairs(streets, shapes, study.routing.pipe_limit_m)
    used = _used(study, found, sinks)
    sink, heat, length_m, basis = _best(found, used, len(index))
    nearest = reach(streets, shapes)
    none = sink < 0
    covered = _covered(layer, streets, study.routing.pipe_limit_m)
    heat[none] = np.where(covered[none], 0.0, np.nan)
    sink[none], length_m[none] = nearest.facility[none], nearest.length_m[none]
    basis[none] = nearest.basis[none]
    for column, source in (("sink_id", "sink_id"), ("sink_name", "name"), ("sink_kind", "kind")):
        columns[column] = picked(layer.frame, source, sink, text=True)
    columns["sink_m"], columns["sink_basis"] = length_m, basis
    columns["sink_in_reach"] = ~none
    columns["sink_demand_mwh_a"] = picked(needs, "demand_mwh_a", sink)
    columns["sink_demand_basis"] = picked(needs, "demand_basis", sink, text=True)
    columns["sink_supply_c"] = picked(needs, "supply_c", sink)
    compressor = np.where(direct, 0.0, sinks.gain / sinks.performance)
    lifted = pd.DataFrame({"gain": sinks.gain, "compressor": compressor})
    return _delivered(
        columns,
        heat,
        picked(lifted, "gain", sink),
        picked(lifted, "compressor", sink),
        scattered(len(sink), np.flatnonzero(sink >= 0), direct[sink[sink >= 0]], fill=False),
        study,
    )


def _delivered(
    columns: pd.DataFrame,
    heat: NDArray[np.float64],
    gain: NDArray[np.float64],
    compressor: NDArray[np.float64],
    direct: NDArray[np.bool_],
    study: Study,
) -> pd.DataFrame:
    """Follow the pod's used heat through the heat pump to the sink and to the fuel it replaces."""
    nothing = heat == 0
    columns["heat_used_mwh_a"] = heat
    columns["heat_delivered_mwh_a"] = np.where(nothing, 0.0, heat * gain)
    columns["heat_pump_mwh_a"] = np.where(nothing, 0.0, heat * compressor)
    columns["recovery_share"] = heat / columns["heat_offered_mwh_a"]
    columns["fuel_saved_mwh_a"] = (
        columns["heat_delivered_mwh_a"] / study.heat.boiler_efficiency_share
    )
    mode = np.where(direct, "direct", "heat pump" if study.heat.heat_pump else "too cool")
    out = (columns["sink_supply_c"].isna() | ~columns["sink_in_reach"]).to_numpy()
    columns["heat_mode"] = np.where(out, "", mode).astype(object)
    return columns


@dataclass(frozen=True, slots=True)
class _Sinks:
    """What the sinks of a territory need: `row` is their place in `curves`, -1 without a demand."""

    needs: pd.DataFrame
    direct: NDArray[np.bool_]
    performance: NDArray[np.float64]
    gain: NDArray[np.float64]
    row: NDArray[np.int64]
    curves: CurveStack | None


@lru_cache(maxsize=2)
def _sinks(study: Same, territory: Same) -> _Sinks:
    """Work out the year of every sink once for all sites, in however many parts they come."""
    frame = territory.thing.layers["heat_sinks"].frame
    needs = demands(frame, study.thing, territory.thing)
    direct, performance, gain = lift(study.thing, needs["supply_c"].to_numpy(dtype=float))
    curves: list[DemandCurve] = []
    row = np.full(len(frame), -1, dtype=np.int64)
    for sink, demand_kw in enumerate(profiles(frame, needs, territory.thing)):
        if demand_kw is not None:
            row[sink] = len(curves)
            source_kw = source_demand_kw(demand_kw, gain[sink], exchanger_kw(study.thing))
            curves.append(build_curve(source_kw))
    stack = stack_curves(curves) if curves else None
    return _Sinks(needs, direct, performance, gain, row, stack)


def _used(study: Study, found: Pairs, sinks: _Sinks) -> NDArray[np.float64]:
    """Heat of the pod that each pair of site and sink uses [MWh/a]; NaN without a demand."""
    used = np.full(len(found.site), np.nan)
    if sinks.curves is None:
        return used
    there = sinks.row[found.facility] >= 0
    sums = pair_sums(
        sinks.curves,
        sinks.row[found.facility[there]],
        pods.heat_offered_kw(study.pod),
        loss_kw=standing_loss_kw(study, found.length_m[there]),
    )
    used[there] = sums[HOURS] / 1000
    return used


def _best(
    found: Pairs, used: NDArray[np.float64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.object_]]:
    """Pick the most heat for each site; a known amount before an unknown, then the shorter pipe."""
    order = np.lexsort((found.facility, found.length_m, -np.nan_to_num(used, nan=-1.0), found.site))
    site = found.site[order]
    first = order[np.r_[True, np.diff(site) != 0]] if len(order) else order
    sink = np.full(count, -1, dtype=np.int64)
    heat, length_m = np.full(count, np.nan), np.full(count, np.nan)
    basis = np.full(count, "", dtype=object)
    rows = found.site[first]
    sink[rows], heat[rows] = found.facility[first], used[first]
    length_m[rows], basis[rows] = found.length_m[first], found.basis[first]
    return sink, heat, length_m, basis


def _covered(layer: Layer, streets: Streets, limit_m: float) -> NDArray[np.bool_]:
    return discs_covered(layer.coverage, streets.points, limit_m)


def _without_layer(columns: pd.DataFrame) -> pd.DataFrame:
    for column in ("sink_id", "sink_name", "sink_kind", "sink_basis", "sink_demand_basis"):
        columns[column] = ""
    for column in (
        "sink_m",
        "sink_demand_mwh_a",
        "sink_supply_c",
        "heat_used_mwh_a",
        "heat_delivered_mwh_a",
        "heat_pump_mwh_a",
        "recovery_share",
        "fuel_saved_mwh_a",
    ):
        columns[column] = np.nan
    columns["sink_in_reach"] = False
    columns["heat_mode"] = ""
    return columns
