"""Meet offered heat with demand hour by hour: direct where warm enough, else by heat pump."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.errors import Fault, InputError
from siteselect.heat.heat_pump import lifted_kw
from siteselect.heat.links import (
    Link,
    check_links,
    full_load_kw,
    link_is_direct,
    named,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import ArrayLike, NDArray

DUMP_FLOOR_KW = 1e-6
"""An hour counts as dumping above this [kW]; a milliwatt is rounding, not heat."""


@dataclass(frozen=True, slots=True)
class Match:
    """What became of the heat: one row a link in the order given, one column an hour.

    Per link: `delivered_kw` to the sink, `from_pod_kw` of source heat taken, `loss_kw` of the pipe,
    `recovered_kw` of source heat that reaches the sink (the difference), `heat_pump_kwe` and
    `pumping_kwe` of electricity, and `direct` (no heat pump needed in that hour). `offered_kw` and
    `dumped_kw` have one row a pod, `demand_kw` one row a sink. `rejection_kw` is the heat that
    each pod's fallback must be able to reject at any hour.
    """

    links: tuple[Link, ...]
    offered_kw: NDArray[np.float64]
    demand_kw: NDArray[np.float64]
    delivered_kw: NDArray[np.float64]
    from_pod_kw: NDArray[np.float64]
    recovered_kw: NDArray[np.float64]
    loss_kw: NDArray[np.float64]
    heat_pump_kwe: NDArray[np.float64]
    pumping_kwe: NDArray[np.float64]
    dumped_kw: NDArray[np.float64]
    direct: NDArray[np.bool_]
    rejection_kw: NDArray[np.float64]

    @property
    def hours_dumped(self) -> int:
        """Hours in which any pod rejects heat [h]."""
        return int((self.dumped_kw > DUMP_FLOOR_KW).any(axis=0).sum())


def heat_gain(direct: ArrayLike, cop: ArrayLike | None) -> NDArray[np.float64]:
    """Heat delivered per source heat: 1 direct, COP/(COP-1) by heat pump, 0 with neither.

    Parameters
    ----------
    direct : whether the exchanger alone suffices, one an hour.
    cop : coefficient of performance, one number or one an hour; None without a heat pump.

    Raises
    ------
    InputError
        A COP is 1 or less, or missing, in an hour that needs the heat pump.

    Notes
    -----
    First law at the heat pump: Q_sink = Q_source * COP / (COP - 1), W = Q_source / (COP - 1).
    """
    alone = np.asarray(direct, dtype=bool)
    if cop is None:
        return np.asarray(alone, dtype=float)
    ratio = np.where(alone, 2.0, np.asarray(cop, dtype=float))
    if not (ratio > 1).all():
        cure = "Give a COP above 1 for every hour that needs the heat pump"
        raise InputError(Fault("heat pump", "not a COP", cure, column="cop"))
    return np.asarray(np.where(alone, 1.0, lifted_kw(1.0, ratio)[0]), dtype=float)


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
    served = ratio > 0
    return np.asarray(np.where(served, wanted / np.where(served, ratio, 1.0), 0.0), dtype=float)


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
    check_links(chain)
    pods = named([link.source for link in chain])
    sinks = named([link.sink for link in chain])
    offered = np.array([pod.offered_kw for pod in pods.values()], dtype=float)
    demand = np.array([sink.demand_kw for sink in sinks.values()], dtype=float)
    left, unmet = offered.copy(), demand.copy()
    direct = np.array([link_is_direct(link) for link in chain])
    delivered, recovered, lost = (np.zeros(direct.shape) for _ in range(3))
    for alone in (True, False):
        for row, link in enumerate(chain):
            pod = list(pods).index(link.source.name)
            sink = list(sinks).index(link.sink.name)
            gain = np.where(direct[row] == alone, heat_gain(direct[row], link.cop), 0.0)
            cap_kw = min(link.exchanger_kw, float("inf") if alone else link.heat_pump_kw)
            loss = np.where(gain > 0, np.minimum(left[pod], link.loss_kw), 0.0)
            drawn = np.minimum(left[pod] - loss, source_demand_kw(unmet[sink], gain, cap_kw))
            heat = np.minimum(np.minimum(drawn * gain, unmet[sink]), cap_kw)
            delivered[row] += heat
            recovered[row] += drawn
            lost[row] += loss
            left[pod] = np.maximum(left[pod] - loss - drawn, 0.0)
            unmet[sink] = np.maximum(unmet[sink] - heat, 0.0)
    share = np.array([[link.pumping_share] for link in chain])
    return Match(
        links=chain,
        offered_kw=offered,
        demand_kw=demand,
        delivered_kw=delivered,
        from_pod_kw=recovered + lost,
        recovered_kw=recovered,
        loss_kw=lost,
        heat_pump_kwe=delivered - recovered,
        pumping_kwe=(recovered + lost) * share,
        dumped_kw=left,
        direct=direct,
        rejection_kw=np.array([full_load_kw(pod) for pod in pods.values()]),
    )


def by_month(found: Match, hours: pd.DatetimeIndex) -> pd.DataFrame:
    """Sum a match by calendar month of its hours; rows are named like 2026-01 [kWh, and h].

    Parameters
    ----------
    found : the match.
    hours : start of each of its hours, in the time zone in which months are to be counted.

    Raises
    ------
    InputError
        There are not as many hours as the match has.
    """
    _check_hours(found, hours)
    hourly = {
        "offered_kwh": found.offered_kw,
        "demand_kwh": found.demand_kw,
        "delivered_kwh": found.delivered_kw,
        "recovered_kwh": found.recovered_kw,
        "heat_pump_kwh": found.heat_pump_kwe,
        "pumping_kwh": found.pumping_kwe,
        "loss_kwh": found.loss_kw,
        "dumped_kwh": found.dumped_kw,
    }
    number, row = np.unique(hours.year * 12 + hours.month - 1, return_inverse=True)
    sums = {name: np.bincount(row, rows.sum(axis=0)) for name, rows in hourly.items()}
    dumped = (found.dumped_kw > DUMP_FLOOR_KW).any(axis=0)
    names = pd.Index([f"{one // 12}-{one % 12 + 1:02}" for one in number.tolist()], name="month")
    return pd.DataFrame(
        {**sums, "dumped_h": np.bincount(row[dumped], minlength=len(number))}, names
    )


def host_closes(
    found: Match, hours: pd.DatetimeIndex, closes_on: date, sink: str | None = None
) -> Match:
    """Match again with a host that takes no heat from a day on, its pipe shut off.

    Parameters
    ----------
    found : the match with the host open.
    hours : start of each of its hours.
    closes_on : first day without the host, in the time zone of `hours`.
    sink : name of the sink that closes; None for all of them.

    Raises
    ------
    InputError
        There are not as many hours as the match has, or no sink of that name.
    """
    _check_hours(found, hours)
    sinks = named([link.sink for link in found.links])
    if sink is not None and sink not in sinks:
        problem = "no heat sink of this name in the match"
        raise InputError(Fault(sink, problem, f"Name one of: {', '.join(sinks)}"))
    is_open = hours < pd.Timestamp(closes_on).tz_localize(hours.tz)
    closed = {
        name: replace(kept, demand_kw=np.where(is_open, kept.demand_kw, 0.0))
        for name, kept in sinks.items()
        if sink in (None, name)
    }
    return match(
        [
            replace(link, sink=closed[link.sink.name], loss_kw=np.where(is_open, link.loss_kw, 0.0))
            if link.sink.name in closed
            else link
            for link in found.links
        ]
    )


def _check_hours(found: Match, hours: pd.DatetimeIndex) -> None:
    expected = found.offered_kw.shape[1]
    if len(hours) != expected:
        cure = f"Give the start of each of the {expected} hours"
        raise InputError(
            Fault("heat match", "hours do not fit the match", cure, value=str(len(hours)))
        )
