"""Key figures: published identities, worked cases, both carbon counterfactuals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.errors import InputError
from siteselect.heat.key_figures import (
    KeyFigures,
    carbon,
    emission_factor,
    ere,
    erf,
    fuel_avoided_mwh_a,
    key_figures,
    pue,
    thermal_recovery,
)
from siteselect.heat.links import HeatSink, HeatSource, Link
from siteselect.heat.matching import match

HOURS = 8760


def year(offered_kw: float, demand_kw: float, required_c: float = 40.0, **way: float) -> KeyFigures:
    """Run a flat year of a pod with 50 kW of IT and a PUE of 1.1 at 50 degC."""
    pod = HeatSource("pod", np.full(HOURS, offered_kw), 50.0)
    sink = HeatSink("pool", np.full(HOURS, demand_kw), required_c)
    return key_figures(match([Link(pod, sink, **way)]), it_mwh_a=438.0, pue_without_reuse=1.1)


def test_t6_erf_ere_and_recovery_of_a_50_kw_pod_reusing_250_mwh() -> None:
    it = 50 * 8760 / 1000
    dc = it * 1.1
    assert erf(250, dc) == pytest.approx(0.51889, abs=5e-6)
    assert ere(dc, 250, it) == pytest.approx(0.52922, abs=5e-6)
    assert thermal_recovery(250, it) == pytest.approx(0.57078, abs=5e-6)
    figures = year(offered_kw=45.0, demand_kw=250_000 / 8760)
    assert figures.erf_share == pytest.approx(0.51889, abs=5e-6)
    assert figures.ere == pytest.approx(0.52922, abs=5e-6)
    assert figures.thermal_recovery_share == pytest.approx(0.57078, abs=5e-6)


def test_t8_exmouth_25_8_t_is_28_kw_96_percent_captured_60_percent_of_hours_boiler_at_1() -> None:
    kwh = 28 * 0.96 * 0.60 * 8760
    assert kwh == pytest.approx(141_281, abs=1)
    gas = emission_factor("gas", 2022).kgco2e_kwh
    fuel_kwh = fuel_avoided_mwh_a(kwh / 1000, boiler_efficiency=1.0) * 1000
    assert fuel_kwh * gas / 1000 == pytest.approx(25.789, abs=5e-4)


@given(st.floats(1, 1e4), st.floats(1, 3), st.floats(0, 1))
def test_ere_is_pue_times_one_minus_erf(it: float, effectiveness: float, part: float) -> None:
    dc = it * effectiveness
    reused = part * dc
    assert 0 <= erf(reused, dc) <= 1
    identity = pue(dc, it) * (1 - erf(reused, dc))
    assert ere(dc, reused, it) == pytest.approx(identity, rel=1e-9, abs=1e-9)


@given(
    st.floats(0, 50),
    st.floats(0, 100),
    st.floats(30, 80),
    st.floats(1.5, 8),
    st.booleans(),
    st.floats(0, 0.05),
)
def test_figures_agree_with_each_other_on_either_side_of_the_boundary(
    offered: float, demand: float, required: float, performance: float, inside: bool, fans: float
) -> None:
    pod = HeatSource("pod", np.full(24, offered), 50.0)
    sink = HeatSink("pool", np.full(24, demand), required)
    link = Link(pod, sink, cop=performance, loss_kw=1.0, pumping_share=0.01)
    figures = key_figures(
        match([link]), 24 * 50 / 1000, 1.1, heat_side_inside=inside, rejection_share=fans
    )
    assert 0 <= figures.erf_share <= 1
    identity = figures.pue_with_reuse * (1 - figures.erf_share)
    assert figures.ere == pytest.approx(identity, rel=1e-9, abs=1e-9)
    whole = figures.recovered_mwh_a + figures.loss_mwh_a + figures.dumped_mwh_a
    assert whole == pytest.approx(figures.offered_mwh_a, rel=1e-9, abs=1e-9)
    assert 0 <= figures.thermal_recovery_share <= 1
    assert math.isnan(figures.coverage_share) or 0 <= figures.coverage_share <= 1 + 1e-9


def test_only_used_heat_avoids_fuel_and_lost_heat_is_not_reused() -> None:
    figures = year(offered_kw=40.0, demand_kw=30.0, loss_kw=2.0)
    assert figures.fuel_avoided_mwh_a == pytest.approx(30 * 8.76 / 0.85)
    assert figures.reused_mwh_a == pytest.approx(30 * 8.76)
    assert figures.dump_share == pytest.approx(8 / 40)
    assert figures.coverage_share == pytest.approx(1.0)
    assert figures.dumped_h == HOURS


def test_a_heat_pump_inside_the_boundary_raises_both_the_energy_taken_in_and_the_heat_given() -> (
    None
):
    pod = HeatSource("pod", np.full(HOURS, 30.0), 50.0)
    found = match([Link(pod, HeatSink("loop", np.full(HOURS, 90.0), 70.0), cop=4.0)])
    outside = key_figures(found, 438.0, 1.1)
    inside = key_figures(found, 438.0, 1.1, heat_side_inside=True)
    assert outside.reused_mwh_a == pytest.approx(30 * 8.76)
    assert outside.dc_mwh_a == pytest.approx(481.8)
    assert inside.reused_mwh_a == pytest.approx(40 * 8.76)
    assert inside.dc_mwh_a == pytest.approx(481.8 + 10 * 8.76)
    weights = (0.183, 0.2)
    assert carbon(inside, *weights).net_if_not_kgco2e_a == pytest.approx(
        carbon(outside, *weights).net_if_not_kgco2e_a
    )


def test_fans_that_stand_still_lower_the_pue_with_reuse_only() -> None:
    pod = HeatSource("pod", np.full(HOURS, 40.0), 50.0)
    found = match([Link(pod, HeatSink("pool", np.full(HOURS, 40.0), 40.0))])
    figures = key_figures(found, 438.0, 1.1, rejection_share=0.03)
    assert figures.pue_without_reuse == 1.1
    assert figures.pue_with_reuse == pytest.approx(1.1 - 0.03 * 40 / 50)


def test_a_pod_without_a_customer_reuses_nothing_and_coverage_is_unknown_not_zero() -> None:
    figures = year(offered_kw=40.0, demand_kw=0.0)
    assert (figures.erf_share, figures.dump_share) == (0, 1)
    assert figures.ere == pytest.approx(1.1)
    assert math.isnan(figures.coverage_share)
    assert math.isnan(year(offered_kw=0.0, demand_kw=1.0).dump_share)


# --- carbon ---


def test_both_counterfactuals_of_a_pod_like_exmouth() -> None:
    """28 kW all year: 50.8 t of electricity (2024), 26 to 51 t of gas avoided [C]."""
    pod = HeatSource("pod", np.full(HOURS, 28 * 0.96), 45.0)
    sink = HeatSink("pool", np.full(HOURS, 500.0), 38.0)
    figures = key_figures(match([Link(pod, sink)]), 28 * 8.76, 1.0, boiler_efficiency=0.85)
    found = carbon(figures, 0.18254, emission_factor("electricity", 2024).kgco2e_kwh)
    assert found.pod_kgco2e_a / 1000 == pytest.approx(50.8, abs=0.05)
    assert found.net_if_elsewhere_kgco2e_a == pytest.approx(found.fuel_avoided_kgco2e_a)
    assert found.fuel_avoided_kgco2e_a / 1000 == pytest.approx(50.6, abs=0.1)
    assert found.net_if_not_kgco2e_a / 1000 == pytest.approx(-0.2, abs=0.1)


def test_a_worse_data_centre_elsewhere_counts_for_the_pod_and_a_better_one_against_it() -> None:
    figures = year(offered_kw=40.0, demand_kw=30.0)
    same = carbon(figures, 0.18, 0.2)
    worse = carbon(figures, 0.18, 0.2, pue_elsewhere=1.5)
    better = carbon(figures, 0.18, 0.2, pue_elsewhere=1.05)
    step = 438_000 * 0.2
    assert worse.net_if_elsewhere_kgco2e_a == pytest.approx(
        same.net_if_elsewhere_kgco2e_a + 0.4 * step
    )
    assert better.net_if_elsewhere_kgco2e_a == pytest.approx(
        same.net_if_elsewhere_kgco2e_a - 0.05 * step
    )
    assert worse.net_if_not_kgco2e_a == same.net_if_not_kgco2e_a


def test_the_heat_pumps_electricity_counts_against_the_gas() -> None:
    figures = year(offered_kw=30.0, demand_kw=90.0, required_c=70.0, cop=4.0)
    found = carbon(figures, 0.183, 0.2)
    assert found.heat_side_kgco2e_a == pytest.approx(10 * 8760 * 0.2)
    net = 40 * 8760 / 0.85 * 0.183 - 10 * 8760 * 0.2
    assert found.net_if_elsewhere_kgco2e_a == pytest.approx(net)


def test_factors_are_dated_and_say_which_year_stands_in() -> None:
    assert emission_factor("electricity", 2025).kgco2e_kwh == 0.177
    later = emission_factor("electricity", 2026)
    assert (later.year, later.kgco2e_kwh, later.tag) == (2025, 0.177, "S")
    assert emission_factor("gas", 2023).year == 2022
    with pytest.raises(InputError, match="2024 on"):
        emission_factor("electricity", 2022)


def test_numbers_that_cannot_be_are_refused_all_at_once() -> None:
    found = match([Link(HeatSource("p", np.ones(2), 50.0), HeatSink("s", np.ones(2), 40.0))])
    with pytest.raises(InputError) as refused:
        key_figures(found, 0.0, 0.9, rejection_share=float("nan"), boiler_efficiency=0.0)
    assert len(refused.value.faults) == 4
    with pytest.raises(InputError, match="more heat reused"):
        key_figures(found, 0.001, 1.1)
