"""Which verdicts changed between two runs, and whether the rule or the facts changed them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from siteselect.comparing.recorded import RecordedRun

NOT_HELD = "not held"
"""Verdict of a rule that a run did not hold against the site."""

COLUMNS = ("site_id", "rule_id", "title", "verdict_a", "verdict_b", "cause", "evidence_a")
"""Columns of the table of changed verdicts, before `evidence_b`."""

_LIMIT = re.compile(r", limit (?:[-\d.]+| unknown)(?: [^;,]*)?(?=;|,|$)")


def verdict_changes(a: RecordedRun, b: RecordedRun) -> pd.DataFrame:
    """List the verdicts that differ on sites of both runs, with their cause.

    The cause is `data` where the rule is the same (its fingerprint in the manifest), `rules` where
    it is another and no fact of the evidence that both runs name differs, `both` otherwise. Where
    a run kept no fingerprint of the rule, the facts alone decide.

    Returns
    -------
    One row a site and rule: `site_id`, `rule_id`, `title`, `verdict_a`, `verdict_b` (`not held`
    where the run did not hold the rule against the site), `cause`, `evidence_a`, `evidence_b`.
    """
    keys = ["site_id", "rule_id"]
    columns = [*keys, "title", "verdict", "evidence"]
    sides = [
        run.findings.loc[run.findings["site_id"].isin(other.sites.index), columns].astype(str)
        for run, other in ((a, b), (b, a))
    ]
    both = sides[0].merge(sides[1], on=keys, how="outer", suffixes=("_a", "_b"))
    for side in ("a", "b"):
        both[f"verdict_{side}"] = both[f"verdict_{side}"].fillna(NOT_HELD)
        both[f"evidence_{side}"] = both[f"evidence_{side}"].fillna("")
    both["title"] = both["title_b"].fillna(both["title_a"])
    moved = both[both["verdict_a"] != both["verdict_b"]]
    states = [rule_states(run) for run in (a, b)]
    cause = [
        _cause([_state(run, state, rule) for run, state in zip((a, b), states, strict=True)], said)
        for rule, said in zip(
            moved["rule_id"], moved[["evidence_a", "evidence_b"]].to_numpy(), strict=True
        )
    ]
    listed = moved.assign(cause=pd.Series(cause, index=moved.index, dtype=object))
    return listed[[*COLUMNS, "evidence_b"]].sort_values(keys, kind="stable", ignore_index=True)


def eligible_under_new_rules(
    a: RecordedRun, b: RecordedRun, changes: pd.DataFrame
) -> pd.Series[bool]:
    """Say which sites of both runs may be ranked under the new rules and the old facts.

    Verdicts that the facts alone moved are still the old ones; where rule and facts both changed,
    the verdict counts as moved by the rule.
    """
    shared = a.sites.index[a.sites.index.isin(b.sites.index)]
    failed = a.findings.loc[a.findings["verdict"] == "fail", ["site_id", "rule_id"]]
    keys = set(failed.itertuples(index=False, name=None))
    by_rule = changes[changes["cause"] != "data"]
    for site, rule, verdict in by_rule[["site_id", "rule_id", "verdict_b"]].itertuples(
        index=False, name=None
    ):
        keys.discard((site, rule))
        if verdict == "fail":
            keys.add((site, rule))
    return pd.Series(~shared.isin({site for site, _ in keys}), index=shared, name="eligible")


def rule_states(run: RecordedRun) -> dict[str, str]:
    """Give the fingerprint of every rule that the run's manifest describes."""
    return {rule: digest for pack in run.declared.packs for rule, digest in pack.rules.items()}


def rule_changes(a: RecordedRun, b: RecordedRun) -> list[dict[str, str]]:
    """List the rules that were changed, added or dropped between two runs, and packs re-issued."""
    one, other = rule_states(a), rule_states(b)
    unsure = any(pack.sha256 is None for run in (a, b) for pack in run.declared.packs)
    told: list[dict[str, str]] = []
    for rule in sorted(one.keys() | other.keys()):
        if one.get(rule) == other.get(rule):
            continue
        if not unsure and rule not in one:
            told.append({"rule_id": rule, "change": "added"})
        elif not unsure and rule not in other:
            told.append({"rule_id": rule, "change": "dropped"})
        elif rule in one and rule in other:
            told.append({"rule_id": rule, "change": "changed"})
    return told


def _state(run: RecordedRun, states: dict[str, str], rule: str) -> str | None:
    """Give what is known of a rule in a run: fingerprint, that it is not there, or None."""
    undescribed = any(pack.sha256 is None for pack in run.declared.packs)
    return states.get(rule, None if undescribed else "absent")


def _cause(states: list[str | None], evidence: Any) -> str:
    known = None not in states
    if known and states[0] == states[1]:
        return "data"
    facts = [_facts(said) for said in evidence]
    differ = any(facts[0][name] != facts[1][name] for name in facts[0].keys() & facts[1].keys())
    if not differ:
        return "rules"
    return "both" if known else "data"


def _facts(evidence: str) -> dict[str, str]:
    """Take the facts out of the evidence: `it_kw = 100 kW, limit 500 kW; flag unknown`."""
    facts = {}
    for part in _LIMIT.sub("", evidence).split("; "):
        name, _, value = part.partition(" ")
        facts[name] = value
    return facts
