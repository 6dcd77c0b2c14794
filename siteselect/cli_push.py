"""The command that hands a run over to a PostGIS database."""

from __future__ import annotations

from typing import Annotated

import typer

from siteselect.cli_options import AsJson, print_json
from siteselect.cli_runs import RunFolder


def push(
    run: RunFolder,
    schema: Annotated[
        str, typer.Option("--schema", help="Schema to write into; made if absent.")
    ] = "siteselect",
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the run that the schema holds.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a run into a PostGIS database: sites, findings, measures, and the run's manifest.

    The database is the one of SITESELECT_POSTGIS (a postgresql:// URL), or of PGHOST, PGDATABASE
    and PGUSER; keep the password in ~/.pgpass. Everything is written in one transaction.

    Example: siteselect push runs/helsinki --schema helsinki
    """
    from siteselect.postgis_push import push as pushed  # noqa: PLC0415 - seconds of imports

    done = pushed(run, schema, replace=replace)
    if as_json:
        print_json({"schema": done.schema, "rows": done.rows, "manifest": done.manifest_hash})
        return
    for name, rows in done.rows.items():
        typer.echo(f"{done.schema}.{name}: {rows} rows")
    typer.echo(f"Run {done.manifest_hash[:16]} is in the database.")
