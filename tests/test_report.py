"""Reports and exports: they say what the assessment says, completely, and outside text is inert."""

from __future__ import annotations

import csv
import io
import itertools
import math
import os
import re
import sqlite3
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteselect.decision.pareto import group_scores, pareto_front
from siteselect.decision.ranking import order
from siteselect.errors import InputError, RunError
from siteselect.report import rounding
from siteselect.report.html import site_report, study_report
from siteselect.report.model import site_model, study_model
from siteselect.report.points import points_table
from siteselect.report.screening import evidence_text
from siteselect.report.standing import standing
from siteselect.report.tables import (
    FORMULA_STARTS,
    illustrative_layers,
    ranking_table,
    safe_csv,
    write_geoparquet,
    write_gpkg,
)
from siteselect.report.ties import BY_ROUTE, ties_of
from siteselect.report.wording import Say, wording
from siteselect.report.workbook import _wording

if TYPE_CHECKING:
    from conftest import Town

    from siteselect.assess import Assessment

PACKAGE = Path(__file__).resolve().parents[1] / "siteselect" / "report"
CHROMIUM = Path("/usr/bin/chromium")
CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src="http://evil.example/x.png" onerror=alert(1)>',
    '=HYPERLINK("http://evil.example","click")',
    "${alert(1)} `x` {{7*7}} {% raw %} {0.__class__} {name}",
    "a\x00b\x07\x1b[31m\u202egnp.exe",
    "\ud800 half a letter",
    "W" * 10_000,
)


