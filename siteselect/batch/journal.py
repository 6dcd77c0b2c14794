"""What a batch has done so far, so that whatever ends it, nothing finished is done again."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from siteselect.errors import Fault, RunError

JOURNAL = "journal.jsonl"
LOCK = ".lock"


def entries(path: Path) -> list[dict[str, Any]]:
    """Read a journal; a last line that was torn off is as if it had never been written.

    Raises
    ------
    RunError
        A line before the last one is no entry.
    """
    if not path.exists():
        return []
    content = path.read_bytes()
    lines = content.split(b"\n")
    # What follows the last line feed was being written when the run ended.
    whole = lines[:-1]
    if lines[-1]:
        with path.open("rb+") as file:
            file.truncate(len(content) - len(lines[-1]))
    found = []
    for number, line in enumerate(whole, 1):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            cure = "Begin again with --restart, or choose another folder."
            raise RunError(Fault(str(path), "not an entry of a journal", cure, row=number))
        found.append(entry)
    return found


def add(path: Path, entry: dict[str, Any]) -> None:
    """Add an entry; it is on the disk when this returns."""
    line = json.dumps(entry, sort_keys=True, ensure_ascii=False) + "\n"
    fresh = not path.exists()
    with path.open("ab") as file:
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())
    if fresh:
        _sync_folder(path.parent)


def write_whole(path: Path, content: bytes) -> str:
    """Write a file so that it is there whole or not at all, and give its hash."""
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _sync_folder(path.parent)
    return hashlib.sha256(content).hexdigest()


def is_there(path: Path, sha256: str) -> bool:
    """Say whether a file is there with the bytes it was written with."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep a folder for one run; the lock falls with the process that holds it.

    Raises
    ------
    RunError
        Another run works there.
    """
    file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            _take(file)
        except OSError:
            cure = "Wait for it, or choose another folder."
            raise RunError(Fault(str(folder), "another run is at work there", cure)) from None
        yield
    finally:
        os.close(file)


if sys.platform == "win32":
    import msvcrt

    def _take(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

    def _sync_folder(folder: Path) -> None:
        del folder  # Windows has no such thing

else:
    import fcntl

    def _take(file: int) -> None:
        # A POSIX lock is not handed on to workers, who may outlive the run by a moment.
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _sync_folder(folder: Path) -> None:
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
