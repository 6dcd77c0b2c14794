"""Octave bands: their midbands, the A-weighting, and sums of energy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

OCTAVES: tuple[str, ...] = ("63", "125", "250", "500", "1k", "2k", "4k", "8k")
"""Names of the octave bands, lowest first; the last axis of every array of bands."""
NOMINAL_HZ = np.array([63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0])
"""Nominal midbands [Hz]: ISO 9613-2 takes wavelengths from these."""
MIDBAND_HZ = 1000.0 * 10.0 ** (0.3 * np.arange(-4, 4))
"""Exact midbands [Hz]: absorption in air is right to 0.05 dB only with these."""
A_WEIGHTING_DB = np.array([-26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1])
"""A-weighting of the octaves [dB] (IEC 61672-1)."""
SPEED_OF_SOUND_M_S = 340.0
"""Speed of sound that ISO 9613-2:1996 takes wavelengths with [m/s]."""
WAVELENGTH_M = SPEED_OF_SOUND_M_S / NOMINAL_HZ
"""Wavelength of the octaves [m]."""
for _constant in (NOMINAL_HZ, MIDBAND_HZ, A_WEIGHTING_DB, WAVELENGTH_M):
    _constant.flags.writeable = False


def energy_sum(levels_db: ArrayLike, axis: int = -1) -> NDArray[np.float64]:
    """Add levels by their energy [dB]: 10 lg of the sum of 10^(L/10).

    Minus infinity is silence and adds nothing; an unknown level makes the sum unknown.
    """
    energy = np.sum(10.0 ** (np.asarray(levels_db, dtype=float) / 10.0), axis=axis)
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(energy))


def a_weighted(levels_db: ArrayLike) -> NDArray[np.float64]:
    """Sum octaves to one A-weighted level [dB(A)].

    Parameters
    ----------
    levels_db : linear octave levels, 63 Hz to 8 kHz on the last axis [dB].
    """
    return energy_sum(np.asarray(levels_db, dtype=float) + A_WEIGHTING_DB)


def linear(a_weighted_octaves_dba: ArrayLike) -> NDArray[np.float64]:
    """Take the A-weighting out of octaves that were published with it [dB]."""
    return np.asarray(np.asarray(a_weighted_octaves_dba, dtype=float) - A_WEIGHTING_DB)


def scaled_to(shape_db: ArrayLike, total_dba: ArrayLike) -> NDArray[np.float64]:
    """Shift a spectrum so that its A-weighted sum becomes a total [dB].

    Parameters
    ----------
    shape_db : linear octave levels, 63 Hz to 8 kHz on the last axis [dB].
    total_dba : A-weighted total wanted [dB(A)], one for each spectrum.
    """
    shape = np.asarray(shape_db, dtype=float)
    shift = np.asarray(total_dba, dtype=float) - a_weighted(shape)
    return np.asarray(shape + shift[..., np.newaxis])
