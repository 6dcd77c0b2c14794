"""Which site first: the order of building, with what is left after each step."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, nan

import pandas as pd

from siteselect.portfolio.choose import indicator, site_rows
from siteselect.portfolio.model import SPACING, Row, build
from siteselect.portfolio.problem import Problem, make_problem
from siteselect.portfolio.scoring import worth_of


def sequence(problem: Problem, chosen: Iterable[str]) -> pd.DataFrame:
    """Put a plan's sites in order: at each step the one that adds most to what already stands.

    What a site adds is worked out anew after each step, since shared heat and shared demand points
    are taken by those before it. The sum of all that is added is the plan's objective.

    Parameters
    ----------
    problem : what was chosen from.
    chosen : the plan.

    Returns
    -------
    DataFrame
        A row a step, index `step` from 1: `site_id`; `alone`, what the site would add first of
        all; `added`; `total`; and the stock that is nearest to its end by then, of those that
        bound in units a site draws on: `tightest`, `tightest_left`, `tightest_unit`.
    """
    ready = make_problem(problem)
    limits = [
        row for row in site_rows(build(ready)) if row.family != SPACING and row.unit != "sites"
    ]
    left, done, rows = sorted(chosen), list[str](), []
    start = total = worth_of(ready, ())
    while left:
        totals = {site: worth_of(ready, (*done, site)) for site in left}
        # Sums of the same numbers in another order differ in their last digits.
        best = max(totals.values())
        near = 1e-12 * max(1.0, abs(best))
        site = next(name for name in left if totals[name] >= best - near)
        done.append(site)
        left.remove(site)
        rows.append(
            {
                "site_id": site,
                "alone": worth_of(ready, (site,)) - start,
                "added": totals[site] - total,
                "total": totals[site],
                **_tightest(ready, limits, done),
            }
        )
        total = totals[site]
    columns = [
        *("site_id", "alone", "added", "total"),
        *("tightest", "tightest_left", "tightest_unit"),
    ]
    index = pd.RangeIndex(1, len(rows) + 1, name="step")
    return pd.DataFrame(rows, columns=columns, index=index)


def _tightest(problem: Problem, limits: list[Row], done: list[str]) -> dict[str, object]:
    """Find the stock with the least left, counted in the largest use that is made of it."""
    inside = indicator(problem, done)
    found: dict[str, object] = {"tightest": "", "tightest_left": nan, "tightest_unit": ""}
    least = inf
    for row in limits:
        drawn = float(inside[row.where] @ row.factor)
        largest = float(row.factor.max(initial=0.0))
        if drawn <= 0 or (row.high - drawn) / largest >= least:
            continue
        least = (row.high - drawn) / largest
        found = {
            "tightest": row.name,
            "tightest_left": row.high - drawn,
            "tightest_unit": row.unit,
        }
    return found
