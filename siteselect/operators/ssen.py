"""Scottish and Southern Electricity Networks: the headroom dashboard, one row a substation."""

from __future__ import annotations

import pandas as pd

from siteselect.contracts import Notice
from siteselect.operators import cells
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

NAME = "ssen"
ASSET, TITLE, LEVEL = "assetid", "substation", "substationtype"
LAT, LON = "locationlatitude", "locationlongitude"
HEADROOM = "estimateddemandheadroommva"
VOLTAGE, RATINGS = "voltagekv", "transformernameplateratings"
OWN_WORKS = ("substationreinforcementworks", "substationreinforcementcompletiondate")
UPSTREAM_WORKS = ("upstreamreinforcementworks", "upstreamreinforcementcompletiondate")


def normalise(rows: Rows, choice: Choice, places: Rows | None = None) -> Normalised:
    """Turn rows of the headroom dashboard into supply points.

    Headroom, peak and contracted demand are in MVA there. What feeds a substation is given by
    name, 'N/A' at a grid supply point.

    Parameters
    ----------
    rows : the whole sheet of a month.
    choice : its date.
    places : not used; the sheet has coordinates.

    Raises
    ------
    InputError
        A column that the table rests on is missing.
    """
    del places
    table = sheet(rows, NAME)
    require(table, NAME, (ASSET,), (TITLE,), (LAT,), (LON,), (HEADROOM,))
    volts = each(table, cells.voltages_kv, VOLTAGE)
    ratings = each(table, cells.rating_kva, RATINGS).astype("float64")
    columns: dict[str, pd.Series] = {
        "supply_id": identifiers(NAME, text(table, ASSET)),
        "name": text(table, TITLE),
        "level": levels(table, LEVEL),
        "headroom_kva": number(table, HEADROOM, scale=1000),
        "peak_kva": number(table, "maximumobservedgrossdemandmva", scale=1000),
        "contracted_kva": number(table, "contracteddemandexclbessmva", scale=1000)
        + number(table, "contractedbessdemandmva", scale=1000),
        "rating_kva": ratings,
        "rag": each(table, cells.colour, "substationdemandragstatus"),
        "constraint_text": _constraint(table),
        "reinforcement_date": _date(table),
        "single_transformer": each(table, cells.flag, "singletransformersite"),
        "primary_kv": _volts(volts, 0),
        "secondary_kv": _volts(volts, 1),
        "source_date": pd.Series(choice.source_date, index=table.index, dtype=object),
    }
    columns["upstream_id"], columns["upstream_rag"], notices = resolve(
        pd.DataFrame(columns), (text(table, "upstreambsp"), text(table, "upstreamgsp")), NAME
    )
    notices += _unread(table, ratings)
    return assemble(NAME, columns, _points(table), notices)


def _points(table: pd.DataFrame) -> pd.Series:
    pairs = zip(table[LON], table[LAT], strict=True)
    return pd.Series([cells.place(lon, lat) for lon, lat in pairs], index=table.index, dtype=object)


def _volts(found_kv: pd.Series, place: int) -> pd.Series:
    values = [kv[place] if kv is not None and len(kv) > place else float("nan") for kv in found_kv]
    return pd.Series(values, index=found_kv.index, dtype="float64")


def _constraint(table: pd.DataFrame) -> pd.Series:
    """Join the constraint with the works that are to cure it."""
    parts = pd.DataFrame(
        {
            "": text(table, "demandconstraint"),
            "works: ": text(table, OWN_WORKS[0]),
            "upstream works: ": text(table, UPSTREAM_WORKS[0]),
        }
    )
    lines = [
        "; ".join(f"{before}{said}" for before, said in row.items() if said)
        for row in parts.to_dict("records")
    ]
    return pd.Series(lines, index=table.index, dtype=object)


def _date(table: pd.DataFrame) -> pd.Series:
    """Take the date of the substation's own works, else that of the works upstream."""
    own = each(table, cells.month, OWN_WORKS[1]).fillna("")
    upstream = each(table, cells.month, UPSTREAM_WORKS[1]).fillna("")
    return own.where(own.ne(""), upstream)


def _unread(table: pd.DataFrame, ratings: pd.Series) -> list[Notice]:
    if found(table, RATINGS) is None:
        return []
    lost = text(table, RATINGS)[ratings.isna() & text(table, RATINGS).ne("")]
    if lost.empty:
        return []
    words = f"{len(lost)} transformer ratings of {NAME} were not understood and are unknown"
    return [Notice("unread ratings", f"{words}, such as '{lost.iloc[0][:60]}'")]
