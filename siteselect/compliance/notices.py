"""What a run tells of the rules themselves: stale ones, replaced ones, and facts nobody gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siteselect.compliance.conditions import undecided
from siteselect.compliance.facts import read_facts
from siteselect.compliance.rulings import rulings
from siteselect.compliance.vocabulary import FACTS
from siteselect.contracts import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from siteselect.compliance.packs import RulePack


def notices(packs: Sequence[RulePack], facts: pd.DataFrame, on: date) -> tuple[Notice, ...]:
    """Tell what a reader must know of the rules themselves, each thing once a run.

    A rule is stale when it was last reviewed more than a year before `on`. A fact that no site has
    is named with the rules in force that it leaves undecided; those that it leaves undecided at
    every site are counted apart. A local rule that replaces a general one is named.
    """
    table = read_facts(facts)
    stale: dict[str, str] = {}
    starved: dict[str, list[str]] = {}
    never: set[str] = set()
    replaced: dict[str, str] = {}
    for pack in packs:
        limits = pack.limits_on(on)
        asked = [(pack.outside.id, undecided(pack.applies_when, table, limits))]
        for ruling in rulings(pack, packs, table, on):
            rule = ruling.rule
            if pd.Timestamp(rule.reviewed_on) + pd.DateOffset(years=1) < pd.Timestamp(on):
                stale[rule.id] = rule.reviewed_on.isoformat()
            if ruling.instead.any():
                place = f"{rule.citation}, in place of {rule.overrides}"
                replaced[rule.id] = f"{place} ({int(ruling.instead.sum())} sites)"
            if ruling.counts.any() and (ruling.truth[ruling.counts] == 0).all():
                never.add(rule.id)
            gaps = undecided(rule.when, table, limits)
            asked.append((rule.id, {name: sites & ruling.counts for name, sites in gaps.items()}))
        for rule_id, gaps in asked:
            for name, sites in gaps.items():
                if sites.any() and _nobody_has(name, facts):
                    starved.setdefault(name, []).append(rule_id)
    return tuple(
        _stale_notice(stale, on) + _starved_notice(starved, never) + _replaced_notice(replaced)
    )


def _stale_notice(stale: dict[str, str], on: date) -> list[Notice]:
    if not stale:
        return []
    text = f"{len(stale)} rules were last reviewed more than a year before {on}: check them first."
    return [Notice("rules to review", text, stale)]


def _replaced_notice(replaced: dict[str, str]) -> list[Notice]:
    if not replaced:
        return []
    text = f"{len(replaced)} local rules stand in the place of general ones where they hold."
    return [Notice("rules replaced", text, replaced)]


def _starved_notice(starved: dict[str, list[str]], never: set[str]) -> list[Notice]:
    if not starved:
        return []
    rules = {rule for names in starved.values() for rule in names}
    text = (
        f"For want of facts that no site has ({len(starved)}), rules stay undecided somewhere "
        f"({len(rules)}), and {len(rules & never)} of them at every site. Give them under `facts` "
        "in the study where they are known."
    )
    return [
        Notice(
            "facts to find out",
            text,
            {
                name: f"{FACTS[name].meaning}; ask {FACTS[name].ask} ({', '.join(ids)})"
                for name, ids in starved.items()
            },
        )
    ]


def _nobody_has(name: str, facts: pd.DataFrame) -> bool:
    return name not in facts.columns or bool(facts[name].isna().all())
