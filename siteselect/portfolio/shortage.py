"""Why no set of sites fits: which kind of limit stands in the way, and which one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siteselect.portfolio.model import (
    COVERAGE,
    FORCED,
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
from siteselect.portfolio.problem import Floats, Problem
from siteselect.portfolio.solver import solve

_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Shortage:
    """One limit that is too small, in the plan that would break the limits of its family least.

    `needed` of `capacity` is what that plan would take; `allows` of its `of` sites fit.
    """

    family: str
    name: str
    unit: str
    needed: float
    capacity: float
    allows: int
    of: int
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What stands in the way of a plan.

    `wanted` sites, of which `possible` fit at most (None where that was not found in time).
    `alone` are the families each of which, if it alone were lifted, would let a plan through;
    `together` where no single one does it, families that must all give way, none of which may stay.
    `shortages` name the limits of these families. `undecided` families were not settled in time.
    """

    wanted: int
    candidates: int
    possible: int | None
    alone: tuple[str, ...]
    together: tuple[str, ...]
    shortages: tuple[Shortage, ...]
    undecided: tuple[str, ...] = ()


def shortfall(problem: Problem, model: Model, time_s: float) -> Shortfall:
    """Find what makes a problem infeasible.

    Each family of limits is lifted alone. Where none suffices all are lifted, and put back one
    after the other for as long as a plan is left (a deletion filter, Chinneck and Dravnieks 1991
    [recalled], on what must give way). Within a family the limits named are those that the least
    broken plan breaks.
    """
    families = families_of(model)
    wanted, count = problem.fewest, len(problem.sites)
    possible = _possible(model, time_s)
    if wanted > count:
        return Shortfall(wanted, count, possible, (), (), ())
    alone, undecided = [], []
    for family in families:
        status = solve(_asked(without(model, {family})), time_s).status
        if status == "no answer in time":
            undecided.append(family)
        elif status != "infeasible":
            alone.append(family)
    together = () if alone or undecided else _giving_way(model, families, time_s)
    shortages = [
        shortage
        for family in (*alone, *together)
        for shortage in _shortages(problem, without(model, {*together} - {family}), family, time_s)
    ]
    return Shortfall(
        wanted, count, possible, tuple(alone), together, tuple(shortages), tuple(undecided)
    )


def forced(problem: Problem, site: str) -> Model:
    """Write the programme of a problem in which one site must be chosen."""
    model = build(problem)
    where = problem.sites.index.get_indexer(pd.Index([site], dtype=object)).astype(np.int64)
    row = Row(FORCED, site, "sites", where, np.ones(1), 1.0, 1.0)
    return with_row(model, row)


def _asked(model: Model) -> Model:
    """Ask whether there is any plan at all, whatever it is worth."""
    return with_gain(model, np.zeros_like(model.gain))


def _possible(model: Model, time_s: float) -> int | None:
    """Count the most sites that fit under all limits but a number wanted and a share served."""
    free = without(model, {NUMBER, COVERAGE})
    gain = np.zeros_like(model.gain)
    gain[: model.sites] = 1.0
    if not model.sites:
        return 0
    answer = solve(with_gain(free, gain), time_s)
    if answer.status != "optimal":
        return None
    return round(float(answer.values[: model.sites].sum()))


def _giving_way(model: Model, families: tuple[str, ...], time_s: float) -> tuple[str, ...]:
    """Lift all families, and put back those without which a plan is left all the same."""
    lifted = set(families)
    for family in families:
        if solve(_asked(without(model, lifted - {family})), time_s).found:
            lifted.remove(family)
    return tuple(family for family in families if family in lifted)


def _shortages(problem: Problem, model: Model, family: str, time_s: float) -> list[Shortage]:
    """Break the rows of one family as little as may be, and name those that are broken."""
    rows = [row for row in model.rows if row.family == family]
    answer = solve(_elastic(model, family), time_s)
    if not answer.found:
        return []
    if family == SPACING:
        return _crowded(problem, model, rows, answer.values, time_s)
    ids = problem.sites.index.to_numpy(dtype=object)
    found = []
    for row in rows:
        at = answer.values[row.where]
        taken, size = float(row.factor @ at), float(np.abs(row.factor).max(initial=1.0))
        if row.low - _SLACK * size <= taken <= row.high + _SLACK * size:
            continue
        if family == COVERAGE:
            found.append(Shortage(family, row.name, row.unit, row.low, taken, 0, 0, ()))
            continue
        inside = at > 0.5  # noqa: PLR2004 - halfway from 0 to 1
        who = tuple(str(site) for site in ids[row.where[inside]])
        fits = _fitting(row.factor[inside], row.high)
        found.append(Shortage(family, row.name, row.unit, taken, row.high, fits, len(who), who))
    return found


def _crowded(
    problem: Problem, model: Model, rows: list[Row], values: Floats, time_s: float
) -> list[Shortage]:
    """Tell the sites that stand too near as one shortage, and how many of them fit."""
    picked = values[: model.sites] > 0.5  # noqa: PLR2004 - halfway from 0 to 1
    near = np.zeros(model.sites, dtype=bool)
    for row in rows:
        inside = row.where[picked[row.where]]
        if len(inside) > row.high:
            near[inside] = True
    gain = np.zeros_like(model.gain)
    gain[: model.sites] = near
    only = Model(gain, np.zeros_like(gain), 0.0, tuple(rows), model.binary, model.sites)
    fits = solve(only, time_s)
    allows = int(near[fits.values[: model.sites] > 0.5].sum()) if fits.found else 0  # noqa: PLR2004
    who = tuple(str(site) for site in problem.sites.index[near])
    name = f"{problem.spacing_m:,.0f} m between sites"
    return [Shortage(SPACING, name, "sites", float(len(who)), float(allows), allows, len(who), who)]


def _fitting(uses: Iterable[float], capacity: float) -> int:
    """Count how many of some uses fit, the smallest first."""
    total = np.cumsum(np.sort(np.array(list(uses), dtype=np.float64)))
    return int((total <= capacity * (1 + _SLACK) + _SLACK).sum())


def _elastic(model: Model, family: str) -> Model:
    """Let each row of a family give way, at a price of 1 for a whole site's worth of it."""
    soft = [number for number, row in enumerate(model.rows) if row.family == family]
    size = len(model.gain)
    rows = list(model.rows)
    for place, number in enumerate(soft):
        row = rows[number]
        # A slack runs from 0 to 1 as all variables do: its factor is the most it can be needed.
        short = row.low > -np.inf
        reach = row.low if short else float(np.maximum(row.factor, 0).sum()) - row.high
        factor = max(reach, 0.0) * (1.0 if short else -1.0)
        where = np.r_[row.where, size + place].astype(np.int64)
        rows[number] = Row(
            row.family, row.name, row.unit, where, np.r_[row.factor, factor], row.low, row.high
        )
    gain = np.zeros(size + len(soft))
    for place, number in enumerate(soft):
        row = rows[number]
        unit = float(np.abs(row.factor[:-1]).max(initial=1.0)) or 1.0
        gain[size + place] = -abs(float(row.factor[-1])) / unit
    binary = np.r_[model.binary, np.zeros(len(soft), dtype=bool)]
    return Model(gain, np.zeros_like(gain), 0.0, tuple(rows), binary, model.sites)
