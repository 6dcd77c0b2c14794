"""What was asked of whom, what came, what did not and how to cure it: Markdown and JSON."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from siteselect.errors import Fault
from siteselect.fetch.journal import Entry
from siteselect.fetch.request import Request, line_of

REPORT = "fetch-report.md"
REPORT_JSON = "fetch-report.json"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a step.

    `age` says whether it was there before (kept), or was to be renewed and could not (older).
    """

    step: str
    title: str
    asks: str
    entry: Entry
    age: Literal["", "kept", "older"]


def report_text(request: Request, told: Sequence[Told], faults: Sequence[Fault], study: str) -> str:
    """Write the report for people."""
    lines = [
        f"# What was fetched for {_cell(request.name)}",
        "",
        f"Asked for: {_cell(_asked(request))}. The study is `{study}`.",
        "",
        "| step | asked | came |",
        "|---|---|---|",
    ]
    lines += [
        f"| {_cell(one.title)} | {_cell(one.asks)} | {_cell(coverage(one))} |" for one in told
    ]
    lines += ["", *_failed(told), *_notices(told), *_unfit(faults), *_files(told)]
    return "\n".join(lines).rstrip() + "\n"


def report_json(request: Request, told: Sequence[Told], faults: Sequence[Fault], study: str) -> str:
    """Write the report for programs."""
    document = {
        "name": request.name,
        "asked": _asked(request),
        "study": study,
        "ready": not faults,
        "steps": [_plain(one) for one in told],
        "faults": [str(fault) for fault in faults],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def coverage(one: Told) -> str:
    """Say in one line what a step brought."""
    counts: dict[str, int] = {}
    for kept in one.entry.files:
        for layer, rows in kept.layers.items():
            counts[layer] = counts.get(layer, 0) + rows
    if counts:
        text = ", ".join(f"{rows} {layer.replace('_', ' ')}" for layer, rows in counts.items())
    elif one.entry.files:
        text = ", ".join(kept.path for kept in one.entry.files)
    else:
        return "not asked" if one.entry.status == "skipped" else "nothing"
    return text + (" (of an earlier fetch)" if one.age == "older" else "")


def _files(told: Sequence[Told]) -> list[str]:
    """List every file with its origin, which the licences ask for."""
    lines = [
        "| "
        + " | ".join(
            _cell(text)
            for text in (
                kept.path,
                kept.provenance.source,
                kept.provenance.date,
                one.entry.retrieved,
                kept.provenance.licence,
                kept.provenance.attribution,
                kept.sha256[:16],
            )
        )
        + " |"
        for one in told
        for kept in one.entry.files
    ]
    head = "| file | source | date | fetched | licence | to be credited | SHA-256 begins |"
    return ["## Files", "", head, "|---|---|---|---|---|---|---|", *lines] if lines else []


def _failed(told: Sequence[Told]) -> list[str]:
    lines = [
        f"* **{_cell(one.title)}**, {_cell(failure.asked)}: {_cell(failure.reason)}. "
        f"To do: {_cell(failure.cure)}"
        for one in told
        for failure in one.entry.failures
    ]
    return ["## What did not come", "", *lines, ""] if lines else []


def _notices(told: Sequence[Told]) -> list[str]:
    lines = [
        f"* {_cell(one.title)}: {_cell(notice)}" for one in told for notice in one.entry.notices
    ]
    return ["## To know", "", *lines, ""] if lines else []


def _unfit(faults: Sequence[Fault]) -> list[str]:
    if not faults:
        return []
    lines = [f"* {_cell(str(fault))}" for fault in faults]
    return ["## What keeps the study from being assessed", "", *lines, ""]


def _asked(request: Request) -> str:
    parts = [
        line_of(request.place),
        "" if request.around_km is None else f"{request.around_km:g} km round it",
        "" if request.bbox is None else "box " + ", ".join(f"{edge:g}" for edge in request.bbox),
        "" if request.pbf is None else f"from {request.pbf.name}",
    ]
    return ", ".join(part for part in parts if part)


def _plain(one: Told) -> dict[str, Any]:
    entry = one.entry
    return {
        "step": one.step,
        "title": one.title,
        "asked": one.asks,
        "status": entry.status,
        "retrieved": entry.retrieved,
        "older": one.age == "older",
        "files": [
            {
                "path": kept.path,
                "sha256": kept.sha256,
                "layers": dict(kept.layers),
                "covers": kept.covers,
                "kinds": list(kept.kinds),
                "source": kept.provenance.source,
                "date": kept.provenance.date,
                "licence": kept.provenance.licence,
                "attribution": kept.provenance.attribution,
                "url": kept.provenance.url,
            }
            for kept in entry.files
        ],
        "failures": [
            {"asked": failure.asked, "reason": failure.reason, "cure": failure.cure}
            for failure in entry.failures
        ],
        "notices": list(entry.notices),
    }


def _cell(text: str) -> str:
    """Write text from outside into Markdown: one line, with nothing that Markdown or HTML reads."""
    return re.sub(r"([\\`*_{}\[\]|#!~])", r"\\\1", html.escape(line_of(text, 500), quote=False))
