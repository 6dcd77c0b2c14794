"""The tree of criteria: how much each one counts, and on which fixed scale."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from siteselect.settings.declared import Declared, Share, Swing

Knots = Annotated[tuple[tuple[float, float], ...], Field(min_length=2)]
"""Pairs of measure and value (0 to 1), measures rising."""


class _Between(Declared):
    """A curve that runs one way, from the worst measure to the best."""

    worst: float
    """Measure of value 0 [the criterion's unit]; it may lie above the best."""
    best: float
    """Measure of value 1 [the criterion's unit]."""

    @model_validator(mode="after")
    def _apart(self) -> _Between:
        if self.worst == self.best:
            raise ValueError("`worst` and `best` must differ")
        return self


class LinearCurve(_Between):
    """Every step from worst to best is worth the same."""

    kind: Literal["linear"]
    """Name of this form."""


class ExponentialCurve(_Between):
    """The first steps from worst are worth more than the last (c > 0), or less (c < 0)."""

    kind: Literal["exponential"]
    """Name of this form."""
    c: float = Field(ge=-50, le=50)
    """Bend: v = (1 - exp(-c z)) / (1 - exp(-c)), z the share of the way; 0 is linear."""


class SCurve(_Between):
    """Little is gained at either end, most around one point."""

    kind: Literal["s_curve"]
    """Name of this form."""
    k: float = Field(default=10, ge=0.1, le=200)
    """Steepness: v = 1 / (1 + exp(-k (z - z0))), stretched to run from 0 to 1."""
    z0: Share = 0.5
    """Share of the way from worst to best where it is steepest."""


class BandCurve(Declared):
    """Best within a band, worse on both sides of it (trapezium)."""

    kind: Literal["band"]
    """Name of this form."""
    zero_below: float
    """Measure at and below which the value is 0 [the criterion's unit]."""
    low: float
    """Where the best band begins [the criterion's unit]."""
    high: float
    """Where the best band ends; as `low` where one measure is best [the criterion's unit]."""
    zero_above: float
    """Measure at and above which the value is 0 [the criterion's unit]."""

    @model_validator(mode="after")
    def _in_order(self) -> BandCurve:
        if not self.zero_below < self.low <= self.high < self.zero_above:
            raise ValueError("give `zero_below` < `low` <= `high` < `zero_above`")
        return self


class PiecewiseCurve(Declared):
    """Straight lines between knots; the same as giving the knots alone."""

    kind: Literal["piecewise"]
    """Name of this form."""
    knots: Knots
    """Pairs of measure and value (0 to 1), measures rising."""


Curve = LinearCurve | ExponentialCurve | SCurve | BandCurve | PiecewiseCurve
_KINDS = ("linear", "piecewise", "exponential", "s_curve", "band")


def _form(scale: Any) -> str | None:
    kind = scale.get("kind") if isinstance(scale, dict) else getattr(scale, "kind", "knots")
    return kind if kind in {"knots", *_KINDS} else None


Scale = Annotated[
    Annotated[Knots, Tag("knots")]
    | Annotated[LinearCurve, Tag("linear")]
    | Annotated[PiecewiseCurve, Tag("piecewise")]
    | Annotated[ExponentialCurve, Tag("exponential")]
    | Annotated[SCurve, Tag("s_curve")]
    | Annotated[BandCurve, Tag("band")],
    Discriminator(
        _form,
        custom_error_type="scale_kind",
        custom_error_message=f"a scale is a list of knots, or has a `kind`: {', '.join(_KINDS)}",
    ),
]
"""A fixed value scale: knots, or a named curve."""


class CriterionChoice(Declared):
    """How much a criterion counts, and on which fixed scale it is valued."""

    swing: Swing
    """Worth of going from worst to best on this scale, against the best of its group = 100."""
    scale: Scale | None = None
    """Knots (measure, value 0 to 1), measures rising, or a curve; else the criterion's own scale.
    """
    plausible: tuple[float, float] | None = None
    """Range in the criterion's unit while a measure is unknown; left out, the whole scale."""
    veto: float | None = Field(default=None, gt=0.15, le=1)
    """Value by which a site may fall short of a class before nothing can make up for it.

    Counts only for the classes of the second opinions, and must exceed their preference threshold
    of 0.15; left out, no veto.
    """

    @model_validator(mode="after")
    def _sound(self) -> CriterionChoice:
        knots = self.scale if isinstance(self.scale, tuple) else None
        if isinstance(self.scale, PiecewiseCurve):
            knots = self.scale.knots
        if knots is not None:
            if any(right[0] <= left[0] for left, right in pairwise(knots)):
                raise ValueError("the measures of `scale` must rise from knot to knot")
            if any(not 0 <= knot[1] <= 1 for knot in knots):
                raise ValueError("the values of `scale` must lie between 0 and 1")
        if self.plausible is not None and self.plausible[0] > self.plausible[1]:
            raise ValueError("`plausible` must be given as low, high")
        return self


class Group(Declared):
    """A branch of the criteria tree."""

    swing: Swing
    """Worth of the group's whole swing, against the most important group = 100."""
    locked: bool = False
    """Whether the group keeps its weight (its share of 1) while the others are moved."""
    criteria: dict[str, CriterionChoice] = Field(min_length=1)
    """The criteria of the group."""


class Stakeholder(Declared):
    """Somebody with weights of their own, on the study's scales."""

    weight: float = Field(default=1.0, gt=0)
    """How much this voice counts in the mean of all; 1 each where nothing else is agreed."""
    groups: dict[str, Swing] = Field(min_length=1)
    """Swing of each group; one left out keeps the study's."""
    criteria: dict[str, Swing] = Field(default_factory=dict)
    """Swings of criteria inside their groups, where they differ from the study's."""
