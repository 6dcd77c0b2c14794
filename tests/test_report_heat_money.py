"""Heat by the hour and money in the site report: the numbers of the records, or the reason."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import numpy as np
import pytest

from siteselect.charts.axes import figures as chart_figures
from siteselect.decision.ranking import order
from siteselect.design.advice_case import advice_of
from siteselect.design.heat_year import HeatYear, heat_year
from siteselect.design.money_case import MoneyCase, money_case
from siteselect.finance.prices import prices, scenarios
from siteselect.report.heat_figures import figures_table
from siteselect.report.heat_section import WEEK_H, heat_section, heat_words, weeks_of
from siteselect.report.html import site_report, study_report
from siteselect.report.model import site_model, study_model
from siteselect.report.money_section import CAUSES_SHOWN, money_section, money_words
from siteselect.report.money_words import cause_name, cause_value
from siteselect.report.rounding import rounded, with_unit
from siteselect.report.wording import wording

if TYPE_CHECKING:
    from conftest import Town

    from siteselect.assess import Assessment
    from siteselect.report.records import Section, Table

SAY = wording()


def year_of(assessment: Assessment, site: str) -> HeatYear:
    found = heat_year(assessment.study, assessment.territory, assessment.sites, site)
    assert isinstance(found, HeatYear), found
    return found


def case_of(assessment: Assessment, site: str) -> MoneyCase:
    found = money_case(assessment.study, assessment.sites, site)
    assert isinstance(found, MoneyCase), found
    return found


def sites_by_mode(assessment: Assessment, mode: str) -> str:
    """Find a site that uses heat in that way."""
    sites = assessment.sites
    return str(sites.index[(sites["heat_mode"] == mode) & (sites["heat_used_mwh_a"] > 0)][0])


def number(text: str) -> float:
    """Read a number back from a report."""
    found = re.match(r"\u2212?[\d,]+(\.\d+)?", text)
    assert found, f"{text!r} does not begin with a number"
    return float(found[0].replace(",", "").replace("\u2212", "-"))


def said(section: Section) -> str:
    """All sentences of a section, with plain spaces."""
    lines = [line.text for line in section.lines]
    return " ".join([*lines, *section.notes, *section.closing]).replace("\u00a0", " ")


def by_name(table: Table) -> dict[str, str]:
    return {row[0].text: row[1].text for row in table.rows}


class Words(HTMLParser):
    """The words and the tables of a page."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))


def part_of(page: str, name: str) -> str:
    start = page.index(f'<section id="{name}"')
    return page[start : page.index("</section>", start)]


# --- heat -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["direct", "heat pump"])
def test_the_heat_sentence_tells_the_record(demo: Assessment, mode: str) -> None:
    site = sites_by_mode(demo, mode)
    year = year_of(demo, site)
    text = said(site_model(demo, site).heat)
    assert f"Of the {rounded(year.figures.offered_mwh_a)} MWh/a of heat" in text
    assert f"uses {rounded(year.figures.recovered_mwh_a)} MWh/a" in text
    assert f"in {rounded(year.figures.dumped_h, 4)} of the year's 8,760 hours" in text
    assert ("lifted by a heat pump" in text) == (mode == "heat pump")
    assert f"full load of the pod, {rounded(float(year.match.rejection_kw[0]))} kW" in text


def test_the_year_of_the_section_is_that_of_the_ranking(demo: Assessment) -> None:
    site = sites_by_mode(demo, "heat pump")
    told = by_name(site_model(demo, site).heat.results[0])
    for name, column in (
        ("Heat offered", "heat_offered_mwh_a"),
        ("Heat used", "heat_used_mwh_a"),
        ("Heat delivered to the sink", "heat_delivered_mwh_a"),
        ("Fuel not burnt", "fuel_saved_mwh_a"),
    ):
        assert number(told[name]) == pytest.approx(demo.sites.loc[site, column], rel=6e-3)


def test_every_key_figure_is_that_of_the_record(demo: Assessment) -> None:
    year = year_of(demo, sites_by_mode(demo, "heat pump"))
    figures, carbon = year.figures, year.carbon
    told = by_name(figures_table(year, "", SAY))
    exact = {
        "Lost in the pipe": figures.loss_mwh_a,
        "Heat dumped": figures.dumped_mwh_a,
        "Hours with heat dumped": figures.dumped_h,
        "Electricity of heat pump and pumps": figures.heat_side_mwh_a,
        "Demand covered": 100 * figures.coverage_share,
        "Heat recovered over IT energy": 100 * figures.thermal_recovery_share,
        "PUE, power usage effectiveness": figures.pue_without_reuse,
        "ERF, energy reuse factor": figures.erf_share,
        "ERE, energy reuse effectiveness": figures.ere,
        "CO2e avoided if the same computing would run elsewhere anyway": (
            carbon.net_if_elsewhere_kgco2e_a / 1000
        ),
        "CO2e avoided if the computing would not run at all": carbon.net_if_not_kgco2e_a / 1000,
    }
    for name, value in exact.items():
        assert number(told[name]) == pytest.approx(value, rel=6e-3, abs=1e-9), name
    factors = next(row for row in figures_table(year, "", SAY).rows if "factors" in row[0].text)
    assert factors[2].text.lower() == f"{year.carbon_basis}.".lower()


