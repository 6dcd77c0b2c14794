"""Page one of a site report: where the site stands, why, what is not known, what to check next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from siteselect.charts.drawing import plain
from siteselect.contracts import VERDICTS
from siteselect.decision.explanation import waterfall
from siteselect.decision.ranking import TOLERANCE
from siteselect.report.background import TEXT_LETTERS
from siteselect.report.rounding import in_column_unit, measure, percent, points, spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
Finding = dict[str, Any]
"""A row of the findings, or of the terms of a score, by column."""

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
    assessment: Assessment, site_id: str, say: Say, found: Sequence[Finding] | None = None
) -> Standing:
    """Say where one site stands.

    Parameters
    ----------
    assessment : the run.
    site_id : the site.
    say : fixed wording.
    found : what `findings_of` gives, where it is already there.
    """
    terms = _records(terms_of(assessment, site_id).reset_index())
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


def findings_of(assessment: Assessment, site_id: str) -> list[Finding]:
    """Give a site's findings, worst verdict and gravest outcome first."""
    found = assessment.findings
    return findings_by_site(found[found["site_id"] == site_id]).get(site_id, [])


def findings_by_site(found: pd.DataFrame) -> dict[str, list[Finding]]:
    """Put findings in order by site: worst verdict and gravest outcome first."""
    by_site: dict[str, list[Finding]] = {}
    for each in _records(found):
        by_site.setdefault(each["site_id"], []).append(each)
    for own in by_site.values():
        own.sort(key=_gravity)
    return by_site


def _gravity(found: Finding) -> tuple[int, int, str]:
    return VERDICTS.index(found["verdict"]), OUTCOMES.index(found["outcome"]), found["rule_id"]


def _records(frame: pd.DataFrame) -> list[Finding]:
    """Take rows as plain records: pandas is slow where rows are few and read one by one."""
    columns = [frame[name].tolist() for name in frame.columns]
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def verdict_counts(verdicts: Iterable[str], say: Say) -> str:
    """Count verdicts in words, worst first."""
    counts = Counter(verdicts)
    return ", ".join(
        say(f"verdict.counted.{verdict}", n=counts[verdict])
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
    assessment: Assessment, site_id: str, found: Sequence[Finding], say: Say
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
        failed = [plain(one["title"], TEXT_LETTERS) for one in found if one["verdict"] == "fail"]
        titles = "; ".join(failed)
        lines.append(say("site.ruled_out_by", n=len(failed), titles=titles))
        lines.append(say("site.not_ranked_score", score=score))
    if found:
        counts = verdict_counts((one["verdict"] for one in found), say)
        lines.append(say("site.rules_line", counts=counts))
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
    assessment: Assessment, site_id: str, terms: Sequence[Finding], say: Say
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known = [term for term in terms if not isnan(term["points"]) and term["weight"] > 0]
    gained = [term for term in known if term["value"] >= GOOD][:MOST_REASONS]
    missed = [term for term in known if term not in gained and _lost(term) >= WORTH_NAMING]
    missed = sorted(missed, key=_lost, reverse=True)[:MOST_REASONS]
    gains, losses = (
        tuple(_reason(assessment, site_id, term, say) for term in named)
        for named in (gained, missed)
    )
    return gains, losses


def _lost(term: Finding) -> float:
    return float(term["weight"] - term["points"])


def _reason(assessment: Assessment, site_id: str, row: Finding, say: Say) -> str:
    name = row["criterion"]
    record = assessment.criteria[name]
    measured: Any = assessment.measures.loc[site_id, name]
    return say(
        "site.gains",
        criterion=record.title,
        measure=measure(measured, record.unit),
        points=points(row["points"]),
        full=points(row["weight"]),
    )


def _gaps(
    assessment: Assessment, site_id: str, terms: Sequence[Finding], say: Say
) -> tuple[str, ...]:
    unknown = [term for term in terms if isnan(term["value"])]
    return tuple(
        say(
            "site.gap",
            criterion=assessment.criteria[term["criterion"]].title,
            weight=percent(term["weight"]),
            reason=plain(assessment.reasons.loc[site_id, term["criterion"]], TEXT_LETTERS),
        )
        for term in sorted(unknown, key=lambda term: -term["weight"])
    )


def _checks(
    assessment: Assessment, terms: Sequence[Finding], found: Sequence[Finding], say: Say
) -> tuple[str, ...]:
    """Name what to do next: failed and grave rules, then the gap that moves the score most."""
    open_rules = [one for one in found if one["verdict"] != "pass"]
    open_rules.sort(key=lambda one: (one["verdict"] != "fail", OUTCOMES.index(one["outcome"])))
    rules = [
        say(
            "site.check_rule",
            word=say(f"verdict.{row['verdict']}").lower(),
            outcome=say(f"outcome.{row['outcome']}"),
            title=plain(row["title"], TEXT_LETTERS),
            action=plain(row["action"], TEXT_LETTERS),
            authority=plain(row["authority"], TEXT_LETTERS),
        )
        for row in open_rules
    ]
    swings = [
        (term["unknown_high_points"] - term["unknown_low_points"], term["criterion"])
        for term in terms
    ]
    moving = sorted((swing for swing in swings if swing[0] > TOLERANCE), key=lambda one: -one[0])
    gaps = [
        say("site.check_gap", criterion=assessment.criteria[name].title, points=points(moved))
        for moved, name in moving[:2]
    ]
    shown = rules[: MOST_CHECKS - len(gaps)]
    more = len(rules) - len(shown)
    last = [say("site.check_more", n=more)] if more else []
    return (*gaps, *shown, *last)


def _figure(value: Any, column: str, say: Say) -> str:
    return in_column_unit(float(value), column) if np.isfinite(value) else say("unknown")
