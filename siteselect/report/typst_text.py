"""Records made fit for a PDF: letters that the font has, places to break, widths of columns."""

from __future__ import annotations

import re
import struct
from dataclasses import fields, is_dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from siteselect.charts.drawing import plain
from siteselect.report.records import Cell, Figure, Row, Table

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

LONGEST_WORD = 24
"""Longest run of letters that is set without a place to break."""
PIECE = 8
MISSING_LETTER = "□"
"""What stands for a letter that the shipped font cannot show; PDF/A refuses a missing glyph."""

_BREAK = "\u200b"
_NUMBER = re.compile(r"[\u2212-]?[\d,.\u202f\u00a0]*\d\s?%?")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_LONG = re.compile(rf"[^\s{_BREAK}]{{{LONGEST_WORD + 1},}}")
_FORMAT_4 = 4
_NARROWEST, _WIDEST = 4.0, 90.0


def font_folder() -> Traversable:
    """Find the folder of the fonts that are shipped with the program."""
    return resources.files("siteselect.report").joinpath("fonts")


@cache
def letters_shown() -> frozenset[int]:
    """Read from the shipped font which letters it can show (table `cmap`, format 4).

    Letters beyond the basic plane are not among them.
    """
    font = font_folder().joinpath("LiberationSans-Regular.ttf").read_bytes()
    start = _table(font, b"cmap")
    for at in range(struct.unpack_from(">H", font, start + 2)[0]):
        (offset,) = struct.unpack_from(">I", font, start + 8 + 8 * at)
        if struct.unpack_from(">H", font, start + offset)[0] == _FORMAT_4:
            return frozenset(_mapped(font, start + offset))
    raise ValueError("the shipped font has no cmap of format 4")


def _table(font: bytes, name: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    entries = (struct.unpack_from(">4sIII", font, 12 + 16 * at) for at in range(count))
    return next(int(offset) for tag, _, offset, _ in entries if tag == name)


def _mapped(font: bytes, at: int) -> set[int]:
    doubled = struct.unpack_from(">H", font, at + 6)[0]
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", font, at + 16 + 2 * doubled)
    base = at + 16 + 3 * doubled
    found = set()
    for part, (start, end, delta) in enumerate(zip(starts, ends, deltas, strict=True)):
        (shift,) = struct.unpack_from(">H", font, base + 2 * part)
        for letter in range(start, end + 1):
            glyph = letter
            if shift:
                place = base + 2 * part + shift + 2 * (letter - start)
                if place + 2 > len(font):
                    continue
                (glyph,) = struct.unpack_from(">H", font, place)
            if glyph and (glyph + delta) % 0x10000:
                found.add(letter)
    return found - {0xFFFF}


def showable(text: str) -> str:
    """Replace letters that the font cannot show by an empty box."""
    if text.isascii():
        return text
    known = letters_shown()
    unknown = [ord(letter) for letter in set(text) if ord(letter) not in known]
    return text.translate(dict.fromkeys(unknown, MISSING_LETTER)) if unknown else text


def breakable(text: str) -> str:
    """Give a long word places to break that are not seen; fingerprints break in the template."""
    if len(text) <= LONGEST_WORD or _FINGERPRINT.fullmatch(text):
        return text
    return _LONG.sub(_pieces, text)


def _pieces(found: re.Match[str]) -> str:
    word = found[0]
    return _BREAK.join(word[at : at + PIECE] for at in range(0, len(word), PIECE))


def typeset(record: Any) -> Any:
    """Turn a record into plain data for the template; nothing in it is read as Typst source."""
    if isinstance(record, str):
        return _told(record)
    if isinstance(record, Cell):
        return _cell(record)
    if isinstance(record, Table):
        return _table_data(record)
    if isinstance(record, Figure):
        svg = record.svg if record.svg.isascii() else showable(record.svg)
        return {"svg": svg, "alt": plain(record.alt), "text": typeset(record.text)}
    if is_dataclass(record):
        told = {field.name: getattr(record, field.name) for field in fields(record)}
        return {
            name: value if name in {"url", "title", "language", "verdict"} else typeset(value)
            for name, value in told.items()
            if value != ""
        }
    return [typeset(part) for part in record] if isinstance(record, tuple | list) else record


@lru_cache(maxsize=10_000)
def _told(text: str) -> str:
    return breakable(showable(plain(text)))


def _cell(cell: Cell) -> dict[str, str]:
    told = {"text": _told(cell.text)}
    if cell.note:
        told["note"] = _told(cell.note)
    if cell.tag:
        told |= {"tag": showable(cell.tag), "tone": cell.tone or "invented"}
    if cell.url:
        told["url"] = cell.url
    return told


def _table_data(table: Table) -> dict[str, Any]:
    told: dict[str, Any] = {
        "caption": typeset(table.caption),
        "heads": [typeset(head) for head in table.heads],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "shares": column_shares(table),
        "sides": column_sides(table),
    }
    if table.total:
        told["total"] = [_cell(cell) for cell in table.total]
    if table.tag:
        told["tag"] = showable(table.tag)
    return told


def column_sides(table: Table) -> list[str]:
    """Columns of numbers stand to the right, all others to the left."""
    rows = table.rows
    return [
        "right"
        if at and rows and all(_NUMBER.fullmatch(row[at].text or "0") for row in rows)
        else "left"
        for at in range(len(table.heads))
    ]


def column_shares(table: Table) -> list[float]:
    """Share the width among columns: room for the longest word, the rest by how much is said.

    The square root evens out: a column with four times the text gets twice the width, and the
    rows grow a little instead.
    """
    rows: list[Row] = [*table.rows, *([table.total] if table.total else [])]
    shares = []
    for at, head in enumerate(table.heads):
        words = [head, *(_words(row[at]) for row in rows)]
        longest = max(min(len(word), LONGEST_WORD) for text in words for word in text.split() or "")
        said = [len(text) for text in words[1:]] or [len(head)]
        most = (max(said) + sum(said) / len(said)) / 2
        width = longest + max(0.0, most - longest) ** 0.5 * 2.5
        if max(said) <= LONGEST_WORD:
            width = max(width, *said, min(len(head), LONGEST_WORD) * 0.7)
        shares.append(round(min(max(width, _NARROWEST), _WIDEST), 1))
    return shares


def _words(cell: Cell) -> str:
    text = "0" * 24 if _FINGERPRINT.fullmatch(cell.text) else cell.text
    return f"{text} {cell.tag} {cell.note}".strip()
