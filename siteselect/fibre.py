"""Round-trip time over fibre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def rtt_ms(fibre_km: ArrayLike, us_per_km: float, equipment_ms: float) -> NDArray[np.float64]:
    """Round-trip time over a length of fibre.

    Parameters
    ----------
    fibre_km : length of fibre one way [km].
    us_per_km : one-way delay [µs/km]: refractive index over the speed of light, 4.897 at 1550 nm.
    equipment_ms : delay of the equipment on the way, there and back [ms].

    Returns
    -------
    ndarray
        Round-trip time [ms].
    """
    return 2.0 * np.asarray(fibre_km, dtype=float) * us_per_km / 1000.0 + equipment_ms


def route_km(straight_km: ArrayLike) -> NDArray[np.float64]:
    """Fibre length to expect over a straight distance, where no route is known [km].

    Piecewise and continuous: 1.5 times below 1000 km, 1500 km up to 1200 km, 1.25 times beyond
    (the rule of ITU-T Y.1541, recalled rather than read).
    """
    straight = np.asarray(straight_km, dtype=float)
    return np.where(
        straight < 1000.0, 1.5 * straight, np.where(straight <= 1200.0, 1500.0, 1.25 * straight)
    )
