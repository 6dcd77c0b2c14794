"""The findings of many sites at a glance: rules as rows, sites as columns, evidence beneath."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from siteselect.charts.drawing import plain
from siteselect.contracts import VERDICTS
from siteselect.report.background import NAME_LETTERS, TEXT_LETTERS, readable
from siteselect.report.ranking_parts import leading, shut_out, site_name
from siteselect.report.records import (
    EvidenceGroup,
    FindingsMatrix,
    Grid,
    GridColumn,
    GridLine,
    Mark,
    RuleEvidence,
)
from siteselect.report.screening import evidence_text, needed_text
from siteselect.report.standing import OUTCOMES, verdict_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from siteselect.assess import Assessment
    from siteselect.report.wording import Say

SITES = 20
"""Most columns of one table; more do not fit on a page."""
CODES = {"fail": "F", "unknown": "?", "conditional": "C", "pass": "P"}
"""A letter for each verdict, so that no reader depends on colours."""
_CLAUSES = re.compile(r"(?<=[,;]) ")
NOT_SCREENED = "\u2013"
HINT_LETTERS = 160
"""Longest hint of a cell; the whole evidence stands beneath the table."""


def findings_matrix(assessment: Assessment, say: Say) -> FindingsMatrix:
    """Set the verdicts of the leading sites, and of those that a rule excludes, side by side.

    Parameters
    ----------
    assessment : the run.
    say : fixed wording.
    """
    first, out = leading(assessment, SITES), shut_out(assessment)
    numbers = {site: at for at, site in enumerate([*first, *out[:SITES]], start=1)}
    found = _shown(assessment.findings, first, out[:SITES])
    rules = rules_by_topic(found)
    by_rule = {str(rule): rows for rule, rows in found.groupby("rule_id", sort=False)}
    anchors = {rule: f"rule-{at}" for at, (rule, _) in enumerate(rules, start=1)}
    grids = []
    for key, sites in (("leading", first), ("excluded", out[:SITES])):
        lines = {
            rule: _line(by_rule[rule], sites, anchors[rule], say)
            for rule, _ in rules
            if by_rule[rule]["site_id"].isin(sites).any()
        }
        topics = tuple(
            (_topic(topic), tuple(lines[rule] for rule, _ in some))
            for topic, some in groupby(
                (pair for pair in rules if pair[0] in lines), key=itemgetter(1)
            )
        )
        if topics:
            columns = tuple(_column(assessment, site, numbers[site], say) for site in sites)
            grids.append(Grid(say(f"findings_matrix.{key}", n=len(sites)), columns, topics))
    more = len(out) - len(out[:SITES])
    return FindingsMatrix(
        legend=tuple((CODES[verdict], verdict, say(f"verdict.{verdict}")) for verdict in VERDICTS),
        grids=tuple(grids),
        evidence=tuple(_evidence(by_rule[rule], numbers, anchors[rule], say) for rule, _ in rules),
        more=say("findings_matrix.more", n=more) if more else "",
    )


def _shown(found: pd.DataFrame, first: Sequence[str], out: Sequence[str]) -> pd.DataFrame:
    """Keep all findings of the leading sites, and of the excluded those on rules that fail there.

    What else a rule says of a site that is out helps nobody to choose.
    """
    beside = found[found["site_id"].isin(out)]
    failing = beside.loc[beside["verdict"] == "fail", "rule_id"].unique()
    kept = found["site_id"].isin(first) | (
        found["site_id"].isin(out) & found["rule_id"].isin(failing)
    )
    return found[kept]


def rules_by_topic(found: pd.DataFrame) -> list[tuple[str, str]]:
    """List rules with their topics: the topic with the worst verdict first, likewise within it.

    Parameters
    ----------
    found : columns of the findings; those of any sites.
    """
    if found.empty:
        return []
    keys = found[["rule_id", "topic"]].astype(str)
    keys["verdict"] = found["verdict"].map(VERDICTS.index)
    keys["outcome"] = found["outcome"].map(OUTCOMES.index)
    worst = keys.groupby(["rule_id", "topic"], as_index=False)[["verdict", "outcome"]].min()
    worst["of_topic"] = worst.groupby("topic")["verdict"].transform("min")
    ordered = worst.sort_values(["of_topic", "topic", "verdict", "outcome", "rule_id"])
    return list(zip(ordered["rule_id"], ordered["topic"], strict=True))


def _column(assessment: Assessment, site: str, number: int, say: Say) -> GridColumn:
    rank: Any = assessment.ranking.table.loc[site, "rank"]
    name = site_name(assessment, site)
    if not assessment.eligible[site]:
        return GridColumn(number, name, say("findings_matrix.excluded_site"))
    return GridColumn(number, name, say("findings_matrix.rank", rank=rank))


def _line(found: pd.DataFrame, sites: Sequence[str], anchor: str, say: Say) -> GridLine:
    by_site: dict[str, dict[Any, Any]] = {
        str(row["site_id"]): row for row in found.to_dict("records")
    }
    marks = []
    for site in sites:
        row = by_site.get(site)
        if row is None:
            marks.append(Mark(NOT_SCREENED, "", say("findings_matrix.not_screened")))
            continue
        marks.append(Mark(CODES[row["verdict"]], row["verdict"], _hint(row, say)))
    alike = {(mark.code, mark.verdict) for mark in marks}
    same = len(alike) == 1 and len(marks) > 1
    if same:
        hints = {mark.hint for mark in marks}
        marks = [replace(marks[0], hint=hints.pop() if len(hints) == 1 else "")]
    rule, title = found["rule_id"].iloc[0], found["title"].iloc[0]
    return GridLine(
        rule_id=plain(rule, NAME_LETTERS),
        title=plain(title, TEXT_LETTERS),
        anchor=anchor,
        marks=tuple(marks),
        same=say("findings_matrix.same", n=len(sites)) if same else "",
    )


def _hint(row: dict[Any, Any], say: Say) -> str:
    """Say what was found, except where a rule passes: most cells do, and a page must stay light."""
    if row["verdict"] == "pass":
        return ""
    word = say(f"verdict.{row['verdict']}")
    hint = say("findings_matrix.hint", word=word, evidence=evidence_text(row["evidence"]))
    return plain(hint, HINT_LETTERS)


def _evidence(found: pd.DataFrame, numbers: dict[str, int], anchor: str, say: Say) -> RuleEvidence:
    """Gather the sites at which a rule says the same, worst verdict first."""
    rows: list[dict[Any, Any]] = found.to_dict("records")

    def said(row: dict[Any, Any]) -> tuple[int, str, str]:
        return VERDICTS.index(row["verdict"]), str(row["action"]), str(row["missing"])

    groups = []
    for _, group in groupby(sorted(rows, key=said), key=said):
        alike = list(group)
        row = alike[0]
        lines, shared = _lines_of(alike, numbers, say)
        groups.append(
            EvidenceGroup(
                verdict=row["verdict"],
                word=say(f"verdict.{row['verdict']}"),
                action=plain(row["action"], TEXT_LETTERS),
                missing=needed_text(row["missing"], say),
                lines=lines,
                shared=say("findings_matrix.shared", found=shared) if shared else "",
            )
        )
    return RuleEvidence(
        anchor=anchor,
        rule_id=plain(found["rule_id"].iloc[0], NAME_LETTERS),
        title=plain(found["title"].iloc[0], TEXT_LETTERS),
        counts=verdict_counts(found["verdict"], say),
        authority=plain(found["authority"].iloc[0], TEXT_LETTERS),
        groups=tuple(groups),
    )


def _lines_of(
    rows: Sequence[dict[Any, Any]], numbers: dict[str, int], say: Say
) -> tuple[tuple[tuple[str, str], ...], str]:
    """Write what was found, once for all sites at which it reads the same; then what all share."""
    by_text: dict[str, list[int]] = {}
    for row in sorted(rows, key=lambda row: numbers[str(row["site_id"])]):
        by_text.setdefault(evidence_text(row["evidence"]), []).append(numbers[str(row["site_id"])])
    heads, tail = common_end(list(by_text))
    lines = tuple(
        (runs_of(sites, say), head) for head, sites in zip(heads, by_text.values(), strict=True)
    )
    return lines, tail


def common_end(texts: Sequence[str]) -> tuple[list[str], str]:
    """Part texts into what differs and the clauses with which all of them end.

    Every text keeps its first clause. A single text is all head.
    """
    parted = [_CLAUSES.split(text) for text in texts]
    most = min((len(clauses) for clauses in parted), default=1) - 1
    alike = 0
    while len(parted) > 1 and alike < most and len({c[-alike - 1] for c in parted}) == 1:
        alike += 1
    if not alike:
        return list(texts), ""
    tail = " ".join(parted[0][-alike:])
    return [" ".join(clauses[:-alike]).rstrip(",;") for clauses in parted], tail


def runs_of(numbers: Sequence[int], say: Say) -> str:
    """Write rising numbers shortly: 1, 2, 3, 7 become "1 to 3, 7"."""
    parts: list[str] = []
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        ends = [number for _, number in run]
        if len(ends) > 2:  # noqa: PLR2004 - two numbers are no run
            parts.append(f"{ends[0]} {say('unit.to')} {ends[-1]}")
        else:
            parts += [str(number) for number in ends]
    return ", ".join(parts)


def _topic(topic: str) -> str:
    words = readable(topic)
    return words[:1].upper() + words[1:]
