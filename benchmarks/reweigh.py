"""New weights for a million sites: ours against scikit-criteria and pymcdm, to the top 100.

Usage: python benchmarks/reweigh.py [sites] [criteria]

Both get the values on fixed scales beforehand. scikit-criteria replaces the weights of a decision
matrix that was built once (with whole numbers for names, which is its fastest) and evaluates its
weighted sum model; ours gives the hundred leading sites with exact ranks. pymcdm,
where it is installed, sums the same values and ranks them. All must name the same sites. Times are
the best of five, of the others of three.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING

import numpy as np
from skcriteria import mkdm
from skcriteria.agg.simple import WeightedSumModel
from timing import best_of

from siteselect.decision.reweighing import criterion_major, leaders_under

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOP = 100


def by_pymcdm(
    values: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Weigh values that are already on scales, and rank: seconds and ranks."""
    rankdata = importlib.import_module("pymcdm.helpers").rankdata
    # The values are on scales already, so that each column goes through as it is.
    model = importlib.import_module("pymcdm.methods").WSM(
        normalization_function=lambda column, cost: column  # noqa: ARG005
    )
    types = np.ones(values.shape[1])
    return best_of(3, lambda: rankdata(model(values, weights, types), reverse=True))


def main(sites: int = 1_000_000, criteria: int = 12) -> None:
    dice = np.random.default_rng(0)
    values = dice.random((sites, criteria))
    before, after = dice.dirichlet(np.full(criteria, 5.0), 2)
    prepare_s, table = best_of(3, lambda: criterion_major(values))
    ours_s, ours = best_of(5, lambda: leaders_under(table, values, after, TOP))
    matrix = mkdm(values, [max] * criteria, weights=before, alternatives=np.arange(sites))
    model = WeightedSumModel()
    theirs_s, theirs = best_of(3, lambda: model.evaluate(matrix.replace(weights=after)))
    top = np.argsort(theirs.rank_, kind="stable")[:TOP]
    print(f"{sites:,} sites by {criteria} criteria, new weights to a new top {TOP}")
    print(f"layout, once for all weights: {prepare_s:.3f} s")
    print()
    print(f"{'':34}{'s':>9}{'ratio':>9}")
    print(f"{'siteselect leaders_under':34}{ours_s:9.5f}{1:9.1f}")
    print(f"{'scikit-criteria weighted sum':34}{theirs_s:9.5f}{theirs_s / ours_s:9.1f}")
    if importlib.util.find_spec("pymcdm"):
        other_s, ranks = by_pymcdm(values, after)
        print(f"{'pymcdm weighted sum and ranks':34}{other_s:9.5f}{other_s / ours_s:9.1f}")
        print(f"same ranks: {(ours.rank == ranks[ours.sites]).all()}")
    else:
        print("pymcdm is not installed and left out")
    same = set(ours.sites.tolist()) == set(top.tolist())
    print(f"same {TOP} sites: {same}; same ranks: {(ours.rank == theirs.rank_[ours.sites]).all()}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
