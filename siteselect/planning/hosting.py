"""The workloads of a plan on its chosen pods, whole and with pods down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect import fibre
from siteselect.planning.served import round_trip_ms, spots_m, straight_km
from siteselect.planning.shared import WORDS, domain_of
from siteselect.portfolio.placement import (
    Estate,
    Job,
    Outage,
    Placement,
    Prices,
    outages,
    place_jobs,
)

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.portfolio.choose import Choice
    from siteselect.settings.portfolio import Domain, Plan

SHARED: tuple[Domain, ...] = ("feeder", "primary", "exchange", "flood_zone")
"""Failures that can take several pods at once, and so are tried beside the loss of each pod."""


def hosted(
    assessment: Assessment, plan: Plan, choice: Choice
) -> tuple[Placement, tuple[Outage, ...]] | None:
    """Place the workloads on the chosen pods, then again with each pod and each shared part down.

    None without workloads or without a plan.
    """
    if not plan.workloads or not choice.chosen:
        return None
    estate = estate_of(assessment, plan, choice)
    cost = plan.placement
    prices = Prices(cost.latency, cost.data, cost.heat, cost.gb_km_day, cost.wasted_kw)
    losses: dict[str, tuple[str, ...]] = {f"pod {pod}": (pod,) for pod in estate.pods}
    for kind in SHARED:
        groups, _ = domain_of(assessment, kind)
        for name, members in sorted(groups.items()):
            hit = tuple(pod for pod in estate.pods if pod in members)
            if len(hit) > 1:
                losses[f"{WORDS[kind]} {name}"] = hit
    whole = place_jobs(estate, prices, (), plan.time_s)
    return whole, outages(estate, losses, prices, plan.time_s)


def estate_of(assessment: Assessment, plan: Plan, choice: Choice) -> Estate:
    """Measure round trips, data and heat between workloads and the chosen pods."""
    study = assessment.study
    sites = assessment.sites.loc[list(choice.chosen)]
    ends = np.stack([sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy()], axis=1)
    rtt, data = [], []
    for workload in plan.workloads:
        km = straight_km(spots_m(study, workload.users), ends)
        rtt.append(round_trip_ms(study, km).max(axis=0))
        if workload.data_at is None:
            data.append(np.zeros(len(ends)))
            continue
        away = straight_km(spots_m(study, [workload.data_at]), ends)[0]
        data.append(workload.data_gb_day * fibre.route_factor_km(away))
    heat = choice.heat_mwh_a
    alone = sites["heat_delivered_mwh_a"].astype("float64")
    taken = alone if heat is None else heat.reindex(sites.index)
    share = sites["recovery_share"].astype("float64") * (taken / alone.where(alone > 0)).fillna(1.0)
    return Estate(
        jobs=tuple(
            Job(one.name, one.it_kw, one.rtt_budget_ms, one.must_run) for one in plan.workloads
        ),
        pods=tuple(choice.chosen),
        capacity_kw=np.full(len(sites), study.pod.it_kw),
        heat_used_share=share.to_numpy(),
        rtt_ms=np.array(rtt),
        data_gb_km_day=np.array(data),
    )
