"""Choose the best set of sites, prove how good it is, and say what limits it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.portfolio.model import LINK, NUMBER, SPACING, Model, Row, build, with_row
from siteselect.portfolio.problem import Floats, Problem, make_problem
from siteselect.portfolio.scoring import heat_split, served_share, worth_of
from siteselect.portfolio.shortage import Shortfall, shortfall
from siteselect.portfolio.solver import FOUND, GAP_TOLERANCE, Solved, Status, solve

if TYPE_CHECKING:
    import pandas as pd

SAME = 1e-12
"""Objectives nearer to each other than this share are equal: sums in another order."""
FULL = 1e-6
"""How near to its limit a row counts as full, of its largest factor."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit and how much of it the chosen sites take; `sites` are those that draw on it."""

    family: str
    name: str
    unit: str
    used: float
    capacity: float
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """How long the solver may take for each question [s], and how near is near enough."""

    time_s: float = 30.0
    gap_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """The answer to a problem.

    `gap_share` is how much better, of the objective, an unproved choice could be: 0 where the
    choice is proved best. `runner_up` is the best other choice, and `runner_up_loss` what it is
    worth less. Where nothing can be chosen `shortfall` says what stands in the way.
    """

    status: Status
    chosen: tuple[str, ...] = ()
    objective: float = float("nan")
    bound: float = float("nan")
    gap_share: float = float("nan")
    heat_mwh_a: pd.Series[float] | None = None
    served_share: float = float("nan")
    limits: tuple[Limit, ...] = ()
    runner_up: tuple[str, ...] = ()
    runner_up_loss: float = float("nan")
    shortfall: Shortfall | None = None

    @property
    def found(self) -> bool:
        """Say whether there is a choice at all."""
        return self.status in FOUND


def choose(problem: Problem, terms: Terms | None = None, *, runner_up: bool = True) -> Choice:
    """Choose the set of sites with the greatest objective.

    The same problem gives the same choice, in whatever order its sites stand: they are put in the
    order of their ids. Among sets of equal objective the one with the greater sum of `tiebreak`
    is taken, as far as the solver's tolerance can tell; the objective given is always without it.

    Parameters
    ----------
    problem : what is to be chosen from.
    terms : limits of the solver; 30 s and no gap when left out.
    runner_up : whether the best other set is looked for, which takes as long again.

    Raises
    ------
    InputError
        The problem is not one (`make_problem`).
    """
    terms = terms or Terms()
    ready = make_problem(problem)
    model = build(ready)
    answer = solve(model, terms.time_s, terms.gap_share)
    if not answer.found:
        why = shortfall(ready, model, terms.time_s) if answer.status == "infeasible" else None
        return Choice(status=answer.status, shortfall=why)
    chosen = chosen_of(ready, answer)
    objective = worth_of(ready, chosen)
    other, loss = (
        _runner_up(ready, model, chosen, objective, terms) if runner_up else ((), float("nan"))
    )
    gap = gap_of(objective, answer)
    return Choice(
        status=_status(answer.status, gap),
        chosen=chosen,
        objective=objective,
        bound=max(objective, answer.bound) if gap > 0 else objective,
        gap_share=gap,
        heat_mwh_a=heat_split(ready, chosen),
        served_share=served_share(ready, chosen),
        limits=limits_of(ready, model, chosen),
        runner_up=other,
        runner_up_loss=loss,
    )


def chosen_of(problem: Problem, answer: Solved) -> tuple[str, ...]:
    """Name the sites that an answer chooses."""
    picked = answer.values[: len(problem.sites)] > 0.5  # noqa: PLR2004 - halfway from 0 to 1
    return tuple(str(site) for site in problem.sites.index[picked])


def gap_of(objective: float, answer: Solved) -> float:
    """Give the gap between a choice and its bound, as a share of the choice's objective.

    What is only rounding is 0; infinite where there is no bound, or the objective is 0.
    """
    over = answer.bound - objective
    if over <= answer.rounding + GAP_TOLERANCE * abs(objective):
        return 0.0
    return over / abs(objective) if objective else float("inf")


def indicator(problem: Problem, chosen: Iterable[str]) -> Floats:
    """Give 1 for each chosen site and 0 for the others."""
    return problem.sites.index.isin(list(chosen)).astype(np.float64)


def site_rows(model: Model) -> list[Row]:
    """List the rows over sites alone: number, stocks and spacing."""
    return [
        row
        for row in model.rows
        if row.family != LINK and (not len(row.where) or row.where.max() < model.sites)
    ]


def limits_of(problem: Problem, model: Model, chosen: Collection[str]) -> tuple[Limit, ...]:
    """List the stocks of which less is left than any other site would take."""
    inside = indicator(problem, chosen)
    ids = problem.sites.index.to_numpy(dtype=object)
    found = []
    for row in site_rows(model):
        drawn = inside[row.where] * row.factor
        others = row.factor[inside[row.where] == 0]
        left = row.high - float(drawn.sum())
        slack = FULL * float(np.abs(row.factor).max(initial=1.0))
        if row.family in {NUMBER, SPACING} or not drawn.any() or not len(others):
            continue
        if left >= float(others.min()) - slack:
            continue
        who = tuple(str(site) for site in ids[row.where[drawn > 0]])
        found.append(Limit(row.family, row.name, row.unit, float(drawn.sum()), row.high, who))
    return tuple(found)


def loss_of(objective: float, other: float) -> float:
    """Give what another set is worth less; nothing where it is only the last digits of a sum."""
    loss = objective - other
    return 0.0 if abs(loss) <= SAME * max(abs(objective), abs(other)) else loss


def _status(status: Status, gap: float) -> Status:
    """Call best what is proved best; the solver also says so of what is within the gap asked."""
    if gap == 0:
        return "optimal"
    return "near enough" if status == "optimal" else status


def _runner_up(
    problem: Problem, model: Model, chosen: tuple[str, ...], objective: float, terms: Terms
) -> tuple[tuple[str, ...], float]:
    """Find the best other set: the same programme, with this very set cut off."""
    inside = indicator(problem, chosen)
    if not len(inside):
        return (), float("nan")
    where = np.arange(model.sites)
    cut = Row("other", "another set", "sites", where, 1.0 - 2.0 * inside, 1 - inside.sum(), np.inf)
    answer = solve(with_row(model, cut), terms.time_s, terms.gap_share)
    if not answer.found:
        return (), float("nan")
    other = chosen_of(problem, answer)
    return other, loss_of(objective, worth_of(problem, other))