class Page(HTMLParser):
    """What a test wants to know of a page."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.headings: list[str] = []
        self.words: list[str] = []
        self.inside: list[str] = []
        self.tables: list[list[str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.inside.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(tag)
        if tag == "table":
            self.tables.append([])
        elif self.tables and "table" in self.inside:
            self.tables[-1].append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if "style" not in self.inside:
            self.words.append(data)

    @property
    def text(self) -> str:
        """All words of the page."""
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """Attributes of all elements of one kind."""
        return [attributes for name, attributes in self.tags if name == tag]


def number(text: str) -> float:
    """Read a number back from a report."""
    found = re.match(r"\u2212?[\d,]+(\.\d+)?", text)
    assert found, f"{text!r} does not begin with a number"
    return float(found[0].replace(",", "").replace("\u2212", "-"))


def excluded(assessment: Assessment) -> list[str]:
    return [str(site) for site in assessment.eligible.index[~assessment.eligible]]


def first(assessment: Assessment) -> str:
    return str(order(assessment.ranking.table)[0])


@pytest.fixture(scope="session")
def site_page(demo: Assessment) -> str:
    return site_report(demo, first(demo))


@pytest.fixture(scope="session")
def study_page(demo: Assessment) -> str:
    return study_report(demo, manifest_hash="ab" * 32)


@pytest.fixture(params=["site_page", "study_page"])
def page(request: pytest.FixtureRequest) -> str:
    text: str = request.getfixturevalue(request.param)
    return text


# --- the page -------------------------------------------------------------------------------------


def test_a_page_loads_nothing_and_runs_nothing(page: str) -> None:
    read = Page(page)
    assert {"script", "iframe", "link", "object", "embed", "form", "base"}.isdisjoint(
        tag for tag, _ in read.tags
    )
    for tag, attributes in read.tags:
        assert not any(name.startswith("on") for name in attributes), attributes
        for name in ("src", "srcset", "poster", "data", "background", "style"):
            assert attributes.get(name, "data:").startswith("data:"), (tag, attributes)
        if "href" in attributes:
            assert tag == "a"
            assert attributes["href"].startswith(("#", "https://", "http://"))
    metas = [meta.get("content") for meta in read.all("meta") if "http-equiv" in meta]
    assert metas == [CSP]
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_a_page_is_in_order_for_a_screen_reader(page: str) -> None:
    read = Page(page)
    assert read.all("html")[0]["lang"] == "en"
    levels = [int(heading[1]) for heading in read.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))
    assert all(image["alt"] for image in read.all("img"))
    assert all(head.get("scope") in {"row", "col"} for head in read.all("th"))
    assert read.tables
    assert all(table[0] == "caption" for table in read.tables)
    assert read.all("a")[0]["href"] == "#report"
    identifiers = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    targets = {link["href"][1:] for link in read.all("a") if link["href"].startswith("#")}
    assert targets <= set(identifiers)


def test_a_page_is_light(page: str) -> None:
    assert len(page.encode()) <= 500_000


def test_a_site_page_is_titled_by_the_site(demo: Assessment, site_page: str) -> None:
    name = demo.sites.loc[first(demo), "name"]
    title = site_page[site_page.index("<title>") : site_page.index("</title>")]
    assert name in title
    assert Page(site_page).headings[0] == "h1"


def test_the_same_assessment_gives_the_same_bytes(town: Town, tmp_path: Path) -> None:
    one, other = town.assess(), town.assess()
    assert site_report(one, "a") == site_report(other, "a")
    assert study_report(one) == study_report(other)
    for write, ending in ((write_gpkg, "gpkg"), (write_geoparquet, "parquet")):
        files = [tmp_path / f"{name}.{ending}" for name in ("one", "other")]
        for assessment, file in zip((one, other), files, strict=True):
            write(assessment, file)
        assert files[0].read_bytes() == files[1].read_bytes()


def test_an_unknown_site_is_named_in_the_error(demo: Assessment) -> None:
    with pytest.raises(InputError, match="no-such-place"):
        site_report(demo, "no-such-place")


def test_the_manifest_stands_at_the_foot(demo: Assessment, study_page: str) -> None:
    assert "ab" * 32 in study_page
    assert "names no manifest" in site_report(demo, first(demo))


def test_sign_off_is_left_to_people(page: str) -> None:
    assert "Approver not assigned" in Page(page).text


# --- numbers --------------------------------------------------------------------------------------


def test_every_point_of_a_site_is_that_of_the_ranking(demo: Assessment) -> None:
    titles = {record.title: name for name, record in demo.criteria.items()}
    for site in demo.sites.index[:12]:
        table = site_model(demo, site).points
        assert len(table.rows) == len(demo.criteria)
        for criterion, measured, _, weight, on_scale, gained in table.rows:
            name = titles[criterion.text]
            assert number(weight.text) == pytest.approx(100 * demo.weights[name], rel=5e-3)
            exact = demo.measures.loc[site, name]
            if math.isnan(exact):
                assert demo.reasons.loc[site, name] in measured.text
                assert on_scale.text == "not known"
                continue
            assert number(gained.text) == pytest.approx(
                100 * demo.ranking.contributions.loc[site, name], abs=0.051
            )
            assert number(on_scale.text) == pytest.approx(
                100 * demo.values.loc[site, name], rel=5e-3, abs=1e-9
            )
            if "%" not in measured.text:
                assert number(measured.text) == pytest.approx(exact, rel=0.06, abs=0.5)


def test_west_and_south_are_named_not_signed(town: Town) -> None:
    assessment = town.assess()
    sites = assessment.sites.assign(lon=-0.72111, lat=-52.5892)
    line = site_model(replace(assessment, sites=sites), "a").id_line
    assert "52.58920° south, 0.72111° west" in line


def test_points_add_up_to_the_score(demo: Assessment) -> None:
    for site in demo.sites.index:
        table = points_table(demo, site, wording())
        low = sum(number(row[-1].text) for row in table.rows)
        assert low == pytest.approx(number(table.total[-1].text), abs=0.05 * (len(table.rows) + 1))


def test_the_ranking_list_is_the_ranking(demo: Assessment) -> None:
    shown = study_model(demo).ranking.rows
    expected = [site for site in order(demo.ranking.table) if demo.eligible[site]]
    assert len(shown) == min(len(expected), 50)
    for site, row in zip(expected, shown, strict=False):
        exact = demo.ranking.table.loc[site]
        assert row[0].text == str(exact["rank"])
        assert site in row[1].note
        assert number(row[2].text) == pytest.approx(100 * exact["score_low"], abs=0.051)
        assert row[3].text.split(" to ")[0] == str(exact["rank_best"])
        assert row[3].text.split(" to ")[-1] == str(exact["rank_worst"])


def test_a_design_table_tells_the_columns_of_the_site(demo: Assessment) -> None:
    site = first(demo)
    grid = next(table for table in site_model(demo, site).design if "Electricity" in table.caption)
    told = {label.text: cell for label, cell in grid.rows}
    assert told["Supply point"].text == demo.sites.loc[site, "supply_name"]
    assert told["Connection length"].note == demo.sites.loc[site, "connection_basis"]
    assert number(told["Headroom left after the pod"].text) == pytest.approx(
        demo.sites.loc[site, "headroom_after_pod_kva"], rel=5e-3
    )


def test_page_one_names_every_gap_with_its_reason(demo: Assessment) -> None:
    for site in demo.sites.index:
        gaps = " ".join(standing(demo, site, wording()).gaps)
        unknown = demo.measures.columns[demo.measures.loc[site].isna()]
        for name in unknown:
            assert demo.criteria[name].title in gaps
            assert demo.reasons.loc[site, name] in gaps


def test_a_route_on_the_map_is_as_long_as_the_table_says(demo: Assessment) -> None:
    drawn = 0
    for site in demo.sites.index[:20]:
        for tie in ties_of(demo, site):
            if tie.by_street:
                drawn += 1
                stated = demo.sites.loc[site, tie.role.distance]
                assert tie.line.length == pytest.approx(stated, rel=0.02, abs=2)
                assert demo.sites.loc[site, tie.role.basis] == BY_ROUTE
    assert drawn >= 20


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (1236.7, "1,240"),
        (-0.4, "\u22120.4"),
        (99.96, "100"),
        (0.001234, "0.00123"),
        (1e9, "1,000,000,000"),
        (45.0, "45"),
    ],
)
def test_numbers_keep_three_figures(value: float, written: str) -> None:
    assert rounding.rounded(value) == written


def test_a_missed_limit_never_reads_as_met() -> None:
    assert rounding.with_unit(-0.44, "dB") == "\u22120.4\u00a0dB"
    assert rounding.with_unit(-2.6, "dB") == "\u22123\u00a0dB"


def test_units_round_as_they_deserve() -> None:
    assert rounding.with_unit(1236.7, "MWh/a") == "1,200\u00a0MWh/a"
    assert rounding.with_unit(23.46, "m") == "23\u00a0m"
    assert rounding.with_unit(3.74, "m") == "3.7\u00a0m"
    assert rounding.measure(0.1272, "of the budget") == "12.7\u00a0% of the budget"
    assert rounding.measure(3.0, "of 5") == "3\u00a0of 5"
    assert rounding.spread(0.702, 0.7023, "to") == "70.2"


def test_no_number_is_written_for_nothing() -> None:
    with pytest.raises(ValueError, match="nan"):
        rounding.rounded(float("nan"))


@given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False))
def test_rounding_loses_less_than_half_a_figure(value: float) -> None:
    written = rounding.rounded(value)
    digits = re.sub(r"[\u2212,.]", "", written).strip("0")
    assert len(digits) <= 3
    assert number(written) == pytest.approx(value, rel=5.01e-3)


# --- completeness ---------------------------------------------------------------------------------


def test_every_file_and_licence_is_named(demo: Assessment, page: str) -> None:
    text = Page(page).text
    for _, birth in demo.provenance:
        for part in (birth.file, birth.source, birth.licence, birth.date, birth.sha256):
            assert part in text


def test_every_assumption_of_the_study_is_logged(demo: Assessment, page: str) -> None:
    text = Page(page).text
    for part in ("pod", "routing", "heat", "noise", "backhaul", "workload"):
        for field in type(getattr(demo.study, part)).model_fields.values():
            meaning = " ".join((field.description or "").split())
            assert meaning.split(" [")[0].rstrip(".") in text
    assert "judgement: 3 to 5 K" in text


def test_every_finding_of_a_site_is_told_with_its_source(demo: Assessment) -> None:
    site = first(demo)
    text = Page(site_report(demo, site)).text
    mine = demo.findings[demo.findings["site_id"] == site]
    assert len(mine)
    for _, finding in mine.iterrows():
        for part in ("rule_id", "title", "authority", "citation", "reviewed_on"):
            assert " ".join(str(finding[part]).split()) in text, finding["rule_id"]
        if finding["verdict"] != "pass":
            assert " ".join(finding["action"].split()) in text


def test_an_excluded_site_keeps_its_report_and_its_reason(demo: Assessment) -> None:
    sites = excluded(demo)
    assert sites, "the demo should hold a site that a rule excludes"
    report = site_model(demo, sites[0])
    failed = demo.findings.query("site_id == @sites[0] and verdict == 'fail'")
    assert report.headline == "Ruled out as described"
    assert all(title in " ".join(report.summary) for title in failed["title"])
    listed = study_model(demo)
    assert all(sites[0] not in row[1].note for row in listed.ranking.rows)
    row = next(row for row in listed.excluded.rows if row[0].note == sites[0])
    assert all(title in row[1].text for title in failed["title"])


def test_invented_data_is_marked_loudly(demo: Assessment, page: str, tmp_path: Path) -> None:
    assert illustrative_layers(demo)
    text = Page(page).text
    assert text.index("This report uses invented data") < text.index(
        "points of 100" if False else "100 points"
    )
    table = ranking_table(demo)
    assert (table["illustrative_layers"] == "; ".join(illustrative_layers(demo))).all()
    write_gpkg(demo, tmp_path / "sites.gpkg")
    for layer in ("sites", "findings"):
        described = pyogrio.read_info(tmp_path / "sites.gpkg", layer=layer)["layer_metadata"]
        assert "INVENTED DATA" in described["DESCRIPTION"]
    write_geoparquet(demo, tmp_path / "sites.parquet")
    schema = pq.read_schema(tmp_path / "sites.parquet")
    assert b"INVENTED DATA" in schema.metadata[b"description"]


def test_real_data_is_not_called_invented(town: Town, tmp_path: Path) -> None:
    for files in (*town.document["layers"].values(), town.document["candidates"]["files"]):
        for file in files:
            file["basis"] = "published"
    town.document["area"]["basis"] = "published"
    assessment = town.assess()
    for text in (site_report(assessment, "a"), study_report(assessment)):
        assert "invented" not in Page(text).text
    assert ranking_table(assessment)["illustrative_layers"].eq("").all()
    write_gpkg(assessment, tmp_path / "sites.gpkg")
    assert b"INVENTED" not in (tmp_path / "sites.gpkg").read_bytes()


def test_what_limits_the_use_is_said(page: str) -> None:
    text = Page(page).text
    for part in (
        "Screening only. Not legal advice. A rule that does not fire is not a clearance.",
        "What it must not be used for",
        "have not been validated",
    ):
        assert part in text


def test_the_checklist_of_the_reference_is_answered_point_by_point(study_page: str) -> None:
    read = Page(study_page).text
    assert all(f" C{point} " in read for point in range(1, 23))


def test_second_opinions_are_reported(town: Town) -> None:
    from siteselect.assess import with_opinions

    asked = with_opinions(town.assess())
    report = study_model(asked)
    assert asked.opinions is not None
    assert [row[0].text for row in report.opinions.rows] == list(asked.opinions.agreement.index)
    assert study_model(town.assess()).opinions_note[0] == "No other method was asked in this run."


@pytest.mark.parametrize(
    ("of_workbook", "say", "least"), [(False, wording(), 60), (True, _wording(), 20)]
)
def test_every_text_that_is_asked_for_is_there(of_workbook: bool, say: Say, least: int) -> None:
    asked = set()
    for file in (*PACKAGE.glob("*.py"), *PACKAGE.glob("templates/*")):
        if file.name.startswith("workbook") == of_workbook:
            text = file.read_text(encoding="utf-8")
            asked |= set(re.findall(r"""say\(['"]([a-z_.]+)['"]""", text))
    assert len(asked) > least
    for key in sorted(key for key in asked if not key.endswith(".")):
        say._look_up(key)


