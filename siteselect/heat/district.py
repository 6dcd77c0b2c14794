"""District loops: load and temperatures by the weather outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect.heat.measured import scaled_to
from siteselect.heat.weather import smoothed_c

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.heat.weather import Weather

HEATING_LIMIT_C = 15.0
"""Outdoor temperature above which a loop carries no space heating [degC]."""
BASE_SHARE = 0.10
"""Summer load (hot water and losses) over the winter peak [J]; usual 0.08 to 0.15."""


def cold_share(weather: Weather, design_c: float | None = None) -> NDArray[np.float64]:
    """How far winter has come, 0 at 15 degC outside and 1 at the design temperature.

    clip((15 - To) / (15 - Tdesign), 0, 1) on the mean of the last 24 hours, since buildings and
    pipes are slow. Without a design temperature the coldest such mean of the year is taken.
    """
    outdoor_c = smoothed_c(weather)
    coldest_c = float(outdoor_c.min()) if design_c is None else design_c
    if coldest_c >= HEATING_LIMIT_C:
        return np.zeros(outdoor_c.shape)
    return np.clip((HEATING_LIMIT_C - outdoor_c) / (HEATING_LIMIT_C - coldest_c), 0.0, 1.0)


def district_demand_kw(
    weather: Weather, annual_mwh_a: float, *, base_share: float = BASE_SHARE
) -> NDArray[np.float64]:
    """Load of a district loop by the hour [kW], with a base that runs all summer.

    base + (1 - base) x `cold_share`, scaled to the year. The draw of hot water within the day is
    not in it, so real mornings peak higher.

    Parameters
    ----------
    weather : the year.
    annual_mwh_a : heat a year, losses of the network included [MWh/a].
    base_share : load without space heating over the peak [J].

    Raises
    ------
    ValueError
        A base share outside 0 to 1.
    """
    if not 0 <= base_share <= 1:
        raise ValueError(f"a base share lies between 0 and 1, not {base_share}")
    return scaled_to(base_share + (1 - base_share) * cold_share(weather), annual_mwh_a)


def supply_c(
    weather: Weather,
    *,
    summer_c: float = 70.0,
    winter_c: float = 90.0,
    design_c: float | None = None,
) -> NDArray[np.float64]:
    """Supply temperature of a loop by the hour, raised as it gets colder [degC].

    Tmin + (Tmax - Tmin) x `cold_share` (heat sheet, 3.1). Third generation 70 to 100 [R: Lund
    2014]; fourth generation 50 to 60.
    """
    return np.asarray(summer_c + (winter_c - summer_c) * cold_share(weather, design_c))


def return_c(
    weather: Weather,
    *,
    summer_c: float = 45.0,
    winter_c: float = 45.0,
    design_c: float | None = None,
) -> NDArray[np.float64]:
    """Return temperature of a loop by the hour [degC]; third generation 40 to 50 [R: Lund 2014].

    A pod that only warms the return must beat this and not the supply.
    """
    return np.asarray(summer_c + (winter_c - summer_c) * cold_share(weather, design_c))
