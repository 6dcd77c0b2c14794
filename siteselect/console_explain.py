"""What the command line prints of one site against another, and of weights from judgements."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from siteselect.assess import Assessment
from siteselect.console import console_of, plain
from siteselect.decision.against import Against, against, against_sentences
from siteselect.decision.comparisons import Elicited
from siteselect.decision.explanation import Baseline, baseline_values, waterfall
from siteselect.decision.weights import swings_of


def compared(assessment: Assessment, site: str, other: str) -> dict[str, Any]:
    """Gather how two sites compare and what would turn their order, as plain data."""
    criteria = assessment.criteria
    found = against(
        assessment.values,
        assessment.weights,
        assessment.measures,
        criteria,
        assessment.unknown_low,
        assessment.unknown_high,
        (site, other),
    )
    names = {key: str(assessment.sites.loc[key, "name"] or key) for key in (site, other)}
    return {
        "leader": found.leader,
        "other": found.other,
        "gap": found.gap,
        "gap_low": found.gap_low,
        "gap_high": found.gap_high,
        "unknown": list(found.assumed),
        "sentences": list(against_sentences(found, criteria, names)),
        "terms": _records(found.terms),
        "shift": _shift(found),
        "single_weights": _records(found.single),
        "improvements": _records(found.improvements),
        "pairs": _records(found.pairs),
    }


def counted_from(assessment: Assessment, site: str, kind: Baseline) -> dict[str, Any]:
    """Gather a site's points against a baseline, as plain data."""
    label, base = baseline_values(assessment.values, assessment.ranking.table, site, kind)
    terms = waterfall(
        assessment.values,
        assessment.weights,
        site,
        assessment.unknown_low,
        assessment.unknown_high,
        base,
    )
    return {"baseline": kind, "baseline_site": label, "terms": _records(terms)}


def show_compared(assessment: Assessment, told: dict[str, Any]) -> None:
    """Print how two sites compare."""
    console = console_of()
    leader, other = (
        plain(assessment.sites.loc[told[key], "name"] or told[key]) for key in ("leader", "other")
    )
    for sentence in told["sentences"]:
        console.print(Text(plain(sentence, 1000)))
    grid = Table(title=Text(f"{leader} against {other}"), title_justify="left")
    for heading in ("Criterion", leader, other, "Points for the first", "Decides"):
        grid.add_column(Text(heading), justify="left" if heading == "Criterion" else "right")
    for part in told["terms"]:
        grid.add_row(
            assessment.criteria[part["criterion"]].title,
            _value(part["value_a"]),
            _value(part["value_b"]),
            _span(part["points"], part["points_low"], part["points_high"]),
            "yes" if part["decisive"] else "",
        )
    console.print(grid)


def show_counted_from(assessment: Assessment, told: dict[str, Any]) -> None:
    """Print a site's points against a baseline."""
    base = told["baseline_site"]
    name = plain(assessment.sites.loc[base, "name"] or base) if base else "the worst of the scales"
    grid = Table(title=Text(f"Points against {name}"), title_justify="left")
    for heading in ("Criterion", "Value", "Points"):
        grid.add_column(heading, justify="left" if heading == "Criterion" else "right")
    for part in told["terms"]:
        ends = part["unknown_low_points"], part["unknown_high_points"]
        grid.add_row(
            assessment.criteria[part["criterion"]].title,
            _value(part["value"]),
            _span(part["points"], *ends),
        )
    console_of().print(grid)


def elicited_told(levels: dict[str, Elicited]) -> dict[str, Any]:
    """Give the weights of every level as plain data, with the swings to paste into a study."""
    return {
        name: {
            **{key: _cell(value) for key, value in asdict(level).items() if key != "weights"},
            "weights": {str(key): float(weight) for key, weight in level.weights.items()},
            "swings": _swings(level),
        }
        for name, level in levels.items()
    }


def show_elicited(levels: dict[str, Elicited]) -> None:
    """Print the weights of every level, how consistent they are, and lines to paste."""
    console = console_of()
    for name, level in levels.items():
        grid = Table(title=Text(f"{plain(name)}: {level.method}"), title_justify="left")
        for heading in ("Name", "Weight", "Swing"):
            grid.add_column(heading, justify="left" if heading == "Name" else "right")
        swings = _swings(level)
        for key, weight in level.weights.items():
            grid.add_row(Text(plain(key)), f"{weight:.1%}", f"{swings[str(key)]:.3g}")
        console.print(grid)
        if not math.isnan(level.consistency):
            word = {True: " Accepted.", False: " Not accepted.", None: ""}[level.accepted]
            console.print(f"Consistency {level.consistency:.3f} ({level.measure}).{word}")
        if level.revisit:
            console.print(Text(f"Look again: {plain(level.revisit, 300)}"))
    console.print(Text("Swings for the study:"))
    console.print(Text(study_lines(levels)), soft_wrap=True)


def study_lines(levels: dict[str, Elicited]) -> str:
    """Write the swings as they stand in a study."""
    import yaml  # noqa: PLC0415 - needed only here

    groups: dict[str, Any] = {}
    for group, swing in _swings(levels["groups"]).items():
        groups[group] = {"swing": float(f"{swing:.4g}")}
        if group in levels and group != "groups":
            inner = _swings(levels[group])
            groups[group]["criteria"] = {
                name: {"swing": float(f"{worth:.4g}")} for name, worth in inner.items()
            }
    return str(yaml.safe_dump({"groups": groups}, sort_keys=False, allow_unicode=True))


def _swings(level: Elicited) -> dict[str, float]:
    return swings_of({str(name): float(weight) for name, weight in level.weights.items()})


def _shift(found: Against) -> dict[str, Any] | None:
    if found.shift is None:
        return None
    return {
        "possible": found.shift.possible,
        "ties_only": found.shift.ties_only,
        "moved": found.shift.moved,
        "weights": _records(found.shift.weights),
    }


def _records(table: Any) -> list[dict[str, Any]] | None:
    if table is None:
        return None
    rows = table.reset_index() if table.index.name else table
    return [
        {str(key): _cell(value) for key, value in row.items()} for row in rows.to_dict("records")
    ]


def _cell(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _value(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"


def _span(points: float | None, low: float | None, high: float | None) -> str:
    if points is not None:
        return f"{100 * points:+.1f}"
    if low is None or high is None:
        return "unknown"
    return f"{100 * low:+.1f} to {100 * high:+.1f}"
