"""The load: servers for steady state, burst and failure, and what they draw."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from siteselect.sizing.catalogue import PodDesign, pod_designs, sizing_rules
from siteselect.sizing.request import PodRequest
from siteselect.sizing.worksheet import Worksheet, enter

_ROUNDING = 1e-9
"""Guards a whole number of servers against rounding in the last binary place."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many servers, what they can do, and what they draw at the end of the horizon."""

    growth_factor: float
    steady_units: float
    burst_units: float
    failure_units: float
    needed_servers: int
    servers: int
    capacity_units: float
    storage_tb: float
    storage_capacity_tb: float
    it_kw: float
    steady_kw: float
    burst_kw: float
    failure_kw: float
    peak_kw: float
    utilisation_share: float


def server_kw(design: PodDesign, busy_share: float) -> float:
    """Draw of one server [kW]: idle, and from there in a straight line to full.

    Linear power model of a server (Fan, Weber and Barroso 2007, doi:10.1145/1250662.1250665)
    [recalled, not re-read].
    """
    idle = design.idle_share.value
    return design.server_max_kw.value * (idle + (1 - idle) * busy_share)


def size_load(request: PodRequest, sheet: Worksheet) -> Load:
    """Size servers for the workload, or read the workload that an IT power allows."""
    design = pod_designs()[request.design]
    growth = enter(
        sheet,
        "growth_factor",
        (1 + request.growth_share_a) ** (request.horizon_months / 12),
        "(1 + growth a year) to the power of months / 12",
        {"growth a year": request.growth_share_a, "months": request.horizon_months},
        source="request",
    )
    storage_tb = enter(
        sheet,
        "storage_tb",
        request.storage_tb * growth,
        "usable storage today x growth",
        {"today TB": request.storage_tb, "growth": growth},
        unit="TB",
    )
    if request.it_kw is None:
        steady, burst, failure = _grown(request, growth, sheet)
        servers = _servers_for(request, (steady, burst, failure), storage_tb, sheet)
    else:
        servers = _servers_in(request.it_kw, design, sheet)
        steady, burst, failure = _allowed(request, design, servers, sheet)
    return _drawn(design, servers, (steady, burst, failure), (growth, storage_tb), sheet)


def _steady_share(request: PodRequest) -> float:
    return request.steady_share or sizing_rules()["steady_share"].value


def _grown(request: PodRequest, growth: float, sheet: Worksheet) -> tuple[float, float, float]:
    today = request.steady_units or 0.0
    share = _steady_share(request)
    burst_today = today / share if request.burst_units is None else request.burst_units
    failed_today = burst_today if request.failure_units is None else request.failure_units
    unit = pod_designs()[request.design].compute_unit
    grown = []
    for key, units in (
        ("steady_units", today),
        ("burst_units", burst_today),
        ("failure_units", failed_today),
    ):
        inputs = {"today": units, "growth": growth}
        source = "request; burst left out = steady / steady share; failure left out = burst"
        grown.append(
            enter(sheet, key, units * growth, "today x growth", inputs, unit=unit, source=source)
        )
    return grown[0], grown[1], grown[2]


def _servers_for(
    request: PodRequest,
    units: tuple[float, float, float],
    storage_tb: float,
    sheet: Worksheet,
) -> int:
    design = pod_designs()[request.design]
    share = _steady_share(request)
    steady, burst, failure = units
    each = design.units_per_server.value
    fill = sizing_rules()["storage_fill_share"].value
    compute = max(steady / share, burst, failure)
    for_compute = ceil(compute / each - _ROUNDING)
    for_storage = ceil(storage_tb / (_usable_tb(design) * fill) - _ROUNDING)
    needed = enter(
        sheet,
        "needed_servers",
        max(for_compute, for_storage, 1),
        "the larger of: largest of (steady / steady share, burst, failure) / units a server; "
        "storage / (usable storage a server x fill); rounded up",
        {
            "steady / share": steady / share,
            "burst": burst,
            "failure": failure,
            "units a server": each,
            "servers for compute": for_compute,
            "servers for storage": for_storage,
        },
        unit="servers",
        source=f"{design.units_per_server.source}; {sizing_rules()['steady_share'].source}",
    )
    inputs = {"needed": needed}
    return int(enter(sheet, "servers", needed + 1, "needed + 1 (N+1)", inputs, unit="servers"))


