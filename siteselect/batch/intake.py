"""Take a list in: once, from front to end, chunk by chunk onto the disk.

Whatever its format, a list is a row of Arrow files then: any worker can take up any of them, a
pipe or a store need not be asked again, and memory is that of one chunk.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteselect.batch.arrow_file import arrow_table
from siteselect.batch.journal import is_there, write_whole
from siteselect.batch.records import ROW
from siteselect.batch.repeats import hashes, identifiers, repeated_rows
from siteselect.batch.work import kept

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from siteselect.batch.records import Chunk
    from siteselect.settings.candidates import CandidateFile

REPEATED = "repeated.json"


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken in: rows and hash of each chunk, and the rows with repeated identifiers."""

    rows: tuple[int, ...]
    sha256: tuple[str, ...]
    repeated: dict[int, tuple[int, ...]]


def chunk_file(work: Path, number: int) -> Path:
    """Name the file of a chunk."""
    return work / f"list-{number:05d}.arrow"


def take_in(
    chunks: Iterable[Chunk], file: CandidateFile, work: Path, told: Callable[[int, int], None]
) -> Taken:
    """Write the chunks down, and find the identifiers that stand on several rows.

    Parameters
    ----------
    chunks : of the list.
    file : what is declared of it.
    work : folder to write into.
    told : is told how many chunks and rows were taken in.

    Raises
    ------
    InputError, SourceError
        The list cannot be read, or has no identifiers.
    """
    rows: list[int] = []
    written: list[str] = []
    hashed = []
    for number, chunk in enumerate(chunks):
        hashed.append(hashes(identifiers(chunk.table, file, chunk.name)))
        written.append(write_whole(chunk_file(work, number), kept(chunk)))
        rows.append(chunk.rows)
        told(len(rows), sum(rows))

    def read(number: int) -> np.ndarray[Any, Any]:
        table = arrow_table(chunk_file(work, number).read_bytes())
        return identifiers(table, file, table.schema.metadata[b"name"].decode())

    places = repeated_rows(hashed, read)
    repeated = {
        number: tuple(
            arrow_table(chunk_file(work, number).read_bytes(), [ROW])[ROW]
            .take(list(at))
            .to_pylist()
        )
        for number, at in places.items()
    }
    write_whole(work / REPEATED, json.dumps(repeated).encode())
    return Taken(tuple(rows), tuple(written), repeated)


def entry_of(taken: Taken) -> dict[str, Any]:
    """Write what was taken in as an entry of the journal."""
    return {"done": "list", "rows": list(taken.rows), "sha256": list(taken.sha256)}


def taken_before(entry: dict[str, Any], work: Path) -> Taken | None:
    """Find again what an earlier attempt took in, if it is all there."""
    try:
        repeated = json.loads((work / REPEATED).read_bytes())
    except (OSError, ValueError):
        return None
    if not all(is_there(chunk_file(work, at), one) for at, one in enumerate(entry["sha256"])):
        return None
    by_part = {int(number): tuple(rows) for number, rows in repeated.items()}
    return Taken(tuple(entry["rows"]), tuple(entry["sha256"]), by_part)
