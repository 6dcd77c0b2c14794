"""The study as a workbook with live formulas: change a weight, and the ranking moves."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import xlsxwriter
import yaml

from siteselect.decision.ranking import order
from siteselect.errors import Fault, InputError
from siteselect.report.tables import illustrative_layers
from siteselect.report.wording import Say
from siteselect.report.workbook_inputs import measures_sheet, scales_sheet, weights_sheet
from siteselect.report.workbook_live import (
    leading_sites,
    ranking_sheet,
    scores_sheet,
    scores_table,
    values_sheet,
)
from siteselect.report.workbook_text import Book, visible
from siteselect.report.workbook_told import (
    findings_sheet,
    readme_sheet,
    reasons_sheet,
    sources_sheet,
)

if TYPE_CHECKING:
    from siteselect.assess import Assessment

MOST_SITES = 20_000
"""Sites beyond which a spreadsheet takes minutes: ranks are counted, each against all."""

_SHEETS = (
    *("readme", "weights", "ranking", "scores", "values", "measures", "reasons", "scales"),
    *("findings", "sources"),
)
_A4 = 9
_HEAD_ROWS = {"values": 6, "readme": 1, "weights": 5}


def workbook(assessment: Assessment, *, manifest_hash: str = "") -> bytes:
    """Write an assessment as an Excel workbook that computes as `decision` does.

    Weights, values, scores and ranks are formulas of Excel 2010 and LibreOffice with their results
    beside them. No text becomes a formula or a link.

    Parameters
    ----------
    assessment : what to write.
    manifest_hash : hash of the manifest of the run that it belongs to, if there is one.

    Returns
    -------
    bytes
        The file (xlsx); the same assessment gives the same bytes.

    Raises
    ------
    InputError
        There are more sites than a spreadsheet can bear.
    """
    if len(assessment.sites) > MOST_SITES:
        raise InputError(
            Fault(
                "workbook",
                f"more than {MOST_SITES:,} sites are too many for live formulas",
                "Export geoparquet or gpkg instead, or narrow the study's candidates.",
                value=f"{len(assessment.sites):,}",
            )
        )
    kept = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    file = xlsxwriter.Workbook(kept, {"in_memory": True, **options})
    say = _wording()
    sheets = {name: file.add_worksheet(say(f"sheet.{name}")) for name in _SHEETS}
    book = Book(file, say, _warning(assessment, say), sheets, {})
    _describe(assessment, book)
    _write(assessment, book, manifest_hash)
    file.close()
    return kept.getvalue()


def _write(assessment: Assessment, book: Book, manifest_hash: str) -> None:
    sites = [str(site) for site in order(assessment.ranking.table)]
    table = scores_table(assessment, sites)
    readme_sheet(assessment, book, manifest_hash)
    scales_sheet(assessment, book)
    weights_sheet(assessment, book)
    measures_sheet(assessment, book, sites)
    values_sheet(assessment, book, sites)
    scores_sheet(assessment, book, table)
    ranking_sheet(book, table)
    leading_sites(book, table)
    reasons_sheet(assessment, book, sites)
    findings_sheet(assessment, book, sites)
    sources_sheet(assessment, book)


def _warning(assessment: Assessment, say: Say) -> str:
    """Say what stands in the title and the footer of every sheet."""
    warnings = [say("footer_what_if")] if assessment.ignored else []
    if illustrative_layers(assessment):
        warnings.append(say("footer_invented"))
    return "; ".join(warnings)


def _describe(assessment: Assessment, book: Book) -> None:
    """Set properties and the print layout; the study's date stands in for the time of writing."""
    study, say = assessment.study, book.say
    notes = [say("readme.screening")]
    if invented := illustrative_layers(assessment):
        notes.insert(0, say("readme.invented", layers=", ".join(invented)))
    if assessment.ignored:
        notes.insert(0, say("readme.what_if", rules=", ".join(assessment.ignored)))
    book.file.set_properties(
        {
            "title": visible(say("title", title=study.title)),
            "subject": study.name,
            "author": "siteselect",
            "comments": visible(" ".join(notes)),
            "created": datetime.combine(study.date, time(), UTC),
        }
    )
    footer = book.warning or say("footer")
    for name, page in book.sheets.items():
        page.set_landscape()
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
        # A title may hold &, which steers a footer; the study's name cannot.
        page.set_footer(f"&L{study.name}, {study.date}: &A&C{footer}&R&P / &N")
        page.repeat_rows(0, _HEAD_ROWS.get(name, 4) - 1)


@cache
def _wording() -> Say:
    text = resources.files("siteselect.report").joinpath("workbook_en.yaml")
    return Say(yaml.safe_load(text.read_text(encoding="utf-8")))
