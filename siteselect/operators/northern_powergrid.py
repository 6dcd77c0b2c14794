"""Northern Powergrid: the heat map with areas, or the development plan with a column a year."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd

from siteselect.contracts import Notice
from siteselect.errors import Fault, InputError
from siteselect.operators import cells
from siteselect.operators.directory import usual_scenario
from siteselect.operators.long_form import as_years, of_scenario, said
from siteselect.operators.table import (
    AREA_COLUMNS,
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

NAME = "npg"
HEADROOM = ("demhr", "demandheadroom", "demandheadroommva")
TITLE = ("name", "pspname", "substationname")
VOLTAGE = ("pvoltage", "downstreamvoltage")
POINT = ("substationlocation", "geopoint2d", "geopoint")
SHAPE = ("geoshape",)
_OF_YEAR = re.compile(r"(\d{4})thermaldemandheadroommw")


def normalise(rows: Rows, choice: Choice, places: Rows | None = None) -> Normalised:
    """Turn rows of the heat map or of the development plan into supply points.

    The heat map names no unit in its fields; its headroom is read as MVA, the unit of heat maps
    [K], which is the more cautious reading: 5 MW would be 5.26 MVA at a power factor of 0.95. The
    plan states MW.

    Parameters
    ----------
    rows : the whole table.
    choice : date, scenario and year; the latter two for the plan.
    places : not used; both have coordinates.

    Raises
    ------
    InputError
        It has the columns of neither, or not the scenario.
    """
    del places
    table = sheet(rows, NAME)
    years = [name for name in table.columns if _OF_YEAR.fullmatch(str(name))]
    return _plan(table, years, choice) if years else _heat_map(table, choice)


def _heat_map(table: pd.DataFrame, choice: Choice) -> Normalised:
    require(table, NAME, TITLE, ("type", "typetable"), HEADROOM, (*POINT, *SHAPE))
    points = each(table, cells.point, *POINT)
    volts = number(table, *VOLTAGE)
    written = volts.map(lambda kv: "" if np.isnan(kv) else f"{kv:g}")
    columns: dict[str, pd.Series] = {
        "supply_id": identifiers(
            NAME, text(table, *TITLE), text(table, "type", "typetable"), written
        ),
        "name": text(table, *TITLE),
        "level": levels(table, "type", "typetable"),
        "headroom_kva": number(table, *HEADROOM, scale=1000),
        "firm_kva": number(table, "firmcap", "firmcapacity", scale=1000),
        "peak_kva": number(table, "maxdemand", "maximumdemand", scale=1000),
        "rag": each(table, cells.colour, "worstcaseconstraintdemcolour"),
        "constraint_text": text(table, "demconstraint", "demandconstraint"),
        "secondary_kv": volts,
        "source_date": pd.Series(choice.source_date, index=table.index, dtype=object),
    }
    columns["upstream_id"], columns["upstream_rag"], notices = resolve(
        pd.DataFrame(columns), (text(table, "upstreamname"), text(table, "gspname")), NAME
    )
    notices.append(
        Notice("unit of headroom", f"{NAME}: the heat map names no unit; it is read as MVA")
    )
    return assemble(NAME, columns, points, notices, _areas(table, columns))


def _areas(table: pd.DataFrame, columns: dict[str, pd.Series]) -> gpd.GeoDataFrame:
    """Take the areas of primaries: those of grid substations lie over them."""
    shapes = each(table, cells.outline, *SHAPE)
    flat = shapes.map(lambda drawn: drawn is not None and drawn.area > 0).astype(bool)
    kept = flat & columns["level"].eq("primary") & ~columns["supply_id"].duplicated()
    frame = {
        "supply_area_id": columns["supply_id"][kept],
        "name": columns["name"][kept],
        "supply_id": columns["supply_id"][kept],
    }
    return gpd.GeoDataFrame(
        {name: frame[name].to_numpy() for name in AREA_COLUMNS},
        geometry=list(shapes[kept]),
        crs="EPSG:4326",
    )


def _plan(table: pd.DataFrame, names: list[str], choice: Choice) -> Normalised:
    require(
        table, NAME, ("substationname",), ("location", "geopoint2d"), ("bulksupplypointorprimary",)
    )
    scenario_column = found(table, "scenarioshortname", "scenario")
    scenario = "the only one"
    if scenario_column is not None:
        table, scenario = of_scenario(
            table, scenario_column, choice.scenario, usual_scenario(NAME), NAME
        )
    by_year = {int(name[:4]): name for name in names}
    year = min(by_year, key=lambda value: (abs(value - (choice.year or min(by_year))), value))
    parameter = text(table, "outputparameter")
    if not parameter.str.contains("demand", case=False).where(parameter.ne(""), other=True).all():
        raise InputError(
            Fault(NAME, "rows that are not demand headroom", "Give the demand table alone.")
        )
    volts = number(table, "voltagekv")
    written = volts.map(lambda kv: "" if np.isnan(kv) else f"{kv:g}")
    years = pd.Series(float(year), index=table.index)
    columns: dict[str, pd.Series] = {
        "supply_id": identifiers(
            NAME, text(table, "substationname"), text(table, "licencearea"), written
        ),
        "name": text(table, "substationname"),
        "level": levels(table, "bulksupplypointorprimary"),
        "real_headroom_kw": number(table, by_year[year], scale=1000),
        "primary_kv": number(table, "supplyvoltagekv"),
        "secondary_kv": volts,
        "source_date": as_years(years, choice.source_date),
    }
    columns["upstream_id"], columns["upstream_rag"], notices = resolve(
        pd.DataFrame({**columns, "rag": ""}), (text(table, "bspgroup"), text(table, "gsp")), NAME
    )
    notices.append(said(NAME, scenario, years, choice))
    return assemble(NAME, columns, each(table, cells.point, "location", "geopoint2d"), notices)
