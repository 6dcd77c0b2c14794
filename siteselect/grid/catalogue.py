"""The shipped connections: kinds with their times, transformers, prices by ground, and notes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf
from typing import Any, Literal

import yaml

End = Literal["low", "mid", "high"]
Option = Literal["lv_main", "lv_way", "new_substation", "hv_metered"]

OPTIONS: tuple[Option, ...] = ("lv_main", "lv_way", "new_substation", "hv_metered")
"""Kinds of connection, from the smallest to the largest; formulas count them from 0."""
LV_MAIN, LV_WAY, NEW_SUBSTATION, HV_METERED = range(4)
CABLES = ("cable_gbp_m", "cable_hv_gbp_m")
"""Prices of cable in a footway: low voltage, 11 kV."""
GROUNDS = ("verge", "carriageway")
"""Grounds whose price is a multiple of the footway's."""


@dataclass(frozen=True, slots=True)
class Span:
    """A quantity with its range, and where it comes from."""

    low: float
    mid: float
    high: float
    source: str

    def at(self, end: End) -> float:
        """Take one end, or the middle."""
        return {"low": self.low, "mid": self.mid, "high": self.high}[end]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of connection: up to which size it is usual, and how long it takes."""

    option: Option
    title: str
    upto_kva: float
    weeks: Span
    quote_days: Span


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know from an apparent power on [kVA], or above a real power [kW]."""

    from_kva: float
    above_kw: float
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Security:
    """How soon power comes back, by the power that is fed [MW]."""

    upto_mw: float
    text: str
    source: str


@cache
def kinds() -> tuple[Kind, ...]:
    """Read the kinds of connection, smallest first."""
    entries = _read()["options"]
    return tuple(
        Kind(
            option,
            entries[option]["title"],
            float(entries[option].get("upto_kva", inf)),
            _span(entries[option]["weeks"]),
            _span(entries[option]["quote_days"]),
        )
        for option in OPTIONS
    )


@cache
def transformers_kva() -> tuple[float, ...]:
    """Read the transformer ratings that are sold [kVA], in rising order."""
    return tuple(float(rating) for rating in _read()["transformers_kva"])


@cache
def reinforcement_weeks() -> Span:
    """Read how long reinforcement takes [weeks]."""
    return _span(_read()["reinforcement"]["weeks"])


@cache
def price_entries() -> dict[str, dict[str, Any]]:
    """Read the prices of connections as the catalogue states them, for the finance catalogue."""
    entries: dict[str, dict[str, Any]] = _read()["prices"]
    return entries


@cache
def ground_factors(end: End) -> dict[str, float]:
    """Work out what cable costs in other ground, over the footway at the same end of the range.

    Returns
    -------
    dict
        For example `cable_hv_verge_factor`; a formula multiplies `cable_hv_gbp_m` with it.
    """
    document = _read()
    return {
        factor_name(cable, ground): document["grounds"][cable][ground][end]
        / document["prices"][cable][end]
        for cable in CABLES
        for ground in GROUNDS
    }


def factor_name(cable: str, ground: str) -> str:
    """Name the factor of a cable's price in a ground."""
    return f"{cable.removesuffix('_gbp_m')}_{ground}_factor"


def notes_for(import_kva: float, power_factor: float = 1.0) -> tuple[str, ...]:
    """Say what a reader should know of a connection of this size, each with its evidence tag.

    Parameters
    ----------
    import_kva : apparent power [kVA].
    power_factor : real over apparent power, for what is counted in kW.
    """
    real_kw = import_kva * power_factor
    return tuple(
        f"{note.text} {note.source}"
        for note in _notes()
        if import_kva >= note.from_kva and real_kw > note.above_kw
    )


def security_of(import_kw: float) -> Security | None:
    """Find how soon power comes back after a fault (EREC P2 [K]); None above the classes here."""
    return next((one for one in _security() if import_kw <= 1000 * one.upto_mw), None)


@cache
def _notes() -> tuple[Note, ...]:
    return tuple(
        Note(
            float(entry.get("from_kva", 0)),
            float(entry.get("above_kw", -1)),
            entry["text"],
            _source(entry),
        )
        for entry in _read()["notes"]
    )


@cache
def _security() -> tuple[Security, ...]:
    return tuple(
        Security(float(entry["upto_mw"]), entry["text"], _source(entry))
        for entry in _read()["security"]
    )


def _span(entry: dict[str, Any]) -> Span:
    return Span(float(entry["low"]), float(entry["mid"]), float(entry["high"]), _source(entry))


def _source(entry: dict[str, Any]) -> str:
    return f"[{entry['tag']}] {entry['source']}"


@cache
def _read() -> dict[str, Any]:
    text = files("siteselect.catalogue").joinpath("connections.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document
