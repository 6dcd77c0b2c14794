"""The vehicle that brings the pod: how large it is, where it may not go, and how fast it is.

A limit that is not mapped lets every vehicle through, and is counted as not known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import yaml

from siteselect.snapping import FREE_FLOW_KMH, RoadGraph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.cutting import Costs

Kind = Literal["van", "rigid", "hiab", "artic"]


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle as road signs count it: outer sizes [m], gross mass and heaviest axle [t].

    `deck_m` is how high above the road its load stands [m]; 0 where it carries no pod.
    """

    name: str
    title: str
    kind: Kind
    length_m: float
    width_m: float
    height_m: float
    mass_t: float
    axle_t: float
    deck_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Load:
    """A container: outer sizes [m]."""

    name: str
    title: str
    length_m: float
    width_m: float
    height_m: float


LIMITS: tuple[tuple[str, str, str], ...] = (
    ("maxheight", "maxheight_m", "height_m"),
    ("maxwidth", "maxwidth_m", "width_m"),
    ("maxlength", "maxlength_m", "length_m"),
    ("maxweight", "maxweight_t", "mass_t"),
    ("maxaxleload", "maxaxleload_t", "axle_t"),
)
"""What is limited: word, column of the street network, field of the vehicle."""


@cache
def vehicles() -> dict[str, Vehicle]:
    """Read the shipped vehicles by name."""
    return {name: Vehicle(name=name, **_plain(row)) for name, row in _shelf()["vehicles"].items()}


@cache
def loads() -> dict[str, Load]:
    """Read the shipped loads by name."""
    return {name: Load(name=name, **_plain(row)) for name, row in _shelf()["loads"].items()}


def laden(vehicle: Vehicle, load_height_m: float) -> Vehicle:
    """Put a load on a vehicle: it is as high as its body or its load, whichever is higher.

    Parameters
    ----------
    vehicle : the vehicle; one without a deck carries no pod and stays as it is.
    load_height_m : height of the load [m].
    """
    if vehicle.deck_m == 0:
        return vehicle
    return replace(vehicle, height_m=max(vehicle.height_m, vehicle.deck_m + load_height_m))


def excess(graph: RoadGraph, vehicle: Vehicle) -> NDArray[np.float64]:
    """Give the vehicle's size over the limit for each edge, of the limit that binds most.

    Above 1 the vehicle may not pass, at 1 it just may; 0 where no limit is mapped, infinite where
    no lorry may go. Lorries for which only the destination is open pass.
    """
    found = np.zeros(len(graph.length_m))
    for _, column, size in LIMITS:
        limit = getattr(graph, column)
        found = np.fmax(found, getattr(vehicle, size) / limit)
    if vehicle.kind != "van":
        found[graph.hgv == "no"] = np.inf
    return found


def limit_words(graph: RoadGraph, vehicle: Vehicle, edge: int) -> str:
    """Say which limit of an edge binds the vehicle most, and where; empty where none is mapped."""
    where = graph.name[edge] or f"a {graph.highway[edge]} without a name"
    if vehicle.kind != "van" and graph.hgv[edge] == "no":
        return f"no lorries at {where}"
    known = [
        (getattr(vehicle, size) / limit, f"{word} {round(limit, 2)} {column.rsplit('_', 1)[1]}")
        for word, column, size in LIMITS
        if not np.isnan(limit := float(getattr(graph, column)[edge]))
    ]
    return f"{max(known)[1]} at {where}" if known else ""


def known_limits(graph: RoadGraph) -> NDArray[np.bool_]:
    """Say for which edges any limit is mapped, or what lorries may do there."""
    found = graph.hgv != None  # noqa: E711 -- elementwise over an array of objects
    for _, column, _ in LIMITS:
        found = found | ~np.isnan(getattr(graph, column))
    return np.asarray(found, dtype=bool)


def lorry_costs(graph: RoadGraph, vehicle: Vehicle, *, limits: bool = True) -> Costs:
    """Give the driving times of a vehicle along and against each edge [min].

    Vans go as fast as the graph says; lorries at the shipped speed of the class, or at the posted
    limit where that is lower. Infinite where one may not drive, and with `limits` also where the
    vehicle is larger than a mapped limit or lorries are banned. Private streets and those open to
    destinations only are let through: a delivery has business there.

    Parameters
    ----------
    graph : street network.
    vehicle : what drives.
    limits : whether mapped limits count.
    """
    along, against = graph.forward_min, graph.backward_min
    if vehicle.kind != "van":
        free_kmh = _class_speeds(graph, lorry_speeds_kmh())
        speed_kmh = np.where(graph.maxspeed_kmh < free_kmh, graph.maxspeed_kmh, free_kmh)
        time_min = np.where(np.isnan(speed_kmh), np.inf, graph.length_m / 1000 / speed_kmh * 60)
        along, against = (
            np.where(np.isfinite(car_min), time_min, np.inf) for car_min in (along, against)
        )
    if not limits:
        return along, against
    stopped = excess(graph, vehicle) > 1
    return np.where(stopped, np.inf, along), np.where(stopped, np.inf, against)


@cache
def lorry_speeds_kmh() -> dict[str, float]:
    """Read the shipped free-flow speed of lorries by OpenStreetMap class [km/h]."""
    speeds = {name: float(speed) for name, speed in _shelf()["speeds_kmh"].items()}
    return {name: min(speed, FREE_FLOW_KMH[name]) for name, speed in speeds.items()}


def _class_speeds(graph: RoadGraph, speeds_kmh: dict[str, float]) -> NDArray[np.float64]:
    return np.array([speeds_kmh.get(str(kind), np.nan) for kind in graph.highway], dtype=np.float64)


@cache
def _shelf() -> dict[str, Any]:
    text = files("siteselect.catalogue").joinpath("vehicles.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: float(cell["value"]) if isinstance(cell, dict) else cell for name, cell in row.items()
    }
