"""Adding to a file that several programs write at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        # Windows locks bytes, not files: one far beyond any log stands for the whole.
        os.lseek(file, 1 << 40, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)


@contextmanager
def locked_for_adding(path: Path) -> Iterator[int]:
    """Open a file for adding to it, alone; what was added is on the disk when the block ends.

    Every writer must come this way: the lock binds only those who ask for it.

    Raises
    ------
    OSError
        The file cannot be opened, locked or written.
    """
    fresh = not path.exists()
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    file = os.open(path, flags, 0o666)
    try:
        _lock(file)
        yield file
        os.fsync(file)
    finally:
        os.close(file)  # gives up the lock
    if fresh and os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def all_bytes(file: int) -> bytes:
    """Read an open file from its beginning."""
    os.lseek(file, 0, os.SEEK_SET)
    parts = []
    while part := os.read(file, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def add_bytes(file: int, content: bytes) -> None:
    """Write at the end of a file that is locked for adding."""
    while content:
        content = content[os.write(file, content) :]
