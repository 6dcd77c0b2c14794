"""The command for lists of any length."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from siteselect.cli_options import AsJson, DataFolder, print_json

EXIT_CONDITION = 3
"""The batch is done, and a condition of --fail-on holds."""
EXIT_INTERRUPTED = 130
"""Interrupted; the same command goes on."""


class Form(StrEnum):
    """How sites are written."""

    parquet = "parquet"
    csv = "csv"


class FailOn(StrEnum):
    """What exit code 3 may stand for."""

    rejected = "rejected"
    no_site = "no-site"
    unknown = "unknown"


def batch(  # noqa: PLR0913, PLR0917 - every option of the batch, each with its default
    candidates: Annotated[
        str,
        typer.Argument(
            metavar="CANDIDATES",
            help="CSV, GeoJSON (also a feature a line), GeoPackage, Shapefile, GeoParquet file, "
            "folder or URL; - for standard input.",
        ),
    ],
    study: Annotated[Path, typer.Option("--study", help="Study file (YAML).")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the results.")],
    form: Annotated[Form, typer.Option("--format", help="How sites are written.")] = Form.parquet,
    top: Annotated[int, typer.Option("--top", min=1, help="Leading sites in top.csv.")] = 100,
    where: Annotated[
        str | None,
        typer.Option("--where", help='Which may lead, as "heat_used_mwh_a > 500 and eligible".'),
    ] = None,
    fail_on: Annotated[
        list[FailOn] | None,
        typer.Option("--fail-on", help="Exit code 3 if it holds; may be repeated."),
    ] = None,
    crs: Annotated[
        str | None, typer.Option("--crs", help="CRS of the list, where it states none.")
    ] = None,
    partition_rows: Annotated[
        int, typer.Option("--partition-rows", min=1, help="Rows worked out at a time.")
    ] = 50_000,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; all cores if left out.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", help="Dask scheduler to work on, as tcp://10.0.0.5:8786."),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Forget an earlier attempt in the folder.")
    ] = False,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Rank a list of any length, in parts; repeated after a break, it goes on where it was.

    Exit codes: 0 done; 2 faulty input or usage; 3 done, and a condition of --fail-on holds; 130
    interrupted, to be resumed. See docs/batch.md.

    Example: siteselect batch sites.csv --study study.yaml --out batches/sites --top 50
    """
    from siteselect.batch import run_batch  # noqa: PLC0415 - seconds of imports
    from siteselect.batch.cluster import cluster  # noqa: PLC0415
    from siteselect.batch.schedule import here  # noqa: PLC0415
    from siteselect.console_batch import batch_told, following, show_batch  # noqa: PLC0415

    try:
        with following() as progress:
            found = run_batch(
                candidates,
                study,
                out,
                data=data,
                crs=crs,
                form=form.value,
                top=top,
                where=where,
                fail_on=[one.value for one in fail_on or []],
                partition_rows=partition_rows,
                workers=workers,
                restart=restart,
                scheduler=here if scheduler is None else cluster(scheduler),
                progress=progress,
            )
    except KeyboardInterrupt:
        typer.echo("Interrupted; the same command goes on from here.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if as_json:
        print_json(batch_told(found))
    else:
        show_batch(found)
    if found.failed:
        typer.echo(f"Fails on: {', '.join(found.failed)}", err=True)
        raise typer.Exit(EXIT_CONDITION)
