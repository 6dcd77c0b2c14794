"""The documents as records without words: keys, cases and values for a report to word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Origin = Literal["design", "study", "default", "rule", "not known"]
"""Where a value comes from. `default`: the study does not say, so that the program assumes it."""
Doubt = Literal["find out", "confirm", "agree"]
"""An unknown fact; an assumed one; a matter that no data settles, only people."""
Kind = Literal["permit", "consult", "blocker", "agreement"]
Status = Literal["needed", "conditional", "unknown", "not needed"]
Answer = Literal["yes", "no", "open"]
Phase = Literal["before_procurement", "during_deployment", "after_go_live"]


@dataclass(frozen=True, slots=True)
class Value:
    """One fact: its name, with the unit as suffix; what is known of it, whence, and who knows."""

    name: str
    value: bool | float | str | None
    origin: Origin
    meaning: str
    ask: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something that is open, and whom to ask; `key` is the name of a fact or of a text."""

    key: str
    doubt: Doubt
    ask: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a statement says: `case` picks the words, `values` fill them."""

    key: str
    case: str
    values: tuple[Value, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class RuleNote:
    """What a screening rule asks for on the topic of a statement."""

    rule_id: str
    title: str
    verdict: str
    outcome: str
    action: str
    authority: str
    citation: str
    url: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One document: its lines, and the rules that speak of its topic."""

    topic: str
    lines: tuple[Line, ...]
    rules: tuple[RuleNote, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """List what is open, each question once, in the order of the lines."""
        return tuple(dict.fromkeys(each for line in self.lines for each in line.questions))


@dataclass(frozen=True, slots=True)
class Permit:
    """A consent, a consultation or an agreement, and its place in the order of all that are open.

    `order` counts from 1; what is not needed has 0. `after` holds the keys of open entries that
    come first. Lead times are in weeks; NaN where nobody states one.
    """

    order: int
    key: str
    kind: Kind
    title: str
    authority: str
    status: Status
    stage: str
    after: tuple[str, ...]
    lead_low_weeks: float
    lead_high_weeks: float
    lead_basis: str
    action: str
    citation: str
    url: str


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One point of a checklist: whether it is answered already, and by which facts or permits."""

    phase: Phase
    key: str
    answered: Answer
    by: tuple[Value, ...]
    permits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All documents of one site."""

    site_id: str
    name: str
    illustrative: bool
    country_known: bool
    permits: tuple[Permit, ...]
    statements: tuple[Statement, ...]
    evidence: tuple[RuleNote, ...]
    checklist: tuple[CheckItem, ...]

    def statement(self, topic: str) -> Statement:
        """Find a statement by its topic."""
        return next(one for one in self.statements if one.topic == topic)
