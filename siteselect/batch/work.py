"""Work out one part of a list: from its rows as they stand to a table of sites, or a reason."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from siteselect.assess import work_out
from siteselect.batch.arrow_file import arrow_bytes, arrow_table
from siteselect.batch.records import LINE, ROW, SHAPE, Worked
from siteselect.batch.table import schema_of, site_table
from siteselect.candidates import CANDIDATE, fit, proposed
from siteselect.errors import Fault, InputError
from siteselect.layers.conform import conform, standing_twice
from siteselect.layers.reading import placed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from siteselect.batch.context import Context
    from siteselect.batch.records import Chunk

_TEXTS = ("file", "row", "column", "value", "problem", "cure")
REJECTED = pa.schema(
    [("file", pa.string()), ("row", pa.string()), ("line", pa.int64())]
    + [(name, pa.string()) for name in _TEXTS[2:]]
)
"""Columns of the rejected rows: one row a fault, the line where the file has lines."""


def kept(chunk: Chunk) -> bytes:
    """Write a chunk down, so that any worker can take it up."""
    faults = [asdict(fault) for fault in chunk.faults]
    about = {
        "name": chunk.name,
        "crs": chunk.crs or "",
        "rows": str(chunk.rows),
        "faults": json.dumps(faults, ensure_ascii=False),
        "fault_lines": json.dumps(chunk.fault_lines),
    }
    return arrow_bytes(chunk.table.replace_schema_metadata(about))


def work(context: Context, chunk: bytes, repeated: tuple[int, ...]) -> Worked:
    """Check the rows of a chunk and work out those that are fit; nothing depends on the others.

    Parameters
    ----------
    context : the study, ready to work out sites.
    chunk : as `kept` wrote it.
    repeated : numbers of the rows whose identifier stands on several rows of the list.

    Raises
    ------
    InputError, StudyError
        A fault is that of the whole list, such as a column that is missing.
    """
    table = arrow_table(chunk)
    about = {key.decode(): text.decode() for key, text in table.schema.metadata.items()}
    before = [Fault(**fault) for fault in json.loads(about["faults"])]
    lines = dict(zip(table[ROW].to_pylist(), table[LINE].to_pylist(), strict=True))
    lines |= {
        fault.row: line
        for fault, line in zip(before, json.loads(about["fault_lines"]), strict=True)
    }
    frame, found = checked(context, table, about["name"], about["crs"], repeated)
    faults = [*before, *found]
    if frame.empty:
        sites = schema_of(context).empty_table()
    else:
        candidates = proposed(frame, context.territory, context.ground)
        worked = work_out(
            context.study, context.territory, candidates, context.criteria, context.of
        )
        sites = site_table(context, worked)
    rows, rejected = int(about["rows"]), len({str(fault.row) for fault in faults})
    if rows != sites.num_rows + rejected:
        raise RuntimeError(f"{rows} rows, but {sites.num_rows} sites and {rejected} rejected")
    counts = {"rows": rows, "sites": sites.num_rows, "rejected": rejected, "faults": len(faults)}
    return Worked(arrow_bytes(sites), arrow_bytes(_rejected(faults, lines)), counts)


def checked(
    context: Context, table: pa.Table, name: str, crs: str, repeated: Iterable[int]
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Hold rows to the contract of candidates, as the app does; repeated identifiers go as well."""
    raw = placed(frame_of(table, crs), context.file, name, context.territory.crs)
    frame, faults = conform(raw, CANDIDATE, context.file, name)
    if any(fault.row is None for fault in faults):
        raise InputError(faults)
    told = {(fault.row, fault.problem) for fault in faults}
    twice = [
        standing_twice(name, row, "site_id", str(frame.at[row, "site_id"])) for row in repeated
    ]
    faults += [fault for fault in twice if (fault.row, fault.problem) not in told]
    fitting, faults = fit(frame, faults, name, context.territory)
    return fitting.reset_index(drop=True), faults


def frame_of(table: pa.Table, crs: str) -> gpd.GeoDataFrame:
    """Make a frame of rows as they stand, on their number; whole numbers stay whole."""
    cells = table.drop_columns([SHAPE, ROW, LINE]).to_pandas(integer_object_nulls=True)
    wkb = np.array(table[SHAPE].to_pylist(), dtype=object)
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    cells.index = table[ROW].to_numpy()
    return gpd.GeoDataFrame(cells, geometry=shapes, crs=crs or None)


def _rejected(faults: list[Fault], lines: dict[object, int | None]) -> pa.Table:
    at = {str(row): line for row, line in lines.items()}
    columns = {
        name: pa.array([_text(getattr(fault, name)) for fault in faults], pa.string())
        for name in _TEXTS
    }
    columns["line"] = pa.array([at.get(str(fault.row)) for fault in faults], pa.int64())
    return pa.table([columns[name] for name in REJECTED.names], schema=REJECTED)


def _text(value: object) -> str:
    return "" if value is None else str(value).encode("utf-8", "replace").decode("utf-8")
