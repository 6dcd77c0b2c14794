"""Swing weights in a tree of two levels: groups, and the criteria inside them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from siteselect.errors import Fault, StudyError

Tree = Mapping[str, tuple[float, Mapping[str, float]]]
"""Group to its swing and its criteria's swings.

A swing is the worth of going from worst to best on the declared scale, against the largest swing
of the same level = 100. When the ends of a scale move, the swing has to be asked again.
"""


def global_weights(tree: Tree) -> pd.Series[float]:
    """Multiply the shares along each path of the tree; the weights sum to 1.

    w = s_group / sum of group swings x s_criterion / sum of swings in the group (swing weighting:
    DCLG, Multi-criteria analysis: a manual, 2009; HM Treasury Green Book supplement on MCDA, 2024).

    Raises
    ------
    StudyError
        A swing is negative or no number, a level has no swing above 0, or a criterion stands twice.
    """
    faults = [*_bad_swings(tree), *_twice(tree)]
    if faults:
        raise StudyError(faults)
    groups = math.fsum(swing for swing, _ in tree.values())
    weights = {
        criterion: swing / groups * inner / math.fsum(branch.values())
        for swing, branch in tree.values()
        for criterion, inner in branch.items()
    }
    return pd.Series(weights, dtype=float, name="weight").rename_axis("criterion")


def with_group_swings(tree: Tree, swings: Mapping[str, float]) -> Tree:
    """Give groups other swings; groups not named keep theirs, and no criterion's swing changes.

    Raises
    ------
    StudyError
        A name is no group of the tree, or the swings leave nothing to weigh.
    """
    unknown = [name for name in swings if name not in tree]
    if unknown:
        raise StudyError(
            [
                Fault("swings", "no such group", f"Choose from: {', '.join(tree)}.", column=name)
                for name in unknown
            ]
        )
    changed = {group: (swings.get(group, swing), branch) for group, (swing, branch) in tree.items()}
    faults = list(_bad_swings(changed))
    if faults:
        raise StudyError(faults)
    return changed


def _bad_swings(tree: Tree) -> Iterator[Fault]:
    yield from _bad_level("groups", {group: swing for group, (swing, _) in tree.items()})
    for group, (_, branch) in tree.items():
        yield from _bad_level(f"groups.{group}.criteria", branch)


def _bad_level(place: str, swings: Mapping[str, float]) -> Iterator[Fault]:
    sound = True
    for name, swing in swings.items():
        if not (math.isfinite(swing) and swing >= 0):
            sound = False
            yield Fault(
                "study",
                "a swing must be 0 or more",
                "Give a number from 0 to 100.",
                column=f"{place}.{name}.swing",
                value=str(swing),
            )
    if sound and not any(swing > 0 for swing in swings.values()):
        yield Fault("study", "no swing above 0", "Give the most important one 100.", column=place)


def _twice(tree: Tree) -> Iterator[Fault]:
    home: dict[str, str] = {}
    for group, (_, branch) in tree.items():
        for criterion in branch:
            if criterion in home:
                yield Fault(
                    "study",
                    f"the criterion also stands in group {home[criterion]!r}",
                    "Keep it in one group, or it counts twice.",
                    column=f"groups.{group}.criteria.{criterion}",
                )
            home[criterion] = group
