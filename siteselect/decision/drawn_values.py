"""Values of which some are drawn: a table of low ends, and a list of the cells above them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]
    Places = NDArray[np.int64]
    Keys = NDArray[np.uint64]
    Cells = tuple[Places, Places, Singles, Singles, Keys]

_CRITERIA, _SITES, _TIES = np.uint64(0x9E37), np.uint64(0x79B9), np.uint64(0x7F4A)


@dataclass(frozen=True, slots=True)
class ValueRange:
    """Low end, middle and high end of every value, sites by criteria [0..1].

    `today` is the value that the ranking counts: the measured one, or the low end where nothing was
    measured. `unknown` marks the latter. Half of the draws of a cell lie below its middle.
    """

    low: pd.DataFrame
    middle: pd.DataFrame
    high: pd.DataFrame
    today: pd.DataFrame
    unknown: pd.DataFrame


@dataclass(frozen=True, slots=True)
class DrawnValues:
    """Values of n sites on m criteria, ready to be drawn.

    `low` holds the low ends, one row a criterion; `tie` a number a site by which ties are broken.
    `cells` lists the uncertain ones by site: site, criterion, from the low end to the middle, from
    there to the high end, and the stream from which the cell is drawn.
    """

    low: Singles
    tie: Keys
    cells: Cells


def drawn_values(ranges: ValueRange, shared: Collection[str] = (), seed: int = 0) -> DrawnValues:
    """Make values ready to be drawn.

    The stream of a cell depends on the seed, on the names of its site and criterion, and on nothing
    else, so that neither the order nor the number of the sites changes what is drawn.

    Parameters
    ----------
    ranges : values of the sites.
    shared : criteria whose measured values have one error for all sites.
    seed : of the draws.

    Raises
    ------
    InputError
        A bound is unknown, or lies outside 0 to 1 or beyond the middle.
    """
    low, middle, high = (
        table.to_numpy(dtype=np.float64) for table in (ranges.low, ranges.middle, ranges.high)
    )
    _refuse(ranges, low, middle, high)
    site, criterion = np.nonzero(high > low)
    names = _hashed(ranges.low.index, _SITES, seed)
    columns = _hashed(ranges.low.columns, _CRITERIA, seed)
    by_site = ~ranges.low.columns.isin(list(shared))[criterion]
    by_site |= ranges.unknown.to_numpy(dtype=bool)[site, criterion]
    down = (middle - low)[site, criterion].astype(np.float32)
    up = (high - middle)[site, criterion].astype(np.float32)
    stream = columns[criterion] + np.where(by_site, names[site] * np.uint64(3), np.uint64(0))
    return DrawnValues(
        low=np.ascontiguousarray(low.T, dtype=np.float32),
        tie=_hashed(ranges.low.index, _TIES, seed),
        cells=(site.astype(np.int64), criterion.astype(np.int64), down, up, stream),
    )


def certain_values(values: pd.DataFrame, seed: int = 0) -> DrawnValues:
    """Make values ready of which none is drawn.

    Raises
    ------
    InputError
        A value is unknown or lies outside 0 to 1.
    """
    nothing = pd.DataFrame(np.zeros(values.shape, dtype=bool), values.index, values.columns)
    return drawn_values(ValueRange(values, values, values, values, nothing), seed=seed)


def certain(data: DrawnValues) -> DrawnValues:
    """Leave all values at their low ends."""
    site, criterion, down, up, stream = data.cells
    return replace(data, cells=(site[:0], criterion[:0], down[:0], up[:0], stream[:0]))


def highest(data: DrawnValues) -> Singles:
    """Give the high ends of all values, one row a criterion."""
    site, criterion, down, up, _ = data.cells
    high = data.low.copy()
    high[criterion, site] += down + up
    return high


def part_of(data: DrawnValues, rows: Places) -> DrawnValues:
    """Take some sites, in the order given."""
    site, criterion, down, up, stream = data.cells
    place = np.full(data.low.shape[1], -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    new = place[site]
    kept = np.flatnonzero(new >= 0)
    kept = kept[np.argsort(new[kept], kind="stable")]
    return DrawnValues(
        low=np.ascontiguousarray(data.low[:, rows]),
        tie=data.tie[rows],
        cells=(new[kept], criterion[kept], down[kept], up[kept], stream[kept]),
    )


def _hashed(names: pd.Index, salt: np.uint64, seed: int) -> Keys:
    """Turn names into numbers that look random and are the same in every process."""
    found = pd.util.hash_array(names.astype(str).to_numpy(dtype=object))
    start = np.uint64((int(salt) << 48) + seed)
    mixed = (found ^ start) * np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(mixed ^ (mixed >> np.uint64(29)), dtype=np.uint64)


def _refuse(ranges: ValueRange, low: Floats, middle: Floats, high: Floats) -> None:
    # A comparison with NaN is false, so that an unknown bound is refused too.
    sound = (low >= 0) & (low <= middle) & (middle <= high) & (high <= 1)
    faults = [
        Fault(
            "values",
            "not a range of values",
            "Give low, middle and high with 0 <= low <= middle <= high <= 1.",
            row=str(ranges.low.index[row]),
            column=str(ranges.low.columns[column]),
            value=f"{low[row, column]} to {high[row, column]}",
        )
        for row, column in np.argwhere(~sound).tolist()
    ]
    if faults:
        raise InputError(faults)
