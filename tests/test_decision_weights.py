"""Swing weights: shares multiplied down a tree of two levels."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect.contracts import ValueScale
from siteselect.decision.value import to_values
from siteselect.decision.weights import (
    global_weights,
    swings_of,
    with_criterion_swings,
    with_group_swings,
)
from siteselect.errors import StudyError

TREE = {"heat": (100, {"demand": 100, "match": 50}), "grid": (60, {"distance": 80})}


@st.composite
def trees(draw):
    swing = st.floats(0, 100)
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    tree = {}
    for g, size in enumerate(sizes):
        swings = draw(st.lists(swing, min_size=size, max_size=size))
        swings[0] = draw(st.floats(1, 100))
        tree[f"g{g}"] = (draw(swing), {f"g{g}c{c}": s for c, s in enumerate(swings)})
    tree["g0"] = (draw(st.floats(1, 100)), tree["g0"][1])
    return tree


def test_the_minimal_swing_test():
    """Swings 100 and 50; when the second range halves, its linear swing is 25 (our arithmetic)."""
    first = global_weights({"all": (100, {"a": 100, "b": 50})})
    assert first.tolist() == pytest.approx([0.667, 0.333], abs=5e-4)
    narrowed = global_weights({"all": (100, {"a": 100, "b": 25})})
    assert narrowed.tolist() == pytest.approx([0.8, 0.2])


def test_halving_a_range_and_its_swing_leaves_the_trade_off_unchanged():
    """One unit of b is worth as much of a before and after: that is why the swing must halve."""
    wide, half = ValueScale(((0, 0), (10, 1))), ValueScale(((0, 0), (5, 1)))
    step = pd.DataFrame({"a": [0.0, 1.0, 0.0], "b": [0.0, 0.0, 1.0]})
    rates = []
    for swing, scale in ((50, wide), (25, half)):
        values = to_values(step, {"a": wide, "b": scale}).values
        points = values @ global_weights({"all": (100, {"a": 100, "b": swing})})
        rates.append(points[2] / points[1])
    assert rates[0] == pytest.approx(rates[1])


def test_a_global_weight_is_the_product_of_the_shares_on_its_path():
    weights = global_weights(TREE)
    assert weights["demand"] == pytest.approx(100 / 160 * 100 / 150)
    assert weights["match"] == pytest.approx(100 / 160 * 50 / 150)
    assert weights["distance"] == pytest.approx(60 / 160)
    assert weights.name == "weight"
    assert weights.index.tolist() == ["demand", "match", "distance"]


def test_a_swing_of_0_is_a_weight_of_0_and_is_kept():
    weights = global_weights({"heat": (100, {"a": 100, "b": 0}), "grid": (0, {"c": 5})})
    assert weights.to_dict() == {"a": 1, "b": 0, "c": 0}


@settings(deadline=None)
@given(trees(), st.floats(0.01, 50))
def test_weights_sum_to_1_and_only_ratios_of_swings_count(tree, factor):
    weights = global_weights(tree)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert (weights >= 0).all()
    scaled = {g: (s * factor, {c: x * factor for c, x in b.items()}) for g, (s, b) in tree.items()}
    assert global_weights(scaled).tolist() == pytest.approx(weights.tolist(), abs=1e-12)


@settings(deadline=None)
@given(trees(), st.floats(1, 100))
def test_moving_one_group_leaves_the_proportions_inside_every_group(tree, swing):
    moved = with_group_swings(tree, {"g0": swing})
    before, after = global_weights(tree), global_weights(moved)
    for _, branch in tree.values():
        names = list(branch)
        if before[names].sum() > 1e-9:
            assert (after[names] / after[names].sum()).tolist() == pytest.approx(
                (before[names] / before[names].sum()).tolist(), abs=1e-9
            )


def test_groups_not_named_keep_their_swing_and_the_tree_given_is_not_touched():
    moved = with_group_swings(TREE, {"grid": 0})
    assert moved == {"heat": TREE["heat"], "grid": (0, {"distance": 80})}
    assert TREE["grid"] == (60, {"distance": 80})


def test_unknown_groups_are_all_named():
    with pytest.raises(StudyError) as caught:
        with_group_swings(TREE, {"noise": 1, "heat": 2, "fibre": 3})
    assert [f.column for f in caught.value.faults] == ["noise", "fibre"]
    assert "heat, grid" in str(caught.value)


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"a": (0, {"x": 1})},
        {"a": (100, {})},
        {"a": (100, {"x": 0, "y": 0})},
        {"a": (100, {"x": 1}), "b": (0, {"y": 0})},
        {"a": (-1, {"x": 1}), "b": (1, {"y": 1})},
        {"a": (float("nan"), {"x": 1}), "b": (1, {"y": 1})},
        {"a": (1, {"x": float("inf")})},
        {"a": (1, {"x": 1}), "b": (1, {"x": 1})},
    ],
)
def test_swings_that_cannot_be_weighed_are_refused(tree):
    with pytest.raises(StudyError):
        global_weights(tree)


def test_all_faults_of_a_tree_come_together():
    with pytest.raises(StudyError) as caught:
        global_weights({"a": (-1, {"x": -2, "y": 0}), "b": (1, {"x": 0})})
    places = [f.column for f in caught.value.faults]
    assert places == [
        "groups.a.swing",
        "groups.a.criteria.x.swing",
        "groups.b.criteria",
        "groups.b.criteria.x",
    ]


def test_swings_that_leave_nothing_to_weigh_are_refused():
    with pytest.raises(StudyError, match="no swing above 0"):
        with_group_swings(TREE, {"heat": 0, "grid": 0})


# Locked groups

LOCKABLE = {
    "heat": (100.0, {"a": 100.0, "b": 50.0}),
    "grid": (60.0, {"c": 100.0}),
    "noise": (40.0, {"d": 100.0}),
}


def _groups(tree):
    weights = global_weights(tree)
    return {group: float(weights[list(branch)].sum()) for group, (_, branch) in tree.items()}


@given(st.floats(0, 100), st.sampled_from(list(LOCKABLE)))
def test_a_locked_group_keeps_its_weight_while_another_is_moved(swing, moved):
    for locked in LOCKABLE:
        if locked == moved:
            continue
        (third,) = set(LOCKABLE) - {locked, moved}
        before, tree = _groups(LOCKABLE), with_group_swings(LOCKABLE, {moved: swing}, [locked])
        after = _groups(tree)
        assert after[locked] == pytest.approx(before[locked])
        assert after[moved] * LOCKABLE[third][0] == pytest.approx(after[third] * swing)
        assert max(group[0] for group in tree.values()) <= 100 * (1 + 1e-12)
        assert [group[1] for group in tree.values()] == [group[1] for group in LOCKABLE.values()]


def test_a_locked_group_may_be_named_with_the_swing_it_has_and_no_other():
    assert _groups(with_group_swings(LOCKABLE, {"heat": 100, "grid": 10}, ["heat"]))[
        "heat"
    ] == pytest.approx(0.5)
    with pytest.raises(StudyError, match="locked"):
        with_group_swings(LOCKABLE, {"heat": 90}, ["heat"])


def test_where_all_groups_are_locked_or_nothing_is_left_the_rest_is_said():
    assert with_group_swings(LOCKABLE, {}, list(LOCKABLE)) == LOCKABLE
    with pytest.raises(StudyError, match="no weight for the groups that are free"):
        with_group_swings(LOCKABLE, {"grid": 0, "noise": 0}, ["heat"])


def test_a_locked_group_without_weight_stays_without():
    tree = {**LOCKABLE, "access": (0.0, {"e": 100.0})}
    assert _groups(with_group_swings(tree, {"heat": 10}, ["access"]))["access"] == 0


def test_moving_criteria_inside_a_group_moves_no_group():
    tree = with_criterion_swings(LOCKABLE, {"a": 10, "b": 100})
    assert _groups(tree) == pytest.approx(_groups(LOCKABLE))
    assert global_weights(tree)["b"] == pytest.approx(0.5 * 100 / 110)
    with pytest.raises(StudyError, match="no such criterion"):
        with_criterion_swings(LOCKABLE, {"z": 10})
    with pytest.raises(StudyError, match="no swing above 0"):
        with_criterion_swings(LOCKABLE, {"c": 0})


def test_swings_of_weights_are_100_for_the_largest_and_give_the_weights_back():
    swings = swings_of({"a": 0.5, "b": 0.3, "c": 0.2})
    assert swings == pytest.approx({"a": 100, "b": 60, "c": 40})
    assert global_weights({"g": (100, swings)}).tolist() == pytest.approx([0.5, 0.3, 0.2])
    with pytest.raises(ValueError, match="no weight"):
        swings_of({"a": 0})
