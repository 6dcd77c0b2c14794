"""Several people with weights of their own: how far they agree, and on what they do not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteselect.decision.ranking import TOLERANCE, Floats, rank
from siteselect.decision.weights import (
    Tree,
    global_weights,
    with_criterion_swings,
    with_group_swings,
)
from siteselect.errors import Fault, StudyError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from siteselect.settings.criteria import Stakeholder

CONSENSUS = "mean of all"
"""Column of the mean weights; it stands beside the people and replaces none of them."""

_TWO = 2


@dataclass(frozen=True, slots=True)
class Views:
    """The same sites under the weights of several people.

    `weights` has one row a criterion and `groups` one row a group; both have a column a person and
    `CONSENSUS`. `ranks`, `ranks_best` and `ranks_worst` have one row a site and the same columns:
    the rank counts every unknown at its worst, the others bound it (all empty where a rule shuts
    the site out). `criteria_spread`, `groups_spread` and `sites_spread` say where they disagree,
    widest first. `concordance` is Kendall's W over the people's ranks (0 none to 1 full; NaN where
    it has no meaning). `distance` is the mean over all pairs of people of the weight that would
    have to move to turn one's weights into the other's (0 to 1), and `distances` gives each pair.
    `notes` says what a reader must know.
    """

    weights: pd.DataFrame
    groups: pd.DataFrame
    ranks: pd.DataFrame
    ranks_best: pd.DataFrame
    ranks_worst: pd.DataFrame
    criteria_spread: pd.DataFrame
    groups_spread: pd.DataFrame
    sites_spread: pd.DataFrame
    concordance: float
    distance: float
    distances: pd.DataFrame
    notes: tuple[str, ...]


def stakeholder_trees(
    tree: Tree, people: Mapping[str, Stakeholder], locked: Collection[str] = ()
) -> dict[str, Tree]:
    """Give each person's criteria tree: the study's, with their own swings in it.

    Raises
    ------
    StudyError
        Somebody names no group or criterion of the study, moves a locked group, or leaves nothing
        to weigh; all faults of all people.
    """
    trees, faults = {}, []
    for name, person in people.items():
        try:
            inner = with_criterion_swings(tree, person.criteria)
            trees[name] = with_group_swings(inner, person.groups, locked)
        except StudyError as error:
            faults += [
                Fault(
                    f"stakeholders.{name}",
                    fault.problem,
                    fault.cure,
                    None,
                    fault.column,
                    fault.value,
                )
                for fault in error.faults
            ]
    if faults:
        raise StudyError(faults)
    return trees


def stakeholder_views(
    values: pd.DataFrame,
    trees: Mapping[str, Tree],
    voices: Mapping[str, float],
    unknown_low: pd.Series[float],
    unknown_high: pd.Series[float],
    eligible: pd.Series[bool],
) -> Views:
    """Rank the same sites under each person's weights and under the mean of all.

    Parameters
    ----------
    values : one row a site, one column a criterion [0..1]; NaN where unknown.
    trees : each person's criteria tree.
    voices : how much each person counts in the mean.
    unknown_low, unknown_high : per criterion, the range of values assumed where it is unknown.
    eligible : per site; false where a rule failed.

    Raises
    ------
    ValueError
        There is nobody.
    InputError
        The values do not fit the weights.
    """
    if not trees:
        raise ValueError("no stakeholders")
    people = list(trees)
    weights = pd.DataFrame({name: global_weights(tree) for name, tree in trees.items()})
    voice = np.array([voices[name] for name in people], dtype=np.float64)
    weights[CONSENSUS] = weights[people].to_numpy() @ (voice / voice.sum())
    tables = {
        name: rank(values, weights[name], unknown_low, unknown_high, eligible).table
        for name in weights.columns
    }
    ranks, best, worst = (
        pd.DataFrame({name: table[column] for name, table in tables.items()})
        for column in ("rank", "rank_best", "rank_worst")
    )
    groups = _group_weights(weights, next(iter(trees.values())))
    distances = pd.DataFrame(
        [[_moved(weights[one], weights[other]) for other in people] for one in people],
        index=people,
        columns=people,
    )
    between = [_moved(weights[one], weights[other]) for one, other in combinations(people, 2)]
    asked = ranks.loc[ranks[CONSENSUS].notna(), people]
    return Views(
        weights=weights,
        groups=groups,
        ranks=ranks,
        ranks_best=best,
        ranks_worst=worst,
        criteria_spread=_weight_spread(weights[people]),
        groups_spread=_weight_spread(groups[people]),
        sites_spread=_rank_spread(asked),
        concordance=kendall_w(asked.to_numpy(dtype=np.float64)),
        distance=float(np.mean(between)) if between else float("nan"),
        distances=distances,
        notes=_notes(values, weights[CONSENSUS], asked),
    )


def kendall_w(ranks: Floats) -> float:
    """Give Kendall's coefficient of concordance W of several rankings, 0 (none) to 1 (full).

    W = 12 S / (m^2 (n^3 - n) - m T), with S the squared deviation of the rank sums and T the sum of
    t^3 - t over groups of t ties (Kendall & Babington Smith, Annals of Mathematical Statistics 10,
    1939 [R]). Ties take the mean of their places.

    Parameters
    ----------
    ranks : one row an item, one column a person.

    Returns
    -------
    float
        NaN where there are fewer than two people or items, or where everybody ties everything.
    """
    items, people = ranks.shape
    if items < _TWO or people < _TWO:
        return float("nan")
    places = pd.DataFrame(ranks).rank(method="average").to_numpy(dtype=np.float64)
    ties = 0.0
    for column in places.T:
        _, counts = np.unique(column, return_counts=True)
        ties += float((counts.astype(np.float64) ** 3 - counts).sum())
    sums = places.sum(axis=1)
    deviation = float(((sums - sums.mean()) ** 2).sum())
    whole = people**2 * (items**3 - items) - people * ties
    return 12 * deviation / whole if whole > TOLERANCE else float("nan")


def _moved(one: pd.Series[float], other: pd.Series[float]) -> float:
    return float((one - other).abs().sum() / 2)


def _group_weights(weights: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    shares = {group: weights.loc[list(branch)].sum() for group, (_, branch) in tree.items()}
    return pd.DataFrame.from_dict(shares, orient="index").rename_axis("group")


def _weight_spread(weights: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "least": weights.min(axis=1),
            "most": weights.max(axis=1),
            "spread": weights.max(axis=1) - weights.min(axis=1),
            "least_by": weights.idxmin(axis=1),
            "most_by": weights.idxmax(axis=1),
        }
    )
    return table.sort_values("spread", ascending=False, kind="stable")


def _rank_spread(ranks: pd.DataFrame) -> pd.DataFrame:
    places: npt.NDArray[np.int64] = ranks.to_numpy(dtype=np.int64)
    people = np.array(ranks.columns, dtype=object)
    empty = len(ranks) == 0
    table = pd.DataFrame(
        {
            "best": [] if empty else places.min(axis=1),
            "worst": [] if empty else places.max(axis=1),
            "spread": [] if empty else np.ptp(places, axis=1),
            "best_by": [] if empty else people[places.argmin(axis=1)],
            "worst_by": [] if empty else people[places.argmax(axis=1)],
        },
        index=ranks.index,
    )
    return table.sort_values("spread", ascending=False, kind="stable")


def _notes(values: pd.DataFrame, weights: pd.Series[float], asked: pd.DataFrame) -> tuple[str, ...]:
    used = weights.index[weights > 0]
    unknown = int(values.loc[asked.index, used].isna().any(axis=1).sum())
    notes = []
    if unknown:
        verb = "has" if unknown == 1 else "have"
        notes.append(
            f"{unknown} of {len(asked)} ranked sites {verb} unknown measures; their ranks count "
            "every unknown at the worst of its range."
        )
    if len(asked.columns) < _TWO or len(asked) < _TWO:
        notes.append("Agreement needs two people and two ranked sites.")
    return tuple(notes)
