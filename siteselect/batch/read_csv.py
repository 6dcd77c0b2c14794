"""Delimited text, a chunk of records at a time, each with the number of its line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from siteselect.batch.records import LINE, ROW, SHAPE, Chunk
from siteselect.errors import Fault, InputError, SourceError
from siteselect.sources.delimited_text import with_points

if TYPE_CHECKING:
    import geopandas as gpd

_BOM = b"\xef\xbb\xbf"
Records = list[tuple[int, int, list[str]]]


def read(location: str, rows: int) -> Iterator[Chunk]:
    """Read a list of text between commas, semicolons, tabs or bars.

    A record of the wrong length, or with coordinates that are no numbers, is a fault of that row
    alone. Rows count from the header, 1, as in the app; lines may be more where cells hold some.

    Raises
    ------
    SourceError
        It is not text in UTF-8, has no header or coordinates, or leaves a quote open.
    """
    path = Path(location)
    with path.open("rb") as stream:
        lines = _decoded(stream, path)
        first = next(lines, "")
        separator = max(",;\t|", key=first.count)
        reader = csv.reader(_after(first, lines), delimiter=separator, strict=True)
        try:
            names = _header(next(reader, []), path)
            numbered = ((number, reader.line_num, row) for number, row in enumerate(reader, 2))
            while records := list(islice(numbered, rows)):
                yield _chunk(records, names, path, comma_decimals=separator == ";")
        except csv.Error as error:
            problem = f"not a table: {error}"
            cure = "Check for a quote that is never closed; lines end with a line feed."
            raise SourceError(Fault(path.name, problem, cure, row=reader.line_num)) from None


def _decoded(stream: Iterator[bytes], path: Path) -> Iterator[str]:
    for number, line in enumerate(stream, 1):
        try:
            text = (line.removeprefix(_BOM) if number == 1 else line).decode("utf-8")
        except UnicodeDecodeError:
            cure = "Save it as 'CSV UTF-8' (Excel offers that)."
            raise SourceError(Fault(path.name, "not text in UTF-8", cure, row=number)) from None
        if "\x00" in text:
            cure = "Give delimited text in UTF-8."
            raise SourceError(Fault(path.name, "holds binary data", cure, row=number))
        yield text


def _after(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _header(cells: list[str], path: Path) -> list[str]:
    names = [cell.strip() for cell in cells]
    faults = [
        Fault(path.name, "a column name stands twice", "Rename one.", row=1, column=name)
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if not names:
        faults.append(Fault(path.name, "the file is empty", "Give a header and a row a place."))
    if faults:
        raise InputError(faults)
    return names


def _chunk(records: Records, names: list[str], path: Path, *, comma_decimals: bool) -> Chunk:
    # A blank line is no row; the app leaves it out as well.
    records = [record for record in records if record[2]]
    faults = [
        Fault(
            path.name,
            f"{len(cells)} cells where the header has {len(names)}",
            "Quote text that holds the separator.",
            row=number,
        )
        for number, _, cells in records
        if len(cells) != len(names)
    ]
    line_of = {number: line for number, line, _ in records}
    whole = [record for record in records if len(record[2]) == len(names)]
    columns = zip(*(cells for _, _, cells in whole), strict=True) if whole else [()] * len(names)
    frame = pd.DataFrame(
        {
            name: pd.Series([cell.strip() for cell in cells], dtype=object)
            for name, cells in zip(names, columns, strict=True)
        }
    )
    frame.index = pd.Index([number for number, _, _ in whole], dtype=np.int64)
    drawn, undrawn = _drawn(frame, path, comma_decimals=comma_decimals)
    faults += undrawn
    return Chunk(
        _table(drawn, line_of),
        path.name,
        None if drawn.crs is None else drawn.crs.to_wkt(),
        len(records),
        tuple(faults),
        tuple(line_of[int(str(fault.row))] for fault in faults),
    )


def _drawn(
    frame: pd.DataFrame, path: Path, *, comma_decimals: bool
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Make points of the rows that have coordinates; the faults name the others."""
    try:
        return with_points(frame, Path(path.name), comma_decimals=comma_decimals), []
    except InputError as error:
        wrong = {int(str(fault.row)) for fault in error.faults}
        rest = frame[~frame.index.isin(wrong)]
        return with_points(rest, Path(path.name), comma_decimals=comma_decimals), [*error.faults]


def _table(drawn: gpd.GeoDataFrame, line_of: dict[int, int]) -> pa.Table:
    shape = drawn.geometry.name
    columns = {
        str(name): pa.array(drawn[name].tolist(), pa.string())
        for name in drawn.columns
        if name != shape
    }
    rows = drawn.index.tolist()
    return pa.table(
        columns
        | {
            SHAPE: pa.array(shapely.to_wkb(drawn.geometry.to_numpy()), pa.binary()),
            ROW: pa.array(rows, pa.int64()),
            LINE: pa.array([line_of[row] for row in rows], pa.int64()),
        }
    )
