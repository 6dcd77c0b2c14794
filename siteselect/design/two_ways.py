"""The two best ways of one site along the streets, exactly, and what they share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.ops import substring

from siteselect import network
from siteselect.design.duct_streets import Net, net_of
from siteselect.design.reach import Streets, entrances
from siteselect.layers.fibre_nodes import POPS
from siteselect.topology import bridges, disjoint_pair_to_many, shared_corridor

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.settings.backhaul import Backhaul

NO_STREET, ONE_WAY, SHORT_SHARE, NO_SHARE, NO_NODE = 0, 1, 3, 4, 5
"""Steps of the ladder that streets decide; 2, two carriers in one duct, is for carriers to say."""


@dataclass(frozen=True, slots=True)
class TwoWays:
    """The two shortest ways of one site that share least.

    `step` is that of the ladder, without regard to carriers; it is ONE_WAY also where two ways
    share more than a lead-in. `lines` are two, or one where two ways part nowhere; `facility` are
    the rows of the pick-up points at their ends. `shared_m` is the length that both share, lead-in
    included; `corridor_share` the part of the shorter way that one dig would hit together with
    the other.
    """

    step: int
    lines: tuple[shapely.LineString, ...]
    length_m: tuple[float, ...]
    facility: tuple[int, ...]
    shared_m: float
    corridor_share: float
    evidence: str


def pair_of(streets: Streets, nodes: gpd.GeoDataFrame, row: int, settings: Backhaul) -> TwoWays:
    """Find the two ways of one site along the streets, exactly, and what they share.

    Streets are not ducts: this says what could be built, not what lies there.

    Parameters
    ----------
    streets : street network and sites.
    nodes : rows of the layer `fibre_nodes`.
    row : row number of the site.
    settings : assumptions about fibre.
    """
    one = replace(streets, points=streets.points[[row]])
    net = net_of(one, nodes.geometry.to_numpy(), settings.second_access_m)
    if net is None or streets.graph is None or net.entry[0][0] < 0 or (net.goals < 0).all():
        return _nothing("no street at the site, or no pick-up point on one")
    doors = entrances(streets, nodes.geometry.to_numpy())
    case = _Case(net, streets.graph, one.points[0], doors)
    is_pop = nodes["kind"].isin(POPS).to_numpy()
    return _apart(case, is_pop) or _parting(case, settings.lead_in_m) or _single(case)


@dataclass(frozen=True, slots=True)
class _Case:
    """One site, on a network that was cut for it alone."""

    net: Net
    graph: network.RoadGraph
    point: shapely.Point
    doors: NDArray[np.object_]


def _apart(case: _Case, is_pop: NDArray[np.bool_]) -> TwoWays | None:
    """Look for two ways from two entries that share no street, best of all no crossing either."""
    net, site = case.net, case.net.count
    entries = np.array([entry[0] for entry in net.entry])
    if (entries < 0).any():
        return None
    tail, head = np.append(net.tail, [site, site]), np.append(net.head, entries)
    length_m = np.append(net.length_m, [offset_m[0] for offset_m in net.offset_m])
    every = np.flatnonzero(net.goals >= 0)
    pops = every[is_pop[every]]
    both = (site + 1, tail, head, length_m, site)
    step, goals = NO_NODE, pops
    pair = disjoint_pair_to_many(*both, net.goals[pops], by="node")
    if pair is None:
        step, goals = NO_SHARE, every
        pair = disjoint_pair_to_many(*both, net.goals[every], different=False)
    if pair is None:
        return None
    ways = []
    for edges, length, end in zip(pair.edges, pair.lengths, pair.ends, strict=True):
        entry = int(edges[0]) - len(net.tail)
        ways.append(_Way(entry, edges[1:], length, int(goals[end])))
    return _told(case, step, (ways[0], ways[1]), 0.0)


def _parting(case: _Case, lead_in_m: float) -> TwoWays | None:
    """Look for two ways that part after a stretch that both share; they count if it is short."""
    found = [
        told
        for entry, different in product((0, 1), (True, False))
        if (told := _sharing(case, entry, lead_in_m, different=different)) is not None
    ]
    return min(found, key=lambda told: (told.shared_m, sum(told.length_m)), default=None)


def _sharing(case: _Case, entry: int, lead_in_m: float, *, different: bool) -> TwoWays | None:
    """Find two ways from one entry that share only what every way must cross."""
    net, start = case.net, int(case.net.entry[entry][0])
    if start < 0:
        return None
    every = np.flatnonzero(net.goals >= 0)
    goals = net.goals[every]
    tied = goals if different else np.repeat(goals, 2)
    known = len(net.tail)
    tail, head = np.append(net.tail, tied), np.append(net.head, np.full(len(tied), net.count))
    # What every way must cross is there twice, so that a pair exists and shares just that.
    single = np.flatnonzero(bridges(net.count + 1, tail, head)[:known])
    piece = np.append(np.arange(known), single)
    pair = disjoint_pair_to_many(
        *(net.count, net.tail[piece], net.head[piece], net.length_m[piece], start, goals),
        different=different,
    )
    if pair is None:
        return None
    one, other = piece[pair.edges[0]], piece[pair.edges[1]]
    both = np.intersect1d(one, other)
    if not different and min(len(one), len(other)) == len(both):
        return None  # one way, walked twice
    offset_m = float(net.offset_m[entry][0])
    ways = [
        _Way(entry, edges, length + offset_m, int(every[end]))
        for edges, length, end in zip((one, other), pair.lengths, pair.ends, strict=True)
    ]
    shared_m = float(net.length_m[both].sum()) + offset_m
    step = SHORT_SHARE if shared_m <= lead_in_m else ONE_WAY
    return _told(case, step, (ways[0], ways[1]), shared_m)


def _single(case: _Case) -> TwoWays:
    """Give the one shortest way that there is."""
    net = case.net
    every = np.flatnonzero(net.goals >= 0)
    # With every street there twice, the two shortest ways are one way and the same again.
    twice = np.tile(np.arange(len(net.tail)), 2)
    streets = (net.count, net.tail[twice], net.head[twice], net.length_m[twice])
    ways = []
    for entry in (0, 1):
        start, offset_m = int(net.entry[entry][0]), float(net.offset_m[entry][0])
        if start < 0:
            continue
        pair = disjoint_pair_to_many(*streets, start, net.goals[every], different=False)
        if pair is not None:
            pieces = pair.edges[0] % len(net.tail)
            ways.append(_Way(entry, pieces, pair.lengths[0] + offset_m, int(every[pair.ends[0]])))
    if not ways:
        return _nothing("no street leads from the site to a pick-up point")
    way = min(ways, key=lambda way: way.length_m)
    return TwoWays(
        step=ONE_WAY,
        lines=(_line(case, way),),
        length_m=(way.length_m,),
        facility=(way.goal,),
        shared_m=way.length_m,
        corridor_share=1.0,
        evidence="one way only: nowhere on it do two ways part",
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """One way: by which entry, over which pieces of street, how long [m], to which goal."""

    entry: int
    pieces: NDArray[np.int64]
    length_m: float
    goal: int


def _told(case: _Case, step: int, ways: tuple[_Way, _Way], shared_m: float) -> TwoWays:
    """Draw two ways, measure their corridor, and say what was found."""
    first, second = _line(case, ways[0]), _line(case, ways[1])
    on_bridge = np.array([flag is True for flag in case.graph.bridge], dtype=bool)
    crossings = shapely.union_all(case.graph.geometry[on_bridge])
    share = shared_corridor(first, second, bridge_parts=crossings)
    common_m = share * min(first.length, second.length)
    goal = "one pick-up point" if ways[0].goal == ways[1].goal else "two pick-up points"
    return TwoWays(
        step=step,
        lines=(first, second),
        length_m=(ways[0].length_m, ways[1].length_m),
        facility=(ways[0].goal, ways[1].goal),
        shared_m=shared_m,
        corridor_share=share,
        evidence=(
            f"two ways along the streets, {ways[0].length_m:.0f} m and {ways[1].length_m:.0f} m, "
            f"to {goal}; they share {shared_m:.0f} m, and over {common_m:.0f} m they run within "
            "10 m of each other (40 m at bridges). Streets are not ducts: ask for the routes."
        ),
    )


def _line(case: _Case, way: _Way) -> shapely.LineString:
    """Draw a way from the site over its pieces of street to the pick-up point."""
    net, node = case.net, int(case.net.entry[way.entry][0])
    parts = [shapely.get_coordinates(case.point)]
    for piece in way.pieces:
        row = net.row[piece]
        ends = net.cut.fraction[row], net.cut.fraction[row + 1]
        line = substring(case.graph.geometry[net.cut.edge[row]], *ends, normalized=True)
        onward = int(net.tail[piece]) == node
        parts.append(shapely.get_coordinates(line)[:: 1 if onward else -1])
        node = int(net.head[piece] if onward else net.tail[piece])
    parts.append(shapely.get_coordinates(case.doors[way.goal]))
    return shapely.LineString(np.concatenate(parts))


def _nothing(why: str) -> TwoWays:
    return TwoWays(NO_STREET, (), (), (), np.nan, np.nan, why)
