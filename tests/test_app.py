"""The planner's page without a browser: its state, its words, and a run of the whole page."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import strategies as st

pytest.importorskip("streamlit_folium", reason="the extra `app` is not installed")

from app_visit import at_page
from page_tables import report_tables
from streamlit.testing.v1 import AppTest

from siteselect.app import loading
from siteselect.app.exports import exports, ranking_csv
from siteselect.app.ranking_table import ranking_frame
from siteselect.app.state import (
    OWN,
    presets,
)
from siteselect.app.text import escape
from siteselect.assess import without_rules
from siteselect.report.gis_files import sites_geojson
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
    (table,) = [found for found in report_tables(app) if "Known" in found.columns]
    assert set(table["Site"]) == {"![i](http://x/y.png) :red[x] $x$"}


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


def test_the_command_line_gets_the_weights_of_the_moment(planner: AppTest) -> None:
    planner.run()
    planner.selectbox(key="preset").set_value("Heat-first").run()
    planner.slider[0].set_value(7.0).run()
    at_page(planner, "export").run()
    assert not planner.exception
    words = shlex.split(planner.code[-1].value)
    assert words[:3] == ["siteselect", "export", "study.yaml"]
    assert words[words.index("--preset") + 1] == "heat-first"
    assert words[words.index("--weight") + 1 :] == [f"{GROUPS[0]}=7"]


# Uploads

OURS = "site_id,name,kind,lon,lat\nyard,Our yard,car_park,{lon},{lat}\n"


def near() -> pd.Series[Any]:
    return pd.read_csv(DEMO.parent / "candidates.csv").iloc[0]


def send(app: AppTest, name: str, content: bytes) -> None:
    app.file_uploader[0].upload(name, content, "application/octet-stream").run()
    assert not app.exception, app.exception[0].value


def test_uploaded_candidates_are_used_by_an_edited_study(planner: AppTest) -> None:
    planner.run()
    at_page(planner, "study").run()
    row = near()
    hostile = "../../etc/![i](http:x) $x$.csv"
    send(planner, hostile, OURS.format(lon=row["lon"], lat=row["lat"]).encode())
    words = shown(planner)
    assert "![i](" not in words
    (path,) = re.findall(r"uploads/(upload-[0-9a-f]{16}\.csv)", words)
    folder = planner.session_state["uploads"].path
    assert [file.name for file in folder.iterdir()] == [path]
    text = planner.text_area[0].value
    planner.text_area[0].set_value(text.replace("path: candidates.csv", f"path: uploads/{path}"))
    press(planner, "Apply")
    assert "1 sites" in shown(planner)
    at_page(planner, "rank").run()
    assert list(planner.dataframe[0].value["Site"]) == ["Our yard"]


def test_an_upload_that_is_not_fit_is_refused_with_its_faults(planner: AppTest) -> None:
    planner.run()
    at_page(planner, "study").run()
    send(planner, "list.csv", b"SQLite format 3\x00" + b"\x00" * 200)
    words = shown(planner)
    assert "to be put right" in words
    assert "uploads/upload" not in words
    assert not list(planner.session_state["uploads"].path.iterdir())


def test_rows_of_an_upload_that_make_no_site_are_all_named(planner: AppTest) -> None:
    planner.run()
    at_page(planner, "study").run()
    rows = "a,A,car_park,here,60.17\nb,B,car_park,24.94,there\n"
    send(planner, "bad.csv", f"site_id,name,kind,lon,lat\n{rows}".encode())
    (path,) = re.findall(r"uploads/(upload-[0-9a-f]{16}\.csv)", shown(planner))
    text = planner.text_area[0].value
    planner.text_area[0].set_value(text.replace("path: candidates.csv", f"path: uploads/{path}"))
    press(planner, "Apply")
    words = shown(planner)
    assert "here" in words
    assert "there" in words
    assert planner.title[0].value == escape(STUDY.title)


# Files


def test_an_installed_app_has_the_same_settings() -> None:
    ours = (ROOT / ".streamlit" / "config.toml").read_bytes()
    assert (
        ROOT / "siteselect" / "app" / "entry" / ".streamlit" / "config.toml"
    ).read_bytes() == ours


def test_downloads_hold_the_ranking(demo: Assessment) -> None:
    collection = json.loads(sites_geojson(demo))
    assert [feature["id"] for feature in collection["features"]] == list(ranking_frame(demo).index)
    first = collection["features"][0]
    assert first["properties"]["rank"] == 1
    lon, lat = first["geometry"]["coordinates"]
    place = (demo.sites["lon"][first["id"]], demo.sites["lat"][first["id"]])
    assert (lon, lat) == pytest.approx(place, abs=1e-7)
    assert collection["features"][-1]["properties"]["rank"] is None
    assert ranking_csv(demo).count("\n") == len(demo.sites) + 1


def test_a_what_if_is_marked_inside_every_file(demo: Assessment, tmp_path: Path) -> None:
    failed = demo.findings[demo.findings["verdict"] == "fail"]["rule_id"]
    rule = str(failed.iloc[0])
    now = without_rules(demo, [rule])
    leading = list(now.sites.index[:1])
    made = {
        export.key: export.make()
        for export in exports(now, leading, DEMO.parent)
        if export.key in {"csv", "geojson", "geopackage", "workbook", "html"}
    }
    table = pd.read_csv(io.BytesIO(made["csv"]))
    assert table["what_if"].str.contains(rule, regex=False).all()
    assert "what_if" not in ranking_csv(demo)
    collection = json.loads(made["geojson"])
    assert rule in collection["description"]
    assert all(rule in part["properties"]["what_if"] for part in collection["features"])
    (tmp_path / "w.gpkg").write_bytes(made["geopackage"])
    sites = gpd.read_file(tmp_path / "w.gpkg", layer="sites")
    assert sites["what_if"].str.contains(rule, regex=False).all()
    with zipfile.ZipFile(io.BytesIO(made["workbook"])) as book:
        assert rule in book.read("docProps/core.xml").decode()
    with zipfile.ZipFile(io.BytesIO(made["html"])) as archive:
        assert f"rule {rule}" in archive.read("report.html").decode()


def test_the_files_for_other_programs_are_what_they_say(demo: Assessment) -> None:
    site = str(demo.sites.index[0])
    made = {export.key: export for export in exports(demo, [site], DEMO.parent)}
    assert not any(export.refused for key, export in made.items() if key != "pdf")
    assert made["workbook"].make()[:4] == b"PK\x03\x04"
    assert made["geopackage"].make()[:15] == b"SQLite format 3"
    with zipfile.ZipFile(io.BytesIO(made["noise"].make())) as archive:
        (name,) = archive.namelist()
        assert archive.read(name)[:2] == b"II"


def test_reports_in_pdf_are_offered_and_made(town: Any) -> None:
    pytest.importorskip("typst", reason="the extra `pdf` is not installed")
    assessment = town.assess()
    (pdf,) = [part for part in exports(assessment, ["a"], town.folder) if part.key == "pdf"]
    assert not pdf.refused
    with zipfile.ZipFile(io.BytesIO(pdf.make())) as archive:
        assert archive.namelist() == ["report.pdf", "sites/a.pdf"]
        assert archive.read("sites/a.pdf").startswith(b"%PDF")


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
