"""Value scales: fixed, clamped with a flag, unknown stays unknown."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect.contracts import ValueScale
from siteselect.decision.value import measure_for, to_values, value_bounds
from siteselect.errors import InputError, StudyError

FALLING = ValueScale(((0, 1), (100, 0.5), (300, 0)))
PEAK = ValueScale(((0, 0), (10, 1), (20, 1), (40, 0.2)))


def _frame(**columns):
    return pd.DataFrame(columns, index=[f"s{i}" for i in range(len(next(iter(columns.values()))))])


@st.composite
def scales(draw):
    steps = draw(st.lists(st.floats(0.01, 1e4), min_size=1, max_size=6))
    start = draw(st.floats(-1e5, 1e5))
    at = start + np.concatenate([[0.0], np.cumsum(steps)])
    worth = draw(st.lists(st.floats(0, 1), min_size=len(at), max_size=len(at)))
    return ValueScale(tuple(zip(at.tolist(), worth, strict=True)))


def test_values_lie_on_the_straight_lines_between_the_knots():
    valued = to_values(_frame(d=[0.0, 50, 100, 200, 300]), {"d": FALLING})
    assert valued.values["d"].tolist() == [1, 0.75, 0.5, 0.25, 0]
    assert not valued.clamped.to_numpy().any()


def test_a_measure_beyond_the_scale_gets_the_end_and_a_flag():
    valued = to_values(_frame(d=[-1.0, 0, 300, 301]), {"d": FALLING})
    assert valued.values["d"].tolist() == [1, 1, 0, 0]
    assert valued.clamped["d"].tolist() == [True, False, False, True]


def test_an_unknown_measure_stays_unknown_and_is_not_called_clamped():
    valued = to_values(_frame(d=[np.nan, 100.0], p=[5.0, np.nan]), {"d": FALLING, "p": PEAK})
    assert valued.values.isna().to_numpy().tolist() == [[True, False], [False, True]]
    assert not valued.clamped.to_numpy().any()


def test_tables_keep_index_columns_and_their_order():
    measures = _frame(p=[1.0, 2.0], d=[3.0, 4.0])
    valued = to_values(measures, {"d": FALLING, "p": PEAK, "not_used": PEAK})
    assert valued.values.index.equals(measures.index)
    assert valued.values.columns.tolist() == ["p", "d"] == valued.clamped.columns.tolist()


@pytest.mark.parametrize("measures", [pd.DataFrame({"d": []}), pd.DataFrame(index=["a"])])
def test_no_sites_or_no_criteria_are_no_error(measures):
    assert to_values(measures, {"d": FALLING}).values.shape == measures.shape


def test_every_infinite_measure_is_named_at_once():
    measures = _frame(d=[np.inf, 1.0, np.nan], p=[1.0, -np.inf, 2.0])
    with pytest.raises(InputError) as caught:
        to_values(measures, {"d": FALLING, "p": PEAK})
    assert [(f.row, f.column) for f in caught.value.faults] == [("s0", "d"), ("s1", "p")]


def test_every_criterion_without_a_scale_is_named_at_once():
    with pytest.raises(StudyError) as caught:
        to_values(_frame(a=[1.0], b=[1.0], d=[1.0]), {"d": FALLING})
    assert [f.column for f in caught.value.faults] == ["a.scale", "b.scale"]


@pytest.mark.parametrize(
    ("knots", "problem"),
    [
        ((), "fewer than two"),
        (((1, 1),), "fewer than two"),
        (((0, 0), (0, 1)), "must rise"),
        (((1, 0), (0, 1)), "must rise"),
        (((0, 0), (1, 1.01)), "between 0 and 1"),
        (((0, -0.01), (1, 1)), "between 0 and 1"),
        (((0, 0), (float("inf"), 1)), "no finite number"),
        (((0, float("nan")), (1, 1)), "no finite number"),
        (((-1.7e308, 0), (1.7e308, 1)), "no finite number"),
    ],
)
def test_a_scale_that_is_none_is_refused(knots, problem):
    scale = ValueScale(knots)
    for use in (
        lambda: to_values(_frame(d=[1.0]), {"d": scale}),
        lambda: value_bounds(scale, 0, 1),
        lambda: measure_for(scale, 0.5),
    ):
        with pytest.raises(StudyError, match=problem):
            use()


def test_bounds_of_a_scale_with_a_peak_count_the_knots_inside():
    assert value_bounds(PEAK, 5, 40) == (0.2, 1)
    assert value_bounds(PEAK, 5, 30) == (0.5, 1)
    assert value_bounds(PEAK, 12, 18) == (1, 1)
    assert value_bounds(ValueScale(((0, 1), (5, 0), (10, 1))), 1, 9) == (0, pytest.approx(0.8))


def test_bounds_reach_past_the_ends_of_the_scale():
    assert value_bounds(FALLING, -50, 100) == (0.5, 1)
    assert value_bounds(FALLING, 400, 500) == (0, 0)
    assert value_bounds(FALLING, -np.inf, np.inf) == (0, 1)


@pytest.mark.parametrize(("low", "high"), [(2, 1), (np.nan, 1), (0, np.nan)])
def test_bounds_of_no_interval_are_refused(low, high):
    with pytest.raises(ValueError, match="is none"):
        value_bounds(FALLING, low, high)


@settings(deadline=None)
@given(scales(), st.floats(-2e5, 2e5), st.floats(-2e5, 2e5), st.floats(0, 1))
def test_bounds_contain_the_value_of_every_measure_between(scale, one, other, part):
    low, high = min(one, other), max(one, other)
    measure = min(max(low + part * (high - low), low), high)
    least, most = value_bounds(scale, low, high)
    value = to_values(_frame(d=[measure]), {"d": scale}).values["d"].iloc[0]
    assert least - 1e-12 <= value <= most + 1e-12


@settings(deadline=None)
@given(scales(), st.lists(st.floats(-2e5, 2e5), min_size=1, max_size=8))
def test_values_stay_in_0_to_1_and_no_site_moves_another(scale, measures):
    together = to_values(_frame(d=measures), {"d": scale}).values["d"]
    assert together.between(0, 1).all()
    alone = [to_values(_frame(d=[m]), {"d": scale}).values["d"].iloc[0] for m in measures]
    assert together.tolist() == alone


def test_the_measure_for_a_value_in_natural_units():
    assert measure_for(FALLING, 0.75) == 50
    assert measure_for(FALLING, 0.25) == 200
    assert measure_for(FALLING, 1) == 0
    assert measure_for(ValueScale(((2, 0), (4, 1))), 0.5) == 3


@pytest.mark.parametrize(
    ("scale", "value"),
    [
        (PEAK, 0.5),  # rises and falls
        (ValueScale(((0, 0), (1, 0.6), (2, 0.6), (3, 1))), 0.6),  # level there
        (ValueScale(((0, 0.5), (1, 0.5))), 0.5),  # level everywhere
        (ValueScale(((0, 0.2), (1, 0.8))), 0.9),  # never reached
        (FALLING, 1.5),
        (FALLING, float("nan")),
    ],
)
def test_no_measure_where_there_is_not_exactly_one(scale, value):
    assert measure_for(scale, value) is None


def test_a_level_stretch_elsewhere_does_not_hinder():
    scale = ValueScale(((0, 1), (1, 0.6), (2, 0.6), (4, 0)))
    assert measure_for(scale, 0.3) == 3
    assert measure_for(scale, 0.8) == pytest.approx(0.5)


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 50), min_size=2, max_size=6),
    st.booleans(),
    st.floats(0, 1),
)
def test_the_measure_for_a_value_has_that_value(steps, falling, part):
    at = np.cumsum(steps).astype(float)
    worth = np.linspace(0, 1, len(at))
    scale = ValueScale(tuple(zip(at, worth[::-1] if falling else worth, strict=True)))
    measure = measure_for(scale, part)
    assert measure is not None
    value = to_values(_frame(d=[measure]), {"d": scale}).values["d"].iloc[0]
    assert value == pytest.approx(part, abs=1e-12)
