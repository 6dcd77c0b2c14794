"""Money: published cases, identities, directions, and flows that must not be given a meaning."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pandas as pd
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect.errors import InputError
from siteselect.finance.appraisal import (
    annuity_factor,
    appraise,
    capital_recovery_factor,
    discount_factors,
    internal_rate,
    levelised_cost,
    payback_a,
)
from siteselect.finance.cash_flow import (
    built_gbp,
    cash_flow,
    central_flow,
    host_saving_gbp,
    net_flow,
    outputs,
)
from siteselect.finance.charges import (
    Bands,
    Use,
    band_hours,
    band_of,
    connection_gbp,
    customer_reinforcement_gbp,
    electricity_bill,
    flat_use,
    use_of,
)
from siteselect.finance.comparison import (
    compare,
    heat_break_even_gbp_kwh,
    scenario_table,
    tornado,
)
from siteselect.finance.plan import Project, Terms, make_plan, scenario_plan
from siteselect.finance.prices import (
    constant_discounting,
    discountings,
    prices,
    rates_at,
    scenarios,
)

PROJECT = Project(
    it_kw=50,
    utilisation_share=0.7,
    pue=1.15,
    agreed_kva=69,
    connection_kva=69,
    rejection_kw=60,
    heat_used_mwh_a=200,
    exchanger_kw=50,
    heat_pump_kw=20,
    heat_pump_mwh_a=15,
    pipe_indoor_m=30,
    pipe_soft_m=20,
    pipe_hard_m=10,
    cable_m=30,
    fibre_m=50,
    battery_kwh=12,
    work_units_a=1e6,
)
PUBLIC, PRIVATE = discountings()["public"], discountings()["private"]
SIMPLE = pd.Series([-100_000.0] + [15_000.0] * 15)
"""Case T10 of the project's heat reference: 100,000 spent, 15,000 a year for 15 years."""


# --- published cases


@pytest.mark.parametrize(("rate", "npv"), [(0.035, 72_761.16), (0.08, 28_392.18)])
def test_t10_net_present_value(rate: float, npv: float) -> None:
    found = appraise(SIMPLE, constant_discounting(rate))
    assert found.npv_gbp == pytest.approx(npv, abs=0.005)
    assert found.npv_gbp == pytest.approx(pyxirr.npv(rate, list(SIMPLE)))


def test_t10_internal_rate_and_payback() -> None:
    found = appraise(SIMPLE, constant_discounting(0.035))
    assert found.irr_share == pytest.approx(0.1240345, abs=5e-8)
    assert found.payback_a == pytest.approx(100 / 15)
    assert found.discounted_payback_a > found.payback_a
    assert found.cost_pv_gbp == 100_000


def test_t10_annuities() -> None:
    assert annuity_factor(0.035, 15) == pytest.approx(11.517411, abs=5e-7)
    assert annuity_factor(0.0, 15) == 15
    assert capital_recovery_factor(0.035, 15) == pytest.approx(0.0868251, abs=5e-8)
    assert capital_recovery_factor(0.035, 20) == pytest.approx(0.0703611, abs=5e-8)
    assert capital_recovery_factor(0.08, 10) == pytest.approx(0.1490295, abs=5e-8)


@pytest.mark.parametrize(
    ("reinforcement", "kva", "paid"),
    [(2_000_000, 1000, 280_000), (150_000, 100, 0), (860_000, 500, 0), (860_001, 500, 1)],
)
def test_reinforcement_above_the_high_cost_threshold(
    reinforcement: float, kva: float, paid: float
) -> None:
    """Section 1.8 of the project's grid reference: 1,720 GBP/kVA; 500 kVA reach 860,000."""
    assert customer_reinforcement_gbp(reinforcement, kva) == pytest.approx(paid)


def test_red_band_of_a_standard_year_is_780_hours() -> None:
    hours = band_hours()
    assert hours["red"] == 780
    assert hours["red"] / 8760 == pytest.approx(0.089, abs=0.0005)
    assert sum(hours.values()) == 8760


def test_red_band_counted_on_the_clock_of_2023() -> None:
    """2023 has 260 weekdays, so that the count on the calendar is the standard one."""
    clock = pd.date_range("2023-01-01", "2023-12-31 23:00", freq="h")
    names = band_of(clock)
    assert (names == "red").sum() == 780
    assert (names == "amber").sum() == band_hours()["amber"]
    assert set(names[clock.day_of_week >= 5]) == {"green"}


