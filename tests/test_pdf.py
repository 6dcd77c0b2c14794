"""PDF reports: tagged, archivable, the same words as the model, and outside text is inert."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from siteselect.decision.ranking import order
from siteselect.errors import InputError
from siteselect.report.model import site_model
from siteselect.report.pdf import site_pdf, study_pdf
from siteselect.report.pdf_batch import pdf_name, site_pdfs
from siteselect.report.records import Cell, Table
from siteselect.report.typst_press import check_installed
from siteselect.report.typst_text import (
    MISSING_LETTER,
    breakable,
    column_shares,
    column_sides,
    letters_shown,
    showable,
    typeset,
)

if TYPE_CHECKING:
    from pathlib import Path

    from siteselect.assess import Assessment

pytest.importorskip("typst", reason="the extra pdf is not installed")
pikepdf = pytest.importorskip("pikepdf", reason="pikepdf reads the PDF back")

HOSTILE = (
    '#let x = 1; #panic("no")',
    "<b>bold</b> $x^2$ *strong* _low_ `raw` @ref @@ \\ // /* ",
    'quote " \' ] ) } #[ #read("/etc/passwd")',
    "a\x00b\x07\u202egnp.exe \ud800",
    "W" * 10_000,
    "中文 😀 العربية",
)


def first(assessment: Assessment) -> str:
    return str(order(assessment.ranking.table)[0])


@pytest.fixture(scope="module")
def full(demo: Assessment) -> bytes:
    return site_pdf(demo, first(demo), manifest_hash="ab" * 32)


@pytest.fixture(scope="module")
def brief(demo: Assessment) -> bytes:
    return site_pdf(demo, first(demo), form="brief")


@pytest.fixture(scope="module")
def whole_study(demo: Assessment) -> bytes:
    return study_pdf(demo)


@pytest.fixture(params=["full", "brief", "whole_study"])
def made(request: pytest.FixtureRequest) -> bytes:
    found: bytes = request.getfixturevalue(request.param)
    return found


def elements(file: Any) -> list[Any]:
    """List all elements of the structure tree."""
    found, waiting = [], [file.Root.StructTreeRoot]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting += list(node)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                waiting.append(node.K)
    return found


def of_kind(found: list[Any], kind: str) -> list[Any]:
    return [node for node in found if str(node.S) == kind]


def text_of(pdf: bytes) -> str:
    """Read the text of all pages, from the letters that the fonts say they show."""
    import shutil
    import subprocess

    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    told = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return squeezed(told.stdout.decode())


def squeezed(text: str) -> str:
    """Leave out what line breaks add: blanks, hyphens, and places to break."""
    return "".join(
        each for each in text if not each.isspace() and each not in "-\u2010\u200b\u00ad"
    )


def test_it_is_tagged_named_and_in_a_language(made: bytes) -> None:
    with pikepdf.open(io.BytesIO(made)) as file:
        assert file.Root.MarkInfo.Marked
        assert str(file.Root.Lang).startswith("en")
        assert file.Root.ViewerPreferences.DisplayDocTitle
        assert "/Outlines" in file.Root


def test_it_claims_the_archive_and_the_accessibility_standard(made: bytes) -> None:
    with pikepdf.open(io.BytesIO(made)) as file, file.open_metadata() as told:
        assert (told["pdfaid:part"], told["pdfaid:conformance"]) == ("2", "A")
        assert told["pdfuaid:part"] == "1"
        assert told["dc:title"]


def test_figures_have_words_and_tables_have_heads(made: bytes) -> None:
    with pikepdf.open(io.BytesIO(made)) as file:
        found = elements(file)
        figures, tables = of_kind(found, "/Figure"), of_kind(found, "/Table")
        assert figures
        assert tables
        assert all(str(figure.get("/Alt", "")).strip() for figure in figures)
        assert all(of_kind(elements_under(table), "/TH") for table in tables)


def elements_under(node: Any) -> list[Any]:
    found, waiting = [], [node.K]
    while waiting:
        part = waiting.pop()
        if isinstance(part, pikepdf.Array):
            waiting += list(part)
        elif isinstance(part, pikepdf.Dictionary) and "/S" in part:
            found.append(part)
            if "/K" in part:
                waiting.append(part.K)
    return found


def test_only_the_shipped_font_is_in_it(made: bytes) -> None:
    with pikepdf.open(io.BytesIO(made)) as file:
        names = {
            str(font.BaseFont)
            for page in file.pages
            for font in page.get("/Resources", {}).get("/Font", {}).values()
        }
    assert names
    assert all("LiberationSans" in name for name in names)


def test_nothing_runs_and_nothing_is_fetched(made: bytes) -> None:
    with pikepdf.open(io.BytesIO(made)) as file:
        assert "/OpenAction" not in file.Root
        assert "/JavaScript" not in file.Root.get("/Names", {})
        assert "/EmbeddedFiles" not in file.Root.get("/Names", {})


def test_the_full_report_says_what_the_model_says(demo: Assessment, full: bytes) -> None:
    report, said = site_model(demo, first(demo)), text_of(full)
    lines = [report.headline, report.name, *report.checks, *report.speaks_for]
    lines += [entry.title for group in report.findings for entry in group.entries]
    lines += [row[2].text for row in report.background.assumptions.rows]
    lines += ["ab" * 32, *(row[-1].text for row in report.background.sources.rows)]
    assert [line for line in lines if squeezed(line) not in said] == []


def test_the_brief_report_leads_with_the_same_words(demo: Assessment, brief: bytes) -> None:
    report, said = site_model(demo, first(demo)), text_of(brief)
    assert squeezed(report.headline) in said
    open_rules = [group for group in report.findings if group.verdict != "pass"]
    titles = [entry.title for group in open_rules for entry in group.entries]
    assert [title for title in titles if squeezed(title) not in said] == []
    with pikepdf.open(io.BytesIO(brief)) as file:
        assert len(file.pages) <= 4
    licences = [row[2] for row in report.background.sources.rows]
    owed = [line for cell in licences for line in (cell.text, cell.note)]
    assert [line for line in owed if squeezed(line) not in said] == []


def test_every_page_warns_of_invented_data(full: bytes) -> None:
    with pikepdf.open(io.BytesIO(full)) as file:
        pages = len(file.pages)
    assert text_of(full).count(squeezed("This report uses invented data")) >= pages


def test_the_same_assessment_gives_the_same_bytes(demo: Assessment, brief: bytes) -> None:
    assert site_pdf(demo, first(demo), form="brief") == brief


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: repr(name[:12]))
def test_a_hostile_name_is_plain_text(demo: Assessment, name: str) -> None:
    site = first(demo)
    sites = demo.sites.copy()
    sites.loc[site, "name"] = name
    hostile = replace(demo, sites=sites)
    made = site_pdf(hostile, site, form="brief")
    shown = showable(site_model_name(hostile, site))
    assert squeezed(shown) in text_of(made)


def site_model_name(assessment: Assessment, site: str) -> str:
    from siteselect.report.ranking_parts import site_name

    return site_name(assessment, site)


def test_letters_without_a_glyph_become_a_box() -> None:
    assert showable("Åbo ≤ 3 中") == f"Åbo ≤ 3 {MISSING_LETTER}"
    assert {ord("A"), ord("€"), ord(MISSING_LETTER)} <= letters_shown()


def test_long_words_may_break_and_say_the_same() -> None:
    assert breakable("short words stay") == "short words stay"
    assert breakable("W" * 60).replace("\u200b", "") == "W" * 60
    assert max(map(len, breakable("W" * 60).split("\u200b"))) < 24
    assert breakable("0a" * 32) == "0a" * 32


def test_columns_share_the_width_by_what_they_say() -> None:
    rows = tuple((Cell("a"), Cell("long text " * 20), Cell(f"{n}.5")) for n in range(3))
    table = Table("t", ("No.", "Text", "Sum"), rows)
    number, text, total = column_shares(table)
    assert text > total >= number > 0
    assert column_sides(table) == ["left", "left", "right"]
    assert column_shares(Table("empty", ("a", "b"), ())) == [4.0, 4.0]


def test_empty_notes_are_left_out_of_the_data() -> None:
    assert typeset(Cell("a")) == {"text": "a"}
    assert typeset(Cell("a", tag="x"))["tone"] == "invented"


def test_many_sites_are_written_at_once(demo: Assessment, tmp_path: Path) -> None:
    wanted = [str(site) for site in order(demo.ranking.table)[:2]]
    told: list[str] = []
    files = site_pdfs(demo, wanted, tmp_path, form="brief", workers=1, progress=told.append)
    assert [file.name for file in files] == [pdf_name(site) for site in wanted]
    assert files[0].read_bytes() == site_pdf(demo, wanted[0], form="brief")
    assert len(told) == 2


def test_processes_write_the_same_bytes(demo: Assessment, tmp_path: Path) -> None:
    wanted = [str(site) for site in order(demo.ranking.table)[:2]]
    files = site_pdfs(demo, wanted, tmp_path, form="brief", workers=2)
    assert files[1].read_bytes() == site_pdf(demo, wanted[1], form="brief")


def test_unknown_sites_are_all_named_before_anything_is_written(
    demo: Assessment, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        site_pdfs(demo, ["nowhere", "nobody"], tmp_path / "new")
    assert len(caught.value.faults) == 2
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("form", ["full", "brief"])
def test_an_unknown_site_is_refused(demo: Assessment, form: Any) -> None:
    with pytest.raises(InputError, match="no such site"):
        site_pdf(demo, "nowhere", form=form)


def test_file_names_are_safe_and_unique() -> None:
    assert pdf_name("osm-1") != pdf_name("osm/1")
    assert "/" not in pdf_name("../../etc")
    assert len(pdf_name("x" * 10_000)) < 80


def test_without_typst_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError, match=r"pip install 'siteselect\[pdf\]'"):
        check_installed()
