"""Assumptions about getting there: the delivery lorry, the crane, the fire engine, the engineer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from siteselect.settings.declared import Declared, Share


class Access(Declared):
    """Assumptions about getting there: the lorry, the crane, the fire engine, the engineer."""

    vehicle: Literal["van", "rigid_18t", "hiab", "artic"] = "hiab"
    """Vehicle of the shipped catalogue that brings the pod."""
    last_mile_m: float = Field(default=100.0, gt=0)
    """End of the delivery route of which width and limits are told one by one [judgement: a private
    drive of 100 m is normal]."""
    gate_width_m: float = Field(default=3.1, gt=0)
    """Narrowest gate for the lorry [judgement; 3.65 m where it must turn into it]."""
    stand_length_m: float = Field(default=12.0, gt=0)
    """Length of the stand of a lorry with a crane [judgement]."""
    stand_width_m: float = Field(default=5.5, gt=0)
    """Width of that stand with outriggers out [judgement]."""
    stand_slope_share: Share = 0.05
    """Steepest stand [judgement: 1 in 20]."""
    crane_radius_m: float = Field(default=10.0, gt=0)
    """How far the crane stands from the pod at most [judgement: for a pod of 5 to 8 t]."""
    overhead_pole_m: float = Field(default=9.0, ge=0)
    """Nearer than this to an overhead line on wooden poles, its operator is asked first [recalled:
    HSE guidance note GS6]."""
    overhead_tower_m: float = Field(default=15.0, ge=0)
    """The same for a line on towers, and where it is not known what it stands on [recalled]."""
    fire_hose_m: float = Field(default=45.0, gt=0)
    """Longest hose from a fire engine to any point of the pod [seen: Approved Document B, volume
    2, section 15, for small buildings in England; by analogy for pods]."""
    fire_road_width_m: float = Field(default=3.7, gt=0)
    """Narrowest road between kerbs for a pump [seen: the same]."""
    fire_gate_width_m: float = Field(default=3.1, gt=0)
    """Narrowest gateway for a pump [seen: the same]."""
    fire_height_m: float = Field(default=3.7, gt=0)
    """Lowest clearance for a pump [seen: the same]."""
    fire_mass_t: float = Field(default=12.5, gt=0)
    """What the road must carry [seen: the same; many fleets run heavier, so ask the service]."""
    parking_bays: int = Field(default=1, ge=0)
    """Bays that an engineer with a van needs [judgement: 2.7 x 6 m]."""
    maintenance_room_m: float = Field(default=1.2, ge=0)
    """Clear room that is needed round the pod, to open doors and change parts [judgement]."""
