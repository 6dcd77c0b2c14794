"""The statements: lines whose words and figures follow from what is known, and open questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siteselect.documents.known import case_of, said_in
from siteselect.documents.outline import ANY, outline
from siteselect.documents.records import Line, Question, RuleNote, Statement
from siteselect.settings.pod import Pod

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from siteselect.documents.outline import LineOutline, StatementOutline
    from siteselect.documents.records import Value

QUOTED = ("blocker", "document", "advisory")
"""Outcomes that a statement quotes; the others stand in the list of permits."""


def statements(known: Mapping[str, Value], findings: pd.DataFrame) -> tuple[Statement, ...]:
    """Fill every statement for one site.

    Parameters
    ----------
    known : facts of the site by name.
    findings : the site's findings.
    """
    quoted, _ = _shared_out(findings)
    return tuple(
        Statement(one.topic, _lines(one, known), tuple(quoted.get(one.topic, ())))
        for one in outline().statements
    )


def evidence(findings: pd.DataFrame) -> tuple[RuleNote, ...]:
    """Give the findings that ask for a document and are quoted by no statement."""
    _, left = _shared_out(findings)
    return tuple(note for note in left if note.outcome == "document")


def line_of(entry: LineOutline, known: Mapping[str, Value]) -> Line:
    """Fill one line: its case, the facts its words take, and what must be asked."""
    picked = known[entry.by] if entry.by else None
    names = [*entry.facts.get(ANY, ())]
    case = case_of(picked.value) if picked else ""
    names += entry.facts.get(case, ())
    values = tuple(known[name] for name in dict.fromkeys(names))
    if picked is None:
        case = "unknown" if any(value.value is None for value in values) else "said"
    asked = (*((picked,) if picked else ()), *values)
    return Line(
        key=entry.key,
        case=case,
        values=tuple(dict.fromkeys(asked)),
        questions=(
            *(question for value in asked for question in questions_on(value)),
            *(
                Question(ask.key, "agree", ask.ask)
                for place in dict.fromkeys((ANY, case))
                for ask in entry.asks.get(place, ())
            ),
        ),
    )


def questions_on(value: Value) -> tuple[Question, ...]:
    """Ask for a fact that is unknown, and have one of the pod confirmed that was only assumed."""
    if value.value is None:
        return (Question(value.name, "find out", value.ask, value.meaning),)
    assumed = value.origin == "default" and value.name.removeprefix("pod.") in Pod.model_fields
    return (Question(value.name, "confirm", value.ask, value.meaning),) if assumed else ()


def _lines(entry: StatementOutline, known: Mapping[str, Value]) -> tuple[Line, ...]:
    return tuple(line_of(line, known) for line in entry.lines if said_in(known, line.when))


def _shared_out(findings: pd.DataFrame) -> tuple[dict[str, list[RuleNote]], list[RuleNote]]:
    """Give each finding to the one statement that quotes it; by its id before by its topic."""
    by_rule = {rule: one.topic for one in outline().statements for rule in one.rules}
    by_topic = {topic: one.topic for one in reversed(outline().statements) for topic in one.topics}
    quoted: dict[str, list[RuleNote]] = {}
    left: list[RuleNote] = []
    for row in findings.to_dict("records"):
        if row["outcome"] not in QUOTED:
            continue
        note = RuleNote(**{name: str(row[name]) for name in RuleNote.__dataclass_fields__})
        place = by_rule.get(note.rule_id) or by_topic.get(str(row["topic"]))
        (left if place is None else quoted.setdefault(place, [])).append(note)
    return quoted, left
