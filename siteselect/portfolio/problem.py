"""What is to be chosen from, and what the chosen share. Arrays and tables in, nothing of a study.

The mixed-integer programme is written out in docs/portfolio.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FILE = "portfolio"
"""What a fault names as its file."""
NUMBERS = ("worth", "worth_per_mwh", "heat_mwh_a", "tiebreak", "x_m", "y_m")
"""Columns of `Problem.sites` that hold numbers; `sink_id` is the one of text."""
CONCAVE_TOLERANCE = 1e-6
"""How far a joint heat curve may bend the wrong way before it is refused, of its last value."""


@dataclass(frozen=True, slots=True)
class Stock:
    """Something of which there is only so much, and on which several sites draw.

    `family` says what kind of limit it is (headroom, budget, feeder, exchange ...), `name` which
    one, `unit` how it counts; `capacity` is what new sites may take, existing ones already off;
    `use` is what each site takes that draws on it.
    """

    family: str
    name: str
    unit: str
    capacity: float
    use: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Sink:
    """Most heat that a sink takes in a year from one, two, three ... pods [MWh/a].

    The last value holds for all larger numbers. `existing` pods are the first that count, and
    `existing_mwh_a` is what they deliver.
    """

    name: str
    joint_mwh_a: tuple[float, ...]
    existing: int = 0
    existing_mwh_a: float = 0.0


@dataclass(frozen=True, slots=True)
class Cover:
    """Demand points, and which site serves which.

    `weight` has one number a point; `reached` one row a point and one column a site, in the order
    of `Problem.sites`; `already` the points that existing sites serve; `least_share` of all weight
    must be served.
    """

    weight: Floats
    reached: Flags
    already: Flags
    least_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A choice to be made.

    `sites` is indexed by site_id, with the columns `worth` (what the site adds to the objective
    with all its heat taken), `worth_per_mwh` (what it loses for each MWh/a that its sink does not
    take, 0 or more), `heat_mwh_a` (heat it delivers alone), `sink_id` ("" for none), `tiebreak`
    (0..1, prefers among equals) and `x_m`, `y_m`. The objective is the sum of worth, or with
    `by_cover` the weight served. `standing` has the points of existing sites [m], two columns.
    """

    sites: pd.DataFrame
    fewest: int
    most: int
    stocks: tuple[Stock, ...] = ()
    sinks: Mapping[str, Sink] = field(default_factory=dict)
    spacing_m: float = 0.0
    standing: Floats = field(default_factory=lambda: np.empty((0, 2)))
    standing_names: tuple[str, ...] = ()
    cover: Cover | None = None
    by_cover: bool = False


def make_problem(problem: Problem) -> Problem:
    """Put a problem into the one order in which it is solved, by site_id, and check it.

    Raises
    ------
    InputError
        A number is unknown or infinite, a site is named twice, a stock names a site that is not
        there, or the parts do not fit together.
    """
    if faults := [*_bad_sites(problem), *_bad_limits(problem), *_bad_cover(problem)]:
        raise InputError(faults)
    order = np.argsort(problem.sites.index.to_numpy(dtype=str), kind="stable")
    cover = problem.cover
    if cover is not None:
        cover = Cover(cover.weight, cover.reached[:, order], cover.already, cover.least_share)
    stocks = tuple(
        sorted(problem.stocks, key=lambda stock: (stock.family, stock.name, sorted(stock.use)))
    )
    return Problem(
        sites=problem.sites.iloc[order],
        fewest=problem.fewest,
        most=problem.most,
        stocks=stocks,
        sinks={name: problem.sinks[name] for name in sorted(problem.sinks)},
        spacing_m=problem.spacing_m,
        standing=problem.standing,
        standing_names=problem.standing_names,
        cover=cover,
        by_cover=problem.by_cover,
    )


def _bad_sites(problem: Problem) -> Iterator[Fault]:
    sites = problem.sites
    for column in (*NUMBERS, "sink_id"):
        if column not in sites.columns:
            yield Fault(FILE, "a column is missing", "Give it for every site.", column=column)
            continue
        if column == "sink_id":
            continue
        numbers = sites[column].to_numpy(dtype=np.float64)
        for row in np.flatnonzero(~np.isfinite(numbers)).tolist():
            yield Fault(
                FILE,
                "an unknown or infinite number",
                "A site of which it is not known cannot be chosen; leave it out, with the reason.",
                row=str(sites.index[row]),
                column=column,
                value=str(numbers[row]),
            )
    for site in sites.index[sites.index.duplicated()].unique():
        yield Fault(FILE, "a site is named twice", "Give each its own id.", row=str(site))
    for column in {"worth_per_mwh", "heat_mwh_a"} & set(sites.columns):
        for site in sites.index[sites[column] < 0]:
            yield Fault(FILE, "a negative number", "Give 0 or more.", row=str(site), column=column)


def _bad_limits(problem: Problem) -> Iterator[Fault]:
    known = set(problem.sites.index)
    if not 0 <= problem.fewest <= problem.most:
        yield Fault(FILE, "not a number of sites", "Give 0 <= fewest <= most.", column="fewest")
    if not 0 <= problem.spacing_m < np.inf:
        yield Fault(FILE, "not a distance", "Give 0 or more.", column="spacing_m")
    if len(problem.standing) != len(problem.standing_names):
        yield Fault(FILE, "existing sites without names", "Name each.", column="standing_names")
    for stock in problem.stocks:
        strange = sorted(set(stock.use) - known)
        if strange:
            yield Fault(FILE, "no such site", "Name sites.", column=stock.name, value=strange[0])
        if np.isnan(stock.capacity) or not all(0 <= use < np.inf for use in stock.use.values()):
            yield Fault(FILE, "an unknown amount", "Leave it out and say so.", column=stock.name)
    for sink in problem.sinks.values():
        steps = np.diff(np.r_[0.0, sink.joint_mwh_a])
        slack = CONCAVE_TOLERANCE * max(sink.joint_mwh_a, default=0.0)
        if not len(steps) or not (steps >= -slack).all() or not (np.diff(steps) <= slack).all():
            cure = "Each pod more must add heat, and no more than the one before."
            yield Fault(FILE, "not a joint heat curve", cure, column=sink.name)


def _bad_cover(problem: Problem) -> Iterator[Fault]:
    cover = problem.cover
    if cover is None:
        if problem.by_cover:
            yield Fault(FILE, "no demand points to cover", "Give them.", column="cover")
        return
    count = len(cover.weight)
    if cover.reached.shape != (count, len(problem.sites)) or len(cover.already) != count:
        yield Fault(FILE, "coverage of other points or sites", "One row a point.", column="cover")
    if not (np.isfinite(cover.weight).all() and (cover.weight >= 0).all()):
        yield Fault(FILE, "not a weight", "Give 0 or more.", column="cover.weight")
    if not 0 <= cover.least_share <= 1:
        yield Fault(FILE, "not a share", "Give 0 to 1.", column="cover.least_share")
