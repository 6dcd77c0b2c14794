"""Named value curves: exact formulae, the knots they compile to, and scales that move."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from siteselect.contracts import ValueScale
from siteselect.decision.curves import KNOT_ERROR, compile_scale, curve_values
from siteselect.decision.moved_scales import moved_scales
from siteselect.decision.value import nearest_measure, slope_at, to_values
from siteselect.decision.weights import global_weights
from siteselect.settings.criteria import (
    BandCurve,
    CriterionChoice,
    ExponentialCurve,
    Group,
    LinearCurve,
    PiecewiseCurve,
    SCurve,
)

CHOICE = TypeAdapter(CriterionChoice)


def _curve(**scale):
    return CHOICE.validate_python({"swing": 100, "scale": scale}).scale


@st.composite
def curves(draw):
    worst = draw(st.floats(-1000, 1000))
    best = worst + draw(st.sampled_from([-1, 1])) * draw(st.floats(0.5, 1000))
    kind = draw(st.sampled_from(["linear", "exponential", "s_curve", "band"]))
    if kind == "linear":
        return LinearCurve(kind=kind, worst=worst, best=best)
    if kind == "exponential":
        return ExponentialCurve(kind=kind, worst=worst, best=best, c=draw(st.floats(-50, 50)))
    if kind == "s_curve":
        k, z0 = draw(st.floats(0.1, 200)), draw(st.floats(0, 1))
        return SCurve(kind=kind, worst=worst, best=best, k=k, z0=z0)
    steps = sorted(draw(st.lists(st.floats(1, 100), min_size=3, max_size=3)))
    low, high = worst + steps[0], worst + steps[0] + steps[1] - 1
    return BandCurve(kind=kind, zero_below=worst, low=low, high=high, zero_above=high + steps[2])


# Formulae


def test_each_kind_at_points_worked_out_by_hand():
    half = np.array([5.0])
    assert curve_values(_curve(kind="linear", worst=0, best=10), half) == [0.5]
    assert curve_values(_curve(kind="linear", worst=10, best=0), np.array([2.5])) == [0.75]
    bent = curve_values(_curve(kind="exponential", worst=0, best=10, c=2), half)
    assert bent == pytest.approx((1 - np.exp(-1)) / (1 - np.exp(-2)))
    s_shaped = _curve(kind="s_curve", worst=0, best=10, k=8, z0=0.3)

    def logistic(z):
        return 1 / (1 + np.exp(-8 * (z - 0.3)))

    expected = (logistic(0.5) - logistic(0)) / (logistic(1) - logistic(0))
    assert curve_values(s_shaped, half) == pytest.approx(expected)
    band = _curve(kind="band", zero_below=0, low=4, high=6, zero_above=8)
    found = curve_values(band, np.array([-1, 0, 2, 4, 5, 6, 7, 8, 9]))
    assert found.tolist() == [0, 0, 0.5, 1, 1, 1, 0.5, 0, 0]


@pytest.mark.parametrize("c", [0.0, 1e-12, -1e-12, 1e-7])
def test_without_a_bend_the_exponential_is_linear(c):
    x = np.linspace(0, 10, 41)
    bent = curve_values(_curve(kind="exponential", worst=0, best=10, c=c), x)
    assert bent == pytest.approx(x / 10, abs=1e-7)


@given(curves())
def test_the_compiled_knots_are_the_curve_within_their_error(curve):
    scale = compile_scale(curve)
    at = np.array([knot[0] for knot in scale.knots])
    width = at[-1] - at[0]
    x = np.linspace(at[0] - width / 10, at[-1] + width / 10, 4001)
    table = pd.DataFrame({"m": x})
    valued = to_values(table, {"m": scale})
    exact = curve_values(curve, x)
    assert np.abs(valued.values["m"].to_numpy() - exact).max() < KNOT_ERROR
    assert valued.clamped["m"].tolist() == ((x < at[0]) | (x > at[-1])).tolist()
    assert exact.min() >= 0
    assert exact.max() <= 1


@given(curves())
def test_ends_are_0_and_1_and_an_unknown_stays_unknown(curve):
    worths = [worth for _, worth in compile_scale(curve).knots]
    assert min(worths) == pytest.approx(0, abs=1e-12)
    assert max(worths) == pytest.approx(1, abs=1e-12)
    assert np.isnan(curve_values(curve, np.array([np.nan]))).all()
    if not isinstance(curve, BandCurve):
        ends = curve_values(curve, np.array([curve.worst, curve.best]))
        assert ends == pytest.approx([0, 1], abs=1e-12)


def test_a_gentle_curve_needs_few_knots():
    assert len(compile_scale(_curve(kind="linear", worst=0, best=1)).knots) == 2
    assert len(compile_scale(_curve(kind="exponential", worst=0, best=1, c=3)).knots) < 130
    assert len(compile_scale(_curve(kind="s_curve", worst=0, best=1, k=200)).knots) < 400


# In a study


def test_knots_alone_and_the_piecewise_kind_are_the_same():
    knots = ((0.0, 0.0), (5.0, 0.8), (10.0, 1.0))
    given_alone = CriterionChoice(swing=100, scale=knots).scale
    named = _curve(kind="piecewise", knots=knots)
    assert isinstance(named, PiecewiseCurve)
    assert compile_scale(given_alone) == compile_scale(named) == ValueScale(knots=knots)


@pytest.mark.parametrize(
    ("scale", "problem"),
    [
        ({"kind": "linear", "worst": 1, "best": 1}, "must differ"),
        ({"kind": "linear", "worst": 1}, "Field required"),
        ({"kind": "exponential", "worst": 0, "best": 1, "c": 51}, "less than or equal to 50"),
        ({"kind": "s_curve", "worst": 0, "best": 1, "k": 0}, "greater than or equal to 0.1"),
        ({"kind": "s_curve", "worst": 0, "best": 1, "z0": 1.5}, "less than or equal to 1"),
        ({"kind": "band", "zero_below": 1, "low": 1, "high": 2, "zero_above": 3}, "zero_below"),
        ({"kind": "band", "zero_below": 0, "low": 2, "high": 1, "zero_above": 3}, "zero_below"),
        ({"kind": "piecewise", "knots": [[1, 0], [0, 1]]}, "must rise"),
        ({"kind": "piecewise", "knots": [[0, 0], [1, 2]]}, "between 0 and 1"),
        ({"kind": "parabola", "worst": 0, "best": 1}, "has a `kind`: linear, piecewise"),
        ({"worst": 0, "best": 1}, "has a `kind`"),
        ([[0, 0], [0, 1]], "must rise"),
        ([[0, 0]], "at least 2 items"),
        ({"kind": "linear", "worst": float("nan"), "best": 1}, "finite number"),
    ],
)
def test_a_scale_that_is_none_is_refused_in_words(scale, problem):
    with pytest.raises(ValidationError, match=problem):
        CHOICE.validate_python({"swing": 100, "scale": scale})


def test_a_veto_must_exceed_the_preference_threshold():
    with pytest.raises(ValidationError, match=r"greater than 0\.15"):
        CriterionChoice(swing=100, veto=0.1)
    assert CriterionChoice(swing=100, veto=0.4).veto == 0.4


def test_a_group_is_not_locked_unless_it_says_so():
    group = {"swing": 100, "criteria": {"a": {"swing": 100}}}
    assert not Group.model_validate(group).locked


# Measures for values


def test_the_nearest_measure_that_is_good_enough():
    band = ValueScale(knots=((0, 0), (4, 1), (6, 1), (8, 0)))
    assert nearest_measure(band, 0.5, 1) == pytest.approx(2)
    assert nearest_measure(band, 0.5, 7.5) == pytest.approx(7)
    assert nearest_measure(band, 0.5, 5) == 5
    assert nearest_measure(band, 1, 9) == 6
    assert nearest_measure(band, 1.1, 5) is None


@given(curves(), st.floats(0, 1), st.floats(0, 1))
def test_the_nearest_measure_has_the_value_and_none_nearer_has_it(curve, value, place):
    scale = compile_scale(curve)
    at, worth = np.array(scale.knots).T
    value = min(value, float(worth.max()))
    start = at[0] + place * (at[-1] - at[0])
    found = nearest_measure(scale, value, start)
    assert np.interp(found, at, worth) >= value - 1e-9
    nearer = start + (found - start) * np.linspace(0, 0.999, 50)
    if found != start:
        assert (np.interp(nearer, at, worth) <= value + 1e-9).all()


def test_the_worth_of_one_more_unit():
    scale = ValueScale(knots=((0, 0), (10, 0.8), (20, 1)))
    assert slope_at(scale, 5) == pytest.approx(0.08)
    assert slope_at(scale, 15) == pytest.approx(0.02)
    assert slope_at(scale, 10) == pytest.approx(0.05)
    assert slope_at(scale, 0) == pytest.approx(0.08)
    assert slope_at(scale, 20) == pytest.approx(0.02)
    assert slope_at(scale, -1) == slope_at(scale, 21) == 0


# Scales that move

TREE = {"g": (100.0, {"a": 100.0, "b": 50.0}), "h": (50.0, {"c": 100.0})}
OLD = {
    "a": ValueScale(knots=((0, 0), (10, 1))),
    "b": ValueScale(knots=((0, 1), (5, 0))),
    "c": ValueScale(knots=((0, 0), (1, 1))),
}


def test_where_nothing_moved_nothing_is_asked():
    assert moved_scales(OLD, OLD, TREE).table.empty


def test_an_end_that_moved_is_asked_again_and_the_suggestion_keeps_every_trade_off():
    new = OLD | {"a": ValueScale(knots=((0, 0), (20, 1))), "b": ValueScale(knots=((1, 1), (5, 0)))}
    found = moved_scales(OLD, new, TREE)
    assert found.table["ask_again"].tolist() == [True, True]
    assert found.table["ratio"].tolist() == pytest.approx([2, 0.8])
    assert found.table.loc["a", ["old_worst", "old_best", "new_worst", "new_best"]].tolist() == [
        0, 10, 0, 20,
    ]  # fmt: skip
    before, after = global_weights(TREE), global_weights(found.tree)
    assert after[found.table.index].tolist() == pytest.approx(
        found.table["suggested_weight"].tolist()
    )
    for one, other in (("a", "b"), ("a", "c"), ("b", "c")):
        where = {"a": 3, "b": 3, "c": 0.5}
        old_rate = (
            before[one]
            * slope_at(OLD[one], where[one])
            / (before[other] * slope_at(OLD[other], where[other]))
        )
        new_rate = (
            after[one]
            * slope_at(new[one], where[one])
            / (after[other] * slope_at(new[other], where[other]))
        )
        assert new_rate == pytest.approx(old_rate)


def test_a_curve_that_changed_between_its_ends_is_listed_but_not_asked_again():
    new = OLD | {"a": ValueScale(knots=((0, 0), (5, 0.9), (10, 1)))}
    row = moved_scales(OLD, new, TREE).table.loc["a"]
    assert not row["ask_again"]
    assert row["ratio"] == 1
    assert row["suggested_weight"] == pytest.approx(row["weight"])


def test_a_scale_that_turned_round_has_no_suggestion():
    new = OLD | {"a": ValueScale(knots=((0, 1), (10, 0)))}
    found = moved_scales(OLD, new, TREE)
    assert found.table.loc["a", "ask_again"]
    assert np.isnan(found.table.loc["a", "ratio"])
    assert found.tree is None


def test_the_zero_end_of_a_band_counts_as_an_end():
    band = {"a": ValueScale(knots=((0, 0), (4, 1), (6, 1), (8, 0)))}
    wider = {"a": ValueScale(knots=((-2, 0), (4, 1), (6, 1), (8, 0)))}
    assert moved_scales(band, wider, {"g": (100, {"a": 100})}).table["ask_again"].all()


def test_a_level_end_that_only_grows_longer_moves_nothing():
    """From 10 on all is best, however far the table goes on."""
    longer = OLD | {"a": ValueScale(knots=((0, 0), (10, 1), (30, 1)))}
    assert not moved_scales(OLD, longer, TREE).table["ask_again"].any()
