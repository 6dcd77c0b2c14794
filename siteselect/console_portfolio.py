"""What the command line prints of a plan."""

from __future__ import annotations

from math import isnan

from rich.table import Table
from rich.text import Text

from siteselect.console import console_of, plain
from siteselect.planning import sentences
from siteselect.planning.plan import SitePlan

_LONG = 600


def show_plan(told: SitePlan) -> None:
    """Print the plan: its sites in order, what limits it, why not others, and what runs where."""
    console = console_of()
    console.print(Text(plain(sentences.headline(told), _LONG), style="bold"))
    choice = told.choice
    if choice.shortfall is not None:
        _lines("In the way", sentences.shortfall_lines(told, choice.shortfall))
    if choice.chosen:
        console.print(_sequence(told))
        _lines("Full", [sentences.limit_line(told, limit) for limit in choice.limits])
        gains = [
            f"what the limits of {family} cost was not settled in time."
            if isnan(gain)
            else f"without those of {family} it would gain {sentences.amount(gain, told.unit)}."
            for family, gain in told.prices.items()
            if gain != 0
        ]
        _lines("Price of the limits", gains)
        _lines("Next best", [sentences.runner_up(told)])
        _lines("Why not", [sentences.why_not_line(told, why) for why in told.why_not])
    if told.placement is not None:
        console.print(_placement(told))
        _lines("With pods down", [sentences.outage_line(told, one) for one in told.outages])
    console.print(
        f"{len(told.sites)} sites could be chosen, {len(told.unfit)} of them in no plan; "
        f"{len(told.left_out)} were left out (--json gives the reasons)."
    )
    _lines("Note", [notice.text for notice in told.notices])


def _lines(heading: str, lines: list[str] | tuple[str, ...]) -> None:
    console = console_of()
    for line in lines:
        console.print(Text(f"{heading}: {plain(line, _LONG)}"))


def _sequence(told: SitePlan) -> Table:
    grid = Table(title=f"Which first ({told.unit})", title_justify="left")
    for heading in ("Step", "Site", "Name", "Alone", "Adds", "Total", "Tightest then"):
        side = "left" if heading in {"Site", "Name", "Tightest then"} else "right"
        grid.add_column(heading, justify=side)  # type: ignore[arg-type] # a literal either way
    for step, row in told.steps.iterrows():
        left = (
            f"{row['tightest']}: {row['tightest_left']:,.0f} {row['tightest_unit']} left"
            if row["tightest"]
            else "-"
        )
        grid.add_row(
            str(step),
            Text(plain(row["site_id"], 28)),
            Text(plain(told.names.get(str(row["site_id"]), ""), 40)),
            *(sentences.amount(row[part], told.unit).split(" ")[0] for part in _PARTS),
            Text(plain(left, 60)),
        )
    return grid


_PARTS = ("alone", "added", "total")


def _placement(told: SitePlan) -> Table:
    grid = Table(title="Workloads", title_justify="left")
    for heading in ("Workload", "Pod", "IT power", "Round trip", "Data", "Why nowhere"):
        grid.add_column(heading)
    table = told.placement.table if told.placement is not None else told.steps
    for name, row in table.iterrows():
        placed = bool(row["site_id"])
        grid.add_row(
            Text(plain(name, 40)),
            Text(plain(row["site_id"], 28) if placed else "-"),
            f"{row['it_kw']:,.0f} kW",
            f"{row['rtt_ms']:.2f} ms" if placed else "-",
            f"{row['data_gb_km_day']:,.0f} GB km/day" if placed else "-",
            Text(plain(row["reason"], 80)),
        )
    return grid
