"""Two to four sites beside one another: what they have, who is better at what, what turns it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import isnan, nan
from typing import TYPE_CHECKING, Any

import pandas as pd

from siteselect.charts.drawing import plain
from siteselect.contracts import VERDICTS
from siteselect.decision.against import against, against_sentences
from siteselect.decision.stability import stability
from siteselect.planning.worth import build_gbp, carbon_kgco2e_a
from siteselect.report.background import TEXT_LETTERS
from siteselect.report.compared_line import Line, compared
from siteselect.report.points import illustrative_tag
from siteselect.report.points_by_group import heads_of, points_by_group
from siteselect.report.ranking_parts import site_name
from siteselect.report.records import Cell, Plate, Table
from siteselect.report.rounding import (
    is_share,
    measure,
    percent,
    points,
    rounded,
    spread,
    with_unit,
)
from siteselect.report.standing import terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteselect.assess import Assessment
    from siteselect.report.compared_line import Better
    from siteselect.report.records import Row
    from siteselect.report.wording import Say

FEWEST, MOST = 2, 4
"""Sites that are compared at once [judgement: what fits beside one another on a page]."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is said of a few sites beside one another.

    `pairs` has a title and sentences for the leader against each other; `ruled_out` a sentence
    for each site that a rule keeps out of the ranking.
    """

    standing: Table
    measures: Table
    chart: Plate
    pairs: tuple[tuple[str, tuple[str, ...]], ...]
    flips: Table
    ruled_out: tuple[str, ...]


def comparison(assessment: Assessment, sites: Sequence[str], say: Say) -> Comparison:
    """Set a few sites beside one another.

    Parameters
    ----------
    assessment : the run.
    sites : two to four of its sites, in the order in which they are to stand.
    say : fixed wording.

    Raises
    ------
    ValueError
        Less than two sites, more than four, or one of them twice.
    """
    if not FEWEST <= len(set(sites)) == len(sites) <= MOST:
        raise ValueError(f"{FEWEST} to {MOST} different sites are compared, not {list(sites)}")
    leader = leader_of(assessment, sites)
    return Comparison(
        standing=_standing(assessment, sites, say),
        measures=_measures(assessment, sites, say),
        chart=points_by_group(assessment, sites, say),
        pairs=tuple(_pair(assessment, leader, site, say) for site in sites if site != leader),
        flips=_flips(assessment, sites, leader, say),
        ruled_out=tuple(
            say("compare.ruled_out", name=site_name(assessment, site))
            for site in sites
            if not assessment.eligible[site]
        ),
    )


def leader_of(assessment: Assessment, sites: Sequence[str]) -> str:
    """Name the site with most points, every unknown at its worst; the first of those that tie."""
    return str(assessment.ranking.table["score_low"].loc[list(sites)].idxmax())


def _standing(assessment: Assessment, sites: Sequence[str], say: Say) -> Table:
    chosen: list[Any] = [assessment.ranking.table.loc[site] for site in sites]
    to = say("unit.to")
    ranks = tuple(nan if pd.isna(row["rank"]) else float(row["rank"]) for row in chosen)
    scores = tuple(float(row["score_low"]) for row in chosen)
    told = tuple(spread(row["score_low"], row["score_high"], to) for row in chosen)
    title, nowhere = say("compare.row.rank"), (say("compare.not_ranked"),) * len(chosen)
    rows = [
        compared(Line(title, ranks, _whole, "less", reasons=nowhere, apart=_nothing), say),
        (Cell(say("compare.row.range")), *(Cell(_reach(row, say)) for row in chosen)),
        compared(Line(say("compare.row.points"), scores, points, "more", shown=told), say),
        (Cell(say("compare.row.known")), *(Cell(percent(row["evidence_share"])) for row in chosen)),
        *_yields(assessment, list(sites), say),
        *_verdicts(assessment, sites, say),
    ]
    heads = (say("compare.head.what"), *heads_of(assessment, sites))
    return Table(say("compare.standing"), heads, tuple(rows), wide=True)


def _yields(assessment: Assessment, sites: list[str], say: Say) -> list[Row]:
    """Write cost, worth, heat and carbon, each with its unit and the reason where unknown."""
    chosen = assessment.sites.loc[sites]
    built = build_gbp(assessment.study, chosen)
    numbers: tuple[tuple[str, Any, str, Better, Any], ...] = (
        ("cost", built["cost_gbp"], "GBP", "less", built["reason"]),
        ("npv", chosen["npv_gbp"], "GBP", "more", chosen["npv_reason"]),
        ("heat", chosen["heat_used_mwh_a"], "MWh/a", "more", ()),
        ("carbon", carbon_kgco2e_a(assessment).loc[sites], "kg CO2e/a", "more", ()),
        ("connection", chosen["connection_weeks"], "weeks", "less", ()),
    )
    return [
        compared(
            Line(
                say(f"compare.row.{key}"),
                tuple(map(float, values)),
                partial(with_unit, unit=unit),
                better,
                reasons=tuple(plain(reason, TEXT_LETTERS) for reason in reasons),
            ),
            say,
        )
        for key, values, unit, better, reasons in numbers
    ]


def _verdicts(assessment: Assessment, sites: Sequence[str], say: Say) -> list[Row]:
    found = assessment.findings
    rows = []
    for verdict in VERDICTS[:-1]:  # what passes is what the others leave
        counted = found.loc[found["verdict"] == verdict, "site_id"].value_counts()
        counts = tuple(float(counted.get(site, 0)) for site in sites)
        title = say("compare.row.rules", verdict=say(f"verdict.{verdict}").lower())
        rows.append(compared(Line(title, counts, _whole, "less"), say))
    return rows


def _measures(assessment: Assessment, sites: Sequence[str], say: Say) -> Table:
    rows: list[Row] = []
    terms = [terms_of(assessment, site) for site in sites]
    cells = assessment.measures.loc[list(sites)], assessment.values.loc[list(sites)]
    for name, record in assessment.criteria.items():
        line = Line(
            record.title,
            tuple(map(float, cells[0][name])),
            partial(measure, unit=record.unit),
            record.better,
            # The scale says which is better: a criterion may be best in the middle.
            worths=tuple(map(float, cells[1][name])),
            # Three classes more are not "3 of 5 more".
            apart=rounded if _in_classes(record.unit) else None,
            reasons=tuple(
                plain(assessment.reasons.loc[site, name], TEXT_LETTERS) for site in sites
            ),
        )
        first, *rest = compared(line, say)
        tag = illustrative_tag(assessment, record, say)
        rows.append((replace(first, tag=tag, tone="invented"), *rest))
        most = points(float(assessment.weights[name]))
        rows.append(
            (
                Cell(say("compare.row.its_points", most=most)),
                *(Cell(_points(term.loc[name], say)) for term in terms),
            )
        )
    heads = (say("compare.head.criterion"), *heads_of(assessment, sites))
    return Table(say("compare.measures"), heads, tuple(rows), wide=True)


def _points(term: Any, say: Say) -> str:
    if isnan(term["points"]):
        return spread(term["unknown_low_points"], term["unknown_high_points"], say("unit.to"))
    return points(term["points"])


def _pair(assessment: Assessment, leader: str, other: str, say: Say) -> tuple[str, tuple[str, ...]]:
    found = against(
        assessment.values,
        assessment.weights,
        assessment.measures,
        assessment.criteria,
        assessment.unknown_low,
        assessment.unknown_high,
        (leader, other),
    )
    names = {site: site_name(assessment, site) for site in (leader, other)}
    key = "compare.why" if found.gap > 0 and found.shift is not None else "compare.why_level"
    title = say(key, leader=names[found.leader], other=names[found.other])
    return title, against_sentences(found, assessment.criteria, names)


def _flips(assessment: Assessment, sites: Sequence[str], leader: str, say: Say) -> Table:
    """Write at which weight of one criterion alone another of these sites comes first."""
    known = assessment.values.loc[list(sites)].astype("float64").fillna(assessment.unknown_low)
    rows = []
    for name, row in stability(known, assessment.weights, leader).iterrows():
        bounds = row["reason"]
        if not bounds:
            low, high = percent(row["stays_from"]), percent(row["stays_to"])
            bounds = say("study.stays", low=low, high=high)
        said = [
            say(
                f"compare.{key}",
                name=site_name(assessment, row[f"overtaken_{side}_by"]),
                weight=percent(row[end]),
            )
            for side, end, key in (
                ("below", "stays_from", "flips_below"),
                ("above", "stays_to", "flips_above"),
            )
            if row[f"overtaken_{side}_by"]
        ]
        rows.append(
            (
                Cell(assessment.criteria[str(name)].title),
                Cell(percent(row["weight"])),
                Cell(bounds),
                Cell("; ".join(said) or say("compare.flips_never")),
            )
        )
    heads = (
        *say.heads("criterion", "weight"),
        say("compare.head.stays"),
        say("compare.head.flips"),
    )
    return Table(say("compare.flips", name=site_name(assessment, leader)), heads, tuple(rows))


def _reach(row: Any, say: Say) -> str:
    best, worst = row["rank_best"], row["rank_worst"]
    if pd.isna(best):
        return say("none")
    return str(best) if best == worst else say("study.rank_range", best=best, worst=worst)


def _in_classes(unit: str) -> bool:
    return unit.startswith(("of ", "step of ")) and not is_share(unit)


def _nothing(_: float) -> str:
    return ""


def _whole(value: float) -> str:
    return f"{value:,.0f}"
