"""Fronts against brute force, with ties and unknowns, and who could win at all."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.decision.pareto import beaten, group_scores, pareto_front, potentially_optimal
from siteselect.decision.weights import global_weights
from siteselect.errors import InputError

AXES = ["x", "y"]


def _points(*rows, axes=AXES):
    return pd.DataFrame(rows, index=[f"s{i}" for i in range(len(rows))], columns=axes, dtype=float)


def _everyone(points):
    return pd.Series(data=True, index=points.index)


def _beats(one, other):
    return all(a >= b for a, b in zip(one, other, strict=True)) and any(
        a > b for a, b in zip(one, other, strict=True)
    )


def test_a_front_of_two_axes():
    points = _points([1, 0], [0.5, 0.5], [0, 1], [0.4, 0.4], [0.5, 0.4])
    front = pareto_front(points, points, AXES, _everyone(points))
    assert front["on_front"].tolist() == ["yes", "yes", "yes", "no", "no"]
    assert not front["has_unknown"].any()


def test_twins_beat_each_other_not():
    points = _points([0.5, 0.5], [0.5, 0.5], [0.1 + 0.2, 0.5], [0.3, 0.5])
    front = pareto_front(points, points, AXES, _everyone(points))
    assert front["on_front"].tolist() == ["yes", "yes", "no", "no"]
    twins = points.iloc[2:]
    assert (pareto_front(twins, twins, AXES, _everyone(twins))["on_front"] == "yes").all()


def test_a_site_that_a_rule_shuts_out_beats_nobody():
    points = _points([1, 1], [0.5, 0.5])
    fit = pd.Series([False, True], index=points.index)
    front = pareto_front(points, points, AXES, fit)
    assert front["on_front"].to_dict() == {"s1": "yes"}


tenth = st.integers(0, 4).map(lambda k: k / 4)


@given(st.data())
def test_fronts_with_unknowns_are_those_of_all_completions(data):
    axes = AXES if data.draw(st.booleans()) else ["x", "y", "z"]
    n = data.draw(st.integers(1, 5))
    row = st.lists(tenth, min_size=len(axes), max_size=len(axes))
    low = np.array(data.draw(st.lists(row, min_size=n, max_size=n)))
    high = low.copy()
    for _ in range(data.draw(st.integers(0, 3))):
        i, j = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, len(axes) - 1))
        high[i, j] = 1.0
    lows, highs = _points(*low, axes=axes), _points(*high, axes=axes)
    front = pareto_front(lows, highs, axes, _everyone(lows))
    free = np.argwhere(high > low)
    answers = [set() for _ in range(n)]
    for ends in itertools.product((0, 1), repeat=len(free)):
        case = low.copy()
        for (i, j), end in zip(free, ends, strict=True):
            case[i, j] = (low, high)[end][i, j]
        for i in range(n):
            answers[i].add(not any(_beats(case[k], case[i]) for k in range(n) if k != i))
    expected = [
        "unknown" if len(seen) == 2 else "yes" if True in seen else "no" for seen in answers
    ]
    found = front["on_front"].tolist()
    # The answer is never surer than the truth, and with all known it is the truth.
    for said, true in zip(found, expected, strict=True):
        assert said in {true, "unknown"}
    if not len(free):
        assert found == expected
    assert front["has_unknown"].tolist() == (high > low).any(axis=1).tolist()


@given(st.integers(0, 2**32 - 1))
def test_beaten_is_what_all_pairs_say(seed):
    draw = np.random.default_rng(seed)
    points = draw.integers(0, 5, (30, 3)) / 4
    expected = [any(_beats(points[k], points[i]) for k in range(30) if k != i) for i in range(30)]
    assert beaten(points, points).tolist() == expected


def test_an_unknown_cell_is_refused_where_there_is_no_place_for_a_flag():
    with pytest.raises(ValueError, match="unknown cell"):
        beaten(np.array([[np.nan, 1.0]]), np.array([[0.5, 1.0]]))


@pytest.mark.parametrize("axes", [["x"], ["x", "x"], ["x", "q"], list("abcde")])
def test_axes_that_are_none_are_refused(axes):
    points = _points([0.0] * 5, axes=list("abcde")) if len(axes) == 5 else _points([0, 0])
    with pytest.raises(InputError):
        pareto_front(points, points, axes, _everyone(points))


TREE = {"x": (100.0, {"a": 100.0, "b": 100.0}), "y": (50.0, {"c": 100.0, "d": 0.0})}


def test_group_scores_add_up_to_the_score_and_show_their_unknowns():
    values = pd.DataFrame(
        [[0.2, 0.4, 0.9, 0.1], [np.nan, 0.4, 0.9, np.nan]], index=["s", "t"], columns=list("abcd")
    )
    low, high = pd.Series(0.0, index=list("abcd")), pd.Series(1.0, index=list("abcd"))
    lows, highs = group_scores(values, TREE, low, high)
    assert lows.loc["s"].tolist() == highs.loc["s"].tolist() == pytest.approx([0.3, 0.9])
    assert lows.loc["t"].tolist() == pytest.approx([0.2, 0.9])
    assert highs.loc["t"].tolist() == pytest.approx([0.7, 0.9])
    shares = np.array([100, 50]) / 150
    whole = float(values.loc["s"] @ global_weights(TREE))
    assert float(lows.loc["s"].to_numpy() @ shares) == pytest.approx(whole)


# Who could win under some weights


def _ends(values):
    names = values.columns
    return pd.Series(0.0, index=names), pd.Series(1.0, index=names)


def test_a_site_on_the_front_may_still_win_under_no_weights():
    points = _points([1, 0], [0.45, 0.45], [0, 1], [0.6, 0.6])
    table = potentially_optimal(points, *_ends(points))
    assert table["could_lead"].tolist() == ["yes", "no", "yes", "yes"]
    hollow = points.iloc[:3]
    table = potentially_optimal(hollow, *_ends(hollow))
    assert table["could_lead"].tolist() == ["yes", "no", "yes"]
    assert table.loc["s1", "margin_high"] == pytest.approx(-0.05)


@given(st.integers(0, 2**32 - 1))
def test_potentially_optimal_is_what_a_sweep_of_the_weights_finds(seed):
    points = _points(*np.random.default_rng(seed).random((5, 2)))
    table = potentially_optimal(points, *_ends(points))
    share = np.linspace(0, 1, 401)
    scores = points.to_numpy() @ np.vstack([share, 1 - share])
    lead = np.array(
        [(scores[i] - np.delete(scores, i, axis=0).max(axis=0)).max() for i in range(5)]
    )
    assert table["margin_low"].to_numpy() == pytest.approx(lead, abs=0.01)
    assert (table["margin_low"].to_numpy() >= lead - 1e-9).all()


def test_who_could_win_is_open_where_an_unknown_decides():
    points = _points([0.5, 0.5], [0.9, np.nan], [0.1, 0.1])
    table = potentially_optimal(points, *_ends(points))
    assert table["could_lead"].tolist() == ["unknown", "yes", "no"]
    assert (table["margin_low"] <= table["margin_high"]).all()


def test_a_site_alone_leads():
    points = _points([0.1, 0.2])
    assert potentially_optimal(points, *_ends(points))["could_lead"].tolist() == ["yes"]
