"""How far the plant stays under the limit at the neighbour's window."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="noise_margin",
    title="Noise margin at the nearest window",
    unit="dB",
    better="more",
    family="noise",
    layers=("noise_receptors",),
    scale=ValueScale(((-10.0, 0.0), (0.0, 0.4), (10.0, 0.9), (20.0, 1.0))),
    question="Will the neighbours hear it more than is allowed?",
    source="ISO 9613-2:1996 by octaves over flat ground without screens, all heat rejected, "
    "against the zone's stricter limit; scale: judgement",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give limit less rating level at the receptor that suffers most [dB]."""
    why = pd.Series("no limit is known for the nearest receptor", index=sites.index)
    why = why.mask(
        ~sites["receptor_in_search"],
        "no receptor is mapped within the search, but part of it is not covered by the layer",
    ).mask(
        ~sites["receptor_in_search"] & sites["noise_covered"],
        "no receptor within the search, and the study sets no limit to compare with",
    )
    return measured(CRITERION.name, sites["noise_margin_db"], why)
