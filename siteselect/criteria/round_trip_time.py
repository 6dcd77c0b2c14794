"""How much of the workload's latency budget the way to its counterpart uses up."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="round_trip_time",
    title="Round-trip time against the budget",
    unit="of the budget",
    better="less",
    family="fibre",
    layers=("fibre_nodes", "roads"),
    scale=ValueScale(((0.0, 1.0), (1.0, 0.0))),
    question="Does the workload get its answer in time?",
    source="2 x fibre length x 4.9 us/km plus equipment and access, over the budget; beyond the "
    "pick-up point as stated, or straight by the ITU rule where the study names the counterpart",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the round trip over the budget [share]; above 1 the budget is missed."""
    why = pd.Series("no fibre pick-up point is mapped", index=sites.index).mask(
        sites["fibre_id"] != "",
        "the fibre length beyond "
        + sites["fibre_name"].mask(sites["fibre_name"] == "", "the pick-up point")
        + " is not known",
    )
    return measured(CRITERION.name, sites["rtt_budget_share"], why)
