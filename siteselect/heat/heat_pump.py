"""Heat pump: coefficient of performance from the lift, and what it makes of a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from siteselect.heat.moist_air import ZERO_C_K

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

CARNOT_SHARE = 0.45
"""Part of Carnot's limit that a machine reaches [R: Arpagaus 2018, 0.40 to 0.55]."""
PINCH_K = 5.0
"""Temperature lost between water and refrigerant on either side [K] [J]."""
CAP = 8.0
"""Highest coefficient of performance believed [J]."""
_STAFFELL = {"ground": (8.77, -0.150, 0.000734), "air": (6.81, -0.121, 0.000630)}
_STAFFELL_LIFT_K = (15.0, 60.0)


def lift_k(source_c: ArrayLike, sink_c: ArrayLike) -> NDArray[np.float64]:
    """Temperature by which the heat must be raised [K]; 0 where the source is warm enough."""
    short_k = np.asarray(sink_c, dtype=float) - np.asarray(source_c, dtype=float)
    return np.asarray(np.maximum(short_k, 0.0))


def cop(
    source_c: ArrayLike,
    sink_c: ArrayLike,
    *,
    carnot_share: float = CARNOT_SHARE,
    pinch_k: float = PINCH_K,
    cap: float = CAP,
) -> NDArray[np.float64]:
    """Coefficient of performance in heating: a share of Carnot between the refrigerant's sides.

    share x Tk / (Tk - Ts) in kelvin, with the condenser a pinch above the sink and the evaporator
    a pinch below the source; never above the cap, never below 1 (plain electric heating).

    Parameters
    ----------
    source_c : temperature of the source [degC].
    sink_c : temperature asked for [degC].
    carnot_share : part of Carnot's limit reached, 0.40 to 0.55 [R].
    pinch_k : temperature lost on either side [K] [J].
    cap : highest value believed [J].
    """
    condenser_k = np.asarray(sink_c, dtype=float) + pinch_k + ZERO_C_K
    evaporator_k = np.asarray(source_c, dtype=float) - pinch_k + ZERO_C_K
    difference_k = condenser_k - evaporator_k
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = carnot_share * condenser_k / difference_k
    return np.asarray(np.where(difference_k <= 0, cap, np.clip(ratio, 1.0, cap)))


def cop_staffell(
    lift: ArrayLike, source: Literal["ground", "air"] = "ground"
) -> NDArray[np.float64]:
    """Coefficient of performance after Staffell's fit [S, in PyPSA-Eur], a second opinion.

    Ground or water: 8.77 - 0.150 dT + 0.000734 dT2; air: 6.81 - 0.121 dT + 0.000630 dT2. The fit
    holds for a lift of 15 to 60 K; beyond either end its value at that end is given.
    """
    a, b, c = _STAFFELL[source]
    held = np.clip(np.asarray(lift, dtype=float), *_STAFFELL_LIFT_K)
    return np.asarray(a + b * held + c * held**2)


def lifted_kw(
    source_kw: ArrayLike, performance: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heat delivered and electricity drawn when a pump takes in a source's heat [kW], [kW].

    Q COP / (COP - 1) and Q / (COP - 1).

    Raises
    ------
    ValueError
        A coefficient of performance of 1 or less: such a machine moves no heat.
    """
    ratio = np.asarray(performance, dtype=float)
    if np.any(ratio <= 1.0):
        raise ValueError("a heat pump needs a coefficient of performance above 1")
    electric_kw = np.asarray(source_kw, dtype=float) / (ratio - 1.0)
    return np.asarray(electric_kw * ratio), np.asarray(electric_kw)
