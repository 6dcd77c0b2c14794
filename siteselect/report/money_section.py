"""The money of one site for a reader: totals, scenarios, what matters most, cash flow, cost."""

from __future__ import annotations

from dataclasses import fields
from math import isnan
from typing import TYPE_CHECKING

from siteselect.charts.drawing import plain
from siteselect.charts.money import cash_flow_bars, cost_stack, tornado_chart
from siteselect.charts.money_tables import (
    MoneyWords,
    Swing,
    cash_flow_table,
    cash_flow_text,
    cost_table,
    cost_text,
    tornado_text,
)
from siteselect.finance.prices import discountings
from siteselect.report.background import TEXT_LETTERS, readable
from siteselect.report.money_words import cause_name, cause_value, lead, prices_line, takings
from siteselect.report.records import Cell, Figure, Plate, Section, Table
from siteselect.report.rounding import percent, rounded

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.charts.axes import PlainTable
    from siteselect.design.money_case import MoneyCase
    from siteselect.finance.comparison import Comparison
    from siteselect.report.records import Row
    from siteselect.report.wording import Say

CAUSES_SHOWN = 8
GBP_PER_THOUSAND = 1000.0
_LAYERS = ("heat_sinks", "supply_points", "fibre_nodes")
"""Layers that the quantities of a plan come from."""


def money_section(assessment: Assessment, case: MoneyCase | str, say: Say) -> Section:
    """Write down a site's money; where it is unknown, the reason.

    Parameters
    ----------
    assessment : the run.
    case : what `design.money_case.money_case` gives for the site.
    say : fixed wording.
    """
    if isinstance(case, str):
        reason = say("money.unknown", reason=plain(case, TEXT_LETTERS))
        return Section((Cell(reason), Cell(say("money.unknown_next"))))
    layers = (assessment.layers.get(name) for name in _LAYERS)
    invented = any(layer is not None and layer.illustrative for layer in layers)
    tag = say("page.illustrative_tag") if invented else ""
    words = money_words(say)
    return Section(
        lines=(
            Cell(lead(case, say), tag=tag, tone="invented"),
            Cell(
                prices_line(assessment.study.money, say),
                tag=say("basis.assumed"),
                tone="conditional",
            ),
        ),
        tables=(_totals(case, tag, say), _scenarios(case, tag, say)),
        notes=(*takings(case, say), *say.parts("money.closing")),
        plates=(
            _tornado(case, tag, words, say),
            _cash_flow(case, tag, words, say),
            _cost(case, tag, words, say),
        ),
    )


def npv_figure(case: MoneyCase | str, say: Say) -> tuple[str, str]:
    """Give the net present value as a key figure of page one."""
    if isinstance(case, str):
        return say("money.npv"), say("unknown")
    return say("money.npv"), rounded(case.public.net.npv_gbp)


def money_words(say: Say) -> MoneyWords:
    """Give the charts of money their words; the gaps in them are for the charts to fill."""
    told = {
        field.name: say(f"money.words.{field.name}", year="{year}", count="{count}")
        for field in fields(MoneyWords)
    }
    return MoneyWords(**told)


def _totals(case: MoneyCase, tag: str, say: Say) -> Table:
    names = ("discounting", "pod_cost", "heat_sold", "central_cost", "npv", "returns")
    rows = tuple(_total(found, case.plan.terms.years, say) for found in (case.public, case.private))
    return Table(say("money.totals_caption"), say.heads(*names), rows, tag=tag)


def _total(found: Comparison, years: int, say: Say) -> Row:
    back, rate = found.net.payback_a, discountings()[found.discounting].rates[0][1]
    returns = (
        say("money.not_back", n=years) if isnan(back) else say("money.back", years=f"{back:.1f}")
    )
    return (
        Cell(
            say(f"money.discounting.{found.discounting}.name"),
            note=say(f"money.discounting.{found.discounting}.note", rate=percent(rate)),
        ),
        *(
            Cell(rounded(amount))
            for amount in (
                found.pod_cost_pv_gbp,
                found.heat_income_pv_gbp,
                found.central_cost_pv_gbp,
                found.net.npv_gbp,
            )
        ),
        Cell(returns),
    )


def _scenarios(case: MoneyCase, tag: str, say: Say) -> Table:
    rows = tuple(
        (
            Cell(readable(name).capitalize(), note=plain(row["meaning"], TEXT_LETTERS)),
            Cell(rounded(row["net_npv_gbp"])),
            Cell(rounded(row["pod_less_heat_gbp_kw_month"])),
            Cell(rounded(row["central_gbp_kw_month"])),
        )
        for name, row in case.scenarios.iterrows()
    )
    heads = say.heads("scenario", "npv", "pod_kw_month", "central_kw_month")
    return Table(say("money.scenarios_caption"), heads, rows, tag=tag)


def _tornado(case: MoneyCase, tag: str, words: MoneyWords, say: Say) -> Plate:
    causes = list(case.causes.head(CAUSES_SHOWN).to_dict("index").items())
    swings = []
    rows = []
    for cause, row in causes:
        name = cause_name(str(cause), str(row["unit"]), say)
        low, here, high = (cause_value(str(cause), row[end]) for end in ("low", "here", "high"))
        ends = (row["npv_low_gbp"], row["npv_high_gbp"])
        swings.append(Swing(name, ends[0], row["npv_gbp"], ends[1], low, high))
        worth = (Cell(rounded(value / GBP_PER_THOUSAND)) for value in ends)
        rows.append((Cell(name), Cell(low), Cell(here), Cell(high), *worth))
    title = say("money.tornado.title", n=len(swings))
    svg = tornado_chart(swings, title=title, axis=say("money.tornado.axis"), words=words)
    alt = say("money.alt", title=title, said=tornado_text(swings, words=words))
    heads = say.heads("cause", "low", "here", "high", "npv_at_low", "npv_at_high")
    table = Table(say("money.tornado.caption"), heads, tuple(rows), tag=tag)
    return Plate(Figure(svg, alt, say("money.tornado.text", n=len(case.causes))), table)


def _cash_flow(case: MoneyCase, tag: str, words: MoneyWords, say: Say) -> Plate:
    net = case.flow.sum(axis=1)
    years = [int(year) for year in net.index]
    series = (net.to_numpy(), net.cumsum().to_numpy())
    title = say("money.flow.title")
    svg = cash_flow_bars(years, *series, title=title, words=words)
    alt = say("money.alt", title=title, said=cash_flow_text(years, *series, words=words))
    told = cash_flow_table(years, *series, words=words)
    figure = Figure(svg, alt, say("money.flow.text"))
    return Plate(figure, _table(told, say("money.flow.caption"), tag))


def _cost(case: MoneyCase, tag: str, words: MoneyWords, say: Say) -> Plate:
    parts = [(say(f"money.built.{name}"), cost) for name, cost in case.built.items() if cost]
    title = say("money.cost.title")
    svg = cost_stack(parts, title=title, words=words)
    alt = say("money.alt", title=title, said=cost_text(parts, words=words))
    return Plate(
        Figure(svg, alt), _table(cost_table(parts, words=words), say("money.cost.caption"), tag)
    )


def _table(told: PlainTable, caption: str, tag: str) -> Table:
    heads, rows = told
    return Table(caption, heads, tuple(tuple(map(Cell, row)) for row in rows), tag=tag)
