"""How firm the order is: over the weights, over the data, and over both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.decision.acceptability import (
    acceptability,
    central_weights,
    confidence,
    half_width,
    leading,
    pairwise_winning,
)
from siteselect.decision.drawn_values import certain_values, drawn_values, part_of
from siteselect.decision.sampling import weight_draws
from siteselect.decision.uncertainty import uncertainty_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.decision.acceptability import Leading
    from siteselect.decision.drawn_values import DrawnValues
    from siteselect.decision.uncertainty import Assessed, Uncertain
    from siteselect.settings.robustness import Robustness

    Floats = NDArray[np.float64]

MOST_IN_FULL = 2000
"""Sites that are ranked in full; of more, those that lead most often."""
WORDS: tuple[tuple[float, str], ...] = (
    (0.90, "clear"),
    (0.67, "likely"),
    (0.33, "contested"),
    (0.0, "unlikely"),
)
"""Least share of draws for each word [judgement; to be agreed with users]."""
MODES = ("weights", "data", "both")
"""What is drawn: the weights at the values that are counted, the values at the stated weights."""


@dataclass(frozen=True, slots=True)
class Firmness:
    """What became of the order in K draws; tables hold the eligible sites alone.

    `table` has one row a site, most often among the leading places first: `first_weights`,
    `first_data`, `first_both` and `top_...` (shares of the draws), `first_half` and `top_half`
    (half of the 95 % interval of the shares over both), `expected_rank` (over both; NaN beyond the
    sites ranked in full), `confidence` (share of data draws in which it is first under its central
    weights; NaN beyond the shortlist or if it never was first) and `word` (for `first_both`).
    `ranks` is the share of draws over both in which a site came at a place; `central` the mean
    weights of the draws in which it came first; `pairwise` how often the site of
    the row stands before that of the column, for the shortlist. `left_out` names the sites that a
    failed rule keeps out. `in_full` is false where only part of the sites was ranked in full.
    """

    settings: Robustness
    seed: int
    table: pd.DataFrame
    ranks: pd.DataFrame
    central: pd.DataFrame
    pairwise: pd.DataFrame
    uncertain: Uncertain
    unknown_cells: int
    uncertain_cells: int
    left_out: tuple[str, ...]
    in_full: bool


def word_for(share: float) -> str:
    """Name a share of draws by the agreed scale.

    Raises
    ------
    ValueError
        It is no share.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is no share of draws")
    return next(word for least, word in WORDS if share >= least)


def robustness_of(assessment: Assessed, settings: Robustness | None = None) -> Firmness | None:
    """Draw weights and data, and say how firm the order of an assessment is.

    The same assessment and settings give the same record, which is kept for the next look.

    Parameters
    ----------
    assessment : the run.
    settings : other than the study's, to try.

    Returns
    -------
    Firmness or None
        None where no site is eligible.

    Raises
    ------
    StudyError, InputError
        The settings do not fit the criteria.
    """
    return _firmness(_Same(assessment), settings or assessment.study.robustness)


def weights_of(assessment: Assessed, settings: Robustness) -> Floats:
    """Draw the weights of an assessment, one column a criterion in the order of its values."""
    names = [name for _, branch in assessment.tree.values() for name in branch]
    drawn = weight_draws(settings, assessment.tree, assessment.study.seed)
    return drawn[:, [names.index(name) for name in assessment.values.columns]]


class _Same:
    """An assessment as a key: the same one is the same key."""

    __slots__ = ("it",)

    def __init__(self, it: Assessed) -> None:
        self.it = it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.it is other.it

    def __hash__(self) -> int:
        return id(self.it)


@lru_cache(maxsize=2)
def _firmness(key: _Same, settings: Robustness) -> Firmness | None:
    assessment = key.it
    uncertain = uncertainty_of(assessment, settings)
    eligible = assessment.eligible.to_numpy(dtype=bool)
    sites = assessment.values.index
    if not eligible.any():
        return None
    seed = assessment.study.seed
    rows = np.flatnonzero(eligible)
    data = part_of(drawn_values(uncertain.ranges, uncertain.shared, seed), rows)
    today = part_of(certain_values(uncertain.ranges.today, seed), rows)
    weights = weights_of(assessment, settings)
    stated = assessment.weights[assessment.values.columns].to_numpy(dtype=float)
    drawn: dict[str, tuple[DrawnValues, Floats]] = {
        "weights": (today, weights),
        "data": (data, np.repeat(stated[np.newaxis], settings.draws, axis=0)),
        "both": (data, weights),
    }
    found = {mode: leading(*drawn[mode], settings.places) for mode in MODES}
    shares = _shares(found, sites[rows], settings.draws)
    score = assessment.ranking.table["score_low"].to_numpy()[rows]
    order = np.lexsort((-score, -shares["first_both"], -shares["top_both"]))
    return _record(assessment, settings, uncertain, drawn["both"], shares, order, found["both"])


def _shares(found: dict[str, Leading], sites: pd.Index, draws: int) -> pd.DataFrame:
    table = pd.DataFrame(index=sites.rename("site_id"))
    for mode in MODES:
        table[f"first_{mode}"] = found[mode].first
    for mode in MODES:
        table[f"top_{mode}"] = found[mode].within
    for what in ("first", "top"):
        table[f"{what}_half"] = half_width(table[f"{what}_both"].to_numpy(), draws)
    return table


def _record(
    assessment: Assessed,
    settings: Robustness,
    uncertain: Uncertain,
    drawn: tuple[DrawnValues, Floats],
    table: pd.DataFrame,
    order: NDArray[np.int64],
    first: Leading,
) -> Firmness:
    data, weights = drawn
    full, short = order[:MOST_IN_FULL], order[: assessment.study.shortlist]
    ranked = acceptability(part_of(data, full), weights)
    central = central_weights(first, weights)
    known = table.index
    expected = np.full(len(known), np.nan)
    expected[full] = ranked.expected_rank
    table = table.assign(
        expected_rank=expected,
        confidence=confidence(data, central, short.tolist(), settings.draws),
        word=[word_for(share) for share in table["first_both"].clip(0, 1)],
    )
    columns = assessment.values.columns
    unknown = uncertain.ranges.unknown.to_numpy()
    eligible = assessment.eligible.to_numpy(dtype=bool)
    open_cells = int(unknown[eligible].sum())
    names = known[short]
    return Firmness(
        settings=settings,
        seed=assessment.study.seed,
        table=table.iloc[order],
        ranks=pd.DataFrame(ranked.ranks, known[full], np.arange(1, len(full) + 1)),
        central=pd.DataFrame(central[short], names, columns),
        pairwise=pd.DataFrame(pairwise_winning(part_of(data, short), weights), names, names),
        uncertain=uncertain,
        unknown_cells=open_cells,
        uncertain_cells=len(data.cells[0])
        - int(
            (unknown & (uncertain.ranges.high > uncertain.ranges.low).to_numpy())[eligible].sum()
        ),
        left_out=tuple(str(site) for site in assessment.values.index[~eligible]),
        in_full=len(full) == len(order),
    )
