"""The app's pages on one site and on several: what is shown is what the records say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("streamlit_folium", reason="the extra `app` is not installed")

from page_tables import report_tables, table_with
from streamlit.testing.v1 import AppTest

from siteselect.app import loading
from siteselect.app.study_sections import manifest_for
from siteselect.decision.ranking import order
from siteselect.decision.robustness import robustness_of
from siteselect.planning.worth import build_gbp
from siteselect.report.ranking_parts import leading, site_name

if TYPE_CHECKING:
    from siteselect.assess import Assessment

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "data" / "helsinki" / "study.yaml"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv(loading.VARIABLE, str(DEMO))
    monkeypatch.delenv(loading.DATA_VARIABLE, raising=False)
    return AppTest.from_function(_page, default_timeout=90)


def _page() -> None:
    """Draw one page as the frame of the app does, its name and view from the address."""
    import os
    from importlib import import_module
    from pathlib import Path

    import streamlit as st

    from siteselect.app.context import Context
    from siteselect.app.loading import load
    from siteselect.app.selection import begin, current
    from siteselect.app.state import read_view
    from siteselect.app.weights import ranked
    from siteselect.decision.ranking import order

    file = Path(os.environ["SITESELECT_STUDY"])
    loaded = load(file)
    run = loaded.assessment
    if "ready" not in st.session_state:
        rules = frozenset(run.findings["rule_id"])
        params = st.query_params.to_dict()
        begin(read_view(params, run.study, run.sites.index, rules))
        st.session_state["ready"] = True
    view = current()
    now = ranked(run, view, loaded.run)
    chosen = view.site or str(order(now.ranking.table)[0])
    page = import_module(f"siteselect.app.pages.{st.query_params['page']}")
    page.show(Context(file, loaded, now, view, chosen))


def opened(app: AppTest, page: str, **params: str) -> AppTest:
    for key, value in {"page": page, **params}.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    parts = (*app.header, *app.subheader, *app.markdown, *app.info, *app.warning, *app.error)
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def test_compare_marks_the_best_and_says_by_how_much(app: AppTest, demo: Assessment) -> None:
    sites = leading(demo, 3)
    opened(app, "compare")
    table = table_with(app, "What").set_index("What")
    assert list(table.columns) == [
        f"{letter}. {site_name(demo, site)}" for letter, site in zip("ABC", sites, strict=True)
    ]
    best = table.columns[0]
    assert "Best" in table.loc["Points of 100", best]
    assert "Worst" in table.loc["Points of 100", table.columns[2]]
    costs = build_gbp(demo.study, demo.sites.loc[sites])["cost_gbp"].tolist()
    row = table.loc["Cost of all that is built"]
    assert [("Best" in cell) for cell in row] == [cost == min(costs) for cost in costs]
    dearer = row.iloc[costs.index(max(costs))]
    assert f"more than {'ABC'[costs.index(min(costs))]}" in dearer
    assert any("stands before" in str(part.value) for part in app.markdown)


def test_compare_takes_its_sites_from_the_session(app: AppTest, demo: Assessment) -> None:
    sites = [str(site) for site in order(demo.ranking.table)]
    shut_out = next(site for site in sites if not demo.eligible[site])
    opened(app, "compare")
    app.multiselect(key="compare_picker").set_value([sites[4], shut_out]).run()
    assert not app.exception
    assert list(app.session_state["compare"]) == [sites[4], shut_out]
    assert "kept out of the ranking by a rule" in said(app)
    app.multiselect(key="compare_picker").set_value([sites[4]]).run()
    assert "Choose 2 to 4 sites" in said(app)
    assert not report_tables(app)


def test_where_the_order_turns_is_told_as_a_weight(app: AppTest, demo: Assessment) -> None:
    opened(app, "compare")
    table = table_with(app, "Where the order turns")
    assert len(table) == len(demo.criteria)
    turning = table[~table["Where the order turns"].str.contains("any weight")]
    assert len(turning)
    assert turning["Where the order turns"].str.match(r"(below|above) [\d.]+\s%: ").all()


def test_the_plan_obeys_the_number_and_the_distance(app: AppTest) -> None:
    opened(app, "portfolio")
    assert len(table_with(app, "Step")) == 3
    app.number_input(key="plan_count").set_value(5).run()
    assert len(table_with(app, "Step")) == 5
    app.number_input(key="plan_spacing").set_value(5000.0).run()
    assert not app.exception
    assert "There is no plan with 5 sites" in said(app)


def test_a_plan_of_nothing_says_what_to_give(app: AppTest) -> None:
    app.session_state["plan_count"] = None
    opened(app, "portfolio")
    assert "Give a number of sites, a budget, or both." in said(app)
    app.number_input(key="plan_budget").set_value(7_000_000.0).run()
    assert not app.exception
    assert 1 <= len(table_with(app, "Step")) <= 2, "two pods cost some GBP 6.5 million"


def test_the_data_page_names_every_certificate(app: AppTest, demo: Assessment) -> None:
    opened(app, "data")
    files = table_with(app, "Fingerprint (SHA-256)", "Licence and credit")
    assert len(files) == len(demo.provenance)
    for (_, birth), row in zip(demo.provenance, files.itertuples(index=False), strict=True):
        assert birth.source in row[1]
        assert birth.licence in row[2]
        assert birth.attribution in row[2]
        assert ("invented data" in row[3]) == birth.illustrative
        assert row[4] == birth.sha256
    layers = table_with(app, "Covers of the study area")
    assert len(layers) == len(demo.layers)
    assert "never to be decided on" in app.warning[0].value


def test_the_data_page_counts_what_is_not_known(app: AppTest, demo: Assessment) -> None:
    opened(app, "data")
    table = table_with(app, "Sites not known", "Why").set_index("Criterion")
    for name, record in demo.criteria.items():
        cell = table.loc[record.title, "Sites not known"]
        assert int(re.match(r"\d+", cell)[0]) == int(demo.measures[name].isna().sum())
    packs = table_with(app, "Pack", "Version")
    assert list(packs["Pack"]) == list(demo.study.packs)


def test_uncertainty_shows_ranges_shares_and_other_methods(app: AppTest, demo: Assessment) -> None:
    opened(app, "uncertainty")
    found = robustness_of(demo)
    assert found is not None
    share = found.table["first_both"].max()
    assert f"{100 * share:.0f}" in said(app)
    ranges = table_with(app, "Rank range", "Rank")
    assert len(ranges) == 15
    row: Any = demo.ranking.table.loc[leading(demo, 2)[1]]
    assert ranges["Rank range"][1] == f"{row['rank_best']} to {row['rank_worst']}"
    assert not any("Agreement (Kendall tau)" in table for table in report_tables(app))
    app.toggle(key="opinions_asked").set_value(True).run()
    assert not app.exception
    assert len(table_with(app, "Agreement (Kendall tau)"))


def test_findings_are_narrowed_to_a_site_and_a_verdict(app: AppTest, demo: Assessment) -> None:
    opened(app, "compliance")
    assert "Not legal advice" in said(app)
    failing = demo.findings[demo.findings["verdict"] == "fail"]
    site = str(failing["site_id"].iloc[0])
    key = next(box.key for box in app.multiselect if box.label == "Site")
    app.multiselect(key=key).set_value([site]).run()
    assert not app.exception
    count = int((demo.findings["site_id"] == site).sum())
    assert f"Shown: {count} findings" in said(app)
    matrix = app.dataframe[0].value
    assert [column for column in matrix if column.startswith("site: ")] == [f"site: {site}"]
    assert "F" in set(matrix[f"site: {site}"])


def test_the_site_page_has_map_standing_and_report(app: AppTest, demo: Assessment) -> None:
    site = leading(demo, 3)[2]
    opened(app, "site", site=site)
    row: Any = demo.ranking.table.loc[site]
    assert f"Rank {row['rank']}: {site_name(demo, site)}" in said(app)
    assert f"rank could be {row['rank_best']} to {row['rank_worst']}" in said(app)
    places = table_with(app, "Mark", "Direction")
    assert len(places) >= 3
    labels = [button.label for button in app.get("download_button")]
    assert "Report (HTML)" in labels
    assert "Report (PDF)" in labels or "A PDF needs the typesetter" in said(app)


def test_the_manifest_names_packs_and_libraries(demo: Assessment) -> None:
    told = manifest_for(demo, "a run of this test", DEMO.parent)
    assert [pack["pack"] for pack in told["packs"]] == list(demo.study.packs)
    assert "pandas" in told["libraries"]


def test_headings_never_jump(app: AppTest) -> None:
    for page in ("site", "compare", "uncertainty", "compliance", "portfolio", "data"):
        opened(app, page)
        assert len(app.header) == 1, page
        assert not app.title, page


def test_tables_keep_markup_from_outside_as_words() -> None:
    from siteselect.app.text import table_html
    from siteselect.report.records import Cell, Table

    bad = "<img src=x onerror=alert(1)>"
    cell = Cell(bad, note=bad, tag=bad, url="javascript:alert(1)")
    text = table_html(Table(bad, (bad, bad), ((cell, cell),), total=(cell, cell)))
    assert "<img" not in text
    assert "href" not in text
    linked = Cell("law", url="https://example.org/a?b=1&c=2")
    text = table_html(Table("t", ("h",), ((linked,),)))
    assert '<a href="https://example.org/a?b=1&amp;c=2">law</a>' in text
