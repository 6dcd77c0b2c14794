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
