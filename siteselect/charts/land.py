"""What each exclusion takes of the study area, as bars that end where the next one begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siteselect.charts.drawing import (
    GRID,
    HATCH,
    MISSED,
    POSSIBLE_EDGE,
    QUIET,
    SURE,
    box_mark,
    fitted,
    hatch,
    key_lines,
    svg_document,
    svg_tag,
    svg_text,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH, _LABEL_END, _PLOT_START, _PLOT_END, _VALUE_START = 680, 214, 222, 544, 556
_ROW, _BAR, _TOP, _AXIS_ROOM = 30, 16, 36, 30
_FONT = 13
_TICKS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Taken:
    """One exclusion, in percent of the study area: what was there before it, and what is left.

    `unknown` is the part of what is left about which its layer says nothing.
    """

    label: str
    before: float
    left: float
    unknown: float
    value: str = ""


def land_chart(rows: Sequence[Taken], *, title: str, axis: str, key: tuple[str, str, str]) -> str:
    """Draw how the study area shrinks, exclusion by exclusion.

    Parameters
    ----------
    rows : the exclusions in their order.
    title : what the chart shows, in one sentence.
    axis : what the scale of 0 to 100 counts.
    key : words for land that is left, for land that is left and cannot be judged, and for land
        that the exclusion removes.
    """
    bottom = _TOP + _ROW * len(rows)
    body = [hatch(), *_frame(bottom, axis)]
    for place, row in enumerate(rows):
        top = _TOP + _ROW * place
        line = top + _ROW / 2 + 5
        sure = max(row.left - row.unknown, 0.0)
        label = svg_text(fitted(row.label, _LABEL_END - 6, _FONT))
        value = svg_text(fitted(row.value, _WIDTH - _VALUE_START - 4, _FONT))
        body.append(text_at(_LABEL_END, line, label, size=_FONT, anchor="end"))
        body.append(_bar(top, 0.0, sure, SURE))
        body.append(_bar(top, sure, row.left, HATCH, POSSIBLE_EDGE))
        body.append(_bar(top, row.left, row.before, MISSED))
        body.append(text_at(_VALUE_START, line, value, size=_FONT))
    marks = (box_mark(SURE), box_mark(HATCH, POSSIBLE_EDGE), box_mark(MISSED))
    entries = list(zip(marks, key, strict=True))
    below, height = key_lines(entries, bottom + _AXIS_ROOM, left=8, right=_WIDTH - 8)
    return svg_document(_WIDTH, height, [*body, *below], title=title)


def _bar(top: float, start: float, end: float, fill: str, edge: str = "") -> str:
    if end <= start:
        return ""
    left, right = _x(start), _x(end)
    y = top + (_ROW - _BAR) / 2
    return svg_tag("rect", x=left, y=y, width=right - left, height=_BAR, fill=fill, stroke=edge)


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


def _x(percent: float) -> float:
    share = min(max(percent / 100, 0.0), 1.0)
    return _PLOT_START + share * (_PLOT_END - _PLOT_START)