def test_more_emitted_than_avoided_keeps_its_sign(demo: Assessment) -> None:
    year = year_of(demo, sites_by_mode(demo, "direct"))
    worse = replace(year, carbon=replace(year.carbon, net_if_not_kgco2e_a=-1234.0))
    told = by_name(figures_table(worse, "", SAY))
    assert number(told["CO2e avoided if the computing would not run at all"]) == -1.23


def test_months_are_those_of_the_record(demo: Assessment) -> None:
    site = sites_by_mode(demo, "heat pump")
    year = year_of(demo, site)
    rows = site_model(demo, site).heat.plates[0].table.rows
    assert len(rows) == len(year.months) == 12
    for row, (_, month) in zip(rows, year.months.iterrows(), strict=True):
        for cell, column in zip(row[1:], ("offered", "recovered", "dumped", "demand"), strict=True):
            assert number(cell.text) == pytest.approx(month[f"{column}_kwh"] / 1000, rel=6e-3)


def test_the_weeks_shown_are_those_of_most_and_least_demand(demo: Assessment) -> None:
    year = year_of(demo, sites_by_mode(demo, "heat pump"))
    found = weeks_of(year)
    assert found is not None
    weeks = [
        year.demand_kw[at : at + WEEK_H].sum()
        for at in np.flatnonzero(year.hours.strftime("%a %H") == "Mon 00")
        if year.hours[at : at + WEEK_H].strftime("%a %H")[-1] == "Sun 23"
    ]
    assert len(weeks) >= 49
    most, least = (year.demand_kw[at : at + WEEK_H].sum() for at in found)
    assert most == pytest.approx(max(weeks))
    assert least == pytest.approx(min(weeks))
    for at in found:
        assert (year.hours[at].day_of_week, year.hours[at].hour) == (0, 0)
        last = year.hours[at + WEEK_H - 1]
        assert (last.day_of_week, last.hour) == (6, 23)


def test_weeks_that_are_alike_are_shown_once(demo: Assessment) -> None:
    year = year_of(demo, sites_by_mode(demo, "direct"))
    flat = replace(year, demand_kw=np.full(len(year.hours), 80.0))
    section = heat_section(demo, year.site_id, flat, SAY)
    assert len(section.plates) == 3
    assert "all weeks ask for the same heat" in section.plates[-1].figure.text


def test_made_weather_is_marked_and_named(demo: Assessment) -> None:
    site = sites_by_mode(demo, "direct")
    year = year_of(demo, site)
    line = next(line for line in site_model(demo, site).heat.lines if line.note)
    assert (year.weather_basis, line.tag) == ("modelled", "modelled")
    assert year.weather in line.note
    assert "nobody measured it" in line.text
    given = replace(year, weather="A file", weather_basis="measured")
    line = next(line for line in heat_section(demo, site, given, SAY).lines if line.note)
    assert (line.tag, line.note) == ("measured", "Weather: A file.")


def test_unknown_heat_has_its_reason_and_what_to_find_out(town: Town) -> None:
    assessment = town.assess()
    section = site_model(assessment, "c").heat
    reason = heat_year(assessment.study, assessment.territory, assessment.sites, "c")
    assert isinstance(reason, str)
    assert reason in said(section)
    assert "To find out: ask its owner" in said(section)
    assert "full load" in said(section)
    assert not section.plates
    assert not section.results


def test_no_sink_in_reach_is_no_heat_and_not_a_gap(town: Town) -> None:
    assessment = town.assess()
    assert not assessment.sites.loc["b", "sink_in_reach"]
    text = said(site_model(assessment, "b").heat)
    known = assessment.sites.loc["b", "heat_used_mwh_a"] == 0
    assert text.startswith("No heat is used" if known else "Not known")
    assert "no sink is mapped in reach" in text


def test_a_study_without_heat_sinks_says_so(town: Town) -> None:
    del town.document["layers"]["heat_sinks"]
    del town.document["groups"]["heat"]
    for preset in town.document["presets"].values():
        preset.pop("heat")
    report = site_model(town.assess(), "a")
    assert "the study has no layer heat_sinks" in said(report.heat)
    assert "the heat used is not known" in said(report.money)


