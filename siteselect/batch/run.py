"""A batch: any number of candidates, worked out in parts that are never worked out twice."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, get_args

from siteselect.batch import journal
from siteselect.batch.basis import basis_of, refuse_other
from siteselect.batch.context import list_given, make_context
from siteselect.batch.expression import check
from siteselect.batch.finish import finish
from siteselect.batch.folder import Folder, clear, clear_results, make_room, unwritten
from siteselect.batch.intake import entry_of, take_in, taken_before
from siteselect.batch.manifest import still_whole
from siteselect.batch.phase import work_out
from siteselect.batch.read_parquet import shown
from siteselect.batch.readers import STDIN, keep_stdin, reader_of
from siteselect.batch.records import BatchResult, Step
from siteselect.batch.schedule import cores, here
from siteselect.batch.seal import Form, sealed_schema
from siteselect.batch.table import schema_of
from siteselect.errors import Fault, RunError, SiteselectError, StudyError
from siteselect.study_file import load_study

if TYPE_CHECKING:
    from siteselect.batch.context import Context
    from siteselect.batch.intake import Taken
    from siteselect.batch.records import Chunk
    from siteselect.batch.schedule import Scheduler

PARTITION_ROWS = 50_000
"""Rows of a part: some seconds of work, and some hundred megabytes of a worker's memory."""
TOP = 100
"""Leading sites that are written by themselves."""
CONDITIONS = ("rejected", "no-site", "unknown")
"""What a caller may want to fail on: rejected rows; no ranked site; an unknown measure among the
leading sites."""


def run_batch(  # noqa: PLR0913 - every option of the command, each with its default
    candidates: str | Path,
    study: Path,
    out: Path,
    *,
    data: Path | None = None,
    crs: str | None = None,
    form: Form = "parquet",
    top: int = TOP,
    where: str | None = None,
    fail_on: Collection[str] = (),
    partition_rows: int = PARTITION_ROWS,
    workers: int | None = None,
    restart: bool = False,
    scheduler: Scheduler = here,
    progress: Callable[[Step], None] = lambda _: None,
    stdin: BinaryIO | None = None,
) -> BatchResult:
    """Work out a list of candidates of any length; repeated, it goes on where it was ended.

    Parameters
    ----------
    candidates : file, folder or URL of the list; `-` for standard input. It takes the place of
        the study's own lists.
    study : file of the study.
    out : folder of the results; made if absent.
    data : second folder in which the study's files are looked for.
    crs : CRS of the list, where it states none.
    form : how the sites are written.
    top : number of leading sites that are written by themselves.
    where : which sites may be among them, as a comparison of columns.
    fail_on : of `CONDITIONS`; those that hold are in the result's `failed`.
    partition_rows : rows of a part. No number depends on it.
    workers : processes; as many as there are cores if left out. No byte depends on it.
    restart : forget an earlier attempt in the folder.
    scheduler : where parts are worked out.
    progress : told how far it is.
    stdin : where `-` is read from; standard input if left out.

    Raises
    ------
    StudyError, InputError, SourceError, RuleError
        The study, a layer or the list as a whole is faulty.
    RunError
        The folder holds something else, cannot be written, or was begun with other inputs.
    """
    _check_options(form, top, partition_rows, workers, fail_on)
    loaded = load_study(study)
    folder = Folder(out, progress, scheduler, workers or cores(), form, top, where)
    try:
        make_room(out)
        with journal.alone(out):
            if restart:
                clear(out)
            # Looked for before layers are read: a wrong name should not take a minute to refuse.
            location = _location(candidates, out, stdin)
            reader = reader_of(location)
            progress(Step("Reading the layers"))
            file = list_given(Path(shown(location)).name, loaded, crs)
            context = make_context(loaded, study.parent, data, file)
            if where is not None:
                check(where, sealed_schema(schema_of(context)))
            options = {"crs": crs, "format": form, "top": top, "where": where}
            options["partition_rows"] = partition_rows
            basis = basis_of(context, reader.identify(location), options)
            entries = _begun(folder, basis)
            manifest = still_whole(out)
            resumed = len(manifest["parts"]) if manifest else 0
            if manifest is None:
                for place in (folder.work, folder.sites):
                    place.mkdir(exist_ok=True)
                folder.log("start", candidates=shown(location), workers=folder.workers)
                taken = _taken(folder, entries, context, reader.read(location, partition_rows))
                parts, resumed = work_out(folder, taken, context)
                manifest = finish(folder, context, basis, parts)
                folder.log("done", **manifest["counts"])
            shutil.rmtree(folder.work, ignore_errors=True)
            return _result(out, manifest, resumed, fail_on)
    except SiteselectError as error:
        if folder.journal.is_file():
            folder.log("stopped", faults=[str(fault) for fault in error.faults[:20]])
        raise
    except OSError as error:
        raise RunError(unwritten(out, error)) from None


def _check_options(
    form: str, top: int, partition_rows: int, workers: int | None, fail_on: Collection[str]
) -> None:
    faults = [
        Fault(f"--{name}", "not a possible value", cure, value=str(value))
        for name, value, fine, cure in (
            ("format", form, form in get_args(Form), f"Choose {' or '.join(get_args(Form))}."),
            ("top", top, top >= 1, "Give 1 or more."),
            ("partition-rows", partition_rows, partition_rows >= 1, "Give 1 or more."),
            ("workers", workers, workers is None or workers >= 1, "Give 1 or more."),
            *(
                ("fail-on", one, one in CONDITIONS, f"Choose from: {', '.join(CONDITIONS)}.")
                for one in fail_on
            ),
        )
        if not fine
    ]
    if faults:
        raise StudyError(faults)


def _location(candidates: str | Path, out: Path, stdin: BinaryIO | None) -> str:
    """Name the list; standard input is kept on the disk, as a pipe gives its bytes only once."""
    if str(candidates) != STDIN:
        return str(candidates)
    return str(keep_stdin(sys.stdin.buffer if stdin is None else stdin, out))


def _begun(folder: Folder, basis: dict[str, Any]) -> list[dict[str, Any]]:
    """Read what was done before with the same inputs, and begin the journal if nothing was."""
    entries = journal.entries(folder.journal)
    if entries:
        refuse_other(entries[0].get("basis", {}), basis, folder.out)
        return entries
    # A --restart that was killed may have left files that the journal no longer tells of.
    clear_results(folder.out)
    journal.add(folder.journal, {"done": "basis", "basis": basis})
    return []


def _taken(
    folder: Folder, entries: list[dict[str, Any]], context: Context, chunks: Iterator[Chunk]
) -> Taken:
    for entry in entries:
        if entry["done"] == "list" and (before := taken_before(entry, folder.work)) is not None:
            return before

    def told(parts: int, rows: int) -> None:
        folder.progress(Step("Reading the list", done=parts, rows=rows))

    taken = take_in(chunks, context.file, folder.work, told)
    journal.add(folder.journal, entry_of(taken))
    return taken


def _result(
    out: Path, manifest: Mapping[str, Any], resumed: int, fail_on: Collection[str]
) -> BatchResult:
    counts = manifest["counts"]
    holding = {
        "rejected": counts["rejected"] > 0,
        "no-site": counts["ranked"] == 0,
        "unknown": counts["unknown_in_top"] > 0,
    }
    return BatchResult(
        out=out,
        **{name: counts[name] for name in counts if name != "faults"},
        parts=len(manifest["parts"]),
        resumed=resumed,
        failed=tuple(one for one in CONDITIONS if one in fail_on and holding[one]),
        manifest=dict(manifest),
    )
