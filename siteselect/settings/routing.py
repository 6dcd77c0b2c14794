"""Assumptions about distance by route."""

from __future__ import annotations

from pydantic import Field

from siteselect.settings.declared import Declared


class Routing(Declared):
    """Assumptions about distance by route."""

    margin_m: float = Field(default=10_000.0, ge=0)
    """How far beyond the area features still count; farther ones are left out, with a notice."""
    snap_limit_m: float = Field(default=250.0, gt=0)
    """Farther than this from any street, a place is off the graph and the straight line is used."""
    straight_line_factor: float = Field(default=1.4, ge=1.0)
    """Route over straight line where the graph cannot be used [judgement]."""
    yard_m: float = Field(default=500.0, ge=0)
    """A piece of the network that is tied to nothing and shorter than this in all is a yard path:
    a heat sink on it is reached by the straight line times the factor [judgement]."""
    pipe_limit_m: float = Field(default=300.0, gt=0)
    """Longest heat pipe [judgement: 100 kW pays for 100 to 150 m, 500 kW for 500 m]."""
    drive_delay_factor: float = Field(default=1.4, ge=1.0)
    """Real over free-flow driving time [judgement: 1.2 rural, 1.4 urban]."""
    offroad_kmh: float = Field(default=5.0, gt=0)
    """Speed over the last metres between street and site."""