def test_a_text_with_an_empty_gap_is_an_error() -> None:
    with pytest.raises(KeyError):
        wording()("site.title")
    with pytest.raises(InputError, match="no texts in this language"):
        wording("xx")


def test_evidence_is_told_in_words_with_fair_figures() -> None:
    told = evidence_text("it_kw = 100 kW, limit 1000 kW; noise_margin_db = 13.81 dB, limit 0 dB")
    assert told == "IT power = 100 kW, limit 1,000 kW; noise margin = 13.8 dB, limit 0 dB"
    close = "receptor_level_dba = 49.9996 dB(A), limit 50 dB(A)"
    assert "49.9996" in evidence_text(close)


# --- hostile text ---------------------------------------------------------------------------------


def everywhere(text: str, index: pd.Index) -> pd.Series:
    """Repeat a text; pandas' own text type would refuse half a surrogate pair."""
    return pd.Series([text] * len(index), index=index, dtype=object)


def poisoned(assessment: Assessment, text: str) -> Assessment:
    """Put a text into every place of an assessment that outside text can reach."""
    sites = assessment.sites.copy()
    for column in sites.columns:
        if column.endswith("_name") or column in {"name", "kind", "origin", "limit_basis"}:
            sites[column] = everywhere(text, sites.index)
    findings = assessment.findings.copy()
    for column in ("title", "action", "authority", "citation", "evidence", "missing"):
        findings[column] = everywhere(text, findings.index)
    findings["url"] = "javascript:alert(1)"
    births = tuple(
        (layer, replace(birth, source=text, licence=text, note=text, url="javascript:alert(1)"))
        for layer, birth in assessment.provenance
    )
    reasons = assessment.reasons.astype(object)
    reasons = reasons.where(assessment.reasons.eq(""), text)
    rejected = pd.DataFrame(
        [dict.fromkeys(("file", "row", "column", "value", "problem", "cure"), text)], dtype=object
    )
    return replace(
        assessment,
        sites=sites,
        findings=findings,
        provenance=births,
        reasons=reasons,
        rejected=rejected,
        notices=tuple(replace(notice, text=text) for notice in assessment.notices),
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_outside_text_is_inert_on_a_page(town: Town, text: str) -> None:
    clean = town.assess()
    dirty = poisoned(clean, text)
    for was, now in (
        (site_report(clean, "c"), site_report(dirty, "c")),
        (study_report(clean), study_report(dirty)),
    ):
        now.encode("utf-8")
        before, after = Page(was), Page(now)
        assert {tag for tag, _ in after.tags} <= {tag for tag, _ in before.tags} | {
            "dl",
            "dd",
            "dt",
        }
        assert "javascript:" not in now
        assert not re.search(r"[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", now)
        assert len(now) < len(was) + 200_000, "long texts are cut"
        assert all(image["src"].startswith("data:") for image in after.all("img"))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_outside_text_is_inert_in_files(town: Town, text: str, tmp_path: Path) -> None:
    dirty = poisoned(town.assess(), text)
    for row in csv.DictReader(io.StringIO(safe_csv(ranking_table(dirty)))):
        assert not row["name"].startswith(FORMULA_STARTS)
    write_gpkg(dirty, tmp_path / "sites.gpkg")
    held = gpd.read_file(tmp_path / "sites.gpkg", layer="sites")["name"]
    kept = text.encode("utf-8", "replace").decode().split("\x00")[0]
    assert held.str.startswith(kept).all(), "data files keep the whole text"


def test_an_address_is_a_link_only_if_a_browser_opens_it_as_a_page(town: Town) -> None:
    town.document["area"]["url"] = "javascript:alert(1)"
    town.document["layers"]["roads"][0]["url"] = "https://example.org/terms"
    links = {link["href"] for link in Page(study_report(town.assess())).all("a")}
    assert "https://example.org/terms" in links
    assert not any("javascript" in link for link in links)


# --- tables ---------------------------------------------------------------------------------------

CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20),
    st.sampled_from(["=1+1", "+1", "-1", "@x", "\tx", "\rx", "-", "'=1", "\uff1d1"]),
)


