"""Other methods on the shortlist: published cases, and nothing unknown ever reaches them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skcriteria import mkdm
from skcriteria.agg.simple import WeightedSumModel
from skcriteria.agg.vikor import VIKOR

from siteselect.decision.method_scores import (
    METHODS,
    PRODUCT_FLOOR,
    electre_scores,
    flow_scores,
    graded_flow_scores,
    product_scores,
    topsis_scores,
    vikor_scores,
)
from siteselect.decision.ranking import rank
from siteselect.decision.second_opinions import OWN, TOP, second_opinions
from siteselect.errors import InputError

TZENG_HUANG = np.array([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]], dtype=float)
TZENG_HUANG_WEIGHTS = np.array([0.3, 0.4, 0.3])
CRITERIA = list("abc")
WEIGHTS = pd.Series([0.5, 0.3, 0.2], index=CRITERIA)
SITES = pd.DataFrame(
    [[0.9, 0.2, 0.4], [0.5, 0.9, 0.3], [0.1, 0.4, 0.9], [0.3, 0.1, 0.2]],
    index=["pool", "depot", "farm", "yard"],
    columns=CRITERIA,
)


def _own(values, weights):
    ends = pd.Series(0.0, index=weights.index), pd.Series(1.0, index=weights.index)
    fit = pd.Series(data=True, index=values.index)
    return rank(values, weights, *ends, fit).table


# Published cases


def test_topsis_of_tzeng_and_huang_2011():
    """Multiple attribute decision making, 2011, as quoted by scikit-criteria's own tests."""
    closeness = topsis_scores(TZENG_HUANG, TZENG_HUANG_WEIGHTS)
    assert closeness == pytest.approx([0.5037, 0.6581, 0.7482, 0.3340], abs=6e-5)


def test_topsis_of_the_fighter_aircraft_of_hwang_and_yoon_1981():
    """Computed digits; the falling column (price) enters as its vector-scaled mirror image."""
    matrix = np.array(
        [
            [2.0, 1500, 20000, 5.5, 5, 9],
            [2.5, 2700, 18000, 6.5, 3, 5],
            [1.8, 2000, 21000, 4.5, 7, 7],
            [2.2, 1800, 20000, 5.0, 5, 5],
        ]
    )
    # Distances to the ideal of -x are those of x to its minimum, and the norm is the same.
    matrix[:, 3] *= -1
    closeness = topsis_scores(matrix, np.array([0.2, 0.1, 0.1, 0.1, 0.2, 0.3]))
    assert closeness == pytest.approx([0.6433, 0.2684, 0.6135, 0.3123], abs=6e-5)


def test_vikor_of_opricovic_and_tzeng_2004():
    """EJOR 156(2): (min, max), equal weights; the falling column enters with its sign turned."""
    matrix = np.array([[-1, 3000], [-2, 3750], [-5, 4500]], dtype=float)
    assert (-vikor_scores(matrix, np.array([0.5, 0.5]))).tolist() == pytest.approx([1, 0, 1])


def test_vikor_of_opricovic_and_tzeng_does_not_depend_on_units():
    matrix = np.array([[-6, 2], [-7, 2.75], [-10, 3.5]])
    assert (-vikor_scores(matrix, np.array([0.5, 0.5]))).tolist() == pytest.approx([1, 0, 1])


def test_vikor_of_yang_and_wu_2020():
    """IEEE Access 8, as quoted by scikit-criteria's own tests."""
    matrix = np.array(
        [[78, 56, 34, 6], [4, 45, 3, 97], [18, 2, 50, 63], [9, 14, 11, 92], [85, 9, 100, 29]],
        dtype=float,
    )
    q = -vikor_scores(matrix, np.full(4, 0.25))
    assert q == pytest.approx([0.5679, 0.7667, 1, 0.7493, 0], abs=6e-5)


