"""The unit suffixes that columns carry, what each means, and how like converts to like."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit suffix: its dimension, its size in the house unit, and how it is written."""

    suffix: str
    dimension: str
    factor: float
    written: str
    meaning: str


UNITS: tuple[Unit, ...] = (
    Unit("m", "length", 1.0, "m", "metre"),
    Unit("km", "length", 1000.0, "km", "kilometre"),
    Unit("ft", "length", 0.3048, "ft", "foot"),
    Unit("m2", "area", 1.0, "m²", "square metre"),
    Unit("ha", "area", 10_000.0, "ha", "hectare"),
    Unit("m3", "volume", 1.0, "m³", "cubic metre"),
    Unit("l", "liquid", 1.0, "l", "litre"),
    Unit("kg", "mass", 1.0, "kg", "kilogram"),
    Unit("t", "mass", 1000.0, "t", "tonne"),
    Unit("tco2e", "climate effect", 1.0, "t CO2e", "tonne of carbon dioxide equivalent"),
    Unit("kgco2e_a", "climate effect per year", 1.0, "kg CO2e/a", "kilogram of CO2e a year"),
    Unit("w", "power", 0.001, "W", "watt"),
    Unit("kw", "power", 1.0, "kW", "kilowatt"),
    Unit("mw", "power", 1000.0, "MW", "megawatt"),
    Unit("kwe", "electric power", 1.0, "kWe", "kilowatt, electrical output"),
    Unit("mwth", "thermal input", 1.0, "MWth", "megawatt, rated thermal input"),
    Unit("kva", "apparent power", 1.0, "kVA", "kilovolt-ampere"),
    Unit("mva", "apparent power", 1000.0, "MVA", "megavolt-ampere"),
    Unit("kv", "voltage", 1.0, "kV", "kilovolt"),
    Unit("kwh", "energy", 0.001, "kWh", "kilowatt-hour"),
    Unit("kwh_a", "energy per year", 0.001, "kWh/a", "kilowatt-hour a year"),
    Unit("mwh_a", "energy per year", 1.0, "MWh/a", "megawatt-hour a year"),
    Unit("gwh_a", "energy per year", 1000.0, "GWh/a", "gigawatt-hour a year"),
    Unit("c", "temperature", 1.0, "°C", "degree Celsius"),
    Unit("k", "temperature difference", 1.0, "K", "kelvin"),
    Unit(
        "dba", "sound level", 1.0, "dB(A)", "A-weighted decibel, of a sound pressure or sound power"
    ),
    Unit("db", "sound level difference", 1.0, "dB", "decibel, as a difference of levels"),
    Unit("s", "time", 1 / 60, "s", "second"),
    Unit("min", "time", 1.0, "min", "minute"),
    Unit("h", "time", 60.0, "h", "hour"),
    Unit("weeks", "time", 10_080.0, "weeks", "week"),
    Unit("months", "time", 43_830.0, "months", "month of a twelfth of a year"),
    Unit("ms", "latency", 1.0, "ms", "millisecond"),
    Unit("kmh", "speed", 1.0, "km/h", "kilometre per hour"),
    Unit("mph", "speed", 1.609344, "mph", "mile per hour"),
    Unit("kpa", "pressure", 1.0, "kPa", "kilopascal"),
    Unit("kn", "force", 1.0, "kN", "kilonewton"),
    Unit("kn_m2", "floor load", 1.0, "kN/m²", "kilonewton per square metre"),
    Unit("amp", "current", 1.0, "A", "ampere"),
    Unit("tb", "storage", 1.0, "TB", "terabyte"),
    Unit("gbp_a", "money per year", 1.0, "GBP/a", "pound sterling a year"),
    Unit("gbp_kw", "money per power", 1.0, "GBP/kW", "pound sterling per kilowatt"),
    Unit("gbp_kwh", "money per energy", 1.0, "GBP/kWh", "pound sterling per kilowatt-hour"),
    Unit("gbp_m", "money per length", 1.0, "GBP/m", "pound sterling per metre"),
    Unit("gbp", "money", 1.0, "GBP", "pound sterling"),
    Unit("gbp_kva", "money per apparent power", 1.0, "GBP/kVA", "pound sterling per kVA"),
    Unit("eur", "money in euro", 1.0, "EUR", "euro"),
    Unit("share", "share", 1.0, "share", "part of one, 0 to 1"),
    Unit("percent", "share", 0.01, "%", "part of a hundred"),
)
"""Closed list: a column with another suffix has no unit and must be text, a flag or a count."""

_BY_SUFFIX = {unit.suffix: unit for unit in UNITS}


def unit_of(column: str) -> Unit | None:
    """Read the unit from a column's suffix; the longest suffix wins (`_mwh_a` before `_a`)."""
    parts = column.lower().split("_")
    for start in range(1, len(parts)):
        unit = _BY_SUFFIX.get("_".join(parts[start:]))
        if unit is not None:
            return unit
    return None


def stem(column: str) -> str:
    """Name a column without its unit, so that `headroom_mva` is seen beside `headroom_kva`."""
    unit = unit_of(column)
    return column if unit is None else column[: -len(unit.suffix) - 1]


def factor(given: str, wanted: str) -> float | None:
    """Say what to multiply by to get from one suffix to another; None when they differ in kind.

    Kilowatts to kilovolt-amperes is None on purpose: it needs a power factor, which only the
    owner of the data can state.
    """
    source, target = _BY_SUFFIX.get(given.lower()), _BY_SUFFIX.get(wanted.lower())
    if source is None or target is None or source.dimension != target.dimension:
        return None
    return source.factor / target.factor
