"""The points of a few sites, group by group: as a chart of stacked bars and as its table."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from siteselect.charts.drawing import plain
from siteselect.charts.points import FULL
from siteselect.charts.stacked import Stack, stacked_chart
from siteselect.report.background import NAME_LETTERS, readable
from siteselect.report.compared_line import LETTERS
from siteselect.report.ranking_parts import site_name
from siteselect.report.records import Cell, Figure, Plate, Table
from siteselect.report.rounding import spread
from siteselect.report.standing import terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteselect.assess import Assessment
    from siteselect.report.records import Row
    from siteselect.report.wording import Say


def heads_of(assessment: Assessment, sites: Sequence[str]) -> tuple[str, ...]:
    """Give every site a letter and its name; two of the same name keep their identifiers too."""
    names = [site_name(assessment, site) for site in sites]
    twice = Counter(names)
    return tuple(
        f"{letter}. {name}" + (f" ({plain(site, NAME_LETTERS)})" if twice[name] > 1 else "")
        for letter, name, site in zip(LETTERS, names, sites, strict=False)
    )


def points_by_group(assessment: Assessment, sites: Sequence[str], say: Say) -> Plate:
    """Draw and write down how the points of some sites are made up."""
    heads = heads_of(assessment, sites)
    groups = list(assessment.tree)
    names = [readable(group) for group in groups]
    sure = {site: _by_group(assessment, site) for site in sites}
    stacks, values = [], []
    for head, site in zip(heads, sites, strict=True):
        row: Any = assessment.ranking.table.loc[site]
        value = spread(row["score_low"], row["score_high"], say("unit.to"))
        low = tuple(FULL * sure[site][group][0] for group in groups)
        open_ = FULL * sum(sure[site][group][1] - sure[site][group][0] for group in groups)
        stacks.append(Stack(head, low, open_, value))
        values.append(value)
    svg = stacked_chart(
        stacks,
        names,
        title=say("compare.chart_title", n=len(sites)),
        axis=say("score.chart_axis"),
        possible=say("score.chart_possible"),
    )
    to = say("unit.to")
    rows: list[Row] = [
        (Cell(name), *(Cell(spread(*sure[site][group], to)) for site in sites))
        for name, group in zip(names, groups, strict=True)
    ]
    total = (Cell(say("score.total")), *map(Cell, values))
    table = Table(
        say("compare.chart_title", n=len(sites)),
        (*say.heads("group"), *heads),
        tuple(rows),
        total=total,
    )
    return Plate(Figure(svg, say("compare.chart_alt", names="; ".join(heads))), table)


def _by_group(assessment: Assessment, site: str) -> dict[str, tuple[float, float]]:
    """Add up the points of each group: sure ones, and all that are possible [0..1]."""
    terms = terms_of(assessment, site)
    found = {}
    for group, (_, branch) in assessment.tree.items():
        part = terms.loc[list(branch)]
        known = float(np.nansum(part["points"]))
        low = known + float(np.nansum(part["unknown_low_points"]))
        found[group] = low, known + float(np.nansum(part["unknown_high_points"]))
    return found
