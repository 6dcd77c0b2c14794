"""People with weights of their own: agreement, and on what they differ."""

import numpy as np
import pandas as pd
import pytest
from conftest import Town
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare

from siteselect.decision.ranking import rank
from siteselect.decision.stakeholders import (
    CONSENSUS,
    kendall_w,
    stakeholder_trees,
    stakeholder_views,
)
from siteselect.decision.weights import global_weights
from siteselect.errors import StudyError
from siteselect.report.weighing import stakeholders_section
from siteselect.report.wording import wording
from siteselect.settings.criteria import Stakeholder

TREE = {"heat": (100.0, {"a": 100.0, "b": 50.0}), "grid": (50.0, {"c": 100.0})}
PEOPLE = {
    "council": Stakeholder(groups={"heat": 100, "grid": 10}),
    "operator": Stakeholder(groups={"heat": 20, "grid": 100}, weight=3),
}
CRITERIA = list("abc")
LOW, HIGH = pd.Series(0.0, index=CRITERIA), pd.Series(1.0, index=CRITERIA)
SITES = pd.DataFrame(
    [[0.9, 0.8, 0.1], [0.1, 0.2, 0.9], [0.5, 0.5, 0.5], [0.2, 0.1, 0.1]],
    index=["pool", "substation", "middle", "yard"],
    columns=CRITERIA,
)


def _views(values=SITES, people=PEOPLE, eligible=None):
    fit = pd.Series(data=True, index=values.index) if eligible is None else eligible
    trees = stakeholder_trees(TREE, people)
    voices = {name: person.weight for name, person in people.items()}
    return stakeholder_views(values, trees, voices, LOW, HIGH, fit)


# Kendall's W


def test_w_is_1_where_all_agree_and_0_where_two_reverse():
    assert kendall_w(np.array([[1, 1], [2, 2], [3, 3]])) == pytest.approx(1)
    assert kendall_w(np.array([[1, 3], [2, 2], [3, 1]])) == pytest.approx(0)


def test_w_worked_out_by_hand():
    """Three judges, four items: rank sums 4, 6, 8, 12, so S = 35 and W = 12 x 35 / (9 x 60)."""
    ranks = np.array([[1, 2, 1], [2, 1, 3], [3, 3, 2], [4, 4, 4]])
    assert kendall_w(ranks) == pytest.approx(12 * 35 / (9 * 60))


@given(st.integers(0, 2**32 - 1))
def test_w_is_the_statistic_of_friedman_over_its_greatest(seed):
    """W = chi squared / (m (n - 1)), ties and all; scipy is the oracle."""
    ranks = np.random.default_rng(seed).integers(1, 6, (6, 4)).astype(float)
    if any(len(set(column)) == 1 for column in ranks.T):
        return
    chi = friedmanchisquare(*ranks).statistic
    assert kendall_w(ranks) == pytest.approx(chi / (4 * 5))


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (4, 1)])
def test_w_needs_two_of_both(shape):
    assert np.isnan(kendall_w(np.ones(shape)))


def test_w_has_no_meaning_where_everybody_ties_everything():
    assert np.isnan(kendall_w(np.ones((4, 3))))


# Views


def test_each_person_ranks_as_the_ranking_does_under_their_weights():
    views = _views()
    for name, tree in stakeholder_trees(TREE, PEOPLE).items():
        fit = pd.Series(data=True, index=SITES.index)
        alone = rank(SITES, global_weights(tree), LOW, HIGH, fit).table
        assert views.ranks[name].tolist() == alone["rank"].tolist()
    assert views.ranks.loc["pool", "council"] == 1
    assert views.ranks.loc["substation", "operator"] == 1


def test_the_mean_of_all_counts_each_voice_by_its_weight():
    views = _views()
    expected = (views.weights["council"] + 3 * views.weights["operator"]) / 4
    assert views.weights[CONSENSUS].tolist() == pytest.approx(expected.tolist())
    assert views.weights.sum().tolist() == pytest.approx([1, 1, 1])
    assert views.groups.sum().tolist() == pytest.approx([1, 1, 1])


def test_what_they_differ_on_is_named_with_who_stands_where():
    views = _views()
    first = views.groups_spread.iloc[0]
    assert first["spread"] == pytest.approx(100 / 110 - 20 / 120)
    assert {first["least_by"], first["most_by"]} == {"council", "operator"}
    assert views.criteria_spread.index[0] == "c"
    widest = views.sites_spread.iloc[0]
    assert widest.name in {"pool", "substation"}
    assert widest["spread"] == widest["worst"] - widest["best"]
    assert views.distance == pytest.approx(100 / 110 - 20 / 120)
    assert views.distances.loc["council", "council"] == 0


def test_a_group_left_out_keeps_the_study_s_swing_and_criteria_may_be_given():
    people = {"one": Stakeholder(groups={"grid": 100}, criteria={"b": 100})}
    tree = stakeholder_trees(TREE, people)["one"]
    assert tree == {"heat": (100, {"a": 100, "b": 100}), "grid": (100, {"c": 100})}


