"""Weights from judgements: published cases, contradictions named, and faults in words."""

import json
import math
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skcriteria import mkdm
from skcriteria.preprocessing.weighters import CRITIC, MEREC, EntropyWeighter

from siteselect.decision.comparisons import (
    ACCEPTED_RATIO,
    RANDOM_INDEX,
    from_best_worst,
    from_pairs,
)
from siteselect.decision.data_stress import (
    critic_shares,
    data_stress,
    entropy_shares,
    merec_shares,
)
from siteselect.decision.elicitation import elicit_levels, from_order, from_swings
from siteselect.decision.ranking import rank
from siteselect.errors import InputError, StudyError
from siteselect.judgement_file import load_judgements, parse_judgements

BWM = ("quality", "price", "comfort", "safety", "style")


def _upper(names, rows):
    return {
        (names[i], names[i + 1 + k]): times
        for i, row in enumerate(rows)
        for k, times in enumerate(row)
    }


# Swings and orders


def test_swings_are_weights_over_their_sum():
    found = from_swings({"a": 100, "b": 60, "c": 40, "d": 0})
    assert found.weights.tolist() == pytest.approx([0.5, 0.3, 0.2, 0])
    assert math.isnan(found.consistency)
    assert found.accepted is None
    assert found.revisit == ""


def test_a_largest_swing_below_100_is_told():
    assert from_swings({"a": 80, "b": 40}).revisit == (
        "The largest swing, of a, is 80; it should be 100."
    )


@pytest.mark.parametrize("swings", [{"a": -1}, {"a": 101}, {"a": math.nan}, {"a": 0}, {}])
def test_swings_that_are_none_are_refused(swings):
    with pytest.raises(StudyError):
        from_swings(swings)


def test_rank_order_centroid_of_three():
    """Weights are (11, 5, 2) / 18."""
    assert from_order([["a"], ["b"], ["c"]]).weights.tolist() == pytest.approx(
        [11 / 18, 5 / 18, 2 / 18]
    )


def test_equals_in_an_order_share_their_places():
    weights = from_order([["a"], ["b", "c"]]).weights
    assert weights.tolist() == pytest.approx([11 / 18, 3.5 / 18, 3.5 / 18])


def test_the_centroid_is_the_mean_of_all_weights_in_that_order():
    draws = np.random.default_rng(1).dirichlet(np.ones(4), size=200_000)
    mean = -np.sort(-draws, axis=1)
    assert from_order([["a"], ["b"], ["c"], ["d"]]).weights.tolist() == pytest.approx(
        mean.mean(axis=0).tolist(), abs=2e-3
    )


@pytest.mark.parametrize("order", [[], [[]], [["a"], ["b", "a"]]])
def test_an_order_that_is_none_is_refused(order):
    with pytest.raises(StudyError):
        from_order(order)


# Best and worst (Rezaei 2016, linear)


def test_best_worst_that_is_free_of_contradiction_gives_nineteenths():
    """Self-proving: a_Bj a_jW = 8 for all j, so that w = (4, 8, 2, 4, 1) / 19 exactly."""
    found = from_best_worst(
        dict(zip(BWM, (2, 1, 4, 2, 8), strict=True)), dict(zip(BWM, (4, 8, 2, 4, 1), strict=True))
    )
    assert (found.weights * 19).tolist() == pytest.approx([4, 8, 2, 4, 1])
    assert found.consistency == 0
    assert found.accepted
    assert found.revisit == ""


def test_best_worst_with_contradictions():
    """Our own fixture of the reference sheet."""
    found = from_best_worst(
        dict(zip(BWM, (2, 1, 4, 3, 8), strict=True)), dict(zip(BWM, (4, 8, 4, 2, 1), strict=True))
    )
    assert found.weights.tolist() == pytest.approx(
        [0.2462, 0.4308, 0.1231, 0.1538, 0.0462], abs=5e-5
    )
    assert found.consistency == pytest.approx(0.0615, abs=5e-5)
    assert found.accepted is None
    assert found.revisit.startswith("price over comfort is said to be 4 and comfort over style 4")


