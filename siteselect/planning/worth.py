"""What each site adds to a plan's objective, and what of it hangs on its heat."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.decision.value import to_values
from siteselect.design.heat_year import emission_factors
from siteselect.design.money_case import project_of
from siteselect.finance.cash_flow import built_gbp
from siteselect.finance.comparison import net_npv_gbp
from siteselect.finance.plan import Project, Terms, make_plan
from siteselect.finance.prices import discountings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.assess import Assessment
    from siteselect.settings.portfolio import Objective
    from siteselect.study import Study

UNITS: dict[Objective, str] = {
    "value": "score",
    "npv": "GBP",
    "carbon": "kg CO2e/a",
    "coverage": "weight served",
}
"""Unit of each objective. A score is 0 to 1 a site; a plan's value is the sum."""
_HEAT = "heat_used"


def worths(assessment: Assessment, objective: Objective) -> pd.DataFrame:
    """Give every site its worth alone, and the part of it that is lost with each MWh of heat.

    Returns
    -------
    DataFrame
        `worth`, NaN where it is not known, with the `reason`; `worth_per_mwh` of heat delivered;
        `heat_mwh_a`, the heat delivered alone, 0 where unknown.

    Notes
    -----
    Worth is taken as linear in heat between none and all of it. Net present value and carbon are;
    a score is where its scale of heat is straight, and above the line where the scale is concave.
    """
    sites = assessment.sites
    heat = sites["heat_delivered_mwh_a"].astype("float64").fillna(0.0)
    table = pd.DataFrame({"heat_mwh_a": heat, "reason": ""}, index=sites.index)
    if objective == "value":
        # The low end of a score: every unknown at its worst.
        table["worth"] = assessment.ranking.table["score_low"].astype("float64")
        lost = _value_of_heat(assessment)
    elif objective == "npv":
        table["worth"] = sites["npv_gbp"].astype("float64")
        table["reason"] = sites["npv_reason"].where(table["worth"].isna(), "")
        lost = pd.Series(0.0, index=sites.index)
    elif objective == "carbon":
        table["worth"] = carbon_kgco2e_a(assessment)
        unknown = table["worth"].isna()
        table["reason"] = pd.Series("the heat used is not known", sites.index).where(unknown, "")
        lost = table["worth"].fillna(0.0)
    else:
        table["worth"] = 0.0
        lost = pd.Series(0.0, index=sites.index)
    # What heat costs is not saved by not taking it: the plant stands, and the objective is kept.
    per_mwh = (lost / heat.where(heat > 0)).fillna(0.0).clip(lower=0.0)
    table["worth_per_mwh"] = per_mwh
    return table


def carbon_kgco2e_a(assessment: Assessment) -> pd.Series[float]:
    """Carbon that each site's used heat avoids, less the heat pump's [kg CO2e/a]; location-based.

    What the computing itself emits is the same on every site of a study and left out.
    """
    fuel, electricity, _ = emission_factors(assessment.study)
    sites = assessment.sites
    avoided = sites["fuel_saved_mwh_a"] * fuel - sites["heat_pump_mwh_a"] * electricity
    kilograms: pd.Series[float] = avoided.astype("float64") * 1000
    return kilograms.rename("carbon_kgco2e_a")


def npv_per_mwh(study: Study, sites: pd.DataFrame, chosen: pd.Index[str]) -> pd.Series[float]:
    """Net present value that each MWh/a of delivered heat carries [GBP per MWh/a].

    The plant is built for all of the heat; what its sink does not take is neither sold nor lifted.
    """
    terms, schedule = Terms(years=study.money.years), discountings()["public"]

    def at(project: Project, share: float) -> float:
        reduced = replace(
            project,
            heat_used_mwh_a=project.heat_used_mwh_a * share,
            heat_pump_mwh_a=project.heat_pump_mwh_a * share,
        )
        return net_npv_gbp(make_plan(reduced, terms, study.money.prices), schedule)

    slopes = {}
    for site_id, site in sites.loc[chosen].iterrows():
        project, heat = project_of(study, site), float(site["heat_delivered_mwh_a"])
        if isinstance(project, str) or not heat > 0:
            slopes[site_id] = 0.0
            continue
        # Between half and all, since a heat meter is paid for as soon as there is any heat.
        slopes[site_id] = max(0.0, (at(project, 1.0) - at(project, 0.5)) / (0.5 * heat))
    return pd.Series(slopes, index=chosen, dtype="float64")


def build_gbp(study: Study, sites: pd.DataFrame) -> pd.DataFrame:
    """Cost of all that is built on each site [GBP], servers included; NaN with the reason."""
    terms = Terms(years=study.money.years)
    costs, reasons = [], []
    for _, site in sites.iterrows():
        project = project_of(study, site)
        if isinstance(project, str):
            costs.append(nan)
            reasons.append(project)
        else:
            costs.append(sum(built_gbp(make_plan(project, terms, study.money.prices)).values()))
            reasons.append("")
    return pd.DataFrame({"cost_gbp": costs, "reason": reasons}, index=sites.index)


def _value_of_heat(assessment: Assessment) -> pd.Series[float]:
    """Part of each site's score that its heat gives, over having none; 0 where unknown."""
    sites = assessment.sites
    if _HEAT not in assessment.weights.index:
        return pd.Series(0.0, index=sites.index)
    scale = {_HEAT: assessment.criteria[_HEAT].scale}
    none = to_values(pd.DataFrame({_HEAT: [0.0]}), scale).values[_HEAT].to_numpy()[0]
    gained = assessment.values[_HEAT] - none
    weighted: NDArray[np.float64] = gained.to_numpy() * float(assessment.weights[_HEAT])
    return pd.Series(np.nan_to_num(weighted), index=sites.index)
