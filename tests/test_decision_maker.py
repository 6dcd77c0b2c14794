"""Our model inside scikit-criteria: pipelines and checkers take it, and published sums agree."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skcriteria import mkdm
from skcriteria.agg.spotis import SPOTIS
from skcriteria.cmp import mkrank_cmp
from skcriteria.pipelines import mkpipe
from skcriteria.preprocessing.invert_objectives import InvertMinimize, NegateMinimize
from skcriteria.preprocessing.scalers import MaxAbsScaler, SumScaler
from skcriteria.ranksrev.rank_invariant_check import RankInvariantChecker
from skcriteria.ranksrev.rank_reversal_by_clones import RankClonesChecker
from skcriteria.ranksrev.rank_transitivity_check import RankTransitivityChecker

from siteselect.contracts import ValueScale
from siteselect.decision.as_decision_maker import FixedScaleValue, linear_scales
from siteselect.errors import StudyError

DEZERT = {
    "a": (
        [[10.5, -3.1, 1.7], [-4.7, 0, 3.4], [8.1, 0.3, 1.3], [3.2, 7.3, -5.3]],
        [[-5, 12], [-6, 10], [-8, 5]],
        [0.2, 0.3, 0.5],
        [max, min, max],
        [0.1989, 0.3705, 0.3063, 0.7491],
        [1, 3, 2, 4],
    ),
    "b": (
        [
            [15000, 4.3, 99, 42, 737],
            [15290, 5.0, 116, 42, 892],
            [15350, 5.0, 114, 45, 952],
            [15490, 5.3, 123, 45, 1120],
        ],
        [[14000, 16000], [3, 8], [80, 140], [35, 60], [650, 1300]],
        [0.2941, 0.2353, 0.2353, 0.0588, 0.1765],
        [min, min, min, max, max],
        [0.4779, 0.5781, 0.5558, 0.5801],
        [1, 3, 2, 4],
    ),
}
UNIT = {f"C{i}": ValueScale(knots=((0, 0), (1, 1))) for i in range(5)}


def _decision(matrix, objectives, weights):
    return mkdm(np.array(matrix, dtype=float), objectives, weights=weights)


def _scales_of(decision, bounds):
    return linear_scales(list(decision.criteria), bounds, decision.iobjectives.tolist())


@pytest.mark.parametrize("case", DEZERT)
def test_spotis_of_dezert_2020_is_1_less_our_score(case):
    matrix, bounds, weights, objectives, published, ranks = DEZERT[case]
    decision = _decision(matrix, objectives, weights)
    ours = FixedScaleValue(_scales_of(decision, bounds)).evaluate(decision)
    theirs = SPOTIS().evaluate(decision, bounds=np.array(bounds, dtype=float))
    # Case b's weights sum to 1.0000 and ours are divided by it; the paper rounds to 2e-4.
    assert (1 - ours.e_.score) * sum(weights) == pytest.approx(theirs.e_.score, abs=2e-4)
    assert 1 - ours.e_.score == pytest.approx(published, abs=2e-4)
    assert ours.rank_.tolist() == theirs.rank_.tolist() == ranks


def test_spotis_with_an_expected_solution_point_is_a_band_of_no_width():
    """Dezert's case c: value 1 at the point, falling by the width of the bounds on both sides."""
    matrix, bounds, weights, objectives, _, _ = DEZERT["b"]
    points = [15300, 4, 115, 50, 900]
    scales = {
        f"C{i}": ValueScale(knots=((x - (b - a), 0), (x, 1), (x + (b - a), 0)))
        for i, (x, (a, b)) in enumerate(zip(points, bounds, strict=True))
    }
    ours = FixedScaleValue(scales).evaluate(_decision(matrix, objectives, weights))
    assert 1 - ours.e_.score == pytest.approx([0.1841, 0.0734, 0.0842, 0.1920], abs=2e-4)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_on_straight_scales_ours_is_spotis_with_bounds(seed):
    draw = np.random.default_rng(seed)
    bounds = np.sort(draw.normal(size=(4, 2)) * 100, axis=1)
    matrix = bounds[:, 0] + draw.random((6, 4)) * (bounds[:, 1] - bounds[:, 0])
    weights = draw.dirichlet(np.ones(4))
    decision = _decision(matrix, draw.choice([1, -1], 4).tolist(), weights)
    ours = FixedScaleValue(_scales_of(decision, bounds.tolist())).evaluate(decision)
    theirs = SPOTIS().evaluate(decision, bounds=bounds)
    assert 1 - ours.e_.score == pytest.approx(theirs.e_.score, abs=1e-9)
    assert ours.rank_.tolist() == theirs.rank_.tolist()
    assert not ours.e_.clamped.any()


def test_saw_on_the_fighter_aircraft_of_hwang_and_yoon_1981():
    """Linear max/min scale, by scikit-criteria's pipeline with our sum; computed digits."""
    matrix = [
        [2.0, 1500, 20000, 5.5, 5, 9],
        [2.5, 2700, 18000, 6.5, 3, 5],
        [1.8, 2000, 21000, 4.5, 7, 7],
        [2.2, 1800, 20000, 5.0, 5, 5],
    ]
    decision = _decision(matrix, [max, max, max, min, max, max], [0.2, 0.1, 0.1, 0.1, 0.2, 0.3])
    scales = {f"C{i}": ValueScale(knots=((0, 0), (1, 1))) for i in range(6)}
    pipe = mkpipe(InvertMinimize(), MaxAbsScaler("matrix"), FixedScaleValue(scales))
    found = pipe.evaluate(decision)
    assert found.e_.score == pytest.approx([0.8355, 0.7073, 0.8514, 0.7374], abs=6e-5)
    assert found.rank_.tolist() == [2, 4, 1, 3]


