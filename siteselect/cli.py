"""The command line: it reads arguments, calls the library, and prints; it computes nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siteselect.errors import Fault, SiteselectError, StudyError

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.study import Study

EXIT_INPUT = 2
"""The input has faults; all of them are listed."""
EXIT_NOTHING = 3
"""The run is complete, but no site may be ranked."""

EPILOG = (
    "Exit codes: 0 done; 2 faulty input or usage, every fault listed; 3 done, but every site fails "
    "a rule; 1 anything unforeseen. A screening, not legal advice."
)

app = typer.Typer(
    name="siteselect",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from siteselect import __version__  # noqa: PLC0415

        typer.echo(f"siteselect {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Choose sites for micro data centres whose waste heat replaces gas."""


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


@app.command()
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
    from siteselect.console import show_ranking, working  # noqa: PLC0415 - seconds of imports
    from siteselect.runs import save_run  # noqa: PLC0415

    with working() as progress:
        assessment = _assessed(study, data, progress)
        manifest = save_run(assessment, out, reports=reports, progress=progress)
    if as_json:
        _print_json({"run": str(out), "manifest": manifest, "ranking": _rows(assessment, top)})
    else:
        show_ranking(assessment, top)
        typer.echo(f"Run folder: {out} (report.html, sites.gpkg, ranking.csv, manifest.json ...)")
    _exit_if_nothing(assessment)


@app.command()
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
        assessment = _reweighed(_assessed(study, data, progress, opinions=False), preset, weight)
    if as_json:
        _print_json(_rows(assessment, top))
    else:
        show_ranking(assessment, top)
    _exit_if_nothing(assessment)


@app.command()
def explain(
    study: StudyFile,
    site: Annotated[str, typer.Argument(metavar="SITE", help="Identifier of a site.")],
    data: DataFolder = None,
    preset: Preset = None,
    weight: Weight = None,
    as_json: AsJson = False,
) -> None:
    """Say why a site ranks where it does, what is unknown, and which rules speak.

    Example: siteselect explain data/helsinki/study.yaml osm-way-4217295
    """
    from siteselect.console import explanation, show_explanation, working  # noqa: PLC0415

    with working() as progress:
        assessment = _reweighed(_assessed(study, data, progress, opinions=False), preset, weight)
    _check_site(assessment, site)
    if as_json:
        _print_json(explanation(assessment, site))
    else:
        show_explanation(assessment, site)


