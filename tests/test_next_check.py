"""The value of the next check against exact cases and against enumeration of every answer."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from siteselect.assess import Assessment
from siteselect.criteria.registry import criteria
from siteselect.decision.drawn_values import ValueRange, drawn_values
from siteselect.decision.next_check import check_of, checks, decision_changes, next_checks
from siteselect.settings.robustness import Robustness

DRAWS = 20_000
GRID = (np.arange(24) + 0.5) / 24
"""Answers tried for each open cell: the middles of equal parts."""


def ranges_of(low: pd.DataFrame, high: pd.DataFrame) -> ValueRange:
    unknown = high > low
    return ValueRange(low, (low + high) / 2, high, low, unknown)


def changes(ranges: ValueRange, weights: list[float], places: int) -> np.ndarray:
    """Give the shares for every open cell by itself, in the order of sites and criteria."""
    data = drawn_values(ranges, (), 1)
    count = len(data.cells[0])
    drawn = np.repeat([weights], DRAWS, axis=0)
    return decision_changes(data, np.zeros(count, np.float32), np.arange(count), drawn, places)


def enumerated(low: np.ndarray, high: np.ndarray, weights: np.ndarray, places: int) -> np.ndarray:
    """Try every combination of answers; count those in which one answer changes the decision."""
    cells = np.argwhere(high > low)
    found = np.zeros((2, len(cells)))
    for answer in product(GRID, repeat=len(cells)):
        values = low.copy()
        for (site, criterion), u in zip(cells, answer, strict=True):
            values[site, criterion] += u * (high - low)[site, criterion]
        scores = values @ weights
        order = np.argsort(-scores)
        for number, (site, criterion) in enumerate(cells):
            today = scores.copy()
            today[site] -= weights[criterion] * (values - low)[site, criterion]
            other = np.argsort(-today)
            found[0, number] += order[0] != other[0]
            found[1, number] += set(order[:places]) != set(other[:places])
    return found / len(GRID) ** len(cells)


def test_one_open_cell_changes_the_winner_as_often_as_it_exceeds_the_gap() -> None:
    # A scores .5; B scores .2 + .5 x, so that x above .6 makes it first.
    low = pd.DataFrame([[0.5, 0.5], [0.4, 0.0]], ["A", "B"], ["p", "q"])
    high = low.copy()
    high.loc["B", "q"] = 1.0
    found = changes(ranges_of(low, high), [0.5, 0.5], 1)
    assert found == pytest.approx(np.array([[0.4], [0.4]]), abs=0.01)


def test_two_answers_that_win_only_together_both_count() -> None:
    # B needs q + r above 1.2 (each weighs .25 and it lacks .3): 0.8^2 / 2 of all answers.
    low = pd.DataFrame([[0.6, 0.2, 0.2], [0.2, 0.0, 0.0]], ["A", "B"], ["p", "q", "r"])
    high = low.copy()
    high.loc["B", ["q", "r"]] = 1.0
    found = changes(ranges_of(low, high), [0.5, 0.25, 0.25], 1)
    assert found[0] == pytest.approx(0.32, abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_chances_are_those_of_trying_every_answer(seed: int) -> None:
    dice = np.random.default_rng(seed)
    low, weights = dice.random((5, 3)) * 0.6, dice.dirichlet([3, 3, 3])
    high = low.copy()
    for site, criterion in zip(dice.permutation(5)[:3], dice.integers(0, 3, 3), strict=True):
        high[site, criterion] += 0.4
    ranges = ranges_of(pd.DataFrame(low, list("abcde")), pd.DataFrame(high, list("abcde")))
    found = changes(ranges, weights.tolist(), 2)
    assert found == pytest.approx(enumerated(low, high, weights, 2), abs=0.03)


def test_cells_of_one_check_are_answered_together() -> None:
    low = pd.DataFrame([[0.6, 0.2, 0.2], [0.2, 0.0, 0.0]], ["A", "B"], ["p", "q", "r"])
    high = low.copy()
    high.loc["B", ["q", "r"]] = 1.0
    data = drawn_values(ranges_of(low, high), (), 1)
    weights = np.repeat([[0.5, 0.25, 0.25]], DRAWS, axis=0)
    together = decision_changes(data, np.zeros(2, np.float32), np.array([7, 7]), weights, 1)
    assert together.shape == (2, 1)
    assert together[0, 0] == pytest.approx(0.32, abs=0.01)


def test_more_places_than_sites_cannot_change() -> None:
    low = pd.DataFrame([[0.5], [0.0]], ["A", "B"], ["p"])
    high = pd.DataFrame([[0.5], [1.0]], ["A", "B"], ["p"])
    found = changes(ranges_of(low, high), [1.0], 3)
    assert found[0, 0] == pytest.approx(0.5, abs=0.02)
    assert found[1, 0] == 0


def small(values: pd.DataFrame, eligible: list[bool] | None = None, **settings: object) -> object:
    """Make an assessment of two real criteria with scales of their own."""
    names = ["noise_margin", "heat_used"]
    records = {name: criteria()[name] for name in names}
    values = values.set_axis(names, axis=1)
    tree = {"all": (100.0, {"noise_margin": 50.0, "heat_used": 50.0})}
    return SimpleNamespace(
        study=SimpleNamespace(
            robustness=Robustness.model_validate({"draws": 2000, "sureness": 0.01} | settings),
            seed=3,
            shortlist=10,
        ),
        sites=pd.DataFrame(index=values.index),
        measures=values.copy(),
        values=values,
        criteria=records,
        tree=tree,
        weights=pd.Series(0.5, names),
        unknown_low=pd.Series(0.0, names),
        unknown_high=pd.Series(1.0, names),
        eligible=pd.Series(eligible or [True] * len(values), values.index),
    )


def test_cells_that_cannot_reach_the_leading_places_are_set_aside() -> None:
    values = pd.DataFrame([[0.6, 0.6], [0.5, np.nan], [0.1, np.nan]], ["a", "b", "c"])
    found = next_checks(small(values, places=1))  # type: ignore[arg-type] # the parts it reads
    assert found.asked == 2
    assert found.idle == 1
    assert found.table["site_id"].tolist() == ["b"]
    # b leads if its unknown value exceeds 1.2 - 0.5; c has 1.1 at most.
    assert found.table["chance_first"][0] == pytest.approx(0.3, abs=0.03)


def test_the_list_has_the_most_chance_for_the_money_first() -> None:
    values = pd.DataFrame([[0.5, 0.5], [np.nan, 0.5], [0.5, np.nan]], ["a", "b", "c"])
    found = next_checks(small(values, places=1)).table  # type: ignore[arg-type] # as above
    assert found["check"].tolist() == ["heat_meter", "noise_survey"]
    assert found["chance_per_1000_gbp"].is_monotonic_decreasing
    assert found["cost_gbp"].tolist() == [300.0, 2500.0]
    # Either alone is first if above one half and above the other: 3/8.
    assert found["chance_first"].tolist() == pytest.approx([0.375, 0.375], abs=0.04)


def test_a_site_that_a_rule_keeps_out_is_not_worth_a_check() -> None:
    values = pd.DataFrame([[0.5, 0.5], [np.nan, 0.5]], ["a", "b"])
    found = next_checks(small(values, [True, False]))  # type: ignore[arg-type] # as above
    assert found.asked == 0
    assert found.table.empty
    nobody = next_checks(small(values, [False, False]))  # type: ignore[arg-type] # as above
    assert nobody.table.empty


def test_the_demo_has_a_list(demo: Assessment) -> None:
    found = next_checks(demo, Robustness(draws=1000))
    assert len(found.table)
    assert found.table["site_id"].isin(demo.sites.index).all()
    assert demo.eligible[found.table["site_id"]].all()
    assert (found.table["chance_first"] + found.table["chance_top"] > 0).all()
    again = next_checks(replace(demo), Robustness(draws=1000))
    pd.testing.assert_frame_equal(found.table, again.table)


def test_the_table_of_checks_speaks_of_real_criteria_and_tags_its_judgement() -> None:
    known = checks()
    assert set(known) <= set(criteria())
    for check in known.values():
        assert check.tag in {"J", "K", "S", "R", "M"}
        for low, middle, high in (check.cost_gbp, check.weeks):
            assert 0 <= low <= middle <= high
            assert middle > 0


def test_a_criterion_without_a_check_says_so() -> None:
    other = check_of("something_new")
    assert np.isnan(other.cost_gbp).all()
    assert other.who == "whoever holds the data"
