"""Degree days: how much heating a year asks for, from hours or from monthly means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect.heat.weather import daily_mean

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from siteselect.heat.weather import Weather

UK_BASE_C = 15.5
"""Base temperature of British degree days [degC]."""


def heating_degree_days(weather: Weather, base_c: float = UK_BASE_C) -> float:
    """Sum over the year of how far each day's mean lies below the base [K d]."""
    days = daily_mean(weather.temperature_c, weather.index)
    return float(np.maximum(base_c - days.to_numpy(), 0.0).sum())


def eurostat_degree_days(weather: Weather, base_c: float = 18.0, limit_c: float = 15.0) -> float:
    """Degree days after Eurostat [K d]: 18 degC less the day's mean, on days of 15 degC or less."""
    days = daily_mean(weather.temperature_c, weather.index).to_numpy()
    return float(np.where(days <= limit_c, base_c - days, 0.0).sum())


def hitchin_degree_days(
    mean_c: ArrayLike, days: ArrayLike, base_c: float = UK_BASE_C, k: float = 0.71
) -> NDArray[np.float64]:
    """Degree days of a month from its mean temperature [K d].

    Hitchin's formula D = n (b - T) / (1 - exp(-k (b - T))), k = 0.71 (CIBSE TM41 [R]); where the
    mean equals the base its limit n / k.

    Parameters
    ----------
    mean_c : mean temperature of the month [degC].
    days : days in the month.
    base_c : base temperature [degC].
    k : spread constant of the place [1/K].
    """
    excess = base_c - np.asarray(mean_c, dtype=float)
    x = k * excess
    # x / (1 - exp(-x)) tends to 1 at 0 and, for a very warm month, to 0; expm1 keeps both exact.
    safe = np.where(np.abs(x) < 1e-9, 1.0, np.clip(x, -700.0, None))  # noqa: PLR2004
    ratio = np.where(np.abs(x) < 1e-9, 1.0 + x / 2, safe / -np.expm1(-safe))  # noqa: PLR2004
    return np.asarray(np.asarray(days, dtype=float) * ratio / k)
