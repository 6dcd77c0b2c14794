"""The outline of the documents: which lines, permits and checks there are, read from the catalogue.

Words are not here: a report keeps them, one file a language.
"""

from __future__ import annotations

from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files

import yaml
from pydantic import Field, model_validator

from siteselect.documents.records import Phase
from siteselect.settings.declared import Declared

ANY = "any"
"""Key under which facts or questions stand that belong to every case."""


class Ask(Declared):
    """A matter that no data settles."""

    key: str
    """Name of its text."""
    ask: str
    """Role of those who settle it."""


class LineOutline(Declared):
    """One line: which fact picks its words, which fill them, and when it is left out."""

    key: str
    """Name of its text within the statement."""
    by: str | None = None
    """Fact whose value picks the words: is, not, none, some, a word, or unknown."""
    when: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Facts and the cases of each in which the line is said at all."""
    facts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Facts that fill the words, by case; under `any` for every case."""
    asks: dict[str, tuple[Ask, ...]] = Field(default_factory=dict)
    """Questions that no data answers, by case; under `any` for every case."""


class StatementOutline(Declared):
    """One document."""

    topic: str
    """Name of its text."""
    topics: tuple[str, ...] = ()
    """Topics of rules that are quoted beneath it."""
    rules: tuple[str, ...] = ()
    """Single rules that are quoted here and nowhere else."""
    lines: tuple[LineOutline, ...]
    """Its lines."""


class Weeks(Declared):
    """A lead time [weeks]: of the catalogue, or the columns of the design that hold it."""

    low: float | None = Field(default=None, ge=0)
    """Least."""
    high: float | None = Field(default=None, ge=0)
    """Most."""
    source: str = ""
    """Where it comes from, with its tag."""
    design: tuple[str, str] | None = None
    """Columns of the design for least and most, which go before all else."""


class Step(Declared):
    """One permit, consultation or agreement: its stage and what comes before it."""

    key: str
    """Rule that asks for it, or name of an agreement."""
    stage: str
    """Stage in which it is sought."""
    after: tuple[str, ...] = ()
    """Keys of steps that come first."""
    weeks: Weeks | None = None
    """Lead time where the rule has none, or where the design knows better."""
    lifted_by: tuple[str, ...] = ()
    """Rules that, where they apply, may make it unnecessary."""
    consent: bool = False
    """Whether a rule that blocks can be lifted by a consent, which is then listed."""
    by: str | None = None
    """For an agreement: the fact that says whether it is made; left out, nobody knows."""
    when: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """For an agreement: facts and the cases in which it is needed at all."""
    ask: str = ""
    """For an agreement: role of the other side."""


class Check(Declared):
    """One point of a checklist."""

    key: str
    """Name of its text."""
    by: str | None = None
    """Fact that answers it; left out, it is answered once it is done."""
    answers_yes: tuple[str, ...] = ("is",)
    """Cases of the fact that answer yes."""
    answers_no: tuple[str, ...] = ("not",)
    """Cases of the fact that answer no."""
    least: float | None = None
    """For a number: least value that answers yes."""
    most: float | None = None
    """For a number: greatest value that answers yes."""
    sure: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Facts and the cases of each without which a yes stays open."""
    facts: tuple[str, ...] = ()
    """Further facts to show."""
    stages: tuple[str, ...] = ()
    """Stages whose permits must all be dealt with."""


class Outline(Declared):
    """The whole catalogue of documents."""

    as_of: str
    """Month in which it was last checked."""
    stages: tuple[str, ...]
    """Stages in their order."""
    topics: dict[str, str]
    """Topic of rules to the stage of a rule that has no step of its own."""
    steps: tuple[Step, ...]
    """Permits and consultations by rule."""
    agreements: tuple[Step, ...]
    """What is agreed without any rule asking for it."""
    ask: dict[str, str]
    """Fact to the role of those who know it, where the vocabulary does not say."""
    statements: tuple[StatementOutline, ...]
    """The documents, in their order."""
    checks: dict[Phase, tuple[Check, ...]]
    """Checklists by phase."""

    @model_validator(mode="after")
    def _in_order(self) -> Outline:
        steps = (*self.steps, *self.agreements)
        rank = {step.key: self.stages.index(step.stage) for step in steps}
        for step in steps:
            for first in step.after:
                if first not in rank:
                    raise ValueError(f"{step.key} comes after {first}, which is no step")
                if rank[first] > rank[step.key]:
                    raise ValueError(f"{step.key} comes after {first}, whose stage is later")
        try:
            TopologicalSorter({step.key: step.after for step in steps}).prepare()
        except CycleError as error:
            raise ValueError(f"steps wait for each other: {error.args[1]}") from error
        return self


@cache
def outline() -> Outline:
    """Read the shipped catalogue of documents."""
    text = files("siteselect.catalogue").joinpath("documents.yaml").read_text(encoding="utf-8")
    return Outline.model_validate(yaml.safe_load(text))
