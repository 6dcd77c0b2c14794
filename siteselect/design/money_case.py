"""What the pod costs and earns on a site, against the same workload staying central."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import isnan, nan
from typing import TYPE_CHECKING, Any

import pandas as pd

from siteselect import pod as pods
from siteselect.design.table import numbers, texts
from siteselect.finance.cash_flow import built_gbp, net_flow
from siteselect.finance.comparison import Comparison, compare, net_npv_gbp, scenario_table, tornado
from siteselect.finance.plan import Plan, Project, Terms, listed, make_plan
from siteselect.finance.prices import discountings
from siteselect.sizing.electrical import connection_for

if TYPE_CHECKING:
    from siteselect.study import Study


COLUMNS = (
    *texts(npv_reason="why there is no net present value"),
    *numbers(npv_gbp="net present value against staying central, public discounting"),
)
"""What this part adds to the table of sites."""


@dataclass(frozen=True, slots=True)
class MoneyCase:
    """The money of one site.

    `flow` is the cash flow of building the pod instead of staying central, by year and item
    [GBP]; `built` what is built before the first year [GBP]; `public` and `private` the same plan
    discounted both ways; `scenarios` and `causes` (the tornado) discounted publicly.
    """

    site_id: str
    plan: Plan
    flow: pd.DataFrame
    built: Mapping[str, float]
    public: Comparison
    private: Comparison
    scenarios: pd.DataFrame
    causes: pd.DataFrame


def money_case(study: Study, sites: pd.DataFrame, site_id: str) -> MoneyCase | str:
    """Work out the money of one site.

    Returns
    -------
    MoneyCase or str
        The case; or, where a quantity it rests on is unknown, the reason.
    """
    project = project_of(study, sites.loc[[site_id]].iloc[0])
    if isinstance(project, str):
        return project
    plan = make_plan(project, Terms(years=study.money.years), study.money.prices)
    schedules = discountings()
    return MoneyCase(
        site_id=site_id,
        plan=plan,
        flow=net_flow(plan),
        built=built_gbp(plan),
        public=compare(plan, schedules["public"]),
        private=compare(plan, schedules["private"]),
        scenarios=scenario_table(
            project, schedules["public"], study.money.years, study.money.prices
        ),
        causes=tornado(plan, schedules["public"]),
    )


def net_values(study: Study, sites: pd.DataFrame, of: int | None = None) -> pd.DataFrame:
    """Give every site its net present value, publicly discounted at middle prices [GBP].

    Left NaN for all where the run holds more sites than the study allows (`money.sites`); `of`
    tells how many it holds where these are a part of it.
    """
    columns = pd.DataFrame({"npv_gbp": nan, "npv_reason": ""}, index=sites.index)
    columns["npv_reason"] = columns["npv_reason"].astype(object)
    if (len(sites) if of is None else of) > study.money.sites:
        columns["npv_reason"] = f"worked out for at most {study.money.sites} sites (money.sites)"
        return columns
    terms, schedule = Terms(years=study.money.years), discountings()["public"]

    @cache
    def worth(project: Project) -> float:
        return net_npv_gbp(make_plan(project, terms, study.money.prices), schedule)

    found = [project_of(study, site) for _, site in sites.iterrows()]
    columns["npv_gbp"] = [nan if isinstance(one, str) else worth(one) for one in found]
    columns["npv_reason"] = [one if isinstance(one, str) else "" for one in found]
    return columns


def project_of(study: Study, site: pd.Series[Any]) -> Project | str:
    """Gather the quantities of a site that cost or earn money; or say which one is unknown."""
    if isnan(site["heat_used_mwh_a"]):
        return "the heat used is not known"
    for column, meaning in (("connection_m", "connection length"), ("fibre_m", "fibre length")):
        if isnan(site[column]):
            return f"the {meaning} is not known"
    import_kva = pods.import_kva(study.pod)
    step = connection_for(import_kva)
    transformer_kva, whole_gbp = site["transformer_kva"], site["reinforcement_whole_gbp"]
    project = Project(
        it_kw=study.pod.it_kw,
        utilisation_share=study.pod.utilisation_share,
        pue=study.pod.pue,
        agreed_kva=import_kva,
        connection_kva=import_kva if step is None else step.kva,
        rejection_kw=pods.total_input_kw(study.pod),
        heat_used_mwh_a=0.0,
        design=study.money.design,
        power_factor=study.pod.power_factor,
        connection_option=site["connection_option"],
        transformer_kva=None if isnan(transformer_kva) else float(transformer_kva),
        cable_m=float(site["connection_m"]),
        cable_verge_m=float(site["connection_verge_m"]),
        cable_carriageway_m=float(site["connection_carriageway_m"]),
        # Where it is not known the note of the connection says that it is left out.
        reinforcement_gbp=0.0 if isnan(whole_gbp) else float(whole_gbp),
        fibre_m=float(site["fibre_m"]),
        fibre_verge_m=float(site["fibre_verge_m"]),
        fibre_carriageway_m=float(site["fibre_carriageway_m"]),
        battery_kwh=study.pod.battery_kwh,
        connection_quote_gbp=study.money.connection_quote_gbp,
        structure=study.money.structure,
        work_units_a=study.money.work_units_a,
    )
    if not listed(project) and study.money.connection_quote_gbp is None:
        return "so large a connection has no list price; give money.connection_quote_gbp"
    return project if site["heat_used_mwh_a"] == 0 else _with_heat(study, site, project)


def _with_heat(study: Study, site: pd.Series[Any], project: Project) -> Project:
    """Add pipe, exchanger and heat pump, which are built only where heat is used."""
    offered_kw = pods.heat_offered_kw(study.pod)
    lifted_kw = offered_kw * float(site["heat_delivered_mwh_a"] / site["heat_used_mwh_a"])
    pipe: dict[str, Any] = {f"pipe_{study.money.pipe_ground}_m": float(site["sink_m"])}
    return replace(
        project,
        heat_used_mwh_a=float(site["heat_delivered_mwh_a"]),
        exchanger_kw=offered_kw,
        heat_pump_kw=lifted_kw if site["heat_mode"] == "heat pump" else 0.0,
        heat_pump_mwh_a=float(site["heat_pump_mwh_a"]),
        **pipe,
    )
