"""What a batch rests on; a later attempt goes on only where all of it is still the same."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import siteselect
from siteselect.compliance.fingerprints import pack_fingerprints
from siteselect.errors import Fault, RunError
from siteselect.program import program_hash
from siteselect.runs import LIBRARIES
from siteselect.study import study_hash

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from siteselect.batch.context import Context

NAMES = {
    "siteselect": "the version of siteselect",
    "program": "the files of siteselect",
    "python": "the version of Python",
    "libraries": "versions of libraries",
    "study": "the study",
    "packs": "rule packs",
    "layers": "files of the layers",
    "candidates": "the list of candidates",
    "options": "options of the command",
}


def basis_of(
    context: Context, candidates: Mapping[str, str], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Gather all that the bytes of the results follow from."""
    study = context.study
    layers = {
        f"{layer}: {birth.file}": birth.sha256 for layer, birth in context.territory.provenance
    }
    return {
        "siteselect": siteselect.__version__,
        "program": program_hash(),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "libraries": {name: version(name) for name in LIBRARIES},
        "study": study_hash(study),
        "packs": {
            str(one["code"]): one["sha256"] for one in pack_fingerprints(context.packs, study.date)
        },
        "layers": layers,
        "candidates": dict(candidates),
        "options": dict(options),
    }


def refuse_other(before: Mapping[str, Any], now: Mapping[str, Any], out: Path) -> None:
    """Refuse to go on with something else than what was begun.

    Raises
    ------
    RunError
        Anything differs; the faults say what.
    """
    cure = "Restore it, begin again with --restart, or choose another folder."
    faults = []
    for key, name in NAMES.items():
        was, found = before.get(key), now[key]
        if was != found:
            changed = _difference(was, found)
            faults.append(
                Fault(
                    str(out), f"the batch begun there had other inputs: {name}", cure, value=changed
                )
            )
    if faults:
        raise RunError(faults)


def _difference(was: Any, found: Any) -> str:
    if not isinstance(was, dict) or not isinstance(found, dict):
        return f"{str(was)[:20]} then, {str(found)[:20]} now"
    keys = sorted(key for key in was.keys() | found.keys() if was.get(key) != found.get(key))
    return ", ".join(f"{key}: {_short(was.get(key))} -> {_short(found.get(key))}" for key in keys)


def _short(value: Any) -> str:
    return "none" if value is None else str(value)[:12]
