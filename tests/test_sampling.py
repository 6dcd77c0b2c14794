"""Weights drawn at random: their laws, their constraints, and their luck."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.decision.sampling import (
    concentration,
    interval_weights,
    ordered_weights,
    spread_of,
    tree_weights,
    uniform_weights,
    weight_draws,
)
from siteselect.decision.weights import global_weights
from siteselect.errors import InputError
from siteselect.settings.robustness import SURENESS, Robustness

TREE = {
    "grid": (100.0, {"cost": 100.0, "time": 50.0}),
    "heat": (60.0, {"used": 100.0}),
    "noise": (40.0, {"margin": 80.0, "map": 100.0, "idle": 0.0}),
}
FLAT = {"all": (100.0, {"a": 100.0, "b": 60.0, "c": 40.0})}


def test_weights_of_a_level_spread_as_dirichlet_weights_do() -> None:
    # sd(w) = sqrt(w (1 - w) / (kappa + 1)), kappa = (n + 1) / r^2 - 1
    drawn = tree_weights(FLAT, 0.5, 200_000, 1)
    stated = np.array([0.5, 0.3, 0.2])
    kappa = concentration(3, 0.5)
    assert kappa == pytest.approx(15.0)
    assert drawn.mean(axis=0) == pytest.approx(stated, abs=1e-3)
    assert drawn.std(axis=0) == pytest.approx(
        np.sqrt(stated * (1 - stated) / (kappa + 1)), rel=0.01
    )


def test_not_sure_of_equal_weights_is_to_know_nothing() -> None:
    count = 5
    assert concentration(count, SURENESS["not"]) == pytest.approx(count)
    even = {"all": (1.0, dict.fromkeys("abcde", 1.0))}
    at = np.linspace(0.01, 0.99, 50)
    around = np.quantile(tree_weights(even, 1.0, 100_000, 1)[:, 0], at)
    nothing = np.quantile(uniform_weights(count, 100_000, 2)[:, 0], at)
    assert around == pytest.approx(nothing, abs=0.01)


@given(spread=st.floats(0.02, 1.0), seed=st.integers(0, 2**32 - 1))
def test_draws_are_weights_and_what_does_not_count_keeps_none(spread: float, seed: int) -> None:
    drawn = tree_weights(TREE, spread, 50, seed)
    assert (drawn >= 0).all()
    assert drawn.sum(axis=1) == pytest.approx(1.0)
    assert (drawn[:, -1] == 0).all()


def test_draws_of_a_tree_lie_around_its_weights() -> None:
    drawn = tree_weights(TREE, 0.25, 50_000, 3)
    assert drawn.mean(axis=0) == pytest.approx(global_weights(TREE).to_numpy(), abs=2e-3)


def test_the_surer_the_less_they_spread() -> None:
    spreads = [tree_weights(TREE, spread_of(w), 5000, 3).std(axis=0)[0] for w in SURENESS]
    assert spreads == sorted(spreads)


def test_a_swing_that_moves_a_little_moves_every_draw_a_little() -> None:
    nudged = TREE | {"heat": (61.0, {"used": 100.0})}
    before, after = (tree_weights(tree, 0.25, 5000, 7) for tree in (TREE, nudged))
    assert 0 < np.abs(before - after).max() < 0.02


def test_another_order_of_groups_draws_the_same_weights() -> None:
    turned = dict(reversed(TREE.items()))
    columns = [name for _, branch in turned.values() for name in branch]
    order = [columns.index(name) for _, branch in TREE.values() for name in branch]
    assert tree_weights(turned, 0.25, 100, 7)[:, order] == pytest.approx(
        tree_weights(TREE, 0.25, 100, 7), abs=1e-15
    )


def test_the_seed_decides() -> None:
    known = Robustness(draws=100)
    first = weight_draws(known, TREE, 1)
    assert (first == weight_draws(Robustness(draws=100), TREE, 1)).all()
    assert (first != weight_draws(known, TREE, 2)).any()
    assert not first.flags.writeable


@given(st.permutations(range(4)))
def test_an_order_holds_in_every_draw(order: list[int]) -> None:
    drawn = ordered_weights(order, 200, 1)[:, order]
    assert (np.diff(drawn, axis=1) <= 0).all()
    assert drawn.sum(axis=1) == pytest.approx(1.0)


def test_ordered_weights_have_the_rank_order_centroid_as_their_mean() -> None:
    # w of place k = 1/m x sum of 1/i from k to m
    centroid = [(1 + 1 / 2 + 1 / 3) / 3, (1 / 2 + 1 / 3) / 3, 1 / 9]
    assert ordered_weights([0, 1, 2], 100_000, 1).mean(axis=0) == pytest.approx(centroid, abs=3e-3)


def test_intervals_hold_by_rejection_and_by_walk() -> None:
    loose = interval_weights([0.1, 0.0, 0.2], [0.6, 0.5, 0.9], 2000, 1)
    narrow_low, narrow_high = [0.2] * 4 + [0.0], [0.22] * 4 + [1.0]
    narrow = interval_weights(narrow_low, narrow_high, 2000, 1)
    for drawn, low, high in (
        (loose, [0.1, 0.0, 0.2], [0.6, 0.5, 0.9]),
        (narrow, narrow_low, narrow_high),
    ):
        assert len(drawn) == 2000
        assert (drawn >= np.array(low) - 1e-12).all()
        assert (drawn <= np.array(high) + 1e-12).all()
        assert drawn.sum(axis=1) == pytest.approx(1.0)
    assert narrow.std(axis=0).min() > 0


def test_the_walk_draws_what_rejection_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    low, high = [0.05, 0.1, 0.0, 0.2], [0.5, 0.4, 0.3, 0.8]
    rejected = interval_weights(low, high, 40_000, 1)
    monkeypatch.setattr("siteselect.decision.sampling._LEAST_KEPT", 2.0)
    walked = interval_weights(low, high, 40_000, 1)
    assert walked.mean(axis=0) == pytest.approx(rejected.mean(axis=0), abs=4e-3)
    assert walked.std(axis=0) == pytest.approx(rejected.std(axis=0), rel=0.03)


@pytest.mark.parametrize(
    ("low", "high", "only"),
    [([0.3, 0.7], [0.3, 0.7], [0.3, 0.7]), ([0.5, 0.2, 0.3], [1.0, 1.0, 1.0], [0.5, 0.2, 0.3])],
)
def test_intervals_that_leave_one_point_give_that_point(
    low: list[float], high: list[float], only: list[float]
) -> None:
    assert interval_weights(low, high, 20, 1) == pytest.approx(np.array([only] * 20))


@pytest.mark.parametrize(
    ("low", "high"),
    [([0.6, 0.6], [1, 1]), ([0, 0], [0.3, 0.3]), ([0.5, 0.1], [0.4, 1]), ([-0.1, 0], [1, 1])],
)
def test_intervals_without_weights_are_refused(low: list[float], high: list[float]) -> None:
    with pytest.raises(InputError, match="intervals"):
        interval_weights(low, high, 10, 1)


@pytest.mark.parametrize("spread", [0.0, -1.0, 1.5, float("nan")])
def test_a_spread_that_is_none_is_refused(spread: float) -> None:
    with pytest.raises(InputError, match="spread"):
        concentration(3, spread)


def test_orders_and_intervals_must_name_the_criteria() -> None:
    short = Robustness(known="order", order=("cost", "time"))
    with pytest.raises(InputError, match="every criterion once"):
        weight_draws(short, TREE, 1)
    strange = Robustness(known="intervals", intervals={"nobody": (0.1, 0.2)})
    with pytest.raises(InputError, match="no such criterion"):
        weight_draws(strange, TREE, 1)
    with pytest.raises(InputError, match="sureness"):
        spread_of("somewhat")


def test_settings_that_contradict_themselves_are_refused() -> None:
    for wrong in (
        {"known": "order"},
        {"order": ["a"]},
        {"sureness": 0.0},
        {"sureness": "somewhat"},
        {"known": "intervals", "intervals": {"a": (0.5, 0.2)}},
        {"uncertainty": {"a": {"plus_minus": 1, "share": 0.1}}},
        {"uncertainty": {"a": {}}},
    ):
        with pytest.raises(ValueError, match=r"robustness|Robustness"):
            Robustness.model_validate(wrong)


def test_every_way_of_knowing_gives_weights() -> None:
    names = tuple(name for _, branch in TREE.values() for name in branch)
    for known in (
        Robustness(draws=200),
        Robustness(draws=200, sureness=0.4),
        Robustness(draws=200, known="nothing"),
        Robustness(draws=200, known="order", order=names),
        Robustness(draws=200, known="intervals", intervals={"cost": (0.3, 0.4)}),
    ):
        drawn = weight_draws(known, TREE, 1)
        assert drawn.shape == (200, len(names))
        assert drawn.sum(axis=1) == pytest.approx(1.0)