def test_water_too_cool_without_a_heat_pump_is_said(town: Town) -> None:
    town.document["heat"] = {"heat_pump": False}
    town.document["pod"]["outlet_c"] = 25
    text = said(site_model(town.assess(), "a").heat)
    assert "too cool" in text
    assert text.startswith("None of the")


# --- money ----------------------------------------------------------------------------------------


def test_totals_and_scenarios_are_those_of_the_record(demo: Assessment) -> None:
    site = sites_by_mode(demo, "heat pump")
    case = case_of(demo, site)
    totals, stories = site_model(demo, site).money.tables
    for row, found in zip(totals.rows, (case.public, case.private), strict=True):
        amounts = (
            found.pod_cost_pv_gbp,
            found.heat_income_pv_gbp,
            found.central_cost_pv_gbp,
            found.net.npv_gbp,
        )
        assert [cell.text for cell in row[1:5]] == [rounded(amount) for amount in amounts]
    assert [row[0].note for row in stories.rows] == [s.meaning for s in scenarios().values()]
    columns = ("net_npv_gbp", "pod_less_heat_gbp_kw_month", "central_gbp_kw_month")
    for row, (_, story) in zip(stories.rows, case.scenarios.iterrows(), strict=True):
        for cell, column in zip(row[1:], columns, strict=True):
            assert number(cell.text) == pytest.approx(story[column], rel=6e-3)


def test_page_one_ranking_and_section_tell_one_net_present_value(demo: Assessment) -> None:
    site = sites_by_mode(demo, "heat pump")
    report = site_model(demo, site)
    shown = dict(report.figures)["Net present value, GBP"]
    assert number(shown) == pytest.approx(demo.sites.loc[site, "npv_gbp"], rel=6e-3)
    assert f"net present value is {shown} GBP at public discounting" in said(report.money)
    ranking = study_model(demo).ranking
    at = ranking.heads.index("Net present value, GBP")
    told = {row[1].note.split(" · ")[0]: row[at].text for row in ranking.rows}
    for name, text in told.items():
        exact = demo.sites.loc[name, "npv_gbp"]
        assert text == ("not known" if np.isnan(exact) else rounded(float(exact)))
    assert told.get(site, shown) == shown


def test_the_causes_shown_are_the_widest_of_the_record(demo: Assessment) -> None:
    site = sites_by_mode(demo, "heat pump")
    case = case_of(demo, site)
    rows = site_model(demo, site).money.plates[0].table.rows
    assert len(rows) == CAUSES_SHOWN
    for row, (cause, found) in zip(rows, case.causes.iterrows(), strict=False):
        assert row[0].text == cause_name(str(cause), str(found["unit"]), SAY)
        assert row[1].text == cause_value(str(cause), found["low"])
        assert row[3].text == cause_value(str(cause), found["high"])
        assert number(row[4].text) == pytest.approx(found["npv_low_gbp"] / 1000, rel=6e-3)
        assert number(row[5].text) == pytest.approx(found["npv_high_gbp"] / 1000, rel=6e-3)


def test_cash_flow_and_cost_are_those_of_the_record(demo: Assessment) -> None:
    site = sites_by_mode(demo, "heat pump")
    case = case_of(demo, site)
    _, flow, cost = site_model(demo, site).money.plates
    net = case.flow.sum(axis=1)
    assert [int(row[0].text) for row in flow.table.rows] == list(net.index)
    assert flow.table.heads[1].endswith("thousand GBP")
    assert [row[1].text for row in flow.table.rows] == [chart_figures(v / 1000) for v in net]
    built = [value for value in case.built.values() if value]
    assert len(cost.table.rows) == len(built) + 1
    assert number(cost.table.rows[-1][1].text) == pytest.approx(sum(built) / 1000, rel=6e-3)


def test_break_even_and_levelised_cost_are_said(demo: Assessment) -> None:
    site = sites_by_mode(demo, "heat pump")
    case = case_of(demo, site)
    text = said(site_model(demo, site).money)
    assert (
        f"heat would have to earn {rounded(case.public.heat_break_even_gbp_kwh, 2)} GBP/kWh" in text
    )
    assert f"the pod costs {rounded(case.public.pod_gbp_kw_month)} GBP a month" in text
    cheap = replace(case, public=replace(case.public, heat_break_even_gbp_kwh=-0.02))
    assert "even if it gives its heat away" in said(money_section(demo, cheap, SAY))
    nothing = demo.sites.index[demo.sites["heat_used_mwh_a"] == 0]
    assert "no heat price" in said(site_model(demo, str(nothing[0])).money)


