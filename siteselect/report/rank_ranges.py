"""The ranks that the leading sites could have, for a reader: as a chart and as its table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from siteselect.charts.rank_ranges import Reach, rank_range_chart
from siteselect.report.ranking_parts import CHARTED, leading, site_name
from siteselect.report.records import Cell, Figure, Plate, Table
from siteselect.report.rounding import percent, spread

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.report.wording import Say


def rank_ranges(assessment: Assessment, say: Say) -> Plate | None:
    """Draw and write down which ranks the leading sites could have; None where nobody is ranked."""
    sites = leading(assessment, CHARTED)
    if not sites:
        return None
    reaches, rows = [], []
    for site in sites:
        row: Any = assessment.ranking.table.loc[site]
        name, best, worst = (
            site_name(assessment, site),
            int(row["rank_best"]),
            int(row["rank_worst"]),
        )
        span = str(best) if best == worst else say("study.rank_range", best=best, worst=worst)
        reaches.append(Reach(name, int(row["rank"]), best, worst, span))
        score = spread(row["score_low"], row["score_high"], say("unit.to"))
        told = (str(row["rank"]), name, span, score, percent(row["evidence_share"]))
        rows.append(tuple(map(Cell, told)))
    title = say("rank_ranges.chart_title", shown=len(sites))
    svg = rank_range_chart(
        reaches,
        title=title,
        axis=say("rank_ranges.axis"),
        key=(say("rank_ranges.today"), say("rank_ranges.reach")),
    )
    alt = say("rank_ranges.chart_alt", shown=len(sites))
    heads = say.heads("rank", "site", "range", "score", "known")
    return Plate(Figure(svg, alt, say("rank_ranges.text")), Table(title, heads, tuple(rows)))
