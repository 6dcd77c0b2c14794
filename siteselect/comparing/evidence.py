"""What a run knows of a site, kept with a decision, and what of it has changed since."""

from __future__ import annotations

import difflib
import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siteselect.comparing.difference import MEASURE_TOLERANCE
from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from siteselect.comparing.recorded import RecordedRun

STANDING = (
    *("rank", "rank_best", "rank_worst", "score_low", "score_high", "evidence_share"),
    *("possible_first", "sure_first"),
)
"""Columns of the table of sites that other sites or weights move: no evidence on the site."""

DATES = ("evaluated_on", "reviewed_on")
"""Columns of a finding that may differ though it says the same."""

SAME_VERDICT = " as before, on other facts or wording"
"""How a finding is told of that says the same for another reason."""

_DIGITS = 9
"""Significant digits of a number in the hash of a site: more would hash a library's rounding."""


def snapshot(run: RecordedRun, site_id: str) -> dict[str, Any]:
    """Keep what a run knows of a site, short enough for one line of a log.

    Returns
    -------
    `rank`, `score_low`, `score_high`; `measures`: number or the reason why there is none, by
    criterion; `findings`: verdict and hash of all that the finding says, by rule; `site`: hash of
    the site's row without its standing; `sha256` over measures, findings and site, as hashed JSON.

    Raises
    ------
    InputError
        There is no such site.
    """
    check_site(run, site_id)
    row = {str(name): cell for name, cell in run.sites.loc[[site_id]].iloc[0].items()}
    held = run.findings[run.findings["site_id"] == site_id]
    evidence = {
        "measures": {
            name: str(run.reasons[name].loc[site_id]) if math.isnan(number) else number
            for name in map(str, run.measures.columns)
            for number in [float(run.measures[name].loc[site_id])]
        },
        "findings": {
            str(finding["rule_id"]): {"verdict": str(finding["verdict"]), "sha256": _hash(finding)}
            for finding in held.drop(columns=list(DATES), errors="ignore").to_dict("records")
        },
        "site": _hash({name: cell for name, cell in row.items() if name not in STANDING}),
    }
    return {
        "rank": None if pd.isna(row["rank"]) else int(row["rank"]),
        "score_low": float(row["score_low"]),
        "score_high": float(row["score_high"]),
        **evidence,
        "sha256": _hash(evidence),
    }


def evidence_changed(before: Mapping[str, Any], run: RecordedRun, site_id: str) -> dict[str, str]:
    """Say what a run knows otherwise than when a decision was taken.

    Parameters
    ----------
    before : the snapshot kept with the decision.
    run, site_id : what to hold it against.

    Returns
    -------
    What changed in words, by rule, criterion, or `site` (the design or description of the site);
    empty where all is as it was. `site` alone stands for a site that is no longer in the run.
    """
    if site_id not in run.sites.index:
        return {"site": "the site is not in this run"}
    now = snapshot(run, site_id)
    told: dict[str, str] = {}
    one, other = _part(before, "measures"), now["measures"]
    for name in [*one, *(name for name in other if name not in one)]:
        if name not in one or name not in other or not _same(one[name], other[name]):
            told[str(name)] = f"{_say(one.get(name))} to {_say(other.get(name))}"
    one, other = _part(before, "findings"), now["findings"]
    for rule in [*one, *(rule for rule in other if rule not in one)]:
        if one.get(rule) != other.get(rule):
            told[str(rule)] = _say_verdicts(one.get(rule), other.get(rule))
    if before.get("site") != now["site"]:
        told["site"] = "the description or design of the site"
    return told


def standing_changed(before: Mapping[str, Any], run: RecordedRun, site_id: str) -> str:
    """Say how the rank of a site differs from when a decision was taken; empty where it does not.

    Other candidates and other weights move a rank: that is no change of the evidence on the site.
    """
    if site_id not in run.sites.index:
        return ""
    old, new = before.get("rank"), snapshot(run, site_id)["rank"]
    ranks = ["no rank" if rank is None else f"rank {rank}" for rank in (old, new)]
    return "" if old == new else f"{ranks[0]} to {ranks[1]}"


def verdicts_against(run: RecordedRun, site_id: str) -> list[str]:
    """Name the rules that the site fails: what no override changes."""
    held = run.findings[(run.findings["site_id"] == site_id) & (run.findings["verdict"] == "fail")]
    return [str(rule) for rule in held["rule_id"]]


def check_site(run: RecordedRun, site_id: str) -> None:
    """Refuse a site that the run does not have, and suggest near names.

    Raises
    ------
    InputError
        There is no such site.
    """
    if site_id not in run.sites.index:
        cure = _near(site_id, run.sites.index, "`siteselect rank` lists the sites.")
        raise InputError(Fault(run.title, "no such site in the run", cure, value=site_id))


def check_evidence(run: RecordedRun, site_id: str, named: Sequence[str]) -> None:
    """Refuse evidence that is neither a criterion of the run nor a rule held against the site.

    Raises
    ------
    InputError
        With every name that is neither.
    """
    rules = run.findings.loc[run.findings["site_id"] == site_id, "rule_id"].astype(str)
    known = {*run.measures.columns, *rules}
    cure = "Name criteria of the study or rules held against the site."
    faults = [
        Fault(run.title, "no such evidence on the site", _near(name, known, cure), value=name)
        for name in named
        if name not in known
    ]
    if faults:
        raise InputError(faults)


def _near(name: str, known: Iterable[str], otherwise: str) -> str:
    near = difflib.get_close_matches(name, sorted(map(str, known)), n=3)
    return f"Did you mean {' or '.join(near)}?" if near else otherwise


def _hash(content: dict[Any, Any]) -> str:
    text = json.dumps(_canonical(content), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _canonical(part: Any) -> Any:
    """Write a cell so that it does not matter which type a file format gave its column."""
    if isinstance(part, str) or part is None:
        return part
    if isinstance(part, dict):
        return {str(key): _canonical(inner) for key, inner in part.items()}
    if isinstance(part, bool | np.bool_):
        return bool(part)
    if isinstance(part, int | float | np.number):
        return None if math.isnan(part) else f"{float(part):.{_DIGITS}g}"
    return None if part is pd.NA else str(part)


def _part(before: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = before.get(name)
    return part if isinstance(part, dict) else {}


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=MEASURE_TOLERANCE)
    return bool(one == other)


def _say(measure: Any) -> str:
    if measure is None:
        return "not measured"
    if isinstance(measure, int | float):
        return f"{measure:.6g}"
    return f"unknown ({measure})"


def _say_verdicts(one: Any, other: Any) -> str:
    said = [
        str(part.get("verdict")) if isinstance(part, dict) else "not held" for part in (one, other)
    ]
    if said[0] == said[1]:
        return said[0] + SAME_VERDICT
    return f"{said[0]} to {said[1]}"
