"""The choice of a set of sites against enumeration of every set, written without the solver."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import hypot, inf, isnan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect.errors import InputError
from siteselect.portfolio.alternatives import next_best, price_of_limits, unfit, why_not
from siteselect.portfolio.choose import choose
from siteselect.portfolio.problem import Cover, Problem, Sink, Stock
from siteselect.portfolio.scoring import heat_split, worth_of
from siteselect.portfolio.sequence import sequence
from siteselect.portfolio.spacing import cliques, conflicts

NEAR = 1e-6


def table(worth: list[float], **columns: list[object]) -> pd.DataFrame:
    n = len(worth)
    plain = {
        "worth": worth,
        "worth_per_mwh": [0.0] * n,
        "heat_mwh_a": [0.0] * n,
        "sink_id": [""] * n,
        "tiebreak": [0.0] * n,
        "x_m": [1000.0 * i for i in range(n)],
        "y_m": [0.0] * n,
    }
    return pd.DataFrame({**plain, **columns}, index=[chr(ord("a") + i) for i in range(n)])


def some(sites: pd.DataFrame, count: int, **further: object) -> Problem:
    return Problem(sites=sites, fewest=count, most=count, **further)


# The oracle: every set of sites, each limit checked by its own few lines.


def fits(problem: Problem, chosen: tuple[str, ...]) -> bool:
    if not problem.fewest <= len(chosen) <= problem.most:
        return False
    for stock in problem.stocks:
        taken = sum(stock.use.get(site, 0.0) for site in chosen)
        if taken > max(0.0, stock.capacity) + 1e-6:
            return False
    at = {site: (problem.sites.x_m[site], problem.sites.y_m[site]) for site in chosen}
    for one, other in combinations(chosen, 2):
        if hypot(at[one][0] - at[other][0], at[one][1] - at[other][1]) < problem.spacing_m:
            return False
    for east, north in problem.standing:
        if any(hypot(x - east, y - north) < problem.spacing_m for x, y in at.values()):
            return False
    cover = problem.cover
    if cover is not None and cover.least_share > 0:
        return served(problem, chosen) >= cover.least_share * cover.weight.sum() - 1e-6
    return True


def served(problem: Problem, chosen: tuple[str, ...]) -> float:
    cover, order = problem.cover, list(problem.sites.index)
    return sum(
        float(weight)
        for point, weight in enumerate(cover.weight)
        if cover.already[point] or any(cover.reached[point, order.index(s)] for s in chosen)
    )


def total(problem: Problem, chosen: tuple[str, ...]) -> float:
    if problem.by_cover:
        return served(problem, chosen)
    whole = 0.0
    for sink in set(problem.sites.sink_id[list(chosen)]):
        there = [site for site in chosen if problem.sites.sink_id[site] == sink]
        rows = problem.sites.loc[there]
        whole += float(rows.worth.sum())
        if sink not in problem.sinks:
            continue
        curve = (0.0, *problem.sinks[sink].joint_mwh_a)
        stands = problem.sinks[sink].existing
        before = min(problem.sinks[sink].existing_mwh_a, curve[min(stands, len(curve) - 1)])
        left = curve[min(stands + len(there), len(curve) - 1)] - before
        for _, row in rows.sort_values("worth_per_mwh", ascending=False).iterrows():
            used = min(row.heat_mwh_a, left)
            left -= used
            whole -= row.worth_per_mwh * (row.heat_mwh_a - used)
    return whole


def best(problem: Problem, having: str = "", other_than: tuple[str, ...] | None = None) -> float:
    """Give the objective of the best set; -inf where none fits."""
    ids = list(problem.sites.index)
    return max(
        (
            total(problem, chosen)
            for size in range(len(ids) + 1)
            for chosen in combinations(ids, size)
            if fits(problem, chosen)
            and (not having or having in chosen)
            and (other_than is None or set(chosen) != set(other_than))
        ),
        default=-inf,
    )


@st.composite
def problems(draw: st.DrawFn, most: int = 8) -> Problem:
    """Small problems in which any of the limits may bind, or all at once."""
    n = draw(st.integers(1, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sites = table(
        list(rng.uniform(-1, 5, n).round(2)),
        worth_per_mwh=list(rng.choice([0.0, 0.002, 0.01], n)),
        heat_mwh_a=list(rng.uniform(0, 500, n).round(1)),
        sink_id=list(rng.choice(["", "p", "q"], n)),
        tiebreak=list(rng.uniform(0, 1, n)),
        x_m=list(rng.uniform(0, 1000, n).round(0)),
        y_m=list(rng.uniform(0, 1000, n).round(0)),
    )
    ids = np.array(sites.index)
    stocks = []
    for family, unit in (("headroom", "kVA"), ("feeder", "sites"), ("budget", "GBP")):
        if draw(st.booleans()):
            use = rng.uniform(50, 150, n).round(0) if unit != "sites" else np.ones(n)
            for part in (ids[::2], ids) if family == "headroom" else (ids,):
                whole = float((rng.uniform(-0.1, 1.1) * use.sum()).round(0))
                drawing = {site: u for site, u in zip(ids, use, strict=True) if site in part}
                stocks.append(Stock(family, f"{family} {len(part)}", unit, whole, drawing))
    cover = None
    if draw(st.booleans()):
        m = draw(st.integers(1, 5))
        cover = Cover(
            weight=rng.uniform(0, 3, m).round(1),
            reached=rng.random((m, n)) < 0.4,
            already=rng.random(m) < 0.2,
            least_share=draw(st.sampled_from([0.0, 0.0, 0.5])),
        )
    fewest = draw(st.integers(0, 4))
    stands = draw(st.booleans())
    return Problem(
        sites=sites,
        fewest=fewest,
        most=fewest if draw(st.booleans()) else n + fewest,
        stocks=tuple(stocks),
        sinks={
            "p": Sink("p", (400.0, 600.0, 650.0)),
            "q": Sink("q", (300.0,), existing=1, existing_mwh_a=float(rng.uniform(0, 350))),
        },
        spacing_m=draw(st.sampled_from([0.0, 150.0, 400.0])),
        standing=np.array([[500.0, 500.0]]) if stands else np.empty((0, 2)),
        standing_names=("old",) if stands else (),
        cover=cover,
        by_cover=cover is not None and draw(st.booleans()),
    )


@given(problems())
@settings(max_examples=150)
def test_the_choice_equals_enumeration(problem: Problem) -> None:
    truth = best(problem)
    found = choose(problem)
    if truth == -inf:
        assert found.status == "infeasible"
        assert found.shortfall is not None
        return
    assert found.status == "optimal"
    assert found.gap_share == 0.0
    assert fits(problem, found.chosen)
    assert found.objective == pytest.approx(truth, abs=NEAR, rel=NEAR)
    assert found.objective == pytest.approx(total(problem, found.chosen), abs=NEAR)


@given(problems(most=6))
@settings(max_examples=60)
def test_the_runner_up_is_the_best_other_set(problem: Problem) -> None:
    found = choose(problem)
    if not found.found:
        return
    truth = best(problem, other_than=found.chosen)
    if truth == -inf:
        assert found.runner_up == ()
        assert isnan(found.runner_up_loss)
    else:
        assert found.objective - found.runner_up_loss == pytest.approx(truth, abs=NEAR)
        assert set(found.runner_up) != set(found.chosen)


@given(problems(most=6))
@settings(max_examples=50)
def test_why_not_gives_what_a_plan_with_the_site_is_worth_less(problem: Problem) -> None:
    found = choose(problem, runner_up=False)
    if not found.found:
        return
    left = [site for site in problem.sites.index if site not in found.chosen]
    for answer in why_not(problem, found, left):
        truth = best(problem, having=answer.site_id)
        if truth == -inf:
            assert isnan(answer.loss)
            assert answer.alone or answer.shortfall is not None
            continue
        assert answer.loss == pytest.approx(found.objective - truth, abs=NEAR)
        assert answer.loss_low == pytest.approx(answer.loss, abs=NEAR)
        plan = {*found.chosen, answer.site_id, *answer.joins} - set(answer.leaves)
        assert fits(problem, tuple(plan))
        assert total(problem, tuple(plan)) == pytest.approx(truth, abs=NEAR)


@given(problems(most=7), st.permutations(range(7)))
@settings(max_examples=50)
def test_the_order_of_the_sites_changes_nothing(problem: Problem, order: list[int]) -> None:
    order = [place for place in order if place < len(problem.sites)]
    cover = problem.cover
    turned = replace(
        problem,
        sites=problem.sites.iloc[order],
        stocks=problem.stocks[::-1],
        cover=None if cover is None else replace(cover, reached=cover.reached[:, order]),
    )
    first, second = choose(problem), choose(turned)
    assert first.chosen == second.chosen
    assert first.status == second.status
    if first.found:
        assert first.objective == second.objective


@given(problems(), st.floats(0, 500))
@settings(max_examples=50)
def test_more_of_anything_never_lowers_the_optimum(problem: Problem, more: float) -> None:
    richer = replace(
        problem,
        stocks=tuple(replace(stock, capacity=stock.capacity + more) for stock in problem.stocks),
        spacing_m=problem.spacing_m / 2,
    )
    before, after = choose(problem, runner_up=False), choose(richer, runner_up=False)
    if before.found:
        assert after.objective >= before.objective - NEAR * max(1.0, abs(before.objective))


@given(problems())
@settings(max_examples=60)
def test_the_sequence_adds_up_to_the_plan(problem: Problem) -> None:
    found = choose(problem, runner_up=False)
    if not found.found:
        return
    steps = sequence(problem, found.chosen)
    assert set(steps.site_id) == set(found.chosen)
    start = total(problem, ())
    if len(steps):
        assert steps.total.iloc[-1] == pytest.approx(found.objective, abs=NEAR)
        assert start + steps.added.sum() == pytest.approx(found.objective, abs=NEAR)
    done: list[str] = []
    for site, added in zip(steps.site_id, steps.added, strict=True):
        gains = [total(problem, (*done, one)) for one in found.chosen if one not in done]
        assert added == pytest.approx(max(gains) - total(problem, tuple(done)), abs=NEAR)
        done.append(site)


@given(problems())
@settings(max_examples=60)
def test_lifting_a_limit_gains_what_enumeration_says(problem: Problem) -> None:
    found = choose(problem, runner_up=False)
    if not found.found:
        return
    for family, gain in price_of_limits(problem, found).items():
        assert gain == pytest.approx(best(lifted(problem, {family})) - found.objective, abs=NEAR)
        assert gain >= 0


@given(problems(most=7))
@settings(max_examples=120)
def test_what_stands_in_the_way_equals_enumeration(problem: Problem) -> None:
    found = choose(problem, runner_up=False)
    if found.status != "infeasible" or problem.fewest > len(problem.sites):
        return
    why = found.shortfall
    families = {stock.family for stock in problem.stocks}
    families |= {"spacing"} if problem.spacing_m else set()
    families |= {"coverage"} if problem.cover and problem.cover.least_share else set()
    alone = {family for family in families if best(lifted(problem, {family})) > -inf}
    assert set(why.alone) == alone
    assert bool(why.together) == (not alone)
    if why.together:
        assert best(lifted(problem, set(why.together))) > -inf
        for family in why.together:
            assert best(lifted(problem, set(why.together) - {family})) == -inf
    assert {shortage.family for shortage in why.shortages} == {*why.alone, *why.together}
    for shortage in why.shortages:
        assert shortage.allows <= shortage.of
    free = replace(lifted(problem, {"coverage"}), fewest=0, most=len(problem.sites))
    ids = list(problem.sites.index)
    sizes = [n for n in range(len(ids) + 1) if any(fits(free, c) for c in combinations(ids, n))]
    assert why.possible == max(sizes)


def lifted(problem: Problem, families: set[str]) -> Problem:
    cover = problem.cover
    return replace(
        problem,
        stocks=tuple(stock for stock in problem.stocks if stock.family not in families),
        spacing_m=0.0 if "spacing" in families else problem.spacing_m,
        cover=replace(cover, least_share=0.0) if cover and "coverage" in families else cover,
    )


def headroom_of(kva: float) -> Problem:
    """Three sites on one primary, one apart; each draws 100 kVA."""
    primary = Stock("headroom", "Primary X", "kVA", kva, {"a": 100.0, "b": 100.0, "c": 100.0})
    return some(table([3.0, 2.0, 1.0, 0.5]), 3, stocks=(primary,))


def test_headroom_is_shared() -> None:
    assert choose(headroom_of(300.0)).chosen == ("a", "b", "c")
    assert choose(headroom_of(299.0)).chosen == ("a", "b", "d")
    limit = choose(headroom_of(299.0)).limits
    assert [(one.name, one.used, one.capacity, one.sites) for one in limit] == [
        ("Primary X", 200.0, 299.0, ("a", "b"))
    ]


def test_an_infeasible_plan_names_the_limit_and_what_it_allows() -> None:
    found = choose(headroom_of(150.0))
    why = found.shortfall
    assert found.status == "infeasible"
    assert found.chosen == ()
    assert isnan(found.objective)
    assert (why.wanted, why.possible, why.alone, why.together) == (3, 2, ("headroom",), ())
    (shortage,) = why.shortages
    assert (shortage.name, shortage.needed, shortage.capacity) == ("Primary X", 200.0, 150.0)
    assert (shortage.allows, shortage.of) == (1, 2)


def test_an_overdrawn_stock_gives_nothing_and_takes_nothing() -> None:
    assert choose(replace(headroom_of(-50.0), fewest=1, most=1)).chosen == ("d",)


def test_two_kinds_of_limit_that_only_together_forbid_are_both_named() -> None:
    sites = table([3.0, 2.0, 1.0], x_m=[0.0, 10.0, 20.0])
    ones = {"a": 1.0, "b": 1.0, "c": 1.0}
    problem = some(
        sites, 2, spacing_m=100.0, stocks=(Stock("exchange", "North", "sites", 1.0, ones),)
    )
    why = choose(problem).shortfall
    assert why.alone == ()
    assert why.together == ("exchange", "spacing")
    assert {shortage.family for shortage in why.shortages} == {"exchange", "spacing"}
    assert why.possible == 1


def test_fewer_candidates_than_wanted_is_said_as_such() -> None:
    why = choose(some(table([1.0, 2.0]), 3)).shortfall
    assert (why.wanted, why.candidates, why.possible) == (3, 2, 2)
    assert why.alone == why.together == ()


def test_a_share_that_cannot_be_served_is_named() -> None:
    cover = Cover(
        np.array([1.0, 1.0]),
        np.array([[True, False], [False, False]]),
        np.array([False, False]),
        0.9,
    )
    why = choose(some(table([1.0, 2.0]), 1, cover=cover)).shortfall
    assert why.alone == ("coverage",)
    assert why.shortages[0].needed == pytest.approx(1.8)
    assert why.shortages[0].capacity == pytest.approx(1.0)


def test_a_shared_sink_is_not_counted_twice() -> None:
    sites = table(
        [10.0, 9.0, 6.0],
        heat_mwh_a=[500.0, 500.0, 0.0],
        worth_per_mwh=[0.01, 0.01, 0.0],
        sink_id=["pool", "pool", ""],
    )
    apart = some(sites, 2, sinks={"pool": Sink("pool", (500.0, 1000.0))})
    shared = some(sites, 2, sinks={"pool": Sink("pool", (500.0, 600.0))})
    assert choose(apart).chosen == ("a", "b")
    assert choose(apart).objective == pytest.approx(19.0)
    assert choose(shared).chosen == ("a", "c")
    both = heat_split(shared, ("a", "b"))
    assert both.sum() == pytest.approx(600.0)
    assert worth_of(shared, ("a", "b")) == pytest.approx(19.0 - 4.0)


def test_an_existing_pod_takes_its_heat_first() -> None:
    sites = table([10.0], heat_mwh_a=[500.0], worth_per_mwh=[0.01], sink_id=["pool"])
    sink = Sink("pool", (500.0, 600.0), existing=1, existing_mwh_a=500.0)
    found = choose(some(sites, 1, sinks={"pool": sink}))
    assert found.heat_mwh_a["a"] == pytest.approx(100.0)
    assert found.objective == pytest.approx(6.0)


def test_spacing_holds_to_existing_sites_too_and_its_end_is_allowed() -> None:
    sites = table([3.0, 2.0, 1.0], x_m=[99.9, 100.0, 1000.0])
    problem = some(
        sites, 1, spacing_m=100.0, standing=np.array([[0.0, 0.0]]), standing_names=("Old pod",)
    )
    assert choose(problem).chosen == ("b",)
    assert unfit(problem)["a"].name == "100 m from Old pod"
    (why,) = why_not(problem, choose(problem), ["a"])
    assert why.alone
    assert isnan(why.loss)


def test_the_second_best_site_is_explained() -> None:
    sites = table([3.0, 2.9, 2.0, 1.0], x_m=[0.0, 50.0, 1000.0, 2000.0])
    problem = some(sites, 2, spacing_m=100.0)
    found = choose(problem)
    assert found.chosen == ("a", "c")
    assert next_best(problem, found.chosen, 2) == ("b", "d")
    near, poor = why_not(problem, found, ["b", "d"])
    assert (near.leaves, near.joins, near.loss) == (("a",), (), pytest.approx(0.1))
    assert [(limit.family, limit.sites) for limit in near.breaks] == [("spacing", ("a",))]
    assert (poor.leaves, poor.breaks) == (("c",), ())
    assert poor.loss == pytest.approx(1.0)


def test_equal_sets_are_told_apart_by_the_tiebreak() -> None:
    sites = table([1.0, 1.0, 1.0], tiebreak=[0.1, 0.9, 0.5])
    assert choose(some(sites, 1)).chosen == ("b",)
    assert choose(some(sites, 1)).objective == 1.0
    assert choose(some(sites, 1)).runner_up_loss == 0.0


def test_a_budget_alone_leaves_out_what_loses() -> None:
    budget = Stock("budget", "budget", "GBP", 100.0, {"a": 60.0, "b": 50.0, "c": 50.0, "d": 0.0})
    problem = Problem(sites=table([5.0, 3.0, 3.0, -1.0]), fewest=0, most=4, stocks=(budget,))
    assert choose(problem).chosen == ("b", "c")


def test_nothing_to_choose_from() -> None:
    empty = table([])
    assert choose(Problem(sites=empty, fewest=0, most=0)).chosen == ()
    assert choose(Problem(sites=empty, fewest=1, most=1)).status == "infeasible"


def test_a_worth_of_nothing_at_all_is_still_a_choice() -> None:
    found = choose(some(table([0.0, 0.0, 0.0]), 2))
    assert len(found.chosen) == 2
    assert found.gap_share == 0.0


def test_large_and_negative_amounts_are_solved_to_the_pound() -> None:
    worth = [-381_004.66, -381_004.67, -2_000_000.0, 5.5]
    found = choose(some(table(worth), 2))
    assert found.chosen == ("a", "d")
    assert found.objective == pytest.approx(-380_999.16, abs=0.005)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"worth": [1.0, float("nan")]}, "unknown or infinite"),
        ({"heat_mwh_a": [1.0, -1.0]}, "negative"),
        ({"x_m": [0.0, float("inf")]}, "unknown or infinite"),
    ],
)
def test_an_unknown_number_is_refused_by_name(change: dict[str, list[float]], problem: str) -> None:
    sites = table([1.0, 1.0])
    for column, numbers in change.items():
        sites[column] = numbers
    with pytest.raises(InputError, match=problem) as caught:
        choose(some(sites, 1))
    assert caught.value.faults[0].row == "b"


def test_all_faults_are_told_at_once() -> None:
    sites = table([float("nan"), 1.0])
    sites.index = ["a", "a"]
    bad = Problem(
        sites=sites,
        fewest=3,
        most=2,
        stocks=(Stock("headroom", "X", "kVA", 1.0, {"z": 1.0}),),
        sinks={"p": Sink("p", (100.0, 300.0))},
        by_cover=True,
    )
    with pytest.raises(InputError) as caught:
        choose(bad)
    told = " ".join(fault.problem for fault in caught.value.faults)
    for part in ("unknown", "twice", "number of sites", "no such site", "joint heat", "to cover"):
        assert part in told


@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.floats(1, 600))
@settings(max_examples=60)
def test_cliques_cover_every_conflict_and_nothing_else(seed: int, n: int, spacing_m: float) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 1000, n), rng.uniform(0, 1000, n)
    pairs = {tuple(pair) for pair in conflicts(x, y, spacing_m).tolist()}
    near = {
        (i, j)
        for i in range(n)
        for j in range(i + 1, n)
        if np.hypot(x[i] - x[j], y[i] - y[j]) < spacing_m
    }
    assert pairs == near
    covered = set()
    for group in cliques(conflicts(x, y, spacing_m), n):
        covered |= set(combinations(group.tolist(), 2))
    assert covered == near
