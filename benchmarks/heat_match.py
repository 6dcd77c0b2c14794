"""Heat used by a million pairs of site and sink: sorted curves against the sum over all hours.

Usage: python benchmarks/heat_match.py [pairs] [sinks] [sample]

Every sink has its own 8760 hours of demand; every pair its own pod output and pipe loss. The other
side is numpy, an hour-by-hour minimum and sum for one pair after the other, which is quicker than
blocks of pairs because a year of one sink stays in the cache. It is timed on a sample of the pairs
and scaled up; ours runs all of them, and both must give the same numbers on the sample. Times are
the best of three.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
from timing import best_of

from siteselect.heat.demand_curve import build_curve, pair_sums, stack_curves

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOURS = 8760
TOLERANCE = 1e-9


def demands(sinks: int, dice: np.random.Generator) -> NDArray[np.float64]:
    """Make up years: a base, a season, a day and noise, with nothing asked for in some hours."""
    hour = np.arange(HOURS)
    season = 0.5 + 0.5 * np.cos(2 * np.pi * hour / HOURS)
    day = 0.5 + 0.5 * np.cos(2 * np.pi * (hour % 24 - 15) / 24)
    shape = 0.1 + season + 0.3 * day + dice.normal(0, 0.2, (sinks, HOURS))
    return np.maximum(shape, 0.0) * dice.lognormal(4, 1, (sinks, 1))


def by_the_hour(
    demand: NDArray[np.float64], sink: NDArray[np.int64], reaching_kw: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.array(
        [
            np.minimum(reaching, demand[row]).sum()
            for row, reaching in zip(sink.tolist(), reaching_kw.tolist(), strict=True)
        ]
    )


def main(pairs: int = 1_000_000, sinks: int = 500, sample: int = 20_000) -> None:
    dice = np.random.default_rng(0)
    demand = demands(sinks, dice)
    sink = dice.integers(0, sinks, pairs)
    output_kw = dice.uniform(20, 500, pairs)
    loss_kw = dice.uniform(0, 10, pairs)
    build_s, stack = best_of(3, lambda: stack_curves([build_curve(each) for each in demand]))
    ours_s, ours = best_of(3, lambda: pair_sums(stack, sink, output_kw, loss_kw)["hours"])
    few = slice(min(sample, pairs))
    reaching_kw = np.maximum(output_kw - loss_kw, 0.0)[few]
    sample_s, theirs = best_of(3, lambda: by_the_hour(demand, sink[few], reaching_kw))
    theirs_s = sample_s / len(theirs) * pairs
    scale = np.where(theirs > 0, theirs, 1.0)
    apart = (np.abs(ours[few] - theirs) / scale).max()
    whole_s = ours_s + build_s
    print(f"{pairs:,} pairs, {sinks:,} sinks of {HOURS:,} hours")
    print(f"building the curves, once for all pairs: {build_s:.3f} s")
    print(f"numpy timed on {len(theirs):,} pairs: {sample_s:.3f} s, scaled up below")
    print()
    print(f"{'heat used by every pair':34}{'s':>9}{'ratio':>9}{'with building':>15}")
    print(f"{'siteselect.heat.demand_curve':34}{ours_s:9.4f}{1:9.1f}{1:15.1f}")
    print(
        f"{'numpy by the hour':34}{theirs_s:9.4f}{theirs_s / ours_s:9.1f}{theirs_s / whole_s:15.1f}"
    )
    print(
        f"largest relative difference on the sample {apart:.1e}; same numbers: {apart < TOLERANCE}"
    )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]))
