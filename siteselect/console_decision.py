"""What the command line prints of how firm the order is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from siteselect.console import console_of, plain
from siteselect.decision.next_check import checks

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.decision.next_check import NextChecks
    from siteselect.decision.robustness import Firmness


def robust_told(found: Firmness, checked: NextChecks, top: int) -> dict[str, Any]:
    """Give how firm the order is as plain data; None where there is no such number."""
    return {
        "settings": found.settings.model_dump(mode="json"),
        "seed": found.seed,
        "unknown_cells": found.unknown_cells,
        "uncertain_cells": found.uncertain_cells,
        "left_out": list(found.left_out),
        "ranked_in_full": found.in_full,
        "sites": _clean(found.table.head(top).reset_index().to_dict("records")),
        "ranks": {
            str(site): [float(share) for share in row.iloc[:top]]
            for site, row in found.ranks.head(top).iterrows()
        },
        "central_weights": {
            str(site): _clean(row.to_dict()) for site, row in found.central.head(top).iterrows()
        },
        "next_checks": _clean(checked.table.to_dict("records")),
        "open_cells": checked.asked,
        "idle_cells": checked.idle,
    }


def show_robust(assessment: Assessment, found: Firmness, checked: NextChecks, top: int) -> None:
    """Print the shares of first places, and the to-do list."""
    console = console_of()
    places = found.settings.places
    grid = Table(title=f"How firm the order is, {found.settings.draws:,} draws")
    grid.title_justify = "left"
    heads = ("Weights", "Measures", "Both", f"First {places}", "Mean place")
    for heading in ("Site", "Name", *heads, "First place"):
        grid.add_column(heading, justify="right" if heading in heads else "left")
    for site, row in found.table.head(top).iterrows():
        expected = row["expected_rank"]
        grid.add_row(
            Text(plain(site, 24)),
            Text(plain(assessment.sites.loc[site, "name"], 40)),
            *(f"{row[f'first_{mode}']:.1%}" for mode in ("weights", "data", "both")),
            f"{row['top_both']:.1%}",
            "-" if pd.isna(expected) else f"{expected:.1f}",
            str(row["word"]),
        )
    console.print(grid)
    console.print(
        "First place with the weights drawn alone, the measures drawn alone, and both; clear from "
        "90 % of the draws, likely from 67, contested from 33, else unlikely. "
        f"{len(found.left_out)} sites left out as a rule fails."
    )
    _show_checks(assessment, checked, top)


def _show_checks(assessment: Assessment, checked: NextChecks, top: int) -> None:
    console = console_of()
    if not len(checked.table):
        console.print(f"{checked.asked} measures are open; none could change the leading places.")
        return
    grid = Table(title="What to find out first", title_justify="left")
    for heading in ("What", "Site", "Whom to ask", "About GBP", "Weeks"):
        grid.add_column(heading)
    for heading in ("Changes first", f"Changes first {checked.places}"):
        grid.add_column(heading, justify="right")
    for _, row in checked.table.head(top).iterrows():
        check = checks().get(row["criteria"][0])
        grid.add_row(
            Text(plain(row["check"] if check is None else check.title)),
            Text(plain(assessment.sites.loc[row["site_id"], "name"] or row["site_id"], 30)),
            Text("whoever holds the data" if check is None else check.who),
            "unknown" if pd.isna(row["cost_gbp"]) else f"{row['cost_gbp']:,.0f}",
            "unknown" if pd.isna(row["weeks"]) else f"{row['weeks']:.0f}",
            f"{row['chance_first']:.1%}",
            f"{row['chance_top']:.1%}",
        )
    console.print(grid)
    console.print(
        f"{checked.asked} measures are open, {checked.idle} of them change nothing whatever the "
        "answer. Costs are judgement."
    )


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return None if isinstance(value, float) and pd.isna(value) else value
