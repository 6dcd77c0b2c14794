"""The ranking of a study for a reader: order, ranges, measures, and who is shut out by a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from siteselect.charts.drawing import plain
from siteselect.charts.points import FULL, Interval, interval_chart
from siteselect.decision.ranking import order
from siteselect.report.background import NAME_LETTERS, TEXT_LETTERS, readable
from siteselect.report.points import illustrative_tag
from siteselect.report.records import Cell, Figure, Row, Table
from siteselect.report.rounding import measure, percent, rounded, spread
from siteselect.report.screening import evidence_text
from siteselect.report.standing import verdict_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from siteselect.assess import Assessment
    from siteselect.report.wording import Say

SHOWN = 50
"""Most rows of a list in a study report; the data files hold all."""
CHARTED = 15
YIELDS = {"heat_used": ("heat_used_mwh_a", 2), "npv": ("npv_gbp", 3)}
"""Columns of the sites that stand beside the score, and the figures that they are written with."""
MEASURED = 15


def site_name(assessment: Assessment, site_id: str) -> str:
    """Name a site for a reader, by its identifier where it has no name."""
    return plain(assessment.sites.loc[site_id, "name"] or site_id, NAME_LETTERS)


def leading(assessment: Assessment, most: int) -> list[str]:
    """Give the first ranked sites in the order of display."""
    return [str(site) for site in order(assessment.ranking.table) if assessment.eligible[site]][
        :most
    ]


def shut_out(assessment: Assessment) -> list[str]:
    """Give the sites that a rule excludes, in the order of display."""
    return [str(site) for site in order(assessment.ranking.table) if not assessment.eligible[site]]


def ranking_chart(assessment: Assessment, say: Say) -> Figure:
    """Draw the score ranges of the leading sites."""
    sites = leading(assessment, CHARTED)
    table = assessment.ranking.table
    intervals = []
    for site in sites:
        row: Any = table.loc[site]
        intervals.append(
            Interval(
                label=f"{row['rank']}  {site_name(assessment, site)}",
                low=FULL * row["score_low"],
                high=FULL * row["score_high"],
                value=spread(row["score_low"], row["score_high"], say("unit.to")),
            )
        )
    key = (say("study.chart_end"), say("study.chart_range"), "")
    title = say("study.chart_title", shown=len(sites))
    svg = interval_chart(intervals, title=title, axis=say("score.chart_axis"), key=key)
    return Figure(svg=svg, alt=say("study.chart_alt", shown=len(sites)))


def ranking_list(assessment: Assessment, say: Say) -> Table:
    """Write the leading sites with score, rank range, evidence and verdict counts."""
    sites = leading(assessment, SHOWN)
    by_site = _by_site(assessment, sites)
    known = assessment.sites.notna().any()
    extra = [name for name, (column, _) in YIELDS.items() if known.get(column, False)]
    rows = tuple(_row(assessment, site, by_site.get(site), extra, say) for site in sites)
    caption = say("study.ranking_caption", shown=len(sites), sites=len(assessment.sites))
    heads = say.heads("rank", "site", "score", "range", "known", *extra, "rules")
    return Table(caption, heads, rows)


def excluded_list(assessment: Assessment, say: Say) -> tuple[Table, str]:
    """Write the sites that a rule excludes, each with its reasons, and how many more there are."""
    sites = shut_out(assessment)
    failed = assessment.findings[assessment.findings["verdict"] == "fail"]
    by_site = {str(site): found for site, found in failed.groupby("site_id")}
    rows = tuple(
        (
            Cell(site_name(assessment, site), note=plain(site, NAME_LETTERS)),
            Cell(
                "; ".join(plain(title, TEXT_LETTERS) for title in by_site[site]["title"]),
                note="; ".join(evidence_text(said) for said in by_site[site]["evidence"]),
            ),
        )
        for site in sites[:SHOWN]
    )
    more = len(sites) - len(rows)
    table = Table(say("study.excluded_caption"), say.heads("site", "why"), rows)
    return table, say("study.excluded_more", n=more) if more else ""


def matrix(assessment: Assessment, say: Say) -> Table:
    """Write the measures of the leading sites in their own units, before any valuing."""
    sites = leading(assessment, MEASURED)
    records = assessment.criteria
    rows = []
    for site in sites:
        row: Any = assessment.measures.loc[site]
        cells = [
            Cell(say("unknown") if np.isnan(row[name]) else measure(row[name], record.unit))
            for name, record in records.items()
        ]
        rows.append((Cell(site_name(assessment, site)), *cells))
    columns = (*say.heads("site"), *(record.title for record in records.values()))
    caption = say("study.matrix_caption", shown=len(sites))
    invented = any(illustrative_tag(assessment, record, say) for record in records.values())
    tag = say("page.illustrative_tag") if invented else ""
    return Table(caption, columns, tuple(rows), wide=True, tag=tag)


def rejected_list(assessment: Assessment, say: Say) -> tuple[Table, str]:
    """Write the candidate rows that were left out, each with what would put it right."""
    rejected = assessment.rejected
    rows = tuple(
        (
            Cell(f"{plain(row['file'], NAME_LETTERS)} {plain(row['row'], NAME_LETTERS)}".strip()),
            Cell(plain(row["problem"], TEXT_LETTERS), note=plain(row["value"], NAME_LETTERS)),
            Cell(plain(row["cure"], TEXT_LETTERS)),
        )
        for row in rejected.head(SHOWN).to_dict("records")
    )
    more = len(rejected) - len(rows)
    table = Table(say("study.rejected_caption"), say.heads("row", "problem", "cure"), rows)
    return table, say("study.rejected_more", n=more) if more else ""


def _row(
    assessment: Assessment,
    site: str,
    found: pd.DataFrame | None,
    extra: Sequence[str],
    say: Say,
) -> Row:
    row: Any = assessment.ranking.table.loc[site]
    best, worst = row["rank_best"], row["rank_worst"]
    kind = readable(assessment.sites.loc[site, "kind"] or "")
    reach = str(best) if best == worst else say("study.rank_range", best=best, worst=worst)
    return (
        Cell(str(row["rank"])),
        Cell(site_name(assessment, site), note=" · ".join(filter(None, (_id(site), kind)))),
        Cell(spread(row["score_low"], row["score_high"], say("unit.to"))),
        Cell(reach),
        Cell(percent(row["evidence_share"])),
        *(_yield(assessment, site, name, say) for name in extra),
        Cell(say("none") if found is None else verdict_counts(found["verdict"], say)),
    )


def _yield(assessment: Assessment, site: str, name: str, say: Say) -> Cell:
    column, figures = YIELDS[name]
    value: Any = assessment.sites.loc[site, column]
    return Cell(say("unknown") if np.isnan(value) else rounded(value, figures))


def _id(site: str) -> str:
    return plain(site, NAME_LETTERS)


def _by_site(assessment: Assessment, sites: Sequence[str]) -> dict[str, pd.DataFrame]:
    wanted = assessment.findings[assessment.findings["site_id"].isin(sites)]
    return {str(site): found for site, found in wanted.groupby("site_id")}