def test_vikor_on_the_data_of_tzeng_and_huang():
    """As in scikit-criteria's own tests: Q = (.75, .25, 0, 1)."""
    q = -vikor_scores(TZENG_HUANG, TZENG_HUANG_WEIGHTS)
    assert q == pytest.approx([0.75, 0.25, 0, 1])


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_vikor_from_s_and_r_is_the_q_of_scikit_criteria(seed):
    draw = np.random.default_rng(seed)
    matrix, weights = draw.random((6, 4)), draw.random(4)
    decision = mkdm(matrix, [max] * 4, weights=weights)
    q = VIKOR(use_compromise_set=False).evaluate(decision).e_.q_k
    assert -vikor_scores(matrix, weights) == pytest.approx(q, abs=1e-12)


def test_the_weighted_product_is_the_logarithm_of_the_product():
    matrix, weights = SITES.to_numpy(), WEIGHTS.to_numpy()
    product = ((matrix + PRODUCT_FLOOR) ** weights).prod(axis=1)
    assert 10 ** product_scores(matrix, weights) == pytest.approx(product)


def test_our_own_score_is_the_weighted_sum_model_of_scikit_criteria():
    decision = mkdm(SITES.to_numpy(), [max] * 3, weights=WEIGHTS.to_numpy())
    score = WeightedSumModel().evaluate(decision).e_.score
    assert _own(SITES, WEIGHTS)["score_low"].to_numpy() == pytest.approx(score, abs=1e-12)


def test_promethee_ii_of_zhao_peng_and_li_2013():
    """Usual preference; as quoted by pymcdm's own tests."""
    matrix = np.array([[4, 3, 2], [3, 2, 4], [5, 1, 3]], dtype=float)
    assert flow_scores(matrix, np.array([0.5, 0.3, 0.2])) == pytest.approx([0.1, -0.3, 0.2])


def test_electre_ii_of_cebrian_and_porcar_2009():
    """Sum-scaled; the falling column enters with its sign turned, as differences alone count."""
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
    )
    scaled = matrix / matrix.sum(axis=0) * [1, 1, -1, 1, 1]
    ranks = -electre_scores(scaled, np.array([0.25, 0.25, 0.1, 0.2, 0.2]))
    assert ranks.tolist() == [6, 3, 2, 5, 1, 4]


def test_electre_ii_of_wang_and_triantaphyllou_2008():
    matrix = np.array(
        [
            [1, 2, 1, 5, 2, 2, 4],
            [3, 5, 3, 5, 3, 3, 3],
            [3, 5, 3, 5, 3, 2, 2],
            [1, 2, 2, 5, 1, 1, 1],
            [1, 1, 3, 5, 4, 1, 5],
        ],
        dtype=float,
    )
    weights = np.array([0.078, 0.118, 0.157, 0.314, 0.235, 0.039, 0.059])
    assert (-electre_scores(matrix, weights)).tolist() == [4, 1, 3, 5, 2]


def test_the_graded_flow_forgives_a_difference_that_nobody_would_notice():
    matrix = np.array([[0.50, 0.2], [0.54, 0.2], [0.10, 0.9]])
    graded = graded_flow_scores(matrix, np.array([0.5, 0.5]))
    assert graded[0] == pytest.approx(graded[1])
    usual = flow_scores(matrix, np.array([0.5, 0.5]))
    assert usual[1] > usual[0]


# The table


def test_all_methods_rank_the_same_sites_in_the_order_asked():
    asked = second_opinions(SITES, WEIGHTS, ["yard", "pool", "depot"])
    assert asked.ranks.index.tolist() == ["yard", "pool", "depot"]
    assert asked.ranks.index.name == "site_id"
    assert asked.ranks.columns.tolist() == [OWN, *METHODS]
    assert set(asked.ranks.dtypes.astype(str)) == {"Int64"}
    assert asked.agreement.index.tolist() == list(METHODS)
    assert asked.left_out == ()
    assert "depend on the candidate set" in asked.note
    fixed = asked.agreement.index[~asked.agreement["set_dependent"]]
    assert fixed.tolist() == ["weighted_product"]
    notes = asked.agreement["note"].str.contains("depends on which sites are compared")
    assert notes.tolist() == asked.agreement["set_dependent"].tolist()


