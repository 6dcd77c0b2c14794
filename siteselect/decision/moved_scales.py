"""Which weights must be asked again because the ends of their scales have moved."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.decision.weights import Tree, global_weights, swings_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siteselect.contracts import ValueScale

Knots = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class MovedScales:
    """Weights to ask again, and what they would be if nobody changed their mind.

    `table` has one row a criterion whose scale differs: `old_worst`, `old_best`, `new_worst`,
    `new_best` [the criterion's unit], `ask_again` (an end moved, so the swing means another step;
    false where only the curve between them changed), `ratio` (the new step's worth in old steps;
    NaN where it has none), `weight` before and `suggested_weight`. `tree` is the tree of the
    suggestion, or None where a criterion has no ratio.
    """

    table: pd.DataFrame
    tree: Tree | None


def moved_scales(
    old: Mapping[str, ValueScale], new: Mapping[str, ValueScale], tree: Tree
) -> MovedScales:
    """Compare the scales of two studies.

    A weight is the worth of the step from worst to best. When that step changes, the weight that
    keeps every trade-off is w' proportional to w x the worth of the new step on the old scale,
    which is drawn on in a straight line beyond its ends. It is a suggestion: whoever weighed has to
    be asked again (swing weighting: DCLG, Multi-criteria analysis: a manual, 2009).

    Parameters
    ----------
    old, new : scale of each criterion before and after; criteria of one of them only are passed
        over, since they have no weight to carry over.
    tree : the swings that were given on the old scales.
    """
    weights = global_weights(tree)
    shared = [name for name in weights.index if name in old and name in new]
    rows, ratios = {}, dict.fromkeys(weights.index, 1.0)
    for name in shared:
        before, after = old[name].knots, new[name].knots
        if before == after:
            continue
        (old_worst, old_best), (new_worst, new_best) = _ends(before), _ends(after)
        moved = _extremes(before) != _extremes(after)
        step = _beyond(before, new_best) - _beyond(before, new_worst)
        spread = max(worth for _, worth in after) - min(worth for _, worth in after)
        ratio = (step / spread if spread > 0 else np.nan) if moved else 1.0
        ratios[name] = ratio if ratio > 0 else np.nan
        rows[name] = {
            "old_worst": old_worst,
            "old_best": old_best,
            "new_worst": new_worst,
            "new_best": new_best,
            "ask_again": moved,
            "ratio": ratios[name],
            "weight": weights[name],
        }
    suggested = weights * pd.Series(ratios)
    whole_known = bool(suggested.notna().all())
    suggested = suggested / suggested.sum() if whole_known else suggested * np.nan
    columns = ["old_worst", "old_best", "new_worst", "new_best", "ask_again", "ratio", "weight"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("criterion")
    table["suggested_weight"] = suggested.reindex(table.index).astype(float)
    return MovedScales(table, _tree_of(tree, suggested) if whole_known else None)


def _tree_of(tree: Tree, weights: pd.Series[float]) -> Tree:
    shares = {group: float(weights[list(branch)].sum()) for group, (_, branch) in tree.items()}
    swings = swings_of(shares)
    return {
        group: (
            swings[group],
            # A group without weight says nothing of its criteria: they keep their swings.
            swings_of({name: float(weights[name]) for name in branch})
            if shares[group] > 0
            else dict(branch),
        )
        for group, (_, branch) in tree.items()
    }


def _ends(knots: Knots) -> tuple[float, float]:
    """Give the measures of least and greatest value, the outermost where there are several."""
    worths = [worth for _, worth in knots]
    low, high = min(worths), max(worths)
    falls = knots[0][1] > knots[-1][1]
    worst = [at for at, worth in knots if worth == low]
    best = [at for at, worth in knots if worth == high]
    # On a level end the step is over where the level begins: the inner ends of both levels.
    return (worst[0], best[-1]) if falls else (worst[-1], best[0])


def _extremes(knots: Knots) -> tuple[float, ...]:
    """Give the measures that say what the step from worst to best is."""
    steps = [right[1] - left[1] for left, right in pairwise(knots)]
    if all(step >= 0 for step in steps) or all(step <= 0 for step in steps):
        return _ends(knots)
    worths = [worth for _, worth in knots]
    return tuple(at for at, worth in knots if worth in {min(worths), max(worths)})


def _beyond(knots: Knots, measure: float) -> float:
    """Value a measure, drawn on in a straight line where it lies beyond the scale."""
    at, worth = np.array(knots, dtype=float).T
    if measure < at[0]:
        return float(worth[0] + (measure - at[0]) * (worth[1] - worth[0]) / (at[1] - at[0]))
    if measure > at[-1]:
        return float(worth[-1] + (measure - at[-1]) * (worth[-1] - worth[-2]) / (at[-1] - at[-2]))
    return float(np.interp(measure, at, worth))
