"""How much heat a sink takes from several pods at once, by the hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect import pod as pods
from siteselect.design.heating import demands, exchanger_kw, lift, profiles, standing_loss_kw
from siteselect.heat.demand_curve import build_curve, used_mwh_a
from siteselect.heat.matching import source_demand_kw
from siteselect.portfolio.problem import Sink

if TYPE_CHECKING:
    import pandas as pd

    from siteselect.assess import Assessment
    from siteselect.settings.portfolio import Plan

LONGEST = 12
"""Pods beyond which a joint curve is not drawn further: the last then holds for more."""


def shared_sinks(assessment: Assessment, plan: Plan, table: pd.DataFrame) -> dict[str, Sink]:
    """Give every sink that two pods could share the heat it takes from one, two, three ... pods.

    Offer and demand are matched in every hour for so many like pods on the shortest pipe among the
    sites, so that summer is not sold twice. Without a profile by the hour the year's demand is the
    limit. A curve is flat from where it is not drawn further.

    Parameters
    ----------
    assessment : the run.
    plan : its existing sites take their part first.
    table : `sink_id` and `heat_mwh_a` of the sites that may be chosen.
    """
    standing = _standing(assessment, plan)
    heated = table[(table["heat_mwh_a"] > 0) & (table["sink_id"] != "")]
    counts = heated["sink_id"].value_counts()
    most = len(table) if plan.count is None else plan.count
    found = {}
    for name, count in sorted(counts.items()):
        before, before_mwh_a = standing.get(str(name), (0, 0.0))
        if min(int(count), most) + before < 2:  # noqa: PLR2004 - two share
            continue
        length = min(min(int(count), most) + before, LONGEST)
        members = heated.index[heated["sink_id"] == name]
        curve = _curve(assessment, str(name), members, length)
        called = str(assessment.sites.loc[members[0], "sink_name"]) or str(name)
        found[str(name)] = Sink(called, curve, before, before_mwh_a)
    return found


def _curve(
    assessment: Assessment, sink: str, members: pd.Index[str], length: int
) -> tuple[float, ...]:
    """Heat delivered to a sink by one pod, two pods and so on [MWh/a]."""
    study, territory = assessment.study, assessment.territory
    sinks = territory.layers["heat_sinks"].frame
    one = sinks[sinks["sink_id"] == sink]
    needs = demands(one, study, territory)
    hourly = profiles(one, needs, territory)[0]
    sites = assessment.sites.loc[members]
    alone = float(sites["heat_delivered_mwh_a"].max())
    if hourly is None:
        whole = max(alone, float(needs["demand_mwh_a"].iloc[0]))
        return tuple(min(alone * pods, whole) for pods in range(1, length + 1))
    _, _, gain = lift(study, needs["supply_c"].to_numpy(dtype=float))
    offered = pods.heat_offered_kw(study.pod)
    loss = float(standing_loss_kw(study, float(sites["sink_m"].min())))
    curve = [
        float(
            used_mwh_a(
                build_curve(source_demand_kw(hourly, gain[0], count * exchanger_kw(study))),
                count * offered,
                count * loss,
            )
        )
        * float(gain[0])
        for count in range(1, length + 1)
    ]
    # What one site delivers alone is at least what one pod takes; rounding must not say otherwise.
    return tuple(np.maximum.accumulate(np.maximum(curve, alone)).tolist())


def _standing(assessment: Assessment, plan: Plan) -> dict[str, tuple[int, float]]:
    """Count the existing pods on each sink, and the heat they deliver [MWh/a]."""
    found: dict[str, tuple[int, float]] = {}
    for existing in plan.existing:
        if existing.site_id is None:
            sink, heat = existing.sink_id, existing.heat_mwh_a
        else:
            site = assessment.sites.loc[existing.site_id]
            sink = str(site["sink_id"]) if site["sink_in_reach"] else ""
            heat = float(np.nan_to_num(site["heat_delivered_mwh_a"]))
        if sink:
            count, total = found.get(sink, (0, 0.0))
            found[sink] = (count + 1, total + heat)
    return found
