"""Meet offered heat with demand hour by hour: direct where warm enough, else by heat pump."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

DUMP_FLOOR_KW = 1e-6
"""An hour counts as dumping above this [kW]; a milliwatt is rounding, not heat."""


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


@dataclass(frozen=True, slots=True)
class Match:
    """What became of the heat: one row a link in the order given, one column an hour.

    Per link: `delivered_kw` to the sink, `from_pod_kw` of source heat taken, `loss_kw` of the
    pipe, `heat_pump_kwe` and `pumping_kwe` of electricity, and `direct` (no heat pump in that
    hour). `offered_kw` and `dumped_kw` have one row a pod, `demand_kw` one row a sink.
    `rejection_kw` is what the fallback must be able to reject at any hour.
    """

    links: tuple[Link, ...]
    offered_kw: NDArray[np.float64]
    demand_kw: NDArray[np.float64]
    delivered_kw: NDArray[np.float64]
    from_pod_kw: NDArray[np.float64]
    loss_kw: NDArray[np.float64]
    heat_pump_kwe: NDArray[np.float64]
    pumping_kwe: NDArray[np.float64]
    dumped_kw: NDArray[np.float64]
    direct: NDArray[np.bool_]
    rejection_kw: NDArray[np.float64] = field(repr=False)

    @property
    def recovered_kw(self) -> NDArray[np.float64]:
        """Source heat that reaches a sink, net of the pipe, one row a link [kW]."""
        return self.from_pod_kw - self.loss_kw

    @property
    def hours_dumped(self) -> int:
        """Hours in which any pod rejects heat [h]."""
        return int((self.dumped_kw > DUMP_FLOOR_KW).any(axis=0).sum())


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


def heat_gain(direct: ArrayLike, cop: ArrayLike | None) -> NDArray[np.float64]:
    """Heat delivered per source heat: 1 direct, COP/(COP-1) by heat pump, 0 with neither.

    Parameters
    ----------
    direct : whether the exchanger alone suffices, one an hour.
    cop : coefficient of performance, one number or one an hour; None without a heat pump.

    Notes
    -----
    First law at the heat pump: Q_sink = Q_source * COP / (COP - 1), W = Q_source / (COP - 1).
    """
    alone = np.asarray(direct, dtype=bool)
    if cop is None:
        return np.where(alone, 1.0, 0.0)
    ratio = np.asarray(cop, dtype=float)
    safe = np.where(alone, 2.0, ratio)
    return np.where(alone, 1.0, safe / (safe - 1.0))


def source_demand_kw(
    demand_kw: ArrayLike, gain: ArrayLike, capacity_kw: ArrayLike = float("inf")
) -> NDArray[np.float64]:
    """Source heat that a sink can take in each hour [kW].

    Parameters
    ----------
    demand_kw : heat the sink asks for [kW].
    gain : heat delivered per source heat, from `heat_gain`.
    capacity_kw : the most that the exchanger or heat pump can deliver [kW].
    """
    ratio = np.asarray(gain, dtype=float)
    wanted = np.minimum(np.asarray(demand_kw, dtype=float), capacity_kw)
    return np.divide(
        wanted, ratio, out=np.zeros(np.broadcast(wanted, ratio).shape), where=ratio > 0
    )


def match(links: Sequence[Link]) -> Match:
    """Serve one or several sinks from one pod, or one sink from several pods, hour by hour.

    Parameters
    ----------
    links : ways from pods to sinks in order of preference; all share the pod, or all the sink.

    Returns
    -------
    Match
        Heat and electricity of every link in every hour.

    Raises
    ------
    InputError
        A series has gaps, is negative, or differs in length; a COP is not above 1; a name stands
        for two things; or there are several pods and several sinks at once.

    Notes
    -----
    In each hour the links that need no heat pump go first, then the order given. Each draws its
    pipe's standing loss, then what its sink can still take. Without storage the hours do not touch
    each other, so this greedy order recovers the most source heat that any order can on lossless
    pipes; direct first means the least compressor work for it. With several pods on several sinks
    that no longer holds, and such a set is refused.
    """
    chain = tuple(links)
    _check(chain)
    sources = {link.source.name: row for row, link in _first(chain, lambda link: link.source.name)}
    sinks = {link.sink.name: row for row, link in _first(chain, lambda link: link.sink.name)}
    hours = len(chain[0].source.offered_kw)
    offered = _rows([link.source.offered_kw for _, link in _first(chain, _source_name)])
    demand = _rows([link.sink.demand_kw for _, link in _first(chain, _sink_name)])
    left, unmet = offered.copy(), demand.copy()
    shape = (len(chain), hours)
    delivered, taken, lost, work = (np.zeros(shape) for _ in range(4))
    direct = _rows([_direct(link, hours) for link in chain]).astype(bool)
    for alone in (True, False):
        for row, link in enumerate(chain):
            pod, sink = sources[link.source.name], sinks[link.sink.name]
            gain = np.where(direct[row] == alone, heat_gain(direct[row], _cop(link, alone)), 0.0)
            loss = np.where(gain > 0, np.minimum(left[pod], link.loss_kw), 0.0)
            cap = link.exchanger_kw if alone else min(link.exchanger_kw, link.heat_pump_kw)
            drawn = np.minimum(left[pod] - loss, source_demand_kw(unmet[sink], gain, cap))
            heat = np.minimum(np.minimum(drawn * gain, unmet[sink]), cap)
            delivered[row] += heat
            work[row] += np.where(gain > 1, heat - drawn, 0.0)
            lost[row] += loss
            taken[row] += loss + drawn
            left[pod] = np.maximum(left[pod] - loss - drawn, 0.0)
            unmet[sink] = np.maximum(unmet[sink] - heat, 0.0)
    pumping = taken * np.array([[link.pumping_share] for link in chain])
    return Match(
        links=chain,
        offered_kw=offered,
        demand_kw=demand,
        delivered_kw=delivered,
        from_pod_kw=taken,
        loss_kw=lost,
        heat_pump_kwe=work,
        pumping_kwe=pumping,
        dumped_kw=left,
        direct=direct,
        rejection_kw=np.array([_full_load_kw(link) for _, link in _first(chain, _source_name)]),
    )
