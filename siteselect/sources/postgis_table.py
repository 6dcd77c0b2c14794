"""Tables and views of a PostGIS database, as layers or candidate lists."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from siteselect.contracts import Notice, Source
from siteselect.errors import Fault, SourceError
from siteselect.settings.limits import USUAL, Limits
from siteselect.sources.postgis_session import PREFIX, first_row, named, session

if TYPE_CHECKING:
    import psycopg
    from psycopg.sql import Composable, Composed, Identifier

SOURCE = Source(
    name="postgis_table",
    title="Table or view of a PostGIS database",
    endings=(),
    licence="as the study states for the table",
    meaning="A study says `path: postgis:schema.table`, the environment says which database.",
)

Box = tuple[float, float, float, float]

_GEOMETRY = """
SELECT a.attname
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = to_regclass(%(table)s) AND t.typname IN ('geometry', 'geography')
  AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""
_CRS = "SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = %(srid)s"


def is_table(path: str) -> bool:
    """Say whether a study's path names a table of a database."""
    return path.startswith(PREFIX)


def read_table(
    path: str, near: tuple[CRS, Box] | None = None, limits: Limits = USUAL
) -> tuple[gpd.GeoDataFrame, str]:
    """Read the rows of a table, in an order of their own content.

    Parameters
    ----------
    path : `postgis:schema.table`.
    near : box [CRS units] outside which rows are left out, counted in a notice in `attrs`.
    limits : how many rows may be read.

    Returns
    -------
    tuple
        The rows, and the SHA-256 of what was read: it is to a table what a file's hash is to a
        file.

    Raises
    ------
    SourceError
        The database cannot be reached or refuses; there is no such table; it has no geometry, or
        several, or shapes in several CRS; or it has more rows than the limit.
    """
    with session(read_only=True) as connection:
        asked = _ask(connection, path.removeprefix(PREFIX), near, limits)
        cursor = connection.execute(asked.query)
        heads = [part.name for part in cursor.description or ()]
        rows = cursor.fetchall()
    if not rows and asked.count and near is not None:
        # So that the layer can say where the rows are instead.
        return read_table(path, None, limits)
    digest = hashlib.sha256()
    for row in rows:
        digest.update(str(row[-1]).encode("utf-8", "replace") + b"\n")
    frame = _frame(rows, heads, asked)
    if len(rows) < asked.count:
        left_out = asked.count - len(rows)
        text = f"{left_out} of {asked.count} rows of {path} lie elsewhere and were left out"
        frame.attrs["notices"] = (Notice("features far away", text),)
    return frame, digest.hexdigest()


def stream_table(path: str, rows: int, limits: Limits = USUAL) -> Iterator[gpd.GeoDataFrame]:
    """Read a table of any length so many rows at a time, in the order of `read_table`.

    Raises
    ------
    SourceError
        As `read_table`.
    """
    with session(read_only=True) as connection:
        asked = _ask(connection, path.removeprefix(PREFIX), None, limits)
        with connection.cursor("siteselect_rows") as cursor:
            cursor.execute(asked.query)
            while some := cursor.fetchmany(rows):
                heads = [part.name for part in cursor.description or ()]
                yield _frame(some, heads, asked)


