"""Assumptions about the electricity network."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from siteselect.settings.declared import Declared


class Grid(Declared):
    """Assumptions about capacity, the kind of connection, and what the map leaves out."""

    loading_share: float = Field(default=0.8, gt=0, le=1)
    """Part of a transformer's rating that a flat load may use [judgement; 0.7 to 0.8 is habit]."""
    count_contracted: bool = True
    """Whether demand that is promised and not yet connected is taken off firm capacity less peak.

    A headroom that the operator publishes is left as published."""
    lv_limit_m: float = Field(default=500.0, gt=0)
    """Longest low-voltage cable, whatever the load [judgement]; beyond, a new substation."""
    lv_drop_share: float = Field(default=0.05, gt=0, le=0.16)
    """Fall of voltage that may be spent on that cable [judgement; GB allows +10/-6 % in all]."""
    lv_cable_ohm_km: float = Field(default=0.12, gt=0, le=5)
    """Impedance of that cable at the load's power factor [recalled: 300 mm2 aluminium]."""
    map_complete: bool = False
    """Whether every secondary substation is on the map. Usually not: then a length is an upper
    bound, and the low end of the cost counts `nearby_m` of cable at most."""
    map_limit_m: float = Field(default=2000.0, gt=0)
    """Where the nearest mapped local substation is farther, the map is taken to have a gap, and
    length and cost are unknown [judgement: supply is seldom so far]; unless `map_complete`."""
    nearby_m: float = Field(default=50.0, ge=0)
    """Cable that is needed at least where the map may lack a nearer point [judgement]."""
    same_station_m: float = Field(default=500.0, ge=0)
    """A primary substation without headroom so near to one with it is the same one, drawn by
    another source [judgement]."""
    reinforcement_gbp: float | None = Field(default=None, ge=0)
    """Whole cost of reinforcing the network, where it is needed; left out, unknown."""
    reinforcement_by_point_gbp: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict
    )
    """The same by supply_id of the local point, of the primary, or of what feeds them."""
