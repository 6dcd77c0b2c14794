"""The mixed-integer programme of a choice: variables, rows and objective.

Variables, in this order: x, whether a site is chosen (0 or 1); y, the share of its heat that a site
on a shared sink delivers; z, whether a demand point is served.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siteselect.portfolio.problem import Floats, Problem, Sink
from siteselect.portfolio.scoring import curve_mwh_a
from siteselect.portfolio.spacing import cliques, conflicts

Rows = NDArray[np.int64]

NUMBER, SPACING, COVERAGE, LINK, FORCED = "number", "spacing", "coverage", "link", "forced"
"""Families of rows that are not stocks: how many sites, how near, how much served; and what binds
heat and service to the sites chosen, which no choice can break; and a site that is asked for."""
TIE = 1e-7
"""Most that a site's tiebreak adds to the objective, of the largest coefficient."""


@dataclass(frozen=True, slots=True)
class Row:
    """One constraint: low <= sum of factor times variable <= high."""

    family: str
    name: str
    unit: str
    where: Rows
    factor: Floats
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Model:
    """The programme. `gain` is the objective of each variable, `constant` what is added to it."""

    gain: Floats
    tie: Floats
    constant: float
    rows: tuple[Row, ...]
    binary: NDArray[np.bool_]
    sites: int


def build(problem: Problem) -> Model:
    """Write the programme of a problem; its sites must stand in their order (`make_problem`)."""
    count = len(problem.sites)
    shared = np.flatnonzero(problem.sites["sink_id"].isin(list(problem.sinks)).to_numpy())
    points = 0 if problem.cover is None else len(problem.cover.weight)
    size = count + len(shared) + points
    gain, constant = _gain(problem, shared, size)
    largest = float(np.abs(gain).max(initial=0.0))
    tie = np.zeros(size)
    tie[:count] = TIE * (largest or 1.0) * problem.sites["tiebreak"].to_numpy(dtype=np.float64)
    rows = (
        _number(problem, count),
        *_stock_rows(problem),
        *_spacing_rows(problem),
        *_heat_rows(problem, shared, count),
        *_cover_rows(problem, count + len(shared)),
    )
    binary = np.arange(size) < count
    return Model(gain, tie, constant, rows, binary, count)


def without(model: Model, families: Collection[str]) -> Model:
    """Leave out the rows of some families."""
    kept = tuple(row for row in model.rows if row.family not in families)
    return Model(model.gain, model.tie, model.constant, kept, model.binary, model.sites)


def with_row(model: Model, row: Row) -> Model:
    """Add a row."""
    rows = (*model.rows, row)
    return Model(model.gain, model.tie, model.constant, rows, model.binary, model.sites)


def with_gain(model: Model, gain: Floats) -> Model:
    """Ask for something else under the same rows."""
    return Model(gain, np.zeros_like(gain), 0.0, model.rows, model.binary, model.sites)


def families_of(model: Model) -> tuple[str, ...]:
    """Name the families that can stand in the way: all but the links and what is asked for."""
    return tuple(sorted({row.family for row in model.rows} - {NUMBER, LINK, FORCED}))


def _gain(problem: Problem, shared: Rows, size: int) -> tuple[Floats, float]:
    gain, count = np.zeros(size), len(problem.sites)
    cover = problem.cover
    if problem.by_cover and cover is not None:
        gain[count + len(shared) :] = np.where(cover.already, 0.0, cover.weight)
        return gain, float(cover.weight[cover.already].sum())
    worth, per_mwh, heat = (
        problem.sites[name].to_numpy(dtype=np.float64)
        for name in ("worth", "worth_per_mwh", "heat_mwh_a")
    )
    gain[:count] = worth
    gain[shared] -= (per_mwh * heat)[shared]
    gain[count : count + len(shared)] = (per_mwh * heat)[shared]
    return gain, 0.0


def _number(problem: Problem, count: int) -> Row:
    everywhere = np.arange(count)
    return Row(
        NUMBER,
        "number of sites",
        "sites",
        everywhere,
        np.ones(count),
        float(problem.fewest),
        float(problem.most),
    )


