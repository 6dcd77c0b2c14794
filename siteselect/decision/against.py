"""One site against another: what decides, and what would turn the order, in numbers and sentences.

The sentences say what the numbers say and no more; points are of 100.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.decision.explanation import compare, gap
from siteselect.decision.least_change import (
    WeightShift,
    best_pairs,
    improvements,
    least_shift,
    single_weight_changes,
    trade_off,
)
from siteselect.decision.ranking import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from siteselect.contracts import Criterion

_SLIGHT_SHARE = 0.0005
"""A share of weight below this is written as 0.0 % and is not spoken of."""
_SLIGHT_POINTS = 0.0005
"""Likewise a score, which is written as 0.0 points."""


@dataclass(frozen=True, slots=True)
class Against:
    """Why `leader` scores more than `other`, and what would change that.

    `terms` is `compare(leader, other)`; `gap`, `gap_low` and `gap_high` are score differences with
    every unknown at the worst of its range, as in the ranking, and their range over the unknowns.
    `assumed` names the criteria unknown at one of the two. What follows assumes the same worst:
    `shift` (least movement of weight), `single` (one weight alone), `improvements` and `pairs`
    (what `other` would have to reach). All four are None where the two tie. `exchange` is what
    makes up for one unit more of `exchanged[0]` where `other` stands, in units of `exchanged[1]`;
    NaN where there is no such rate.
    """

    leader: str
    other: str
    terms: pd.DataFrame
    gap: float
    gap_low: float
    gap_high: float
    assumed: tuple[str, ...]
    shift: WeightShift | None
    single: pd.DataFrame | None
    improvements: pd.DataFrame | None
    pairs: pd.DataFrame | None
    exchanged: tuple[str, str]
    exchange: float


def against(
    values: pd.DataFrame,
    weights: pd.Series[float],
    measures: pd.DataFrame,
    criteria: Mapping[str, Criterion],
    unknown_low: pd.Series[float],
    unknown_high: pd.Series[float],
    sites: tuple[str, str],
) -> Against:
    """Compare two sites, the one with the higher score first.

    Parameters
    ----------
    values : one row a site, one column a criterion [0..1]; NaN where unknown.
    weights : weight of each criterion; they sum to 1.
    measures : the same in the criteria's units.
    criteria : records of the criteria, with the study's scales.
    unknown_low, unknown_high : per criterion, the range of values assumed where it is unknown.
    sites : the two sites.

    Raises
    ------
    InputError
        There is no such site.
    """
    first = compare(values, weights, *sites, unknown_low, unknown_high)
    cells = values.loc[list(sites), list(weights.index)].astype("float64")
    filled = cells.fillna(unknown_low)
    lead = float((weights * (_row(filled, sites[0]) - _row(filled, sites[1]))).sum())
    leader, other = sites if lead >= 0 else sites[::-1]
    terms = (
        first if lead >= 0 else compare(values, weights, leader, other, unknown_low, unknown_high)
    )
    _, low, high = gap(terms)
    unknown = cells.isna().any() & (weights > 0)
    one, two, measured = _row(filled, leader), _row(filled, other), _row(measures, other)
    scales = {name: criteria[str(name)].scale for name in weights.index}
    behind = abs(lead) > TOLERANCE
    pair = _exchanged(terms)
    return Against(
        leader=leader,
        other=other,
        terms=terms,
        gap=abs(lead),
        gap_low=low,
        gap_high=high,
        assumed=tuple(str(name) for name in weights.index[unknown]),
        shift=least_shift(one, two, weights) if behind else None,
        single=single_weight_changes(one, two, weights) if behind else None,
        improvements=improvements(one, two, weights, measured, scales) if behind else None,
        pairs=best_pairs(one, two, weights, measured, scales) if behind else None,
        exchanged=pair,
        exchange=trade_off(weights, scales, measured, *pair) if all(pair) else np.nan,
    )


def against_sentences(
    found: Against, criteria: Mapping[str, Criterion], names: Mapping[str, str]
) -> tuple[str, ...]:
    """Say in plain sentences what `against` found.

    Parameters
    ----------
    found : the comparison.
    criteria : records of the criteria.
    names : names of the two sites.
    """
    ours, theirs = names[found.leader], names[found.other]
    if found.shift is None:
        return (f"{ours} and {theirs} have the same score.", *_range_sentence(found, criteria))
    return (
        f"{ours} scores {_points(found.gap)} more than {theirs}"
        + (", with every unknown at the worst of its range." if found.assumed else "."),
        *_side_sentences(found, criteria, ours, theirs),
        *_range_sentence(found, criteria),
        _shift_sentence(found.shift, criteria, ours, theirs),
        *_change_sentences(found, criteria, theirs),
        *_exchange_sentence(found, criteria, theirs),
    )


def _row(table: pd.DataFrame, site: str) -> pd.Series[float]:
    return table.loc[[site]].iloc[0].astype("float64")


def _side_sentences(
    found: Against, criteria: Mapping[str, Criterion], ours: str, theirs: str
) -> list[str]:
    said = []
    for side, name in (("a", ours), ("b", theirs)):
        terms = found.terms[found.terms["side"] == side]["points"].abs()
        terms = terms[terms >= _SLIGHT_POINTS].sort_values(ascending=False, kind="stable")
        if len(terms):
            parts = [
                f"{criteria[str(key)].title} ({_points(float(points))})"
                for key, points in terms.items()
            ]
            said.append(f"For {name}: {_listed(parts)}.")
    decisive = [criteria[str(name)].title for name in found.terms.index[found.terms["decisive"]]]
    if decisive and (found.terms["side"] == "b").any():
        verb = "outweighs" if len(decisive) == 1 else "together outweigh"
        said.append(f"{_listed(decisive)} {verb} all that speaks or could speak for {theirs}.")
    return said


def _range_sentence(found: Against, criteria: Mapping[str, Criterion]) -> list[str]:
    if not found.assumed:
        return []
    unknown = _listed([criteria[name].title for name in found.assumed])
    low, high = 100 * found.gap_low, 100 * found.gap_high
    said = (
        f"Unknown at one or both: {unknown}. The difference could be {low:.1f} to {high:.1f} points"
    )
    turns = low < -100 * TOLERANCE
    return [f"{said}, so the order of the two is open." if turns else f"{said}."]


def _shift_sentence(
    shift: WeightShift, criteria: Mapping[str, Criterion], ours: str, theirs: str
) -> str:
    if not shift.possible:
        return f"No weights put {theirs} level: {ours} is better on every criterion."
    change = shift.weights["change"]
    givers = [criteria[str(name)].title for name in change.index[change < -_SLIGHT_SHARE]]
    taker = criteria[str(change.idxmax())].title
    if not givers:
        return f"Less than 0.1% of the weight, moved to {taker}, puts {theirs} level."
    end = "draws level, and no weights put it ahead" if shift.ties_only else "draws level"
    return (
        f"{theirs} {end} if {shift.moved:.1%} of the weight moves from {_listed(givers)} to "
        f"{taker}; no smaller movement does it."
    )


def _change_sentences(found: Against, criteria: Mapping[str, Criterion], theirs: str) -> list[str]:
    if found.improvements is None or found.pairs is None:
        return []
    parts = []
    for name, row in found.improvements.iterrows():
        record = criteria[str(name)]
        if row["possible"] and np.isfinite(row["needed"]):
            now, then = _amount(row["measure"], record.unit), _amount(row["needed"], record.unit)
            parts.append(f"{record.title} at {then} (now {now})")
        elif row["possible"]:
            parts.append(f"{record.title}, now unknown, at a value of {row['value_needed']:.2f}")
    if parts:
        return [f"{theirs} would draw level by one of these alone: {'; '.join(parts)}."]
    if found.pairs.empty:
        return [f"No one or two criteria at their best would let {theirs} draw level."]
    row = found.pairs.iloc[0]
    both = []
    for key in ("first", "second"):
        record = criteria[str(row[key])]
        needed = row[f"{key}_needed"]
        amount = _amount(needed, record.unit) if np.isfinite(needed) else "a better value"
        both.append(f"{record.title} at {amount}")
    said = f"No single criterion would let {theirs} draw level; the pair with the shortest way is "
    return [
        f"{said}{' and '.join(both)}, {row['share']:.0%} of the way to the best of both scales."
    ]


def _exchange_sentence(found: Against, criteria: Mapping[str, Criterion], theirs: str) -> list[str]:
    if not np.isfinite(found.exchange) or not all(found.exchanged):
        return []
    one, other = (criteria[name] for name in found.exchanged)
    measures = [at for at, _ in one.scale.knots]
    # One pound or one metre buys next to nothing: a round step, a tenth of the scale at most.
    step = 10.0 ** math.floor(math.log10((measures[-1] - measures[0]) / 10))
    paid = found.exchange * step
    more = "more" if paid >= 0 else "less"
    said = f"At the margin where {theirs} stands, {_amount(step, one.unit)} more of {one.title}"
    made_up = f"{_amount(abs(paid), other.unit)} {more} of {other.title}"
    return [f"{said} is made up for by {made_up}."]


def _exchanged(terms: pd.DataFrame) -> tuple[str, str]:
    """Name what speaks most for the one site and most for the other."""
    known = terms["points"].dropna()
    if not (known > TOLERANCE).any() or not (known < -TOLERANCE).any():
        return "", ""
    return str(known.idxmax()), str(known.idxmin())


def _points(score: float) -> str:
    return f"{100 * score:.1f} points"


def _amount(number: float, unit: str) -> str:
    # Three figures and no exponent: 12,300 and not 1.23e+04.
    rounded = float(f"{number:.3g}") + 0.0
    return f"{rounded:,.10g} {unit}".strip()


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