def test_weighted_sum_of_kracka_brauers_and_zavadskas_2010():
    """Results as quoted by scikit-criteria's own tests; inputs recalled, and they come out."""
    matrix = [
        [33.95, 23.78, 11.45, 39.97, 29.44, 167.10, 3.852],
        [38.9, 4.17, 6.32, 0.01, 4.29, 132.52, 25.184],
        [37.59, 9.36, 8.23, 4.35, 10.22, 136.71, 10.845],
        [30.44, 37.59, 13.91, 74.08, 45.10, 198.34, 2.186],
        [36.21, 14.79, 9.17, 17.77, 17.06, 148.3, 6.610],
        [37.8, 8.55, 7.97, 2.35, 9.25, 134.83, 11.935],
    ]
    weights = [20, 20, 20, 20, 20, 20, 20]
    decision = _decision(matrix, [min, min, min, min, max, min, max], weights)
    scales = {f"C{i}": ValueScale(knots=((0, 0), (1, 1))) for i in range(7)}
    pipe = mkpipe(InvertMinimize(), SumScaler("both"), FixedScaleValue(scales))
    published = [0.1204, 0.3458, 0.1384, 0.1284, 0.1235, 0.1435]
    assert pipe.evaluate(decision).e_.score == pytest.approx(published, abs=6e-5)


# Pipelines, comparisons and checkers


@pytest.fixture
def shortlist():
    draw = np.random.default_rng(8)
    return _decision(draw.random((5, 3)), [max, max, max], [0.5, 0.3, 0.2])


# scikit-criteria 0.10 itself uses what pandas 3.1 is about to drop.
@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.set_index")
@pytest.mark.parametrize(
    "checker",
    [RankInvariantChecker, RankTransitivityChecker, RankClonesChecker],
    ids=["invariant", "transitivity", "clones"],
)
def test_the_rank_reversal_checkers_take_it_and_find_nothing(checker, shortlist):
    found = checker(FixedScaleValue(UNIT)).evaluate(shortlist)
    own = FixedScaleValue(UNIT).evaluate(shortlist)
    first = own.alternatives[own.rank_ == 1]
    for _, result in found.ranks:
        leaders = result.alternatives[result.rank_ == 1]
        assert first[0] in leaders


def test_it_compares_with_the_other_methods(shortlist):
    pipe = mkpipe(NegateMinimize(), FixedScaleValue(UNIT))
    compared = mkrank_cmp(
        FixedScaleValue(UNIT).evaluate(shortlist),
        pipe.evaluate(shortlist),
        SPOTIS().evaluate(shortlist),
    )
    assert compared.corr().iloc[0, 1] == pytest.approx(1)


def test_it_may_be_copied_and_pickled_and_tells_its_scales():
    maker = FixedScaleValue(UNIT)
    assert maker.get_parameters()["scales"] == UNIT
    assert maker.replace().scales == UNIT
    assert pickle.loads(pickle.dumps(maker)).scales == UNIT  # noqa: S301 - our own bytes


def test_ties_by_rounding_share_a_rank():
    decision = _decision([[0.1 + 0.2, 0.5], [0.3, 0.5], [0.1, 0.5]], [max, max], [0.5, 0.5])
    assert FixedScaleValue(UNIT).evaluate(decision).rank_.tolist() == [1, 1, 2]


def test_a_measure_beyond_its_scale_is_clamped_and_flagged():
    decision = _decision([[2.0, 0.5], [0.5, 0.5]], [max, max], [0.5, 0.5])
    found = FixedScaleValue(UNIT).evaluate(decision)
    assert found.e_.score.tolist() == [0.75, 0.5]
    assert found.e_.clamped.tolist() == [[True, False], [False, False]]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_adding_removing_and_permuting_sites_changes_no_score(seed):
    draw = np.random.default_rng(seed)
    matrix, weights = draw.random((7, 3)), draw.dirichlet(np.ones(3))
    whole = FixedScaleValue(UNIT).evaluate(_decision(matrix, [max] * 3, weights)).e_.score
    order = draw.permutation(7)[:4]
    part = FixedScaleValue(UNIT).evaluate(_decision(matrix[order], [max] * 3, weights)).e_.score
    assert part.tolist() == whole[order].tolist()


# What it refuses


@pytest.mark.parametrize("cell", [np.nan, np.inf])
def test_an_unknown_cell_has_no_rank_here(cell):
    decision = _decision([[cell, 0.5], [0.1, 0.2]], [max, max], [0.5, 0.5])
    with pytest.raises(ValueError, match="no rank here"):
        FixedScaleValue(UNIT).evaluate(decision)


def test_an_objective_against_its_scale_is_refused():
    decision = _decision([[0.2, 0.5], [0.1, 0.2]], [max, min], [0.5, 0.5])
    with pytest.raises(ValueError, match="C1: the objective is min"):
        FixedScaleValue(UNIT).evaluate(decision)


@pytest.mark.parametrize("weights", [[0.5, -0.5], [0, 0], [0.5, np.nan]])
def test_weights_that_are_none_are_refused(weights):
    decision = _decision([[0.2, 0.5], [0.1, 0.2]], [max, max], weights)
    with pytest.raises(ValueError, match="weights"):
        FixedScaleValue(UNIT).evaluate(decision)


def test_a_criterion_without_a_scale_is_refused():
    decision = _decision([[0.2, 0.5], [0.1, 0.2]], [max, max], [0.5, 0.5])
    with pytest.raises(StudyError, match="no value scale"):
        FixedScaleValue({"C0": UNIT["C0"]}).evaluate(decision)
