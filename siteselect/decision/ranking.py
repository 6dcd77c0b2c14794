"""Scores, ranks and how far the unknown can move them. Nothing is imputed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

TOLERANCE = 1e-12
"""Scores closer than this are a tie: far below any measurement, above the rounding of a sum."""

_WEIGHT_SUM_TOLERANCE = 1e-9

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The order of the sites under one set of weights.

    `table` has one row a site, in the order given: `score_low` and `score_high` (0..1, the score
    with every unknown at its worst and best), `evidence_share` (weight of what is known), `rank`
    (by `score_low`; ties share the better rank: 1, 1, 3), `rank_best` and `rank_worst` (exact),
    `possible_first` and `sure_first` (alone or jointly first in some, in every case). A site that
    is not eligible has scores but no rank. `contributions` is weight x value, NaN where unknown.
    """

    table: pd.DataFrame
    contributions: pd.DataFrame


def rank(
    values: pd.DataFrame,
    weights: pd.Series[float],
    unknown_low: pd.Series[float],
    unknown_high: pd.Series[float],
    eligible: pd.Series[bool],
) -> Ranking:
    """Score by the additive model and bound each site's score and rank over all unknowns.

    V = sum of w v. With L and U the score at the worst and best of a site's unknowns, the best
    rank is 1 + #{k: L_k > U_i} and the worst 1 + #{k other than i: U_k > L_i}. The bounds are
    reached, since the unknowns of different sites vary freely.

    Parameters
    ----------
    values : one row a site, one column a criterion [0..1]; NaN where unknown.
    weights : weight of each criterion; they sum to 1.
    unknown_low, unknown_high : per criterion, the range of values assumed where it is unknown.
    eligible : per site; false where a rule failed, so that the site is shown but not ranked.

    Raises
    ------
    InputError
        The inputs do not fit together, or lie outside their ranges.
    """
    if faults := _faults(values, weights, unknown_low, unknown_high, eligible):
        raise InputError(faults)
    low, high, known, contributions = _score(values, weights, unknown_low, unknown_high)
    table = pd.DataFrame(
        {"score_low": low, "score_high": high, "evidence_share": known},
        index=values.index.rename("site_id"),
    )
    ranked = eligible.reindex(values.index).to_numpy(dtype=bool)
    found = places(low, high, ranked)
    for name, place in found.items():
        table[name] = pd.arrays.IntegerArray(place, mask=~ranked)
    table["possible_first"] = ranked & (found["rank_best"] == 1)
    table["sure_first"] = ranked & (found["rank_worst"] == 1)
    return Ranking(table=table, contributions=contributions)


def order(table: pd.DataFrame) -> pd.Index:
    """Give the order in which a table of sites is read.

    Ranked sites come first, by rank, then by the higher possible score, then by name; sites
    without a rank follow by name.
    """
    ranked = table["rank"].notna()
    keys = pd.DataFrame(
        {
            # A part of a table holds ranks beyond its length.
            "rank": table["rank"].fillna(np.iinfo(np.int64).max).astype(np.int64),
            "high": (-table["score_high"]).where(ranked, 0.0).round(12),
            "site": table.index.astype(str),
        },
        index=table.index,
    )
    return keys.sort_values(["rank", "high", "site"], kind="stable").index


def competition_rank(scores: Floats) -> npt.NDArray[np.int64]:
    """Rank scores, highest first, ties sharing the better rank: 1, 1, 3.

    The rank is one more than the number of scores that are higher by more than `TOLERANCE`.
    """
    return 1 + _count_above(np.sort(scores), scores)


def _score(
    values: pd.DataFrame,
    weights: pd.Series[float],
    unknown_low: pd.Series[float],
    unknown_high: pd.Series[float],
) -> tuple[Floats, Floats, Floats, pd.DataFrame]:
    # One criterion after the other, not as a matrix product: a product's last digits depend on how
    # many rows it has, and a site's score must not depend on the other sites.
    n = len(values)
    low, high, known, all_weight = np.zeros(n), np.zeros(n), np.zeros(n), 0.0
    points = np.empty((n, len(weights)), order="F")
    for column, name in enumerate(weights.index):
        weight, value = weights[name], values[name].to_numpy(dtype=np.float64)
        unknown = np.isnan(value)
        points[:, column] = weight * value
        low += np.where(unknown, weight * unknown_low[name], points[:, column])
        high += np.where(unknown, weight * unknown_high[name], points[:, column])
        known += np.where(unknown, 0.0, weight)
        all_weight += weight
    contributions = pd.DataFrame(
        points, index=values.index.rename("site_id"), columns=weights.index, copy=False
    )
    # Weights sum to 1 only up to rounding, and a score of 1 + 2e-16 would break a scale of 0..1.
    return np.minimum(low, 1.0), np.minimum(high, 1.0), known / all_weight, contributions


