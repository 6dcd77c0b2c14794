"""Size a pod for a request, or say everything that makes it impossible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import isnan

from siteselect.errors import Fault, InputError
from siteselect.settings.pod import Pod
from siteselect.sizing.catalogue import cooling_classes, form_factors, pod_designs, sizing_rules
from siteselect.sizing.load import Load, size_load
from siteselect.sizing.placement import Placement, size_placement
from siteselect.sizing.request import PodRequest, fault, request_faults
from siteselect.sizing.supply import Supply, size_supply
from siteselect.sizing.thermal import Thermal, size_thermal, summer_known
from siteselect.sizing.worksheet import Entry, Step, Worksheet

METERED_KW = 100.0
"""Above this a British supply is metered by the half hour [recalled]."""
WARM_C = 40.0
"""Water that serves a pool or a low-temperature network without a heat pump [judgement]."""


@dataclass(frozen=True, slots=True)
class Sizing:
    """A sized pod: its figures by topic, the notes a reader needs, and every step behind them."""

    request: PodRequest
    load: Load
    thermal: Thermal
    supply: Supply
    placement: Placement
    pod: Pod
    place_notes: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    worksheet: tuple[Step, ...]


def size_pod(request: PodRequest) -> Sizing:
    """Size servers, cooling, supply and place for a workload.

    Raises
    ------
    InputError
        The request cannot be read, or no pod of the catalogue can serve it within its limits.
        All faults that can be known at once are given at once.
    """
    if faults := request_faults(request):
        raise InputError(faults)
    sheet: Worksheet = []
    load = size_load(request, sheet)
    thermal = size_thermal(request, load, sheet)
    faults = [*_load_faults(request, load), *_place_faults(request, load, thermal)]
    if thermal is None or _outside_range(load):
        raise InputError(faults)
    supply = size_supply(request, load, thermal, sheet)
    faults += _supply_faults(request, load, supply)
    if faults:
        raise InputError(faults)
    pod = _study_pod(request, load, thermal, supply)
    placement = size_placement(request, load, thermal, pod, sheet)
    pod = pod.model_copy(
        update={
            "footprint_m2": placement.footprint_m2,
            "sound_power_dba": None
            if isnan(placement.sound_power_dba)
            else placement.sound_power_dba,
        }
    )
    place = form_factors()[request.form_factor]
    return Sizing(
        request=request,
        load=load,
        thermal=thermal,
        supply=supply,
        placement=placement,
        pod=pod,
        place_notes=tuple(
            (topic, getattr(place, topic)) for topic in ("permits", "noise", "access", "floor")
        ),
        notes=tuple(_notes(request, load, thermal, supply, placement)),
        worksheet=tuple(sheet),
    )


def figures(sizing: Sizing) -> dict[str, Entry | bool | None]:
    """Lay all figures of a sizing out flat, by their names; NaN and None mean unknown."""
    flat: dict[str, Entry | bool | None] = {}
    for part in (sizing.load, sizing.thermal, sizing.supply, sizing.placement):
        flat |= asdict(part)
    return flat


def _study_pod(request: PodRequest, load: Load, thermal: Thermal, supply: Supply) -> Pod:
    """Write the pod as a study declares one; what is unknown keeps the study's default."""
    known = not isnan(supply.battery_kwh)
    return Pod(
        it_kw=load.it_kw,
        utilisation_share=load.utilisation_share,
        pue=thermal.pue,
        power_factor=request.power_factor,
        capture_share=thermal.capture_share,
        outlet_c=thermal.outlet_c,
        outdoors=form_factors()[request.form_factor].outdoors,
        generator_kwe=supply.generator_kwe if known else 0.0,
        fuel_l=supply.fuel_l if known else 0.0,
        battery_kwh=supply.battery_kwh if known else 0.0,
        battery_chemistry="li" if known else "none",
    )


def _outside_range(load: Load) -> bool:
    return not 20.0 <= load.it_kw <= 500.0  # noqa: PLR2004 - the range that a study accepts


def _load_faults(request: PodRequest, load: Load) -> Iterable[Fault]:
    design = pod_designs()[request.design]
    if load.servers < 2:  # noqa: PLR2004 - one to work and one to spare
        most = 2 * design.server_max_kw.value
        cure = f"Two servers, one of them spare, need {most:g} kW."
        yield fault("it_kw", "too little for N+1", request.it_kw, cure)
    elif _outside_range(load):
        shown = f"{load.it_kw:.1f} kW of IT"
        key = "steady_units" if request.it_kw is None else "it_kw"
        cure = "A pod has 20 to 500 kW: change the workload, or share it over several pods."
        yield fault(key, "the workload needs a pod outside the range", shown, cure)
    fill = sizing_rules()["storage_fill_share"].value
    room_tb = load.storage_capacity_tb * fill
    if load.storage_tb > room_tb * (1 + 1e-9):
        cure = f"These servers hold {room_tb:,.0f} TB: give more IT power or use storage_node."
        yield fault("storage_tb", "more than the servers hold", f"{load.storage_tb:,.0f}", cure)


