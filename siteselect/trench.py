"""In what ground a cable, duct or pipe beside a street would be laid: verge, footway, carriageway.

Nobody maps where a trench may go, so this is judgement [J] from what is mapped of the street. The
first line that fits decides:

==========================================================  ===========
the edge                                                    ground
==========================================================  ===========
a bridge, a tunnel, a motorway or its ramp                  carriageway
track, bridleway, or any unsealed surface                   verge
path, unless its surface is sealed                          verge
path (sealed), footway, pedestrian street, cycleway, steps  footway
a footway beside it is mapped                               footway
residential or living street, footway not denied            footway
limit of 80 km/h or more, or unclassified                   verge
everything else                                             carriageway
==========================================================  ===========

A trunk cable in a verge is laid in soft ground beside a country road. Bridges and tunnels count as
carriageway because a crossing is never cheap; a motorway takes no cable along it at all, and is
dearest here so that a way along one is seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.snapping import RoadGraph

GROUNDS = ("verge", "footway", "carriageway")
"""What a trench is dug in, from cheap to dear; the order of all columns by ground."""

VERGE, FOOTWAY, CARRIAGEWAY = range(3)

RURAL_KMH = 80.0
"""From this limit up a road is taken as out of town, with a verge beside it [km/h, judgement]."""

_MOTORWAY = ("motorway", "motorway_link")
_SOFT = ("track", "bridleway")
_WALKED = ("footway", "pedestrian", "cycleway", "steps", "corridor", "platform")
_HOMES = ("residential", "living_street")
_SEALED = (
    *("paved", "asphalt", "chipseal", "concrete", "concrete:lanes", "concrete:plates"),
    *("paving_stones", "paving_stones:lanes", "sett", "cobblestone", "unhewn_cobblestone"),
    *("bricks", "metal", "wood", "rubber", "acrylic"),
)
_UNSEALED = (
    *("unpaved", "compacted", "fine_gravel", "gravel", "pebblestone", "rock", "shells"),
    *("ground", "dirt", "earth", "grass", "mud", "sand", "woodchips", "grass_paver"),
)


def ground_of(graph: RoadGraph) -> NDArray[np.int64]:
    """Judge what ground a trench along each edge would be dug in.

    Returns
    -------
    NDArray
        Index into `GROUNDS`, one an edge.
    """
    highway, surface = pd.Series(graph.highway), pd.Series(graph.surface)
    footway_beside = np.array([value is True for value in _flags(graph.sidewalk)], dtype=bool)
    footway_denied = np.array([value is False for value in _flags(graph.sidewalk)], dtype=bool)
    crossing = np.array(
        [True in pair for pair in zip(_flags(graph.bridge), _flags(graph.tunnel), strict=True)],
        dtype=bool,
    )
    path = _among(highway, ("path",))
    return np.select(
        [
            crossing | _among(highway, _MOTORWAY),
            _among(highway, _SOFT) | _among(surface, _UNSEALED),
            path & ~_among(surface, _SEALED),
            path | _among(highway, _WALKED) | footway_beside,
            _among(highway, _HOMES) & ~footway_denied,
            (graph.maxspeed_kmh >= RURAL_KMH) | _among(highway, ("unclassified",)),
        ],
        [CARRIAGEWAY, VERGE, VERGE, FOOTWAY, FOOTWAY, VERGE],
        default=CARRIAGEWAY,
    ).astype(np.int64)


def all_in(ground: int, length_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the metres in each of `GROUNDS` of ways that lie in one of them all along [m]."""
    metres = np.zeros((len(length_m), len(GROUNDS)))
    metres[np.isnan(length_m)] = np.nan
    metres[:, ground] = length_m
    return metres


def _among(words: pd.Series[str], listed: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.asarray(words.isin(listed), dtype=bool)


def _flags(values: NDArray[np.object_]) -> list[bool | None]:
    """Read yes, no and not known, whether as Python's or as numpy's truth values."""
    return [None if pd.isna(value) else bool(value) for value in values]
