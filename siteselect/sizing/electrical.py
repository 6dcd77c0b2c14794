"""Alternating current in brief: apparent power, current, connection steps, headroom."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, TypeVar

from siteselect.sizing.catalogue import ConnectionStep, connection_steps

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Power = TypeVar("Power", float, "NDArray[np.float64]")

THREE_PHASE_V = 400.0
"""Nominal voltage between phases of the British low-voltage network [V]."""
SINGLE_PHASE_V = 230.0
"""Nominal voltage from phase to neutral [V]."""


def apparent_power_kva(real_kw: float, power_factor: float) -> float:
    """Apparent power [kVA]: real power [kW] over power factor.

    Raises
    ------
    ValueError
        The power factor is not above 0 and up to 1.
    """
    if not 0 < power_factor <= 1:
        raise ValueError(f"a power factor lies between 0 and 1, not {power_factor}")
    return real_kw / power_factor


def line_current_amp(apparent_kva: float, phases: int = 3, voltage_v: float | None = None) -> float:
    """Work out the current in each line conductor [A].

    Parameters
    ----------
    apparent_kva : apparent power [kVA].
    phases : 1 or 3.
    voltage_v : between phases for three, to neutral for one [V]; 400 and 230 when left out.

    Raises
    ------
    ValueError
        The number of phases is neither 1 nor 3.
    """
    if phases == 3:  # noqa: PLR2004 - a three-phase network has three
        return apparent_kva * 1000 / (sqrt(3) * (voltage_v or THREE_PHASE_V))
    if phases == 1:
        return apparent_kva * 1000 / (voltage_v or SINGLE_PHASE_V)
    raise ValueError(f"a feed has 1 or 3 phases, not {phases}")


def connection_for(apparent_kva: float) -> ConnectionStep | None:
    """Find the smallest connection that is sold and carries the load; None when none does."""
    return next((step for step in connection_steps() if step.kva >= apparent_kva), None)


def transformer_spare_kva(rating_kva: Power, peak_kva: Power, loading_share: float = 0.8) -> Power:
    """Apparent power that a transformer can still take from a flat load [kVA]; may be negative.

    A flat load has no cool hours in which a transformer recovers, so no cyclic credit is given.
    The existing peak counts in full: diversity factor 1.

    Parameters
    ----------
    rating_kva : nameplate rating [kVA], or an array of them.
    peak_kva : highest load so far [kVA], likewise.
    loading_share : part of the rating that may be used [judgement: 0.8].
    """
    return loading_share * rating_kva - peak_kva


def transformer_headroom_kw(
    rating_kva: float, peak_kva: float, power_factor: float, loading_share: float = 0.8
) -> float:
    """Real power that a transformer can still take from a flat load [kW], never below 0.

    Parameters
    ----------
    rating_kva : nameplate rating [kVA].
    peak_kva : highest load so far [kVA].
    power_factor : of both loads.
    loading_share : part of the rating that may be used [judgement: 0.8].
    """
    return max(0.0, transformer_spare_kva(rating_kva, peak_kva, loading_share)) * power_factor