def test_a_site_best_on_everything_is_first_by_every_method():
    values = pd.concat([SITES, pd.DataFrame([[1.0] * 3], index=["best"], columns=CRITERIA)])
    asked = second_opinions(values, WEIGHTS, list(values.index))
    assert (asked.ranks.loc["best"] == 1).all()
    assert asked.agreement["same_first"].all()
    assert asked.agreement["top_10_overlap"].isna().all()


def test_where_every_method_agrees_tau_is_1_and_where_they_reverse_it_is_not():
    values = pd.DataFrame(
        [[0.9, 0.8, 0.9], [0.5, 0.5, 0.5], [0.1, 0.2, 0.1]], index=list("xyz"), columns=CRITERIA
    )
    asked = second_opinions(values, WEIGHTS, list("xyz"))
    assert asked.agreement["kendall_tau"].tolist() == [1] * len(METHODS)


def test_a_method_that_disagrees_is_shown_to_disagree():
    """The sum forgives the 0 of x; the product does not."""
    values = pd.DataFrame([[1.0, 0.0], [0.5, 0.45]], index=["x", "y"], columns=["a", "b"])
    asked = second_opinions(values, pd.Series([0.5, 0.5], index=["a", "b"]), ["x", "y"])
    assert asked.ranks[OWN].tolist() == [1, 2]
    assert asked.ranks["weighted_product"].tolist() == [2, 1]
    row = asked.agreement.loc["weighted_product"]
    assert row["kendall_tau"] == -1
    assert not row["same_first"]
    assert str(PRODUCT_FLOOR) in row["note"]


def test_ranks_are_competition_ranks_not_the_dense_ones_of_scikit_criteria():
    values = pd.DataFrame({"a": [0.9, 0.9, 0.1], "b": [0.8, 0.8, 0.2]}, index=list("xyz"))
    asked = second_opinions(values, pd.Series([0.5, 0.5], index=["a", "b"]), list("xyz"))
    assert (asked.ranks.loc["z"] == 3).all()
    assert (asked.ranks.loc[["x", "y"]] == 1).all(axis=None)
    assert asked.agreement["kendall_tau"].tolist() == pytest.approx([1] * len(METHODS))


def test_our_ranks_are_taken_again_among_the_complete_sites_of_the_shortlist():
    values = SITES.copy()
    values.loc["depot", "c"] = np.nan
    asked = second_opinions(values, WEIGHTS, ["pool", "depot", "farm", "yard"])
    expected = _own(SITES.drop("depot"), WEIGHTS)["rank"]
    assert asked.ranks[OWN].to_dict() == expected.to_dict()


# What must not reach scikit-criteria


def test_vikor_would_drop_a_criterion_in_silence_and_our_guard_does_not_let_it():
    """The trap itself: with one unknown cell, scikit-criteria ranks as if b did not exist."""
    matrix = SITES.to_numpy().copy()
    matrix[3, 1] = np.nan
    with np.errstate(invalid="ignore"):
        blind = VIKOR().evaluate(mkdm(matrix, [max] * 3, weights=WEIGHTS.to_numpy())).e_.s_k
    without = VIKOR().evaluate(
        mkdm(matrix[:, [0, 2]], [max] * 2, weights=WEIGHTS[["a", "c"]].to_numpy())
    )
    assert blind == pytest.approx(without.e_.s_k)
    values = pd.DataFrame(matrix, index=SITES.index, columns=CRITERIA)
    asked = second_opinions(values, WEIGHTS, list(SITES.index))
    assert asked.left_out == (("yard", "1 criterion unknown"),)
    assert asked.ranks.index.tolist() == ["pool", "depot", "farm"]


