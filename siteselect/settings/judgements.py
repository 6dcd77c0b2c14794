"""Judgements from which weights are worked out: a file of their own, beside the study."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from siteselect.settings.declared import Declared, Swing


def _times(given: Any) -> Any:
    """Read 1/3 as a person writes it."""
    if isinstance(given, str) and given.count("/") == 1:
        over, under = given.split("/")
        try:
            return float(over) / float(under)
        except (ValueError, ZeroDivisionError):
            return given
    return given


Times = Annotated[float, BeforeValidator(_times), Field(gt=0)]
"""How many times as important; 3, or 1/3 for the other way round."""


class SwingJudgement(Declared):
    """Worth of each step from worst to best, against the largest = 100."""

    method: Literal["swing"]
    """Name of this method."""
    swings: dict[str, Swing] = Field(min_length=1)
    """Name to its swing."""


class OrderJudgement(Declared):
    """Only the order of importance is agreed."""

    method: Literal["rank_order"]
    """Name of this method."""
    order: tuple[str | tuple[str, ...], ...] = Field(min_length=1)
    """Names from the most important on; equals in a list of their own."""


class BestWorstJudgement(Declared):
    """The most and the least important one are compared with all the others."""

    method: Literal["best_worst"]
    """Name of this method."""
    best_to_others: dict[str, Times] = Field(min_length=1)
    """How many times as important the best is as each, 1 to 9; itself 1."""
    others_to_worst: dict[str, Times] = Field(min_length=1)
    """How many times as important each is as the worst, 1 to 9; itself 1."""


class PairJudgement(Declared):
    """Every pair is compared once (AHP)."""

    method: Literal["pairs"]
    """Name of this method."""
    pairs: dict[str, dict[str, Times]] = Field(min_length=1)
    """Name to other names, and how many times as important it is as they, 1/9 to 9."""
    random_index: Literal["saaty_1980", "later"] = "saaty_1980"
    """Table that the consistency ratio is taken from."""


Judgement = Annotated[
    SwingJudgement | OrderJudgement | BestWorstJudgement | PairJudgement,
    Field(discriminator="method"),
]


class Judgements(Declared):
    """What somebody said of a study's criteria, level by level."""

    who: str = ""
    """Who judged."""
    date: str = ""
    """When."""
    groups: Judgement
    """How the groups compare: the worth of the whole step of each from worst to best."""
    criteria: dict[str, Judgement] = Field(default_factory=dict)
    """Group to how its criteria compare."""

    @model_validator(mode="after")
    def _named(self) -> Judgements:
        if "groups" in self.criteria:
            raise ValueError("a group of the name `groups` cannot be told from the level above")
        return self
