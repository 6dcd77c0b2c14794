"""The planner's page without a browser: its state, its words, and a run of the whole page."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import strategies as st

pytest.importorskip("streamlit_folium", reason="the extra `app` is not installed")

from app_visit import at_page
from streamlit.testing.v1 import AppTest

from siteselect.app import loading
from siteselect.app.downloads import ranking_csv, ranking_geojson
from siteselect.app.ranking_table import ranking_frame
from siteselect.app.state import (
    OWN,
    presets,
)
from siteselect.app.text import escape
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
    parts = [
        *app.title,
        *app.header,
        *app.subheader,
        *app.markdown,
        *app.warning,
        *app.error,
        *app.info,
    ]
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
    assert "no swing above 0" in shown(planner)


def test_the_address_opens_a_site_and_the_list_opens_another(planner: AppTest) -> None:
    site = str(load_ids()[3])
    planner.query_params["site"] = site
    planner.query_params["preset"] = "no such"
    planner.query_params["w"] = "1-2"
    planner.run()
    assert planner.session_state["history"].now.site == site
    assert planner.selectbox(key="preset").value == OWN
    at_page(planner, "site").run()
    assert not planner.exception
    picker = planner.selectbox(key="site_picker")
    assert picker.value == site
    other = picker.options[0]
    picker.set_value(other).run()
    assert not planner.exception
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
    app = AppTest.from_file(
        str(ROOT / "siteselect" / "app" / "entry" / "main.py"), default_timeout=60
    ).run()
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
    app.toggle(key="plain_ranking").set_value(True).run()
    assert not app.exception
    assert "![i](" not in shown(app)
    assert any("Known" in table.value.columns for table in app.table)
    for table in app.table:
        assert "![i](" not in table.value.to_csv()


# The journey


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception, app.exception[0].value


def test_undo_takes_back_a_weight_and_redo_puts_it_there(planner: AppTest) -> None:
    planner.run()
    before = planner.slider[0].value
    planner.slider[0].set_value(1.0).run()
    press(planner, "Undo")
    assert planner.slider[0].value == before
    assert "w" not in planner.query_params
    press(planner, "Redo")
    assert planner.slider[0].value == 1.0


def test_weights_and_site_stay_on_every_page_and_in_its_address(planner: AppTest) -> None:
    planner.run()
    planner.slider[0].set_value(7.0).run()
    site = load_ids()[2]
    planner.text_input(key="search").set_value(site).run()
    planner.button_group(key="search_found").set_value(site).run()
    assert planner.query_params["site"] == site
    for page in ("export", "study", "rank"):
        planner.query_params.clear()
        at_page(planner, page).run()
        assert not planner.exception
        assert planner.query_params["site"] == site
        assert planner.query_params["w"].startswith("7-")
    assert planner.slider[0].value == 7.0


def test_a_scenario_is_saved_and_switched_to(planner: AppTest) -> None:
    planner.run()
    planner.slider[0].set_value(3.0).run()
    planner.text_input(key="scenario_name").set_value("Quiet :red[x]")
    press(planner, "Save as a scenario")
    assert planner.selectbox(key="scenario_chosen").value == "Quiet :red[x]"
    press(planner, "Reset to preset")
    assert planner.selectbox(key="scenario_chosen").value == ""
    planner.selectbox(key="scenario_chosen").set_value("Quiet :red[x]").run()
    assert planner.slider[0].value == 3.0
    assert ":red[x]" not in shown(planner)


def test_a_typed_candidate_is_scored_marked_and_removed(planner: AppTest) -> None:
    planner.run()
    count = len(planner.dataframe[0].value)
    near = pd.read_csv(DEMO.parent / "candidates.csv").iloc[0]
    for key, value in (("lat", near["lat"]), ("lon", near["lon"]), ("name", "Our yard")):
        planner.text_input(key=f"new_{key}").set_value(str(value))
    press(planner, "Add and score this site")
    table = planner.dataframe[0].value
    assert len(table) == count + 1
    assert "Our yard" in list(table["Site"])
    assert "drawn in this session" in shown(planner)
    assert planner.query_params["new"].endswith("_Our yard")
    press(planner, "Remove")
    assert len(planner.dataframe[0].value) == count
    assert "new" not in planner.query_params


def test_a_candidate_elsewhere_is_refused_in_plain_words(planner: AppTest) -> None:
    planner.run()
    count = len(planner.dataframe[0].value)
    planner.text_input(key="new_lat").set_value("51.5")
    planner.text_input(key="new_lon").set_value("0.1")
    press(planner, "Add and score this site")
    assert "to be put right" in shown(planner)
    assert len(planner.dataframe[0].value) == count
    assert "new" not in planner.query_params


def test_a_limit_switched_off_is_a_loud_what_if(planner: AppTest) -> None:
    planner.run()
    rule = next(toggle for toggle in planner.toggle if str(toggle.key).startswith("limit:"))
    rule.set_value(False).run()
    assert not planner.exception
    words = shown(planner)
    assert "What-if: a rule is ignored" in words
    table = planner.dataframe[0].value
    assert table["Rank"].notna().all()
    assert table["Site"].str.endswith("(what-if)").any()
    assert planner.query_params["off"] == str(rule.key).removeprefix("limit:")
    at_page(planner, "export").run()
    assert "What-if" in shown(planner)
    press(planner, "Make: Ranking (CSV)")
    assert "what-if" in shown(planner)


def test_the_tour_is_offered_once_and_left_when_one_likes(planner: AppTest) -> None:
    planner.run()
    assert "Step 1 of 3" in shown(planner)
    press(planner, "Next")
    assert "Step 2 of 3" in shown(planner)
    press(planner, "Skip the tour")
    assert "of 3" not in shown(planner)
    assert planner.query_params["tour"] == "0"


def test_an_edited_study_holds_for_the_session_and_names_its_faults(planner: AppTest) -> None:
    planner.run()
    at_page(planner, "study").run()
    text = planner.text_area[0].value
    planner.text_area[0].set_value(text.replace("seed:", "sead:"))
    press(planner, "Validate")
    assert "Did you mean" in shown(planner)
    planner.text_area[0].set_value(text.replace("path: candidates.csv", "path: /etc/passwd"))
    press(planner, "Apply")
    assert "may read" in shown(planner)
    planner.text_area[0].set_value(text.replace("title: Central", "title: Edited"))
    press(planner, "Apply")
    assert planner.title[0].value.startswith("Edited")
    assert "Edited in this session" in shown(planner)
    assert DEMO.read_text(encoding="utf-8") == text
    press(planner, "Back to the study as given")
    assert planner.title[0].value == escape(STUDY.title)


# Files


def test_an_installed_app_has_the_same_settings() -> None:
    ours = (ROOT / ".streamlit" / "config.toml").read_bytes()
    assert (
        ROOT / "siteselect" / "app" / "entry" / ".streamlit" / "config.toml"
    ).read_bytes() == ours


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