@pytest.mark.parametrize("scores", [method.score for method in METHODS.values()])
@pytest.mark.parametrize("cell", [np.nan, np.inf, -np.inf])
def test_no_method_takes_an_unknown_or_infinite_cell(scores, cell):
    matrix = SITES.to_numpy().copy()
    matrix[1, 1] = cell
    with pytest.raises(ValueError, match="unknown or infinite cell"):
        scores(matrix, WEIGHTS.to_numpy())


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_site_with_an_unknown_never_gets_a_second_opinion(data):
    n = data.draw(st.integers(1, 6))
    cell = st.sampled_from([0.0, 0.0, 0.25, 0.5, 1.0, 1.0, np.nan])
    rows = data.draw(st.lists(st.lists(cell, min_size=3, max_size=3), min_size=n, max_size=n))
    shares = data.draw(st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(any))
    weights = pd.Series(shares, index=CRITERIA, dtype=float) / sum(shares)
    values = pd.DataFrame(rows, index=[f"s{i}" for i in range(n)], columns=CRITERIA)
    asked = second_opinions(values, weights, list(values.index))
    complete = values[weights.index[weights > 0]].notna().all(axis=1)
    assert {site for site, _ in asked.left_out} == set(values.index[~complete])
    if len(asked.ranks):
        assert asked.ranks.index.tolist() == values.index[complete].tolist()
        assert asked.ranks.notna().all(axis=None)
        assert asked.ranks.min().tolist() == [1] * (1 + len(METHODS))
        assert asked.agreement["kendall_tau"].dropna().between(-1, 1).all()
    else:
        assert asked.note.startswith("No second opinion")
        assert asked.agreement.empty


def test_the_unknown_criteria_of_every_site_left_out_are_counted():
    values = SITES.copy()
    values.loc["pool", ["a", "b"]] = np.nan
    values.loc["farm", "c"] = np.nan
    asked = second_opinions(values, WEIGHTS, list(values.index))
    assert asked.left_out == (("pool", "2 criteria unknown"), ("farm", "1 criterion unknown"))


def test_an_unknown_without_weight_leaves_nobody_out():
    values = SITES.assign(c=np.nan)
    weights = pd.Series([0.6, 0.4, 0.0], index=CRITERIA)
    asked = second_opinions(values, weights, list(values.index))
    assert asked.left_out == ()
    assert len(asked.ranks) == 4


@pytest.mark.parametrize("shortlist", [[], ["pool"], ["pool", "depot"]])
def test_fewer_than_two_complete_sites_give_no_ranks_and_the_reason(shortlist):
    values = SITES.copy()
    values.loc["depot", "a"] = np.nan
    asked = second_opinions(values, WEIGHTS, shortlist)
    assert asked.ranks.empty
    assert asked.ranks.columns.tolist() == [OWN, *METHODS]
    assert asked.agreement.columns.tolist() == [
        "kendall_tau", "same_first", "top_10_overlap", "set_dependent", "note"
    ]  # fmt: skip
    assert asked.agreement.empty
    complete = len([site for site in shortlist if site != "depot"])
    assert f"{complete} of {len(shortlist)} sites complete" in asked.note


def test_a_criterion_on_which_all_are_equal_changes_nothing_and_is_named():
    with_level = second_opinions(SITES.assign(c=0.4), WEIGHTS, list(SITES.index))
    two = pd.Series([0.625, 0.375], index=["a", "b"])
    without = second_opinions(SITES[["a", "b"]], two, list(SITES.index))
    pd.testing.assert_frame_equal(with_level.ranks, without.ranks)
    assert "equal on: c" in with_level.note
    assert "equal on" not in without.note


