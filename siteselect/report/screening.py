"""The findings of one site, grouped by verdict, as a reader needs them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from siteselect.charts.drawing import plain
from siteselect.compliance.vocabulary import FACTS
from siteselect.contracts import VERDICTS
from siteselect.report.background import NAME_LETTERS, TEXT_LETTERS, web_address
from siteselect.report.records import FindingEntry, FindingGroup
from siteselect.report.rounding import rounded
from siteselect.report.standing import Finding, findings_of
from siteselect.units import stem

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.report.wording import Say

GRADES = ("H", "M", "L")

_SPELT = {
    "it_kw": "IT power",
    "rating_level_dba": "rating level at the receptor",
    "refrigerant_tco2e": "refrigerant as CO2 equivalent",
}
_NUMBERS = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_NAMES = re.compile(r"\b(" + "|".join(sorted(FACTS, key=len, reverse=True)) + r")\b")


def finding_groups(assessment: Assessment, site_id: str, say: Say) -> tuple[FindingGroup, ...]:
    """Group a site's findings by verdict, worst first; a verdict that is not there is left out."""
    return groups_of(findings_of(assessment, site_id), say)


def groups_of(found: Sequence[Finding], say: Say) -> tuple[FindingGroup, ...]:
    """Group findings of one site, in the order they stand in, by verdict."""
    groups = []
    for verdict in VERDICTS:
        rows = [one for one in found if one["verdict"] == verdict]
        if rows:
            title = say(f"findings.group.{verdict}", n=len(rows))
            entries = tuple(_entry(row, say) for row in rows)
            groups.append(FindingGroup(verdict, title, entries))
    return tuple(groups)


def evidence_text(text: object) -> str:
    """Write what a rule found for a reader: facts by words, numbers without false precision.

    Where rounding would hide on which side of a limit a number lies, its figures are kept.
    """
    clauses = [_rounded(clause) for clause in str(text).split("; ")]
    words = _NAMES.sub(lambda match: fact_words(match[0]), "; ".join(clauses))
    return plain(words, 2 * TEXT_LETTERS)


def fact_words(name: str) -> str:
    """Write the name of a fact as words: `noise_margin_db` becomes noise margin."""
    return _SPELT.get(name, stem(name).replace("_", " "))


def needed_text(missing: object, say: Say) -> str:
    """Say which facts a rule needs that nobody has given; empty where it has all."""
    if isinstance(missing, str):
        names = [name for name in missing.split(",") if name]
    else:
        names = [str(name) for name in missing] if isinstance(missing, Iterable) else []
    needed = "; ".join(
        FACTS[name].meaning if name in FACTS else plain(name, NAME_LETTERS) for name in names
    )
    return say("findings.missing", facts=needed) if needed else ""


def _rounded(clause: str) -> str:
    written = _NUMBERS.findall(clause)
    short = [rounded(float(number)) for number in written]
    if len(set(short)) < len(set(written)):
        return clause
    return _NUMBERS.sub(lambda match: rounded(float(match[0])), clause)


def _entry(row: Finding, say: Say) -> FindingEntry:
    return FindingEntry(
        rule_id=plain(row["rule_id"], NAME_LETTERS),
        title=plain(row["title"], TEXT_LETTERS),
        verdict=row["verdict"],
        word=say(f"verdict.{row['verdict']}"),
        outcome=say(f"outcome.{row['outcome']}"),
        action=plain(row["action"], TEXT_LETTERS),
        authority=plain(row["authority"], TEXT_LETTERS),
        citation=plain(row["citation"], TEXT_LETTERS),
        url=web_address(str(row["url"])),
        evidence=evidence_text(row["evidence"]),
        missing=needed_text(row["missing"], say),
        confidence=confidence_text(str(row["confidence"]), say),
        evaluated_on=str(row["evaluated_on"]),
        reviewed_on=str(row["reviewed_on"]),
    )


def confidence_text(words: str, say: Say) -> str:
    """Spell out the grade, and keep the mark that tells whether the source was read."""
    grade, _, mark = words.partition(" ")
    spelt = say(f"confidence.{grade}") if grade in GRADES else plain(grade)
    return f"{spelt} {plain(mark)}".strip()
