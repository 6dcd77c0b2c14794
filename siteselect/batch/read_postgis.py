"""A table or view of a PostGIS database, read row by row from one moment of it."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import shapely

from siteselect.batch.pieces import with_rows
from siteselect.batch.records import SHAPE, Chunk
from siteselect.settings.limits import USUAL
from siteselect.sources.postgis_table import fingerprint, stream_table

_NO_LIMIT = USUAL.model_copy(update={"rows": 1 << 62})


def read(location: str, rows: int) -> Iterator[Chunk]:
    """Read `postgis:schema.table` in the order of its rows' content; rows count from 0.

    Raises
    ------
    SourceError
        The database cannot be reached or refuses, or the table is no list of places.
    """
    first = 0
    for frame in stream_table(location, rows, _NO_LIMIT):
        cells = pa.Table.from_pandas(frame.drop(columns=frame.geometry.name), preserve_index=False)
        shapes = pa.array(shapely.to_wkb(frame.geometry.to_numpy()), pa.binary())
        table = with_rows(cells.append_column(SHAPE, shapes), first)
        crs = None if frame.crs is None else frame.crs.to_wkt()
        yield Chunk(table, location, crs, len(frame))
        first += len(frame)


def identify(location: str) -> dict[str, str]:
    """Tell whether the table still holds the same rows."""
    return {location: fingerprint(location)}
