"""What kind of road a delivery arrives on."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CLASSES = {
    "motorway": 1.0,
    "motorway_link": 1.0,
    "trunk": 5.0,
    "trunk_link": 5.0,
    "primary": 5.0,
    "primary_link": 5.0,
    "secondary": 5.0,
    "secondary_link": 5.0,
    "tertiary": 4.0,
    "tertiary_link": 4.0,
    "unclassified": 4.0,
    "residential": 3.0,
    "service": 2.0,
    "living_street": 2.0,
    "road": 2.0,
    "track": 1.0,
}
"""Class by highway tag [judgement]: 5 main road, 3 residential, 1 not for delivery."""

CRITERION = Criterion(
    name="road_class",
    title="Road class at the site (1 to 5)",
    unit="of 5",
    better="more",
    family="access",
    layers=("roads",),
    scale=ValueScale(((1.0, 0.0), (2.0, 0.5), (3.0, 0.8), (5.0, 1.0))),
    question="Can a lorry with a crane deliver the pod?",
    source="OpenStreetMap class of the nearest drivable street; classes and scale: judgement",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the class of the nearest drivable street, 1 (worst) to 5."""
    classes = sites["road_class"].map(CLASSES).astype("float64")
    why = pd.Series("the nearest street's class is not one known here", index=sites.index).mask(
        sites["road_class"] == "", "no drivable street near the site"
    )
    return measured(CRITERION.name, classes, why)
