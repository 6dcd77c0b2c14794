"""The documents a council needs of one site, as a section: permits, statements, fit, checklists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siteselect.charts.drawing import plain
from siteselect.documents.dossier import dossier
from siteselect.documents.records import Answer, Phase, Status
from siteselect.report.background import TEXT_LETTERS, web_address
from siteselect.report.documents_words import (
    asks_words,
    check_basis,
    check_words,
    documents_wording,
    lead_words,
    line_label,
    line_words,
    permit_authority,
    permit_name,
    question_words,
    rule_words,
    sources_words,
    statement_title,
)
from siteselect.report.records import Cell, Section, Table

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.documents.records import Dossier, Line, Permit, RuleNote, Statement
    from siteselect.report.records import Row
    from siteselect.report.wording import Say

STATUS_TONES: dict[Status, str] = {
    "needed": "conditional",
    "conditional": "conditional",
    "unknown": "unknown",
    "not needed": "pass",
}
ANSWER_TONES: dict[Answer, str] = {"yes": "pass", "no": "fail", "open": "unknown"}
"""Look of each status and answer; the word stands in it."""


def dossier_of(assessment: Assessment, site_id: str) -> Dossier:
    """Fill the documents of one site of a run."""
    invented = any(layer.illustrative for layer in assessment.layers.values())
    return dossier(
        assessment.study, assessment.sites, site_id, assessment.findings, illustrative=invented
    )


def documents_section(assessment: Assessment, site_id: str, say: Say) -> Section:
    """Write the documents of a site.

    Parameters
    ----------
    assessment : the run.
    site_id : the site.
    say : fixed wording of the report, whose language the documents take.
    """
    words, found = documents_wording(say("language")), dossier_of(assessment, site_id)
    tag = say("page.illustrative_tag") if found.illustrative else ""
    lines = [Cell(words("screening"), tag=tag, tone="invented"), Cell(words("how_to_read"))]
    if not found.country_known:
        lines.append(Cell(words("country")))
    if all(entry.kind == "agreement" for entry in found.permits):
        lines.append(Cell(words("permits.none")))
    else:
        lines.append(Cell(_summary(found, words)))
    idle = _not_needed(found, words)
    return Section(
        lines=tuple(lines),
        results=(
            permits_table(found, words),
            *_evidence(found, words, say),
            *(statement_table(one, words, say) for one in found.statements),
            *checklists(found, words),
        ),
        closing=(idle,) if idle else (),
    )


def permits_table(found: Dossier, words: Say) -> Table:
    """List what is open, in order; what is not needed is left to a sentence."""
    return Table(
        caption=words("permits.caption"),
        heads=words.heads("step", "status", "who", "lead", "after"),
        rows=tuple(_permit_row(entry, found, words) for entry in found.permits if entry.order),
    )


def statement_table(statement: Statement, words: Say, say: Say) -> Table:
    """Write a statement line by line, with the origin of each figure and what is open."""
    rows = [_line_row(statement, line, words) for line in statement.lines]
    if spoken := _spoken(statement.rules, words, say):
        rows.append((Cell(words("rules.row")), Cell(spoken), Cell("")))
    return Table(
        caption=statement_title(statement, words),
        heads=words.heads("aspect", "statement", "source"),
        rows=tuple(rows),
    )


def checklists(found: Dossier, words: Say) -> tuple[Table, ...]:
    """Write the checklists, one a phase."""
    phases: dict[Phase, None] = dict.fromkeys(item.phase for item in found.checklist)
    return tuple(
        Table(
            caption=words(f"checks.{phase}.title"),
            heads=words.heads("point", "by", "answered"),
            rows=tuple(
                (
                    Cell(check_words(item, words)),
                    Cell(check_basis(item, words)),
                    Cell(
                        "",
                        tag=words(f"checks.answers.{item.answered}"),
                        tone=ANSWER_TONES[item.answered],
                    ),
                )
                for item in found.checklist
                if item.phase == phase
            ),
        )
        for phase in phases
    )


def _permit_row(entry: Permit, found: Dossier, words: Say) -> Row:
    numbers = {one.key: one.order for one in found.permits}
    lead, basis = lead_words(entry, words)
    kind = words(f"permits.kind.{entry.kind}")
    rule = "" if entry.kind == "agreement" else f" · {plain(entry.key)}"
    after = ", ".join(str(numbers[key]) for key in entry.after)
    return (
        Cell(
            f"{entry.order} {permit_name(entry.key, entry.title, words)}",
            note=f"{kind}{rule}",
            url=web_address(entry.url),
        ),
        Cell("", tag=words(f"permits.status.{entry.status}"), tone=STATUS_TONES[entry.status]),
        Cell(permit_authority(entry, words)),
        Cell(lead, note=basis),
        Cell(after or words("permits.first")),
    )


def _line_row(statement: Statement, line: Line, words: Say) -> Row:
    questions = " ".join(
        question_words(question, words) for question in line.questions if question.doubt == "agree"
    )
    asks, sources = asks_words(line, words), sources_words(line, words)
    return (
        Cell(line_label(statement.topic, line, words)),
        Cell(line_words(statement.topic, line, words), note=questions),
        Cell(asks, note=sources) if asks else Cell(sources),
    )


def _spoken(rules: tuple[RuleNote, ...], words: Say, say: Say) -> str:
    return "; ".join(
        rule_words(note, say(f"verdict.{note.verdict}").lower(), words)
        for note in rules
        if note.verdict != "pass"
    )


def _evidence(found: Dossier, words: Say, say: Say) -> tuple[Table, ...]:
    """List the evidence that no statement holds, where any is asked for or may be."""
    rows = tuple(
        (
            Cell(plain(note.title, TEXT_LETTERS), note=plain(note.rule_id)),
            Cell(plain(note.action, TEXT_LETTERS), note=plain(note.authority, TEXT_LETTERS)),
            Cell("", tag=say(f"verdict.{note.verdict}"), tone=note.verdict),
        )
        for note in found.evidence
        if note.verdict != "pass"
    )
    if not rows:
        return ()
    return (Table(words("rules.caption"), words.heads("rule", "asks_for", "status"), rows),)


def _summary(found: Dossier, words: Say) -> str:
    """Name what is needed, since it stands among much that is only not known."""
    needed = [
        permit_name(entry.key, entry.title, words)
        for entry in found.permits
        if entry.status in ("needed", "conditional")
    ]
    statuses = [entry.status for entry in found.permits]
    return words(
        "permits.summary",
        needed="; ".join(needed),
        unknown=statuses.count("unknown"),
        idle=statuses.count("not needed"),
    )


def _not_needed(found: Dossier, words: Say) -> str:
    listed = [
        f"{permit_name(entry.key, entry.title, words)} ({plain(entry.key)})"
        if entry.kind != "agreement"
        else permit_name(entry.key, entry.title, words)
        for entry in found.permits
        if not entry.order
    ]
    return words("permits.not_needed", list="; ".join(listed)) if listed else ""
