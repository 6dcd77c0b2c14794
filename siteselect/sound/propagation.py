"""Octave levels from point sources to receivers, after ISO 9613-2:1996 (downwind)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from siteselect.sound.atmosphere import Air, octave_absorption_db_m
from siteselect.sound.bands import a_weighted
from siteselect.sound.ground import (
    Ground,
    alternative_db,
    general_db,
    solid_angle_db,
    uniform,
)
from siteselect.sound.ranges import require

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

EDITION = "ISO 9613-2:1996"
"""The edition computed. That of 2024 differs, in screening above all."""
METHOD_UNCERTAINTY_DB = 3.0
"""Accuracy that the standard claims for broadband sound without screens, to 1000 m [dB]."""
METHOD_REACH_M = 1000.0
"""The standard claims no accuracy beyond [m]."""
_NEAREST_M = 1.0
_SPHERE_DB = 11.0


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths from source to receiver, one a row; every field is one number or one a path.

    Heights are above the ground at each end. `rise_m` is the altitude of the receiver less that of
    the source [m], which on flat land is the difference of their heights.
    """

    distance_m: ArrayLike
    source_height_m: ArrayLike
    receiver_height_m: ArrayLike
    rise_m: ArrayLike

    @property
    def length_m(self) -> NDArray[np.float64]:
        """Distance in space [m]; nearer than 1 m counts as 1 m."""
        plan = np.asarray(self.distance_m, dtype=float)
        return np.asarray(np.maximum(np.hypot(plan, self.rise_m), _NEAREST_M))


@dataclass(frozen=True, slots=True)
class Attenuation:
    """What stands between sound power and level, term by term [dB]; octaves on the last axis."""

    divergence_db: NDArray[np.float64]
    air_db: NDArray[np.float64]
    ground_db: NDArray[np.float64]
    gain_db: NDArray[np.float64]

    @property
    def total_db(self) -> NDArray[np.float64]:
        """Attenuation of the open path [dB]."""
        return self.divergence_db + self.air_db + self.ground_db - self.gain_db


def flat_paths(
    source_height_m: ArrayLike, receiver_height_m: ArrayLike, distance_m: ArrayLike
) -> Paths:
    """Describe paths over level ground.

    Raises
    ------
    InputError
        A negative height or distance.
    """
    require(
        "sound path",
        distance_m=distance_m,
        source_height_m=source_height_m,
        receiver_height_m=receiver_height_m,
    )
    rise = np.asarray(receiver_height_m, dtype=float) - np.asarray(source_height_m, dtype=float)
    return Paths(distance_m, source_height_m, receiver_height_m, rise)


def divergence_db(length_m: ArrayLike) -> NDArray[np.float64]:
    """Spreading of a point source over a sphere [dB]: 20 lg(d / 1 m) + 11 (equation 7)."""
    length = np.maximum(np.asarray(length_m, dtype=float), _NEAREST_M)
    return np.asarray(20.0 * np.log10(length) + _SPHERE_DB)


def attenuation(
    paths: Paths,
    ground: Ground,
    air: Air,
    method: Literal["general", "alternative"] = "general",
    path_height_m: ArrayLike | None = None,
) -> Attenuation:
    """Attenuation of open paths, term by term [dB].

    Parameters
    ----------
    paths : where the sound goes.
    ground : porous shares of the three regions; the alternative method does not use them.
    air : state of the air.
    method : "general" by octaves and ground, or "alternative" for A-weighted levels of sound
        without tones over mostly porous ground.
    path_height_m : mean height of the path above the ground, for the alternative method [m]; on
        flat land, and left out, the mean of the two heights.
    """
    length = paths.length_m[..., np.newaxis]
    heights = (paths.source_height_m, paths.receiver_height_m)
    air_db = octave_absorption_db_m(air) * length
    if method == "general":
        ground_db = general_db(*heights, paths.distance_m, ground)
        gain_db = np.zeros(1)
    else:
        ends = np.asarray(heights[0], dtype=float) + np.asarray(heights[1], dtype=float)
        mean = ends / 2.0 if path_height_m is None else path_height_m
        ground_db = alternative_db(paths.length_m, mean)[..., np.newaxis]
        gain_db = solid_angle_db(*heights, paths.distance_m)[..., np.newaxis]
    return Attenuation(divergence_db(length), air_db, ground_db, gain_db)


