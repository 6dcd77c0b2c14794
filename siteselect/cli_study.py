"""The commands about a whole study."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from siteselect.cli_options import (
    AsJson,
    DataFolder,
    Preset,
    StudyFile,
    Top,
    Weight,
    assessed,
    check_site,
    exit_if_nothing,
    print_json,
    reweighed,
    rows_of,
    study_at,
)


class ReportFormat(StrEnum):
    """What kind of file a report is written as."""

    html = "html"
    pdf = "pdf"


def run(
    study: StudyFile,
    out: Annotated[Path, typer.Option("--out", help="Folder to write the run into.")],
    data: DataFolder = None,
    top: Top = 10,
    reports: Annotated[
        int, typer.Option("--reports", min=0, help="Leading sites with a report of their own.")
    ] = 5,
    as_json: AsJson = False,
) -> None:
    """Assess a study and write the run folder.

    Example: siteselect run data/helsinki/study.yaml --out runs/helsinki
    """
    from siteselect.console import show_land, show_ranking, working  # noqa: PLC0415 - slow imports
    from siteselect.runs import save_run  # noqa: PLC0415

    with working() as progress:
        assessment = assessed(study, data, progress)
        manifest = save_run(
            assessment, out, reports=reports, progress=progress, study_dir=study.parent
        )
    land = assessment.buildable.steps.to_dict("records")
    if as_json:
        ranking = rows_of(assessment, top)
        print_json({"run": str(out), "manifest": manifest, "ranking": ranking, "land": land})
    else:
        show_ranking(assessment, top)
        show_land(land)
        typer.echo(f"Run folder: {out} (report.html, sites.gpkg, ranking.csv, manifest.json ...)")
    exit_if_nothing(assessment)


def rank(
    study: StudyFile,
    data: DataFolder = None,
    top: Top = 20,
    preset: Preset = None,
    weight: Weight = None,
    as_json: AsJson = False,
) -> None:
    """Rank the sites of a study and print them; nothing is written.

    Example: siteselect rank data/helsinki/study.yaml --preset heat-first --top 5
    """
    from siteselect.console import show_ranking, working  # noqa: PLC0415 - seconds of imports

    with working() as progress:
        assessment = reweighed(assessed(study, data, progress, opinions=False), preset, weight)
    if as_json:
        print_json(rows_of(assessment, top))
    else:
        show_ranking(assessment, top)
    exit_if_nothing(assessment)


def report(
    study: StudyFile,
    out: Annotated[Path, typer.Option("--out", help="HTML or PDF file to write.")],
    site: Annotated[
        str | None, typer.Option("--site", help="Identifier of a site; left out, the study.")
    ] = None,
    data: DataFolder = None,
    form: Annotated[
        ReportFormat | None,
        typer.Option("--format", help="Left out, by the suffix of --out: .pdf is PDF, else HTML."),
    ] = None,
) -> None:
    """Write the report of one site, or of the whole study, as one HTML or PDF file.

    Example: siteselect report data/helsinki/study.yaml --site osm-way-4217295 --out site.html
    """
    from siteselect.console import working  # noqa: PLC0415 - seconds of imports
    from siteselect.report.html import site_report, study_report  # noqa: PLC0415
    from siteselect.report.pdf import site_pdf, study_pdf  # noqa: PLC0415
    from siteselect.report.pdf_batch import write_pdf  # noqa: PLC0415
    from siteselect.report.typst_press import check_installed  # noqa: PLC0415
    from siteselect.starter import write_text  # noqa: PLC0415

    as_pdf = form is ReportFormat.pdf or (form is None and out.suffix.lower() == ".pdf")
    if as_pdf:
        check_installed()
    with working() as progress:
        assessment = assessed(study, data, progress, opinions=site is None)
        if site is not None:
            check_site(assessment, site)
        progress("Writing the report")
        if as_pdf:
            write_pdf(out, study_pdf(assessment) if site is None else site_pdf(assessment, site))
        else:
            write_text(
                out, study_report(assessment) if site is None else site_report(assessment, site)
            )
    typer.echo(f"Report: {out}")


def check(study: StudyFile, data: DataFolder = None, as_json: AsJson = False) -> None:
    """Read everything a study names and list every fault, without assessing anything.

    Example: siteselect check data/helsinki/study.yaml
    """
    from siteselect.assess import inventory  # noqa: PLC0415 - seconds of imports
    from siteselect.console import show_inventory, working  # noqa: PLC0415

    with working() as progress:
        progress("Reading what the study names")
        found = inventory(study_at(study), study.parent, data)
    if as_json:
        print_json(found)
    else:
        show_inventory(found)


def schema(
    out: Annotated[Path | None, typer.Option("--out", help="File to write; else printed.")] = None,
) -> None:
    """Write the JSON schema of a study, with which editors complete and check it.

    Example: siteselect schema --out study.schema.json
    """
    from siteselect.starter import schema_text, write_text  # noqa: PLC0415 - loads pydantic

    if out is None:
        typer.echo(schema_text(), nl=False)
    else:
        write_text(out, schema_text())


def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder to make.")],
    crs: Annotated[str, typer.Option("--crs", help="Projected CRS in metres.")] = "EPSG:27700",
) -> None:
    """Start a study: a commented study file and a candidate list to fill in.

    Example: siteselect new my-town --crs EPSG:27700
    """
    from siteselect.starter import write_starter  # noqa: PLC0415

    file = write_starter(folder, crs)
    typer.echo(f"Edit {file}, put your files beside it, then: siteselect check {file}")


def open_app(
    study: Annotated[
        Path | None, typer.Argument(metavar="[STUDY]", help="Study file; left out, the demo.")
    ] = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to serve on.")] = 8501,
    data: DataFolder = None,
) -> None:
    """Open the planner's app in the browser (needs the extra `app`).

    Example: siteselect app data/helsinki/study.yaml
    """
    from siteselect.serve import serve  # noqa: PLC0415

    raise typer.Exit(serve(study, port, data))
