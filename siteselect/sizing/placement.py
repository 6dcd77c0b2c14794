"""The place: floor load, footprint and sound."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log10, nan

from siteselect.pod import sound_power_dba
from siteselect.settings.pod import Pod
from siteselect.sizing.catalogue import (
    CoolingClass,
    PodDesign,
    cooling_classes,
    form_factors,
    pod_designs,
    sizing_rules,
)
from siteselect.sizing.load import Load
from siteselect.sizing.request import PodRequest
from siteselect.sizing.thermal import Thermal
from siteselect.sizing.worksheet import Worksheet, enter

GRAVITY_M_S2 = 9.80665
"""Standard acceleration of gravity [m/s2]."""


@dataclass(frozen=True, slots=True)
class Placement:
    """What the pod weighs on the floor, the ground it takes, and how loud it is."""

    rack_kg: float
    point_load_kn_m2: float
    bay_load_kn_m2: float
    floor_limit_kn_m2: float
    racks_kg: float
    footprint_m2: float
    sound_power_dba: float


def floor_load_kn_m2(mass_kg: float, area_m2: float) -> float:
    """Load on a floor [kN/m2]: mass [kg] x gravity over area [m2].

    Say which area: the rack's own footprint, or the bay with its part of the aisle.

    Raises
    ------
    ValueError
        The area is not above 0.
    """
    if area_m2 <= 0:
        raise ValueError(f"a load needs an area above 0 to rest on, not {area_m2} m2")
    return mass_kg * GRAVITY_M_S2 / (area_m2 * 1000)


def size_placement(
    request: PodRequest, load: Load, thermal: Thermal, pod: Pod, sheet: Worksheet
) -> Placement:
    """Weigh the racks, lay out the footprint, and take the sound of full heat rejection."""
    design, cooling = pod_designs()[request.design], cooling_classes()[thermal.cooling]
    place = form_factors()[request.form_factor]
    rack_kg, point, bay, bay_m2 = _weigh(design, cooling, ceil(load.servers / thermal.racks), sheet)
    footprint_m2 = enter(
        sheet,
        "footprint_m2",
        thermal.racks * bay_m2 + place.enclosure_m2.value,
        "racks x bay + room for plant",
        {"racks": thermal.racks, "bay m2": bay_m2, "plant m2": place.enclosure_m2.value},
        unit="m2",
        source=place.enclosure_m2.source,
    )
    frames_kg, servers_kg = cooling.rack_frame_kg.value, design.server_kg.value
    return Placement(
        rack_kg=rack_kg,
        point_load_kn_m2=point,
        bay_load_kn_m2=bay,
        floor_limit_kn_m2=request.floor_limit_kn_m2 or place.floor_kn_m2.value,
        racks_kg=enter(
            sheet,
            "racks_kg",
            thermal.racks * frames_kg + load.servers * servers_kg,
            "racks x frame + servers x mass",
            {"racks": thermal.racks, "servers": load.servers},
            unit="kg",
            source=design.server_kg.source,
        ),
        footprint_m2=footprint_m2,
        sound_power_dba=_sound(request, load, thermal, pod, sheet),
    )


def _weigh(
    design: PodDesign, cooling: CoolingClass, fullest: int, sheet: Worksheet
) -> tuple[float, float, float, float]:
    """Weigh the fullest rack [kg]; give its load on footprint and bay [kN/m2], and the bay [m2]."""
    rules = sizing_rules()
    rack_kg = enter(
        sheet,
        "rack_kg",
        cooling.rack_frame_kg.value + fullest * design.server_kg.value,
        "frame + servers in the fullest rack x mass",
        {"frame kg": cooling.rack_frame_kg.value, "servers": fullest},
        unit="kg",
        source=f"{cooling.rack_frame_kg.source}; {design.server_kg.source}",
    )
    # The aisle part of a bay stays the same when a door or a tank makes the rack itself longer.
    bay_m2 = rules["bay_m2"].value - cooling_classes()["air"].rack_m2.value + cooling.rack_m2.value
    point, bay = (
        enter(
            sheet,
            key,
            floor_load_kn_m2(rack_kg, area_m2),
            "mass x 9.80665 / (area x 1000)",
            {"mass kg": rack_kg, "area m2": area_m2},
            unit="kN/m2",
            source=figure.source,
        )
        for key, area_m2, figure in (
            ("point_load_kn_m2", cooling.rack_m2.value, cooling.rack_m2),
            ("bay_load_kn_m2", bay_m2, rules["bay_m2"]),
        )
    )
    return rack_kg, point, bay, bay_m2


def _sound(request: PodRequest, load: Load, thermal: Thermal, pod: Pod, sheet: Worksheet) -> float:
    """Take the loudest state [dB(A)]: all heat rejected; NaN where the plant is a landlord's."""
    if not form_factors()[request.form_factor].outdoors:
        return nan
    inputs = {"heat kW": pod.it_kw * pod.pue}
    cooler = sound_power_dba(pod)
    if request.form_factor != "container" or thermal.cooling != "air":
        words = "83 + 10 lg(heat / 100 kW), full rejection"
        source = "[J] screening default for dry coolers, -15 to +3 dB"
        return enter(sheet, "sound_power_dba", cooler, words, inputs, unit="dB(A)", source=source)
    louvre = sizing_rules()["louvre_sound_dba"]
    return enter(
        sheet,
        "sound_power_dba",
        max(cooler, louvre.value + 10 * log10(load.it_kw / 100)),
        "90 + 10 lg(IT / 100 kW), air-cooled through louvres, or the cooler if louder",
        {**inputs, "IT kW": load.it_kw},
        unit="dB(A)",
        source=louvre.source,
    )
