"""The one encoder of the page: names from outside reach Markdown as plain words."""

from __future__ import annotations

import base64
import html
import re
from typing import TYPE_CHECKING

from siteselect.charts.drawing import plain

if TYPE_CHECKING:
    from siteselect.report.records import Figure

VERDICT_WORDS = {
    "fail": "Fails",
    "unknown": "Not known",
    "conditional": "Needs action",
    "pass": "Passes",
}
"""Verdicts as a reader meets them, worst first."""

_FIRM_SPACE = "\u00a0"
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
    safe = re.fullmatch(r"https?://[A-Za-z0-9./_~%?=&;#+,:@!-]+", url)
    return f"[{escape(text)}](<{url}>)" if safe else escape(text)


def figure_html(figure: Figure) -> str:
    """Write a chart as a picture with its alternative text; in a picture no script can run."""
    code = base64.b64encode(figure.svg.encode()).decode()
    source = f"data:image/svg+xml;base64,{code}"
    return f'<img src="{source}" alt="{html.escape(figure.alt)}" style="width:100%">'


def harmless_cell(text: object) -> str:
    """Mark text that a spreadsheet would take for a formula, since the grid exports it raw."""
    shown = plain(text)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown
