"""Hold a table to a layer's contract: columns, units, words, numbers, shapes; all faults."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteselect import units
from siteselect.contracts import Column, LayerSpec
from siteselect.errors import Fault

if TYPE_CHECKING:
    from siteselect.settings.declared import LayerFile

SHAPES = {
    "Point": "point",
    "MultiPoint": "point",
    "LineString": "line",
    "LinearRing": "line",
    "MultiLineString": "line",
    "Polygon": "polygon",
    "MultiPolygon": "polygon",
    "GeometryCollection": "collection",
}

_TRUE = {"true", "yes", "y", "1", "1.0"}
_FALSE = {"false", "no", "n", "0", "0.0"}
_EMPTY = {"", "nan", "none", "null", "na", "n/a", "-"}


def conform(
    raw: gpd.GeoDataFrame, spec: LayerSpec, file: LayerFile, name: str
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Turn a file's rows into rows of the contract.

    Parameters
    ----------
    raw : rows as the source gave them.
    spec : the contract.
    file : the study's word on columns, units and values of this file.
    name : file name for messages.

    Returns
    -------
    tuple
        The rows with the contract's columns and geometry only, on the index of `raw`; and every
        fault. Rows with a fault are still there: the caller decides.
    """
    faults: list[Fault] = []
    columns: dict[str, pd.Series[Any]] = {}
    faults += _unknown_names(spec, file, name)
    for column in spec.columns:
        values, found = _column(raw, column, file, name)
        columns[column.name] = values
        faults += found
    frame = gpd.GeoDataFrame(
        columns, geometry=raw.geometry.to_numpy(), crs=raw.crs, index=raw.index
    )
    if spec.identifier:
        faults += _duplicates(frame[spec.identifier], name)
    faults += _shape_faults(frame, spec, name)
    return frame, faults


def _unknown_names(spec: LayerSpec, file: LayerFile, name: str) -> list[Fault]:
    known = {column.name for column in spec.columns}
    faults = []
    for key in ("columns", "units", "values", "fixed"):
        for given in getattr(file, key):
            if given not in known:
                near = difflib.get_close_matches(given, known, n=1)
                faults.append(
                    Fault(
                        name,
                        f"`{key}` names no column of the layer {spec.name!r}",
                        f"Did you mean {near[0]!r}?"
                        if near
                        else f"Its columns: {', '.join(sorted(known))}.",
                        value=given,
                    )
                )
    return faults


def _column(
    raw: gpd.GeoDataFrame, column: Column, file: LayerFile, name: str
) -> tuple[pd.Series[Any], list[Fault]]:
    if column.name in file.fixed:
        cells = pd.Series(file.fixed[column.name], index=raw.index, dtype=object)
        return _typed(cells, column, 1.0, name)
    given, scale, faults = _source_column(raw, column, file, name)
    if given is None:
        if column.required and not faults:
            faults.append(
                Fault(
                    name,
                    "a required column is missing",
                    f"Add it, or say `columns: {{{column.name}: <column of the file>}}` in the "
                    f"study. The file has: {_names(raw)}.",
                    column=column.name,
                )
            )
        return _nothing(raw.index, column), faults
    cells = raw[given].astype(object)
    words = file.values.get(column.name)
    if words:
        cells = cells.map(lambda cell: words.get(str(cell), cell))
    typed, found = _typed(cells, column, scale, name)
    return typed, faults + found


def _source_column(
    raw: gpd.GeoDataFrame, column: Column, file: LayerFile, name: str
) -> tuple[str | None, float, list[Fault]]:
    """Find the file's column and the factor to the house unit; like units convert, others never."""
    unit = units.unit_of(column.name)
    given = file.columns.get(column.name)
    if given is not None and given not in raw.columns:
        return None, 1.0, [_no_column(raw, column, given, name)]
    if given is None and column.name in raw.columns:
        given = column.name
    stated = file.units.get(column.name)
    if given is None:
        return _sibling(raw, column, name)
    if stated is None or unit is None:
        return given, 1.0, []
    scale = units.factor(stated, unit.suffix)
    if scale is None:
        return None, 1.0, [_wrong_unit(column, stated, name)]
    return given, scale, []


def _sibling(
    raw: gpd.GeoDataFrame, column: Column, name: str
) -> tuple[str | None, float, list[Fault]]:
    unit = units.unit_of(column.name)
    if unit is None:
        return None, 1.0, []
    for other in raw.columns:
        other_unit = units.unit_of(str(other))
        if other_unit is None or units.stem(str(other)) != units.stem(column.name):
            continue
        scale = units.factor(other_unit.suffix, unit.suffix)
        if scale is None:
            return None, 1.0, [_wrong_unit(column, other_unit.suffix, name)]
        return str(other), scale, []
    return None, 1.0, []


def _typed(
    cells: pd.Series[Any], column: Column, scale: float, name: str
) -> tuple[pd.Series[Any], list[Fault]]:
    if column.kind == "number":
        return _as_numbers(cells, column, scale, name)
    if column.kind == "flag":
        return _as_flags(cells, column, name)
    return _as_text(cells, column, name)


