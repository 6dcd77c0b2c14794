"""Absorption of sound in air, after ISO 9613-1:1993."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.sound.bands import MIDBAND_HZ
from siteselect.sound.ranges import require

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_PRESSURE_KPA = 101.325
_REFERENCE_K = 293.15
_TRIPLE_POINT_K = 273.16
_ZERO_C_K = 273.15


@dataclass(frozen=True, slots=True)
class Air:
    """The air between plant and window.

    10 degC and 70 % are the convention. For a condenser's spectrum they gave the loudest of four
    atmospheres tried at 100, 300 and 600 m, by up to 0.9 dB; they are not the least absorbing in
    every band.
    """

    temperature_c: float = 10.0
    humidity_share: float = 0.7
    pressure_kpa: float = _PRESSURE_KPA


def absorption_db_m(
    frequency_hz: ArrayLike,
    temperature_c: ArrayLike = 10.0,
    humidity_share: ArrayLike = 0.7,
    pressure_kpa: ArrayLike = _PRESSURE_KPA,
) -> NDArray[np.float64]:
    """Attenuation of a pure tone in air [dB/m]; arguments broadcast against each other.

    Source: ISO 9613-1:1993, equations 3 to 5 and B.1 to B.3, accurate to 10 % from -20 to 50 degC
    and for 0.05 to 5 % molar water vapour.

    Parameters
    ----------
    frequency_hz : frequency [Hz]; give exact midbands, not nominal ones.
    temperature_c : air temperature [degC].
    humidity_share : relative humidity [share].
    pressure_kpa : air pressure [kPa].

    Raises
    ------
    InputError
        A temperature, humidity or pressure that outdoor air cannot have.
    """
    require(
        "air",
        temperature_c=temperature_c,
        humidity_share=humidity_share,
        pressure_kpa=pressure_kpa,
    )
    squared = np.asarray(frequency_hz, dtype=float) ** 2
    kelvin = np.asarray(temperature_c, dtype=float) + _ZERO_C_K
    warmth = kelvin / _REFERENCE_K
    pressure = np.asarray(pressure_kpa, dtype=float) / _PRESSURE_KPA
    saturation = 10.0 ** (4.6151 - 6.8346 * (_TRIPLE_POINT_K / kelvin) ** 1.261)
    vapour = 100.0 * np.asarray(humidity_share, dtype=float) * saturation / pressure
    oxygen_hz = pressure * (24.0 + 4.04e4 * vapour * (0.02 + vapour) / (0.391 + vapour))
    nitrogen_hz = (
        pressure
        * warmth**-0.5
        * (9.0 + 280.0 * vapour * np.exp(-4.170 * (warmth ** (-1.0 / 3.0) - 1.0)))
    )
    classical = 1.84e-11 / pressure * warmth**0.5
    oxygen = 0.01275 * np.exp(-2239.1 / kelvin) / (oxygen_hz + squared / oxygen_hz)
    nitrogen = 0.1068 * np.exp(-3352.0 / kelvin) / (nitrogen_hz + squared / nitrogen_hz)
    return np.asarray(8.686 * squared * (classical + warmth**-2.5 * (oxygen + nitrogen)))


def octave_absorption_db_m(air: Air) -> NDArray[np.float64]:
    """Attenuation of the octaves in air, at their exact midbands [dB/m]."""
    return absorption_db_m(MIDBAND_HZ, air.temperature_c, air.humidity_share, air.pressure_kpa)
