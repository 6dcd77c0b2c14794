"""Put the ranks into a part and hand it over: GeoParquet or CSV, with its leading sites."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from siteselect.batch.arrow_file import arrow_bytes, arrow_table
from siteselect.batch.csv_file import csv_bytes
from siteselect.batch.expression import check, holds
from siteselect.batch.records import Sealed
from siteselect.batch.table import GEOMETRY, RANKS
from siteselect.decision.ranking import order

if TYPE_CHECKING:
    from collections.abc import Callable

    from siteselect.batch.context import Context

Form = Literal["parquet", "csv"]
_AFTER = "lat"
"""Column after which the ranks stand."""


def sealing(form: Form, where: str | None, top: int) -> Callable[[Context, bytes, bytes], Sealed]:
    """Give what seals a part: its form, which sites may lead, and how many."""
    return partial(_seal, form=form, where=where, top=top)


def sealed_schema(schema: pa.Schema) -> pa.Schema:
    """Give the columns of a part with its ranks."""
    at = schema.get_field_index(_AFTER) + 1
    fields = list(schema)
    return pa.schema([*fields[:at], *RANKS.items(), *fields[at:]])


def leaders(table: pa.Table, top: int) -> pa.Table:
    """Take the leading sites, in the order in which sites are read."""
    columns = ["rank", "score_high", "site_id"]
    keys = table.select(columns).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    keys.index = pd.Index(keys["site_id"].astype(object))
    places = pd.Series(np.arange(len(keys)), index=keys.index)
    return table.take(places.loc[order(keys)].head(top).to_numpy()).combine_chunks()


def parquet_bytes(table: pa.Table, crs: Any) -> bytes:
    """Write sites as GeoParquet 1.1, with the column of bounding boxes that readers filter by."""
    sink = pa.BufferOutputStream()
    about = {"geo": json.dumps(_about(table, crs), sort_keys=True)}
    pq.write_table(table.replace_schema_metadata(about), sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def plain(table: pa.Table) -> pa.Table:
    """Leave the geometry out: a place is in degrees as well, and CSV holds no shapes."""
    return table.drop_columns([GEOMETRY, "bbox"])


def _seal(
    context: Context, part: bytes, ranks: bytes, *, form: Form, where: str | None, top: int
) -> Sealed:
    sites, found = arrow_table(part), arrow_table(ranks)
    schema = sealed_schema(sites.schema)
    columns = [found[name] if name in RANKS else sites[name] for name in schema.names]
    table = pa.Table.from_arrays(columns, schema=schema)
    fitting = table if where is None else table.filter(holds(check(where, schema), table))
    file = (
        parquet_bytes(table, context.territory.crs)
        if form == "parquet"
        else csv_bytes(plain(table))
    )
    return Sealed(file, arrow_bytes(leaders(fitting, top)), fitting.num_rows)


def _about(table: pa.Table, crs: Any) -> dict[str, Any]:
    """Describe the geometry as the GeoParquet 1.1 specification wants it."""
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": ["Point"],
        "crs": crs.to_json_dict(),
        "covering": {"bbox": {side: ["bbox", side] for side in ("xmin", "ymin", "xmax", "ymax")}},
    }
    if table.num_rows:
        points = shapely.from_wkb(np.array(table[GEOMETRY].to_pylist(), dtype=object))
        column["bbox"] = [float(side) for side in shapely.total_bounds(points)]
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
