"""The KPI sheet: what a pod should show once it runs, and the telemetry that will show it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan

from siteselect.heat import key_figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the design expects in a full year; None or NaN is unknown and stays so."""

    it_mwh_a: float | None = None
    """Electricity of the servers [MWh/a]."""
    facility_mwh_a: float | None = None
    """All electricity of the pod, plant inside its boundary included [MWh/a]."""
    reused_mwh_a: float | None = None
    """Heat that crosses the boundary to be reused, before any heat pump outside [MWh/a]."""
    recovered_mwh_a: float | None = None
    """Heat of the servers that leaves for a sink instead of being dumped [MWh/a]."""
    failures_a: float | None = None
    """Failures that stop the workload, a year."""
    repair_h: float | None = None
    """Mean time from failure to service [h]."""
    outage_min_a: float | None = None
    """Minutes without supply in a year [min/a]."""
    bridged_share: float | None = None
    """Part of those minutes that battery and generator carry."""
    cost_gbp_work_unit: float | None = None
    """Levelised cost of a unit of work [GBP]."""
    work_unit: str = "unit of work"
    """What is counted, for example core-hour."""


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure to be measured after go-live."""

    key: str
    title: str
    unit: str
    expected: float
    reason: str
    formula: str
    telemetry: str
    standard: str


def repair_time_h(
    answer_h: float, drive_min: float, hands_on_h: float, parts_share: float, parts_h: float
) -> float:
    """Mean time to repair [h]: answer + drive + hands on + share of waits for a part x the wait.

    Terms as in IEC 60050-192 (time to restoration: it includes logistic delay).
    """
    return answer_h + drive_min / 60 + hands_on_h + parts_share * parts_h


def downtime_h_a(
    failures_a: float, repair_h: float, outage_min_a: float, bridged_share: float
) -> float:
    """Work out the downtime [h/a]: failures x repair + outages that nothing bridges."""
    return failures_a * repair_h + outage_min_a / 60 * (1 - bridged_share)


def kpi_sheet(expected: Expected) -> tuple[Kpi, ...]:
    """Lay out the figures to be measured, each with its expected value or why there is none."""
    return (
        *_energy_rows(expected),
        *_service_rows(expected),
        _row(
            ("cost_gbp_work_unit", f"Cost per {expected.work_unit}", f"GBP/{expected.work_unit}"),
            _value(expected.cost_gbp_work_unit),
            "levelised cost over work done",
            "invoices by month (energy, network, maintenance, staff) over work counted by the "
            "scheduler or hypervisor",
            "own figure; levelised cost as in the money model",
        ),
    )


def _energy_rows(expected: Expected) -> tuple[Kpi, ...]:
    it, facility = _divisor(expected.it_mwh_a), _divisor(expected.facility_mwh_a)
    reused, recovered = _value(expected.reused_mwh_a), _value(expected.recovered_mwh_a)
    meters = (
        "electricity meter at the point of connection and meters at the UPS or rack outputs "
        "(category 2 or better), kWh every 15 min, a full year"
    )
    heat = (
        "heat meter (EN 1434, class 2) at the hand-off: flow, flow and return temperature, kWh "
        "every 15 min"
    )
    return (
        _row(
            ("pue", "Power usage effectiveness (PUE)", ""),
            key_figures.pue(facility, it),
            "all electricity / IT electricity",
            meters,
            "ISO/IEC 30134-2, EN 50600-4-2",
        ),
        _row(
            ("erf", "Energy reuse factor (ERF)", ""),
            key_figures.erf(reused, facility),
            "reused energy / all electricity",
            f"{heat}; {meters}",
            "ISO/IEC 30134-6:2021, EN 50600-4-6",
        ),
        _row(
            ("ere", "Energy reuse effectiveness (ERE)", ""),
            key_figures.ere(facility, reused, it),
            "(all electricity - reused) / IT electricity = PUE x (1 - ERF)",
            f"{heat}; {meters}",
            "The Green Grid, ERE (white paper 29) [K]",
        ),
        _row(
            ("thermal_recovery_share", "Thermal recovery rate", "share"),
            key_figures.thermal_recovery(recovered, it),
            "heat recovered / IT electricity",
            f"{heat}; a second one at the sink, boiler gas meter beside it",
            "own figure",
        ),
    )


def _service_rows(expected: Expected) -> tuple[Kpi, ...]:
    repair = _value(expected.repair_h)
    downtime = downtime_h_a(
        _value(expected.failures_a),
        repair,
        _value(expected.outage_min_a),
        _value(expected.bridged_share),
    )
    return (
        _row(
            ("downtime_h_a", "Downtime", "h/a"),
            downtime,
            "failures x time to repair + outages that nothing bridges",
            "probe of the service from outside every minute; UPS and generator event log; "
            "planned work counted apart",
            "IEC 60050-192 (down time) [K]; EN 50600-1 for the availability class [K]",
        ),
        _row(
            ("repair_h", "Mean time to repair", "h"),
            repair,
            "sum of times from failure to service / failures",
            "ticket times: alarm, answer, arrival, service restored; at least ten events before "
            "the mean says anything",
            "IEC 60050-192 (mean time to restoration) [K]",
        ),
    )


def _row(
    name: tuple[str, str, str], expected: float, formula: str, telemetry: str, standard: str
) -> Kpi:
    key, title, unit = name
    known = isfinite(expected)
    reason = "" if known else "not expected yet: an input of the design is unknown"
    return Kpi(key, title, unit, expected if known else nan, reason, formula, telemetry, standard)


def _value(value: float | None) -> float:
    return nan if value is None else value


def _divisor(value: float | None) -> float:
    return value if value is not None and value > 0 else nan
