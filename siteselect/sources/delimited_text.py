"""Tables of points as text between commas, semicolons, tabs or bars, with or without a BOM."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely
from shapely.errors import ShapelyError

from siteselect.contracts import Source
from siteselect.errors import Fault, InputError, SourceError
from siteselect.settings.limits import USUAL, Limits

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SOURCE = Source(
    name="delimited_text",
    title="Delimited text (CSV)",
    endings=(".csv", ".tsv", ".txt"),
    licence="as the study states for the file",
    meaning="Points from two coordinate columns, or any shape from a WKT column.",
)

DEGREES = (("lon", "lat"), ("longitude", "latitude"), ("long", "lat"), ("lng", "lat"))
METRES = (("easting", "northing"), ("eastings", "northings"), ("x", "y"))
WKT = ("wkt", "geometry", "geom")


def read(
    path: Path,
    layer: str,
    tags: Mapping[str, tuple[str, ...]] | None = None,
    table: str | None = None,
    limits: Limits = USUAL,
) -> gpd.GeoDataFrame:
    """Read a table whose every cell is text, and make points of its coordinate columns.

    Columns called longitude and latitude are in EPSG:4326; others have no CRS until the study
    states one. Semicolon-separated files may write decimals with a comma.

    Raises
    ------
    SourceError
        The file is not text, or has no header or coordinates.
    InputError
        Rows of the wrong length or coordinates that are not numbers: all of them.
    """
    del layer, tags, table
    frame, comma_decimals = read_cells(path, limits)
    return with_points(frame, path, comma_decimals=comma_decimals)


def read_cells(path: Path, limits: Limits = USUAL) -> tuple[pd.DataFrame, bool]:
    """Read all cells as text, on the number of their row in the file.

    Returns
    -------
    tuple
        The cells, and whether decimals may be written with a comma.

    Raises
    ------
    SourceError, InputError
        It is not text, too large, or not a table: every fault of its rows.
    """
    require_text_size(path, limits)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(
            Fault(str(path), "not text in UTF-8", "Save it as 'CSV UTF-8' (Excel offers that).")
        ) from None
    if "\x00" in text:
        raise SourceError(Fault(str(path), "holds binary data", "Give delimited text in UTF-8."))
    header = text.split("\n", 1)[0]
    separator = max(",;\t|", key=header.count)
    rows = _rows(text, separator, path, limits)
    names = [name.strip() for name in rows[0]] if rows else []
    faults = [
        Fault(
            str(path),
            f"{len(row)} cells where the header has {len(names)}",
            f"Quote text that holds {separator!r}.",
            row=number,
        )
        for number, row in enumerate(rows[1:], start=2)
        if row and len(row) != len(names)
    ]
    faults += [
        Fault(str(path), "a column name stands twice", "Rename one of them.", row=1, column=name)
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if not any(names):
        faults.append(Fault(str(path), "no header in the first row", "Name the columns.", row=1))
    if faults:
        raise InputError(faults)
    body = [(number, row) for number, row in enumerate(rows[1:], start=2) if row]
    frame = pd.DataFrame(
        [row for _, row in body], columns=names, index=[number for number, _ in body], dtype=object
    )
    return frame.apply(lambda column: column.str.strip()), separator == ";"


def require_text_size(path: Path, limits: Limits) -> None:
    """Refuse a text that is too large to be read whole.

    Raises
    ------
    SourceError
        It is larger than the limit, or cannot be seen.
    """
    try:
        size_mb = path.stat().st_size / 1e6
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        raise SourceError(Fault(str(path), problem, "Check the path.")) from None
    if size_mb > limits.text_mb:
        problem = f"{size_mb:,.1f} MB of text, more than {limits.text_mb:,g}"
        cure = "Give it as GeoPackage or GeoParquet, or raise `limits.text_mb`."
        raise SourceError(Fault(str(path), problem, cure))


def _rows(text: str, separator: str, path: Path, limits: Limits) -> list[list[str]]:
    """Split text into rows, and stop at what is too much."""
    rows: list[list[str]] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for row in reader:
            rows.append(row)
            problem = _too_much(row, len(rows), limits)
            if problem:
                cure = "Cut the file, or raise `limits`."
                raise SourceError(Fault(str(path), problem, cure, row=len(rows)))
    except csv.Error as error:
        raise SourceError(
            Fault(str(path), f"not a table: {error}", "Check for a quote that is never closed.")
        ) from None
    return rows


def _too_much(row: list[str], number: int, limits: Limits) -> str:
    if number > limits.rows + 1:
        return f"more than {limits.rows:,} rows"
    if len(row) > limits.columns:
        return f"{len(row):,} cells in a row, more than {limits.columns:,}"
    longest = max(map(len, row), default=0)
    if longest > limits.cell_letters:
        return f"a cell of {longest:,} letters, more than {limits.cell_letters:,}"
    return ""


def with_points(frame: pd.DataFrame, path: Path, *, comma_decimals: bool) -> gpd.GeoDataFrame:
    """Make points, or shapes, of the columns that hold them.

    Raises
    ------
    SourceError
        There are no such columns.
    InputError
        Cells that are no coordinates: all of them.
    """
    by_lower = {name.lower(): name for name in frame.columns}
    for pairs, crs in ((DEGREES, "EPSG:4326"), (METRES, None)):
        for x, y in pairs:
            if x in by_lower and y in by_lower:
                names = (by_lower[x], by_lower[y])
                numbers = [_numbers(frame[name], path, comma=comma_decimals) for name in names]
                faults = [fault for _, found in numbers for fault in found]
                if faults:
                    raise InputError(faults)
                points = shapely.points(numbers[0][0].to_numpy(), numbers[1][0].to_numpy())
                return gpd.GeoDataFrame(frame.drop(columns=list(names)), geometry=points, crs=crs)
    for name in WKT:
        if name in by_lower:
            return _from_wkt(frame, by_lower[name], path)
    raise SourceError(
        Fault(
            str(path),
            f"no coordinate columns among {', '.join(map(str, frame.columns[:12])) or 'nothing'}",
            "Name them lon and lat, easting and northing, x and y, or give one column wkt.",
            row=1,
        )
    )


def _numbers(
    cells: pd.Series[str], path: Path, *, comma: bool
) -> tuple[pd.Series[float], list[Fault]]:
    text = cells.str.replace(",", ".", regex=False) if comma else cells
    numbers = pd.to_numeric(text, errors="coerce").astype("float64")
    wrong = ~numbers.abs().lt(float("inf"))
    faults = [
        Fault(
            str(path),
            "a coordinate that is not a finite number",
            "Give decimal degrees or metres, with a point for decimals.",
            row=int(row),
            column=str(cells.name),
            value=str(cells[row]),
        )
        for row in cells.index[wrong]
    ]
    return numbers, faults


def _from_wkt(frame: pd.DataFrame, name: str, path: Path) -> gpd.GeoDataFrame:
    faults: list[Fault] = []
    shapes: list[BaseGeometry | None] = []
    for row, text in frame[name].items():
        try:
            shapes.append(shapely.from_wkt(text or None))
        except ShapelyError:
            shapes.append(None)
            faults.append(
                Fault(
                    str(path),
                    "not well-known text",
                    "Write for example POINT (24.94 60.17).",
                    row=str(row),
                    column=name,
                    value=str(text),
                )
            )
    if faults:
        raise InputError(faults)
    return gpd.GeoDataFrame(frame.drop(columns=name), geometry=shapes, crs=None)
