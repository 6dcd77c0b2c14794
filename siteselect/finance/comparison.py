"""Pod against central: both totals, scenarios side by side, and what the answer hangs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import isfinite, nan
from typing import Any

import numpy as np
import pandas as pd

from siteselect.finance.appraisal import Appraisal, appraise, discount_factors, levelised_cost
from siteselect.finance.cash_flow import (
    cash_flow,
    central_flow,
    host_saving_gbp,
    net_flow,
    outputs,
)
from siteselect.finance.plan import Plan, Project, scenario_plan
from siteselect.finance.prices import Discounting, prices, scenarios

PROJECT_SWINGS: Mapping[str, tuple[float, float]] = {
    "utilisation_share": (0.7, 1.25),
    "heat_used_mwh_a": (0.6, 1.15),
    "pue": (0.95, 1.15),
}
"""Factors on quantities of the project that a tornado tries [judgement]."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The pod, the same workload central, and the difference; levelised costs of both."""

    discounting: str
    pod_cost_pv_gbp: float
    heat_income_pv_gbp: float
    central_cost_pv_gbp: float
    pod_alone: Appraisal
    net: Appraisal
    pod_gbp_kw_month: float
    pod_less_heat_gbp_kw_month: float
    central_gbp_kw_month: float
    pod_gbp_work_unit: float
    central_gbp_work_unit: float
    heat_break_even_gbp_kwh: float
    heat_break_even_reason: str
    host_saving_pv_gbp: float


def compare(plan: Plan, discounting: Discounting) -> Comparison:
    """Set the pod against the workload left central, both totals shown.

    `net` is the appraisal of building the pod instead of staying central: its NPV is
    central cost - pod cost + heat income, in present values.
    """
    own, central, given = cash_flow(plan), central_flow(plan), outputs(plan)
    costs = own.drop(columns="heat_sales_gbp")
    alone = appraise(own, discounting)
    price, reason = heat_break_even_gbp_kwh(plan, discounting)
    months, work = given["it_kw_months"], given["work_units"]
    factors = discount_factors(discounting, plan.terms.years)
    return Comparison(
        discounting=discounting.name,
        pod_cost_pv_gbp=appraise(costs, discounting).cost_pv_gbp,
        heat_income_pv_gbp=float(own["heat_sales_gbp"].to_numpy() @ factors),
        central_cost_pv_gbp=appraise(central, discounting).cost_pv_gbp,
        pod_alone=alone,
        net=appraise(net_flow(plan), discounting),
        pod_gbp_kw_month=levelised_cost(costs, months, discounting),
        pod_less_heat_gbp_kw_month=levelised_cost(own, months, discounting),
        central_gbp_kw_month=levelised_cost(central, months, discounting),
        pod_gbp_work_unit=levelised_cost(own, work, discounting),
        central_gbp_work_unit=levelised_cost(central, work, discounting),
        heat_break_even_gbp_kwh=price,
        heat_break_even_reason=reason,
        host_saving_pv_gbp=float(host_saving_gbp(plan).to_numpy() @ factors),
    )


def heat_break_even_gbp_kwh(plan: Plan, discounting: Discounting) -> tuple[float, str]:
    """Constant heat price at which the pod costs as much as staying central [GBP/kWh].

    Negative where the pod is the cheaper one even if it gives the heat away. NaN with the reason
    where no heat is used (less than 1 kWh over all years).
    """
    factors = discount_factors(discounting, plan.terms.years)
    heat = float(outputs(plan)["heat_kwh"].to_numpy() @ factors)
    if heat < 1.0:
        return nan, "no heat is used"
    others = net_flow(plan).drop(columns="heat_sales_gbp").sum(axis=1).to_numpy()
    return float(-(others @ factors) / heat), ""


def scenario_table(
    project: Project,
    discounting: Discounting,
    years: int = 15,
    given: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Run all shipped scenarios; one row each, with both totals and the difference."""
    rows = {}
    for name, story in scenarios().items():
        found = compare(scenario_plan(project, name, years, given), discounting)
        row = {key: value for key, value in asdict(found).items() if not isinstance(value, dict)}
        net = {f"net_{key}": value for key, value in asdict(found.net).items()}
        rows[name] = {"meaning": story.meaning, **row, **net}
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.name = "scenario"
    return table


def tornado(
    plan: Plan,
    discounting: Discounting,
    project_swings: Mapping[str, tuple[float, float]] = PROJECT_SWINGS,
) -> pd.DataFrame:
    """Move one thing at a time to its low and high end and see what the net NPV does.

    Parameters
    ----------
    plan : where everything else stays.
    discounting : schedule of discount rates.
    project_swings : low and high factor on quantities of the project.

    Returns
    -------
    DataFrame
        One row a cause with low, high, NPV at each [GBP] and swing [GBP], largest swing first.
        Causes whose range is a point, or that do not touch this project, are left out.
    """
    here = net_npv_gbp(plan, discounting)
    rows = []
    for name, price in prices().items():
        if price.low == price.high:
            continue
        ends = [replace(plan, rates={**plan.rates, name: end}) for end in (price.low, price.high)]
        low, high = (net_npv_gbp(end, discounting) for end in ends)
        rows.append((name, price.unit, price.low, plan.rates[name], price.high, low, high))
    for name, factors in project_swings.items():
        value = getattr(plan.project, name)
        tried = [_limited(name, value * factor) for factor in factors]
        ends = [replace(plan, project=_moved(plan.project, name, end)) for end in tried]
        low, high = (net_npv_gbp(end, discounting) for end in ends)
        rows.append((name, "", tried[0], value, tried[1], low, high))
    names = ["cause", "unit", "low", "here", "high", "npv_low_gbp", "npv_high_gbp"]
    table = pd.DataFrame(rows, columns=names).set_index("cause")
    table["swing_gbp"] = (table["npv_high_gbp"] - table["npv_low_gbp"]).abs()
    table["npv_gbp"] = here
    moved = table[table["swing_gbp"] > 1e-6 * max(1.0, abs(here))]
    return moved.sort_values("swing_gbp", ascending=False, kind="stable")


def net_npv_gbp(plan: Plan, discounting: Discounting) -> float:
    """Net NPV alone, without the tables that `compare` makes."""
    factors = discount_factors(discounting, plan.terms.years)
    own = cash_flow(plan).to_numpy().sum(axis=1)
    central = central_flow(plan).to_numpy().sum(axis=1)
    worth = float(np.dot(own - central, factors))
    if not isfinite(worth):
        raise ValueError("a cash flow with an unknown amount has no worth")
    return worth


def _moved(project: Project, name: str, value: float) -> Project:
    changes: dict[str, Any] = {name: value}
    return replace(project, **changes)


def _limited(name: str, value: float) -> float:
    if name.endswith("_share"):
        return min(value, 1.0)
    return max(value, 1.0) if name == "pue" else value
