"""Arrow batches of any size, cut to even tables with the numbers of their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from siteselect.batch.records import LINE, ROW


def regular(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """Cut batches to tables of so many rows; the last one may be shorter."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        rest = batch
        while count + rest.num_rows >= rows:
            taken = rows - count
            yield pa.Table.from_batches([*waiting, rest.slice(0, taken)])
            waiting, count, rest = [], 0, rest.slice(taken)
        if rest.num_rows:
            waiting.append(rest)
            count += rest.num_rows
    if waiting:
        yield pa.Table.from_batches(waiting)


def with_rows(table: pa.Table, first: int, lines: list[int] | None = None) -> pa.Table:
    """Add the number of each row, and of its line where the file has lines."""
    count = table.num_rows
    numbers = pa.array(range(first, first + count), pa.int64())
    numbered = table.append_column(ROW, numbers)
    of_file = pa.nulls(count, pa.int64()) if lines is None else pa.array(lines, pa.int64())
    return numbered.append_column(LINE, of_file)
