"""Charges of the network: connection, reinforcement, and electricity by band of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from siteselect.grid import cost
from siteselect.grid.catalogue import OPTIONS
from siteselect.grid.option import by_size
from siteselect.pod import HOURS_A

if TYPE_CHECKING:
    from numpy.typing import NDArray

Amount = TypeVar("Amount", float, "NDArray[np.float64]")

HIGH_COST_GBP_KVA = 1720.0
"""Above this, a customer in Great Britain pays for reinforcement [GBP/kVA] (Access SCR, 2023)."""
WEEKDAYS_A = 260
"""Weekdays of a standard year, bank holidays among them."""
DAYS_A = 365.0


@dataclass(frozen=True, slots=True)
class Bands:
    """Hours of the local clock, Monday to Friday, in which network charges are red and amber.

    Every network operator has its own: these are the common case [16 to 19 h seen; amber by
    judgement]. All other hours are green.
    """

    red: tuple[tuple[int, int], ...] = ((16, 19),)
    amber: tuple[tuple[int, int], ...] = ((7, 16), (19, 23))


@dataclass(frozen=True, slots=True)
class Use:
    """Electricity drawn in a year: by band of the day [kWh], and the highest half hour [kVA]."""

    red_kwh: float
    amber_kwh: float
    green_kwh: float
    peak_kva: float


def customer_reinforcement_gbp(reinforcement_gbp: Amount, capacity_kva: float) -> Amount:
    """Part of the cost of reinforcement that the customer pays [GBP].

    Since 1 April 2023 a demand customer pays only what exceeds 1,720 GBP/kVA, besides the
    extension assets (Ofgem, Access and Forward-looking Charges review; seen on a network
    operator's page). Speculative applications are treated otherwise.
    """
    excess: Amount = np.maximum(0.0, reinforcement_gbp - HIGH_COST_GBP_KVA * capacity_kva)
    return excess


def connection_gbp(
    connection_kva: float,
    cable_m: float,
    rates: Mapping[str, float],
    *,
    option: str = "",
    transformer_kva: float | None = None,
    verge_m: float = 0.0,
    carriageway_m: float = 0.0,
) -> float:
    """Cost of the connection itself, without reinforcement [GBP], by the formula of `grid.cost`.

    Parameters
    ----------
    connection_kva : size of the connection [kVA].
    cable_m : route to the point of connection [m].
    rates : prices by name, as `prices.rates_at` gives them.
    option : kind of connection; left out, the one that is usual for the size.
    transformer_kva : rating of a new transformer [kVA]; left out, the size of the connection.
    verge_m, carriageway_m : parts of the route in that ground [m]; the rest is footway.

    Returns
    -------
    float
        NaN above 1000 kVA, where only a quotation helps.
    """
    kind = by_size(connection_kva) if option == "" else np.asarray(OPTIONS.index(option))
    transformer = connection_kva if transformer_kva is None else transformer_kva
    ground_m = np.array([[verge_m, cable_m - verge_m - carriageway_m, carriageway_m]])
    found = cost.connection_gbp(np.atleast_1d(kind), np.array([transformer]), ground_m, rates)
    return float(found[0])


def band_hours(bands: Bands = Bands()) -> dict[str, float]:
    """Count the hours of a standard year in each band [h]; red is 3 h x 260 days = 780 h."""
    red = WEEKDAYS_A * sum(end - start for start, end in bands.red)
    amber = WEEKDAYS_A * sum(end - start for start, end in bands.amber)
    return {"red": float(red), "amber": float(amber), "green": HOURS_A - red - amber}


def band_of(clock: pd.DatetimeIndex, bands: Bands = Bands()) -> NDArray[np.str_]:
    """Name the band of every moment of the local clock."""
    working = np.asarray(clock.day_of_week < 5)  # noqa: PLR2004 - Monday to Friday
    hour = np.asarray(clock.hour)
    names = np.full(len(clock), "green", dtype="<U5")
    for band, spans in (("amber", bands.amber), ("red", bands.red)):
        for start, end in spans:
            names[working & (hour >= start) & (hour < end)] = band
    return names


def flat_use(mean_kw: float, peak_kva: float, bands: Bands = Bands()) -> Use:
    """Spread a load that never changes over the bands of a standard year."""
    hours = band_hours(bands)
    return Use(mean_kw * hours["red"], mean_kw * hours["amber"], mean_kw * hours["green"], peak_kva)


def use_of(load_kw: pd.Series[float], power_factor: float, bands: Bands = Bands()) -> Use:
    """Sort an hourly load into bands and find its peak.

    Parameters
    ----------
    load_kw : mean load of every hour, indexed by the local clock [kW]; with its time zone, so that
        summer time is right. Without one the clock is taken as never changed.
    power_factor : real over apparent power.
    bands : hours of each band.

    Raises
    ------
    ValueError
        The index is no clock, or an hour is missing, unknown or negative.
    """
    clock = load_kw.index
    if not isinstance(clock, pd.DatetimeIndex):
        raise ValueError("an hourly load needs the local time as its index")  # noqa: TRY004 - value
    values = load_kw.to_numpy(dtype=float)
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError("an hourly load is known and not negative in every hour")
    stamps = clock if clock.tz is None else clock.tz_convert("UTC").tz_localize(None)
    if (np.diff(stamps.to_numpy()) != np.timedelta64(1, "h")).any():
        raise ValueError("an hourly load has one value for every hour, in order")
    names = band_of(clock, bands)
    red, amber, green = (float(values[names == band].sum()) for band in ("red", "amber", "green"))
    return Use(red, amber, green, float(values.max(initial=0.0)) / power_factor)


def electricity_bill(use: Use, agreed_kva: float, rates: Mapping[str, float]) -> dict[str, float]:
    """Bill a year's electricity, line by line [GBP].

    Parameters
    ----------
    use : energy by band and highest half hour.
    agreed_kva : capacity agreed with the network operator [kVA].
    rates : prices by name.

    Notes
    -----
    A demand spike above the agreed capacity is billed as if it lasted all year, which is what
    happens when nobody has the agreement changed.
    """
    energy_kwh = use.red_kwh + use.amber_kwh + use.green_kwh
    capacity_gbp_kva = rates["capacity_gbp_kva_day"] * DAYS_A
    excess_kva = max(0.0, use.peak_kva - agreed_kva)
    return {
        "electricity_gbp": energy_kwh * rates["electricity_gbp_kwh"],
        "climate_levy_gbp": energy_kwh * rates["climate_levy_gbp_kwh"],
        "network_red_gbp": use.red_kwh * rates["red_gbp_kwh"],
        "network_amber_gbp": use.amber_kwh * rates["amber_gbp_kwh"],
        "network_green_gbp": use.green_kwh * rates["green_gbp_kwh"],
        "capacity_gbp": agreed_kva * capacity_gbp_kva,
        "excess_capacity_gbp": excess_kva * capacity_gbp_kva * rates["excess_factor"],
        "standing_gbp": rates["standing_gbp_day"] * DAYS_A,
    }
