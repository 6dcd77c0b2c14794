"""The difference between two runs: which sites moved, and what moved them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from siteselect.comparing.declared import (
    inputs_changed,
    model_changed,
    packs_changed,
    settings_changed,
    versions_changed,
    weights_to_ask,
)
from siteselect.comparing.rank_path import FAMILIES, rank_path
from siteselect.comparing.scores import SCORE_FAMILIES, score_parts
from siteselect.comparing.verdicts import verdict_changes
from siteselect.decision.ranking import TOLERANCE

if TYPE_CHECKING:
    from siteselect.comparing.recorded import RecordedRun

MEASURE_TOLERANCE = 1e-9
"""Relative difference below which a measure counts as the same: libraries round differently."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different in run B, and what that did to each site.

    `sites` has one row a site whose rank, score, verdicts, measures or presence changed, top movers
    first; `measures` one row a site and criterion whose measure changed or that moved the score;
    `verdicts` one row a changed verdict. `settings`, `inputs`, `packs`, `versions`, `weights` and
    `scales` list what was declared differently, `ask_again` the weights whose scale moved under
    them. `winners` are the sites on rank 1 in A and in B,
    `shared`, `added` and `removed` count the sites.
    """

    sites: pd.DataFrame
    measures: pd.DataFrame
    verdicts: pd.DataFrame
    settings: pd.DataFrame
    inputs: pd.DataFrame
    packs: list[dict[str, Any]]
    versions: list[dict[str, str]]
    weights: list[dict[str, Any]]
    scales: list[str]
    ask_again: list[str]
    winners: tuple[tuple[str, ...], tuple[str, ...]]
    shared: int
    added: int
    removed: int

    @property
    def empty(self) -> bool:
        """Say whether the runs tell the same and were declared the same."""
        tables = (self.sites, self.measures, self.verdicts, self.settings, self.inputs)
        lists = (self.packs, self.versions, self.weights, self.scales)
        return all(table.empty for table in tables) and not any(lists)


def difference(a: RecordedRun, b: RecordedRun) -> Difference:
    """Compare two runs.

    Returns
    -------
    The score of each site that both runs have is split over data, scales and weights without a
    remainder (`score_parts`); its rank is followed step by step (`rank_path`).
    """
    verdicts = verdict_changes(a, b)
    path = rank_path(a, b, verdicts)
    parts = score_parts(a, b)
    measures = _measure_changes(a, b, parts)
    sites = _site_table(a, b, path, parts)
    sites["verdicts_changed"] = _listed(verdicts, "rule_id", sites.index)
    moved = measures[measures["measured_differently"]]
    sites["measures_changed"] = _listed(moved, "criterion", sites.index)
    sites["moved_by"] = _moved_by(path, parts, verdicts)
    weights, scales = model_changed(a, b)
    return Difference(
        sites=_movers_first(sites[_changed(sites, path)]),
        measures=measures,
        verdicts=verdicts,
        settings=settings_changed(a, b),
        inputs=inputs_changed(a, b),
        packs=packs_changed(a, b),
        versions=versions_changed(a, b),
        weights=weights,
        scales=scales,
        ask_again=weights_to_ask(a, b),
        winners=(_first(path["a"]), _first(path[FAMILIES[-1]])),
        shared=int(sites["status"].eq("both").sum()),
        added=int(sites["status"].eq("added").sum()),
        removed=int(sites["status"].eq("removed").sum()),
    )


def ranks_changed(found: Difference, of: Literal["winner", "any"]) -> bool:
    """Say whether the sites on rank 1 are others, or the rank of any site.

    A site that only one run ranks counts as changed.
    """
    if of == "winner":
        return set(found.winners[0]) != set(found.winners[1])
    ranks = found.sites[["rank_a", "rank_b"]].fillna(0)
    return bool((ranks["rank_a"] != ranks["rank_b"]).any())


def _site_table(
    a: RecordedRun, b: RecordedRun, path: pd.DataFrame, parts: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    sites = path.index
    here = sites.isin(a.sites.index), sites.isin(b.sites.index)
    table = pd.DataFrame(index=sites)
    names = [run.sites["name"].astype(object).reindex(sites) for run in (b, a)]
    table["name"] = names[0].where(here[1], names[1])
    table["status"] = np.select([~here[0], ~here[1]], ["added", "removed"], "both")
    table["rank_a"] = path["a"]
    for step in FAMILIES[:-1]:
        table[f"rank_after_{step}"] = path[step]
    table["rank_b"] = path[FAMILIES[-1]]
    table["rank_change"] = table["rank_b"] - table["rank_a"]
    for column in ("score_low", "score_high"):
        for side, run in (("a", a), ("b", b)):
            table[f"{column}_{side}"] = run.sites[column].reindex(sites)
    table["score_change"] = table["score_low_b"] - table["score_low_a"]
    for family in SCORE_FAMILIES:
        table[f"score_by_{family}"] = parts[family].sum(axis=1).reindex(sites)
    table["moved_place"] = _moved_place(a, b, sites)
    return table


def _moved_place(a: RecordedRun, b: RecordedRun, sites: pd.Index) -> pd.Series[bool]:
    """Say which identifiers stand for another point in run B: both runs may mean other things."""
    at = [run.sites[["lon", "lat"]].astype("float64").reindex(sites) for run in (a, b)]
    return ((at[0] - at[1]).abs() > MEASURE_TOLERANCE * 180).any(axis=1)  # degrees


def _measure_changes(
    a: RecordedRun, b: RecordedRun, parts: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    grid = parts["data"]
    sites, names = grid.index, list(grid.columns)
    cells: dict[str, Any] = {
        "site_id": np.repeat(sites.to_numpy(dtype=object), len(names)),
        "criterion": np.tile(np.array(names, dtype=object), len(sites)),
    }
    for side, run in (("a", a), ("b", b)):
        numbers = run.measures.reindex(index=sites, columns=names)
        cells[f"measure_{side}"] = numbers.to_numpy(dtype=np.float64).ravel()
        reasons = run.reasons.reindex(index=sites, columns=names).astype(object)
        cells[f"reason_{side}"] = reasons.where(reasons.notna(), "").to_numpy().ravel()
    table = pd.DataFrame(cells)
    # A criterion that one run does not count was not measured differently: it was not measured.
    counted = table["criterion"].isin(a.measures.columns) & table["criterion"].isin(
        b.measures.columns
    )
    same = np.isclose(
        table["measure_a"], table["measure_b"], rtol=MEASURE_TOLERANCE, atol=0, equal_nan=True
    )
    table["measured_differently"] = counted & (~same | (table["reason_a"] != table["reason_b"]))
    for family in SCORE_FAMILIES:
        table[f"score_by_{family}"] = parts[family].to_numpy().ravel()
    scored = table[[f"score_by_{family}" for family in SCORE_FAMILIES]].abs().gt(TOLERANCE)
    return table[table["measured_differently"] | scored.any(axis=1)].reset_index(drop=True)


def _moved_by(
    path: pd.DataFrame, parts: dict[str, pd.DataFrame], verdicts: pd.DataFrame
) -> pd.Series[str]:
    """Name for each site the steps at which its rank moved, and where only others caused it."""
    index = path.index
    itself = {
        family: parts[family].sum(axis=1).abs().gt(TOLERANCE).reindex(index, fill_value=False)
        for family in SCORE_FAMILIES
    }
    failing = verdicts[verdicts["verdict_a"].eq("fail") | verdicts["verdict_b"].eq("fail")]
    by_facts = failing["cause"].eq("data")
    itself["data"] |= index.isin(failing.loc[by_facts, "site_id"])
    itself["rules"] = pd.Series(index.isin(failing.loc[~by_facts, "site_id"]), index=index)
    itself["candidates"] = pd.Series(data=True, index=index)
    said: list[list[str]] = [[] for _ in index]
    before = path["a"].fillna(0)
    for step in FAMILIES:
        after = path[step].fillna(0)
        for place in np.flatnonzero(before.ne(after).to_numpy()).tolist():
            alone = "" if itself[step].iloc[place] else " of other sites"
            said[place].append(f"{step}{alone}")
        before = after
    return pd.Series(["; ".join(steps) for steps in said], index=index, dtype=object)


def _changed(sites: pd.DataFrame, path: pd.DataFrame) -> pd.Series[bool]:
    steps = path.fillna(0)
    ranks = steps.ne(steps["a"], axis=0).any(axis=1)
    points = [f"score_by_{family}" for family in SCORE_FAMILIES]
    scores = sites[points].abs().gt(TOLERANCE).any(axis=1)
    upper = (sites["score_high_b"] - sites["score_high_a"]).abs().gt(TOLERANCE)
    told = sites["verdicts_changed"].ne("") | sites["measures_changed"].ne("")
    return ranks | scores | upper | told | sites["status"].ne("both") | sites["moved_place"]


def _movers_first(sites: pd.DataFrame) -> pd.DataFrame:
    """Order by how far a site moved; to or from no rank counts as a fall to the very end."""
    last = len(sites) + int(sites[["rank_a", "rank_b"]].max().fillna(0).max()) + 1
    moved = (sites["rank_b"].fillna(last) - sites["rank_a"].fillna(last)).abs()
    keys = pd.DataFrame(
        {
            "ranks": -moved.astype("int64"),
            "score": -sites["score_change"].abs().fillna(0.0).round(12),
            "site": sites.index.astype(str),
        },
        index=sites.index,
    )
    return sites.loc[keys.sort_values(["ranks", "score", "site"], kind="stable").index]


def _listed(table: pd.DataFrame, column: str, sites: pd.Index) -> pd.Series[str]:
    joined = table[column].astype(str).groupby(table["site_id"]).agg("; ".join)
    return joined.reindex(sites, fill_value="").astype(object)


def _first(ranks: pd.Series[int]) -> tuple[str, ...]:
    return tuple(sorted(map(str, ranks.index[(ranks == 1).fillna(False)])))
