"""How much cable has to be laid to the supply point."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="connection_length",
    title="Grid connection length",
    unit="m",
    better="less",
    family="grid",
    layers=("supply_points", "roads"),
    scale=ValueScale(((0.0, 1.0), (100.0, 0.8), (500.0, 0.2), (1000.0, 0.0))),
    question="How much cable has to be laid in the street?",
    source="route along streets to the nearest mapped local supply point, unknown where none is "
    "mapped near; scale: judgement",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the cable route [m]."""
    why = sites["connection_basis"].where(
        sites["connection_basis"] != "", "no supply point is mapped"
    )
    return measured(CRITERION.name, sites["connection_m"], why)
