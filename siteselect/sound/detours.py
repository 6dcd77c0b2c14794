"""The shortest ways of sound over and round obstacles: taut strings, many paths at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAME_M = 1e-6
_SAME_ANGLE = 1e-9


@dataclass(frozen=True, slots=True)
class Detour:
    """A way past an obstacle, one a path: its legs, and how much longer it is than straight.

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
    steps, bends = [], []
    for _ in range(at.shape[1]):
        ahead = at - here[:, np.newaxis]
        usable = ahead > _SAME_M
        slope = np.full(at.shape, -np.inf)
        np.divide(top - height[:, np.newaxis], ahead, out=slope, where=usable)
        chosen = _farthest(ahead, slope >= np.max(slope, axis=1, keepdims=True) - _SAME_ANGLE)
        moving = usable.any(axis=1)
        step = np.hypot(at[row, chosen] - here, top[row, chosen] - height)
        steps.append(np.where(moving, step, 0.0))
        bends.append(moving & (chosen < at.shape[1] - 1))
        here = np.where(moving, at[row, chosen], here)
        height = np.where(moving, top[row, chosen], height)
        if not moving.any():
            break
    direct = np.hypot(distance_m, receiver_z_m - source_z_m)
    bent = _detour(steps, bends, direct, np.zeros_like(direct))
    before = np.hypot(edge_at_m, edge_top_m - source_z_m[:, np.newaxis])
    after = np.hypot(
        distance_m[:, np.newaxis] - edge_at_m, receiver_z_m[:, np.newaxis] - edge_top_m
    )
    clear = _clear(before, after, direct)
    over = np.any(bends, axis=0)
    names = ("first_leg_m", "last_leg_m", "between_m", "direct_m", "excess_m")
    return Detour(*(np.where(over, getattr(bent, name), getattr(clear, name)) for name in names))


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
    row = np.arange(len(distance_m))
    from_receiver = distance_m[:, np.newaxis] - along_m
    enclosed = _encloses(along_m, aside_m) | _encloses(from_receiver, aside_m)
    passed = aside_m > _SAME_M
    farthest = aside_m >= np.max(np.where(passed, aside_m, 0.0), axis=1, keepdims=True)
    kept = passed & (farthest | ~enclosed[:, np.newaxis])
    x = np.column_stack([np.where(kept, along_m, np.nan), distance_m])
    y = np.column_stack([np.where(kept, aside_m, np.nan), np.zeros_like(distance_m)])
    here_x, here_y = np.zeros_like(distance_m), np.zeros_like(distance_m)
    heading = np.full_like(distance_m, np.pi)
    steps, bends = [], []
    for _ in range(x.shape[1]):
        east, north = x - here_x[:, np.newaxis], y - here_y[:, np.newaxis]
        span = np.hypot(east, north)
        # A taut string turns one way only, so the next corner is that of the least turn.
        angle = heading[:, np.newaxis] - np.arctan2(north, east)
        turn = np.where(span > _SAME_M, (angle + _SAME_ANGLE) % (2 * np.pi), np.inf)
        chosen = _farthest(span, turn <= np.min(turn, axis=1, keepdims=True) + _SAME_ANGLE)
        moving = np.hypot(here_x - distance_m, here_y) > _SAME_M
        steps.append(np.where(moving, span[row, chosen], 0.0))
        bends.append(moving & (chosen < x.shape[1] - 1))
        taken = np.arctan2(north[row, chosen], east[row, chosen])
        heading = np.where(moving, taken, heading)
        here_x = np.where(moving, x[row, chosen], here_x)
        here_y = np.where(moving, y[row, chosen], here_y)
        if not moving.any():
            break
    return _detour(steps, bends, np.hypot(distance_m, rise_m), rise_m)


def _farthest(span_m: NDArray[np.float64], alike: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Pick the farthest of points in one line, for those between do not bend the string."""
    return np.asarray(np.argmax(np.where(alike, span_m, -1.0), axis=1))


def _detour(
    steps: list[NDArray[np.float64]],
    bends: list[NDArray[np.bool_]],
    direct_m: NDArray[np.float64],
    rise_m: NDArray[np.float64],
) -> Detour:
    """Sum the steps of a path; one that was laid in plan is stretched by its climb."""
    lengths = np.stack(steps, axis=1)
    corners = np.sum(bends, axis=0)
    # Step by step, so that the sum does not depend on how many steps other paths take.
    plan = reduce(np.add, steps)
    developed = np.hypot(plan, rise_m)
    stretch = developed / np.maximum(plan, _SAME_M)
    first = lengths[:, 0]
    last = lengths[np.arange(len(plan)), np.minimum(corners, lengths.shape[1] - 1)]
    between = np.where(corners > 1, np.maximum(plan - first - last, 0.0), 0.0)
    return Detour(
        first_leg_m=first * stretch,
        last_leg_m=last * stretch,
        between_m=between * stretch,
        direct_m=direct_m,
        excess_m=developed - direct_m,
    )


def _clear(
    before_m: NDArray[np.float64], after_m: NDArray[np.float64], direct_m: NDArray[np.float64]
) -> Detour:
    """Pick the edge that a clear sight line passes closest, with a negative excess."""
    row = np.arange(len(direct_m))
    excess = direct_m[:, np.newaxis] - before_m - after_m
    excess = np.column_stack([np.where(np.isnan(excess), -np.inf, excess), -np.inf + 0 * direct_m])
    chosen = np.argmax(excess, axis=1)
    return Detour(
        first_leg_m=np.column_stack([before_m, 0 * direct_m])[row, chosen],
        last_leg_m=np.column_stack([after_m, direct_m])[row, chosen],
        between_m=np.zeros_like(direct_m),
        direct_m=direct_m,
        excess_m=excess[row, chosen],
    )


def _encloses(along_m: NDArray[np.float64], aside_m: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say whether corners stand round the origin on more than half of its horizon."""
    bearing = np.arctan2(aside_m, along_m)
    left = np.max(np.where(aside_m > _SAME_M, bearing, 0.0), axis=1)
    right = np.min(np.where(aside_m < -_SAME_M, bearing, 0.0), axis=1)
    return np.asarray(left - right > np.pi + _SAME_ANGLE)
