"""A hot-water store between pod and sink: surplus of one hour meets demand of another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

WATER_KWH_M3K = 1.163
"""Heat held by a cubic metre of water for each kelvin [kWh/(m3 K)] [C]."""


@dataclass(frozen=True, slots=True)
class Store:
    """A hot-water store: what it holds, what it loses, how fast it fills and empties.

    `loss_share` is the part of its content lost each hour. The pool itself is one too: its water
    between set point and set point plus dead band.
    """

    size_kwh: float
    loss_share: float = 0.0
    charge_kw: float = float("inf")
    discharge_kw: float = float("inf")
    start_kwh: float = 0.0


@dataclass(frozen=True, slots=True)
class StoreRun:
    """What a store did hour by hour; `content_kwh` is at the end of each hour."""

    direct_kw: NDArray[np.float64]
    charge_kw: NDArray[np.float64]
    discharge_kw: NDArray[np.float64]
    loss_kw: NDArray[np.float64]
    content_kwh: NDArray[np.float64]
    unused_kw: NDArray[np.float64]

    @property
    def used_kw(self) -> NDArray[np.float64]:
        """Heat that reaches the sink, straight or through the store [kW]."""
        return self.direct_kw + self.discharge_kw


def water_store_kwh(volume_m3: float, swing_k: float) -> float:
    """Heat that a tank of water holds between its cold and hot state [kWh].

    Parameters
    ----------
    volume_m3 : water [m3].
    swing_k : hot less cold [K]; what a sink's return and the pod's outlet allow.

    Notes
    -----
    1.163 kWh/(m3 K) x volume x swing [C]. A tank that mixes holds less than one that stays in
    layers; the swing is the place to allow for that.
    """
    return WATER_KWH_M3K * volume_m3 * swing_k


def run_store(available_kw: ArrayLike, wanted_kw: ArrayLike, store: Store) -> StoreRun:
    """Run a store through the hours on one sink.

    Parameters
    ----------
    available_kw : source heat after the pipe, one an hour [kW].
    wanted_kw : source heat that the sink can take, one an hour [kW], limits of the exchanger and
        gain of a heat pump already in it (`matching.source_demand_kw`).
    store : the store; a size of 0 is no store.

    Returns
    -------
    StoreRun
        Heat straight to the sink, into and out of the store, lost by it, and not used at all.

    Raises
    ------
    InputError
        A series has gaps, is negative or differs in length, or the store's numbers make no sense.

    Notes
    -----
    In each hour the store first loses its share; then heat goes straight to the sink, surplus
    fills the store, and shortage empties it. For one sink, where each kilowatt-hour counts the
    same, no other rule uses more: heat kept back now can at best be used later, less its loss.
    What is left at the end of the year is not counted as used. The hours are linked, so this is a
    loop, compiled at first use (about a second), and meant for a shortlist.
    """
    available = np.asarray(available_kw, dtype=float)
    wanted = np.asarray(wanted_kw, dtype=float)
    _check(available, wanted, store)
    direct = np.minimum(available, wanted)
    flows = np.zeros((4, len(available)))
    _compiled()(
        available - direct,
        wanted - direct,
        store.size_kwh,
        1.0 - store.loss_share,
        store.charge_kw,
        store.discharge_kw,
        store.start_kwh,
        flows,
    )
    charge, discharge, loss, content = flows
    return StoreRun(
        direct_kw=direct,
        charge_kw=charge,
        discharge_kw=discharge,
        loss_kw=loss,
        content_kwh=content,
        unused_kw=available - direct - charge,
    )


def _fill_and_empty(
    surplus_kw: NDArray[np.float64],
    shortage_kw: NDArray[np.float64],
    size_kwh: float,
    kept_share: float,
    charge_kw: float,
    discharge_kw: float,
    start_kwh: float,
    flows: NDArray[np.float64],
) -> None:
    """Write charge, discharge, loss and content of every hour into the rows of `flows`."""
    content = start_kwh
    for hour in range(surplus_kw.size):
        kept = content * kept_share
        into = min(surplus_kw[hour], charge_kw, max(size_kwh - kept, 0.0))
        out = min(shortage_kw[hour], discharge_kw, kept)
        flows[0, hour] = into
        flows[1, hour] = out
        flows[2, hour] = content - kept
        content = kept + into - out
        flows[3, hour] = content


@cache
def _compiled() -> Callable[..., None]:
    import numba  # noqa: PLC0415  # compiler and all, it loads only when a store is run

    compiled: Callable[..., None] = numba.njit()(_fill_and_empty)
    return compiled


def _check(available: NDArray[np.float64], wanted: NDArray[np.float64], store: Store) -> None:
    faults = []
    if available.ndim != 1 or available.shape != wanted.shape:
        cure = "Give one number an hour for both"
        faults.append(Fault("heat store", "heat and demand differ in hours", cure))
    for name, series in (("available_kw", available), ("wanted_kw", wanted)):
        wrong = np.flatnonzero(~(np.isfinite(series) & (series >= 0)).ravel())
        faults += [
            Fault("heat store", "not a power", "Give 0 or more", row=hour, column=name)
            for hour in wrong.tolist()
        ]
    limits = (
        ("size_kwh", 0 <= store.size_kwh < float("inf"), "Give 0 or more, 0 for none"),
        ("loss_share", 0 <= store.loss_share <= 1, "Give the part lost each hour, 0 to 1"),
        ("charge_kw", store.charge_kw >= 0, "Give 0 or more"),
        ("discharge_kw", store.discharge_kw >= 0, "Give 0 or more"),
        ("start_kwh", 0 <= store.start_kwh <= store.size_kwh, "Give 0 up to the size"),
    )
    faults += [
        Fault("heat store", "not possible", cure, column=name, value=str(getattr(store, name)))
        for name, possible, cure in limits
        if not possible
    ]
    if faults:
        raise InputError(faults)
