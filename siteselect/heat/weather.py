"""Weather by the hour, and how one year of it is checked and moved between clocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.contracts import Basis
from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

HOURS = (8760, 8784)
"""Hours in a common and in a leap year [h]."""
LIMITS: dict[str, tuple[float, float]] = {
    "temperature_c": (-90.0, 60.0),
    "humidity_share": (0.0, 1.0),
    "wind_m_s": (0.0, 80.0),
    "irradiance_w_m2": (0.0, 1600.0),
}
"""Bounds outside which a value is a fault and not weather."""
HOUR = pd.Timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Weather:
    """One typical or real year by the hour; making one checks it.

    `index` holds the beginnings of hours, with a time zone: local standard or civil time.
    `irradiance_w_m2` is the global irradiance on the horizontal.

    Raises
    ------
    InputError
        Not one whole year of hours, or values missing or beyond belief: every fault.
    """

    index: pd.DatetimeIndex
    temperature_c: NDArray[np.float64]
    humidity_share: NDArray[np.float64]
    wind_m_s: NDArray[np.float64]
    irradiance_w_m2: NDArray[np.float64]
    source: str
    basis: Basis

    def __post_init__(self) -> None:
        """Refuse a year with gaps, so that no later step has to look for them."""
        faults = _index_faults(self.index, self.source)
        for name in LIMITS:
            faults += _value_faults(name, getattr(self, name), self.index, self.source)
        if faults:
            raise InputError(faults)


def weather_year(
    index: pd.DatetimeIndex, *, source: str, basis: Basis, **values: ArrayLike
) -> Weather:
    """Make a weather year of lists or single numbers; a single number holds for every hour.

    Parameters
    ----------
    index : beginnings of the hours, with a time zone.
    source : where it comes from.
    basis : how sure it is.
    values : temperature_c, humidity_share, wind_m_s and irradiance_w_m2.

    Raises
    ------
    InputError
        As `Weather`.
    """
    arrays = {
        name: np.array(np.broadcast_to(np.asarray(given, dtype=float), (len(index),)))
        for name, given in values.items()
    }
    return Weather(index=index, source=source, basis=basis, **arrays)


def year_index(year: int, time_zone: str) -> pd.DatetimeIndex:
    """List the beginnings of all hours of a calendar year in a time zone."""
    first = pd.Timestamp(year=year, month=1, day=1, tz=time_zone)
    last = pd.Timestamp(year=year + 1, month=1, day=1, tz=time_zone)
    return pd.date_range(first, last, freq="h", inclusive="left")


def in_time_zone(weather: Weather, time_zone: str) -> Weather:
    """Show the same weather on the clock of a time zone, from its 1 January 00:00 on.

    Opening hours and load profiles follow the civil clock, while weather files use standard time
    or UTC. The few hours that the shift pushes over New Year come from the other end of the
    same year.
    """
    index = year_index(int(weather.index.year[len(weather.index) // 2]), time_zone)
    if len(index) != len(weather.index):
        # A leap year file laid on its own leap year always fits; this is a typical year.
        raise InputError(
            Fault(
                weather.source,
                f"{len(weather.index)} hours do not fill {index[0].year}",
                "Lay a year of 8760 hours on a common year, one of 8784 on a leap year.",
            )
        )
    shift_h = int((index[0] - weather.index[0]) // HOUR)
    return replace(
        weather, index=index, **{name: np.roll(getattr(weather, name), -shift_h) for name in LIMITS}
    )


def clock_h(index: pd.DatetimeIndex) -> NDArray[np.float64]:
    """Hour of the day on the local clock [h], 0 to 23."""
    return np.asarray(index.hour, dtype=float)


def day_of_year(index: pd.DatetimeIndex) -> NDArray[np.float64]:
    """Day of the year on the local calendar, 1 to 366."""
    return np.asarray(index.day_of_year, dtype=float)


def daily_mean(values: ArrayLike, index: pd.DatetimeIndex) -> pd.Series[float]:
    """Mean of every local calendar day, by naive date."""
    days = index.tz_localize(None).normalize()
    return pd.Series(np.asarray(values, dtype=float), index=days).groupby(level=0).mean()


def smoothed_c(weather: Weather, hours: int = 24) -> NDArray[np.float64]:
    """Mean temperature of the last hours, this one included [degC].

    The year is taken as a circle: 31 December stands before 1 January.
    """
    around = np.concatenate((weather.temperature_c[-(hours - 1) :], weather.temperature_c))
    window = np.full(hours, 1.0 / hours)
    return np.convolve(around if hours > 1 else weather.temperature_c, window, mode="valid")


def _index_faults(index: pd.DatetimeIndex, source: str) -> list[Fault]:
    if index.tz is None:
        return [Fault(source, "hours without a time zone", "State it, for example Europe/London.")]
    faults = []
    if len(index) not in HOURS:
        faults.append(
            Fault(
                source,
                "not one whole year of hours",
                "Give 8760 hours, or 8784 in a leap year.",
                value=str(len(index)),
            )
        )
    steps = np.flatnonzero(np.diff(index.as_unit("ns").asi8) != HOUR.value)
    faults += [
        Fault(
            source,
            f"the step after {index[int(step)]} is not one hour",
            "Give every hour once, in order.",
            row=int(step) + 1,
        )
        for step in steps
    ]
    return faults


def _value_faults(
    name: str, values: NDArray[np.float64], index: pd.DatetimeIndex, source: str
) -> list[Fault]:
    if np.shape(values) != (len(index),):
        problem = f"{np.shape(values)} values for {len(index)} hours"
        return [Fault(source, problem, "Give one value an hour.", column=name)]
    low, high = LIMITS[name]
    # Written so that NaN fails it too.
    wrong = np.flatnonzero(~((values >= low) & (values <= high)))
    return [
        Fault(
            source,
            f"missing or not between {low:g} and {high:g}",
            "Fill the gap from the station's own record, or take another year.",
            row=str(index[int(hour)]),
            column=name,
            value=str(values[hour]),
        )
        for hour in wrong
    ]
