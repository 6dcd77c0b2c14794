"""What would turn the order of two sites: equal to a linear programme, and true when applied."""

import itertools
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import Town
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from siteselect.contracts import Criterion, ValueScale
from siteselect.decision.against import against, against_sentences
from siteselect.decision.explanation import baseline_values, gap, waterfall
from siteselect.decision.least_change import (
    best_pairs,
    improvements,
    least_shift,
    single_weight_changes,
    trade_off,
)
from siteselect.decision.ranking import rank
from siteselect.decision.value import to_values
from siteselect.errors import InputError

CRITERIA = list("abcd")
LOW, HIGH = pd.Series(0.0, index=CRITERIA), pd.Series(1.0, index=CRITERIA)


def _series(*numbers):
    return pd.Series(numbers, index=CRITERIA[: len(numbers)], dtype=float)


@st.composite
def two_sites(draw, sizes=(2, 4)):
    size = draw(st.integers(*sizes))
    tenth = st.integers(0, 10).map(lambda k: k / 10)
    row = st.lists(tenth, min_size=size, max_size=size)
    shares = draw(st.lists(st.integers(0, 8), min_size=size, max_size=size).filter(any))
    weights = _series(*shares) / sum(shares)
    one, other = _series(*draw(row)), _series(*draw(row))
    return (one, other, weights) if weights @ (one - other) >= 0 else (other, one, weights)


def _least_by_programme(one, other, weights):
    """Minimise the sum of |w' - w|, split in rise and fall, so that the two scores are equal."""
    d, w = (other - one).to_numpy(), weights.to_numpy()
    size = len(w)
    equal = [np.concatenate([d, -d]), np.concatenate([np.ones(size), -np.ones(size)])]
    bounds = [(0, 1)] * size + [(0, float(weight)) for weight in w]
    found = linprog(np.ones(2 * size), A_eq=equal, b_eq=[-float(w @ d), 0.0], bounds=bounds)
    return found.fun if found.status == 0 else None


# Weights


@given(two_sites())
def test_the_least_shift_is_that_of_the_linear_programme(case):
    one, other, weights = case
    if weights @ (one - other) <= 1e-9:
        return
    shift = least_shift(one, other, weights)
    total = _least_by_programme(one, other, weights)
    assert shift.possible == (total is not None)
    if not shift.possible:
        assert (one > other).all()
        assert (shift.weights["change"] == 0).all()
        return
    assert 2 * shift.moved == pytest.approx(total, abs=1e-7)
    shifted = shift.weights["shifted"]
    assert shifted.sum() == pytest.approx(1)
    assert (shifted >= -1e-12).all()
    assert float(shifted @ (other - one)) == pytest.approx(0, abs=1e-9)
    assert shift.ties_only == ((other - one).max() <= 0)


def test_a_shift_worked_out_by_hand():
    """B gains 0.8 by each unit from a (d = -0.4) to c (d = 0.4); the gap is 0.2 - 0.08 = 0.12."""
    shift = least_shift(_series(0.9, 0.5, 0.2), _series(0.5, 0.5, 0.6), _series(0.5, 0.3, 0.2))
    assert shift.possible
    assert not shift.ties_only
    assert shift.moved == pytest.approx(0.15)
    assert shift.weights["change"].tolist() == pytest.approx([-0.15, 0, 0.15])


def test_a_site_that_is_worse_on_everything_overtakes_under_no_weights():
    shift = least_shift(_series(0.9, 0.5), _series(0.8, 0.4), _series(0.5, 0.5))
    assert not shift.possible
    assert shift.moved == 0


def test_a_site_that_is_level_at_best_can_tie_and_not_pass():
    shift = least_shift(_series(0.9, 0.5), _series(0.8, 0.5), _series(0.5, 0.5))
    assert shift.possible
    assert shift.ties_only
    assert shift.weights["shifted"].tolist() == pytest.approx([0, 1])


@pytest.mark.parametrize("ask", [least_shift, lambda a, b, w: improvements(a, b, w, a, {})])
def test_a_site_that_is_not_behind_and_an_unknown_are_refused(ask):
    with pytest.raises(InputError, match="not behind"):
        ask(_series(0.5, 0.5), _series(0.5, 0.5), _series(0.5, 0.5))
    with pytest.raises(InputError, match="unknown"):
        ask(_series(0.9, np.nan), _series(0.5, 0.5), _series(0.5, 0.5))


TS_MATRIX = pd.DataFrame(
    [
        [0.3088, 0.2897, 0.3867, 0.1922],
        [0.2163, 0.3458, 0.1755, 0.6288],
        [0.4509, 0.2473, 0.1194, 0.0575],
        [0.0240, 0.1172, 0.3184, 0.1215],
    ],
    columns=CRITERIA,
)
TS_WEIGHTS = _series(0.3277, 0.3058, 0.2876, 0.0790)


