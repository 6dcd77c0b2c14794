"""Arrow tables as CSV that is safe to open: what `safe_csv` writes, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siteselect.report.tables import csv_cell

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PLAIN = 1e-4, 1e15
"""Between these Arrow writes a fraction as Python does; elsewhere one of them has an exponent."""


def csv_bytes(table: pa.Table) -> bytes:
    """Write a table of texts, numbers and flags as CSV that is safe to open; unknown is empty."""
    columns = [_written(table[name].combine_chunks()) for name in table.column_names]
    head = ",".join(map(csv_cell, table.column_names)) + "\n"
    told = {"null_handling": "replace", "null_replacement": ""}
    # Thirty-two bits would not hold the places of all letters of a long part.
    separator, feed = (pa.scalar(sign, pa.large_string()) for sign in (",", "\n"))
    rows = pc.binary_join_element_wise(*columns, separator, **told)
    lines = pc.binary_join_element_wise(rows, feed, pa.scalar("", pa.large_string()))
    return head.encode() + "".join(lines.to_pylist()).encode()


def _written(column: pa.Array) -> pa.Array:
    if pa.types.is_floating(column.type):
        return _numbers(column)
    if pa.types.is_integer(column.type):
        return pc.cast(column, pa.large_string())
    # Sites share few texts; each is made safe once.
    shared = column.dictionary_encode()
    cells = pa.array([csv_cell(cell) for cell in shared.dictionary.to_pylist()], pa.large_string())
    return cells.take(shared.indices)


def _numbers(column: pa.Array) -> pa.Array:
    values: NDArray[np.float64] = column.to_numpy(zero_copy_only=False)
    size = np.abs(values)
    fraction = (size >= _PLAIN[0]) & (size < _PLAIN[1]) & (values != np.floor(values))
    written = pc.cast(column, pa.large_string())
    if fraction.all():
        return written
    # Numbers apart are told by their bits, since minus zero equals zero.
    other, which = np.unique(values[~fraction].view(np.int64), return_inverse=True)
    cells = [csv_cell(number) for number in other.view(np.float64).tolist()]
    texts = pa.array(cells, pa.large_string()).take(pa.array(which))
    return pc.replace_with_mask(written, pa.array(~fraction), texts)
