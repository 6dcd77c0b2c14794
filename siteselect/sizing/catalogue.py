"""The shipped pod designs, cooling classes, form factors and connection steps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Figure:
    """A planning value with its range, unit and source."""

    value: float
    low: float
    high: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class PodDesign:
    """A kind of server and how it is racked."""

    name: str
    title: str
    compute_unit: str
    work_unit: str
    units_per_server: Figure
    server_max_kw: Figure
    idle_share: Figure
    raw_storage_tb: Figure
    usable_storage_share: Figure
    servers_per_rack: Figure
    server_kg: Figure


@dataclass(frozen=True, slots=True)
class CoolingClass:
    """A way of cooling: how dense a rack it holds, and the heat that can be had from it."""

    name: str
    title: str
    rack_limit_kw: Figure
    outlet_c: Figure
    capture_share: Figure
    pue: Figure
    loop_limit_c: Figure
    rack_frame_kg: Figure
    rack_m2: Figure


@dataclass(frozen=True, slots=True)
class FormFactor:
    """A kind of place, and what it changes for permits, noise, access and floor."""

    name: str
    title: str
    cooling: tuple[str, ...]
    racks_limit: Figure
    it_limit_kw: Figure
    floor_kn_m2: Figure
    enclosure_m2: Figure
    outdoors: bool
    heat_to_host: bool
    permits: str
    noise: str
    access: str
    floor: str


@dataclass(frozen=True, slots=True)
class ConnectionStep:
    """A size in which a connection to the network is sold."""

    kva: float
    phases: int
    need: str
    source: str


@dataclass(frozen=True, slots=True)
class Backup:
    """What the power supply must bridge for workloads that accept outages up to a limit."""

    up_to_min: float
    ups_min: float
    generator: bool
    meaning: str
    source: str


@cache
def pod_designs() -> dict[str, PodDesign]:
    """Read the shipped pod designs by name."""
    return {
        name: PodDesign(name=name, **_parsed(entry))
        for name, entry in _read("pods.yaml")["designs"].items()
    }


@cache
def cooling_classes() -> dict[str, CoolingClass]:
    """Read the shipped cooling classes by name, in rising order of density."""
    return {
        name: CoolingClass(name=name, **_parsed(entry))
        for name, entry in _read("pods.yaml")["cooling"].items()
    }


@cache
def form_factors() -> dict[str, FormFactor]:
    """Read the shipped form factors by name."""
    return {
        name: FormFactor(name=name, **{"heat_to_host": True, **_parsed(entry)})
        for name, entry in _read("form_factors.yaml")["form_factors"].items()
    }


@cache
def connection_steps() -> tuple[ConnectionStep, ...]:
    """Read the sizes in which connections are sold, in rising order."""
    document = _read("form_factors.yaml")
    source = document["connections_source"]
    return tuple(ConnectionStep(source=source, **entry) for entry in document["connections"])


@cache
def backup_levels() -> tuple[Backup, ...]:
    """Read what the power supply must bridge, from no outage accepted to any outage accepted."""
    document = _read("pods.yaml")
    source = document["backup_source"]
    return tuple(
        Backup(source=source, **{**entry, "up_to_min": entry["up_to_min"] or float("inf")})
        for entry in document["backup"]
    )


@cache
def sizing_rules() -> dict[str, Figure]:
    """Read the shares, margins and ratings that sizing rests on, by name."""
    rules: dict[str, Figure] = _parsed(_read("pods.yaml")["rules"])
    return rules


@cache
def _read(name: str) -> dict[str, Any]:
    text = files("siteselect.catalogue").joinpath(name).read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def _parsed(entry: dict[str, Any]) -> dict[str, Any]:
    """Turn mappings into figures and lists into tuples; leave words and flags alone."""
    return {name: _value(value) for name, value in entry.items()}


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return _figure(value) if isinstance(value, dict) else value


def _figure(value: dict[str, Any]) -> Figure:
    middle = value["value"] if "value" in value else value["mid"]
    return Figure(
        value=float(middle),
        low=float(value.get("low", middle)),
        high=float(value.get("high", middle)),
        unit=value["unit"],
        source=f"[{value['tag']}] {value['source']}",
    )
