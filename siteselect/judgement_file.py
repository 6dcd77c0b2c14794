"""Read a file of judgements: YAML in, validated judgements out, or every fault."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from siteselect.errors import Fault, StudyError
from siteselect.settings.judgements import Judgements
from siteselect.study_file import load_plain

LARGEST_BYTES = 1_000_000


def load_judgements(path: Path) -> Judgements:
    """Read and validate a file of judgements.

    Raises
    ------
    StudyError
        With every fault of the file.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            cure = "Judgements of people take a page; is this the right file?"
            raise StudyError(Fault(str(path), "the file is too large", cure))
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise StudyError(Fault(str(path), "no such file", "Check the path.")) from None
    except (OSError, UnicodeDecodeError) as error:
        problem = f"cannot be read: {error}"
        raise StudyError(Fault(str(path), problem, "Give a YAML file in UTF-8.")) from None
    return parse_judgements(text, str(path))


def parse_judgements(text: str, name: str = "judgements") -> Judgements:
    """Validate the text of a file of judgements; see `load_judgements`."""
    try:
        _, document = load_plain(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        cure = "Indent with spaces and quote text that holds ': ' or '#'."
        row = None if mark is None else f"{mark.line + 1} (line)"
        raise StudyError(Fault(name, f"not valid YAML: {problem}", cure, row=row)) from None
    if not isinstance(document, dict):
        cure = "Give `groups:` with a `method:`; see `siteselect weigh --help`."
        raise StudyError(Fault(name, "judgements are a list of `key: value` lines", cure))
    try:
        return Judgements.model_validate(document)
    except ValidationError as error:
        raise StudyError(
            [
                Fault(
                    name,
                    str(detail["msg"]).removeprefix("Value error, "),
                    "Correct it; `siteselect weigh --help` shows each method.",
                    column=".".join(str(part) for part in detail["loc"]) or None,
                    value=_shown(detail.get("input")),
                )
                for detail in error.errors(include_url=False)
            ]
        ) from None


def _shown(value: object) -> str | None:
    return str(value) if isinstance(value, str | int | float | bool) else None
