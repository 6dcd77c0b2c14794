"""What it costs to build fibre to the nearest pick-up point."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="fibre_cost",
    title="Fibre build cost",
    unit="GBP",
    better="less",
    family="fibre",
    layers=("fibre_nodes", "roads"),
    scale=ValueScale(((0.0, 1.0), (50_000.0, 0.6), (300_000.0, 0.0))),
    question="What does it cost to bring fibre to the site?",
    source="metres by ground dug x catalogue/fibre.yaml, judgement; scale: judgement; it holds the "
    "length, so do not weigh it beside fibre_route",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the middle estimate of the cost [GBP]."""
    return measured(CRITERION.name, sites["fibre_gbp"], "no fibre pick-up point is mapped")
