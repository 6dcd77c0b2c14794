"""The command line: it reads arguments, calls the library, and prints; it computes nothing."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from siteselect import (
    cli_batch,
    cli_decision,
    cli_documents,
    cli_export,
    cli_fetch,
    cli_portfolio,
    cli_push,
    cli_runs,
    cli_site,
    cli_study,
    cli_weigh,
)
from siteselect.cli_options import EXIT_INPUT
from siteselect.errors import SiteselectError

EPILOG = (
    "Exit codes: 0 done; 2 faulty input or usage, every fault listed; 3 done, but every site fails "
    "a rule (diff: a rank changed that --fail-on names; decisions: the log was edited); 1 anything "
    "unforeseen. A screening, not legal advice."
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


for _command in (
    cli_study.run,
    cli_study.rank,
    cli_decision.robust,
    cli_site.explain,
    cli_site.heat,
    cli_site.money,
    cli_site.size,
    cli_documents.documents,
    cli_batch.batch,
    cli_weigh.weigh,
    cli_portfolio.portfolio,
    cli_study.report,
    cli_export.export,
    cli_runs.diff,
    cli_runs.decide,
    cli_runs.decisions,
    cli_push.push,
    cli_study.check,
    cli_study.schema,
    cli_study.new,
    cli_fetch.fetch,
):
    app.command()(_command)
app.command(name="app")(cli_study.open_app)


def main() -> None:
    """Run the command line; faults of the input are printed one a line, without a traceback."""
    try:
        app()
    except SiteselectError as error:
        typer.echo(str(error), err=True)
        count = len(error.faults)
        typer.echo(f"{count} fault{'s' if count != 1 else ''}; nothing was assessed.", err=True)
        sys.exit(EXIT_INPUT)
