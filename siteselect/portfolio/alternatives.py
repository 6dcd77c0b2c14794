"""Why not that site: the choice made again with the site in it, and what that costs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from siteselect.errors import Fault, InputError
from siteselect.portfolio.choose import (
    FULL,
    Choice,
    Limit,
    Terms,
    chosen_of,
    gap_of,
    indicator,
    loss_of,
    site_rows,
)
from siteselect.portfolio.model import (
    LINK,
    NUMBER,
    SPACING,
    Model,
    Row,
    build,
    families_of,
    with_gain,
    with_row,
    without,
)
from siteselect.portfolio.problem import FILE, Problem, make_problem
from siteselect.portfolio.scoring import worth_of
from siteselect.portfolio.shortage import Shortfall, forced, shortfall
from siteselect.portfolio.solver import GAP_TOLERANCE, Solved, solve


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What taking a site would do to the plan.

    `loss` is what the best plan found with it is worth less; where the solver could not prove that
    plan the best in time, the loss may be as little as `loss_low`. `leaves` would make room and
    `joins` come with it. `breaks` are the limits that the site would break if it were added to the
    plan as it is. Where no plan holds the site at all `shortfall` says why, and `loss` is NaN; with
    `alone` the site breaks a limit all by itself.
    """

    site_id: str
    loss: float
    loss_low: float
    leaves: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    breaks: tuple[Limit, ...] = ()
    shortfall: Shortfall | None = None
    in_time: bool = True
    alone: bool = False


def why_not(
    problem: Problem, choice: Choice, sites: Sequence[str], terms: Terms | None = None
) -> tuple[WhyNot, ...]:
    """Explain for each site why it was not chosen.

    Parameters
    ----------
    problem : what was chosen from.
    choice : what `choose` found, and it did find a set.
    sites : sites that were not chosen.
    terms : limits of the solver, for each site.

    Raises
    ------
    InputError
        A site is not one of the problem, or is chosen.
    """
    ready, terms = make_problem(problem), terms or Terms()
    strange = [site for site in sites if site not in ready.sites.index or site in choice.chosen]
    if not choice.found:
        raise InputError(Fault(FILE, "there is no plan to explain", "See what stands in the way."))
    if strange:
        cure = "Name sites of the problem that were left out of the plan."
        raise InputError([Fault(FILE, "nothing to explain", cure, row=str(s)) for s in strange])
    model = build(ready)
    return tuple(_explained(ready, model, choice, site, terms) for site in sites)


def price_of_limits(
    problem: Problem, choice: Choice, terms: Terms | None = None
) -> dict[str, float]:
    """Tell for each family of limits what the objective would gain if it alone did not hold.

    NaN where the solver did not settle it in time.
    """
    ready, terms = make_problem(problem), terms or Terms()
    model = build(ready)
    gains = {}
    for family in families_of(model):
        answer = solve(without(model, {family}), terms.time_s, terms.gap_share)
        worth = worth_of(ready, chosen_of(ready, answer)) if answer.found else nan
        gain = worth - choice.objective if answer.status == "optimal" else nan
        # A plan under fewer limits cannot be worse; what looks so is the tiebreak's last digits.
        near = answer.rounding + GAP_TOLERANCE * abs(choice.objective)
        gains[family] = 0.0 if abs(gain) <= near else gain
    return gains


def next_best(problem: Problem, chosen: Collection[str], count: int) -> tuple[str, ...]:
    """Name the sites that one would ask about first: those worth most alone, of the unchosen.

    Sites that break a limit all by themselves are left out (`unfit`).
    """
    out = {*chosen, *unfit(problem)}
    left = problem.sites.loc[~problem.sites.index.isin(list(out))]
    worth = left["worth"]
    if problem.by_cover and problem.cover is not None:
        rows = problem.sites.index.get_indexer(left.index)
        alone = problem.cover.reached[:, rows] & ~problem.cover.already[:, None]
        worth = worth.copy()
        worth[:] = problem.cover.weight @ alone
    order = sorted(left.index, key=lambda site: (-worth[site], -left["tiebreak"][site], str(site)))
    return tuple(str(site) for site in order[:count])


