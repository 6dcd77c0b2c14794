"""SMAA-2: ours against a loop over scikit-criteria, against a plain sort, and at a million sites.

Usage: python benchmarks/smaa.py [sites] [criteria] [draws] [sample]

The loop replaces the weights of one decision matrix draw by draw and evaluates the weighted sum
model; it is timed on a sample of the draws and scaled up, which is said below. The plain sort puts
the same scores of every draw in order, in single precision and nothing else, in one thread and in
as many as we use. Ranks must agree with a stable sort of the scores. Times are the best of five.
"""

from __future__ import annotations

import os
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from skcriteria import mkdm
from skcriteria.agg.simple import WeightedSumModel
from timing import best_of

from siteselect.decision.acceptability import leading, rank_counts
from siteselect.decision.drawn_values import DrawnValues, ValueRange, certain_values, drawn_values
from siteselect.decision.sampling import uniform_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

MANY, FEW_DRAWS, PLACES = 1_000_000, 1_000, 10
UNKNOWN_SHARE = 0.08


def looped(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the ranks of every draw, one row a draw."""
    count, criteria = values.shape
    matrix = mkdm(values, [max] * criteria, weights=weights[0], alternatives=np.arange(count))
    model = WeightedSumModel()
    return np.stack([model.evaluate(matrix.replace(weights=row)).rank_ for row in weights])


def sorted_in_threads(scores: NDArray[np.float32], threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda part: np.sort(part, axis=1), np.array_split(scores, 8 * threads)))


def with_gaps(values: pd.DataFrame, dice: np.random.Generator) -> DrawnValues:
    """Leave some cells unknown, anywhere from 0 to 1."""
    unknown = pd.DataFrame(dice.random(values.shape) < UNKNOWN_SHARE, values.index, values.columns)
    low, middle, high = (values.mask(unknown, end) for end in (0.0, 0.5, 1.0))
    return drawn_values(ValueRange(low, middle, high, low, unknown))


def line(what: str, seconds: float, ours: float) -> None:
    print(f"{what:58}{seconds:10.4f}{seconds / ours:10.2f}")


def many_sites(criteria: int, dice: np.random.Generator) -> None:
    """Find the top ten of a million sites in a thousand draws, and the memory that this takes."""
    low = dice.random((criteria, MANY), dtype=np.float32)
    nothing = certain_values(pd.DataFrame(np.zeros((1, criteria)))).cells
    data = DrawnValues(low, dice.integers(0, 2**63, MANY).astype(np.uint64), nothing)
    weights = uniform_weights(criteria, FEW_DRAWS, 1)
    seconds, found = best_of(3, lambda: leading(data, weights, PLACES))
    tracemalloc.start()
    leading(data, weights, PLACES)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    scores = weights[0].astype(np.float32) @ low
    same = set(np.argpartition(-scores, PLACES)[:PLACES]) == set(found.sites[0])
    print(f"{MANY:,} sites by {FEW_DRAWS:,} draws, top {PLACES}: {seconds:.2f} s,")
    print(f"{peak / 1e6:.1f} MB beside the {low.nbytes / 1e6:.0f} MB of the values;", end=" ")
    print(f"first draw agrees: {same}")


def main(sites: int = 2_000, criteria: int = 12, draws: int = 10_000, sample: int = 200) -> None:
    dice = np.random.default_rng(0)
    values = pd.DataFrame(dice.random((sites, criteria)))
    weights = uniform_weights(criteria, draws, 1)
    data, gaps = certain_values(values), with_gaps(values, dice)
    rank_counts(gaps, weights[:100])
    leading(gaps, weights[:100], PLACES)
    threads = os.cpu_count() or 1
    scores = (weights @ values.to_numpy().T).astype(np.float32)
    sort_s, _ = best_of(5, lambda: np.sort(scores, axis=1))
    threaded_s, _ = best_of(5, lambda: sorted_in_threads(scores, threads))
    full_s, counts = best_of(5, lambda: rank_counts(data, weights))
    top_s, found = best_of(5, lambda: leading(data, weights, PLACES))
    gaps_full_s, _ = best_of(3, lambda: rank_counts(gaps, weights))
    gaps_top_s, _ = best_of(3, lambda: leading(gaps, weights, PLACES))
    sample_s, ranks = best_of(1, lambda: looped(values.to_numpy(), weights[:sample]))
    loop_s = sample_s / sample * draws
    print(f"{sites:,} sites by {criteria} criteria by {draws:,} draws, {threads} threads")
    print(f"the loop took {sample_s:.2f} s for {sample} draws and is scaled up")
    print()
    print(f"{'':58}{'s':>10}{'of ours':>10}")
    line("full rank matrix, ours", full_s, full_s)
    line("plain sort of the same scores, one thread", sort_s, full_s)
    line(f"plain sort of the same scores, {threads} threads", threaded_s, full_s)
    line("scikit-criteria loop, scaled up", loop_s, full_s)
    line("full rank matrix with 8 % of the cells drawn", gaps_full_s, full_s)
    print()
    line(f"top {PLACES} of every draw, ours", top_s, top_s)
    line("scikit-criteria loop, scaled up", loop_s, top_s)
    line(f"top {PLACES} with 8 % of the cells drawn", gaps_top_s, top_s)
    print()
    exact = np.zeros_like(counts)
    for place, column in enumerate(np.argsort(-scores, axis=1, kind="stable").T):
        exact[place] = np.bincount(column, minlength=sites)
    apart = np.abs(counts.astype(np.int64) - exact).max()
    firsts = (found.sites[: len(ranks), 0] == ranks.argmin(axis=1)).all()
    print(f"largest difference of a count from a stable sort: {apart} of {draws:,} draws")
    print(f"the same first site as the loop in every draw of the sample: {firsts}")
    print()
    many_sites(criteria, dice)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:5]))
