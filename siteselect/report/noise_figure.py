"""The map of how loud the plant would be round one site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect.charts.drawing import INK, plain, svg_document, svg_tag, svg_text
from siteselect.design.soundscape import Soundscape, soundscape
from siteselect.maps.noise import CELLS, COLOURS, LEAST_M, OPACITY, STEPS_DBA, bands
from siteselect.report.background import NAME_LETTERS
from siteselect.report.drawing import (
    HEIGHT,
    LEGEND,
    WIDTH,
    Frame,
    frame_around,
    furniture,
    ground,
    legend_strip,
    path_of,
    site_marker,
)
from siteselect.report.records import Figure
from siteselect.report.site_map import credit_line

if TYPE_CHECKING:
    import pandas as pd
    from shapely import Point

    from siteselect.assess import Assessment
    from siteselect.report.wording import Say

MOST_M = 400.0
"""Most of half a side of the square that is shown [m]."""


def noise_figure(assessment: Assessment, site_id: str, receptors: pd.DataFrame, say: Say) -> Figure:
    """Draw the level round a site in bands of 5 dB, with the receptors of the table numbered.

    Parameters
    ----------
    assessment : the run.
    site_id : the site.
    receptors : table of `design.soundscape.receptor_table`.
    say : fixed wording.
    """
    site = assessment.sites.loc[site_id]
    field = field_of(assessment, site.geometry, receptors)
    half = field.cell_m * len(field.level_dba) / 2
    point = site.geometry
    frame = frame_around(
        (point.x - half, point.y - half, point.x + half, point.y + half), least_m=2 * half, room=0.0
    )
    body = [
        *ground(frame, assessment.layers),
        svg_tag("g", *_bands(frame, field), opacity=str(OPACITY)),
        *_receptors(frame, assessment, receptors),
        site_marker(*frame.place(point.x, point.y)),
        *furniture(frame, north=say("map.north"), credit=credit_line(assessment, say)),
        *legend_strip(_legend(say)),
    ]
    name = plain(site["name"] or site_id, NAME_LETTERS)
    title = say("noise.map_title", name=name)
    return Figure(
        svg_document(WIDTH, HEIGHT + LEGEND, body, title=title),
        say("noise.map_alt", name=name),
        say("noise.map_text", metres=f"{half:.0f}"),
    )


def field_of(assessment: Assessment, point: Point, receptors: pd.DataFrame) -> Soundscape:
    """Lay the square of cells that shows the nearest receptors of a site."""
    far = receptors["distance_m"].head(3).max() if len(receptors) else LEAST_M
    reach = float(np.clip(1.3 * far, LEAST_M, MOST_M))
    cell = max(1.0, round(reach / CELLS, 1))
    return soundscape(assessment.study, assessment.territory, point, reach_m=reach, cell_m=cell)


def _bands(frame: Frame, field: Soundscape) -> list[str]:
    """Fill the cells of each band, runs of a row as one rectangle."""
    classes = bands(field.level_dba)
    side = field.cell_m * frame.scale
    parts = []
    for band, colour in enumerate(COLOURS, start=1):
        path = []
        for row, line in enumerate(classes == band):
            edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
            _, y = frame.place(field.west_m, field.north_m - row * field.cell_m)
            for start, end in edges.reshape(-1, 2):
                x, _ = frame.place(field.west_m + start * field.cell_m, field.north_m)
                path.append(f"M{x:.1f} {y:.1f}h{(end - start) * side:.1f}v{side:.1f}H{x:.1f}z")
        if path:
            parts.append(svg_tag("path", d="".join(path), fill=colour))
    return parts


def _receptors(frame: Frame, assessment: Assessment, receptors: pd.DataFrame) -> list[str]:
    layer = assessment.layers.get("noise_receptors")
    if layer is None or receptors.empty:
        return []
    shapes = layer.frame.loc[receptors["receptor_id"]].geometry.to_numpy()
    outline = path_of(frame, shapes)
    parts = [
        svg_tag(
            "g",
            svg_tag("path", d=outline, fill="none", stroke=INK, stroke_width=9),
            transform="scale(0.2)",
        )
    ]
    for number, shape in enumerate(shapes, start=1):
        x, y = frame.place(shape.centroid.x, shape.centroid.y)
        if 0 < x < frame.width and 0 < y < frame.height:
            parts.append(_number(x, y, number))
    return parts


def _number(x: float, y: float, number: int) -> str:
    disc = svg_tag("circle", cx=x, cy=y, r=9, fill="#ffffff", stroke=INK, stroke_width=1.5)
    sign = svg_tag(
        "text",
        svg_text(str(number), 3),
        x=x,
        y=y + 4,
        font_size=11,
        font_weight=700,
        text_anchor="middle",
        fill=INK,
    )
    return disc + sign


def _legend(say: Say) -> list[tuple[str, str]]:
    entries = []
    for step, colour in zip(STEPS_DBA, COLOURS, strict=True):
        last = step == STEPS_DBA[-1]
        word = say(
            "noise.band_last" if last else "noise.band", low=f"{step:g}", high=f"{step + 5:g}"
        )
        mark = svg_tag("rect", x=-12, y=-10, width=24, height=20, fill=colour, stroke=INK)
        entries.append((word, mark))
    return [*entries, (say("noise.receptor_mark"), _number(0, 0, 1))]
