"""How things look on the map: colours and shapes that stay apart without colour vision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from siteselect.design.reach import BY_ROUTE

Style = Mapping[str, str | float]
Shape = Literal["circle", "square", "diamond", "triangle", "plus", "crossed", "line", "area"]

SCORE_COLOURS = (
    *("#dfe318", "#9bd93c", "#5ec962", "#2fb47c", "#1e9c89"),
    *("#237f89", "#2f6c8e", "#3b528b", "#463480", "#471365"),
)
"""Ten classes of 10 points each, pale to dark (viridis, CC0, turned so that dark is better).

The sixth is a shade darker than viridis has it, so that white figures on it can be read.
"""

SCORE_TICKS = ("0", "20", "40", "60", "80", "100")
INK = "#1b1f23"
QUIET = "#59636e"
PAPER = "#ffffff"

UNSURE_BELOW_SHARE = 0.75
"""A site is marked where less of the weight than this rests on evidence [judgement]."""

LABELLED = 10
"""How many leading sites carry their rank on the map [judgement]."""

DARK_FROM_CLASS = 5
"""From this score class on, white text stands out better than black."""

EXCLUDED: Style = {
    "shape": "crossed",
    "radius": 8,
    "color": QUIET,
    "weight": 1.8,
    "fillColor": PAPER,
    "fillOpacity": 0.6,
}
HALO: Style = {"radius": 18, "color": PAPER, "weight": 7, "opacity": 0.9, "fill": 0}
RING: Style = {"radius": 18, "color": "#d55e00", "weight": 3.5, "fill": 0}
DRAWN: Style = {"shape": "square", "radius": 12, "color": "#0067a5", "weight": 3, "fill": 0}
"""Round a site that the user drew."""
PLACED: Style = {"shape": "plus", "radius": 12, "color": "#d55e00", "weight": 4, "fill": 0}
"""Where the user has put a new site that is not entered yet."""

MANY_SITES = 300
"""From here on sites are drawn smaller [judgement]."""


@dataclass(frozen=True, slots=True)
class Look:
    """One class of a layer: its word in the legend, its symbol and how it is drawn."""

    label: str
    shape: Shape
    style: Style


@dataclass(frozen=True, slots=True)
class LayerLook:
    """How a layer is drawn: its classes, and which class a row belongs to."""

    form: Literal["points", "areas", "streets", "image", "routes"]
    looks: tuple[Look, ...]
    pick: Callable[[Mapping[str, Any]], int] = lambda _: 0
    shown: bool = False


def site_looks(radius: float) -> dict[str, Style]:
    """Give the style of every kind of site: `c0`..`c9` sure, `u0`..`u9` unsure, `x` excluded."""
    styles: dict[str, Style] = {"x": {**EXCLUDED, "radius": radius}}
    for place, colour in enumerate(SCORE_COLOURS):
        known: Style = {
            "shape": "circle",
            "radius": radius,
            "fillColor": colour,
            "fillOpacity": 1.0,
        }
        styles[f"c{place}"] = {**known, "color": INK, "weight": 1.3}
        styles[f"u{place}"] = {**known, "color": INK, "weight": 2.4, "dashArray": "3 3"}
    return styles


def class_looks(sites: int) -> list[Style]:
    """List the styles of the classes of sites: sure from pale to dark, unsure, excluded."""
    styles = site_looks(8.0 if sites <= MANY_SITES else 5.0)
    kinds = [f"{kind}{place}" for kind in "cu" for place in range(len(SCORE_COLOURS))]
    inks = [PAPER if place >= DARK_FROM_CLASS else INK for place in range(len(SCORE_COLOURS))]
    return [
        {**styles[kind], "ink": ink}
        for kind, ink in zip([*kinds, "x"], [*inks, *inks, INK], strict=True)
    ]


def score_class(score: float) -> int:
    """Find the class of a score [0..1]; the classes are fixed, whatever the other sites score."""
    return min(max(int(score * len(SCORE_COLOURS)), 0), len(SCORE_COLOURS) - 1)


def _symbol(label: str, shape: Shape, colour: str, *, hollow: bool = False) -> Look:
    style: Style = {
        "shape": shape,
        "radius": 5,
        "color": colour if hollow else PAPER,
        "weight": 2 if hollow else 1.2,
        "fillColor": PAPER if hollow else colour,
        "fillOpacity": 0.7 if hollow else 1.0,
    }
    return Look(label, shape, style)


def _plus(label: str) -> Look:
    return Look(label, "plus", {"shape": "plus", "radius": 7, "color": INK, "weight": 4, "fill": 0})


def _area(label: str, fill: str, edge: str, opacity: float = 0.45, dash: str = "") -> Look:
    style: dict[str, str | float] = {
        "color": edge,
        "weight": 1.2,
        "fillColor": fill,
        "fillOpacity": opacity,
        "fillRule": "nonzero",
    }
    return Look(label, "area", {**style, "dashArray": dash} if dash else style)


def _headroom(row: Mapping[str, Any]) -> int:
    headroom = row.get("headroom_kva")
    if headroom is None or pd.isna(headroom):
        return 2
    return 0 if headroom >= 0 else 1


def _demand(row: Mapping[str, Any]) -> int:
    demand = row.get("demand_mwh_a")
    return 1 if demand is None or pd.isna(demand) else 0


_LIMITS_DBA = (40.0, 45.0, 50.0)


def _night_limit(row: Mapping[str, Any]) -> int:
    limit = row.get("night_limit_dba")
    if limit is None or pd.isna(limit):
        return len(_LIMITS_DBA) + 1
    return sum(limit > step for step in _LIMITS_DBA)


_BANDS = ("high", "medium", "low", "very_low")


def _band(row: Mapping[str, Any]) -> int:
    return _BANDS.index(row["band"])


NOISE_STEPS_DBA = (45.0, 50.0, 55.0, 60.0, 65.0, 70.0)
NOISE_COLOURS = ("#fff7bc", "#fee391", "#fec44f", "#fe9929", "#d95f0e", "#993404")
"""Night level in classes of 5 dB(A), as strategic noise maps show it; below 45 is left clear."""

_STREET: Style = {"color": "#7a4b00", "weight": 1.6, "opacity": 0.9}

LAYER_LOOKS: Mapping[str, LayerLook] = {
    "noise_map": LayerLook(
        "image",
        tuple(
            _area(f"{low:g} to {low + 5:g} dB(A)", colour, colour, 0.6)
            if low < NOISE_STEPS_DBA[-1]
            else _area(f"{low:g} dB(A) and more", colour, colour, 0.6)
            for low, colour in zip(NOISE_STEPS_DBA, NOISE_COLOURS, strict=True)
        ),
    ),
    "noise_zones": LayerLook(
        "areas",
        (
            _area("night limit up to 40 dB(A)", "#efe3f2", "#762a83"),
            _area("40 to 45 dB(A)", "#c2a5cf", "#762a83"),
            _area("45 to 50 dB(A)", "#9970ab", "#762a83"),
            _area("above 50 dB(A)", "#762a83", "#40004b"),
            _area("no night limit given", PAPER, "#762a83", 0.1, "4 4"),
        ),
        _night_limit,
    ),
    "flood": LayerLook(
        "areas",
        (
            _area("high: 3.3 % a year or more", "#08519c", "#08306b", 0.6),
            _area("medium: 1 to 3.3 %", "#3182bd", "#08519c", 0.55),
            _area("low: 0.1 to 1 %", "#6baed6", "#3182bd", 0.5),
            _area("very low: below 0.1 %", "#bdd7e7", "#6baed6"),
        ),
        _band,
    ),
    "constraints": LayerLook("areas", (_area("protected", "#c7b37f", "#6b4e00", 0.4, "6 3"),)),
    "noise_receptors": LayerLook("areas", (_area("noise-sensitive", "#cc79a7", "#8c3d68", 0.6),)),
    "roads": LayerLook("streets", (Look("street or path", "line", _STREET),)),
    "heat_sinks": LayerLook(
        "points",
        (
            _symbol("heat demand known", "diamond", "#c04b00"),
            _symbol("heat demand unknown", "diamond", "#c04b00", hollow=True),
        ),
        _demand,
        shown=True,
    ),
    "supply_points": LayerLook(
        "points",
        (
            _symbol("headroom 0 kVA or more", "square", "#0067a5"),
            _symbol("over firm capacity", "square", INK),
            _symbol("headroom unknown", "square", "#0067a5", hollow=True),
        ),
        _headroom,
        shown=True,
    ),
    "fibre_nodes": LayerLook("points", (_symbol("pick-up point", "triangle", "#00785a"),)),
    "maintenance_bases": LayerLook("points", (_plus("base"),)),
}
"""Drawn in this order, so that points lie over areas and areas over the raster."""

ROUTED = 5
"""How many leading sites have their ways drawn on the map [judgement]."""


def _ways(colour: str, *, shown: bool = False) -> LayerLook:
    line: Style = {"color": colour, "weight": 3.5, "opacity": 0.9, "fill": 0}
    return LayerLook(
        "routes",
        (
            Look("along streets", "line", line),
            Look("straight line", "line", {**line, "dashArray": "7 5"}),
        ),
        lambda row: 0 if row["basis"] == BY_ROUTE else 1,
        shown,
    )


ROUTE_LOOKS: Mapping[str, tuple[str, str, LayerLook]] = {
    "cable": ("Cables of the leading sites", "supply_points", _ways("#0067a5", shown=True)),
    "fibre": ("Fibre of the leading sites", "fibre_nodes", _ways("#00785a")),
    "pipe": ("Heat pipes of the leading sites", "heat_sinks", _ways("#c04b00", shown=True)),
    "lorry": ("Lorry to the leading sites", "roads", _ways(INK)),
    "engineer": ("Engineer to the leading sites", "maintenance_bases", _ways("#762a83")),
}
"""Title, layer without which there is no such way, and look of each kind of way."""

GROUND: Mapping[str, Style] = {
    "water": {"stroke": 0, "fillColor": "#c3d9e8", "fillOpacity": 1.0, "fillRule": "nonzero"},
    "green": {"stroke": 0, "fillColor": "#dde9d0", "fillOpacity": 1.0, "fillRule": "nonzero"},
    "building": {
        "color": "#c4bdb1",
        "weight": 0.5,
        "fillColor": "#dcd6cb",
        "fillOpacity": 1.0,
        "fillRule": "nonzero",
    },
    "path": {"color": "#e2dccf", "weight": 0.8},
    "minor": {"color": "#c9c1b2", "weight": 1.3},
    "major": {"color": "#b0a698", "weight": 2.4},
    "rail": {"color": "#a9a9a9", "weight": 1.0},
    "boundary": {"color": QUIET, "weight": 1.8, "dashArray": "8 5"},
}
"""Base map, from the ground up: quiet colours, so that sites and layers stand out."""

MAJOR = frozenset(
    name + link
    for name in ("motorway", "trunk", "primary", "secondary", "tertiary")
    for link in ("", "_link")
)
MINOR = frozenset({"residential", "unclassified", "living_street", "service", "pedestrian", "road"})


def street_kind(highway: str) -> str:
    """Sort an OpenStreetMap class of way into major, minor or path."""
    if highway in MAJOR:
        return "major"
    return "minor" if highway in MINOR else "path"


def street_looks() -> dict[str, Style]:
    """Give the style of the street network where it is shown as a layer of its own."""
    return {"major": {**_STREET, "weight": 3}, "minor": _STREET, "path": {**_STREET, "weight": 0.8}}
