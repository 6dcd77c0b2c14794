"""The reports as single HTML files: no script, nothing loaded from outside, fit for print."""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from siteselect.report.model import site_model, study_model
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from siteselect.assess import Assessment


def site_report(
    assessment: Assessment, site_id: str, *, manifest_hash: str = "", language: str = "en"
) -> str:
    """Write the report on one site as one HTML file.

    Parameters
    ----------
    assessment : the run.
    site_id : the site.
    manifest_hash : SHA-256 of the run's manifest, where the run is saved.
    language : code of the language of the fixed wording.

    Raises
    ------
    InputError
        There is no such site, or no wording in that language.
    """
    report = site_model(assessment, site_id, manifest_hash=manifest_hash, language=language)
    page = _environment().get_template("site.html.j2")
    return page.render(report=report, say=wording(language))


def study_report(assessment: Assessment, *, manifest_hash: str = "", language: str = "en") -> str:
    """Write the report on a whole study as one HTML file; parameters as in `site_report`."""
    report = study_model(assessment, manifest_hash=manifest_hash, language=language)
    page = _environment().get_template("study.html.j2")
    return page.render(report=report, say=wording(language))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("siteselect.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["data_uri"] = _data_uri
    return environment


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")
