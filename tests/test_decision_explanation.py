"""Explanations: exact terms, checked against sums, sweeps and brute force."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteselect.decision.explanation import compare, gap, sentences, waterfall
from siteselect.decision.ranking import rank
from siteselect.decision.stability import stability
from siteselect.errors import InputError

CRITERIA = list("abcd")
LOW = pd.Series([0.0, 0.1, 0.0, 0.2], index=CRITERIA)
HIGH = pd.Series([1.0, 0.9, 1.0, 0.6], index=CRITERIA)
WEIGHTS = pd.Series([0.4, 0.3, 0.2, 0.1], index=CRITERIA)
SITES = pd.DataFrame(
    [
        [0.9, 0.5, 0.2, 0.4],
        [0.6, 0.8, 0.4, 0.4],
        [0.1, np.nan, 1.0, np.nan],
        [1.0, 1.0, 1.0, 1.0],
    ],
    index=["pool", "depot", "farm", "marsh"],
    columns=CRITERIA,
)
TITLES = {"a": "heat", "b": "grid distance", "c": "fibre", "d": "access"}
FIT = pd.Series([True, True, True, False], index=SITES.index)


def _said(site, values=SITES, weights=WEIGHTS, fit=FIT):
    ranking = rank(values, weights, LOW, HIGH, fit)
    return sentences(ranking, values, weights, site, LOW, HIGH, TITLES)


@st.composite
def complete_cases(draw):
    n, m = draw(st.integers(1, 6)), draw(st.integers(2, 4))
    tenth = st.integers(0, 10).map(lambda k: k / 10)
    rows = draw(st.lists(st.lists(tenth, min_size=m, max_size=m), min_size=n, max_size=n))
    shares = draw(st.lists(st.integers(0, 5), min_size=m, max_size=m).filter(any))
    weights = pd.Series(shares, index=CRITERIA[:m], dtype=float) / sum(shares)
    return pd.DataFrame(rows, index=[f"s{i}" for i in range(n)], columns=CRITERIA[:m]), weights


# Waterfall


def test_the_terms_of_a_waterfall_add_up_to_the_score():
    table = rank(SITES, WEIGHTS, LOW, HIGH, FIT).table
    for site in SITES.index:
        terms = waterfall(SITES, WEIGHTS, site, LOW, HIGH)
        low = terms["points"].fillna(terms["unknown_low_points"]).sum()
        high = terms["points"].fillna(terms["unknown_high_points"]).sum()
        assert low == pytest.approx(table.loc[site, "score_low"], abs=1e-12)
        assert high == pytest.approx(table.loc[site, "score_high"], abs=1e-12)


def test_a_waterfall_shows_the_unknown_as_a_range_and_the_known_without_one():
    terms = waterfall(SITES, WEIGHTS, "farm", LOW, HIGH)
    assert terms.index.name == "criterion"
    assert terms["points"].isna().tolist() == [False, True, False, True]
    assert terms.loc["b", ["unknown_low_points", "unknown_high_points"]].tolist() == pytest.approx(
        [0.03, 0.27]
    )
    assert (
        terms.loc[["a", "c"], ["unknown_low_points", "unknown_high_points"]].isna().all(axis=None)
    )


def test_against_another_site_the_waterfall_is_the_gap_of_the_scores():
    terms = waterfall(SITES, WEIGHTS, "pool", LOW, HIGH, baseline=SITES.loc["depot"])
    scores = SITES.loc[["pool", "depot"]] @ WEIGHTS
    assert terms["points"].sum() == pytest.approx(scores["pool"] - scores["depot"])


@settings(deadline=None, max_examples=30)
@given(complete_cases(), st.data())
def test_a_waterfall_gives_the_shapley_values_of_its_baseline(case, data):
    values, weights = case
    site, base = (data.draw(st.sampled_from(list(values.index))) for _ in range(2))
    terms = waterfall(values, weights, site, LOW, HIGH, baseline=values.loc[base])
    shapley = pd.Series(0.0, index=weights.index)
    orders = list(itertools.permutations(weights.index))
    for sequence in orders:
        mixed = values.loc[base].copy()
        for name in sequence:
            before = float(mixed @ weights)
            mixed[name] = values.loc[site, name]
            shapley[name] += (float(mixed @ weights) - before) / len(orders)
    assert terms["points"].to_numpy() == pytest.approx(shapley.to_numpy(), abs=1e-12)


# Comparison


def test_a_comparison_names_what_speaks_for_whom():
    terms = compare(SITES, WEIGHTS, "pool", "depot", LOW, HIGH)
    assert terms["side"].to_dict() == {"a": "a", "b": "b", "c": "b", "d": "level"}
    assert terms["points"].tolist() == pytest.approx([0.12, -0.09, -0.04, 0])
    assert terms["points_low"].tolist() == terms["points_high"].tolist()
    assert gap(terms) == pytest.approx((-0.01, -0.01, -0.01))
    assert terms["decisive"].tolist() == [False, True, True, False]


def test_an_unknown_of_either_site_is_listed_with_its_range_and_left_out_of_the_known_gap():
    terms = compare(SITES, WEIGHTS, "pool", "farm", LOW, HIGH)
    assert terms["side"].tolist() == ["a", "unknown", "b", "unknown"]
    assert terms.loc["b", ["points_low", "points_high"]].tolist() == pytest.approx([-0.12, 0.12])
    known, low, high = gap(terms)
    assert known == pytest.approx(0.32 - 0.16)
    assert (low, high) == pytest.approx((known - 0.12 - 0.02, known + 0.12 + 0.02))
    table = rank(SITES, WEIGHTS, LOW, HIGH, FIT).table
    assert low == pytest.approx(table.loc["pool", "score_low"] - table.loc["farm", "score_high"])
    assert high == pytest.approx(table.loc["pool", "score_high"] - table.loc["farm", "score_low"])


def test_unknown_on_both_sides_is_free_on_both():
    values = SITES.copy()
    values.loc["pool", "b"] = np.nan
    terms = compare(values, WEIGHTS, "pool", "farm", LOW, HIGH)
    assert terms.loc["b", ["points_low", "points_high"]].tolist() == pytest.approx([-0.24, 0.24])


def test_nothing_is_decisive_where_an_unknown_could_outweigh_it():
    """Known: 0.32 for, 0.16 against. The unknowns could add 0.14 against, so 0.32 still decides."""
    assert compare(SITES, WEIGHTS, "pool", "farm", LOW, HIGH)["decisive"].tolist() == [
        True, False, False, False,
    ]  # fmt: skip
    wide = compare(SITES, WEIGHTS, "pool", "farm", LOW * 0, HIGH * 0 + 1)
    assert not wide["decisive"].any()


def test_nothing_is_decisive_between_equals():
    assert not compare(SITES, WEIGHTS, "pool", "pool", LOW, HIGH)["decisive"].any()


@settings(deadline=None)
@given(complete_cases(), st.data())
def test_decisive_is_the_fewest_criteria_that_outweigh_the_counter_terms(case, data):
    values, weights = case
    a, b = (data.draw(st.sampled_from(list(values.index))) for _ in range(2))
    terms = compare(values, weights, a, b, LOW, HIGH)
    lead = gap(terms)[0]
    assert lead == pytest.approx(float((values.loc[a] - values.loc[b]) @ weights), abs=1e-12)
    towards = terms["points"] * np.sign(lead)
    against = -towards[towards < 0].sum()
    if abs(lead) <= 1e-9:
        assert not terms["decisive"].any()
        return
    assert towards[terms["decisive"]].sum() > against
    fewer = int(terms["decisive"].sum()) - 1
    for some in itertools.combinations(towards, fewer):
        assert sum(some) <= against + 1e-9


def test_swapping_the_sites_turns_every_sign():
    one = compare(SITES, WEIGHTS, "pool", "farm", LOW, HIGH)
    other = compare(SITES, WEIGHTS, "farm", "pool", LOW, HIGH)
    assert other["points"].tolist() == pytest.approx((-one["points"]).tolist(), nan_ok=True)
    assert other["points_low"].tolist() == pytest.approx((-one["points_high"]).tolist())
    assert one["decisive"].equals(other["decisive"])


# Weight stability


def _reweighted(weights, name, share):
    rest = weights.drop(name)
    changed = rest / rest.sum() * (1 - share)
    changed[name] = share
    return changed[weights.index]


@settings(deadline=None, max_examples=40)
@given(complete_cases())
def test_the_interval_is_the_one_a_sweep_finds_and_the_taker_ties_at_its_end(case):
    values, weights = case
    leader = (values @ weights).idxmax()
    table = stability(values, weights, leader)
    for name, row in table.iterrows():
        if row["reason"]:
            assert weights.drop(name).sum() == 0
            continue
        low, high = row["stays_from"], row["stays_to"]
        assert 0 <= low <= weights[name] <= high <= 1
        for share in np.linspace(0, 1, 21):
            scores = values @ _reweighted(weights, name, share)
            lead = scores[leader] - scores.max()
            if low <= share <= high:
                assert lead >= -1e-9
            elif not low - 1e-6 <= share <= high + 1e-6:
                assert lead < 0
        for end, taker in ((low, row["overtaken_below_by"]), (high, row["overtaken_above_by"])):
            if taker:
                scores = values @ _reweighted(weights, name, end)
                assert scores[taker] == pytest.approx(scores[leader], abs=1e-9)
            else:
                assert end in {0, 1}


def test_who_takes_over_and_where():
    """Leader L = (1, 0), rival R = (0, 1): L leads while the weight of a is at least one half."""
    values = pd.DataFrame([[1.0, 0.0], [0.0, 1.0]], index=["L", "R"], columns=["a", "b"])
    table = stability(values, pd.Series([0.7, 0.3], index=["a", "b"]), "L")
    assert table.loc["a", ["stays_from", "stays_to"]].tolist() == pytest.approx([0.5, 1])
    assert table.loc["b", ["stays_from", "stays_to"]].tolist() == pytest.approx([0, 0.5])
    assert table["overtaken_below_by"].tolist() == ["R", ""]
    assert table["overtaken_above_by"].tolist() == ["", "R"]


def test_a_leader_that_is_best_on_everything_is_never_overtaken():
    table = stability(SITES.dropna(), WEIGHTS, "marsh")
    assert table["stays_from"].tolist() == [0] * 4
    assert table["stays_to"].tolist() == [1] * 4
    assert (table[["overtaken_below_by", "overtaken_above_by"]] == "").all(axis=None)


def test_a_twin_takes_nothing_over():
    values = SITES.loc[["marsh", "marsh", "pool"]]
    values.index = ["one", "two", "pool"]
    table = stability(values, WEIGHTS, "one")
    assert (table[["overtaken_below_by", "overtaken_above_by"]] == "").all(axis=None)


def test_an_unknown_value_gives_no_interval_but_a_reason():
    table = stability(SITES.drop("marsh"), WEIGHTS, "pool")
    assert table["reason"].tolist() == ["unknown values at 1 site"] * 4
    assert table[["stays_from", "stays_to"]].isna().all(axis=None)


def test_an_unknown_without_weight_spoils_its_own_row_only():
    weights = pd.Series([0.5, 0, 0.5, 0], index=CRITERIA)
    table = stability(SITES, weights, "marsh")
    assert table["reason"].tolist() == ["", "unknown values at 1 site"] * 2
    weights = pd.Series([0.7, 0, 0.3, 0], index=CRITERIA)
    row = stability(SITES.loc[["pool", "farm"]], weights, "pool").loc["a"]
    assert row["stays_from"] == pytest.approx(0.5)
    assert row["overtaken_below_by"] == "farm"


def test_a_weight_that_is_all_the_weight_has_nobody_to_share_with():
    weights = pd.Series([1.0, 0, 0, 0], index=CRITERIA)
    table = stability(SITES.dropna(), weights, "marsh")
    assert table["reason"].tolist() == ["no other criterion has a weight", "", "", ""]


def test_rows_in_another_order_give_the_same_intervals():
    values = SITES.drop("marsh").fillna(LOW)
    first = stability(values, WEIGHTS, "depot")
    pd.testing.assert_frame_equal(first, stability(values.iloc[::-1], WEIGHTS, "depot"))


def test_stability_of_a_site_that_does_not_lead_is_refused():
    with pytest.raises(InputError, match="not first"):
        stability(SITES.dropna(), WEIGHTS, "pool")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: waterfall(SITES, WEIGHTS, "nowhere", LOW, HIGH),
        lambda: compare(SITES, WEIGHTS, "pool", "nowhere", LOW, HIGH),
        lambda: stability(SITES, WEIGHTS, "nowhere"),
        lambda: _said("nowhere"),
    ],
)
def test_a_site_that_is_not_there_is_refused(ask):
    with pytest.raises(InputError, match=r"no such site.*nowhere"):
        ask()


# Sentences


def test_what_is_said_of_a_site():
    assert _said("farm") == (
        "Rank 3 of 3 ranked sites, with 29.0 to 57.0 of 100 points.",
        "No unknown of this or another site can change this rank.",
        "It gains most on fibre (20.0 of 20.0 points) and heat (4.0 of 40.0 points).",
        "It loses most on heat (36.0 of 40.0 points).",
        (
            "Unknown: grid distance and access, which carry 40.0% of the weight and can move its "
            "score by up to 28.0 points."
        ),
    )


def test_what_is_said_where_unknowns_can_move_the_rank():
    wide = rank(SITES, WEIGHTS, LOW * 0, HIGH * 0 + 1, FIT)
    said = sentences(wide, SITES, WEIGHTS, "pool", LOW * 0, HIGH * 0 + 1, TITLES)
    assert said[:2] == (
        "Rank 2 of 3 ranked sites, with 59.0 of 100 points.",
        (
            "The rank counts every unknown at the worst of its range; the unknowns of this and "
            "other sites could put it anywhere between rank 2 and rank 3."
        ),
    )


def test_where_all_is_known_nothing_is_said_of_unknowns():
    said = " ".join(_said("pool", values=SITES.fillna(0.5)))
    assert "unknown" not in said.lower()


def test_an_excluded_site_is_not_given_a_rank_and_a_full_score_loses_nothing():
    assert _said("marsh") == (
        "Not ranked, because a screening rule failed; it would have 100.0 of 100 points.",
        (
            "It gains most on heat (40.0 of 40.0 points), grid distance (30.0 of 30.0 points) and "
            "fibre (20.0 of 20.0 points)."
        ),
    )


def test_a_shared_rank_is_called_shared():
    values = SITES.loc[["pool", "depot"]].copy()
    values.loc["twin"] = values.loc["depot"]
    fit = pd.Series(data=True, index=values.index)
    assert "It shares this rank with 1 other site." in _said("twin", values, fit=fit)
    values.loc["triplet"] = values.loc["depot"]
    fit = pd.Series(data=True, index=values.index)
    assert "It shares this rank with 2 other sites." in _said("twin", values, fit=fit)


def test_an_unknown_without_weight_is_not_spoken_of():
    weights = pd.Series([0.5, 0, 0.5, 0], index=CRITERIA)
    assert "nknown" not in " ".join(_said("farm", weights=weights))


def test_one_unknown_takes_the_singular_and_a_criterion_without_title_its_name():
    values = SITES.fillna({"d": 0.5})
    ranking = rank(values, WEIGHTS, LOW, HIGH, FIT)
    said = sentences(ranking, values, WEIGHTS, "farm", LOW, HIGH, {})
    assert said[-1] == (
        "Unknown: b, which carries 30.0% of the weight and can move its score by up to 24.0 points."
    )