def test_green_book_rate_falls_after_year_30() -> None:
    factors = discount_factors(PUBLIC, 80)
    assert factors[0] == 1
    assert factors[30] == pytest.approx(1.035**-30)
    assert factors[31] == pytest.approx(1.035**-30 / 1.03)
    assert factors[75] == pytest.approx(1.035**-30 * 1.03**-45)
    assert factors[76] == pytest.approx(1.035**-30 * 1.03**-45 / 1.025)


# --- charges


def test_hourly_bill_of_a_flat_load_is_the_flat_bill() -> None:
    clock = pd.date_range("2023-01-01", "2023-12-31 23:00", freq="h")
    hourly = use_of(pd.Series(40.0, index=clock), power_factor=0.95)
    flat = flat_use(40.0, 40 / 0.95)
    rates = rates_at()
    assert hourly == Use(flat.red_kwh, flat.amber_kwh, flat.green_kwh, pytest.approx(40 / 0.95))
    assert electricity_bill(hourly, 69, rates) == pytest.approx(electricity_bill(flat, 69, rates))


def test_bill_by_hand() -> None:
    rates = rates_at("mid", {"capacity_gbp_kva_day": 0.1, "excess_factor": 2.0})
    bill = electricity_bill(Use(780, 3380, 4600, 90), 70, rates)
    assert bill["electricity_gbp"] == pytest.approx(8760 * 0.20)
    assert bill["network_red_gbp"] == pytest.approx(780 * 0.09)
    assert bill["capacity_gbp"] == pytest.approx(70 * 36.5)
    assert bill["excess_capacity_gbp"] == pytest.approx(20 * 36.5 * 2)
    assert bill["standing_gbp"] == pytest.approx(6 * 365)


def test_a_spike_costs_and_a_calm_load_does_not() -> None:
    clock = pd.date_range("2025-06-02", periods=48, freq="h")
    load = pd.Series(20.0, index=clock)
    spike = load.where(np.arange(48) != 17, 120.0)
    rates = rates_at()
    assert electricity_bill(use_of(load, 1.0), 50, rates)["excess_capacity_gbp"] == 0
    assert electricity_bill(use_of(spike, 1.0), 50, rates)["excess_capacity_gbp"] > 0
    assert use_of(spike, 1.0).red_kwh == 20 * 6 + 100


def test_bands_follow_the_wall_clock_through_a_change_of_time() -> None:
    """On a Monday after the spring change, 16 to 19 h local is red although UTC says 15 to 18."""
    clock = pd.date_range("2025-03-31", periods=24, freq="h", tz="Europe/London")
    names = band_of(clock)
    assert list(clock.hour[names == "red"]) == [16, 17, 18]
    year = pd.date_range("2025-01-01", "2025-12-31 23:00", freq="h", tz="Europe/London")
    assert use_of(pd.Series(1.0, index=year), 1.0).red_kwh == 261 * 3


@pytest.mark.parametrize("bad", [nan, -1.0])
def test_an_unknown_or_negative_hour_is_refused(bad: float) -> None:
    clock = pd.date_range("2025-01-01", periods=3, freq="h")
    with pytest.raises(ValueError, match="every hour"):
        use_of(pd.Series([1.0, bad, 1.0], index=clock), 0.95)


def test_a_missing_hour_and_a_bare_index_are_refused() -> None:
    clock = pd.date_range("2025-01-01", periods=4, freq="h").delete(2)
    with pytest.raises(ValueError, match="one value for every hour"):
        use_of(pd.Series(1.0, index=clock), 0.95)
    with pytest.raises(ValueError, match="local time"):
        use_of(pd.Series([1.0, 1.0]), 0.95)


def test_connection_cost_steps_and_its_end() -> None:
    rates = rates_at()
    assert connection_gbp(69, 50, rates) == 3000 + 140 * 50
    assert connection_gbp(138, 50, rates) == 8000 + 140 * 50
    assert connection_gbp(500, 50, rates) == 70_000 + 190 * 50
    assert isnan(connection_gbp(1001, 50, rates))


def test_bands_can_be_another_operators() -> None:
    hours = band_hours(Bands(red=((17, 19),), amber=((8, 17),)))
    assert (hours["red"], hours["amber"]) == (520, 2340)


# --- cash flow


