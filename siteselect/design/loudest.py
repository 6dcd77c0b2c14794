"""The receptor that counts at each site: the one with the least room below its limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siteselect import pod as pods
from siteselect.design.sound_paths import Obstacles, heard_octaves, windows_of
from siteselect.sound.bands import a_weighted
from siteselect.sound.propagation import levels_dba

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from siteselect.study import Study

AT_ONCE = 4
"""How many further receptors of a site are tried in one round."""
CLOSELY = (1, 8)
"""How many receptors of a site are looked at closely in each round, before all are."""
CLOSE_DB = 1e-6
"""Levels from distances alone are less wrong than this [dB]; rounding is below 1e-9 dB."""
RINGS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
"""How far receptors are looked for in each round, as a share of the search."""
SITES_AT_ONCE = 2**10
"""Sites round which receptors are looked for at once."""
PAIRS_AT_ONCE = 2**17
"""Pairs of site and receptor that are enough to go on with."""
LEVELS_AT_ONCE = 2**19
"""Pairs whose levels are reckoned at once, octave by octave."""


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
    their margins on open ground until no further one can be worse. Over open ground a level falls
    with distance, so that far receptors are looked for only where near ones leave it open. A
    receptor without a limit that is louder than the one with the least margin stands in its place:
    the margin is then unknown.

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
    limited = ~np.isnan(strictest_dba)
    some = np.flatnonzero(limited)
    worst = _staged(study, points, shapes, strictest_dba, some, obstacles, host)
    if limited.all():
        return worst.drop(columns="allowed_dba")
    none = np.flatnonzero(~limited)
    free = _staged(study, points, shapes, np.zeros(len(shapes)), none, obstacles, host)
    unlimited, limited_ones = free.set_index("site"), worst.set_index("site")
    heard = limited_ones["level_dba"].reindex(unlimited.index)
    louder = unlimited[heard.isna() | (unlimited["level_dba"] > heard)]
    joined = pd.concat([limited_ones.drop(louder.index, errors="ignore"), louder])
    return joined.sort_index().reset_index().drop(columns="allowed_dba")


def _staged(
    study: Study,
    points: NDArray[np.object_],
    shapes: NDArray[np.object_],
    allowed_dba: NDArray[np.float64],
    rows: NDArray[np.int64],
    obstacles: Obstacles | None,
    host: NDArray[np.bool_] | None,
) -> pd.DataFrame:
    """Pick the worst of some receptors for each site, looking farther out where that may matter."""
    tree = shapely.STRtree(shapes[rows])
    least_dba = allowed_dba[rows].min(initial=np.inf)
    open_to = np.arange(len(points))
    found = []
    for share in RINGS:
        radius_m = share * study.noise.search_m
        beyond_db = least_dba - float(_open_dba(study, np.array([radius_m]))[0]) - CLOSE_DB
        settled = [np.empty(0, dtype=np.int64)]
        for pairs in _heaps(points, shapes, tree, rows, open_to, radius_m, host):
            pairs["allowed_dba"] = allowed_dba[pairs["receptor"].to_numpy()]
            worst = _worst(study, points, shapes, pairs, obstacles)
            if share < 1:
                worst = worst[worst["allowed_dba"] - worst["level_dba"] < beyond_db]
            found.append(worst)
            settled.append(worst["site"].to_numpy())
        open_to = np.setdiff1d(open_to, np.concatenate(settled))
    told = [part for part in found if len(part)] or found[:1]
    return pd.concat(told).sort_values("site").reset_index(drop=True)


def _heaps(
    points: NDArray[np.object_],
    shapes: NDArray[np.object_],
    tree: shapely.STRtree,
    rows: NDArray[np.int64],
    sites: NDArray[np.int64],
    radius_m: float,
    host: NDArray[np.bool_] | None,
) -> Iterator[pd.DataFrame]:
    """Find the pairs within a radius, so many at a time that they fit into memory."""
    held: list[pd.DataFrame] = []
    for first in range(0, max(len(sites), 1), SITES_AT_ONCE):
        some = sites[first : first + SITES_AT_ONCE]
        held.append(_pairs(points, shapes, tree, rows, some, radius_m, host))
        if sum(map(len, held)) >= PAIRS_AT_ONCE:
            yield pd.concat(held, ignore_index=True)
            held = []
    if held:
        yield pd.concat(held, ignore_index=True)


def _pairs(
    points: NDArray[np.object_],
    shapes: NDArray[np.object_],
    tree: shapely.STRtree,
    rows: NDArray[np.int64],
    sites: NDArray[np.int64],
    radius_m: float,
    host: NDArray[np.bool_] | None,
) -> pd.DataFrame:
    site, near = tree.query(points[sites], predicate="dwithin", distance=radius_m)
    site, receptor = sites[site], rows[near]
    distance_m = shapely.distance(points[site], shapes[receptor])
    if host is not None:
        counts = (distance_m > 0) | ~host[receptor]
        site, receptor, distance_m = site[counts], receptor[counts], distance_m[counts]
    return pd.DataFrame({"site": site, "receptor": receptor, "distance_m": distance_m})


def _open_dba(study: Study, distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Level over open ground by distance alone [dB(A)]; it falls with distance.

    Spreading takes 8.7 dB while the distance grows by a factor of e; the middle region of the
    ground, the only term of ISO 9613-2:1996 that can fall meanwhile, gives back 3 dB at most.
    """
    power, noise = pods.sound_octaves_db(study.pod), study.noise
    heights = noise.source_height_m, noise.receiver_height_m
    air = noise.ground_share, noise.temperature_c, noise.humidity_share
    return np.concatenate(
        [
            levels_dba(power, *heights, distance_m[first : first + LEVELS_AT_ONCE], *air)
            for first in range(0, max(len(distance_m), 1), LEVELS_AT_ONCE)
        ]
    )


