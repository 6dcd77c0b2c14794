"""Points in constraint areas: ours against a plain tree of shapely, in one run.

Usage: python benchmarks/containment.py [points] [areas] [corners]

Areas are blots of very different sizes that lie over each other. Both sides start from the same
points and areas and end with the same pairs, which is checked; ours lays its raster anew each time.
Times are medians of three.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import sys
import time
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import shapely

from siteselect.containment import containing

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SIDE_M = 30_000.0
COVERED = 2.0
"""Surface of all areas together over that of the territory."""


def blots(count: int, corners: int, dice: np.random.Generator) -> NDArray[np.object_]:
    """Draw areas with smooth bays, as maps of flood and habitat have them."""
    sizes_m = dice.lognormal(0, 0.8, count)
    sizes_m *= np.sqrt(COVERED * SIDE_M**2 / (np.pi * (sizes_m**2).sum()))
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    waves = sum(
        dice.uniform(-0.3, 0.3, (count, 1)) / wave * np.sin(wave * angle + dice.uniform(0, 6.28))
        for wave in (2, 3, 5, 8)
    )
    radius_m = sizes_m[:, None] * (1 + waves)
    centre = dice.uniform(0, SIDE_M, (count, 1, 2))
    ring = radius_m[..., None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return np.asarray(shapely.make_valid(shapely.polygons(centre + ring)), dtype=object)


def timed(shapes: NDArray[np.object_], task: Callable[[NDArray[np.object_]], object]) -> float:
    """Give the seconds that a task takes on shapes that nobody has prepared yet."""
    fresh = shapely.from_wkb(shapely.to_wkb(shapes))
    start = time.perf_counter()
    task(fresh)
    return time.perf_counter() - start


def main(points: int = 1_000_000, areas: int = 3000, corners: int = 200) -> None:
    """Time both sides and print the ratio."""
    dice = np.random.default_rng(0)
    shapes = blots(areas, corners, dice)
    where = shapely.points(dice.uniform(0, SIDE_M, (points, 2)))
    theirs, ours = [], []
    for _ in range(3):
        theirs.append(
            timed(shapes, lambda fresh: shapely.STRtree(fresh).query(where, predicate="within"))
        )
        ours.append(timed(shapes, lambda fresh: containing(where, fresh)))
    point, area = containing(where, shapes)
    expected = shapely.STRtree(shapes).query(where, predicate="intersects")
    order = np.lexsort((expected[1], expected[0]))
    same = np.array_equal(expected[:, order], np.stack([point, area]))
    tree_s, ours_s = statistics.median(theirs), statistics.median(ours)
    print(f"{points:,} points, {areas:,} areas of {corners} corners, {len(point):,} pairs")
    print(f"STRtree.query(points, 'within') {tree_s:8.2f} s")
    print(f"ours                            {ours_s:8.2f} s   {tree_s / ours_s:.1f} times as fast")
    print(f"same pairs as 'intersects': {same}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "shapely"))
    print(f"python {platform.python_version()}, {os.cpu_count()} cores, {versions}")
    if not same:
        raise SystemExit("the pairs differ")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
