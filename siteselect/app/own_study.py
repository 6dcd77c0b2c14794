"""A study of this session only: edited text and uploaded files, which never leave its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from siteselect.errors import Fault, StudyError
from siteselect.study import Study
from siteselect.study_file import parse_study

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

UPLOADS = "uploads/"
"""What the paths of uploaded files begin with in an edited study."""
MOST_LETTERS = 400_000
"""Longest text of a study that is read."""
_NAME = "edited study"
_KEYS = ("path", "covers")


def paths_of(study: Study) -> frozenset[str]:
    """Name every file that a study reads, as it is written there."""
    named = {text for _, text in _named(study.model_dump(mode="json"))}
    return frozenset(named | set(study.packs))


def edited_study(
    text: str, opened: Study, uploads: Collection[str], packs: Collection[str]
) -> Study:
    """Validate the text of an edited study, and that it names no file but those it may read.

    Anybody may type here, so a path is taken only where the study that the server was given names
    it too, or where this session uploaded it.

    Parameters
    ----------
    text : the YAML text.
    opened : the study that it was edited from.
    uploads : names of the files that this session uploaded.
    packs : codes of the rule packs that are shipped.

    Raises
    ------
    StudyError
        With every fault.
    """
    if len(text) > MOST_LETTERS:
        cure = f"Keep it to {MOST_LETTERS:,} letters; long lists belong in files."
        raise StudyError(Fault(_NAME, "the text is too long", cure))
    study = parse_study(text, _NAME)
    allowed = paths_of(opened) | {UPLOADS + name for name in uploads}
    strange = [
        (where, path)
        for where, path in _named(study.model_dump(mode="json"))
        if path not in allowed
    ]
    strange += [("packs", name) for name in study.packs if name not in {*allowed, *packs}]
    if strange:
        raise StudyError([_unknown(where, path, uploads) for where, path in strange])
    return study


def located(study: Study, folder: Path | None) -> Study:
    """Write the paths of uploaded files as they are on the server."""
    if folder is None:
        return study
    declared = study.model_dump(mode="json")
    _rewrite(declared, lambda path: _on_server(path, folder))
    return Study.model_validate(declared)


def _on_server(path: str, folder: Path) -> str:
    if not path.startswith(UPLOADS):
        return path
    return str(folder / path.removeprefix(UPLOADS).replace("/", "_"))


def _unknown(where: str, path: str, uploads: Collection[str]) -> Fault:
    listed = ", ".join(sorted(UPLOADS + name for name in uploads)) or "none yet"
    cure = f"Name a file of the study that was opened, or upload one. Uploaded: {listed}."
    return Fault(_NAME, "no file that this session may read", cure, column=where, value=path)


def _named(part: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Find every path of a declared study, with the key under which it stands."""
    if isinstance(part, dict):
        for key, inner in part.items():
            at = f"{where}.{key}" if where else str(key)
            if key in _KEYS and isinstance(inner, str):
                yield at, inner
            else:
                yield from _named(inner, at)
    elif isinstance(part, list):
        for place, inner in enumerate(part):
            yield from _named(inner, f"{where}.{place}")


def _rewrite(part: Any, change: Callable[[str], str]) -> None:
    if isinstance(part, dict):
        for key, inner in part.items():
            if key in _KEYS and isinstance(inner, str):
                part[key] = change(inner)
            else:
                _rewrite(inner, change)
    elif isinstance(part, list):
        for inner in part:
            _rewrite(inner, change)
