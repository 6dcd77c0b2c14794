"""The program that is running: its version, and a hash of its own files."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import siteselect

_MATTER = {".py", ".yaml"}
"""Code, and the tables of facts and judgements: what numbers follow from."""


@cache
def program_hash() -> str:
    """Hash the files that results follow from (SHA-256), by name and content.

    A version tells releases apart; this also tells apart two states of a copy that is worked on.
    """
    root = Path(siteselect.__file__).parent
    found = hashlib.sha256()
    for file in sorted(root.rglob("*"), key=lambda file: file.relative_to(root).as_posix()):
        if file.suffix in _MATTER:
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            found.update(f"{file.relative_to(root).as_posix()}\n{content}\n".encode())
    return found.hexdigest()
