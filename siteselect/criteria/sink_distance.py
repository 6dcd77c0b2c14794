"""How long the heat pipe would be."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="sink_distance",
    title="Distance to the heat sink",
    unit="m",
    better="less",
    family="heat",
    layers=("heat_sinks", "roads"),
    scale=ValueScale(((0.0, 1.0), (100.0, 0.7), (300.0, 0.2), (600.0, 0.0))),
    question="Does the heat pipe pay?",
    source="route along streets to the sink; a 100 kW pod pays for 100 to 150 m, 500 kW for about "
    "500 m (judgement)",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the pipe route to the chosen sink, or to the nearest when none is in reach [m]."""
    return measured(CRITERION.name, sites["sink_m"], "no heat sink is mapped")
