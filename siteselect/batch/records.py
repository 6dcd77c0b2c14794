"""What passes between the steps of a batch: chunks of a list, what a part gave, what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteselect.errors import Fault

if TYPE_CHECKING:
    import pyarrow as pa

SHAPE = "shape:wkb"
ROW = "row:number"
LINE = "row:line"
"""Columns that a chunk has beside those of the file; no file names a column so."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of a list as they stand, with the faults of those that are no rows at all.

    `table` has the file's columns, then `SHAPE` (WKB, null where there is none), `ROW` (the
    number that the app would give the row) and `LINE` (of the file; null where it has no lines).
    `name` is the file, `crs` what it states, `rows` how many rows were read, faulty ones included.
    """

    table: pa.Table
    name: str
    crs: str | None
    rows: int
    faults: tuple[Fault, ...] = ()
    fault_lines: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """How lists of one kind are read, and how one tells that they are still the same.

    `read` takes the location and the rows of a chunk; `identify` gives a hash, or what the server
    says instead of one, for every file there.
    """

    read: Callable[[str, int], Iterator[Chunk]]
    identify: Callable[[str], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Worked:
    """What a part of a list gave: its sites and its rejected rows as Arrow files, and counts."""

    sites: bytes
    rejected: bytes
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A part with its ranks as it is handed over, its leading rows, and how many fitted."""

    file: bytes
    leading: bytes
    matched: int


@dataclass(frozen=True, slots=True)
class Step:
    """How far a batch is: what it does, parts done of all, rows done, and for how long [s]."""

    doing: str
    done: int = 0
    parts: int = 0
    rows: int = 0
    all_rows: int = 0
    fresh_rows: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What came out of a batch.

    `rows` is `sites` plus `rejected`; `ranked` of the sites fail no rule; `matched` fit `where`;
    `unknown_in_top` of the leading ones have an unknown measure; `resumed` of the parts were
    there from an earlier attempt; `failed` are the conditions of `fail_on` that hold.
    """

    out: Path
    rows: int
    sites: int
    rejected: int
    ranked: int
    matched: int
    unknown_in_top: int
    parts: int
    resumed: int
    failed: tuple[str, ...]
    manifest: dict[str, Any]
