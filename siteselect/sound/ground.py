"""What the ground adds or takes: ISO 9613-2:1996, general and alternative method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.sound.ranges import require

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_REGION = 30.0
"""A region reaches this many heights from source or receiver."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Porous share of the ground in the three regions of a path, 0 hard to 1 soft.

    Paving, water and ice are 0; grass, soil and woodland are 1. Each share is one number, or one
    for every path.
    """

    source_share: ArrayLike
    middle_share: ArrayLike
    receiver_share: ArrayLike


def uniform(share: ArrayLike) -> Ground:
    """Describe ground that is the same along the whole path."""
    return Ground(share, share, share)


def by_segments(
    lengths_m: ArrayLike,
    shares: ArrayLike,
    source_height_m: ArrayLike,
    receiver_height_m: ArrayLike,
) -> Ground:
    """Average the grounds along each path over its three regions, weighted by length.

    Source: the rule of ISO/TR 17534-3:2015 for several grounds in a region. Where the regions of
    source and receiver meet, the middle one is empty and takes no part.

    Parameters
    ----------
    lengths_m : lengths of the grounds from source to receiver, on the last axis [m].
    shares : porous share of each, on the last axis [share].
    source_height_m : height of the source above its ground [m].
    receiver_height_m : height of the receiver above its ground [m].
    """
    lengths, porous = np.broadcast_arrays(
        np.asarray(lengths_m, dtype=float), np.asarray(shares, dtype=float)
    )
    require("ground", distance_m=lengths, ground_share=porous)
    ends = np.cumsum(lengths, axis=-1)
    total = ends[..., -1:]
    near = np.minimum(_REGION * np.asarray(source_height_m, dtype=float)[..., np.newaxis], total)
    far = total - np.minimum(
        _REGION * np.asarray(receiver_height_m, dtype=float)[..., np.newaxis], total
    )

    def mean(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
        overlap = np.minimum(ends, end) - np.maximum(ends - lengths, start)
        weight = np.maximum(overlap, 0.0)
        covered = np.sum(weight, axis=-1)
        whole = np.sum(lengths * porous, axis=-1) / np.maximum(total[..., 0], np.finfo(float).tiny)
        part = np.sum(weight * porous, axis=-1) / np.where(covered > 0, covered, 1.0)
        return np.asarray(np.where(covered > 0, part, whole))

    return Ground(mean(np.zeros_like(total), near), mean(near, far), mean(far, total))


def general_db(
    source_height_m: ArrayLike, receiver_height_m: ArrayLike, distance_m: ArrayLike, ground: Ground
) -> NDArray[np.float64]:
    """Ground attenuation by octave [dB]; negative where the ground adds sound.

    Source: ISO 9613-2:1996, 7.3.1 and Table 3. The 63 Hz middle term is -3q in this edition,
    whatever the ground.

    Parameters
    ----------
    source_height_m : height of the source above its ground [m].
    receiver_height_m : height of the receiver above its ground [m].
    distance_m : distance in plan [m].
    ground : porous shares of the three regions.

    Returns
    -------
    ndarray
        The arguments' common shape, with the eight octaves as last axis.
    """
    shares = (ground.source_share, ground.middle_share, ground.receiver_share)
    for share in shares:
        require("ground", ground_share=share)
    high, low, plan, first, between, last = np.broadcast_arrays(
        *(
            np.asarray(values, dtype=float)
            for values in (source_height_m, receiver_height_m, distance_m, *shares)
        )
    )
    reach = _REGION * (high + low)
    beyond = plan > reach
    middle = np.where(beyond, 1.0 - reach / np.where(beyond, plan, 1.0), 0.0)
    middle_db = np.repeat((-3.0 * middle * (1.0 - between))[..., np.newaxis], 8, axis=-1)
    middle_db[..., 0] = -3.0 * middle
    return _region_db(high, plan, first) + _region_db(low, plan, last) + middle_db


def _region_db(
    height_m: NDArray[np.float64], plan_m: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Attenuation of the region around source or receiver by octave [dB] (Table 3)."""
    squared = height_m**2
    built_up = -np.expm1(-plan_m / 50.0)
    distant = -np.expm1(-2.8e-6 * plan_m**2)
    raised = 3.0 * np.exp(-0.12 * (height_m - 5.0) ** 2) * built_up
    dips = (
        1.5 + raised + 5.7 * np.exp(-0.09 * squared) * distant,
        1.5 + 8.6 * np.exp(-0.09 * squared) * built_up,
        1.5 + 14.0 * np.exp(-0.46 * squared) * built_up,
        1.5 + 5.0 * np.exp(-0.9 * squared) * built_up,
    )
    high = -1.5 * (1.0 - share)
    # A share that is unknown leaves the band unknown, although 63 Hz would not depend on it.
    lowest = -1.5 + 0.0 * share
    return np.stack([lowest, *(-1.5 + share * dip for dip in dips), high, high, high], axis=-1)


def alternative_db(distance_m: ArrayLike, path_height_m: ArrayLike) -> NDArray[np.float64]:
    """Ground attenuation of an A-weighted level over mostly porous ground [dB].

    Source: ISO 9613-2:1996, equation 10. For sound without tones only, and never without the
    `solid_angle_db` that belongs to it.

    Parameters
    ----------
    distance_m : distance in space [m].
    path_height_m : mean height of the path above the ground [m].
    """
    distance = np.asarray(distance_m, dtype=float)
    height = np.asarray(path_height_m, dtype=float)
    return np.asarray(np.maximum(4.8 - 2.0 * height / distance * (17.0 + 300.0 / distance), 0.0))


def solid_angle_db(
    source_height_m: ArrayLike, receiver_height_m: ArrayLike, distance_m: ArrayLike
) -> NDArray[np.float64]:
    """Gain of a source near the ground, for the alternative method alone [dB], near 3.

    Source: ISO 9613-2:1996, equation 11. The general method holds this gain already.

    Parameters
    ----------
    source_height_m : height of the source above its ground [m].
    receiver_height_m : height of the receiver above its ground [m].
    distance_m : distance in plan [m].
    """
    high = np.asarray(source_height_m, dtype=float)
    low = np.asarray(receiver_height_m, dtype=float)
    plan = np.asarray(distance_m, dtype=float) ** 2
    mirrored = np.maximum(plan + (high + low) ** 2, np.finfo(float).tiny)
    return np.asarray(10.0 * np.log10(1.0 + (plan + (high - low) ** 2) / mirrored))