@app.command()
def heat(
    study: StudyFile,
    site: Annotated[str, typer.Argument(metavar="SITE", help="Identifier of a site.")],
    data: DataFolder = None,
    hours: Annotated[
        Path | None, typer.Option("--hours", help="CSV file to write every hour of the year to.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Match the pod's heat with its sink by the hour: months, key figures, carbon.

    Example: siteselect heat data/helsinki/study.yaml osm-node-1380976609
    """
    from siteselect.console import working  # noqa: PLC0415
    from siteselect.console_heat import heat_told, hours_csv, show_heat  # noqa: PLC0415 - heavy
    from siteselect.design.heat_year import heat_year  # noqa: PLC0415
    from siteselect.starter import write_text  # noqa: PLC0415

    with working() as progress:
        assessment = _assessed(study, data, progress, opinions=False)
        _check_site(assessment, site)
        year = heat_year(assessment.study, assessment.territory, assessment.sites, site)
    if isinstance(year, str):
        raise StudyError(
            Fault("SITE", f"no heat to match: {year}", "See the heat_sinks layer.", value=site)
        )
    if hours is not None:
        write_text(hours, hours_csv(year))
    if as_json:
        _print_json(heat_told(year))
    else:
        show_heat(year)


@app.command()
def money(
    study: StudyFile,
    site: Annotated[str, typer.Argument(metavar="SITE", help="Identifier of a site.")],
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Work out what the pod costs and earns on a site: scenarios, tornado, cash flow.

    Example: siteselect money data/helsinki/study.yaml osm-node-1380976609
    """
    from siteselect.console import working  # noqa: PLC0415 - seconds of imports
    from siteselect.console_money import money_told, show_money  # noqa: PLC0415
    from siteselect.design.money_case import money_case  # noqa: PLC0415

    with working() as progress:
        assessment = _assessed(study, data, progress, opinions=False)
        _check_site(assessment, site)
        case = money_case(assessment.study, assessment.sites, site)
    if isinstance(case, str):
        cure = "Complete the layers; an unknown quantity cannot be appraised."
        raise StudyError(Fault("SITE", f"no money to work out: {case}", cure, value=site))
    if as_json:
        _print_json(money_told(case))
    else:
        show_money(case)


@app.command()
def size(
    design: Annotated[
        str, typer.Option("--design", help="cpu_node, gpu_pod or storage_node.")
    ] = "cpu_node",
    form_factor: Annotated[
        str, typer.Option("--form", help="plant_room, leased_cabinet, rooftop or container.")
    ] = "container",
    it_kw: Annotated[float | None, typer.Option("--it-kw", help="Installed IT power.")] = None,
    steady_units: Annotated[
        float | None,
        typer.Option(
            "--steady", help="Cores, GPUs or TB in use at steady state, in place of it-kw."
        ),
    ] = None,
    recovery_time_min: Annotated[
        float | None, typer.Option("--recovery-min", help="Longest outage the workload accepts.")
    ] = None,
    summer_c: Annotated[
        float | None, typer.Option("--summer-c", help="Air that only 1 % of hours exceed.")
    ] = None,
    available_kva: Annotated[
        float | None, typer.Option("--available-kva", help="Most that the network can give.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Size a pod: servers, cooling, supply and place, with every step of the worksheet.

    Example: siteselect size --design gpu_pod --it-kw 100 --summer-c 30
    """
    from siteselect.console_pod import show_sizing, sizing_told  # noqa: PLC0415 - loads pydantic
    from siteselect.sizing.request import PodRequest  # noqa: PLC0415
    from siteselect.sizing.size import size_pod  # noqa: PLC0415

    sizing = size_pod(
        PodRequest(
            design=design,
            form_factor=form_factor,
            it_kw=it_kw,
            steady_units=steady_units,
            recovery_time_min=recovery_time_min,
            summer_c=summer_c,
            available_kva=available_kva,
        )
    )
    if as_json:
        _print_json(sizing_told(sizing))
    else:
        show_sizing(sizing)


@app.command()
def report(
    study: StudyFile,
    out: Annotated[Path, typer.Option("--out", help="HTML file to write.")],
    site: Annotated[
        str | None, typer.Option("--site", help="Identifier of a site; left out, the study.")
    ] = None,
    data: DataFolder = None,
) -> None:
    """Write the report of one site, or of the whole study, as one HTML file.

    Example: siteselect report data/helsinki/study.yaml --site osm-way-4217295 --out site.html
    """
    from siteselect.console import working  # noqa: PLC0415 - seconds of imports
    from siteselect.report.html import site_report, study_report  # noqa: PLC0415
    from siteselect.starter import write_text  # noqa: PLC0415

    with working() as progress:
        assessment = _assessed(study, data, progress, opinions=site is None)
        if site is None:
            text = study_report(assessment)
        else:
            _check_site(assessment, site)
            text = site_report(assessment, site)
        write_text(out, text)
    typer.echo(f"Report: {out}")


@app.command()
def check(study: StudyFile, data: DataFolder = None, as_json: AsJson = False) -> None:
    """Read everything a study names and list every fault, without assessing anything.

    Example: siteselect check data/helsinki/study.yaml
    """
    from siteselect.assess import inventory  # noqa: PLC0415 - seconds of imports
    from siteselect.console import show_inventory, working  # noqa: PLC0415

    with working() as progress:
        progress("Reading what the study names")
        found = inventory(_study(study), study.parent, data)
    if as_json:
        _print_json(found)
    else:
        show_inventory(found)


@app.command()
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


@app.command()
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


@app.command(name="app")
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


def main() -> None:
    """Run the command line; faults of the input are printed one a line, without a traceback."""
    try:
        app()
    except SiteselectError as error:
        typer.echo(str(error), err=True)
        count = len(error.faults)
        typer.echo(f"{count} fault{'s' if count != 1 else ''}; nothing was assessed.", err=True)
        sys.exit(EXIT_INPUT)


def _study(path: Path) -> Study:
    from siteselect.study_file import load_study  # noqa: PLC0415 - pydantic takes a while to load

    return load_study(path)


def _assessed(path: Path, data: Path | None, progress: Any, *, opinions: bool = True) -> Assessment:
    from siteselect.assess import assess  # noqa: PLC0415 - seconds of imports

    study = _study(path)
    return assess(study, path.parent, data=data, opinions=opinions, progress=progress)


def _reweighed(assessment: Assessment, preset: str | None, weights: list[str] | None) -> Assessment:
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


def _check_site(assessment: Assessment, site: str) -> None:
    import difflib  # noqa: PLC0415

    if site not in assessment.sites.index:
        near = difflib.get_close_matches(site, list(assessment.sites.index), n=3)
        cure = f"Did you mean {' or '.join(near)}?" if near else "`siteselect rank` lists them."
        raise StudyError(Fault("SITE", "no such site in the study", cure, value=site))


def _rows(assessment: Assessment, top: int) -> list[dict[str, Any]]:
    from siteselect.report.tables import ranking_table  # noqa: PLC0415 - seconds of imports

    rows: list[dict[str, Any]] = json.loads(
        ranking_table(assessment).head(top).reset_index().to_json(orient="records")
    )
    return rows


def _print_json(content: Any) -> None:
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def _exit_if_nothing(assessment: Assessment) -> None:
    if not assessment.eligible.any():
        typer.echo("Every site fails a rule; see the findings.", err=True)
        raise typer.Exit(EXIT_NOTHING)
