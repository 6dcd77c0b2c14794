"""Charts as light SVG text: the points of one site, and the score ranges of several."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

FULL = 100.0
"""Points a site would have at the top of every scale."""

SURE = "#0b5c8f"
POSSIBLE = "#e69f00"
MISSED = "#e3e7ea"
INK = "#1b1f23"
QUIET = "#59636e"
"""Blue, orange and greys stay apart in every common form of colour blindness (Okabe and Ito)."""

_WIDTH = 640
_LABEL_END = 208
_PLOT_START = 216
_PLOT_END = 546
_VALUE_START = 554
_ROW = 30
_BAR = 16
_TOP = 30
_FONT = 14
_SMALL = 12
_LABEL_LETTERS = 30
_VALUE_LETTERS = 13
_TICKS = (0, 25, 50, 75, 100)
_FORMATTING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Bar:
    """One criterion's step in a site's score, in points of 100.

    `low` is sure, `high` possible, `most` what the top of the scale would have given.
    """

    label: str
    low: float
    high: float
    most: float
    value: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """The score range of one site, in points of 100."""

    label: str
    low: float
    high: float
    value: str = ""
    state: Literal["ranked", "excluded"] = "ranked"
    marked: bool = False


def plain(text: object, limit: int | None = None) -> str:
    """Make text from outside fit to be shown: one line, no invisible characters, cut to a length.

    Control, formatting and unpaired surrogate characters are dropped: they would break the SVG or
    turn the reading direction of the page around. Markup is left to the target's own encoder.

    Parameters
    ----------
    text : what a file or a user gave.
    limit : most letters to keep, with an ellipsis as the last; None keeps all.
    """
    spaced = "".join(
        " " if letter in "\t\n\r\x0b\x0c\u2028\u2029" else letter for letter in str(text)
    )
    kept = "".join(letter for letter in spaced if unicodedata.category(letter) not in _FORMATTING)
    line = " ".join(kept.split())
    if limit is None or len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + "…"


def svg_text(text: object, limit: int | None = None) -> str:
    """Encode text for the inside of an SVG element or a double-quoted attribute."""
    return escape(plain(text, limit), {'"': "&quot;", "'": "&#39;"})


def svg_document(
    width: float, height: float, body: Sequence[str], *, title: str, summary: str = ""
) -> str:
    """Wrap drawn parts as an SVG document that names itself to a screen reader."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{svg_text(title)}" '
        'font-family="Liberation Sans, Arial, Helvetica, sans-serif">'
    )
    described = [f"<title>{svg_text(title)}</title>"]
    if summary:
        described.append(f"<desc>{svg_text(summary)}</desc>")
    return "".join([head, *described, *body, "</svg>"])


def waterfall_chart(
    bars: Sequence[Bar], *, title: str, total: str, axis: str, key: tuple[str, str, str]
) -> str:
    """Draw how the points of one site add up, criterion by criterion.

    Every bar starts where the one above ends, so that the last row is their sum.

    Parameters
    ----------
    bars : the criteria, in the order in which they are to add up.
    title : what the chart shows, in one sentence.
    total : label of the last row.
    axis : what the scale of 0 to 100 counts.
    key : words for sure, possible and missed points.
    """
    height = _TOP + _ROW * (len(bars) + 1) + 58
    body = [_hatch(), *_frame(_TOP + _ROW * (len(bars) + 1), axis)]
    start = 0.0
    for place, bar in enumerate(bars):
        top = _TOP + _ROW * place
        body += _row_text(top, bar.label, bar.value)
        body.append(_rect(start, start + bar.most, top, MISSED))
        body += _span(start, bar.low, bar.high, top)
        start += bar.high
    top = _TOP + _ROW * len(bars)
    low, high = sum(bar.low for bar in bars), sum(bar.high for bar in bars)
    body.append(_rule(top))
    body += _row_text(top, total, _range(low, high), bold=True)
    body += _span(0.0, low, high, top)
    body += _key(height, [(SURE, key[0]), ("url(#unknown)", key[1]), (MISSED, key[2])])
    return svg_document(_WIDTH, height, body, title=title)


def interval_chart(
    intervals: Sequence[Interval], *, title: str, axis: str, key: tuple[str, str, str]
) -> str:
    """Draw the score range of several sites under one another on the same scale.

    Parameters
    ----------
    intervals : the sites, best first.
    title : what the chart shows, in one sentence.
    axis : what the scale of 0 to 100 counts.
    key : words for a range, for a known score, and for a site that a rule excludes.
    """
    height = _TOP + _ROW * len(intervals) + 58
    body = [_hatch(), *_frame(_TOP + _ROW * len(intervals), axis)]
    for place, interval in enumerate(intervals):
        top = _TOP + _ROW * place
        body += _row_text(top, interval.label, interval.value, bold=interval.marked)
        body += _strip(interval, top)
    body += _key(height, [("url(#unknown)", key[0]), (SURE, key[1]), ("cross", key[2])])
    return svg_document(_WIDTH, height, body, title=title)


