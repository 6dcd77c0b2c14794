"""Texts and formats of a workbook: what comes from outside is text, and stays text when edited."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siteselect.report.rounding import is_share
from siteselect.report.tables import FORMULA_STARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from siteselect.report.wording import Say

CELL_LETTERS = 32_767
"""Most UTF-16 units in a cell (Microsoft, Excel specifications and limits)."""
DARK, PALE, INPUT, INPUT_INK, LOUD = "#0b3c5d", "#e8eef2", "#fff7cc", "#0000c0", "#8a1c1c"
"""Heads, working cells, cells to change and their letters, and warnings."""

_BASE = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_color": DARK},
    "loud_title": {"bold": True, "font_size": 15, "font_color": LOUD},
    "note": {"italic": True, "font_color": "#4a4a4a"},
    "loud": {"bold": True, "font_color": LOUD, "text_wrap": True},
    "strong": {"bold": True, "font_color": DARK, "font_size": 12},
    "head": {
        "bold": True,
        "font_color": "#ffffff",
        "bg_color": DARK,
        "font_size": 9,
        "text_wrap": True,
        "border": 1,
        "border_color": "#ffffff",
    },
    "text": {"indent": 1},
    "wrap": {"text_wrap": True},
    "quiet": {"font_color": "#4a4a4a", "bg_color": PALE},
    "input": {"font_color": INPUT_INK, "bg_color": INPUT, "border": 1, "border_color": "#d8c860"},
}
_TITLE_HEIGHT, _HEAD_HEIGHT, _LINE_HEIGHT, _LINE_MARGIN = 22.0, 40.0, 13.2, 2.0
_MOST_LINES = 30
_VISIBLE = {code: 0x2400 + code for code in range(0x20)} | {
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF), 0xFFFD),
}
_SURROGATES = re.compile("[\ud800-\udfff]")
_NUMBER_FORMATS = {
    "m": "#,##0",
    "min": "0.0",
    "kVA": "#,##0",
    "MWh/a": "#,##0",
    "dB": "0.0",
    "ms": "0.00",
    "weeks": "0",
    "GBP": "#,##0",
    "share": "0.00",
}


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook being written: its sheets, and the formats made so far.

    `warning` stands in the title of every sheet; it is empty where nothing is invented.
    """

    file: Workbook
    say: Say
    warning: str
    sheets: Mapping[str, Worksheet]
    formats: dict[tuple[str, str, bool], Format]


def visible(text: object, say: Say | None = None) -> str:
    """Make any text fit for a cell: nothing invisible steers it, and what is cut says so.

    Control characters become their pictures (U+2400 ...), and marks that turn the reading direction
    around or are no characters become U+FFFD; line feeds become spaces.
    """
    spaced = re.sub(r"[\t\r\n\u2028\u2029]+", " ", str(text))
    shown = _SURROGATES.sub("\ufffd", spaced.translate(_VISIBLE))
    if _units(shown) <= CELL_LETTERS:
        return shown
    mark = say("cut", letters=f"{len(shown):,}") if say else "…"
    room = CELL_LETTERS - _units(mark)
    # An astral letter takes two units and must not be cut in half.
    return shown.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore") + mark


def number_format(unit: str) -> str:
    """Choose how many decimals numbers of a unit are shown with; the cell holds them all."""
    return "0.000" if is_share(unit) else _NUMBER_FORMATS.get(unit, "General")


def look(book: Book, name: str, number: str = "", *, quoted: bool = False) -> Format:
    """Give the format of a name, with a number format where there is one."""
    key = (name, number, quoted)
    if key not in book.formats:
        properties = {**_BASE, **_LOOKS[name]}
        if number:
            properties["num_format"] = number
        if quoted:
            properties["quote_prefix"] = True
        book.formats[key] = book.file.add_format(properties)
    return book.formats[key]


def put_text(
    book: Book, sheet: Worksheet, row: int, column: int, text: object, name: str = "text"
) -> None:
    """Write text that is never read as a formula, link or number, not even when edited."""
    shown = visible(text, book.say)
    quoted = shown.lstrip().startswith(FORMULA_STARTS)
    sheet.write_string(row, column, shown, look(book, name, quoted=quoted))


def put_number(
    book: Book, sheet: Worksheet, row: int, column: int, value: float, number: str, name: str = ""
) -> None:
    """Write a number; unknown is an empty cell."""
    if value == value:  # noqa: PLR0124 - NaN differs from itself
        sheet.write_number(row, column, value, look(book, name or "text", number))
    else:
        sheet.write_blank(row, column, None, look(book, name or "text", number))


def put_formula(
    book: Book, sheet: Worksheet, row: int, column: int, formula: str, value: Any, number: str = ""
) -> None:
    """Write a formula with the result that it has now, for viewers that do not calculate."""
    cached = "" if value is None or value != value else value  # noqa: PLR0124 - NaN is unknown
    if hasattr(cached, "item"):
        cached = cached.item()
    if isinstance(cached, str):
        # The result of a formula that picks a text is that text, within the same limits.
        cached = visible(cached, book.say)
    sheet.write_formula(row, column, f"={formula}", look(book, "text", number), cached)


def put_heads(book: Book, sheet: Worksheet, row: int, heads: Sequence[str]) -> None:
    """Write the heads of a table."""
    sheet.set_row(row, _HEAD_HEIGHT)
    for column, head in enumerate(heads):
        put_text(book, sheet, row, column, head, "head")


def begin(book: Book, sheet: str) -> Worksheet:
    """Write the title and note of a sheet, with a warning where data is invented."""
    page, title = book.sheets[sheet], book.say(f"{sheet}.title")
    if book.warning:
        put_text(book, page, 0, 0, f"{title}: {book.warning}", "loud_title")
    else:
        put_text(book, page, 0, 0, title, "title")
    page.set_row(0, _TITLE_HEIGHT)
    put_text(book, page, 1, 0, book.say(f"{sheet}.note"), "note")
    return page


def row_height(texts: Iterable[tuple[object, float]]) -> float:
    """Give a row the height that its wrapped texts need [points].

    Not every program fits a row to its text by itself.

    Parameters
    ----------
    texts : each text of the row, and the width of its column in letters.
    """
    lines = max((math.ceil(len(str(text)) / width) for text, width in texts), default=1)
    return _LINE_HEIGHT * min(max(lines, 1), _MOST_LINES) + _LINE_MARGIN


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
