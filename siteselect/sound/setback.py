"""How far plant must stand off, and what else would bring it below a limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.sound.atmosphere import Air
from siteselect.sound.bands import a_weighted
from siteselect.sound.ground import uniform
from siteselect.sound.plant import plant, speed_share_for
from siteselect.sound.propagation import attenuation, flat_paths, levels_dba
from siteselect.sound.screening import wall_db

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

TARGETS_DBA = (30.0, 35.0, 40.0, 45.0)
"""Levels whose set-back distances a zoning map shows [dB(A)]."""
FARTHEST_M = 10_000.0
"""No set-back is looked for beyond; the method itself is stated to 1000 m [m]."""
HIGHEST_WALL_M = 5.0
"""No wall is looked for above; higher ones are buildings to a planner [m] [J]."""
WALL_DISTANCE_M = 2.0
"""From plant to wall, for air to reach the coils [m] [J]."""
_NEAREST_M = 1.0
_SCAN = 400
_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Mitigation:
    """What would bring a level to its limit, each on its own, one row a receptor.

    `reduction_db` is how much quieter the plant must be, 0 where it passes. `setback_m` is the
    distance that would pass, `fan_speed_share` the speed that would (NaN for plant that is not fans
    before all), `wall_height_m` the height of a wall too long to go round; NaN where that measure
    alone cannot do it. `quieter_set` says whether sets so quiet are sold.
    """

    reduction_db: NDArray[np.float64]
    setback_m: NDArray[np.float64]
    quieter_set: NDArray[np.bool_]
    fan_speed_share: NDArray[np.float64]
    wall_height_m: NDArray[np.float64]


def setback_m(
    source_octaves_db: ArrayLike,
    targets_dba: ArrayLike,
    source_height_m: float,
    receiver_height_m: float,
    ground_share: float,
    air: Air | None = None,
) -> NDArray[np.float64]:
    """Distance beyond which plant is never louder than a target, on open flat ground [m].

    Over soft ground the level need not fall everywhere, so the last crossing is sought on a scan
    from 1 m to 10 km and then halved to less than a centimetre.

    Parameters
    ----------
    source_octaves_db : octave sound powers [dB].
    targets_dba : levels to keep to, already less any correction [dB(A)].
    source_height_m : height of the acoustic centre above the ground [m].
    receiver_height_m : height of the window above the ground [m].
    ground_share : porous share of the ground.
    air : state of the air; 10 degC and 70 % unless given.

    Returns
    -------
    ndarray
        One distance a target; 1 m where it is kept throughout, NaN where not within 10 km or the
        target is unknown.
    """
    targets = np.asarray(targets_dba, dtype=float)
    still = Air() if air is None else air

    def level(distance: NDArray[np.float64]) -> NDArray[np.float64]:
        paths = flat_paths(source_height_m, receiver_height_m, distance)
        lost = attenuation(paths, uniform(ground_share), still)
        return a_weighted(np.asarray(source_octaves_db, dtype=float) - lost.total_db)

    scan = np.geomspace(_NEAREST_M, FARTHEST_M, _SCAN)
    wanted = np.atleast_1d(targets).ravel()
    louder = level(scan)[np.newaxis, :] > wanted[:, np.newaxis]
    last = _SCAN - 1 - np.argmax(louder[:, ::-1], axis=1)
    near, far = scan[last], scan[np.minimum(last + 1, _SCAN - 1)]
    for _ in range(_HALVINGS):
        middle = (near + far) / 2.0
        loud = level(middle) > wanted
        near, far = np.where(loud, middle, near), np.where(loud, far, middle)
    found = np.where(louder.any(axis=1), far, _NEAREST_M)
    unknown = np.isnan(wanted) | louder[:, -1] | np.isnan(level(scan[:1]))
    return np.where(unknown, np.nan, found).reshape(targets.shape)


def mitigation(
    source_octaves_db: NDArray[np.float64],
    limits_dba: ArrayLike,
    source_height_m: float,
    receiver_height_m: float,
    distance_m: NDArray[np.float64],
    ground_share: float,
    kind: str = "dry_cooler",
    screened_db: ArrayLike = 0.0,
) -> Mitigation:
    """Say what would bring the level at each receptor to its limit, on open flat ground.

    Walls are sought by halving up to 5 m, 2 m from the plant; the taller is never the louder.

    Parameters
    ----------
    source_octaves_db : octave sound powers, one spectrum [dB].
    limits_dba : limit at each receptor, already less any correction [dB(A)].
    source_height_m : height of the acoustic centre above the ground [m].
    receiver_height_m : height of the window above the ground [m].
    distance_m : distance in plan to each receptor [m].
    ground_share : porous share of the ground.
    kind : name of the plant in the catalogue, for how quiet its quietest sets are.
    screened_db : what stands in the way already, as a difference of A-weighted levels [dB]. The
        plant need then be less quiet; distance and wall are sought on open ground all the same.
    """
    distance = np.atleast_1d(np.asarray(distance_m, dtype=float))
    limits = np.broadcast_to(np.asarray(limits_dba, dtype=float), distance.shape)
    level = levels_dba(
        source_octaves_db, source_height_m, receiver_height_m, distance, ground_share
    )
    reduction = np.maximum(level - np.asarray(screened_db, dtype=float) - limits, 0.0)
    heights = (source_height_m, receiver_height_m)
    speed = speed_share_for(reduction) if plant()[kind].fans else np.full_like(reduction, np.nan)
    return Mitigation(
        reduction_db=reduction,
        setback_m=setback_m(source_octaves_db, limits, *heights, ground_share),
        quieter_set=reduction <= -plant()[kind].quietest_db,
        fan_speed_share=speed,
        wall_height_m=_wall_m(source_octaves_db, limits, heights, distance, ground_share),
    )


def _wall_m(
    source_octaves_db: ArrayLike,
    limits: NDArray[np.float64],
    heights: tuple[float, float],
    distance: NDArray[np.float64],
    ground_share: float,
) -> NDArray[np.float64]:
    """Lowest wall that keeps each limit [m]; 0 where none is needed, NaN where none does."""
    lost = attenuation(flat_paths(*heights, distance), uniform(ground_share), Air())
    bare = np.asarray(source_octaves_db, dtype=float) - lost.total_db

    def level(wall: NDArray[np.float64]) -> NDArray[np.float64]:
        taken = wall_db(wall, WALL_DISTANCE_M, *heights, distance, lost.ground_db)
        return a_weighted(bare - taken)

    low, high = np.zeros_like(distance), np.full_like(distance, HIGHEST_WALL_M)
    enough = level(high) <= limits
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        quiet = level(middle) <= limits
        low, high = np.where(quiet, low, middle), np.where(quiet, middle, high)
    wall = np.where(a_weighted(bare) <= limits, 0.0, np.where(enough, high, np.nan))
    return np.where(np.isnan(bare).any(axis=-1) | np.isnan(limits), np.nan, wall)
