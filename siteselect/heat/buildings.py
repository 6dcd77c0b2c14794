"""Offices, homes and other buildings: load profiles of the German gas industry, by the hour.

demandlib holds the profiles (BDEW): a sigmoid of the mean temperature of the last days, a factor
for the weekday and one for the hour. They are not calibrated to other countries: use the shape,
scale to a known year.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.heat.measured import scaled_to
from siteselect.heat.weather import daily_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import ArrayLike, NDArray

    from siteselect.heat.weather import Weather

PROFILES: dict[str, tuple[str, int]] = {
    "office": ("GBD", 0),
    "housing": ("MFH", 11),
    "hotel": ("GBH", 0),
    "school": ("GKO", 0),
    "hospital": ("GBH", 0),
    "public_building": ("GKO", 0),
    "leisure_centre": ("GKO", 0),
    "other": ("GHD", 0),
}
"""Kind of sink to BDEW type and building class.

GBD services, MFH class 11 flats (German mean), GBH lodging, GKO public bodies, GHD all commerce
[C]. A hospital is taken as lodging, for its beds and hot water, and a dry leisure centre as a
public building [J].
"""
_COLDEST_C, _WARMEST_C = -20.0, 39.0
_LEAD_DAYS = 3


def building_demand_kw(
    weather: Weather,
    kind: str,
    annual_mwh_a: float,
    holidays: Mapping[date, str] | None = None,
) -> NDArray[np.float64]:
    """Heat and hot water of buildings by the hour [kW], summing to the year's figure.

    demandlib's table ends at -20 and 40 degC, so days are held within -20 and 39. It wants whole
    days of 24 hours, so it is asked on the plain calendar and read back hour by hour of the
    civil clock, twice or not at all where summer time begins and ends. It puts 31 December
    before 1 January, so three days like the first are put there instead.

    Parameters
    ----------
    weather : the year.
    kind : one of `PROFILES`.
    annual_mwh_a : heat a year [MWh/a].
    holidays : days that count as Sundays.

    Raises
    ------
    ValueError
        There is no profile for this kind.
    """
    days = daily_mean(weather.temperature_c, weather.index).clip(_COLDEST_C, _WARMEST_C)
    calendar = pd.date_range(days.index[0], days.index[-1], freq="D")
    means = np.asarray(days.reindex(calendar), dtype=np.float64)
    profile = _profile(kind, calendar[0], means.tobytes(), tuple((holidays or {}).items()))
    clock = weather.index.tz_localize(None).floor("h")
    position = ((clock - calendar[0]) // pd.Timedelta(hours=1)).to_numpy()
    return scaled_to(profile[position], annual_mwh_a)


def daily_heat_value(temperature_c: ArrayLike, kind_or_type: str) -> NDArray[np.float64]:
    """BDEW's sigmoid of the smoothed daily temperature, 1 at about 8 degC.

    A / (1 + (B / (T - 40))^C) + D, with demandlib's constants for wind class 0.

    Parameters
    ----------
    temperature_c : geometric mean of the last four days' temperatures [degC].
    kind_or_type : one of `PROFILES`, or a BDEW type such as EFH (class 11) or GBD.
    """
    from demandlib.bdew import HeatBuilding  # noqa: PLC0415  (heavy, and needed here only)

    shlp, building_class = _type(kind_or_type)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        model = HeatBuilding(
            pd.date_range("2021-01-01", periods=24, freq="h"),
            shlp_type=shlp,
            building_class=building_class,
            wind_class=0,
        )
    a, b, c, d = (float(value) for value in model.get_sigmoid_parameters())
    held = np.clip(np.asarray(temperature_c, dtype=float), _COLDEST_C, _WARMEST_C)
    return np.asarray(a / (1 + (b / (held - 40.0)) ** c) + d)


# Sites and sinks of one study ask for the same few shapes, over and over.
@lru_cache(maxsize=16)
def _profile(
    kind: str,
    first: pd.Timestamp,
    daily_means_c: bytes,
    holidays: tuple[tuple[date, str], ...],
) -> NDArray[np.float64]:
    from demandlib.bdew import HeatBuilding  # noqa: PLC0415  (heavy, and needed here only)

    shlp, building_class = _type(kind)
    means_c = np.frombuffer(daily_means_c)
    hourly_c = np.repeat(np.concatenate((np.full(_LEAD_DAYS, means_c[0]), means_c)), 24)
    start = first - pd.Timedelta(days=_LEAD_DAYS)
    index = pd.date_range(start, periods=len(hourly_c), freq="h")
    with warnings.catch_warnings():
        # demandlib 0.2.2 asks pandas for names that pandas 4 will drop.
        warnings.simplefilter("ignore", DeprecationWarning)
        model = HeatBuilding(
            index,
            holidays=dict(holidays) or None,
            temperature=pd.Series(hourly_c, index=index),
            shlp_type=shlp,
            building_class=building_class,
            wind_class=0,
            annual_heat_demand=1.0,
            name=kind,
        )
        profile = np.asarray(model.get_bdew_profile(), dtype=float)
    return profile[_LEAD_DAYS * 24 :]


def _type(kind: str) -> tuple[str, int]:
    if kind in PROFILES:
        return PROFILES[kind]
    if kind in {"EFH", "MFH"}:
        return kind, 11
    if kind in {shlp for shlp, _ in PROFILES.values()}:
        return kind, 0
    raise ValueError(f"no load profile for {kind!r}; known: {', '.join(PROFILES)}")
