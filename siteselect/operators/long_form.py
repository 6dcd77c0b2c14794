"""Long tables with a row for every site, scenario and year: pick one row a site."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteselect.contracts import Notice
from siteselect.errors import Fault, InputError
from siteselect.operators import cells
from siteselect.operators.table import Choice, text


def of_scenario(
    table: pd.DataFrame, column: str, wanted: str, usual: str, operator: str
) -> tuple[pd.DataFrame, str]:
    """Keep the rows of one scenario.

    Parameters
    ----------
    table : rows by slugged columns.
    column : column of the scenario.
    wanted : as the user states it; empty for the usual one.
    usual : scenario of the catalogue.
    operator : name for messages.

    Raises
    ------
    InputError
        There is no such scenario, with those there are: none is picked in its place.
    """
    words = text(table, column)
    there = sorted(set(words) - {""})
    for name in (wanted,) if wanted else (usual, there[0] if len(there) == 1 else ""):
        chosen = words.map(cells.slug).eq(cells.slug(name)) if name else words.ne(words)
        if chosen.any():
            return table[chosen], str(words[chosen].iloc[0])
    raise InputError(
        Fault(
            operator,
            "no such scenario" if wanted else "the usual scenario is not in the table",
            f"State one of: {', '.join(there[:20]) or 'none'}.",
            column=column,
            value=wanted or usual,
        )
    )


def of_year(
    table: pd.DataFrame, sites: pd.Series[str], years: pd.Series[float], wanted: int | None
) -> pd.DataFrame:
    """Keep, for each site, the row of the year nearest to the wanted one, or of its first year.

    Of two years as near, the earlier is kept. Rows without a year stand last.

    Parameters
    ----------
    table : rows.
    sites : identifier of the site, row by row.
    years : year, row by row.
    wanted : year asked for.
    """
    distance = years if wanted is None else (years - wanted).abs()
    order = pd.DataFrame(
        {"site": sites, "distance": distance.fillna(np.inf), "year": years.fillna(np.inf)}
    ).sort_values(["site", "distance", "year"], kind="stable")
    kept = order.index[~order["site"].duplicated()]
    return table.loc[table.index.isin(kept)]


def years_of(table: pd.DataFrame, *names: str) -> pd.Series[float]:
    """Read the year of every row."""
    column = next((name for name in names if name in table.columns), None)
    if column is None:
        return pd.Series(np.nan, index=table.index)
    return table[column].map(cells.year).astype("float64")


def said(operator: str, scenario: str, years: pd.Series[float], choice: Choice) -> Notice:
    """Tell which scenario and years were taken."""
    span = sorted({int(value) for value in years.dropna()})
    shown = "no year" if not span else str(span[0])
    shown += f" to {span[-1]}" if len(span) > 1 else ""
    asked = "the base year" if choice.year is None else f"the year nearest to {choice.year}"
    return Notice(
        "scenario and year", f"{operator}: scenario '{scenario}', {asked}, which is {shown}"
    )


def as_years(years: pd.Series[float], otherwise: str) -> pd.Series[str]:
    """Write years as text, with another date where there is none."""
    written = [otherwise if np.isnan(value) else str(int(value)) for value in years]
    return pd.Series(written, index=years.index, dtype=object)
