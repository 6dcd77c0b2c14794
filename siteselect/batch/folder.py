"""The folder of a batch: what lies where in it, and who is told what is done there."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteselect.batch import journal
from siteselect.errors import Fault, RunError

if TYPE_CHECKING:
    from siteselect.batch.records import Step
    from siteselect.batch.schedule import Scheduler
    from siteselect.batch.seal import Form

WORK, SITES, LOG = "work", "sites", "log.jsonl"
RESULTS = ("manifest.json", "rejected.parquet", "top.csv", "top.parquet")


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a batch works, how its parts are worked out and written, and whom to tell."""

    out: Path
    progress: Callable[[Step], None]
    scheduler: Scheduler
    workers: int
    form: Form
    top: int
    where: str | None

    @property
    def work(self) -> Path:
        """Where parts lie until all are there."""
        return self.out / WORK

    @property
    def sites(self) -> Path:
        """Where the parts are handed over."""
        return self.out / SITES

    @property
    def journal(self) -> Path:
        """What is done so far."""
        return self.out / journal.JOURNAL

    def log(self, event: str, **facts: Any) -> None:
        """Add a line with the time to the log, which is no result."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event}
        with (self.out / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line | facts, ensure_ascii=False) + "\n")


def make_room(out: Path) -> None:
    """Make the folder, or see that it is one of ours.

    Raises
    ------
    RunError
        It holds something else.
    """
    if out.exists() and not out.is_dir():
        raise RunError(Fault(str(out), "is a file", "Give a folder for the batch."))
    if out.is_dir() and any(out.iterdir()) and not (out / journal.LOCK).is_file():
        problem, cure = "the folder holds something else than a batch", "Give an empty folder."
        raise RunError(Fault(str(out), problem, cure))
    out.mkdir(parents=True, exist_ok=True)


def clear(out: Path) -> None:
    """Take away what an earlier batch left, with its list if that came by standard input."""
    for stdin in out.glob("stdin.*"):
        stdin.unlink()
    clear_results(out)


def clear_results(out: Path) -> None:
    """Take away results and parts, the manifest first: alone it would pass for the next batch's."""
    for name in (*RESULTS, LOG, journal.JOURNAL):
        (out / name).unlink(missing_ok=True)
    for folder in (WORK, SITES):
        shutil.rmtree(out / folder, ignore_errors=True)


def unwritten(out: Path, error: OSError) -> Fault:
    """Say why a folder cannot be written, and what would help."""
    cure = "Choose another folder."
    if error.errno == errno.ENOSPC:
        cure = "Make room on the disk and repeat the command: it goes on from here."
    return Fault(str(out), f"cannot be written: {error.strerror or error}", cure)
