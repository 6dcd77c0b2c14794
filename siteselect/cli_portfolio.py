"""The command that chooses several sites together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siteselect.cli_options import (
    EXIT_NOTHING,
    AsJson,
    DataFolder,
    Preset,
    StudyFile,
    Weight,
    assessed,
    print_json,
    reweighed,
    study_at,
)
from siteselect.errors import Fault, StudyError

if TYPE_CHECKING:
    from siteselect.planning.plan import SitePlan
    from siteselect.settings.portfolio import Plan


def portfolio(  # noqa: PLR0913, PLR0917 - one parameter is one option of the command
    study: StudyFile,
    data: DataFolder = None,
    count: Annotated[int | None, typer.Option("--count", help="How many new sites.")] = None,
    budget: Annotated[
        float | None, typer.Option("--budget", help="What all of it may cost, in GBP.")
    ] = None,
    objective: Annotated[
        str | None, typer.Option("--objective", help="value, npv, carbon or coverage.")
    ] = None,
    spacing: Annotated[
        float | None, typer.Option("--spacing", help="Least distance between sites, in m.")
    ] = None,
    preset: Preset = None,
    weight: Weight = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write the plan into.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Choose several sites together, under what they share, and say why not others.

    What the study says under `portfolio` holds; options given here come before it.

    Example: siteselect portfolio data/helsinki/study.yaml --count 4 --spacing 300
    """
    from siteselect.console import working  # noqa: PLC0415 - seconds of imports
    from siteselect.console_portfolio import show_plan  # noqa: PLC0415
    from siteselect.planning.plan import site_plan  # noqa: PLC0415
    from siteselect.planning.told import plan_told  # noqa: PLC0415

    given = {
        "count": count,
        "budget_gbp": budget,
        "objective": objective,
        "spacing_m": spacing,
    }
    wanted = plan_with(study_at(study).portfolio, given)
    with working() as progress:
        assessment = reweighed(assessed(study, data, progress, opinions=False), preset, weight)
        progress("Choosing the sites")
        told = site_plan(assessment, wanted)
    if out is not None:
        write_plan(told, out)
    if as_json:
        print_json(plan_told(told))
    else:
        show_plan(told)
    if not told.choice.found:
        raise typer.Exit(EXIT_NOTHING)


def plan_with(stated: Plan | None, given: dict[str, Any]) -> Plan:
    """Put what was given on the command line before what the study states.

    Raises
    ------
    StudyError
        Together they are no plan.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - slow to load

    from siteselect.settings.portfolio import Plan  # noqa: PLC0415

    changed = {name: value for name, value in given.items() if value is not None}
    document = {} if stated is None else stated.model_dump()
    if "count" in changed:
        document["fill"] = False
    if "budget_gbp" in changed and "count" not in changed:
        # A budget asks how many; the study's own number would answer before it is asked.
        document["count"] = None
    try:
        return Plan.model_validate({**document, **changed})
    except ValidationError as error:
        faults = [
            Fault(
                "portfolio",
                str(fault["msg"]).removeprefix("Value error, "),
                "Give it in the study under `portfolio`, or as an option.",
                column=".".join(str(part) for part in fault["loc"]) or None,
            )
            for fault in error.errors()
        ]
        raise StudyError(faults) from None


def write_plan(told: SitePlan, out: Path) -> None:
    """Write a plan into a folder: portfolio.json and its tables."""
    from siteselect.planning.told import plan_told, tables  # noqa: PLC0415
    from siteselect.report.tables import safe_csv  # noqa: PLC0415
    from siteselect.starter import write_text  # noqa: PLC0415

    text = json.dumps(plan_told(told), indent=2, ensure_ascii=False) + "\n"
    write_text(out / "portfolio.json", text)
    for name, table in tables(told).items():
        write_text(out / name, safe_csv(table))
