"""What barriers and buildings take from the sound, after ISO 9613-2:1996, 7.4."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect.sound.bands import WAVELENGTH_M
from siteselect.sound.detours import Detour, over_top

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

_C2 = 20.0
"""Ground reflections are in the ground term, so they are not counted here again."""
SINGLE_LIMIT_DB = 20.0
"""Most that one edge takes from sound over the top [dB]."""
MULTIPLE_LIMIT_DB = 25.0
"""Most that several edges take from sound over the top [dB]."""


def diffraction_db(detour: Detour, *, top: bool) -> NDArray[np.float64]:
    """Attenuation of sound that goes a detour, by octave [dB]; before the ground is set against it.

    Source: ISO 9613-2:1996, equations 14 to 18, with exact path lengths. Only the way over the top
    is bent by the weather and held to the limits of 20 and 25 dB.

    Parameters
    ----------
    detour : legs and excess, one a path.
    top : whether it leads over the top, not round a side.
    """
    between = detour.between_m[:, np.newaxis] ** 2
    excess = detour.excess_m[:, np.newaxis]
    reach = 25.0 * WAVELENGTH_M**2
    several = (between + reach) / (between / 3.0 + reach)
    bending = _weather(detour)[:, np.newaxis] if top else 1.0
    # Below 1 the edge is too far under the sight line to matter.
    bracket = np.maximum(3.0 + _C2 / WAVELENGTH_M * several * excess * bending, 1.0)
    found = 10.0 * np.log10(bracket)
    if not top:
        return np.asarray(found)
    limit = np.where(detour.between_m > 0, MULTIPLE_LIMIT_DB, SINGLE_LIMIT_DB)
    return np.asarray(np.minimum(found, limit[:, np.newaxis]))


def _weather(detour: Detour) -> NDArray[np.float64]:
    """Loss of screening where the wind bends sound over the top (equation 18)."""
    hidden = (detour.excess_m > 0) & np.isfinite(detour.excess_m)
    excess = np.where(hidden, detour.excess_m, 1.0)
    legs = detour.first_leg_m * detour.last_leg_m * detour.direct_m
    return np.where(hidden, np.exp(-np.sqrt(legs / (2.0 * excess)) / 2000.0), 1.0)


def barrier_db(
    top_db: NDArray[np.float64],
    sides_db: Sequence[NDArray[np.float64]],
    ground_db: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Combine the ways past an obstacle to what it takes, by octave [dB]; never below 0.

    Over the top, screening takes the place of what the ground would have taken; what the ground
    adds stays. The ways round the sides are added by energy. This combination reproduces the
    screened cases of ISO/TR 17534-3:2015.

    Parameters
    ----------
    top_db : diffraction over the top [dB].
    sides_db : diffraction round each open side [dB].
    ground_db : ground attenuation of the path without the obstacle [dB].
    """
    over = np.maximum(top_db - np.maximum(ground_db, 0.0), 0.0)
    energy = 10.0 ** (-over / 10.0)
    for side in sides_db:
        energy = energy + 10.0 ** (-side / 10.0)
    return np.asarray(np.maximum(-10.0 * np.log10(energy), 0.0))


def wall_db(
    wall_height_m: ArrayLike,
    wall_distance_m: ArrayLike,
    source_height_m: ArrayLike,
    receiver_height_m: ArrayLike,
    distance_m: ArrayLike,
    ground_db: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give what a wall takes that is too long to go round, on level ground, by octave [dB].

    Parameters
    ----------
    wall_height_m : height of the wall above the ground [m].
    wall_distance_m : from source to wall in plan, nearer than the receiver [m].
    source_height_m : height of the source above the ground [m].
    receiver_height_m : height of the receiver above the ground [m].
    distance_m : distance in plan from source to receiver [m].
    ground_db : ground attenuation of the open path [dB].
    """
    wall, at, high, low, plan = (
        np.atleast_1d(values)
        for values in np.broadcast_arrays(
            *(
                np.asarray(given, dtype=float)
                for given in (
                    wall_height_m,
                    wall_distance_m,
                    source_height_m,
                    receiver_height_m,
                    distance_m,
                )
            )
        )
    )
    # A wall beyond the receiver screens nothing.
    edge = np.where((at > 0) & (at < plan), at, np.nan)[:, np.newaxis]
    top = over_top(edge, wall[:, np.newaxis], plan, high, low)
    return barrier_db(diffraction_db(top, top=True), (), np.asarray(ground_db, dtype=float))
