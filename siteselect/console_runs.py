"""What the command line prints of runs side by side, and of decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rich.table import Table
from rich.text import Text

from siteselect.comparing.difference import Difference
from siteselect.comparing.evidence import (
    SAME_VERDICT,
    evidence_changed,
    standing_changed,
    verdicts_against,
)
from siteselect.comparing.rank_path import FAMILIES
from siteselect.comparing.recorded import RecordedRun
from siteselect.comparing.scores import SCORE_FAMILIES
from siteselect.console import console_of, plain
from siteselect.decision_log import Entry, Log

if TYPE_CHECKING:
    from rich.console import Console

OVERRIDE = "an override records a decision and changes no verdict"


def difference_told(a: RecordedRun, b: RecordedRun, found: Difference) -> dict[str, Any]:
    """Give the difference of two runs as plain data; scores are 0..1, unknowns null."""
    return {
        "a": {"run": a.title, "study": a.declared.study.name, "manifest": a.digest},
        "b": {"run": b.title, "study": b.declared.study.name, "manifest": b.digest},
        "same": found.empty,
        "counts": {"both": found.shared, "added": found.added, "removed": found.removed},
        "winners": {"a": list(found.winners[0]), "b": list(found.winners[1])},
        "rank_steps": list(FAMILIES),
        "sites": rows(found.sites.reset_index()),
        "measures": rows(found.measures),
        "verdicts": rows(found.verdicts),
        "settings": rows(found.settings),
        "inputs": rows(found.inputs),
        "packs": found.packs,
        "versions": found.versions,
        "weights": found.weights,
        "scales": found.scales,
        "ask_again": found.ask_again,
    }


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a table as plain data, unknown as null."""
    return [
        {str(name): _plain_cell(cell) for name, cell in row.items()}
        for row in table.to_dict("records")
    ]


def show_difference(a: RecordedRun, b: RecordedRun, found: Difference, top: int) -> None:
    """Print which sites moved, top movers first, and what was declared differently."""
    console = console_of()
    console.print(Text(f"From {plain(a.title)} to {plain(b.title)}", style="bold"))
    if found.empty:
        console.print("No difference.")
        return
    for number, site in enumerate(found.winners):
        names = ", ".join(plain(name) for name in site[:5]) or "no site"
        console.print(Text(f"Rank 1 in {'AB'[number]}: {names}"))
    _show_causes(console, found)
    _show_movers(console, found, top)
    _show_verdicts(console, found, top)
    console.print(
        f"{found.shared} sites in both runs, {found.added} added, {found.removed} removed; "
        f"{len(found.sites)} changed. Points are of 100. The score is split over data, scales and "
        f"weights without regard to order; the rank is followed in the order "
        f"{', '.join(FAMILIES)}."
    )


def decisions_told(log: Log, run: RecordedRun) -> list[dict[str, Any]]:
    """Give the decisions of a log, held against a run, as plain data."""
    return [_decision_told(entry, run) for entry in log.entries if entry.decision is not None]


def show_decisions(log: Log, run: RecordedRun) -> None:
    """Print the decisions of a log, what has changed since, and whether the chain holds."""
    console = console_of()
    for told in decisions_told(log, run):
        when, who = plain(told["at"], 30), plain(told["who"], 200)
        heading = f"{when}  {plain(told['site_id'])}: {told['decision']}, by {who}"
        console.print(Text(heading, style="bold"))
        console.print(Text(f"  Why: {plain(told['why'], 1000)}"))
        if told["evidence"]:
            console.print(Text(f"  On: {plain(', '.join(told['evidence']), 300)}"))
        for flag in told["flags"]:
            console.print(Text(f"  ! {plain(flag, 500)}"))
    for number in log.torn:
        console.print(f"Note: line {number} is no whole decision (cut short by a crash?); kept.")
    for problem in log.broken:
        console.print(Text(f"! The chain is broken: {plain(problem, 300)}.", style="bold"))
    count = sum(entry.decision is not None for entry in log.entries)
    state = "does not hold" if log.broken else "holds"
    console.print(f"{count} decisions; the chain {state}. Last line: {log.head}", soft_wrap=True)


def _decision_told(entry: Entry, run: RecordedRun) -> dict[str, Any]:
    decision = entry.decision
    assert decision is not None  # noqa: S101 - the caller leaves torn lines out
    changed = evidence_changed(decision.snapshot, run, decision.site_id)
    relied = {name: changed[name] for name in decision.evidence if name in changed}
    standing = standing_changed(decision.snapshot, run, decision.site_id)
    against = verdicts_against(run, decision.site_id)
    flags = [f"evidence has changed since: {_said(relied)}"] if relied else []
    others = {name: what for name, what in changed.items() if name not in relied}
    if others:
        word = "other evidence has" if decision.evidence else "evidence has"
        flags.append(f"{word} changed since: {_said(others)}")
    if standing:
        flags.append(f"its standing has changed since: {standing}")
    if decision.choice == "override":
        held = f"; still failed: {', '.join(against)}" if against else "; no rule fails now"
        flags.append(OVERRIDE + held)
    return {
        "line": entry.line,
        "sha256": entry.sha256,
        "at": entry.at,
        "who": decision.who,
        "site_id": decision.site_id,
        "decision": decision.choice,
        "why": decision.why,
        "evidence": list(decision.evidence),
        "run": decision.run,
        "same_run": decision.run == run.digest,
        "evidence_changed": changed,
        "relied_on_changed": relied,
        "standing_changed": standing,
        "failed_rules": against,
        "flags": flags,
    }


