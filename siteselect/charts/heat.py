"""Heat over the year: by month, by hours in order of size, and hour by hour through a week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect.charts.axes import (
    ENERGY,
    LABEL,
    LEFT,
    POWER,
    RIGHT,
    Plot,
    band_labels,
    column,
    finished,
    grid,
    peak_of,
    plot_of,
    same_length,
    scale_for,
    ticks,
    zero_line,
)
from siteselect.charts.drawing import (
    GRID,
    HATCH,
    INK,
    MISSED,
    POSSIBLE_EDGE,
    QUIET,
    SURE,
    box_mark,
    hatch,
    line_mark,
    svg_tag,
    text_at,
)
from siteselect.charts.gaps import gaps_in, runs, unknown_bands, unknown_signs
from siteselect.charts.heat_tables import (
    DAY_H,
    ENGLISH,
    HeatWords,
    duration_text,
    hourly,
    in_all,
    in_order,
    monthly,
    monthly_text,
    sums,
    thinned,
    unknown_hours,
    unknown_months,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

_LINE, _DASH = POSSIBLE_EDGE, "8 4"
_BAR_SHARE = 0.62


def monthly_bars(
    months: Sequence[str],
    offered_mwh: ArrayLike,
    used_mwh: ArrayLike,
    dumped_mwh: ArrayLike,
    *,
    title: str,
    words: HeatWords = ENGLISH,
) -> str:
    """Draw used and dumped heat of each month as a stack within the outline of what was offered.

    A month in which one of the three is not known is hatched; what is known of it is drawn.

    Parameters
    ----------
    months : a label for each.
    offered_mwh, used_mwh, dumped_mwh : heat of each month [MWh]; NaN where not known.
    title : what the chart shows, in one sentence.
    words : the words of the chart.

    Raises
    ------
    ValueError
        The series differ in length, or heat is negative.
    """
    series = np.array(monthly(months, offered_mwh, used_mwh, dumped_mwh))
    scale = scale_for(peak_of(series), ENERGY)
    drawn = series / scale.size
    plot, marks = plot_of(0.0, peak_of(drawn[0], np.nansum(drawn[1:], axis=0)))
    unknown = gaps_in(drawn)
    body = [hatch(), *grid(plot, marks, words.by_month.format(unit=scale.unit))]
    body += unknown_bands(plot, unknown)
    for place in range(len(months)):
        body += _month(plot, place, len(months), *map(float, drawn[:, place]))
    body += [zero_line(plot), *unknown_signs(plot, unknown), *band_labels(months, plot.bottom)]
    entries = [
        (box_mark(SURE), in_all(series[1], words.used, words)),
        (box_mark(MISSED), in_all(series[2], words.dumped, words)),
        (box_mark("#ffffff", INK), in_all(series[0], words.offered, words)),
        (box_mark(HATCH, POSSIBLE_EDGE), unknown_months(months, unknown, words)),
    ]
    said = monthly_text(months, *series, words=words)
    return finished(body, entries, plot.bottom + 34, title=title, description=said)


def duration_curve(
    offered_kw: ArrayLike,
    demand_kw: ArrayLike,
    used_kw: ArrayLike,
    *,
    title: str,
    words: HeatWords = ENGLISH,
) -> str:
    """Draw the hours of the year in order of size, so that areas are energy.

    Each series is sorted for itself and ends where its known hours end.

    Parameters
    ----------
    offered_kw, demand_kw, used_kw : heat in each hour [kW]; NaN where not known.
    title : what the chart shows, in one sentence.
    words : the words of the chart.

    Raises
    ------
    ValueError
        The series differ in length, or heat is negative.
    """
    series = hourly(offered_kw, demand_kw, used_kw)
    hours = len(series[0])
    scale = scale_for(peak_of(*series), POWER)
    plot, marks = plot_of(0.0, peak_of(*series) / scale.size)
    below = words.by_size.format(hours=f"{hours:,}")
    body = [hatch(), *grid(plot, marks, scale.unit, below), *_hour_ticks(plot, hours)]
    if not hours:
        body += unknown_bands(plot, np.array([], dtype=bool))
    step = (RIGHT - LEFT) / max(hours, 1)
    paths = []
    for values in series:
        at, height = thinned(in_order(values) / scale.size)
        points = [f"{LEFT + x * step:.1f} {plot.y(y):.1f}" for x, y in zip(at, height, strict=True)]
        paths.append("M" + "L".join(points) if points else "")
    floor = f"V{plot.bottom:.1f}H{LEFT}Z" if paths[2] else ""
    body += _layers(paths[0], paths[1], paths[2] + floor)
    body.append(zero_line(plot))
    said = duration_text(*series, words=words)
    entries = _hour_key(series, words)
    return finished(body, entries, plot.bottom + 54, title=title, description=said)


def week_lines(
    labels: Sequence[str],
    offered_kw: ArrayLike,
    demand_kw: ArrayLike,
    used_kw: ArrayLike,
    *,
    title: str,
    words: HeatWords = ENGLISH,
) -> str:
    """Draw a week hour by hour: used heat as an area, offered heat and demand as steps.

    An hour in which one of the three is not known is hatched, and its line is broken there.

    Parameters
    ----------
    labels : one for each hour; the first of every 24 is written under its day.
    offered_kw, demand_kw, used_kw : heat in each hour [kW]; NaN where not known.
    title : what the chart shows, in one sentence.
    words : the words of the chart.

    Raises
    ------
    ValueError
        The series differ in length, or heat is negative.
    """
    series = hourly(offered_kw, demand_kw, used_kw)
    hours = same_length(labels, *series)
    scale = scale_for(peak_of(*series), POWER)
    plot, marks = plot_of(0.0, peak_of(*series) / scale.size)
    step = (RIGHT - LEFT) / max(hours, 1)
    body = [hatch(), *grid(plot, marks, words.by_hour.format(unit=scale.unit))]
    gaps = gaps_in(series)
    body += unknown_bands(plot, gaps)
    for start in range(DAY_H, hours, DAY_H):
        x = LEFT + start * step
        body.append(svg_tag("path", d=f"M{x:.1f} {plot.top}V{plot.bottom:.1f}", stroke=GRID))
    offered, demand = (_steps(plot, values / scale.size, step) for values in series[:2])
    body += _layers(offered, demand, _steps(plot, series[2] / scale.size, step, filled=True))
    body += [zero_line(plot), *unknown_signs(plot, gaps)]
    body += band_labels(labels[::DAY_H], plot.bottom, DAY_H * step)
    said = duration_text(*series, words=words)
    entries = _hour_key(series, words)
    return finished(body, entries, plot.bottom + 34, title=title, description=said)


def _month(
    plot: Plot, place: int, count: int, offered: float, used: float, dumped: float
) -> list[str]:
    band = (RIGHT - LEFT) / count
    width = band * _BAR_SHARE
    left = LEFT + place * band + (band - width) / 2
    parts = []
    if not np.isnan(used):
        parts.append(column(plot, left, width, (0.0, used), class_="used", fill=SURE))
    if not np.isnan(used + dumped):
        ends = (used, used + dumped)
        parts.append(column(plot, left, width, ends, class_="dumped", fill=MISSED))
    if not np.isnan(offered):
        edge = {"class_": "offered", "fill": "none", "stroke": INK}
        parts.append(
            column(plot, left - 2.5, width + 5, (0.0, offered), **edge, stroke_width="1.6")
        )
    return parts


def _hour_ticks(plot: Plot, hours: int) -> list[str]:
    step = (RIGHT - LEFT) / max(hours, 1)
    parts = []
    for mark in ticks(0.0, float(hours)):
        if mark > hours or mark != int(mark):
            continue
        x = LEFT + mark * step
        parts.append(svg_tag("path", d=f"M{x:.1f} {plot.top}V{plot.bottom + 4:.1f}", stroke=GRID))
        words = f"{mark:,.0f}"
        parts.append(text_at(x, plot.bottom + 18, words, size=LABEL, anchor="middle", fill=QUIET))
    return parts


def _steps(plot: Plot, series: NDArray[np.float64], step: float, *, filled: bool = False) -> str:
    path = ""
    for start, end in runs(~np.isnan(series)):
        path += f"M{LEFT + start * step:.1f} {plot.y(series[start]):.1f}"
        for place in range(start, end):
            rise = f"V{plot.y(series[place]):.1f}" if series[place] != series[place - 1] else ""
            path += f"{rise if place > start else ''}H{LEFT + (place + 1) * step:.1f}"
        if filled:
            path += f"V{plot.bottom:.1f}H{LEFT + start * step:.1f}Z"
    return path


def _layers(offered: str, demand: str, used: str) -> list[str]:
    """Lay both lines over the area, on white rims that part them from what is below."""
    parts = [svg_tag("path", class_="used", d=used, fill=SURE)] if used else []
    lines = [
        ("offered", offered, {"stroke": INK}),
        ("demand", demand, {"stroke": _LINE, "stroke_dasharray": _DASH}),
    ]
    shape = {"fill": "none", "stroke_linejoin": "round"}
    rim = {"stroke": "#ffffff", "stroke_width": "4"}
    drawn = [(name, path, style) for name, path, style in lines if path]
    parts += [svg_tag("path", d=path, **shape, **rim) for _, path, _ in drawn]
    for name, path, style in drawn:
        parts.append(svg_tag("path", class_=name, d=path, **shape, **style, stroke_width="2"))
    return parts


def _hour_key(series: Sequence[NDArray[np.float64]], words: HeatWords) -> list[tuple[str, str]]:
    offered, demand, used = sums(series, words)
    return [
        (line_mark(INK), offered),
        (line_mark(_LINE, _DASH), demand),
        (box_mark(SURE), used),
        (box_mark(HATCH, POSSIBLE_EDGE), unknown_hours(series, words)),
    ]
