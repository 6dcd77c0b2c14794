"""What land was left: the exclusions one after another, as a chart and its table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from siteselect.candidates.buildable import NO_LAYER
from siteselect.charts.drawing import plain
from siteselect.charts.land import Taken, land_chart
from siteselect.report.background import NAME_LETTERS
from siteselect.report.records import Cell, Figure, Plate, Section, Table

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.report.records import Row
    from siteselect.report.wording import Say

FIGURES = 5
"""Figures in which the study area is written; its parts take the same decimal place [D]."""


def land_section(assessment: Assessment, say: Say) -> Section:
    """Write how much of the study area each exclusion removes and what is left in the end."""
    ground = assessment.buildable
    steps: list[dict[Any, Any]] = ground.steps.to_dict("records")
    area = _hectares(ground.area_ha, ground.area_ha)
    if not steps:
        return Section((Cell(say("land.nothing", area=area)),))
    last = steps[-1]
    told = [
        say(
            "land.left",
            area=area,
            left=_hectares(last["left_ha"], ground.area_ha),
            share=_percent(last["left_share"]),
        ),
        say("land.reading"),
    ]
    flagged = int(assessment.sites["buildable"].eq(False).sum())
    if flagged:
        told.append(say("land.flagged", n=flagged))
    if any(step["unknown_ha"] > 0 for step in steps):
        told.append(say("land.unknown"))
    plate = Plate(_figure(assessment, steps, say), _table(steps, ground.area_ha, say))
    return Section(tuple(Cell(line) for line in told), plates=(plate,))


def _figure(assessment: Assessment, steps: list[dict[Any, Any]], say: Say) -> Figure:
    full = assessment.buildable.area_ha / 100
    rows = [
        Taken(
            label=plain(step["label"], NAME_LETTERS),
            before=step["before_ha"] / full,
            left=step["left_ha"] / full,
            unknown=step["unknown_ha"] / full,
            value=_percent(step["left_share"]),
        )
        for step in steps
    ]
    title = say("land.chart_title")
    key = (say("land.sure"), say("land.unsure"), say("land.removed"))
    drawn = land_chart(rows, title=title, axis=say("land.axis"), key=key)
    return Figure(drawn, say("land.chart_alt", share=_percent(steps[-1]["left_share"])))


def _table(steps: list[dict[Any, Any]], area_ha: float, say: Say) -> Table:
    heads = say.heads("exclusion", "by_itself", "taken", "land_left", "land_unknown")
    rows: list[Row] = []
    for step in steps:
        note = say("land.no_layer", layer=step["layer"]) if step["note"] == NO_LAYER else ""
        rows.append(
            (
                Cell(plain(step["label"], NAME_LETTERS), note=note),
                *(Cell(_hectares(step[key], area_ha)) for key in ("excluded_ha", "removed_ha")),
                Cell(_hectares(step["left_ha"], area_ha), note=_percent(step["left_share"])),
                Cell(_hectares(step["unknown_ha"], area_ha)),
            )
        )
    caption = say("land.caption", area=_hectares(area_ha, area_ha))
    return Table(caption, heads, tuple(rows))


def _hectares(value_ha: float, area_ha: float) -> str:
    """Write an area to the decimal place of the whole table, so that its rows can be added up."""
    places = max(FIGURES - 1 - math.floor(math.log10(area_ha)), 0)
    return f"{value_ha:,.{places}f}\u00a0ha"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}\u00a0%"
