"""Look up facility attributes for sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray


def picked(
    frame: gpd.GeoDataFrame | None, column: str, rows: NDArray[np.int64], *, text: bool = False
) -> NDArray[Any]:
    """Take a column's cell for each row number; -1 gives "" for text and NaN for numbers."""
    result = np.full(len(rows), "", dtype=object) if text else np.full(len(rows), np.nan)
    if frame is not None:
        there = rows >= 0
        result[there] = frame[column].to_numpy()[rows[there]]
    return result
