"""SP Energy Networks: the network scenario headroom workbooks of SPD and SPM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
    identifiers,
    number,
    require,
    sheet,
    text,
)

if TYPE_CHECKING:
    import pandas as pd

NAME = "spen"
GROUP = ("substationgroup", "headroomgroup")
PLACE_NAMES = ("primarysu", "primarygroup", "substationgroup", "primary", "name")
VOLTAGE = ("voltagekv", "voltage")
YEAR = ("year", "dfesyear")
_PRIMARY_BELOW_KV = 33.0


def normalise(rows: Rows, choice: Choice, places: Rows | None = None) -> Normalised:
    """Turn rows of a workbook into supply points: headroom of type 'Demand', in MW.

    A row is a group of primaries that share their load. The workbooks carry no coordinates:
    `places` must.

    Parameters
    ----------
    rows : SPD's or SPM's workbook; their labels differ and both are read.
    choice : scenario and year.
    places : rows of the areas of primary groups.

    Raises
    ------
    InputError
        A column, the type 'Demand' or the scenario is missing.
    """
    table = sheet(rows, NAME)
    require(table, NAME, GROUP, ("headroomtype",), ("scenario",), YEAR, ("headroommw",))
    kinds = text(table, "headroomtype")
    demand = table[kinds.map(cells.slug).eq("demand")]
    if demand.empty:
        raise InputError(
            Fault(
                NAME,
                "no rows of the headroom type 'Demand'",
                f"The table has: {', '.join(sorted(set(kinds)))[:200]}.",
                column="headroom_type",
            )
        )
    table, scenario = of_scenario(demand, "scenario", choice.scenario, usual_scenario(NAME), NAME)
    volts = number(table, *VOLTAGE)
    written = volts.map(lambda kv: "" if np.isnan(kv) else f"{kv:g}")
    upstream = text(table, "gridgspgroup", "gridgridgroup", "gridgroup")
    sites = identifiers(NAME, text(table, *GROUP), upstream, written)
    table = of_year(table, sites, years_of(table, *YEAR), choice.year)
    years, volts = years_of(table, *YEAR), volts[table.index]
    columns: dict[str, pd.Series] = {
        "supply_id": sites[table.index],
        "name": text(table, *GROUP),
        "level": volts.map(
            lambda kv: (
                "unknown" if np.isnan(kv) else ("primary" if kv < _PRIMARY_BELOW_KV else "grid")
            )
        ),
        "real_headroom_kw": number(table, "headroommw", scale=1000),
        "secondary_kv": volts,
        "constraint_text": upstream[table.index].map(
            lambda name: f"fed from {name}" if name else ""
        ),
        "source_date": as_years(years, choice.source_date),
    }
    where = placed(columns, each(table, cells.point, *POINT), places, PLACE_NAMES, NAME)
    notices = [said(NAME, scenario, years, choice), *where.notices]
    return assemble(NAME, columns, where.points, notices, where.areas)