def _servers_in(it_kw: float, design: PodDesign, sheet: Worksheet) -> int:
    each = design.server_max_kw.value
    servers = enter(
        sheet,
        "servers",
        floor(it_kw / each + _ROUNDING),
        "IT power / full draw of a server, rounded down",
        {"IT kW": it_kw, "server kW": each},
        unit="servers",
        source=design.server_max_kw.source,
    )
    inputs = {"servers": servers}
    enter(sheet, "needed_servers", servers - 1, "servers - 1 (N+1)", inputs, unit="servers")
    return int(servers)


def _allowed(
    request: PodRequest, design: PodDesign, servers: int, sheet: Worksheet
) -> tuple[float, float, float]:
    most = (servers - 1) * design.units_per_server.value
    inputs = {"servers": servers, "units a server": design.units_per_server.value}
    words = "(servers - 1) x units a server"
    unit = design.compute_unit
    for key in ("burst_units", "failure_units"):
        enter(sheet, key, most, words, inputs, unit=unit, source=design.units_per_server.source)
    share = _steady_share(request)
    steady = enter(
        sheet,
        "steady_units",
        most * share,
        "burst x steady share",
        {"burst": most, "steady share": share},
        unit=unit,
        source=sizing_rules()["steady_share"].source,
    )
    return steady, most, most


def _drawn(
    design: PodDesign,
    servers: int,
    units: tuple[float, float, float],
    grown: tuple[float, float],
    sheet: Worksheet,
) -> Load:
    it_kw = enter(
        sheet,
        "it_kw",
        servers * design.server_max_kw.value,
        "servers x full draw",
        {"servers": servers, "server kW": design.server_max_kw.value},
        unit="kW",
        source=design.server_max_kw.source,
    )
    draws = _draws(design, servers, units, sheet)
    words = "largest of steady, burst and failure"
    peak_kw = enter(sheet, "peak_kw", max(draws.values()), words, draws, unit="kW")
    inputs = {"steady kW": draws["steady_kw"], "IT kW": it_kw}
    busy = enter(sheet, "utilisation_share", draws["steady_kw"] / it_kw, "steady / IT", inputs)
    capacity_units, storage_tb = _capacity(design, servers, sheet)
    return Load(
        growth_factor=grown[0],
        steady_units=units[0],
        burst_units=units[1],
        failure_units=units[2],
        needed_servers=servers - 1,
        servers=servers,
        capacity_units=capacity_units,
        storage_tb=grown[1],
        storage_capacity_tb=storage_tb,
        it_kw=it_kw,
        steady_kw=draws["steady_kw"],
        burst_kw=draws["burst_kw"],
        failure_kw=draws["failure_kw"],
        peak_kw=peak_kw,
        utilisation_share=busy,
    )


def _draws(
    design: PodDesign, servers: int, units: tuple[float, float, float], sheet: Worksheet
) -> dict[str, float]:
    steady, burst, failure = units
    draws = {}
    for key, load, running in (
        ("steady_kw", steady, servers),
        ("burst_kw", burst, servers),
        ("failure_kw", failure, max(servers - 1, 1)),
    ):
        busy = min(load / (running * design.units_per_server.value), 1.0)
        draws[key] = enter(
            sheet,
            key,
            running * server_kw(design, busy),
            "running servers x full draw x (idle + (1 - idle) x busy)",
            {"servers": running, "busy": busy, "idle": design.idle_share.value},
            unit="kW",
            source=f"linear power model, Fan 2007 [R]; {design.idle_share.source}",
        )
    return draws


def _capacity(design: PodDesign, servers: int, sheet: Worksheet) -> tuple[float, float]:
    """Count the compute units of all servers, and the usable storage with one server down [TB]."""
    each = design.units_per_server.value
    capacity_units = enter(
        sheet,
        "capacity_units",
        servers * each,
        "servers x units a server",
        {"servers": servers, "units": each},
        unit=design.compute_unit,
        source=design.units_per_server.source,
    )
    storage_tb = enter(
        sheet,
        "storage_capacity_tb",
        max(servers - 1, 1) * _usable_tb(design),
        "(servers - 1) x raw x usable share",
        {"servers": servers, "usable TB": _usable_tb(design)},
        unit="TB",
        source=design.usable_storage_share.source,
    )
    return capacity_units, storage_tb


def _usable_tb(design: PodDesign) -> float:
    return design.raw_storage_tb.value * design.usable_storage_share.value
