"""What an OpenStreetMap tag's text means as a number: speeds, lengths, levels, voltages, lanes.

Values are free text typed by mappers. What cannot be read with certainty is unknown (NaN), never
a guess. Meanings follow the OpenStreetMap wiki, pages Key:maxspeed, Key:width, Key:voltage,
Key:building:levels and Key:oneway.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Oneway = Literal["no", "forward", "backward"]
Level = Literal["grid", "primary", "secondary", "lv", "unknown"]

# A comma before three digits may part thousands, so that only one or two digits may follow it.
_NUMBER = r"(\d{1,9}(?:\.\d{1,9}|,\d{1,2})?|\.\d{1,9})"
_ASCII = re.ASCII | re.IGNORECASE

_SPEED = re.compile(rf"{_NUMBER}\s*(km/h|kmh|kph|mph|knots)?", _ASCII)
_SPEED_UNITS = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_SPEED_WORDS = {
    "walk": 5.0,  # judgement: walking pace
    "gb:nsl_single": 60 * 1.609344,  # recalled: national limit of a single carriageway
    "gb:nsl_dual": 70 * 1.609344,
    "gb:motorway": 70 * 1.609344,
    "fi:urban": 50.0,
    "fi:rural": 80.0,
}
SPEED_RANGE_KMH = (1.0, 200.0)

_LENGTH_UNITS_M = {
    "": 1.0,
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), 1.0),
    **dict.fromkeys(("ft", "foot", "feet"), 0.3048),
    **dict.fromkeys(("in", "inch", "inches"), 0.0254),
    "mm": 0.001,
    "cm": 0.01,
    "km": 1000.0,
}
_LENGTH = re.compile(rf"{_NUMBER}\s*([a-z]*)", _ASCII)
_FEET = r"(?:['\u2032\u2019]|ft|feet)"
_INCH = r"(?:[\"\u2033\u201d]|''|in|inch|inches)"
_IMPERIAL = re.compile(rf"{_NUMBER}\s*{_FEET}\s*(?:{_NUMBER}\s*{_INCH}?)?", _ASCII)
_INCHES = re.compile(rf"{_NUMBER}\s*{_INCH}", _ASCII)
WIDTH_RANGE_M = (0.3, 100.0)

_VOLTAGE = re.compile(rf"{_NUMBER}\s*(kv|v)?", _ASCII)
_LOW_VOLTAGE_V = 1_000
_HIGHEST_V = 2_000_000
_GIVEN_OUT: tuple[tuple[float, Level], ...] = (
    (_LOW_VOLTAGE_V, "secondary"),
    (25_000, "primary"),
    (math.inf, "grid"),
)
_COMING_IN: tuple[tuple[float, Level], ...] = (
    (_LOW_VOLTAGE_V, "lv"),
    (25_000, "secondary"),
    (70_000, "primary"),
    (math.inf, "grid"),
)
_SUBSTATION_WORDS: Mapping[str, Level] = {
    "transmission": "grid",
    "distribution": "primary",
    "minor_distribution": "secondary",
}

_FORWARD = frozenset({"yes", "true", "1"})
_BACKWARD = frozenset({"-1", "reverse"})
_ONEWAY_BY_NATURE = frozenset({"roundabout", "circular"})


def speed_kmh(text: str | None) -> float:
    """Read a speed limit [km/h].

    A bare number is in km/h; "20 mph" is 32.187. Of several ("30;50") the lowest counts, so that
    a drive is never made shorter than it is. "walk" is 5 km/h [judgement]; "none", "signals",
    "variable" and other words are unknown.
    """
    return _smallest(text, _one_speed, SPEED_RANGE_KMH)


def length_m(text: str | None) -> float:
    """Read a length [m].

    A bare number is in metres; "3.5 m", "350 cm", "10 ft 3 in" and 11'6" (3.505) are read, of
    several ("3;4") the smallest. "default", "none", "below_default", "unsigned", ranges and
    estimates ("~3", "3-4") are unknown.
    """
    return _smallest(text, _one_length, (0.0, math.inf))


def width_m(tags: Mapping[str, str]) -> float:
    """Read the width of a carriageway [m]; `width:carriageway` is nearer to it than `width`."""
    for key in ("width:carriageway", "width"):
        width = length_m(tags.get(key))
        if WIDTH_RANGE_M[0] <= width <= WIDTH_RANGE_M[1]:
            return width
    return math.nan


def lanes(text: str | None) -> float:
    """Read the number of lanes; of several the smallest, unknown outside 1 to 20."""
    return _smallest(text, _one_number, (1.0, 20.0))


def storeys(tags: Mapping[str, str]) -> float:
    """Read how many storeys a building has above ground; half storeys count as half."""
    return _smallest(tags.get("building:levels"), _one_number, (0.5, 200.0))


def voltages_v(text: str | None) -> tuple[int, ...]:
    """Read voltages [V], highest first; the tag is in volts, separated by semicolons, unsorted.

    "11 kV" and "0.4kV" are read as what they say. Words ("low", "medium") are left out.
    """
    found = set()
    for part in re.split(r"[;/]", text or ""):
        match = _VOLTAGE.fullmatch(part.strip())
        if match:
            volts = _decimal(match[1]) * (1000 if (match[2] or "").lower() == "kv" else 1)
            if 0 < volts <= _HIGHEST_V:
                found.add(round(volts))
    return tuple(sorted(found, reverse=True))


def supply_level(tags: Mapping[str, str]) -> Level:
    """Name the network level one would meet at a substation or cabinet.

    Between two or more voltages the lowest is what the substation gives out: up to 1 kV is a
    secondary, up to 25 kV a primary, more is the grid. A single voltage is taken as the one that
    comes in. Without a voltage, `substation=*` decides [recalled: OpenStreetMap wiki,
    Key:substation]; other cabinets meet the low-voltage network.
    """
    volts = voltages_v(tags.get("voltage"))
    if volts:
        transforms = len(volts) > 1 and volts[0] > _LOW_VOLTAGE_V
        steps = _GIVEN_OUT if transforms else _COMING_IN
        return next(level for limit, level in steps if volts[-1] <= limit)
    if tags.get("power") == "substation":
        return _SUBSTATION_WORDS.get(tags.get("substation", ""), "unknown")
    return "secondary" if tags.get("power") in {"transformer", "pole"} else "lv"


def oneway(tags: Mapping[str, str]) -> Oneway:
    """Say in which direction of its line a way may be driven.

    Roundabouts and motorways are one-way unless tagged otherwise. "reversible" and
    "alternating" ways can be driven both ways, though not at once.
    """
    text = tags.get("oneway", "").strip().lower()
    if text in _FORWARD:
        return "forward"
    if text in _BACKWARD:
        return "backward"
    if text:
        return "no"
    if tags.get("junction") in _ONEWAY_BY_NATURE or tags.get("highway") == "motorway":
        return "forward"
    return "no"


def address(tags: Mapping[str, str]) -> str:
    """Write street and number, or the name of the house; empty where neither is tagged."""
    street = tags.get("addr:street") or tags.get("addr:place") or ""
    number = tags.get("addr:housenumber", "")
    written = f"{street} {number}".strip()
    return written or tags.get("addr:housename", "")


def place_name(tags: Mapping[str, str]) -> str:
    """Name a place: its name, else its address, else nothing."""
    return tags.get("name") or address(tags)


def has_value(tags: Mapping[str, str], key: str, values: frozenset[str]) -> bool:
    """Say whether a tag holds one of the values, alone or in a list ("swimming;tennis")."""
    return any(part.strip() in values for part in tags.get(key, "").split(";"))


def _smallest(
    text: str | None, read_one: Callable[[str], float], bounds: tuple[float, float]
) -> float:
    parts = [part.strip() for part in re.split(r"[;|]", text or "")]
    numbers = [read_one(part) for part in parts if part]
    # One part that cannot be read could be the smallest, so that the whole is unknown.
    if not numbers or not all(bounds[0] <= number <= bounds[1] for number in numbers):
        return math.nan
    return min(numbers)


def _one_speed(text: str) -> float:
    word = _SPEED_WORDS.get(text.lower())
    if word is not None:
        return word
    match = _SPEED.fullmatch(text)
    return _decimal(match[1]) * _SPEED_UNITS[(match[2] or "").lower()] if match else math.nan


def _one_length(text: str) -> float:
    if match := _LENGTH.fullmatch(text):
        return _decimal(match[1]) * _LENGTH_UNITS_M.get(match[2].lower(), math.nan)
    if match := _IMPERIAL.fullmatch(text):
        inches = _decimal(match[2]) if match[2] else 0.0
        return _decimal(match[1]) * 0.3048 + inches * 0.0254
    if match := _INCHES.fullmatch(text):
        return _decimal(match[1]) * 0.0254
    return math.nan


def _one_number(text: str) -> float:
    match = re.fullmatch(_NUMBER, text, re.ASCII)
    return _decimal(match[1]) if match else math.nan


def _decimal(text: str) -> float:
    return float(text.replace(",", "."))
