"""Screening: what the rules of a jurisdiction say of each site, without ever calling it cleared.

A verdict is `pass` only where every fact that matters is known; a gap leaves it `unknown`, with the
question to ask. A rule that does not fire is not a clearance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect.compliance.conditions import undecided
from siteselect.compliance.evidence import Words, evidence
from siteselect.compliance.facts import FactTable, derive, read_facts
from siteselect.compliance.notices import notices
from siteselect.compliance.pack_files import load_packs, shipped_packs
from siteselect.compliance.rulings import Ruling, Sites, applies, rulings
from siteselect.compliance.vocabulary import FACTS
from siteselect.contracts import VERDICTS, Finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from siteselect.compliance.packs import Rule, RulePack

__all__ = ["derive", "load_packs", "notices", "screen", "shipped_packs", "verdicts"]

COLUMNS = tuple(Finding.__dataclass_fields__)
"""Columns of a table of findings."""


@dataclass(frozen=True, slots=True)
class _Column:
    """The findings of one rule: what is the same at every site, and what is not."""

    fixed: dict[str, object]
    words: dict[str, Words]
    counts: Sites


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
    where facts are missing that could still change that. A local rule that stands in the place of
    a general one says so beside its citation. Where a pack does not apply there is one advisory
    finding on topic `jurisdiction` instead of its rules.

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
            *(_column(ruling, table, on) for ruling in rulings(pack, packs, table, on)),
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
        for ruling in rulings(pack, packs, table, on):
            words = ("pass", "unknown", ruling.rule.verdict_when_true)
            codes = np.array([VERDICTS.index(word) for word in words])[ruling.truth + 1]
            cells[ruling.rule.id] = pd.Categorical.from_codes(
                np.where(ruling.counts, codes, -1).astype(np.int8),
                categories=pd.Index(VERDICTS),
                ordered=True,
            )
    return pd.DataFrame(cells, index=facts.index)


def _column(ruling: Ruling, table: FactTable, on: date) -> _Column:
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
            "citation": np.where(
                ruling.instead, f"{rule.citation} (in place of {rule.overrides})", rule.citation
            ).astype(object),
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
        counts=applies(pack, table, on) == -1,
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


def _names(gaps: dict[str, Sites], size: int) -> Words:
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
