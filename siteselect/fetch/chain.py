"""One fetch from request to ready study: steps in order, a journal line each, then the study."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from siteselect.assess import inventory
from siteselect.errors import Fault, SiteselectError, SourceError, StudyError
from siteselect.fetch import boundary, journal
from siteselect.fetch.files import put_text, sha256_of, sweep
from siteselect.fetch.journal import Entry, Failure, Status
from siteselect.fetch.report import REPORT, REPORT_JSON, Told, report_json, report_text
from siteselect.fetch.request import Request, check, line_of
from siteselect.fetch.step import Context, Parcel, Progress, Step, failures_of, guarded
from siteselect.fetch.steps import STEPS
from siteselect.fetch.study_text import study_text
from siteselect.starter import schema_text
from siteselect.study_file import load_study

if TYPE_CHECKING:
    from siteselect.portals.client import Client

STUDY = "study.yaml"
BESIDE = "study.fetched.yaml"
"""Where the study goes when somebody has edited the one that is there."""
FORMAT = 1
"""Number of this way of keeping files; raised when a step writes them otherwise."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch left: the study, the report beside it, and what became of every step.

    `faults` are those that keep the study from being assessed; none where it is ready.
    """

    study: Path
    report: Path
    told: tuple[Told, ...]
    faults: tuple[Fault, ...]
    notices: tuple[str, ...]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """List everything that was asked for and did not come."""
        return tuple(failure for told in self.told for failure in told.entry.failures)


def fetch(
    request: Request,
    folder: Path,
    client: Client,
    *,
    today: date,
    urls: Mapping[str, str] | None = None,
    progress: Progress = lambda _: None,
    steps: Sequence[Step] = STEPS,
) -> Fetched:
    """Build a study of a place, or go on with one that was interrupted.

    Steps that are done as asked, and whose files are unchanged, are not repeated. A step that
    fails leaves its layers out and is reported; if it had succeeded before, what it brought then
    is kept.

    Parameters
    ----------
    request : which place.
    folder : folder of the study; made when needed.
    client : how portals are asked (`siteselect.portals.web.Client`).
    today : day of retrieval that provenance shows.
    urls : other addresses of providers, by name; see `services.addresses`.
    progress : told in one sentence what is being done.
    steps : what is fetched, in order.

    Raises
    ------
    StudyError
        The request cannot be carried out; nothing was written.
    SourceError
        Boundary or streets could not be had; the report says why.
    RunError
        The folder cannot be written.
    """
    check(request)
    _check_refresh(request, steps)
    sweep(folder)
    context = Context(request, folder, today.isoformat(), client, progress, urls or {})
    told: list[Told] = []
    past = journal.read(folder)
    for step in steps:
        told.append(_stepped(step, context, past))
        entry = told[-1].entry
        if step.essential and entry.status == "failed":
            _write_reports(folder, request, told, (), "")
            raise SourceError(
                Fault(failure.asked, failure.reason, failure.cure) for failure in entry.failures
            )
        if step.name == boundary.STEP.name:
            context = replace(context, where=boundary.locate(entry, context))
    study, notices = _write_study(context, told, past)
    progress("Checking the study")
    faults = _faults(study)
    written = "" if study.name == STUDY else study.name
    _write_reports(folder, request, told, faults, written)
    return Fetched(study, folder / REPORT, tuple(told), faults, notices)


def _stepped(step: Step, context: Context, past: Sequence[Entry]) -> Told:
    """Take what the step brought before, or run it and note what became of it."""
    why_not = step.skips(context)
    key = "" if why_not else _key(step, context)
    before = None if why_not else journal.finished(past, step.name, key, context.folder)
    if before is not None and before.status == "done" and step.name not in context.request.refresh:
        context.progress(f"{step.title}: already there")
        return Told(step.name, step.title, step.asks, before, "kept")
    if why_not:
        entry = Entry(step.name, "skipped", "", context.today, notices=(why_not,), when=_now())
        last = next((one for one in reversed(past) if one.step == step.name), None)
        if last is None or last.notices != entry.notices:
            journal.append(context.folder, entry)
        return Told(step.name, step.title, step.asks, entry, "")
    context.progress(f"{step.title}: asking {step.asks}")
    try:
        parcel = guarded(lambda: step.run(context))
    except SiteselectError as error:
        parcel = Parcel(failures=failures_of(step.asks, error))
    entry = _entry(step, key, replace(parcel, failures=_merged(parcel.failures)), context)
    journal.append(context.folder, entry)
    if entry.status == "failed" and before is not None:
        kept = replace(before, failures=entry.failures)
        return Told(step.name, step.title, step.asks, kept, "older")
    return Told(step.name, step.title, step.asks, entry, "")


def _merged(failures: Sequence[Failure]) -> tuple[Failure, ...]:
    """Tell once what several services said alike, as when the network is away."""
    asked: dict[tuple[str, str], list[str]] = {}
    for failure in failures:
        asked.setdefault((failure.reason, failure.cure), []).append(failure.asked)
    return tuple(
        Failure(line_of("; ".join(names)), reason, cure) for (reason, cure), names in asked.items()
    )


def _entry(step: Step, key: str, parcel: Parcel, context: Context) -> Entry:
    status: Status = "done"
    if parcel.failures:
        status = "partial" if parcel.files else "failed"
    return Entry(
        step=step.name,
        status=status,
        key=key,
        retrieved=context.today,
        files=parcel.files,
        failures=parcel.failures,
        notices=parcel.notices,
        facts=parcel.facts,
        when=_now(),
    )


def _write_study(
    context: Context, told: Sequence[Told], past: Sequence[Entry]
) -> tuple[Path, tuple[str, ...]]:
    """Write the study; one that somebody has edited is left alone, and ours goes beside it."""
    text = study_text(context, told)
    folder = context.folder
    put_text(folder, "study.schema.json", schema_text())
    digest = hashlib.sha256(text.encode()).hexdigest()
    before = {str(entry.facts.get("sha256")) for entry in past if entry.step == "study"}
    there = sha256_of(folder / STUDY)
    name = STUDY
    notices: tuple[str, ...] = ()
    if there and there not in {*before, digest}:
        name = BESIDE
        notices = (f"{STUDY} has been edited and was left alone; the new one is {BESIDE}.",)
    elif digest not in before:
        # The line comes first: a run killed in between must not take its own study for an edit.
        facts = {"sha256": digest}
        journal.append(folder, Entry("study", "done", "", context.today, facts=facts, when=_now()))
    put_text(folder, name, text)
    return folder / name, notices


def _faults(study: Path) -> tuple[Fault, ...]:
    try:
        inventory(load_study(study), study.parent)
    except SiteselectError as error:
        return error.faults
    return ()


def _write_reports(
    folder: Path, request: Request, told: Sequence[Told], faults: Sequence[Fault], beside: str
) -> None:
    put_text(folder, REPORT, report_text(request, told, faults, beside or STUDY))
    put_text(folder, REPORT_JSON, report_json(request, told, faults, beside or STUDY))


def _key(step: Step, context: Context) -> str:
    asked = {"format": FORMAT, "step": step.name, **step.key(context)}
    text = json.dumps(asked, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _check_refresh(request: Request, steps: Sequence[Step]) -> None:
    names = [step.name for step in steps]
    faults = [
        Fault("--refresh", "no such step", f"Steps: {', '.join(names)}.", value=name)
        for name in request.refresh
        if name not in names
    ]
    if faults:
        raise StudyError(faults)
