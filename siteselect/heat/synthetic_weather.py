"""Weather made from monthly normals, for places without a weather file.

A stand-in: it has the right means, a day and a night and cold spells from a seed, and is marked
`modelled` so that every result shows it. Real extremes are sharper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from siteselect.heat.weather import Weather, clock_h, day_of_year, year_index

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

MONTHS = 12
ANOMALY_K = 3.0
"""Spread of daily temperatures about their normal [K] [J]."""
ANOMALY_MEMORY_SHARE = 0.75
"""Part of a day's anomaly that the next day keeps [J]."""
_EARTH_KM = 6371.0
_WARMEST_H = 15.0
_WINDIEST_H = 14.0
_YEAR_D = 365.25
_MID_JANUARY_D = 15.0


@dataclass(frozen=True, slots=True)
class ClimateNormals:
    """Monthly normals of a place.

    `temperature_c` and `irradiance_kwh_m2_day` hold twelve monthly means. The pairs hold January
    and July; months between lie on a cosine. `basis` and `source` say how sure it is, with tag.
    `distance_km` is how far away the place is from where it was asked for.
    """

    name: str
    lat: float
    lon: float
    temperature_c: tuple[float, ...]
    irradiance_kwh_m2_day: tuple[float, ...]
    diurnal_range_k: tuple[float, float]
    humidity_share: tuple[float, float]
    wind_m_s: tuple[float, float]
    source: str
    distance_km: float = 0.0


def normals_near(lat: float, lon: float) -> ClimateNormals:
    """Give the normals of the nearest place of the catalogue, with its distance [km].

    Raises
    ------
    ValueError
        Not a latitude and longitude in degrees.
    """
    if not (abs(lat) <= 90 and abs(lon) <= 180):  # noqa: PLR2004  (degrees)
        raise ValueError(f"not degrees of latitude and longitude: {lat}, {lon}")
    distances = [(_distance_km(lat, lon, place.lat, place.lon), place) for place in all_normals()]
    distance_km, place = min(distances, key=lambda pair: (pair[0], pair[1].name))
    return replace(place, distance_km=distance_km)


@cache
def all_normals() -> tuple[ClimateNormals, ...]:
    """Read the catalogue's normals, each with its source.

    Raises
    ------
    ValueError
        An entry without twelve months.
    """
    text = files("siteselect.catalogue").joinpath("climate_normals.yaml").read_text("utf-8")
    entries: list[dict[str, Any]] = yaml.safe_load(text)
    return tuple(_entry(entry) for entry in entries)


def synthetic_weather(
    normals: ClimateNormals,
    year: int,
    time_zone: str,
    seed: int,
    anomaly_k: float = ANOMALY_K,
) -> Weather:
    """Make a year of weather by the hour whose monthly mean temperatures are the normals'.

    T(h) = M(d) + R(d) / 2 cos(2 pi (h - 15) / 24) + anomaly; M a line through twelve points, set
    so that each month's mean comes out exactly; the anomaly remembers 0.75 of yesterday's (heat
    sheet, 7 [J]). Without the anomaly the year has too few cold days. Irradiance follows the
    sun's height, scaled to the month's mean, without clouds coming and going.

    Parameters
    ----------
    normals : monthly normals.
    year : calendar year.
    time_zone : civil time zone of the place, for example Europe/London.
    seed : seed of the anomaly.
    anomaly_k : spread of the daily anomaly [K]; 0 for none.
    """
    index = year_index(year, time_zone)
    day = day_of_year(index)
    hour = clock_h(index)
    range_k = _between(normals.diurnal_range_k, day)
    swing_k = range_k / 2 * np.cos(2 * np.pi * (hour - _WARMEST_H) / 24)
    moving_k = swing_k + _anomaly(index, seed, anomaly_k)
    temperature_c = _with_monthly_means(index, moving_k, np.asarray(normals.temperature_c))
    # Warm hours are dry hours: the vapour in the air changes little within a day.
    humidity = _between(normals.humidity_share, day) - 0.02 * swing_k
    breeze = 1 + 0.2 * np.cos(2 * np.pi * (hour - _WINDIEST_H) / 24)
    return Weather(
        index=index,
        temperature_c=temperature_c,
        humidity_share=np.clip(humidity, 0.2, 1.0),
        wind_m_s=_between(normals.wind_m_s, day) * breeze,
        irradiance_w_m2=_irradiance(index, normals),
        source=(
            f"made from monthly normals of {normals.name} ({normals.source}), "
            f"{normals.distance_km:.0f} km away, seed {seed}"
        ),
        basis="modelled",
    )


