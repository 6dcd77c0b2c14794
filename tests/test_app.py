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
    assert "no swing above 0" in shown(planner)


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
