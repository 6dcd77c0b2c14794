"""Drawing of territory as light SVG paths: the frame, the ground, the scale bar, the markers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from siteselect.charts.drawing import INK, svg_tag, svg_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from siteselect.contracts import Layer

WIDTH = 720
HEIGHT = 480
LEGEND = 54
FINE = 5
"""Paths are written in whole fifths of a picture unit: short text, and no visible rounding."""

PAPER = "#fbfaf7"
GROUND = {"green": "#e2edda", "water": "#c5dcea", "building": "#d9d3ca", "rail": "#a9a9a9"}
STREETS = (
    ("path", "#cfc8bd", 0.8, 2_000.0),
    ("minor", "#ffffff", 3.0, 6_000.0),
    ("major", "#f1d9a7", 4.5, float("inf")),
)
"""Class of street, colour, width [picture units], and widest frame it is drawn in [m]."""

MAJOR = frozenset({"motorway", "trunk", "primary", "secondary"})
PATHS = frozenset(
    {"footway", "cycleway", "path", "steps", "track", "pedestrian", "bridleway", "corridor"}
)
BUILDINGS_UP_TO_M = 6_000.0
_SMALLEST_PX2 = 3.0
_A_LINE = 3
_LINE, _POLYGON = int(shapely.GeometryType.LINESTRING), int(shapely.GeometryType.POLYGON)
_BAR_SHARE = 0.24
_HALO = "#ffffff"


Spot = tuple[float, float]
"""A place in the picture."""

_Shapes = tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]
_NOTHING: _Shapes = (np.empty(0, dtype=object), np.empty(0, dtype=object))


@dataclass(frozen=True, slots=True)
class Frame:
    """The piece of ground that a map shows, in metres of the study's CRS."""

    west: float
    south: float
    east: float
    north: float
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def scale(self) -> float:
        """Picture units per metre [1/m]."""
        return self.width / (self.east - self.west)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Turn coordinates [m] into a place in the picture."""
        return (x - self.west) * self.scale, (self.north - y) * self.scale


def frame_around(
    bounds: tuple[float, float, float, float],
    *,
    least_m: float,
    room: float = 0.14,
    height: int = HEIGHT,
) -> Frame:
    """Fit a frame of the picture's shape around bounds, never closer than `least_m` wide."""
    west, south, east, north = bounds
    shape = height / WIDTH
    across = max(east - west, (north - south) / shape) * (1 + 2 * room)
    across = max(across, least_m)
    x, y = (west + east) / 2, (south + north) / 2
    half, half_up = across / 2, across * shape / 2
    return Frame(x - half, y - half_up, x + half, y + half_up, height=height)


def ground(frame: Frame, layers: Mapping[str, Layer]) -> list[str]:
    """Draw green, water, streets and buildings inside the frame, one path a class."""
    parts = [svg_tag("rect", width=frame.width, height=frame.height, fill=PAPER)]
    base, roads = (
        _inside(frame, layers[name].frame, column) if name in layers else _NOTHING
        for name, column in (("basemap", "kind"), ("roads", "highway"))
    )
    drawn = [
        *_basemap(frame, base, ("green", "water")),
        *_streets(frame, roads),
        *_basemap(frame, base, ("rail", "building")),
    ]
    return [*parts, svg_tag("g", *drawn, transform=f"scale({1 / FINE:g})")] if drawn else parts


def path_of(frame: Frame, shapes: npt.NDArray[Any]) -> str:
    """Write shapes, clipped to the frame and thinned to what can be seen, as one SVG path."""
    if not len(shapes):
        return ""
    window = (frame.west, frame.south, frame.east, frame.north)
    clipped = shapely.clip_by_rect(shapes, *window)
    thinned = shapely.simplify(clipped, 0.4 / frame.scale, preserve_topology=False)
    parts = shapely.get_parts(thinned[~shapely.is_empty(thinned)])
    kinds = shapely.get_type_id(parts)
    rings, polygon = shapely.get_rings(parts[kinds == _POLYGON], return_index=True)
    lines = _runs(frame, parts[kinds == _LINE], close=False)
    told = [*_runs(frame, rings, close=True), *lines]
    place = np.concatenate(
        [np.flatnonzero(kinds == _POLYGON)[polygon], np.flatnonzero(kinds == _LINE)]
    )
    return "".join(told[at] for at in np.argsort(place, kind="stable"))


