"""A session with a PostGIS database, which the environment names and a study never does.

PostgreSQL's own variables are used (PGHOST, PGDATABASE, PGUSER, PGSERVICE ... and a password
file), or a URL in SITESELECT_POSTGIS. So a study names a table and can be shared, and no password
gets into a study, a run or a report.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from siteselect.errors import Fault, SourceError

if TYPE_CHECKING:
    import psycopg

PREFIX = "postgis:"
VARIABLE = "SITESELECT_POSTGIS"
_PATIENCE_S = 10
_CURE = (
    f"Set {VARIABLE} to postgresql://user@host/database, or PGHOST, PGDATABASE and PGUSER; keep "
    "the password in ~/.pgpass."
)


@contextmanager
def session(url: str | None = None, *, read_only: bool) -> Iterator[psycopg.Connection[Any]]:
    """Open a session whose one transaction is committed at the end, or wholly undone.

    Parameters
    ----------
    url : database; left out, the environment says which.
    read_only : whether the session may only read; it then sees the database as of one moment.

    Raises
    ------
    SourceError
        The driver is not installed, the database cannot be reached, has no PostGIS, or refuses.
    """
    try:
        import psycopg  # noqa: PLC0415 - an extra
    except ImportError:
        cure = "pip install 'siteselect[postgis]'"
        raise SourceError(Fault("PostGIS", "the driver is not installed", cure)) from None
    try:
        with psycopg.connect(
            os.environ.get(VARIABLE, "") if url is None else url, connect_timeout=_PATIENCE_S
        ) as connection:
            if read_only:
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            _check_postgis(connection)
            yield connection
    except psycopg.Error as error:
        raise SourceError(_fault(error)) from None


def named(table: str) -> tuple[str, ...]:
    """Split `schema.table` or `table`.

    Raises
    ------
    SourceError
        It is neither.
    """
    parts = tuple(table.split("."))
    if not all(parts) or len(parts) > 2 or "\x00" in table:  # noqa: PLR2004 - schema and table
        cure = "Write schema.table, or a table on the search path."
        raise SourceError(Fault("PostGIS", "not the name of a table", cure, value=table))
    return parts


def first_row(
    connection: psycopg.Connection[Any], query: Any, given: Mapping[str, Any]
) -> tuple[Any, ...]:
    """Ask for one row; cells are None where there is none."""
    cursor = connection.execute(query, given)
    row = cursor.fetchone()
    return row if row is not None else (None,) * len(cursor.description or ())


def _check_postgis(connection: psycopg.Connection[Any]) -> None:
    found = first_row(connection, "SELECT count(*) FROM pg_extension WHERE extname = 'postgis'", {})
    if not found[0]:
        raise SourceError(
            Fault("PostGIS", "the database has no PostGIS", "Run: CREATE EXTENSION postgis;")
        )


def _fault(error: psycopg.Error) -> Fault:
    """Say what the database said, without the connection string that may stand in it."""
    told = error.diag.message_primary
    if told is not None:
        cure = "Check the name and what the user may do."
        return Fault("PostGIS", f"the database refused: {told}", cure)
    return Fault("PostGIS", f"no answer from the database ({type(error).__name__})", _CURE)
