"""Which ranks some sites could have, whatever is not known: a bar each, and today's rank on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siteselect.charts.drawing import (
    FONT,
    GRID,
    HATCH,
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

_WIDTH, _LABEL_END, _PLOT_START, _PLOT_END, _VALUE_START = 680, 240, 256, 590, 606
_ROW, _BAR, _TOP, _AXIS_ROOM = 30, 10, 36, 30
_MOST_TICKS = 8
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Reach:
    """The rank of a site, and the best and the worst that it could have."""

    label: str
    rank: int
    best: int
    worst: int
    value: str = ""


def rank_range_chart(sites: Sequence[Reach], *, title: str, axis: str, key: tuple[str, str]) -> str:
    """Draw the possible ranks of some sites under one another, the first place on the left.

    Parameters
    ----------
    sites : the sites, in the order in which they are read.
    title : what the chart shows, in one sentence.
    axis : what the scale counts.
    key : words for the rank of today, and for the ranks that are possible.

    Raises
    ------
    ValueError
        A rank does not lie between its best and its worst.
    """
    for site in sites:
        if not 1 <= site.best <= site.rank <= site.worst:
            raise ValueError(f"rank {site.rank} does not lie in {site.best} to {site.worst}")
    last = max((site.worst for site in sites), default=1)
    bottom = _TOP + _ROW * len(sites)
    body = [hatch(), *_frame(bottom, axis, last)]
    for place, site in enumerate(sites):
        body += _row(_TOP + _ROW * place, site, last)
    marks = (box_mark(SURE), box_mark(HATCH, POSSIBLE_EDGE))
    entries = list(zip(marks, key, strict=True))
    below, height = key_lines(entries, bottom + _AXIS_ROOM, left=8, right=_WIDTH - 8)
    return svg_document(_WIDTH, height, [*body, *below], title=title)


def ticks_to(last: int) -> tuple[int, ...]:
    """Choose the ranks that are written on the scale: the first, and round ones."""
    step = next(
        step * 10**power
        for power in range(12)
        for step in _STEPS
        if last <= step * 10**power * _MOST_TICKS
    )
    return tuple(sorted({1, *range(step, last + 1, step)}))


def _row(top: float, site: Reach, last: int) -> list[str]:
    line, middle = top + _ROW / 2 + 5, top + _ROW / 2
    label = svg_text(fitted(site.label, _LABEL_END - 6))
    value = svg_text(fitted(site.value, _WIDTH - _VALUE_START - 4))
    drawn = [text_at(_LABEL_END, line, label, size=FONT, anchor="end")]
    if site.worst > site.best:
        left, right = _x(site.best, last), _x(site.worst, last)
        drawn.append(
            svg_tag(
                "rect",
                x=left,
                y=middle - _BAR / 2,
                width=right - left,
                height=_BAR,
                fill=HATCH,
                stroke=POSSIBLE_EDGE,
            )
        )
    x = _x(site.rank, last)
    drawn.append(svg_tag("rect", x=x - 4, y=middle - 10, width=8, height=20, fill=SURE))
    return [*drawn, text_at(_VALUE_START, line, value, size=FONT)]


def _frame(bottom: float, axis: str, last: int) -> list[str]:
    parts = [
        svg_tag("rect", width=_WIDTH, height="100%", fill="#ffffff"),
        text_at(_PLOT_START, 20, svg_text(axis), fill=QUIET),
    ]
    for tick in ticks_to(last):
        x = _x(tick, last)
        parts.append(svg_tag("path", d=f"M{x:.1f} {_TOP - 6}V{bottom}", stroke=GRID))
        parts.append(text_at(x, bottom + 16, str(tick), anchor="middle", fill=QUIET))
    return parts


def _x(rank: int, last: int) -> float:
    share = (rank - 1) / max(last - 1, 1)
    return _PLOT_START + share * (_PLOT_END - _PLOT_START)
