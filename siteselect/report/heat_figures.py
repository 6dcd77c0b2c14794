"""The key figures of a year of heat as a table, each with what it means."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from siteselect.charts.drawing import plain
from siteselect.report.background import TEXT_LETTERS
from siteselect.report.records import Cell, Row, Table
from siteselect.report.rounding import percent, rounded

if TYPE_CHECKING:
    from siteselect.design.heat_year import HeatYear
    from siteselect.report.wording import Say

KG_PER_T = 1000.0
RATIO_FIGURES = 3


def figures_table(year: HeatYear, tag: str, say: Say) -> Table:
    """Write PUE, ERF, ERE, recovery, coverage, fuel, electricity and CO2e of one year."""
    found, carbon = year.figures, year.carbon
    told = (
        ("offered", energy(found.offered_mwh_a)),
        ("recovered", energy(found.recovered_mwh_a)),
        ("loss", energy(found.loss_mwh_a)),
        ("dumped", energy(found.dumped_mwh_a)),
        ("dumped_h", f"{rounded(found.dumped_h, 4)}\u00a0h"),
        ("delivered", energy(found.delivered_mwh_a)),
        ("heat_side", energy(found.heat_side_mwh_a)),
        ("coverage", _share(found.coverage_share, say)),
        ("recovery", percent(found.thermal_recovery_share)),
        ("pue", rounded(found.pue_without_reuse, RATIO_FIGURES)),
        ("erf", rounded(found.erf_share, RATIO_FIGURES)),
        ("ere", rounded(found.ere, RATIO_FIGURES)),
        ("fuel", energy(found.fuel_avoided_mwh_a)),
        ("if_elsewhere", _tonnes(carbon.net_if_elsewhere_kgco2e_a)),
        ("if_not", _tonnes(carbon.net_if_not_kgco2e_a)),
    )
    rows: list[Row] = [
        (Cell(say(f"heat.figures.{name}.name")), Cell(value), Cell(_meaning(year, name, say)))
        for name, value in told
    ]
    rows.append((Cell(say("heat.figures.factors.name")), Cell(""), Cell(_factors(year))))
    return Table(
        say("heat.figures.caption"), say.heads("figure", "value", "meaning"), tuple(rows), tag=tag
    )


def energy(mwh_a: float, *, bare: bool = False) -> str:
    """Write heat of a year with three figures, so that parts can be held against their sum."""
    return rounded(mwh_a) if bare else f"{rounded(mwh_a)}\u00a0MWh/a"


def power(kw: float) -> str:
    """Write a heat output."""
    return f"{rounded(kw)}\u00a0kW"


def share_of(part: float, whole: float, say: Say) -> str:
    """Write a part of a whole as percent, or that there is no whole."""
    return percent(part / whole) if whole > 0 else say("none")


def _tonnes(kgco2e_a: float) -> str:
    return f"{rounded(kgco2e_a / KG_PER_T)}\u00a0t\u00a0CO2e/a"


def _share(share: float, say: Say) -> str:
    return say("none") if isnan(share) else percent(share)


def _meaning(year: HeatYear, name: str, say: Say) -> str:
    share = year.figures.dump_share
    return say(
        f"heat.figures.{name}.meaning",
        share=_share(share, say),
        hours=rounded(len(year.hours), 4),
    )


def _factors(year: HeatYear) -> str:
    text = plain(year.carbon_basis, TEXT_LETTERS)
    return text[:1].upper() + text[1:] + "."
