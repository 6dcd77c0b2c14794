"""Which walls and buildings stand in which path, and what they take from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from siteselect.errors import Fault, InputError
from siteselect.sound.bands import WAVELENGTH_M
from siteselect.sound.detours import over_top, round_side
from siteselect.sound.screening import barrier_db, diffraction_db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CONTACT_M = 0.1
"""Edges this near to either end are the wall that it hangs on, which does not screen it [m]."""
_AXES = 3


@dataclass(frozen=True, slots=True)
class Screen:
    """A wall or a building that screens: at least 10 kg/m2 and without gaps.

    `outline_m` has one corner a row: x, y and altitude of the top [m]. A building's outline closes
    on itself; a wall's ends are where sound goes round.
    """

    name: str
    outline_m: NDArray[np.float64]
    building: bool


@dataclass(frozen=True, slots=True)
class _Crossed:
    """Paths with something in the way: edges over which, and corners round which, sound goes.

    Corners have one row a path, edges one row a path and obstacle; NaN pads. Widths are how far
    the obstacle reaches across the path.
    """

    path: NDArray[np.int64]
    along_m: NDArray[np.float64]
    aside_m: NDArray[np.float64]
    corner_width_m: NDArray[np.float64]
    row: NDArray[np.int64]
    edge_at_m: NDArray[np.float64]
    edge_top_m: NDArray[np.float64]
    width_m: NDArray[np.float64]


def screened_db(
    sources_m: NDArray[np.float64],
    receivers_m: NDArray[np.float64],
    screens: Sequence[Screen],
    ground_db: NDArray[np.float64],
    own: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Give what obstacles take from each path, by octave [dB].

    Source: ISO 9613-2:1996, 7.4. Round the left and the right a taut string in plan round all that
    the straight path crosses; over the top that of the most effective obstacle. The standard would
    lay it over two, but then a higher wall that hides a lower one makes the level rise, by up to
    5 dB; this errs on the loud side, as does leaving out what only a detour would meet. An
    obstacle narrower than a wavelength does not count in that octave.

    Parameters
    ----------
    sources_m : x, y and altitude of the source, one row a path [m].
    receivers_m : x, y and altitude of the receiver, one row a path [m].
    screens : walls and buildings.
    ground_db : ground attenuation of the open path, one row a path [dB].
    own : for each path the rows of the screens that stand at an end and so do not count, such
        as the building that the source leans on; -1 pads.

    Raises
    ------
    InputError
        An outline with too few corners, or with a corner that is not three finite numbers.
    """
    require_screens(screens)
    taken = np.zeros((len(sources_m), len(WAVELENGTH_M)))
    crossed = _crossed(sources_m, receivers_m, screens, own)
    if crossed is None:
        return taken
    source, receiver = sources_m[crossed.path], receivers_m[crossed.path]
    ground = np.broadcast_to(ground_db, taken.shape)[crossed.path]
    top = _over(crossed, source, receiver)
    taken[crossed.path] = barrier_db(top, _round(crossed, source, receiver), ground)
    return taken


def require_screens(screens: Sequence[Screen]) -> None:
    """Refuse outlines that are none.

    Raises
    ------
    InputError
        An outline with too few corners, or with a corner that is not three finite numbers.
    """
    faults = []
    for row, screen in enumerate(screens):
        outline = np.atleast_1d(np.asarray(screen.outline_m, dtype=float))
        least = 3 if screen.building else 2
        if outline.shape != (len(outline), _AXES) or len(outline) < least:
            cure = f"Give {least} or more corners, each with x, y and altitude of the top"
            shape = str(outline.shape)
            faults.append(Fault(screen.name, "not an outline", cure, row=row, value=shape))
        elif not np.isfinite(outline).all():
            cure = "Give finite numbers, or leave the obstacle out"
            faults.append(Fault(screen.name, "a corner is unknown", cure, row=row))
    if faults:
        raise InputError(faults)


