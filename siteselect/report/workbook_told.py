"""Sheets of a workbook that tell: what it is, why measures are unknown, findings and sources."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

import siteselect
from siteselect.contracts import VERDICTS
from siteselect.report.tables import findings_table, illustrative_layers
from siteselect.report.workbook_text import begin, put_heads, put_text, row_height
from siteselect.study import study_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteselect.assess import Assessment
    from siteselect.report.workbook_text import Book

MOST_FINDINGS = 200_000
"""Rows of findings beyond which a spreadsheet opens slowly; the run folder has them all."""
FINDINGS = (
    *("site_id", "verdict", "rule_id", "title", "topic", "outcome", "evidence", "action"),
    *("authority", "missing", "citation", "url", "confidence"),
)
SOURCES = (
    *("layer", "basis", "source", "date", "licence", "attribution", "url", "note", "file"),
    "sha256",
)
_WIDE = {
    "title": 44,
    "evidence": 50,
    "action": 40,
    "citation": 40,
    "url": 40,
    "reason": 90,
    "source": 44,
    "licence": 30,
    "attribution": 34,
    "note": 50,
    "sha256": 66,
    "missing": 30,
    "site_id": 26,
    "name": 26,
    "authority": 26,
    "layer": 20,
    "file": 30,
    "criterion": 26,
}
_NARROW = 14
_README_WIDTH, _HEADING_HEIGHT = 105, 26.0


def readme_sheet(assessment: Assessment, book: Book, manifest_hash: str) -> None:
    """Say what the workbook is, what in it is invented, and how it is used."""
    page, say, study = book.sheets["readme"], book.say, assessment.study
    invented = ", ".join(illustrative_layers(assessment))
    facts = _facts(assessment, manifest_hash)
    ignored = ", ".join(assessment.ignored)
    lines = [
        (say("title", title=study.title), "title"),
        (say("readme.lead", name=study.name, date=study.date), "wrap"),
        *([(say("readme.what_if", rules=ignored), "loud")] if ignored else []),
        *([(say("readme.invented", layers=invented), "loud")] if invented else []),
        (say("readme.screening"), "wrap"),
        (say("readme.use_head"), "strong"),
        *((f"• {part}", "wrap") for part in say.parts("readme.use")),
        (say("readme.sheets_head"), "strong"),
        *(
            (f"• {say(f'sheet.{key}')}: {say(f'readme.sheets.{key}')}", "wrap")
            for key in list(book.sheets)[1:]
        ),
        (say("readme.method_head"), "strong"),
        (say("readme.method"), "wrap"),
        (say("readme.run_head"), "strong"),
        *((f"• {say(f'readme.run.{key}')}: {value}", "wrap") for key, value in facts.items()),
    ]
    for row, (line, style) in enumerate(lines):
        put_text(book, page, row, 0, line, style)
        height = _HEADING_HEIGHT if style in {"title", "strong"} else 0.0
        page.set_row(row, height or row_height([(line, _README_WIDTH)]))
    page.set_column(0, 0, _README_WIDTH)


def _facts(assessment: Assessment, manifest_hash: str) -> dict[str, str]:
    study = assessment.study
    facts = {
        "study": f"{study.title} ({study.name})",
        "date": study.date.isoformat(),
        "crs": study.crs,
        "sites": str(len(assessment.sites)),
        "ranked": str(int(assessment.eligible.sum())),
        "criteria": str(len(assessment.weights)),
        "packs": ", ".join(study.packs) or "-",
        "version": siteselect.__version__,
        "sha256": study_hash(study),
        "manifest": manifest_hash,
    }
    return {key: value for key, value in facts.items() if value}


def reasons_sheet(assessment: Assessment, book: Book, sites: Sequence[str]) -> None:
    """List every unknown measure with its reason."""
    page, say = begin(book, "reasons"), book.say
    names = list(assessment.weights.index)
    unknown = assessment.measures.loc[list(sites), names].isna()
    reasons = assessment.reasons.loc[list(sites), names]
    rows = [
        (site, assessment.sites.loc[site, "name"], assessment.criteria[name].title, why)
        for site, gaps, whys in zip(
            sites, unknown.to_numpy(), reasons.to_numpy(dtype=object), strict=True
        )
        for name, gap, why in zip(names, gaps, whys, strict=True)
        if gap
    ]
    if not rows:
        put_text(book, page, 2, 0, say("reasons.none"))
    _table(book, "reasons", ("site_id", "name", "criterion", "reason"), rows)


def findings_sheet(assessment: Assessment, book: Book, sites: Sequence[str]) -> None:
    """List the verdicts of the rules: sites as they are ranked, the worst verdict first."""
    page, say = begin(book, "findings"), book.say
    found = findings_table(assessment)
    kept = found if len(found) <= MOST_FINDINGS else found[found["verdict"] != "pass"]
    if len(kept) < len(found):
        left, every = f"{len(found) - len(kept):,}", f"{len(found):,}"
        put_text(book, page, 2, 0, say("findings.cut", left=left, all=every), "loud")
    place = pd.DataFrame(
        {
            "site": kept["site_id"].map({site: rank for rank, site in enumerate(sites)}),
            "verdict": kept["verdict"].map(
                {verdict: rank for rank, verdict in enumerate(VERDICTS)}
            ),
            "rule": kept["rule_id"],
        }
    )
    kept = kept.loc[place.sort_values(["site", "verdict", "rule"], kind="stable").index]
    rows = kept[list(FINDINGS)].itertuples(index=False)
    _table(book, "findings", FINDINGS, [tuple(row) for row in rows])


def sources_sheet(assessment: Assessment, book: Book) -> None:
    """List the birth certificates of all inputs."""
    begin(book, "sources")
    births = [{"layer": layer, **asdict(birth)} for layer, birth in assessment.provenance]
    rows = [tuple(birth[name] for name in SOURCES) for birth in births]
    loud = [birth.illustrative for _, birth in assessment.provenance]
    _table(book, "sources", SOURCES, rows, loud)


def _table(
    book: Book,
    sheet: str,
    columns: Sequence[str],
    rows: Sequence[tuple[object, ...]],
    loud: Sequence[bool] = (),
) -> None:
    page = book.sheets[sheet]
    put_heads(book, page, 3, [book.say(f"column.{name}") for name in columns])
    widths = [_WIDE.get(name, _NARROW) for name in columns]
    for place, row in enumerate(rows):
        page.set_row(4 + place, row_height(zip(row, widths, strict=True)))
        style = "loud" if place < len(loud) and loud[place] else "wrap"
        for column, value in enumerate(row):
            text = "" if value is None else value
            put_text(book, page, 4 + place, column, text, style)
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    page.freeze_panes(4, 1)
    if rows:
        page.autofilter(3, 0, 3 + len(rows), len(columns) - 1)
