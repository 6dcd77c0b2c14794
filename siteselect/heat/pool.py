"""Swimming pools: the heat their water asks for, hour by hour, indoors and outdoors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from siteselect.heat.evaporation import Model, evaporation_kg_m2_h
from siteselect.heat.moist_air import ZERO_C_K, latent_heat_kj_kg, vapour_pressure_pa
from siteselect.heat.weather import clock_h, day_of_year

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from siteselect.heat.weather import Weather

PoolModel = Literal["ashrae", "carrier", "shah", "vdi2089", "vdi2089_1994"]
"""Method for the evaporation; each takes its own value for open and for closed hours."""

WATER_KWH_M3_K = 1.163
"""Heat that warms a cubic metre of water by a kelvin [kWh/(m3 K)] [C]."""
DILUTION_M3_BATHER = 0.03
"""Fresh water for each bather [m3]: 30 litres (PWTAG, DIN 19643 [S])."""
VDI_OCCUPANCY_SHARE = 0.6
"""Part of VDI 2089's full-occupancy evaporation taken over opening hours [J: 0.5 to 0.7]."""
_STEFAN_BOLTZMANN = 5.67e-8
_EMISSIVITY = 0.95
_SOLAR_ABSORBED_SHARE = 0.85
_VISIT_H = 1.0


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool and how it is run.

    Defaults: a recreation pool of 25 m at 28 degC, air a kelvin warmer at 60 % (PWTAG, Sport
    England [R]); open from 7 to 22 h (the same hour
    twice means always); activity 0.75 open and 0.5 closed, the mean of two measured
    halls (E3S 2022 [S]) and not the design value 1.0, which overstates a year. `air_c` and
    `humidity_share` are the hall's; outdoors the weather's are used. `bathers_per_day` None means
    0.8 a square metre [J]. `cover_saving_share` 0.85 [J] (laboratory 0.90 to 0.98). `season` is
    the first and last month that the pool is heated; None the whole year.
    `shelter_share` is the wind at the water over the wind at the mast [J].
    """

    water_m2: float
    depth_m: float = 1.5
    water_c: float = 28.0
    air_c: float = 29.0
    humidity_share: float = 0.6
    open_from: float = 7.0
    open_to: float = 22.0
    bathers_per_day: float | None = None
    backwash_m3_week: float = 0.0
    activity_open: float = 0.75
    activity_closed: float = 0.5
    cover: bool = False
    cover_saving_share: float = 0.85
    indoor: bool = True
    model: PoolModel = "ashrae"
    season: tuple[int, int] | None = None
    convection_w_m2k: float = 3.0
    enclosure_below_air_k: float = 3.0
    ground_c: float = 15.0
    floor_u_w_m2k: float = 0.5
    wall_u_w_m2k: float = 1.0
    shelter_share: float = 0.4
    cloud_share: float = 0.6
    mains_mean_c: float = 10.5
    mains_swing_k: float = 4.5


@dataclass(frozen=True, slots=True)
class PoolDemand:
    """Heat demand of a pool by the hour, with its parts [kW].

    `convection_radiation_kw` is below 0 where the air warms the water, and `solar_kw` is a gain;
    `total_kw` is never below 0.
    """

    total_kw: NDArray[np.float64]
    evaporation_kw: NDArray[np.float64]
    convection_radiation_kw: NDArray[np.float64]
    shell_kw: NDArray[np.float64]
    make_up_kw: NDArray[np.float64]
    solar_kw: NDArray[np.float64]


def pool_demand_kw(weather: Weather, pool: Pool) -> PoolDemand:
    """Heat that holds a pool's water at its temperature, by the hour [kW].

    Evaporation + convection and long-wave radiation + loss through the shell + make-up water,
    less the sun outdoors (heat sheet, 1.3). All latent heat is taken from the water, which
    overstates demand indoors; multiply by 0.8 to 1.0 as a sensitivity [J]. The heat that bathers
    give off is left out. Outside the season the demand is 0.

    Parameters
    ----------
    weather : the year; indoors only its clock counts.
    pool : the pool.

    Raises
    ------
    ValueError
        A size or temperature that no pool has.
    """
    _check(pool)
    hours = clock_h(weather.index)
    opened = _opened(hours, pool)
    covered = ~opened & pool.cover
    heated = _in_season(weather, pool.season)
    kg_m2_h = _evaporation(weather, pool, opened, covered)
    latent_kwh_kg = latent_heat_kj_kg(pool.water_c) / 3600
    evaporation_kw = heated * pool.water_m2 * kg_m2_h * latent_kwh_kg
    surface_kw = heated * _surface_kw(weather, pool)
    # A cover stops losses; where the air warms the water that gain is kept, so that a cover
    # never adds demand and demand is not overstated.
    surface_kw = np.where(covered, np.minimum(surface_kw, 0.0), surface_kw)
    shell_kw = np.asarray(heated * _shell_kw(pool), dtype=float)
    make_up_kw = heated * _make_up_kw(weather, pool, evaporation_kw / latent_kwh_kg, opened)
    solar_w_m2 = 0.0 if pool.indoor else _SOLAR_ABSORBED_SHARE * weather.irradiance_w_m2
    solar_kw = heated * pool.water_m2 * solar_w_m2 / 1000
    total_kw = evaporation_kw + surface_kw + shell_kw + make_up_kw - solar_kw
    return PoolDemand(
        total_kw=np.maximum(total_kw, 0.0),
        evaporation_kw=evaporation_kw,
        convection_radiation_kw=surface_kw,
        shell_kw=shell_kw,
        make_up_kw=make_up_kw,
        solar_kw=solar_kw,
    )


def mains_c(day: ArrayLike, mean_c: float = 10.5, swing_k: float = 4.5) -> NDArray[np.float64]:
    """Temperature of mains water by day of the year [degC], coldest in mid February.

    Southern England 10.5 - 4.5 cos(2 pi (d - 45) / 365) [J]; the swing is 5 to 8 K elsewhere.
    """
    phase = 2 * np.pi * (np.asarray(day, dtype=float) - 45) / 365
    return np.asarray(mean_c - swing_k * np.cos(phase))


def store_kwh_k(pool: Pool) -> float:
    """Heat that the water takes up for each kelvin it may drift [kWh/K].

    A pool may be treated as a store of one node: 545 kWh/K for 25 x 12.5 x 1.5 m [C].
    """
    return pool.water_m2 * pool.depth_m * WATER_KWH_M3_K


def bathers_per_day(pool: Pool) -> float:
    """Bathers in a day: as given, else 0.8 for a square metre of water [J]."""
    return 0.8 * pool.water_m2 if pool.bathers_per_day is None else pool.bathers_per_day


def _evaporation(
    weather: Weather, pool: Pool, opened: NDArray[np.bool_], covered: NDArray[np.bool_]
) -> NDArray[np.float64]:
    water_c = pool.water_c
    air_c, humidity = _air(weather, pool)
    wind = 0.0 if pool.indoor else pool.shelter_share * weather.wind_m_s
    activity = np.where(opened, pool.activity_open, pool.activity_closed)
    if pool.model in {"ashrae", "carrier"}:
        # Outdoors the short form has no wind in it: its long form is Carrier's.
        model: Model = "ashrae" if pool.model == "ashrae" and pool.indoor else "carrier"
        rate = evaporation_kg_m2_h(
            water_c, air_c, humidity, model=model, activity=activity, wind_m_s=wind
        )
    elif pool.model == "shah":
        people = bathers_per_day(pool) * _VISIT_H / _open_h(pool) / pool.water_m2
        rate = evaporation_kg_m2_h(
            water_c, air_c, humidity, model="shah_occupied", people_m2=np.where(opened, people, 0.0)
        )
    else:
        quiet = evaporation_kg_m2_h(water_c, air_c, humidity, model=pool.model)
        public = evaporation_kg_m2_h(water_c, air_c, humidity, model=pool.model, state="public")
        rate = np.where(opened, VDI_OCCUPANCY_SHARE * public, quiet)
    return np.broadcast_to(rate, opened.shape) * np.where(covered, 1 - pool.cover_saving_share, 1)


def _surface_kw(weather: Weather, pool: Pool) -> NDArray[np.float64]:
    air_c, humidity = _air(weather, pool)
    water_k, air_k = pool.water_c + ZERO_C_K, air_c + ZERO_C_K
    if pool.indoor:
        convection = np.asarray(pool.convection_w_m2k)
        seen_k4 = (air_k - pool.enclosure_below_air_k) ** 4
    else:
        # Water to wind 3.1 + 4.1 v (ISO/TR 12596 [R]); clear sky after Brunt, clouds fill up to
        # a black body [R].
        convection = 3.1 + 4.1 * pool.shelter_share * weather.wind_m_s
        clear = 0.52 + 0.065 * np.sqrt(vapour_pressure_pa(air_c, humidity) / 100)
        seen_k4 = (clear + (1 - clear) * 0.8 * pool.cloud_share) * air_k**4
    radiation = _EMISSIVITY * _STEFAN_BOLTZMANN * (water_k**4 - seen_k4)
    return np.asarray(pool.water_m2 * (convection * (water_k - air_k) + radiation) / 1000)


def _shell_kw(pool: Pool) -> float:
    # Walls of a basin twice as long as wide.
    wall_m2 = 6 * np.sqrt(pool.water_m2 / 2) * pool.depth_m
    w_k = pool.floor_u_w_m2k * pool.water_m2 + pool.wall_u_w_m2k * wall_m2
    return float(w_k * (pool.water_c - pool.ground_c) / 1000)


def _make_up_kw(
    weather: Weather,
    pool: Pool,
    evaporated_kg_h: NDArray[np.float64],
    opened: NDArray[np.bool_],
) -> NDArray[np.float64]:
    # Dilution, or backwash where that is more, runs in opening hours: by night a pod then meets
    # the least demand, which is the prudent side.
    day_m3 = max(bathers_per_day(pool) * DILUTION_M3_BATHER, pool.backwash_m3_week / 7)
    diluted_m3_h = np.where(opened, day_m3 / _open_h(pool), 0.0)
    fresh_m3_h = diluted_m3_h + evaporated_kg_h / 1000
    cold_c = mains_c(day_of_year(weather.index), pool.mains_mean_c, pool.mains_swing_k)
    return np.asarray(fresh_m3_h * WATER_KWH_M3_K * (pool.water_c - cold_c))


def _air(weather: Weather, pool: Pool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if pool.indoor:
        return np.asarray(pool.air_c, float), np.asarray(pool.humidity_share, float)
    return weather.temperature_c, weather.humidity_share


def _opened(hours: NDArray[np.float64], pool: Pool) -> NDArray[np.bool_]:
    if pool.open_from == pool.open_to:
        return np.ones(hours.shape, dtype=bool)
    return _within(hours, pool.open_from, pool.open_to)


def _open_h(pool: Pool) -> float:
    # Whole hours of the clock that count as open, so that a day's dilution comes out whole.
    return float(_opened(np.arange(24.0), pool).sum()) or 1.0


def _within(hours: NDArray[np.float64], start: float, end: float) -> NDArray[np.bool_]:
    if start <= end:
        return np.asarray((hours >= start) & (hours < end))
    return np.asarray((hours >= start) | (hours < end))


def _in_season(weather: Weather, season: tuple[int, int] | None) -> NDArray[np.bool_]:
    months = np.asarray(weather.index.month, dtype=float)
    if season is None:
        return np.ones(months.shape, dtype=bool)
    first, last = season
    return np.asarray(_within(months, first, last) | (months == last))


def _check(pool: Pool) -> None:
    wrong = [
        name
        for name, low, high in (
            ("water_m2", 1.0, 20_000.0),
            ("depth_m", 0.1, 30.0),
            ("water_c", 5.0, 45.0),
            ("air_c", 0.0, 50.0),
            ("humidity_share", 0.0, 1.0),
            ("open_from", 0.0, 24.0),
            ("open_to", 0.0, 24.0),
            ("activity_open", 0.0, 5.0),
            ("activity_closed", 0.0, 5.0),
            ("cover_saving_share", 0.0, 1.0),
        )
        if not low <= getattr(pool, name) <= high
    ]
    if wrong:
        raise ValueError(f"no pool has such {', '.join(wrong)}: {pool}")
