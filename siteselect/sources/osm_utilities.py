"""What OpenStreetMap tags prove a line to be: overhead line, cable, pipeline or railway.

Meanings follow the OpenStreetMap wiki, pages Key:power, Tag:man_made=pipeline and Key:railway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    Tags = Mapping[str, str]

_RAIL = frozenset({"rail", "light_rail", "tram", "narrow_gauge", "subway"})
_BURIED = frozenset({"underground", "underwater"})
_PIPED: Mapping[str, str] = {
    **dict.fromkeys(("gas", "natural_gas", "cng", "lpg", "biogas", "hydrogen"), "gas_pipeline"),
    **dict.fromkeys(("oil", "fuel", "petroleum", "kerosene", "diesel", "gasoline"), "oil_pipeline"),
    **dict.fromkeys(("water", "rainwater", "drinking_water"), "water_main"),
    **dict.fromkeys(("sewage", "wastewater"), "sewer"),
    **dict.fromkeys(("heat", "hot_water", "heating", "steam"), "heat_main"),
}


def kind(tags: Tags) -> str:
    """Name the line one must keep clear of or ask about; empty where it is none or not in use.

    A power line is overhead unless its location says otherwise [OpenStreetMap wiki, Key:power]. A
    pipeline whose substance nobody mapped is "other".
    """
    if tags.get("disused") == "yes" or tags.get("abandoned") == "yes":
        return ""
    buried = tags.get("location") in _BURIED
    if tags.get("power") in {"line", "minor_line"}:
        return "underground_cable" if buried else "overhead_line"
    if tags.get("power") == "cable":
        return "overhead_line" if tags.get("location") == "overhead" else "underground_cable"
    if tags.get("man_made") == "pipeline":
        said = tags.get("substance") or tags.get("type") or tags.get("usage", "")
        return next((_PIPED[part] for part in said.split(";") if part in _PIPED), "other")
    return "railway" if tags.get("railway") in _RAIL else ""


def stands_on_poles(tags: Tags) -> bool | None:
    """Say whether an overhead line stands on poles, not towers; None where it cannot be told.

    A minor line is one on poles [OpenStreetMap wiki, Tag:power=minor_line]; a line of 33 kV may be
    on either.
    """
    if kind(tags) != "overhead_line":
        return None
    return True if tags.get("power") == "minor_line" else None
