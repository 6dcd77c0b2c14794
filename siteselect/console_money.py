"""What the command line prints of a site's money."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from siteselect.console import console_of, plain
from siteselect.design.money_case import MoneyCase


def money_told(case: MoneyCase) -> dict[str, Any]:
    """Give a site's money as plain data [GBP]; None where there is no such number."""
    return {
        "site_id": case.site_id,
        "project": asdict(case.plan.project),
        "built_gbp": dict(case.built),
        "public": _clean(asdict(case.public)),
        "private": _clean(asdict(case.private)),
        "net_flow_gbp": [_clean(float(total)) for total in case.flow.sum(axis=1)],
        "scenarios": _clean(case.scenarios.reset_index().to_dict("records")),
        "causes": _clean(case.causes.reset_index().to_dict("records")),
    }


def show_money(case: MoneyCase) -> None:
    """Print both totals, the scenarios and what matters most."""
    console = console_of()
    console.print(Text(f"Money of {plain(case.site_id)}", style="bold"))
    console.print(_totals(case))
    grid = Table(title="Scenarios, public discounting", title_justify="left")
    for heading in ("Scenario", "Net present value", "Pod less heat", "Central", "What it means"):
        grid.add_column(heading, justify="left" if heading[0] in "SW" else "right")
    for name, row in case.scenarios.iterrows():
        grid.add_row(
            Text(plain(name)),
            _pounds(row["net_npv_gbp"]),
            f"{_pounds(row['pod_less_heat_gbp_kw_month'])} /kW month",
            f"{_pounds(row['central_gbp_kw_month'])} /kW month",
            Text(plain(row["meaning"], 120)),
        )
    console.print(grid)
    swings = Table(title="What moves the net present value most", title_justify="left")
    for heading in ("Cause", "Low", "Here", "High", "Value at low", "Value at high"):
        swings.add_column(heading, justify="left" if heading == "Cause" else "right")
    for cause, row in case.causes.head(8).iterrows():
        swings.add_row(
            Text(plain(str(cause).replace("_", " "))),
            *(f"{row[end]:.4g}" for end in ("low", "here", "high")),
            _pounds(row["npv_low_gbp"]),
            _pounds(row["npv_high_gbp"]),
        )
    console.print(swings)
    console.print(Text("Prices are planning defaults, mostly judgement; see docs/money.md."))


def _totals(case: MoneyCase) -> Table:
    grid = Table(title="The pod against staying central", title_justify="left")
    for heading in ("Discounting", "Pod", "Heat sold", "Central", "Net present value", "Returns"):
        grid.add_column(heading, justify="left" if heading == "Discounting" else "right")
    for found in (case.public, case.private):
        grid.add_row(
            found.discounting,
            _pounds(found.pod_cost_pv_gbp),
            _pounds(found.heat_income_pv_gbp),
            _pounds(found.central_cost_pv_gbp),
            _pounds(found.net.npv_gbp),
            f"after {found.net.payback_a:.1f} years"
            if pd.notna(found.net.payback_a)
            else "not within the years appraised",
        )
    return grid


def _pounds(amount: Any) -> str:
    if pd.isna(amount):
        return "unknown"
    return f"{'-' if amount < 0 else ''}GBP {abs(amount):,.0f}"


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return None if isinstance(value, float) and pd.isna(value) else value
