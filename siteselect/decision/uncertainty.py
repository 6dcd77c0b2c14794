"""How far each value may be from the one that is counted: unknown cells, and uncertain measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from siteselect.decision.drawn_values import ValueRange
from siteselect.decision.value import to_values
from siteselect.errors import Fault, StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siteselect.contracts import Criterion, ValueScale
    from siteselect.decision.ranking import Ranking
    from siteselect.decision.weights import Tree
    from siteselect.settings.robustness import Robustness, Uncertainty
    from siteselect.study import Study

    Ends = tuple[pd.Series[Any], pd.Series[Any]]


class Assessed(Protocol):
    """What an assessment must hold for its order to be questioned."""

    @property
    def study(self) -> Study:
        """What was assessed."""

    @property
    def sites(self) -> pd.DataFrame:
        """The design on each site, in columns with units."""

    @property
    def measures(self) -> pd.DataFrame:
        """The criteria in their own units, NaN where unknown."""

    @property
    def values(self) -> pd.DataFrame:
        """The same on the fixed scales, 0 to 1."""

    @property
    def criteria(self) -> Mapping[str, Criterion]:
        """Records of the criteria with the study's scales."""

    @property
    def tree(self) -> Tree:
        """Groups and criteria with their swings."""

    @property
    def weights(self) -> pd.Series[float]:
        """Weight of each criterion."""

    @property
    def unknown_low(self) -> pd.Series[float]:
        """Least value of a criterion where it is unknown."""

    @property
    def unknown_high(self) -> pd.Series[float]:
        """Greatest value of a criterion where it is unknown."""

    @property
    def eligible(self) -> pd.Series[bool]:
        """Whether no rule fails."""

    @property
    def ranking(self) -> Ranking:
        """The order shown."""


@dataclass(frozen=True, slots=True)
class DesignRange:
    """Where the design itself says how sure a measure is.

    Either `low` and `high` name columns of the sites in the criterion's unit, or `plus_minus` names
    one that holds the error either way. `shared` says whether one error holds for all sites.
    """

    low: str = ""
    high: str = ""
    plus_minus: str = ""
    shared: bool = False


DESIGN_RANGES: dict[str, DesignRange] = {
    "connection_cost": DesignRange("connection_low_gbp", "connection_high_gbp", shared=True),
    "connection_time": DesignRange("connection_low_weeks", "connection_high_weeks", shared=True),
    "fibre_cost": DesignRange("fibre_low_gbp", "fibre_high_gbp", shared=True),
    "noise_margin": DesignRange(plus_minus="noise_uncertainty_db"),
}
"""Criterion to its range. The error of a price or duration list is mostly the same at every site,
that of a sound level mostly the site's own [judgement]."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Range of every value, and what the ranges rest on.

    `shared` names criteria whose measured values err together. `rests` gives for each criterion
    with uncertain measures `study` or `design`; `unstated` how many of its measures have no
    stated uncertainty there, so that they count as certain.
    """

    ranges: ValueRange
    shared: frozenset[str]
    rests: Mapping[str, str]
    unstated: Mapping[str, int]


def uncertainty_of(assessment: Assessed, settings: Robustness | None = None) -> Uncertain:
    """Give the range of every value of an assessment.

    An unknown cell lies anywhere in the plausible range of its criterion. A measure lies within
    what the study states for its criterion, else within the design's own low and high estimates,
    else it is certain. Ranges of measures become ranges of values on the criterion's scale.

    Parameters
    ----------
    assessment : the run.
    settings : other than the study's, to try.

    Raises
    ------
    StudyError
        The study states an uncertainty for a criterion that it does not use.
    """
    stated = settings or assessment.study.robustness
    _refuse_strange(stated, list(assessment.values.columns))
    ends: dict[str, Ends] = {}
    rests: dict[str, str] = {}
    shared: set[str] = set()
    for name in assessment.values.columns:
        if name in stated.uncertainty:
            ends[name] = _stated_ends(assessment.measures[name], stated.uncertainty[name])
            rests[name], together = "study", stated.uncertainty[name].shared
        elif stated.design_ranges and _has_columns(assessment.sites, name):
            ends[name] = _design_ends(assessment, name)
            rests[name], together = "design", DESIGN_RANGES[name].shared
        else:
            continue
        shared |= {name} if together else set()
    unstated = {
        name: int((low.isna() & assessment.measures[name].notna()).sum())
        for name, (low, _) in ends.items()
    }
    return Uncertain(
        ranges=_ranges(assessment, ends),
        shared=frozenset(shared),
        rests=rests,
        unstated={name: count for name, count in unstated.items() if count},
    )


def _has_columns(sites: pd.DataFrame, criterion: str) -> bool:
    found = DESIGN_RANGES.get(criterion)
    if found is None:
        return False
    return {name for name in (found.low, found.high, found.plus_minus) if name} <= set(sites)


def _stated_ends(measure: pd.Series[Any], given: Uncertainty) -> Ends:
    either: Any = given.plus_minus
    if given.share is not None:
        either = measure.abs() * given.share
    return measure - either, measure + either


def _design_ends(assessment: Assessed, name: str) -> Ends:
    found, measure = DESIGN_RANGES[name], assessment.measures[name]
    if found.plus_minus:
        either = assessment.sites[found.plus_minus].astype(float)
        return measure - either, measure + either
    low, high = (assessment.sites[end].astype(float) for end in (found.low, found.high))
    known = low.notna() & high.notna() & measure.notna()
    # The counted measure is always possible, whatever the estimates say.
    return low.clip(upper=measure).where(known), high.clip(lower=measure).where(known)


def _ranges(assessment: Assessed, ends: Mapping[str, Ends]) -> ValueRange:
    values = assessment.values.astype(float)
    unknown = values.isna()
    low, high = values.copy(), values.copy()
    for name, (least, most) in ends.items():
        worst, best = _value_ends(assessment.criteria[name].scale, least, most)
        low[name] = np.fmin(values[name], worst)
        high[name] = np.fmax(values[name], best)
    for name in values.columns:
        low[name] = low[name].mask(unknown[name], assessment.unknown_low[name])
        high[name] = high[name].mask(unknown[name], assessment.unknown_high[name])
    return ValueRange(
        low=low,
        middle=values.where(~unknown, (low + high) / 2),
        high=high,
        today=values.where(~unknown, low),
        unknown=unknown,
    )


def _value_ends(scale: ValueScale, low: pd.Series[Any], high: pd.Series[Any]) -> Ends:
    """Find the least and greatest value of each range; a knot inside it counts as an end does."""
    found = to_values(pd.DataFrame({"low": low, "high": high}), {"low": scale, "high": scale})
    worst, best = found.values.min(axis=1, skipna=False), found.values.max(axis=1, skipna=False)
    for at, worth in scale.knots:
        inside = (low < at) & (at < high)
        worst = worst.mask(inside, np.minimum(worst, worth))
        best = best.mask(inside, np.maximum(best, worth))
    return worst, best


def _refuse_strange(settings: Robustness, names: list[str]) -> None:
    faults = [
        Fault(
            "study",
            "no such criterion in this study",
            f"Choose from: {', '.join(names)}.",
            column="robustness.uncertainty",
            value=name,
        )
        for name in settings.uncertainty
        if name not in names
    ]
    if faults:
        raise StudyError(faults)
