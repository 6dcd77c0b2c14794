"""SP Electricity North West: the development plan by scenario and year, or the heat map."""

from __future__ import annotations

import pandas as pd

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

NAME = "enwl"
HEADROOM = ("firmheadroommva", "headroommva")
TITLE = ("substation", "substationname", "sitename", "name", "primary")
LEVEL = ("group", "substationtype", "type")
HEAT_MAP = "demhrfirmmw"
PLACE_NAMES = ("substation", "substationname", "pryname", "primary", "name", "prynumber")


def normalise(rows: Rows, choice: Choice, places: Rows | None = None) -> Normalised:
    """Turn rows of the plan (MVA) or of the heat map (MW) into supply points.

    Of the plan, firm headroom alone counts: non-firm headroom is lost with one outage.

    Parameters
    ----------
    rows : the whole table.
    choice : scenario and year; the base year where none is stated.
    places : rows of the primaries' areas.

    Raises
    ------
    InputError
        It has the columns of neither, or not the scenario.
    """
    table = sheet(rows, NAME)
    if HEAT_MAP in table.columns:
        return _heat_map(table, choice, places)
    require(table, NAME, TITLE, LEVEL, ("year",), ("scenario",), HEADROOM)
    table, scenario = of_scenario(table, "scenario", choice.scenario, usual_scenario(NAME), NAME)
    status = text(table, "status").str.upper()
    table = table[status.isin(["", "FIRM"])] if found(table, "status") else table
    sites = identifiers(NAME, text(table, *TITLE), text(table, *LEVEL))
    table = of_year(table, sites, years_of(table, "year"), choice.year)
    years = years_of(table, "year")
    columns: dict[str, pd.Series] = {
        "supply_id": sites[table.index],
        "name": text(table, *TITLE),
        "level": levels(table, *LEVEL),
        "headroom_kva": number(table, *HEADROOM, scale=1000),
        "source_date": as_years(years, choice.source_date),
    }
    where = placed(columns, each(table, cells.point, *POINT), places, PLACE_NAMES, NAME)
    notices = [said(NAME, scenario, years, choice), *where.notices]
    return assemble(NAME, columns, where.points, notices, where.areas)


def _heat_map(table: pd.DataFrame, choice: Choice, places: Rows | None) -> Normalised:
    key = ("prynumber", "bspnumber", "gspnumber")
    require(table, NAME, key)
    own = text(table, "prynumber")
    level = levels(table, "class")
    columns: dict[str, pd.Series] = {
        "supply_id": identifiers(NAME, own.where(own.ne(""), text(table, *TITLE))),
        "name": text(table, *TITLE, "pryname", "prynumber"),
        "level": level.where(level.ne("unknown") | own.eq(""), "primary"),
        "real_headroom_kw": number(table, HEAT_MAP, scale=1000),
        "source_date": pd.Series(choice.source_date, index=table.index, dtype=object),
    }
    where = placed(columns, each(table, cells.point, *POINT), places, PLACE_NAMES, NAME)
    return assemble(NAME, columns, where.points, where.notices, where.areas)
