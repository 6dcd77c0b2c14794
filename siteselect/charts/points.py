"""The points of one site as a waterfall, and the score ranges of several sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from siteselect.charts.drawing import (
    GRID,
    HATCH,
    INK,
    MISSED,
    POSSIBLE_EDGE,
    QUIET,
    SURE,
    hatch,
    svg_document,
    svg_tag,
    svg_text,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

FULL = 100.0
"""Points a site would have at the top of every scale."""

_WIDTH, _LABEL_END, _PLOT_START, _PLOT_END, _VALUE_START = 680, 244, 252, 574, 586
_ROW, _BAR, _TOP, _FOOT = 30, 16, 36, 58
_FONT = 13
_LABEL_LETTERS, _VALUE_LETTERS, _KEY_LETTERS = 37, 14, 40
_TICKS = (0, 25, 50, 75, 100)


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
        text_at(_LABEL_END, line, name, size=_FONT, anchor="end", weight=weight),
        text_at(_VALUE_START, line, number, size=_FONT, weight=weight),
    ]


def _frame(bottom: float, axis: str) -> list[str]:
    parts = [
        svg_tag("rect", width=_WIDTH, height="100%", fill="#ffffff"),
        text_at(_PLOT_START, 20, svg_text(axis), fill=QUIET),
    ]
    for tick in _TICKS:
        x = _x(tick)
        parts.append(svg_tag("path", d=f"M{x:.1f} {_TOP - 6}V{bottom}", stroke=GRID))
        parts.append(text_at(x, bottom + 16, str(tick), anchor="middle", fill=QUIET))
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
        parts.append(text_at(left + 24, line, svg_text(word, _KEY_LETTERS)))
        left += 46 + 6.3 * min(len(word), _KEY_LETTERS)
    return parts


def _x(points: float) -> float:
    share = min(max(points / FULL, 0.0), 1.0)
    return _PLOT_START + share * (_PLOT_END - _PLOT_START)