@given(st.lists(st.integers(1, 9), min_size=2, max_size=6))
def test_ratios_of_true_weights_are_given_back(parts):
    """Judgements that are quotients of some weights are consistent and return these weights."""
    parts = [*parts, max(parts)]
    least, most = min(parts), max(parts)
    if most / least > 9:
        return
    names = [f"c{i}" for i in range(len(parts))]
    to_others = {name: most / part for name, part in zip(names, parts, strict=True)}
    to_worst = {name: part / least for name, part in zip(names, parts, strict=True)}
    found = from_best_worst(to_others, to_worst)
    assert found.weights.to_numpy() == pytest.approx(np.array(parts) / sum(parts), abs=1e-6)
    assert found.consistency == 0


@pytest.mark.parametrize(
    ("to_others", "to_worst", "problem"),
    [
        ({"a": 1, "b": 3}, {"a": 3}, "not in both lists"),
        ({"a": 1, "b": 10}, {"a": 10, "b": 1}, "not a comparison"),
        ({"a": 2, "b": 3}, {"a": 3, "b": 1}, "no criterion is the best"),
        ({"a": 1, "b": 3}, {"a": 5, "b": 1}, "two numbers"),
        ({}, {}, "no comparisons"),
        ({"a": 1, "b": math.nan}, {"a": 3, "b": 1}, "not a comparison"),
    ],
)
def test_comparisons_with_best_and_worst_that_do_not_fit_are_refused(to_others, to_worst, problem):
    with pytest.raises(StudyError, match=problem):
        from_best_worst(to_others, to_worst)


# All pairs, as in AHP


def test_ahp_drinks_of_saaty():
    names = ["coffee", "wine", "tea", "beer", "sodas", "milk", "water"]
    rows = [
        [9, 5, 2, 1, 1, 1 / 2],
        [1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9],
        [1 / 3, 1 / 4, 1 / 3, 1 / 9],
        [1 / 2, 1, 1 / 3],
        [2, 1 / 2],
        [1 / 3],
    ]
    found = from_pairs(_upper(names, rows), names)
    assert found.weights.tolist() == pytest.approx(
        [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327], abs=6e-4
    )
    assert found.consistency == pytest.approx(0.0223, abs=5e-5)
    assert "saaty_1980" in found.measure
    later = from_pairs(_upper(names, rows), names, "later")
    assert later.consistency == pytest.approx(0.0218, abs=5e-5)
    assert "later" in later.measure


def test_ahp_wealth_of_nations_of_saaty_1977():
    names = ["US", "USSR", "China", "France", "UK", "Japan", "Germany"]
    rows = [
        [4, 9, 6, 6, 5, 5],
        [7, 5, 5, 3, 4],
        [1 / 5, 1 / 5, 1 / 7, 1 / 5],
        [1, 1 / 3, 1 / 3],
        [1 / 3, 1 / 3],
        [2],
    ]
    found = from_pairs(_upper(names, rows), names)
    assert found.weights.tolist() == pytest.approx(
        [0.427, 0.230, 0.021, 0.052, 0.052, 0.123, 0.094], abs=6e-4
    )
    principal = 7 + 6 * found.consistency * RANDOM_INDEX["saaty_1980"][4]
    assert principal == pytest.approx(7.608, abs=6e-4)


def test_ahp_house_of_saaty_1980_is_too_inconsistent():
    names = [f"c{i}" for i in range(8)]
    rows = [
        [5, 3, 7, 6, 6, 1 / 3, 1 / 4],
        [1 / 3, 5, 3, 3, 1 / 5, 1 / 7],
        [6, 3, 4, 6, 1 / 5],
        [1 / 3, 1 / 4, 1 / 7, 1 / 8],
        [1 / 2, 1 / 5, 1 / 6],
        [1 / 5, 1 / 6],
        [1 / 2],
    ]
    found = from_pairs(_upper(names, rows), names)
    assert found.weights.tolist() == pytest.approx(
        [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333], abs=6e-4
    )
    assert found.consistency == pytest.approx(0.169, abs=5e-4)
    assert found.consistency > ACCEPTED_RATIO
    assert found.accepted is False
    # With weights of 0.188 and 0.167, that one is said to be 6 times the other.
    assert found.revisit.startswith("c2 over c6 is said to be 6;")