def test_a_criterion_on_which_only_rounding_differs_does_not_decide_vikor():
    """VIKOR divides by the range: unguarded, a difference of 1e-16 would count in full."""
    values = SITES.assign(c=[0.1 + 0.2, 0.3, 0.3, 0.3])
    level = second_opinions(SITES.assign(c=0.3), WEIGHTS, list(SITES.index))
    pd.testing.assert_frame_equal(
        second_opinions(values, WEIGHTS, list(SITES.index)).ranks, level.ranks
    )


def test_sites_equal_on_everything_have_no_second_opinion():
    asked = second_opinions(SITES * 0 + 0.5, WEIGHTS, list(SITES.index))
    assert asked.ranks.empty
    assert "equal on every criterion" in asked.note


def test_mirror_images_tie_and_have_no_tau_but_a_note():
    values = pd.DataFrame([[1.0, 0.0], [0.0, 1.0]], index=["x", "y"], columns=["a", "b"])
    asked = second_opinions(values, pd.Series([0.5, 0.5], index=["a", "b"]), ["x", "y"])
    tied = (asked.ranks == 1).all()
    assert tied[OWN]
    assert asked.agreement["kendall_tau"].isna().all()
    assert asked.agreement["note"].str.contains("no tau, since all sites tie").all()
    assert asked.agreement["same_first"].all()


def test_a_shortlist_with_twice_the_same_or_an_unknown_site_is_refused_with_all_faults():
    with pytest.raises(InputError) as caught:
        second_opinions(SITES, WEIGHTS, ["pool", "pool", "pool", "nowhere", "elsewhere"])
    assert [f.value for f in caught.value.faults] == ["pool", "nowhere", "elsewhere"]


def test_values_with_twice_the_same_site_are_refused():
    with pytest.raises(InputError, match="named twice"):
        second_opinions(SITES.rename({"farm": "pool"}), WEIGHTS, ["depot"])


def test_the_order_of_the_shortlist_changes_no_rank():
    one = second_opinions(SITES, WEIGHTS, list(SITES.index)).ranks
    other = second_opinions(SITES, WEIGHTS, list(SITES.index[::-1])).ranks
    pd.testing.assert_frame_equal(one, other.loc[one.index])


def test_the_shared_first_ten_are_counted_where_there_are_more_than_ten():
    draw = np.random.default_rng(4)
    values = pd.DataFrame(
        draw.random((25, 3)), index=[f"s{i:02d}" for i in range(25)], columns=CRITERIA
    )
    asked = second_opinions(values, WEIGHTS, list(values.index))
    own = set(asked.ranks.index[asked.ranks[OWN] <= TOP])
    for name in METHODS:
        theirs = set(asked.ranks.index[asked.ranks[name] <= TOP])
        shared = asked.agreement.loc[name, "top_10_overlap"]
        assert shared == pytest.approx(len(own & theirs) / max(len(own), len(theirs)))


def test_classes_are_given_to_incomplete_sites_too_and_flagged():
    values = SITES.copy()
    values.loc["yard", "b"] = np.nan
    low, high = pd.Series(0.0, index=CRITERIA), pd.Series(1.0, index=CRITERIA)
    asked = second_opinions(values, WEIGHTS, list(values.index), low, high)
    assert asked.classes.index.tolist() == list(values.index)
    assert asked.classes["unknown"].tolist() == [0, 0, 0, 1]
    assert "yard" not in asked.ranks.index


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_a_further_candidate_changes_only_methods_that_are_labelled_so(seed):
    draw = np.random.default_rng(seed)
    values = pd.DataFrame(draw.random((6, 3)), index=list("uvwxyz"), columns=CRITERIA)
    all_six = second_opinions(values, WEIGHTS, list("uvwxyz"))
    five = second_opinions(values, WEIGHTS, list("uvwxy"))
    for name, method in METHODS.items():
        if not method.set_dependent:
            order = all_six.ranks.loc[list("uvwxy"), name].rank(method="min").astype(int)
            assert order.tolist() == five.ranks[name].tolist()
    pd.testing.assert_frame_equal(all_six.classes.loc[list("uvwxy")], five.classes)
