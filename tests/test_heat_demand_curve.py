"""The sorted demand curve equals the sum over all hours, for any output, weight, loss and limit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.errors import InputError
from siteselect.heat.demand_curve import (
    build_curve,
    pair_sums,
    stack_curves,
    used_mwh_a,
    weighted_sum,
)
from siteselect.heat.links import HeatSink, HeatSource, Link, link_is_direct
from siteselect.heat.matching import heat_gain, match, source_demand_kw

kilowatts = st.one_of(
    st.just(0.0), st.floats(1e-6, 1e6), st.sampled_from([1.0, 26.88, 100.0, 1e-3])
)
demands = st.lists(kilowatts, min_size=1, max_size=60).map(np.array)
outputs = st.lists(kilowatts, min_size=1, max_size=20).map(np.array)


def by_the_hour(
    demand: np.ndarray,
    output: np.ndarray,
    loss: float = 0.0,
    capacity: float = np.inf,
    weight: np.ndarray | float = 1.0,
) -> np.ndarray:
    """Sum it the long way."""
    reaching = np.maximum(np.minimum(output - loss, capacity), 0.0)
    return (np.minimum(reaching[:, None], demand) * weight).sum(axis=1)


@given(demands, outputs)
def test_used_heat_equals_the_sum_over_all_hours(demand: np.ndarray, output: np.ndarray) -> None:
    long_way = by_the_hour(demand, output) / 1000
    np.testing.assert_allclose(used_mwh_a(build_curve(demand), output), long_way, rtol=1e-9)


@given(demands, outputs, st.floats(0, 200), kilowatts | st.just(float("inf")), st.data())
def test_weighted_sums_with_loss_and_limit_equal_the_sum_over_all_hours(
    demand: np.ndarray, output: np.ndarray, loss: float, capacity: float, data: st.DataObject
) -> None:
    weight = np.array(
        data.draw(st.lists(st.floats(0, 1e6), min_size=len(demand), max_size=len(demand)))
    )
    curve = build_curve(demand, {"price": weight})
    long_way = by_the_hour(demand, output, loss, capacity, weight)
    found = weighted_sum(curve, "price", output, loss, capacity)
    np.testing.assert_allclose(found, long_way, rtol=1e-9, atol=1e-300)


@given(st.lists(demands, min_size=1, max_size=6), st.data())
def test_many_pairs_at_once_equal_the_sum_over_all_hours(
    sinks: list[np.ndarray], data: st.DataObject
) -> None:
    pairs = data.draw(
        st.lists(st.tuples(st.integers(0, len(sinks) - 1), kilowatts, kilowatts), max_size=40)
    )
    which = np.array([pair[0] for pair in pairs], dtype=int)
    output, loss = (np.array([pair[i] for pair in pairs], dtype=float) for i in (1, 2))
    stack = stack_curves([build_curve(d, {"carbon": np.sqrt(d)}) for d in sinks])
    found = pair_sums(stack, which, output, loss, weights=("hours", "carbon"))
    reaching = np.maximum(output - loss, 0.0)
    for row in range(len(pairs)):
        demand, q = sinks[which[row]], reaching[row : row + 1]
        plain = by_the_hour(demand, q)[0]
        assert found["hours"][row] == pytest.approx(plain, rel=1e-9, abs=0)
        weighted = by_the_hour(demand, q, weight=np.sqrt(demand))[0]
        assert found["carbon"][row] == pytest.approx(weighted, rel=1e-9, abs=0)


@given(st.data())
def test_a_year_of_hours_of_very_different_size_keeps_nine_digits(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**31)))
    demand = 10 ** rng.uniform(-9, 6, 8784)
    weight = 10 ** rng.uniform(-6, 6, 8784)
    output = 10 ** rng.uniform(-9, 7, 50)
    curve = build_curve(demand, {"price": weight})
    long_way = by_the_hour(demand, output, weight=weight)
    np.testing.assert_allclose(weighted_sum(curve, "price", output), long_way, rtol=1e-9)


@given(demands, st.floats(0, 300), st.floats(0, 20), st.data())
def test_the_curve_and_the_match_by_the_hour_agree_even_with_a_heat_pump_in_some_hours(
    demand: np.ndarray, output: float, loss: float, data: st.DataObject
) -> None:
    def hourly(low: float, high: float) -> np.ndarray:
        each = st.floats(low, high)
        return np.array(data.draw(st.lists(each, min_size=len(demand), max_size=len(demand))))

    link = Link(
        HeatSource("pod", np.full(len(demand), output), 50.0),
        HeatSink("loop", demand, hourly(30, 80)),
        cop=hourly(1.5, 8),
        exchanger_kw=data.draw(st.floats(0, 1e6)),
        loss_kw=loss,
    )
    found = match([link])
    gain = heat_gain(link_is_direct(link), link.cop)
    curve = build_curve(
        source_demand_kw(demand, gain, link.exchanger_kw), {"gain": gain, "work": gain - 1}
    )
    recovered, delivered = found.recovered_kw.sum(), found.delivered_kw.sum()
    assert used_mwh_a(curve, output, loss) * 1000 == pytest.approx(recovered, rel=1e-9)
    assert weighted_sum(curve, "gain", output, loss) == pytest.approx(delivered, rel=1e-9)
    work = found.heat_pump_kwe.sum()
    assert weighted_sum(curve, "work", output, loss) == pytest.approx(work, rel=1e-9, abs=1e-7)


@given(demands, st.floats(0, 1e6), st.floats(0, 1e6))
def test_more_output_never_means_less_heat_and_never_more_than_demand(
    demand: np.ndarray, one: float, other: float
) -> None:
    curve = build_curve(demand)
    small, large = used_mwh_a(curve, np.sort([one, other]))
    assert small <= large * (1 + 1e-12)
    assert large <= demand.sum() / 1000 * (1 + 1e-12)


def test_limits_no_output_all_demand_and_a_pipe_that_eats_everything() -> None:
    curve = build_curve([0.0, 10.0, 10.0, 40.0])
    assert used_mwh_a(curve, 0.0) == 0
    assert used_mwh_a(curve, [40.0, 1e9, np.inf]).tolist() == [0.06] * 3
    assert used_mwh_a(curve, 5.0, loss_kw=7.0) == 0
    assert used_mwh_a(curve, 20.0, capacity_kw=15.0) == 0.035
    assert used_mwh_a(build_curve([0.0, 0.0]), 5.0) == 0


def test_what_is_unknown_stays_unknown_and_spoils_no_other_pair() -> None:
    curve = build_curve([10.0, 20.0])
    assert np.isnan(used_mwh_a(curve, np.nan))
    stack = stack_curves([curve, curve])
    found = pair_sums(stack, [1, 0, 1], [np.nan, 15.0, 5.0])["hours"]
    assert np.isnan(found[0])
    assert found[1:].tolist() == [25.0, 10.0]


def test_no_pairs_give_no_sums() -> None:
    assert pair_sums(stack_curves([build_curve([1.0])]), [], [])["hours"].size == 0


def test_bad_demand_and_weights_are_refused_with_every_hour_named() -> None:
    with pytest.raises(InputError) as refused:
        build_curve([1.0, -1.0, np.nan], {"price": [1.0, 2.0]})
    assert [fault.row for fault in refused.value.faults] == [1, 2, None]
    with pytest.raises(InputError, match="no hours"):
        build_curve([])
    with pytest.raises(InputError, match="no hours"):
        build_curve([[1.0]])
    with pytest.raises(InputError, match="another name"):
        build_curve([1.0], {"hours": [2.0]})


def test_stacks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="no curve"):
        stack_curves([])
    with pytest.raises(InputError, match="weights differ"):
        stack_curves([build_curve([1.0]), build_curve([1.0], {"price": [2.0]})])
    stack = stack_curves([build_curve([1.0])])
    with pytest.raises(InputError) as refused:
        pair_sums(stack, [0, 1, -1], 5.0)
    assert [fault.row for fault in refused.value.faults] == [1, 2]
    with pytest.raises(KeyError):
        pair_sums(stack, [0], 5.0, weights=("price",))
