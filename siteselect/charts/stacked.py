"""The points of a few sites, each as one bar of parts: what every group of criteria gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siteselect.charts.drawing import (
    FONT,
    GRID,
    HATCH,
    INK,
    POSSIBLE_EDGE,
    QUIET,
    box_mark,
    fitted,
    hatch,
    key_lines,
    svg_document,
    svg_tag,
    svg_text,
    text_at,
    width_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

TINTS = (
    *("#8ec3e6", "#9fd8b4", "#e9b9d3", "#f4b183"),
    *("#f3e79b", "#c9ced3", "#b9c2f2", "#d7bf99"),
)
"""Light enough for black numbers; the number in a part says which it is, not the colour alone."""

_WIDTH, _PLOT_START, _PLOT_END = 680, 8, 596
_ROW, _BAR, _LABEL, _TOP, _AXIS_ROOM = 56, 24, 22, 34, 30
_TICKS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Stack:
    """The points of one site, of 100: sure ones by part, and how many more are possible."""

    label: str
    parts: tuple[float, ...]
    possible: float
    value: str = ""


def stacked_chart(
    stacks: Sequence[Stack], parts: Sequence[str], *, title: str, axis: str, possible: str
) -> str:
    """Draw the points of some sites under one another, each bar made of numbered parts.

    Parameters
    ----------
    stacks : the sites.
    parts : names of the parts, in their order; the key gives each its number.
    title : what the chart shows, in one sentence.
    axis : what the scale of 0 to 100 counts.
    possible : words for points that are possible and not sure.

    Raises
    ------
    ValueError
        A site has not as many parts as there are names.
    """
    if any(len(stack.parts) != len(parts) for stack in stacks):
        raise ValueError(f"every site needs {len(parts)} parts, one for each name")
    bottom = _TOP + _ROW * len(stacks)
    body = [hatch(), *_frame(bottom, axis)]
    for place, stack in enumerate(stacks):
        body += _row(_TOP + _ROW * place, stack)
    entries = [
        (box_mark(_tint(place), INK), f"{place + 1} {name}") for place, name in enumerate(parts)
    ]
    if any(stack.possible > 0 for stack in stacks):
        entries.append((box_mark(HATCH, POSSIBLE_EDGE), possible))
    below, height = key_lines(entries, bottom + _AXIS_ROOM, left=8, right=_WIDTH - 8)
    return svg_document(_WIDTH, height, [*body, *below], title=title)


def _row(top: float, stack: Stack) -> list[str]:
    label = svg_text(fitted(stack.label, _PLOT_END - _PLOT_START))
    drawn = [text_at(_PLOT_START, top + _LABEL - 7, label, size=FONT, weight=700)]
    start = 0.0
    for place, points in enumerate(stack.parts):
        if points > 0:
            drawn += _part(start, start + points, top + _LABEL, place)
        start += points
    if stack.possible > 0:
        drawn.append(_rect(start, start + stack.possible, top + _LABEL, HATCH, edge=POSSIBLE_EDGE))
    value = svg_text(fitted(stack.value, _WIDTH - _PLOT_END - 12))
    drawn.append(text_at(_PLOT_END + 10, top + _LABEL + 17, value, size=FONT))
    return drawn


def _part(start: float, end: float, top: float, place: int) -> list[str]:
    number = str(place + 1)
    drawn = [_rect(start, end, top, _tint(place), edge=INK)]
    if _x(end) - _x(start) > width_of(number) + 4:
        middle = (_x(start) + _x(end)) / 2
        drawn.append(text_at(middle, top + 17, number, size=FONT, anchor="middle"))
    return drawn


def _rect(start: float, end: float, top: float, fill: str, *, edge: str) -> str:
    left, right = _x(start), _x(end)
    return svg_tag("rect", x=left, y=top, width=right - left, height=_BAR, fill=fill, stroke=edge)


def _frame(bottom: float, axis: str) -> list[str]:
    parts = [
        svg_tag("rect", width=_WIDTH, height="100%", fill="#ffffff"),
        text_at(_PLOT_START, 18, svg_text(axis), fill=QUIET),
    ]
    for tick in _TICKS:
        x = _x(tick)
        parts.append(svg_tag("path", d=f"M{x:.1f} {_TOP - 6}V{bottom}", stroke=GRID))
        parts.append(text_at(x, bottom + 16, str(tick), anchor="middle", fill=QUIET))
    return parts


def _tint(place: int) -> str:
    return TINTS[place % len(TINTS)]


def _x(points: float) -> float:
    share = min(max(points / 100, 0.0), 1.0)
    return _PLOT_START + share * (_PLOT_END - _PLOT_START)
