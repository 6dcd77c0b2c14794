"""The tree of criteria."""

from __future__ import annotations

from itertools import pairwise

from pydantic import Field, model_validator

from siteselect.settings.declared import Declared, Swing


class CriterionChoice(Declared):
    """How much a criterion counts, and on which fixed scale it is valued."""

    swing: Swing
    """Worth of going from worst to best on this scale, against the best of its group = 100."""
    scale: tuple[tuple[float, float], ...] | None = Field(default=None, min_length=2)
    """Knots (measure, value 0 to 1), measures rising; left out, the criterion's own scale."""
    plausible: tuple[float, float] | None = None
    """Range in the criterion's unit while a measure is unknown; left out, the whole scale."""

    @model_validator(mode="after")
    def _knots(self) -> CriterionChoice:
        if self.scale is not None:
            measures = [knot[0] for knot in self.scale]
            if any(right <= left for left, right in pairwise(measures)):
                raise ValueError("the measures of `scale` must rise from knot to knot")
            if any(not 0 <= knot[1] <= 1 for knot in self.scale):
                raise ValueError("the values of `scale` must lie between 0 and 1")
        if self.plausible is not None and self.plausible[0] > self.plausible[1]:
            raise ValueError("`plausible` must be given as low, high")
        return self


class Group(Declared):
    """A branch of the criteria tree."""

    swing: Swing
    """Worth of the group's whole swing, against the most important group = 100."""
    criteria: dict[str, CriterionChoice] = Field(min_length=1)
    """The criteria of the group."""
