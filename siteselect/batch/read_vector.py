"""Vector files that GDAL opens, streamed as Arrow batches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from siteselect.batch.pieces import regular, with_rows
from siteselect.batch.records import SHAPE, Chunk
from siteselect.errors import Fault, SourceError

_CURE = "Open it in a GIS and save it again as GeoPackage."


def read(location: str, rows: int) -> Iterator[Chunk]:
    """Read a GeoPackage, a Shapefile, GeoJSON or what else GDAL opens; rows count from 0.

    Raises
    ------
    SourceError
        It cannot be opened or read, holds several tables, or has no geometry.
    """
    path = Path(location)
    try:
        table = _only_table(path)
        with pyogrio.open_arrow(path, layer=table, batch_size=rows, use_pyarrow=True) as (
            meta,
            reader,
        ):
            _check_drawn(meta["geometry_type"], path)
            shape, first = meta["geometry_name"] or "wkb_geometry", 0
            for piece in regular(reader, rows):
                renamed = [SHAPE if name == shape else name for name in piece.column_names]
                table_of = with_rows(piece.rename_columns(renamed), first)
                yield Chunk(table_of, path.name, meta["crs"], piece.num_rows)
                first += piece.num_rows
    except SourceError:
        raise
    except (DataSourceError, DataLayerError, pa.ArrowException, RuntimeError, ValueError) as error:
        first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
        problem = f"cannot be read: {first_line}"
        raise SourceError(Fault(path.name, problem, _CURE)) from None


def _check_drawn(kind: str | None, path: Path) -> None:
    if kind is None:
        problem, cure = "the table has no geometry", "Give a file with points or areas."
        raise SourceError(Fault(path.name, problem, cure))


def _only_table(path: Path) -> str:
    tables = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    if len(tables) != 1:
        problem = f"the file holds {len(tables)} tables"
        cure = "Save the one with the candidates as a file of its own."
        raise SourceError(Fault(path.name, problem, cure, value=", ".join(tables)))
    return tables[0]
