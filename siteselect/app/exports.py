"""What can be taken away, by kind: its words, its file name, and how it is made."""

from __future__ import annotations

import io
import tempfile
import zipfile
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from siteselect.decision.ranking import order
from siteselect.errors import Fault, RunError
from siteselect.report.exports import export, noise_cog
from siteselect.report.gis_files import sites_geojson
from siteselect.report.html import site_report, study_report
from siteselect.report.tables import ranking_table, safe_csv
from siteselect.report.workbook import workbook
from siteselect.runs import file_name, save_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from siteselect.assess import Assessment
    from siteselect.study import Study

WHAT_IF = "what-if"
NO_TYPESETTER = "A PDF needs the typesetter: pip install 'siteselect[pdf]'."
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Time of every file in an archive, so that the same content has the same bytes."""


@dataclass(frozen=True, slots=True)
class Export:
    """One thing to take away; `refused` says why it cannot be had, and what would help."""

    key: str
    title: str
    about: str
    file: str
    mime: str
    make: Callable[[], bytes]
    refused: str = ""


def export_name(assessment: Assessment, *parts: str, ending: str) -> str:
    """Name a file; the name says when rules were ignored."""
    marks = (WHAT_IF, *assessment.ignored) if assessment.ignored else ()
    words = [assessment.study.name, *parts, *map(file_name, marks)]
    return "-".join(words)[:120] + f".{ending}"


def chosen_sites(assessment: Assessment, count: int, named: Sequence[str]) -> list[str]:
    """Give the sites that are exported one by one: those named, or else the leading ones."""
    if named:
        return list(named)
    ranked = assessment.ranking.table["rank"].dropna().index
    return [str(site) for site in order(assessment.ranking.table) if site in ranked][:count]


def exports(assessment: Assessment, sites: Sequence[str], folder: Path) -> list[Export]:
    """List what can be taken away from an assessment.

    Parameters
    ----------
    assessment : under the weights and limits of this moment.
    sites : those that get a file of their own.
    folder : of the study file, for rule packs of one's own.
    """
    name = partial(export_name, assessment)
    what_if = "A run folder records results; switch all limits on first."
    zipped = "application/zip"
    return [
        Export(
            "csv",
            "Ranking (CSV)",
            "All sites, in order, with every measure.",
            name("ranking", ending="csv"),
            "text/csv",
            lambda: ranking_csv(assessment).encode(),
        ),
        Export(
            "geojson",
            "Sites (GeoJSON)",
            "All sites as points with every measure, RFC 7946.",
            name("sites", ending="geojson"),
            "application/geo+json",
            lambda: sites_geojson(assessment).encode(),
        ),
        Export(
            "html",
            "Reports (HTML)",
            "The study's report and one for each chosen site, in a zip.",
            name("reports", ending="zip"),
            zipped,
            partial(reports_zip, assessment, sites),
        ),
        Export(
            "run",
            "Run folder",
            "Everything, with the manifest that lets others repeat it, in a zip.",
            name("run", ending="zip"),
            zipped,
            partial(run_zip, assessment, len(sites), folder),
            what_if if assessment.ignored else "",
        ),
        *_for_programs(assessment, sites),
    ]


def ranking_csv(assessment: Assessment) -> str:
    """Write the ranking as CSV whose texts no spreadsheet takes for a formula."""
    text: str = safe_csv(ranking_table(assessment))
    return text


def reports_zip(assessment: Assessment, sites: Sequence[str]) -> bytes:
    """Write the reports as HTML into an archive."""
    files = {"report.html": study_report(assessment).encode()}
    for site in sites:
        files[f"sites/{file_name(site)}.html"] = site_report(assessment, site).encode()
    return _zipped(files)


def run_zip(assessment: Assessment, reports: int, folder: Path) -> bytes:
    """Write a run folder into an archive, with this moment's weights in its study.

    Raises
    ------
    RunError
        Rules are ignored: a what-if is no result to be recorded.
    """
    if assessment.ignored:
        raise RunError(Fault("run", "rules are ignored", "Switch all limits on first."))
    with tempfile.TemporaryDirectory(prefix="siteselect-run-") as place:
        out = Path(place) / "run"
        save_run(
            replace(assessment, study=weighted_study(assessment)),
            out,
            reports=reports,
            study_dir=folder,
        )
        written = sorted(file for file in out.rglob("*") if file.is_file())
        return _zipped({file.relative_to(out).as_posix(): file.read_bytes() for file in written})


def weighted_study(assessment: Assessment) -> Study:
    """Write the weights of an assessment into its study, so that the study repeats it."""
    groups = {
        name: group.model_copy(update={"swing": assessment.tree[name][0]})
        for name, group in assessment.study.groups.items()
    }
    return assessment.study.model_copy(update={"groups": groups})


def _for_programs(assessment: Assessment, sites: Sequence[str]) -> list[Export]:
    """List the files for spreadsheets, for a GIS and for an archive."""
    name = partial(export_name, assessment)
    return [
        Export(
            "pdf",
            "Reports (PDF)",
            "PDF/A-2a and PDF/UA-1: the study's and one for each chosen site, in a zip.",
            name("reports-pdf", ending="zip"),
            "application/zip",
            partial(pdf_zip, assessment, sites),
            "" if can_typeset() else NO_TYPESETTER,
        ),
        Export(
            "workbook",
            "Workbook (XLSX)",
            "Weights, scales, measures and scores with live formulas.",
            name("workbook", ending="xlsx"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            partial(workbook, assessment),
        ),
        Export(
            "geopackage",
            "GeoPackage",
            "Sites, findings and the ways to the chosen sites, with styles, for QGIS.",
            name("gis", ending="gpkg"),
            "application/geopackage+sqlite3",
            partial(geopackage, assessment, sites),
        ),
        Export(
            "noise",
            "Plant noise (GeoTIFF)",
            "Night level round each chosen site, cloud-optimised, in a zip.",
            name("noise", ending="zip"),
            "application/zip",
            partial(noise_zip, assessment, sites),
        ),
    ]


def can_typeset() -> bool:
    """Say whether the extra that writes PDF is installed."""
    return find_spec("typst") is not None


def pdf_zip(assessment: Assessment, sites: Sequence[str]) -> bytes:
    """Write the reports as PDF into an archive.

    Raises
    ------
    InputError
        The extra `pdf` is not installed.
    """
    from siteselect.report.pdf import site_pdf, study_pdf  # noqa: PLC0415 - an extra, loads slowly

    files = {"report.pdf": study_pdf(assessment)}
    for site in sites:
        files[f"sites/{file_name(site)}.pdf"] = site_pdf(assessment, site)
    return _zipped(files)


def geopackage(assessment: Assessment, sites: Sequence[str]) -> bytes:
    """Write the GeoPackage, with the ways to some sites."""
    with tempfile.TemporaryDirectory(prefix="siteselect-export-") as place:
        file = Path(place) / "study.gpkg"
        export(assessment, file, "gpkg", sites=sites)
        return file.read_bytes()


def noise_zip(assessment: Assessment, sites: Sequence[str]) -> bytes:
    """Write the noise of the plant round some sites, as a GeoTIFF each, into an archive."""
    return _zipped({f"{file_name(site)}-noise.tif": noise_cog(assessment, site) for site in sites})


def _zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return held.getvalue()
