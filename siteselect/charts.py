"""Charts as light SVG text: the points of one site, and the score ranges of several."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FULL = 100.0
"""Points a site would have at the top of every scale."""

SURE = "#0b5c8f"
POSSIBLE, POSSIBLE_EDGE = "#e69f00", "#8a5a00"
MISSED, GRID = "#cdd5db", "#dfe4e8"
INK, QUIET = "#1b1f23", "#59636e"
"""Blue, orange and greys stay apart in every common form of colour blindness (Okabe and Ito)."""

HATCH = "url(#unknown)"

_WIDTH, _LABEL_END, _PLOT_START, _PLOT_END, _VALUE_START = 680, 244, 252, 574, 586
_ROW, _BAR, _TOP, _FOOT = 30, 16, 36, 58
_FONT, _SMALL = 13, 12
_LABEL_LETTERS, _VALUE_LETTERS, _KEY_LETTERS = 37, 14, 40
_TICKS = (0, 25, 50, 75, 100)
_BREAKS = dict.fromkeys(map(ord, "\t\n\r\x0b\x0c\x85\u2028\u2029"), " ")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS = "\u200c\u200d"


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

    Control, formatting and unpaired surrogate characters are dropped: they would break an SVG or
    turn the reading direction of a page around. Markup is left to the target's own encoder.

    Parameters
    ----------
    text : what a file or a user gave.
    limit : most letters to keep, with an ellipsis as the last; None keeps all.
    """
    spaced = str(text).translate(_BREAKS)
    kept = "".join(letter for letter in spaced if _is_shown(letter))
    line = " ".join(kept.split())
    if limit is None or len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + "…"