def test_triantaphyllou_and_sanchez_1997():
    """Inputs recalled, digits computed for the reference sheet; the paper's table was not seen."""
    assert (TS_MATRIX @ TS_WEIGHTS).tolist() == pytest.approx(
        [0.3162, 0.2768, 0.2623, 0.1449], abs=6e-5
    )
    first = single_weight_changes(TS_MATRIX.loc[0], TS_MATRIX.loc[1], TS_WEIGHTS)
    assert first["delta"].tolist() == pytest.approx([0.4260, -0.7024, 0.1866, -0.0903], abs=6e-4)
    assert first["possible"].tolist() == [False, True, True, True]
    second = single_weight_changes(TS_MATRIX.loc[1], TS_MATRIX.loc[2], TS_WEIGHTS)
    assert second["delta"].tolist() == pytest.approx([-0.0618, 0.1473, 0.2586, 0.0254], abs=6e-4)
    assert second["percent"].tolist() == pytest.approx([-18.9, 48.2, 89.9, 32.1], abs=0.1)


@given(two_sites())
def test_a_single_change_of_weight_makes_the_two_tie(case):
    one, other, weights = case
    table = single_weight_changes(one, other, weights)
    for name, row in table.iterrows():
        if np.isnan(row["delta"]):
            assert one[name] == pytest.approx(other[name])
            assert not row["possible"]
            continue
        changed = weights.copy()
        changed[name] -= row["delta"]
        assert float(changed @ (one - other)) == pytest.approx(0, abs=1e-9)


# What the other site would have to improve

SCALES = {
    "a": ValueScale(knots=((0, 1), (1000, 0))),
    "b": ValueScale(knots=((0, 0), (200, 0.7), (1000, 1))),
    "c": ValueScale(knots=((0, 0), (10, 1), (20, 0))),
    "d": ValueScale(knots=((1, 0), (5, 1))),
}


def _valued(measures):
    table = pd.DataFrame([measures], columns=CRITERIA)
    return to_values(table, SCALES).values.iloc[0]


@given(st.integers(0, 2**32 - 1))
def test_a_site_that_reaches_what_it_would_need_draws_level(seed):
    draw = np.random.default_rng(seed)
    ends = [(scale.knots[0][0], scale.knots[-1][0]) for scale in SCALES.values()]
    measures = [_series(*(draw.uniform(*both) for both in ends)) for _ in range(2)]
    weights = pd.Series(draw.dirichlet(np.ones(4)), index=CRITERIA)
    values = [_valued(part) for part in measures]
    one, other = (0, 1) if weights @ (values[0] - values[1]) >= 0 else (1, 0)
    table = improvements(values[one], values[other], weights, measures[other], SCALES)
    lead = float(weights @ (values[one] - values[other]))
    for name, row in table.iterrows():
        best = values[other].copy()
        best[name] = 1.0
        assert row["possible"] == (float(weights @ (best - values[one])) >= -1e-9)
        if row["possible"]:
            moved = measures[other].copy()
            moved[name] = row["needed"]
            assert float(weights @ (_valued(moved) - values[one])) == pytest.approx(0, abs=1e-6)
    for row in best_pairs(
        values[one], values[other], weights, measures[other], SCALES
    ).itertuples():
        moved = measures[other].copy()
        moved[row.first], moved[row.second] = row.first_needed, row.second_needed
        assert 0 < row.share <= 1
        assert float(weights @ (_valued(moved) - values[one])) == pytest.approx(0, abs=1e-6)
    assert lead >= 0


def test_an_improvement_in_its_own_unit():
    """The gap of 0.12 over a weight of 0.4 is a value of 0.3: 300 m less of a."""
    one, other = _series(0.8, 0.5, 0.5, 0.5), _series(0.5, 0.5, 0.5, 0.5)
    weights = _series(0.4, 0.2, 0.2, 0.2)
    measures = _series(500, 100, 5, 3)
    table = improvements(one, other, weights, measures, SCALES)
    assert table.loc["a", "needed"] == pytest.approx(200)
    assert table["possible"].tolist() == [True, False, False, False]
    assert table["needed"].isna().tolist() == [False, True, True, True]


def test_the_best_pair_has_the_shortest_way_on_both():
    one, other = _series(1, 1, 1, 1), _series(0.5, 0.5, 0.5, 1)
    weights = _series(0.4, 0.4, 0.1, 0.1)
    measures = _series(500, 100, 5, 5)
    assert not improvements(one, other, weights, measures, SCALES)["possible"].any()
    # Short by 0.45; together a and b can gain 0.4 at most.
    assert best_pairs(one, other, weights, measures, SCALES).empty
    nearer = _series(0.6, 1, 1, 1)
    rows = best_pairs(nearer, other, weights, measures, SCALES)
    assert (rows.loc[0, "first"], rows.loc[0, "second"]) == ("a", "b")
    assert rows.loc[0, "share"] == pytest.approx(0.29 / 0.4)
    assert rows["share"].is_monotonic_increasing


