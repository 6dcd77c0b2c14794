"""Fibre diversity: how far apart two ways to a site could be built, and what maps prove of it.

The ladder of steps is judgement [J]:

0. no fibre is known to reach the site;
1. one way;
2. two carriers in one duct, which one dig cuts: not diverse;
3. two ways that share only a short last stretch;
4. two ways that share no street;
5. two ways that share no crossing either, by two entries, to two points of presence.

Streets say what could be built. Only mapped fibre proves what is there, and never more than step
3: who shares a trench, a duct or a building entry stands in no open map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.design.duct_streets import Net, net_of
from siteselect.design.proven import proven
from siteselect.design.table import alike, numbers, picked, texts
from siteselect.design.two_ways import NO_NODE, NO_SHARE, NO_STREET, ONE_WAY, SHORT_SHARE
from siteselect.layers.fibre_nodes import POPS
from siteselect.topology import DOUBLY_JOINED, NO_WAY, Approach, approaches, gates

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.design.reach import Streets
    from siteselect.layers.build import Territory
    from siteselect.settings.backhaul import Backhaul

ONE_DUCT = 2
_DIGITS_M = 3

COLUMNS = (
    *numbers(
        diversity_possible="what the street network would allow: step 0 to 5 of the ladder [count]",
        diversity_proven="what mapped fibre proves, a lower bound: step 0 to 3 [count]",
        diversity_shared_m="last stretch that two ways along the streets would share",
    ),
    *texts(diversity_evidence="what both steps rest on"),
)
"""What this part adds to the table of sites."""

_STREETS = {
    NO_STREET: "Streets: none leads to a known pick-up point.",
    ONE_WAY: "Streets: one way only; two ways would share more than a lead-in.",
    ONE_DUCT: "Streets: one way only, for two carriers: one dig cuts both.",
    SHORT_SHARE: "Streets: two ways could be built that share only the last stretch.",
    NO_SHARE: "Streets: two ways could be built that share no street, by two entries.",
    NO_NODE: (
        "Streets: two ways could be built that share no crossing, by two entries, to two points "
        "of presence."
    ),
}
_MAPPED = {
    0: "Mapped fibre: none at the site, which proves nothing.",
    1: "Mapped fibre: at the site.",
    2: "Mapped fibre: two carriers at the site; they may lie in one duct.",
    3: "Mapped fibre: two ways lead away from the site; whether they share a trench is not mapped.",
}
_ASK = " Ask the operators for route drawings: two carriers over one duct are one way."


def ladder(
    settings: Backhaul,
    territory: Territory,
    streets: Streets,
    facility: NDArray[np.int64],
    index: pd.Index[str],
) -> pd.DataFrame:
    """Place every site on the ladder.

    Parameters
    ----------
    settings : assumptions about fibre.
    territory : the layers.
    streets : street network and sites.
    facility : row of the nearest pick-up point of each site, -1 where there is none.
    index : of the sites.
    """
    nodes, routes = (
        layer.frame if (layer := territory.layers.get(name)) is not None else None
        for name in ("fibre_nodes", "fibre_routes")
    )
    step, shared_m = possible(streets, nodes, facility, settings)
    known = proven(streets.points, nodes, routes, settings)
    steps, which = alike(np.nan_to_num(np.column_stack([step, known]), nan=-1).astype(np.int64))
    said = [
        f"{_STREETS.get(one, '') if one >= 0 else 'Streets: not known here.'} "
        f"{_MAPPED[other] if other >= 0 else 'Mapped fibre: the study has none.'}{_ASK}"
        for one, other in steps.tolist()
    ]
    return pd.DataFrame(
        {
            "diversity_possible": step,
            "diversity_proven": known,
            "diversity_shared_m": shared_m,
            "diversity_evidence": pd.array(said, dtype="str")[which],
        },
        index=index,
    )


def possible(
    streets: Streets,
    nodes: gpd.GeoDataFrame | None,
    facility: NDArray[np.int64],
    settings: Backhaul,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Say for all sites at once what the streets would allow.

    By Menger's theorem it is enough to look at bridges and articulation points of the streets,
    which takes one pass however many sites there are; `two_ways.pair_of` finds the ways of one.

    Returns
    -------
    tuple
        Step of the ladder, NaN where streets or pick-up points are unknown; and the length that
        the two ways would share, NaN where there are no two.
    """
    count = len(streets.points)
    unknown = np.full(count, np.nan)
    if nodes is None or nodes.empty:
        return unknown, unknown.copy()
    net = net_of(streets, nodes.geometry.to_numpy(), settings.second_access_m)
    if net is None or (net.goals < 0).all():
        return unknown, unknown.copy()
    goals = net.goals[net.goals >= 0]
    pops = net.goals[(net.goals >= 0) & nodes["kind"].isin(POPS).to_numpy()]
    twice = approaches(*net.ends, net.length_m, np.repeat(goals, 2))
    once = approaches(*net.ends, net.length_m, goals)
    one, other = (np.append(twice.branch, NO_WAY)[entry] for entry in net.entry)
    joined = (one == DOUBLY_JOINED) | (other == DOUBLY_JOINED)
    apart = (one != NO_WAY) & (other != NO_WAY) & (joined | (one != other))
    gate, further = (np.append(gates(*net.ends, pops), -1)[entry] for entry in net.entry)
    crossing = (gate >= 0) & (further >= 0) & (gate != further)
    # Sums along a street depend, in their last digits, on the other sites tied to it.
    shared_m = np.where(apart, 0.0, _shared_m(net, once, twice, goals)).round(_DIGITS_M)
    carriers = _carriers(nodes, facility)
    step = np.select(
        [
            net.entry[0] < 0,
            crossing,
            apart,
            shared_m <= settings.lead_in_m,
            (one != NO_WAY) | (other != NO_WAY),
        ],
        [np.nan, NO_NODE, NO_SHARE, SHORT_SHARE, np.where(carriers > 1, ONE_DUCT, ONE_WAY)],
        default=NO_STREET,
    )
    return step, np.where(np.isfinite(shared_m) & (step > 0), shared_m, np.nan)


def _shared_m(
    net: Net, once: Approach, twice: Approach, goals: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Measure what two ways from one entry would share, the lead-in over the plot included."""
    is_goal = np.zeros(net.count, dtype=bool)
    is_goal[goals] = True
    # Where all ways come to a lone goal, one way would be counted as two ways to that goal.
    real = (twice.entry >= 0) & ~is_goal[twice.entry]
    shared_m = np.minimum(
        np.where(once.entry >= 0, once.shared, np.inf), np.where(real, twice.shared, np.inf)
    )
    nodes = np.append(shared_m, np.inf)
    both = [
        np.where(entry >= 0, nodes[entry] + np.nan_to_num(offset_m), np.inf)
        for entry, offset_m in zip(net.entry, net.offset_m, strict=True)
    ]
    return np.minimum(both[0], both[1])


def _carriers(nodes: gpd.GeoDataFrame, facility: NDArray[np.int64]) -> NDArray[np.float64]:
    """Count the networks that are known to be had: at the nearest point, or by all operators."""
    operators = nodes["operator"].fillna("").replace("", np.nan).nunique()
    here = np.nan_to_num(picked(nodes, "carriers", facility), nan=1.0)
    return np.asarray(np.maximum(here, float(operators)), dtype=np.float64)