def furniture(frame: Frame, *, north: str, credit: str) -> list[str]:
    """Draw the scale bar, the north arrow, and the credit line that licences ask for."""
    length = nice_length(_BAR_SHARE * (frame.east - frame.west))
    right, base = 16 + length * frame.scale, frame.height - 18
    shape = f"M16 {base - 6}V{base}H{right:.1f}V{base - 6}"
    bar = svg_tag("path", d=shape, fill="none", stroke=INK, stroke_width=2)
    metres = 1000.0
    written = f"{length / metres:g} km" if length >= metres else f"{length:g} m"
    x = frame.width - 26
    arrow = svg_tag("path", d=f"M{x} 14l9 26l-9 -6l-9 6z", fill=INK, stroke=_HALO)
    return [
        bar,
        label(right + 6, base, written, size=14),
        arrow,
        label(x, 56, north, size=14, anchor="middle", bold=True),
        label(frame.width - 8, frame.height - 8, credit, size=10, anchor="end", limit=110),
    ]


def label(
    x: float,
    y: float,
    text: str,
    *,
    size: int = 13,
    anchor: str = "",
    bold: bool = False,
    limit: int = 40,
) -> str:
    """Write a word on the map with a light halo, so that it reads on any ground."""
    return svg_tag(
        "text",
        svg_text(text, limit),
        x=x,
        y=y,
        font_size=size,
        text_anchor=anchor,
        font_weight=700 if bold else 400,
        fill=INK,
        stroke=_HALO,
        stroke_width=3,
        paint_order="stroke",
        stroke_linejoin="round",
    )


def letter_marker(x: float, y: float, letter: str, colour: str) -> str:
    """Draw a disc with a letter in it; the letter, not the colour, tells what it is."""
    disc = svg_tag("circle", cx=x, cy=y, r=12, fill=colour, stroke=_HALO, stroke_width=2)
    sign = svg_tag(
        "text",
        svg_text(letter, 3),
        x=x,
        y=y + 5,
        font_size=14,
        font_weight=700,
        text_anchor="middle",
        fill="#ffffff",
    )
    return disc + sign


def site_marker(x: float, y: float) -> str:
    """Draw the mark of the site itself: a ring with arms, unlike any letter marker."""
    ring = svg_tag("circle", cx=x, cy=y, r=15, fill=_HALO, stroke=INK, stroke_width=3)
    dot = svg_tag("circle", cx=x, cy=y, r=7, fill="#b3261e")
    arms = f"M{x - 22:.1f} {y:.1f}h7m30 0h7M{x:.1f} {y - 22:.1f}v7m0 30v7"
    return svg_tag("path", d=arms, stroke=INK, stroke_width=3) + ring + dot


def dots(spots: Iterable[Spot], colour: str, size: float) -> str:
    """Draw any number of round dots as one path."""
    path = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in spots)
    return svg_tag("path", d=path, stroke=colour, stroke_width=size, stroke_linecap="round")


def line_path(frame: Frame, line: shapely.LineString) -> str:
    """Write a line in picture units, clipped to the frame."""
    window = (frame.west, frame.south, frame.east, frame.north)
    parts = shapely.get_parts(shapely.clip_by_rect(line, *window))
    return "".join(
        "M" + "L".join("{:.1f} {:.1f}".format(*frame.place(x, y)) for x, y in part.coords)
        for part in parts
        if part.geom_type == "LineString"
    )