def test_consistent_pairs_have_nothing_to_revisit():
    found = from_pairs({("a", "b"): 2, ("b", "c"): 3, ("a", "c"): 6}, ["a", "b", "c"])
    assert found.weights.tolist() == pytest.approx([0.6, 0.3, 0.1])
    assert found.consistency == pytest.approx(0, abs=1e-12)
    assert found.revisit == ""


def test_two_criteria_cannot_contradict():
    found = from_pairs({("a", "b"): 1 / 4}, ["a", "b"])
    assert found.weights.tolist() == pytest.approx([0.2, 0.8])
    assert found.consistency == 0


def test_all_faults_of_the_pairs_are_told_at_once():
    pairs = {("a", "b"): 11, ("b", "a"): 2, ("a", "x"): 2, ("b", "c"): 3}
    with pytest.raises(StudyError) as caught:
        from_pairs(pairs, ["a", "b", "c"])
    said = [fault.problem for fault in caught.value.faults]
    assert "not a comparison" in said
    assert "not a pair of these criteria" in said
    assert "a pair is not judged" in said


@pytest.mark.parametrize("names", [["a"], ["a", "a"], [f"c{i}" for i in range(11)]])
def test_pairs_are_compared_among_two_to_ten(names):
    with pytest.raises(StudyError, match="two to ten"):
        from_pairs({}, names)


# A file of judgements

JUDGEMENTS = """
who: the planning committee
groups: {method: pairs, pairs: {heat: {grid: 2, noise: 6}, grid: {noise: 3}}}
criteria:
  heat: {method: rank_order, order: [heat_used, sink_distance]}
  grid: {method: swing, swings: {headroom_after_pod: 100, connection_length: 25}}
  noise: {method: swing, swings: {noise_margin: 100}}
"""


def test_a_file_of_judgements_gives_weights_level_by_level():
    levels = elicit_levels(parse_judgements(JUDGEMENTS))
    assert list(levels) == ["groups", "heat", "grid", "noise"]
    assert levels["groups"].weights.tolist() == pytest.approx([0.6, 0.3, 0.1])
    assert levels["heat"].weights.tolist() == pytest.approx([0.75, 0.25])


def test_one_third_may_be_written_as_such():
    text = "groups: {method: pairs, pairs: {a: {b: 1/3}}}"
    assert elicit_levels(parse_judgements(text))["groups"].weights.tolist() == [0.25, 0.75]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "list of `key: value` lines"),
        ("groups: [", "not valid YAML"),
        ("groups: {method: guess}", "does not match any of the expected tags"),
        ("groups: {method: pairs, pairs: {a: {b: 1/0}}}", "valid number"),
        ("groups: {method: swing, swings: {a: 200}}", "less than or equal to 100"),
        ("groups: {method: swing, swings: {a: 100}}\ncolour: red", "Extra inputs"),
        ("groups: {method: swing, swings: {a: .nan}}", "finite number"),
    ],
)
def test_a_file_that_holds_no_judgements_is_refused_in_words(text, problem):
    with pytest.raises(StudyError, match=problem):
        parse_judgements(text)


def test_criteria_of_a_group_that_nobody_judged_are_refused_with_all_other_faults():
    text = (
        "groups: {method: swing, swings: {heat: 100}}\n"
        "criteria: {noise: {method: swing, swings: {a: 100}},"
        " heat: {method: pairs, pairs: {a: {b: 2}, b: {c: 2}}}}"
    )
    with pytest.raises(StudyError) as caught:
        elicit_levels(parse_judgements(text))
    assert {fault.column for fault in caught.value.faults} == {"noise", "a over c"}


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StudyError, match="no such file"):
        load_judgements(tmp_path / "none.yaml")


