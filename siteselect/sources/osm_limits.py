"""What OpenStreetMap says of the vehicles that a way lets through: sizes, masses, access, lorries.

A limit that is not mapped, not signed or not certain is unknown (NaN), never 0 and never none.
Meanings follow the OpenStreetMap wiki, pages Key:maxheight, Key:maxweight, Key:maxweightrating,
Key:hgv, Key:access, Conditional restrictions and Map features/Units.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from siteselect.sources import osm_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Tags = Mapping[str, str]

_TONNES = {
    **dict.fromkeys(("", "t", "to", "ton", "tons", "tonne", "tonnes"), 1.0),
    **dict.fromkeys(("kg", "kgs"), 0.001),
    "st": 0.90718474,  # short ton of 2000 lb
    "lt": 1.0160469088,  # long ton of 2240 lb
    **dict.fromkeys(("lb", "lbs"), 0.45359237e-3),
}
_MASS = re.compile(
    r"(\d{1,9}(?:\.\d{1,9}|,\d{1,2})?|\.\d{1,9})\s*([a-z]*)", re.ASCII | re.IGNORECASE
)

LIMIT_KEYS: Mapping[str, tuple[str, ...]] = {
    "maxheight_m": ("maxheight", "maxheight:physical", "maxheight:hgv"),
    "maxwidth_m": ("maxwidth", "maxwidth:physical", "maxwidth:hgv"),
    "maxlength_m": ("maxlength", "maxlength:hgv"),
    "maxweight_t": (
        *("maxweight", "maxweight:hgv", "maxweightrating", "maxweightrating:hgv"),
        *("maxgcweight", "maxgcweight:hgv", "maxgcweightrating"),
    ),
    "maxaxleload_t": ("maxaxleload", "maxaxleload:hgv"),
}
"""Column of the layer `roads` to the keys that say it; the tightest of them counts."""

RANGES: Mapping[str, tuple[float, float]] = {
    "maxheight_m": (0.5, 30.0),
    "maxwidth_m": (0.5, 30.0),
    "maxlength_m": (1.0, 100.0),
    "maxweight_t": (0.1, 500.0),
    "maxaxleload_t": (0.1, 100.0),
}
"""What a sign may say, as in the layer's contract; anything else is a slip and unknown."""

ACCESS_KEYS = ("motor_vehicle", "vehicle", "access")
"""Who may drive on a way, the most special key first."""

_ACCESS_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("yes", "permissive", "designated", "official", "public"), "yes"),
    **dict.fromkeys(("destination", "delivery", "customers", "visitors"), "destination"),
    # Whoever owns the track can let the pod's lorry in, so that these are closed to the public only
    **dict.fromkeys(("private", "permit", "residents", "agricultural", "forestry"), "private"),
    **dict.fromkeys(("no", "emergency", "military", "psv", "bus"), "no"),
}
_ACCESS_ORDER = ("yes", "destination", "private", "no")
_LORRY_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("yes", "permissive", "official"), "yes"),
    "designated": "designated",
    **dict.fromkeys(("destination", "delivery", "customers", "private", "permit"), "destination"),
    # A sign of advice ("unsuitable for lorries") forbids nothing, yet somebody must look at it
    **dict.fromkeys(("unsuitable", "discouraged"), "destination"),
    **dict.fromkeys(("no", "agricultural", "forestry"), "no"),
}
_LORRY_ORDER = ("yes", "designated", "destination", "no")
_DELIVERING = re.compile(r"destination|deliver|access|loading", re.IGNORECASE)
_LIFTED = re.compile(r"^\s*(none|no|yes)\s*@\s*(.*)$", re.IGNORECASE)

WAY_KEYS: tuple[str, ...] = (
    *(key for keys in LIMIT_KEYS.values() for key in keys),
    *(f"{key}:conditional" for keys in LIMIT_KEYS.values() for key in keys),
    *ACCESS_KEYS,
    *("hgv", "hgv:conditional", "surface", "bridge", "tunnel"),
    *("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right"),
)
"""Every key that this module reads."""


def mass_t(text: str | None) -> float:
    """Read a mass [t].

    A bare number is in tonnes; "7.5 t", "7500 kg", "18 st" (short tons, 16.33) and "20 lt" (long
    tons) are read. Of several the smallest counts. Words such as "none" and "default" are unknown.
    """
    return _tightest(text, _one_mass, (0.0, math.inf))


