"""One site's heat, hour by hour: what is offered, asked for, delivered and dumped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from siteselect import pod as pods
from siteselect.design.heating import demands, lift, profiles
from siteselect.heat.key_figures import Carbon, KeyFigures, carbon, emission_factor, key_figures
from siteselect.heat.links import HeatSink, HeatSource, Link
from siteselect.heat.matching import Match, by_month, match

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from siteselect.layers.build import Territory
    from siteselect.study import Study

KWH_PER_MWH = 1000.0


@dataclass(frozen=True, slots=True)
class HeatYear:
    """A year of heat at one site.

    `months` has a row a month with the columns of `heat.matching.by_month` [kWh]; the arrays have
    one value an hour of `hours` [kW].
    """

    site_id: str
    sink_id: str
    sink_name: str
    weather: str
    weather_basis: str
    hours: pd.DatetimeIndex
    offered_kw: NDArray[np.float64]
    demand_kw: NDArray[np.float64]
    used_kw: NDArray[np.float64]
    delivered_kw: NDArray[np.float64]
    dumped_kw: NDArray[np.float64]
    match: Match
    months: pd.DataFrame
    figures: KeyFigures
    carbon: Carbon
    carbon_basis: str


def heat_year(
    study: Study, territory: Territory, sites: pd.DataFrame, site_id: str
) -> HeatYear | str:
    """Match one site's pod with its sink through every hour of the year.

    Returns
    -------
    HeatYear or str
        The year; or, where it cannot be told, the reason.
    """
    site = sites.loc[[site_id]].iloc[0]
    layer = territory.layers.get("heat_sinks")
    if layer is None:
        return "the study has no layer heat_sinks"
    if not site["sink_in_reach"]:
        return "no sink is mapped in reach"
    sink = layer.frame.loc[[site["sink_id"]]]
    needs = demands(sink, study, territory)
    demand = profiles(sink, needs, territory)[0]
    if demand is None:
        return f"the heat demand of {site['sink_name'] or site['sink_id']} is not known"
    found = match([_link(study, site, demand, needs["supply_c"].to_numpy(dtype=float))])
    hours = territory.weather.index
    fuel, electricity, basis = emission_factors(study)
    figures = key_figures(
        found,
        it_mwh_a=study.pod.it_kw * study.pod.utilisation_share * len(hours) / KWH_PER_MWH,
        pue_without_reuse=study.pod.pue,
        boiler_efficiency=study.heat.boiler_efficiency_share,
    )
    return HeatYear(
        site_id=site_id,
        sink_id=str(site["sink_id"]),
        sink_name=str(site["sink_name"]),
        weather=territory.weather.source,
        weather_basis=territory.weather.basis,
        hours=hours,
        offered_kw=found.offered_kw[0],
        demand_kw=found.demand_kw[0],
        used_kw=found.recovered_kw[0],
        delivered_kw=found.delivered_kw[0],
        dumped_kw=found.dumped_kw[0],
        match=found,
        months=by_month(found, hours),
        figures=figures,
        carbon=carbon(figures, fuel, electricity),
        carbon_basis=basis,
    )


def emission_factors(study: Study) -> tuple[float, float, str]:
    """Give the factors of fuel and electricity [kg CO2e/kWh], and say where they come from."""
    gas = emission_factor("gas", study.date.year)
    grid = emission_factor("electricity", study.date.year)
    losses = emission_factor("electricity_losses", study.date.year)
    fuel, electricity = study.heat.fuel_kgco2e_kwh, study.heat.electricity_kgco2e_kwh
    told = [
        f"fuel {gas.kgco2e_kwh:g} kg CO2e/kWh, gas in the United Kingdom, {gas.year} [{gas.tag}]"
        if fuel is None
        else f"fuel {fuel:g} kg CO2e/kWh, set in the study",
        f"electricity {grid.kgco2e_kwh + losses.kgco2e_kwh:g} kg CO2e/kWh with network losses, "
        f"United Kingdom, {grid.year} [{grid.tag}]"
        if electricity is None
        else f"electricity {electricity:g} kg CO2e/kWh, set in the study",
    ]
    return (
        gas.kgco2e_kwh if fuel is None else fuel,
        grid.kgco2e_kwh + losses.kgco2e_kwh if electricity is None else electricity,
        "; ".join(told),
    )


def _link(
    study: Study,
    site: pd.Series[Any],
    demand_kw: NDArray[np.float64],
    supply_c: NDArray[np.float64],
) -> Link:
    _, performance, _ = lift(study, supply_c)
    length_m = float(site["sink_m"])
    cap_kw = float("inf") if study.heat.exchanger_kw is None else study.heat.exchanger_kw
    pod = HeatSource(
        name="pod",
        offered_kw=np.full(len(demand_kw), pods.heat_offered_kw(study.pod)),
        outlet_c=study.pod.outlet_c,
        full_load_kw=pods.total_input_kw(study.pod),
    )
    return Link(
        source=pod,
        sink=HeatSink(str(site["sink_id"]), demand_kw, float(supply_c[0])),
        cop=float(performance[0]) if study.heat.heat_pump else None,
        exchanger_kw=cap_kw,
        heat_pump_kw=cap_kw,
        approach_k=study.heat.approach_k,
        loss_kw=length_m * study.heat.pipe_loss_w_m / 1000,
    )