def _as_numbers(
    cells: pd.Series[Any], column: Column, scale: float, name: str
) -> tuple[pd.Series[float], list[Fault]]:
    empty = _is_empty(cells)
    numbers = pd.to_numeric(cells.where(~empty), errors="coerce").astype("float64")
    wrong = numbers.isna() & ~empty
    endless = numbers.abs().eq(np.inf)
    numbers = numbers.mask(endless) * scale
    low = numbers.lt(column.minimum) if column.minimum is not None else wrong & False
    high = numbers.gt(column.maximum) if column.maximum is not None else wrong & False
    limits = f"{column.minimum:g} to {column.maximum:g}" if column.maximum is not None else ""
    faults = _each(cells, wrong, column, name, "not a number", "Give digits, a point for decimals.")
    faults += _each(
        cells, endless, column, name, "an infinite number", "Leave the cell empty where unknown."
    )
    faults += _each(
        cells,
        low | high,
        column,
        name,
        f"outside {limits}, so the unit is probably wrong",
        f"{column.name} is {column.meaning}; state the file's unit with `units:`.",
    )
    if column.required:
        faults += _each(cells, empty, column, name, "empty", "Fill it in or remove the row.")
    return numbers, faults


def _as_flags(
    cells: pd.Series[Any], column: Column, name: str
) -> tuple[pd.Series[Any], list[Fault]]:
    text = cells.map(lambda cell: str(cell).strip().lower())
    empty = _is_empty(cells)
    flags = pd.Series(None, index=cells.index, dtype=object)
    flags[text.isin(_TRUE)] = True
    flags[text.isin(_FALSE)] = False
    wrong = ~empty & ~text.isin(_TRUE | _FALSE)
    return flags, _each(
        cells, wrong, column, name, "neither yes nor no", "Write yes, no, or leave it empty."
    )


def _as_text(
    cells: pd.Series[Any], column: Column, name: str
) -> tuple[pd.Series[Any], list[Fault]]:
    empty = _is_empty(cells)
    text = cells.map(_plain).where(~empty, "").astype(object)
    faults = []
    if column.choices:
        wrong = ~empty & ~text.isin(column.choices)
        cure = f"One of: {', '.join(column.choices)}; map the file's words with `values:`."
        faults += _each(cells, wrong, column, name, "not a word of the contract", cure)
    if column.required:
        faults += _each(cells, empty, column, name, "empty", "Fill it in or remove the row.")
    return text, faults


def _plain(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _is_empty(cells: pd.Series[Any]) -> pd.Series[bool]:
    text = cells.map(lambda cell: str(cell).strip().lower())
    return cells.isna() | text.isin(_EMPTY)


def _nothing(index: pd.Index[Any], column: Column) -> pd.Series[Any]:
    if column.kind == "number":
        return pd.Series(np.nan, index=index, dtype="float64")
    return pd.Series("" if column.kind == "text" else None, index=index, dtype=object)


def _duplicates(identifiers: pd.Series[Any], name: str) -> list[Fault]:
    repeated = identifiers.duplicated(keep=False) & identifiers.ne("")
    return [
        standing_twice(name, row, str(identifiers.name), str(identifiers[row]))
        for row in identifiers.index[repeated]
    ]


def standing_twice(name: str, row: object, column: str, value: str) -> Fault:
    """Say that the identifier of a row stands on another row too."""
    return Fault(
        name,
        "the identifier stands on several rows",
        "Make it unique; if the rows are the same thing, keep one.",
        row=_row(row),
        column=column,
        value=value,
    )


def _shape_faults(frame: gpd.GeoDataFrame, spec: LayerSpec, name: str) -> list[Fault]:
    shapes = frame.geometry
    empty = shapes.isna() | shapes.is_empty
    kinds = shapes.geom_type.map(SHAPES).where(~empty)
    wrong = ~empty & ~kinds.isin(spec.shapes)
    bounds = shapely.bounds(shapes.to_numpy())
    endless = ~empty & ~np.isfinite(bounds).all(axis=1)
    faults = [
        Fault(name, "the geometry is empty", "Draw it or remove the row.", row=_row(row))
        for row in frame.index[empty]
    ]
    faults += [
        Fault(
            name,
            "a coordinate is infinite or not a number",
            "Correct the coordinate.",
            row=_row(row),
        )
        for row in frame.index[endless]
    ]
    faults += [
        Fault(
            name,
            f"the layer {spec.name!r} takes {' or '.join(spec.shapes)}",
            "Convert it, or feed another layer with it.",
            row=_row(row),
            value=str(kinds[row]),
        )
        for row in frame.index[wrong & ~endless]
    ]
    return faults


def _each(
    cells: pd.Series[Any],
    wrong: pd.Series[bool],
    column: Column,
    name: str,
    problem: str,
    cure: str,
) -> list[Fault]:
    return [
        Fault(name, problem, cure, row=_row(row), column=column.name, value=str(cells[row]))
        for row in cells.index[wrong.to_numpy(dtype=bool)]
    ]


def _row(row: object) -> int | str:
    return int(row) if isinstance(row, int | np.integer) else str(row)


def _names(raw: gpd.GeoDataFrame) -> str:
    return ", ".join(str(column) for column in raw.columns if column != raw.geometry.name) or "none"


def _no_column(raw: gpd.GeoDataFrame, column: Column, given: str, name: str) -> Fault:
    near = difflib.get_close_matches(given, [str(other) for other in raw.columns], n=1)
    return Fault(
        name,
        f"no such column in the file (wanted for {column.name})",
        f"Did you mean {near[0]!r}?" if near else f"The file has: {_names(raw)}.",
        column=given,
    )


def _wrong_unit(column: Column, stated: str, name: str) -> Fault:
    unit = units.unit_of(column.name)
    wanted = "no unit" if unit is None else f"{unit.written} ({unit.dimension})"
    return Fault(
        name,
        f"{stated!r} cannot be turned into {wanted}",
        "Power and apparent power differ by the power factor, which only the data's owner knows: "
        "convert the file first."
        if unit is not None and unit.dimension == "apparent power"
        else f"Give the column in a unit of {wanted}.",
        column=column.name,
        value=stated,
    )
