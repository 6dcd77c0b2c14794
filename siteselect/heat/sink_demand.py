"""One door to the hourly demand of every kind of heat sink."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siteselect.heat.buildings import PROFILES, building_demand_kw
from siteselect.heat.district import district_demand_kw
from siteselect.heat.greenhouse import Greenhouse, greenhouse_demand_kw
from siteselect.heat.measured import scaled_to
from siteselect.heat.pool import Pool, pool_demand_kw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from siteselect.heat.weather import Weather

OUTDOOR_SEASON = (5, 9)
"""First and last month in which an outdoor pool is taken to be heated [J]."""
_BY_SIZE = {"pool": 312.5, "outdoor_pool": 312.5, "greenhouse": 1000.0}
# Kinds modelled from a size, with the one that gives the shape when only the year is known [m2].
_WATER = {"pool", "outdoor_pool"}


def sink_demand_kw(
    kind: str,
    weather: Weather,
    *,
    annual_mwh_a: float | None = None,
    floor_m2: float | None = None,
    water_m2: float | None = None,
) -> NDArray[np.float64] | None:
    """Heat demand of a sink by the hour [kW]; None where nothing says how large it is.

    A year's figure wins: the profile is scaled to it. Without one, a pool is modelled from its
    water and a greenhouse from its floor. A building, and a pool of which only the floor is
    known, need a year's figure: benchmarks are the caller's choice, not this function's.

    Parameters
    ----------
    kind : one of the kinds of the layer heat_sinks.
    weather : the year.
    annual_mwh_a : heat a year, not fuel [MWh/a]; None or NaN when unknown.
    floor_m2 : gross floor area [m2]; None or NaN when unknown.
    water_m2 : area of water [m2]; None or NaN when unknown.

    Raises
    ------
    ValueError
        No such kind, or a negative figure.
    """
    annual, floor, water = (_known(given) for given in (annual_mwh_a, floor_m2, water_m2))
    if kind not in PROFILES and kind not in _BY_SIZE and kind != "district_loop":
        raise ValueError(f"no demand model for {kind!r}")
    modelled = (water if kind in _WATER else floor) if kind in _BY_SIZE else None
    if kind == "leisure_centre" and water:
        return _leisure_centre(weather, annual, water)
    if kind in _BY_SIZE and (annual is not None or modelled):
        return _scaled(_by_size(kind, weather, modelled or _BY_SIZE[kind]), annual)
    if annual is None:
        return None
    if kind == "district_loop":
        return district_demand_kw(weather, annual)
    return building_demand_kw(weather, kind, annual)


def _by_size(kind: str, weather: Weather, size_m2: float) -> NDArray[np.float64]:
    if kind == "greenhouse":
        return greenhouse_demand_kw(weather, Greenhouse(floor_m2=size_m2))
    outdoor = kind == "outdoor_pool"
    season = OUTDOOR_SEASON if outdoor else None
    # Mains water is about as warm as the place is over a year [J].
    mains_c = min(max(float(weather.temperature_c.mean()), 5.0), 15.0)
    pool = Pool(water_m2=size_m2, indoor=not outdoor, season=season, mains_mean_c=mains_c)
    return pool_demand_kw(weather, pool).total_kw


def _leisure_centre(
    weather: Weather, annual_mwh_a: float | None, water_m2: float
) -> NDArray[np.float64]:
    # The water takes what the model says, the building the rest of the year's figure.
    water_kw = _by_size("pool", weather, water_m2)
    if annual_mwh_a is None:
        return water_kw
    rest_mwh_a = annual_mwh_a - float(water_kw.sum()) / 1000
    if rest_mwh_a <= 0:
        return scaled_to(water_kw, annual_mwh_a)
    return water_kw + building_demand_kw(weather, "leisure_centre", rest_mwh_a)


def _scaled(profile_kw: NDArray[np.float64], annual_mwh_a: float | None) -> NDArray[np.float64]:
    return profile_kw if annual_mwh_a is None else scaled_to(profile_kw, annual_mwh_a)


def _known(figure: float | None) -> float | None:
    # A NaN from a table means unknown; a size of 0 says nothing either, but no heat is a fact.
    if figure is None or figure != figure:  # noqa: PLR0124  (true of NaN only)
        return None
    if figure < 0:
        raise ValueError(f"a size or yearly heat cannot be below 0: {figure}")
    return float(figure)
