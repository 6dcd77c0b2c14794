"""How firm the order is: draws, sureness of the weights, uncertainty of the measures."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

from pydantic import Field, model_validator

from siteselect.settings.declared import Declared, Share

SURENESS = MappingProxyType({"very": 0.10, "fairly": 0.25, "hardly": 0.50, "not": 1.0})
"""How sure one is of the weights, as the part that is left of the spread of weights of which
nothing is known [judgement]. Of twelve equal weights `fairly` moves one by a quarter of itself
(standard deviation); `not` moves it by almost the whole of itself.
"""


class Uncertainty(Declared):
    """How far from the truth a measure may be. All ends are equally likely."""

    plus_minus: float | None = Field(default=None, gt=0)
    """Either way, in the criterion's unit."""
    share: float | None = Field(default=None, gt=0, le=10)
    """Either way, as a share of the measure."""
    shared: bool = False
    """Whether one error holds for all sites, as that of a price list does."""

    @model_validator(mode="after")
    def _one(self) -> Uncertainty:
        if (self.plus_minus is None) == (self.share is None):
            raise ValueError("give either `plus_minus` or `share`")
        return self


class Robustness(Declared):
    """What is drawn at random to see how firm the order is."""

    draws: int = Field(default=10_000, ge=100, le=1_000_000)
    """How many draws: 10,000 find a share to within 0.01."""
    known: Literal["stated", "order", "intervals", "nothing"] = "stated"
    """What is known about the weights: the stated swings, only an order, only intervals, nothing.
    """
    sureness: Literal["very", "fairly", "hardly", "not"] | float = "fairly"
    """How sure you are of the stated swings: a word, or the spread from above 0 (sure) to 1 (not).
    """
    order: tuple[str, ...] = ()
    """For `known: order`: all criteria, most important first."""
    intervals: dict[str, tuple[Share, Share]] = Field(default_factory=dict)
    """For `known: intervals`: criterion to the least and the greatest weight; left out, 0 to 1."""
    uncertainty: dict[str, Uncertainty] = Field(default_factory=dict)
    """Criterion to the uncertainty of its measures; it takes the place of the range that the
    design itself gives (cost and time of connection and fibre, noise)."""
    design_ranges: bool = True
    """Whether the low and high estimates of the design count as uncertainty."""
    places: int = Field(default=3, ge=1, le=50)
    """How many leading places a site should be among."""

    @model_validator(mode="after")
    def _fits(self) -> Robustness:
        if isinstance(self.sureness, float) and not 0 < self.sureness <= 1:
            raise ValueError("`sureness` is a word or a spread above 0, to 1")
        for known, given in (("order", self.order), ("intervals", self.intervals)):
            if bool(given) != (self.known == known):
                raise ValueError(f"`{known}` and `known: {known}` belong together")
        for criterion, (low, high) in self.intervals.items():
            if low > high:
                raise ValueError(f"the interval of {criterion!r} must be given as low, high")
        return self

    def __hash__(self) -> int:
        """Hash by content, so that draws can be kept for the next look."""
        return hash(self.model_dump_json())
