"""Why a site stands where it stands: exact terms of the additive model, and plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from siteselect.decision.ranking import TOLERANCE, order
from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from siteselect.decision.ranking import Ranking

Baseline = Literal["worst", "median", "runner_up"]
"""What a waterfall counts from."""

_MOST = 3
"""How many criteria a sentence names for and against a site [judgement]."""


def waterfall(
    values: pd.DataFrame,
    weights: pd.Series[float],
    site_id: str,
    unknown_low: pd.Series[float],
    unknown_high: pd.Series[float],
    baseline: pd.Series[float] | None = None,
) -> pd.DataFrame:
    """Split a site's score into one term a criterion, against a baseline.

    points = w (v - baseline): Shapley values; with the baseline's score they add up to the score.

    Parameters
    ----------
    values : one row a site, one column a criterion [0..1]; NaN where unknown.
    weights, site_id : weight of each criterion, which sum to 1; the site.
    unknown_low, unknown_high : per criterion, the range of values assumed where it is unknown.
    baseline : value of each criterion to count from; left out, the worst of each scale, 0. NaN
        where it is unknown, which leaves that term unknown. `baseline_values` gives the usual ones.

    Returns
    -------
    One row a criterion: `weight`, `value` [0..1], `points` [score 0..1] (both NaN where unknown),
    `unknown_low_points` and `unknown_high_points` (NaN where known).

    Raises
    ------
    InputError
        There is no such site.
    """
    value = _row(values, weights, site_id).to_numpy()
    names, weight = weights.index, weights.to_numpy(dtype=float)
    low, high = (ends[names].to_numpy(dtype=float) for ends in (unknown_low, unknown_high))
    zero = pd.Series(0.0, index=names)
    base = (zero if baseline is None else baseline[names]).to_numpy(dtype=float)
    no_value, no_base = np.isnan(value), np.isnan(base)
    least = np.where(no_value, low, value) - np.where(no_base, high, base)
    most = np.where(no_value, high, value) - np.where(no_base, low, base)
    terms = {
        "weight": weight,
        "value": value,
        "points": weight * value - weight * base,
        "unknown_low_points": np.where(no_value | no_base, weight * least, np.nan),
        "unknown_high_points": np.where(no_value | no_base, weight * most, np.nan),
    }
    return pd.DataFrame(terms, index=names.rename("criterion"))


def baseline_values(
    values: pd.DataFrame, table: pd.DataFrame, site_id: str, kind: Baseline
) -> tuple[str, pd.Series[float] | None]:
    """Give the values that a waterfall counts from.

    Parameters
    ----------
    values : one row a site, one column a criterion [0..1]; NaN where unknown.
    table : of the ranking.
    site_id : the site to be explained.
    kind : `worst` (of every scale), `median` (the ranked site in the middle; of two the better), or
        `runner_up` (the best of the other ranked sites: the runner-up where the site leads).

    Returns
    -------
    tuple
        The site that is the baseline, empty for the worst of the scales, and its values or None.

    Raises
    ------
    InputError
        There is no such site to count from.
    """
    if kind == "worst":
        return "", None
    ranked = [str(site) for site in order(table) if pd.notna(table.loc[site, "rank"])]
    others = [site for site in ranked if site != site_id]
    asked = ranked[(len(ranked) - 1) // 2 :] if kind == "median" else others
    if not asked:
        cure = "Count from the worst of the scales."
        raise InputError(Fault("ranking", "no ranked site to count from", cure, value=kind))
    return asked[0], values.loc[[asked[0]]].iloc[0]


def compare(
    values: pd.DataFrame,
    weights: pd.Series[float],
    a: str,
    b: str,
    unknown_low: pd.Series[float],
    unknown_high: pd.Series[float],
) -> pd.DataFrame:
    """List what speaks for site `a` and what for site `b`, criterion by criterion.

    Parameters are those of `waterfall`.

    Returns
    -------
    One row a criterion: `weight`, `value_a`, `value_b`, `points` = w (v_a - v_b) where both are
    known, `points_low` and `points_high` (its range, of no width where both are known), `side`
    (a, b, level, unknown), and `decisive`: the fewest criteria of the leading side that outweigh
    all that speaks, or as an unknown could speak, for the other. `gap` adds the terms up.

    Raises
    ------
    InputError
        There is no such site.
    """
    one, other = _row(values, weights, a), _row(values, weights, b)
    points = weights * (one - other)
    columns = {
        "weight": weights,
        "value_a": one,
        "value_b": other,
        "points": points,
        "points_low": weights * (one.fillna(unknown_low) - other.fillna(unknown_high)),
        "points_high": weights * (one.fillna(unknown_high) - other.fillna(unknown_low)),
    }
    terms = pd.DataFrame(columns, index=weights.index.rename("criterion"))
    side = np.select(
        [points.isna(), points > TOLERANCE, points < -TOLERANCE], ["unknown", "a", "b"], "level"
    )
    return terms.assign(side=side, decisive=_decisive(terms))


def gap(terms: pd.DataFrame) -> tuple[float, float, float]:
    """Add up the terms of `compare`: known criteria alone, then least and greatest score gap."""
    known, low, high = terms[["points", "points_low", "points_high"]].sum()
    return float(known), float(low), float(high)


def sentences(
    ranking: Ranking,
    values: pd.DataFrame,
    weights: pd.Series[float],
    site_id: str,
    unknown_low: pd.Series[float],
    unknown_high: pd.Series[float],
    titles: Mapping[str, str],
) -> tuple[str, ...]:
    """Say in plain sentences where a site stands, why, and what is unknown; points are of 100.

    Parameters are those of `waterfall`, with the ranking they were ranked in, and the criteria's
    titles; a criterion without a title goes by its name.

    Raises
    ------
    InputError
        There is no such site.
    """
    terms = waterfall(values, weights, site_id, unknown_low, unknown_high)
    names = [titles.get(name, name) for name in terms.index]
    return (
        *_rank_sentences(ranking.table, site_id),
        *_point_sentences(terms, names),
        *_unknown_sentences(terms, names),
    )


def _rank_sentences(table: pd.DataFrame, site_id: str) -> list[str]:
    site = table.loc[[site_id]].iloc[0]
    low, high = site["score_low"] * 100, site["score_high"] * 100
    known = site["score_high"] <= site["score_low"] + TOLERANCE
    score = f"{low:.1f} of 100 points" if known else f"{low:.1f} to {high:.1f} of 100 points"
    if pd.isna(site["rank"]):
        return [f"Not ranked, because a screening rule failed; it would have {score}."]
    ranked = int(table["rank"].notna().sum())
    said = [f"Rank {site['rank']} of {ranked} ranked sites, with {score}."]
    others = int((table["rank"] == site["rank"]).sum()) - 1
    if others:
        said.append(f"It shares this rank with {_count(others, 'other site')}.")
    in_doubt = table["score_high"] > table["score_low"] + TOLERANCE
    if (in_doubt & table["rank"].notna()).any():
        best, worst = site["rank_best"], site["rank_worst"]
        said.append(
            "No unknown of this or another site can change this rank."
            if best == worst
            else "The rank counts every unknown at the worst of its range; the unknowns of this "
            f"and other sites could put it anywhere between rank {best} and rank {worst}."
        )
    return said


def _point_sentences(terms: pd.DataFrame, names: Sequence[str]) -> list[str]:
    full = terms["weight"].to_numpy() * 100
    gained = terms["points"].to_numpy() * 100
    said = []
    for what, amount in (("gains", gained), ("loses", full - gained)):
        # NaN sorts last, so the unknown is never among the criteria that count most.
        most = [i for i in np.argsort(-amount, kind="stable")[:_MOST] if amount[i] > TOLERANCE]
        if most:
            parts = [f"{names[i]} ({amount[i]:.1f} of {full[i]:.1f} points)" for i in most]
            said.append(f"It {what} most on {_listed(parts)}.")
    return said


def _unknown_sentences(terms: pd.DataFrame, names: Sequence[str]) -> list[str]:
    unknown = terms["points"].isna() & (terms["weight"] > 0)
    listed = [name for name, missing in zip(names, unknown, strict=True) if missing]
    if not listed:
        return []
    share = terms["weight"][unknown].sum()
    moved = (terms["unknown_high_points"] - terms["unknown_low_points"])[unknown].sum() * 100
    carry = "carries" if len(listed) == 1 else "carry"
    said = f"Unknown: {_listed(listed)}, which {carry} {share:.1%} of the weight"
    return [f"{said} and can move its score by up to {moved:.1f} points."]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _decisive(terms: pd.DataFrame) -> npt.NDArray[np.bool_]:
    points = terms["points"].fillna(0.0).to_numpy()
    chosen = np.zeros(len(points), dtype=bool)
    lead = points.sum()
    if abs(lead) <= TOLERANCE:
        return chosen
    towards = np.sign(lead)
    worst = np.minimum(towards * terms["points_low"], towards * terms["points_high"])
    against = -np.minimum(worst, 0.0).sum()
    falling = np.argsort(-towards * points, kind="stable")
    enough = np.cumsum(towards * points[falling]) > against + TOLERANCE
    if enough.any():
        chosen[falling[: int(np.argmax(enough)) + 1]] = True
    return chosen


def _row(values: pd.DataFrame, weights: pd.Series[float], site_id: str) -> pd.Series[float]:
    if site_id not in values.index:
        cure = "Give the id of a site in this run."
        raise InputError(Fault("sites", "no such site", cure, value=str(site_id)))
    return values.loc[[site_id], list(weights.index)].iloc[0].astype("float64")