def fingerprint(path: str) -> str:
    """Tell the rows of a table from other rows: how many, and the sum of their hashes.

    Raises
    ------
    SourceError
        As `read_table`.
    """
    from psycopg import sql  # noqa: PLC0415 - an extra; `session` says how to install it

    table = path.removeprefix(PREFIX)
    with session(read_only=True) as connection:
        name = sql.Identifier(*named(table))
        _geometry_column(connection, table, name)
        query = sql.SQL("SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {} t").format(name)
        count, total = first_row(connection, query, {})
    return f"{count} rows, {total or 0}"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A table as it is read: its geometry column, CRS, rows in all, and the query for them."""

    geometry: str
    crs: CRS | None
    count: int
    query: Composed


def _ask(
    connection: psycopg.Connection[Any],
    table: str,
    near: tuple[CRS, Box] | None,
    limits: Limits,
) -> _Asked:
    from psycopg import sql  # noqa: PLC0415

    name = sql.Identifier(*named(table))
    geometry = _geometry_column(connection, table, name)
    column = sql.Identifier(geometry)
    crs, count = _stated(connection, table, name, column)
    where = sql.SQL("") if near is None else _filter(sql, column, crs, near)
    _small_enough(connection, table, name, where, limits)
    query = sql.SQL(
        'SELECT t.*, ST_AsBinary(t.{column}::geometry) AS "siteselect:wkb", t::text AS '
        '"siteselect:row" FROM {name} t {where} ORDER BY t::text COLLATE "C"'
    ).format(column=column, name=name, where=where)
    return _Asked(geometry, crs, count, query)


def _geometry_column(connection: psycopg.Connection[Any], table: str, name: Identifier) -> str:
    given = {"table": name.as_string(connection)}
    if first_row(connection, "SELECT to_regclass(%(table)s)", given)[0] is None:
        cure = "Write schema.table as the database has it, capital letters included."
        raise SourceError(Fault("PostGIS", "no such table", cure, value=table))
    found = [row[0] for row in connection.execute(_GEOMETRY, given)]
    if len(found) != 1:
        problem = f"the table has {len(found)} geometry columns ({', '.join(found) or 'none'})"
        raise SourceError(Fault(table, problem, "Name a view that has one."))
    return str(found[0])


def _stated(
    connection: psycopg.Connection[Any], table: str, name: Identifier, column: Identifier
) -> tuple[CRS | None, int]:
    """Give the CRS that all shapes share, None where they state none, and the number of rows."""
    from psycopg import sql  # noqa: PLC0415

    query = sql.SQL(
        "SELECT count(*), array_agg(DISTINCT ST_SRID({column}::geometry)) "
        "FILTER (WHERE {column} IS NOT NULL) FROM {name}"
    ).format(column=column, name=name)
    count, srids = first_row(connection, query, {})
    if len(srids or ()) > 1:
        text = ", ".join(map(str, srids))
        raise SourceError(
            Fault(table, f"its shapes are in several CRS (SRID {text})", "Bring them to one.")
        )
    if not srids or srids[0] == 0:
        return None, int(count)
    authority, code, text = first_row(connection, _CRS, {"srid": srids[0]})
    return CRS.from_user_input(f"{authority}:{code}" if authority else text), int(count)


def _filter(sql: Any, column: Identifier, crs: CRS | None, near: tuple[CRS, Box]) -> Composable:
    """Keep rows whose box meets the box, and rows without a shape: those are to be faulted."""
    home, box = near
    if crs is not None and crs != home:
        box = Transformer.from_crs(home, crs, always_xy=True).transform_bounds(*box)
    if crs is None or not np.isfinite(box).all():
        empty: Composable = sql.SQL("")
        return empty
    sides = sql.SQL(", ").join(map(sql.Literal, box))
    kept: Composable = sql.SQL(
        "WHERE t.{column} IS NULL OR t.{column}::geometry && "
        "ST_SetSRID(ST_MakeEnvelope({sides}), ST_SRID(t.{column}::geometry))"
    ).format(column=column, sides=sides)
    return kept


def _small_enough(
    connection: psycopg.Connection[Any],
    table: str,
    name: Identifier,
    where: Composable,
    limits: Limits,
) -> None:
    from psycopg import sql  # noqa: PLC0415

    query = sql.SQL("SELECT count(*) FROM {name} t {where}").format(name=name, where=where)
    rows = int(first_row(connection, query, {})[0])
    if rows > limits.rows:
        problem = f"{rows:,} rows, more than {limits.rows:,}"
        raise SourceError(Fault(table, problem, "Name a view with fewer, or raise `limits`."))


def _frame(rows: list[tuple[Any, ...]], heads: list[str], asked: _Asked) -> gpd.GeoDataFrame:
    cells = pd.DataFrame(
        {
            head: [_plain(row[place]) for row in rows]
            for place, head in enumerate(heads[:-2])
            if head != asked.geometry
        }
    )
    shapes = shapely.from_wkb([None if row[-2] is None else bytes(row[-2]) for row in rows])
    return gpd.GeoDataFrame(cells, geometry=np.asarray(shapes, dtype=object), crs=asked.crs)


def _plain(value: Any) -> Any:
    """Bring a cell to what files hold: numbers, yes or no, text, or nothing."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return float(value) if isinstance(value, Decimal) else str(value)
