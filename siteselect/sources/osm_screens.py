"""Buildings and walls of OpenStreetMap with the height that their tags give."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from siteselect.sources import osm_kinds, osm_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    Tags = Mapping[str, str]

STOREY_M = 3.0
"""Height of a storey where only their number is tagged [judgement: 2.7 to 3.5 m]."""
_OPEN_SIDED = frozenset({"roof", "carport", "greenhouse", "glasshouse"})
_HIGHEST_M = 500.0


def is_screen(tags: Tags) -> bool:
    """Say whether the tags are those of something heavy and closed: a building or a solid wall.

    A fence or hedge lets sound through, and so do open roofs and thin glass.
    """
    if osm_kinds.is_building(tags):
        return tags.get("building") not in _OPEN_SIDED
    solid = tags.get("barrier") in {"wall", "city_wall", "retaining_wall", "noise_barrier"}
    return solid or tags.get("wall") == "noise_barrier"


def screen_kind(tags: Tags) -> str:
    """Name what screens."""
    return "building" if osm_kinds.is_building(tags) else "wall"


def height_m(tags: Tags) -> tuple[float, str]:
    """Give the height of the top above the ground [m] and what it rests on; NaN where unknown.

    `height` as tagged, or storeys times `STOREY_M`. A part that hangs in the air (`min_height`)
    has none, since sound passes below it. A roof's own height is not added.
    """
    if osm_tags.length_m(tags.get("min_height")) > 0 or tags.get("building:min_level", "0") != "0":
        return math.nan, ""
    tagged = osm_tags.length_m(tags.get("height"))
    if tagged > 0:
        return (tagged, "height as mapped") if tagged <= _HIGHEST_M else (math.nan, "")
    storeys = osm_tags.storeys(tags)
    if storeys > 0:
        return storeys * STOREY_M, f"{storeys:g} storeys of {STOREY_M:g} m"
    return math.nan, ""
