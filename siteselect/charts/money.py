"""Money: the cash flow over the years, what moves a result, what the capital cost is made of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from siteselect.charts.axes import (
    LEFT,
    MONEY,
    RIGHT,
    WIDTH,
    Plot,
    Rung,
    band_labels,
    column,
    finished,
    grid,
    peak_of,
    plot_of,
    scale_for,
    zero_line,
)
from siteselect.charts.drawing import (
    FONT,
    HATCH,
    INK,
    POSSIBLE,
    POSSIBLE_EDGE,
    QUIET,
    SURE,
    box_mark,
    hatch,
    line_mark,
    svg_document,
    svg_tag,
    svg_text,
    text_at,
    width_of,
)
from siteselect.charts.gaps import unknown_bands, unknown_signs
from siteselect.charts.money_marks import (
    HEAD,
    ROW,
    STACK_BOTTOM,
    fill_of,
    list_line,
    stack_bar,
    swing_bars,
    tornado_frame,
)
from siteselect.charts.money_tables import (
    ENGLISH,
    MoneyWords,
    Swing,
    base_words,
    by_swing,
    cash_flow_text,
    cell,
    cost_scale,
    cost_text,
    flows,
    payback_words,
    payback_year,
    read_parts,
    share_of,
    sum_of,
    swing_of,
    tornado_text,
    total_name,
    unknown_years,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

MOST_SWINGS = 20
"""Rows of a tornado chart at most; the rest is in its table, and the chart says so."""

_BAR_SHARE = 0.62
_MOST_DOTS = 40
_LINE = 24


def cash_flow_bars(
    years: Sequence[int],
    net_gbp: ArrayLike,
    cumulative_gbp: ArrayLike,
    *,
    title: str,
    words: MoneyWords = ENGLISH,
) -> str:
    """Draw the net of each year as a bar from zero, and the sum so far as a line over them.

    The year in which the line leaves the red for good is marked. A year that is not known is
    hatched, and the line is broken there.

    Parameters
    ----------
    years : in order.
    net_gbp : money in less money out of each year [GBP]; NaN where not known.
    cumulative_gbp : sum of the net up to each year [GBP]; NaN where not known.
    title : what the chart shows, in one sentence.
    words : the words of the chart.

    Raises
    ------
    ValueError
        The series differ in length.
    """
    net, total = flows(years, net_gbp, cumulative_gbp)
    scale = scale_for(peak_of(net, total), MONEY)
    drawn = np.concatenate([net, total]) / scale.size
    plot, marks = plot_of(float(np.nanmin([0, *drawn])), float(np.nanmax([0, *drawn])))
    gaps = np.isnan(net) | np.isnan(total)
    body = [hatch(), *grid(plot, marks, scale.unit, words.year), *unknown_bands(plot, gaps)]
    band = (RIGHT - LEFT) / max(len(net), 1)
    for place, value in enumerate((net / scale.size).tolist()):
        if not math.isnan(value):
            left = LEFT + place * band + band * (1 - _BAR_SHARE) / 2
            body.append(column(plot, left, band * _BAR_SHARE, (0.0, value), **_sign(value)))
    body += [zero_line(plot), *_line(plot, total / scale.size, band)]
    body += [*_payback(plot, years, total, words), *unknown_signs(plot, gaps)]
    body += band_labels(years, plot.bottom)
    late = payback_words(years, total, words) if payback_year(years, total) is None else ""
    entries = [
        (box_mark(SURE), words.surplus),
        (box_mark(POSSIBLE, POSSIBLE_EDGE), words.deficit),
        (line_mark(INK, dotted=len(net) <= _MOST_DOTS), words.cumulative),
        ("", late),
        (box_mark(HATCH, POSSIBLE_EDGE), unknown_years(years, gaps, words)),
    ]
    said = cash_flow_text(years, net, total, words=words)
    return finished(body, entries, plot.bottom + 54, title=title, description=said)


def _sign(value: float) -> dict[str, str]:
    if value < 0:
        return {"class_": "deficit", "fill": POSSIBLE, "stroke": POSSIBLE_EDGE}
    return {"class_": "surplus", "fill": SURE}


def _line(plot: Plot, series: NDArray[np.float64], band: float) -> list[str]:
    path, dots, broken = "", [], True
    for place, value in enumerate(series.tolist()):
        if math.isnan(value):
            broken = True
            continue
        x, y = LEFT + (place + 0.5) * band, plot.y(value)
        path += f"{'M' if broken else 'L'}{x:.1f} {y:.1f}"
        broken = False
        edge = {"fill": INK, "stroke": "#ffffff"}
        dots.append(svg_tag("circle", class_="sum", cx=x, cy=y, r=3.2, **edge))
    if not path:
        return []
    lines = [
        svg_tag("path", d=path, fill="none", stroke=stroke, stroke_width=width)
        for stroke, width in (("#ffffff", 5), (INK, 2.2))
    ]
    return [*lines, *(dots if len(series) <= _MOST_DOTS else [])]


def _payback(
    plot: Plot, years: Sequence[int], total: NDArray[np.float64], words: MoneyWords
) -> list[str]:
    year = payback_year(years, total)
    if year is None:
        return []
    share = (list(years).index(year) + 0.5) / len(years)
    x = LEFT + share * (RIGHT - LEFT)
    line = f"M{x:.1f} {plot.top}V{plot.bottom:.1f}"
    said = svg_text(payback_words(years, total, words), 40)
    early = x + 8 + width_of(said) < RIGHT
    spot, anchor = (x + 6, "start") if early else (x - 6, "end")
    style = {"stroke": INK, "stroke_dasharray": "3 3"}
    return [
        svg_tag("path", class_="payback", d=line, **style),
        text_at(spot, plot.top + 12, said, size=FONT, anchor=anchor, weight=700, rim=True),
    ]


def tornado_chart(
    rows: Sequence[Swing],
    *,
    title: str,
    axis: str,
    ladder: Sequence[Rung] = MONEY,
    words: MoneyWords = ENGLISH,
) -> str:
    """Draw how far each uncertain input moves the result from the base case, widest first.

    What the input is at each end stands beside that end of its bar. A result that is not known
    is no bar: its row carries a question mark.

    Parameters
    ----------
    rows : the inputs, with results in the unit of size 1 of the ladder.
    title : what the chart shows, in one sentence.
    axis : what the scale measures, without its unit: "Change of net present value".
    ladder : the units of the result; money where left out.
    words : the words of the chart.
    """
    ordered = by_swing(rows)
    shown = ordered[:MOST_SWINGS]
    moves = np.array([(row.low - row.base, row.high - row.base) for row in shown]).reshape(-1, 2)
    scale = scale_for(peak_of(moves), ladder)
    moves = moves / scale.size
    reach = (float(np.nanmin([0, *moves.flat])), float(np.nanmax([0, *moves.flat])))
    bottom = HEAD + ROW * len(shown)
    body = [hatch(), *tornado_frame(reach, bottom, f"{axis}, {scale.unit}".rstrip(", "))]
    body.append(text_at(4, 40, svg_text(base_words(rows, ladder, words), 60), size=FONT))
    for place, row in enumerate(shown):
        body += swing_bars(row, moves[place].tolist(), HEAD + place * ROW, reach)
    left_out = len(rows) - len(shown)
    unknown = not rows or any(swing_of(row) < 0 for row in shown)
    entries = [
        (box_mark(POSSIBLE, POSSIBLE_EDGE), words.at_low),
        (box_mark(SURE), words.at_high),
        (box_mark(HATCH, POSSIBLE_EDGE), words.unknown if unknown else ""),
        ("", words.more.format(count=left_out) if left_out else ""),
    ]
    said = tornado_text(shown, ladder=ladder, words=words)
    return finished(body, entries, bottom + 34, title=title, description=said)


def cost_stack(
    parts: Sequence[tuple[str, float]], *, title: str, words: MoneyWords = ENGLISH
) -> str:
    """Draw what the capital cost is made of as one bar, with numbered parts listed below it.

    Money that comes in, such as a grant, lies left of zero. A part that is not known stands
    behind the end of the bar as a hatched box, which has no length.

    Parameters
    ----------
    parts : label and amount [GBP] of each, in the order in which they are to be read.
    title : what the chart shows, in one sentence.
    words : the words of the chart.
    """
    read = read_parts(parts)
    body = [hatch(), svg_tag("rect", width=WIDTH, height="100%", fill="#ffffff")]
    body += stack_bar([value for _, value in read])
    scale = cost_scale(parts)
    line = STACK_BOTTOM + 26
    shares = words.share if any(share_of(value, parts) for _, value in read) else ""
    body += list_line(line, "", words.part, scale.unit, shares, fill=QUIET)
    for place, (label, value) in enumerate(read):
        line += _LINE
        mark = box_mark(fill_of(place, value), QUIET)
        body.append(svg_tag("g", mark, transform=f"translate(4 {line - 11:.1f})"))
        written = cell(value / scale.size, words)
        body += list_line(line, str(place + 1), label, written, share_of(value, parts))
    line += _LINE + 6
    body.append(svg_tag("path", d=f"M0 {line - 19:.1f}H{WIDTH}", stroke=QUIET))
    whole = cell(sum_of(parts) / scale.size, words)
    body += list_line(line, "", total_name(parts, words), whole, "", weight=700)
    said = cost_text(parts, words=words)
    return svg_document(WIDTH, line + 12, body, title=title, description=said)
