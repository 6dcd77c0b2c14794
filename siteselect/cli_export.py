"""The command that writes a study as a file for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteselect.cli_options import (
    DataFolder,
    Preset,
    StudyFile,
    Weight,
    assessed,
    check_site,
    reweighed,
    study_at,
)


def export(
    study: StudyFile,
    out: Annotated[Path, typer.Option("--out", help="File to write, or a folder that exists.")],
    kind: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="xlsx, gpkg, geoparquet, geojson or cog; left out, told from the file's ending.",
        ),
    ] = None,
    layer: Annotated[
        str, typer.Option("--layer", help="For geojson: sites, routes or area.")
    ] = "sites",
    site: Annotated[
        list[str] | None,
        typer.Option(
            "--site",
            help="Site whose ways are drawn (gpkg, routes) or noise mapped (cog); may be repeated.",
        ),
    ] = None,
    data: DataFolder = None,
    preset: Preset = None,
    weight: Weight = None,
) -> None:
    """Write a study as a workbook with live formulas, or for a GIS.

    Example: siteselect export data/helsinki/study.yaml --out helsinki.xlsx
    """
    from siteselect.console import working  # noqa: PLC0415 - seconds of imports
    from siteselect.report.exports import (  # noqa: PLC0415
        check_layer,
        export_target,
    )
    from siteselect.report.exports import export as write  # noqa: PLC0415

    file, told = export_target(out, kind, study_at(study).name)
    check_layer(layer)
    with working() as progress:
        assessment = reweighed(assessed(study, data, progress, opinions=False), preset, weight)
        for name in site or []:
            check_site(assessment, name)
        progress(f"Writing {file.name}")
        write(assessment, file, told, layer=layer, sites=site or [])
    typer.echo(f"Written: {file}")
