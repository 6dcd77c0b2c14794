"""A first study file, to be filled in."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from siteselect.errors import Fault, RunError
from siteselect.study import study_schema

CANDIDATES = "site_id,name,kind,lon,lat\nsite-1,Name of the first place,car_park,-1.2345,52.3456\n"


def write_starter(folder: Path, crs: str) -> Path:
    """Write a commented study and an example candidate list into a new folder.

    Raises
    ------
    RunError
        The folder already holds a study, or cannot be written.
    """
    name = "".join(
        letter if letter.isalnum() and letter.isascii() else "-"
        for letter in folder.resolve().name.lower()
    ).strip("-")
    study = folder / "study.yaml"
    if study.exists():
        raise RunError(Fault(str(study), "there is a study already", "Choose another folder."))
    text = files("siteselect.catalogue").joinpath("starter.yaml").read_text(encoding="utf-8")
    text = text.replace("{name}", name[:60] or "study").replace("{crs}", crs)
    write_text(study, text)
    write_text(folder / "study.schema.json", schema_text())
    write_text(folder / "candidates.csv", CANDIDATES)
    return study


def schema_text() -> str:
    """Give the JSON schema of a study as the text of a file."""
    return json.dumps(study_schema(), indent=2, ensure_ascii=False) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write a text file, with the folders above it.

    Raises
    ------
    RunError
        It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise RunError(
            Fault(str(path), f"cannot be written: {error.strerror}", "Choose another place.")
        ) from None
