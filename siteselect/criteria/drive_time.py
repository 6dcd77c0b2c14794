"""How long an engineer needs to get there."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="drive_time",
    title="Drive time from the maintenance base",
    unit="min",
    better="less",
    family="access",
    layers=("roads", "maintenance_bases"),
    scale=ValueScale(((0.0, 1.0), (30.0, 0.8), (60.0, 0.5), (120.0, 0.0))),
    question="How soon is somebody there when it fails?",
    source="free-flow driving towards the site with one-way streets, times the study's delay "
    "factor; scale after response bands of 30, 60 and 120 min (judgement)",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the drive time towards the site [min]."""
    why = pd.Series("no drivable street near the site", index=sites.index).mask(
        sites["road_class"] != "", "no maintenance base reaches the site by road"
    )
    return measured(CRITERION.name, sites["drive_min"], why)
