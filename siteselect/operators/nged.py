"""National Grid Electricity Distribution: the network capacity map, in MVA before, in MW now."""

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

NAME = "nged"
CONNECTED, CONTRACTED = "demandconnectedheadroommw", "demandcontractedheadroommw"
OLD_HEADROOM, FIRM = "demandheadroommva", "firmcapacityofsubstationmva"
PEAK = "measuredpeakdemandmva"


def normalise(rows: Rows, choice: Choice, places: Rows | None = None) -> Normalised:
    """Turn rows of either generation of the map into supply points.

    The older map (to about 2023) states MVA, which become kVA of `headroom_kva`; the newer one
    states MW, which become kW of `real_headroom_kw`. Neither is turned into the other: that needs
    a power factor.

    Parameters
    ----------
    rows : the whole map.
    choice : its date.
    places : not used; the map has coordinates.

    Raises
    ------
    InputError
        It has the columns of neither generation.
    """
    del places
    table = sheet(rows, NAME)
    require(table, NAME, ("latitude",), ("longitude",), (CONNECTED, OLD_HEADROOM))
    return _newer(table, choice) if CONNECTED in table.columns else _older(table, choice)


def _older(table: pd.DataFrame, choice: Choice) -> Normalised:
    require(table, NAME, ("networkreferenceid",), ("substationname",))
    parent = text(table, "parentnetworkreferenceid")
    columns: dict[str, pd.Series] = {
        "supply_id": identifiers(NAME, text(table, "networkreferenceid")),
        "name": text(table, "substationname"),
        "level": levels(table, "assettype"),
        "headroom_kva": number(table, OLD_HEADROOM, scale=1000),
        "firm_kva": number(table, FIRM, scale=1000),
        "peak_kva": number(table, PEAK, scale=1000),
        "rag": each(table, cells.colour, "demandheadroomrag"),
        "upstream_id": identifiers(NAME, parent.where(parent.ne("0"), "")),
        "upstream_rag": each(table, cells.colour, "upstreamdemandheadroomrag"),
        "primary_kv": _highest(table, "upstreamvoltage"),
        "secondary_kv": _highest(table, "downstreamvoltage"),
        "source_date": pd.Series(choice.source_date, index=table.index, dtype=object),
    }
    return assemble(NAME, columns, _points(table), _clipped(table))


def _newer(table: pd.DataFrame, choice: Choice) -> Normalised:
    require(table, NAME, ("name",), ("type",))
    number_name = found(table, "substationnumber", "substationid", "networkreferenceid") or "name"
    volts = each(table, cells.voltages_kv, "voltages")
    columns: dict[str, pd.Series] = {
        "supply_id": identifiers(NAME, text(table, number_name)),
        "name": text(table, "name"),
        "level": levels(table, "type"),
        "real_headroom_kw": number(table, CONNECTED, scale=1000),
        "rag": each(table, cells.colour, "demandconnectedrag"),
        "constraint_text": _after_contracts(table),
        "primary_kv": volts.map(lambda kv: max(kv) if kv else float("nan")).astype("float64"),
        "secondary_kv": volts.map(
            lambda kv: min(kv) if kv and len(kv) > 1 else float("nan")
        ).astype("float64"),
        "source_date": pd.Series(choice.source_date, index=table.index, dtype=object),
    }
    columns["upstream_id"], columns["upstream_rag"], notices = resolve(
        pd.DataFrame(columns), (text(table, "bsp"), text(table, "gsp")), NAME
    )
    return assemble(NAME, columns, _points(table), notices)


def _points(table: pd.DataFrame) -> pd.Series:
    pairs = zip(table["longitude"], table["latitude"], strict=True)
    return pd.Series([cells.place(lon, lat) for lon, lat in pairs], index=table.index, dtype=object)


def _highest(table: pd.DataFrame, name: str) -> pd.Series:
    """Read the highest voltage of a cell: the upstream cell may hold both sides, as '33/11'."""
    found_kv = each(table, cells.voltages_kv, name)
    return found_kv.map(lambda kv: kv[0] if kv else float("nan")).astype("float64")


def _after_contracts(table: pd.DataFrame) -> pd.Series:
    """Say what is left once promised demand connects, which may be far less."""
    left = number(table, CONTRACTED)
    colours = each(table, cells.colour, "demandcontractedrag").fillna("")
    factor = text(table, "demandconstraintlimitingfactor")
    lines = []
    for said, rest, colour in zip(factor, left, colours, strict=True):
        part = "" if pd.isna(rest) else f"{rest:g} MW once contracted demand is connected"
        shown = f"{part} ({colour})" if part and colour else part
        lines.append("; ".join(words for words in (said, shown) if words))
    return pd.Series(lines, index=table.index, dtype=object)


def _clipped(table: pd.DataFrame) -> list[Notice]:
    """Tell of peaks that equal firm capacity to the digit: they seem to be cut off there."""
    peak, firm = number(table, PEAK), number(table, FIRM)
    count = int((peak.eq(firm) & number(table, OLD_HEADROOM).eq(0)).sum())
    if not count:
        return []
    text_ = (
        f"{count} rows of {NAME} state a peak equal to firm capacity and no headroom: the peak "
        "seems to be cut off there, so they may already be over it"
    )
    return [Notice("headroom cut off at zero", text_)]
