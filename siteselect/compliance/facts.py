"""What is known of each site: a table of facts, checked cell by cell, and what follows from it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteselect.compliance.vocabulary import FACTS, Fact
from siteselect.errors import Fault, InputError
from siteselect.sizing.placement import floor_load_kn_m2

Truth = npt.NDArray[np.int8]
"""Kleene's three values, one a site: 1 true, 0 unknown, -1 false."""

MOST_FAULTS_PER_COLUMN = 20


@dataclass(frozen=True, slots=True)
class FactTable:
    """Facts as arrays: numbers with NaN, flags as `Truth`, texts with None where unknown."""

    size: int
    known: Mapping[str, npt.NDArray[Any]]

    def column(self, name: str) -> npt.NDArray[Any]:
        """Give the array of a fact; a fact that no column holds is unknown everywhere."""
        found = self.known.get(name)
        return _nothing(FACTS[name], self.size) if found is None else found


def read_facts(facts: pd.DataFrame, file: str = "facts") -> FactTable:
    """Turn a table of facts into arrays and refuse what cannot be a fact.

    Parameters
    ----------
    facts : one row a site, one column a vocabulary name; NaN, None or NA is unknown.
    file : name to give the table in a message.

    Raises
    ------
    InputError
        A column is no vocabulary name, a site is listed twice, or a cell holds the wrong kind of
        value: all such faults at once.
    """
    faults: list[Fault] = []
    if not facts.index.is_unique:
        twice = facts.index[facts.index.duplicated()][0]
        faults.append(Fault(file, "a site is listed twice", "Keep one row.", row=str(twice)))
    known: dict[str, npt.NDArray[Any]] = {}
    for label, cells in facts.items():
        fact = FACTS.get(str(label))
        if fact is None:
            faults.append(_not_a_fact(file, str(label)))
        elif fact.name in known:
            faults.append(Fault(file, "a column stands twice", "Keep one.", column=fact.name))
        else:
            known[fact.name], wrong = _READERS[fact.kind](cells, fact)
            faults += _cell_faults(file, fact, cells, wrong)
    if faults:
        raise InputError(faults)
    return FactTable(size=len(facts), known=known)


def derive(facts: pd.DataFrame) -> pd.DataFrame:
    """Add the facts that follow from others, and leave every fact that was given as it is.

    Parameters
    ----------
    facts : one row a site, one column a vocabulary name.

    Returns
    -------
    The table with these columns filled where their inputs are known: `volume_m3` [m³],
    `floor_load_kpa` [kPa], `generator_unit_mwth` and `generator_site_mwth` [MWth],
    `refrigerant_tco2e` [t CO2e], `bund_l` [l] and `noise_margin_db` [dB].

    Notes
    -----
    Rated thermal input is electrical output over efficiency; load is weight over the bearing area,
    by the formula of `siteselect.sizing` (the sheet rounds gravity to 9.81 m/s²); CO2 equivalent is
    charge times global warming potential over 1000 (compliance sheet of 2026-11-23, section 0). A
    bund holds 110 % of the largest container or 25 % of all, whichever is more (SI 2001/2954, as
    the sheet gives it under EN-E08).
    """
    table = facts.copy()
    unknown = pd.Series(np.nan, index=table.index)
    for name, (inputs, formula) in _FORMULAS.items():
        numbers = [
            _number_or_nan(table[column]) if column in table.columns else unknown
            for column in inputs
        ]
        derived = formula(*numbers).replace([np.inf, -np.inf], np.nan)
        if derived.notna().any():
            given = table[name] if name in table.columns else unknown
            table[name] = given.where(given.notna(), derived)
    return table


def _product(left: pd.Series[Any], right: pd.Series[Any]) -> pd.Series[Any]:
    # No generator at all has no thermal input, whatever the efficiency one might have had.
    return (left * right).mask((left == 0) | (right == 0), 0.0)


