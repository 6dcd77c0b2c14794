"""The journal of a fetch: one line a step, only ever added to, from which a second run goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from siteselect.contracts import Provenance
from siteselect.errors import Fault, RunError
from siteselect.fetch.files import sha256_of, within

JOURNAL = "fetch.jsonl"
Status = Literal["done", "partial", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that a step left in the study's folder.

    `layers` are those it feeds, each with its number of rows; `fallback` those of them for which
    it stands only where no other file does. `kinds` and `covers` are as in a study.
    """

    path: str
    sha256: str
    provenance: Provenance
    layers: Mapping[str, int] = field(default_factory=dict)
    fallback: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    covers: str = ""
    covers_sha256: str = ""
    levels: tuple[str, ...] = ()
    headroom: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that was asked for and did not come: from whom, why, and the cure."""

    asked: str
    reason: str
    cure: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a step. `key` tells what it was asked, so that another question is seen."""

    step: str
    status: Status
    key: str
    retrieved: str
    files: tuple[Kept, ...] = ()
    failures: tuple[Failure, ...] = ()
    notices: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    when: str = ""


def append(folder: Path, entry: Entry) -> None:
    """Add a line and see it onto the disk.

    Raises
    ------
    RunError
        The journal cannot be written.
    """
    path = folder / JOURNAL
    line = json.dumps(asdict(entry)) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as stream:
            # The half line of a killed run must not swallow this one.
            stream.write((b"\n" if _torn(stream) else b"") + line.encode())
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise RunError(
            Fault(str(path), f"cannot be written: {error.strerror or error}", "Check the folder.")
        ) from None


def read(folder: Path) -> list[Entry]:
    """Read every whole line; a line that is torn or not ours counts as not written."""
    try:
        lines = (folder / JOURNAL).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunError(
            Fault(str(folder / JOURNAL), f"cannot be read: {error.strerror}", "Check the folder.")
        ) from None
    entries = []
    for line in lines:
        try:
            entries.append(_entry(json.loads(line)))
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return entries


def finished(entries: Sequence[Entry], step: str, key: str, folder: Path) -> Entry | None:
    """Find the last line that says the step is done as asked and whose files are still the same."""
    for entry in reversed(entries):
        if entry.step == step and entry.key == key and entry.status in {"done", "partial"}:
            return entry if all(_unchanged(file, folder) for file in entry.files) else None
    return None


def _unchanged(file: Kept, folder: Path) -> bool:
    same = sha256_of(within(folder, file.path)) == file.sha256
    return same and (
        not file.covers or sha256_of(within(folder, file.covers)) == file.covers_sha256
    )


def _entry(found: Any) -> Entry:
    files = tuple(_kept(file) for file in found.pop("files"))
    failures = tuple(Failure(**failure) for failure in found.pop("failures"))
    notices = tuple(str(text) for text in found.pop("notices"))
    return Entry(**found, files=files, failures=failures, notices=notices)


def _kept(found: Any) -> Kept:
    birth = Provenance(**found.pop("provenance"))
    words: dict[str, Any] = {
        name: tuple(found.pop(name)) for name in ("fallback", "kinds", "levels")
    }
    return Kept(**found, **words, provenance=birth)


def _torn(stream: BinaryIO) -> bool:
    if not stream.seek(0, os.SEEK_END):
        return False
    stream.seek(-1, os.SEEK_END)
    return stream.read(1) != b"\n"
