"""Headroom of supply points: from what is published of each, and from which of it.

All power is apparent power [kVA]. Real power is turned into it with a stated power factor and
nowhere else. A negative headroom keeps its sign; what is unknown stays unknown (NaN).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.sizing.electrical import transformer_spare_kva

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

MINUTES_A = 525_600.0
"""Minutes of a common year [min]."""
ABOVE_LOCAL = ("primary", "grid")
"""Levels at which one outage must be ridden through, so that the rating is not the capacity."""


@dataclass(frozen=True, slots=True)
class Headroom:
    """Headroom of each supply point [kVA], and what it was worked out from ("" where unknown)."""

    kva: Numbers
    basis: NDArray[np.object_]


def headroom(
    points: pd.DataFrame, power_factor: float, loading_share: float, *, contracted: bool = True
) -> Headroom:
    """Work out the headroom of supply points, each from the best that is known of it.

    In this order: headroom as published; published real power over the power factor; firm
    capacity less peak; below primary level, the usable part of the rating less the peak, or less
    the share in use. The pod is a flat load: its diversity factor is 1 and no cyclic credit is
    given.

    Parameters
    ----------
    points : rows of the layer `supply_points`.
    power_factor : of the pod, for headroom that is published as real power.
    loading_share : part of a transformer's rating that a flat load may use.
    contracted : whether demand that is promised and not yet connected is taken off capacity less
        peak; a headroom that is published is left as it is published.
    """
    number = {
        name: points[name].to_numpy(dtype=np.float64)
        for name in (
            *("headroom_kva", "real_headroom_kw", "firm_kva", "peak_kva", "contracted_kva"),
            *("rating_kva", "utilisation_share"),
        )
    }
    local = ~points["level"].isin(ABOVE_LOCAL).to_numpy()
    rating_kva = np.where(local, number["rating_kva"], np.nan)
    promised = np.nan_to_num(number["contracted_kva"]) if contracted else np.zeros(len(points))
    peak_kva, used_kva = number["peak_kva"], rating_kva * number["utilisation_share"]
    share = f"{loading_share:g} of the rating"
    ways = (
        ("published", number["headroom_kva"], False),
        (
            f"published as real power, at power factor {power_factor:g}",
            number["real_headroom_kw"] / power_factor,
            False,
        ),
        ("firm capacity less peak", number["firm_kva"] - peak_kva - promised, True),
        (
            f"{share} less peak",
            transformer_spare_kva(rating_kva, peak_kva, loading_share) - promised,
            True,
        ),
        (
            f"{share} less the share in use",
            transformer_spare_kva(rating_kva, used_kva, loading_share) - promised,
            True,
        ),
    )
    kva = np.full(len(points), np.nan)
    basis = np.full(len(points), "", dtype=object)
    for name, found_kva, derived in ways:
        first = np.isnan(kva) & ~np.isnan(found_kva)
        kva[first], basis[first] = found_kva[first], name
        if derived:
            basis[first & (promised > 0)] = f"{name} and contracted demand"
    return Headroom(kva, basis)


def availability_share(minutes_lost_a: float) -> float:
    """Part of a year in which there is supply: 1 - minutes lost / 525,600.

    Published minutes lost leave out interruptions of less than three minutes and exceptional
    storms, so that the true share is lower.

    Parameters
    ----------
    minutes_lost_a : customer minutes lost in a year [min/a].

    Raises
    ------
    ValueError
        The minutes are not between none and all of a year.
    """
    if not 0 <= minutes_lost_a <= MINUTES_A:
        raise ValueError(f"a year loses 0 to 525,600 minutes, not {minutes_lost_a}")
    return 1 - minutes_lost_a / MINUTES_A