def test_flow_by_hand() -> None:
    """50 kW at 70 %, PUE 1.15, full take-up: energy, heat and servers worked with a pencil."""
    plan = make_plan(
        PROJECT,
        Terms(years=6, ramp=(1.0,)),
        {"tariff_growth_share_a": 0, "gas_growth_share_a": 0, "service_growth_share_a": 0},
    )
    flow = cash_flow(plan)
    energy_kwh = 50 * 0.7 * 1.15 * 8760 + 15_000
    assert flow.loc[1, "electricity_gbp"] == pytest.approx(-energy_kwh * 0.20)
    assert flow.loc[1, "network_red_gbp"] == pytest.approx(-energy_kwh / 8760 * 780 * 0.09)
    assert flow.loc[1, "heat_sales_gbp"] == pytest.approx(200_000 * 0.055 / 0.85 * 0.65)
    assert flow.loc[0, "servers_gbp"] == -50 * 14_000
    assert flow.loc[5, "replacement_gbp"] == -50 * 14_000
    assert flow.loc[0, "pipe_gbp"] == -(30 * 250 + 20 * 900 + 10 * 1800)
    assert (flow.loc[0].drop(["decommissioning_gbp"]) <= 0).all()
    assert (flow["decommissioning_gbp"] != 0).tolist() == [False] * 6 + [True]
    assert flow.index.name == "year"


def test_every_other_item_by_hand() -> None:
    plan = make_plan(PROJECT, Terms(years=15, ramp=(1.0,)), {"service_growth_share_a": 0})
    flow, built = cash_flow(plan), built_gbp(plan)
    pod, servers = 50 * 10_000, 50 * 14_000
    kept = pod + 60 * 130 + 50 * 250 + 20 * 800 + (30 * 250 + 20 * 900 + 10 * 1800)
    expected = {
        "maintenance_gbp": 0.03 * kept,
        "heat_meter_gbp": 450,
        "spares_gbp": 0.01 * (pod + servers),
        "backhaul_gbp": 8000,
        "staffing_gbp": 8000,
        "insurance_gbp": 0.005 * sum(built.values()),
        "rent_gbp": 2500,
        "capacity_gbp": 69 * 0.08 * 365,
        "excess_capacity_gbp": 0,
        "standing_gbp": 6 * 365,
    }
    for name, cost in expected.items():
        assert flow.loc[0, name] == 0, "nothing runs while it is built"
        assert flow.loc[1:, name].to_numpy() == pytest.approx(-cost), name
    assert flow.loc[0, "heat_pump_gbp"] == -20 * 800
    assert flow.loc[0, "connection_gbp"] == -(3000 + 30 * 140)
    assert flow.loc[0, "fibre_gbp"] == -(3000 + 50 * 95)
    works = sum(cost for name, cost in built.items() if name != "servers")
    assert flow.loc[15, "decommissioning_gbp"] == pytest.approx(-0.05 * works)


def test_replacements_fall_due_at_the_end_of_each_life_and_not_in_the_last_year() -> None:
    """Servers every 5 years, battery after 10, heat pump after 15, plant after 20."""

    def due(years: int) -> dict[int, float]:
        column = cash_flow(make_plan(PROJECT, Terms(years=years)))["replacement_gbp"]
        return {int(year): -amount for year, amount in column.items() if amount}

    servers, battery = 700_000, 12 * 500
    assert due(15) == {5: servers, 10: servers + battery}
    plant = 60 * 130 + 50 * 250
    assert due(21) == {
        5: servers,
        10: servers + battery,
        15: servers + 20 * 800,
        20: servers + battery + plant,
    }


def test_fees_and_contingency_rest_on_works_without_servers() -> None:
    built = built_gbp(make_plan(PROJECT))
    works = sum(
        cost for name, cost in built.items() if name not in {"fees", "contingency", "servers"}
    )
    assert built["fees"] == pytest.approx(0.12 * works)
    assert built["contingency"] == pytest.approx(0.20 * works)


def test_all_in_price_of_flat_central_electricity_lies_within_the_published_range() -> None:
    """The reference gives 18 to 28 p/kWh all in for British business."""
    mean_kw = 100.0
    bill = electricity_bill(flat_use(mean_kw, 130), 130, rates_at())
    assert 0.18 <= sum(bill.values()) / (mean_kw * 8760) <= 0.28


