"""What is appraised: a pod with its quantities, the prices it meets, and its terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from math import isfinite

from siteselect.errors import Fault, InputError
from siteselect.finance.prices import Scenario, prices, rates_at, scenarios
from siteselect.grid.catalogue import OPTIONS

LISTED_KVA = 1000.0
"""Largest connection that the catalogue has a price for [kVA]."""
FILE = "plan"
"""What a fault names as its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The quantities of a pod on a site that cost or earn money.

    A quantity that is unknown must not be given as 0: leave the appraisal undone instead.
    """

    it_kw: float
    """Installed IT power [kW]."""
    utilisation_share: float
    """Mean IT load over installed IT power, once take-up is complete."""
    pue: float
    """Total electricity over IT electricity, without heat pump."""
    agreed_kva: float
    """Capacity agreed with the network operator [kVA]."""
    connection_kva: float
    """Size of the connection that is built [kVA]."""
    rejection_kw: float
    """Heat that the cooler can reject [kW]."""
    heat_used_mwh_a: float
    """Heat that the sink uses in a year [MWh/a]."""
    design: str = "cpu_node"
    """Whose servers are bought: cpu_node, gpu_pod or storage_node."""
    power_factor: float = 0.95
    """Real over apparent power."""
    peak_kva: float | None = None
    """Highest half hour [kVA]; left out, the agreed capacity."""
    exchanger_kw: float = 0.0
    """Heat exchanger to the sink [kW]."""
    heat_pump_kw: float = 0.0
    """Heat pump, heat delivered [kW]."""
    heat_pump_mwh_a: float = 0.0
    """Electricity of the heat pump [MWh/a]."""
    pipe_indoor_m: float = 0.0
    """Pipe inside buildings [m]."""
    pipe_soft_m: float = 0.0
    """Pipe in soft dig [m]."""
    pipe_hard_m: float = 0.0
    """Pipe under streets [m]."""
    connection_option: str = ""
    """Kind of connection (`grid.catalogue.OPTIONS`); left out, the usual one for its size."""
    transformer_kva: float | None = None
    """Rating of the transformer of a new substation [kVA]; left out, that of the connection."""
    cable_m: float = 0.0
    """Route of the connection [m]."""
    cable_verge_m: float = 0.0
    """Part of it in verge [m]; what is neither verge nor carriageway is footway."""
    cable_carriageway_m: float = 0.0
    """Part of it in the carriageway [m]."""
    fibre_m: float = 0.0
    """Route of new duct and fibre [m]."""
    fibre_verge_m: float = 0.0
    """Part of it in verge [m]; what is neither verge nor carriageway is footway."""
    fibre_carriageway_m: float = 0.0
    """Part of it in the carriageway [m]."""
    battery_kwh: float = 0.0
    """Battery of the UPS [kWh]."""
    reinforcement_gbp: float = 0.0
    """Whole cost of reinforcing the network, before the customer's part is taken [GBP]."""
    connection_quote_gbp: float | None = None
    """The network operator's offer, which replaces the estimate [GBP]."""
    structure: bool = True
    """Whether plinth, steel or screen is built: not in a leased cabinet."""
    work_units_a: float | None = None
    """Work done in a year once take-up is complete; None while it is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long, how fast, and what happens on the way."""

    years: int = 15
    """Years of operation that are appraised."""
    ramp: tuple[float, ...] = (0.6, 0.8, 1.0)
    """Take-up year by year; the last holds for the rest."""
    host_closes_in: int | None = None
    """First year in which the host takes no heat."""
    shock_years: tuple[int, ...] = ()
    """Years of a tariff shock."""
    electricity_factor: float = 1.0
    """Electricity price in those years, over its path."""
    gas_factor: float = 1.0
    """Gas price in those years, over its path."""
    heat_price_gbp_kwh: float | None = None
    """Heat price by contract; left out, a share of the avoided gas cost."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A project at prices under terms."""

    project: Project
    rates: Mapping[str, float]
    terms: Terms


def make_plan(
    project: Project, terms: Terms | None = None, rates: Mapping[str, float] | None = None
) -> Plan:
    """Bind project, prices and terms, having checked all of them.

    Parameters
    ----------
    project : the pod on its site.
    terms : how long and how fast; the defaults when left out.
    rates : prices that are known; all others stand at their middle.

    Raises
    ------
    InputError
        Anything is out of range or unknown; all faults at once.
    """
    terms = terms or Terms()
    _check(project, terms)
    return Plan(project, rates_at("mid", rates), terms)


