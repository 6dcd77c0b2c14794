"""The map of a whole study: its area, the ground, and every site by its standing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from siteselect.charts.drawing import INK, plain, svg_document, svg_tag
from siteselect.decision.ranking import order
from siteselect.report.background import NAME_LETTERS
from siteselect.report.drawing import (
    LEGEND,
    WIDTH,
    Frame,
    dots,
    frame_around,
    furniture,
    ground,
    legend_strip,
    letter_marker,
    path_of,
)
from siteselect.report.records import Figure
from siteselect.report.rounding import with_unit
from siteselect.report.site_map import credit_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from siteselect.assess import Assessment
    from siteselect.report.drawing import Spot
    from siteselect.report.wording import Say

LEADERS = 10
"""How many leading sites carry their rank on the map."""
LEADER = "#0b5c8f"
FOLLOWER = "#5aa9d6"
SHUT_OUT = "#59636e"
LOWEST, HIGHEST = 360, 820
_KM = 1000.0


def study_map(assessment: Assessment, say: Say) -> Figure:
    """Draw all sites of a study on its territory."""
    area = assessment.territory.area
    sites = assessment.sites.geometry
    bounds = shapely.total_bounds(np.array([area, *sites], dtype=object))
    west, south, east, north = (float(edge) for edge in bounds)
    height = round(min(max(WIDTH * (north - south) / (east - west), LOWEST), HIGHEST))
    frame = frame_around((west, south, east, north), least_m=_KM, room=0.03, height=height)
    table = assessment.ranking.table
    leaders = [str(site) for site in order(table)[:LEADERS] if assessment.eligible[site]]
    others = assessment.eligible[assessment.eligible].index.difference(leaders, sort=False)
    excluded = assessment.eligible[~assessment.eligible].index
    spots = {site: frame.place(point.x, point.y) for site, point in sites.items()}
    body = [
        *ground(frame, assessment.layers),
        _border(frame, area),
        dots([spots[site] for site in others], INK, 9),
        dots([spots[site] for site in others], FOLLOWER, 6.5),
        _crosses(spots[site] for site in excluded),
        *(
            letter_marker(*spots[site], str(table.loc[site, "rank"]), LEADER)
            for site in reversed(leaders)
        ),
        *furniture(frame, north=say("map.north"), credit=credit_line(assessment, say)),
        *legend_strip(_legend(say), height),
    ]
    named = [
        say(
            "map.study_leader",
            rank=table.loc[site, "rank"],
            name=plain(assessment.sites.loc[site, "name"] or site, NAME_LETTERS),
        )
        for site in leaders
    ]
    title = plain(assessment.study.title)
    return Figure(
        svg=svg_document(WIDTH, height + LEGEND, body, title=say("map.study_title", title=title)),
        alt=say(
            "map.study_alt",
            ranked=int(assessment.eligible.sum()),
            excluded=len(excluded),
            leaders="; ".join(named),
        ),
        text=say(
            "map.study_text",
            width=with_unit((frame.east - frame.west) / _KM, "km"),
            height=with_unit((frame.north - frame.south) / _KM, "km"),
            crs=plain(assessment.study.crs),
        ),
    )


def _border(frame: Frame, area: shapely.geometry.base.BaseGeometry) -> str:
    path = path_of(frame, np.array([shapely.boundary(area)], dtype=object))
    style = {"fill": "none", "stroke": "#7a3b69", "stroke_dasharray": "50 15 10 15"}
    line = svg_tag("path", d=path, stroke_width=10, **style)
    return svg_tag("g", line, transform="scale(0.2)")


def _crosses(spots: Iterable[Spot]) -> str:
    path = "".join(f"M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8" for x, y in spots)
    halo = svg_tag("path", d=path, stroke="#ffffff", stroke_width=5, fill="none")
    return halo + svg_tag("path", d=path, stroke=SHUT_OUT, stroke_width=2.4, fill="none")


def _legend(say: Say) -> list[tuple[str, str]]:
    follower = svg_tag("circle", r=6, fill=FOLLOWER, stroke=INK, stroke_width=2)
    return [
        (say("map.leader"), letter_marker(0, 0, "1", LEADER)),
        (say("map.follower"), follower),
        (say("map.shut_out"), _crosses([(0.0, 0.0)])),
    ]