def test_pod_price_falls_between_small_and_large() -> None:
    def each(it_kw: float) -> float:
        return built_gbp(make_plan(replace(PROJECT, it_kw=it_kw)))["pod"] / it_kw

    assert (each(20), each(100), each(150), each(200), each(500)) == (
        pytest.approx(10_000),
        pytest.approx(10_000),
        pytest.approx(8_250),
        pytest.approx(6_500),
        pytest.approx(6_500),
    )


def test_host_that_closes_takes_no_heat_and_pays_none() -> None:
    plan = scenario_plan(PROJECT, "host closes")
    flow = cash_flow(plan)
    assert (flow.loc[1:4, "heat_sales_gbp"] > 0).all()
    assert (flow.loc[5:, "heat_sales_gbp"] == 0).all()
    assert (outputs(plan).loc[5:, "heat_pump_kwh"] == 0).all()
    assert (host_saving_gbp(plan).loc[5:] == 0).all()


def test_tariff_shock_meets_both_cases_in_its_years_only() -> None:
    calm, shock = (scenario_plan(PROJECT, name) for name in ("central", "tariff shock"))
    for flow in (cash_flow, central_flow):
        ratio = flow(shock)["electricity_gbp"].loc[1:] / flow(calm)["electricity_gbp"].loc[1:]
        if flow is cash_flow:
            assert ratio.loc[2:4].to_numpy() == pytest.approx(2.0)
        assert (ratio.loc[2:4] > 1.5).all()
        assert ratio.loc[[1, 5, 6]].to_numpy() == pytest.approx(1.0)


def test_net_flow_is_pod_less_central() -> None:
    plan = make_plan(PROJECT)
    net = net_flow(plan).sum(axis=1)
    expected = cash_flow(plan).sum(axis=1) - central_flow(plan).sum(axis=1)
    assert net.to_numpy() == pytest.approx(expected.to_numpy())


def test_servers_cancel_between_pod_and_central_apart_from_their_upkeep() -> None:
    plan = make_plan(PROJECT)
    net = net_flow(plan)
    assert (net["servers_gbp"] + net["avoided_servers_gbp"]).abs().max() == 0


def test_heat_given_away_saves_the_host_all_the_gas() -> None:
    plan = make_plan(PROJECT, Terms(ramp=(1.0,), heat_price_gbp_kwh=0.0))
    assert cash_flow(plan)["heat_sales_gbp"].abs().sum() == 0
    saved = host_saving_gbp(plan).loc[1]
    assert saved == pytest.approx(200_000 * 0.055 / 0.85 * 1.01)


# --- appraisal: identities and properties

yields = st.lists(st.floats(100, 1e5), min_size=2, max_size=30)


@given(yields, st.floats(1e3, 1e6), st.floats(0, 0.3), st.floats(0.001, 0.3))
def test_npv_falls_with_the_discount_rate_for_a_conventional_flow(
    income: list[float], cost: float, rate: float, more: float
) -> None:
    flow = pd.Series([-cost, *income])
    low = appraise(flow, constant_discounting(rate)).npv_gbp
    high = appraise(flow, constant_discounting(rate + more)).npv_gbp
    assert high < low


@given(yields, st.floats(1e3, 1e6), st.floats(0.01, 100), st.floats(0, 0.3))
def test_appraisal_scales_with_the_flow(
    income: list[float], cost: float, scale: float, rate: float
) -> None:
    flow = pd.Series([-cost, *income])
    one, scaled = (appraise(each, constant_discounting(rate)) for each in (flow, flow * scale))
    assert scaled.npv_gbp == pytest.approx(one.npv_gbp * scale, rel=1e-9, abs=1e-6 * scale * cost)
    assert scaled.irr_share == pytest.approx(one.irr_share, rel=1e-6, abs=1e-8, nan_ok=True)
    assert scaled.payback_a == pytest.approx(one.payback_a, rel=1e-6, nan_ok=True)


@given(yields, st.floats(1e3, 1e6))
def test_internal_rate_makes_the_npv_zero(income: list[float], cost: float) -> None:
    totals = np.array([-cost, *income])
    rate, reason = internal_rate(totals)
    assert reason == "" or isnan(rate)
    if not isnan(rate):
        size = cost + sum(income)
        worth = float((totals / (1 + rate) ** np.arange(len(totals))).sum())
        assert abs(worth) <= 1e-6 * size * max(1.0, (1 + rate) ** -len(income))


