"""Findings of many sites: the matrix of the report, and the list that the page narrows down."""

from __future__ import annotations

import csv
import io
import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from app_visit import at_page
from conftest import DEMO, ROOT, lonlat
from hypothesis import given
from hypothesis import strategies as st

from siteselect.contracts import VERDICTS
from siteselect.decision.ranking import order
from siteselect.report.findings_matrix import (
    CODES,
    SITES,
    common_end,
    findings_matrix,
    rules_by_topic,
    runs_of,
)
from siteselect.report.html import study_report
from siteselect.report.screening import needed_text
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from conftest import Town

    from siteselect.assess import Assessment
    from siteselect.report.records import Grid

SAY = wording()
HOSTILE = '</td><script>alert(1)</script>"onmouseover="alert(2)'


def marks(grid: Grid) -> dict[tuple[str, int], str]:
    """Read the letter of every rule and site, spread out where one stands for all."""
    found = {}
    for _, lines in grid.topics:
        for line in lines:
            spread = line.marks * len(grid.columns) if line.same else line.marks
            for column, mark in zip(grid.columns, spread, strict=True):
                found[line.rule_id, column.number] = mark.code
    return found


def verdicts(assessment: Assessment) -> dict[tuple[str, str], str]:
    rows = assessment.findings
    return {
        (str(rule), str(site)): CODES[verdict]
        for rule, site, verdict in zip(
            rows["rule_id"], rows["site_id"], rows["verdict"], strict=True
        )
    }


# The matrix of the report


def test_every_letter_is_the_verdict_of_that_rule_at_that_site(demo: Assessment) -> None:
    matrix = findings_matrix(demo, SAY)
    ordered = [str(site) for site in order(demo.ranking.table)]
    first = [site for site in ordered if demo.eligible[site]][:SITES]
    out = [site for site in ordered if not demo.eligible[site]][:SITES]
    shown = dict(enumerate([*first, *out], start=1))
    known = verdicts(demo)
    read = {}
    for grid in matrix.grids:
        read |= {(rule, shown[number]): code for (rule, number), code in marks(grid).items()}
    failing = {rule for (rule, site), code in known.items() if site in out and code == "F"}
    expected = {
        (rule, site): code
        for (rule, site), code in known.items()
        if site in first or (site in out and rule in failing)
    }
    assert read == expected


def test_failing_sites_have_a_table_of_their_own(demo: Assessment) -> None:
    leading, excluded = findings_matrix(demo, SAY).grids
    assert "F" not in marks(leading).values()
    numbers = {number for (_, number), code in marks(excluded).items() if code == "F"}
    assert numbers == {column.number for column in excluded.columns}


def test_the_worst_topic_comes_first_and_each_topic_once(demo: Assessment) -> None:
    rules = rules_by_topic(demo.findings)
    topics = [topic for topic, _ in itertools.groupby(topic for _, topic in rules)]
    assert len(topics) == len(set(topics))
    worst = demo.findings.groupby("topic")["verdict"].agg(
        lambda said: min(map(VERDICTS.index, said))
    )
    assert list(worst[topics]) == sorted(worst)
    assert {rule for rule, _ in rules} == set(demo.findings["rule_id"])


def test_the_evidence_names_every_site_of_every_rule_once(demo: Assessment) -> None:
    matrix = findings_matrix(demo, SAY)
    for rule in matrix.evidence:
        numbers = {
            column.number
            for grid in matrix.grids
            for column in grid.columns
            if (rule.rule_id, column.number) in marks(grid)
        }
        named = [
            number
            for group in rule.groups
            for sites, _ in group.lines
            for number in _numbers(sites)
        ]
        assert sorted(named) == sorted(numbers)
        assert all(found for group in rule.groups for _, found in group.lines)
    assert {rule.rule_id for rule in matrix.evidence} == set(demo.findings["rule_id"])


def test_every_link_of_the_matrix_leads_to_its_evidence(demo: Assessment) -> None:
    matrix = findings_matrix(demo, SAY)
    where = {rule.anchor: rule.rule_id for rule in matrix.evidence}
    for grid in matrix.grids:
        for _, lines in grid.topics:
            assert all(where[line.anchor] == line.rule_id for line in lines)


def test_letters_are_apart_without_colour_and_are_explained(demo: Assessment) -> None:
    matrix = findings_matrix(demo, SAY)
    assert sorted(CODES) == sorted(VERDICTS)
    assert len(set(CODES.values())) == len(VERDICTS)
    assert [code for code, _, _ in matrix.legend] == [CODES[verdict] for verdict in VERDICTS]


