"""Screening: what the rules of a jurisdiction say of each site, without ever calling it cleared.

A verdict is `pass` only where every fact that matters is known; a gap leaves it `unknown`, with the
question to ask. A rule that does not fire is not a clearance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteselect.compliance.conditions import evaluate, undecided
from siteselect.compliance.evidence import Words, evidence
from siteselect.compliance.facts import FactTable, derive, read_facts
from siteselect.compliance.pack_files import load_packs, shipped_packs
from siteselect.compliance.packs import Rule, RulePack
from siteselect.compliance.vocabulary import FACTS
from siteselect.contracts import VERDICTS, Finding, Notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

__all__ = ["derive", "load_packs", "notices", "screen", "shipped_packs", "verdicts"]

COLUMNS = tuple(Finding.__dataclass_fields__)
"""Columns of a table of findings."""

_Sites = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Ruling:
    """One rule of one pack on all sites; `counts` marks the sites that get a finding."""

    pack: RulePack
    rule: Rule
    truth: npt.NDArray[np.int8]
    counts: _Sites


@dataclass(frozen=True, slots=True)
class _Column:
    """The findings of one rule: what is the same at every site, and what is not."""

    fixed: dict[str, object]
    words: dict[str, Words]
    counts: _Sites


def screen(facts: pd.DataFrame, packs: Sequence[RulePack], on: date) -> pd.DataFrame:
    """Hold every site against every rule in force.

    Parameters
    ----------
    facts : one row a site (index `site_id`), one column a vocabulary name; a missing column, NaN,
        None or NA is unknown. Use `derive` first for facts that follow from others.
    packs : rule packs, in the order in which they are reported.
    on : day on which the rules must be in force.

    Returns
    -------
    One row a site and rule, with the fields of a `Finding`; `missing` is a comma-joined list. The
    verdict is fail or conditional where the rule applies, pass where it does not, and unknown
    where facts are missing that could still change that. Where a pack does not apply there is one
    advisory finding on topic `jurisdiction` instead of its rules.

    Raises
    ------
    InputError
        A column is no vocabulary name, or a cell holds the wrong kind of value.
    """
    table = read_facts(facts)
    columns = [
        column
        for pack in packs
        for column in (
            _outside(pack, table, on),
            *(_column(ruling, table, on) for ruling in _rulings(pack, packs, table, on)),
        )
    ]
    return _frame(facts.index, columns)


def verdicts(facts: pd.DataFrame, packs: Sequence[RulePack], on: date) -> pd.DataFrame:
    """Give only the verdicts, one row a site and one column a rule, for lists of many sites.

    Parameters and errors are those of `screen`. A cell is missing where the rule's pack does not
    apply to the site or a special rule replaces it.
    """
    table = read_facts(facts)
    cells: dict[str, pd.Categorical[str]] = {}
    for pack in packs:
        for ruling in _rulings(pack, packs, table, on):
            words = ("pass", "unknown", ruling.rule.verdict_when_true)
            codes = np.array([VERDICTS.index(word) for word in words])[ruling.truth + 1]
            cells[ruling.rule.id] = pd.Categorical.from_codes(
                np.where(ruling.counts, codes, -1).astype(np.int8),
                categories=pd.Index(VERDICTS),
                ordered=True,
            )
    return pd.DataFrame(cells, index=facts.index)


def notices(packs: Sequence[RulePack], facts: pd.DataFrame, on: date) -> tuple[Notice, ...]:
    """Tell what a reader must know of the rules themselves: stale ones, and facts nobody gave.

    A rule is stale when it was last reviewed more than a year before `on`. A fact that no site has
    is named once here, with the rules in force that it leaves undecided.
    """
    table = read_facts(facts)
    stale: dict[str, str] = {}
    starved: dict[str, list[str]] = {}
    for pack in packs:
        limits = pack.limits_on(on)
        asked = [(pack.outside.id, undecided(pack.applies_when, table, limits))]
        for ruling in _rulings(pack, packs, table, on):
            rule = ruling.rule
            if pd.Timestamp(rule.reviewed_on) + pd.DateOffset(years=1) < pd.Timestamp(on):
                stale[rule.id] = rule.reviewed_on.isoformat()
            gaps = undecided(rule.when, table, limits)
            asked.append((rule.id, {name: sites & ruling.counts for name, sites in gaps.items()}))
        for rule_id, gaps in asked:
            for name, sites in gaps.items():
                if sites.any() and _nobody_has(name, facts):
                    starved.setdefault(name, []).append(rule_id)
    return tuple(_stale_notice(stale, on) + _starved_notice(starved))


def _stale_notice(stale: dict[str, str], on: date) -> list[Notice]:
    if not stale:
        return []
    text = f"{len(stale)} rules were last reviewed more than a year before {on}: check them first."
    return [Notice("rules to review", text, stale)]


def _starved_notice(starved: dict[str, list[str]]) -> list[Notice]:
    if not starved:
        return []
    rules = {rule for names in starved.values() for rule in names}
    text = (
        f"For want of facts that no site has ({len(starved)}), rules stay undecided somewhere "
        f"({len(rules)}). Give them under `facts` in the study where they are known."
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


def _rulings(
    pack: RulePack, packs: Sequence[RulePack], table: FactTable, on: date
) -> Iterator[_Ruling]:
    applies = _applies(pack, table, on)
    limits = pack.limits_on(on)
    for rule in pack.rules:
        if not rule.in_force(on):
            continue
        counts = applies >= 0
        for special in packs:
            if any(other.overrides == rule.id and other.in_force(on) for other in special.rules):
                # Where it is unknown which law holds, both findings stay.
                counts &= _applies(special, table, on) < 1
        yield _Ruling(pack, rule, evaluate(rule.when, table, limits), counts)


def _applies(pack: RulePack, table: FactTable, on: date) -> npt.NDArray[np.int8]:
    return evaluate(pack.applies_when, table, pack.limits_on(on))


def _column(ruling: _Ruling, table: FactTable, on: date) -> _Column:
    rule, pack = ruling.rule, ruling.pack
    limits = pack.limits_on(on)
    missing = _names(undecided(rule.when, table, limits), table.size)
    said = np.array(["pass", "unknown", rule.verdict_when_true], dtype=object)[ruling.truth + 1]
    action = np.where(ruling.truth == 1, _action(rule), "").astype(object)
    gaps = ruling.truth == 0
    action[gaps] = [_question(rule, names) for names in missing[gaps]]
    return _Column(
        fixed={
            "rule_id": rule.id,
            "pack": pack.code,
            "topic": rule.topic,
            "title": rule.title,
            "outcome": rule.outcome,
            "authority": rule.authority,
            "citation": rule.citation,
            "url": rule.url,
            "confidence": rule.sureness,
            "evaluated_on": on,
            "reviewed_on": rule.reviewed_on,
        },
        words={
            "verdict": said,
            "action": action,
            "evidence": evidence(rule.when, table, limits, rule.shows),
            "missing": missing,
        },
        counts=ruling.counts,
    )


def _outside(pack: RulePack, table: FactTable, on: date) -> _Column:
    outside, blank = pack.outside, np.full(table.size, "", dtype=object)
    return _Column(
        fixed={
            "rule_id": outside.id,
            "pack": pack.code,
            "topic": "jurisdiction",
            "title": outside.title,
            "verdict": "conditional",
            "outcome": "advisory",
            "action": outside.action,
            "authority": outside.authority,
            "citation": outside.citation,
            "url": outside.url,
            "confidence": "H",
            "evaluated_on": on,
            "reviewed_on": pack.date,
        },
        words={
            "evidence": evidence(pack.applies_when, table, pack.limits_on(on)),
            "missing": blank,
        },
        counts=_applies(pack, table, on) == -1,
    )


def _action(rule: Rule) -> str:
    if rule.lead_time_weeks is None:
        return rule.action
    return f"{rule.action} Allow about {rule.lead_time_weeks} weeks."


def _question(rule: Rule, missing: str) -> str:
    if rule.ask:
        return rule.ask
    gaps = (FACTS[name] for name in missing.split(","))
    return "Find out: " + "; ".join(f"{fact.meaning} (ask {fact.ask})" for fact in gaps) + "."


def _names(gaps: dict[str, _Sites], size: int) -> Words:
    joined: Words = np.full(size, "", dtype=object)
    for name, sites in gaps.items():
        joined[sites] = np.where(joined[sites] == "", "", joined[sites] + ",") + name
    return joined


def _frame(sites: pd.Index[str], columns: Sequence[_Column]) -> pd.DataFrame:
    counts = np.array([column.counts for column in columns]).reshape(len(columns), len(sites))
    # Site by site, and within a site in the order of packs and rules.
    site, rule = np.nonzero(counts.T)
    cells: dict[str, object] = {"site_id": sites.take(site)}
    for name in COLUMNS[1:]:
        words = np.empty((len(columns), len(sites)), dtype=object)
        for place, column in enumerate(columns):
            words[place] = column.words[name] if name in column.words else column.fixed[name]
        cells[name] = words[rule, site]
    return pd.DataFrame(cells, columns=list(COLUMNS))