def _said(changed: Mapping[str, str]) -> str:
    """Say first what is different, then name the rules that say the same on other facts."""
    same = [name for name, what in changed.items() if what.endswith(SAME_VERDICT)]
    parts = [f"{name}: {what}" for name, what in changed.items() if name not in same]
    if same:
        parts.append(f"same verdict on other facts or wording: {', '.join(same)}")
    return "; ".join(parts)


def _show_causes(console: Console, found: Difference) -> None:
    lines: list[tuple[str, Sequence[str]]] = [
        ("Weights", [_weight(change) for change in found.weights]),
        ("Scales", found.scales),
        ("Weights to be asked again", found.ask_again),
        ("Rules", [_pack(change) for change in found.packs]),
        (
            "Inputs",
            [
                f"{part['layer']} {part['file']} ({part['change']})".replace("  ", " ")
                for part in found.inputs.to_dict("records")
            ],
        ),
        (
            "Settings",
            [
                f"{part['setting']}: {part['old']} to {part['new']}"
                for part in found.settings.to_dict("records")
            ],
        ),
        ("Versions", [f"{part['part']} {part['old']} to {part['new']}" for part in found.versions]),
    ]
    for heading, parts in lines:
        if parts:
            more = f"; and {len(parts) - 8} more (--json lists all)" if len(parts) > 8 else ""  # noqa: PLR2004 - as many as fit a screen
            said = "; ".join(plain(part, 120) for part in parts[:8])
            console.print(Text(f"{heading}: {said}{more}"))


def _weight(change: Mapping[str, Any]) -> str:
    old, new = (
        "not counted" if change[side] is None else f"{change[side]:.1%}" for side in ("old", "new")
    )
    return f"{change['criterion']} {old} to {new}"


def _pack(change: Mapping[str, Any]) -> str:
    return f"{change.get('rule_id') or change.get('pack')} {change['change']}"


def _show_movers(console: Console, found: Difference, top: int) -> None:
    if found.sites.empty:
        return
    grid = Table(title="Sites, top movers first", title_justify="left")
    for heading in ("Site", "Name", "Moved by"):
        grid.add_column(heading)
    for heading in ("Rank", "Score", "Change", *(f"by {part}" for part in SCORE_FAMILIES)):
        grid.add_column(heading, justify="right")
    for site, row in found.sites.head(top).iterrows():
        moved = row["moved_by"] if row["status"] == "both" else row["status"]
        grid.add_row(
            Text(plain(site, 24)),
            Text(plain(row["name"], 30)),
            moved or "-",
            f"{_rank(row['rank_a'])} to {_rank(row['rank_b'])}",
            f"{_points(row['score_low_a'])} to {_points(row['score_low_b'])}",
            _change(row["score_change"]),
            *(_change(row[f"score_by_{part}"]) for part in SCORE_FAMILIES),
        )
    console.print(grid)


def _show_verdicts(console: Console, found: Difference, top: int) -> None:
    if found.verdicts.empty:
        return
    grid = Table(title="Verdicts that changed", title_justify="left")
    for heading in ("Site", "Rule", "What", "Verdict", "Changed by"):
        grid.add_column(heading)
    for row in found.verdicts.head(top).to_dict("records"):
        cause = "rule and data" if row["cause"] == "both" else row["cause"]
        verdict = f"{row['verdict_a']} to {row['verdict_b']}"
        cells = (row["site_id"], row["rule_id"], row["title"], verdict, cause)
        grid.add_row(*(Text(plain(cell)) for cell in cells))
    console.print(grid)
    if len(found.verdicts) > top:
        console.print(f"{len(found.verdicts) - top} more verdicts changed; --json lists all.")


def _plain_cell(cell: Any) -> Any:
    if isinstance(cell, list | dict):
        return cell
    if cell is None or pd.isna(cell):
        return None
    return cell.item() if isinstance(cell, np.generic) else cell


def _rank(rank: Any) -> str:
    return "-" if pd.isna(rank) else str(int(rank))


def _points(score: Any) -> str:
    return "-" if pd.isna(score) else f"{100 * score:.1f}"


def _change(part: Any) -> str:
    if pd.isna(part):
        return "-"
    return f"{100 * part:+.1f}" if round(100 * part, 1) else "0.0"
