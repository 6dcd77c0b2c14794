"""How the score of a site comes about: the chart and the table of its points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from siteselect.charts.drawing import plain
from siteselect.charts.points import FULL, Bar, waterfall_chart
from siteselect.report.background import TEXT_LETTERS
from siteselect.report.records import Cell, Figure, Row, Table
from siteselect.report.rounding import measure, percent, points, rounded, spread
from siteselect.report.standing import terms_of

if TYPE_CHECKING:
    import pandas as pd

    from siteselect.assess import Assessment
    from siteselect.contracts import Criterion
    from siteselect.report.wording import Say

MOST_KNOTS = 9
"""Knots that a reader is shown; a scale with more is a curve that was compiled."""
SHOWN = 5
"""Points of a curve that are written down instead."""


def points_chart(assessment: Assessment, site_id: str, name: str, say: Say) -> Figure:
    """Draw how the points of one site add up."""
    row: Any = assessment.ranking.table.loc[site_id]
    score = spread(row["score_low"], row["score_high"], say("unit.to"))
    terms = terms_of(assessment, site_id)
    bars = [
        Bar(
            label=assessment.criteria[str(criterion)].title,
            low=FULL * float(np.nansum([term["points"], term["unknown_low_points"]])),
            high=FULL * float(np.nansum([term["points"], term["unknown_high_points"]])),
            most=FULL * term["weight"],
            value=_points(term, say),
        )
        for criterion, term in terms.iterrows()
    ]
    svg = waterfall_chart(
        bars,
        title=say("score.chart_title", name=name),
        total=say("score.chart_total"),
        total_value=score,
        axis=say("score.chart_axis"),
        key=(say("score.chart_sure"), say("score.chart_possible"), say("score.chart_missed")),
    )
    return Figure(svg=svg, alt=say("score.chart_alt", name=name, score=score))


def points_table(assessment: Assessment, site_id: str, say: Say) -> Table:
    """Tell every criterion's measure, scale, weight, value and points for one site."""
    groups = {name: group for group, (_, branch) in assessment.tree.items() for name in branch}
    rows = tuple(
        _row(assessment, site_id, str(name), groups[str(name)], term, say)
        for name, term in terms_of(assessment, site_id).iterrows()
    )
    whole: Any = assessment.ranking.table.loc[site_id]
    total = (
        Cell(say("score.total")),
        Cell(""),
        Cell(""),
        Cell(percent(float(assessment.weights.sum()))),
        Cell(""),
        Cell(spread(whole["score_low"], whole["score_high"], say("unit.to"))),
    )
    columns = say.heads("criterion", "measure", "scale", "weight", "on_scale", "points")
    return Table(say("score.caption"), columns, rows, total=total)


def scale_text(record: Criterion, say: Say) -> str:
    """Write a fixed scale knot by knot; of a curve, a few of the many that stand for it."""
    knots = record.scale.knots
    if len(knots) > MOST_KNOTS:
        last = len(knots) - 1
        knots = tuple(knots[round(last * step / (SHOWN - 1))] for step in range(SHOWN))
    return "; ".join(
        say("score.knot", measure=measure(at, record.unit), points=rounded(FULL * value))
        for at, value in knots
    )


def illustrative_tag(assessment: Assessment, record: Criterion, say: Say) -> str:
    """Mark a criterion that rests on invented data."""
    layers = (assessment.layers.get(name) for name in record.layers)
    invented = any(layer is not None and layer.illustrative for layer in layers)
    return say("page.illustrative_tag") if invented else ""


def _row(
    assessment: Assessment, site_id: str, name: str, group: str, term: pd.Series[Any], say: Say
) -> Row:
    record = assessment.criteria[name]
    tag = illustrative_tag(assessment, record, say)
    if np.isnan(term["value"]):
        reason = plain(assessment.reasons.loc[site_id, name], TEXT_LETTERS)
        found, on_scale = Cell(say("score.not_known", reason=reason)), Cell(say("unknown"))
    else:
        measured: Any = assessment.measures.loc[site_id, name]
        found = Cell(measure(measured, record.unit))
        beyond = say("score.clamped") if assessment.clamped.loc[site_id, name] else ""
        on_scale = Cell(rounded(FULL * term["value"]), note=beyond)
    return (
        Cell(record.title, note=plain(group).replace("_", " "), tag=tag, tone="invented"),
        found,
        Cell(scale_text(record, say)),
        Cell(percent(term["weight"])),
        on_scale,
        Cell(_points(term, say)),
    )


def _points(term: pd.Series[Any], say: Say) -> str:
    if np.isnan(term["points"]):
        return spread(term["unknown_low_points"], term["unknown_high_points"], say("unit.to"))
    return points(term["points"])
