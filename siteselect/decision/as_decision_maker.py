"""Our model as a decision maker of scikit-criteria, for its pipelines and checkers.

Import this module where it is needed and not at the top of another: scikit-criteria takes seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from skcriteria.agg import RankResult, SKCDecisionMakerABC
from skcriteria.utils import rank

from siteselect.contracts import ValueScale
from siteselect.decision.ranking import TOLERANCE, Floats
from siteselect.decision.value import to_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DIGITS = round(-np.log10(TOLERANCE))


class FixedScaleValue(SKCDecisionMakerABC):  # type: ignore[misc] # scikit-criteria has no types
    """The additive value model on fixed scales: no candidate moves another one's score.

    Accepted by `mkpipe`, `mkcombinatorial`, `RanksComparator` and the rank-reversal checkers. The
    direction of a criterion is that of its scale; an objective of the matrix that says otherwise
    is refused. Weights are divided by their sum. On straight scales between the bounds, the score
    is 1 less that of SPOTIS (Dezert and others, FUSION 2020).
    """

    _skcriteria_parameters = ("scales",)

    def __init__(self, scales: Mapping[str, ValueScale]) -> None:
        """Keep the scale of each criterion, by the name that it has in the decision matrix."""
        self._scales = dict(scales)

    @property
    def scales(self) -> dict[str, ValueScale]:
        """Scale of each criterion."""
        return self._scales

    def _evaluate_data(
        self, matrix: Any, objectives: Any, weights: Any, criteria: Any, **_: Any
    ) -> tuple[Any, dict[str, Any]]:
        measures = pd.DataFrame(np.asarray(matrix, dtype=np.float64), columns=list(criteria))
        share = _shares(np.asarray(weights, dtype=np.float64))
        if not np.isfinite(measures.to_numpy()).all():
            # A result of scikit-criteria has no place for a range of ranks, nor for a flag.
            raise ValueError("an unknown or infinite cell has no rank here; see siteselect rank")
        for name, objective in zip(criteria, objectives, strict=True):
            if name in self._scales:
                _check_direction(str(name), self._scales[name], int(objective))
        valued = to_values(measures, self._scales)
        score = np.zeros(len(measures))
        for column, weight in zip(valued.values.to_numpy().T, share, strict=True):
            score += weight * column
        # Rounded first: to scikit-criteria any difference counts, and so would that of a sum.
        places = rank.rank_values(np.round(score, _DIGITS), reverse=True)
        return places, {"score": score, "clamped": valued.clamped.to_numpy()}

    def _make_result(self, alternatives: Any, values: Any, extra: Any) -> Any:
        return RankResult("FixedScaleValue", alternatives, values, extra)


def linear_scales(
    criteria: Sequence[str],
    bounds: Sequence[tuple[float, float]],
    objectives: Sequence[int],
) -> dict[str, ValueScale]:
    """Make straight scales between fixed bounds, as SPOTIS has them.

    Parameters
    ----------
    criteria : names.
    bounds : least and greatest measure of each [its own unit].
    objectives : 1 where more is better, -1 where less is, as `iobjectives` of a decision matrix.
    """
    return {
        name: ValueScale(knots=((low, 0.0), (high, 1.0)) if sign > 0 else ((low, 1.0), (high, 0.0)))
        for name, (low, high), sign in zip(criteria, bounds, objectives, strict=True)
    }


def _shares(weights: Floats) -> Floats:
    if not (np.isfinite(weights) & (weights >= 0)).all() or weights.sum() <= 0:
        raise ValueError("weights must be 0 or more, and one of them above 0")
    shares: Floats = weights / weights.sum()
    return shares


def _check_direction(name: str, scale: ValueScale, objective: int) -> None:
    steps = np.diff([worth for _, worth in scale.knots])
    against = (steps <= 0).all() if objective > 0 else (steps >= 0).all()
    if against and steps.any():
        said = "max" if objective > 0 else "min"
        raise ValueError(f"{name}: the objective is {said}, but its scale runs the other way")
