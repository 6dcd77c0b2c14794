"""A study's sites as a problem of choice: who may be chosen, what each is worth, what is shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.contracts import Notice
from siteselect.errors import Fault, StudyError
from siteselect.planning.joint_heat import shared_sinks
from siteselect.planning.served import cover_of, metres
from siteselect.planning.shared import shared_domains, shared_headroom
from siteselect.planning.worth import UNITS, build_gbp, npv_per_mwh, worths
from siteselect.portfolio.problem import Problem, Stock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from siteselect.assess import Assessment
    from siteselect.settings.portfolio import Plan

FILE = "study"
MOST_SITES = 5000
"""Sites that one choice considers; beyond, those worth most alone [judgement: some seconds]."""


@dataclass(frozen=True, slots=True)
class Posed:
    """A problem, the table of its sites, and who was left out of it and why."""

    problem: Problem
    unit: str
    sites: pd.DataFrame
    left_out: pd.DataFrame
    notices: tuple[Notice, ...]


def pose(assessment: Assessment, plan: Plan) -> Posed:
    """Turn a study's sites into a problem of choice.

    A site is left out, with the reason, when a rule fails, a pod stands there already, its
    objective or its cost is not known, or, if the plan forbids unknowns, what it shares is not.

    Raises
    ------
    StudyError
        The plan names sites, layers or supply points that are not there.
    """
    _check(assessment, plan)
    table = _table(assessment, plan)
    room, domains = shared_headroom(assessment, plan), shared_domains(assessment, plan)
    unknown = _merged(room.unknown, domains.unknown)
    reasons = _reasons(assessment, plan, table, unknown)
    kept = table.loc[[site not in reasons for site in table.index]]
    if len(kept) > MOST_SITES:
        order = kept.sort_values(["worth", "tiebreak"], ascending=False, kind="stable").index
        for site in order[MOST_SITES:]:
            reasons[str(site)] = f"not among the {MOST_SITES:,} sites worth most alone"
        kept = kept.loc[kept.index.isin(order[:MOST_SITES])]
    sinks = shared_sinks(assessment, plan, kept)
    if plan.objective == "npv":
        on_shared = kept.index[kept["sink_id"].isin(list(sinks))]
        slopes = npv_per_mwh(assessment.study, assessment.sites, on_shared)
        kept = kept.assign(worth_per_mwh=slopes.reindex(kept.index).fillna(0.0))
    standing, names = _standing(assessment, plan)
    ends = kept[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    problem = Problem(
        sites=kept,
        fewest=plan.count or 0,
        most=plan.count or len(kept),
        stocks=tuple(_stocks(plan, kept, (*room.stocks, *domains.stocks))),
        sinks=sinks,
        spacing_m=plan.spacing_m,
        standing=standing,
        standing_names=names,
        cover=cover_of(assessment, plan, ends, standing),
        by_cover=plan.objective == "coverage",
    )
    left_out = pd.DataFrame(
        {"reason": list(reasons.values())}, index=pd.Index(list(reasons), name="site_id")
    )
    return Posed(
        problem=problem,
        unit=UNITS[plan.objective],
        sites=kept,
        left_out=left_out,
        notices=tuple(_notices(assessment, plan, kept, unknown)),
    )


def _table(assessment: Assessment, plan: Plan) -> pd.DataFrame:
    sites = assessment.sites
    table = worths(assessment, plan.objective)
    in_reach = sites["sink_in_reach"].astype(bool) & (table["heat_mwh_a"] > 0)
    table["sink_id"] = sites["sink_id"].fillna("").astype(object).where(in_reach, "")
    table["tiebreak"] = assessment.ranking.table["score_low"].astype("float64")
    table["x_m"], table["y_m"] = sites.geometry.x, sites.geometry.y
    table["cost_gbp"] = np.nan
    if plan.budget_gbp is not None:
        built = build_gbp(assessment.study, sites)
        table["cost_gbp"] = built["cost_gbp"]
        why = "its cost is not known: " + built["reason"]
        table["reason"] = table["reason"].mask(
            table["reason"].eq("") & table["cost_gbp"].isna(), why
        )
    return table


def _reasons(
    assessment: Assessment, plan: Plan, table: pd.DataFrame, unknown: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """Say of every site that cannot be chosen why not."""
    findings = assessment.findings
    failed = findings.loc[findings["verdict"] == "fail"].groupby("site_id")["title"].agg(list)
    taken = {existing.site_id: existing.name for existing in plan.existing}
    reasons = {}
    eligible = assessment.eligible.to_dict()
    for site, row in table.iterrows():
        site_id = str(site)
        if not eligible[site]:
            reasons[site_id] = f"a rule fails: {'; '.join(failed.get(site_id, ['not named']))}"
        elif site_id in taken:
            reasons[site_id] = f"stands already: {taken[site_id]}"
        elif row["reason"]:
            reasons[site_id] = str(row["reason"])
        elif np.isnan(row["worth"]):
            reasons[site_id] = "what it is worth is not known"
        elif plan.unknown == "forbid" and site_id in unknown:
            reasons[site_id] = f"not known: {', '.join(unknown[site_id])}"
    return reasons


def _stocks(plan: Plan, kept: pd.DataFrame, stocks: Iterable[Stock]) -> Iterator[Stock]:
    """Leave of each stock the sites that may be chosen, and add the budget."""
    for stock in stocks:
        use = {site: use for site, use in stock.use.items() if site in kept.index}
        # A stock that all its sites together cannot empty is no limit.
        if use and sum(use.values()) > stock.capacity:
            yield Stock(stock.family, stock.name, stock.unit, stock.capacity, use)
    if plan.budget_gbp is not None:
        cost = {str(site): float(gbp) for site, gbp in kept["cost_gbp"].items()}
        yield Stock("budget", "budget", "GBP", plan.budget_gbp, cost)


def _standing(assessment: Assessment, plan: Plan) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Place the existing sites [m, two columns]."""
    places = [np.empty((0, 2))]
    for existing in plan.existing:
        if existing.site_id is not None:
            point = assessment.sites.geometry[existing.site_id]
            places.append(np.array([[point.x, point.y]]))
        elif existing.lon is not None and existing.lat is not None:
            places.append(metres(assessment.study, [existing.lon], [existing.lat]))
    return np.concatenate(places), tuple(existing.name for existing in plan.existing)


