"""Assumptions about fibre."""

from __future__ import annotations

from pydantic import Field

from siteselect.settings.declared import Declared


class Backhaul(Declared):
    """Assumptions about latency."""

    us_per_km: float = Field(default=4.9, gt=4.8, lt=5.2)
    """One-way delay of light in fibre [planning value; 4.897 at 1550 nm]."""
    equipment_ms: float = Field(default=0.2, ge=0)
    """Round-trip delay of the equipment on the way [judgement]."""