def test_weigh_prints_swings_that_a_study_takes(tmp_path):
    from siteselect.settings.criteria import Group

    path = tmp_path / "judgements.yaml"
    path.write_text(JUDGEMENTS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "siteselect", "weigh", str(path), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["groups"]["swings"] == pytest.approx({"heat": 100, "grid": 50, "noise": 50 / 3})
    for name, swing in told["groups"]["swings"].items():
        inner = {key: {"swing": worth} for key, worth in told[name]["swings"].items()}
        Group.model_validate({"swing": swing, "criteria": inner})


# What the data alone would stress: diagnostics


def test_critic_of_diakoulaki_1995():
    matrix = np.array(
        [
            [61, 1.08, 4.33],
            [20.7, 0.26, 4.34],
            [16.3, 1.98, 2.53],
            [9, 3.29, 1.65],
            [5.4, 2.77, 2.33],
            [4, 4.12, 1.21],
            [-6.1, 3.52, 2.10],
            [-34.6, 3.31, 0.98],
        ]
    )
    assert critic_shares(matrix) == pytest.approx([0.2022, 0.4809, 0.3169], abs=6e-5)


def test_merec_of_keshavarz_ghorabaee_2021():
    matrix = np.array(
        [[450, 8000, 54, 145], [10, 9100, 2, 160], [100, 8200, 31, 153], [220, 9300, 1, 162],
         [5, 8400, 23, 158]], dtype=float,
    )  # fmt: skip
    better = np.array([True, True, False, False])
    assert merec_shares(matrix, better) == pytest.approx([0.5752, 0.0141, 0.4016, 0.0091], abs=6e-5)


def test_entropy_on_the_fighter_aircraft_of_hwang_and_yoon_1981():
    """Computed digits."""
    matrix = np.array(
        [
            [2.0, 1500, 20000, 5.5, 5, 9],
            [2.5, 2700, 18000, 6.5, 3, 5],
            [1.8, 2000, 21000, 4.5, 7, 7],
            [2.2, 1800, 20000, 5.0, 5, 5],
        ]
    )
    assert entropy_shares(matrix) == pytest.approx(
        [0.0642, 0.2061, 0.0134, 0.0813, 0.3587, 0.2763], abs=6e-5
    )


@given(st.integers(0, 2**32 - 1))
def test_diagnostics_are_those_of_scikit_criteria(seed):
    matrix = np.random.default_rng(seed).uniform(0.05, 1, (7, 4))
    decision = mkdm(matrix, [max] * 4)
    for ours, theirs in (
        (entropy_shares, EntropyWeighter()),
        (critic_shares, CRITIC()),
        (merec_shares, MEREC()),
    ):
        assert ours(matrix) == pytest.approx(
            theirs.transform(decision).weights.to_numpy(), abs=1e-9
        )


@pytest.mark.parametrize("method", [entropy_shares, critic_shares, merec_shares])
@pytest.mark.parametrize("cell", [np.nan, np.inf])
def test_no_diagnostic_takes_an_unknown_cell(method, cell):
    matrix = np.array([[0.2, 0.4], [cell, 0.1], [0.5, 0.9]])
    with pytest.raises(ValueError, match="unknown or infinite"):
        method(matrix)


def test_the_diagnostic_table_says_what_it_is_and_what_it_left_out():
    values = pd.DataFrame(
        {"a": [0.1, 0.9, 0.4, np.nan], "b": [0.5, 0.2, 0.0, 0.3]}, index=list("wxyz")
    )
    table, notes = data_stress(values)
    assert table.index.tolist() == ["entropy", "critic", "merec"]
    assert table.loc[["entropy", "critic"]].sum(axis=1).tolist() == pytest.approx([1, 1])
    assert table.loc["merec"].isna().all()
    assert notes[0].startswith("What the data alone would stress")
    assert "1 of 4 sites are left out" in notes[1]
    assert notes[2] == "merec: MEREC needs every cell above 0."


def test_a_diagnostic_cannot_be_used_as_the_weights():
    """It moves with the candidates, and the ranking does not take its form."""
    values = pd.DataFrame({"a": [0.1, 0.9, 0.4], "b": [0.5, 0.2, 0.6]}, index=list("xyz"))
    table, _ = data_stress(values)
    more, _ = data_stress(pd.concat([values, pd.DataFrame([[1.0, 0.0]], ["v"], ["a", "b"])]))
    assert not np.allclose(table.loc["entropy"], more.loc["entropy"])
    low, high = pd.Series(0.0, index=["a", "b"]), pd.Series(1.0, index=["a", "b"])
    with pytest.raises(InputError):
        rank(values, table["a"], low, high, pd.Series(data=True, index=values.index))


def test_sites_that_are_all_equal_stress_nothing():
    table, notes = data_stress(pd.DataFrame({"a": [0.5] * 3, "b": [0.5] * 3}))
    assert table.isna().all(axis=None)
    assert len(notes) == 4
