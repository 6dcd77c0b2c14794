"""Outranking: published cases to the digit, and classes that no other site can move."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.decision.outranking import (
    PREFERENCE,
    Thresholds,
    classes,
    concordance,
    credibility,
    discordance,
    net_flows,
    sort_into_classes,
)
from siteselect.errors import InputError

CRITERIA = list("abc")
WEIGHTS = pd.Series([0.5, 0.3, 0.2], index=CRITERIA)
LOW, HIGH = pd.Series(0.0, index=CRITERIA), pd.Series(1.0, index=CRITERIA)


def _limits(q, p, v):
    return Thresholds(*(np.array(part, dtype=float) for part in (q, p, v)))


def _sites(*rows):
    return pd.DataFrame(
        rows, index=[f"s{i}" for i in range(len(rows))], columns=CRITERIA, dtype=float
    )


# PROMETHEE II


def test_promethee_ii_usual_of_zhao_peng_and_li_2013():
    matrix = np.array([[4, 3, 2], [3, 2, 4], [5, 1, 3]], dtype=float)
    assert net_flows(matrix, np.array([0.5, 0.3, 0.2])) == pytest.approx([0.1, -0.3, 0.2])


def _flows_by_all_pairs(matrix, weights, q, p):
    ahead = matrix[:, None, :] - matrix[None, :, :]
    if p - q > 1e-12:
        preferred = np.clip((ahead - q) / (p - q), 0, 1)
    else:
        preferred = (ahead > q + 1e-12).astype(float)
    pi = preferred @ (weights / weights.sum())
    return (pi - pi.T).sum(axis=1) / (len(matrix) - 1)


@given(st.integers(0, 2**32 - 1), st.sampled_from([(0, 0), (0, 0.3), (0.05, 0.15), (0.1, 0.1)]))
def test_net_flows_are_those_of_all_pairs(seed, thresholds):
    draw = np.random.default_rng(seed)
    # Tenths and a few more digits, so that ties and differences of just a threshold occur.
    matrix = draw.integers(0, 11, (8, 3)) / 10 + draw.integers(0, 2, (8, 3)) * 0.0131
    weights = draw.random(3)
    found = net_flows(matrix, weights, *thresholds)
    assert found == pytest.approx(_flows_by_all_pairs(matrix, weights, *thresholds), abs=1e-9)
    assert found.sum() == pytest.approx(0, abs=1e-9)


def test_a_difference_that_is_rounding_does_not_count():
    matrix = np.array([[0.1 + 0.2], [0.3], [0.1]])
    found = net_flows(matrix, np.ones(1))
    assert found[0] == found[1]


def test_no_flow_without_anybody_to_compare_with_and_none_with_falling_thresholds():
    with pytest.raises(ValueError, match="nobody"):
        net_flows(np.ones((1, 2)), np.ones(2))
    with pytest.raises(ValueError, match="thresholds"):
        net_flows(np.ones((2, 2)), np.ones(2), 0.3, 0.1)


# ELECTRE


def test_concordance_of_cebrian_and_porcar_2009():
    """ELECTRE I counts who is at least as good, without thresholds."""
    matrix = np.array(
        [
            [6, 5, 28, 5, 5],
            [4, 2, 25, 10, 9],
            [5, 7, 35, 9, 6],
            [6, 1, 27, 6, 7],
            [6, 8, 30, 7, 9],
            [5, 6, 26, 4, 8],
        ],
        dtype=float,
    ) * [1, 1, -1, 1, 1]
    weights = np.array([0.25, 0.25, 0.1, 0.2, 0.2])
    limits = _limits(np.zeros(5), np.zeros(5), np.full(5, np.inf))
    row = concordance(matrix, matrix, weights, limits)[4]
    assert np.delete(row, 4) == pytest.approx([0.9, 0.7, 0.8, 0.9, 0.9])


def test_electre_iii_schools_of_the_r_package_mcda():
    schools = np.array([[-0.2, 3], [-2.3, 9], [-2.4, 10], [-1, 7]])
    weights = np.array([0.25, 0.75])
    limits = _limits([0.2, 1], [1, 2], [3.5, 4])
    expected = [
        [1, 0.25, 0.25, 0.25],
        [0.75, 1, 1, 0.75],
        [0.75, 1, 1, 0.75],
        [0.8125, 0.25, 0.25, 1],
    ]
    assert concordance(schools, schools, weights, limits) == pytest.approx(np.array(expected))
    assert discordance(schools, schools, limits).sum() == pytest.approx(4.7)
    sigma = credibility(schools, schools, weights, limits)
    assert sigma.sum() == pytest.approx(10.2291667, abs=5e-8)


def test_electre_iii_credibility_of_the_python_package_mcda():
    """Vincke's example, as quoted there; rows 1, 4 and 5 in full, the others stand alone."""
    matrix = np.array(
        [
            [8.84, 8.79, 6.43, 6.95],
            [8.57, 8.51, 5.47, 6.91],
            [7.76, 7.75, 5.34, 8.76],
            [7.97, 9.12, 5.93, 8.09],
            [9.03, 8.97, 8.19, 8.10],
            [7.41, 7.87, 6.77, 7.23],
        ]
    )
    weights = np.array([9, 8.24, 5.98, 8.48])
    sigma = credibility(matrix, matrix, weights, _limits([0.3] * 4, [0.5] * 4, [0.7] * 4))
    expected = np.eye(6)
    expected[0] = [1, 1, 0, 0, 0, 0.9623]
    expected[3] = [0, 0.7161, 0.4107, 1, 0, 0]
    expected[4] = [1, 1, 0.5476, 1, 1, 1]
    assert sigma == pytest.approx(expected, abs=6e-5)


