"""What the command line prints: a ranking, an explanation, an inventory, and progress."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from siteselect.assess import Assessment
from siteselect.contracts import VERDICTS
from siteselect.decision.explanation import sentences
from siteselect.decision.ranking import order
from siteselect.design.advice_case import advice_of


def plain(text: object, limit: int = 60) -> str:
    """Make text from outside harmless for a terminal: no control characters, a bounded length."""
    kept = "".join(
        letter if unicodedata.category(letter)[0] != "C" else " " for letter in str(text)
    )
    return kept if len(kept) <= limit else kept[: limit - 3] + "..."


@contextmanager
def working() -> Iterator[Callable[[str], None]]:
    """Show on the error stream what is being done; only in a terminal is it a moving line."""
    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield lambda text: console.print(Text(text), soft_wrap=True)
        return
    with console.status("Starting") as status:
        yield lambda text: status.update(Text(text))


def show_ranking(assessment: Assessment, top: int) -> None:
    """Print the leading sites with rank range, score range, evidence and verdicts."""
    console = console_of()
    table = assessment.ranking.table
    verdicts = _verdict_counts(assessment)
    grid = Table(title=Text(plain(assessment.study.title)), title_justify="left")
    for heading, side in (
        ("Rank", "right"),
        ("Range", "right"),
        ("Site", "left"),
        ("Name", "left"),
        ("Score", "right"),
        ("Known", "right"),
        ("Fails / unknown / conditions", "right"),
    ):
        grid.add_column(heading, justify=side)  # type: ignore[arg-type] # a literal either way
    for site in order(table)[:top]:
        row = table.loc[site]
        counts = verdicts.loc[site]
        grid.add_row(
            "-" if pd.isna(row["rank"]) else str(row["rank"]),
            "-" if pd.isna(row["rank"]) else f"{row['rank_best']} to {row['rank_worst']}",
            Text(plain(site, 24)),
            Text(plain(assessment.sites.loc[site, "name"], 40)),
            _interval(row["score_low"], row["score_high"]),
            f"{row['evidence_share']:.0%}",
            f"{counts['fail']} / {counts['unknown']} / {counts['conditional']}",
        )
    console.print(grid)
    ranked = int(table["rank"].notna().sum())
    console.print(
        f"{len(table)} sites, {ranked} ranked, {len(table) - ranked} unranked as a rule fails; "
        f"{len(assessment.rejected)} rows of the lists rejected. Score 0 to 100; a range shows "
        "what unknown measures could do."
    )
    _notices(console, assessment)


def explanation(assessment: Assessment, site: str) -> dict[str, Any]:
    """Gather why a site ranks where it does, as plain data."""
    row: dict[Any, Any] = assessment.ranking.table.loc[site].to_dict()
    findings = assessment.findings[assessment.findings["site_id"] == site]
    return {
        "site_id": site,
        "name": str(assessment.sites.loc[site, "name"]),
        "rank": None if pd.isna(row["rank"]) else int(row["rank"]),
        "rank_best": None if pd.isna(row["rank_best"]) else int(row["rank_best"]),
        "rank_worst": None if pd.isna(row["rank_worst"]) else int(row["rank_worst"]),
        "score_low": float(row["score_low"]),
        "score_high": float(row["score_high"]),
        "evidence_share": float(row["evidence_share"]),
        "sentences": list(_sentences(assessment, site)),
        "advice": asdict(advice_of(assessment.study, assessment.sites, site)),
        "criteria": [_criterion(assessment, site, name) for name in assessment.criteria],
        "findings": [
            {key: _cell(value) for key, value in finding.items()}
            for finding in findings.to_dict("records")
        ],
    }


def show_explanation(assessment: Assessment, site: str) -> None:
    """Print why a site ranks where it does."""
    console = console_of()
    told = explanation(assessment, site)
    console.print(Text(f"{plain(told['name'])} ({plain(site)})", style="bold"))
    for sentence in told["sentences"]:
        console.print(Text(plain(sentence, 1000)))
    _show_advice(console, told["advice"])
    grid = Table(title="Criteria", title_justify="left")
    for heading in ("Criterion", "Measure", "Value", "Weight", "Points"):
        grid.add_column(heading, justify="left" if heading == "Criterion" else "right")
    for part in told["criteria"]:
        measure = "unknown" if part["measure"] is None else f"{part['measure']:.4g} {part['unit']}"
        grid.add_row(
            part["title"],
            Text(measure if not part["reason"] else f"unknown: {plain(part['reason'], 70)}"),
            "-" if part["value"] is None else f"{part['value']:.2f}",
            f"{part['weight']:.1%}",
            "-" if part["points"] is None else f"{100 * part['points']:.1f}",
        )
    console.print(grid)
    _show_findings(console, told["findings"])
    _notices(console, assessment)


def _show_advice(console: Console, advice: dict[str, Any]) -> None:
    console.print(Text(f"Whether to build here: {advice['verdict']}.", style="bold"))
    for heading, lines in (
        ("Because", advice["reasons"]),
        ("Only if", advice["conditions"]),
        ("Not known", advice["unknowns"]),
    ):
        for line in lines:
            console.print(Text(f"  {heading}: {plain(line, 300)}"))


def show_inventory(found: dict[str, Any]) -> None:
    """Print what a study names and how it was read."""
    console = console_of()
    grid = Table(title=Text(f"{plain(found['title'])}: all readable"), title_justify="left")
    for heading in ("Layer", "File", "Features", "Date", "Basis", "Licence"):
        grid.add_column(heading, justify="right" if heading == "Features" else "left")
    for part in found["inputs"]:
        grid.add_row(
            *(
                Text(plain(part[key]))
                for key in ("layer", "file", "features", "date", "basis", "licence")
            )
        )
    console.print(grid)
    console.print(f"{found['candidates']} candidates, {found['rejected']} rows rejected.")
    show_land(found["land"])
    for notice in found["notices"]:
        console.print(Text(f"Note: {plain(notice, 300)}"))


def show_land(steps: Sequence[Mapping[Any, Any]]) -> None:
    """Print what each exclusion takes of the study area; nothing where the study excludes none."""
    if not steps:
        return
    grid = Table(title="What land is left", title_justify="left")
    for heading in ("Exclusion", "Layer", "By itself", "Removed", "Left", "Share", "Not known"):
        grid.add_column(heading, justify="left" if heading in {"Exclusion", "Layer"} else "right")
    grid.add_row("Study area", "", "", "", f"{steps[0]['before_ha']:,.1f} ha", "100.0%", "")
    for step in steps:
        layer = f"{step['layer']}: {step['note']}" if step["note"] else str(step["layer"])
        grid.add_row(
            Text(plain(step["label"])),
            Text(plain(layer)),
            *(f"{step[key]:,.1f} ha" for key in ("excluded_ha", "removed_ha", "left_ha")),
            f"{step['left_share']:.1%}",
            f"{step['unknown_ha']:,.1f} ha",
        )
    console_of().print(grid)


def _show_findings(console: Console, findings: list[dict[str, Any]]) -> None:
    grid = Table(title="Rules (a screening, not legal advice)", title_justify="left")
    for heading in ("Verdict", "Rule", "What", "To do or to find out", "Authority"):
        grid.add_column(heading)
    for verdict in VERDICTS[:-1]:
        for finding in findings:
            if finding["verdict"] == verdict:
                keys = ("verdict", "rule_id", "title", "action", "authority")
                grid.add_row(*(Text(plain(finding[key], 200)) for key in keys))
    passed = sum(finding["verdict"] == "pass" for finding in findings)
    console.print(grid)
    console.print(f"{passed} rules pass.")


def _notices(console: Console, assessment: Assessment) -> None:
    for notice in assessment.notices:
        facts = "; ".join(f"{name}: {fact}" for name, fact in notice.facts.items())
        told = f"{notice.text} {facts}" if facts else notice.text
        console.print(Text(f"Note ({notice.topic}): {plain(told, 600)}"))


def _sentences(assessment: Assessment, site: str) -> tuple[str, ...]:
    return sentences(
        assessment.ranking,
        assessment.values,
        assessment.weights,
        site,
        unknown_low=assessment.unknown_low,
        unknown_high=assessment.unknown_high,
        titles={name: record.title for name, record in assessment.criteria.items()},
    )


def _criterion(assessment: Assessment, site: str, name: str) -> dict[str, Any]:
    record = assessment.criteria[name]
    return {
        "name": name,
        "title": record.title,
        "unit": record.unit,
        "measure": _cell(assessment.measures.loc[site, name]),
        "reason": str(assessment.reasons.loc[site, name]),
        "value": _cell(assessment.values.loc[site, name]),
        "clamped": bool(assessment.clamped.loc[site, name]),
        "weight": float(assessment.weights[name]),
        "points": _cell(assessment.ranking.contributions.loc[site, name]),
    }


def _cell(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [str(part) for part in value]
    if value is None or pd.isna(value):
        return None
    return (
        value
        if isinstance(value, str | bool)
        else (float(value) if isinstance(value, int | float) else str(value))
    )


def _verdict_counts(assessment: Assessment) -> pd.DataFrame:
    counts = pd.crosstab(assessment.findings["site_id"], assessment.findings["verdict"])
    return counts.reindex(index=assessment.sites.index, columns=list(VERDICTS), fill_value=0)


def _interval(low: float, high: float) -> str:
    lower, upper = f"{100 * low:.1f}", f"{100 * high:.1f}"
    return lower if lower == upper else f"{lower} to {upper}"


def console_of() -> Console:
    """Make the console that results are printed on, wide enough where nobody is looking."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=160)
