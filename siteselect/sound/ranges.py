"""What an acoustic quantity can be: everything outside its range is named at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_RANGES: dict[str, tuple[float, float]] = {
    "distance_m": (0.0, np.inf),
    "source_height_m": (0.0, 1000.0),
    "receiver_height_m": (0.0, 1000.0),
    "ground_share": (0.0, 1.0),
    "level_db": (-200.0, 200.0),
    "temperature_c": (-50.0, 60.0),
    "humidity_share": (0.0, 1.0),
    "pressure_kpa": (10.0, 200.0),
}
"""Lowest and highest value by quantity; ISO 9613-1 holds from 10 to below 200 kPa."""


def require(owner: str, **quantities: ArrayLike) -> None:
    """Refuse numbers that no such quantity can have; a missing one (NaN) may pass.

    Parameters
    ----------
    owner : what the numbers belong to, to name in the faults.
    **quantities : numbers by the name of their quantity.

    Raises
    ------
    InputError
        A number is outside its range; one fault a quantity, with the first place.
    """
    faults = list(_faults(owner, quantities))
    if faults:
        raise InputError(faults)


def _faults(owner: str, quantities: Mapping[str, ArrayLike]) -> list[Fault]:
    found = []
    for name, values in quantities.items():
        low, high = _RANGES[name]
        given = np.atleast_1d(np.asarray(values, dtype=float))
        wrong = np.flatnonzero((given < low) | (given > high) | (np.isinf(given) & (low == 0)))
        if not len(wrong):
            continue
        first = int(wrong[0])
        bound = f"of at least {low:g}" if np.isinf(high) else f"from {low:g} to {high:g}"
        found.append(
            Fault(
                owner,
                f"{len(wrong)} of {given.size} values cannot be used",
                f"Give a finite number {bound}",
                row=first,
                column=name,
                value=f"{given.flat[first]:g}",
            )
        )
    return found