@given(st.floats(-0.5, 2.0))
def test_payback_grows_with_the_cost(extra: float) -> None:
    found = payback_a(np.array([-100.0 * (1 + extra), 60.0, 60.0, 60.0, 60.0, 60.0, 60.0]))
    assert found == pytest.approx(100 * (1 + extra) / 60)


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        ([0, 0, 0], "no cost or no income"),
        ([-1, -2, -3], "no cost or no income"),
        ([1, -2, 3], "starts with income"),
        ([-1.0, 2.3, -1.32], "more than once"),
        ([-100, 230, -132, 5, -4], "more than once"),
        ([-100, 150, -100, 150, -20], "more than once"),
    ],
)
def test_a_rate_without_a_meaning_is_not_given(flow: list[float], words: str) -> None:
    """-1, 2.3, -1.32 has the two rates 10 % and 20 %."""
    rate, reason = internal_rate(np.array(flow, dtype=float))
    assert isnan(rate)
    assert words in reason


def test_a_flow_with_a_replacement_keeps_its_one_positive_rate() -> None:
    """Norstrom: the running sum -100, -40, -30, 30, 90, 150 turns once."""
    totals = np.array([-100.0, 60.0, -50.0 + 60.0, 60.0, 60.0, 60.0])
    worse = np.array([-100.0, 90.0, -20.0, 60.0, 60.0, 60.0])
    for flow in (totals, worse):
        rate, reason = internal_rate(flow)
        assert reason == ""
        assert float((flow / (1 + rate) ** np.arange(6)).sum()) == pytest.approx(0, abs=1e-6)


def test_payback_waits_until_the_money_is_back_for_good() -> None:
    assert payback_a(np.array([-100.0, 120.0, -50.0, 60.0])) == pytest.approx(2.5)
    assert isnan(payback_a(np.array([-100.0, 120.0, -50.0])))
    assert payback_a(np.array([0.0, 5.0])) == 0


def test_an_unknown_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown"):
        appraise(pd.Series([-1.0, nan]), PUBLIC)
    with pytest.raises(ValueError, match="years"):
        appraise(pd.Series([-1.0, 2.0], index=[2025, 2026]), PUBLIC)


@given(st.floats(0.0, 0.2), st.floats(0.2, 1.0))
@settings(max_examples=25, deadline=None)
def test_levelised_cost_times_discounted_output_is_discounted_cost(
    rate: float, busy: float
) -> None:
    plan = make_plan(replace(PROJECT, utilisation_share=busy))
    discounting = constant_discounting(rate)
    costs = cash_flow(plan).drop(columns="heat_sales_gbp")
    factors = discount_factors(discounting, plan.terms.years)
    for unit in ("it_kw_months", "work_units"):
        output = outputs(plan)[unit]
        each = levelised_cost(costs, output, discounting)
        paid = appraise(costs, discounting).cost_pv_gbp
        assert each * float(output.to_numpy() @ factors) == pytest.approx(paid)


# --- comparison, scenarios, tornado


@pytest.mark.parametrize("discounting", [PUBLIC, PRIVATE], ids=["public", "private"])
def test_both_totals_make_the_difference(discounting: object) -> None:
    found = compare(make_plan(PROJECT), discounting)  # type: ignore[arg-type]
    difference = found.central_cost_pv_gbp - found.pod_cost_pv_gbp + found.heat_income_pv_gbp
    assert found.net.npv_gbp == pytest.approx(difference)
    assert found.pod_gbp_kw_month > found.pod_less_heat_gbp_kw_month


def test_at_the_break_even_heat_price_pod_and_central_cost_the_same() -> None:
    price, reason = heat_break_even_gbp_kwh(make_plan(PROJECT), PUBLIC)
    assert reason == ""
    there = compare(make_plan(PROJECT, Terms(heat_price_gbp_kwh=price)), PUBLIC)
    assert there.net.npv_gbp == pytest.approx(0, abs=1e-4)


def test_without_heat_there_is_no_break_even_price() -> None:
    price, reason = heat_break_even_gbp_kwh(make_plan(replace(PROJECT, heat_used_mwh_a=0)), PUBLIC)
    assert isnan(price)
    assert reason


def test_scenarios_stand_in_their_order() -> None:
    table = scenario_table(PROJECT, PUBLIC)
    worth = table["net_npv_gbp"]
    assert list(table.index) == list(scenarios())
    assert worth["conservative"] < worth["central"] < worth["optimistic"]
    assert worth["host closes"] < worth["central"]
    assert table["pod_cost_pv_gbp"]["tariff shock"] > table["pod_cost_pv_gbp"]["central"]