def test_a_rule_that_was_not_screened_at_a_site_is_no_pass(demo: Assessment) -> None:
    site = str(order(demo.ranking.table)[0])
    rule = str(demo.findings["rule_id"].iloc[0])
    gone = (demo.findings["site_id"] == site) & (demo.findings["rule_id"] == rule)
    matrix = findings_matrix(replace(demo, findings=demo.findings[~gone]), SAY)
    assert marks(matrix.grids[0])[rule, 1] == "\u2013"


def test_no_findings_make_no_matrix(demo: Assessment) -> None:
    matrix = findings_matrix(replace(demo, findings=demo.findings.head(0)), SAY)
    assert matrix.grids == ()
    assert matrix.evidence == ()


def test_many_excluded_sites_are_counted_where_they_are_not_shown(town: Town) -> None:
    rows = "\n".join(f"s{n},Site {n},car_park,{_place(n)}" for n in range(2 * SITES))
    town.candidates(f"site_id,name,kind,lon,lat\n{rows}\n")
    assessment = town.assess()
    everybody = assessment.findings.assign(verdict="fail")
    failed = replace(assessment, findings=everybody, eligible=assessment.eligible & False)
    matrix = findings_matrix(failed, SAY)
    assert len(matrix.grids) == 1
    assert len(matrix.grids[0].columns) == SITES
    assert str(SITES) in matrix.more


@given(st.lists(st.integers(1, 60), unique=True, min_size=1).map(sorted))
def test_runs_of_numbers_can_be_read_back(numbers: list[int]) -> None:
    assert _numbers(runs_of(numbers, SAY)) == numbers


clauses = st.lists(st.sampled_from(["a = 1 m", "b unknown", "limit 5 m", "c = no"]), min_size=1)


@given(st.lists(clauses.map(", ".join), min_size=1, max_size=5, unique=True))
def test_what_all_share_is_said_once_and_nothing_is_lost(texts: list[str]) -> None:
    heads, tail = common_end(texts)
    assert [f"{head}, {tail}" if tail else head for head in heads] == texts
    assert all(heads)
    if len(texts) > 1 and all("," in text for text in texts):
        last = {text.rsplit(", ", 1)[1] for text in texts}
        assert bool(tail) == (len(last) == 1)


def test_what_is_needed_is_named_in_words() -> None:
    assert needed_text("", SAY) == ""
    assert needed_text((), SAY) == ""
    assert needed_text(float("nan"), SAY) == ""
    one = needed_text("noise_margin_db", SAY)
    assert one.startswith("Needed: ")
    assert "_" not in one
    assert needed_text(("noise_margin_db",), SAY) == one


def test_text_of_a_pack_is_inert_on_the_page(demo: Assessment) -> None:
    texts = dict.fromkeys(("title", "evidence", "action", "authority", "topic"), HOSTILE)
    page = study_report(replace(demo, findings=demo.findings.assign(**texts)))
    assert "<script" not in page
    section = page[page.index('id="findings"') : page.index('id="rejected"')]
    assert 'onmouseover="' not in section
    assert "&lt;script&gt;" in section


def _numbers(text: str) -> list[int]:
    numbers: list[int] = []
    for part in text.split(", "):
        ends = [int(end) for end in part.split(" to ")]
        numbers += range(ends[0], ends[-1] + 1)
    return numbers


def _place(number: int) -> str:
    lon, lat = lonlat(20 + 20 * number, 500)
    return f"{lon:.7f},{lat:.7f}"


# The list of the page


@pytest.fixture(scope="module")
def listed(demo: Assessment) -> pd.DataFrame:
    pytest.importorskip("streamlit", reason="the extra `app` is not installed")
    from siteselect.app.findings_table import findings_list

    return findings_list(demo)


def test_the_list_holds_every_finding_worst_first(demo: Assessment, listed: pd.DataFrame) -> None:
    from siteselect.app.findings_table import LISTED, VERDICT_OF

    assert list(listed.columns) == list(LISTED)
    keys = set(zip(listed.index, listed["Rule id"], strict=True))
    assert len(keys) == len(listed) == len(demo.findings)
    places = listed["Verdict"].map(VERDICT_OF).map(VERDICTS.index)
    assert places.is_monotonic_increasing
    assert listed["Found"].str.len().gt(0).all()


