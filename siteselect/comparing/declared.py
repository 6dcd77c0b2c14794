"""What was declared differently in two runs: settings, input files, rule packs, versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from siteselect.comparing.verdicts import rule_changes
from siteselect.decision.moved_scales import moved_scales

if TYPE_CHECKING:
    from siteselect.comparing.recorded import RecordedRun

NAMING = ("name", "title", "presets", "shortlist", "seed", "robustness", "portfolio")
"""Settings that move no rank: names, weights on offer, and further analyses of the ranking."""
_RULES = ("packs", "date", "facts")


def settings_changed(a: RecordedRun, b: RecordedRun) -> pd.DataFrame:
    """List the settings of the study that differ.

    Returns
    -------
    One row a setting: `setting` (dotted; a place in a list in brackets), `old`, `new` (None where
    the setting is not there) and `moves`, the family that it can move, empty for names.
    """
    one, other = (dict(_leaves(run.declared.study.declared)) for run in (a, b))
    names = [*one, *(name for name in other if name not in one)]
    rows = [
        (name, one.get(name), other.get(name), _moves(name))
        for name in names
        if (name in one) != (name in other) or one[name] != other[name]
    ]
    return pd.DataFrame(rows, columns=["setting", "old", "new", "moves"], dtype=object)


def inputs_changed(a: RecordedRun, b: RecordedRun) -> pd.DataFrame:
    """List the inputs whose content or birth certificate differs.

    Returns
    -------
    One row an input: `layer`, `file`, `change` (added, dropped, content, or the names of the
    changed entries of its certificate), `sha256_a`, `sha256_b`.
    """
    one, other = _inputs(a), _inputs(b)
    rows = []
    for key in [*one, *(key for key in other if key not in one)]:
        before, after = one.get(key), other.get(key)
        if before == after:
            continue
        hashes = [str((part or {}).get("sha256", "")) for part in (before, after)]
        rows.append((key[0], key[1], _change(before, after), *hashes))
    columns = ["layer", "file", "change", "sha256_a", "sha256_b"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def packs_changed(a: RecordedRun, b: RecordedRun) -> list[dict[str, Any]]:
    """List rule packs that differ, and then the rules that decide differently.

    A pack whose contents a run did not record is listed as `not described`.
    """
    one, other = ({pack.pack: pack for pack in run.declared.packs} for run in (a, b))
    told: list[dict[str, Any]] = []
    for name in sorted(one.keys() | other.keys()):
        before, after = one.get(name), other.get(name)
        if before is None or after is None:
            told.append({"pack": name, "change": "added" if before is None else "dropped"})
        elif before.sha256 is None or after.sha256 is None:
            told.append({"pack": name, "change": "not described"})
        elif before.sha256 != after.sha256:
            change = f"version {before.version} to {after.version}"
            told.append({"pack": name, "change": change})
    return [*told, *rule_changes(a, b)]


def versions_changed(a: RecordedRun, b: RecordedRun) -> list[dict[str, str]]:
    """List the program, Python and libraries whose versions differ."""
    one, other = (
        {"siteselect": run.declared.siteselect, "python": run.declared.python}
        | run.declared.libraries
        for run in (a, b)
    )
    return [
        {"part": part, "old": one.get(part, ""), "new": other.get(part, "")}
        for part in sorted(one.keys() | other.keys())
        if one.get(part) != other.get(part)
    ]


def model_changed(a: RecordedRun, b: RecordedRun) -> tuple[list[dict[str, Any]], list[str]]:
    """Give the weights that differ (old, new; None where not counted) and the changed scales."""
    one, other = a.declared.model.criteria, b.declared.model.criteria
    names = [*one, *(name for name in other if name not in one)]
    weights = [
        {
            "criterion": name,
            "old": one[name].weight if name in one else None,
            "new": other[name].weight if name in other else None,
        }
        for name in names
        if name not in one or name not in other or one[name].weight != other[name].weight
    ]
    scales = [
        name
        for name in names
        if name in one
        and name in other
        and any(
            getattr(one[name], part) != getattr(other[name], part)
            for part in ("knots", "unknown_low", "unknown_high")
        )
    ]
    return weights, scales


def _moves(setting: str) -> str:
    head = setting.partition(".")[0].partition("[")[0]
    if head == "groups":
        return "weights" if setting.endswith("swing") else "scales"
    if head in NAMING:
        return ""
    if head in _RULES:
        return "rules"
    return "candidates" if head == "candidates" else "data"


def _leaves(part: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(part, Mapping) and part:
        for key, inner in part.items():
            yield from _leaves(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(part, list) and part:
        for number, inner in enumerate(part):
            yield from _leaves(inner, f"{place}[{number}]")
    else:
        yield place, part


def _inputs(run: RecordedRun) -> dict[tuple[str, str, int], dict[str, Any]]:
    """Key inputs by layer and file; the number tells the parts of one file apart."""
    found: dict[tuple[str, str, int], dict[str, Any]] = {}
    for part in run.declared.inputs:
        layer, file = str(part.get("layer", "")), str(part.get("file", ""))
        number = sum(key[:2] == (layer, file) for key in found)
        found[layer, file, number] = part
    return found


def _change(before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    if before is None or after is None:
        return "added" if before is None else "dropped"
    if before.get("sha256") != after.get("sha256"):
        return "content"
    names = sorted(before.keys() | after.keys())
    return ", ".join(name for name in names if before.get(name) != after.get(name))


def weights_to_ask(a: RecordedRun, b: RecordedRun) -> list[str]:
    """Say which swings mean another step in B than they were given for, and what would keep them.

    A weight is the worth of going from worst to best. Where an end of the scale moved and the
    weight did not, every trade-off changed without anybody having said so.
    """
    tree = {"all": (100.0, dict(a.model.weights))}
    moved = moved_scales(a.model.scales, b.model.scales, tree).table
    told = []
    asked = moved[moved["ask_again"].astype(bool)]
    for name, row in zip(map(str, asked.index), asked.to_dict("records"), strict=True):
        kept = b.model.weights.get(name) == a.model.weights[name]
        suggested = row["suggested_weight"]
        hint = "" if suggested != suggested else f"; {suggested:.1%} would keep its trade-offs"  # noqa: PLR0124 - NaN
        if kept:
            told.append(
                f"{name}: scale {row['old_worst']:g} to {row['old_best']:g} became "
                f"{row['new_worst']:g} to {row['new_best']:g}, its weight stayed "
                f"{row['weight']:.1%}{hint}"
            )
    return told
