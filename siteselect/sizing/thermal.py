"""The heat: racks, cooling by density, heat in the water, and its rejection on the worst day."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isnan, nan

from siteselect.sizing.catalogue import (
    CoolingClass,
    cooling_classes,
    form_factors,
    pod_designs,
    sizing_rules,
)
from siteselect.sizing.load import Load
from siteselect.sizing.request import PodRequest
from siteselect.sizing.worksheet import Entry, Worksheet, choose, enter


@dataclass(frozen=True, slots=True)
class Thermal:
    """Racks, cooling class, heat for a sink, and the plant that rejects all of it."""

    racks: int
    rack_kw: float
    cooling: str
    outlet_low_c: float
    outlet_c: float
    outlet_high_c: float
    capture_share: float
    pue: float
    heat_kw: float
    rejection_kw: float
    thermal_loading_share: float
    dry_share: float
    cooler_kw: float
    compressor_kw: float
    worst_hour_kw: float


@dataclass(frozen=True, slots=True)
class _Stream:
    """A part of the heat, and the warmest that it may leave the pod."""

    share: float
    limit_c: float


def size_thermal(request: PodRequest, load: Load, sheet: Worksheet) -> Thermal | None:
    """Choose the cooling by density and size its plant; None when no allowed class holds the rack.

    The plant is sized for all heat of the pod: the workload never waits for a sink.
    """
    racks, rack_kw = _racks(request, load, sheet)
    cooling = _cooling(request, rack_kw, sheet)
    if cooling is None:
        return None
    capture = cooling.capture_share.value
    heat_kw = enter(
        sheet,
        "heat_kw",
        load.steady_kw * capture,
        "steady IT load x captured share",
        {"steady kW": load.steady_kw, "captured": capture},
        unit="kW",
        source=cooling.capture_share.source,
    )
    internal, rejection_kw = _rejection(request, load, sheet)
    plant = _worst_hours(request, cooling, (load.it_kw * internal, rejection_kw), sheet)
    return Thermal(
        racks=racks,
        rack_kw=rack_kw,
        cooling=cooling.name,
        outlet_low_c=cooling.outlet_c.low,
        outlet_c=cooling.outlet_c.value,
        outlet_high_c=cooling.outlet_c.high,
        capture_share=capture,
        pue=cooling.pue.value,
        heat_kw=heat_kw,
        rejection_kw=rejection_kw,
        thermal_loading_share=load.peak_kw * internal / rejection_kw,
        dry_share=plant[0],
        cooler_kw=plant[1],
        compressor_kw=plant[2],
        worst_hour_kw=plant[3],
    )


def _racks(request: PodRequest, load: Load, sheet: Worksheet) -> tuple[int, float]:
    design = pod_designs()[request.design]
    each = design.server_max_kw.value
    fits = design.servers_per_rack.value
    if request.rack_kw is not None:
        fits = max(1, min(fits, floor(request.rack_kw / each + 1e-9)))
    racks = enter(
        sheet,
        "racks",
        ceil(load.servers / fits),
        "servers / servers a rack, rounded up",
        {"servers": load.servers, "servers a rack": fits},
        unit="racks",
        source=design.servers_per_rack.source,
    )
    fullest = ceil(load.servers / racks)
    rack_kw = enter(
        sheet,
        "rack_kw",
        fullest * each,
        "servers in the fullest rack x full draw",
        {"servers": fullest, "server kW": each},
        unit="kW",
        source=design.server_max_kw.source,
    )
    return int(racks), rack_kw


def _cooling(request: PodRequest, rack_kw: float, sheet: Worksheet) -> CoolingClass | None:
    allowed = form_factors()[request.form_factor].cooling
    wanted = allowed if request.cooling is None else (request.cooling,)
    found = next(
        (
            entry
            for name, entry in cooling_classes().items()
            if name in wanted and name in allowed and entry.rack_limit_kw.value >= rack_kw
        ),
        None,
    )
    if found is not None:
        choose(
            sheet,
            "cooling",
            found.title,
            "asked for" if request.cooling else "first class, by density, that holds the rack",
            {"rack kW": rack_kw, "class limit kW": found.rack_limit_kw.value},
            source=found.rack_limit_kw.source,
        )
        for key, figure in (("outlet_c", found.outlet_c), ("capture_share", found.capture_share)):
            inputs = {"low": figure.low, "high": figure.high}
            enter(
                sheet,
                key,
                figure.value,
                "by cooling class",
                inputs,
                unit="degC" if key == "outlet_c" else "",
                source=figure.source,
            )
        enter(sheet, "pue", found.pue.value, "by cooling class", {}, source=found.pue.source)
    return found


def _rejection(request: PodRequest, load: Load, sheet: Worksheet) -> tuple[float, float]:
    """Work out the heat over IT power, and the heat that the plant must be able to reject [kW]."""
    rules = sizing_rules()
    internal = 1 + rules["pumps_share"].value + rules["conversion_share"].value
    share = request.envelope_share or rules["envelope_share"].value
    rejection_kw = enter(
        sheet,
        "rejection_kw",
        max(load.peak_kw / share, load.it_kw) * internal,
        "the larger of (peak / envelope share, IT power) x (1 + pumps + conversion)",
        {"peak kW": load.peak_kw, "IT kW": load.it_kw, "envelope": share, "heat / IT": internal},
        unit="kW",
        source=f"dump for the full load: the pod never waits for a sink; "
        f"{rules['envelope_share'].source}",
    )
    enter(
        sheet,
        "thermal_loading_share",
        load.peak_kw * internal / rejection_kw,
        "peak x (1 + pumps + conversion) / heat that can be rejected",
        {"peak kW": load.peak_kw, "rejection kW": rejection_kw},
        source=rules["envelope_share"].source,
    )
    return internal, rejection_kw


def _worst_hours(
    request: PodRequest, cooling: CoolingClass, power: tuple[float, float], sheet: Worksheet
) -> tuple[float, float, float, float]:
    """Size the plant for the hottest 1 % of hours with one fan failed.

    Returns
    -------
    tuple
        Share of the heat that needs no compressor, cooler rating [kW], compressor rating [kW] and
        draw of the whole pod at full IT power [kW]; all NaN while the summer is unknown. The
        ratings carry the thermal envelope's margin; the draw does not, the supply adds its own.
    """
    internal_kw, rejection_kw = power
    if request.summer_c is None:
        return nan, nan, nan, nan
    rules = sizing_rules()
    fans = rules["cooler_fans"].value
    spare, eer = fans / (fans - 1), rules["chiller_eer"].value
    room = _Stream(1 - cooling.capture_share.value, cooling_classes()["air"].loop_limit_c.value)
    water = _Stream(cooling.capture_share.value, cooling.loop_limit_c.value)
    dry = [
        s for s in (water, room) if s.limit_c - request.summer_c >= rules["cooler_least_k"].value
    ]
    dry_share = sum(stream.share for stream in dry)
    compressor_kw = (1 - dry_share) * rejection_kw / eer
    cooler_kw = spare * sum(
        stream.share
        * rejection_kw
        * rules["cooler_design_k"].value
        / (stream.limit_c - request.summer_c)
        for stream in dry
    ) + spare * (1 - dry_share) * rejection_kw * (1 + 1 / eer)
    worst_kw = internal_kw * (1 + (1 - dry_share) / eer + rules["fans_share"].value)
    _enter_plant(request, cooling, (dry_share, cooler_kw, compressor_kw, worst_kw), sheet)
    return dry_share, cooler_kw, compressor_kw, worst_kw


def _enter_plant(
    request: PodRequest,
    cooling: CoolingClass,
    plant: tuple[float, float, float, float],
    sheet: Worksheet,
) -> None:
    rules = sizing_rules()
    air = cooling_classes()["air"].loop_limit_c.value
    summer: dict[str, Entry] = {"summer degC": request.summer_c or 0.0}
    limits = {"water limit degC": cooling.loop_limit_c.value, "room limit degC": air}
    eer: dict[str, Entry] = {"dry share": plant[0], "EER": rules["chiller_eer"].value}
    fans: dict[str, Entry] = {"fans": rules["cooler_fans"].value}
    for key, result, unit, rule, inputs, formula in (
        (
            "dry_share",
            plant[0],
            "",
            "cooler_least_k",
            {**summer, **limits, "least K": rules["cooler_least_k"].value},
            "parts (captured: water, remainder: room) that may be warmer than outdoors by least K",
        ),
        (
            "cooler_kw",
            plant[1],
            "kW",
            "cooler_design_k",
            {**summer, **limits, **fans, "design K": rules["cooler_design_k"].value},
            "fans / (fans - 1) x [dry part x design K / (limit - summer) + rest x (1 + 1 / EER)]",
        ),
        ("compressor_kw", plant[2], "kW", "chiller_eer", eer, "heat that cannot leave dry / EER"),
        (
            "worst_hour_kw",
            plant[3],
            "kW",
            "fans_share",
            {**eer, "fans / heat": rules["fans_share"].value},
            "IT power x (1 + pumps + conversion) x (1 + (1 - dry share) / EER + fans / heat)",
        ),
    ):
        enter(sheet, key, result, formula, inputs, unit=unit, source=rules[rule].source)


def summer_known(thermal: Thermal) -> bool:
    """Say whether the worst hours could be checked."""
    return not isnan(thermal.worst_hour_kw)
