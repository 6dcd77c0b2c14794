"""Sound by distance alone: the loud-side bound that needs nothing but a sound power."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def spread(
    sound_power_dba: ArrayLike, distance_m: ArrayLike, constant_db: float = 8.0
) -> NDArray[np.float64]:
    """Level at a distance from a small source, by geometric spreading alone.

    Parameters
    ----------
    sound_power_dba : sound power of the source [dB(A)].
    distance_m : distance to the receptor [m]; nearer than 1 m counts as 1 m.
    constant_db : 11 for free space (ISO 9613-2, A_div = 20 lg d + 11), 8 for a source on hard
        ground, which radiates into half a sphere [dB].

    Returns
    -------
    ndarray
        Sound pressure level [dB(A)]. Air, soft ground and screens would lower it, so for
        screening it errs on the loud side.
    """
    distance = np.maximum(np.asarray(distance_m, dtype=float), 1.0)
    level = np.asarray(sound_power_dba, dtype=float) - 20.0 * np.log10(distance) - constant_db
    return np.asarray(level)
