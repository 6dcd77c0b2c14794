"""Rule packs: what a pack of screening rules must say to be one that may be quoted."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictStr, model_validator

from siteselect.compliance.conditions import Condition, Number
from siteselect.compliance.vocabulary import FACTS
from siteselect.contracts import Outcome, Verdict
from siteselect.settings.declared import Declared

Day = Annotated[date, Field(strict=True)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Link = Annotated[str, Field(pattern=r"^(https://[^\s<>\"']+)?$")]
RuleId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*-[A-Z]{0,3}[0-9]{1,3}[A-Z]?$")]


class DatedValue(Declared):
    """One value of a limit, from a day on."""

    from_: Day = Field(alias="from")
    """First day on which it holds."""
    to: Day | None = None
    """Last day on which it holds; left out, it holds until the next one begins."""
    value: Number
    """The value, in the unit that ends the limit's name."""
    source: Text
    """Where it is written."""


class Example(Declared):
    """A worked case: these facts give this verdict."""

    facts: dict[str, StrictBool | Number | StrictStr] = Field(min_length=1)
    """Facts by vocabulary name; everything else is unknown."""
    on: Day | None = None
    """Day of the case; left out, the day of the pack."""
    verdict: Verdict
    """What the rule must say."""

    @model_validator(mode="after")
    def _of_the_vocabulary(self) -> Example:
        if odd := [name for name in self.facts if name not in FACTS]:
            raise ValueError(f"no fact of the vocabulary: {odd}")
        return self


class Rule(Declared):
    """A dated, cited screening rule."""

    id: RuleId
    """Identifier; begins with the code of the pack."""
    title: Text
    """What it is about, in a few words."""
    topic: Text
    """One of the topics of the pack's coverage."""
    when: Condition
    """When the rule applies to a site."""
    outcome: Outcome
    """What follows where it applies; only a blocker makes a site fail."""
    action: Text
    """What must then be done."""
    ask: str = Field(default="", max_length=2000)
    """What must be found out, and from whom, while it cannot be decided."""
    authority: Text
    """Who decides or has to be asked."""
    citation: Text
    """Law, standard or guidance with its section; or that there is none."""
    url: Link = ""
    """Page where the text can be checked."""
    effective_from: Day
    """First day of screening; for an old law a day on which it surely was in force."""
    effective_to: Day | None = None
    """Last day in force."""
    status: Literal["in_force", "pending"] = "in_force"
    """pending: not law yet, so that it may only advise."""
    reviewed_on: Day
    """Day on which a person last checked the rule."""
    basis: Text
    """How it was checked."""
    confidence: Literal["H", "M", "L"]
    """How sure it is that the rule is stated right for screening."""
    seen: bool
    """Whether a source was read for the key number; otherwise it rests on general knowledge."""
    lead_time_weeks: int | None = Field(default=None, gt=0, le=520)
    """How long the consent or answer usually takes [general knowledge unless the basis says so]."""
    overrides: str | None = None
    """Rule of a more general pack that this one replaces where its own pack applies."""
    leaves_out: str = Field(default="", max_length=2000)
    """What of its source the rule does not look at."""
    shows: tuple[str, ...] = ()
    """Facts to show as evidence though the condition does not turn on them."""
    examples: tuple[Example, ...] = Field(min_length=2)
    """Worked cases, at least one that triggers the rule and one that does not."""

    @model_validator(mode="after")
    def _consistent(self) -> Rule:
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("`effective_to` lies before `effective_from`")
        if self.status == "pending" and self.outcome != "advisory":
            raise ValueError("law that is not in force may only be an advisory")
        if odd := [name for name in self.shows if name not in FACTS]:
            raise ValueError(f"`shows` names no fact of the vocabulary: {odd}")
        verdicts = {example.verdict for example in self.examples}
        if "pass" not in verdicts or self.verdict_when_true not in verdicts:
            raise ValueError(
                f"give an example with verdict {self.verdict_when_true} and one with verdict pass"
            )
        return self

    @property
    def verdict_when_true(self) -> Verdict:
        """Give the verdict of a site to which the rule applies."""
        return "fail" if self.outcome == "blocker" else "conditional"

    @property
    def sureness(self) -> str:
        """Write the confidence with its mark: [S] a source was read, [K] general knowledge."""
        return f"{self.confidence} {'[S]' if self.seen else '[K]'}"

    def in_force(self, on: Day) -> bool:
        """Say whether the rule counts on a day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


class Coverage(Declared):
    """How far a pack covers a topic."""

    extent: Literal["fully", "partly", "not"]
    """Nothing is ever cleared by a screen, not even by a full one."""
    note: str = ""
    """What is left out."""


class Outside(Declared):
    """What is said, once, of a site to which the pack does not apply."""

    id: RuleId
    """Identifier; begins with the code of the pack."""
    title: Text
    """What it is about."""
    action: Text
    """What must be done there instead."""
    authority: Text
    """Who can be asked."""
    citation: Text
    """Why the pack ends at its border."""
    url: Link = ""
    """Page where that can be checked."""


class RulePack(Declared):
    """The screening rules of one jurisdiction."""

    code: str = Field(pattern=r"^[a-z][a-z0-9]{0,15}$")
    """Short name of the pack; in capitals it begins every rule's id."""
    title: Text
    """Name of the pack."""
    jurisdiction: Text
    """Where its rules hold."""
    version: Text
    """Version of the pack."""
    date: Day
    """Day of this version."""
    disclaimer: Text
    """What the pack must not be taken for."""
    coverage: dict[str, Coverage] = Field(min_length=1)
    """Topics, and how far each is covered."""
    applies_when: Condition
    """Sites to which the pack applies."""
    outside: Outside
    """Finding for the others."""
    limits: dict[str, tuple[DatedValue, ...]] = Field(default_factory=dict)
    """Limits that change with time, by name; the suffix of the name is the unit."""
    not_expressed: dict[RuleId, Text] = Field(default_factory=dict)
    """Rules known of that the pack does not express, each with the reason."""
    rules: tuple[Rule, ...] = ()
    """The rules, in the order in which they are reported."""

    def limits_on(self, on: Day) -> dict[str, float]:
        """Give the value of each limit on a day, leaving out limits that hold no value then."""
        return {
            name: dated.value
            for name, values in self.limits.items()
            for dated in values
            if dated.from_ <= on and (dated.to is None or on <= dated.to)
        }