def limit(tags: Tags, column: str) -> float:
    """Read one limit [m or t] by its column; the tightest of all keys that say it, NaN if none.

    A part that cannot be read is left out: the limit is then no looser than the one that can. A
    conditional key is not read, since whether it holds depends on hour, season or load. A plain
    limit that its conditional key lifts for deliveries ("none @ destination") does not hold for
    the pod's lorry, and is unknown.
    """
    read_one = _one_mass if column.endswith("_t") else osm_tags.length_m
    found = [
        _tightest(tags[key], read_one, RANGES[column])
        for key in LIMIT_KEYS[column]
        if key in tags and not _lifted_for_deliveries(tags.get(f"{key}:conditional", ""))
    ]
    return min((number for number in found if not math.isnan(number)), default=math.nan)


def limits(tags: Tags) -> dict[str, float]:
    """Read every limit of a way, by column."""
    return {column: limit(tags, column) for column in LIMIT_KEYS}


def motor_vehicle(tags: Tags) -> str:
    """Say who may drive: yes, destination, private or no; empty where the class decides.

    `motor_vehicle` overrules `vehicle`, and that `access`. A list of users ("destination;bus") is
    as open as the most open of them.
    """
    for key in ACCESS_KEYS:
        words = _words(tags.get(key), _ACCESS_WORDS)
        if words:
            return min(words, key=_ACCESS_ORDER.index)
    return ""


def hgv(tags: Tags) -> str:
    """Say what is mapped of lorries: yes, designated, destination or no; empty where nothing is.

    A ban that is lifted for deliveries or at some hours is "destination".
    """
    words = _words(tags.get("hgv"), _LORRY_WORDS)
    said = min(words, key=_LORRY_ORDER.index, default="")
    excepted = tags.get("hgv:conditional", "").split("@")[0].strip().lower()
    if said == "no" and _LORRY_WORDS.get(excepted, "no") != "no":
        return "destination"
    return said


def strictest(words: Iterable[str]) -> str:
    """Pick the word of the layer that lets the fewest through; empty words say nothing."""
    order = ("yes", "designated", "destination", "private", "no")
    return max((word for word in words if word), key=order.index, default="")


def is_bridge(tags: Tags) -> bool:
    """Say whether a way is on a bridge; a way without the tag is not."""
    return tags.get("bridge", "no") not in {"", "no"}


def is_tunnel(tags: Tags) -> bool:
    """Say whether a way is in a tunnel; a way without the tag is not."""
    return tags.get("tunnel", "no") not in {"", "no"}


def has_sidewalk(tags: Tags) -> bool | None:
    """Say whether a footway runs beside the carriageway; None where nothing is mapped."""
    said = [tags[key] for key in WAY_KEYS if key.startswith("sidewalk") and tags.get(key)]
    if not said:
        return None
    return any(value not in {"no", "none"} for value in said)


def about_vehicles(tags: Tags) -> dict[str, str | float | bool | None]:
    """Read every column of the layer `roads` that tells which vehicles a way lets through."""
    return {
        "motor_vehicle": motor_vehicle(tags),
        "hgv": hgv(tags),
        **limits(tags),
        "bridge": is_bridge(tags),
        "tunnel": is_tunnel(tags),
        "sidewalk": has_sidewalk(tags),
    }


def _words(text: str | None, table: Mapping[str, str]) -> list[str]:
    parts = (part.strip().lower() for part in (text or "").split(";"))
    return [table[part] for part in parts if part in table]


def _lifted_for_deliveries(text: str) -> bool:
    return any(
        bool(match and _DELIVERING.search(match[2]))
        for match in (_LIFTED.match(part) for part in text.split(";"))
    )


def _one_mass(text: str) -> float:
    match = _MASS.fullmatch(text)
    if match is None:
        return math.nan
    return float(match[1].replace(",", ".")) * _TONNES.get(match[2].lower(), math.nan)


def _tightest(
    text: str | None, read_one: Callable[[str], float], bounds: tuple[float, float]
) -> float:
    numbers = (read_one(part.strip()) for part in re.split(r"[;|]", text or ""))
    sound = (number for number in numbers if bounds[0] <= number <= bounds[1] and number > 0)
    return min(sound, default=math.nan)
