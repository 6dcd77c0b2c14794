"""Fibre: how long a packet takes, and what it costs and takes to build the last stretch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, reduce
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from siteselect.sizing.catalogue import Figure
from siteselect.trench import GROUNDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

NEAR_KM, NEAR_FACTOR = 1000.0, 1.5
FAR_KM, FAR_FACTOR = 1200.0, 1.25

PRICE_OF = {
    "verge": "fibre_verge_gbp_m",
    "footway": "fibre_gbp_m",
    "carriageway": "fibre_carriageway_gbp_m",
}
"""Name of the price of a metre in each kind of ground."""
ENTRY = "fibre_entry_gbp"
"""Name of the price of what even the shortest route needs."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How long new fibre takes, as the catalogue has it."""

    no_dig_weeks: Figure
    dig_weeks: Figure


@dataclass(frozen=True, slots=True)
class Spread:
    """A low, middle and high estimate for n sites; NaN where unknown."""

    low: NDArray[np.float64]
    middle: NDArray[np.float64]
    high: NDArray[np.float64]


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


def route_factor_km(straight_km: ArrayLike) -> NDArray[np.float64]:
    """Estimate the length of a fibre route from the straight line.

    1.5 times below 1000 km, 1500 km up to 1200 km, 1.25 times beyond: the rule that ITU-T G.826
    and Y.1541 give for networks of which no route is known [recalled, not re-read].

    Parameters
    ----------
    straight_km : great-circle distance [km].

    Returns
    -------
    ndarray
        Length of fibre one way [km].
    """
    straight = np.asarray(straight_km, dtype=float)
    middle = np.where(straight <= FAR_KM, NEAR_KM * NEAR_FACTOR, straight * FAR_FACTOR)
    route = np.where(straight < NEAR_KM, straight * NEAR_FACTOR, middle)
    return np.where(np.isnan(straight), np.nan, route)


def build_gbp(ground_m: NDArray[np.float64]) -> Spread:
    """Estimate what it costs to dig, duct and connect new fibre [GBP].

    Parameters
    ----------
    ground_m : metres of each of n routes in each of `trench.GROUNDS`, n rows by 3 [m].

    Returns
    -------
    Spread
        With permit and termination, which even a route of no length needs [GBP].
    """
    low, middle, high = (
        dig_gbp(ground_m, {name: float(entry[end]) for name, entry in price_entries().items()})
        for end in ("low", "mid", "high")
    )
    return Spread(low=low, middle=middle, high=high)


def dig_gbp(ground_m: ArrayLike, prices: Mapping[str, float]) -> NDArray[np.float64]:
    """Price the dig, duct and connection of new fibre [GBP].

    Parameters
    ----------
    ground_m : metres in verge, footway and carriageway, on the last axis [m].
    prices : those of the catalogue by name.
    """
    per_m = np.array([prices[PRICE_OF[name]] for name in GROUNDS])
    metres = np.asarray(ground_m, dtype=float)
    # Ground by ground: a matrix product rounds differently for one row than for many.
    laid = reduce(np.add, (metres[..., kind] * price for kind, price in enumerate(per_m)))
    return np.asarray(laid + prices[ENTRY])


def build_weeks(length_m: NDArray[np.float64], duct_known: NDArray[np.bool_]) -> Spread:
    """Estimate how long it takes from order to service [weeks].

    Parameters
    ----------
    length_m : length to be built [m]; none at all needs no dig.
    duct_known : whether a duct or cable is known to be at the site, so that the low estimate may
        do without a dig.

    Returns
    -------
    Spread
        [weeks], NaN where the length is unknown.
    """
    known = rates()
    dig = length_m > 0

    def at(end: str, dug: NDArray[np.bool_]) -> NDArray[np.float64]:
        weeks = np.where(dug, getattr(known.dig_weeks, end), getattr(known.no_dig_weeks, end))
        return np.where(np.isnan(length_m), np.nan, weeks)

    return Spread(low=at("low", dig & ~duct_known), middle=at("value", dig), high=at("high", dig))


@cache
def price_entries() -> dict[str, dict[str, Any]]:
    """Read the prices of new fibre as the catalogue states them, for the finance catalogue."""
    entries: dict[str, dict[str, Any]] = _read()["prices"]
    return entries


@cache
def rates() -> Rates:
    """Read the shipped rates."""
    known = _read()["lead_time"]
    return Rates(no_dig_weeks=_figure(known["no_dig"]), dig_weeks=_figure(known["dig"]))


@cache
def _read() -> dict[str, Any]:
    text = files("siteselect.catalogue").joinpath("fibre.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def _figure(entry: Mapping[str, Any]) -> Figure:
    return Figure(
        value=float(entry["mid"]),
        low=float(entry["low"]),
        high=float(entry["high"]),
        unit=entry["unit"],
        source=f"[{entry['tag']}] {entry['source']}",
    )
