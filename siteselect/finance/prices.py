"""The shipped prices, scenarios and discount rates, each with its range, date and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any, Literal

import yaml

from siteselect import fibre
from siteselect.errors import Fault, InputError
from siteselect.grid.catalogue import End, ground_factors, price_entries

Ends = Literal["adverse", "mid", "favourable"]
Group = Literal["pod", "central", "host", "both"]

_CABLE_END: Mapping[Ends, End] = {"adverse": "high", "mid": "mid", "favourable": "low"}


@dataclass(frozen=True, slots=True)
class Price:
    """A price or factor: its range, which end is bad for the pod, and where it comes from."""

    name: str
    low: float
    mid: float
    high: float
    unit: str
    adverse: Literal["low", "high"]
    group: Group
    source: str
    as_of: str

    def at(self, ends: Ends) -> float:
        """Take the middle, or the end that is bad or good for the pod."""
        if ends == "mid":
            return self.mid
        return self.high if (ends == "adverse") == (self.adverse == "high") else self.low


@dataclass(frozen=True, slots=True)
class Discounting:
    """A schedule of yearly discount rates: (first year that the rate holds for, rate)."""

    name: str
    title: str
    rates: tuple[tuple[int, float], ...]
    source: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story about prices, take-up, the host and the tariff."""

    name: str
    ends: Ends
    ramp: tuple[float, ...]
    meaning: str
    host_closes_in: int | None = None
    shock_years: tuple[int, ...] = ()
    electricity_factor: float = 1.0
    gas_factor: float = 1.0


@cache
def prices() -> dict[str, Price]:
    """Read the shipped prices by name, those of the connection and of fibre among them."""
    document = _read()
    return {
        name: Price(
            name=name,
            low=float(entry["low"]),
            mid=float(entry["mid"]),
            high=float(entry["high"]),
            unit=entry["unit"],
            adverse=entry["adverse"],
            group=entry["group"],
            source=f"[{entry['tag']}] {entry['source']}",
            as_of=str(document["as_of"]),
        )
        for name, entry in (document["prices"] | price_entries() | fibre.price_entries()).items()
    }


@cache
def scenarios() -> dict[str, Scenario]:
    """Read the shipped scenarios by name."""
    return {
        name: Scenario(name=name, **_with_tuples(entry))
        for name, entry in _read()["scenarios"].items()
    }


@cache
def discountings() -> dict[str, Discounting]:
    """Read the shipped discount schedules, `public` and `private`."""
    return {
        name: Discounting(
            name=name,
            title=entry["title"],
            rates=tuple((int(year), float(rate)) for year, rate in entry["rates"]),
            source=entry["source"],
        )
        for name, entry in _read()["discounting"].items()
    }


def constant_discounting(rate_share: float) -> Discounting:
    """Discount every year at one rate, for example 0.08 or 0.12 for private money."""
    return Discounting(f"{rate_share:g}", f"{rate_share:.1%} a year", ((1, rate_share),), "given")


def rates_at(ends: Ends = "mid", given: Mapping[str, float] | None = None) -> dict[str, float]:
    """Take every price at one end of its range, and the ones that are known as given.

    Cable has a price in a footway; factors on it for other ground come with the prices, at the
    same end. A price of cable that is known is taken as that in a footway.

    Raises
    ------
    InputError
        A given price has a name that is not in the catalogue, or is not a finite number.
    """
    given = given or {}
    faults = [
        Fault("prices", "not a price of the catalogue", "See catalogue/prices.yaml.", column=name)
        for name in given
        if name not in prices()
    ]
    faults += [
        Fault("prices", "not a number", "Give a finite number.", column=name, value=str(value))
        for name, value in given.items()
        if not isfinite(value)
    ]
    if faults:
        raise InputError(faults)
    factors = ground_factors(_CABLE_END[ends])
    return factors | {name: price.at(ends) for name, price in prices().items()} | dict(given)


def _with_tuples(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}


@cache
def _read() -> dict[str, Any]:
    text = files("siteselect.catalogue").joinpath("prices.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document
