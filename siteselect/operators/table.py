"""The one table that every operator's rows become, with what was left out and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point

from siteselect.contracts import Notice
from siteselect.errors import Fault, InputError
from siteselect.operators import cells

Rows = Sequence[Mapping[str, Any]] | pd.DataFrame

TEXTS = (
    "supply_id",
    "name",
    "level",
    "rag",
    "constraint_text",
    "upstream_id",
    "upstream_rag",
    "reinforcement_date",
    "operator",
    "source_date",
)
NUMBERS = (
    "headroom_kva",
    "real_headroom_kw",
    "firm_kva",
    "peak_kva",
    "contracted_kva",
    "rating_kva",
    "utilisation_share",
    "primary_kv",
    "secondary_kv",
)
FLAGS = ("single_transformer",)
COLUMNS = (*TEXTS, *NUMBERS, *FLAGS)
"""Columns of the layer supply_points."""
AREA_COLUMNS = ("supply_area_id", "name", "supply_id")
"""Columns of the layer supply_areas."""

LEVELS = {
    "gsp": "grid",
    "bsp": "grid",
    "grid": "grid",
    "gridsupplypoint": "grid",
    "bulksupplypoint": "grid",
    "primary": "primary",
    "primarysubstation": "primary",
    "secondary": "secondary",
    "distribution": "secondary",
}
_NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows of a long table are meant.

    Parameters
    ----------
    scenario : as the operator writes it; empty for the one in the catalogue.
    year : the nearest published year is taken; None for the first one, the base year.
    source_date : date the file describes, for rows that carry none.
    """

    scenario: str = ""
    year: int | None = None
    source_date: str = ""


@dataclass(frozen=True, slots=True)
class Normalised:
    """Rows of the layer, areas where published, what was left out and why, what one must know.

    `rejected` has the columns row, supply_id, name and reason.
    """

    frame: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    rejected: pd.DataFrame
    notices: tuple[Notice, ...]


def sheet(rows: Rows, operator: str) -> pd.DataFrame:
    """Put rows into a frame whose columns are called by letters and digits alone.

    Raises
    ------
    InputError
        There are no rows, or two columns become one.
    """
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), dtype=object)
    if frame.empty:
        raise InputError(Fault(operator, "a table without rows", "Fetch or download it again."))
    names = [cells.slug(column) for column in frame.columns]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InputError(
            Fault(operator, "two columns have the same name", "Remove one.", column=name)
            for name in twice
        )
    renamed = frame.astype(object).set_axis(names, axis=1)
    return renamed.where(renamed.notna(), None)


def found(table: pd.DataFrame, *names: str) -> str | None:
    """Name the first of several columns that the table has."""
    return next((name for name in names if name in table.columns), None)


def require(table: pd.DataFrame, operator: str, *groups: tuple[str, ...]) -> None:
    """Refuse a table that lacks a column under all of its names; all that are missing at once.

    Raises
    ------
    InputError
        With the columns that the table has: operators rename theirs.
    """
    has = ", ".join(map(str, table.columns[:40]))
    missing = [group for group in groups if found(table, *group) is None]
    if missing:
        raise InputError(
            Fault(
                operator,
                "the operator's table has no such column; its form may have changed",
                f"It has: {has}. Use `columns:` in the study with another reader instead.",
                column=" or ".join(group),
            )
            for group in missing
        )


def text(table: pd.DataFrame, *names: str) -> pd.Series[str]:
    """Read a column as text, empty where nothing is said or the column is not there."""
    column = found(table, *names)
    if column is None:
        return pd.Series("", index=table.index, dtype=object)
    return table[column].map(cells.text).astype(object)


def number(table: pd.DataFrame, *names: str, scale: float = 1.0) -> pd.Series[float]:
    """Read a column as numbers times a scale, NaN where there is none."""
    column = found(table, *names)
    if column is None:
        return pd.Series(np.nan, index=table.index)
    return table[column].map(cells.number).astype("float64") * scale


def each(table: pd.DataFrame, reader: Any, *names: str) -> pd.Series[Any]:
    """Read a column cell by cell; None where the column is not there."""
    column = found(table, *names)
    if column is None:
        return pd.Series([None] * len(table), index=table.index, dtype=object)
    values = [reader(cell) for cell in table[column]]
    return pd.Series(values, index=table.index, dtype=object)


