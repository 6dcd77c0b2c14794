"""Newline-delimited GeoJSON: a feature a line, with or without record separators (RFC 8142)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import shapely

from siteselect.batch.records import LINE, ROW, SHAPE, Chunk
from siteselect.errors import Fault

_CURE = "Write one GeoJSON Feature with a geometry on each line."


def read(location: str, rows: int) -> Iterator[Chunk]:
    """Read features line by line; a line that is no feature is a fault of that line alone.

    Rows are lines and count from 1; blank ones are none. Coordinates are EPSG:4326 (RFC 7946).
    """
    path = Path(location)
    with path.open("rb") as stream:
        numbered = ((number, line.strip(b"\x1e\r\n\t ")) for number, line in enumerate(stream, 1))
        written = ((number, line) for number, line in numbered if line)
        while lines := list(islice(written, rows)):
            yield _chunk(lines, path.name)


def _chunk(lines: list[tuple[int, bytes]], name: str) -> Chunk:
    faults: list[Fault] = []
    numbers: list[int] = []
    cells: list[dict[str, Any]] = []
    shapes: list[str | None] = []
    for number, line in lines:
        feature = _feature(line)
        if isinstance(feature, str):
            start = line[:80].decode("utf-8", "replace")
            faults.append(Fault(name, feature, _CURE, row=number, value=start))
            continue
        numbers.append(number)
        cells.append(feature.get("properties") or {})
        shape = feature.get("geometry")
        shapes.append(None if shape is None else json.dumps(shape))
    drawn = shapely.from_geojson(shapes, on_invalid="ignore")
    names = dict.fromkeys(key for row in cells for key in row)
    columns = {key: pa.array([_text(row.get(key)) for row in cells], pa.string()) for key in names}
    more = {
        SHAPE: pa.array(shapely.to_wkb(drawn), pa.binary()),
        ROW: pa.array(numbers, pa.int64()),
        LINE: pa.array(numbers, pa.int64()),
    }
    rows_of = tuple(int(str(fault.row)) for fault in faults)
    return Chunk(pa.table(columns | more), name, "EPSG:4326", len(lines), tuple(faults), rows_of)


def _feature(line: bytes) -> dict[str, Any] | str:
    """Read a feature, or say why it is none."""
    try:
        found = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return "the line is not JSON in UTF-8"
    if not isinstance(found, dict) or found.get("type") != "Feature":
        return "the line is no GeoJSON Feature"
    if not isinstance(found.get("properties") or {}, dict):
        return "the properties are no JSON object"
    if not isinstance(found.get("geometry") or {}, dict):
        return "the geometry is no JSON object"
    return found


def _text(value: object) -> str | None:
    """Write a property as the contract reads cells; half a surrogate pair becomes a mark."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode("utf-8")
