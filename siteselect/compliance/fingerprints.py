"""Fingerprints of rules, so that two runs can tell a changed rule from a changed fact."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from siteselect.compliance.conditions import LimitValue, leaves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from siteselect.compliance.conditions import Condition
    from siteselect.compliance.packs import Rule, RulePack


def fingerprint(content: Any) -> str:
    """Hash plain data (SHA-256 over JSON with sorted keys)."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def pack_fingerprints(packs: Sequence[RulePack], on: date) -> list[dict[str, Any]]:
    """Describe rule packs by what decides their verdicts on a day.

    Returns
    -------
    One record a pack: `code`, `version`, `date`, `sha256` of everything it says, and `rules`, the
    fingerprint of each rule by its id. A rule's fingerprint covers what a verdict turns on: the
    condition with the limits of the day, the outcome, whether it is in force, where its pack
    applies and what replaces it. A better wording of the same rule leaves it as it is.
    """
    return [
        {
            "code": pack.code,
            "version": pack.version,
            "date": pack.date.isoformat(),
            "sha256": fingerprint(pack.model_dump(mode="json", by_alias=True)),
            "rules": {
                pack.outside.id: fingerprint(_condition(pack, pack.applies_when, on)),
                **{rule.id: fingerprint(_deciding(rule, pack, packs, on)) for rule in pack.rules},
            },
        }
        for pack in packs
    ]


def _deciding(rule: Rule, pack: RulePack, packs: Sequence[RulePack], on: date) -> dict[str, Any]:
    special = [
        _condition(other, other.applies_when, on)
        for other in packs
        if any(item.overrides == rule.id and item.in_force(on) for item in other.rules)
    ]
    return {
        "when": _condition(pack, rule.when, on),
        "applies_when": _condition(pack, pack.applies_when, on),
        "outcome": rule.outcome,
        "in_force": rule.in_force(on),
        "replaced_where": sorted(special, key=fingerprint),
    }


def _condition(pack: RulePack, condition: Condition, on: date) -> dict[str, Any]:
    limits: Mapping[str, float] = pack.limits_on(on)
    asked = {
        leaf.bound[1].limit
        for leaf in leaves(condition)
        if leaf.bound is not None and isinstance(leaf.bound[1], LimitValue)
    }
    return {
        "condition": condition.model_dump(mode="json", by_alias=True),
        "limits": {name: limits.get(name) for name in sorted(asked)},
    }