def _stock_rows(problem: Problem) -> Iterator[Row]:
    for stock in problem.stocks:
        names = sorted(stock.use)
        where = problem.sites.index.get_indexer(pd.Index(names, dtype=object)).astype(np.int64)
        use = np.array([stock.use[name] for name in names], dtype=np.float64)
        # An overdrawn stock has nothing for new sites, and takes nothing from them either.
        high = max(0.0, stock.capacity)
        yield Row(stock.family, stock.name, stock.unit, where, use, -np.inf, high)


def _spacing_rows(problem: Problem) -> Iterator[Row]:
    x_m, y_m = (problem.sites[name].to_numpy(dtype=np.float64) for name in ("x_m", "y_m"))
    pairs = conflicts(x_m, y_m, problem.spacing_m)
    name = f"{problem.spacing_m:,.0f} m between sites"
    for group in cliques(pairs, len(x_m)):
        yield Row(SPACING, name, "sites", group, np.ones(len(group)), -np.inf, 1.0)
    for (east, north), label in zip(problem.standing.tolist(), problem.standing_names, strict=True):
        near = np.flatnonzero(np.hypot(x_m - east, y_m - north) < problem.spacing_m)
        if len(near):
            told = f"{problem.spacing_m:,.0f} m from {label}"
            yield Row(SPACING, told, "sites", near, np.ones(len(near)), -np.inf, 0.0)


def _heat_rows(problem: Problem, shared: Rows, first: int) -> Iterator[Row]:
    """Bind the share of heat to the site, and the heat of all on a sink to its joint curve."""
    sink_of = problem.sites["sink_id"].to_numpy(dtype=object)
    heat = problem.sites["heat_mwh_a"].to_numpy(dtype=np.float64)
    for place, site in enumerate(shared.tolist()):
        pair = np.array([site, first + place])
        yield Row(LINK, "chosen", "share", pair, np.array([-1.0, 1.0]), -np.inf, 0.0)
    for name, sink in problem.sinks.items():
        there = np.flatnonzero(sink_of[shared] == name)
        if len(there):
            yield from _sink_rows(sink, shared[there], first + there, heat[shared[there]])


def _sink_rows(sink: Sink, sites: Rows, shares: Rows, heat: Floats) -> Iterator[Row]:
    """Write the concave joint curve as its tangents, exact at every whole number of pods."""
    taken = min(sink.existing_mwh_a, curve_mwh_a(sink, sink.existing))
    last = max(len(sink.joint_mwh_a) - sink.existing, 0)
    where = np.r_[sites, shares]
    for pods in range(min(last, len(sites)) + 1):
        at = curve_mwh_a(sink, sink.existing + pods)
        step = curve_mwh_a(sink, sink.existing + pods + 1) - at
        factor = np.r_[np.full(len(sites), -step), heat]
        yield Row(LINK, sink.name, "MWh/a", where, factor, -np.inf, at - taken - step * pods)


def _cover_rows(problem: Problem, first: int) -> Iterator[Row]:
    cover = problem.cover
    if cover is None:
        return
    for point in range(len(cover.weight)):
        if cover.already[point]:
            continue
        by = np.flatnonzero(cover.reached[point])
        where = np.r_[by, first + point].astype(np.int64)
        factor = np.r_[-np.ones(len(by)), 1.0]
        yield Row(LINK, f"demand point {point}", "share", where, factor, -np.inf, 0.0)
    if cover.least_share > 0:
        wanted = cover.least_share * float(cover.weight.sum())
        missing = wanted - float(cover.weight[cover.already].sum())
        where = first + np.flatnonzero(~cover.already)
        weight = cover.weight[~cover.already]
        name = f"{cover.least_share:.0%} of the demand served"
        # A share of a sum must not fail by the sum's last digit.
        least = missing - 1e-9 * max(wanted, 1.0)
        yield Row(COVERAGE, name, "weight", where, weight, least, np.inf)