def test_unknown_work_has_no_price() -> None:
    found = compare(make_plan(replace(PROJECT, work_units_a=None)), PUBLIC)
    assert isnan(found.pod_gbp_work_unit)
    assert found.pod_gbp_kw_month > 0


def test_tornado_is_sorted_and_starts_from_the_central_case() -> None:
    plan = make_plan(PROJECT)
    table = tornado(plan, PUBLIC)
    assert table["swing_gbp"].is_monotonic_decreasing
    assert table["npv_gbp"].to_numpy() == pytest.approx(compare(plan, PUBLIC).net.npv_gbp)
    row = table.loc["pod_small_gbp_kw"]
    there = make_plan(PROJECT, rates={"pod_small_gbp_kw": row["low"]})
    assert row["npv_low_gbp"] == pytest.approx(compare(there, PUBLIC).net.npv_gbp)
    assert "pod_large_gbp_kw" not in table.index, "does not touch a pod of 50 kW"
    assert {"utilisation_share", "heat_used_mwh_a", "pue"} <= set(table.index)


@pytest.mark.parametrize("name", sorted(prices()))
def test_every_price_knows_which_of_its_ends_is_bad(name: str) -> None:
    """Towards the adverse end the flow that the price belongs to is never worth more."""
    price = prices()[name]
    assert price.low <= price.mid <= price.high
    assert price.source[:3] in {"[S]", "[K]", "[R]", "[J]"}
    worth = []
    spiky = replace(PROJECT, it_kw=150, peak_kva=100, structure=True)
    for end in ("adverse", "mid", "favourable"):
        plan = make_plan(spiky, rates={name: price.at(end)})  # type: ignore[arg-type]
        flow = net_flow(plan) if price.group == "central" else cash_flow(plan)
        worth.append(appraise(flow, PUBLIC).npv_gbp)
    assert worth[0] <= worth[1] + 1e-6
    assert worth[1] <= worth[2] + 1e-6


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 400), st.floats(0, 200))
def test_more_heat_is_never_worth_less_and_more_pipe_never_more(heat: float, pipe_m: float) -> None:
    def worth(project: Project) -> float:
        return compare(make_plan(project), PRIVATE).net.npv_gbp

    base = replace(PROJECT, heat_used_mwh_a=heat, pipe_hard_m=pipe_m)
    more_heat = replace(base, heat_used_mwh_a=heat + 10)
    assert heat == 0 or worth(more_heat) >= worth(base)
    assert worth(replace(base, pipe_hard_m=pipe_m + 1)) < worth(base)


# --- hostile input


def test_all_faults_of_a_plan_come_at_once() -> None:
    project = replace(
        PROJECT, it_kw=nan, utilisation_share=1.2, heat_used_mwh_a=nan, cable_m=-3, design="abacus"
    )
    with pytest.raises(InputError) as caught:
        make_plan(project, Terms(years=0, ramp=(2.0,), electricity_factor=-1))
    assert {fault.column for fault in caught.value.faults} == {
        "it_kw",
        "utilisation_share",
        "heat_used_mwh_a",
        "cable_m",
        "design",
        "years",
        "ramp",
        "electricity_factor",
    }


def test_a_connection_without_a_list_price_needs_a_quotation() -> None:
    large = replace(PROJECT, connection_kva=1500)
    with pytest.raises(InputError, match="connection_quote_gbp"):
        make_plan(large)
    quoted = make_plan(replace(large, connection_quote_gbp=250_000))
    assert cash_flow(quoted).loc[0, "connection_gbp"] == -250_000


def test_unknown_prices_and_scenarios_are_refused() -> None:
    with pytest.raises(InputError, match="unicorn"):
        rates_at("mid", {"unicorn_gbp": 3})
    with pytest.raises(InputError, match="number"):
        rates_at("mid", {"rent_gbp_a": nan})
    with pytest.raises(InputError, match="boom"):
        scenario_plan(PROJECT, "boom")


def test_given_prices_survive_every_scenario() -> None:
    for name in scenarios():
        plan = scenario_plan(PROJECT, name, given={"electricity_gbp_kwh": 0.31})
        assert plan.rates["electricity_gbp_kwh"] == 0.31
