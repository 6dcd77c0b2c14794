"""Greenhouses: the heat that holds their air at its set point, hour by hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.heat.weather import clock_h

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.heat.weather import Weather

AIR_WH_M3_K = 0.33
"""Heat that warms a cubic metre of air by a kelvin [Wh/(m3 K)]."""
_CALM_M_S = 4.0


@dataclass(frozen=True, slots=True)
class Greenhouse:
    """A greenhouse and how it is run.

    Defaults: single glass at 6.0 W/(m2 K) (ASABE EP406, NEN [R]), cover 1.3 times the floor
    (Venlo 1.2 to 1.5), a closed screen by night that leaves 0.60 of the conduction (0.55 to 0.70
    [R]), tomato at 20 by day and 17 by night [R], 1 air change an hour (0.5 to 1.5 [R]), 4 m high,
    glass passing 0.65 of the sun of which 0.4 becomes warm air, since the crop transpires the
    rest [J]. `wind_w_m2k_per_m_s` is added to the loss for wind above 4 m/s [J].
    """

    floor_m2: float
    cover_ratio: float = 1.3
    u_w_m2k: float = 6.0
    screen_factor: float = 0.6
    day_c: float = 20.0
    night_c: float = 17.0
    day_from: float = 7.0
    day_to: float = 19.0
    air_changes_h: float = 1.0
    height_m: float = 4.0
    transmission_share: float = 0.65
    sensible_share: float = 0.4
    wind_w_m2k_per_m_s: float = 0.25


def greenhouse_demand_kw(weather: Weather, greenhouse: Greenhouse) -> NDArray[np.float64]:
    """Heat that holds a greenhouse at its set point, by the hour [kW].

    max(0, U A (Ti - To) + 0.33 n V (Ti - To) - share tau G A_floor) (heat sheet, 2). The screen
    is closed by night. The least pipe temperature that growers keep adds 10 to 20 % and is left
    out.

    Raises
    ------
    ValueError
        A size or share that no greenhouse has.
    """
    house = greenhouse
    if not (house.floor_m2 > 0 and house.cover_ratio > 0 and house.height_m > 0):
        raise ValueError(f"floor, cover and height must be above 0: {house}")
    if not 0 <= house.screen_factor <= 1:
        raise ValueError("the screen factor is the part of the conduction that is left, 0 to 1")
    hours = clock_h(weather.index)
    day = (hours >= house.day_from) & (hours < house.day_to)
    excess_k = np.where(day, house.day_c, house.night_c) - weather.temperature_c
    windy = house.wind_w_m2k_per_m_s * np.maximum(weather.wind_m_s - _CALM_M_S, 0.0)
    u_w_m2k = (house.u_w_m2k + windy) * np.where(day, 1.0, house.screen_factor)
    conduction_w = u_w_m2k * house.floor_m2 * house.cover_ratio * excess_k
    volume_m3 = house.floor_m2 * house.height_m
    leakage_w = AIR_WH_M3_K * house.air_changes_h * volume_m3 * excess_k
    sun = house.sensible_share * house.transmission_share * house.floor_m2
    demand_w = conduction_w + leakage_w - sun * weather.irradiance_w_m2
    return np.asarray(np.maximum(demand_w, 0.0) / 1000)