def test_an_unknown_measure_has_no_needed_one():
    one, other = _series(0.8, 0.5, 0.5, 0.5), _series(0.0, 0.5, 0.5, 0.5)
    measures = _series(np.nan, 100, 5, 3)
    row = improvements(one, other, _series(0.4, 0.2, 0.2, 0.2), measures, SCALES).loc["a"]
    assert row["possible"]
    assert np.isnan(row["needed"])


def test_a_trade_off_in_natural_units():
    """100 m more of a cost 0.1 x 0.5; 1 of d is worth 0.25 x 0.2, so 1 more of d makes up."""
    weights = _series(0.5, 0.1, 0.2, 0.2)
    rate = trade_off(weights, SCALES, _series(500, 100, 5, 3), "a", "d")
    assert 100 * rate == pytest.approx(1)
    level = trade_off(weights, SCALES, _series(500, 100, 5, 9), "a", "d")
    assert np.isnan(level)
    assert np.isnan(trade_off(weights, SCALES, _series(np.nan, 100, 5, 3), "a", "d"))


# One site against another, in words


def _criterion(name, title, unit):
    return Criterion(
        name, title, unit, "more", "grid", (), SCALES[name], question="?", source="test"
    )


RECORDS = {
    "a": _criterion("a", "Grid distance", "m"),
    "b": _criterion("b", "Headroom", "kVA"),
    "c": _criterion("c", "Storeys", "m"),
    "d": _criterion("d", "Road class", "of 5"),
}
MEASURES = pd.DataFrame(
    [[100, 100, 10, 3], [600, 1000, 10, 3], [900, 50, 1, np.nan], [600, 50, 10, 3]],
    index=["near", "strong", "farm", "weak"],
    columns=CRITERIA,
    dtype=float,
)
VALUES = to_values(MEASURES, SCALES).values
WEIGHTS = _series(0.4, 0.2, 0.2, 0.2)
NAMES = {site: site.capitalize() for site in MEASURES.index}


def _against(one, other):
    return against(VALUES, WEIGHTS, MEASURES, RECORDS, LOW, HIGH, (one, other))


def _said(one, other):
    return against_sentences(_against(one, other), RECORDS, NAMES)


def test_the_site_with_the_higher_score_leads_whoever_is_named_first():
    for pair in (("near", "strong"), ("strong", "near")):
        found = _against(*pair)
        assert (found.leader, found.other) == ("near", "strong")
        assert found.gap == pytest.approx(gap(found.terms)[0])


def test_what_is_said_of_two_sites():
    assert _said("near", "strong") == (
        "Near scores 7.0 points more than Strong.",
        "For Near: Grid distance (20.0 points).",
        "For Strong: Headroom (13.0 points).",
        "Grid distance outweighs all that speaks or could speak for Strong.",
        (
            "Strong draws level if 6.1% of the weight moves from Grid distance to Headroom; "
            "no smaller movement does it."
        ),
        (
            "Strong would draw level by one of these alone: Grid distance at 425 m (now 600 m); "
            "Road class at 4.4 of 5 (now 3 of 5)."
        ),
        (
            "At the margin where Strong stands, 100 m more of Grid distance is made up for by "
            "533 kVA more of Headroom."
        ),
    )


def test_what_is_said_where_no_weights_help():
    said = " ".join(_said("near", "farm"))
    assert "with every unknown at the worst of its range" in said
    assert "Unknown at one or both: Road class. The difference could be 43.5 to 63.5" in said
    assert "No single criterion would let Farm draw level" in said or "No one or two" in said


def test_an_order_that_an_unknown_could_turn_is_called_open():
    measures = MEASURES.copy()
    measures.loc["strong", "d"] = np.nan
    values = to_values(measures, SCALES).values
    found = against(values, WEIGHTS, measures, RECORDS, LOW, HIGH, ("near", "strong"))
    assert found.assumed == ("d",)
    said = " ".join(against_sentences(found, RECORDS, NAMES))
    assert "The difference could be -3.0 to 17.0 points, so the order of the two is open." in said


def test_dominated_is_said_as_such():
    values = pd.DataFrame([[0.9] * 4, [0.1] * 4], index=["near", "weak"], columns=CRITERIA)
    measures = MEASURES.loc[["near", "weak"]]
    found = against(values, WEIGHTS, measures, RECORDS, LOW, HIGH, ("weak", "near"))
    said = against_sentences(found, RECORDS, NAMES)
    assert "No weights put Weak level: Near is better on every criterion." in said


