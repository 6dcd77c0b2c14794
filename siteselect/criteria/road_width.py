"""How wide the road at the site is mapped to be."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="road_width",
    title="Road width at the site",
    unit="m",
    better="more",
    family="access",
    layers=("roads",),
    scale=ValueScale(((2.5, 0.0), (3.7, 0.6), (5.5, 1.0))),
    question="Do the lorry and the fire engine get through?",
    source="mapped carriageway width; a lorry is 2.55 m wide, a fire appliance needs 3.7 m between "
    "kerbs (Approved Document B, vol. 2, seen in a copy)",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the mapped width of the nearest drivable street [m]."""
    why = pd.Series("the width of the nearest street is not mapped", index=sites.index).mask(
        sites["road_class"] == "", "no drivable street near the site"
    )
    return measured(CRITERION.name, sites["road_width_m"], why)
