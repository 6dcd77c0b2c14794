"""UK Power Networks: the network scenario headroom report, a row a site, scenario and year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteselect.errors import Fault, InputError
from siteselect.operators import cells
from siteselect.operators.directory import usual_scenario
from siteselect.operators.long_form import as_years, of_scenario, of_year, said, years_of
from siteselect.operators.placing import POINT, placed
from siteselect.operators.table import (
    Choice,
    Normalised,
    Rows,
    assemble,
    each,
    found,
    identifiers,
    levels,
    number,
    require,
    sheet,
    text,
)
from siteselect.operators.upstream import resolve

NAME = "ukpn"
WANTED = "demandheadroom"
PLACE_NAMES = ("primary", "primaryname", "sitename", "substationname", "name")
FLOC = ("sitefunctionallocation", "functionallocation")
_PRIMARY_BELOW_KV = 33.0


def normalise(rows: Rows, choice: Choice, places: Rows | None = None) -> Normalised:
    """Turn rows of the report into supply points: 'Demand Headroom' of one scenario and year.

    Headroom is firm, in MW, and may already be promised to others [S: the report's own page].

    Parameters
    ----------
    rows : the report, with all categories, scenarios and years or with some.
    choice : scenario and year.
    places : rows of the primaries' areas or sites, where the report lacks coordinates.

    Raises
    ------
    InputError
        A column, the category or the scenario is missing.
    """
    table = sheet(rows, NAME)
    require(
        table, NAME, ("category",), ("scenario",), ("year",), ("headroommw",), ("substationname",)
    )
    category = text(table, "category")
    demand = table[category.map(cells.slug).eq(WANTED)]
    if demand.empty:
        raise InputError(
            Fault(
                NAME,
                "no rows of the category 'Demand Headroom'",
                f"The table has: {', '.join(sorted(set(category)))[:200]}.",
                column="category",
            )
        )
    table, scenario = of_scenario(demand, "scenario", choice.scenario, usual_scenario(NAME), NAME)
    volts = number(table, "voltagekv")
    written = volts.map(lambda kv: "" if np.isnan(kv) else f"{kv:g}")
    floc = text(table, *FLOC)
    key = floc.where(floc.ne(""), text(table, "substationname"))
    sites = identifiers(NAME, key, written)
    table = of_year(table, sites, years_of(table, "year"), choice.year)
    years, volts = years_of(table, "year"), volts[table.index]
    columns: dict[str, pd.Series] = {
        "supply_id": sites[table.index],
        "name": text(table, "substationname"),
        "level": _levels(table, volts),
        "real_headroom_kw": number(table, "headroommw", scale=1000),
        "secondary_kv": volts,
        "source_date": as_years(years, choice.source_date),
    }
    columns["upstream_id"], columns["upstream_rag"], notices = resolve(
        pd.DataFrame({**columns, "rag": ""}),
        (text(table, "bulksupplypoint"), text(table, "gridsupplypoint")),
        NAME,
    )
    where = placed(columns, each(table, cells.point, *POINT), places, PLACE_NAMES, NAME)
    notices += [said(NAME, scenario, years, choice), *where.notices]
    return assemble(NAME, columns, where.points, notices, where.areas)


def _levels(table: pd.DataFrame, volts: pd.Series) -> pd.Series:
    """Read the level, or take it from the voltage given out: below 33 kV it is a primary."""
    stated = levels(table, "physicallevel") if found(table, "physicallevel") else None
    by_voltage = volts.map(
        lambda kv: "unknown" if np.isnan(kv) else "primary" if kv < _PRIMARY_BELOW_KV else "grid"
    )
    return by_voltage if stated is None else stated.where(stated.ne("unknown"), by_voltage)
