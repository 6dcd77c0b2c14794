"""How much fibre has to be laid to the nearest pick-up point."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="fibre_route",
    title="Fibre build length",
    unit="m",
    better="less",
    family="fibre",
    layers=("fibre_nodes", "roads"),
    scale=ValueScale(((0.0, 1.0), (500.0, 0.6), (3000.0, 0.0))),
    question="How much duct and fibre has to be built?",
    source="route along streets to the nearest mapped pick-up point; scale: judgement",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the fibre route [m]."""
    return measured(CRITERION.name, sites["fibre_m"], "no fibre pick-up point is mapped")
