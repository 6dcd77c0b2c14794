"""A run's tables written into a schema of a PostGIS database, all of them or none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteselect.errors import Fault, RunError
from siteselect.runs import load_manifest, load_table, manifest_hash
from siteselect.sources.postgis_session import first_row, session

if TYPE_CHECKING:
    import psycopg
    from psycopg.sql import Identifier

TABLES = ("sites", "findings", "measures", "run")
"""Tables of the schema; `run` has one row: which run this is, and its whole manifest."""
_KEYS = {"sites": ("site_id",), "measures": ("site_id", "criterion")}
_DEGREES = 4326
_UNWRITABLE = str.maketrans({"\x00": "\ufffd"})
_MARK = "written by siteselect; "


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was written: rows by table, and the hash of the run's manifest."""

    schema: str
    rows: dict[str, int]
    manifest_hash: str


def push(run: Path, schema: str, *, url: str | None = None, replace: bool = False) -> Pushed:
    """Write a run into a schema of a database, in one transaction.

    Whoever reads the schema sees the old run or the new one, never a part. Tables that are there
    and were not written by siteselect are never touched.

    Parameters
    ----------
    run : folder of the run; its tables are checked against its manifest.
    schema : schema to write into; made if absent.
    url : database; left out, the environment says which.
    replace : whether a run that is there may be replaced.

    Raises
    ------
    RunError
        It is no run, or was changed; or the schema holds a run, or tables of somebody else.
    SourceError
        The database cannot be reached or refuses.
    """
    manifest = load_manifest(run)
    sites = _with_points(load_table(run, "sites.parquet"), run)
    frames: dict[str, pd.DataFrame] = {
        "sites": sites,
        "findings": load_table(run, "findings.parquet"),
        "measures": load_table(run, "measures.parquet"),
        "run": _run_row(manifest),
    }
    note = _note(manifest)
    with session(url, read_only=False) as connection:
        _make_room(connection, schema, replace=replace)
        for name, frame in frames.items():
            _write(connection, schema, name, frame, note)
    rows = {name: len(frame) for name, frame in frames.items()}
    return Pushed(schema, rows, manifest_hash(manifest))


def _with_points(table: pd.DataFrame, run: Path) -> gpd.GeoDataFrame:
    """Give the sites with their points, in a CRS that PostGIS has a number for."""
    crs = gpd.read_parquet(run / "sites.parquet", columns=["geometry"]).crs
    frame = gpd.GeoDataFrame(
        table.drop(columns="geometry"), geometry=shapely.from_wkb(table["geometry"]), crs=crs
    )
    return frame if crs is not None and crs.to_epsg() is not None else frame.to_crs(_DEGREES)


def _run_row(manifest: dict[str, Any]) -> pd.DataFrame:
    study = manifest["study"]
    return pd.DataFrame(
        {
            "manifest_hash": [manifest_hash(manifest)],
            "siteselect": [manifest["siteselect"]],
            "study": [study["name"]],
            "title": [study["title"]],
            "study_date": [study["date"]],
            "note": [_note(manifest)],
            "manifest": [json.dumps(manifest, sort_keys=True, ensure_ascii=False)],
        }
    )


def _note(manifest: dict[str, Any]) -> str:
    study = manifest["study"]
    invented = [part["layer"] for part in manifest["inputs"] if part["basis"] == "illustrative"]
    text = f"siteselect study {study['name']}, {study['date']}. {manifest['disclaimer']}"
    if invented:
        text += f" INVENTED DATA, not to be decided on: {', '.join(dict.fromkeys(invented))}."
    return text


def _make_room(connection: psycopg.Connection[Any], schema: str, *, replace: bool) -> None:
    from psycopg import sql  # noqa: PLC0415 - an extra; `session` says how to install it

    if not schema or len(schema.encode()) > 63 or "\x00" in schema:  # noqa: PLR2004 - PostgreSQL's limit
        raise RunError(Fault("--schema", "not the name of a schema", "Use 1 to 63 letters."))
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    for name in TABLES:
        found, comment = first_row(
            connection,
            "SELECT to_regclass(%(t)s), obj_description(to_regclass(%(t)s), 'pg_class')",
            {"t": sql.Identifier(schema, name).as_string(connection)},
        )
        if found is None:
            continue
        if not (comment or "").startswith(_MARK):
            problem = "the schema has a table of this name that siteselect did not write"
            raise RunError(Fault(f"{schema}.{name}", problem, "Give another --schema."))
        if not replace:
            cure = "Give --replace, or another --schema."
            raise RunError(Fault(f"{schema}.{name}", "the schema holds a run already", cure))
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(schema, name)))


def _write(
    connection: psycopg.Connection[Any], schema: str, name: str, frame: pd.DataFrame, note: str
) -> None:
    from psycopg import sql  # noqa: PLC0415

    home = sql.Identifier(schema, name)
    columns = [str(column) for column in frame.columns]
    parts: list[Any] = [
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(_type(frame, column)))
        for column in columns
    ]
    if name in _KEYS:
        keys = sql.SQL(", ").join(map(sql.Identifier, _KEYS[name]))
        parts.append(sql.SQL("PRIMARY KEY ({})").format(keys))
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(home, sql.SQL(", ").join(parts)))
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    cells = [_cells(frame[column]) for column in columns]
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(home, listed)) as copy,
    ):
        for row in zip(*cells, strict=True):
            copy.write_row(row)
    _finish(connection, home, name, note)


def _finish(connection: psycopg.Connection[Any], home: Identifier, name: str, note: str) -> None:
    from psycopg import sql  # noqa: PLC0415

    if name == "sites":
        connection.execute(sql.SQL("CREATE INDEX ON {} USING gist (geometry)").format(home))
    if name == "findings":
        connection.execute(sql.SQL("CREATE INDEX ON {} (site_id)").format(home))
    comment = sql.SQL("COMMENT ON TABLE {} IS {}").format(home, sql.Literal(_MARK + note))
    connection.execute(comment)


def _type(frame: pd.DataFrame, column: str) -> Any:
    if isinstance(frame, gpd.GeoDataFrame) and column == frame.geometry.name:
        return f"geometry(Point, {frame.crs.to_epsg()})"
    if column == "manifest":
        return "jsonb"
    kinds = {"f": "double precision", "i": "bigint", "u": "bigint", "b": "boolean"}
    kind = frame[column].dtype.kind
    return kinds.get(kind, "text")


def _cells(column: pd.Series[Any]) -> list[Any]:
    """Give cells as the database takes them; unknown is NULL."""
    if isinstance(column, gpd.GeoSeries):
        crs = column.crs
        shapes = shapely.set_srid(column.to_numpy(), crs.to_epsg())
        return list(shapely.to_wkb(shapes, hex=True, include_srid=True))
    known = column.notna().to_numpy()
    values = column.astype(object).to_numpy()
    return [_plain(value) if there else None for value, there in zip(values, known, strict=True)]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bool | int | float):
        return value
    # PostgreSQL's text cannot hold NUL.
    return str(value).translate(_UNWRITABLE)
