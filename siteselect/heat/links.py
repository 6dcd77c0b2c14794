"""Pods, heat sinks and the ways between them, checked before any heat flows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class HeatSource:
    """A pod as a source of heat: what is in its water hour by hour, and how warm it is."""

    name: str
    offered_kw: NDArray[np.float64]
    outlet_c: ArrayLike
    full_load_kw: float | None = None


@dataclass(frozen=True, slots=True)
class HeatSink:
    """What a sink takes hour by hour, and how warm it must be."""

    name: str
    demand_kw: NDArray[np.float64]
    required_c: ArrayLike


Named = TypeVar("Named", HeatSource, HeatSink)


@dataclass(frozen=True, slots=True)
class Link:
    """One pod's way to one sink: pipe first, then the exchanger or the heat pump at the sink.

    `loss_kw` is the loss of a pipe kept warm [kW], drawn from the pod in every hour in which the
    link can serve, whether or not the sink asks for heat. `pumping_share` is electricity per heat
    sent into the pipe; taking it at design flow overstates the rest of the year. `cop` is one
    number, one an hour, or None where there is no heat pump; `heat_pump_kw` limits its output.
    """

    source: HeatSource
    sink: HeatSink
    cop: ArrayLike | None = None
    exchanger_kw: float = float("inf")
    heat_pump_kw: float = float("inf")
    approach_k: float = 5.0
    loss_kw: ArrayLike = 0.0
    pumping_share: float = 0.0


def is_direct(
    outlet_c: ArrayLike, required_c: ArrayLike, approach_k: float = 5.0
) -> NDArray[np.bool_]:
    """Say in which hours the pod's water is warm enough without a heat pump.

    Parameters
    ----------
    outlet_c : water leaving the pod [°C].
    required_c : water that the sink needs [°C].
    approach_k : smallest temperature difference across the exchanger [K].

    Notes
    -----
    Direct if outlet - approach >= required; a plate exchanger needs 3 to 5 K [J].
    """
    return np.asarray(outlet_c, dtype=float) - approach_k >= np.asarray(required_c, dtype=float)


def link_is_direct(link: Link) -> NDArray[np.bool_]:
    """Say in which hours a link needs no heat pump, one value an hour."""
    warm = is_direct(link.source.outlet_c, link.sink.required_c, link.approach_k)
    return np.broadcast_to(warm, np.shape(link.source.offered_kw))


def full_load_kw(pod: HeatSource) -> float:
    """Heat that the fallback must be able to reject [kW]: at full load, whatever a sink takes."""
    peak = float(np.max(pod.offered_kw))
    return peak if pod.full_load_kw is None else pod.full_load_kw


def named(things: Sequence[Named]) -> dict[str, Named]:
    """Keep each once, in order of first appearance."""
    kept: dict[str, Named] = {}
    for thing in things:
        kept.setdefault(thing.name, thing)
    return kept


def check_links(chain: tuple[Link, ...]) -> None:
    """Find everything that is wrong with the links before any heat flows."""
    if not chain:
        raise InputError(Fault("heat match", "no link from a pod to a sink", "Give at least one"))
    faults = [fault for link in chain for fault in _faults(link, len(chain[0].source.offered_kw))]
    pods, sinks = named([link.source for link in chain]), named([link.sink for link in chain])
    twice = [link.source.name for link in chain if pods[link.source.name] is not link.source]
    twice += [link.sink.name for link in chain if sinks[link.sink.name] is not link.sink]
    faults += [Fault(name, "stands for two things", "Give each its own name") for name in twice]
    pairs = {(link.source.name, link.sink.name) for link in chain}
    if len({pod for pod, _ in pairs}) > 1 and len({sink for _, sink in pairs}) > 1:
        cure = "Match one pod, or one sink, at a time"
        faults.append(Fault("heat match", "several pods and several sinks at once", cure))
    if len(pairs) < len(chain):
        cure = "Give one link for a pod and a sink, with the capacity of both"
        faults.append(Fault("heat match", "a pod and a sink are linked twice", cure))
    if faults:
        raise InputError(dict.fromkeys(faults))


def _faults(link: Link, hours: int) -> list[Fault]:
    pod, sink = link.source, link.sink
    way = f"{pod.name} to {sink.name}"
    found = [
        *_series(pod.name, "offered_kw", pod.offered_kw, hours, 0.0, vector=True),
        *_series(pod.name, "outlet_c", pod.outlet_c, hours, -273.15),
        *_series(sink.name, "demand_kw", sink.demand_kw, hours, 0.0, vector=True),
        *_series(sink.name, "required_c", sink.required_c, hours, -273.15),
        *_series(way, "loss_kw", link.loss_kw, hours, 0.0),
        *_series(way, "approach_k", link.approach_k, hours, 0.0),
        *_series(way, "pumping_share", link.pumping_share, hours, 0.0),
    ]
    found += [
        Fault(way, "not a capacity", "Give kilowatts, 0 or more", column=name)
        for name in ("exchanger_kw", "heat_pump_kw")
        if not getattr(link, name) >= 0  # NaN is not either
    ]
    if not found and link.cop is not None:
        cop = np.asarray(link.cop, dtype=float)
        needed = np.where(link_is_direct(link), 2.0, cop) if cop.shape in ((), (hours,)) else cop
        found += _series(way, "cop", needed, hours, 1.0, above=True)
    if pod.full_load_kw is not None and not pod.full_load_kw >= np.max(pod.offered_kw, initial=0):
        cure = "Give the heat to reject at full load; it is never below what is offered"
        found.append(Fault(pod.name, "below the heat offered", cure, column="full_load_kw"))
    return found


def _series(
    owner: str,
    column: str,
    values: ArrayLike,
    hours: int,
    least: float,
    *,
    vector: bool = False,
    above: bool = False,
) -> list[Fault]:
    """Hold a series to its length and range; one fault names the first hour that is wrong."""
    given = np.asarray(values, dtype=float)
    shapes = {(hours,)} if vector else {(), (hours,)}
    if given.shape not in shapes or hours == 0:
        cure = f"Give one number for each of the {hours} hours" + ("" if vector else ", or one")
        return [Fault(owner, "wrong length", cure, column=column, value=str(given.shape))]
    right = np.isfinite(given) & ((given > least) if above else (given >= least))
    wrong = np.flatnonzero(~np.atleast_1d(right))
    if not len(wrong):
        return []
    cure = f"Give a number {'above' if above else 'of at least'} {least:g} for every hour"
    value = str(np.atleast_1d(given)[wrong[0]])
    problem = f"{len(wrong)} of {given.size} values cannot be used"
    return [Fault(owner, problem, cure, row=int(wrong[0]), column=column, value=value)]
