"""The workbook: a spreadsheet program that recalculates it gets our ranking, to 1e-9."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from siteselect.assess import reweigh
from siteselect.decision.ranking import order
from siteselect.decision.value import value_bounds
from siteselect.errors import InputError
from siteselect.report import workbook as room
from siteselect.report.workbook import workbook
from siteselect.report.workbook_inputs import GROUPS_ROW, criteria_row
from siteselect.report.workbook_live import SCORES, SCORES_ROW
from siteselect.report.workbook_text import CELL_LETTERS, visible

if TYPE_CHECKING:
    from conftest import Town

    from siteselect.assess import Assessment

openpyxl = pytest.importorskip("openpyxl", reason="openpyxl reads the workbooks back")
pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported:UserWarning")

SOFFICE = shutil.which("soffice")
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"""
"""Recalculate whatever is loaded, whoever wrote it."""
HOSTILE = (
    '=HYPERLINK("http://evil.example","click")',
    "@SUM(A1)",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "http://evil.example",
    "a\x00b\x07\x1b[31m\u202egnp.exe",
    "\ud800 half a letter",
    "_x0041_ & <b>",
    "W" * 40_000,
)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if SOFFICE is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    folder = tmp_path_factory.mktemp("office")
    (folder / "user").mkdir()
    (folder / "user" / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
    return folder


def recalculated(book: Any, profile: Path, folder: Path) -> Any:
    """Save by openpyxl, which drops every result, and let LibreOffice work them out anew."""
    file, out = folder / "changed.xlsx", folder / "out"
    book.save(file)
    subprocess.run(
        [
            *(str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless"),
            *("--norestore", "--convert-to", "xlsx", "--outdir", str(out), str(file)),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return openpyxl.load_workbook(out / "changed.xlsx", data_only=True)


def opened(content: bytes, *, results: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=results)


def scores_of(book: Any) -> pd.DataFrame:
    rows = book["Scores"].iter_rows(min_row=SCORES_ROW + 1, values_only=True)
    return pd.DataFrame([row[: len(SCORES)] for row in rows], columns=SCORES).set_index("site_id")


def assert_ranks_as(book: Any, assessment: Assessment) -> None:
    ours, found = assessment.ranking.table, scores_of(book)
    assert set(found.index) == set(ours.index)
    ours = ours.loc[found.index]
    for column in ("score_low", "score_high", "evidence_share"):
        np.testing.assert_allclose(found[column].astype(float), ours[column], rtol=0, atol=1e-9)
    for column in ("rank", "rank_best", "rank_worst"):
        theirs = pd.to_numeric(found[column].replace("", None))
        np.testing.assert_array_equal(
            theirs, ours[column].astype("Float64").to_numpy(float, na_value=np.nan)
        )
    for column in ("possible_first", "sure_first"):
        assert (found[column] == "yes").tolist() == ours[column].tolist()
    read = [row[6] for row in book["Ranking"].iter_rows(min_row=5, values_only=True)]
    assert read == list(order(assessment.ranking.table))


def test_the_results_beside_the_formulas_are_ours(demo: Assessment) -> None:
    assert_ranks_as(opened(workbook(demo), results=True), demo)


def test_libreoffice_gets_our_ranking(demo: Assessment, profile: Path, tmp_path: Path) -> None:
    book = opened(workbook(demo))
    assert str(book["Scores"].cell(SCORES_ROW + 1, 5).value).startswith("=MIN(1,")
    assert_ranks_as(recalculated(book, profile, tmp_path), demo)


def test_a_changed_weight_moves_the_ranking_as_ours(
    demo: Assessment, profile: Path, tmp_path: Path
) -> None:
    book, swings = opened(workbook(demo)), {"heat": 5.0, "fibre": 100.0, "grid": 12.5}
    for row, group in enumerate(demo.tree, GROUPS_ROW + 1):
        if group in swings:
            book["Weights"].cell(row, 2).value = swings[group]
    ours = reweigh(demo, swings)
    assert list(order(ours.ranking.table)) != list(order(demo.ranking.table))
    assert_ranks_as(recalculated(book, profile, tmp_path), ours)


def test_locks_unknown_ranges_ties_and_scales_follow(
    town: Town, profile: Path, tmp_path: Path
) -> None:
    """A locked group keeps its share; a range given for an unknown measure bounds its value."""
    groups = town.document["groups"]
    groups["grid"]["locked"] = True
    scale = [[0, 0.2], [300, 1.0], [600, 0.4], [900, 0.7]]
    groups["heat"]["criteria"]["heat_used"] |= {"plausible": [100, 700], "scale": scale}
    del town.document["presets"]
    town.candidates(
        (town.folder / "candidates.csv").read_text(encoding="utf-8")
        + "e,Twin of b,car_park,"
        + re.search(r"b,Centre,car_park,(\S+)", (town.folder / "candidates.csv").read_text())[1]
        + "\n"
    )
    before = town.assess()
    unknown = before.measures.copy()
    unknown.loc["c", "heat_used"] = np.nan
    values = before.values.copy()
    values.loc["c", "heat_used"] = np.nan
    reasons = before.reasons.copy()
    reasons.loc["c", "heat_used"] = "not asked"
    gap = reweigh(replace(before, measures=unknown, values=values, reasons=reasons), {})
    low, high = value_bounds(gap.criteria["heat_used"].scale, 100, 700)
    assert (low, high) == (gap.unknown_low["heat_used"], gap.unknown_high["heat_used"])
    assert gap.ranking.table["rank"].duplicated().any(), "the twins tie"
    book = opened(workbook(gap))
    assert_ranks_as(opened(workbook(gap), results=True), gap)
    heat = GROUPS_ROW + 1 + list(gap.tree).index("heat")
    book["Weights"].cell(heat, 2).value = 30
    calculated = recalculated(book, profile, tmp_path)
    assert_ranks_as(calculated, reweigh(gap, {"heat": 30.0}))
    weights, row = calculated["Weights"], criteria_row(gap) + 1
    at = row + list(gap.weights.index).index("heat_used")
    assert [weights.cell(at, c).value for c in (11, 12)] == pytest.approx([low, high], abs=1e-9)
    assert weights.cell(GROUPS_ROW + 1 + list(gap.tree).index("grid"), 6).value == pytest.approx(
        gap.weights[["headroom_after_pod", "connection_length"]].sum(), abs=1e-9
    )


def test_the_same_assessment_gives_the_same_bytes(demo: Assessment) -> None:
    assert workbook(demo) == workbook(demo)


def test_invented_data_is_named_where_it_is_shown(demo: Assessment) -> None:
    book = opened(workbook(demo, manifest_hash="abc123"))
    told = " ".join(str(row[0]) for row in book["Read me"].iter_rows(values_only=True))
    assert "INVENTED DATA" in told
    assert "not legal advice" in told.lower()
    assert "abc123" in told
    for name in book.sheetnames[1:]:
        assert "INVENTED DATA" in book[name]["A1"].value
    assert "INVENTED DATA" in book.properties.description


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_outside_text_is_inert(town: Town, text: str) -> None:
    assessment = town.assess()
    sites = assessment.sites.copy()
    # As plain objects: the text type of pandas refuses half a letter.
    sites["name"] = pd.Series([text] * len(sites), index=sites.index, dtype=object)
    findings = assessment.findings.copy()
    for column in ("evidence", "title"):
        findings[column] = pd.Series([text] * len(findings), index=findings.index, dtype=object)
    reasons = assessment.reasons.astype(object)
    reasons[assessment.measures.isna()] = text
    content = workbook(replace(assessment, sites=sites, reasons=reasons, findings=findings))
    clean = opened(workbook(assessment))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not any(name.startswith("xl/worksheets/_rels") for name in parts.namelist())
    dirty = opened(content)
    for page in dirty:
        for row in page.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert clean[page.title][cell.coordinate].value == cell.value
                assert cell.hyperlink is None
    name = opened(content, results=True)["Measures"]["B5"]
    assert name.data_type == "s"
    assert len(name.value.encode("utf-16-le")) <= 2 * CELL_LETTERS
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202a-\u202e]", name.value)


def test_what_is_replaced_or_cut_can_be_seen() -> None:
    assert visible("a\x07b") == "a\u2407b"
    assert visible("a\u202eb") == "a\ufffdb"
    assert len(visible("\U0001f600" * 40_000).encode("utf-16-le")) // 2 <= CELL_LETTERS
    assert visible("W" * 40_000).endswith("…")


def test_too_many_sites_are_refused_with_a_way_out(
    demo: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_SITES", 10)
    with pytest.raises(InputError, match="geoparquet"):
        workbook(demo)


def test_no_formula_needs_a_newer_program(demo: Assessment) -> None:
    """Functions of Excel 2010 and LibreOffice alone."""
    with zipfile.ZipFile(io.BytesIO(workbook(demo))) as parts:
        text = "".join(
            parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name
        )
    used = set(re.findall(r"([A-Z]+)\(", " ".join(re.findall(r"<f>(.*?)</f>", text))))
    assert used <= {
        *("ABS", "COUNT", "COUNTIF", "COUNTIFS", "IF", "INDEX", "ISERROR", "MATCH", "MAX"),
        *("MEDIAN", "MIN", "ROUND", "ROWS", "SUM", "SUMIF", "SUMPRODUCT"),
    }
    assert "_xlfn" not in text
    assert 't="array"' not in text