def test_equal_sites_are_called_equal():
    values = VALUES.loc[["near", "near"]].set_axis(["near", "weak"])
    measures = MEASURES.loc[["near", "near"]].set_axis(["near", "weak"])
    found = against(values, WEIGHTS, measures, RECORDS, LOW, HIGH, ("near", "weak"))
    assert against_sentences(found, RECORDS, NAMES) == ("Near and Weak have the same score.",)


def test_a_site_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="no such site"):
        _against("near", "nowhere")


@given(st.integers(0, 2**32 - 1))
def test_sentences_hold_for_any_two_sites(seed):
    """Whatever the case, the numbers said are those of the record, and nothing is left blank."""
    draw = np.random.default_rng(seed)
    measures = pd.DataFrame(
        [[draw.uniform(s.knots[0][0], s.knots[-1][0]) for s in SCALES.values()] for _ in range(2)],
        index=["x", "y"],
        columns=CRITERIA,
    )
    measures = measures.mask(draw.random((2, 4)) < 0.2)
    values = to_values(measures, SCALES).values
    weights = pd.Series(draw.dirichlet(np.ones(4)), index=CRITERIA)
    found = against(values, weights, measures, RECORDS, LOW, HIGH, ("x", "y"))
    said = " ".join(against_sentences(found, RECORDS, {"x": "X", "y": "Y"}))
    assert f"{100 * found.gap:.1f} points" in said or "the same score" in said
    assert "nan" not in said
    assert ("every unknown" in said) == bool(found.assumed)


# Baselines of a waterfall


def _ranked(values):
    fit = pd.Series(data=True, index=values.index)
    return rank(values, WEIGHTS, LOW, HIGH, fit).table


@pytest.mark.parametrize(
    ("site", "kind", "base"),
    [
        ("near", "worst", ""),
        ("near", "median", "strong"),
        ("near", "runner_up", "strong"),
        ("weak", "runner_up", "near"),
    ],
)
def test_what_a_waterfall_may_count_from(site, kind, base):
    label, values = baseline_values(VALUES, _ranked(VALUES), site, kind)
    assert label == base
    terms = waterfall(VALUES, WEIGHTS, site, LOW, HIGH, values)
    before = 0.0 if values is None else float(values @ WEIGHTS)
    assert before + terms["points"].sum() == pytest.approx(float(VALUES.loc[site] @ WEIGHTS))


def test_an_unknown_of_the_baseline_makes_its_term_unknown():
    terms = waterfall(VALUES, WEIGHTS, "near", LOW, HIGH, VALUES.loc["farm"])
    assert terms["points"].isna().tolist() == [False, False, False, True]
    ends = terms.loc["d", ["unknown_low_points", "unknown_high_points"]].tolist()
    value = VALUES.loc["near", "d"]
    assert ends == pytest.approx([0.2 * (value - 1), 0.2 * value])


def test_alone_there_is_nobody_to_count_from():
    alone = VALUES.loc[["near"]]
    with pytest.raises(InputError, match="no ranked site"):
        baseline_values(alone, _ranked(alone), "near", "runner_up")
    assert baseline_values(alone, _ranked(alone), "near", "median")[0] == "near"


def test_the_greedy_shift_beats_every_movement_between_two_criteria():
    """No single pair of giver and taker does with less than the greedy shift says."""
    one, other = _series(0.9, 0.7, 0.2, 0.4), _series(0.3, 0.6, 0.9, 0.5)
    weights = _series(0.5, 0.3, 0.1, 0.1)
    lead = float(weights @ (one - other))
    least = least_shift(one, other, weights).moved
    d = other - one
    for giver, taker in itertools.permutations(CRITERIA, 2):
        gain = d[taker] - d[giver]
        if gain > 0 and lead / gain <= weights[giver]:
            assert lead / gain >= least - 1e-12


# On the command line


def _explained(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "siteselect", "explain", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_explain_tells_one_site_against_another_and_against_a_baseline(town: Town) -> None:
    asked = (town.file, "c", "--against", "a", "--baseline", "median")
    code, out, _ = _explained(*asked, "--json")
    told = json.loads(out)
    assert code == 0
    pair = told["against"]
    assert {pair["leader"], pair["other"]} == {"a", "c"}
    assert pair["gap"] >= 0
    assert pair["sentences"][0].startswith(("By the pool", "By the hall"))
    assert sum(row["points_low"] for row in pair["terms"]) == pytest.approx(pair["gap_low"])
    assert told["counted_from"]["baseline_site"] in {"a", "b", "c", "d"}
    code, out, _ = _explained(*asked)
    assert code == 0
    assert "Points against" in out
    assert "scores" in out


def test_explain_against_a_site_that_is_not_there_is_refused(town: Town) -> None:
    code, _, error = _explained(town.file, "c", "--against", "zz")
    assert code == 2
    assert "no such site" in error
