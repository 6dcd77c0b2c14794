"""The table of sites: how its columns are described and filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from siteselect.contracts import Column

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray


def texts(**meanings: str) -> tuple[Column, ...]:
    """Describe columns of text."""
    return tuple(Column(name, "text", meaning) for name, meaning in meanings.items())


def numbers(**meanings: str) -> tuple[Column, ...]:
    """Describe columns of numbers."""
    return tuple(Column(name, "number", meaning) for name, meaning in meanings.items())


def flags(**meanings: str) -> tuple[Column, ...]:
    """Describe columns of yes, no or unknown."""
    return tuple(Column(name, "flag", meaning) for name, meaning in meanings.items())


def picked(
    frame: gpd.GeoDataFrame | None, column: str, rows: NDArray[np.int64], *, text: bool = False
) -> NDArray[Any]:
    """Take a column's cell for each row number; -1 gives "" for text and NaN for numbers."""
    result = np.full(len(rows), "", dtype=object) if text else np.full(len(rows), np.nan)
    if frame is not None:
        there = rows >= 0
        result[there] = frame[column].to_numpy()[rows[there]]
    return result


def scattered(
    count: int, rows: NDArray[np.int64], values: Any, *, fill: Any = np.nan
) -> NDArray[Any]:
    """Set values at some of `count` rows and `fill` at the others."""
    kind = object if isinstance(fill, str) else np.asarray(fill).dtype
    column = np.full(count, fill, dtype=kind)
    column[rows] = values
    return column


def alike(marks: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Give the different rows of a table of small whole numbers, and which of them each row is.

    Sites share a few texts; each is then written once.
    """
    low = marks.min(axis=0, initial=0)
    spans = marks.max(axis=0, initial=0) - low + 1
    key = np.zeros(len(marks), dtype=np.int64)
    for column, span, least in zip(marks.T, spans.tolist(), low.tolist(), strict=True):
        key = key * span + (column - least)
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    return marks[first], which
