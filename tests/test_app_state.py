"""The state of the planner's page and its words: nothing from outside can break them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("streamlit_folium", reason="the extra `app` is not installed")


from siteselect.app.ranking_table import ranking_frame
from siteselect.app.state import (
    OWN,
    View,
    chosen_row,
    clicked_site,
    data_years,
    is_changed,
    presets,
    read_view,
    verdict_counts,
    write_view,
)
from siteselect.app.text import escape, figure_html, harmless_cell, link
from siteselect.report.records import Figure
from siteselect.study_file import load_study

if TYPE_CHECKING:
    from siteselect.assess import Assessment

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "data" / "helsinki" / "study.yaml"
STUDY = load_study(DEMO)
GROUPS = list(STUDY.groups)
swings = st.lists(st.integers(0, 100), min_size=len(GROUPS), max_size=len(GROUPS)).filter(any)


# State


@given(st.dictionaries(st.sampled_from(["site", "preset", "w", "x"]), st.text(max_size=60)))
def test_any_address_gives_a_view_that_can_be_ranked(params: dict[str, str]) -> None:
    view = read_view(params, STUDY, {"a", "b"})
    assert view.site in {None, "a", "b"}
    assert view.preset in presets(STUDY)
    assert list(view.swings) == GROUPS
    assert all(0 <= swing <= 100 for swing in view.swings.values())
    assert any(view.swings.values())


@given(swings, st.sampled_from(list(presets(STUDY))), st.sampled_from([None, "a", "b-1 ü&="]))
def test_a_view_survives_the_address(numbers: list[int], preset: str, site: str | None) -> None:
    view = View(site, preset, dict(zip(GROUPS, map(float, numbers), strict=True)))
    assert read_view(write_view(view, STUDY), STUDY, {"a", "b-1 ü&="}) == view


@pytest.mark.parametrize(
    "text", ["", "1", "0-0-0-0-0-0", "1-2-3-4-5-x", "1-2-3-4-5-nan", "1-2-3-4-5-1e9", "-" * 500]
)
def test_weights_that_make_no_sense_are_left_out(text: str) -> None:
    assert read_view({"w": text}, STUDY, ()).swings == presets(STUDY)[OWN]


def test_weights_are_clamped() -> None:
    assert read_view({"w": "900-1-1-1-1-1.5"}, STUDY, ()).swings[GROUPS[0]] == 100
    assert read_view({"w": "900-1-1-1-1-1.5"}, STUDY, ()).swings[GROUPS[-1]] == 1.5


def test_a_view_is_changed_only_against_its_own_preset() -> None:
    heat = presets(STUDY)["heat-first"]
    assert not is_changed(View(None, "heat-first", heat), STUDY)
    assert is_changed(View(None, OWN, heat), STUDY)
    assert write_view(View(None, OWN, presets(STUDY)[OWN]), STUDY) == {}


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [],
        "a",
        {"last_active_drawing": None},
        {"last_active_drawing": {"properties": None}},
        {"last_active_drawing": {"properties": {"site": ["a"]}}},
        {"last_active_drawing": {"properties": {"site": "gone"}}},
    ],
)
def test_what_the_map_says_counts_only_if_it_names_a_site(value: Any) -> None:
    assert clicked_site(value, {"a"}) is None


def test_a_click_on_the_map_names_its_site() -> None:
    value = {"last_active_drawing": {"properties": {"site": "a", "stamp": 1}}}
    assert clicked_site(value, {"a"}) == "a"


def test_a_click_on_the_table_counts_on_the_mark_and_in_a_cell() -> None:
    names = ["a", "b", "c"]
    assert chosen_row({"selection": {"rows": [2], "cells": []}}, names) == "c"
    assert chosen_row({"selection": {"rows": [2], "cells": [(0, "Site")]}}, names) == "a"
    assert chosen_row({"selection": {"rows": [], "cells": []}}, names) is None
    assert chosen_row({"selection": {"rows": [3], "cells": []}}, names) is None
    assert chosen_row(None, names) is None


def test_years_of_the_data() -> None:
    assert data_years(["2019-04-21", "c. 2026", ""]) == "2019 to 2026"
    assert data_years(["2026", "2026-01-01"]) == "2026"
    assert data_years(["long ago", "120245"]) == "not stated"


def test_verdicts_are_counted_for_every_site() -> None:
    findings = pd.DataFrame({"site_id": ["a", "a", "b"], "verdict": ["pass", "pass", "fail"]})
    counts = verdict_counts(findings, pd.Index(["b", "a", "c"]))
    assert counts.loc["a"].to_dict() == {"fail": 0, "unknown": 0, "conditional": 0, "pass": 2}
    assert counts.loc["c"].sum() == 0
    assert list(counts.index) == ["b", "a", "c"]


def test_the_table_follows_the_ranking(demo: Assessment) -> None:
    frame = ranking_frame(demo)
    table = demo.ranking.table.loc[frame.index]
    assert frame["Rank"].equals(table["rank"].rename("Rank"))
    assert frame["Rank"].dropna().is_monotonic_increasing
    assert (frame["Rank"].isna() == frame["Rules"].str.contains("\u2717")).all()


# Words


@given(st.text(max_size=80))
def test_escaped_text_holds_no_bare_sign(text: str) -> None:
    escaped = escape(text)
    bare = escaped.replace("\\\\", "")
    for place, sign in enumerate(bare):
        if sign in "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~":
            assert bare[place - 1] == "\\"
            assert place > 0
    assert "\n" not in escaped


def test_links_lead_to_the_web_or_nowhere() -> None:
    assert (
        link("a [b]", "https://example.org/x?y=1#z") == r"[a \[b\]](<https://example.org/x?y=1#z>)"
    )
    for url in ("javascript:alert(1)", "", "https://x y", "https://x>y", "data:text/html,x", "//x"):
        assert link("a", url) == "a"


def test_a_chart_is_a_picture_with_words() -> None:
    written = figure_html(Figure(svg="<svg><script>x</script></svg>", alt='"><script>y'))
    assert "<script" not in written
    assert 'alt="&quot;&gt;&lt;script&gt;y"' in written


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "=HYPERLINK(1)"])
def test_the_grid_holds_no_formulas(text: str) -> None:
    assert harmless_cell(text) == f"'{text}"
    assert harmless_cell("A-1") == "A-1"
