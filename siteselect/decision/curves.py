"""Named value curves, exact and compiled to the knots that everything else works with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from siteselect.contracts import ValueScale
from siteselect.settings.criteria import (
    BandCurve,
    Curve,
    ExponentialCurve,
    PiecewiseCurve,
    SCurve,
)

if TYPE_CHECKING:
    from collections.abc import Callable

KNOT_ERROR = 1e-4
"""Largest error of the compiled knots [value 0..1], far below what anybody can mean by a value."""

_STRAIGHT_BEND = 1e-9
"""A bend below this is linear: the formula would divide 0 by 0, and differs by less than 1e-9."""

_NEAR_AN_END = 1e-6
"""A turn this near to an end is none: knots must not fall together, and nothing is lost."""

Floats = npt.NDArray[np.float64]


def compile_scale(scale: Curve | tuple[tuple[float, float], ...]) -> ValueScale:
    """Turn a study's scale into knots, as few as keep the error below `KNOT_ERROR`."""
    if isinstance(scale, tuple):
        return ValueScale(knots=scale)
    if isinstance(scale, PiecewiseCurve):
        return ValueScale(knots=scale.knots)
    if isinstance(scale, BandCurve):
        corners = [(scale.zero_below, 0.0), (scale.low, 1.0), (scale.zero_above, 0.0)]
        if scale.high > scale.low:
            corners.insert(2, (scale.high, 1.0))
        return ValueScale(knots=tuple(corners))
    turn = scale.z0 if isinstance(scale, SCurve) else 0.0
    ways = _adaptive(lambda z: _worth(scale, z), turn)
    worths = _worth(scale, ways)
    # The ends to the last digit, not the rounding of worst + 1 x (best - worst).
    measures = np.where(ways == 1, scale.best, scale.worst + ways * (scale.best - scale.worst))
    pairs = sorted(zip(measures.tolist(), worths.tolist(), strict=True))
    return ValueScale(knots=tuple(pairs))


def curve_values(curve: Curve, measure: Floats) -> Floats:
    """Value measures by the curve's own formula; beyond an end, the value is that end's.

    Parameters
    ----------
    curve : a named curve of a study.
    measure : the measures [the criterion's unit]; NaN where unknown.

    Returns
    -------
    ndarray
        Values, 0 to 1; NaN where the measure is unknown.
    """
    if isinstance(curve, PiecewiseCurve | BandCurve):
        at, worth = np.array(compile_scale(curve).knots).T
        return np.asarray(np.interp(measure, at, worth))
    return _worth(curve, np.clip((measure - curve.worst) / (curve.best - curve.worst), 0, 1))


def _worth(curve: Curve, way: Floats) -> Floats:
    """Value a share of the way from worst to best by a curve that runs one way."""
    if isinstance(curve, ExponentialCurve) and abs(curve.c) > _STRAIGHT_BEND:
        return np.asarray(np.expm1(-curve.c * way) / np.expm1(-curve.c))
    if isinstance(curve, SCurve):
        # As tanh, the logistic neither overflows nor cancels: 1 / (1 + e^-x) = (1 + tanh x/2) / 2.
        start = np.tanh(-curve.k * curve.z0 / 2)
        end = np.tanh(curve.k * (1 - curve.z0) / 2)
        return np.asarray((np.tanh(curve.k * (way - curve.z0) / 2) - start) / (end - start))
    return np.asarray(way, dtype=np.float64)


def _adaptive(curve: Callable[[Floats], Floats], turn: float) -> Floats:
    """Halve every piece until its chord is close enough.

    Between knots the curve bends one way (it is cut where the bend turns), so its distance from
    the chord is a concave function that is 0 at both ends: at most twice what it is in the middle.
    """
    inside = _NEAR_AN_END < turn < 1 - _NEAR_AN_END
    waiting = [(0.0, turn), (turn, 1.0)] if inside else [(0.0, 1.0)]
    ways = {0.0, 1.0}
    while waiting:
        low, high = waiting.pop()
        ways |= {low, high}
        middle = (low + high) / 2
        left, centre, right = curve(np.array([low, middle, high]))
        if 2 * abs(centre - (left + right) / 2) > KNOT_ERROR * (1 - 1e-9):
            waiting += [(low, middle), (middle, high)]
    return np.array(sorted(ways))
