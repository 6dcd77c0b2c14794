"""Demand that is known: a profile scaled to a year's figure, or measured values in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from siteselect.heat.weather import Weather

_MONTHS = 12


def scaled_to(profile_kw: ArrayLike, annual_mwh_a: float) -> NDArray[np.float64]:
    """Keep a profile's shape and give it a year's sum [kW].

    Raises
    ------
    ValueError
        A value missing or below 0, or a sum asked of a profile that is 0 throughout.
    """
    profile = _sound(profile_kw)
    if not (np.isfinite(annual_mwh_a) and annual_mwh_a >= 0):
        raise ValueError(f"a year's heat must be a number of 0 or more, not {annual_mwh_a}")
    total_kwh = float(profile.sum())
    if annual_mwh_a == 0:
        return np.zeros_like(profile)
    if total_kwh <= 0:
        raise ValueError("a profile without any demand cannot be scaled")
    # Divided first, so that neither huge nor tiny profiles overflow.
    return np.asarray(profile / total_kwh * (annual_mwh_a * 1000))


def measured_demand_kw(
    values: ArrayLike, weather: Weather, *, profile_kw: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Demand from measured values, which replace the model [kW].

    Parameters
    ----------
    values : twelve months' heat [MWh], or the heat of every hour of the year [kW].
    weather : the year, for its clock and its months.
    profile_kw : modelled demand by the hour, for the shape within each month; flat without it.

    Raises
    ------
    ValueError
        Neither twelve values nor one for every hour, or a value missing or below 0.
    """
    given = _sound(values)
    hours = len(weather.index)
    if given.shape == (hours,):
        return given.copy()
    if given.shape != (_MONTHS,):
        raise ValueError(f"give 12 months or {hours} hours, not {given.shape}")
    shape = np.ones(hours) if profile_kw is None else _sound(profile_kw)
    if shape.shape != (hours,):
        raise ValueError(f"the profile has {shape.shape} values for {hours} hours")
    month = np.asarray(weather.index.month) - 1
    modelled = np.bincount(month, weights=shape, minlength=_MONTHS)
    # A month the model thinks empty, but the meter does not, is taken as flat.
    shape = np.where(modelled[month] > 0, shape, 1.0)
    modelled = np.bincount(month, weights=shape, minlength=_MONTHS)
    return np.asarray(shape * (given * 1000 / modelled)[month])


def _sound(values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or not np.all(np.isfinite(array)) or np.any(array < 0):
        raise ValueError("heat demand must be a row of numbers of 0 or more, none missing")
    return array