def unfit(problem: Problem) -> dict[str, Limit]:
    """Name the sites that no plan can hold, each with the first limit it breaks by itself."""
    ready = make_problem(problem)
    ids = ready.sites.index.to_numpy(dtype=object)
    found: dict[str, Limit] = {}
    for row in site_rows(build(ready)):
        slack = FULL * float(np.abs(row.factor).max(initial=1.0))
        for place in np.flatnonzero(row.factor > row.high + slack).tolist():
            site, use = str(ids[row.where[place]]), float(row.factor[place])
            if row.family != NUMBER and site not in found:
                found[site] = Limit(row.family, row.name, row.unit, use, row.high, ())
    return found


def breaks(problem: Problem, model: Model, chosen: Collection[str], site: str) -> tuple[Limit, ...]:
    """List the limits that a site breaks when it is added to a set; the number is not one.

    Spacing is one limit, however many of the set stand too near.
    """
    inside = indicator(problem, (*chosen, site))
    ids = problem.sites.index.to_numpy(dtype=object)
    at = int(problem.sites.index.get_indexer(pd.Index([site], dtype=object))[0])
    found, near = [], set[str]()
    for row in site_rows(model):
        if row.family == NUMBER or at not in row.where:
            continue
        drawn = inside[row.where] * row.factor
        slack = FULL * float(np.abs(row.factor).max(initial=1.0))
        if float(drawn.sum()) <= row.high + slack:
            continue
        who = tuple(str(one) for one in ids[row.where[drawn > 0]] if one != site)
        if row.family == SPACING and row.high > 0:
            near.update(who)
        else:
            found.append(Limit(row.family, row.name, row.unit, float(drawn.sum()), row.high, who))
    if near:
        name = f"{problem.spacing_m:,.0f} m between sites"
        found.append(Limit(SPACING, name, "sites", 1.0 + len(near), 1.0, tuple(sorted(near))))
    return tuple(found)


def _explained(problem: Problem, model: Model, choice: Choice, site: str, terms: Terms) -> WhyNot:
    broken = breaks(problem, model, choice.chosen, site)
    if breaks(problem, model, (), site):
        return WhyNot(site, nan, nan, breaks=broken, alone=True)
    with_it = forced(problem, site)
    answer = solve(with_it, terms.time_s, terms.gap_share)
    if answer.status == "infeasible":
        why = shortfall(problem, with_it, terms.time_s)
        return WhyNot(site, nan, nan, breaks=broken, shortfall=why)
    if not answer.found:
        return WhyNot(site, nan, nan, breaks=broken, in_time=False)
    objective = worth_of(problem, chosen_of(problem, answer))
    other = _nearest(problem, with_it, choice, answer, objective, terms)
    proved = gap_of(objective, answer) == 0
    return WhyNot(
        site_id=site,
        loss=loss_of(choice.objective, objective),
        loss_low=loss_of(choice.objective, objective if proved else answer.bound),
        leaves=tuple(sorted(set(choice.chosen) - set(other))),
        joins=tuple(sorted(set(other) - set(choice.chosen) - {site})),
        breaks=broken,
    )


def _nearest(
    problem: Problem, model: Model, choice: Choice, answer: Solved, objective: float, terms: Terms
) -> tuple[str, ...]:
    """Pick of the sets that are worth as much the one with most of the plan's own sites in it.

    Where sites are worth the same the solver's set may differ from the plan in every one of them,
    which would explain nothing.
    """
    first = chosen_of(problem, answer)
    if len(set(first) - set(choice.chosen)) == 1:
        return first
    size = float(np.abs(model.gain).max(initial=0.0))
    # A row that asks for the last digit would leave the solver nothing to choose from.
    least = objective - model.constant - GAP_TOLERANCE * size
    everything = np.arange(len(model.gain))
    as_good = Row(LINK, "as good", "", everything, model.gain, least, np.inf)
    kept = np.zeros_like(model.gain)
    kept[: model.sites] = indicator(problem, choice.chosen)
    again = solve(with_gain(with_row(model, as_good), kept), terms.time_s / 4)
    other = chosen_of(problem, again) if again.found else first
    near = GAP_TOLERANCE * max(abs(objective), size)
    return other if worth_of(problem, other) >= objective - near else first