def test_a_closing_host_is_told_whichever_way_it_moves(demo: Assessment) -> None:
    for mode in ("direct", "heat pump"):
        site = sites_by_mode(demo, mode)
        case = case_of(demo, site)
        closed = float(case.scenarios["net_npv_gbp"]["host closes"])
        text = said(site_model(demo, site).money)
        assert f"is {rounded(closed)} GBP instead of {rounded(case.public.net.npv_gbp)} GBP" in text
        assert ("it rises" in text) == (closed > case.public.net.npv_gbp)


def test_prices_of_the_study_are_named_and_defaults_called_judgement(town: Town) -> None:
    judged = sum("[J]" in price.source for price in prices().values())
    text = said(site_model(town.assess(), "a").money)
    assert f"{judged} of {len(prices())} of them judgement" in text
    assert "The study gives none of its own" in text
    town.document["money"] = {"prices": {"gas_gbp_kwh": 0.061}, "connection_quote_gbp": 41_000}
    text = said(site_model(town.assess(), "a").money)
    assert "Gas that the host pays, GBP/kWh: 0.061" in text
    assert with_unit(41_000, "GBP").replace("\u00a0", " ") in text


def test_unknown_money_has_its_reason_and_no_number(town: Town) -> None:
    report = site_model(town.assess(), "c")
    assert "the heat used is not known" in said(report.money)
    assert not report.money.tables
    assert not re.search(r"\d", said(report.money))
    assert dict(report.figures)["Net present value, GBP"] == "not known"


def test_every_price_scenario_and_part_has_words() -> None:
    named = {cause_name(name, price.unit, SAY) for name, price in prices().items()}
    assert len(named) == len(prices())
    assert not any("_" in name for name in named)
    assert heat_words(SAY).by_month == "{unit} a month"
    assert "{count}" in money_words(SAY).more


def test_a_ratio_is_no_percentage() -> None:
    assert cause_value("central_pue", 1.4) == "1.4"
    assert cause_value("fees_share", 0.12) == "12\u00a0%"
    assert cause_name("heat_used_mwh_a", "", SAY) == "Heat sold, MWh/a"
    assert cause_name("central_pue", "share", SAY) == "PUE of the central site"


def test_the_ranking_leaves_out_what_is_known_of_no_site(town: Town) -> None:
    town.document["money"] = {"sites": 0}
    heads = study_model(town.assess()).ranking.heads
    assert "Net present value, GBP" not in heads
    assert "Heat used, MWh/a" in heads


# --- the page -------------------------------------------------------------------------------------


def test_every_chart_has_its_words_and_its_table(demo: Assessment) -> None:
    page = site_report(demo, sites_by_mode(demo, "heat pump"))
    for name, charts, tables in (("heat", 4, 5), ("money", 3, 5)):
        part = part_of(page, name)
        read = Words(part)
        images = [attributes for tag, attributes in read.tags if tag == "img"]
        assert len(images) == charts
        assert all("gives the numbers" in (image["alt"] or "") for image in images)
        assert [tag for tag, _ in read.tags].count("table") == tables
        assert part.count("<caption>") == tables
        assert part.count("invented data") == tables + 1, "all rests on invented sinks"


def test_heat_and_money_stand_between_score_and_findings(demo: Assessment) -> None:
    page = site_report(demo, sites_by_mode(demo, "direct"))
    order = [page.index(f'<section id="{name}"') for name in ("score", "heat", "money", "findings")]
    assert order == sorted(order)
    assert '<a href="#heat">' in page
    assert '<a href="#money">' in page


def test_the_same_run_gives_the_same_bytes(demo: Assessment) -> None:
    for site in (sites_by_mode(demo, "direct"), sites_by_mode(demo, "heat pump")):
        assert site_report(demo, site) == site_report(demo, site)
    assert study_report(demo) == study_report(demo)


def test_money_and_weather_are_in_the_log_of_assumptions(demo: Assessment) -> None:
    log = site_model(demo, sites_by_mode(demo, "direct")).background.assumptions
    about = {row[1].text for row in log.rows}
    assert {"money", "weather"} <= about
    values = [row[3].text for row in log.rows]
    assert str(demo.study.climate.year) in values
    assert not any("LayerFile" in value for value in values)


def test_the_report_says_whether_to_build_and_what_to_measure(demo: Assessment) -> None:
    site = str(order(demo.ranking.table)[0])
    advice = advice_of(demo.study, demo.sites, site)
    section = site_model(demo, site).build
    assert section.lines[0].tag == advice.verdict
    levers, kpis = section.tables[0], section.results[0]
    assert [row[2].text for row in levers.rows] == [lever.reason for lever in advice.levers]
    assert len(section.notes) == len(advice.conditions) + len(advice.unknowns) + 1
    expected = {row[0].text: row[1].text for row in kpis.rows}
    assert expected["Power usage effectiveness (PUE)"] == "1.12"
    assert expected["Mean time to repair"] == "not known"