def levels_octaves(
    source_octaves_db: ArrayLike,
    source_height_m: ArrayLike,
    receiver_height_m: ArrayLike,
    distance_m: ArrayLike,
    ground_share: ArrayLike,
    temperature_c: float = 10.0,
    humidity_share: float = 0.7,
) -> NDArray[np.float64]:
    """Octave levels over flat ground without screens [dB].

    Source: ISO 9613-2:1996, general method. Wind blows moderately from source to receiver, or the
    air lies in a moderate inversion, so it is near the loudest that happens.

    Parameters
    ----------
    source_octaves_db : linear octave sound powers, 63 Hz to 8 kHz on the last axis [dB].
    source_height_m : height of the acoustic centre above the ground [m].
    receiver_height_m : height of the receiver above the ground [m].
    distance_m : distance in plan [m]; nearer than 1 m in space counts as 1 m.
    ground_share : porous share of the ground, 0 hard to 1 soft.
    temperature_c : air temperature [degC].
    humidity_share : relative humidity [share].

    Returns
    -------
    ndarray
        One row of eight octaves a distance. NaN where an argument is unknown.

    Raises
    ------
    InputError
        A number outside what the quantity can be.
    """
    require("sound source", level_db=source_octaves_db)
    paths = flat_paths(source_height_m, receiver_height_m, distance_m)
    lost = attenuation(paths, uniform(ground_share), Air(temperature_c, humidity_share))
    return np.asarray(np.asarray(source_octaves_db, dtype=float) - lost.total_db)


def levels_dba(
    source_octaves_db: ArrayLike,
    source_height_m: ArrayLike,
    receiver_height_m: ArrayLike,
    distance_m: ArrayLike,
    ground_share: ArrayLike,
    temperature_c: float = 10.0,
    humidity_share: float = 0.7,
) -> NDArray[np.float64]:
    """A-weighted levels over flat ground without screens [dB(A)].

    The sum of `levels_octaves`, with the same parameters.
    """
    return a_weighted(
        levels_octaves(
            source_octaves_db,
            source_height_m,
            receiver_height_m,
            distance_m,
            ground_share,
            temperature_c,
            humidity_share,
        )
    )


def weather_correction_db(
    source_height_m: ArrayLike,
    receiver_height_m: ArrayLike,
    distance_m: ArrayLike,
    constant_db: float = 0.0,
) -> NDArray[np.float64]:
    """Give what a long-term mean lies below the downwind level [dB].

    Source: ISO 9613-2:1996, equations 21 and 22. The constant is an authority's, commonly 0 to 5;
    0 unless one is stated, so that nothing is taken off unasked.

    Parameters
    ----------
    source_height_m : height of the source above its ground [m].
    receiver_height_m : height of the receiver above its ground [m].
    distance_m : distance in plan [m].
    constant_db : C0, from the wind statistics of the place [dB].
    """
    reach = 10.0 * (
        np.asarray(source_height_m, dtype=float) + np.asarray(receiver_height_m, dtype=float)
    )
    plan = np.asarray(distance_m, dtype=float)
    beyond = plan > reach
    share = np.where(beyond, 1.0 - reach / np.where(beyond, plan, 1.0), 0.0)
    return np.asarray(constant_db * np.where(np.isnan(plan + reach), np.nan, share))


def is_point(distance_m: ArrayLike, size_m: ArrayLike) -> NDArray[np.bool_]:
    """Say where a source may be taken as a point: farther than twice its largest dimension."""
    return np.asarray(distance_m, dtype=float) > 2.0 * np.asarray(size_m, dtype=float)


def method_uncertainty_db(distance_m: ArrayLike) -> NDArray[np.float64]:
    """Uncertainty of the method, either way [dB]; NaN beyond 1000 m, where none is claimed.

    Source: ISO 9613-2:1996, Table 5, for broadband sound without screens. The 1 dB that it claims
    for high paths within 100 m is not used. Screens and single bands are less certain.
    """
    distance = np.asarray(distance_m, dtype=float)
    return np.where(distance <= METHOD_REACH_M, METHOD_UNCERTAINTY_DB, np.nan)


def combined_uncertainty_db(*parts_db: ArrayLike) -> NDArray[np.float64]:
    """Combine independent uncertainties as the root of their squares [dB]: illustrative only."""
    parts = np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in parts_db))
    return np.asarray(np.sqrt(np.sum(np.square(parts), axis=0)))
