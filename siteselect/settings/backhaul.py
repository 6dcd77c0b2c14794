"""Assumptions about fibre."""

from __future__ import annotations

from pydantic import Field

from siteselect.settings.declared import Declared


class Exchange(Declared):
    """The place that the workload talks to: a point of presence, a cloud region, a head office."""

    name: str = Field(min_length=1, max_length=200)
    """What it is called."""
    lon: float = Field(ge=-180, le=180)
    """Longitude, EPSG:4326 [degrees]."""
    lat: float = Field(ge=-90, le=90)
    """Latitude, EPSG:4326 [degrees]."""


class Backhaul(Declared):
    """Assumptions about latency, building and diversity of fibre."""

    us_per_km: float = Field(default=4.9, gt=4.8, lt=5.2)
    """One-way delay of light in fibre [planning value; 4.897 at 1550 nm]."""
    equipment_ms: float = Field(default=0.2, ge=0)
    """Round-trip delay of the equipment on the way [judgement]."""
    access_ms: float = Field(default=0.0, ge=0, le=100)
    """Round trip that a shared access adds [judgement: XGS-PON 0.5 to 2; a leased line none]."""
    road_factor: float = Field(default=1.05, ge=1.0, le=2.0)
    """Fibre over street length, for slack and coils [judgement: 1.05 to 1.1]."""
    exchange: Exchange | None = None
    """Where the workload talks to, for pick-up points that do not say how far it is from them."""
    route_near_m: float = Field(default=50.0, gt=0, le=1000)
    """A mapped fibre route or pick-up point this near proves fibre at the site [judgement]."""
    lead_in_m: float = Field(default=50.0, ge=0, le=1000)
    """Longest last stretch that two ways may share and still count as apart [judgement]."""
    second_access_m: float = Field(default=50.0, ge=0, le=1000)
    """How near a second street must be for a second entry into the site [judgement]."""
