"""How much of the pod's heat somebody uses."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="heat_used",
    title="Heat of the pod used",
    unit="MWh/a",
    better="more",
    family="heat",
    layers=("heat_sinks", "roads"),
    scale=ValueScale(((0.0, 0.0), (500.0, 1.0))),
    question="How much fuel would the heat replace?",
    source="offer and demand matched in every hour of a year of weather, less pipe loss; demand "
    "profiles by kind of sink (method page); scale: judgement",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the heat used in a year [MWh/a], 0 where no sink is in reach."""
    name = sites["sink_name"].where(sites["sink_name"] != "", "sink " + sites["sink_id"])
    why = ("the heat demand of " + name + " is not known").where(
        sites["sink_in_reach"],
        "no sink is mapped in reach, but part of the reach is not covered by the layer",
    )
    return measured(CRITERION.name, sites["heat_used_mwh_a"], why)
