"""Which workload runs in which of the chosen pods, and what happens when pods are down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from siteselect.errors import Fault, InputError
from siteselect.portfolio.problem import Flags, Floats

Rows = NDArray[np.int64]

FILE = "workloads"
FIT = 1e-9
"""Part of a pod's capacity by which rounding may overfill it."""
_INFEASIBLE = 2


@dataclass(frozen=True, slots=True)
class Job:
    """A workload to be placed whole in one pod; `must_run` says whether it may be left out."""

    name: str
    it_kw: float
    rtt_budget_ms: float
    must_run: bool = True


@dataclass(frozen=True, slots=True)
class Prices:
    """What one unit of cost is: each term of the cost is divided by its own.

    Latency counts as the share of its budget that it takes. `gb_km_day` of data moved count as
    much as a whole latency budget, and so does IT power of `wasted_kw` whose heat nobody uses.
    """

    latency: float = 1.0
    data: float = 1.0
    heat: float = 1.0
    gb_km_day: float = 1000.0
    wasted_kw: float = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """Workloads and pods.

    `jobs` down, `pods` across: `rtt_ms` is the longest round trip from any user of the workload;
    `data_gb_km_day` what is moved a day times how far. `capacity_kw` and `heat_used_share` have one
    number a pod. NaN in a table forbids the pod for that workload, since it cannot be judged.
    """

    jobs: tuple[Job, ...]
    pods: tuple[str, ...]
    capacity_kw: Floats
    heat_used_share: Floats
    rtt_ms: Floats
    data_gb_km_day: Floats


@dataclass(frozen=True, slots=True)
class Placement:
    """Where each workload runs.

    `table` is indexed by workload: `site_id` ("" where it runs nowhere), `must_run`, `it_kw`,
    `rtt_ms`, `data_gb_km_day`, `cost`, and `reason` where it does not run. `load_kw` is by pod.
    """

    table: pd.DataFrame
    load_kw: pd.Series[float]
    cost: float

    @property
    def stopped(self) -> tuple[str, ...]:
        """Name the workloads that must run and do not."""
        out = (self.table["site_id"] == "") & self.table["must_run"]
        return tuple(str(name) for name in self.table.index[out])

    @property
    def dropped(self) -> tuple[str, ...]:
        """Name the workloads that need not run and do not."""
        out = (self.table["site_id"] == "") & ~self.table["must_run"]
        return tuple(str(name) for name in self.table.index[out])


@dataclass(frozen=True, slots=True)
class Outage:
    """What the loss of some pods does: what stops though it must run, what is dropped, what moves.

    `short_kw` is the IT power that the workloads which must run need beyond what is left.
    """

    cause: str
    pods: tuple[str, ...]
    stopped: tuple[str, ...]
    dropped: tuple[str, ...]
    moved: tuple[str, ...]
    short_kw: float

    @property
    def survived(self) -> bool:
        """Say whether all that must run still runs."""
        return not self.stopped


def place_jobs(
    estate: Estate,
    prices: Prices | None = None,
    down: Sequence[str] = (),
    time_s: float = 30.0,
) -> Placement:
    """Place workloads at the least cost.

    First as many as can be of those that must run, then as many of the others, then the least sum
    of latency over budget, data times distance, and power whose heat is wasted. No round trip may
    exceed its budget, and no pod its capacity.

    Parameters
    ----------
    estate : workloads and pods.
    prices : what the terms of the cost weigh.
    down : pods that are out.
    time_s : limit of the solver [s].

    Raises
    ------
    InputError
        The tables do not fit, or a number makes no sense.
    RuntimeError
        The solver found nothing in time.
    """
    if faults := [*_faults(estate)]:
        raise InputError(faults)
    prices = prices or Prices()
    allowed = _allowed(estate) & ~np.isin(estate.pods, list(down))[None, :]
    cost = np.where(allowed, _cost(estate, prices), 0.0)
    job, pod = (axis.astype(np.int64) for axis in np.nonzero(allowed))
    where: Rows = np.full(len(estate.jobs), -1, dtype=np.int64)
    if len(job):
        picked = _solved(estate, cost, job, pod, time_s)
        where[job[picked]] = pod[picked]
    return _told(estate, where, cost, down)


def outages(
    estate: Estate,
    losses: Mapping[str, Sequence[str]],
    prices: Prices | None = None,
    time_s: float = 30.0,
) -> tuple[Outage, ...]:
    """Place the workloads again with pods down, cause by cause.

    Parameters
    ----------
    estate : workloads and pods.
    losses : cause to the pods that it takes: each pod for itself, and what several share.
    prices, time_s : as in `place_jobs`.
    """
    whole = place_jobs(estate, prices, (), time_s)
    must_kw = sum(job.it_kw for job in estate.jobs if job.must_run)
    found = []
    for cause, pods in losses.items():
        now = place_jobs(estate, prices, pods, time_s)
        left = ~np.isin(estate.pods, list(pods))
        was, is_at = whole.table["site_id"], now.table["site_id"]
        moved = (was != is_at) & (was != "") & (is_at != "")
        found.append(
            Outage(
                cause=cause,
                pods=tuple(pods),
                stopped=now.stopped,
                dropped=now.dropped,
                moved=tuple(str(name) for name in is_at.index[moved]),
                short_kw=max(0.0, must_kw - float(estate.capacity_kw[left].sum())),
            )
        )
    return tuple(found)


def _allowed(estate: Estate) -> Flags:
    budget = np.array([job.rtt_budget_ms for job in estate.jobs])[:, None]
    power = np.array([job.it_kw for job in estate.jobs])[:, None]
    fits = power <= estate.capacity_kw[None, :] * (1 + FIT)
    # A comparison with NaN is false, so that what cannot be judged is not allowed.
    return np.asarray((estate.rtt_ms <= budget) & ~np.isnan(estate.data_gb_km_day) & fits)


