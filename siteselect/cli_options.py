"""What the commands share: their options, and the way from an argument to an assessment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siteselect.errors import Fault, StudyError

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.study import Study

EXIT_INPUT = 2
"""The input has faults; all of them are listed."""
EXIT_NOTHING = 3
"""The run is complete, but no site may be ranked."""

StudyFile = Annotated[Path, typer.Argument(metavar="STUDY", help="Study file (YAML).")]
DataFolder = Annotated[
    Path | None,
    typer.Option("--data", help="Second folder in which the study's files are looked for."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Top = Annotated[int, typer.Option("--top", min=1, help="How many sites to print.")]
Preset = Annotated[
    str | None, typer.Option("--preset", help="Named weights of the study to rank with.")
]
Weight = Annotated[
    list[str] | None,
    typer.Option("--weight", help="Swing of a group, GROUP=0..100; may be repeated."),
]


def study_at(path: Path) -> Study:
    """Load the study of an argument."""
    from siteselect.study_file import load_study  # noqa: PLC0415 - pydantic takes a while to load

    return load_study(path)


def assessed(path: Path, data: Path | None, progress: Any, *, opinions: bool = True) -> Assessment:
    """Assess the study of an argument."""
    from siteselect.assess import assess  # noqa: PLC0415 - seconds of imports

    study = study_at(path)
    return assess(study, path.parent, data=data, opinions=opinions, progress=progress)


def reweighed(assessment: Assessment, preset: str | None, weights: list[str] | None) -> Assessment:
    """Rank again under a preset and single weights.

    Raises
    ------
    StudyError
        No such preset or group, or a swing out of range.
    """
    from siteselect.assess import reweigh  # noqa: PLC0415 - seconds of imports

    swings: dict[str, float] = {}
    if preset is not None:
        if preset not in assessment.study.presets:
            known = ", ".join(sorted(assessment.study.presets)) or "none"
            raise StudyError(
                Fault("--preset", "no such preset", f"The study has: {known}.", value=preset)
            )
        swings |= assessment.study.presets[preset]
    for given in weights or []:
        swings |= _swing(given, assessment)
    return reweigh(assessment, swings) if swings else assessment


def _swing(given: str, assessment: Assessment) -> dict[str, float]:
    group, _, number = given.partition("=")
    try:
        swing = float(number)
    except ValueError:
        swing = -1.0
    if group not in assessment.tree or not 0 <= swing <= 100:  # noqa: PLR2004 - swings are 0 to 100
        cure = f"Write GROUP=0..100; groups: {', '.join(assessment.tree)}."
        raise StudyError(Fault("--weight", "not a group with a swing", cure, value=given))
    return {group: swing}


def check_site(assessment: Assessment, site: str) -> None:
    """Refuse a site that the study does not have, and suggest near names.

    Raises
    ------
    StudyError
        There is no such site.
    """
    import difflib  # noqa: PLC0415

    if site not in assessment.sites.index:
        near = difflib.get_close_matches(site, list(assessment.sites.index), n=3)
        cure = f"Did you mean {' or '.join(near)}?" if near else "`siteselect rank` lists them."
        raise StudyError(Fault("SITE", "no such site in the study", cure, value=site))


def rows_of(assessment: Assessment, top: int) -> list[dict[str, Any]]:
    """Give the leading rows of the ranking as plain data."""
    from siteselect.report.tables import ranking_table  # noqa: PLC0415 - seconds of imports

    rows: list[dict[str, Any]] = json.loads(
        ranking_table(assessment).head(top).reset_index().to_json(orient="records")
    )
    return rows


def print_json(content: Any) -> None:
    """Print plain data as JSON on the output."""
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def exit_if_nothing(assessment: Assessment) -> None:
    """Leave with the exit code that says so when every site fails a rule."""
    if not assessment.eligible.any():
        typer.echo("Every site fails a rule; see the findings.", err=True)
        raise typer.Exit(EXIT_NOTHING)
