"""What a given set of sites is worth, without a solver: the measure of every answer."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from siteselect.portfolio.problem import Problem, Sink


def joint_cap_mwh_a(sink: Sink, pods: int) -> float:
    """Give the most heat that new pods deliver to a sink together, after the existing [MWh/a]."""
    # What existing pods are said to deliver cannot be more than the sink takes from as many.
    existing_mwh_a = min(sink.existing_mwh_a, curve_mwh_a(sink, sink.existing))
    return curve_mwh_a(sink, sink.existing + pods) - existing_mwh_a if pods else 0.0


def curve_mwh_a(sink: Sink, pods: int) -> float:
    """Read the joint heat of so many pods, existing ones counted, from a sink's curve [MWh/a]."""
    return sink.joint_mwh_a[min(pods, len(sink.joint_mwh_a)) - 1] if pods else 0.0


def heat_split(problem: Problem, chosen: Iterable[str]) -> pd.Series[float]:
    """Share each sink's heat among the chosen sites [MWh/a].

    A site whose heat is worth more per MWh is served first, then the one named first: that is the
    best split, since worth is linear in heat.
    """
    sites = problem.sites.loc[sorted(chosen)]
    heat = sites["heat_mwh_a"].astype("float64").rename("heat_mwh_a")
    on: dict[str, list[tuple[float, str]]] = {}
    for site, sink, worth in zip(
        sites.index, sites["sink_id"], sites["worth_per_mwh"], strict=True
    ):
        if sink in problem.sinks:
            on.setdefault(sink, []).append((-worth, site))
    for sink, members in on.items():
        left = joint_cap_mwh_a(problem.sinks[sink], len(members))
        for _, site in sorted(members):
            heat[site] = min(float(heat[site]), left)
            left -= float(heat[site])
    return heat


def worth_of(problem: Problem, chosen: Iterable[str]) -> float:
    """Give the objective of a set of sites, shared heat counted once."""
    picked = sorted(chosen)
    if problem.by_cover:
        return served_weight(problem, picked)
    sites = problem.sites.loc[picked]
    lost = sites["heat_mwh_a"] - heat_split(problem, picked)
    return float((sites["worth"] - sites["worth_per_mwh"] * lost).sum())


def served_weight(problem: Problem, chosen: Iterable[str]) -> float:
    """Weight of the demand points that the chosen and the existing sites serve."""
    cover = problem.cover
    if cover is None:
        return 0.0
    rows = problem.sites.index.get_indexer(pd.Index(list(chosen), dtype=object))
    served = cover.already | cover.reached[:, rows].any(axis=1)
    return float(cover.weight[served].sum())


def served_share(problem: Problem, chosen: Iterable[str]) -> float:
    """Share of the weight that is served; NaN where there is nothing to serve."""
    whole = 0.0 if problem.cover is None else float(problem.cover.weight.sum())
    return served_weight(problem, chosen) / whole if whole > 0 else float(np.nan)