@given(st.lists(st.tuples(CELLS, st.floats(allow_nan=False, allow_infinity=False)), max_size=5))
def test_csv_is_safe_and_can_be_read_back(rows: list[tuple[str, float]]) -> None:
    text = safe_csv(pd.DataFrame(rows, columns=["name", "value_m"], index=pd.RangeIndex(len(rows))))
    head, *back = csv.reader(io.StringIO(text, newline=""))
    assert head == ["name", "value_m"]
    assert len(back) == len(rows)
    for (name, value), (read_name, read_value) in zip(rows, back, strict=True):
        assert not read_name.startswith(FORMULA_STARTS)
        assert read_name == (f"'{name}" if name.startswith(FORMULA_STARTS) else name)
        assert float(read_value) == value


def test_csv_leaves_numbers_flags_and_gaps_alone() -> None:
    frame = pd.DataFrame(
        {
            "below_kva": [-71.05, np.nan],
            "rank": pd.array([1, None], dtype="Int64"),
            "first": [True, False],
            "why": ["", None],
        },
        index=pd.Index(["a", "-b"], name="site_id"),
    )
    assert safe_csv(frame) == ("site_id,below_kva,rank,first,why\na,-71.05,1,yes,\n'-b,,,no,\n")


def test_the_ranking_table_holds_every_site_and_measure(demo: Assessment) -> None:
    table = ranking_table(demo)
    assert list(table.index) == list(order(demo.ranking.table))
    assert table["rank"].equals(demo.ranking.table.loc[table.index, "rank"])
    measured = {
        "headroom_after_pod_kva": "headroom_after_pod",
        "heat_used_mwh_a": "heat_used",
        "round_trip_time_share": "round_trip_time",
        "flood_band_class": "flood_band",
    }
    for column, name in measured.items():
        pd.testing.assert_series_equal(
            table[column], demo.measures.loc[table.index, name], check_names=False
        )
    failed = demo.findings[demo.findings["verdict"] == "fail"]
    assert set(table.index[table["rules_fail"] > 0]) == set(failed["site_id"])
    assert table.loc[excluded(demo), "excluded_because"].ne("").all()
    assert table["rank"].isna().equals(~demo.eligible.loc[table.index])
    silent = demo.measures.isna().any(axis=1).loc[table.index] & table["unknown_because"].eq("")
    assert not silent.any()