_FORMULAS: dict[str, tuple[tuple[str, ...], Callable[..., pd.Series[Any]]]] = {
    "volume_m3": (("footprint_m2", "height_m"), _product),
    "floor_load_kpa": (
        ("mass_kg", "bearing_m2"),
        # 1 kPa is 1 kN/m²; nothing rests on no area.
        lambda mass_kg, bearing_m2: mass_kg.combine(
            bearing_m2.where(bearing_m2 > 0), floor_load_kn_m2
        ),
    ),
    "generator_unit_mwth": (
        ("generator_kwe", "generator_efficiency_share"),
        lambda kwe, share: _product(kwe, 1 / share / 1000),
    ),
    "generator_site_mwth": (("generator_unit_mwth", "generator_count"), _product),
    "refrigerant_tco2e": (
        ("refrigerant_kg", "refrigerant_gwp"),
        lambda kg, gwp: _product(kg, gwp / 1000),
    ),
    "bund_l": (
        ("fuel_l", "fuel_total_l"),
        lambda largest_l, total_l: np.maximum(1.1 * largest_l, 0.25 * total_l),
    ),
    "noise_margin_db": (
        ("night_limit_dba", "rating_level_dba"),
        lambda limit_dba, level_dba: limit_dba - level_dba,
    ),
}


def _number_or_nan(cells: pd.Series[Any]) -> pd.Series[Any]:
    # A cell of the wrong kind is left for `read_facts` to refuse, with its place.
    return pd.to_numeric(cells, errors="coerce").astype("float64")


def _nothing(fact: Fact, size: int) -> npt.NDArray[Any]:
    if fact.kind == "number":
        return np.full(size, np.nan)
    if fact.kind == "flag":
        return np.zeros(size, dtype=np.int8)
    return np.full(size, None, dtype=object)


def _read_numbers(
    cells: pd.Series[Any], fact: Fact
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    empty = cells.isna().to_numpy(dtype=bool)
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        values = cells.to_numpy(dtype="float64", na_value=np.nan)
        wrong = np.zeros(len(cells), dtype=bool)
    elif pd.api.types.infer_dtype(cells, skipna=True) in {"floating", "integer"}:
        values = np.where(empty, np.nan, cells.to_numpy(dtype=object)).astype("float64")
        wrong = np.zeros(len(cells), dtype=bool)
    else:
        plain = [_is_number(cell) for cell in cells]
        wrong = ~np.array(plain, dtype=bool) & ~empty
        values = np.array(
            [float(cell) if ok else np.nan for cell, ok in zip(cells, plain, strict=True)]
        )
        values = values.astype("float64")
    wrong |= np.isinf(values) | ((values < 0) & (not fact.signed))
    return values, wrong


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float | np.integer | np.floating) and not isinstance(cell, bool)


def _read_flags(cells: pd.Series[Any], _: Fact) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    known = cells.notna().to_numpy(dtype=bool)
    # True equals 1 and 1.0, so that a column that became numeric on its way still reads.
    mapped = cells.astype(object).map({True: 1, False: -1})
    wrong = mapped.isna().to_numpy(dtype=bool) & known
    return mapped.fillna(0).to_numpy(dtype=np.int8), wrong


def _read_texts(
    cells: pd.Series[Any], fact: Fact
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    known = cells.notna().to_numpy(dtype=bool)
    wrong = ~cells.isin(fact.choices).to_numpy(dtype=bool) & known
    values = cells.astype(object).to_numpy(dtype=object, copy=True)
    values[~known] = None
    return values, wrong


_READERS: dict[
    str, Callable[[pd.Series[Any], Fact], tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]]
] = {
    "number": _read_numbers,
    "flag": _read_flags,
    "text": _read_texts,
}


def _cell_faults(
    file: str, fact: Fact, cells: pd.Series[Any], wrong: npt.NDArray[np.bool_]
) -> list[Fault]:
    rows = np.flatnonzero(wrong)[:MOST_FAULTS_PER_COLUMN]
    cure = {
        "number": f"Give a finite number{_in_unit(fact)}, or leave it empty where unknown.",
        "flag": "Give true or false, or leave it empty where unknown.",
        "text": f"Give one of: {', '.join(fact.choices)}; or leave it empty where unknown.",
    }[fact.kind]
    return [
        Fault(
            file,
            "not a value this fact can have",
            cure,
            row=str(cells.index[row]),
            column=fact.name,
            value=str(cells.iloc[row]),
        )
        for row in rows
    ]


def _in_unit(fact: Fact) -> str:
    unit = "" if fact.unit is None else f" in {fact.unit.written}"
    return unit if fact.signed else f"{unit}, not below zero"


def _not_a_fact(file: str, label: str) -> Fault:
    near = difflib.get_close_matches(label, FACTS, n=1)
    cure = f"Did you mean {near[0]!r}?" if near else "Remove it; docs list the vocabulary."
    return Fault(file, "no fact of the vocabulary", cure, column=label)
