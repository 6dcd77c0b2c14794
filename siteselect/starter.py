"""A first study file, to be filled in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from siteselect.errors import Fault, RunError

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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        study.write_text(text, encoding="utf-8", newline="\n")
        (folder / "study.schema.json").write_text(_schema(), encoding="utf-8", newline="\n")
        (folder / "candidates.csv").write_text(CANDIDATES, encoding="utf-8", newline="\n")
    except OSError as error:
        raise RunError(
            Fault(str(folder), f"cannot be written: {error.strerror}", "Choose another folder.")
        ) from None
    return study


def _schema() -> str:
    import json  # noqa: PLC0415

    from siteselect.study import study_schema  # noqa: PLC0415 - pydantic takes a while to load

    return json.dumps(study_schema(), indent=2, ensure_ascii=False) + "\n"
