"""Which operator's rows are read by which module."""

from __future__ import annotations

from collections.abc import Callable

from siteselect.errors import Fault, InputError
from siteselect.operators import enwl, nged, northern_powergrid, spen, ssen, ukpn
from siteselect.operators.table import Choice, Normalised, Rows

Reader = Callable[[Rows, Choice, Rows | None], Normalised]

READERS: dict[str, Reader] = {
    module.NAME: module.normalise for module in (enwl, nged, northern_powergrid, spen, ssen, ukpn)
}
"""Reader of each operator's published tables, by the operator's short name."""


def normalise(
    operator: str, rows: Rows, choice: Choice | None = None, places: Rows | None = None
) -> Normalised:
    """Turn an operator's rows into supply points.

    Parameters
    ----------
    operator : short name: ukpn, npg, ssen, nged, enwl or spen.
    rows : rows as published, by their published names.
    choice : scenario, year and date.
    places : rows that carry places or areas by name, where `rows` have none.

    Raises
    ------
    InputError
        There is no such operator, or the rows are not of its published forms.
    """
    if operator not in READERS:
        raise InputError(
            Fault(
                "operators",
                "no such network operator",
                f"Choose from: {', '.join(sorted(READERS))}.",
                value=operator,
            )
        )
    return READERS[operator](rows, choice or Choice(), places)
