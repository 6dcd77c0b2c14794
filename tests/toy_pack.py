"""A toy rule pack and a toy table of facts, to be bent by the tests of screening."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from siteselect.compliance.screening import load_packs

if TYPE_CHECKING:
    from pathlib import Path

    from siteselect.compliance.packs import RulePack

ON = date(2026, 11, 23)


def a_rule(**changes: Any) -> dict[str, Any]:
    rule = {
        "id": "TOY-01",
        "title": "Large pod",
        "topic": "energy",
        "when": {"fact": "it_kw", "at_least": 100},
        "outcome": "permit",
        "action": "Apply.",
        "authority": "the authority",
        "citation": "Act 1, section 2",
        "url": "https://example.org/act",
        "effective_from": date(2020, 1, 1),
        "reviewed_on": date(2026, 1, 1),
        "basis": "made for the tests",
        "confidence": "H",
        "seen": False,
        "examples": [
            {"facts": {"it_kw": 100}, "verdict": "conditional"},
            {"facts": {"it_kw": 99}, "verdict": "pass"},
        ],
    }
    return {**rule, **changes}


def a_pack(*rules: dict[str, Any], **changes: Any) -> dict[str, Any]:
    pack = {
        "code": "toy",
        "title": "Toy pack",
        "jurisdiction": "England",
        "version": "1",
        "date": ON,
        "disclaimer": "Screening only.",
        "coverage": {"energy": {"extent": "partly"}},
        "applies_when": {"fact": "country", "is": "England"},
        "outside": {
            "id": "TOY-00",
            "title": "Elsewhere",
            "action": "Use another pack.",
            "authority": "others",
            "citation": "extent of the Act",
        },
        "rules": list(rules) or [a_rule()],
    }
    return {**pack, **changes}


def load(folder: Path, *documents: dict[str, Any]) -> tuple[RulePack, ...]:
    """Write packs to files and read them back as a study would."""
    names = []
    for number, document in enumerate(documents):
        names.append(f"pack{number}.yaml")
        text = yaml.safe_dump(document, sort_keys=False)
        (folder / names[-1]).write_text(text, encoding="utf-8")
    return load_packs(names, folder)


def sites(**columns: list[Any]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    index = pd.Index([f"s{number}" for number in range(size)], name="site_id")
    return pd.DataFrame({name: pd.Series(cells, index=index) for name, cells in columns.items()})
