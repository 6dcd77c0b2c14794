"""The sites on the map: what is sent once, and the letter a site that a change of weights sends."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siteselect.decision.ranking import order
from siteselect.design.routes import routes_of
from siteselect.maps import features, style
from siteselect.maps.encoding import compact, packed, shown

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.assess import Assessment

UNITS_PER_DEGREE = 1e7
"""Positions are whole numbers of this part of a degree: a centimetre, and fits in 32 bits."""

ALL_TOLD = 2000
"""Up to so many sites every tooltip tells rank and points; beyond, those of the leading ones."""
TOLD = 50
"""How many leading sites tell rank and points however many sites there are [judgement]."""

UNRANKED = 2 * len(style.SCORE_COLOURS)
ABSENT = UNRANKED + 1
_FIRST_LETTER = ord("A")

Kinds = Mapping[str, Mapping[str, Any]]
Ways = Callable[[Sequence[str]], Mapping[str, Kinds]]
"""Gives the ways of each of some sites, as GeoJSON by kind."""


@dataclass(frozen=True, slots=True)
class Focus:
    """A wish to bring a site to the middle of the map; a new `turn` makes it a new wish."""

    site_id: str
    turn: int


def positions(sites: pd.DataFrame) -> bytes:
    """Pack longitude and latitude of every site as pairs of 32-bit numbers, low byte first."""
    degrees = sites[["lon", "lat"]].to_numpy(dtype="float64")
    return np.rint(degrees * UNITS_PER_DEGREE).astype("<i4").tobytes()


def words(sites: pd.DataFrame, findings: pd.DataFrame) -> bytes:
    """Write identifier, name and failed rules of every site, none of which weights can change."""
    failed = findings.loc[findings["verdict"] == "fail", ["site_id", "title"]]
    told = failed.groupby("site_id", sort=False)["title"].agg("; ".join)
    told = told[told.index.isin(sites.index)]
    codes, reasons = pd.factorize(told.to_numpy(dtype=object))
    rows = sites.index.get_indexer(told.index)
    return compact(
        {
            "ids": [str(site) for site in sites.index],
            "names": [shown(name) or str(site) for site, name in sites["name"].items()],
            "reasons": [str(reason) for reason in reasons],
            "failed": np.column_stack([rows, codes]).astype(int).tolist(),
        }
    )


def classes(table: pd.DataFrame) -> NDArray[np.uint8]:
    """Class every site: 0 to 9 by points, ten more where little is known, then the unranked.

    A row of gaps is a site that is not there.
    """
    low = table["score_low"].to_numpy(dtype="float64")
    count = len(style.SCORE_COLOURS)
    shade: NDArray[np.uint8] = np.clip(np.nan_to_num(low) * count, 0, count - 1).astype(np.uint8)
    shade[table["evidence_share"].to_numpy() < style.UNSURE_BELOW_SHARE] += count
    shade[table["rank"].isna().to_numpy()] = UNRANKED
    shade[np.isnan(low)] = ABSENT
    return shade


def letters(codes: NDArray[np.uint8]) -> str:
    """Write one letter a site, which is shorter than base 64 and needs no escape."""
    return (codes + _FIRST_LETTER).astype(np.uint8).tobytes().decode("ascii")


def leading(table: pd.DataFrame, count: int) -> list[Any]:
    """Give the first ranked sites in the order in which a table is read, without sorting all."""
    ranks = table["rank"].to_numpy(dtype="float64", na_value=np.nan)
    known = ranks[~np.isnan(ranks)]
    if not known.size:
        return []
    last = np.partition(known, min(count, known.size) - 1)[min(count, known.size) - 1]
    return list(order(table[ranks <= last])[:count])


def sites_spec(
    assessment: Assessment,
    selected: str | None,
    focus: Focus | None = None,
    *,
    known: pd.Index[Any] | None = None,
    drawn: frozenset[str] = frozenset(),
    placing: bool = False,
    position: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Say of every site how it looks, and of the leading and the chosen one what they score.

    Parameters
    ----------
    assessment : the sites and their present ranking.
    selected : site to ring.
    focus : site to bring to the middle.
    known : sites whose places the browser has, in that order; the others are sent along.
    drawn : sites that the user drew.
    placing : whether a click anywhere means a place for a new site.
    position : latitude and longitude of a new site that is not entered yet.
    """
    table = assessment.ranking.table
    known = assessment.sites.index if known is None else known
    rows, aligned = _aligned(table, known)
    own = _rows_of(rows, [site for site in sorted(drawn) if site in rows])
    row = _rows_of(rows, [selected])[0] if selected in rows else None
    spec: dict[str, Any] = {
        "letters": letters(classes(aligned)),
        "more": _more(assessment.sites.loc[rows[len(known) :]]),
        **_told(rows, aligned, [*own, *([] if row is None else [row])]),
        "drawn": own,
        "selected": selected,
        "row": row,
        "placing": placing,
        "position": position,
    }
    if focus is not None and focus.site_id in table.index:
        place = assessment.sites.loc[focus.site_id]
        spec["focus"] = {"lat": float(place["lat"]), "lon": float(place["lon"]), "turn": focus.turn}
    return spec


