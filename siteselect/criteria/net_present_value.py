"""What the pod is worth on the site, against the same workload staying central."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="net_present_value",
    title="Net present value",
    unit="GBP",
    better="more",
    family="heat",
    layers=("supply_points", "fibre_nodes", "heat_sinks", "roads"),
    scale=ValueScale(((-2_000_000.0, 0.0), (0.0, 0.7), (1_000_000.0, 1.0))),
    question="Does it pay, against leaving the computing where it is?",
    source="cash flow at the catalogue's middle prices, discounted at 3.5 % (Green Book, "
    "recalled); it holds cable, fibre and pipe, so do not weigh it beside their lengths",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the net present value [GBP]; negative costs more than staying central."""
    return measured(CRITERION.name, sites["npv_gbp"], sites["npv_reason"])
