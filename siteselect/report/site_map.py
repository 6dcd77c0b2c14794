"""The map of one site: what surrounds it, and what its electricity, fibre, heat and noise reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siteselect.charts.drawing import INK, plain, svg_document, svg_tag
from siteselect.report.background import NAME_LETTERS
from siteselect.report.drawing import (
    HEIGHT,
    WIDTH,
    Frame,
    Spot,
    dots,
    frame_around,
    furniture,
    ground,
    legend_height,
    legend_strip,
    letter_marker,
    line_path,
    site_marker,
)
from siteselect.report.rounding import with_unit
from siteselect.report.ties import drives_of, ties_of, ways_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from siteselect.assess import Assessment
    from siteselect.report.ties import Drive, Tie, Ways
    from siteselect.report.wording import Say

CLOSEST_M = 320.0
"""Narrowest frame [m]: closer, and one no longer sees which street it is."""
FARTHEST_M = 1_500.0
"""A place farther from the site than this is shown as an arrow at the edge [m]."""

_EDGE = 30.0
_CLEAR = 30.0
_REACHES = (0.0, 30.0, 44.0, 58.0)
_COMPASS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
_STEP_DEGREES = 45
_DASH = "7 5"
_DRIVES = {"engineer": ("#b5577f", 5.0), "lorry": (INK, 1.8)}


@dataclass(frozen=True, slots=True)
class Place:
    """A place that the site is tied to, in words for the list beside the map."""

    letter: str
    role: str
    name: str
    distance: str
    direction: str
    colour: str


@dataclass(frozen=True, slots=True)
class MapFigure:
    """A map with everything that it shows said in words too."""

    svg: str
    alt: str
    text: str
    places: tuple[Place, ...] = ()


def site_map(assessment: Assessment, site_id: str, say: Say, ways: Ways | None = None) -> MapFigure:
    """Draw one site with its surroundings and the places it is tied to.

    Parameters
    ----------
    assessment : the run.
    site_id : the site.
    say : fixed wording.
    ways : the ways to that site, where they are already found.
    """
    site = assessment.sites.loc[site_id]
    ways = ways_of(assessment, [site_id])[site_id] if ways is None else ways
    ties, drives = ties_of(assessment, site_id, ways), drives_of(assessment, site_id, ways)
    frame = _frame(site.geometry, ties)
    legend = _legend(ties, drives, say)
    places = tuple(_place(tie, site, say) for tie in ties)
    body = [
        *ground(frame, assessment.layers),
        *_others(frame, assessment, site_id),
        *(part for drive in drives for part in _driven(frame, drive)),
        *_drawn(frame, site.geometry, ties),
        *furniture(frame, north=say("map.north"), credit=credit_line(assessment, say)),
        *legend_strip(legend),
    ]
    name = plain(site["name"] or site_id, NAME_LETTERS)
    text = say(
        "map.site_text",
        width=with_unit(frame.east - frame.west, "m"),
        height=with_unit(frame.north - frame.south, "m"),
        crs=plain(assessment.study.crs),
    )
    return MapFigure(
        svg=svg_document(
            WIDTH,
            HEIGHT + legend_height(len(legend)),
            body,
            title=say("map.site_title", name=name),
        ),
        alt=say("map.site_alt", name=name, places=_listed(places, say)),
        text=" ".join([text, *(_drive_words(drive, say) for drive in drives)]),
        places=places,
    )


def credit_line(assessment: Assessment, say: Say) -> str:
    """Collect the credits that the licences of the drawn ground ask for."""
    drawn = [
        plain(birth.attribution or birth.source, NAME_LETTERS)
        for layer, birth in assessment.provenance
        if layer in {"basemap", "roads"}
    ]
    return say("map.credit", credits="; ".join(dict.fromkeys(drawn))) if drawn else ""


def _frame(point: shapely.Point, ties: Sequence[Tie]) -> Frame:
    near = [tie.line for tie in ties if point.distance(tie.end) <= FARTHEST_M]
    bounds = shapely.total_bounds(np.array([point, *near], dtype=object))
    west, south, east, north = (float(edge) for edge in bounds)
    return frame_around((west, south, east, north), least_m=CLOSEST_M)


def _drawn(frame: Frame, point: shapely.Point, ties: Sequence[Tie]) -> list[str]:
    centre = frame.place(point.x, point.y)
    taken = [centre]
    lines, marks = [], []
    for tie in ties:
        tip = frame.place(tie.end.x, tie.end.y)
        seen = _within(frame, centre, tip)
        spot = _clear(frame, seen, taken)
        taken.append(spot)
        lines += _line(frame, tie)
        if spot != seen:
            leader = f"M{seen[0]:.1f} {seen[1]:.1f}L{spot[0]:.1f} {spot[1]:.1f}"
            lines.append(svg_tag("path", d=leader, stroke=tie.role.colour, stroke_width=1.5))
        if seen != tip:
            marks.append(_arrow(spot, centre, tip, tie.role.colour))
        marks.append(letter_marker(*spot, tie.role.letter, tie.role.colour))
    return [*lines, *marks, site_marker(*centre)]


def _line(frame: Frame, tie: Tie) -> list[str]:
    path = line_path(frame, tie.line)
    dash = "" if tie.by_street else _DASH
    style: dict[str, float | str] = {"fill": "none", "stroke_linejoin": "round"}
    return [
        svg_tag("path", d=path, stroke="#ffffff", stroke_width=5.5, opacity="0.75", **style),
        svg_tag(
            "path",
            d=path,
            stroke=tie.role.colour,
            stroke_width=2.8,
            stroke_dasharray=dash,
            **style,
        ),
    ]


def _within(frame: Frame, start: Spot, end: Spot) -> Spot:
    """Cut a straight line where it would leave the picture."""
    share = 1.0
    for a, b, most in ((start[0], end[0], frame.width), (start[1], end[1], frame.height)):
        if b > most - _EDGE:
            share = min(share, (most - _EDGE - a) / (b - a))
        elif b < _EDGE:
            share = min(share, (_EDGE - a) / (b - a))
    if share >= 1:
        return end
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def _clear(frame: Frame, spot: Spot, taken: Sequence[Spot]) -> Spot:
    """Move a marker aside where another already stands, no farther than it must."""
    for reach in _REACHES:
        for turn in range(8 if reach else 1):
            x = spot[0] + reach * float(np.cos(turn * np.pi / 4))
            y = spot[1] - reach * float(np.sin(turn * np.pi / 4))
            free = all(np.hypot(x - a, y - b) >= _CLEAR for a, b in taken)
            inside = _EDGE / 2 < x < frame.width - _EDGE / 2
            if free and inside and _EDGE / 2 < y < frame.height - _EDGE / 2:
                return (x, y) if reach else spot
    return spot


def _arrow(spot: Spot, start: Spot, end: Spot, colour: str) -> str:
    turn = float(np.degrees(np.arctan2(end[1] - start[1], end[0] - start[0])))
    place = f"translate({spot[0]:.1f} {spot[1]:.1f}) rotate({turn:.1f})"
    return svg_tag("path", d="M13 -8l14 8l-14 8z", fill=colour, stroke="#ffffff", transform=place)


def _others(frame: Frame, assessment: Assessment, site_id: str) -> list[str]:
    points = assessment.sites.geometry
    window = shapely.box(frame.west, frame.south, frame.east, frame.north)
    inside = points.iloc[np.sort(points.sindex.query(window, predicate="intersects"))]
    spots = [frame.place(each.x, each.y) for site, each in inside.items() if site != site_id]
    return [dots(spots, INK, 10), dots(spots, "#ffffff", 6)] if spots else []


def _driven(frame: Frame, drive: Drive) -> list[str]:
    window = shapely.box(frame.west, frame.south, frame.east, frame.north)
    seen = shapely.get_parts(shapely.intersection(drive.line, window))
    return [_drive_line(drive.kind, line_path(frame, line)) for line in seen if line.length > 0]


def _drive_line(kind: str, path: str) -> str:
    colour, width = _DRIVES[kind]
    return svg_tag(
        "path", d=path, fill="none", stroke=colour, stroke_width=width, stroke_linejoin="round"
    )


def _drive_words(drive: Drive, say: Say) -> str:
    distance = with_unit(drive.length_m, "m")
    return say(
        f"map.drive_text.{drive.kind}", distance=distance, name=plain(drive.name, NAME_LETTERS)
    )


def _legend(ties: Sequence[Tie], drives: Sequence[Drive], say: Say) -> list[tuple[str, str]]:
    other = svg_tag("circle", r=6, fill="#ffffff", stroke=INK, stroke_width=3)
    entries = [(say("map.this_site"), site_marker(0, 0))]
    entries += [
        (say(f"map.role.{tie.role.key}"), letter_marker(0, 0, tie.role.letter, tie.role.colour))
        for tie in ties
    ]
    entries.append((say("map.other_site"), other))
    return entries + [
        (say(f"map.drive.{drive.kind}"), _drive_line(drive.kind, "M-14 0h28")) for drive in drives
    ]


def _place(tie: Tie, site: pd.Series[Any], say: Say) -> Place:
    role = tie.role
    metres = float(site[role.distance])
    basis = str(site[role.basis]) if role.basis else say("map.straight")
    distance = say("map.distance_unknown")
    if np.isfinite(metres):
        distance = say("map.distance", distance=with_unit(metres, "m"), basis=basis)
    east, north = tie.end.x - site.geometry.x, tie.end.y - site.geometry.y
    turn = round(float(np.degrees(np.arctan2(east, north))) / _STEP_DEGREES) % len(_COMPASS)
    return Place(
        letter=role.letter,
        role=say(f"map.role.{role.key}"),
        name=plain(site[f"{role.key}_name"] or site[role.identifier], NAME_LETTERS),
        distance=distance,
        direction=say(f"compass.{_COMPASS[turn]}"),
        colour=role.colour,
    )


def _listed(places: Sequence[Place], say: Say) -> str:
    if not places:
        return say("map.no_places")
    return "; ".join(
        say("map.place", role=place.role, distance=place.distance, direction=place.direction)
        for place in places
    )
