"""The micro data centre, and what it runs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from siteselect.settings.declared import Declared, Share


class PlantItem(Declared):
    """Further plant that sounds, besides the cooler and the generator."""

    kind: Literal["heat_pump", "transformer", "pump", "air_cooled_pod", "ups_room"]
    """What it is, as the catalogue of sound sources names it."""
    count: int = Field(default=1, ge=1, le=100)
    """How many run together."""
    size_kw: float | None = Field(default=None, gt=0)
    """What its level rises with, where it does: heat delivered, or IT load."""
    sound_power_dba: float | None = Field(default=None, ge=20, le=130)
    """The maker's sound power of one; left out, the catalogue's."""


class Pod(Declared):
    """The micro data centre that would be placed on each site."""

    it_kw: float = Field(ge=20, le=500)
    """Installed IT power."""
    utilisation_share: float = Field(default=0.7, gt=0, le=1)
    """Mean IT load over installed IT power."""
    pue: float = Field(default=1.15, ge=1.0, le=3.0)
    """Total electricity over IT electricity, averaged over a year."""
    power_factor: float = Field(default=0.95, gt=0.5, le=1.0)
    """Real over apparent power at the connection."""
    capture_share: Share = 0.9
    """Part of the IT heat that reaches the water for the sink."""
    outlet_c: float = Field(default=45.0, ge=15, le=80)
    """Temperature of the water that leaves the pod."""
    sound_power_dba: float | None = Field(default=None, ge=30, le=130)
    """Sound power of the heat rejection at full load; left out, estimated from its duty."""
    reflecting_walls: int = Field(default=0, ge=0, le=2)
    """Walls close behind the cooler that throw its sound back, 3 dB each [judgement]."""
    plant: tuple[PlantItem, ...] = ()
    """Further plant outdoors that runs all night, and is heard together with the cooler."""
    generator_sound_power_dba: float | None = Field(default=None, ge=30, le=130)
    """Sound power of the generator in its canopy; left out, the legal ceiling for its size."""
    tonal_correction_db: float = Field(default=2.0, ge=0, le=6)
    """Added for the character of the sound (fans are perceptibly tonal)."""
    footprint_m2: float = Field(default=15.0, gt=0)
    """Ground the pod covers."""
    height_m: float = Field(default=2.9, gt=0)
    """Height of the pod."""
    mass_kg: float = Field(default=12_000.0, gt=0)
    """Mass in working order."""
    outdoors: bool = True
    """Whether pod or cooler stands outdoors."""
    coolant_l: float = Field(default=0.0, ge=0)
    """Dielectric oil held, for immersion cooling."""
    generator_kwe: float = Field(default=0.0, ge=0)
    """Electrical output of the standby generator."""
    generator_efficiency_share: float = Field(default=0.38, gt=0.1, lt=0.7)
    """Electrical output over rated thermal input of the generator."""
    fuel_l: float = Field(default=0.0, ge=0)
    """Largest fuel container outdoors."""
    battery_kwh: float = Field(default=0.0, ge=0)
    """Energy of the batteries."""
    battery_chemistry: Literal["none", "li", "lead", "nicd"] = "none"
    """Kind of battery."""
    refrigerant_kg: float = Field(default=0.0, ge=0)
    """Refrigerant charge of the largest circuit."""
    refrigerant_gwp: float = Field(default=0.0, ge=0)
    """Global warming potential of the refrigerant."""


class Workload(Declared):
    """What the pod runs, as far as the site matters to it."""

    rtt_budget_ms: float = Field(default=2.0, gt=0)
    """Longest acceptable round trip to where the workload talks to."""
