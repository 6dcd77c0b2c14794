"""What feeds a supply point, level by level, and what on the way up limits it.

Colours are the operators' own. They are compared by name only, never worked out anew from another
operator's thresholds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Words = NDArray[np.object_]

COLOURS = ("", "green", "amber", "red")
"""Unknown, then from best to worst."""
LEVELS = 8
"""More steps than any network has between a low-voltage feeder and the transmission grid."""


def ladder(points: pd.DataFrame) -> Rows:
    """List each supply point, what feeds it, what feeds that, and so on up.

    Parameters
    ----------
    points : rows of the layer `supply_points`.

    Returns
    -------
    NDArray
        One row a point, `LEVELS` columns of row numbers; -1 above the last that is known, and from
        where a loop in the data would begin again.
    """
    parents = pd.Index(points["supply_id"]).get_indexer(pd.Index(points["upstream_id"]))
    parents[points["upstream_id"].to_numpy() == ""] = -1
    parents = np.append(parents, -1)
    rungs = [np.arange(len(points))]
    for _ in range(LEVELS - 1):
        above = parents[rungs[-1]]
        looped = np.any([above == rung for rung in rungs], axis=0)
        rungs.append(np.where(looped, -1, above))
    return np.stack(rungs, axis=1).astype(np.int64)


def first_at(rungs: Rows, found: NDArray[np.bool_]) -> Rows:
    """Climb from each point to the first that is marked; -1 where none is."""
    marked = np.append(found, False)[rungs]
    at = marked.argmax(axis=1)
    rows = rungs[np.arange(len(rungs)), at]
    return np.where(marked.any(axis=1), rows, -1).astype(np.int64)


def worst_colour(rungs: Rows, points: pd.DataFrame) -> Words:
    """Worst colour of each point and of all that feeds it, among those that are known."""
    words: Words = np.array(COLOURS, dtype=object)[_codes(rungs, points).max(axis=1)]
    return words


def least_kva(rungs: Rows, headroom_kva: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least known headroom of each point and of all that feeds it [kVA]; NaN where none is."""
    known = np.append(headroom_kva, np.nan)[rungs]
    least = np.where(np.isnan(known), np.inf, known).min(axis=1)
    return np.where(np.isinf(least), np.nan, least)


def limit(
    rungs: Rows, points: pd.DataFrame, headroom_kva: NDArray[np.float64], import_kva: float
) -> Words:
    """Name what limits each point: the first on the way up with the worst colour.

    Where no colour is worse than green, the one with the least headroom, if the load exceeds it.
    "" where nothing is known to limit.
    """
    codes = _codes(rungs, points)
    known = np.append(headroom_kva, np.nan)[rungs]
    left = np.where(np.isnan(known), np.inf, known) - import_kva
    rows = np.arange(len(rungs))
    coloured = codes.max(axis=1) >= COLOURS.index("amber")
    at = np.where(coloured, codes.argmax(axis=1), left.argmin(axis=1))
    who = rungs[rows, at]
    own = np.append(_own(points["rag"]), 0)[who]
    name = points["name"].where(points["name"] != "", points["supply_id"]).to_numpy(dtype=object)
    named = np.append(name, "")[who]
    said = np.append(points["constraint_text"].to_numpy(dtype=object), "")[who]
    told = np.full(len(rungs), "", dtype=object)
    for row in np.flatnonzero(coloured):
        colour = COLOURS[codes[row, at[row]]]
        # The worst may be the colour that the operator gives to what feeds it, unnamed.
        place = named[row] if own[row] == codes[row, at[row]] else f"what feeds {named[row]}"
        told[row] = f"{place}: {colour}" + (f", {said[row]}" if said[row] else "")
    for row in np.flatnonzero(~coloured & (left[rows, at] < 0)):
        told[row] = f"{named[row]}: {-left[row, at[row]]:,.0f} kVA short"
    return told


def _codes(rungs: Rows, points: pd.DataFrame) -> Rows:
    stated = np.maximum(_own(points["rag"]), _own(points["upstream_rag"]))
    return np.asarray(np.append(stated, 0)[rungs], dtype=np.int64)


def _own(colours: pd.Series[str]) -> Rows:
    return pd.Index(COLOURS).get_indexer(pd.Index(colours)).clip(0).astype(np.int64)
