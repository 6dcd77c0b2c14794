"""What the sites of a study share: headroom on every level, and what fails together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from siteselect import pod as pods
from siteselect.grid.capacity import headroom
from siteselect.grid.upstream import ladder
from siteselect.portfolio.problem import Stock

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.assess import Assessment
    from siteselect.settings.portfolio import Domain, ExistingSite, Plan

LOCAL_OPTIONS = ("lv_main", "lv_way")
"""Connections that load the local substation; the others load only what feeds it."""
LOCAL_LEVELS = ("secondary", "lv", "unknown", "")
"""Levels of a supply point that such a connection by-passes."""
WORDS: dict[Domain, str] = {
    "feeder": "supply point",
    "primary": "primary substation",
    "exchange": "fibre pick-up point",
    "flood_zone": "flood zone",
    "sink": "heat sink",
}
"""What a failure domain is called beside its name."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Stocks that sites draw on, and which sites cannot be judged: site to what is unknown."""

    stocks: tuple[Stock, ...]
    unknown: Mapping[str, tuple[str, ...]]


def shared_headroom(assessment: Assessment, plan: Plan) -> Shared:
    """Make a stock of the headroom of every supply point that a site would load.

    A site loads its supply point, where its connection hangs on it, its primary substation, and all
    that feeds either. What existing sites draw is taken off, unless the headroom counts them.
    """
    layer = assessment.layers.get("supply_points")
    if layer is None or not plan.share_headroom:
        return Shared((), {})
    study, points = assessment.study, layer.frame
    room = headroom(
        points,
        study.pod.power_factor,
        study.grid.loading_share,
        contracted=study.grid.count_contracted,
    ).kva
    rungs = ladder(points)
    ids = pd.Index(points["supply_id"], dtype=object)
    import_kva = pods.import_kva(study.pod)
    loads = _loaded(assessment.sites, points, rungs)
    draws: dict[int, dict[str, float]] = {}
    unknown: dict[str, tuple[str, ...]] = {}
    free = np.isin(ids.to_numpy(dtype=object), list(plan.reinforced))
    dark = np.isnan(room) & ~free
    for site_id, loaded in loads.items():
        named = tuple(f"headroom at {_called(points, row)}" for row in loaded if dark[row])
        if named or not loaded:
            unknown[site_id] = named or (_above(assessment, site_id),)
        for row in loaded:
            draws.setdefault(row, {})[site_id] = import_kva
    taken = _taken_kva(assessment, plan, points, rungs, loads)
    stocks = tuple(
        Stock("headroom", _called(points, row), "kVA", float(room[row]) - taken.get(row, 0.0), use)
        for row, use in sorted(draws.items())
        if not dark[row] and not free[row]
    )
    return Shared(stocks, unknown)


def shared_domains(assessment: Assessment, plan: Plan) -> Shared:
    """Make a stock of every failure domain of which the plan says how many sites it may take."""
    stocks, unknown = [], dict[str, tuple[str, ...]]()
    for kind, most in plan.at_most.items():
        groups, dark = domain_of(assessment, kind)
        for site_id in dark:
            unknown[site_id] = (*unknown.get(site_id, ()), WORDS[kind])
        standing = [_domain_of_existing(site, kind, groups) for site in plan.existing]
        for name, members in sorted(groups.items()):
            left = most - sum(name in domains for domains in standing)
            use = dict.fromkeys(sorted(members), 1.0)
            stocks.append(Stock(kind, f"{WORDS[kind]} {name}", "sites", float(left), use))
    return Shared(tuple(stocks), unknown)


def domain_of(assessment: Assessment, kind: Domain) -> tuple[dict[str, set[str]], list[str]]:
    """Group the sites by what fails together.

    Returns
    -------
    tuple
        Domain to its sites; and the sites of which the domain is not known. A site without a sink,
        or on land that is mapped dry, is in no domain of that kind.
    """
    sites = assessment.sites
    if kind == "flood_zone":
        return _flood_zones(assessment)
    column = {
        "feeder": "supply_id",
        "primary": "primary_id",
        "exchange": "fibre_id",
        "sink": "sink_id",
    }[kind]
    ids = sites[column].fillna("").astype(str)
    if kind == "sink":
        ids = ids.where(sites["sink_in_reach"].astype(bool), "")
    groups: dict[str, set[str]] = {}
    for site_id, name in ids.items():
        if name:
            groups.setdefault(name, set()).add(str(site_id))
    dark = [] if kind == "sink" else [str(site_id) for site_id in ids.index[ids == ""]]
    return groups, dark