def _place_faults(request: PodRequest, load: Load, thermal: Thermal | None) -> Iterable[Fault]:
    place = form_factors()[request.form_factor]
    if request.cooling is not None and request.cooling not in place.cooling:
        cure = f"Use one of {', '.join(place.cooling)}, or another form factor."
        yield fault("cooling", f"not possible in a {place.title.lower()}", request.cooling, cure)
    elif thermal is None:
        names = (request.cooling,) if request.cooling else place.cooling
        most = max(cooling_classes()[name].rack_limit_kw.value for name in names)
        cure = f"Keep a rack at or below {most:g} kW with rack_kw, or choose another cooling."
        given = request.cooling or request.form_factor
        yield fault("rack_kw", "racks are too dense for the cooling", given, cure)
    if load.it_kw > place.it_limit_kw.value:
        cure = f"A {place.title.lower()} takes {place.it_limit_kw.value:g} kW of IT at most."
        yield fault("form_factor", "too small for the load", f"{load.it_kw:.1f} kW", cure)
    if thermal is not None and thermal.racks > place.racks_limit.value:
        cure = f"A {place.title.lower()} takes {place.racks_limit.value:g} racks at most."
        yield fault("form_factor", "too small for the racks", thermal.racks, cure)


def _supply_faults(request: PodRequest, load: Load, supply: Supply) -> Iterable[Fault]:
    if request.available_kva is not None and supply.need_kva > request.available_kva:
        fits = load.it_kw * request.available_kva / supply.need_kva
        cure = f"About {fits:.0f} kW of IT would fit; or ask for reinforcement."
        shown = f"{request.available_kva:g} of {supply.need_kva:.1f} kVA"
        yield fault("available_kva", "the network cannot carry the pod", shown, cure)
    if supply.connection_kva == float("inf"):
        cure = "Ask the network operator for a quotation, or use several pods."
        shown = f"{supply.need_kva:.0f} kVA"
        yield fault("it_kw", "no connection of that size is in the catalogue", shown, cure)


def _notes(
    request: PodRequest, load: Load, thermal: Thermal, supply: Supply, placement: Placement
) -> Iterable[str]:
    yield f"The connection is bound by: {supply.bound_by}."
    yield from _range_notes(request)
    if not summer_known(thermal):
        yield (
            "The worst 1 % of hours are not checked: give summer_c. Until then cooler and "
            "connection rest on the average year and are too small if a chiller is needed."
        )
    elif thermal.compressor_kw > 0:
        yield (
            f"{1 - thermal.dry_share:.0%} of the heat cannot leave dry at "
            f"{request.summer_c:g} degC: a chiller rated {thermal.compressor_kw:.1f} kW runs then."
        )
    if supply.generator_needed is None:
        yield "Battery and generator are unknown: give recovery_time_min."
    elif supply.generator_needed:
        yield "A generator brings fuel storage, emissions, test noise and their permits."
    if thermal.outlet_c < WARM_C:
        yield f"Water of {thermal.outlet_c:g} degC needs a heat pump for most sinks."
    if supply.need_kva * request.power_factor > METERED_KW:
        yield "Above 100 kW the supply is metered by the half hour [K]: spikes are billed."
    for name, actual in (
        ("rack on its own footprint", placement.point_load_kn_m2),
        ("rack bay with aisle", placement.bay_load_kn_m2),
    ):
        if actual > placement.floor_limit_kn_m2:
            yield (
                f"The {name} weighs {actual:.1f} kN/m2, the floor carries "
                f"{placement.floor_limit_kn_m2:g}: spread the load; a structural engineer decides."
            )
    if not form_factors()[request.form_factor].heat_to_host:
        yield "Heat of a leased cabinet is the landlord's: none can be offered to a sink."
    if load.storage_tb > 0 and load.needed_servers * _each(request) > 1.5 * load.burst_units:
        yield "Storage, not computing, decides the number of servers: compare storage_node."


def _each(request: PodRequest) -> float:
    return pod_designs()[request.design].units_per_server.value


def _range_notes(request: PodRequest) -> Iterable[str]:
    rules = sizing_rules()
    for key, rule in (
        ("steady_share", rules["steady_share"]),
        ("envelope_share", rules["envelope_share"]),
    ):
        given = getattr(request, key)
        if given is not None and not rule.low <= given <= rule.high:
            yield f"{key} {given:g} lies outside the usual {rule.low:g} to {rule.high:g}."
    if not 24 <= request.horizon_months <= 36:  # noqa: PLR2004 - the usual planning horizon
        yield f"A horizon of {request.horizon_months:g} months lies outside the usual 24 to 36."
