"""Identifiers that stand on several rows of a list too long to hold in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteselect.batch.records import LINE, ROW, SHAPE
from siteselect.candidates import CANDIDATE
from siteselect.errors import InputError
from siteselect.layers.conform import conform

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from siteselect.settings.candidates import CandidateFile

_IDENTIFIER = replace(
    CANDIDATE,
    columns=tuple(column for column in CANDIDATE.columns if column.name == CANDIDATE.identifier),
    identifier="",
)
Identifiers = Callable[[int], "NDArray[np.object_]"]


def identifiers(table: pa.Table, file: CandidateFile, name: str) -> NDArray[np.object_]:
    """Read the identifiers of a chunk as the contract of candidates does; "" where there is none.

    Raises
    ------
    InputError
        The list has no such column.
    """
    cells = table.drop_columns([SHAPE, ROW, LINE]).to_pandas(integer_object_nulls=True)
    # Shapes do not matter here, but a table without any has a fault on every row.
    anywhere = np.full(len(cells), shapely.Point(0, 0), dtype=object)
    frame, faults = conform(gpd.GeoDataFrame(cells, geometry=anywhere), _IDENTIFIER, file, name)
    asked = {None, CANDIDATE.identifier}
    if whole := [fault for fault in faults if fault.row is None and fault.column in asked]:
        # The words on other columns are for the check of the rows to find.
        raise InputError(whole)
    return np.asarray(frame[CANDIDATE.identifier].to_numpy(dtype=object))


def hashes(texts: NDArray[np.object_]) -> NDArray[np.uint64]:
    """Hash texts to 8 bytes each; 0 stands for an empty one."""
    if not len(texts):
        return np.empty(0, dtype=np.uint64)
    found = pd.util.hash_array(texts, categorize=False)
    return np.where(texts == "", np.uint64(0), found)


def repeated_rows(
    hashed: Sequence[NDArray[np.uint64]], read: Identifiers
) -> Mapping[int, tuple[int, ...]]:
    """Find the places of all rows whose identifier stands on several.

    Two texts may have one hash, so the texts of all rows with a repeated hash are read again and
    compared; memory grows with the list by 8 bytes a row, and with what is repeated.

    Parameters
    ----------
    hashed : hashes of the identifiers, an array a part.
    read : gives the identifiers of a part.

    Returns
    -------
    Mapping
        For each part that has any, the places in it, from 0.
    """
    ordered = np.concatenate([*hashed, np.empty(0, dtype=np.uint64)])
    ordered.sort()
    twice = np.unique(ordered[1:][(ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)])
    if not len(twice):
        return {}
    suspects = {part: np.flatnonzero(np.isin(one, twice)) for part, one in enumerate(hashed)}
    suspects = {part: places for part, places in suspects.items() if len(places)}
    counts: Counter[str] = Counter()
    for part, places in suspects.items():
        counts.update(read(part)[places].tolist())
    found = {}
    for part, places in suspects.items():
        texts = read(part)[places]
        mine = [
            place
            for place, text in zip(places.tolist(), texts.tolist(), strict=True)
            if counts[text] > 1
        ]
        if mine:
            found[part] = tuple(mine)
    return found
