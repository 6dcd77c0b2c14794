"""Heat against demand hour by hour: the rule of transfer, limits, balances and closures."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.errors import InputError
from siteselect.heat.heat_pump import cop
from siteselect.heat.links import HeatSink, HeatSource, Link, is_direct
from siteselect.heat.matching import Match, by_month, heat_gain, host_closes, match

HOURS = 6
kilowatts = st.floats(0, 500, allow_subnormal=False)
hourly = st.lists(kilowatts, min_size=HOURS, max_size=HOURS).map(np.array)
celsius = st.lists(st.floats(10, 90), min_size=HOURS, max_size=HOURS).map(np.array)


def pod(offered_kw: object, outlet_c: object = 50.0, name: str = "pod") -> HeatSource:
    return HeatSource(name, np.asarray(offered_kw, dtype=float), outlet_c)


def sink(demand_kw: object, required_c: object = 40.0, name: str = "pool") -> HeatSink:
    return HeatSink(name, np.asarray(demand_kw, dtype=float), required_c)


@st.composite
def ways(draw: st.DrawFn, source: HeatSource, target: HeatSink) -> Link:
    performance = draw(st.none() | st.floats(1.05, 8.0))
    return Link(
        source,
        target,
        cop=performance,
        exchanger_kw=draw(kilowatts | st.just(float("inf"))),
        heat_pump_kw=draw(kilowatts | st.just(float("inf"))),
        approach_k=draw(st.floats(0, 8)),
        loss_kw=draw(st.floats(0, 20) | hourly.map(lambda kw: kw / 25)),
        pumping_share=draw(st.floats(0, 0.05)),
    )


@st.composite
def chains(draw: st.DrawFn) -> list[Link]:
    """One pod and up to three sinks, or up to three pods and one sink."""
    count = draw(st.integers(1, 3))
    if draw(st.booleans()):
        source = pod(draw(hourly), draw(celsius))
        targets = [sink(draw(hourly), draw(celsius), f"sink {i}") for i in range(count)]
        return [draw(ways(source, target)) for target in targets]
    target = sink(draw(hourly), draw(celsius))
    sources = [pod(draw(hourly), draw(celsius), f"pod {i}") for i in range(count)]
    return [draw(ways(source, target)) for source in sources]


def per_sink(found: Match) -> np.ndarray:
    if len(found.demand_kw) == 1:
        return found.delivered_kw.sum(axis=0, keepdims=True)
    return found.delivered_kw


def changed(chain: list[Link], **now: object) -> list[Link]:
    """Give the last sink of a chain another demand."""
    last = chain[-1].sink
    other = HeatSink(last.name, now["demand_kw"], last.required_c)
    return [
        Link(
            link.source,
            other if link.sink is last else link.sink,
            link.cop,
            link.exchanger_kw,
            link.heat_pump_kw,
            link.approach_k,
            link.loss_kw,
            link.pumping_share,
        )
        for link in chain
    ]


# --- published and worked cases ---


def test_t5_100_kw_at_cop_4_gives_133_33_kw_for_33_33_kw_of_electricity() -> None:
    found = match([Link(pod([100.0]), sink([500.0], 60.0), cop=4.0)])
    assert found.delivered_kw[0, 0] == pytest.approx(133.3333, abs=1e-4)
    assert found.heat_pump_kwe[0, 0] == pytest.approx(33.3333, abs=1e-4)
    assert found.dumped_kw[0, 0] == 0
    assert not found.direct[0, 0]


def test_t5_lift_of_35_to_60_with_pinches_of_5_k() -> None:
    found = match([Link(pod([100.0], 35.0), sink([500.0], 60.0), cop=cop(35.0, 60.0))])
    performance = found.delivered_kw[0, 0] / found.heat_pump_kwe[0, 0]
    assert performance == pytest.approx(4.348, abs=1e-3)


def test_heat_goes_direct_when_the_approach_is_just_met_and_is_dumped_without_a_heat_pump() -> None:
    assert is_direct(45.0, 40.0, 5.0)
    found = match([Link(pod([10, 10], 45.0), sink([10, 10], np.array([40.0, 40.1])))])
    assert found.delivered_kw[0].tolist() == [10, 0]
    assert found.dumped_kw[0].tolist() == [0, 10]
    assert found.hours_dumped == 1


def test_the_mode_changes_by_the_hour_with_the_temperature_that_the_sink_asks_for() -> None:
    found = match([Link(pod([30, 30], 50.0), sink([90, 90], np.array([40.0, 70.0])), cop=3.0)])
    assert found.direct[0].tolist() == [True, False]
    assert found.delivered_kw[0].tolist() == [30, 45]
    assert found.heat_pump_kwe[0].tolist() == [0, 15]


def test_pipe_loss_and_pumping_come_before_the_sink() -> None:
    link = Link(pod([20.0]), sink([50.0]), loss_kw=1.5, pumping_share=0.01)
    found = match([link])
    assert found.delivered_kw[0, 0] == 18.5
    assert found.from_pod_kw[0, 0] == 20
    assert found.recovered_kw[0, 0] == 18.5
    assert found.pumping_kwe[0, 0] == pytest.approx(0.2)


def test_a_warm_pipe_loses_heat_even_when_the_sink_asks_for_none() -> None:
    found = match([Link(pod([20.0]), sink([0.0]), loss_kw=1.5)])
    assert (found.loss_kw[0, 0], found.dumped_kw[0, 0]) == (1.5, 18.5)


def test_an_exchanger_and_a_heat_pump_have_limits_of_their_own() -> None:
    chain = [
        Link(
            pod([90, 90], 50.0),
            sink([90, 90], np.array([40.0, 70.0])),
            cop=4.0,
            exchanger_kw=60.0,
            heat_pump_kw=40.0,
        )
    ]
    found = match(chain)
    assert found.delivered_kw[0].tolist() == [60, 40]
    assert found.from_pod_kw[0].tolist() == [60, 30]


def test_a_sink_that_needs_no_heat_pump_goes_before_one_that_does_whatever_the_order() -> None:
    source = pod([100.0], 50.0)
    hot = Link(source, sink([200.0], 70.0, "loop"), cop=4.0)
    warm = Link(source, sink([80.0], 40.0, "pool"), cop=4.0)
    found = match([hot, warm])
    assert found.recovered_kw[:, 0].tolist() == [20, 80]


def test_equal_sinks_are_served_in_the_order_given() -> None:
    source = pod([100.0])
    links = [Link(source, sink([80.0], name=name)) for name in ("first", "second")]
    assert match(links).delivered_kw[:, 0].tolist() == [80, 20]


def test_several_pods_share_one_sink() -> None:
    target = sink([100.0])
    found = match([Link(pod([70.0], name=name), target) for name in ("a", "b")])
    assert found.delivered_kw[:, 0].tolist() == [70, 30]
    assert found.dumped_kw[:, 0].tolist() == [0, 40]
    assert found.demand_kw.shape == (1, 1)


def test_the_fallback_is_sized_for_the_full_load_whatever_the_sink_takes() -> None:
    source = HeatSource("pod", np.array([60.0, 70.0]), 50.0, full_load_kw=110.0)
    assert match([Link(source, sink([500, 500]))]).rejection_kw.tolist() == [110.0]
    assert match([Link(pod([60, 70]), sink([500, 500]))]).rejection_kw.tolist() == [70.0]


# --- closure and months ---


def year(zone: str | None = None, start: str = "2028-01-01", hours: int = 8784) -> pd.DatetimeIndex:
    return pd.date_range(start, periods=hours, freq="h", tz=zone)


def test_a_host_that_closes_takes_nothing_from_that_day_on_and_its_pipe_is_shut() -> None:
    hours = year()
    link = Link(pod(np.full(8784, 50.0)), sink(np.full(8784, 40.0)), loss_kw=1.0)
    closed = host_closes(match([link]), hours, date(2028, 7, 1))
    after = hours >= "2028-07-01"
    assert (closed.delivered_kw[0, ~after] == 40).all()
    assert (closed.delivered_kw[0, after] == 0).all()
    assert (closed.loss_kw[0, after] == 0).all()
    assert (closed.dumped_kw[0, after] == 50).all()
    assert (closed.rejection_kw == 50).all()


def test_when_one_host_closes_the_next_takes_its_heat() -> None:
    hours = year("Europe/London", hours=48)
    source = pod(np.full(48, 50.0))
    chain = [Link(source, sink(np.full(48, 40.0), name=name)) for name in ("pool", "school")]
    closed = host_closes(match(chain), hours, date(2028, 1, 2), "pool")
    assert closed.delivered_kw[:, 0].tolist() == [40, 10]
    assert closed.delivered_kw[:, 47].tolist() == [0, 40]
    with pytest.raises(InputError, match=r"no heat sink of this name.*pool, school"):
        host_closes(match(chain), hours, date(2028, 1, 2), "church")


def test_a_host_closing_only_one_pods_sink_leaves_both_pods_dumping() -> None:
    target = sink(np.full(48, 40.0))
    chain = [Link(pod(np.full(48, 30.0), name=name), target) for name in ("a", "b")]
    closed = host_closes(match(chain), year(hours=48), date(2028, 1, 2))
    assert closed.dumped_kw[:, 24:].tolist() == [[30.0] * 24] * 2


def test_months_add_up_to_the_year_with_leap_day_and_clock_changes() -> None:
    hours = year("Europe/London")
    rng = np.random.default_rng(1)
    link = Link(
        pod(rng.uniform(0, 90, 8784)),
        sink(rng.uniform(0, 120, 8784), rng.uniform(35, 60, 8784)),
        cop=4.0,
        loss_kw=1.0,
        pumping_share=0.01,
    )
    found = match([link])
    months = by_month(found, hours)
    assert len(months) == 12
    assert months.index[0] == "2028-01"
    assert months["delivered_kwh"].sum() == pytest.approx(found.delivered_kw.sum(), rel=1e-12)
    assert months["dumped_h"].sum() == found.hours_dumped
    balance = months["offered_kwh"] - months["recovered_kwh"] - months["loss_kwh"]
    np.testing.assert_allclose(balance, months["dumped_kwh"], rtol=1e-9)
    feb = by_month(match([Link(pod(np.ones(8784)), sink(np.ones(8784)))]), hours)
    assert feb.loc["2028-02", "offered_kwh"] == 29 * 24
    assert feb.loc["2028-03", "offered_kwh"] == 31 * 24 - 1


def test_hours_that_do_not_fit_the_match_are_refused() -> None:
    found = match([Link(pod(np.ones(8784)), sink(np.ones(8784)))])
    with pytest.raises(InputError, match="8784"):
        by_month(found, year(hours=8760))
    with pytest.raises(InputError, match="8784"):
        host_closes(found, year(hours=8760), date(2028, 7, 1))


# --- properties ---


@given(chains())
def test_energy_balances_and_no_limit_is_passed_in_any_hour(chain: list[Link]) -> None:
    found = match(chain)
    taken = found.from_pod_kw if len(found.offered_kw) > 1 else found.from_pod_kw.sum(0)
    np.testing.assert_allclose(taken + found.dumped_kw, found.offered_kw, rtol=1e-9, atol=1e-9)
    into = found.from_pod_kw + found.heat_pump_kwe
    out = found.delivered_kw + found.loss_kw
    np.testing.assert_allclose(into, out, rtol=1e-9, atol=1e-9)
    slack = 1e-9
    assert (per_sink(found) <= found.demand_kw + slack).all()
    work, offered = found.heat_pump_kwe.sum(0), found.offered_kw.sum(0)
    assert (found.delivered_kw.sum(0) <= offered + work + slack).all()
    for row, link in enumerate(chain):
        cap = np.where(found.direct[row], np.inf, link.heat_pump_kw)
        assert (found.delivered_kw[row] <= np.minimum(cap, link.exchanger_kw)).all()
        assert (found.heat_pump_kwe[row][found.direct[row]] == 0).all()
    for flow in (found.delivered_kw, found.loss_kw, found.dumped_kw, found.heat_pump_kwe):
        assert (flow >= 0).all()


@given(chains(), hourly)
def test_more_demand_never_means_less_recovery(chain: list[Link], extra: np.ndarray) -> None:
    before = match(chain)
    after = match(changed(chain, demand_kw=chain[-1].sink.demand_kw + extra))
    assert (after.recovered_kw.sum(0) >= before.recovered_kw.sum(0) - 1e-9).all()


@given(chains(), st.floats(1, 3))
def test_a_larger_pod_never_lowers_what_is_used(chain: list[Link], factor: float) -> None:
    sources = {
        id(link.source): pod(
            link.source.offered_kw * factor, link.source.outlet_c, link.source.name
        )
        for link in chain
    }
    larger = [
        Link(
            sources[id(link.source)],
            link.sink,
            link.cop,
            link.exchanger_kw,
            link.heat_pump_kw,
            link.approach_k,
            link.loss_kw,
        )
        for link in chain
    ]
    assert (per_sink(match(larger)).sum(0) >= per_sink(match(chain)).sum(0) - 1e-9).all()


@given(hourly, st.lists(hourly, min_size=2, max_size=3), st.lists(st.floats(1.2, 8), min_size=3))
def test_no_other_order_recovers_more_or_needs_less_work_for_it_than_the_best_cop_first(
    offered: np.ndarray, demands: list[np.ndarray], cops: list[float]
) -> None:
    source = pod(offered, 30.0)
    ranked = sorted(zip(demands, cops, strict=False), key=lambda each: -each[1])
    links = [
        Link(source, sink(kw, 60.0, f"sink {i}"), cop=ratio) for i, (kw, ratio) in enumerate(ranked)
    ]
    best, worst = match(links), match(links[::-1])
    recovered = best.recovered_kw.sum(0)
    np.testing.assert_allclose(worst.recovered_kw.sum(0), recovered, rtol=1e-9, atol=1e-9)
    assert (best.heat_pump_kwe.sum(0) <= worst.heat_pump_kwe.sum(0) + 1e-9).all()


@given(st.floats(20, 60), st.floats(61, 90), st.floats(0, 15))
def test_a_colder_supply_never_means_less_lift(
    outlet_c: float, required_c: float, colder_k: float
) -> None:
    def gain(supply_c: float) -> float:
        return float(heat_gain(is_direct(supply_c, required_c), cop(supply_c, required_c)))

    assert gain(outlet_c - colder_k) >= gain(outlet_c)


def test_an_empty_pod_covers_nothing() -> None:
    found = match([Link(pod([0.0]), sink([40.0]), loss_kw=3.0)])
    assert (found.delivered_kw[0, 0], found.loss_kw[0, 0], found.hours_dumped) == (0, 0, 0)


# --- hostile input ---


def test_every_fault_is_named_with_its_hour() -> None:
    link = Link(
        pod([1.0, np.nan, 3.0], np.array([50.0, 50.0])),
        sink([1.0, -2.0, np.inf], np.nan),
        exchanger_kw=float("nan"),
        loss_kw=-1.0,
    )
    with pytest.raises(InputError) as refused:
        match([link])
    text = str(refused.value)
    assert len(refused.value.faults) >= 6
    for part in ("offered_kw", "outlet_c", "demand_kw", "required_c", "exchanger_kw", "loss_kw"):
        assert any(fault.column == part for fault in refused.value.faults), part
    assert "pool, row 1" in text


@pytest.mark.parametrize("performance", [1.0, 0.5, float("nan"), np.array([4.0, np.nan])])
def test_a_cop_that_moves_no_heat_is_refused_only_where_it_is_needed(performance: object) -> None:
    warm, hot = sink([1.0, 1.0], 40.0), sink([1.0, 1.0], 60.0)
    assert match([Link(pod([1, 1]), warm, cop=performance)]).delivered_kw.sum() == 2
    with pytest.raises(InputError, match="above 1"):
        match([Link(pod([1, 1]), hot, cop=performance)])
    with pytest.raises(InputError, match="above 1"):
        heat_gain(np.array([False, False]), performance)


def test_sets_of_links_that_cannot_be_matched_exactly_are_refused() -> None:
    pods, sinks = [pod([1.0], name="a"), pod([1.0], name="b")], [sink([1.0]), sink([1.0], name="x")]
    with pytest.raises(InputError, match="several pods and several sinks"):
        match([Link(pods[0], sinks[0]), Link(pods[1], sinks[1])])
    with pytest.raises(InputError, match="linked twice"):
        match([Link(pods[0], sinks[0]), Link(pods[0], sinks[0])])
    with pytest.raises(InputError, match="stands for two things"):
        match([Link(pods[0], sinks[0]), Link(pods[0], sink([2.0]))])
    with pytest.raises(InputError, match="no link"):
        match([])
    with pytest.raises(InputError, match="wrong length"):
        match([Link(pod([]), sink([]))])
    with pytest.raises(InputError, match="full load"):
        match([Link(HeatSource("pod", np.array([9.0]), 50.0, full_load_kw=5.0), sinks[0])])
