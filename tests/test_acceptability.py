"""Rank acceptability against what is known exactly, and against plain sorting.

E22 and E23 of the reference sheet (CRAN smaa, thrombolysis and antidepressants) need sample files
that are not ours to ship; E24, an analytic case, stands in, with brute force beside it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from siteselect.decision.acceptability import (
    MOST_RANKED,
    acceptability,
    confidence,
    half_width,
    leading,
    pairwise_winning,
    rank_counts,
)
from siteselect.decision.drawn_values import (
    DrawnValues,
    ValueRange,
    certain_values,
    drawn_values,
    part_of,
)
from siteselect.decision.ranking import competition_rank, rank
from siteselect.decision.reweighing import criterion_major, leaders_under
from siteselect.decision.sampling import uniform_weights
from siteselect.errors import InputError

DRAWS = 300
E24 = pd.DataFrame([[1.0, 0.0], [0.7, 0.6], [0.0, 1.0]], index=list("ABC"), columns=["x", "y"])


def table_of(values: np.ndarray) -> pd.DataFrame:
    rows, columns = values.shape
    sites = [f"s{row}" for row in range(rows)]
    return pd.DataFrame(values, sites, [f"c{column}" for column in range(columns)])


def ranges_of(values: pd.DataFrame, unknown: np.ndarray, half: float = 0.0) -> ValueRange:
    gap = pd.DataFrame(unknown, values.index, values.columns)
    low = (values - half).clip(lower=0).mask(gap, 0.1)
    high = (values + half).clip(upper=1).mask(gap, 0.8)
    return ValueRange(low, values.mask(gap, 0.45), high, values.mask(gap, 0.1), gap)


def random_ranges(seed: int, sites: int = 12, criteria: int = 4, half: float = 0.05) -> ValueRange:
    dice = np.random.default_rng(seed)
    values = table_of(dice.random((sites, criteria)))
    return ranges_of(values, dice.random(values.shape) < 0.15, half)


def test_e24_analytic_oracle_of_three_sites_and_two_criteria() -> None:
    draws = 200_000
    weights = uniform_weights(2, draws, 5)
    data = certain_values(E24)
    found = acceptability(data, weights)
    first = np.array([1 / 3, 10 / 33, 4 / 11])
    assert (np.abs(found.first - first) < 2 * half_width(first, draws)).all()
    central = np.array([5 / 6, 17 / 33, 2 / 11])
    assert found.central[:, 0] == pytest.approx(central, abs=3e-3)
    assert confidence(data, found.central, range(3), 10) == pytest.approx([1, 1, 1])


def test_the_half_width_is_that_of_a_share() -> None:
    shares = np.array([0.5, 0.05, 0.0])
    assert half_width(shares, 10_000) == pytest.approx([0.0098, 0.00427, 0.0], abs=1e-5)


def test_counts_are_those_of_a_plain_sort() -> None:
    dice = np.random.default_rng(1)
    values, weights = dice.random((60, 7)), uniform_weights(7, 2000, 1)
    counts = rank_counts(certain_values(table_of(values)), weights)
    order = np.argsort(-(weights @ values.T), axis=1)
    expected = np.stack([np.bincount(column, minlength=60) for column in order.T])
    # Single precision may exchange two sites whose scores agree to seven figures.
    assert np.abs(counts.astype(int) - expected).max() <= 2
    found = leading(certain_values(table_of(values)), weights, 5)
    assert (found.sites == order[:, :5]).mean() > 0.999


def test_counters_do_not_overflow() -> None:
    weights = np.repeat([[0.6, 0.4]], 70_000, axis=0)
    counts = rank_counts(certain_values(E24), weights)
    assert counts.max() == 70_000
    assert counts.sum() == 3 * 70_000


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_shares_are_shares(seed: int) -> None:
    data = drawn_values(random_ranges(seed), ["c1"], seed)
    weights = uniform_weights(4, DRAWS, seed)
    found = acceptability(data, weights)
    assert found.ranks.sum(axis=0) == pytest.approx(1)
    assert found.ranks.sum(axis=1) == pytest.approx(1)
    won = pairwise_winning(data, weights)
    inside = ~np.eye(len(won), dtype=bool)
    assert (won + won.T)[inside] == pytest.approx(1)
    assert found.expected_rank == pytest.approx(1 + np.nansum(won, axis=0))
    top = leading(data, weights, 3)
    assert top.first == pytest.approx(found.first)
    assert top.within == pytest.approx(found.within(3))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_no_draw_leaves_the_bounds_of_the_ranking(seed: int) -> None:
    ranges = random_ranges(seed, half=0.0)
    weights = pd.Series(np.random.default_rng(seed).dirichlet(np.ones(4)), ranges.low.columns)
    low, high = (pd.Series(end, ranges.low.columns) for end in (0.1, 0.8))
    eligible = pd.Series(True, ranges.low.index)
    bounds = rank(ranges.middle.mask(ranges.unknown), weights, low, high, eligible).table
    found = acceptability(
        drawn_values(ranges, (), seed), np.repeat(weights.to_numpy()[None], DRAWS, axis=0)
    )
    place = np.arange(1, len(bounds) + 1)
    seen = found.ranks > 0
    best, worst = (bounds[name].to_numpy(int)[:, None] for name in ("rank_best", "rank_worst"))
    assert ((place >= best) & (place <= worst) | ~seen).all()


@given(seed=st.integers(0, 10_000), order=st.permutations(range(12)))
@settings(max_examples=25)
def test_the_order_of_the_sites_changes_nothing(seed: int, order: list[int]) -> None:
    ranges = random_ranges(seed)
    turned = ValueRange(
        *(
            getattr(ranges, name).iloc[order]
            for name in ("low", "middle", "high", "today", "unknown")
        )
    )
    weights = uniform_weights(4, DRAWS, 1)
    before = rank_counts(drawn_values(ranges, (), seed), weights)
    after = rank_counts(drawn_values(turned, (), seed), weights)
    assert (before[:, order] == after).all()


def test_another_site_changes_no_draw_of_the_rest() -> None:
    ranges = random_ranges(4)
    data = drawn_values(ranges, (), 9)
    fewer = drawn_values(
        ValueRange(
            *(getattr(ranges, n).iloc[1:] for n in ("low", "middle", "high", "today", "unknown"))
        ),
        (),
        9,
    )
    taken = part_of(data, np.arange(1, 12))
    for mine, theirs in zip(taken.cells, fewer.cells, strict=True):
        assert (mine == theirs).all()


@given(seed=st.integers(0, 10_000), site=st.integers(0, 11), criterion=st.integers(0, 3))
@settings(max_examples=25)
def test_a_better_value_never_costs_a_site_a_place(seed: int, site: int, criterion: int) -> None:
    values = table_of(np.random.default_rng(seed).random((12, 4)))
    better = values.copy()
    better.iloc[site, criterion] = min(1.0, better.iloc[site, criterion] + 0.1)
    weights = uniform_weights(4, DRAWS, seed)
    before, after = (
        acceptability(certain_values(v), weights).ranks[site] for v in (values, better)
    )
    assert (after.cumsum() >= before.cumsum() - 1e-12).all()


def test_equal_sites_share_their_places_evenly() -> None:
    values = table_of(np.full((4, 3), 0.5))
    found = acceptability(certain_values(values), uniform_weights(3, 20_000, 1))
    assert found.first == pytest.approx(0.25, abs=0.012)
    assert found.expected_rank == pytest.approx(2.5, abs=0.03)


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    ranges, weights = random_ranges(2), uniform_weights(4, DRAWS, 1)
    first, again, other = (rank_counts(drawn_values(ranges, (), s), weights) for s in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize("workers", [1, 3, 7])
def test_the_number_of_workers_changes_nothing(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, weights = drawn_values(random_ranges(2), (), 1), uniform_weights(4, 1000, 1)
    before = rank_counts(data, weights), leading(data, weights, 4).sites
    monkeypatch.setattr("os.cpu_count", lambda: workers)
    assert (rank_counts(data, weights) == before[0]).all()
    assert (leading(data, weights, 4).sites == before[1]).all()


def test_half_of_the_draws_lie_below_the_middle_and_all_within_the_ends() -> None:
    sites = pd.Index(["here", "below", "middle", "above"])
    low = pd.DataFrame({"x": [0.2, 0.2, 0.3, 0.8]}, sites)
    middle, high = low.copy(), low.copy()
    middle.loc["here"], high.loc["here"] = 0.3, 0.8
    nothing = pd.DataFrame({"x": [False] * 4}, sites)
    data = drawn_values(ValueRange(low, middle, high, middle, nothing), (), 3)
    found = acceptability(data, np.ones((20_000, 1)))
    assert found.ranks[0] == pytest.approx([0, 0.5, 0.5, 0], abs=0.012)


def test_a_shared_error_moves_all_sites_together() -> None:
    values = table_of(np.array([[0.5], [0.48], [0.46]]))
    ranges = ranges_of(values, np.zeros((3, 1), dtype=bool), 0.1)
    weights = np.ones((2000, 1))
    alone = acceptability(drawn_values(ranges, (), 1), weights)
    together = acceptability(drawn_values(ranges, ["c0"], 1), weights)
    assert together.first == pytest.approx([1, 0, 0])
    assert alone.first[0] < 0.8


def test_sites_set_aside_before_drawing_could_not_have_led() -> None:
    ranges = random_ranges(8, sites=200)
    data, weights = drawn_values(ranges, (), 1), uniform_weights(4, DRAWS, 1)
    full = rank_counts(data, weights) / DRAWS
    assert leading(data, weights, 5).within == pytest.approx(full[:5].sum(axis=0))


def test_an_unknown_value_never_gets_a_rank() -> None:
    holes = E24.mask(E24 == 0.7)
    with pytest.raises(InputError, match="not a range of values"):
        certain_values(holes)
    with pytest.raises(InputError, match="row B, column x"):
        drawn_values(ValueRange(E24, E24, holes, E24, E24.isna()))
    with pytest.raises(ValueError, match="unknown"):
        acceptability(certain_values(E24), np.array([[0.5, np.nan]]))
    with pytest.raises(ValueError, match="unknown"):
        criterion_major(holes.to_numpy())


@pytest.mark.parametrize("weights", [np.zeros((0, 2)), np.ones((5, 3)), np.ones(2), [[-0.1, 1.1]]])
def test_weights_that_do_not_fit_are_refused(weights: object) -> None:
    with pytest.raises(ValueError, match="weight"):
        leading(certain_values(E24), np.asarray(weights, dtype=float), 1)


def test_more_sites_than_counters_are_refused() -> None:
    data = certain_values(table_of(np.zeros((2, 1))))
    many = replace(data, low=np.zeros((1, MOST_RANKED + 1), dtype=np.float32))
    with pytest.raises(ValueError, match="at most"):
        rank_counts(many, np.ones((1, 1)))


def test_tiles_and_blocks_hide_nobody() -> None:
    dice = np.random.default_rng(1)
    low = dice.random((5, 10_001), dtype=np.float32)
    empty = certain_values(E24).cells
    data = DrawnValues(low, np.arange(10_001, dtype=np.uint64) * np.uint64(2**40 + 1), empty)
    weights = uniform_weights(5, 130, 1)
    found = leading(data, weights, 10)
    scores = weights @ low
    for row, sites in zip(scores, found.sites, strict=True):
        assert row[sites].min() >= np.partition(row, -10)[-10] - 1e-6


@given(
    values=arrays(float, (30, 3), elements=st.floats(0, 1, width=32).map(lambda v: round(v, 1))),
    most=st.integers(1, 40),
    seed=st.integers(0, 100),
)
def test_reweighing_gives_the_exact_ranks_of_the_leading_sites(
    values: np.ndarray, most: int, seed: int
) -> None:
    weights = np.random.default_rng(seed).dirichlet(np.ones(3))
    found = leaders_under(criterion_major(values), values, weights, most)
    scores = sum(w * column for w, column in zip(weights, values.T, strict=True))
    ranks = competition_rank(np.asarray(scores))
    assert len(found.sites) == min(most, 30)
    assert (found.rank == ranks[found.sites]).all()
    assert (np.sort(ranks)[: len(found.rank)] == found.rank).all()
    assert found.score == pytest.approx(np.asarray(scores)[found.sites], abs=1e-15)


def test_reweighing_refuses_what_are_no_weights() -> None:
    table = criterion_major(E24.to_numpy())
    for wrong in ([0.5], [np.nan, 1.0], [-0.5, 1.5]):
        with pytest.raises(ValueError, match="weights"):
            leaders_under(table, E24.to_numpy(), np.array(wrong), 2)
