"""The plan of several sites, where a study asks for one: which, in which order, why not others."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from siteselect.charts.drawing import plain
from siteselect.planning import sentences
from siteselect.planning.plan import site_plan
from siteselect.report.background import NAME_LETTERS
from siteselect.report.records import Cell, Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from siteselect.assess import Assessment
    from siteselect.planning.plan import SitePlan
    from siteselect.portfolio.placement import Placement
    from siteselect.report.records import Row
    from siteselect.report.wording import Say

SENTENCE_LETTERS = 1200
"""Longest sentence, which may name a dozen sites."""
NONE = Section(())
"""The section of a study that asks for no plan; it is not shown."""


def portfolio_section(assessment: Assessment, say: Say) -> Section:
    """Write down the study's plan; empty where the study asks for none."""
    if assessment.study.portfolio is None:
        return NONE
    told = site_plan(assessment)
    choice = told.choice
    tone = {"optimal": "pass", "infeasible": "fail"}.get(choice.status, "conditional")
    lines = [Cell(_text(sentences.headline(told)), tag=say(f"portfolio.tag.{tone}"), tone=tone)]
    if choice.shortfall is not None:
        lines += [Cell(_text(line)) for line in sentences.shortfall_lines(told, choice.shortfall)]
    if choice.chosen:
        lines.append(Cell(_text(sentences.runner_up(told))))
    tables = (_sequence(told, say), _why_not(told, say)) if choice.chosen else ()
    results = () if told.placement is None else _hosting(told, told.placement, say)
    return Section(
        lines=tuple(lines),
        tables=tuple(table for table in tables if table.rows),
        notes=tuple(_text(line) for line in (*_limits(told, say), *_notices(told, say))),
        results=results,
        closing=(say("portfolio.reading"),),
    )


def _sequence(told: SitePlan, say: Say) -> Table:
    rows: list[Row] = []
    for step, row in told.steps.iterrows():
        site = str(row["site_id"])
        left = say("none")
        if row["tightest"]:
            amount = sentences.amount(row["tightest_left"], row["tightest_unit"])
            left = say("portfolio.left", name=plain(row["tightest"], NAME_LETTERS), amount=amount)
        rows.append(
            (
                Cell(str(step)),
                Cell(_name(told.names.get(site) or site), note=_name(site)),
                *(Cell(sentences.amount(row[part], told.unit)) for part in ("added", "total")),
                Cell(left),
            )
        )
    heads = ("step", "site", "adds", "total", "tightest")
    return Table(say("portfolio.sequence"), _heads(say, heads), tuple(rows))


def _why_not(told: SitePlan, say: Say) -> Table:
    rows = []
    for why in told.why_not:
        loss = say("portfolio.in_no_plan") if isnan(why.loss) else ""
        rows.append(
            (
                Cell(_name(told.names.get(why.site_id) or why.site_id), note=_name(why.site_id)),
                Cell(loss or sentences.amount(why.loss, told.unit)),
                Cell(_text(sentences.why_not_line(told, why))),
            )
        )
    return Table(say("portfolio.why_not"), _heads(say, ("site", "loss", "because")), tuple(rows))


def _hosting(told: SitePlan, placement: Placement, say: Say) -> tuple[Table, ...]:
    placed: list[Row] = []
    for name, row in placement.table.iterrows():
        site = str(row["site_id"])
        where = _name(told.names.get(site) or site) if site else say("portfolio.nowhere")
        trip = sentences.amount(row["rtt_ms"], "ms") if site else say("none")
        placed.append(
            (
                Cell(_name(str(name))),
                Cell(where, note=_text(row["reason"])),
                Cell(sentences.amount(row["it_kw"], "kW")),
                Cell(trip),
            )
        )
    down = tuple(
        (Cell(_text(outage.cause)), Cell(_text(sentences.outage_line(told, outage))))
        for outage in told.outages
    )
    return (
        Table(
            say("portfolio.workloads"),
            _heads(say, ("workload", "pod", "power", "round_trip")),
            tuple(placed),
        ),
        Table(say("portfolio.outages"), _heads(say, ("lost", "effect")), down),
    )


def _limits(told: SitePlan, say: Say) -> Iterable[str]:
    for limit in told.choice.limits:
        yield say("portfolio.full", text=sentences.limit_line(told, limit))
    for family, gain in told.prices.items():
        if gain > 0:
            amount = sentences.amount(gain, told.unit)
            yield say("portfolio.price", family=family.replace("_", " "), amount=amount)


def _notices(told: SitePlan, say: Say) -> Iterable[str]:
    yield say(
        "portfolio.counts",
        sites=len(told.sites),
        unfit=len(told.unfit),
        left_out=len(told.left_out),
    )
    for notice in told.notices:
        yield notice.text


def _heads(say: Say, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(say(f"portfolio.head.{name}") for name in names)


def _name(text: str) -> str:
    return plain(text, NAME_LETTERS)


def _text(text: str) -> str:
    return plain(text, SENTENCE_LETTERS)
