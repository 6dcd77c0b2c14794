"""Which kind of connection a load asks for, and the transformer of a new substation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect.grid.catalogue import (
    LV_WAY,
    NEW_SUBSTATION,
    OPTIONS,
    kinds,
    transformers_kva,
)
from siteselect.sizing.electrical import THREE_PHASE_V

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Codes = NDArray[np.int64]
    Numbers = NDArray[np.float64]


def longest_lv_m(
    import_kva: ArrayLike, drop_share: float, cable_ohm_km: float, limit_m: float
) -> Numbers:
    """Longest low-voltage cable over which the voltage holds [m], and never over a flat limit.

    Between two ends of a three-phase cable the voltage falls by S z L / V^2 of itself, S being
    the apparent power and z the impedance that counts at the load's power factor
    (R cos phi + X sin phi) [textbook].

    Parameters
    ----------
    import_kva : apparent power [kVA].
    drop_share : fall of voltage that is allowed, over the nominal voltage.
    cable_ohm_km : impedance that counts [ohm/km].
    limit_m : never farther than this [m].
    """
    load_va = np.asarray(import_kva, dtype=np.float64) * 1000
    holds_m = drop_share * THREE_PHASE_V**2 / (load_va * cable_ohm_km / 1000)
    return np.minimum(holds_m, limit_m)


def by_size(import_kva: ArrayLike) -> Codes:
    """Name the kind of connection by size alone, as a place in `OPTIONS`."""
    limits = [kind.upto_kva for kind in kinds()[:-1]]
    return np.searchsorted(limits, np.asarray(import_kva, dtype=np.float64), side="left").astype(
        np.int64
    )


def choose(
    import_kva: ArrayLike, route_m: ArrayLike, headroom_kva: ArrayLike, longest_m: ArrayLike
) -> Codes:
    """Choose the kind of connection, as a place in `OPTIONS`.

    By size; and where low voltage would do by size, a new substation all the same if the cable
    would be too long, or if the substation there is known to have too little left. What is
    unknown (NaN) changes nothing.

    Parameters
    ----------
    import_kva : apparent power [kVA].
    route_m : cable to the supply point [m].
    headroom_kva : headroom of the supply point [kVA].
    longest_m : longest low-voltage cable [m].
    """
    need = np.asarray(import_kva, dtype=np.float64)
    size = by_size(need)
    short = np.asarray(headroom_kva, dtype=np.float64) < need
    far = np.asarray(route_m, dtype=np.float64) > np.asarray(longest_m, dtype=np.float64)
    return np.where((size <= LV_WAY) & (short | far), NEW_SUBSTATION, size).astype(np.int64)


def transformer_kva(options: Codes, import_kva: ArrayLike, loading_share: float) -> Numbers:
    """Pick the smallest transformer that is sold and carries a flat load [kVA].

    Returns
    -------
    NDArray
        NaN where the network's own transformer serves, and where none is large enough.
    """
    ratings = np.array([*transformers_kva(), np.nan])
    need = np.broadcast_to(np.asarray(import_kva, dtype=np.float64), options.shape)
    usable = ratings[:-1] * loading_share
    picked = ratings[np.searchsorted(usable, need, side="left")]
    return np.where(options >= NEW_SUBSTATION, picked, np.nan)


def names(options: Codes) -> NDArray[np.object_]:
    """Name kinds of connection by their places in `OPTIONS`."""
    return np.array(OPTIONS, dtype=object)[options]
