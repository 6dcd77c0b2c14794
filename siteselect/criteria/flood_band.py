"""How likely the site is to be flooded."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CLASSES = {"none": 0.0, "very_low": 1.0, "low": 2.0, "medium": 3.0, "high": 4.0}
"""Class by band: 0 none mapped, 4 a chance of 3.3 % a year or more."""

CRITERION = Criterion(
    name="flood_band",
    title="Flood likelihood (0 to 4)",
    unit="of 4",
    better="less",
    family="hazard",
    layers=("flood",),
    scale=ValueScale(((0.0, 1.0), (1.0, 0.9), (2.0, 0.7), (3.0, 0.3), (4.0, 0.0))),
    question="Will the pod stand in water?",
    source="highest mapped band that touches the pod's footprint; scale: judgement",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the flood class, 0 (none) to 4 (high)."""
    classes = sites["flood_band"].map(CLASSES).astype("float64")
    return measured(CRITERION.name, classes, "the flood layer does not cover the site")
