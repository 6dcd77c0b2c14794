"""The marks that the charts of money are put together from: swings, stacked parts, list lines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from siteselect.charts.axes import LABEL, WIDTH, figures, ticks
from siteselect.charts.drawing import (
    FONT,
    GRID,
    HATCH,
    INK,
    MISSED,
    POSSIBLE,
    POSSIBLE_EDGE,
    QUIET,
    SURE,
    fitted,
    svg_tag,
    svg_text,
    text_at,
)
from siteselect.charts.gaps import question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteselect.charts.money_tables import Swing

ROW, HEAD = 46, 58
"""Height of a row of a tornado chart, and of what stands above the first [px]."""
FILLS = (SURE, POSSIBLE, MISSED, QUIET, "#7fb2d6", "#ffe2ab")
"""Fills of stacked parts in turn: neighbours differ in lightness as well as in hue."""
STACK_BOTTOM = 66.0

_BAR = 16
_FIRST, _LAST = 104.0, 376.0
_STACK_TOP = 36.0
_NUMBER_GAP, _BLANK, _MOST_BLANKS = 17.0, 26.0, 6


def tornado_frame(reach: tuple[float, float], bottom: float, axis: str) -> list[str]:
    """Draw the paper, the grid and the scale of changes from the base case."""
    parts = [
        svg_tag("rect", width=WIDTH, height="100%", fill="#ffffff"),
        text_at(4, 18, svg_text(fitted(axis, WIDTH - 8)), size=FONT, fill=QUIET),
    ]
    for mark in ticks(*reach, 5):
        if not reach[0] <= mark <= reach[1]:
            continue
        x, zero = across(mark, reach), mark == 0
        line = {"stroke": INK if zero else GRID, "stroke_width": "1.5" if zero else "1"}
        parts.append(svg_tag("path", d=f"M{x:.1f} {HEAD - 8}V{bottom}", **line))
        sign = "+" if mark > 0 else ""
        words = sign + figures(mark)
        parts.append(text_at(x, bottom + 18, words, size=LABEL, anchor="middle", fill=QUIET))
    return parts


def across(value: float, reach: tuple[float, float]) -> float:
    """Place a change on the scale [px]."""
    low, high = reach
    return _FIRST + (value - low) / (high - low or 1.0) * (_LAST - _FIRST)


def swing_bars(
    row: Swing, move: Sequence[float], top: float, reach: tuple[float, float]
) -> list[str]:
    """Draw one input: its name, a bar to either end, and what the input is there."""
    zero, bar = across(0.0, reach), top + 22
    ends = []
    parts = [text_at(4, top + 14, svg_text(fitted(row.label, WIDTH - 8)), size=FONT, rim=True)]
    styles = (
        {"class_": "low", "fill": POSSIBLE, "stroke": POSSIBLE_EDGE},
        {"class_": "high", "fill": SURE},
    )
    # the wider bar goes first, so that two on one side of the base case both stay in sight
    for at in sorted((0, 1), key=lambda at: -abs(np.nan_to_num(move[at]))):
        if math.isnan(move[at]):
            continue
        x = across(move[at], reach)
        left, width = min(x, zero), abs(x - zero)
        parts.append(svg_tag("rect", x=left, y=bar, width=width, height=_BAR, **styles[at]))
        ends.append(x)
    low_first = not np.nan_to_num(move[0]) > np.nan_to_num(move[1])
    labels = [
        f"{label} ?" if math.isnan(value) else label
        for label, value in zip((row.low_label, row.high_label), move, strict=True)
    ]
    middle = f"M{zero:.1f} {bar - 3}V{bar + _BAR + 3}"
    parts.append(svg_tag("path", d=middle, stroke=INK, stroke_width=1.5))
    first, last = labels if low_first else reversed(labels)
    if np.isnan(move).any():
        parts += _blank(zero, bar)
        ends += [zero - 11, zero + 11]
    left, right = min(zero, *ends) - 6, max(zero, *ends) + 6
    line = bar + _BAR / 2 + 4.5
    parts.append(
        text_at(left, line, svg_text(fitted(first, left - 2, LABEL)), size=LABEL, anchor="end")
    )
    room = WIDTH - 2 - right
    parts.append(text_at(right, line, svg_text(fitted(last, room, LABEL)), size=LABEL))
    return parts


def _blank(middle: float, top: float) -> list[str]:
    place = {"x": middle - 11, "y": top, "width": 22, "height": _BAR}
    box = svg_tag("rect", class_="gap", fill=HATCH, stroke=POSSIBLE_EDGE, **place)
    return [box, question(middle, top + _BAR / 2)]


def list_line(
    line: float,
    number: str,
    label: str,
    written: str,
    share: str,
    *,
    fill: str = INK,
    weight: int = 400,
) -> list[str]:
    """Write a line of the list below a stacked bar: number, label, amount, share."""
    right = WIDTH - 6
    return [
        text_at(44, line, number, size=FONT, anchor="end", weight=700),
        text_at(52, line, svg_text(fitted(label, 250)), size=FONT, fill=fill, weight=weight),
        text_at(408, line, svg_text(written), size=FONT, anchor="end", fill=fill, weight=weight),
        text_at(right, line, svg_text(share), size=FONT, anchor="end", fill=fill, weight=weight),
    ]


def fill_of(place: int, value: float) -> str:
    """Choose the fill of a part: hatched where not known, hollow where money comes in."""
    if math.isnan(value):
        return HATCH
    return "#ffffff" if value < 0 else FILLS[place % len(FILLS)]


def stack_bar(values: Sequence[float]) -> list[str]:
    """Draw amounts end to end: those below zero to its left, what is not known behind the end."""
    blanks = sum(math.isnan(value) for value in values)
    below = -sum(value for value in values if value < 0)
    span = below + sum(value for value in values if value > 0)
    room = WIDTH - 8 - _BLANK * min(blanks, _MOST_BLANKS)
    ends, parts, middles = [4 + (room * below / span if span else 0.0)] * 2, [], {}
    zero = ends[0]
    for place, value in enumerate(values):
        if math.isnan(value) or not span:
            continue
        width, side = room * abs(value) / span, int(value > 0)
        left = ends[1] if side else ends[0] - width
        ends[side] += width if side else -width
        middles[place] = left + width / 2
        parts.append(_part(left, width, fill_of(place, value), "part"))
    for at, place in enumerate([p for p, value in enumerate(values) if math.isnan(value)]):
        left = ends[1] + 4 + min(at, _MOST_BLANKS - 1) * _BLANK
        parts.append(_part(left, _BLANK - 4, HATCH, "gap"))
        middles[place] = left + _BLANK / 2 - 2
    if below:
        line = f"M{zero:.1f} {_STACK_TOP - 4}V{STACK_BOTTOM + 4}"
        parts.append(svg_tag("path", d=line, stroke=INK, stroke_width=2))
    return parts + _numbers(middles)


def _part(left: float, width: float, fill: str, kind: str) -> str:
    place = {"x": left, "y": _STACK_TOP, "width": width, "height": STACK_BOTTOM - _STACK_TOP}
    edge = INK if fill == "#ffffff" else "#ffffff"
    return svg_tag("rect", class_=kind, fill=fill, stroke=edge, **place)


def _numbers(middles: dict[int, float]) -> list[str]:
    """Write the number of each part above it, moved aside where the parts are narrow."""
    order = sorted(middles, key=lambda place: middles[place])
    gap = min(_NUMBER_GAP, (WIDTH - 24) / max(len(order) - 1, 1))
    spots = [middles[place] for place in order]
    for at in range(1, len(spots)):
        spots[at] = max(spots[at], spots[at - 1] + gap)
    last = WIDTH - 12.0
    for at in reversed(range(len(spots))):
        spots[at] = min(spots[at], last)
        last = spots[at] - gap
    parts = []
    for place, spot in zip(order, spots, strict=True):
        leader = f"M{spot:.1f} 20L{middles[place]:.1f} {_STACK_TOP}"
        parts.append(svg_tag("path", d=leader, stroke=QUIET))
        parts.append(text_at(spot, 16, str(place + 1), size=LABEL, anchor="middle", weight=700))
    return parts
