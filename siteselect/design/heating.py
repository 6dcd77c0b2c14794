"""Heat: the sink within reach that would take most of it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
import yaml

from siteselect import pod as pods
from siteselect.design.reach import Pairs, Streets, pairs, reach
from siteselect.design.table import picked
from siteselect.heat.annual import pipe_loss_mwh_a, used_mwh_a

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.contracts import Layer
    from siteselect.layers.build import Territory
    from siteselect.study import Study


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Read what sinks of each kind need, with sources."""
    text = files("siteselect.catalogue").joinpath("heat_sinks.yaml").read_text(encoding="utf-8")
    entries: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return entries


def demands(sinks: gpd.GeoDataFrame, study: Study) -> pd.DataFrame:
    """Give every sink its yearly demand and supply temperature, and say where they come from.

    A demand that the layer does not give is taken from floor area and benchmark only if the study
    allows benchmarks; else it stays NaN.
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
    return needs


def deliver(
    study: Study, territory: Territory, streets: Streets, index: pd.Index[str]
) -> pd.DataFrame:
    """Name the sink that uses most of the pod's heat within the pipe limit, net of pipe loss.

    With no sink in reach the heat used is 0, unless part of the reach lies outside the layer's
    coverage, where it is unknown; the nearest sink is then named for its distance only.
    """
    offered = pods.heat_offered_mwh_a(study.pod)
    columns = pd.DataFrame({"heat_offered_mwh_a": offered}, index=index)
    layer = territory.layers.get("heat_sinks")
    if layer is None:
        return _without_layer(columns)
    shapes = layer.frame.geometry.to_numpy()
    needs = demands(layer.frame, study)
    found = pairs(streets, shapes, study.routing.pipe_limit_m)
    used = _used(study, found, layer.frame, needs, offered)
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
    columns["heat_used_mwh_a"] = heat
    columns["heat_mode"] = _mode(columns, study)
    return columns


def _used(
    study: Study,
    found: Pairs,
    sinks: gpd.GeoDataFrame,
    needs: pd.DataFrame,
    offered_mwh_a: float,
) -> NDArray[np.float64]:
    share = sinks["kind"].map(lambda kind: study.heat.coincidence_share.get(kind, np.nan))
    return used_mwh_a(
        offered_mwh_a,
        needs["demand_mwh_a"].to_numpy()[found.facility],
        share.to_numpy(dtype=float)[found.facility],
        pipe_loss_mwh_a(found.length_m, study.heat.pipe_loss_w_m),
    )


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
    shapely.prepare(layer.coverage)
    return np.asarray(shapely.covers(layer.coverage, shapely.buffer(streets.points, limit_m)))


def _mode(columns: pd.DataFrame, study: Study) -> NDArray[np.object_]:
    """Direct where the pod's water is warm enough after the exchanger, otherwise by heat pump."""
    warm = study.pod.outlet_c - study.heat.approach_k >= columns["sink_supply_c"]
    mode = np.where(warm, "direct", "heat pump").astype(object)
    mode[(columns["sink_supply_c"].isna() | ~columns["sink_in_reach"]).to_numpy()] = ""
    return mode


def _without_layer(columns: pd.DataFrame) -> pd.DataFrame:
    for column in ("sink_id", "sink_name", "sink_kind", "sink_basis", "sink_demand_basis"):
        columns[column] = ""
    for column in ("sink_m", "sink_demand_mwh_a", "sink_supply_c", "heat_used_mwh_a"):
        columns[column] = np.nan
    columns["sink_in_reach"] = False
    columns["heat_mode"] = ""
    return columns