def _entry(entry: dict[str, Any]) -> ClimateNormals:
    fields: dict[str, Any] = {
        key: tuple(map(float, value)) if isinstance(value, list) else value
        for key, value in entry.items()
    }
    normals = ClimateNormals(**fields)
    for name in ("temperature_c", "irradiance_kwh_m2_day"):
        if len(getattr(normals, name)) != MONTHS:
            raise ValueError(f"{normals.name}: {name} must have twelve months")
    return normals


def _distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    # Haversine on a sphere: good to half a per cent, and only used to say how far off it is.
    p, q = radians(lat), radians(other_lat)
    half = sin((q - p) / 2) ** 2 + cos(p) * cos(q) * sin(radians(other_lon - lon) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))


def _between(pair: tuple[float, float], day: NDArray[np.float64]) -> NDArray[np.float64]:
    january, july = pair
    wave = np.cos(2 * np.pi * (day - _MID_JANUARY_D) / _YEAR_D)
    return np.asarray((january + july) / 2 + (january - july) / 2 * wave)


def _anomaly(index: pd.DatetimeIndex, seed: int, sigma_k: float) -> NDArray[np.float64]:
    days = len(index) // 24 + 1
    shocks = np.random.default_rng(seed).standard_normal(days + 1)
    daily = np.empty(days + 1)
    daily[0] = shocks[0]
    fresh = sqrt(1 - ANOMALY_MEMORY_SHARE**2)
    for number in range(1, days + 1):
        daily[number] = ANOMALY_MEMORY_SHARE * daily[number - 1] + fresh * shocks[number]
    return np.asarray(sigma_k * np.interp(np.arange(len(index)) / 24, np.arange(days + 1), daily))


def _with_monthly_means(
    index: pd.DatetimeIndex, moving: NDArray[np.float64], means: NDArray[np.float64]
) -> NDArray[np.float64]:
    # A line through twelve mid-month points is linear in those points: solve for the points that
    # give every month its mean, whatever moves on top of them.
    month = np.asarray(index.month) - 1
    hours = np.bincount(month, minlength=MONTHS)
    ends = np.cumsum(hours)
    middle = ends - hours / 2
    position = np.arange(len(index)) + 0.5
    around = np.concatenate(([middle[-1] - len(index)], middle, [middle[0] + len(index)]))
    hats = np.empty((len(index), MONTHS))
    for number in range(MONTHS):
        height = np.zeros(MONTHS)
        height[number] = 1.0
        line = np.concatenate((height[-1:], height, height[:1]))
        hats[:, number] = np.interp(position, around, line)
    starts = ends - hours
    share = np.add.reduceat(hats, starts, axis=0) / hours[:, None]
    wanted = means - np.add.reduceat(moving, starts) / hours
    return np.asarray(hats @ np.linalg.solve(share, wanted) + moving)


def _irradiance(index: pd.DatetimeIndex, normals: ClimateNormals) -> NDArray[np.float64]:
    # Height of the sun at mid-hour: Cooper's declination, solar time from longitude alone.
    mid = index.tz_convert("UTC")
    utc_h = np.asarray(mid.hour + mid.minute / 60, dtype=float) + 0.5
    declination = np.radians(23.45) * np.sin(
        2 * np.pi * (284 + np.asarray(mid.day_of_year, float)) / 365
    )
    angle = np.radians(15 * (utc_h - 12) + normals.lon)
    lat = np.radians(normals.lat)
    height = np.sin(lat) * np.sin(declination) + np.cos(lat) * np.cos(declination) * np.cos(angle)
    # The exponent stands for the longer path through the air when the sun is low.
    shape = np.maximum(height, 0.0) ** 1.2
    month = np.asarray(index.month) - 1
    total = np.bincount(month, weights=shape, minlength=MONTHS)
    hours = np.bincount(month, minlength=MONTHS)
    wanted_wh = np.asarray(normals.irradiance_kwh_m2_day) * 1000 * hours / 24
    # Polar night: no sun to hand the month's trace of light to.
    scale = np.divide(wanted_wh, total, out=np.zeros(MONTHS), where=total > 1e-6)  # noqa: PLR2004
    return np.asarray(shape * scale[month])
