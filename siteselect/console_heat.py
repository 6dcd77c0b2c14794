"""What the command line prints of a site's heat."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from siteselect.console import console_of, plain
from siteselect.design.heat_year import HeatYear


def heat_told(year: HeatYear) -> dict[str, Any]:
    """Give a site's year of heat as plain data [MWh]."""
    return {
        "site_id": year.site_id,
        "sink_id": year.sink_id,
        "sink_name": year.sink_name,
        "weather": year.weather,
        "weather_basis": year.weather_basis,
        "carbon_basis": year.carbon_basis,
        "figures": asdict(year.figures),
        "carbon": asdict(year.carbon),
        "store_gain_mwh_a": year.store_gain_mwh_a,
        "months": [
            {"month": str(month), **{str(name): float(value) for name, value in row.items()}}
            for month, row in year.months.iterrows()
        ],
    }


def hours_csv(year: HeatYear) -> str:
    """Give every hour of the year as CSV [kW], time with its zone."""
    table = pd.DataFrame(
        {
            "hour": [hour.isoformat() for hour in year.hours],
            "offered_kw": year.offered_kw,
            "demand_kw": year.demand_kw,
            "used_kw": year.used_kw,
            "delivered_kw": year.delivered_kw,
            "dumped_kw": year.dumped_kw,
        }
    )
    text: str = table.to_csv(index=False, lineterminator="\n", float_format="%.6g")
    return text


def show_heat(year: HeatYear) -> None:
    """Print months, key figures and carbon of a site's year of heat."""
    console = console_of()
    console.print(Text(f"Heat of {plain(year.site_id)} into {plain(year.sink_name)}", style="bold"))
    console.print(Text(f"Weather: {plain(year.weather, 200)} ({year.weather_basis})"))
    grid = Table(title="Months [MWh]", title_justify="left")
    for heading in ("Month", "Offered", "Asked for", "Used", "Delivered", "Dumped", "Hours dumped"):
        grid.add_column(heading, justify="left" if heading == "Month" else "right")
    for month, row in year.months.iterrows():
        sums = [
            row[f"{name}_kwh"] / 1000
            for name in ("offered", "demand", "recovered", "delivered", "dumped")
        ]
        grid.add_row(str(month), *(f"{value:.1f}" for value in sums), f"{row['dumped_h']:.0f}")
    console.print(grid)
    console.print(_figures(year))
    console.print(Text(f"Emission factors: {plain(year.carbon_basis, 300)}."))


def _figures(year: HeatYear) -> Table:
    figures, carbon = year.figures, year.carbon
    grid = Table(title="Key figures of the year", title_justify="left")
    grid.add_column("Figure")
    grid.add_column("Value", justify="right")
    stored = [("More with the store [MWh/a]", f"{year.store_gain_mwh_a:.0f}")]
    for name, value in (
        *(stored if year.store_gain_mwh_a else ()),
        ("Heat offered [MWh/a]", f"{figures.offered_mwh_a:.0f}"),
        ("Heat of the pod used [MWh/a]", f"{figures.recovered_mwh_a:.0f}"),
        ("Heat delivered, with the heat pump's work [MWh/a]", f"{figures.delivered_mwh_a:.0f}"),
        ("Electricity of the heat pump and pumps [MWh/a]", f"{figures.heat_side_mwh_a:.0f}"),
        ("Fuel not burnt [MWh/a]", f"{figures.fuel_avoided_mwh_a:.0f}"),
        ("PUE", f"{figures.pue_without_reuse:.2f}"),
        ("ERF, energy reuse factor", f"{figures.erf_share:.2f}"),
        ("ERE, energy reuse effectiveness", f"{figures.ere:.2f}"),
        ("Heat recovered over IT energy", f"{figures.thermal_recovery_share:.0%}"),
        ("Part of the sink's demand covered", f"{figures.coverage_share:.0%}"),
        ("Hours with heat dumped", f"{figures.dumped_h}"),
        (
            "CO2e avoided if the computing would run elsewhere anyway [t/a]",
            f"{carbon.net_if_elsewhere_kgco2e_a / 1000:.0f}",
        ),
        (
            "CO2e avoided if it would not run at all [t/a]",
            f"{carbon.net_if_not_kgco2e_a / 1000:.0f}",
        ),
    ):
        grid.add_row(name, value)
    return grid
