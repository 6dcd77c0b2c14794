"""Levels from every source at every receiver, with ground, screens and facades between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.errors import Fault, InputError
from siteselect.sound.atmosphere import Air
from siteselect.sound.bands import a_weighted, energy_sum
from siteselect.sound.ground import Ground
from siteselect.sound.obstacles import Screen, screened_db
from siteselect.sound.propagation import Attenuation, Paths, attenuation
from siteselect.sound.ranges import require
from siteselect.sound.reflections import Facade, images

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Sources:
    """Point sources, one a row: octave sound powers, places, and heights above their ground.

    `position_m` is x, y and the altitude of the acoustic centre. `gain_db` is directivity and
    reflecting planes behind the source, one number, one a source, or one a source and octave; a
    facade that stands among the facades is not counted here too.
    """

    octaves_db: NDArray[np.float64]
    position_m: NDArray[np.float64]
    height_m: ArrayLike
    gain_db: ArrayLike = 0.0


@dataclass(frozen=True, slots=True)
class Receivers:
    """Receivers, one a row: x, y and altitude, and heights above their ground."""

    position_m: NDArray[np.float64]
    height_m: ArrayLike


@dataclass(frozen=True, slots=True)
class Received:
    """Octave levels and what made them: by source, receiver and octave [dB].

    `reflected_db` is minus infinity where no facade throws sound back.
    """

    direct_db: NDArray[np.float64]
    reflected_db: NDArray[np.float64]
    divergence_db: NDArray[np.float64]
    air_db: NDArray[np.float64]
    ground_db: NDArray[np.float64]
    screening_db: NDArray[np.float64]

    @property
    def octaves_db(self) -> NDArray[np.float64]:
        """Level of each source at each receiver by octave [dB]."""
        return energy_sum(np.stack([self.direct_db, self.reflected_db]), axis=0)

    @property
    def total_octaves_db(self) -> NDArray[np.float64]:
        """Level of all sources at each receiver by octave [dB]."""
        return energy_sum(self.octaves_db, axis=0)

    @property
    def total_dba(self) -> NDArray[np.float64]:
        """A-weighted level of all sources at each receiver [dB(A)]."""
        return a_weighted(self.total_octaves_db)


def received(
    sources: Sources,
    receivers: Receivers,
    ground: Ground,
    *,
    screens: Sequence[Screen] = (),
    facades: Sequence[Facade] = (),
    air: Air | None = None,
) -> Received:
    """Levels of every source at every receiver, after ISO 9613-2:1996, general method.

    Parameters
    ----------
    sources : where sound is made.
    receivers : where it is heard.
    ground : porous shares; each one number, or one for every source and receiver.
    screens : walls and buildings that stand in the way.
    facades : surfaces that throw sound back.
    air : state of the air; 10 degC and 70 % unless given.

    Raises
    ------
    InputError
        Arrays that do not fit each other, or numbers that no such quantity can have.
    """
    count, heard = len(sources.position_m), len(receivers.position_m)
    _require(sources, receivers)
    still = Air() if air is None else air
    start = np.repeat(np.asarray(sources.position_m, dtype=float), heard, axis=0)
    end = np.tile(np.asarray(receivers.position_m, dtype=float), (count, 1))
    heights = (
        np.repeat(np.broadcast_to(np.asarray(sources.height_m, dtype=float), count), heard),
        np.tile(np.broadcast_to(np.asarray(receivers.height_m, dtype=float), heard), count),
    )
    shares = Ground(
        *(
            np.broadcast_to(np.asarray(share, dtype=float), (count, heard)).ravel()
            for share in (ground.source_share, ground.middle_share, ground.receiver_share)
        )
    )
    power = np.repeat(np.asarray(sources.octaves_db, dtype=float) + _gain(sources), heard, axis=0)
    lost = attenuation(_paths(start, end, heights), shares, still)
    screening = screened_db(start, end, screens, lost.ground_db)
    reflected = np.full(power.shape, -np.inf)
    for image in images(start, end, facades):
        at = image.path
        mirrored = _paths(image.source_m, end[at], (heights[0][at], heights[1][at]))
        thrown = attenuation(mirrored, _picked(shares, at), still)
        level = power[at] - thrown.total_db - image.loss_db
        reflected[at] = energy_sum(np.stack([reflected[at], level]), axis=0)
    return _shaped(power - lost.total_db - screening, reflected, lost, screening, (count, heard))


def _shaped(
    direct: NDArray[np.float64],
    reflected: NDArray[np.float64],
    lost: Attenuation,
    screening: NDArray[np.float64],
    shape: tuple[int, int],
) -> Received:
    terms = (direct, reflected, lost.divergence_db, lost.air_db, lost.ground_db, screening)
    return Received(*(np.broadcast_to(term, direct.shape).reshape(*shape, -1) for term in terms))


def _paths(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    heights: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Paths:
    step = end - start
    return Paths(np.hypot(step[:, 0], step[:, 1]), *heights, step[:, 2])


def _picked(ground: Ground, at: NDArray[np.int64]) -> Ground:
    shares = (ground.source_share, ground.middle_share, ground.receiver_share)
    return Ground(*(np.asarray(share)[at] for share in shares))


def _gain(sources: Sources) -> NDArray[np.float64]:
    gain = np.asarray(sources.gain_db, dtype=float)
    return gain[:, np.newaxis] if gain.ndim == 1 else gain


def _require(sources: Sources, receivers: Receivers) -> None:
    faults = []
    shapes = (
        ("sound sources", "octaves_db", sources.octaves_db, 8),
        ("sound sources", "position_m", sources.position_m, 3),
        ("receivers", "position_m", receivers.position_m, 3),
    )
    for owner, column, values, width in shapes:
        count = len(receivers.position_m if owner == "receivers" else sources.position_m)
        if np.shape(values) != (count, width):
            cure = f"Give {width} numbers for each of the {count} rows"
            value = str(np.shape(values))
            faults.append(Fault(owner, "wrong shape", cure, column=column, value=value))
        elif column == "position_m" and not np.isfinite(values).all():
            cure = "Give finite metres, or leave the row out with a reason"
            faults.append(Fault(owner, "a place is unknown", cure, column=column))
    if faults:
        raise InputError(faults)
    require("sound sources", level_db=sources.octaves_db, source_height_m=sources.height_m)
    require("receivers", receiver_height_m=receivers.height_m)
