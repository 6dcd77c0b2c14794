"""Page one of a site report: where the site stands, why, what is not known, what to check next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from siteselect.charts.drawing import plain
from siteselect.contracts import VERDICTS
from siteselect.decision.explanation import waterfall
from siteselect.decision.ranking import TOLERANCE
from siteselect.report.background import TEXT_LETTERS
from siteselect.report.rounding import in_column_unit, measure, percent, points, spread

if TYPE_CHECKING:
    import pandas as pd

    from siteselect.assess import Assessment
    from siteselect.report.wording import Say

MOST_REASONS = 4
"""How many criteria are named for and against a site [judgement: what fits on one page]."""
GOOD = 0.5
"""A value from which a criterion speaks for a site [judgement: the middle of its scale]."""
WORTH_NAMING = 0.005
"""Fewest lost points worth a line, as a share of the whole score [judgement]."""
MOST_CHECKS = 5
"""How many next checks are named on page one."""
OUTCOMES = ("blocker", "permit", "consult", "document", "advisory")
"""Gravest first."""
FIGURES = ("heat_used_mwh_a", "headroom_after_pod_kva", "noise_margin_db", "sink_m", "fibre_m")


@dataclass(frozen=True, slots=True)
class Standing:
    """Page one, in words."""

    tone: str
    headline: str
    summary: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    gaps: tuple[str, ...]
    checks: tuple[str, ...]


def standing(
    assessment: Assessment, site_id: str, say: Say, found: pd.DataFrame | None = None
) -> Standing:
    """Say where one site stands.

    Parameters
    ----------
    assessment : the run.
    site_id : the site.
    say : fixed wording.
    found : what `findings_of` gives, where it is already there.
    """
    terms = terms_of(assessment, site_id)
    found = findings_of(assessment, site_id) if found is None else found
    gains, losses = _reasons(assessment, site_id, terms, say)
    tone, headline = _headline(assessment, site_id, say)
    site = assessment.sites.loc[site_id]
    return Standing(
        tone=tone,
        headline=headline,
        summary=_summary(assessment, site_id, found, say),
        figures=tuple(
            (say(f"design.rows.{column}"), _figure(site[column], column, say))
            for column in FIGURES
            if column in site.index
        ),
        speaks_for=gains,
        speaks_against=losses,
        gaps=_gaps(assessment, site_id, terms, say),
        checks=_checks(assessment, terms, found, say),
    )


def terms_of(assessment: Assessment, site_id: str) -> pd.DataFrame:
    """Split a site's score into its terms, most points first and the unknown last."""
    terms = waterfall(
        assessment.values,
        assessment.weights,
        site_id,
        assessment.unknown_low,
        assessment.unknown_high,
    )
    return terms.sort_values("points", ascending=False, kind="stable", na_position="last")


def findings_of(assessment: Assessment, site_id: str) -> pd.DataFrame:
    """Give a site's findings, worst verdict and gravest outcome first."""
    return sorted_findings(assessment.findings[assessment.findings["site_id"] == site_id])


def sorted_findings(found: pd.DataFrame) -> pd.DataFrame:
    """Put findings of one site in order: worst verdict and gravest outcome first."""
    verdict = [VERDICTS.index(one) for one in found["verdict"]]
    outcome = [OUTCOMES.index(one) for one in found["outcome"]]
    keys = list(zip(verdict, outcome, found["rule_id"], strict=True))
    return found.iloc[sorted(range(len(keys)), key=keys.__getitem__)]


def verdict_counts(found: pd.DataFrame, say: Say) -> str:
    """Count findings by verdict in words, worst first."""
    counts = found["verdict"].value_counts()
    return ", ".join(
        say(f"verdict.counted.{verdict}", n=int(counts[verdict]))
        for verdict in VERDICTS
        if verdict in counts
    )


def _headline(assessment: Assessment, site_id: str, say: Say) -> tuple[str, str]:
    table = assessment.ranking.table
    row: Any = table.loc[site_id]
    ranked = int(table["rank"].notna().sum())
    if not assessment.eligible[site_id]:
        return "bad", say("site.headline.ruled_out")
    if row["sure_first"]:
        return "good", say("site.headline.sure_first", ranked=ranked)
    if row["rank"] == 1:
        return "good", say("site.headline.first", ranked=ranked)
    key = "could_be_first" if row["possible_first"] else "ranked"
    return "plain", say(f"site.headline.{key}", rank=row["rank"], ranked=ranked)