def _over(
    crossed: _Crossed, source: NDArray[np.float64], receiver: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Diffraction over the most effective obstacle of each path [dB]."""
    start, end = source[crossed.row], receiver[crossed.row]
    distance = np.hypot(*(end[:, :2] - start[:, :2]).T)
    detour = over_top(crossed.edge_at_m, crossed.edge_top_m, distance, start[:, 2], end[:, 2])
    wide = crossed.width_m[:, np.newaxis] > WAVELENGTH_M
    each = np.where(wide, diffraction_db(detour, top=True), 0.0)
    return np.asarray(np.maximum.reduceat(each, np.unique(crossed.row, return_index=True)[1]))


def _round(
    crossed: _Crossed, source: NDArray[np.float64], receiver: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """Diffraction round the left and the right of each path's obstacles [dB]."""
    distance = np.hypot(*(receiver[:, :2] - source[:, :2]).T)
    rise = receiver[:, 2] - source[:, 2]
    sides = []
    for way in (1.0, -1.0):
        aside = way * crossed.aside_m
        found = diffraction_db(round_side(crossed.along_m, aside, distance, rise), top=False)
        for band, wavelength in enumerate(WAVELENGTH_M):
            narrow = crossed.corner_width_m <= wavelength
            some = np.flatnonzero(narrow.any(axis=1))
            kept = np.where(narrow[some], np.nan, aside[some])
            fewer = round_side(crossed.along_m[some], kept, distance[some], rise[some])
            found[some, band] = diffraction_db(fewer, top=False)[:, band]
        sides.append(found)
    return sides


def _crossed(
    sources: NDArray[np.float64],
    receivers: NDArray[np.float64],
    screens: Sequence[Screen],
    own: NDArray[np.int64] | None,
) -> _Crossed | None:
    """Find the edges that straight paths cross, and the corners of what they belong to."""
    if not len(screens) or not len(sources):
        return None
    start, end, owner = _segments(screens)
    stretches = np.asarray(shapely.linestrings(np.stack([start[:, :2], end[:, :2]], axis=1)))
    straight = shapely.linestrings(np.stack([sources[:, :2], receivers[:, :2]], axis=1))
    path, segment = shapely.STRtree(stretches).query(straight, predicate="intersects")
    step = receivers[path, :2] - sources[path, :2]
    edge = end[segment] - start[segment]
    away = start[segment, :2] - sources[path, :2]
    crossing = _cross(step, edge[:, :2])
    real = crossing != 0
    path, segment, step, edge, away = (values[real] for values in (path, segment, step, edge, away))
    distance = np.hypot(*step.T)
    at = _cross(away, edge[:, :2]) / crossing[real] * distance
    share = np.clip(_cross(away, step) / crossing[real], 0.0, 1.0)
    top = start[segment, 2] + share * edge[:, 2]
    kept = (at > CONTACT_M) & (at < distance - CONTACT_M)
    if own is not None:
        kept &= (own[path] != owner[segment][:, np.newaxis]).all(axis=1)
    if not kept.any():
        return None
    return _padded(sources, receivers, screens, path[kept], owner[segment[kept]], (at, top, kept))


def _padded(
    sources: NDArray[np.float64],
    receivers: NDArray[np.float64],
    screens: Sequence[Screen],
    path: NDArray[np.int64],
    owner: NDArray[np.int64],
    edges: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]],
) -> _Crossed:
    """Set edges and corners side by side, one row a path."""
    at, top, kept = edges
    pair, pair_of_edge = np.unique(path * len(screens) + owner, return_inverse=True)
    pair_path, pair_owner = np.divmod(pair, len(screens))
    sizes = np.array([len(screen.outline_m) for screen in screens])
    corners = np.concatenate([np.asarray(screen.outline_m, dtype=float) for screen in screens])
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    count = sizes[pair_owner]
    starts = np.concatenate([[0], np.cumsum(count)[:-1]])
    pair_of_corner = np.repeat(np.arange(len(pair)), count)
    place = np.arange(count.sum()) - starts[pair_of_corner] + first[pair_owner][pair_of_corner]
    corner_path = pair_path[pair_of_corner]
    step = receivers[corner_path, :2] - sources[corner_path, :2]
    unit = step / np.hypot(*step.T)[:, np.newaxis]
    offset = corners[place, :2] - sources[corner_path, :2]
    along, aside = np.sum(unit * offset, axis=1), _cross(unit, offset)
    width = np.maximum.reduceat(aside, starts) - np.minimum.reduceat(aside, starts)
    found, row = np.unique(pair_path, return_inverse=True)
    corner_row = row[pair_of_corner]
    return _Crossed(
        path=found,
        along_m=_rows(corner_row, along),
        aside_m=_rows(corner_row, aside),
        corner_width_m=_rows(corner_row, width[pair_of_corner]),
        row=row,
        edge_at_m=_rows(pair_of_edge, at[kept]),
        edge_top_m=_rows(pair_of_edge, top[kept]),
        width_m=width,
    )


def _segments(
    screens: Sequence[Screen],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Take outlines apart: start, end and owner of every stretch."""
    starts, ends = [], []
    for screen in screens:
        outline = np.asarray(screen.outline_m, dtype=float)
        starts.append(outline if screen.building else outline[:-1])
        ends.append(np.roll(outline, -1, axis=0) if screen.building else outline[1:])
    owner = np.repeat(np.arange(len(screens)), [len(start) for start in starts])
    return np.concatenate(starts), np.concatenate(ends), owner


def _rows(row: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lay values out one row a path, in their order, padded with NaN."""
    order = np.argsort(row, kind="stable")
    counts = np.bincount(row)
    column = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    laid = np.full((len(counts), int(counts.max())), np.nan)
    laid[row[order], column] = values[order]
    return laid


def _cross(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(left[:, 0] * right[:, 1] - left[:, 1] * right[:, 0])