def test_the_geopackage_is_read_by_others(demo: Assessment, tmp_path: Path) -> None:
    file = tmp_path / "sites.gpkg"
    write_gpkg(demo, file)
    sites = gpd.read_file(file, layer="sites").set_index("site_id")
    assert sites.crs == demo.sites.crs
    assert set(sites.index) == set(demo.sites.index)
    assert sites.geometry.geom_equals(demo.sites.geometry.loc[sites.index]).all()
    assert sites["connection_m"].to_numpy() == pytest.approx(
        demo.sites.loc[sites.index, "connection_m"].to_numpy(), nan_ok=True
    )
    with sqlite3.connect(file) as connection:
        stamps = {row[0] for row in connection.execute("select last_change from gpkg_contents")}
        count = connection.execute("select count(*) from findings").fetchone()[0]
    connection.close()
    assert stamps == {f"{demo.study.date}T00:00:00.000Z"}
    assert count == len(demo.findings)


def test_writing_a_geopackage_leaves_no_date_behind(demo: Assessment, tmp_path: Path) -> None:
    write_gpkg(demo, tmp_path / "sites.gpkg")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_geoparquet_is_read_by_others(demo: Assessment, tmp_path: Path) -> None:
    file = tmp_path / "sites.parquet"
    write_geoparquet(demo, file)
    sites = gpd.read_parquet(file).set_index("site_id")
    assert sites.crs == demo.sites.crs
    pd.testing.assert_series_equal(
        sites["score_low"],
        demo.ranking.table.loc[sites.index, "score_low"],
        check_names=False,
        check_index_type=False,
    )


