"""Heat and money on the planner's page: what is shown is what the records say."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

pytest.importorskip("streamlit_folium", reason="the extra `app` is not installed")

from app_visit import at_page
from page_tables import report_tables
from streamlit.testing.v1 import AppTest

from siteselect.app import loading
from siteselect.app.ranking_table import ranking_frame
from siteselect.app.state import PARTS
from siteselect.app.text import escape
from siteselect.decision.ranking import order
from siteselect.design.heat_year import HeatYear, heat_year
from siteselect.design.money_case import MoneyCase, money_case
from siteselect.report.rounding import with_unit

if TYPE_CHECKING:
    from siteselect.assess import Assessment

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "data" / "helsinki" / "study.yaml"
THREE_FIGURES = 0.5e-2
"""A number written with three figures is at most so far off, against itself."""


def opened(
    monkeypatch: pytest.MonkeyPatch, part: str, site: str, study: Path = DEMO, page: str = "site"
) -> AppTest:
    """Open a part of the panel of a site by its address."""
    monkeypatch.setenv(loading.VARIABLE, str(study))
    monkeypatch.delenv(loading.DATA_VARIABLE, raising=False)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    app.query_params["part"] = part
    app.query_params["site"] = site
    at_page(app, page).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    """Read the text of the page, without the signs that keep Markdown from reading it."""
    text = "\n".join(str(part.value) for part in (*app.header, *app.subheader, *app.markdown))
    return text.replace("\\", "")


def pictures(app: AppTest) -> list[str]:
    """Read what is said of every chart, the map aside, to those who do not see it."""
    bodies = [element.proto.body for element in app.get("html")]
    alts = [html.unescape(alt) for body in bodies for alt in re.findall(r'alt="([^"]*)"', body)]
    charts = [alt for alt in alts if not alt.startswith("Map of the surroundings")]
    assert len(charts) == len(alts) - 1, "one map stands under the parts"
    return charts


def tables_with(app: AppTest, *heads: str) -> list[pd.DataFrame]:
    """Find the tables that have these columns, their cells freed of escapes."""
    return [table for table in report_tables(app) if set(heads) <= set(table.columns)]


def table_with(app: AppTest, *heads: str) -> pd.DataFrame:
    """Find the one table that has these columns."""
    (found,) = tables_with(app, *heads)
    return found


def plain(text: Any) -> str:
    return str(text).replace("\\", "")


def number(text: str) -> float:
    """Read the first number of a cell."""
    found = re.search(r"[-\u2212]?[\d,]+(\.\d+)?", text)
    assert found is not None, text
    return float(found[0].replace(",", "").replace("\u2212", "-"))


def leader(demo: Assessment) -> str:
    return str(order(demo.ranking.table)[0])


def year_of(demo: Assessment, site: str) -> HeatYear:
    year = heat_year(demo.study, demo.territory, demo.sites, site)
    assert isinstance(year, HeatYear)
    return year


def case_of(demo: Assessment, site: str) -> MoneyCase:
    case = money_case(demo.study, demo.sites, site)
    assert isinstance(case, MoneyCase)
    return case


# Heat


def test_the_heat_shown_is_that_of_the_record(
    monkeypatch: pytest.MonkeyPatch, demo: Assessment
) -> None:
    site = leader(demo)
    year = year_of(demo, site)
    app = opened(monkeypatch, "Heat", site)
    months = table_with(app, "Month", "Offered, MWh", "Used, MWh", "Dumped, MWh")
    for head, column in (("Used", "recovered_kwh"), ("Dumped", "dumped_kwh")):
        shown = [number(cell) for cell in months[f"{head}, MWh"]]
        assert shown == pytest.approx(list(year.months[column] / 1000), rel=THREE_FIGURES)
    figures = table_with(app, "Figure", "Value").set_index("Figure")["Value"]
    for name, value in (
        ("Heat used", year.figures.recovered_mwh_a),
        ("Heat dumped", year.figures.dumped_mwh_a),
        ("ERF, energy reuse factor", year.figures.erf_share),
        ("CO2e avoided if the same", year.carbon.net_if_elsewhere_kgco2e_a / 1000),
        ("CO2e avoided if the computing would not", year.carbon.net_if_not_kgco2e_a / 1000),
    ):
        row = [cell for figure, cell in figures.items() if str(figure).startswith(name)]
        assert [number(cell) for cell in row] == pytest.approx([value], rel=THREE_FIGURES), name
    words = said(app)
    assert f"{year.sink_name} uses {year.figures.recovered_mwh_a:.0f}" in words
    assert year.weather in words
    assert "invented data" in words


def test_every_chart_of_heat_has_words_and_a_table(
    monkeypatch: pytest.MonkeyPatch, demo: Assessment
) -> None:
    site = leader(demo)
    year = year_of(demo, site)
    app = opened(monkeypatch, "Heat", site)
    alts = pictures(app)
    assert len(alts) == 4
    assert all(len(alt) > 40 for alt in alts)
    assert sum(year.sink_name in alt for alt in alts) >= 2
    folded = [fold.label for fold in app.expander if fold.label.endswith("the numbers")]
    assert len(folded) == len(set(folded)) == 4
    weeks = tables_with(app, "Day")
    assert [len(week) for week in weeks] == [7, 7]
    asked = [sum(number(cell) for cell in week["Asked for, MWh"]) for week in weeks]
    assert asked[0] > asked[1]


def test_unknown_heat_is_told_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, demo: Assessment
) -> None:
    site = str(demo.sites.index[demo.sites["heat_used_mwh_a"].isna()][0])
    reason = heat_year(demo.study, demo.territory, demo.sites, site)
    assert isinstance(reason, str)
    app = opened(monkeypatch, "Heat", site)
    assert reason in said(app)
    assert not tables_with(app, "Value")
    assert not pictures(app)
    app.session_state["part"] = "Money"
    app.run()
    assert not app.exception
    why = money_case(demo.study, demo.sites, site)
    assert isinstance(why, str)
    assert why in said(app)
    assert not tables_with(app, "Scenario")
    assert not pictures(app)


def test_where_no_sink_is_in_reach_heat_is_nothing_but_money_is_known(
    monkeypatch: pytest.MonkeyPatch, demo: Assessment
) -> None:
    site = str(demo.sites.index[demo.sites["heat_used_mwh_a"] == 0][0])
    app = opened(monkeypatch, "Heat", site)
    assert "No heat is used" in said(app)
    assert not pictures(app)
    app.session_state["part"] = "Money"
    app.run()
    totals = table_with(app, "Discounting", "Net present value, GBP")
    shown = number(totals["Net present value, GBP"][0])
    assert shown == pytest.approx(case_of(demo, site).public.net.npv_gbp, rel=THREE_FIGURES)


# Money


def test_the_money_shown_is_that_of_the_record(
    monkeypatch: pytest.MonkeyPatch, demo: Assessment
) -> None:
    site = leader(demo)
    case = case_of(demo, site)
    app = opened(monkeypatch, "Money", site)
    totals = table_with(app, "Discounting", "Cost of the pod, GBP", "Net present value, GBP")
    for head, values in (
        ("Cost of the pod, GBP", [case.public.pod_cost_pv_gbp, case.private.pod_cost_pv_gbp]),
        (
            "Cost of staying central, GBP",
            [case.public.central_cost_pv_gbp, case.private.central_cost_pv_gbp],
        ),
        ("Net present value, GBP", [case.public.net.npv_gbp, case.private.net.npv_gbp]),
    ):
        assert list(map(number, totals[head])) == pytest.approx(values, rel=THREE_FIGURES), head
    words = said(app)
    scenarios = table_with(app, "Scenario", "Net present value, GBP")
    assert list(map(number, scenarios["Net present value, GBP"])) == pytest.approx(
        list(case.scenarios["net_npv_gbp"]), rel=THREE_FIGURES
    )
    swings = table_with(app, "Value at low", "Value at high")
    ends = swings[["Value at low", "Value at high"]].map(number) * 1000
    expected = case.causes[["npv_low_gbp", "npv_high_gbp"]].head(len(swings))
    assert ends.to_numpy() == pytest.approx(expected.to_numpy(), rel=THREE_FIGURES)
    assert "[thousand GBP]" in words
    assert "planning defaults" in words
    assert "judgement" in words
    assert with_unit(case.public.net.npv_gbp, "GBP") in words
    assert len(pictures(app)) == 3


# The panel


def test_only_the_part_that_is_looked_at_is_worked_out(
    monkeypatch: pytest.MonkeyPatch, demo: Assessment
) -> None:
    app = opened(monkeypatch, "no such part", leader(demo))
    assert [tab.label for tab in app.tabs] == list(PARTS)
    assert "part" not in app.query_params
    assert len(pictures(app)) == 1
    for part, table in (
        ("Heat", "Figure"),
        ("Money", "Scenario"),
        ("Build", "Measured by"),
        ("Rules", "Who decides"),
    ):
        app.session_state["part"] = part
        app.run()
        assert not app.exception
        assert app.query_params["part"] == part
        columns = [set(shown) for shown in report_tables(app)]
        assert any(table in heads for heads in columns)
        assert not any("On its scale" in heads for heads in columns), "Why is worked out too"


def test_weights_change_neither_heat_nor_money(
    monkeypatch: pytest.MonkeyPatch, demo: Assessment
) -> None:
    site = str(order(demo.ranking.table)[2])
    for part in ("Heat", "Money"):
        app = opened(monkeypatch, part, site)
        before = report_tables(app)
        app.slider[2].set_value(0.0).run()
        assert not app.exception
        assert "Changed from preset" in said(app)
        for old, new in zip(before, report_tables(app), strict=True):
            pd.testing.assert_frame_equal(old, new)


def test_a_study_that_changed_is_worked_out_anew(
    monkeypatch: pytest.MonkeyPatch, town: Any
) -> None:
    shown = []
    for it_kw in (60, 120):
        town.document["pod"]["it_kw"] = it_kw
        app = opened(monkeypatch, "Money", "a", town.file)
        shown.append(table_with(app, "Discounting")["Cost of the pod, GBP"][0])
    assert number(shown[0]) < number(shown[1])


def test_a_hostile_sink_name_reaches_the_page_as_words(
    monkeypatch: pytest.MonkeyPatch, town: Any
) -> None:
    import geopandas as gpd

    name = "![i](http://x/y.png) :red[x] $x$ <b>"
    sinks = gpd.read_file(town.folder / "sinks.gpkg").assign(name=name)
    town.write("sinks", sinks)
    for part in PARTS:
        app = opened(monkeypatch, part, "a", town.file)
        raw = "\n".join(str(element.value) for element in (*app.markdown, *app.subheader))
        assert "![i](" not in raw
        assert not any("<b>" in element.proto.body for element in app.get("html"))
        if part == "Heat":
            assert escape(name) in raw


# The ranking


def test_the_ranking_tells_heat_and_worth(demo: Assessment) -> None:
    frame = ranking_frame(demo)
    sites = demo.sites.loc[frame.index]
    assert frame["Heat, MWh/a"].isna().equals(sites["heat_used_mwh_a"].isna())
    assert frame["NPV, kGBP"].isna().equals(sites["npv_gbp"].isna())
    known = sites["npv_gbp"].notna()
    assert list(frame["Heat, MWh/a"][known]) == pytest.approx(
        list(sites["heat_used_mwh_a"][known]), rel=THREE_FIGURES
    )
    assert list(frame["NPV, kGBP"][known]) == pytest.approx(
        list(sites["npv_gbp"][known] / 1000), rel=THREE_FIGURES
    )


def test_the_columns_of_heat_and_money_are_shown_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, demo: Assessment
) -> None:
    app = opened(monkeypatch, "Why", leader(demo), page="rank")
    first = list(app.dataframe[0].proto.column_order)
    assert "Known" in first
    assert "NPV, kGBP" not in first
    app.session_state["ranking_view"] = "Heat and money"
    app.run()
    second = list(app.dataframe[0].proto.column_order)
    assert "NPV, kGBP" in second
    assert set(second) <= set(map(str, app.dataframe[0].value.columns))
    app.toggle(key="plain_ranking").set_value(True).run()
    words = table_with(app, "Could be", "NPV, kGBP")
    assert "not known" in list(words["NPV, kGBP"])
    assert number(words["NPV, kGBP"].iloc[0]) == app.dataframe[0].value["NPV, kGBP"].iloc[0]
