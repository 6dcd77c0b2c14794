"""How much longer the lorry with the pod drives because of limits on heights, weights and such."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="delivery_detour",
    title="Detour of the delivery lorry",
    unit="min",
    better="less",
    family="access",
    layers=("roads",),
    scale=ValueScale(((0.0, 1.0), (10.0, 0.7), (30.0, 0.3), (60.0, 0.0))),
    question="How far must the lorry go round low bridges and weak roads?",
    source="free-flow time from the main roads within the limits mapped, less the time without "
    "them, times the study's delay factor; scale: judgement",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the longer drive that the limits cost [min]; unknown where no way is found."""
    extra_min = (sites["delivery_min"] - sites["delivery_free_min"]).clip(lower=0.0)
    return measured(CRITERION.name, extra_min, sites["delivery_basis"])