def _worst(
    study: Study,
    points: NDArray[np.object_],
    shapes: NDArray[np.object_],
    pairs: pd.DataFrame,
    obstacles: Obstacles | None,
) -> pd.DataFrame:
    """Pick the worst pair of each site, looking closely at few pairs where these settle it.

    The distance alone tells the level over open ground to well within `CLOSE_DB`. Screens only
    take from it, so that a site is settled if its worst of the first few pairs is worse than the
    next one could be; the others are looked at with more of their pairs, at last with all.
    """
    power = pods.sound_octaves_db(study.pod)
    open_dba = _open_dba(study, pairs["distance_m"].to_numpy())
    site, room_db = pairs["site"].to_numpy(), pairs["allowed_dba"].to_numpy() - open_dba
    order = np.lexsort(
        (pairs["receptor"].to_numpy(), pairs["distance_m"].to_numpy(), room_db, site)
    )
    start = np.flatnonzero(np.diff(site[order], prepend=-1))
    turn = np.arange(len(order)) - np.repeat(start, np.diff(start, append=len(order)))
    found = []
    for count in CLOSELY:
        few = pairs.iloc[np.sort(order[turn < count])]
        worst = _least_room(study, power, points, shapes, few, obstacles)
        following = order[turn == count]
        could_be_db = np.full(len(worst), np.inf)
        could_be_db[np.searchsorted(worst["site"], site[following])] = room_db[following] - CLOSE_DB
        settled = (worst["allowed_dba"] - worst["level_dba"]).to_numpy() < could_be_db
        found.append(worst[settled])
        still = np.isin(site[order], worst["site"][~settled])
        order, turn = order[still], turn[still]
        if len(order) == 0:
            break
    else:
        rest = pairs.iloc[np.sort(order)]
        found.append(_least_room(study, power, points, shapes, rest, obstacles))
    return pd.concat(found).sort_values("site").reset_index(drop=True)


def _least_room(
    study: Study,
    power: NDArray[np.float64],
    points: NDArray[np.object_],
    shapes: NDArray[np.object_],
    pairs: pd.DataFrame,
    obstacles: Obstacles | None,
) -> pd.DataFrame:
    """Pick for each site the pair whose allowed level less its level is least."""
    limited = pairs.assign(open_dba=_level(study, power, points, shapes, pairs, None))
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
