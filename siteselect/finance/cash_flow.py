"""Cash flow, year by year and item by item: of the pod, and of the workload left central.

Constant prices: general inflation is in neither flows nor discount rates. Costs are negative.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siteselect.fibre import dig_gbp
from siteselect.finance.charges import (
    connection_gbp,
    customer_reinforcement_gbp,
    electricity_bill,
    flat_use,
)
from siteselect.finance.plan import Plan, Project
from siteselect.pod import HOURS_A

Numbers = NDArray[np.float64]

SMALL_KW, LARGE_KW = 100.0, 200.0
"""Between these the price of a pod per kW changes from small to large."""


def cash_flow(plan: Plan) -> pd.DataFrame:
    """Cash flow of the pod's owner [GBP], years 0 to the last by item.

    Returns
    -------
    DataFrame
        Index `year`: 0 is the building, 1 the first year of operation. Income is positive, cost
        negative. What is replaced in the last year or later is not replaced; no scrap value.
    """
    built = built_gbp(plan)
    years = plan.terms.years
    columns = {f"{name}_gbp": _once(-cost, years) for name, cost in built.items()}
    columns |= {name: -cost for name, cost in _energy(plan).items()}
    columns |= {name: -cost for name, cost in _running(plan, built).items()}
    columns["replacement_gbp"] = -_replacements(plan, built)
    ending = np.zeros(years + 1)
    ending[-1] = -plan.rates["decommissioning_share"] * _without_servers(built)
    columns["decommissioning_gbp"] = ending
    columns["heat_sales_gbp"] = outputs(plan)["heat_kwh"].to_numpy() * heat_price_gbp_kwh(plan)
    return _table(columns)


def central_flow(plan: Plan) -> pd.DataFrame:
    """Cash flow of the counterfactual [GBP]: the same workload central, and the network for it.

    Today's central site, not a future ideal: its PUE, its price per contracted kW, the same
    servers on the same cycle. Network charges by time band are left out, and its capacity follows
    the take-up, both of which favour the central site.
    """
    project, rates, years = plan.project, plan.rates, plan.terms.years
    taken = ramp(plan)
    mean_kw = project.it_kw * project.utilisation_share * taken
    servers = _servers_gbp(plan)
    contracted_kw = mean_kw / rates["central_loading_share"]
    unit = rates["electricity_gbp_kwh"] * electricity_path(plan) + rates["climate_levy_gbp_kwh"]
    network = np.full(years + 1, rates["central_network_gbp_a"])
    network[0] = 0.0
    return _table(
        {
            "servers_gbp": _once(-servers, years),
            "replacement_gbp": -_repeated(servers, rates["servers_life_a"], years),
            "colocation_gbp": -contracted_kw * rates["colocation_gbp_kw_month"] * 12,
            "electricity_gbp": -mean_kw * rates["central_pue"] * HOURS_A * unit,
            "network_gbp": -network,
        }
    )


def net_flow(plan: Plan) -> pd.DataFrame:
    """Cash flow of building the pod instead of staying central [GBP]: what is spent and avoided."""
    avoided = -central_flow(plan)
    return cash_flow(plan).join(avoided.rename(columns=lambda name: f"avoided_{name}"))


def outputs(plan: Plan) -> pd.DataFrame:
    """Lay out what the pod gives in each year: IT power in use, heat used, work done.

    Heat is taken as falling in step with take-up, though a sink uses the larger part of a smaller
    offer: this errs on the low side. Work is NaN while it is unknown.
    """
    project, taken = plan.project, ramp(plan)
    host = np.ones(plan.terms.years + 1)
    if plan.terms.host_closes_in is not None:
        host[plan.terms.host_closes_in :] = 0.0
    work = np.nan if project.work_units_a is None else project.work_units_a
    return _table(
        {
            "it_kw_months": project.it_kw * project.utilisation_share * taken * 12,
            "heat_kwh": project.heat_used_mwh_a * 1000 * taken * host,
            "heat_pump_kwh": project.heat_pump_mwh_a * 1000 * taken * host,
            "work_units": work * taken,
        }
    )


def built_gbp(plan: Plan) -> dict[str, float]:
    """Cost of everything that is built before the first year [GBP], fees and contingency last."""
    project, rates = plan.project, plan.rates
    quote = project.connection_quote_gbp
    estimate = connection_gbp(
        project.connection_kva,
        project.cable_m,
        rates,
        option=project.connection_option,
        transformer_kva=project.transformer_kva,
        verge_m=project.cable_verge_m,
        carriageway_m=project.cable_carriageway_m,
    )
    built = {
        "pod": project.it_kw * pod_gbp_kw(project.it_kw, plan),
        "cooler": project.rejection_kw * rates["cooler_gbp_kw"],
        "exchanger": project.exchanger_kw * rates["exchanger_gbp_kw"],
        "heat_pump": project.heat_pump_kw * rates["heat_pump_gbp_kw"],
        "pipe": project.pipe_indoor_m * rates["pipe_indoor_gbp_m"]
        + project.pipe_soft_m * rates["pipe_soft_gbp_m"]
        + project.pipe_hard_m * rates["pipe_hard_gbp_m"],
        "connection": estimate if quote is None else quote,
        "reinforcement": customer_reinforcement_gbp(
            project.reinforcement_gbp, project.connection_kva
        ),
        "fibre": float(dig_gbp(_fibre_ground(project), rates)),
        "structure": rates["structure_gbp"] if project.structure else 0.0,
    }
    works = sum(built.values())
    built["fees"] = works * rates["fees_share"]
    built["contingency"] = works * rates["contingency_share"]
    built["servers"] = _servers_gbp(plan)
    return built


def _fibre_ground(project: Project) -> tuple[float, float, float]:
    verge, carriageway = project.fibre_verge_m, project.fibre_carriageway_m
    return verge, project.fibre_m - verge - carriageway, carriageway


def pod_gbp_kw(it_kw: float, plan: Plan) -> float:
    """Price of the pod without servers [GBP/kW]: falls in a straight line from 100 to 200 kW."""
    small, large = plan.rates["pod_small_gbp_kw"], plan.rates["pod_large_gbp_kw"]
    return float(np.interp(it_kw, [SMALL_KW, LARGE_KW], [small, large]))


def heat_price_gbp_kwh(plan: Plan) -> Numbers:
    """Price of a kWh of heat in each year [GBP/kWh]: by contract, or a share of avoided gas."""
    if plan.terms.heat_price_gbp_kwh is not None:
        return np.full(plan.terms.years + 1, plan.terms.heat_price_gbp_kwh)
    return avoided_gas_gbp_kwh(plan) * plan.rates["heat_price_share"]


def avoided_gas_gbp_kwh(plan: Plan) -> Numbers:
    """Gas that a kWh of heat saves the host in each year [GBP/kWh of heat]."""
    shock = _shock(plan, plan.terms.gas_factor)
    path = _growth(plan.rates["gas_growth_share_a"], plan.terms.years) * shock
    return plan.rates["gas_gbp_kwh"] / plan.rates["boiler_share"] * path


def host_saving_gbp(plan: Plan) -> pd.Series[float]:
    """Work out the host's saving in each year [GBP]: avoided gas less what it pays for heat."""
    heat = outputs(plan)["heat_kwh"]
    return (heat * (avoided_gas_gbp_kwh(plan) - heat_price_gbp_kwh(plan))).rename("saving_gbp")


