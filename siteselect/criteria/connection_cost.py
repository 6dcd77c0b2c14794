"""What the electricity connection costs, before any reinforcement."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="connection_cost",
    title="Cost of the electricity connection",
    unit="GBP",
    better="less",
    family="grid",
    layers=("supply_points",),
    scale=ValueScale(
        ((0.0, 1.0), (10_000.0, 0.9), (50_000.0, 0.5), (150_000.0, 0.2), (300_000.0, 0.0))
    ),
    question="What does the connection cost?",
    source="kind of connection, cable by ground and the catalogue's middle prices, +-50 %; it "
    "holds the cable, so do not weigh it beside its length or the net present value; scale: "
    "judgement",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the cost of the connection itself [GBP]."""
    no_length = sites["connection_basis"].where(
        sites["connection_basis"] != "", "no supply point is mapped"
    )
    why = no_length.where(
        sites["connection_m"].isna(), "so large a connection has no list price: ask for a quotation"
    )
    return measured(CRITERION.name, sites["connection_gbp"], why)
