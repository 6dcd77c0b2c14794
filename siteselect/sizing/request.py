"""What is asked of a pod, and whether it can be asked at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from math import isfinite

from siteselect.errors import Fault
from siteselect.sizing.catalogue import cooling_classes, form_factors, pod_designs

FILE = "pod request"
"""What a fault names as its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PodRequest:
    """The workload, the place, and the limits that a pod must fit.

    Give either the workload in compute units of the design (`steady_units`) or the installed IT
    power (`it_kw`). What is left out as None is unknown and stays so.
    """

    design: str = "cpu_node"
    """cpu_node, gpu_pod or storage_node."""
    form_factor: str = "container"
    """plant_room, leased_cabinet, rooftop or container."""
    steady_units: float | None = None
    """Compute units in use at steady state today (cores, GPUs, TB)."""
    burst_units: float | None = None
    """Compute units in use at the highest today; left out, steady over the steady share."""
    failure_units: float | None = None
    """Compute units that must go on while one server is down; left out, as in the burst."""
    it_kw: float | None = None
    """Installed IT power, spare server included [kW]."""
    storage_tb: float = 0.0
    """Usable storage today [TB]."""
    growth_share_a: float = 0.15
    """Growth of the workload a year [share a year; judgement]."""
    horizon_months: float = 30.0
    """How far ahead the pod must last without a new connection: 24 to 36 [months]."""
    steady_share: float | None = None
    """Steady state over peak: 0.60 to 0.70 [share]."""
    envelope_share: float | None = None
    """Expected load over the electrical and thermal envelope: 0.70 to 0.80 [share]."""
    cooling: str | None = None
    """air, rear_door, direct_to_chip or immersion; left out, chosen by density."""
    rack_kw: float | None = None
    """Most IT power in one rack; left out, the design's own density [kW]."""
    summer_c: float | None = None
    """Outdoor air that only 1 % of the hours exceed, at the cooler's inlet [degC]."""
    recovery_time_min: float | None = None
    """Longest outage that the workload accepts [min]."""
    power_factor: float = 0.95
    """Real over apparent power at the connection."""
    available_kva: float | None = None
    """Most that the network can give here [kVA]."""
    floor_limit_kn_m2: float | None = None
    """What the floor carries, by a structural engineer [kN/m2]."""


_LIMITS: dict[str, tuple[float, float]] = {
    "steady_units": (1e-9, 1e9),
    "burst_units": (1e-9, 1e9),
    "failure_units": (0.0, 1e9),
    "it_kw": (20.0, 500.0),
    "storage_tb": (0.0, 1e6),
    "growth_share_a": (0.0, 1.0),
    "horizon_months": (0.0, 120.0),
    "steady_share": (0.1, 1.0),
    "envelope_share": (0.1, 1.0),
    "rack_kw": (0.1, 500.0),
    "summer_c": (0.0, 55.0),
    "recovery_time_min": (0.0, 1e6),
    "power_factor": (0.5, 1.0),
    "available_kva": (1e-9, 1e6),
    "floor_limit_kn_m2": (0.1, 200.0),
}


def request_faults(request: PodRequest) -> list[Fault]:
    """Find everything that makes a request impossible to read."""
    return [
        *_unknown_names(request),
        *_out_of_range(request),
        *_workload_faults(request),
    ]


def fault(column: str, problem: str, value: object, cure: str) -> Fault:
    """State what is wrong with one key of the request."""
    return Fault(FILE, problem, cure, column=column, value=str(value))


def _unknown_names(request: PodRequest) -> Iterable[Fault]:
    choices: dict[str, tuple[str | None, Iterable[str]]] = {
        "design": (request.design, pod_designs()),
        "form_factor": (request.form_factor, form_factors()),
        "cooling": (request.cooling, cooling_classes()),
    }
    for column, (given, known) in choices.items():
        if given is not None and given not in known:
            yield fault(column, "not in the catalogue", given, f"Use one of {', '.join(known)}.")


def _out_of_range(request: PodRequest) -> Iterable[Fault]:
    for item in fields(request):
        limits = _LIMITS.get(item.name)
        value = getattr(request, item.name)
        if limits is None or value is None:
            continue
        low, high = limits
        if not isfinite(value) or not low <= value <= high:
            shown = "above 0" if low == 1e-9 else f"{low:g} or more"  # noqa: PLR2004 - as in _LIMITS
            cure = f"Give a number, {shown} and at most {high:g}."
            yield fault(item.name, "out of range", value, cure)


def _workload_faults(request: PodRequest) -> Iterable[Fault]:
    steady, burst = request.steady_units, request.burst_units
    if (steady is None) == (request.it_kw is None):
        problem = "neither workload nor IT power" if steady is None else "workload and IT power"
        cure = "Give either steady_units or it_kw: the other follows."
        yield fault("steady_units", problem, steady, cure)
    if steady is None:
        for column in ("burst_units", "failure_units"):
            if getattr(request, column) is not None:
                cure = "Give steady_units with it, or leave it out."
                yield fault(column, "given without steady_units", getattr(request, column), cure)
        return
    if burst is not None and burst < steady:
        yield fault("burst_units", "below the steady state", burst, f"Give {steady:g} or more.")
    most = burst if burst is not None else None
    if most is not None and request.failure_units is not None and request.failure_units > most:
        cure = f"Give at most the burst of {most:g}."
        yield fault("failure_units", "above the burst", request.failure_units, cure)
