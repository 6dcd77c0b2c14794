"""Swing weights in a tree of two levels: groups, and the criteria inside them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from siteselect.errors import Fault, StudyError

Tree = Mapping[str, tuple[float, Mapping[str, float]]]
"""Group to its swing and its criteria's swings.

A swing is the worth of going from worst to best on the declared scale, against the largest swing
of the same level = 100. When the ends of a scale move, the swing has to be asked again.
"""

FULL_SWING = 100.0
"""Swing of the most important one of its level."""


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


def with_group_swings(
    tree: Tree, swings: Mapping[str, float], locked: Collection[str] = ()
) -> Tree:
    """Give groups other swings; groups not named keep theirs, and no criterion's swing changes.

    A locked group keeps its weight, its share of 1, and the others share the rest by their swings:
    its own swing is written anew so that it does. A locked group may be named, but only with the
    swing that it has.

    Raises
    ------
    StudyError
        A name is no group of the tree, a locked group is moved, or the swings leave nothing to
        weigh.
    """
    if faults := [*_not_groups(tree, swings), *_moved_locks(tree, swings, locked)]:
        raise StudyError(faults)
    changed = {group: (swings.get(group, swing), branch) for group, (swing, branch) in tree.items()}
    if faults := list(_bad_swings(changed)):
        raise StudyError(faults)
    held = {group: swing for group, (swing, _) in tree.items() if group in locked and swing > 0}
    free = {group: swing for group, (swing, _) in changed.items() if group not in held}
    before = math.fsum(swing for swing, _ in tree.values())
    share = math.fsum(held.values()) / before
    if not held or len(held) == len(changed):
        return changed
    rest = math.fsum(free.values())
    if share >= 1 or rest <= 0:
        cure = "Give an unlocked group a swing above 0, or unlock a group."
        raise StudyError(Fault("swings", "no weight for the groups that are free", cure))
    # At s / (s + rest) = share, with the other swings as given.
    stretch = rest / (1 - share) / before
    written = {group: swing * stretch for group, swing in held.items()} | free
    largest = max(written.values())
    scale = FULL_SWING / largest if largest > FULL_SWING else 1.0
    return {group: (written[group] * scale, branch) for group, (_, branch) in changed.items()}


def with_criterion_swings(tree: Tree, swings: Mapping[str, float]) -> Tree:
    """Give criteria other swings inside their groups; no group's weight changes.

    Raises
    ------
    StudyError
        A name is no criterion of the tree, or a group is left without a swing above 0.
    """
    known = [name for _, branch in tree.values() for name in branch]
    if unknown := [name for name in swings if name not in known]:
        raise StudyError(
            [
                Fault(
                    "swings", "no such criterion", f"Choose from: {', '.join(known)}.", column=name
                )
                for name in unknown
            ]
        )
    changed = {
        group: (swing, {name: swings.get(name, inner) for name, inner in branch.items()})
        for group, (swing, branch) in tree.items()
    }
    if faults := list(_bad_swings(changed)):
        raise StudyError(faults)
    return changed


def swings_of(weights: Mapping[str, float]) -> dict[str, float]:
    """Write weights of one level as swings, the largest 100.

    Raises
    ------
    ValueError
        No weight is above 0.
    """
    largest = max(weights.values(), default=0.0)
    if not largest > 0:
        raise ValueError("no weight is above 0")
    return {name: FULL_SWING * (weight / largest) for name, weight in weights.items()}


def _not_groups(tree: Tree, swings: Mapping[str, float]) -> Iterator[Fault]:
    for name in swings:
        if name not in tree:
            yield Fault("swings", "no such group", f"Choose from: {', '.join(tree)}.", column=name)


def _moved_locks(
    tree: Tree, swings: Mapping[str, float], locked: Collection[str]
) -> Iterator[Fault]:
    for name in locked:
        if name in swings and name in tree and not math.isclose(swings[name], tree[name][0]):
            yield Fault(
                "swings",
                "the group is locked",
                f"Leave it at {tree[name][0]:g}, or unlock it in the study.",
                column=name,
                value=f"{swings[name]:g}",
            )


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
