"""A store keeps the books, never hurts, and does nothing at size 0."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from siteselect.errors import InputError
from siteselect.heat.store import Store, run_store, water_store_kwh

HOURS = 12
kilowatts = st.floats(0, 100, allow_subnormal=False)
hourly = st.lists(kilowatts, min_size=HOURS, max_size=HOURS).map(np.array)
limits = kilowatts | st.just(float("inf"))
stores = st.builds(Store, kilowatts, st.floats(0, 1), limits, limits)


def reference(available: np.ndarray, wanted: np.ndarray, store: Store) -> dict[str, list[float]]:
    """Tell the same story in plain Python, one bucket and one jug at a time."""
    book: dict[str, list[float]] = {"used": [], "unused": [], "content": [], "lost": []}
    tank = store.start_kwh
    for heat, need in zip(available.tolist(), wanted.tolist(), strict=True):
        lost = tank * store.loss_share
        tank -= lost
        if heat >= need:
            filled = min(heat - need, store.charge_kw, store.size_kwh - tank)
            tank += filled
            used, unused = need, heat - need - filled
        else:
            drawn = min(need - heat, store.discharge_kw, tank)
            tank -= drawn
            used, unused = heat + drawn, 0.0
        for name, value in (
            ("used", used),
            ("unused", unused),
            ("content", tank),
            ("lost", lost),
        ):
            book[name].append(value)
    return book


def best_possible_kwh(available: np.ndarray, wanted: np.ndarray, store: Store) -> float:
    """Find the most heat that any plan with perfect foresight uses, by linear programming."""
    n = len(available)
    kept = 1 - store.loss_share
    direct, charge, discharge, content = (np.arange(n) + i * n for i in range(4))
    books = np.zeros((n, 4 * n))
    for hour in range(n):
        books[hour, [charge[hour], discharge[hour], content[hour]]] = -1, 1, 1
        if hour:
            books[hour, content[hour - 1]] = -kept
    limited = np.zeros((2 * n, 4 * n))
    for hour in range(n):
        limited[hour, [direct[hour], charge[hour]]] = 1
        limited[n + hour, [direct[hour], discharge[hour]]] = 1
    cost = np.r_[-np.ones(n), np.zeros(n), -np.ones(n), np.zeros(n)]
    tops = [(0, None)] * n
    tops += [(0, store.charge_kw)] * n + [(0, store.discharge_kw)] * n + [(0, store.size_kwh)] * n
    found = linprog(
        cost,
        A_ub=limited,
        b_ub=np.r_[available, wanted],
        A_eq=books,
        b_eq=np.zeros(n),
        bounds=tops,
    )
    assert found.success
    return float(-found.fun)


@given(hourly, hourly, stores)
def test_the_books_balance_and_no_limit_is_passed(
    available: np.ndarray, wanted: np.ndarray, store: Store
) -> None:
    run = run_store(available, wanted, store)
    before = np.r_[store.start_kwh, run.content_kwh[:-1]]
    change = run.charge_kw - run.discharge_kw - run.loss_kw
    np.testing.assert_allclose(before + change, run.content_kwh, rtol=0, atol=1e-9)
    spent = run.direct_kw + run.charge_kw + run.unused_kw
    np.testing.assert_allclose(spent, available, rtol=0, atol=1e-9)
    whole = run.used_kw.sum() + run.unused_kw.sum() + run.loss_kw.sum() + run.content_kwh[-1]
    assert whole == pytest.approx(available.sum(), rel=1e-9, abs=1e-9)
    assert (run.used_kw <= wanted + 1e-9).all()
    assert (run.charge_kw <= store.charge_kw).all()
    assert (run.discharge_kw <= store.discharge_kw).all()
    assert (run.content_kwh <= store.size_kwh + 1e-9).all()
    for flow in (run.charge_kw, run.discharge_kw, run.loss_kw, run.content_kwh):
        assert (flow >= 0).all()
    assert (run.unused_kw >= 0).all()


@given(hourly, hourly, stores)
def test_the_compiled_loop_equals_plain_python(
    available: np.ndarray, wanted: np.ndarray, store: Store
) -> None:
    run, book = run_store(available, wanted, store), reference(available, wanted, store)
    for found, name in (
        (run.used_kw, "used"),
        (run.unused_kw, "unused"),
        (run.content_kwh, "content"),
        (run.loss_kw, "lost"),
    ):
        np.testing.assert_allclose(found, book[name], rtol=1e-9, atol=1e-9)


@given(hourly, hourly, stores)
def test_a_store_never_lowers_recovery(
    available: np.ndarray, wanted: np.ndarray, store: Store
) -> None:
    run = run_store(available, wanted, store)
    assert (run.used_kw >= np.minimum(available, wanted)).all()


@given(hourly, hourly, stores, st.floats(1, 5))
def test_a_larger_store_never_uses_less(
    available: np.ndarray, wanted: np.ndarray, store: Store, factor: float
) -> None:
    larger = Store(store.size_kwh * factor, store.loss_share, store.charge_kw, store.discharge_kw)
    used = run_store(available, wanted, store).used_kw.sum()
    assert run_store(available, wanted, larger).used_kw.sum() >= used - 1e-9


@given(hourly, hourly, st.builds(Store, kilowatts, st.floats(0, 0.5), kilowatts, kilowatts))
def test_no_plan_with_perfect_foresight_uses_more(
    available: np.ndarray, wanted: np.ndarray, store: Store
) -> None:
    used = run_store(available, wanted, store).used_kw.sum()
    assert used == pytest.approx(best_possible_kwh(available, wanted, store), rel=1e-6, abs=1e-6)


@given(hourly, hourly, st.floats(0, 1))
def test_size_0_is_no_store(available: np.ndarray, wanted: np.ndarray, loss: float) -> None:
    run = run_store(available, wanted, Store(0.0, loss))
    np.testing.assert_array_equal(run.used_kw, np.minimum(available, wanted))
    assert (run.content_kwh == 0).all()


def test_night_heat_meets_the_day_less_what_the_tank_lost() -> None:
    run = run_store([10.0, 0.0, 0.0], [0.0, 0.0, 10.0], Store(20.0, loss_share=0.1))
    assert run.used_kw.tolist() == [0, 0, pytest.approx(8.1)]
    assert run.loss_kw.tolist() == [0, 1, pytest.approx(0.9)]


def test_a_tank_of_10_m3_over_20_k_holds_232_6_kwh() -> None:
    assert water_store_kwh(10.0, 20.0) == pytest.approx(232.6)


def test_the_exmouth_pool_holds_545_kwh_a_kelvin() -> None:
    assert water_store_kwh(25 * 12.5 * 1.5, 1.0) == pytest.approx(545, abs=0.5)


def test_a_store_that_cannot_be_is_refused_with_every_fault() -> None:
    store = Store(float("nan"), 1.5, -1.0, float("nan"), 3.0)
    with pytest.raises(InputError) as refused:
        run_store([1.0, np.nan], [-1.0], store)
    columns = {fault.column for fault in refused.value.faults}
    names = {"size_kwh", "loss_share", "charge_kw", "discharge_kw", "start_kwh"}
    assert columns == names | {"available_kw", "wanted_kw", None}
