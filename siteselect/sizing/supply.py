"""The supply: envelope, connection, current, battery and generator."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan

from siteselect.sizing.catalogue import Backup, backup_levels, sizing_rules
from siteselect.sizing.electrical import apparent_power_kva, connection_for, line_current_amp
from siteselect.sizing.load import Load
from siteselect.sizing.request import PodRequest
from siteselect.sizing.thermal import Thermal, summer_known
from siteselect.sizing.worksheet import Worksheet, choose, enter


@dataclass(frozen=True, slots=True)
class Supply:
    """What the pod asks of the network, and what carries it when the network is gone."""

    overhead_factor: float
    expected_input_kw: float
    envelope_kw: float
    electrical_loading_share: float
    bound_by: str
    need_kva: float
    connection_kva: float
    phases: int
    feed_amp: float
    connection: str
    ups_min: float
    ups_kw: float
    battery_kwh: float
    generator_needed: bool | None
    generator_kwe: float
    generator_kva: float
    fuel_l: float
    backup: str


def size_supply(request: PodRequest, load: Load, thermal: Thermal, sheet: Worksheet) -> Supply:
    """Size connection, battery and generator.

    The connection carries the expected load at the envelope share, and never less than all
    servers at full draw: a breaker does not know what was expected.
    """
    overhead = _overhead(load, thermal, sheet)
    expected_kw, envelope_kw, bound = _envelope(request, load, overhead, sheet)
    inputs = {"expected kW": expected_kw, "envelope kW": envelope_kw}
    words = "expected input / envelope"
    loading = enter(sheet, "electrical_loading_share", expected_kw / envelope_kw, words, inputs)
    feed = _feed(request, envelope_kw, sheet)
    level = backup_for(request.recovery_time_min)
    ups_kw, battery_kwh = _battery(load, level, sheet)
    generator_kwe, fuel_l = _generator(level, (expected_kw, envelope_kw), sheet)
    return Supply(
        overhead_factor=overhead,
        expected_input_kw=expected_kw,
        envelope_kw=envelope_kw,
        electrical_loading_share=loading,
        bound_by=bound,
        need_kva=feed[0],
        connection_kva=feed[1],
        phases=feed[2],
        feed_amp=feed[3],
        connection=feed[4],
        ups_min=level.ups_min if level else nan,
        ups_kw=ups_kw,
        battery_kwh=battery_kwh,
        generator_needed=level.generator if level else None,
        generator_kwe=generator_kwe,
        generator_kva=generator_kwe / sizing_rules()["generator_power_factor"].value,
        fuel_l=fuel_l,
        backup=level.meaning if level else "unknown: the recovery time objective is not given",
    )


def backup_for(recovery_time_min: float | None) -> Backup | None:
    """Find what must be bridged for a recovery time objective [min]; None while it is unknown."""
    if recovery_time_min is None:
        return None
    return next(level for level in backup_levels() if recovery_time_min <= level.up_to_min)


def _overhead(load: Load, thermal: Thermal, sheet: Worksheet) -> float:
    if not summer_known(thermal):
        inputs = {"PUE": thermal.pue}
        source = "average of a year; the worst hours are unknown until summer_c is given"
        return enter(sheet, "overhead_factor", thermal.pue, "PUE", inputs, source=source)
    worst = thermal.worst_hour_kw / load.it_kw
    return enter(
        sheet,
        "overhead_factor",
        max(worst, thermal.pue),
        "the larger of worst-hour draw / IT power and PUE",
        {"worst hour": worst, "PUE": thermal.pue},
        source="the worst 1 % of hours decide, not the average day",
    )


def _envelope(
    request: PodRequest, load: Load, overhead: float, sheet: Worksheet
) -> tuple[float, float, str]:
    """Work out expected input and envelope [kW], and say which of its two bounds decides."""
    expected_kw = enter(
        sheet,
        "expected_input_kw",
        load.peak_kw * overhead,
        "peak IT load x overhead",
        {"peak kW": load.peak_kw, "overhead": overhead},
        unit="kW",
    )
    rule = sizing_rules()["envelope_share"]
    by_margin = expected_kw / (request.envelope_share or rule.value)
    by_nameplate = load.it_kw * overhead
    envelope_kw = enter(
        sheet,
        "envelope_kw",
        max(by_margin, by_nameplate),
        "the larger of expected input / envelope share and IT power x overhead",
        {"expected / share": by_margin, "IT x overhead": by_nameplate},
        unit="kW",
        source=rule.source,
    )
    margin = by_margin >= by_nameplate
    bound = "margin over the expected load" if margin else "all servers at full draw"
    return expected_kw, envelope_kw, bound


def _feed(
    request: PodRequest, envelope_kw: float, sheet: Worksheet
) -> tuple[float, float, int, float, str]:
    need_kva = enter(
        sheet,
        "need_kva",
        apparent_power_kva(envelope_kw, request.power_factor),
        "envelope / power factor",
        {"envelope kW": envelope_kw, "power factor": request.power_factor},
        unit="kVA",
    )
    step = connection_for(need_kva)
    phases = step.phases if step else 3
    amp = enter(
        sheet,
        "feed_amp",
        line_current_amp(need_kva, phases),
        "kVA x 1000 / (sqrt 3 x 400 V)" if phases > 1 else "kVA x 1000 / 230 V",
        {"kVA": need_kva, "phases": phases},
        unit="A",
    )
    if step is None:
        return need_kva, inf, phases, amp, "larger than any step that is sold"
    choose(
        sheet,
        "connection_kva",
        step.kva,
        f"smallest step that is sold and carries the need: {step.need}",
        {"need kVA": need_kva, "phases": phases},
        unit="kVA",
        source=step.source,
    )
    return need_kva, step.kva, phases, amp, step.need


def _battery(load: Load, level: Backup | None, sheet: Worksheet) -> tuple[float, float]:
    """Size UPS [kW] and battery [kWh]; NaN while the need is unknown."""
    if level is None:
        return nan, nan
    rules = sizing_rules()
    ups_kw = enter(
        sheet,
        "ups_kw",
        load.it_kw * (1 + rules["pumps_share"].value),
        "IT power x (1 + pumps): dense racks overheat in minutes without flow",
        {"IT kW": load.it_kw, "pumps": rules["pumps_share"].value},
        unit="kW",
        source=rules["pumps_share"].source,
    )
    enter(sheet, "ups_min", level.ups_min, level.meaning, {}, unit="min", source=level.source)
    battery_kwh = enter(
        sheet,
        "battery_kwh",
        ups_kw * level.ups_min / 60 / rules["battery_usable_share"].value,
        "UPS kW x minutes / 60 / usable share",
        {"UPS kW": ups_kw, "minutes": level.ups_min},
        unit="kWh",
        source=rules["battery_usable_share"].source,
    )
    return ups_kw, battery_kwh


def _generator(
    level: Backup | None, power: tuple[float, float], sheet: Worksheet
) -> tuple[float, float]:
    """Size generator [kWe] and fuel [l]; NaN while the need is unknown, 0 where there is none."""
    if level is None:
        return nan, nan
    if not level.generator:
        return 0.0, 0.0
    rules = sizing_rules()
    expected_kw, envelope_kw = power
    generator_kwe = enter(
        sheet,
        "generator_kwe",
        envelope_kw / rules["generator_loading_share"].value,
        "envelope / loading",
        {"envelope kW": envelope_kw, "loading": rules["generator_loading_share"].value},
        unit="kWe",
        source=rules["generator_loading_share"].source,
    )
    inputs = {"kWe": generator_kwe, "power factor": rules["generator_power_factor"].value}
    enter(
        sheet,
        "generator_kva",
        generator_kwe / rules["generator_power_factor"].value,
        "kWe / power factor",
        inputs,
        unit="kVA",
        source=rules["generator_power_factor"].source,
    )
    fuel_l = enter(
        sheet,
        "fuel_l",
        expected_kw * rules["generator_h"].value * rules["generator_l_kwh"].value,
        "expected input x hours x litres a kWh",
        {"expected kW": expected_kw, "hours": rules["generator_h"].value},
        unit="l",
        source=rules["generator_l_kwh"].source,
    )
    return generator_kwe, fuel_l
