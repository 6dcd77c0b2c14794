"""The first phase: every part worked out once, written whole, and entered in the journal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteselect.batch import journal
from siteselect.batch.context import warm
from siteselect.batch.intake import chunk_file
from siteselect.batch.records import Step
from siteselect.batch.work import work

if TYPE_CHECKING:
    from siteselect.batch.context import Context
    from siteselect.batch.folder import Folder
    from siteselect.batch.intake import Taken
    from siteselect.batch.records import Worked
    from siteselect.batch.schedule import Task


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is worked out: its files and its counts."""

    sites: Path
    rejected: Path
    counts: dict[str, int]


def work_out(folder: Folder, taken: Taken, context: Context) -> tuple[list[Part], int]:
    """Work out the parts that are not there yet.

    The net present value asks how many sites the whole list has, which is known only when all
    rows are checked. Where the rows are more than `money.sites` and the sites turn out not to be,
    the parts are worked out again, which for so few sites takes little.

    Returns
    -------
    tuple
        All parts in the order of the list, and how many were there before.
    """
    warm(context)
    limit, count = context.study.money.sites, sum(taken.rows)
    parts, resumed = _all_parts(folder, taken, replace(context, of=count), priced=count <= limit)
    sites = sum(part.counts["sites"] for part in parts)
    if count > limit >= sites:
        return _all_parts(folder, taken, replace(context, of=sites), priced=True)
    return parts, resumed


def _all_parts(
    folder: Folder, taken: Taken, context: Context, *, priced: bool
) -> tuple[list[Part], int]:
    done = _done_before(folder, priced=priced)
    resumed, started, fresh = len(done), time.monotonic(), 0
    rows = sum(taken.rows[number] for number in done)
    tasks = _tasks(folder, taken, done.keys())
    for number, worked in folder.scheduler(tasks, work, context, folder.workers):
        done[number] = _written(folder, number, worked, priced=priced)
        rows += taken.rows[number]
        fresh += taken.rows[number]
        folder.progress(
            Step(
                "Working out sites",
                done=len(done),
                parts=len(taken.rows),
                rows=rows,
                all_rows=sum(taken.rows),
                fresh_rows=fresh,
                seconds=time.monotonic() - started,
            )
        )
        folder.log("part", number=number, **worked.counts)
    return [done[number] for number in sorted(done)], resumed


def _tasks(folder: Folder, taken: Taken, done: Any) -> Iterator[Task]:
    # The names are taken now, as `done` grows while the tasks are handed out.
    before = set(done)
    for number in range(len(taken.rows)):
        if number not in before:
            chunk = chunk_file(folder.work, number).read_bytes()
            yield number, (chunk, taken.repeated.get(number, ()))


def _files(folder: Folder, number: int, *, priced: bool) -> tuple[Path, Path]:
    kind = "priced" if priced else "plain"
    names = (f"sites-{kind}-{number:05d}.arrow", f"rejected-{kind}-{number:05d}.arrow")
    return folder.work / names[0], folder.work / names[1]


def _written(folder: Folder, number: int, worked: Worked, *, priced: bool) -> Part:
    sites, rejected = _files(folder, number, priced=priced)
    entry = {
        "done": "part",
        "number": number,
        "priced": priced,
        "counts": worked.counts,
        "sites": journal.write_whole(sites, worked.sites),
        "rejected": journal.write_whole(rejected, worked.rejected),
    }
    journal.add(folder.journal, entry)
    return Part(sites, rejected, worked.counts)


def _done_before(folder: Folder, *, priced: bool) -> dict[int, Part]:
    found = {}
    for entry in journal.entries(folder.journal):
        if entry["done"] != "part" or entry["priced"] != priced:
            continue
        sites, rejected = _files(folder, entry["number"], priced=priced)
        if journal.is_there(sites, entry["sites"]) and journal.is_there(
            rejected, entry["rejected"]
        ):
            found[entry["number"]] = Part(sites, rejected, entry["counts"])
    return found