def places(
    low: Floats, high: Floats, ranked: npt.NDArray[np.bool_]
) -> dict[str, npt.NDArray[np.int64]]:
    """Give `rank`, `rank_best` and `rank_worst` from the scores at the worst and best of unknowns.

    See `rank`. Where a site is not ranked the numbers mean nothing.
    """
    return places_among(np.sort(low[ranked]), np.sort(high[ranked]), low, high)


def places_among(
    lows: Floats, highs: Floats, low: Floats, high: Floats
) -> dict[str, npt.NDArray[np.int64]]:
    """Give the places of some ranked sites among the scores of all, `lows` and `highs` sorted."""
    # Counted with the others, a site whose own interval is wide would stand ahead of itself.
    itself = (high > low + TOLERANCE).astype(np.int64)
    return {
        "rank": 1 + _count_above(lows, low),
        "rank_best": 1 + _count_above(lows, high),
        "rank_worst": 1 + _count_above(highs, low) - itself,
    }


def _count_above(ascending: Floats, scores: Floats) -> npt.NDArray[np.int64]:
    not_above = np.searchsorted(ascending, scores + TOLERANCE, side="right")
    return np.asarray(len(ascending) - not_above, dtype=np.int64)


def _faults(
    values: pd.DataFrame,
    weights: pd.Series[float],
    unknown_low: pd.Series[float],
    unknown_high: pd.Series[float],
    eligible: pd.Series[bool],
) -> list[Fault]:
    names = [*_bad_weights(values, weights), *_bad_sites(values, eligible)]
    # Cells are looked up by name, so they are checked once the names fit.
    return names or [*_bad_values(values), *_bad_ranges(weights.index, unknown_low, unknown_high)]


def _bad_weights(values: pd.DataFrame, weights: pd.Series[float]) -> Iterator[Fault]:
    if not weights.index.is_unique or not values.columns.is_unique:
        yield Fault("weights", "a criterion is named twice", "Name each criterion once.")
    for name in values.columns.symmetric_difference(weights.index):
        problem = "no weight" if name in values.columns else "a weight without values"
        yield Fault("weights", problem, "Give both or neither.", column=str(name))
    for criterion, weight in weights.items():
        if not (np.isfinite(weight) and weight >= 0):
            yield Fault(
                "weights",
                "not a weight",
                "Give 0 or more.",
                column=str(criterion),
                value=str(weight),
            )
    if not abs(weights.sum() - 1) <= _WEIGHT_SUM_TOLERANCE:
        yield Fault("weights", "do not sum to 1", "Normalise them.", value=str(weights.sum()))


def _bad_sites(values: pd.DataFrame, eligible: pd.Series[bool]) -> Iterator[Fault]:
    for site in values.index[values.index.duplicated()].unique():
        yield Fault("values", "a site is named twice", "Give each its own id.", row=str(site))
    if not eligible.index.is_unique or len(values.index.symmetric_difference(eligible.index)):
        yield Fault("eligible", "not the same sites as the values", "Give one verdict a site.")
    elif not pd.api.types.is_bool_dtype(eligible) or eligible.isna().any():
        yield Fault(
            "eligible", "not yes or no at every site", "An unknown rule leaves a site eligible."
        )


def _bad_values(values: pd.DataFrame) -> Iterator[Fault]:
    for name in values.columns:
        value = values[name].to_numpy(dtype=np.float64)
        for row in np.flatnonzero((value < 0) | (value > 1)).tolist():
            yield Fault(
                "values",
                "not a value",
                "Give 0 to 1, or NaN where unknown.",
                row=str(values.index[row]),
                column=str(name),
                value=str(value[row]),
            )


def _bad_ranges(
    criteria: pd.Index, unknown_low: pd.Series[float], unknown_high: pd.Series[float]
) -> Iterator[Fault]:
    for name in criteria:
        low, high = unknown_low.get(name, np.nan), unknown_high.get(name, np.nan)
        if not 0 <= low <= high <= 1:
            yield Fault(
                "unknown range",
                "not a range of values",
                "Give low and high with 0 <= low <= high <= 1.",
                column=str(name),
                value=f"{low} to {high}",
            )
