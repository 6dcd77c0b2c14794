"""The commands about the decision: how firm the order is, and what to find out first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from siteselect.cli_options import (
    AsJson,
    DataFolder,
    Preset,
    StudyFile,
    Top,
    Weight,
    assessed,
    exit_if_nothing,
    print_json,
    reweighed,
    study_at,
)
from siteselect.errors import Fault, StudyError

if TYPE_CHECKING:
    from siteselect.settings.robustness import Robustness


def robust(
    study: StudyFile,
    data: DataFolder = None,
    draws: Annotated[
        int | None, typer.Option("--draws", help="Draws of weights and measures, 100 or more.")
    ] = None,
    sure: Annotated[
        str | None,
        typer.Option("--sure", help="How sure you are of the weights: very, fairly, hardly, not."),
    ] = None,
    top: Top = 10,
    preset: Preset = None,
    weight: Weight = None,
    as_json: AsJson = False,
) -> None:
    """Say how firm the order is, and what to find out before money is committed.

    Example: siteselect robust data/helsinki/study.yaml --sure hardly
    """
    from siteselect.console import working  # noqa: PLC0415 - seconds of imports
    from siteselect.console_decision import robust_told, show_robust  # noqa: PLC0415
    from siteselect.decision.next_check import next_checks  # noqa: PLC0415
    from siteselect.decision.robustness import robustness_of  # noqa: PLC0415

    settings = _asked(study_at(study).robustness, draws, sure)
    with working() as progress:
        assessment = reweighed(assessed(study, data, progress, opinions=False), preset, weight)
        exit_if_nothing(assessment)
        progress("Drawing weights and measures")
        found = robustness_of(assessment, settings)
        checked = next_checks(assessment, settings)
    if found is None:
        return
    if as_json:
        print_json(robust_told(found, checked, top))
    else:
        show_robust(assessment, found, checked, top)


def _asked(settings: Robustness, draws: int | None, sure: str | None) -> Robustness:
    """Put what was asked for in place of what the study says; a number is a spread.

    Raises
    ------
    StudyError
        There is no such word, or a number is out of range.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - loads pydantic

    asked: dict[str, object] = {"draws": draws, "sureness": _number_or_word(sure)}
    given = {name: value for name, value in asked.items() if value is not None}
    if sure is not None:
        given |= {"known": "stated", "order": (), "intervals": {}}
    try:
        return type(settings).model_validate(settings.model_dump() | given)
    except ValidationError:
        shown = ", ".join(f"{name} {value}" for name, value in given.items())
        cure = "Give 100 draws or more, and very, fairly, hardly, not or a spread above 0, to 1."
        raise StudyError(Fault("robust", "no such setting", cure, value=shown)) from None


def _number_or_word(sure: str | None) -> float | str | None:
    try:
        return None if sure is None else float(sure)
    except ValueError:
        return sure
