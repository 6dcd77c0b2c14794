"""What a connection costs: one formula, for the design of every site and for the appraisal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from siteselect.grid.catalogue import (
    CABLES,
    GROUNDS,
    HV_METERED,
    LV_MAIN,
    LV_WAY,
    NEW_SUBSTATION,
    factor_name,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.grid.option import Codes, Numbers

SMALL_KVA, LARGE_KVA = 500.0, 1000.0
"""Largest transformers of a small and of a large substation of the catalogue [kVA]."""


def connection_gbp(
    options: Codes, transformers: Numbers, ground_m: Numbers, rates: Mapping[str, float]
) -> Numbers:
    """Cost of each connection itself, without reinforcement [GBP].

    The fixed part of its kind, and cable by the ground it is laid in: low voltage on an existing
    main or a dedicated way, else 11 kV.

    Parameters
    ----------
    options : kinds of connection, as places in `catalogue.OPTIONS`.
    transformers : rating of the new transformer [kVA]; counts for a new substation only.
    ground_m : cable in verge, footway and carriageway [m], three columns.
    rates : prices by name, and factors of cable in other ground than footway.

    Returns
    -------
    NDArray
        NaN when metered at high voltage or with a transformer above 1000 kVA, where only a
        quotation helps; and where the length is unknown.
    """
    building = np.select(
        [transformers <= SMALL_KVA, transformers <= LARGE_KVA],
        [rates["substation_small_gbp"], rates["substation_large_gbp"]],
        np.nan,
    )
    fixed = np.select(
        [options == LV_MAIN, options == LV_WAY, options == NEW_SUBSTATION, options == HV_METERED],
        [rates["service_gbp"], rates["way_gbp"], building, np.nan],
        np.nan,
    )
    prices = np.array([_by_ground(cable, rates) for cable in CABLES])
    cable = (options >= NEW_SUBSTATION).astype(np.int64)
    return np.asarray(fixed + (ground_m * prices[cable]).sum(axis=1), dtype=np.float64)


def within(ground_m: Numbers, longest_m: float) -> Numbers:
    """Shorten cables to a length, each ground in its share [m]."""
    length_m = ground_m.sum(axis=1, keepdims=True)
    share = np.divide(longest_m, length_m, out=np.ones_like(length_m), where=length_m > longest_m)
    return np.asarray(ground_m * share, dtype=np.float64)


def _by_ground(cable: str, rates: Mapping[str, float]) -> NDArray[np.float64]:
    verge, carriageway = (rates[factor_name(cable, ground)] for ground in GROUNDS)
    return rates[cable] * np.array([verge, 1.0, carriageway])
