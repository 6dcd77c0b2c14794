"""How long it takes from the application until there is electricity."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="connection_time",
    title="Time to an electricity connection",
    unit="weeks",
    better="less",
    family="grid",
    layers=("supply_points",),
    scale=ValueScale(((8.0, 1.0), (26.0, 0.7), (52.0, 0.3), (156.0, 0.0))),
    question="How soon can the pod be connected?",
    source="quotation and works by kind of connection, and reinforcement where it is known to be "
    "needed; unknown where the kind rests on size alone; times and scale: judgement",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the time from application to supply [weeks]."""
    by_size = sites["connection_m"].isna() & sites["connection_option"].isin(["lv_main", "lv_way"])
    why = "the kind of connection is not known: " + sites["connection_basis"].where(
        sites["connection_basis"] != "", "no supply point is mapped"
    )
    return measured(CRITERION.name, sites["connection_weeks"].mask(by_size), why)