def ways_of(assessment: Assessment, site_ids: Sequence[str]) -> dict[str, Kinds]:
    """Find the ways of each of some sites, as GeoJSON by kind."""
    if not site_ids:
        return {}
    found = routes_of(assessment.study, assessment.territory, assessment.sites, site_ids)
    names = {site: str(assessment.sites.loc[site, "name"]) or str(site) for site in site_ids}
    return {site: features.ways(_only(found, site), names) for site in site_ids}


def routes_spec(
    assessment: Assessment, selected: str | None, ways: Ways | None = None
) -> dict[str, Any]:
    """Draw the ways of the leading sites, and of the one that is selected, by kind."""
    first = leading(assessment.ranking.table, style.ROUTED)
    more = [] if selected in first or selected not in assessment.sites.index else [selected]
    ids = [str(site) for site in [*first, *more]]
    found = ways_of(assessment, ids) if ways is None else ways(ids)
    data = {
        kind: {
            "type": "FeatureCollection",
            "features": [part for site in ids for part in found[site][kind]["features"]],
        }
        for kind in style.ROUTE_LOOKS
    }
    return {"data": data, "hash": hashlib.sha256(compact(data)).hexdigest()[:16]}


def _rows_of(index: pd.Index[Any], site_ids: Sequence[Any]) -> list[int]:
    return [int(row) for row in index.get_indexer(pd.Index(site_ids, dtype=index.dtype))]


def _only(routes: gpd.GeoDataFrame, site: str) -> gpd.GeoDataFrame:
    return routes[routes["site_id"] == site]


def _aligned(table: pd.DataFrame, known: pd.Index[Any]) -> tuple[pd.Index[Any], pd.DataFrame]:
    if table.index is known or table.index.equals(known):
        return known, table
    rows = known.append(table.index[~table.index.isin(known)])
    return rows, table.reindex(rows)


def _more(sites: pd.DataFrame) -> dict[str, Any] | None:
    if sites.empty:
        return None
    return {
        "places": packed(positions(sites)),
        "ids": [str(site) for site in sites.index],
        "names": [shown(name) or str(site) for site, name in sites["name"].items()],
    }


def _told(rows: pd.Index[Any], table: pd.DataFrame, others: Sequence[int]) -> dict[str, Any]:
    """Give the badges, and rank and points of all sites or of those that matter most."""
    numbers = _numbers(table)
    first = _rows_of(rows, leading(table, TOLD))
    few = sorted({*first, *others})
    every = len(rows) <= ALL_TOLD
    return {
        "all": _packed(numbers) if every else None,
        "few": [] if every else [[row, *numbers[row].tolist()] for row in few],
        "badges": [
            [row, int(numbers[row, 0])] for row in first if numbers[row, 0] <= style.LABELLED
        ],
    }


def _numbers(table: pd.DataFrame) -> NDArray[np.int64]:
    """Rank, best and worst rank (0: none), sure and possible points, known share in per cent."""
    ranks = [table[name].to_numpy(dtype="float64", na_value=0.0) for name in _RANKS]
    shares = [100 * table[name].to_numpy(dtype="float64") for name in _SHARES]
    whole: NDArray[np.int64] = np.rint(np.nan_to_num(np.column_stack([*ranks, *shares]))).astype(
        np.int64
    )
    return whole


def _packed(numbers: NDArray[np.int64]) -> str:
    return packed(
        numbers[:, :3].astype("<u2").tobytes() + numbers[:, 3:].astype(np.uint8).tobytes()
    )


_RANKS = ("rank", "rank_best", "rank_worst")
_SHARES = ("score_low", "score_high", "evidence_share")
