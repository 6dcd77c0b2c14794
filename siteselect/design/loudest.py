"""The receptor that counts at each site: the one with the least room below its limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siteselect import pod as pods
from siteselect.design.sound_paths import Obstacles, heard_octaves, windows_of
from siteselect.sound.bands import a_weighted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.study import Study

AT_ONCE = 4
"""How many further receptors of a site are tried in one round."""


def loudest(
    study: Study,
    points: NDArray[np.object_],
    shapes: NDArray[np.object_],
    strictest_dba: NDArray[np.float64],
    obstacles: Obstacles | None,
    host: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """Find for each site the receptor with the least margin.

    Screens only ever take from a level, so the receptors of a site are screened in the order of
    their margins on open ground until no further one can be worse. A receptor without a limit that
    is louder than the one with the least margin stands in its place: the margin is then unknown.

    Parameters
    ----------
    study : plant, heights, search.
    points : sites.
    shapes : receptors; the window is where the wall is nearest.
    strictest_dba : limit of each receptor, NaN where it has none [dB(A)].
    obstacles : what screens.
    host : receptors that do not count for a site which stands in them; none when left out.

    Returns
    -------
    DataFrame
        One row for each site with a receptor within the search: `site`, `receptor`, `distance_m`,
        `open_dba` over open ground, and `level_dba` behind what screens.
    """
    site, receptor = shapely.STRtree(shapes).query(
        points, predicate="dwithin", distance=study.noise.search_m
    )
    pairs = pd.DataFrame({"site": site, "receptor": receptor})
    pairs["distance_m"] = shapely.distance(points[site], shapes[receptor])
    if host is not None:
        pairs = pairs[(pairs["distance_m"] > 0) | ~host[receptor]].reset_index(drop=True)
        receptor = pairs["receptor"].to_numpy()
    power = pods.sound_octaves_db(study.pod)
    pairs["open_dba"] = _level(study, power, points, shapes, pairs, None)
    pairs["allowed_dba"] = strictest_dba[receptor]
    worst = _least_room(study, power, points, shapes, pairs, obstacles)
    free = pairs[pairs["allowed_dba"].isna()].assign(allowed_dba=0.0)
    if free.empty:
        return worst.drop(columns="allowed_dba")
    unlimited = _least_room(study, power, points, shapes, free, obstacles).set_index("site")
    limited = worst.set_index("site")
    heard = limited["level_dba"].reindex(unlimited.index)
    louder = unlimited[heard.isna() | (unlimited["level_dba"] > heard)]
    joined = pd.concat([limited.drop(louder.index, errors="ignore"), louder])
    return joined.sort_index().reset_index().drop(columns="allowed_dba")


def _least_room(
    study: Study,
    power: NDArray[np.float64],
    points: NDArray[np.object_],
    shapes: NDArray[np.object_],
    pairs: pd.DataFrame,
    obstacles: Obstacles | None,
) -> pd.DataFrame:
    """Pick for each site the pair whose allowed level less its level is least."""
    limited = pairs[pairs["allowed_dba"].notna()].copy()
    limited["room_db"] = limited["allowed_dba"] - limited["open_dba"]
    limited = limited.sort_values(["site", "room_db", "distance_m", "receptor"])
    limited["level_dba"] = limited["open_dba"]
    if obstacles is None:
        return limited.drop_duplicates("site").drop(columns="room_db").reset_index(drop=True)
    turn = limited.groupby("site").cumcount().to_numpy()
    best = pd.Series(np.inf, index=limited["site"].unique())
    tried = np.zeros(len(limited), dtype=bool)
    for first in range(0, int(turn.max(initial=-1)) + 1, AT_ONCE):
        open_room = limited["room_db"].to_numpy()
        settled = best.reindex(limited["site"]).to_numpy() <= open_room
        now = (turn >= first) & (turn < first + AT_ONCE) & ~settled
        if not now.any():
            break
        batch = limited[now]
        level = _level(study, power, points, shapes, batch, obstacles)
        limited.loc[now, "level_dba"] = level
        tried |= now
        room = pd.Series(batch["allowed_dba"].to_numpy() - level, index=batch["site"])
        least = room.groupby(level=0).min()
        best.loc[least.index] = np.minimum(best.loc[least.index], least)
    found = limited[tried]
    found = found.assign(room_db=found["allowed_dba"] - found["level_dba"])
    found = found.sort_values(["site", "room_db", "distance_m", "receptor"])
    return found.drop_duplicates("site").drop(columns="room_db").reset_index(drop=True)


def _level(
    study: Study,
    power: NDArray[np.float64],
    points: NDArray[np.object_],
    shapes: NDArray[np.object_],
    pairs: pd.DataFrame,
    obstacles: Obstacles | None,
) -> NDArray[np.float64]:
    start = points[pairs["site"].to_numpy()]
    windows = windows_of(start, shapes[pairs["receptor"].to_numpy()])
    return a_weighted(heard_octaves(study, power, start, windows, obstacles))