def _summary(
    assessment: Assessment, site_id: str, found: pd.DataFrame, say: Say
) -> tuple[str, ...]:
    table = assessment.ranking.table
    row: Any = table.loc[site_id]
    score = spread(row["score_low"], row["score_high"], say("unit.to"))
    lines = []
    if assessment.eligible[site_id]:
        evidence = percent(row["evidence_share"])
        lines.append(say("site.score_line", score=score, evidence=evidence))
        lines += _rank_lines(table, row, say)
    else:
        failed = found[found["verdict"] == "fail"]
        titles = "; ".join(plain(title, TEXT_LETTERS) for title in failed["title"])
        lines.append(say("site.ruled_out_by", n=len(failed), titles=titles))
        lines.append(say("site.not_ranked_score", score=score))
    if len(found):
        lines.append(say("site.rules_line", counts=verdict_counts(found, say)))
    return tuple(lines)


def _rank_lines(table: pd.DataFrame, row: pd.Series[Any], say: Say) -> list[str]:
    lines = []
    others = int((table["rank"] == row["rank"]).sum()) - 1
    if others:
        lines.append(say("site.rank_shared", n=others))
    best, worst = row["rank_best"], row["rank_worst"]
    if best == worst:
        return [*lines, say("site.rank_firm")]
    ranked = int(table["rank"].notna().sum())
    return [*lines, say("site.rank_range", best=best, worst=worst, ranked=ranked)]


def _reasons(
    assessment: Assessment, site_id: str, terms: pd.DataFrame, say: Say
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known = terms[terms["points"].notna() & (terms["weight"] > 0)]
    gained = known[known["value"] >= GOOD].head(MOST_REASONS)
    missed = known.assign(lost=known["weight"] - known["points"]).drop(index=gained.index)
    missed = missed[missed["lost"] >= WORTH_NAMING]
    missed = missed.sort_values("lost", ascending=False, kind="stable").head(MOST_REASONS)
    return (
        tuple(_reason(assessment, site_id, name, row, say) for name, row in gained.iterrows()),
        tuple(_reason(assessment, site_id, name, row, say) for name, row in missed.iterrows()),
    )


def _reason(
    assessment: Assessment, site_id: str, name: Any, row: pd.Series[float], say: Say
) -> str:
    record = assessment.criteria[name]
    measured: Any = assessment.measures.loc[site_id, name]
    return say(
        "site.gains",
        criterion=record.title,
        measure=measure(measured, record.unit),
        points=points(row["points"]),
        full=points(row["weight"]),
    )


def _gaps(assessment: Assessment, site_id: str, terms: pd.DataFrame, say: Say) -> tuple[str, ...]:
    unknown = terms[terms["value"].isna()].sort_values("weight", ascending=False, kind="stable")
    return tuple(
        say(
            "site.gap",
            criterion=assessment.criteria[str(name)].title,
            weight=percent(row["weight"]),
            reason=plain(assessment.reasons.loc[site_id, str(name)], TEXT_LETTERS),
        )
        for name, row in unknown.iterrows()
    )


def _checks(
    assessment: Assessment, terms: pd.DataFrame, found: pd.DataFrame, say: Say
) -> tuple[str, ...]:
    """Name what to do next: failed and grave rules, then the gap that moves the score most."""
    open_rules = found[found["verdict"] != "pass"]
    gravity = open_rules["outcome"].map(OUTCOMES.index) + len(OUTCOMES) * (
        open_rules["verdict"] != "fail"
    )
    rules = [
        say(
            "site.check_rule",
            word=say(f"verdict.{row['verdict']}").lower(),
            outcome=say(f"outcome.{row['outcome']}"),
            title=plain(row["title"], TEXT_LETTERS),
            action=plain(row["action"], TEXT_LETTERS),
            authority=plain(row["authority"], TEXT_LETTERS),
        )
        for row in open_rules.loc[gravity.sort_values(kind="stable").index].to_dict("records")
    ]
    swing = terms["unknown_high_points"] - terms["unknown_low_points"]
    gaps = [
        say(
            "site.check_gap",
            criterion=assessment.criteria[str(name)].title,
            points=points(moved),
        )
        for name, moved in swing[swing > TOLERANCE].sort_values(ascending=False).items()
    ][:2]
    shown = rules[: MOST_CHECKS - len(gaps)]
    more = len(rules) - len(shown)
    last = [say("site.check_more", n=more)] if more else []
    return (*gaps, *shown, *last)


def _figure(value: Any, column: str, say: Say) -> str:
    return in_column_unit(float(value), column) if np.isfinite(value) else say("unknown")
