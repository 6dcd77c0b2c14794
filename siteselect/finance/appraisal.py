"""Appraisal of a cash flow: net present value, internal rate, payback, levelised cost."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, nan
from typing import TYPE_CHECKING

import numpy as np
import pyxirr
from numpy.typing import NDArray

from siteselect.finance.prices import Discounting

if TYPE_CHECKING:
    import pandas as pd

Numbers = NDArray[np.float64]

_GUESSES = (0.1, 0.01, 0.5, 2.0)
"""Where the search for a rate starts; more than one, since it may end at a negative rate."""


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What a cash flow is worth; NaN with a reason where a figure does not exist."""

    discounting: str
    npv_gbp: float
    cost_pv_gbp: float
    income_pv_gbp: float
    irr_share: float
    irr_reason: str
    payback_a: float
    discounted_payback_a: float
    payback_reason: str


def annuity_factor(rate_share: float, years: int) -> float:
    """Present value of 1 at the end of each of `years` years."""
    if rate_share == 0:
        return float(years)
    return float((1 - (1 + rate_share) ** -years) / rate_share)


def capital_recovery_factor(rate_share: float, years: int) -> float:
    """Yearly payment that repays 1 with interest over `years` years."""
    return 1 / annuity_factor(rate_share, years)


def discount_factors(discounting: Discounting, years: int) -> Numbers:
    """Present value of 1 in each year from 0 to `years`.

    A rate that changes applies from its year on; what was reached before is kept, as the Green
    Book's table does: factor(31) = 1.035^-30 / 1.030.
    """
    yearly = np.zeros(years + 1)
    for first, rate in discounting.rates:
        yearly[first:] = rate
    return np.asarray(1 / np.cumprod(1 + yearly))


def appraise(flow: pd.DataFrame | pd.Series[float], discounting: Discounting) -> Appraisal:
    """Appraise a flow of years by items, or its yearly totals.

    Raises
    ------
    ValueError
        The years do not run 0, 1, 2 ..., or an amount is unknown.
    """
    amounts = _amounts(flow)
    totals = amounts.sum(axis=1)
    factors = discount_factors(discounting, len(totals) - 1)
    irr, irr_reason = internal_rate(totals)
    payback = payback_a(totals)
    return Appraisal(
        discounting=discounting.name,
        npv_gbp=float(totals @ factors),
        cost_pv_gbp=float(-(np.minimum(amounts, 0).sum(axis=1) @ factors)),
        income_pv_gbp=float(np.maximum(amounts, 0).sum(axis=1) @ factors),
        irr_share=irr,
        irr_reason=irr_reason,
        payback_a=payback,
        discounted_payback_a=payback_a(totals * factors),
        payback_reason="" if isfinite(payback) else "the money does not come back for good",
    )


def internal_rate(totals: Numbers) -> tuple[float, str]:
    """Rate at which a flow is worth nothing, where there is exactly one; else NaN and the reason.

    A flow that turns once from cost to income has one rate (Descartes). One that turns more
    often, as replacement makes it, still has one positive rate if its running sum turns once
    (Norstrom 1972). Any other may have several, none of which means anything.

    Notes
    -----
    The arithmetic is pyxirr's. numpy-financial gives the same numbers but has no types, and its
    stable release says nothing when there are several rates. Neither do others: hence the guard.
    """
    if not (totals < 0).any() or not (totals > 0).any():
        return nan, "the flow has no cost or no income"
    if totals[np.flatnonzero(totals)[0]] > 0:
        return nan, "the flow starts with income: a loan, not an investment"
    running = np.cumsum(totals)
    once = _turns(totals) == 1
    if not once and not (_turns(running) == 1 and running[-1] > 0):
        return nan, "the flow turns more than once: several rates or none"
    for guess in _GUESSES:
        rate = pyxirr.irr([float(amount) for amount in totals], guess=guess, silent=True)
        if rate is not None and isfinite(rate) and (once or rate > 0):
            return float(rate), ""
    return nan, "no rate was found"


def payback_a(totals: Numbers) -> float:
    """Years until the running sum is never below zero again [a]; NaN when that never comes.

    Within the year, in a straight line. A later replacement that eats the surplus counts.
    """
    running = np.cumsum(totals)
    short = np.flatnonzero(running < 0)
    if not len(short):
        return 0.0
    last = int(short[-1])
    if last == len(running) - 1:
        return nan
    return float(last + running[last] / (running[last] - running[last + 1]))


def levelised_cost(
    flow: pd.DataFrame | pd.Series[float], output: pd.Series[float], discounting: Discounting
) -> float:
    """Cost per unit of output [GBP/unit]: discounted cost over discounted output.

    Give the flow without income for the gross cost; with heat sales in it, heat is a credit. NaN
    while the output is unknown or nothing.

    Raises
    ------
    ValueError
        Flow and output are not of the same years.
    """
    totals = _amounts(flow).sum(axis=1)
    if len(output) != len(totals):
        raise ValueError("flow and output must have the same years")
    factors = discount_factors(discounting, len(totals) - 1)
    given = float(output.to_numpy(dtype=float) @ factors)
    return float(-(totals @ factors) / given) if isfinite(given) and given > 0 else nan


def _amounts(flow: pd.DataFrame | pd.Series[float]) -> Numbers:
    if list(flow.index) != list(range(len(flow))) or len(flow) == 0:
        raise ValueError("the years of a flow run 0, 1, 2 and so on")
    amounts = np.asarray(flow.to_numpy(dtype=float)).reshape(len(flow), -1)
    if not np.isfinite(amounts).all():
        raise ValueError("an amount of the flow is unknown: it cannot be appraised")
    return amounts


def _turns(numbers: Numbers) -> int:
    signs = np.sign(numbers[numbers != 0])
    return sum(1 for left, right in pairwise(signs) if left != right)