def test_electre_tri_b_ticino():
    """Data of the tests of qgis-etri: all 14 assignments."""
    sites = np.array(
        [
            [120, 284, 5, 3.5, 18],
            [150, 269, 2, 4.5, 24],
            [100, 413, 4, 5.5, 17],
            [60, 596, 6, 8, 20],
            [30, 1321, 8, 7.5, 16],
            [80, 734, 5, 4, 21],
            [45, 982, 7, 8.5, 13],
        ]
    )
    profiles = np.array([[100, 1000, 4, 4, 15], [50, 500, 7, 7, 20]], dtype=float)
    sign = np.array([-1, -1, 1, 1, 1])
    limits = _limits([15, 80, 1, 0.5, 1], [40, 350, 3, 3.5, 5], [100, 850, 5, 4.5, 8])
    weights = np.array([25, 45, 10, 12, 8], dtype=float)
    low, high = sort_into_classes(sites * sign, profiles * sign, weights, limits, 0.75)
    assert low.tolist() == [2, 1, 2, 3, 1, 2, 2]
    assert high.tolist() == [2, 3, 2, 3, 2, 2, 2]


def test_electre_tri_on_the_data_of_mousseau_slowinski_and_zielniewicz_1999():
    """Results computed for the reference sheet, not checked in the manual."""
    sites = np.array([[75, 67, 85, 82, 90], [28, 35, 70, 90, 95], [45, 60, 55, 68, 60]], float)
    limits = _limits([5] * 5, [10] * 5, [30] * 5)
    one = np.array([[70, 75, 80, 75, 85]], dtype=float)
    weights = np.ones(5)
    assert credibility(sites, one, weights, limits)[:, 0] == pytest.approx(
        [0.88, 0, 0.00234], abs=6e-6
    )
    assert credibility(one, sites, weights, limits)[0] == pytest.approx([0.92, 0.60, 1])
    low, high = sort_into_classes(sites, one, weights, limits, 0.75)
    assert (low.tolist(), high.tolist()) == ([2, 1, 1], [2, 2, 1])
    two = np.vstack([[50, 48, 55, 55, 60], one])
    low, high = sort_into_classes(sites, two, weights, limits, 0.75)
    assert (low.tolist(), high.tolist()) == ([3, 1, 2], [3, 3, 2])


