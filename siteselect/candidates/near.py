"""Keep the candidates that are near something: a substation, a street, a pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from siteselect.candidates.features import pick
from siteselect.contracts import Notice

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.layers.build import Territory
    from siteselect.settings.candidates import Near


def keep_near(
    frame: gpd.GeoDataFrame, wishes: tuple[Near, ...], territory: Territory, what: str
) -> tuple[gpd.GeoDataFrame, list[Notice]]:
    """Keep the candidates that are near all that the study wants them near.

    Parameters
    ----------
    frame : candidates as points in the study's CRS.
    wishes : what to be near; `features.faults_of` has found no fault with them.
    territory : its layers.
    what : name of the list, for the notice that counts what was left out.
    """
    notices = []
    for near in wishes:
        points = frame.geometry.to_numpy()
        kept, blind = _states(points, near, territory)
        lost = int((~kept).sum())
        if lost:
            text = (
                f"{lost} of {len(frame)} candidates of {what} are not within {near.within_m:g} m "
                f"of {_wanted(near)} and were left out"
            )
            unsure = int((~kept & blind).sum())
            if unsure:
                text += f"; {unsure} of them lie where the layer cannot tell"
            notices.append(Notice("candidates left out", text))
        frame = frame[kept]
    return frame, notices


def _states(
    points: NDArray[np.object_], near: Near, territory: Territory
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which points are near a feature, and which might be near one that the layer lacks."""
    picked = pick(territory, near.layer, near.where) or ()
    kept = np.zeros(len(points), dtype=bool)
    blind = np.zeros(len(points), dtype=bool)
    for part in picked:
        tree = shapely.STRtree(part.shapes)
        found, _ = tree.query(points, predicate="dwithin", distance=near.within_m)
        kept[found] = True
        blind |= ~shapely.covers(part.coverage, points)
    return kept, blind if picked else ~blind


def _wanted(near: Near) -> str:
    words = " and ".join(f"{column} {'/'.join(values)}" for column, values in near.where.items())
    return f"{near.layer} ({words})" if words else near.layer
