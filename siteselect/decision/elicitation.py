"""Weights from judgements, by the method that they were judged by; each with its consistency."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from siteselect.decision.comparisons import Elicited, fault, from_best_worst, from_pairs
from siteselect.decision.weights import FULL_SWING
from siteselect.errors import Fault, StudyError
from siteselect.settings.judgements import (
    BestWorstJudgement,
    Judgement,
    Judgements,
    OrderJudgement,
    SwingJudgement,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GROUPS = "groups"
"""Name of the level of the groups; no group may have it."""


def from_swings(swings: Mapping[str, float]) -> Elicited:
    """Turn swings into weights, w = s / sum of s; the largest swing is to be 100.

    DCLG, Multi-criteria analysis: a manual, 2009. Nothing is asked twice.

    Raises
    ------
    StudyError
        A swing is not from 0 to 100, or none is above 0.
    """
    faults = [
        fault("a swing must be from 0 to 100", "Give the most important one 100.", name, swing)
        for name, swing in swings.items()
        if not (math.isfinite(swing) and 0 <= swing <= FULL_SWING)
    ]
    if not faults and not any(swing > 0 for swing in swings.values()):
        faults = [Fault("judgements", "no swing above 0", "Give the most important one 100.")]
    if faults:
        raise StudyError(faults)
    largest = max(swings.values())
    first = next(name for name, swing in swings.items() if swing == largest)
    said = f"The largest swing, of {first}, is {largest:g}; it should be 100."
    return Elicited(
        "swing",
        _series(swings),
        math.nan,
        "nothing is asked twice",
        None,
        "" if largest == FULL_SWING else said,
    )


def from_order(order: Sequence[Sequence[str]]) -> Elicited:
    """Turn an agreed order into weights: the mean of all weights in that order.

    Rank order centroid, w of place k = 1/m x sum of 1/i from k to m (Barron & Barrett, Management
    Science 42(11), 1996 [R]).

    Parameters
    ----------
    order : names from the most important on; names that stand together are equal.

    Raises
    ------
    StudyError
        Nothing is in order, or a name stands twice.
    """
    names = [name for together in order for name in together]
    faults = [
        fault("a name stands twice", "Name it once.", name)
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if not names:
        faults = [Fault("judgements", "an order of nothing", "Name the criteria.")]
    if faults:
        raise StudyError(faults)
    count = len(names)
    by_place = [math.fsum(1 / i for i in range(k, count + 1)) / count for k in range(1, count + 1)]
    weights: dict[str, float] = {}
    for together in order:
        # Equals each have the mean of the places that they fill.
        filled = by_place[len(weights) : len(weights) + len(together)]
        weights |= dict.fromkeys(together, math.fsum(filled) / max(len(filled), 1))
    return Elicited(
        "rank_order",
        _series(weights),
        math.nan,
        "nothing is asked twice",
        None,
        "",
    )


def elicit_levels(judgements: Judgements) -> dict[str, Elicited]:
    """Work out the weights of `groups`, and of the criteria of each group that was judged.

    Raises
    ------
    StudyError
        With the faults of all levels: judgements that do not fit together, or criteria of a group
        that was not judged.
    """
    levels: dict[str, Elicited] = {}
    faults: list[Fault] = []
    for name, judgement in {GROUPS: judgements.groups, **judgements.criteria}.items():
        try:
            levels[name] = elicit(judgement)
        except StudyError as error:
            faults += [replace(part, file=f"judgements of {name}") for part in error.faults]
    if GROUPS in levels:
        faults += [
            fault("no such group among those judged", "Judge it among the groups.", name)
            for name in judgements.criteria
            if name not in levels[GROUPS].weights.index
        ]
    if faults:
        raise StudyError(faults)
    return levels


def elicit(judgement: Judgement) -> Elicited:
    """Work out the weights of one level by the method that it was judged by.

    Raises
    ------
    StudyError
        The judgements do not fit together.
    """
    if isinstance(judgement, SwingJudgement):
        return from_swings(judgement.swings)
    if isinstance(judgement, OrderJudgement):
        together = [(part,) if isinstance(part, str) else part for part in judgement.order]
        return from_order(together)
    if isinstance(judgement, BestWorstJudgement):
        return from_best_worst(judgement.best_to_others, judgement.others_to_worst)
    pairs = {
        (one, other): times
        for one, others in judgement.pairs.items()
        for other, times in others.items()
    }
    names = dict.fromkeys(name for pair in pairs for name in pair)
    return from_pairs(pairs, list(names), judgement.random_index)


def _series(numbers: Mapping[str, float]) -> pd.Series[float]:
    weights = pd.Series(dict(numbers), dtype=float, name="weight").rename_axis("criterion")
    return weights / weights.sum()