@pytest.mark.parametrize("cell", [np.nan, np.inf])
def test_no_outranking_takes_an_unknown_cell(cell):
    matrix = np.array([[0.5, 0.5], [cell, 0.2]])
    limits = _limits([0, 0], [0, 0], [np.inf, np.inf])
    weights = np.ones(2)
    for ask in (
        lambda: net_flows(matrix, weights),
        lambda: credibility(matrix, matrix, weights, limits),
        lambda: sort_into_classes(matrix, np.full((1, 2), 0.5), weights, limits),
    ):
        with pytest.raises(ValueError, match="unknown or infinite"):
            ask()


# Classes of a study


def test_sites_are_sorted_by_thirds():
    table = classes(_sites([0.9, 0.8, 0.7], [0.5, 0.5, 0.5], [0.1, 0.2, 0.1]), WEIGHTS, LOW, HIGH)
    assert table["class_low"].tolist() == table["class_high"].tolist() == [3, 2, 1]


def test_a_veto_keeps_a_site_down_that_is_poor_on_one_criterion():
    sites = _sites([1.0, 1.0, 0.0])
    assert classes(sites, WEIGHTS, LOW, HIGH)["class_low"].tolist() == [3]
    vetoed = classes(sites, WEIGHTS, LOW, HIGH, pd.Series({"c": 0.5}))
    assert vetoed["class_low"].tolist() == [2]
    assert vetoed["class_high"].tolist() == [3]
    harder = classes(sites, WEIGHTS, LOW, HIGH, pd.Series({"c": 0.2, "a": np.nan}))
    assert harder["class_low"].tolist() == [1]


def test_an_unknown_gives_a_range_of_classes_and_a_flag():
    table = classes(_sites([np.nan, 0.9, 0.9], [0.9, 0.9, 0.9]), WEIGHTS, LOW, HIGH)
    assert table.loc["s0"].tolist() == [1, 3, 1]
    assert table.loc["s1"].tolist() == [3, 3, 0]
    weightless = pd.Series([0.0, 0.6, 0.4], index=CRITERIA)
    assert classes(_sites([np.nan, 0.9, 0.9]), weightless, LOW, HIGH).loc["s0"].tolist() == [
        3,
        3,
        0,
    ]


@given(st.integers(0, 2**32 - 1))
def test_the_range_of_an_unknown_holds_every_completion(seed):
    draw = np.random.default_rng(seed)
    values = _sites(*draw.random((4, 3)))
    holes = draw.random((4, 3)) < 0.3
    table = classes(values.mask(holes), WEIGHTS, LOW, HIGH)
    assert (table["unknown"].to_numpy() == holes.sum(axis=1)).all()
    known = classes(values, WEIGHTS, LOW, HIGH)
    assert (table["class_low"] <= known["class_low"]).all()
    assert (known["class_high"] <= table["class_high"]).all()
    assert (known["class_low"] <= known["class_high"]).all()


@given(st.integers(0, 2**32 - 1))
def test_another_site_changes_no_class(seed):
    values = _sites(*np.random.default_rng(seed).random((5, 3)))
    whole = classes(values, WEIGHTS, LOW, HIGH)
    pd.testing.assert_frame_equal(whole.iloc[:3], classes(values.iloc[:3], WEIGHTS, LOW, HIGH))
    pd.testing.assert_frame_equal(whole.iloc[::-1], classes(values.iloc[::-1], WEIGHTS, LOW, HIGH))


@pytest.mark.parametrize("profiles", [(), (0.0, 0.5), (0.6, 0.3), (0.5, 1.5), (0.5, np.nan)])
def test_profiles_that_do_not_rise_are_refused(profiles):
    with pytest.raises(InputError, match="profiles"):
        classes(_sites([1, 1, 1]), WEIGHTS, LOW, HIGH, profiles=profiles)


def test_a_veto_below_the_preference_is_refused():
    with pytest.raises(InputError, match="veto"):
        classes(_sites([1, 1, 1]), WEIGHTS, LOW, HIGH, pd.Series({"b": PREFERENCE}))
