"""One site's heat, hour by hour: what is offered, asked for, delivered and dumped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.design.heat_links import links_of
from siteselect.heat.key_figures import Carbon, KeyFigures, carbon, emission_factor, key_figures
from siteselect.heat.matching import Match, by_month, heat_gain, match, source_demand_kw
from siteselect.heat.store import Store, run_store, water_store_kwh

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from siteselect.layers.build import Territory
    from siteselect.study import Study

KWH_PER_MWH = 1000.0
STORE_LOSS_SHARE = 0.005
"""Heat that a well insulated tank loses in an hour [judgement]."""


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
    store_gain_mwh_a: float


@dataclass(frozen=True, slots=True)
class Scheme:
    """What is tried at a site beyond one pod, the site's own sink and no store.

    `also` names further sinks, served after the site's own where both need a heat pump or neither
    does; `pods` like pods on one sink; `store_m3` of hot water between its own temperature and
    `store_swing_k` below.
    """

    also: tuple[str, ...] = ()
    pods: int = 1
    store_m3: float = 0.0
    store_swing_k: float = 10.0


ALONE = Scheme()
"""One pod, one sink, no store: what the table of sites holds."""


def heat_year(
    study: Study,
    territory: Territory,
    sites: gpd.GeoDataFrame,
    site_id: str,
    scheme: Scheme = ALONE,
) -> HeatYear | str:
    """Match one site's pod with its sink through every hour of the year.

    Returns
    -------
    HeatYear or str
        The year; or, where it cannot be told, the reason.

    Raises
    ------
    InputError
        The scheme joins several pods and several sinks, or names a number that makes no sense.
    """
    if "heat_sinks" not in territory.layers:
        return "the study has no layer heat_sinks"
    if not sites.loc[site_id, "sink_in_reach"]:
        return "no sink is mapped in reach"
    links = links_of(study, territory, sites, site_id, scheme.also, scheme.pods)
    if isinstance(links, str):
        return links
    found = match(links)
    hours = territory.weather.index
    fuel, electricity, basis = emission_factors(study)
    it_kw = study.pod.it_kw * study.pod.utilisation_share * scheme.pods
    figures = key_figures(
        found,
        it_mwh_a=it_kw * len(hours) / KWH_PER_MWH,
        pue_without_reuse=study.pod.pue,
        boiler_efficiency=study.heat.boiler_efficiency_share,
    )
    names = [str(sites.loc[site_id, "sink_name"]), *scheme.also]
    return HeatYear(
        site_id=site_id,
        sink_id=str(sites.loc[site_id, "sink_id"]),
        sink_name=" and ".join(names),
        weather=territory.weather.source,
        weather_basis=territory.weather.basis,
        hours=hours,
        offered_kw=found.offered_kw.sum(axis=0),
        demand_kw=found.demand_kw.sum(axis=0),
        used_kw=found.recovered_kw.sum(axis=0),
        delivered_kw=found.delivered_kw.sum(axis=0),
        dumped_kw=found.dumped_kw.sum(axis=0),
        match=found,
        months=by_month(found, hours),
        figures=figures,
        carbon=carbon(figures, fuel, electricity),
        carbon_basis=basis,
        store_gain_mwh_a=_store_gain_mwh_a(found, scheme),
    )


def _store_gain_mwh_a(found: Match, scheme: Scheme) -> float:
    """Heat of the pod that a store would save from being dumped, on one sink [MWh/a]."""
    if scheme.store_m3 == 0:
        return 0.0
    link = found.links[0]
    gain = heat_gain(found.direct[0], link.cop)
    unmet = np.maximum(found.demand_kw[0] - found.delivered_kw.sum(axis=0), 0.0)
    wanted = source_demand_kw(unmet, gain)
    store = Store(water_store_kwh(scheme.store_m3, scheme.store_swing_k), STORE_LOSS_SHARE)
    run = run_store(found.dumped_kw.sum(axis=0), wanted, store)
    return float(run.discharge_kw.sum()) / KWH_PER_MWH


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
