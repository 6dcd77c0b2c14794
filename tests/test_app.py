"""The planner's page without a browser: its state, its words, and a run of the whole page."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("streamlit_folium", reason="the extra `app` is not installed")

from streamlit.testing.v1 import AppTest

from siteselect.app import loading
from siteselect.app.downloads import ranking_csv, ranking_geojson
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


@pytest.fixture
def planner(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Open the page on the demo, as a reader without a saved address would."""
    monkeypatch.setenv(loading.VARIABLE, str(DEMO))
    monkeypatch.delenv(loading.DATA_VARIABLE, raising=False)
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)


def shown(app: AppTest) -> str:
    parts = [*app.title, *app.header, *app.subheader, *app.markdown, *app.warning, *app.error]
    return "\n".join(str(part.value) for part in parts)


# The page


def test_the_page_says_what_it_shows_and_what_it_rests_on(planner: AppTest) -> None:
    planner.run()
    assert not planner.exception
    assert planner.title[0].value == escape(STUDY.title)
    words = shown(planner)
    assert "2026-11-23" in words
    assert "Illustrative data" in planner.warning[0].value
    assert "not legal advice" in words.lower()
    assert [slider.label for slider in planner.slider] == [group.capitalize() for group in GROUPS]
    assert len(planner.dataframe[0].value) == len(
        pd.read_csv(DEMO.parent / "candidates.csv", usecols=["site_id"])
    )
    labels = [button.label for button in planner.get("download_button")]
    assert any("CSV" in label for label in labels)
    assert any("GeoJSON" in label for label in labels)
    assert any("HTML" in label for label in labels)


def test_a_weight_ranks_anew_and_is_marked_as_changed(planner: AppTest) -> None:
    planner.run()
    before = planner.dataframe[0].value
    planner.slider[0].set_value(0.0).run()
    assert not planner.exception
    after = planner.dataframe[0].value
    assert list(after["Points"]) != list(before["Points"])
    assert list(after.index) != list(before.index)
    assert "Changed from preset" in shown(planner)
    assert planner.query_params["w"].startswith("0-")
    next(b for b in planner.button if b.label == "Reset to preset").click().run()
    assert "As in the preset" in shown(planner)
    pd.testing.assert_frame_equal(planner.dataframe[0].value, before)
    assert "w" not in planner.query_params


def test_a_preset_moves_the_sliders(planner: AppTest) -> None:
    planner.run()
    planner.selectbox(key="preset").set_value("Heat-first").run()
    assert {s.label.lower(): s.value for s in planner.slider} == presets(STUDY)["heat-first"]
    assert planner.query_params["preset"] == "heat-first"
    assert "As in the preset" in shown(planner)


def test_when_no_group_counts_the_page_says_so(planner: AppTest) -> None:
    planner.run()
    for slider in planner.slider:
        slider.set_value(0.0)
    planner.run()
    assert not planner.exception
    assert "No group counts" in shown(planner)


def test_the_address_opens_a_site_and_the_list_opens_another(planner: AppTest) -> None:
    site = str(load_ids()[3])
    planner.query_params["site"] = site
    planner.query_params["preset"] = "no such"
    planner.query_params["w"] = "1-2"
    planner.run()
    picker = planner.selectbox(key="site_picker")
    assert picker.value == site
    assert planner.selectbox(key="preset").value == OWN
    other = picker.options[0]
    picker.set_value(other).run()
    assert not planner.exception
    assert planner.header[0].value.endswith(escape(other.split(": ")[1]))
    assert planner.query_params["site"] != site


def load_ids() -> list[str]:
    return list(pd.read_csv(DEMO.parent / "candidates.csv", dtype=str)["site_id"])


def test_a_faulty_study_is_answered_with_all_its_faults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    faulty = tmp_path / "study.yaml"
    text = DEMO.read_text(encoding="utf-8")
    faulty.write_text(
        text.replace("seed:", "sead:") + '\n"![i](http://x/y.png)": 1\n', encoding="utf-8"
    )
    monkeypatch.setenv(loading.VARIABLE, str(faulty))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    words = shown(app)
    assert "2 things need" in words
    assert "sead" in words
    assert "Did you mean" in words
    assert "![i](" not in words


def test_without_a_study_the_page_says_how_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(loading.VARIABLE, raising=False)
    app = AppTest.from_file(str(ROOT / "siteselect" / "app" / "main.py"), default_timeout=60).run()
    assert not app.exception
    assert "No study chosen" in shown(app)


def test_names_reach_the_page_as_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(DEMO.parent, folder)
    candidates = pd.read_csv(folder / "candidates.csv", dtype=str, keep_default_na=False)
    candidates.assign(name="![i](http://x/y.png) :red[x] $x$").to_csv(
        folder / "candidates.csv", index=False
    )
    monkeypatch.setenv(loading.VARIABLE, str(folder / "study.yaml"))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.toggle[0].set_value(True).run()
    assert not app.exception
    assert "![i](" not in shown(app)
    assert any("Known" in table.value.columns for table in app.table)
    for table in app.table:
        assert "![i](" not in table.value.to_csv()


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


# Files


def test_an_installed_app_has_the_same_settings() -> None:
    ours = (ROOT / ".streamlit" / "config.toml").read_bytes()
    assert (ROOT / "siteselect" / "app" / ".streamlit" / "config.toml").read_bytes() == ours


def test_downloads_hold_the_ranking(demo: Assessment) -> None:
    collection = json.loads(ranking_geojson(demo))
    assert [feature["id"] for feature in collection["features"]] == list(ranking_frame(demo).index)
    first = collection["features"][0]
    assert first["properties"]["rank"] == 1
    lon, lat = first["geometry"]["coordinates"]
    assert (lon, lat) == (demo.sites["lon"][first["id"]], demo.sites["lat"][first["id"]])
    assert collection["features"][-1]["properties"]["rank"] is None
    assert ranking_csv(demo).count("\n") == len(demo.sites) + 1


def test_a_formula_as_a_name_leaves_as_text(town: Any) -> None:
    file = town.folder / "candidates.csv"
    file.write_text(file.read_text().replace("Centre", "=HYPERLINK(1)"), encoding="utf-8")
    text = ranking_csv(town.assess())
    assert "HYPERLINK" in text
    assert ",=HYPERLINK" not in text


def test_the_study_is_chosen_by_argument_then_environment_then_default(tmp_path: Path) -> None:
    default = tmp_path / "d.yaml"
    environment = {loading.VARIABLE: "e.yaml"}
    assert loading.study_path(["a.yml"], environment, default) == Path("a.yml")
    assert loading.study_path(["-q", "tests"], environment, default) == Path("e.yaml")
    assert loading.study_path([], {}, default) == default
    assert loading.study_path([], {}, None) is None


def test_a_changed_file_gives_another_stamp(town: Any) -> None:
    files = loading.files_of(town.study, town.file, None)
    before = loading.stamps_of(files)
    assert len(before) >= 8
    assert loading.stamps_of(files) == before
    layer = town.folder / "sinks.gpkg"
    os.utime(layer, ns=(1, 1))
    assert loading.stamps_of(files) != before
