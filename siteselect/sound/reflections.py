"""Sound thrown back by facades, as from image sources (ISO 9613-2:1996, 7.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.errors import Fault, InputError
from siteselect.sound.bands import WAVELENGTH_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LEAST_REFLECTED_SHARE = 0.2
"""Surfaces that throw back less than this share of the energy are left out (7.5) [M]."""
OWN_FACADE_M = 1.0
"""A facade this near to the receiver is its own, and its limit is for sound that arrives [J]."""


@dataclass(frozen=True, slots=True)
class Facade:
    """An upright flat surface: its foot from one end to the other, and what it throws back.

    Reflected share of the energy: 1 for smooth hard walls, 0.8 for walls with windows, 0.4 for
    walls half of openings [M].
    """

    name: str
    start_m: tuple[float, float]
    end_m: tuple[float, float]
    base_z_m: float
    top_z_m: float
    reflected_share: float = 1.0


@dataclass(frozen=True, slots=True)
class Image:
    """Paths by way of one facade: which they are, where the image stands, and what is lost."""

    path: NDArray[np.int64]
    source_m: NDArray[np.float64]
    loss_db: NDArray[np.float64]


def images(
    sources_m: NDArray[np.float64], receivers_m: NDArray[np.float64], facades: Sequence[Facade]
) -> tuple[Image, ...]:
    """Find the mirror paths that each facade gives; a facade without any is left out.

    A path counts where it meets the facade within its length and height, source and receiver are
    on one side, and, octave by octave, the facade is large against the wavelength (equation 19).
    Screens on the way of reflected sound, and second reflections, are left out.

    Parameters
    ----------
    sources_m : x, y and altitude of the source, one row a path [m].
    receivers_m : x, y and altitude of the receiver, one row a path [m].
    facades : surfaces that reflect.

    Raises
    ------
    InputError
        A facade without length or height, or one that throws back more than it gets.
    """
    _require(facades)
    found = (
        _image(sources_m, receivers_m, facade)
        for facade in facades
        if facade.reflected_share >= LEAST_REFLECTED_SHARE
    )
    return tuple(image for image in found if len(image.path))


def _image(sources: NDArray[np.float64], receivers: NDArray[np.float64], facade: Facade) -> Image:
    start = np.array(facade.start_m, dtype=float)
    along = np.array(facade.end_m, dtype=float) - start
    length = float(np.hypot(*along))
    along /= length
    normal = np.array([-along[1], along[0]])
    near = (sources[:, :2] - start) @ normal
    far = (receivers[:, :2] - start) @ normal
    path = np.flatnonzero((near * far > 0) & (np.abs(far) > OWN_FACADE_M))
    near, far = near[path], far[path]
    source, receiver = sources[path], receivers[path]
    share = near / (near + far)
    hit = source + share[:, np.newaxis] * (receiver - source)
    at = (hit[:, :2] - start) @ along
    within = (at >= 0) & (at <= length) & (hit[:, 2] >= facade.base_z_m)
    kept = within & (hit[:, 2] <= facade.top_z_m)
    path, source, receiver, near = path[kept], source[kept], receiver[kept], near[kept]
    mirrored = source.copy()
    mirrored[:, :2] -= 2.0 * near[:, np.newaxis] * normal
    whole = np.linalg.norm(receiver - mirrored, axis=1)
    before = share[kept] * whole
    steepness = np.abs(near) / np.maximum(before, np.finfo(float).tiny)
    # Lost: all of the octaves whose waves are too long for the facade.
    reach = 2.0 * before * (whole - before) / whole
    extent = min(length, facade.top_z_m - facade.base_z_m) * steepness
    large = (reach / np.maximum(extent, 1e-9) ** 2)[:, np.newaxis] < 1.0 / WAVELENGTH_M
    loss = np.where(large, -10.0 * np.log10(facade.reflected_share), np.inf)
    return Image(path, mirrored, loss)


def _require(facades: Sequence[Facade]) -> None:
    faults = []
    for row, facade in enumerate(facades):
        ends = np.array([*facade.start_m, *facade.end_m, facade.base_z_m, facade.top_z_m])
        flat = facade.start_m == facade.end_m or not facade.top_z_m > facade.base_z_m
        if not np.isfinite(ends).all() or flat:
            cure = "Give two different ends, and a top above the base"
            faults.append(Fault(facade.name, "not an upright surface", cure, row=row))
        if not 0 <= facade.reflected_share <= 1:
            value = f"{facade.reflected_share:g}"
            column, cure = "reflected_share", "Give a share from 0 to 1"
            faults.append(
                Fault(facade.name, "not a share", cure, row=row, column=column, value=value)
            )
    if faults:
        raise InputError(faults)
