"""How much of the study area is left, exclusion by exclusion, and which points lie on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siteselect.candidates.features import pick
from siteselect.contracts import Notice

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from siteselect.candidates.features import Picked
    from siteselect.layers.build import Territory
    from siteselect.settings.candidates import Exclusion
    from siteselect.study import Study

NO_LAYER = "layer not in the study"
STEPS = (
    *("label", "layer", "before_ha", "excluded_ha", "removed_ha", "left_ha", "left_share"),
    *("unknown_ha", "note"),
)
"""Columns of the waterfall, in order."""

_GRID_M = 0.01
"""Corners are set on a grid of a centimetre: maps are drawn no finer, and no overlay fails [D]."""
_QUARTER_SEGMENTS = 8
"""Corners of a quarter circle in a buffer, which then lacks 0.6 % of a disc's area [C]."""
_HA = 10_000.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What one exclusion takes of the study area, and where its layer can tell."""

    label: str
    shut: BaseGeometry
    known: BaseGeometry
    note: str = ""


@dataclass(frozen=True, slots=True)
class Buildable:
    """The land on which no exclusion lies, and how it came to be.

    `steps` is the waterfall, one row an exclusion in the order of the study: `excluded_ha` is
    what it covers by itself, `removed_ha` what it takes of the land that was left before it, so
    that `before_ha` is `removed_ha` plus `left_ha` and the next row's `before_ha` is this row's
    `left_ha`. `unknown_ha` is the part of what is left about which the layer says nothing: it
    stays in, and may still turn out to be excluded.
    """

    area_ha: float
    land: BaseGeometry
    steps: pd.DataFrame
    grounds: tuple[Ground, ...]
    notices: tuple[Notice, ...]


def buildable(study: Study, territory: Territory) -> Buildable:
    """Take the study's exclusions off its area, one after another.

    Parameters
    ----------
    study : with `candidates.exclude`, which `features.faults_of` finds no fault with.
    territory : its area and layers. A layer that the study does not have removes nothing.
    """
    area = _precise(territory.area)
    grounds: list[Ground] = []
    notices: list[Notice] = []
    rows = []
    left = area
    for exclusion in study.candidates.exclude:
        ground, told = _ground(exclusion, territory, area)
        grounds.append(ground)
        notices += told
        before_ha = left.area / _HA
        left = _without(left, ground.shut)
        left_ha = left.area / _HA
        rows.append(
            {
                "label": exclusion.label,
                "layer": exclusion.layer,
                "before_ha": before_ha,
                "excluded_ha": ground.shut.area / _HA,
                "removed_ha": before_ha - left_ha,
                "left_ha": left_ha,
                "left_share": left_ha / (area.area / _HA),
                "unknown_ha": _unknown_ha(left, ground.known, area),
                "note": ground.note,
            }
        )
    steps = pd.DataFrame(rows, columns=list(STEPS))
    return Buildable(area.area / _HA, left, steps, tuple(grounds), tuple(notices))


def judge(points: NDArray[np.object_], ground: Buildable) -> pd.DataFrame:
    """Say of each point whether it may be built on, as far as the exclusions go.

    Returns
    -------
    DataFrame
        One row a point. `buildable`: False on excluded land; True where every exclusion can be
        judged and none lies; None where one cannot, or where the study excludes nothing.
        `excluded_by`: the exclusions that lie there. `exclusion_unknown`: those that cannot be
        judged there, because the layer is missing or does not cover the place.
    """
    hits = [_hits(each.shut, points) for each in ground.grounds]
    blind = [
        ~hit & ~_within_a_grid_step(each.known, points)
        for each, hit in zip(ground.grounds, hits, strict=True)
    ]
    labels = [each.label for each in ground.grounds]
    flags = np.full(len(points), True if labels else None, dtype=object)
    for unknown in blind:
        flags[unknown] = None
    for hit in hits:
        flags[hit] = False
    return pd.DataFrame(
        {
            "buildable": pd.Series(flags, dtype=object),
            "excluded_by": pd.Series(_listed(labels, hits, len(points)), dtype=object),
            "exclusion_unknown": pd.Series(_listed(labels, blind, len(points)), dtype=object),
        }
    )


def _ground(
    exclusion: Exclusion, territory: Territory, area: BaseGeometry
) -> tuple[Ground, list[Notice]]:
    picked = pick(territory, exclusion.layer, exclusion.where)
    if picked is None:
        return Ground(exclusion.label, shapely.Polygon(), shapely.Polygon(), NO_LAYER), []
    covers = [_common(area, _precise(part.coverage)) for part in picked]
    shut = [
        _reach(part, exclusion.buffer_m, area, cover)
        for part, cover in zip(picked, covers, strict=True)
    ]
    known = area if covers else shapely.Polygon()
    for cover in covers:
        known = _common(known, cover)
    whole = shut[0] if len(shut) == 1 else _precise(shapely.union_all(shut))
    ground = Ground(exclusion.label, whole, known)
    return ground, _without_area(exclusion, picked)


def _without_area(exclusion: Exclusion, picked: tuple[Picked, ...]) -> list[Notice]:
    flat = sum(int((shapely.get_dimensions(part.shapes) < 2).sum()) for part in picked)  # noqa: PLR2004 - a surface has two dimensions
    if exclusion.buffer_m > 0 or not flat:
        return []
    text = (
        f"{flat} points or lines of {exclusion.layer} have no area, so that {exclusion.label!r} "
        "removes nothing for them; `buffer_m` would give them one"
    )
    return [Notice("land left out", text)]


def _reach(
    picked: Picked, buffer_m: float, area: BaseGeometry, cover: BaseGeometry
) -> BaseGeometry:
    """Unite what lies on the covered part of the area, or so near that its strip reaches it."""
    tree = shapely.STRtree(picked.shapes)
    shapes = picked.shapes[np.sort(tree.query(area, predicate="dwithin", distance=buffer_m))]
    west, south, east, north = area.bounds
    window = shapely.box(west - buffer_m, south - buffer_m, east + buffer_m, north + buffer_m)
    beyond = ~shapely.covered_by(shapes, window)
    shapes[beyond] = shapely.intersection(shapes[beyond], window)
    if buffer_m > 0:
        shapes = shapely.buffer(shapes, buffer_m, quad_segs=_QUARTER_SEGMENTS)
    return _common(cover, _precise(shapely.disjoint_subset_union_all(_surfaces(shapes))))


def _without(left: BaseGeometry, shut: BaseGeometry) -> BaseGeometry:
    if shut.is_empty:
        return left
    rest = _surface(shapely.difference(left, shut, grid_size=_GRID_M))
    # Setting corners on the grid moves areas by a hair, which must not look like land regained.
    return rest if rest.area < left.area else left


def _unknown_ha(left: BaseGeometry, known: BaseGeometry, area: BaseGeometry) -> float:
    if math.isclose(known.area, area.area, rel_tol=1e-12):
        return 0.0
    if known.is_empty:
        return left.area / _HA
    rest = shapely.difference(left, known, grid_size=_GRID_M)
    return min(float(_surface(rest).area), left.area) / _HA


def _common(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    return _surface(shapely.intersection(one, other, grid_size=_GRID_M))


def _precise(shape: BaseGeometry) -> BaseGeometry:
    return _surface(shapely.set_precision(_surface(shape), _GRID_M))


def _surface(shape: BaseGeometry) -> BaseGeometry:
    parts = _surfaces(np.array([shape], dtype=object))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))


def _surfaces(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Keep the polygons of any geometries; a collection may hold parts that hold parts."""
    parts = np.asarray(shapely.get_parts(shapely.get_parts(shapes)), dtype=object)
    polygons = (shapely.get_dimensions(parts) == 2) & ~shapely.is_empty(parts)  # noqa: PLR2004 - a surface has two dimensions
    return np.asarray(parts[polygons], dtype=object)


def _hits(shut: BaseGeometry, points: NDArray[np.object_]) -> NDArray[np.bool_]:
    shapely.prepare(shut)
    return np.asarray(shapely.intersects(shut, points), dtype=np.bool_)


def _within_a_grid_step(known: BaseGeometry, points: NDArray[np.object_]) -> NDArray[np.bool_]:
    shapely.prepare(known)
    return np.asarray(shapely.dwithin(known, points, _GRID_M), dtype=np.bool_)


def _listed(labels: list[str], masks: list[NDArray[np.bool_]], count: int) -> list[str]:
    """Name, for each point, the labels whose mask holds there."""
    if not labels:
        return [""] * count
    table = np.column_stack(masks)
    return ["; ".join(np.asarray(labels, dtype=object)[row]) for row in table]