def levels(table: pd.DataFrame, *names: str) -> pd.Series[str]:
    """Read the network level from the operator's word for it."""
    return text(table, *names).map(lambda word: LEVELS.get(cells.slug(word), "unknown"))


def identifiers(operator: str, *parts: pd.Series[str]) -> pd.Series[str]:
    """Make identifiers that are unique over operators; empty where the first part is empty."""
    joined = parts[0].map(_worded)
    for part in parts[1:]:
        words = part.map(_worded)
        joined = joined.where(words.eq("") | joined.eq(""), joined + "-" + words)
    return joined.where(joined.eq(""), f"{operator}-" + joined).astype(object)


def _worded(value: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", value.lower()).strip("-")


def assemble(
    operator: str,
    given: Mapping[str, pd.Series[Any] | str],
    points: pd.Series[Any],
    notices: Sequence[Notice] = (),
    areas: gpd.GeoDataFrame | None = None,
) -> Normalised:
    """Bind the columns to the table of the layer, and set aside what cannot be placed.

    Parameters
    ----------
    operator : short name of the operator.
    given : columns of the layer that the operator publishes; the others are unknown.
    points : a point or None for every row [EPSG:4326].
    notices : what is known so far.
    areas : areas fed, where they are published.
    """
    index = points.index
    columns: dict[str, Any] = {name: pd.Series("", index=index, dtype=object) for name in TEXTS}
    columns |= {name: pd.Series(np.nan, index=index) for name in NUMBERS}
    columns |= {name: pd.Series([None] * len(index), index=index, dtype=object) for name in FLAGS}
    for name, value in given.items():
        columns[name] = pd.Series(value, index=index) if isinstance(value, str) else value
    columns["operator"] = pd.Series(operator, index=index, dtype=object)
    frame = gpd.GeoDataFrame(
        {name: columns[name] for name in COLUMNS}, geometry=list(points), crs="EPSG:4326"
    ).set_axis(index)
    reasons = _reasons(frame)
    left = reasons.ne("")
    rejected = pd.DataFrame(
        {
            "row": frame.index[left],
            "supply_id": frame.loc[left, "supply_id"].to_numpy(),
            "name": frame.loc[left, "name"].to_numpy(),
            "reason": reasons[left].to_numpy(),
        }
    )
    told = (*notices, *_told(operator, rejected, len(frame)))
    empty = gpd.GeoDataFrame({name: [] for name in AREA_COLUMNS}, geometry=[], crs="EPSG:4326")
    kept = frame[~left].reset_index(drop=True)
    return Normalised(kept, empty if areas is None else areas, rejected, told)


def _reasons(frame: gpd.GeoDataFrame) -> pd.Series[str]:
    """Say why a row cannot be used; empty where it can."""
    reasons = pd.Series("", index=frame.index, dtype=object)
    for row, where in zip(frame.index, frame.geometry, strict=True):
        reasons[row] = _why_nowhere(where)
    reasons[frame["supply_id"].eq("")] = "no identifier"
    usable = frame[reasons.eq("")]
    known = usable[list(NUMBERS)].notna().sum(axis=1) + usable[list(TEXTS)].ne("").sum(axis=1)
    lowest = usable[["headroom_kva", "real_headroom_kw"]].min(axis=1)
    order = pd.DataFrame(
        {"id": usable["supply_id"], "known": -known, "lowest": lowest.fillna(np.inf)}
    ).sort_values(["id", "known", "lowest"], kind="stable")
    again = order.index[order["id"].duplicated()]
    reasons[again] = "the identifier stands in another row, which says more and is kept"
    return reasons


def _why_nowhere(where: Point | None) -> str:
    if where is None or where.is_empty:
        return "no coordinates"
    if cells.in_great_britain(where):
        return ""
    if cells.in_great_britain(Point(where.y, where.x)):
        return "latitude and longitude are exchanged"
    return f"coordinates {where.y:.4g}, {where.x:.4g} are not in Great Britain"


def _told(operator: str, rejected: pd.DataFrame, count: int) -> list[Notice]:
    notices = []
    for reason, rows in rejected.groupby("reason", sort=True):
        names = [str(name) or "?" for name in rows["name"][:_NAMES_SHOWN]]
        more = ", ..." if len(rows) > _NAMES_SHOWN else ""
        what = f"{len(rows)} of {count} rows of {operator} were left out: {reason}"
        notices.append(Notice("rows left out", f"{what} ({', '.join(names)}{more})"))
    return notices
