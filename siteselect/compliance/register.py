"""The register: which topics the packs cover and how fully, and where each fact comes from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from siteselect.compliance.conditions import inputs
from siteselect.compliance.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from siteselect.compliance.packs import RulePack


@dataclass(frozen=True, slots=True)
class TopicCover:
    """How fully one pack covers one topic.

    `rules` counts its rules, `read` those for whose key number a source was read, `by_confidence`
    those of confidence H, M and L; `oldest_review` is the earliest day on which one of them was
    last checked, None without rules. `left_out` says rule by rule what of a source is not looked
    at.
    """

    pack: str
    topic: str
    extent: Literal["fully", "partly", "not"]
    note: str
    rules: int
    read: int
    by_confidence: Mapping[str, int]
    oldest_review: date | None
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FactUse:
    """Which rules ask for a fact; a fact that none asks for is kept for packs of one's own."""

    name: str
    rules: tuple[str, ...]


def register(packs: Sequence[RulePack]) -> tuple[TopicCover, ...]:
    """Say for every topic of every pack how fully it is covered."""
    return tuple(_cover(pack, topic) for pack in packs for topic in pack.coverage)


def fact_uses(packs: Sequence[RulePack]) -> tuple[FactUse, ...]:
    """Say for every fact of the vocabulary which rules ask for it."""
    asking: dict[str, list[str]] = {fact.name: [] for fact in VOCABULARY}
    for pack in packs:
        for rule in pack.rules:
            for name in inputs(rule.when):
                asking[name].append(rule.id)
    return tuple(FactUse(name, tuple(rules)) for name, rules in asking.items())


def _cover(pack: RulePack, topic: str) -> TopicCover:
    rules = [rule for rule in pack.rules if rule.topic == topic]
    grades = Counter(rule.confidence for rule in rules)
    return TopicCover(
        pack=pack.code,
        topic=topic,
        extent=pack.coverage[topic].extent,
        note=pack.coverage[topic].note,
        rules=len(rules),
        read=sum(rule.seen for rule in rules),
        by_confidence={grade: grades[grade] for grade in ("H", "M", "L")},
        oldest_review=min((rule.reviewed_on for rule in rules), default=None),
        left_out={rule.id: rule.leaves_out for rule in rules if rule.leaves_out},
    )