def _cost(estate: Estate, prices: Prices) -> Floats:
    budget = np.array([job.rtt_budget_ms for job in estate.jobs])[:, None]
    power = np.array([job.it_kw for job in estate.jobs])[:, None]
    # Heat of which the use is not known counts as not used.
    wasted = power * (1.0 - np.nan_to_num(estate.heat_used_share))[None, :]
    return np.asarray(
        prices.latency * estate.rtt_ms / budget
        + prices.data * estate.data_gb_km_day / prices.gb_km_day
        + prices.heat * wasted / prices.wasted_kw
    )


def _solved(
    estate: Estate,
    cost: Floats,
    job: Rows,
    pod: Rows,
    time_s: float,
) -> Flags:
    """Solve the assignment with capacities: one 0-or-1 variable for each allowed pair."""
    jobs, pods, size = len(estate.jobs), len(estate.pods), len(job)
    must = np.array([one.must_run for one in estate.jobs])
    worst = cost.max(axis=1)
    # Leaving one out costs more than all costs together; one that must run, more than all others.
    optional = 1.0 + float(worst.sum())
    needed = optional * (1 + int((~must).sum()))
    reward = np.where(must, needed, optional)
    power = np.array([one.it_kw for one in estate.jobs])
    columns = np.arange(size)
    once = sparse.csr_array((np.ones(size), (job, columns)), shape=(jobs, size))
    # In parts of the capacity, since the solver's tolerance is absolute.
    room = np.maximum(estate.capacity_kw, 1e-12)
    part: Floats = power[job] / room[pod]
    load = sparse.csr_array((part, (pod, columns)), shape=(pods, size))
    found = milp(
        (cost[job, pod] - reward[job]) * (1000.0 / needed),
        integrality=np.ones(size, dtype=np.int64),
        bounds=Bounds(np.zeros(size), np.ones(size)),
        constraints=[LinearConstraint(once, -np.inf, 1.0), LinearConstraint(load, -np.inf, 1.0)],
        options={"time_limit": float(time_s), "mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise RuntimeError(f"HiGHS found no placement: {found.message}")
    return np.asarray(found.x > 0.5)  # noqa: PLR2004 - halfway from 0 to 1


def _told(estate: Estate, where: Rows, cost: Floats, down: Sequence[str]) -> Placement:
    rows = np.arange(len(estate.jobs))
    placed = where >= 0
    names = np.append(np.array(estate.pods, dtype=object), "")[where]

    def at(table: Floats) -> Floats:
        if not len(estate.pods):
            return np.full(len(where), np.nan)
        return np.asarray(np.where(placed, table[rows, where], np.nan), dtype=np.float64)

    table = pd.DataFrame(
        {
            "site_id": names,
            "must_run": [job.must_run for job in estate.jobs],
            "it_kw": [job.it_kw for job in estate.jobs],
            "rtt_ms": at(estate.rtt_ms),
            "data_gb_km_day": at(estate.data_gb_km_day),
            "cost": at(cost),
            "reason": [
                "" if there else _reason(estate, row, down) for row, there in enumerate(placed)
            ],
        },
        index=pd.Index([job.name for job in estate.jobs], name="workload", dtype=object),
    )
    load = table.groupby("site_id")["it_kw"].sum().reindex(estate.pods, fill_value=0.0)
    return Placement(table, load.astype("float64").rename("load_kw"), float(table["cost"].sum()))


def _reason(estate: Estate, row: int, down: Sequence[str]) -> str:
    """Say why a workload runs nowhere: no pod near enough, none large enough, or none free."""
    job, up = estate.jobs[row], ~np.isin(estate.pods, list(down))
    if not up.any():
        return "no pod is up"
    near = up & (estate.rtt_ms[row] <= job.rtt_budget_ms)
    if not near.any():
        known = estate.rtt_ms[row][up]
        if np.isnan(known).all():
            return "the round trip to its users is not known"
        return f"no pod within {job.rtt_budget_ms:g} ms; the nearest takes {np.nanmin(known):.2f}"
    fits = near & (job.it_kw <= estate.capacity_kw * (1 + FIT))
    if not fits.any():
        return f"no pod within {job.rtt_budget_ms:g} ms is as large as {job.it_kw:g} kW"
    if np.isnan(estate.data_gb_km_day[row][fits]).all():
        return "how far its data lies is not known"
    return "the pods that it could run in are full"


def _faults(estate: Estate) -> Iterator[Fault]:
    shape = len(estate.jobs), len(estate.pods)
    for name in ("rtt_ms", "data_gb_km_day"):
        if getattr(estate, name).shape != shape:
            yield Fault(FILE, "a table of other workloads or pods", "One row each.", column=name)
    for name in ("capacity_kw", "heat_used_share"):
        if getattr(estate, name).shape != shape[1:]:
            yield Fault(FILE, "numbers of other pods", "One a pod.", column=name)
    if not (np.isfinite(estate.capacity_kw).all() and (estate.capacity_kw >= 0).all()):
        yield Fault(FILE, "not a capacity", "Give 0 or more.", column="capacity_kw")
    names = [job.name for job in estate.jobs]
    for repeated in sorted({name for name in names if names.count(name) > 1}):
        yield Fault(FILE, "a workload is named twice", "Give each its name.", row=repeated)
    for job in estate.jobs:
        if not (0 <= job.it_kw < np.inf and job.rtt_budget_ms > 0):
            cure = "Give a power of 0 or more and a budget above 0."
            yield Fault(FILE, "not a workload", cure, row=job.name)
