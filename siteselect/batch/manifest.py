"""What a batch says of itself: inputs, model, counts, and the hash of every file."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from siteselect.batch.journal import is_there
from siteselect.batch.readers import hash_of
from siteselect.run_model import model_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from siteselect.batch.context import Context

MANIFEST = "manifest.json"


def manifest_of(
    context: Context,
    basis: Mapping[str, Any],
    counts: Mapping[str, int],
    parts: Sequence[Mapping[str, Any]],
    written: Sequence[Path],
) -> dict[str, Any]:
    """Describe a batch; the times of the run are left out, as they would make equal runs differ."""
    study = context.study
    return {
        "siteselect": basis["siteselect"],
        "program": basis["program"],
        "python": basis["python"],
        "libraries": basis["libraries"],
        "study": {
            "name": study.name,
            "title": study.title,
            "date": study.date.isoformat(),
            "sha256": basis["study"],
            "seed": study.seed,
            "declared": study.model_dump(mode="json"),
        },
        "model": model_of(
            context.criteria,
            context.tree,
            context.weights,
            context.unknown_low,
            context.unknown_high,
        ),
        "packs": basis["packs"],
        "inputs": [
            {"layer": layer, **asdict(birth)} for layer, birth in context.territory.provenance
        ],
        "candidates": basis["candidates"],
        "options": basis["options"],
        "counts": dict(counts),
        "parts": [dict(part) for part in parts],
        "outputs": {file.name: hash_of(file) for file in written},
        "disclaimer": "A screening, not legal advice and not a design.",
    }


def text_of(manifest: Mapping[str, Any]) -> str:
    """Write a manifest down."""
    return json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def still_whole(out: Path) -> dict[str, Any] | None:
    """Read the manifest of a batch that is complete; None where any of its files is not as it was.

    A manifest is written last, so that without one a batch was ended before its end.
    """
    try:
        found: dict[str, Any] = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    files = found["outputs"] | {part["file"]: part["sha256"] for part in found["parts"]}
    return found if all(is_there(out / name, sha256) for name, sha256 in files.items()) else None