def test_a_locked_group_keeps_its_weight_for_everybody():
    people = {"one": Stakeholder(groups={"grid": 10})}
    tree = {**TREE, "noise": (50.0, {"d": 100.0})}
    weights = global_weights(stakeholder_trees(tree, people, locked=["noise"])["one"])
    assert weights["d"] == pytest.approx(0.25)
    people = {"one": Stakeholder(groups={"noise": 10})}
    with pytest.raises(StudyError, match="locked"):
        stakeholder_trees(tree, people, locked=["noise"])


def test_all_faults_of_all_people_are_told_with_their_names():
    people = {
        "one": Stakeholder(groups={"colour": 10}),
        "two": Stakeholder(groups={"heat": 0, "grid": 0}),
        "three": Stakeholder(groups={"heat": 1}, criteria={"z": 1}),
    }
    with pytest.raises(StudyError) as caught:
        stakeholder_trees(TREE, people)
    assert [fault.file for fault in caught.value.faults] == [
        "stakeholders.one", "stakeholders.two", "stakeholders.three",
    ]  # fmt: skip


def test_a_site_that_a_rule_shuts_out_has_no_rank_under_anybody():
    fit = pd.Series([True, False, True, True], index=SITES.index)
    views = _views(eligible=fit)
    assert views.ranks.loc["substation"].isna().all()
    assert "substation" not in views.sites_spread.index


def test_unknown_measures_are_flagged_and_bounded():
    values = SITES.copy()
    values.loc["yard", "c"] = np.nan
    views = _views(values)
    assert "1 of 4 ranked sites has unknown measures" in views.notes[0]
    assert (views.ranks_best.loc["yard"] < views.ranks_worst.loc["yard"]).any()
    assert _views().notes == ()


def test_one_person_has_nobody_to_agree_with():
    views = _views(people={"council": PEOPLE["council"]})
    assert np.isnan(views.concordance)
    assert np.isnan(views.distance)
    assert views.notes == ("Agreement needs two people and two ranked sites.",)
    assert views.weights["council"].tolist() == pytest.approx(views.weights[CONSENSUS].tolist())


def test_nobody_is_no_view():
    with pytest.raises(ValueError, match="no stakeholders"):
        stakeholder_views(SITES, {}, {}, LOW, HIGH, pd.Series(data=True, index=SITES.index))


def test_no_site_that_may_be_ranked_gives_empty_tables():
    views = _views(eligible=pd.Series(data=False, index=SITES.index))
    assert views.sites_spread.empty
    assert np.isnan(views.concordance)


def test_stakeholders_need_swings_and_a_voice():
    for wrong in ({"groups": {}}, {"groups": {"a": 101}}, {"groups": {"a": 1}, "weight": 0}):
        with pytest.raises(ValueError, match="validation error"):
            Stakeholder.model_validate(wrong)


# Report


def test_the_report_says_whose_weights_say_what(town: Town) -> None:
    assessment = town.assess()
    people = {
        "town_hall": Stakeholder(groups={"heat": 100, "grid": 10}),
        "<b>network</b>": Stakeholder(groups={"heat": 10, "grid": 100}),
    }
    section = stakeholders_section(assessment, people, (), wording())
    groups, ranks, apart, sites = section.tables
    assert groups.heads == ("Group", "town hall", "<b>network</b>", "mean of all")
    assert len(groups.rows) == len(assessment.tree)
    assert len(ranks.rows) == int(assessment.eligible.sum())
    assert apart.rows
    assert sites.rows
    assert "Kendall" in section.lines[1].text
    assert "unknown measures" in section.notes[0]


def test_without_stakeholders_the_report_says_nothing(town: Town) -> None:
    section = stakeholders_section(town.assess(), {}, (), wording())
    assert section.lines == ()
    assert section.tables == ()


# In a study


def test_a_study_with_stakeholders_and_a_lock_is_assessed_and_reported(town: Town) -> None:
    from siteselect.assess import reweigh
    from siteselect.report.html import study_report

    town.document["groups"]["noise"]["locked"] = True
    town.document["groups"]["heat"]["criteria"]["heat_used"]["scale"] = {
        "kind": "exponential", "worst": 0, "best": 500, "c": 2,
    }  # fmt: skip
    town.document["presets"] = {}
    town.document["stakeholders"] = {
        "council": {"groups": {"heat": 100, "grid": 10}},
        "operator": {"groups": {"heat": 10, "grid": 100}, "weight": 2},
    }
    assessment = town.assess()
    page = study_report(assessment)
    assert "Whose weights say what" in page
    assert "Kendall" in page
    moved = reweigh(assessment, {"heat": 10})
    assert moved.weights["noise_margin"] == pytest.approx(assessment.weights["noise_margin"])


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ({"stakeholders": {"x": {"groups": {"colour": 1}}}}, "names no group or criterion"),
        ({"stakeholders": {"x": {"groups": {"heat": 1}, "criteria": {"z": 1}}}}, "names no group"),
        ({"stakeholders": {"x": {"groups": {"noise": 1}}}}, "locked"),
    ],
)
def test_stakeholders_that_do_not_fit_the_study_are_refused(town: Town, part, problem) -> None:
    town.document["groups"]["noise"]["locked"] = True
    town.document["presets"] = {}
    town.document |= part
    with pytest.raises(StudyError, match=problem):
        _ = town.study


def test_a_preset_may_not_move_a_locked_group(town: Town) -> None:
    town.document["groups"]["noise"]["locked"] = True
    with pytest.raises(StudyError, match="locked"):
        _ = town.study
