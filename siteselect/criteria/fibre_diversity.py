"""How far apart two ways of fibre to the site could be built."""

import pandas as pd

from siteselect.contracts import Criterion, Measure, ValueScale, measured

CRITERION = Criterion(
    name="fibre_diversity",
    title="Fibre diversity that the streets allow",
    unit="step of 0 to 5",
    better="more",
    family="fibre",
    layers=("fibre_nodes", "roads"),
    scale=ValueScale(((0.0, 0.0), (1.0, 0.2), (2.0, 0.25), (3.0, 0.6), (4.0, 0.85), (5.0, 1.0))),
    question="Can two ways be had that one dig does not cut?",
    source="bridges and articulation points of the street network, or what mapped fibre proves "
    "where that is more; ladder and scale: judgement. Streets are not ducts: two carriers over "
    "one duct are one way",
)


def measure(sites: pd.DataFrame) -> Measure:
    """Give the step of the ladder that streets allow, or the one proven where that is higher."""
    steps = sites[["diversity_possible", "diversity_proven"]].max(axis=1)
    why = "no street or no mapped fibre pick-up point near enough to judge by"
    return measured(CRITERION.name, steps.where(sites["diversity_possible"].notna()), why)
