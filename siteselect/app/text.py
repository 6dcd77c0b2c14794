"""The one encoder of the page: names from outside reach Markdown and HTML as plain words."""

from __future__ import annotations

import base64
import html
import re
from typing import TYPE_CHECKING

from siteselect.charts.drawing import plain

if TYPE_CHECKING:
    from siteselect.report.records import Cell, Figure, Row, Table

VERDICT_WORDS = {
    "fail": "Fails",
    "unknown": "Not known",
    "conditional": "Needs action",
    "pass": "Passes",
}
"""Verdicts as a reader meets them, worst first."""

_FIRM_SPACE = "\u00a0"
_WEB = re.compile(r"https?://[A-Za-z0-9./_~%?=&;#+,:@!-]+")
_SIGNS = re.compile(r"([!-/:-@\[-`{-~])")


def escape(text: object) -> str:
    r"""Write text so that Markdown shows it as it is: no links, pictures, colours or formulas.

    Every ASCII sign gets a backslash, which Markdown drops again; control characters are dropped.
    A space that must not break stays one, so that a number keeps its unit on its line.
    """
    line = _FIRM_SPACE.join(plain(part) for part in str(text).split(_FIRM_SPACE))
    return _SIGNS.sub(r"\\\1", line)


def link(text: str, url: str) -> str:
    """Write a link where the address is one of the web, and plain words where it is not."""
    return f"[{escape(text)}](<{url}>)" if _WEB.fullmatch(url) else escape(text)


def link_html(text: str, url: str) -> str:
    """Write a link as HTML, likewise."""
    shown = html.escape(plain(text))
    return f'<a href="{html.escape(url)}">{shown}</a>' if _WEB.fullmatch(url) else shown


def table_html(table: Table) -> str:
    """Write a table whose columns and rows have heads, in a region that the keyboard can scroll."""
    heads = "".join(f'<th scope="col">{_html(head)}</th>' for head in table.heads)
    rows = "".join(_row_html(row) for row in table.rows)
    total = f"<tfoot>{_row_html(table.total)}</tfoot>" if table.total else ""
    label = html.escape(plain(table.caption))
    return (
        f'<div class="siteselect-table" role="region" tabindex="0" aria-label="{label}"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>{total}</table></div>"
    )


def _row_html(row: Row) -> str:
    first, *others = (_cell_html(cell) for cell in row)
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'


def _cell_html(cell: Cell) -> str:
    """Write a cell with its tag in bold and its note in small print."""
    words = link_html(cell.text, cell.url) if cell.url else _html(cell.text)
    tag = f" <strong>{_html(cell.tag)}</strong>" if cell.tag else ""
    return words + tag + (f" <small>{_html(cell.note)}</small>" if cell.note else "")


def _html(text: object) -> str:
    """Encode text for the inside of an element; a space that must not break stays one."""
    line = _FIRM_SPACE.join(plain(part) for part in str(text).split(_FIRM_SPACE))
    return html.escape(line)


def figure_html(figure: Figure) -> str:
    """Write a chart as a picture with its alternative text; in a picture no script can run."""
    code = base64.b64encode(figure.svg.encode()).decode()
    source = f"data:image/svg+xml;base64,{code}"
    return f'<img src="{source}" alt="{html.escape(figure.alt)}" style="width:100%">'


def harmless_cell(text: object) -> str:
    """Mark text that a spreadsheet would take for a formula, since the grid exports it raw."""
    shown = plain(text)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown
