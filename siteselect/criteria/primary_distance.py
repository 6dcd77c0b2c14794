"""How far the primary substation is: what stands in where the local network is not mapped."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="primary_distance",
    title="Distance to the primary substation",
    unit="m",
    better="less",
    family="grid",
    layers=("supply_points",),
    scale=ValueScale(((0.0, 1.0), (2000.0, 0.6), (10_000.0, 0.0))),
    question="How near is the site to where the high-voltage network is strong?",
    source="straight line to the primary substation that feeds the site: no length of cable, but a "
    "hint at the feeder where no local substation is mapped; scale: judgement",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the straight line to the primary substation [m]."""
    why = "primary substation " + sites["primary_id"] + " is not in the layer supply_points"
    why = why.where(sites["primary_id"] != "", "no primary substation is known")
    return measured(CRITERION.name, sites["primary_m"], why)
