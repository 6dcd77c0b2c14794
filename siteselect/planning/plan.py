"""The plan of a study: which sites, in which order, why not others, and what runs where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from siteselect.contracts import Notice
from siteselect.errors import Fault, StudyError
from siteselect.planning.hosting import hosted
from siteselect.planning.problem import Posed, pose
from siteselect.portfolio.alternatives import WhyNot, next_best, price_of_limits, unfit, why_not
from siteselect.portfolio.choose import Choice, Limit, Terms, choose
from siteselect.portfolio.model import build, with_gain
from siteselect.portfolio.problem import Problem, make_problem
from siteselect.portfolio.sequence import sequence
from siteselect.portfolio.solver import solve

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from siteselect.assess import Assessment
    from siteselect.portfolio.placement import Outage, Placement
    from siteselect.settings.portfolio import Plan


@dataclass(frozen=True, slots=True)
class SitePlan:
    """All that is told about a plan.

    `sites` has the problem's numbers of every site that could be chosen; `left_out` the others
    with the reason, `unfit` those that break a limit all by themselves. `steps` is the sequence,
    `why_not` the explained sites, `prices` what the objective would gain without each family of
    limits, `placement` and `outages` the workloads on the pods.
    """

    plan: Plan
    unit: str
    names: Mapping[str, str]
    sites: pd.DataFrame
    left_out: pd.DataFrame
    unfit: Mapping[str, Limit]
    choice: Choice
    steps: pd.DataFrame
    why_not: tuple[WhyNot, ...]
    prices: Mapping[str, float]
    placement: Placement | None
    outages: tuple[Outage, ...]
    notices: tuple[Notice, ...]


def site_plan(assessment: Assessment, plan: Plan | None = None) -> SitePlan:
    """Choose the sites of a study together.

    Parameters
    ----------
    assessment : the run.
    plan : what is wanted; left out, what the study says under `portfolio`.

    Raises
    ------
    StudyError
        The study has no plan, or the plan names what is not there.
    """
    wanted = assessment.study.portfolio if plan is None else plan
    if wanted is None:
        cure = "Give `portfolio:` in the study, or --count or --budget."
        raise StudyError(Fault("study", "no plan is asked for", cure, column="portfolio"))
    posed = pose(assessment, wanted)
    terms = Terms(wanted.time_s, wanted.gap_share)
    # Lifting a limit can make a problem much harder, and what it gains is the least urgent answer.
    brief = Terms(wanted.time_s / 4, wanted.gap_share)
    problem = _filled(posed.problem, terms) if wanted.fill else posed.problem
    choice = choose(problem, terms)
    asked = next_best(problem, choice.chosen, wanted.explained) if choice.found else ()
    placed = hosted(assessment, wanted, choice)
    return SitePlan(
        plan=wanted,
        unit=posed.unit,
        names={str(site): str(name) for site, name in assessment.sites["name"].items()},
        sites=posed.sites,
        left_out=posed.left_out,
        unfit=unfit(problem),
        choice=choice,
        steps=sequence(problem, choice.chosen),
        why_not=why_not(problem, choice, asked, terms) if choice.found else (),
        prices=price_of_limits(problem, choice, brief) if choice.found else {},
        placement=None if placed is None else placed[0],
        outages=() if placed is None else placed[1],
        notices=(*posed.notices, *_notices(posed, choice)),
    )


def _filled(problem: Problem, terms: Terms) -> Problem:
    """Ask for as many sites as fit, if that number is proved in time."""
    ready = make_problem(problem)
    model = build(ready)
    gain = np.zeros_like(model.gain)
    gain[: model.sites] = 1.0
    answer = solve(with_gain(model, gain), terms.time_s)
    if answer.status != "optimal":
        return problem
    return replace(problem, fewest=round(float(answer.values[: model.sites].sum())))


def _notices(posed: Posed, choice: Choice) -> tuple[Notice, ...]:
    told = []
    if choice.status == "time limit":
        told.append(
            Notice(
                "portfolio",
                "The solver was stopped before it could prove the plan best; the gap says how much "
                "better another could be at most. Allow it more time (portfolio.time_s).",
            )
        )
    if choice.found and not choice.chosen and posed.problem.fewest == 0:
        told.append(
            Notice(
                "portfolio",
                "No site at all is the best plan: within the budget each would lower the objective."
                " Give a count to see the least bad ones.",
            )
        )
    return tuple(told)
