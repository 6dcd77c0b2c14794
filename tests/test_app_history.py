"""Undo, what-if limits, scenarios, drawn sites and edited studies, without a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("streamlit_folium", reason="the extra `app` is not installed")

from siteselect.app.drawn import drawn_point, fitting, read_points, with_points, write_points
from siteselect.app.exports import chosen_sites, export_name, run_zip, weighted_study
from siteselect.app.history import KEPT, History, changed, corrected, redone, undone
from siteselect.app.own_study import edited_study, located, paths_of
from siteselect.app.scenarios import (
    MOST_BYTES,
    matches,
    read_scenarios,
    scenario_of,
    view_of,
    write_scenarios,
)
from siteselect.app.search import found_sites
from siteselect.app.state import OWN, View, address, presets, read_view, write_view
from siteselect.assess import assess, reweigh, without_rules
from siteselect.decision.limits import passing, removals
from siteselect.errors import InputError, RunError, StudyError
from siteselect.study_file import load_study

if TYPE_CHECKING:
    from siteselect.assess import Assessment

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "data" / "helsinki" / "study.yaml"
STUDY = load_study(DEMO)
FIRST = View(None, OWN, presets(STUDY)[OWN])


# History


@given(st.lists(st.integers(0, 3), max_size=120))
def test_undoing_all_and_doing_all_again_ends_where_it_began(moments: list[int]) -> None:
    history = History(-1)
    for moment in moments:
        history = changed(history, moment)
    end = history
    assert len(end.past) <= KEPT
    for _ in range(len(end.past)):
        history = undone(history)
    assert history.now == (end.past[0] if end.past else end.now)
    assert undone(history) == history
    for _ in range(len(end.past)):
        history = redone(history)
    assert history == end
    assert redone(history) == history


def test_a_change_forgets_what_was_undone_and_a_correction_leaves_no_trace() -> None:
    history = changed(changed(History("a"), "b"), "c")
    assert changed(undone(history), "d") == History("d", ("a", "b"))
    assert changed(history, "c") is history
    assert undone(corrected(history, "c2")).now == "b"


# Limits


def test_a_what_if_brings_sites_back_and_says_so(demo: Assessment) -> None:
    (rule,) = removals(demo.findings).index
    out = int((~demo.eligible).sum())
    found = without_rules(demo, [rule])
    assert int(removals(demo.findings).loc[rule, "alone"]) == out > 0
    assert found.eligible.all()
    assert found.ranking.table["rank"].notna().all()
    assert found.ignored == (rule,)
    assert any(note.topic == "what-if" and rule in note.text for note in found.notices)
    pd.testing.assert_frame_equal(found.findings, demo.findings)
    again = without_rules(found, [])
    pd.testing.assert_frame_equal(again.ranking.table, demo.ranking.table)
    assert again.notices == demo.notices
    assert again.ignored == ()
    moved = reweigh(found, dict.fromkeys(STUDY.groups, 50.0))
    assert moved.ignored == found.ignored
    assert moved.eligible.all()


def test_a_rule_that_was_not_screened_cannot_be_ignored(demo: Assessment) -> None:
    with pytest.raises(StudyError, match="no such rule"):
        without_rules(demo, ["XX-1"])


def test_a_site_that_two_rules_fail_comes_back_only_without_both() -> None:
    findings = pd.DataFrame(
        [("a", "r", "fail"), ("a", "s", "fail"), ("b", "s", "fail"), ("c", "s", "pass")],
        columns=["site_id", "rule_id", "verdict"],
    ).assign(title=lambda frame: frame["rule_id"].str.upper())
    sites = pd.Index(["a", "b", "c"])
    assert list(passing(sites, findings)) == [False, False, True]
    assert list(passing(sites, findings, ["s"])) == [False, True, True]
    table = removals(findings)
    assert list(table.index) == ["s", "r"]
    assert list(table["sites"]) == [2, 1]
    assert list(table["alone"]) == [1, 0]
    assert removals(findings, ["s"]).loc["r", "alone"] == 1
    assert removals(findings[findings["verdict"] == "pass"]).empty


# Drawn sites


def test_a_drawn_site_is_scored_like_any_other(demo: Assessment) -> None:
    old = demo.sites.iloc[0]
    point = drawn_point(old["lat"], old["lon"], "Here")
    found = assess(
        with_points(STUDY, [point]),
        DEMO.parent,
        opinions=False,
        territory=demo.territory,
    )
    assert len(found.sites) == len(demo.sites) + 1
    mine, theirs = found.measures.loc[point.site_id], found.measures.loc[demo.sites.index[0]]
    pd.testing.assert_series_equal(mine, theirs, check_names=False, rtol=0.05, atol=3)
    whole = assess(with_points(STUDY, [point]), DEMO.parent, opinions=False)
    pd.testing.assert_frame_equal(found.ranking.table, whole.ranking.table)


def test_a_place_outside_the_area_is_refused_and_the_others_stay(demo: Assessment) -> None:
    inside = drawn_point(demo.sites["lat"].iloc[0], demo.sites["lon"].iloc[0])
    kept, faults = fitting(STUDY, demo.territory, [inside, drawn_point(51.5, 0.1)])
    assert kept == (inside,)
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("lat", "lon"),
    [("", ""), ("x", "1"), ("nan", "0"), ("inf", "1"), ("91", "181"), ("1e400", "0")],
)
def test_no_place_is_made_of_what_is_none(lat: str, lon: str) -> None:
    with pytest.raises(InputError):
        drawn_point(lat, lon)


@given(
    st.floats(-90, 90), st.floats(-180, 180), st.text(max_size=80).filter(lambda t: t.isprintable())
)
def test_drawn_sites_survive_the_address(lat: float, lon: float, name: str) -> None:
    view = View(None, OWN, FIRST.swings, drawn=(drawn_point(lat, lon, name),))
    params = write_view(view, STUDY)
    back = read_view(params, STUDY, (), ())
    assert back.drawn == view.drawn
    assert read_points(write_points(view.drawn)) == view.drawn


# The address


@given(st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=4))
def test_lists_survive_the_address(names: list[str]) -> None:
    view = View(None, OWN, FIRST.swings, compare=tuple(names), ignored=tuple(sorted(names)))
    assert read_view(write_view(view, STUDY), STUDY, names, names) == view


@given(
    st.dictionaries(st.sampled_from(["compare", "off", "new"]), st.text(max_size=300), min_size=1)
)
def test_no_list_of_the_address_names_what_there_is_not(params: dict[str, str]) -> None:
    view = read_view(params, STUDY, {"a", "b"}, {"r"})
    assert set(view.compare) <= {"a", "b"}
    assert set(view.ignored) <= {"r"}
    assert len(view.drawn) <= 20


def test_a_shared_address_is_encoded() -> None:
    told = address("http://h/rank", {"site": "a b&c=ü", "off": "x,y"})
    assert told == "http://h/rank?site=a%20b%26c%3D%C3%BC&off=x,y"
    assert address("http://h", {}) == "http://h"


# Scenarios


def scenario_view(demo: Assessment) -> View:
    rule = str(demo.findings["rule_id"].iloc[0])
    place = drawn_point(60.17, 24.94, "Mine")
    return View("s", "heat-first", presets(STUDY)["heat-first"], ignored=(rule,), drawn=(place,))


def test_a_scenario_survives_its_file(demo: Assessment) -> None:
    view = scenario_view(demo)
    text = write_scenarios([scenario_of(view, "  Loud  but  cheap ")], STUDY)
    (found,) = read_scenarios(text.encode(), STUDY, set(demo.findings["rule_id"]))
    assert found.name == "Loud but cheap"
    assert view_of(found, view) == view
    assert matches(found, view)
    assert not matches(found, FIRST)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"swings": {"nothing": 1.0}}, "no such group"),
        ({"swings": dict.fromkeys(STUDY.groups, 0.0)}, "no group counts"),
        ({"swings": dict.fromkeys(STUDY.groups, 101.0)}, "less than or equal to 100"),
        ({"preset": "nothing"}, "no such preset"),
        ({"ignored_rules": ["nothing"]}, "no such rule"),
        ({"drawn": [{"lat": 99, "lon": 0}]}, "less than or equal to 90"),
        ({"name": ""}, "at least 1 character"),
        ({"more": 1}, "not permitted"),
    ],
)
def test_a_scenario_that_does_not_fit_is_refused_in_words(
    demo: Assessment, change: dict[str, Any], told: str
) -> None:
    whole = json.loads(write_scenarios([scenario_of(scenario_view(demo), "x")], STUDY))
    whole["scenarios"][0] |= change
    with pytest.raises(InputError, match=told):
        read_scenarios(json.dumps(whole).encode(), STUDY, set(demo.findings["rule_id"]))


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"\xff", b"{}", b"[" * 5000, b" " * (MOST_BYTES + 1), b'{"study": "other"}'],
)
def test_what_is_no_file_of_scenarios_is_refused(content: bytes) -> None:
    with pytest.raises(InputError):
        read_scenarios(content, STUDY, ())


# Search


def test_search_finds_names_and_identifiers() -> None:
    names = {"a1": "Town hall", "a2": "Town Hall pool", "b": "Pool"}
    assert found_sites(names, "town") == ["a1", "a2"]
    assert found_sites(names, "pool TOWN") == ["a2"]
    assert found_sites(names, "b") == ["b"]
    assert found_sites(names, "Town hall") == ["a1"]
    assert found_sites(names, "  ") == []
    assert len(found_sites({str(n): "x" for n in range(99)}, "x", limit=8)) == 9


# An edited study


def test_an_edited_study_reads_only_files_it_may() -> None:
    text = DEMO.read_text(encoding="utf-8")
    packs = ["eu", "fi", "engineering", "en"]
    assert edited_study(text, STUDY, (), packs) == STUDY
    mine = text.replace("path: candidates.csv", "path: uploads/mine.csv")
    assert (
        edited_study(mine, STUDY, ["mine.csv"], packs).candidates.files[0].path.endswith("mine.csv")
    )
    for path in ("/etc/passwd", "../x.csv", "uploads/../study.yaml", "/vsicurl/http://x", "x.csv"):
        with pytest.raises(StudyError, match="may read"):
            edited_study(text.replace("path: candidates.csv", f"path: {path}"), STUDY, ["a"], packs)
    with pytest.raises(StudyError, match="may read"):
        edited_study(text.replace("[eu, fi, engineering]", "[../../x.yaml]"), STUDY, (), packs)
    with pytest.raises(StudyError, match="too long"):
        edited_study("#" * 500_000, STUDY, (), packs)


def test_uploads_are_found_in_their_folder_and_nowhere_else(tmp_path: Path) -> None:
    text = DEMO.read_text(encoding="utf-8").replace("path: candidates.csv", "path: uploads/m.csv")
    study = edited_study(text, STUDY, ["m.csv"], ["eu", "fi", "engineering"])
    assert located(study, tmp_path).candidates.files[0].path == str(tmp_path / "m.csv")
    assert paths_of(located(study, tmp_path)) - paths_of(STUDY) == {str(tmp_path / "m.csv")}
    assert located(study, None) is study


# Export


def test_files_of_a_what_if_say_so_and_no_run_is_made_of_one(
    demo: Assessment, tmp_path: Path
) -> None:
    (rule,) = removals(demo.findings).index
    found = without_rules(demo, [rule])
    assert export_name(demo, "ranking", ending="csv") == "helsinki-ranking.csv"
    assert export_name(found, "ranking", ending="csv") == f"helsinki-ranking-what-if-{rule}.csv"
    with pytest.raises(RunError, match="ignored"):
        run_zip(found, 1, tmp_path)


def test_the_study_of_a_run_has_the_weights_of_the_moment(demo: Assessment) -> None:
    swings = dict(zip(STUDY.groups, (10.0, 20.0, 30.0, 40.0, 50.0, 100.0), strict=True))
    moved = reweigh(demo, swings)
    again = assess(weighted_study(moved), DEMO.parent, opinions=False, territory=demo.territory)
    pd.testing.assert_frame_equal(again.ranking.table, moved.ranking.table)


def test_the_leading_sites_are_exported_unless_others_are_named(demo: Assessment) -> None:
    assert chosen_sites(demo, 3, []) == list(
        demo.ranking.table["rank"].sort_values().index[:3].astype(str)
    )
    assert chosen_sites(demo, 3, ["x"]) == ["x"]
