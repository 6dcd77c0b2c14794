"""A plan as plain data, for JSON and for tables."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Any

from siteselect.planning import sentences

if TYPE_CHECKING:
    import pandas as pd

    from siteselect.planning.plan import SitePlan


def plan_told(told: SitePlan) -> dict[str, Any]:
    """Give a plan as plain data; None where there is no such number."""
    choice = told.choice
    content = {
        "plan": told.plan.model_dump(mode="json"),
        "status": choice.status,
        "headline": sentences.headline(told),
        "unit": told.unit,
        "objective": choice.objective,
        "bound": choice.bound,
        "gap_share": choice.gap_share,
        "served_share": choice.served_share,
        "chosen": [_site(told, site) for site in choice.chosen],
        "sequence": told.steps.reset_index().to_dict("records"),
        "limits": [asdict(limit) for limit in choice.limits],
        "gain_without": dict(told.prices),
        "runner_up": {"chosen": list(choice.runner_up), "loss": choice.runner_up_loss},
        "why_not": [
            {**asdict(why), "sentence": sentences.why_not_line(told, why)} for why in told.why_not
        ],
        "shortfall": None if choice.shortfall is None else asdict(choice.shortfall),
        "in_the_way": []
        if choice.shortfall is None
        else list(sentences.shortfall_lines(told, choice.shortfall)),
        "unfit": {site: asdict(limit) for site, limit in told.unfit.items()},
        "left_out": told.left_out.reset_index().to_dict("records"),
        "placement": _placement(told),
        "outages": [
            {**asdict(outage), "sentence": sentences.outage_line(told, outage)}
            for outage in told.outages
        ],
        "notices": [notice.text for notice in told.notices],
    }
    cleaned: dict[str, Any] = clean(content)
    return cleaned


def tables(told: SitePlan) -> dict[str, pd.DataFrame]:
    """Give the tables of a plan by the name of their file."""
    steps = told.steps.reset_index()
    steps.insert(2, "name", [told.names.get(site, "") for site in steps["site_id"]])
    found = {"sequence.csv": steps, "left_out.csv": told.left_out.reset_index()}
    if told.placement is not None:
        found["placement.csv"] = told.placement.table.reset_index()
    return found


def clean(value: Any) -> Any:
    """Turn what JSON does not know into what it does: NaN to None, numpy and tuples to plain."""
    if isinstance(value, dict):
        return {str(key): clean(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [clean(part) for part in value]
    if hasattr(value, "item"):
        return clean(value.item())
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value


def _site(told: SitePlan, site: str) -> dict[str, Any]:
    row, heat = told.sites.loc[site], told.choice.heat_mwh_a
    return {
        "site_id": site,
        "name": told.names.get(site, ""),
        "worth_alone": row["worth"],
        "cost_gbp": row["cost_gbp"],
        "heat_alone_mwh_a": row["heat_mwh_a"],
        "heat_in_plan_mwh_a": None if heat is None else heat[site],
    }


def _placement(told: SitePlan) -> dict[str, Any] | None:
    placement = told.placement
    if placement is None:
        return None
    return {
        "workloads": placement.table.reset_index().to_dict("records"),
        "load_kw": placement.load_kw.to_dict(),
        "cost": placement.cost,
    }
