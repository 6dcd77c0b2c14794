"""The works of each connection: kind, transformer, cost and time as ranges, reinforcement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siteselect import pod as pods
from siteselect.design.reach import STRAIGHT
from siteselect.design.supply import Met, longest_m
from siteselect.design.table import flags, numbers, texts
from siteselect.finance.charges import customer_reinforcement_gbp
from siteselect.finance.prices import Ends, rates_at
from siteselect.grid import upstream
from siteselect.grid.catalogue import LV_WAY, End, security_of
from siteselect.grid.cost import connection_gbp, within
from siteselect.grid.duration import connection_weeks
from siteselect.grid.option import by_size, names, transformer_kva
from siteselect.sizing.electrical import connection_for
from siteselect.trench import CARRIAGEWAY, VERGE, all_in

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.design.feeding import Feeding
    from siteselect.grid.option import Codes
    from siteselect.study import Study

    Numbers = NDArray[np.float64]

WORKS = (
    *texts(
        connection_option="kind of connection: lv_main, lv_way, new_substation or hv_metered",
        redundancy="how soon power comes back when the feed fails",
        connection_note="what the choice, the cost and the time leave open",
    ),
    *flags(
        reinforcement_needed="whether the network must be reinforced for the pod, as far as known"
    ),
    *numbers(
        connection_kva="capacity to agree with the network operator",
        transformer_kva="rating of a new transformer; empty where the network's own serves",
        connection_gbp="cost of the connection at middle prices, without reinforcement",
        connection_low_gbp="low end of it",
        connection_high_gbp="high end of it",
        connection_weeks="weeks from application to supply, quotation included",
        connection_low_weeks="low end of it",
        connection_high_weeks="high end of it, unless reinforcement turns out to be needed",
        reinforcement_whole_gbp="whole cost of reinforcement, as the study states it",
        reinforcement_gbp="part of it that the customer pays, above the high-cost threshold",
    ),
)
"""What this part adds to the table of sites."""

_ENDS: tuple[tuple[End, Ends, str], ...] = (
    ("low", "favourable", "_low"),
    ("mid", "mid", ""),
    ("high", "adverse", "_high"),
)
_NOTES = (
    "Chosen by size alone: no local substation is mapped near, which is not to say there is none.",
    "The cable would be too long for low voltage.",
    "The substation there has too little left at low voltage.",
    "The length is an upper bound: a nearer substation or main may not be on the map.",
    "What feeds the site has less than the pod draws: expect reinforcement.",
    "What the reinforcement costs is not known and is left out.",
    "Whether reinforcement is needed is not known.",
    "No data shows what the high-voltage feeder on the way can carry.",
    "There is no list price for so large a connection: ask for a quotation.",
    "The money rests on the network operator's offer, not on this estimate.",
)


def works(
    study: Study,
    points: gpd.GeoDataFrame | None,
    sites: pd.DataFrame,
    met: Met,
    fed: Feeding,
    options: Codes,
) -> pd.DataFrame:
    """Work out kind, cost and time of each connection.

    Parameters
    ----------
    study : pod, settings and prices.
    points : layer `supply_points`, if the study has it.
    sites : columns on the supply point and the primary substation.
    met, fed : where the site meets the network, and what feeds it.
    options : kinds of connection, as places in `catalogue.OPTIONS`.
    """
    import_kva = pods.import_kva(study.pod)
    step = connection_for(import_kva)
    agreed_kva = float(import_kva if step is None else step.kva)
    transformers = transformer_kva(options, import_kva, study.grid.loading_share)
    columns = pd.DataFrame({"connection_kva": agreed_kva}, index=sites.index)
    columns["connection_option"], columns["transformer_kva"] = names(options), transformers
    needed = _needed(sites, options)
    columns["reinforcement_needed"] = needed
    whole_gbp = _whole_gbp(study, points, met, fed, needed)
    columns["reinforcement_whole_gbp"] = whole_gbp
    columns["reinforcement_gbp"] = customer_reinforcement_gbp(whole_gbp, agreed_kva)
    reinforced = needed.eq(True).to_numpy(dtype=bool)
    for end, _, name in _ENDS:
        columns[f"connection{name}_weeks"] = connection_weeks(options, reinforced, end)
    columns = columns.join(_cost(study, met, options, transformers))
    secured = security_of(pods.total_input_kw(study.pod))
    columns["redundancy"] = "" if secured is None else f"{secured.text} {secured.source}"
    columns["connection_note"] = _notes(study, columns, met, options, import_kva)
    return columns


def _cost(study: Study, met: Met, options: Codes, transformers: Numbers) -> pd.DataFrame:
    """Cost each connection at low, middle and high prices [GBP].

    Where no way along the streets is known its ground is not either: the low end lays it in verge,
    the high end in the carriageway. Where the map may lack a nearer point, the low end counts no
    more cable than one needs next door.
    """
    grid, length_m = study.grid, met.length_m
    straight = STRAIGHT.format(factor=study.routing.straight_line_factor)
    guessed = (met.basis == straight)[:, None]
    low_m = np.where(guessed, all_in(VERGE, length_m), met.ground_m)
    by_end = {
        "low": low_m if grid.map_complete else within(low_m, grid.nearby_m),
        "mid": met.ground_m,
        "high": np.where(guessed, all_in(CARRIAGEWAY, length_m), met.ground_m),
    }
    found = {
        end: connection_gbp(
            options, transformers, by_end[end], rates_at(prices, study.money.prices)
        )
        for end, prices, _ in _ENDS
    }
    # A price that the study states holds at every end, and may lie outside the others' range.
    return pd.DataFrame(
        {
            "connection_gbp": found["mid"],
            "connection_low_gbp": np.minimum(found["low"], found["mid"]),
            "connection_high_gbp": np.maximum(found["high"], found["mid"]),
        }
    )


def _needed(sites: pd.DataFrame, options: Codes) -> pd.Series[Any]:
    """Say whether reinforcement is needed: yes, no, or not known.

    Yes where the primary substation or what feeds it is short. No only where both it and the local
    point are known to have enough, the pod is fed at low voltage (no data shows what a
    high-voltage feeder can carry), and nothing above is red.
    """
    above_kva, local_kva = sites["upstream_after_pod_kva"], sites["headroom_after_pod_kva"]
    enough = above_kva.ge(0) & sites["primary_after_pod_kva"].ge(0)
    at_hand = local_kva.ge(0) & sites["supply_local"].eq(True) & (options <= LV_WAY)
    needed = np.full(len(sites), None, dtype=object)
    needed[(enough & at_hand & sites["upstream_rag"].ne("red")).to_numpy(dtype=bool)] = False
    needed[above_kva.lt(0).to_numpy(dtype=bool)] = True
    return pd.Series(needed, index=sites.index, dtype=object)


def _whole_gbp(
    study: Study, points: gpd.GeoDataFrame | None, met: Met, fed: Feeding, needed: pd.Series[Any]
) -> Numbers:
    """Cost of reinforcement as the study states it [GBP]: 0 where none is needed."""
    grid = study.grid
    stated = np.nan if grid.reinforcement_gbp is None else grid.reinforcement_gbp
    cost = np.where(needed.eq(True), stated, np.nan)
    if points is not None and grid.reinforcement_by_point_gbp:
        at_point = points["supply_id"].map(grid.reinforcement_by_point_gbp).to_numpy(dtype=float)
        rungs = upstream.ladder(points)
        priced = np.append(upstream.first_at(rungs, ~np.isnan(at_point)), -1)
        for row in (fed.row, np.where(met.local, met.row, -1)):
            found = np.append(at_point, np.nan)[priced[row]]
            cost = np.where(np.isnan(found), cost, found)
    return np.where(needed.eq(False), 0.0, cost)


def _notes(
    study: Study, columns: pd.DataFrame, met: Met, options: Codes, import_kva: float
) -> NDArray[np.object_]:
    """Say in words what is open, site by site; alike sites share one text."""
    unknown = np.isnan(met.length_m)
    stepped = options > by_size(import_kva)
    far = stepped & (met.length_m > longest_m(study.grid, import_kva))
    short = columns["reinforcement_needed"].eq(True).to_numpy(dtype=bool)
    unsure = columns["reinforcement_needed"].isna().to_numpy(dtype=bool)
    no_cost = columns["reinforcement_whole_gbp"].isna().to_numpy(dtype=bool)
    unpriced = columns["connection_gbp"].isna().to_numpy(dtype=bool) & ~unknown
    quoted = np.full(len(columns), study.money.connection_quote_gbp is not None)
    open_ended = ~unknown & np.full(len(columns), not study.grid.map_complete)
    marks = np.stack(
        [
            *(unknown, far, stepped & ~far, open_ended, short, short & no_cost, unsure),
            *(options > LV_WAY, unpriced, quoted),
        ],
        axis=1,
    )
    patterns, which = np.unique(marks, axis=0, return_inverse=True)
    texts_of = [
        " ".join(note for note, on in zip(_NOTES, pattern, strict=True) if on)
        for pattern in patterns.tolist()
    ]
    return np.array(texts_of, dtype=object)[which.reshape(-1)]