def _is_shown(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.category(letter) not in _INVISIBLE


def svg_tag(name: str, *content: str, **attributes: float | str) -> str:
    """Write one SVG element; numbers are cut to a tenth, attribute text is encoded.

    Parameters
    ----------
    name : element name.
    content : what stands inside, already encoded (other elements, or `svg_text`).
    attributes : values by name, with `_` for `-`; empty text leaves an attribute out.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_attribute(value))}"
        for key, value in attributes.items()
        if value != ""
    )
    inside = "".join(content)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def svg_text(text: object, limit: int | None = None) -> str:
    """Encode text for the inside of an SVG element."""
    return escape(plain(text, limit))


def svg_document(width: float, height: float, body: Iterable[str], *, title: str) -> str:
    """Wrap drawn parts as an SVG document that names itself to a screen reader."""
    return svg_tag(
        "svg",
        svg_tag("title", svg_text(title)),
        *body,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        aria_label=plain(title),
        font_family="Liberation Sans, Arial, Helvetica, sans-serif",
    )


def hatch() -> str:
    """Define the hatching that stands for what is not known."""
    tile = svg_tag("rect", width=7, height=7, fill=POSSIBLE)
    stripe = svg_tag("rect", width=3, height=7, fill="#ffffff")
    pattern = svg_tag(
        "pattern",
        tile,
        stripe,
        id="unknown",
        width=7,
        height=7,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    return svg_tag("defs", pattern)


def waterfall_chart(
    bars: Sequence[Bar],
    *,
    title: str,
    total: str,
    total_value: str,
    axis: str,
    key: tuple[str, str, str],
) -> str:
    """Draw how the points of one site add up, criterion by criterion.

    Every bar starts where the one above ends, so that the last row is their sum.

    Parameters
    ----------
    bars : the criteria, in the order in which they are to add up.
    title : what the chart shows, in one sentence.
    total : label of the last row.
    total_value : the sum in words, beside the last row.
    axis : what the scale of 0 to 100 counts.
    key : words for sure, possible and missed points.
    """
    bottom = _TOP + _ROW * (len(bars) + 1)
    body = [hatch(), *_frame(bottom, axis)]
    start = 0.0
    for place, bar in enumerate(bars):
        top = _TOP + _ROW * place
        body += _row_text(top, bar.label, bar.value)
        body.append(_rect(start, start + bar.most, top, MISSED))
        body += _span(start, bar.low, bar.high, top)
        start += bar.high
    top = bottom - _ROW
    body.append(svg_tag("path", d=f"M0 {top}H{_WIDTH}", stroke=QUIET))
    body += _row_text(top, total, total_value, bold=True)
    body += _span(0.0, sum(bar.low for bar in bars), sum(bar.high for bar in bars), top)
    body += _key(bottom + _FOOT, [(SURE, key[0]), (HATCH, key[1]), (MISSED, key[2])])
    return svg_document(_WIDTH, bottom + _FOOT, body, title=title)


def interval_chart(
    intervals: Sequence[Interval], *, title: str, axis: str, key: tuple[str, str, str]
) -> str:
    """Draw the score range of several sites under one another on the same scale.

    Parameters
    ----------
    intervals : the sites, best first.
    title : what the chart shows, in one sentence.
    axis : what the scale of 0 to 100 counts.
    key : words for the end of a range, for the range, and for a site that a rule excludes; an
        empty one is left out.
    """
    bottom = _TOP + _ROW * len(intervals)
    body = [hatch(), *_frame(bottom, axis)]
    for place, interval in enumerate(intervals):
        top = _TOP + _ROW * place
        if interval.marked:
            body.append(svg_tag("rect", y=top, width=_WIDTH, height=_ROW, fill="#eaf2f8"))
        body += _row_text(top, interval.label, interval.value, bold=interval.marked)
        body += _strip(interval, top)
    body += _key(bottom + _FOOT, [(SURE, key[0]), (HATCH, key[1]), ("cross", key[2])])
    return svg_document(_WIDTH, bottom + _FOOT, body, title=title)


def _strip(interval: Interval, top: float) -> list[str]:
    low, high, middle = _x(interval.low), _x(interval.high), top + _ROW / 2
    if interval.state == "excluded":
        path = f"M{low:.1f} {middle:.1f}H{high:.1f}"
        line = svg_tag("path", d=path, stroke=QUIET, stroke_width=2, stroke_dasharray="2 4")
        return [line, _cross((low + high) / 2, middle)]
    parts = []
    if high > low:
        parts.append(_rect(interval.low, interval.high, top, HATCH, POSSIBLE_EDGE))
    return parts + [
        svg_tag("rect", x=x - 2, y=middle - 11, width=4, height=22, fill=SURE)
        for x in sorted({low, high})
    ]


def _span(start: float, low: float, high: float, top: float) -> list[str]:
    parts = [_rect(start, start + low, top, SURE)]
    if high > low:
        parts.append(_rect(start + low, start + high, top, HATCH, POSSIBLE_EDGE))
    return parts


def _rect(start: float, end: float, top: float, fill: str, edge: str = "") -> str:
    left, right = _x(start), _x(end)
    return svg_tag(
        "rect",
        x=left,
        y=top + (_ROW - _BAR) / 2,
        width=max(right - left, 0.0),
        height=_BAR,
        fill=fill,
        stroke=edge,
    )


def _cross(x: float, y: float) -> str:
    path = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"
    return svg_tag("path", d=path, stroke=INK, stroke_width=2.5, fill="none")


def _row_text(top: float, label: str, value: str, *, bold: bool = False) -> list[str]:
    line, weight = top + _ROW / 2 + 5, 700 if bold else 400
    name = svg_text(label, _LABEL_LETTERS)
    number = svg_text(value, _VALUE_LETTERS)
    return [
        _words(_LABEL_END, line, name, size=_FONT, anchor="end", weight=weight),
        _words(_VALUE_START, line, number, size=_FONT, weight=weight),
    ]


def _words(
    x: float,
    y: float,
    encoded: str,
    *,
    size: int = _SMALL,
    anchor: str = "",
    fill: str = INK,
    weight: int = 400,
) -> str:
    return svg_tag(
        "text", encoded, x=x, y=y, font_size=size, text_anchor=anchor, fill=fill, font_weight=weight
    )


def _frame(bottom: float, axis: str) -> list[str]:
    parts = [
        svg_tag("rect", width=_WIDTH, height="100%", fill="#ffffff"),
        _words(_PLOT_START, 20, svg_text(axis), fill=QUIET),
    ]
    for tick in _TICKS:
        x = _x(tick)
        parts.append(svg_tag("path", d=f"M{x:.1f} {_TOP - 6}V{bottom}", stroke=GRID))
        parts.append(_words(x, bottom + 16, str(tick), anchor="middle", fill=QUIET))
    return parts


def _key(height: float, entries: Sequence[tuple[str, str]]) -> list[str]:
    parts: list[str] = []
    left, line = 8.0, height - 12
    for fill, word in entries:
        if not word:
            continue
        if fill == "cross":
            parts.append(_cross(left + 9, line - 5))
        else:
            edge = POSSIBLE_EDGE if fill == HATCH else ""
            parts.append(
                svg_tag("rect", x=left, y=line - 12, width=18, height=13, fill=fill, stroke=edge)
            )
        parts.append(_words(left + 24, line, svg_text(word, _KEY_LETTERS)))
        left += 46 + 6.3 * min(len(word), _KEY_LETTERS)
    return parts


def _x(points: float) -> float:
    share = min(max(points / FULL, 0.0), 1.0)
    return _PLOT_START + share * (_PLOT_END - _PLOT_START)


def _attribute(value: float | str) -> str:
    if isinstance(value, str):
        return plain(value)
    return f"{value:.1f}".removesuffix(".0")
