"""Heat demand as metered: twelve months or every hour, in place of a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.contracts import Provenance
from siteselect.errors import Fault, InputError
from siteselect.layers.reading import certificate
from siteselect.sources.delimited_text import read_cells
from siteselect.sources.registry import locate

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from siteselect.layers.reading import Place
    from siteselect.settings.limits import Limits
    from siteselect.study import Study

MONTHS = 12
COLUMNS = ("heat_mwh", "heat_kw")
"""Twelve rows of heat a month, or a row of heat for every hour of the year."""


def read_measured(
    study: Study, place: Place, hours: int
) -> tuple[Mapping[str, NDArray[np.float64]], list[tuple[str, Provenance]]]:
    """Read the metered demand of the sinks that the study names.

    Returns
    -------
    tuple
        Twelve months [MWh] or `hours` hours [kW] by sink, and the birth certificates.

    Raises
    ------
    SourceError
        A file cannot be found.
    InputError
        A file holds something else; all faults of all files.
    """
    found: dict[str, NDArray[np.float64]] = {}
    births: list[tuple[str, Provenance]] = []
    faults: list[Fault] = []
    for sink, file in study.heat.measured.items():
        path = locate(file.path, place.folders, f"heat.measured.{sink}", place.limits)
        values, wrong = _values(path, hours, place.limits)
        faults += wrong
        found[sink] = values
        births.append(("measured demand", certificate(file, path)))
    if faults:
        raise InputError(faults)
    return found, births


def _values(path: Path, hours: int, limits: Limits) -> tuple[NDArray[np.float64], list[Fault]]:
    cure = (
        f"Give one column heat_mwh with {MONTHS} rows, or heat_kw with a row for each of the "
        f"{hours} hours of the year of weather."
    )
    table, comma = read_cells(path, limits)
    column = next((name for name in COLUMNS if name in table.columns), None)
    wanted = {"heat_mwh": MONTHS, "heat_kw": hours}
    if column is None or len(table) != wanted[column]:
        problem = f"{len(table)} rows of {', '.join(map(str, table.columns[:5]))}"
        return np.empty(0), [Fault(path.name, problem, cure)]
    cells = table[column].str.replace(",", ".", regex=False) if comma else table[column]
    numbers = pd.to_numeric(cells, errors="coerce").astype("float64")
    wrong = ~(numbers.ge(0) & numbers.lt(float("inf")))
    return np.asarray(numbers), [
        Fault(
            path.name,
            "not a heat of 0 or more",
            "A gap must be filled by whoever read the meter; it is not guessed here.",
            row=int(row),
            column=column,
            value=str(table[column][row]),
        )
        for row in table.index[wrong]
    ]