def legend_height(entries: int) -> int:
    """Room that a legend takes under a map [picture units]."""
    return max(LEGEND, 6 + 24 * -(-entries // _A_LINE))


def legend_strip(entries: Iterable[tuple[str, str]], height: int = HEIGHT) -> list[str]:
    """Draw the legend under a map, three entries a line: the word and the mark drawn at 0, 0."""
    listed = list(entries)
    room = legend_height(len(listed))
    parts = [svg_tag("rect", y=height, width=WIDTH, height=room, fill="#ffffff")]
    for place, (word, mark) in enumerate(listed):
        row, column = divmod(place, _A_LINE)
        x, y = 20 + column * 238, height + 17 + row * 24
        parts.append(svg_tag("g", mark, transform=f"translate({x} {y}) scale(0.6)"))
        parts.append(label(x + 20, y + 5, word, size=13))
    return parts


def nice_length(most: float) -> float:
    """Find the longest of 1, 2, 5, 10, 20 ... that is no longer than `most` [m]."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(step * power for step in (1, 2, 5) if step * power <= most))


@lru_cache(maxsize=1_000)
def street_class(highway: str) -> str:
    """Sort an OpenStreetMap class of way into major, minor or path."""
    stem = highway.removesuffix("_link")
    if stem in MAJOR:
        return "major"
    return "path" if stem in PATHS else "minor"


def _basemap(frame: Frame, inside: _Shapes, kinds: Iterable[str]) -> list[str]:
    parts = []
    for kind in kinds:
        if kind == "building" and frame.east - frame.west > BUILDINGS_UP_TO_M:
            continue
        shapes = inside[0][inside[1] == kind]
        flat = shapely.get_dimensions(shapes) == 1
        seen = shapely.area(shapes) * frame.scale**2 >= _SMALLEST_PX2
        if fill := path_of(frame, shapes[seen & ~flat]):
            parts.append(svg_tag("path", d=fill, fill=GROUND[kind], fill_rule="evenodd"))
        if line := path_of(frame, shapes[flat]):
            style: dict[str, float | str] = {"stroke": GROUND[kind], "stroke_width": 1.5 * FINE}
            parts.append(svg_tag("path", d=line, fill="none", **style))
    return parts


def _streets(frame: Frame, inside: _Shapes) -> list[str]:
    classes = np.array([street_class(highway) for highway in inside[1]], dtype=object)
    casing, core = [], []
    for name, colour, width, widest in STREETS:
        if frame.east - frame.west > widest:
            continue
        path = path_of(frame, inside[0][classes == name])
        if not path:
            continue
        style: dict[str, float | str] = {"fill": "none", "stroke_linecap": "round"}
        if name != "path":
            casing.append(
                svg_tag(
                    "path", d=path, stroke="#bdb6aa", stroke_width=(width + 1.4) * FINE, **style
                )
            )
        core.append(svg_tag("path", d=path, stroke=colour, stroke_width=width * FINE, **style))
    return casing + core


def _inside(frame: Frame, features: gpd.GeoDataFrame, column: str) -> _Shapes:
    """Take the shapes that may be seen, and what one column says of each."""
    window = shapely.box(frame.west, frame.south, frame.east, frame.north)
    rows = np.sort(features.sindex.query(window))
    words = np.asarray(features[column].array[rows], dtype=object)
    return features.geometry.to_numpy()[rows], words


def _runs(frame: Frame, lines: npt.NDArray[Any], *, close: bool) -> list[str]:
    """Write lines as steps between whole places; what shrinks to a point is left out."""
    at, line = shapely.get_coordinates(lines, return_index=True)
    x = np.rint((at[:, 0] - frame.west) * frame.scale * FINE).astype(np.int64)
    y = np.rint((frame.north - at[:, 1]) * frame.scale * FINE).astype(np.int64)
    steps = np.column_stack([np.diff(x), np.diff(y)])
    kept = np.flatnonzero((steps != 0).any(axis=1) & (line[1:] == line[:-1]))
    ends = np.searchsorted(line[kept], np.arange(len(lines)), side="right").tolist()
    starts = np.searchsorted(line, np.arange(len(lines))).tolist()
    moves, begun, last = list(map(str, steps[kept].ravel().tolist())), 0, "z" if close else ""
    told = []
    for start, end in zip(starts, ends, strict=True):
        written = " ".join(moves[2 * begun : 2 * end]).replace(" -", "-")
        told.append(f"M{x[start]} {y[start]}l{written}{last}" if end > begun else "")
        begun = end
    return told