def _flood_zones(assessment: Assessment) -> tuple[dict[str, set[str]], list[str]]:
    """Group the sites by mapped flood areas that touch each other, whatever their band."""
    sites, layer = assessment.sites, assessment.layers.get("flood")
    dark = [str(site_id) for site_id in sites.index[sites["flood_band"].isna()]]
    if layer is None or layer.frame.empty:
        return {}, dark
    shapes = layer.frame.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="intersects")
    joined = coo_array((np.ones(len(one)), (one, other)), shape=(len(shapes), len(shapes)))
    _, zone = connected_components(joined, directed=False)
    # A zone is called by the first of its areas, which no further area changes.
    names = layer.frame["flood_id"].astype(str).groupby(zone).min()
    reach_m = float(np.sqrt(assessment.study.pod.footprint_m2 / np.pi))
    site, shape = tree.query(
        shapely.buffer(sites.geometry.to_numpy(), reach_m), predicate="intersects"
    )
    groups: dict[str, set[str]] = {}
    for row, at in zip(site.tolist(), shape.tolist(), strict=True):
        groups.setdefault(str(names[zone[at]]), set()).add(str(sites.index[row]))
    return groups, dark


def _domain_of_existing(
    site: ExistingSite, kind: Domain, groups: Mapping[str, set[str]]
) -> set[str]:
    if site.site_id is None:
        named = site.domains.get(kind, site.supply_id if kind == "feeder" else "")
        named = named or (site.sink_id if kind == "sink" else "")
        return {named} - {""}
    return {name for name, members in groups.items() if site.site_id in members}


def _loaded(
    sites: pd.DataFrame, points: gpd.GeoDataFrame, rungs: NDArray[np.int64]
) -> dict[str, list[int]]:
    """List the supply points that the pod of each site loads."""
    ids = pd.Index(points["supply_id"], dtype=object)
    supply, primary = (
        ids.get_indexer(pd.Index(sites[name], dtype=object)) for name in ("supply_id", "primary_id")
    )
    local = np.append(points["level"].isin(LOCAL_LEVELS).to_numpy(dtype=bool), False)[supply]
    by_passed = local & ~sites["connection_option"].isin(LOCAL_OPTIONS).to_numpy()
    found = {}
    for row, site_id in enumerate(sites.index):
        chain = {*_ladder(supply[row], rungs), *_ladder(primary[row], rungs)}
        found[str(site_id)] = sorted(chain - ({int(supply[row])} if by_passed[row] else set()))
    return found


def _ladder(row: int, rungs: NDArray[np.int64]) -> list[int]:
    return [] if row < 0 else [rung for rung in rungs[row].tolist() if rung >= 0]


def _above(assessment: Assessment, site_id: str) -> str:
    site = assessment.sites.loc[site_id]
    if not site["supply_id"]:
        return "supply point"
    return f"what feeds {site['supply_name'] or site['supply_id']}"


def _taken_kva(
    assessment: Assessment,
    plan: Plan,
    points: gpd.GeoDataFrame,
    rungs: NDArray[np.int64],
    loads: Mapping[str, list[int]],
) -> dict[int, float]:
    """Sum up what existing sites draw from each supply point [kVA]."""
    ids = pd.Index(points["supply_id"], dtype=object)
    taken: dict[int, float] = {}
    for existing in plan.existing:
        if existing.counted:
            continue
        kva = existing.import_kva
        kva = pods.import_kva(assessment.study.pod) if kva is None else kva
        if existing.site_id is None:
            at = int(ids.get_indexer(pd.Index([existing.supply_id], dtype=object))[0])
            rows = _ladder(at, rungs)
        else:
            rows = loads[existing.site_id]
        for row in rows:
            taken[row] = taken.get(row, 0.0) + kva
    return taken


def _called(points: gpd.GeoDataFrame, row: int) -> str:
    return str(points["name"].iloc[row] or points["supply_id"].iloc[row])
