"""Whether to build on a site at all, and what to measure once the pod runs."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from siteselect.charts.drawing import plain
from siteselect.design.advice_case import advice_of, kpis_of
from siteselect.report.background import TEXT_LETTERS
from siteselect.report.records import Cell, Section, Table
from siteselect.report.rounding import rounded

if TYPE_CHECKING:
    from siteselect.advice import Advice
    from siteselect.assess import Assessment
    from siteselect.kpi_sheet import Kpi
    from siteselect.report.wording import Say

TONES = {
    "do not build here": "fail",
    "unknown": "unknown",
    "only if": "conditional",
    "build": "pass",
}
"""Look of each verdict; the word stands beside it."""


def build_section(assessment: Assessment, site_id: str, say: Say) -> Section:
    """Write down the reasons for a pod here, the conditions, the questions, and the KPI sheet."""
    advice = advice_of(assessment.study, assessment.sites, site_id)
    kpis = kpis_of(assessment.study, assessment.sites, site_id)
    return Section(
        lines=(
            Cell(
                build_line(assessment, site_id, say), tag=advice.verdict, tone=TONES[advice.verdict]
            ),
        ),
        tables=(_levers(advice, say),),
        notes=(
            *(say("build.only_if", text=plain(line, TEXT_LETTERS)) for line in advice.conditions),
            *(say("build.ask", text=plain(line, TEXT_LETTERS)) for line in advice.unknowns),
            say("build.thresholds"),
        ),
        results=(_kpis(kpis, say),),
        closing=(say("build.kpi_text"),),
    )


def build_line(assessment: Assessment, site_id: str, say: Say) -> str:
    """Say in one line of page one whether to build at all, since a rank alone does not."""
    advice = advice_of(assessment.study, assessment.sites, site_id)
    return say(f"build.verdict.{advice.verdict.replace(' ', '_')}")


def _levers(advice: Advice, say: Say) -> Table:
    words = {True: say("build.stands"), False: say("build.falls"), None: say("unknown")}
    return Table(
        caption=say("build.levers"),
        heads=(say("build.lever"), say("build.here"), say("build.why")),
        rows=tuple(
            (
                Cell(lever.name.capitalize()),
                Cell(words[lever.stands]),
                Cell(plain(lever.reason, 300)),
            )
            for lever in advice.levers
        ),
    )


def _kpis(kpis: tuple[Kpi, ...], say: Say) -> Table:
    return Table(
        caption=say("build.kpis"),
        heads=(
            say("build.kpi"),
            say("build.expected"),
            say("build.telemetry"),
            say("build.standard"),
        ),
        rows=tuple(
            (
                Cell(plain(kpi.title), note=kpi.formula),
                Cell(_expected(kpi, say), note="" if not isnan(kpi.expected) else kpi.reason),
                Cell(plain(kpi.telemetry, 400)),
                Cell(plain(kpi.standard, 200)),
            )
            for kpi in kpis
        ),
    )


def _expected(kpi: Kpi, say: Say) -> str:
    if isnan(kpi.expected):
        return say("unknown")
    return f"{rounded(kpi.expected)} {kpi.unit}".strip()
