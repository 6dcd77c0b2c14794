"""What OpenStreetMap says of fibre: where it is picked up, where it runs, and how.

Tags as the OpenStreetMap wiki has them under Key:telecom and Key:communication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siteselect.sources import osm_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    Tags = Mapping[str, str]

NODE_KEYS = ("telecom", "building", "street_cabinet")
ROUTE_KEYS = ("communication", "telecom", "man_made", "telecom:medium")

_FIBRE = frozenset({"fibre", "fiber", "fibre_optic", "fiber_optic"})
_CABLES = frozenset({"line", "cable"})
_DUCTS = frozenset({"cable", "duct", "pipeline", "line"})
_GONE = ("disused", "abandoned", "proposed", "construction")
_MEDIA = {
    "underground": "underground",
    "underwater": "underwater",
    "overhead": "overhead",
    "overground": "overhead",
}


def node_kind(tags: Tags) -> str:
    """Name the kind of fibre pick-up point; empty where it is none, known as copper, or gone."""
    if _is_gone(tags):
        return ""
    if tags.get("telecom") == "cable_landing_station":
        return "landing_station"
    if tags.get("telecom") == "distribution_point":
        # Most are copper, so that only what says it is fibre proves fibre.
        return "distribution_point" if _media(tags) & _FIBRE else ""
    return osm_kinds.fibre_kind(tags)


def is_route(tags: Tags) -> bool:
    """Say whether a line is fibre in so many words; a line of no stated medium may be copper."""
    if not _media(tags) & _FIBRE or _is_gone(tags):
        return False
    return (
        tags.get("communication") in _CABLES
        or tags.get("telecom") in _CABLES
        or tags.get("man_made") in _DUCTS
    )


def route_medium(tags: Tags) -> str:
    """Name how a line runs."""
    return _MEDIA.get(tags.get("location", ""), "unknown")


def route_shape(shape: BaseGeometry) -> BaseGeometry | None:
    """Give the line of a route; a ring that was read as an area is its outline; a point is none."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        outline: BaseGeometry = shape.boundary
        return outline
    return None if shape.geom_type in {"Point", "MultiPoint"} else shape


def _media(tags: Tags) -> set[str]:
    return {part.strip() for part in tags.get("telecom:medium", "").split(";")}


def _is_gone(tags: Tags) -> bool:
    return any(tags.get(key, "no") == "yes" for key in _GONE)