def electricity_path(plan: Plan) -> Numbers:
    """Electricity price of each year over today's."""
    shock = _shock(plan, plan.terms.electricity_factor)
    return _growth(plan.rates["tariff_growth_share_a"], plan.terms.years) * shock


def ramp(plan: Plan) -> Numbers:
    """Take-up of each year; 0 in year 0, and the last stated share from then on."""
    given = np.asarray(plan.terms.ramp[: plan.terms.years], dtype=float)
    taken = np.full(plan.terms.years + 1, given[-1])
    taken[0] = 0.0
    taken[1 : len(given) + 1] = given
    return taken


def _energy(plan: Plan) -> dict[str, Numbers]:
    project, years = plan.project, plan.terms.years
    given = outputs(plan)
    it_kwh = given["it_kw_months"].to_numpy() / 12 * HOURS_A
    mean_kw = (it_kwh * project.pue + given["heat_pump_kwh"].to_numpy()) / HOURS_A
    peak_kva = project.agreed_kva if project.peak_kva is None else project.peak_kva
    # The bill is linear in energy, so that one bill without and one with 1 kW give every year.
    idle = electricity_bill(flat_use(0.0, peak_kva), project.agreed_kva, plan.rates)
    one = electricity_bill(flat_use(1.0, peak_kva), project.agreed_kva, plan.rates)
    running = np.ones(years + 1)
    running[0] = 0.0
    bill = {name: idle[name] * running + (one[name] - idle[name]) * mean_kw for name in idle}
    bill["electricity_gbp"] = bill["electricity_gbp"] * electricity_path(plan)
    return bill


