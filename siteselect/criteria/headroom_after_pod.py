"""What is left at the supply point once the pod is connected."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="headroom_after_pod",
    title="Grid headroom after the pod",
    unit="kVA",
    better="more",
    family="grid",
    layers=("supply_points",),
    scale=ValueScale(((0.0, 0.0), (200.0, 0.7), (1000.0, 1.0))),
    question="Can the network carry the pod without reinforcement?",
    source="headroom of the supply point less the pod's import; as published, else capacity less "
    "peak; of the primary substation where no local point is mapped near; scale: judgement",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the headroom left [kVA]; negative means reinforcement."""
    why = "the headroom of " + sites["supply_name"].where(
        sites["supply_name"] != "", "supply point " + sites["supply_id"]
    )
    why = (why + " is not known").where(sites["supply_id"] != "", "no supply point is mapped")
    return measured(CRITERION.name, sites["headroom_after_pod_kva"], why)
