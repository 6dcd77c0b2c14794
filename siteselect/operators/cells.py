"""Cells as operators write them: names, numbers, colours, ratings, voltages, months, places."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import Point, shape

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

GREAT_BRITAIN = (-9.0, 49.0, 2.5, 61.5)
"""West, south, east and north of all licence areas, with room to spare [degrees]."""

_NOTHING = {"", "n/a", "na", "nan", "none", "null", "-", "tbc", "tba", "unknown", "#n/a"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RATING = re.compile(
    r"(?:(?P<count>\d+)\s*[x\u00d7*]\s*)?(?P<size>\d+(?:\.\d+)?)(?P<more>(?:\s*/\s*\d+(?:\.\d+)?)*)"
    r"\s*(?P<unit>mva|kva)\b",
    re.IGNORECASE,
)
_JOINTS = re.compile(r"[\s,;+&]|\band\b", re.IGNORECASE)
_PAIR = 2


def slug(name: object) -> str:
    """Write a column name by its letters and digits alone, so that spelling does not matter."""
    return re.sub(r"[^a-z0-9]", "", str(name).lower())


def text(cell: Any) -> str:
    """Read a cell as one line of text; empty where it says nothing."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, list | tuple):
        return "; ".join(part for part in map(text, cell) if part)
    line = " ".join(str(cell).split())
    return "" if line.lower() in _NOTHING else line


def number(cell: Any) -> float:
    """Read a cell as a finite number; NaN where it is none. Thousands may have commas."""
    if isinstance(cell, bool):
        return math.nan
    try:
        value = float(cell)
    except (TypeError, ValueError):
        line = text(cell)
        if not re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", line):
            return math.nan
        value = float(line.replace(",", ""))
    except OverflowError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def flag(cell: Any) -> bool | None:
    """Read yes or no; None where neither is said."""
    word = text(cell).lower()
    if word in {"yes", "y", "true", "1"}:
        return True
    return False if word in {"no", "n", "false", "0"} else None


def colour(cell: Any) -> str:
    """Read the operator's class: green, amber or red at the start of the cell; else empty."""
    found = re.match(r"(green|amber|red)\b", text(cell).lower())
    return found.group(1) if found else ""


def worst(colours: list[str]) -> str:
    """Give the worst class of several; empty where none is known."""
    return next((word for word in ("red", "amber", "green") if word in colours), "")


def rating_kva(cell: Any) -> float:
    """Add up transformer ratings such as '2 x 120MVA' or '1 x 15MVA + 1 x 24MVA' [kVA].

    Of '12/24MVA' the lower counts, the rating without forced cooling [J]: a data centre is a flat
    load. NaN where anything in the cell is not understood.
    """
    line = text(cell)
    total = 0.0
    for found in _RATING.finditer(line):
        sizes = [float(found["size"]), *map(float, re.findall(r"[\d.]+", found["more"]))]
        total += (
            int(found["count"] or 1) * min(sizes) * (1000 if found["unit"].lower() == "mva" else 1)
        )
    rest = _JOINTS.sub("", _RATING.sub("", line))
    return total if total > 0 and not rest else math.nan


def voltages_kv(cell: Any) -> list[float]:
    """Read the voltages of '33/11' or '132kV / 33kV', highest first [kV]."""
    found = [float(part) for part in re.findall(r"\d+(?:\.\d+)?", text(cell))]
    return sorted((value for value in found if value > 0), reverse=True)


def month(cell: Any) -> str:
    """Write 'Sep-26' as 2026-09; other words stay as published."""
    line = text(cell)
    found = re.fullmatch(r"([A-Za-z]{3})[a-z]*[-\s/](?:20)?(\d{2})", line)
    if found is None or found.group(1).lower() not in _MONTHS:
        return line
    return f"20{found.group(2)}-{_MONTHS.index(found.group(1).lower()) + 1:02d}"


def year(cell: Any) -> float:
    """Read the year of 2027, '2027' or '2027-01-01'; NaN where there is none."""
    found = re.match(r"(19|20)\d{2}(?=$|[-/.T ])", text(cell))
    return float(found.group(0)) if found else math.nan


def point(cell: Any) -> Point | None:
    """Read a place in any form of an Opendatasoft portal.

    {lon, lat} of version 2.1; 'lat, lon' of its CSV and [lat, lon] of version 1: latitude first;
    GeoJSON: longitude first.
    """
    if isinstance(cell, dict) and "lon" in cell and "lat" in cell:
        return place(cell["lon"], cell["lat"])
    if isinstance(cell, dict):
        drawn = outline(cell)
        return drawn if isinstance(drawn, Point) else None
    if isinstance(cell, list | tuple) and len(cell) == _PAIR:
        return place(cell[1], cell[0])
    parts = str(cell).split(",") if isinstance(cell, str) else []
    return place(parts[1], parts[0]) if len(parts) == _PAIR else None


def place(lon: Any, lat: Any) -> Point | None:
    """Make a point of two cells [degrees]; None where one is no number."""
    x, y = number(lon), number(lat)
    return None if math.isnan(x) or math.isnan(y) else Point(x, y)


def in_great_britain(where: Point) -> bool:
    """Say whether a point may be a British substation."""
    west, south, east, north = GREAT_BRITAIN
    return bool(west <= where.x <= east and south <= where.y <= north)


def outline(cell: Any) -> BaseGeometry | None:
    """Read a GeoJSON feature or geometry, as an object or as text; None where it is none."""
    if isinstance(cell, str):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):
            return None
    if isinstance(cell, dict) and cell.get("type") == "Feature":
        cell = cell.get("geometry")
    if not isinstance(cell, dict):
        return None
    try:
        drawn = shape(cell)
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None
    if drawn.is_empty:
        return None
    return drawn if drawn.is_valid else shapely.make_valid(drawn)