def _running(plan: Plan, built: dict[str, float]) -> dict[str, Numbers]:
    rates, years = plan.rates, plan.terms.years
    service = _growth(rates["service_growth_share_a"], years)
    flat = np.ones(years + 1)
    flat[0] = service[0] = 0.0
    kept = sum(built[name] for name in ("pod", "cooler", "exchanger", "heat_pump", "pipe"))
    heat = outputs(plan)["heat_kwh"].to_numpy() > 0
    return {
        "maintenance_gbp": rates["maintenance_share_a"] * kept * service,
        "heat_meter_gbp": rates["heat_meter_gbp_a"] * heat * flat,
        "spares_gbp": rates["spares_share_a"] * (built["pod"] + built["servers"]) * flat,
        "backhaul_gbp": rates["backhaul_gbp_a"] * flat,
        "staffing_gbp": rates["staffing_gbp_a"] * service,
        "insurance_gbp": rates["insurance_share_a"] * sum(built.values()) * service,
        "rent_gbp": rates["rent_gbp_a"] * flat,
    }


def _replacements(plan: Plan, built: dict[str, float]) -> Numbers:
    rates, years = plan.rates, plan.terms.years
    battery = plan.project.battery_kwh * rates["battery_gbp_kwh"]
    return (
        _repeated(built["servers"], rates["servers_life_a"], years)
        + _repeated(built["heat_pump"], rates["heat_pump_life_a"], years)
        + _repeated(built["cooler"] + built["exchanger"], rates["plant_life_a"], years)
        + _repeated(battery, rates["battery_life_a"], years)
    )


def _servers_gbp(plan: Plan) -> float:
    project: Project = plan.project
    return project.it_kw * plan.rates[f"servers_{project.design}_gbp_kw"]


def _without_servers(built: dict[str, float]) -> float:
    return sum(cost for name, cost in built.items() if name != "servers")


def _once(amount: float, years: int) -> Numbers:
    column = np.zeros(years + 1)
    column[0] = amount
    return column


def _repeated(amount: float, life_a: float, years: int) -> Numbers:
    column = np.zeros(years + 1)
    life = max(1, round(life_a))
    column[life:years:life] = amount
    return column


def _growth(rate: float, years: int) -> Numbers:
    return np.asarray((1 + rate) ** np.arange(years + 1))


def _shock(plan: Plan, factor: float) -> Numbers:
    path = np.ones(plan.terms.years + 1)
    for year in plan.terms.shock_years:
        if 1 <= year <= plan.terms.years:
            path[year] = factor
    return path


def _table(columns: dict[str, Numbers]) -> pd.DataFrame:
    # Adding nothing turns the negative zeros of absent costs into plain ones.
    table = pd.DataFrame({name: column + 0.0 for name, column in columns.items()})
    table.index.name = "year"
    return table