def test_a_folder_that_is_not_there_is_an_error_to_cure(demo: Assessment, tmp_path: Path) -> None:
    for write, name in ((write_gpkg, "sites.gpkg"), (write_geoparquet, "sites.parquet")):
        with pytest.raises(RunError, match="Choose another folder"):
            write(demo, tmp_path / "nowhere" / name)


# --- in a browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium() -> Any:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium on this machine")
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync.sync_playwright() as engine:
        running = engine.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield running
        running.close()


def opened(chromium: Any, text: str, file: Path, width: int) -> tuple[Any, list[str]]:
    file.write_text(text, encoding="utf-8")
    view = chromium.new_context(
        viewport={"width": width, "height": 900}, bypass_csp=True
    ).new_page()
    asked: list[str] = []
    view.on("request", lambda request: asked.append(request.url))
    view.goto(file.as_uri())
    return view, [url for url in asked if not url.startswith(("data:", file.as_uri()))]


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1200])
def test_no_page_scrolls_sideways(
    chromium: Any, demo: Assessment, town: Town, tmp_path: Path, width: int
) -> None:
    dirty = poisoned(town.assess(), "W" * 10_000)
    for text in (
        site_report(demo, first(demo)),
        study_report(demo),
        site_report(dirty, "c"),
        study_report(dirty),
    ):
        view, asked = opened(chromium, text, tmp_path / "page.html", width)
        assert view.evaluate("document.documentElement.scrollWidth") <= width
        assert asked == []
        view.close()


