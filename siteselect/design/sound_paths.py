"""Sound from plant to window over flat ground, with the buildings and walls that stand between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

from siteselect.design.identity import Same
from siteselect.sound.atmosphere import Air
from siteselect.sound.ground import uniform
from siteselect.sound.obstacles import Screen, screened_db
from siteselect.sound.plant import source_uncertainty_db
from siteselect.sound.propagation import (
    attenuation,
    combined_uncertainty_db,
    flat_paths,
    method_uncertainty_db,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from siteselect.layers.build import Territory
    from siteselect.study import Study

OWN_M = 0.5
"""A building this near to plant or window is the one it belongs to, which does not screen it."""


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Screens of known height, their shapes row by row, and an index of these."""

    screens: tuple[Screen, ...]
    shapes: NDArray[np.object_]
    tree: shapely.STRtree


def obstacles_of(study: Study, territory: Territory) -> Obstacles | None:
    """Take the screens of known height; None where there are none, or the study wants none.

    A building counts as one block to its height; what lies below the ground or has no height is
    left out, so that the level errs on the loud side.
    """
    layer = territory.layers.get("noise_screens")
    if layer is None or not study.noise.screening:
        return None
    return _obstacles(Same(layer.frame))


@lru_cache(maxsize=2)
def _obstacles(same: Same) -> Obstacles | None:
    frame = same.thing
    known = frame[frame["height_m"].notna()]
    parts, owner = shapely.get_parts(known.geometry.to_numpy(), return_index=True)
    names, tops = known["screen_id"].to_numpy(), known["height_m"].to_numpy()
    screens, shapes = [], []
    for shape, row in zip(parts, owner, strict=True):
        building = shape.geom_type == "Polygon"
        line = shape.exterior if building else shape
        corners = shapely.get_coordinates(line)[: -1 if building else None]
        if len(corners) < (3 if building else 2):
            continue
        outline = np.column_stack([corners, np.full(len(corners), float(tops[row]))])
        screens.append(Screen(str(names[row]), outline, building))
        shapes.append(shape)
    if not screens:
        return None
    kept = np.array(shapes, dtype=object)
    return Obstacles(tuple(screens), kept, shapely.STRtree(kept))


def windows_of(sources: NDArray[np.object_], shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Give the spot of each shape that is nearest to its source; a point is its own."""
    wide = np.flatnonzero(shapely.get_type_id(shapes) != 0)
    if len(wide) == 0:
        return shapes
    windows = shapes.copy()
    windows[wide] = shapely.get_point(shapely.shortest_line(sources[wide], shapes[wide]), 1)
    return windows


def level_uncertainty_db(study: Study, distance_m: ArrayLike) -> NDArray[np.float64]:
    """Uncertainty of a level, either way, of method and source together [dB]."""
    return combined_uncertainty_db(
        method_uncertainty_db(distance_m),
        source_uncertainty_db(maker_data=study.pod.sound_power_dba is not None),
    )


def heard_octaves(
    study: Study,
    octaves_db: NDArray[np.float64],
    sources: NDArray[np.object_],
    windows: NDArray[np.object_],
    obstacles: Obstacles | None = None,
) -> NDArray[np.float64]:
    """Octave levels at windows, one path a row [dB], after ISO 9613-2:1996.

    Parameters
    ----------
    study : heights, ground and air.
    octaves_db : octave sound powers, eight, or one row a path [dB].
    sources, windows : points of the n paths.
    obstacles : what stands between; open ground without.
    """
    return open_and_screened(study, octaves_db, sources, windows, obstacles)[1]


def open_and_screened(
    study: Study,
    octaves_db: NDArray[np.float64],
    sources: NDArray[np.object_],
    windows: NDArray[np.object_],
    obstacles: Obstacles | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Octave levels as in `heard_octaves` over open ground, and behind what stands between."""
    noise = study.noise
    distance_m = shapely.distance(sources, windows)
    paths = flat_paths(noise.source_height_m, noise.receiver_height_m, distance_m)
    air = Air(noise.temperature_c, noise.humidity_share)
    lost = attenuation(paths, uniform(noise.ground_share), air)
    level = np.asarray(np.asarray(octaves_db, dtype=float) - lost.total_db)
    if obstacles is None or len(sources) == 0:
        return level, level
    return level, level - _taken(study, sources, windows, lost.ground_db, obstacles)


def _taken(
    study: Study,
    sources: NDArray[np.object_],
    windows: NDArray[np.object_],
    ground_db: NDArray[np.float64],
    obstacles: Obstacles,
) -> NDArray[np.float64]:
    """Give what obstacles take, looking only at those that some path meets."""
    taken = np.zeros((len(sources), ground_db.shape[-1]))
    start, end = shapely.get_coordinates(sources), shapely.get_coordinates(windows)
    lines = shapely.linestrings(np.stack([start, end], axis=1))
    path, met = obstacles.tree.query(lines, predicate="intersects")
    if len(path) == 0:
        return taken
    rows = np.unique(path)
    which = np.unique(met)
    own = np.hstack([_standing_on(points[rows], obstacles, which) for points in (sources, windows)])
    heights = study.noise.source_height_m, study.noise.receiver_height_m
    ends = [
        np.column_stack([xy[rows], np.full(len(rows), height)])
        for xy, height in zip((start, end), heights, strict=True)
    ]
    screens = [obstacles.screens[row] for row in which]
    ground = np.broadcast_to(ground_db, taken.shape)[rows]
    taken[rows] = screened_db(ends[0], ends[1], screens, ground, own)
    return taken


def _standing_on(
    points: NDArray[np.object_], obstacles: Obstacles, which: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Name for each point the screens it stands in or leans on, as rows of `which`; -1 pads."""
    tree = shapely.STRtree(obstacles.shapes[which])
    point, screen = tree.query(points, predicate="dwithin", distance=OWN_M)
    order = np.lexsort((screen, point))
    point, screen = point[order], screen[order]
    turn = np.arange(len(point)) - np.searchsorted(point, point)
    own = np.full((len(points), int(turn.max(initial=0)) + 1), -1, dtype=np.int64)
    own[point, turn] = screen
    return own
