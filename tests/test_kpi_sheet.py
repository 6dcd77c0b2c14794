"""The KPI sheet: the reference case, identities, and gaps that stay gaps."""

from __future__ import annotations

from math import isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.kpi_sheet import Expected, downtime_h_a, kpi_sheet, repair_time_h


def sheet(expected: Expected) -> dict[str, float]:
    return {row.key: row.expected for row in kpi_sheet(expected)}


def test_t6_key_figures() -> None:
    """Case T6 of the heat reference: 50 kW IT all year, PUE 1.1, 250 MWh reused."""
    found = sheet(
        Expected(it_mwh_a=438, facility_mwh_a=481.8, reused_mwh_a=250, recovered_mwh_a=250)
    )
    assert found["pue"] == pytest.approx(1.1)
    assert found["erf"] == pytest.approx(0.51889, abs=5e-6)
    assert found["ere"] == pytest.approx(0.52922, abs=5e-6)
    assert found["thermal_recovery_share"] == pytest.approx(0.57078, abs=5e-6)


@given(st.floats(1, 5000), st.floats(1, 2), st.floats(0, 1))
def test_ere_is_pue_times_what_is_not_reused(it: float, overhead: float, share: float) -> None:
    facility = it * overhead
    found = sheet(Expected(it_mwh_a=it, facility_mwh_a=facility, reused_mwh_a=share * facility))
    assert found["ere"] == pytest.approx(found["pue"] * (1 - found["erf"]), abs=1e-12)
    assert 0 <= found["erf"] <= 1 + 1e-12


def test_repair_time_by_hand() -> None:
    """Half an hour to answer, 45 min drive, 2 h hands on, one in five waits 24 h for a part."""
    assert repair_time_h(0.5, 45, 2, 0.2, 24) == pytest.approx(0.5 + 0.75 + 2 + 4.8)


def test_downtime_by_hand() -> None:
    """Two failures of 8 h, and 60 min of outages of which 90 % are bridged."""
    assert downtime_h_a(2, 8, 60, 0.9) == pytest.approx(16.1)
    assert downtime_h_a(0, 8, 60, 1.0) == 0


def test_what_is_unknown_has_a_reason_and_no_number() -> None:
    rows = kpi_sheet(Expected())
    assert len(rows) == 7
    for row in rows:
        assert isnan(row.expected)
        assert row.reason


def test_what_is_known_has_a_number_and_no_reason() -> None:
    expected = Expected(
        it_mwh_a=438,
        facility_mwh_a=481.8,
        reused_mwh_a=250,
        recovered_mwh_a=250,
        failures_a=2,
        repair_h=8,
        outage_min_a=60,
        bridged_share=0.9,
        cost_gbp_work_unit=0.05,
        work_unit="core-hour",
    )
    rows = kpi_sheet(expected)
    assert all(row.reason == "" for row in rows)
    assert rows[-1].title == "Cost per core-hour"
    assert {row.key: row.expected for row in rows}["downtime_h_a"] == pytest.approx(16.1)


@pytest.mark.parametrize("missing", [None, nan, 0.0])
def test_no_division_by_an_unknown_or_absent_energy(missing: float | None) -> None:
    found = sheet(Expected(it_mwh_a=missing, facility_mwh_a=missing, reused_mwh_a=1))
    assert all(isnan(found[key]) for key in ("pue", "erf", "ere", "thermal_recovery_share"))


def test_every_row_says_what_measures_it_and_by_which_standard() -> None:
    for row in kpi_sheet(Expected()):
        assert row.telemetry
        assert row.standard
        assert row.formula
    standards = {row.key: row.standard for row in kpi_sheet(Expected())}
    assert "30134-2" in standards["pue"]
    assert "30134-6" in standards["erf"]