def _strip(interval: Interval, top: float) -> list[str]:
    low, high, middle = _x(interval.low), _x(interval.high), top + _ROW / 2
    if interval.state == "excluded":
        return [
            f'<path d="M{low:.1f} {middle:.1f}H{high:.1f}" stroke="{QUIET}" stroke-width="2" '
            'stroke-dasharray="2 4"/>',
            _cross((low + high) / 2, middle),
        ]
    parts = []
    if high - low > 1:
        parts.append(_rect(interval.low, interval.high, top, "url(#unknown)", edge="#8a5a00"))
    return [*parts, *(_needle(x, top) for x in sorted({round(low, 1), round(high, 1)}))]


def _needle(x: float, top: float) -> str:
    return (
        f'<rect x="{x - 2:.1f}" y="{top + _ROW / 2 - 11:.1f}" width="4" height="22" fill="{SURE}"/>'
    )


def _cross(x: float, y: float) -> str:
    return (
        f'<path d="M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10" stroke="{INK}" '
        'stroke-width="2.5" fill="none"/>'
    )


def _span(start: float, low: float, high: float, top: float) -> list[str]:
    parts = [_rect(start, start + low, top, SURE)]
    if high > low:
        parts.append(_rect(start + low, start + high, top, "url(#unknown)", edge="#8a5a00"))
    return parts


def _rect(start: float, end: float, top: float, fill: str, edge: str = "") -> str:
    left, right = _x(start), _x(end)
    outline = f' stroke="{edge}" stroke-width="1"' if edge else ""
    return (
        f'<rect x="{left:.1f}" y="{top + (_ROW - _BAR) / 2:.1f}" width="{max(right - left, 0):.1f}" '
        f'height="{_BAR}" fill="{fill}"{outline}/>'
    )


def _x(points: float) -> float:
    share = min(max(points / FULL, 0.0), 1.0)
    return _PLOT_START + share * (_PLOT_END - _PLOT_START)


def _row_text(top: float, label: str, value: str, *, bold: bool = False) -> list[str]:
    weight = ' font-weight="700"' if bold else ""
    line = top + _ROW / 2 + 5
    return [
        f'<text x="{_LABEL_END}" y="{line:.1f}" text-anchor="end" font-size="{_FONT}" '
        f'fill="{INK}"{weight}>{svg_text(label, _LABEL_LETTERS)}</text>',
        f'<text x="{_VALUE_START}" y="{line:.1f}" font-size="{_FONT}" fill="{INK}"{weight}>'
        f"{svg_text(value, _VALUE_LETTERS)}</text>",
    ]


def _frame(bottom: float, axis: str) -> list[str]:
    parts = [
        f'<rect width="{_WIDTH}" height="100%" fill="#ffffff"/>',
        f'<text x="{_PLOT_START}" y="14" font-size="{_SMALL}" fill="{QUIET}">{svg_text(axis)}</text>',
    ]
    for tick in _TICKS:
        x = _x(tick)
        parts.append(
            f'<path d="M{x:.1f} {_TOP - 6}V{bottom}" stroke="#c9d1d9" stroke-width="1"/>'
            f'<text x="{x:.1f}" y="{bottom + 16:.1f}" text-anchor="middle" font-size="{_SMALL}" '
            f'fill="{QUIET}">{tick}</text>'
        )
    return parts


def _rule(top: float) -> str:
    return f'<path d="M0 {top}H{_WIDTH}" stroke="{QUIET}" stroke-width="1"/>'


def _key(height: float, entries: Sequence[tuple[str, str]]) -> list[str]:
    parts: list[str] = []
    left = 8.0
    line = height - 12
    for fill, word in entries:
        if fill == "cross":
            parts.append(_cross(left + 9, line - 5))
        else:
            edge = ' stroke="#8a5a00"' if fill.startswith("url") else ""
            parts.append(
                f'<rect x="{left:.1f}" y="{line - 12:.1f}" width="18" height="13" '
                f'fill="{fill}"{edge}/>'
            )
        parts.append(
            f'<text x="{left + 24:.1f}" y="{line:.1f}" font-size="{_SMALL}" fill="{INK}">'
            f"{svg_text(word, 40)}</text>"
        )
        left += 24 + 6.3 * min(len(word), 40) + 22
    return parts


def _hatch() -> str:
    return (
        '<defs><pattern id="unknown" width="7" height="7" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="7" height="7" fill="{POSSIBLE}"/>'
        '<rect width="3" height="7" fill="#ffffff"/></pattern></defs>'
    )


def _range(low: float, high: float) -> str:
    bottom, top = f"{low:.1f}", f"{high:.1f}"
    return bottom if bottom == top else f"{bottom} to {top}"
