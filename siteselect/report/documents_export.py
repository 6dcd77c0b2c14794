"""The documents of a site on their own: as Markdown for people, as plain data for programs."""

from __future__ import annotations

import re
from dataclasses import asdict
from math import isnan
from typing import TYPE_CHECKING, Any

from siteselect.charts.drawing import plain
from siteselect.report.background import NAME_LETTERS
from siteselect.report.documents_section import documents_section, dossier_of
from siteselect.report.documents_words import (
    check_words,
    documents_wording,
    line_label,
    line_words,
    permit_authority,
    permit_name,
    question_words,
    statement_title,
)
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.documents.records import Statement
    from siteselect.report.records import Cell, Table
    from siteselect.report.wording import Say

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~$&@!^])")
_ADDRESS = re.compile(r"(?i)(https?|ftp|mailto|xmpp)(:)|\b(www)(\.)")
_WEB = re.compile(r"https?://[A-Za-z0-9./_~%?=&;#+,:@-]+")


def documents_markdown(assessment: Assessment, site_id: str, *, language: str = "en") -> str:
    """Write the documents of a site as one Markdown file.

    Parameters
    ----------
    assessment : the run.
    site_id : the site.
    language : code of the language of the fixed wording.

    Raises
    ------
    InputError
        There is no wording in that language.
    """
    say, words = wording(language), documents_wording(language)
    section = documents_section(assessment, site_id, say)
    name = str(assessment.sites.loc[site_id, "name"] or site_id)
    parts = [f"# {markdown_text(words('title', name=plain(name, NAME_LETTERS)))}"]
    parts.append(markdown_text(f"{plain(assessment.study.title)}, {assessment.study.date}"))
    parts += [_cell(line) for line in section.lines]
    parts += [_table(table) for table in section.results]
    parts += [markdown_text(line) for line in section.closing]
    return "\n\n".join(parts) + "\n"


def documents_told(assessment: Assessment, site_id: str, *, language: str = "en") -> dict[str, Any]:
    """Give the documents of a site as plain data with their words, ready for JSON.

    Parameters and errors are those of `documents_markdown`. A number that is not known is None.
    """
    words, found = documents_wording(language), dossier_of(assessment, site_id)
    told = {
        "screening": words("screening"),
        "site_id": found.site_id,
        "name": found.name,
        "study": assessment.study.name,
        "date": assessment.study.date.isoformat(),
        "illustrative": found.illustrative,
        "country_known": found.country_known,
        "permits": [
            {
                **asdict(entry),
                "name": permit_name(entry.key, entry.title, words),
                "authority": permit_authority(entry, words),
            }
            for entry in found.permits
        ],
        "statements": [_statement(one, words) for one in found.statements],
        "evidence": [asdict(note) for note in found.evidence],
        "checklist": [
            {**asdict(item), "text": check_words(item, words)} for item in found.checklist
        ],
    }
    cleaned: dict[str, Any] = _without_nan(told)
    return cleaned


def markdown_text(text: object) -> str:
    r"""Write text so that Markdown shows it as it is: no markup, no links, not even bare addresses.

    Signs that mean something within a line get a backslash, which Markdown drops again.
    """
    shown = _SIGNS.sub(r"\\\1", plain(text))
    return _ADDRESS.sub(lambda found: _parted(found[0]), shown)


def _parted(address: str) -> str:
    return f"{address[:-1]}\\{address[-1]}"


def _table(table: Table) -> str:
    rule = "|" + " --- |" * len(table.heads)
    lines = [f"## {markdown_text(table.caption)}", "", _row(table.heads), rule]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in table.rows]
    return "\n".join(lines)


def _row(heads: tuple[str, ...]) -> str:
    return f"| {' | '.join(markdown_text(head) for head in heads)} |"


def _cell(cell: Cell) -> str:
    text = markdown_text(cell.text)
    if cell.url and _WEB.fullmatch(cell.url):
        text = f"[{text}](<{cell.url}>)"
    tag = f"**{markdown_text(cell.tag)}**" if cell.tag else ""
    note = f"*{markdown_text(cell.note)}*" if cell.note else ""
    return " ".join(part for part in (text, tag, note) if part)


def _statement(statement: Statement, words: Say) -> dict[str, Any]:
    return {
        "topic": statement.topic,
        "title": statement_title(statement, words),
        "lines": [
            {
                **asdict(line),
                "label": line_label(statement.topic, line, words),
                "text": line_words(statement.topic, line, words),
                "questions": [
                    {**asdict(one), "text": question_words(one, words)} for one in line.questions
                ],
            }
            for line in statement.lines
        ],
        "rules": [asdict(note) for note in statement.rules],
    }


def _without_nan(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: _without_nan(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [_without_nan(value) for value in told]
    return None if isinstance(told, float) and isnan(told) else told
