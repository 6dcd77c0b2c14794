"""Evaporation from a pool's water, by six published methods with their ranges.

All hold for 20 to 36 degC water and, indoors, 40 to 70 % relative humidity and still air. Where
the air holds more vapour than the water gives off (no driving pressure) evaporation is 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from siteselect.heat.moist_air import (
    ZERO_C_K,
    dry_air_density_kg_m3,
    humidity_ratio,
    latent_heat_kj_kg,
    saturation_pressure_pa,
    vapour_pressure_pa,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Model = Literal["ashrae", "carrier", "shah_unoccupied", "shah_occupied", "vdi2089", "vdi2089_1994"]
"""Methods: ASHRAE short form, Carrier, Shah without and with bathers, VDI 2089 of 2010 and 1994."""
State = Literal["covered", "quiet", "private", "public", "shallow", "leisure", "wave"]
"""How the water is used, as VDI 2089 tells apart."""

MODELS: tuple[Model, ...] = get_args(Model)
VDI_BETA_M_H: dict[str, float] = {
    "covered": 0.7,
    "quiet": 7.0,
    "private": 21.0,
    "public": 28.0,
    "shallow": 40.0,
    "leisure": 40.0,
    "wave": 50.0,
}
"""Mass transfer of VDI 2089-1:2010 [m/h]: 21, 28, 40, 50 [S], 7 [C], 0.7 [R].

`public` is deeper than 1.35 m. The values in use size a dehumidifier at full occupancy: over a
year they need an occupancy factor (0.5 to 0.7 [J]).
"""
VDI_1994_G_M2_H_MBAR: dict[str, float] = {
    "covered": 0.5,
    "quiet": 5.0,
    "private": 15.0,
    "public": 20.0,
    "shallow": 28.0,
    "leisure": 28.0,
    "wave": 35.0,
}
"""Empirical factor of VDI 2089 of 1994 [g/(m2 h mbar)] [R]; quiet 5 [C]."""
_VAPOUR_J_KG_K = 461.52
_LEAST_PEOPLE_M2 = 0.05


def driving_pressure_pa(
    water_c: ArrayLike, air_c: ArrayLike, humidity_share: ArrayLike
) -> NDArray[np.float64]:
    """Vapour pressure at the water less that in the air [Pa], never below 0."""
    difference = saturation_pressure_pa(water_c) - vapour_pressure_pa(air_c, humidity_share)
    return np.maximum(difference, 0.0)


def evaporation_kg_m2_h(
    water_c: ArrayLike,
    air_c: ArrayLike,
    humidity_share: ArrayLike,
    *,
    model: Model = "ashrae",
    activity: ArrayLike = 1.0,
    wind_m_s: ArrayLike = 0.0,
    people_m2: ArrayLike = 0.0,
    state: State = "quiet",
) -> NDArray[np.float64]:
    """Water that evaporates [kg/(m2 h)].

    - ashrae: 0.144 dp[kPa] Fa (ASHRAE HVAC Applications, natatoriums [R]; the same in EnergyPlus
      [S]); indoors, air at 0.10 to 0.15 m/s.
    - carrier: 3600 dp[kPa] (0.089 + 0.0782 V) / hfg Fa [S]; V is the wind over the water.
    - shah_unoccupied, shah_occupied: Shah 2014 and 2013 [S], mean deviation 18 %.
    - vdi2089, vdi2089_1994: by the state of the water [S], [R].

    Parameters
    ----------
    water_c : temperature of the water [degC].
    air_c : temperature of the air [degC].
    humidity_share : relative humidity of the air, 0 to 1.
    model : method.
    activity : ASHRAE's activity factor Fa, for ashrae and carrier only.
    wind_m_s : air speed over the water, for carrier only [m/s].
    people_m2 : bathers in the water per area, for shah_occupied only [1/m2].
    state : how the water is used, for the two of VDI 2089 only.

    Raises
    ------
    ValueError
        No such method.
    """
    dp = driving_pressure_pa(water_c, air_c, humidity_share)
    if model == "ashrae":
        return np.asarray(0.144 * dp / 1000 * np.asarray(activity, float))
    if model == "carrier":
        speed = 0.089 + 0.0782 * np.asarray(wind_m_s, float)
        rate = 3600 * dp / 1000 * speed / latent_heat_kj_kg(water_c)
        return np.asarray(rate * np.asarray(activity, float))
    if model == "shah_unoccupied":
        return _shah_unoccupied(water_c, air_c, humidity_share, dp)
    if model == "shah_occupied":
        quiet = _shah_unoccupied(water_c, air_c, humidity_share, dp)
        return quiet * _shah_ratio(water_c, air_c, humidity_share, people_m2)
    if model == "vdi2089":
        mean_k = ZERO_C_K + (np.asarray(water_c, float) + np.asarray(air_c, float)) / 2
        return np.asarray(VDI_BETA_M_H[state] / (_VAPOUR_J_KG_K * mean_k) * dp)
    if model == "vdi2089_1994":
        return np.asarray(VDI_1994_G_M2_H_MBAR[state] * dp / 100 / 1000)
    raise ValueError(f"no evaporation method {model!r}; known: {', '.join(MODELS)}")


def density_difference_kg_m3(
    water_c: ArrayLike, air_c: ArrayLike, humidity_share: ArrayLike
) -> NDArray[np.float64]:
    """Dry-air density in the room less that of saturated air at the water [kg/m3] (Shah)."""
    room = dry_air_density_kg_m3(air_c, humidity_share)
    return np.asarray(room - dry_air_density_kg_m3(water_c, 1.0))


def _shah_unoccupied(
    water_c: ArrayLike, air_c: ArrayLike, humidity_share: ArrayLike, dp: NDArray[np.float64]
) -> NDArray[np.float64]:
    # ASHRAE SE-14-001: the larger of natural convection (35 everywhere) and of air currents.
    lighter = np.maximum(density_difference_kg_m3(water_c, air_c, humidity_share), 0.0)
    wetter = humidity_ratio(water_c, 1.0) - humidity_ratio(air_c, humidity_share)
    convection = 35.0 * dry_air_density_kg_m3(water_c, 1.0) * np.cbrt(lighter) * wetter
    return np.asarray(np.where(dp > 0, np.maximum(convection, 5.0e-5 * dp), 0.0))


def _shah_ratio(
    water_c: ArrayLike, air_c: ArrayLike, humidity_share: ArrayLike, people_m2: ArrayLike
) -> NDArray[np.float64]:
    # HPAC 2013 in SI [C]; below 0.05 bathers a square metre, a line from 1 at none. A bather
    # never calms the water, hence not below 1.
    people = np.asarray(people_m2, dtype=float)
    lighter = density_difference_kg_m3(water_c, air_c, humidity_share)
    crowd = 1.9 - 21.0 * lighter + 5.3 * np.maximum(people, _LEAST_PEOPLE_M2)
    part = np.minimum(people / _LEAST_PEOPLE_M2, 1.0)
    return np.asarray(1.0 + part * (np.maximum(crowd, 1.0) - 1.0))
