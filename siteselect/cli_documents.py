"""The command that writes the documents a council needs of one site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from siteselect.cli_options import AsJson, DataFolder, StudyFile, assessed, check_site


def documents(
    study: StudyFile,
    site: Annotated[str, typer.Option("--site", help="Identifier of a site.")],
    data: DataFolder = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write to; left out, it is printed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write permits in order, statements, community fit and checklists of a site, as Markdown.

    Example: siteselect documents data/helsinki/study.yaml --site osm-node-1380976609
    """
    from siteselect.console import working  # noqa: PLC0415 - seconds of imports
    from siteselect.report.documents_export import (  # noqa: PLC0415
        documents_markdown,
        documents_told,
    )
    from siteselect.starter import write_text  # noqa: PLC0415

    with working() as progress:
        assessment = assessed(study, data, progress, opinions=False)
        check_site(assessment, site)
        if as_json:
            told = documents_told(assessment, site)
            text = json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        else:
            text = documents_markdown(assessment, site)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_text(out, text)