def test_narrowing_keeps_what_is_asked_for_and_nothing_else(listed: pd.DataFrame) -> None:
    from siteselect.app.findings_table import narrowed

    pd.testing.assert_frame_equal(narrowed(listed), listed)
    noise = narrowed(listed, topics=["noise"], verdicts=["Fails", "Needs action"])
    assert set(noise["Topic"]) == {"noise"}
    assert set(noise["Verdict"]) == {"Fails", "Needs action"}
    rest = len(listed) - len(noise)
    others = listed[
        ~(listed["Topic"].eq("noise") & listed["Verdict"].isin(["Fails", "Needs action"]))
    ]
    assert len(others) == rest
    assert narrowed(listed, topics=["no such"]).empty
    assert set(narrowed(listed, packs=["eu"])["Pack"]) == {"eu"}


def test_counts_add_up_and_are_words(listed: pd.DataFrame) -> None:
    from siteselect.app.findings_table import counted, narrowed

    said = counted(listed)
    whole, *parts = (int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", said))
    assert whole == sum(parts) == len(listed)
    assert counted(listed.head(1)).startswith("1 finding: 1 fails")
    assert counted(narrowed(listed, topics=["no such"])) == "No findings."


def test_the_csv_is_safe_to_open_in_a_spreadsheet(demo: Assessment) -> None:
    pytest.importorskip("streamlit", reason="the extra `app` is not installed")
    from siteselect.app.findings_table import findings_csv, findings_list

    formula = '=HYPERLINK("http://x","y")'
    hostile = replace(
        demo,
        sites=demo.sites.assign(name=formula),
        findings=demo.findings.assign(evidence="@SUM(1)", action="+1"),
    )
    rows = list(csv.DictReader(io.StringIO(findings_csv(findings_list(hostile)))))
    assert len(rows) == len(demo.findings)
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
    assert rows[0]["Site"] == f"'{formula}"


def test_the_matrix_of_the_page_holds_the_same_letters(
    demo: Assessment, listed: pd.DataFrame
) -> None:
    from siteselect.app.findings_table import SITE, matrix_of, matrix_sites

    sites = matrix_sites(demo, 10, leading=True)
    assert sites == [str(site) for site in order(demo.ranking.table)][:10]
    table = matrix_of(listed, demo.findings, sites)
    assert list(table.index) == [rule for rule, _ in rules_by_topic(demo.findings)]
    known = verdicts(demo)
    for rule, row in table.iterrows():
        for site in sites:
            assert row[SITE + site] == known[str(rule), site]


def test_worst_sites_are_those_with_most_fails(demo: Assessment) -> None:
    pytest.importorskip("streamlit", reason="the extra `app` is not installed")
    from siteselect.app.findings_table import matrix_sites

    fails = demo.findings[demo.findings["verdict"] == "fail"]["site_id"].value_counts()
    sites = matrix_sites(demo, len(fails), leading=False)
    assert set(sites) == set(fails.index)
    counts = [int(fails[site]) for site in sites]
    assert counts == sorted(counts, reverse=True)


def test_a_narrowed_matrix_leaves_other_cells_empty(demo: Assessment, listed: pd.DataFrame) -> None:
    from siteselect.app.findings_table import SITE, matrix_of, matrix_sites, narrowed

    failing = matrix_sites(demo, 3, leading=False)
    table = matrix_of(narrowed(listed, verdicts=["Fails"]), demo.findings, failing)
    cells: set[Any] = set(table[[SITE + site for site in failing]].to_numpy().ravel())
    assert cells <= {"F", ""}
    assert "F" in cells
    assert matrix_of(narrowed(listed, topics=["no such"]), demo.findings, failing).empty


# The page


def test_the_compliance_page_narrows_the_findings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("streamlit_folium", reason="the extra `app` is not installed")
    from streamlit.testing.v1 import AppTest

    from siteselect.app import loading

    monkeypatch.setenv(loading.VARIABLE, str(DEMO))
    monkeypatch.delenv(loading.DATA_VARIABLE, raising=False)
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90).run()
    assert not page.multiselect
    at_page(page, "compliance").run()
    assert "Rules and sites" in [header.value for header in page.header]
    assert not page.exception
    topic = next(part for part in page.multiselect if part.label == "Topic")
    topic.set_value(["noise"]).run()
    assert not page.exception
    said = [part.value for part in page.markdown if part.value.startswith("Shown: ")]
    assert len(said) == 1
    topic = next(part for part in page.multiselect if part.label == "Topic")
    topic.set_value([]).run()
    assert not page.exception
    again = [part.value for part in page.markdown if part.value.startswith("Shown: ")]
    assert again != said
