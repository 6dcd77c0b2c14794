"""How often each of the leading sites came at each place, as a strip of squares a site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siteselect.charts.drawing import (
    GRID,
    INK,
    QUIET,
    SMALL,
    SURE,
    svg_document,
    svg_tag,
    svg_text,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH, _LABEL_END, _PLOT_START, _PLOT_END = 680, 214, 222, 672
_ROW, _TOP, _FOOT = 30, 54, 14
_FONT = 13
_LABEL_LETTERS = 32
_DARK = 0.8
"""Share from which white is easier to read on a square than black."""
_LEAST = 0.005
"""Least share that is written and shaded; below it the place stays empty."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Strip:
    """Shares of the draws in which a site came first, second and so on; the last is the rest."""

    label: str
    shares: tuple[float, ...]


def rank_strips(strips: Sequence[Strip], *, title: str, axis: str, later: str) -> str:
    """Draw how often each site came at each place; the darker a square, the more often.

    The number in a square is the share in per cent, so that nothing rests on shade alone.

    Parameters
    ----------
    strips : the sites, all with the same number of shares.
    title : what the chart shows, in one sentence.
    axis : what the columns count.
    later : head of the last column, which holds all places beyond.

    Raises
    ------
    ValueError
        The strips differ in length, or a share is none.
    """
    lengths = {len(strip.shares) for strip in strips}
    if len(lengths) > 1:
        raise ValueError(f"the strips of one chart differ in length: {sorted(lengths)}")
    columns = lengths.pop() if lengths else 1
    width = (_PLOT_END - _PLOT_START) / columns
    body = [
        svg_tag("rect", width=_WIDTH, height="100%", fill="#ffffff"),
        text_at(_PLOT_START, 18, svg_text(axis, 70), fill=QUIET),
    ]
    for place in range(columns):
        head = str(place + 1) if place < columns - 1 else later
        x = _PLOT_START + (place + 0.5) * width
        body.append(text_at(x, _TOP - 8, svg_text(head, 8), anchor="middle", fill=QUIET))
    for row, strip in enumerate(strips):
        top = _TOP + _ROW * row
        name = svg_text(strip.label, _LABEL_LETTERS)
        body.append(text_at(_LABEL_END, top + 20, name, size=_FONT, anchor="end"))
        body.append(svg_tag("path", d=f"M{_PLOT_START} {top + _ROW}H{_PLOT_END}", stroke=GRID))
        body.append(_squares(strip.shares, top, width))
    return svg_document(_WIDTH, _TOP + _ROW * len(strips) + _FOOT, body, title=title)


def _squares(shares: Sequence[float], top: float, width: float) -> str:
    parts = []
    for place, share in enumerate(shares):
        if not 0 <= share <= 1 + _ROUNDING:
            raise ValueError(f"{share} is no share of draws")
        if share < _LEAST:
            continue
        left = _PLOT_START + place * width
        # Attributes are cut to a tenth; an opacity needs more.
        shade = f"{0.08 + 0.92 * min(share, 1.0):.2f}"
        parts += [
            svg_tag(
                "rect",
                x=left + 1,
                y=top + 2,
                width=width - 2,
                height=_ROW - 4,
                fill=SURE,
                fill_opacity=shade,
            ),
            svg_tag(
                "text",
                f"{100 * share:.0f}",
                x=left + width / 2,
                y=top + 20,
                fill="#ffffff" if share >= _DARK else "",
            ),
        ]
    return svg_tag("g", *parts, fill=INK, font_size=SMALL, text_anchor="middle")
