"""A few sites beside one another on one number: which is best, which is worst, which are alike."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Literal

from siteselect.decision.ranking import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

Mark = Literal["best", "between", "worst", "alike", "unknown"]


def marks(worths: Sequence[float]) -> tuple[Mark, ...]:
    """Mark the best and the worst of some numbers; numbers within the tolerance are alike.

    The unknown is neither best nor worst. Where less than two numbers are known, or all known ones
    are the same, there is nothing to choose between, and all known ones are marked as alike.

    Parameters
    ----------
    worths : one number a site, the greater the better; NaN where unknown.
    """
    known = [worth for worth in worths if not isnan(worth)]
    top, bottom = max(known, default=0.0), min(known, default=0.0)

    def mark(worth: float) -> Mark:
        if isnan(worth):
            return "unknown"
        if len(known) == 1 or top - bottom <= TOLERANCE * max(1.0, abs(top), abs(bottom)):
            return "alike"
        if worth == top:
            return "best"
        return "worst" if worth == bottom else "between"

    return tuple(mark(worth) for worth in worths)
