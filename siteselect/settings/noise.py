"""Assumptions about noise."""

from __future__ import annotations

from pydantic import Field

from siteselect.settings.declared import Declared, Share


class Noise(Declared):
    """Assumptions about noise."""

    search_m: float = Field(default=1000.0, gt=0)
    """How far receptors are looked for."""
    night_limit_dba: float | None = Field(default=None, ge=20, le=80)
    """Limit at a receptor that lies in no zone; left out, such a margin is unknown."""
    background_dba: float | None = Field(default=None, ge=10, le=80)
    """Background LA90 by night as measured; left out, a range of what is plausible is used."""
    ground_share: Share = 0.0
    """Porous part of the ground between plant and window: 0 paving, the loudest, to 1 lawn."""
    source_height_m: float = Field(default=1.5, gt=0, le=100)
    """Height of the cooler's fans above the ground."""
    receiver_height_m: float = Field(default=4.0, gt=0, le=100)
    """Height of the window above the ground: 4 m is an upper floor, where people sleep."""
    temperature_c: float = Field(default=10.0, ge=-20, le=50)
    """Air temperature for absorption; 10 °C at 70 % absorbs little of a cooler's sound."""
    humidity_share: float = Field(default=0.7, gt=0, le=1)
    """Relative humidity for absorption."""
    host_counts: bool = False
    """Whether the building a site stands in counts as a receptor; a home always does [judged]."""
    screening: bool = True
    """Whether buildings and walls of known height (layer noise_screens) take from the level."""
    day_limit_dba: float | None = Field(default=None, ge=20, le=100)
    """Limit by day at a receptor that lies in no zone."""
    evening_limit_dba: float | None = Field(default=None, ge=20, le=100)
    """Limit in the evening at a receptor that lies in no zone."""
