"""Moist air: vapour pressure, humidity ratio, density and latent heat, for arrays.

Formulas of the ASHRAE Handbook, Fundamentals, chapter Psychrometrics [R]; the tests hold them
against PsychroLib, which is not used itself because its unit system is a global setting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

SEA_LEVEL_PA = 101_325.0
"""Standard pressure of the atmosphere [Pa]."""
ZERO_C_K = 273.15
"""0 degC in kelvin [K]."""
_TRIPLE_POINT_C = 0.01
_DRY_AIR_J_KG_K = 287.042
_MASS_RATIO = 0.621945
_OVER_ICE = (-5.6745359e3, 6.3925247, -9.677843e-3, 6.2215701e-7, 2.0747825e-9, -9.484024e-13)
_OVER_WATER = (-5.8002206e3, 1.3914993, -4.8640239e-2, 4.1764768e-5, -1.4452093e-8)


def saturation_pressure_pa(temperature_c: ArrayLike) -> NDArray[np.float64]:
    """Vapour pressure of saturated air [Pa], over ice below the triple point, else over water.

    Hyland and Wexler's fit as given in ASHRAE Fundamentals, -100 to 200 degC [R].
    """
    t = np.asarray(temperature_c, dtype=float) + ZERO_C_K
    a, b, c, d, e, f = _OVER_ICE
    ice = a / t + b + c * t + d * t**2 + e * t**3 + f * t**4 + 4.1635019 * np.log(t)
    a, b, c, d, e = _OVER_WATER
    water = a / t + b + c * t + d * t**2 + e * t**3 + 6.5459673 * np.log(t)
    return np.asarray(np.exp(np.where(t <= _TRIPLE_POINT_C + ZERO_C_K, ice, water)))


def vapour_pressure_pa(temperature_c: ArrayLike, humidity_share: ArrayLike) -> NDArray[np.float64]:
    """Partial pressure of the water vapour in air [Pa]: relative humidity times saturation."""
    return np.asarray(humidity_share, dtype=float) * saturation_pressure_pa(temperature_c)


def humidity_ratio(
    temperature_c: ArrayLike, humidity_share: ArrayLike, pressure_pa: float = SEA_LEVEL_PA
) -> NDArray[np.float64]:
    """Mass of vapour per mass of dry air [kg/kg] (ASHRAE Fundamentals [R])."""
    vapour = vapour_pressure_pa(temperature_c, humidity_share)
    return np.asarray(_MASS_RATIO * vapour / (pressure_pa - vapour))


def dry_air_density_kg_m3(
    temperature_c: ArrayLike, humidity_share: ArrayLike, pressure_pa: float = SEA_LEVEL_PA
) -> NDArray[np.float64]:
    """Mass of DRY air in a cubic metre of moist air [kg/m3].

    Shah's pool formula means this density and not that of the mixture (heat sheet, 1.2).
    """
    vapour = vapour_pressure_pa(temperature_c, humidity_share)
    kelvin = np.asarray(temperature_c, dtype=float) + ZERO_C_K
    return np.asarray((pressure_pa - vapour) / (_DRY_AIR_J_KG_K * kelvin))


def latent_heat_kj_kg(water_c: ArrayLike) -> NDArray[np.float64]:
    """Heat that evaporates a kilogram of water [kJ/kg]: 2501 - 2.361 T (ASHRAE [C])."""
    return np.asarray(2501.0 - 2.361 * np.asarray(water_c, dtype=float))