@pytest.mark.browser
def test_axe_finds_nothing_serious(chromium: Any, demo: Assessment, tmp_path: Path) -> None:
    axe = os.environ.get("SITESELECT_AXE", "")
    if not axe:
        pytest.skip("SITESELECT_AXE does not name a copy of axe.min.js")
    for text in (site_report(demo, excluded(demo)[0]), study_report(demo)):
        view, _ = opened(chromium, text, tmp_path / "page.html", 1200)
        view.evaluate(Path(axe).read_text(encoding="utf-8"))
        found = view.evaluate("axe.run().then(result => result.violations)")
        grave = [
            (v["id"], v["nodes"][0]["html"])
            for v in found
            if v["impact"] in {"serious", "critical"}
        ]
        assert grave == []
        view.close()


def test_the_report_names_what_nothing_beats_on_the_weightiest_groups(
    demo: Assessment, study_page: str
) -> None:
    low, high = group_scores(demo.values, demo.tree, demo.unknown_low, demo.unknown_high)
    axes = sorted(demo.tree, key=lambda name: (-demo.tree[name][0], name))[:4]
    front = pareto_front(low, high, axes, demo.eligible)["on_front"]
    sure = int((front == "yes").sum())
    assert f"no other site beats {sure} of {len(front)} sites" in " ".join(study_page.split())
