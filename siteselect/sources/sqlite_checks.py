"""What in an SQLite file (a GeoPackage, for one) would run or compute when it is read."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAFE_MODULES = re.compile(r"\busing\s+[\"'`\[]?(rtree|rtree_i32|fts3|fts4|fts5)\b", re.IGNORECASE)
_USUAL_TRIGGERS = (
    "rtree_",
    "gpkg_",
    "trigger_insert_feature_count_",
    "trigger_delete_feature_count_",
)


def database_fault(path: Path, table: str | None = None) -> str | None:
    """Say what in an SQLite file would run or compute when a table is read; None for nothing.

    A view may never end, and a virtual table or a computed column may be of any size.
    """
    # A plain file: the address keeps SQLite from writing beside it.
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as base:
            base.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
            entries = base.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
            return next(_database_faults(base, entries, table), None)
    except (sqlite3.Error, ValueError, OverflowError) as error:
        return f"not a whole SQLite file ({error})"


def _database_faults(
    base: sqlite3.Connection, entries: list[tuple[str, str, str | None]], table: str | None
) -> Iterator[str]:
    for kind, name, sql in entries:
        words = str(sql or "")
        if kind == "view" and table is not None and str(name).lower() == table.lower():
            yield f"{name!r} is a view: export it as a table"
        virtual = re.match(r"\s*create\s+virtual\s+table", words, re.IGNORECASE)
        if virtual and not _SAFE_MODULES.search(words):
            yield f"{name!r} is a virtual table"
        if kind == "table" and not virtual and re.search(r"\bas\s*\(", words, re.IGNORECASE):
            columns = base.execute("SELECT hidden FROM pragma_table_xinfo(?)", (name,))
            if any(hidden for (hidden,) in columns):
                yield f"{name!r} has computed columns"


def views_and_triggers(path: Path) -> list[str]:
    """Name the views of an SQLite file, and its triggers other than those of a GeoPackage.

    Raises
    ------
    sqlite3.Error
        It is no whole SQLite file.
    """
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as base:
        base.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
        rows = base.execute(
            "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger')"
        ).fetchall()
    return [
        f"{kind} {name!r}"
        for kind, name in rows
        if kind == "view" or not str(name).lower().startswith(_USUAL_TRIGGERS)
    ]
