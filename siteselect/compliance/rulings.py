"""Rulings: each rule in force held against all sites, and the sites for which it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from siteselect.compliance.conditions import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from siteselect.compliance.facts import FactTable, Truth
    from siteselect.compliance.packs import Rule, RulePack

Sites = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ruling:
    """One rule of one pack on all sites.

    `counts` marks the sites that get a finding, `instead` those at which the rule stands in the
    place of the more general one that it overrides.
    """

    pack: RulePack
    rule: Rule
    truth: Truth
    counts: Sites
    instead: Sites


def rulings(
    pack: RulePack, packs: Sequence[RulePack], table: FactTable, on: date
) -> Iterator[Ruling]:
    """Hold all sites against each rule of a pack that is in force; special rules replace it."""
    here = applies(pack, table, on)
    limits = pack.limits_on(on)
    general = {rule.id for other in packs for rule in other.rules if rule.in_force(on)}
    for rule in pack.rules:
        if not rule.in_force(on):
            continue
        counts = here >= 0
        for special in packs:
            if any(other.overrides == rule.id and other.in_force(on) for other in special.rules):
                # Where it is unknown which law holds, both findings stay.
                counts &= applies(special, table, on) < 1
        instead = (here == 1) & (rule.overrides in general)
        yield Ruling(pack, rule, evaluate(rule.when, table, limits), counts, instead & counts)


def applies(pack: RulePack, table: FactTable, on: date) -> Truth:
    """Say at which sites a pack applies."""
    return evaluate(pack.applies_when, table, pack.limits_on(on))