def _merged(*parts: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    merged: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for site, names in part.items():
            merged[site] = (*merged.get(site, ()), *names)
    return merged


def _notices(
    assessment: Assessment, plan: Plan, kept: pd.DataFrame, unknown: Mapping[str, tuple[str, ...]]
) -> Iterator[Notice]:
    open_to = sorted(site for site in kept.index if site in unknown)
    if open_to:
        facts = {site: ", ".join(unknown[site]) for site in open_to[:20]}
        yield Notice(
            "portfolio",
            f"{len(open_to)} sites may be chosen though a limit that they share is not known; no "
            "limit is set by what is not known (portfolio.unknown: forbid leaves them out).",
            facts,
        )
    if plan.share_headroom and "supply_points" not in assessment.layers:
        yield Notice(
            "portfolio", "The study has no layer supply_points: headroom sets no limit to the plan."
        )
    if plan.objective == "value" and (assessment.ranking.table["evidence_share"] < 1).any():
        yield Notice(
            "portfolio", "A site counts with the low end of its score: every unknown at its worst."
        )
    if len(kept) == MOST_SITES:
        yield Notice(
            "portfolio",
            f"Only the {MOST_SITES:,} sites worth most alone are considered: the plan is proved "
            "best among these.",
        )


def _check(assessment: Assessment, plan: Plan) -> None:
    layer = assessment.layers.get("supply_points")
    known = set() if layer is None else set(layer.frame["supply_id"])
    faults = [
        Fault(
            FILE,
            "no such supply point",
            "Use a supply_id of the layer.",
            column="portfolio.reinforced",
            value=name,
        )
        for name in plan.reinforced
        if name not in known
    ]
    for existing in plan.existing:
        if existing.site_id is not None and existing.site_id not in assessment.sites.index:
            cure = "Give a candidate of the study, or lon and lat."
            column = f"portfolio.existing.{existing.name}.site_id"
            faults.append(Fault(FILE, "no such site", cure, column=column, value=existing.site_id))
        if existing.supply_id and existing.supply_id not in known:
            cure = "Use a supply_id of the layer."
            column = f"portfolio.existing.{existing.name}.supply_id"
            faults.append(
                Fault(FILE, "no such supply point", cure, column=column, value=existing.supply_id)
            )
    if faults:
        raise StudyError(faults)
