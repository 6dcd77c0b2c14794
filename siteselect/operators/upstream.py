"""What feeds a substation: found by the name that the operator gives for it."""

from __future__ import annotations

import pandas as pd

from siteselect.contracts import Notice
from siteselect.operators.cells import slug, worst


def resolve(
    table: pd.DataFrame, upstream: tuple[pd.Series[str], ...], operator: str
) -> tuple[pd.Series[str], pd.Series[str], list[Notice]]:
    """Find the supply point that feeds each row, and the worst class of all that feed it.

    Parameters
    ----------
    table : supply_id, name, level and rag of every row.
    upstream : names of what feeds the row, nearest first, empty where not stated.
    operator : name for the notice.

    Returns
    -------
    tuple
        upstream_id and upstream_rag, empty where the name is not stated, not in the table or not
        unique in it; and a notice that counts the latter two.
    """
    grid = table[table["level"].eq("grid") & table["supply_id"].ne("")]
    names = grid["name"].map(slug)
    unique = grid[~names.duplicated(keep=False).to_numpy()]
    known = {slug(name): row for row, name in unique["name"].items()}
    identifiers = dict(zip(table.index, table["supply_id"], strict=True))
    colours = dict(zip(table.index, table["rag"], strict=True))
    feeds: dict[object, str] = {}
    classes: dict[object, str] = {}
    lost = 0
    for row in table.index:
        stated = [slug(names[row]) for names in upstream if names[row]]
        found = [known[name] for name in stated if name in known and known[name] != row]
        lost += bool(stated) and not found
        feeds[row] = str(identifiers[found[0]]) if found else ""
        classes[row] = worst([str(colours[other]) for other in found])
    text = f"{lost} rows of {operator} name a feeding substation that the table does not have"
    notices = [Notice("feeding substation", text)] if lost else []
    return (
        pd.Series(feeds, dtype=object).reindex(table.index),
        pd.Series(classes, dtype=object).reindex(table.index),
        notices,
    )
