"""What moved a site's score: data, scales or weights, split without a remainder."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

from siteselect.comparing.recorded import Model, RecordedRun
from siteselect.decision.value import to_values

if TYPE_CHECKING:
    from collections.abc import Sequence

SCORE_FAMILIES = ("data", "scales", "weights")
"""What a score depends on. Rules and other candidates move ranks, never a score."""


def joined_models(a: RecordedRun, b: RecordedRun) -> tuple[Model, Model]:
    """Write both models over the criteria of either run.

    A criterion that only one run counts has no weight in the other, and its scale is the same in
    both: taking it up or dropping it is a change of weights and of nothing else.
    """
    ours, theirs = a.model.weights.index, b.model.weights.index
    names = list(ours.append(theirs.difference(ours, sort=False)))
    return _over(a.model, b.model, names), _over(b.model, a.model, names)


def joined_measures(run: RecordedRun, other: RecordedRun, names: Sequence[str]) -> pd.DataFrame:
    """Give a run's measures over the criteria of both; what it did not measure is as in the other.

    Sites are those of `run`; a cell that neither run measured is unknown.
    """
    strange = [name for name in names if name not in run.measures.columns]
    taken = other.measures.reindex(run.measures.index)[strange]
    return pd.concat([run.measures, taken], axis=1)[list(names)]


def score_parts(a: RecordedRun, b: RecordedRun) -> dict[str, pd.DataFrame]:
    """Split each site's change of score into data, scales and weights, criterion by criterion.

    The score V = sum of w v(x) is worked out for all eight mixtures of the two runs' measures x,
    scales v (with the values of unknowns) and weights w. The part of a family is its mean marginal
    effect over the six orders in which the three can change (Shapley, A value for n-person games,
    1953), so no order is preferred and the parts add up to the change of `score_low`.

    Returns
    -------
    Per family one table, a row for each site of both runs and a column for each criterion of
    either [score 0..1].
    """
    models = joined_models(a, b)
    names = list(models[0].weights.index)
    shared = a.sites.index[a.sites.index.isin(b.sites.index)]
    measures = [joined_measures(one, other, names).loc[shared] for one, other in ((a, b), (b, a))]
    worth: dict[frozenset[str], pd.DataFrame] = {}
    for changed in _subsets(SCORE_FAMILIES):
        data, scales, weights = (int(family in changed) for family in SCORE_FAMILIES)
        worth[changed] = _terms(measures[data], models[scales], models[weights])
    return {family: _shapley(worth, family) for family in SCORE_FAMILIES}


def _over(model: Model, other: Model, names: list[str]) -> Model:
    return Model(
        scales={name: (model if name in model.scales else other).scales[name] for name in names},
        weights=model.weights.reindex(names, fill_value=0.0),
        unknown_low=model.unknown_low.reindex(names).fillna(other.unknown_low),
        unknown_high=model.unknown_high.reindex(names).fillna(other.unknown_high),
    )


def _terms(measures: pd.DataFrame, scales: Model, weights: Model) -> pd.DataFrame:
    values = to_values(measures, scales.scales).values
    return values.fillna(scales.unknown_low) * weights.weights


def _subsets(families: Sequence[str]) -> list[frozenset[str]]:
    return [
        frozenset(part)
        for size in range(len(families) + 1)
        for part in combinations(families, size)
    ]


def _shapley(worth: dict[frozenset[str], pd.DataFrame], family: str) -> pd.DataFrame:
    n = len(SCORE_FAMILIES)
    others = [name for name in SCORE_FAMILIES if name != family]
    part = 0.0 * worth[frozenset()]
    for before in _subsets(others):
        orders = math.factorial(len(before)) * math.factorial(n - len(before) - 1)
        part += orders / math.factorial(n) * (worth[before | {family}] - worth[before])
    return part
