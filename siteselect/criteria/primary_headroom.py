"""What is left at the primary substation that feeds the site: a gate more than a distinction."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="primary_headroom",
    title="Headroom at the primary substation after the pod",
    unit="kVA",
    better="more",
    family="grid",
    layers=("supply_points",),
    scale=ValueScale(((-500.0, 0.0), (0.0, 0.3), (500.0, 0.8), (2000.0, 1.0))),
    question="Can the network above carry the pod?",
    source="headroom of the primary substation that feeds the site less the pod's import; needed "
    "and not sufficient, and mostly 10 to 100 times a pod, so that it seldom tells sites apart; "
    "scale: judgement",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the headroom left at the primary substation [kVA]; negative means reinforcement."""
    why = "the headroom of " + sites["primary_name"].where(
        sites["primary_name"] != "", "primary substation " + sites["primary_id"]
    )
    why = (why + " is not known").where(sites["primary_id"] != "", "no primary substation is known")
    return measured(CRITERION.name, sites["primary_after_pod_kva"], why)
