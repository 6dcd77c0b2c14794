"""What is not known: how a series says so, and how a chart shows it as a gap, never as zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect.charts.axes import LEFT, RIGHT, Plot, peak_of
from siteselect.charts.drawing import FONT, HATCH, INK, svg_tag, text_at

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_NOTHING, _TOO_MUCH = 1e-200, 1e200
_ROUNDING = 1e-6
_LEAST_BAND, _SIGNED_BAND = 1.0, 10.0


def known(values: ArrayLike, *, signed: bool = False) -> NDArray[np.float64]:
    """Read a series, with NaN for whatever is no amount: not finite, or beyond 1e200.

    Below 1e-200 all is 0, so that nothing drawn can overflow.

    Raises
    ------
    ValueError
        A value is negative, by more than rounding, and must not be.
    """
    series = np.array(values, dtype=float).ravel()
    size = np.abs(series)
    series[~(size < _TOO_MUCH)] = np.nan
    series[size < _NOTHING] = 0.0
    if signed:
        return series
    if (series < -_ROUNDING * max(peak_of(series), 1.0)).any():
        raise ValueError("heat is not negative: give what was offered, asked for, used or dumped")
    return np.asarray(np.where(series < 0, 0.0, series), dtype=float)


def gaps_in(series: ArrayLike) -> NDArray[np.bool_]:
    """Mark the places at which any of several series is not known."""
    return np.asarray(np.isnan(np.asarray(series, dtype=float)).any(axis=0), dtype=bool)


def unknown_bands(plot: Plot, unknown: NDArray[np.bool_]) -> list[str]:
    """Hatch the stretches of the axis where something is not known; all of it for no values."""
    parts: list[str] = []
    step = (RIGHT - LEFT) / max(len(unknown), 1)
    for start, end in runs(unknown if len(unknown) else np.array([True])):
        left, width = LEFT + start * step, max((end - start) * step, _LEAST_BAND)
        parts.append(
            svg_tag(
                "rect",
                class_="gap",
                x=left,
                y=plot.top,
                width=width,
                height=plot.bottom - plot.top,
                fill=HATCH,
                fill_opacity="0.45",
            )
        )
    return parts


def unknown_signs(plot: Plot, unknown: NDArray[np.bool_]) -> list[str]:
    """Put a question mark on every stretch of the unknown that is wide enough for one."""
    step = (RIGHT - LEFT) / max(len(unknown), 1)
    return [
        question(LEFT + (start + end) / 2 * step, plot.top + 16)
        for start, end in runs(unknown)
        if (end - start) * step >= _SIGNED_BAND
    ]


def question(x: float, y: float) -> str:
    """Draw the sign of the unknown: a question mark on a white disc."""
    disc = svg_tag("circle", cx=x, cy=y, r=9, fill="#ffffff", stroke=INK)
    return disc + text_at(x, y + 5, "?", size=FONT, anchor="middle", weight=700)


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Find the stretches of true flags, each as its start and the place after its end."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
