"""What OpenStreetMap says of substations and transformers: level, voltages, rating.

Meanings follow the OpenStreetMap wiki [recalled], pages Tag:power=transformer, Key:voltage and
Key:rating. Voltages are in volts, separated by semicolons, in no order. What cannot be read with
certainty is unknown (NaN), never a guess. Capacity in use is not in OpenStreetMap at all, and most
of the low-voltage network is not either.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import shapely

from siteselect.sources import osm_kinds
from siteselect.sources.osm_tags import Level, supply_level, voltages_v

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siteselect.sources.osm_file import Place

    Tags = Mapping[str, str]

_RATING = re.compile(
    r"(?:([1-9]\d?)\s*[x\u00d7*]\s*)?(\d{1,7}(?:\.\d{1,6})?)\s*(kva|mva|va)",
    re.ASCII | re.IGNORECASE,
)
_IN_KVA = {"va": 0.001, "kva": 1.0, "mva": 1000.0}
RATING_RANGE_KVA = (1.0, 5_000_000.0)
_POLE_TRANSFORMERS = frozenset({"distribution", "yes"})


def is_supply_point(tags: Tags) -> bool:
    """Say whether public supply may be met here; a transformer on a pole counts."""
    on_pole = tags.get("power") == "pole" and tags.get("transformer") in _POLE_TRANSFORMERS
    return on_pole or osm_kinds.is_supply_point(tags)


def rating_kva(text: str | None) -> float:
    """Read the rating of a transformer [kVA]: "500 kVA", "0.5MVA", "2 x 120 MVA" (240,000).

    A number without a unit, in another unit, or several of them (of several transformers, or of
    one with and without fans) are unknown.
    """
    match = _RATING.fullmatch((text or "").strip())
    if match is None:
        return math.nan
    rating = int(match[1] or 1) * float(match[2]) * _IN_KVA[match[3].lower()]
    return rating if RATING_RANGE_KVA[0] <= rating <= RATING_RANGE_KVA[1] else math.nan


def stations(places: Sequence[Place]) -> tuple[list[Place], list[float]]:
    """Pick the places where supply is met, each with its rating [kVA], unknown where not tagged.

    A transformer within a drawn substation is a part of it. A substation without a rating of its
    own has that of its transformers together, if each of them has one.
    """
    drawn = [place for place in places if _is_substation(place)]
    inside = shapely.STRtree([station.shape for station in drawn])
    parts: dict[str, list[float]] = {}
    kept: list[Place] = []
    for place in places:
        around = [] if _is_substation(place) else inside.query(place.shape, "within").tolist()
        for at in around:
            parts.setdefault(drawn[at].osm_id, []).append(rating_kva(place.tags.get("rating")))
        if not around:
            kept.append(place)
    ratings = []
    for place in kept:
        own, within = rating_kva(place.tags.get("rating")), parts.get(place.osm_id)
        ratings.append(sum(within) if math.isnan(own) and within else own)
    return kept, ratings


def _is_substation(place: Place) -> bool:
    return place.tags.get("power") == "substation"


def voltages_kv(tags: Tags) -> tuple[float, float]:
    """Read the voltages coming in and given out [kV], NaN where not said.

    `voltage:primary` and `voltage:secondary` before `voltage`, of which the highest comes in and
    the lowest is given out; a single voltage of a substation is taken as coming in.
    """
    both = voltages_v(tags.get("voltage"))
    coming_in = voltages_v(tags.get("voltage:primary")) or both
    given_out = voltages_v(tags.get("voltage:secondary")) or both[1:]
    return (
        coming_in[0] / 1000 if coming_in else math.nan,
        given_out[-1] / 1000 if given_out else math.nan,
    )


def level(tags: Tags) -> Level:
    """Name the network level one would meet, by `voltage:primary` and `:secondary` where tagged."""
    sides = [tags[key] for key in ("voltage:primary", "voltage:secondary") if tags.get(key)]
    if not sides:
        return supply_level(tags)
    return supply_level({**tags, "voltage": ";".join(sides)})
