"""The shortest ways of sound over and round obstacles: taut strings, many paths at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAME_M = 1e-6


@dataclass(frozen=True, slots=True)
class Detour:
    """A way round an obstacle, one a path: its legs and how much longer it is than straight.

    `excess_m` is z of ISO 9613-2: negative where the straight path clears the edge, minus infinity
    where there is no edge, infinite where there is no way. `between_m` is the way from the first
    edge to the last, 0 for a single one.
    """

    first_leg_m: NDArray[np.float64]
    last_leg_m: NDArray[np.float64]
    between_m: NDArray[np.float64]
    direct_m: NDArray[np.float64]
    excess_m: NDArray[np.float64]


def over_top(
    edge_at_m: NDArray[np.float64],
    edge_top_m: NDArray[np.float64],
    distance_m: NDArray[np.float64],
    source_z_m: NDArray[np.float64],
    receiver_z_m: NDArray[np.float64],
) -> Detour:
    """Lay the shortest path over the edges that each straight path crosses.

    Parameters
    ----------
    edge_at_m : distance in plan from the source to each edge, one row a path; NaN pads [m].
    edge_top_m : altitude of the edge there [m].
    distance_m : distance in plan from source to receiver [m].
    source_z_m : altitude of the source [m].
    receiver_z_m : altitude of the receiver [m].
    """
    row = np.arange(len(distance_m))
    at = np.column_stack([edge_at_m, distance_m])
    top = np.column_stack([edge_top_m, receiver_z_m])
    here, height = np.zeros_like(distance_m), np.array(source_z_m, dtype=float)
    legs = _Legs(len(row))
    for _ in range(at.shape[1]):
        ahead = at - here[:, np.newaxis]
        usable = ahead > _SAME_M
        slope = np.full(at.shape, -np.inf)
        np.divide(top - height[:, np.newaxis], ahead, out=slope, where=usable)
        # Of edges on one line the farthest is taken: those between do not bend the path.
        chosen = np.argmax(slope, axis=1)
        moving = usable.any(axis=1)
        step = np.hypot(at[row, chosen] - here, top[row, chosen] - height)
        legs.add(np.where(moving, step, 0.0), moving & (chosen < at.shape[1] - 1))
        here = np.where(moving, at[row, chosen], here)
        height = np.where(moving, top[row, chosen], height)
        if not (here < distance_m - _SAME_M).any():
            break
    direct = np.hypot(distance_m, receiver_z_m - source_z_m)
    bent = legs.detour(direct, np.ones_like(direct))
    return _under_sight(edge_at_m, edge_top_m, direct, (distance_m, source_z_m, receiver_z_m), bent)


def round_side(
    along_m: NDArray[np.float64],
    aside_m: NDArray[np.float64],
    distance_m: NDArray[np.float64],
    rise_m: NDArray[np.float64],
) -> Detour:
    """Lay the shortest path round one side of obstacles, a taut string in plan.

    An end that the obstacles' own hull encloses has no taut string on it. There the path runs
    straight to the corner farthest aside and on: never longer than the true way, so never quieter.

    Parameters
    ----------
    along_m : corners of the obstacles in each path's way, from the source towards the receiver,
        one row a path; NaN pads [m].
    aside_m : the corners' distance from the straight line, positive on the side to go round [m].
    distance_m : distance in plan from source to receiver [m].
    rise_m : altitude of the receiver less that of the source [m].
    """
    enclosed = _encloses(along_m, aside_m) | _encloses(distance_m[:, np.newaxis] - along_m, aside_m)
    row = np.arange(len(distance_m))
    passed = aside_m > _SAME_M
    farthest = aside_m >= np.nanmax(np.where(passed, aside_m, 0.0), axis=1)[:, np.newaxis]
    kept = passed & (farthest | ~enclosed[:, np.newaxis])
    x = np.column_stack([np.where(kept, along_m, np.nan), distance_m])
    y = np.column_stack([np.where(kept, aside_m, np.nan), np.zeros_like(distance_m)])
    here_x, here_y = np.zeros_like(distance_m), np.zeros_like(distance_m)
    heading = np.full_like(distance_m, np.pi)
    legs = _Legs(len(row))
    for _ in range(x.shape[1]):
        east, north = x - here_x[:, np.newaxis], y - here_y[:, np.newaxis]
        span = np.hypot(east, north)
        # The string bends only away from the side: the least turn from the last heading is next.
        turn = (heading[:, np.newaxis] - np.arctan2(north, east)) % (2 * np.pi)
        turn = np.where(span > _SAME_M, turn, np.inf)
        chosen = np.argmin(turn, axis=1)
        moving = np.hypot(here_x - distance_m, here_y) > _SAME_M
        legs.add(np.where(moving, span[row, chosen], 0.0), moving & (chosen < x.shape[1] - 1))
        heading = np.where(moving, np.arctan2(north[row, chosen], east[row, chosen]), heading)
        here_x = np.where(moving, x[row, chosen], here_x)
        here_y = np.where(moving, y[row, chosen], here_y)
        if not moving.any():
            break
    return legs.detour(np.hypot(distance_m, rise_m), rise_m, plan=True)
