"""The table of sites as Arrow: the same columns and types whatever a part holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from siteselect.compliance.facts import read_facts
from siteselect.compliance.rulings import applies
from siteselect.compliance.screening import verdicts
from siteselect.contracts import VERDICTS
from siteselect.decision.ranking import rank
from siteselect.design.columns import SITE_COLUMNS
from siteselect.report.tables import measure_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.assess import WorkedOut
    from siteselect.batch.context import Context

RANKS: dict[str, pa.DataType] = {
    "rank": pa.int64(),
    "rank_best": pa.int64(),
    "rank_worst": pa.int64(),
    "possible_first": pa.bool_(),
    "sure_first": pa.bool_(),
}
"""Columns that only the whole list can fill."""

SCORES = ("score_low", "score_high", "eligible")
"""Columns that the ranks follow from."""

GEOMETRY = "geometry"
_TYPES = {"text": pa.string(), "number": pa.float64(), "flag": pa.bool_()}
_BOX = pa.struct([(side, pa.float64()) for side in ("xmin", "ymin", "xmax", "ymax")])


def schema_of(context: Context) -> pa.Schema:
    """Give the columns of a part before it is ranked."""
    plain = {"site_id": pa.string(), "name": pa.string(), "kind": pa.string()}
    plain |= {"lon": pa.float64(), "lat": pa.float64()}
    plain |= {name: pa.float64() for name in (*SCORES[:2], "evidence_share")}
    plain |= {"eligible": pa.bool_()} | {f"rules_{word}": pa.int64() for word in VERDICTS}
    plain["excluded_because"] = pa.string()
    plain |= {measure_column(record): pa.float64() for record in context.criteria.values()}
    plain |= {value_column(name): pa.float64() for name in context.criteria}
    plain |= {"unknown_because": pa.string(), "illustrative_layers": pa.string()}
    more = {column.name: _TYPES[column.kind] for column in SITE_COLUMNS if column.name not in plain}
    return pa.schema([*(plain | more).items(), (GEOMETRY, pa.binary()), ("bbox", _BOX)])


def value_column(criterion: str) -> str:
    """Name the column of a criterion's value, 0 to 1."""
    return f"value_{criterion}"


def site_table(context: Context, found: WorkedOut) -> pa.Table:
    """Put what was worked out of the sites of a part into one table.

    Raises
    ------
    InputError
        A fact is not of the kind that its rule asks for.
    """
    cells = _results(context, found)
    schema = schema_of(context)
    columns = []
    for field in schema:
        if field.name == GEOMETRY:
            column = pa.array(shapely.to_wkb(found.sites.geometry.to_numpy()), field.type)
        elif field.name == "bbox":
            column = _boxes(found.sites.geometry.to_numpy())
        else:
            given = cells[field.name] if field.name in cells else found.sites.get(field.name)
            column = _CASTS[field.type](given, len(found.sites))
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=schema)


def _results(context: Context, found: WorkedOut) -> dict[str, Any]:
    failed, counts = _ruled(context, found.facts)
    eligible = pd.Series(counts["fail"] == 0, index=found.sites.index)
    ranking = rank(
        found.valued.values, context.weights, context.unknown_low, context.unknown_high, eligible
    )
    cells: dict[str, Any] = {"site_id": found.sites.index.to_series()}
    cells |= {name: ranking.table[name] for name in (*SCORES[:2], "evidence_share")}
    cells |= {"eligible": eligible, "excluded_because": failed}
    cells |= {f"rules_{word}": count for word, count in counts.items()}
    for name, record in context.criteria.items():
        cells[measure_column(record)] = found.measures[name]
        cells[value_column(name)] = found.valued.values[name]
    cells["unknown_because"] = _chained(
        {f"{name}: ": found.reasons[name].to_numpy(dtype=object) for name in context.criteria},
        len(found.sites),
    )
    cells["illustrative_layers"] = np.full(len(found.sites), context.illustrative, dtype=object)
    return cells


def _ruled(
    context: Context, facts: pd.DataFrame
) -> tuple[NDArray[np.object_], dict[str, NDArray[np.int64]]]:
    """Name the rules that each site fails, and count its verdicts."""
    on, packs = context.study.date, context.packs
    said = verdicts(facts, packs, on)
    codes = {name: said[name].cat.codes.to_numpy() for name in said.columns}
    counts: dict[str, NDArray[np.int64]] = {
        word: np.zeros(len(facts), dtype=np.int64) for word in VERDICTS
    }
    for code in codes.values():
        for place, word in enumerate(VERDICTS):
            counts[word] += code == place
    known = read_facts(facts)
    for pack in packs:
        # Where a pack does not apply, one advice stands for all its rules.
        counts["conditional"] += applies(pack, known, on) == -1
    failed = {
        f"{rule.id} {rule.title}": codes[rule.id] == VERDICTS.index("fail")
        for pack in packs
        for rule in pack.rules
        if rule.id in codes
    }
    return _chained(failed, len(facts)), counts


def _chained(
    parts: Mapping[str, NDArray[np.object_] | NDArray[np.bool_]], count: int
) -> NDArray[np.object_]:
    """Chain what is said of each site: a name with its words, or alone where there is a flag.

    Only rows of which something is said are touched; most rules and measures say nothing.
    """
    joined: NDArray[np.object_] = np.full(count, "", dtype=object)
    for name, said in parts.items():
        there = np.flatnonzero(said if said.dtype == bool else said != "")
        words = name if said.dtype == bool else name + said[there].astype(object)
        before = joined[there]
        joined[there] = np.where(before == "", words, before + "; " + words)
    return joined


def _boxes(points: NDArray[np.object_]) -> pa.Array:
    x, y = shapely.get_x(points), shapely.get_y(points)
    return pa.StructArray.from_arrays(
        [pa.array(side, pa.float64()) for side in (x, y, x, y)], fields=list(_BOX)
    )


def _numbers(column: Any, count: int) -> pa.Array:
    if column is None:
        return pa.nulls(count, pa.float64())
    values = pd.to_numeric(pd.Series(column), errors="raise").to_numpy(np.float64, na_value=np.nan)
    return pa.array(values, pa.float64(), mask=np.isnan(values))


def _wholes(column: Any, count: int) -> pa.Array:
    del count
    return pa.array(np.asarray(column), pa.int64())


def _flags(column: Any, count: int) -> pa.Array:
    if column is None:
        return pa.nulls(count, pa.bool_())
    cells = pd.Series(column).astype(object)
    known = cells.notna().to_numpy(dtype=bool)
    yes = cells.eq(True).to_numpy(dtype=bool)
    return pa.array(yes, pa.bool_(), mask=~known)


def _texts(column: Any, count: int) -> pa.Array:
    if column is None:
        return pa.nulls(count, pa.string())
    if isinstance(column, pd.Series) and isinstance(column.dtype, pd.StringDtype):
        return pa.array(column.array, pa.string())
    cells = np.asarray(column, dtype=object)
    try:
        return pa.array(cells, pa.string(), from_pandas=True)
    except (pa.ArrowException, TypeError):
        return pa.array([_text(cell) for cell in cells], pa.string())


def _text(cell: Any) -> str | None:
    if isinstance(cell, list | tuple | np.ndarray):
        return "; ".join(str(part) for part in cell)
    return None if pd.isna(cell) else str(cell)


_CASTS: dict[pa.DataType, Callable[[Any, int], pa.Array]] = {
    pa.float64(): _numbers,
    pa.int64(): _wholes,
    pa.bool_(): _flags,
    pa.string(): _texts,
}
