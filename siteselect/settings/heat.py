"""Assumptions about heat and weather."""

from __future__ import annotations

from pydantic import Field

from siteselect.settings.declared import Declared, LayerFile


class Heat(Declared):
    """Assumptions about heat."""

    approach_k: float = Field(default=5.0, ge=0)
    """Temperature lost in the heat exchanger [judgement: 3 to 5 K]."""
    pipe_loss_w_m: float = Field(default=14.0, ge=0)
    """Loss of a flow and return pair per metre of trench [computed: DN50 at 55/30 °C]."""
    heat_pump: bool = True
    """Whether a heat pump lifts the heat where the pod's water is too cool for the sink."""
    carnot_share: float = Field(default=0.45, gt=0, le=0.8)
    """Heat pump's COP over Carnot's [recalled: 0.40 to 0.55; conservative 0.40]."""
    exchanger_kw: float | None = Field(default=None, gt=0)
    """Most that the exchanger passes on; left out, all that the pod gives."""
    measured: dict[str, LayerFile] = Field(default_factory=dict)
    """Sink identifier to a CSV of metered heat: heat_mwh by month or heat_kw by hour."""
    boiler_efficiency_share: float = Field(default=0.85, gt=0.3, le=1.0)
    """Heat over fuel of the boiler that is replaced [judgement: 0.75 to 0.92]."""
    benchmarks: bool = False
    """Whether a sink with a floor area but no demand figure gets one from published benchmarks."""
    fuel_kgco2e_kwh: float | None = Field(default=None, ge=0, le=2)
    """Emission factor of the fuel replaced; left out, gas in the United Kingdom, by year."""
    electricity_kgco2e_kwh: float | None = Field(default=None, ge=0, le=2)
    """Location-based factor of electricity with network losses; left out, the United Kingdom's."""


class Climate(Declared):
    """Which year of weather the heat is matched over."""

    weather: LayerFile | None = None
    """Weather file, EPW or PVGIS; left out, a year is made from the nearest monthly normals."""
    time_zone: str = "Europe/London"
    """Civil time zone of the place, for opening hours and heating profiles."""
    year: int = Field(default=2025, ge=1950, le=2100)
    """Calendar year that the made year is laid out in."""