def scenario_plan(
    project: Project, scenario: str, years: int = 15, given: Mapping[str, float] | None = None
) -> Plan:
    """Put a project under a shipped scenario; prices that are known stay as given.

    Raises
    ------
    InputError
        The scenario is not in the catalogue, or the project cannot be read.
    """
    if scenario not in scenarios():
        cure = f"Use one of {', '.join(scenarios())}."
        raise InputError(_fault("scenario", "not in the catalogue", scenario, cure))
    story: Scenario = scenarios()[scenario]
    terms = Terms(
        years=years,
        ramp=story.ramp,
        host_closes_in=story.host_closes_in,
        shock_years=story.shock_years,
        electricity_factor=story.electricity_factor,
        gas_factor=story.gas_factor,
    )
    _check(project, terms)
    return Plan(project, rates_at(story.ends, given), terms)


def _check(project: Project, terms: Terms) -> None:
    if faults := [*_project_faults(project), *_terms_faults(terms)]:
        raise InputError(faults)


_SHARES = {"utilisation_share", "power_factor"}
_MAY_BE_NONE = {"peak_kva", "transformer_kva", "connection_quote_gbp", "work_units_a"}


def _project_faults(project: Project) -> Iterable[Fault]:
    if f"servers_{project.design}_gbp_kw" not in prices():
        cure = "Use cpu_node, gpu_pod or storage_node."
        yield _fault("design", "no price for its servers", project.design, cure)
    for item in fields(project):
        value = getattr(project, item.name)
        if isinstance(value, str | bool) or (value is None and item.name in _MAY_BE_NONE):
            continue
        if not isfinite(value) or value < 0:
            cure = "Give a number of 0 or more; an unknown quantity cannot be appraised."
            yield _fault(item.name, "not a known quantity", value, cure)
        elif item.name in _SHARES and value > 1:
            yield _fault(item.name, "not a share", value, "Give a number from 0 to 1.")
    if isfinite(project.it_kw) and project.it_kw <= 0:
        yield _fault("it_kw", "nothing to appraise", project.it_kw, "Give more than 0 kW.")
    if isfinite(project.pue) and project.pue < 1:
        yield _fault("pue", "below 1", project.pue, "A pod draws at least what its servers draw.")
    if project.connection_option not in {"", *OPTIONS}:
        cure = f"Use one of {', '.join(OPTIONS)}, or leave it out."
        yield _fault("connection_option", "no such kind", project.connection_option, cure)
    if _cable_beyond(project):
        cure = "Verge and carriageway are parts of cable_m."
        yield _fault("cable_verge_m", "more ground than cable", project.cable_verge_m, cure)
    if not listed(project) and project.connection_quote_gbp is None:
        cure = "Give connection_quote_gbp: above 1000 kVA there is no list price."
        yield _fault("connection_kva", "no price", project.connection_kva, cure)


def listed(project: Project) -> bool:
    """Say whether the catalogue has a price for the connection."""
    largest = max(project.connection_kva, project.transformer_kva or 0.0)
    return not largest > LISTED_KVA and project.connection_option != "hv_metered"


def _cable_beyond(project: Project) -> bool:
    parts_m = project.cable_verge_m + project.cable_carriageway_m
    return parts_m > 0 and parts_m > project.cable_m * (1 + 1e-9)


def _terms_faults(terms: Terms) -> Iterable[Fault]:
    if not 1 <= terms.years <= 100:  # noqa: PLR2004 - a century is far enough
        yield _fault("years", "out of range", terms.years, "Give 1 to 100 years.")
    if not terms.ramp or any(not isfinite(share) or not 0 <= share <= 1 for share in terms.ramp):
        yield _fault("ramp", "not a list of shares", terms.ramp, "Give shares from 0 to 1.")
    for name in ("electricity_factor", "gas_factor"):
        value = getattr(terms, name)
        if not isfinite(value) or value < 0:
            yield _fault(name, "not a factor", value, "Give a number of 0 or more.")
    price = terms.heat_price_gbp_kwh
    if price is not None and not isfinite(price):
        yield _fault("heat_price_gbp_kwh", "not a price", price, "Give a number, or leave it out.")


def _fault(column: str, problem: str, value: object, cure: str) -> Fault:
    return Fault(FILE, problem, cure, column=column, value=str(value))
