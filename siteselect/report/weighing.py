"""How the criteria were weighed, and how firm the result is: scales, weights, other opinions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect.charts.drawing import plain
from siteselect.decision.stability import stability
from siteselect.report.background import readable
from siteselect.report.points import illustrative_tag, scale_text
from siteselect.report.ranking_parts import leading, site_name
from siteselect.report.records import Cell, Row, Table
from siteselect.report.rounding import percent, rounded

if TYPE_CHECKING:
    from siteselect.assess import Assessment
    from siteselect.report.wording import Say


def weights_table(assessment: Assessment, say: Say) -> Table:
    """Write the criteria tree: swings, weights and fixed scales."""
    rows: list[Row] = []
    for group, (swing, branch) in assessment.tree.items():
        for name, inner in branch.items():
            record = assessment.criteria[name]
            tag = illustrative_tag(assessment, record, say)
            rows.append(
                (
                    Cell(record.title, note=record.question, tag=tag, tone="invented"),
                    Cell(readable(group), note=rounded(swing)),
                    Cell(rounded(inner)),
                    Cell(percent(assessment.weights[name])),
                    Cell(scale_text(record, say), note=record.source),
                )
            )
    columns = say.heads("criterion", "group", "swing", "weight", "scale")
    return Table(say("study.weights_caption"), columns, tuple(rows))


def presets_table(assessment: Assessment, say: Say) -> Table:
    """Write the other weight sets that the study keeps, each group's swing side by side."""
    groups = list(assessment.tree)
    current = {group: swing for group, (swing, _) in assessment.tree.items()}
    sets = {say("study.this_run"): current, **assessment.study.presets}
    rows = tuple(
        (Cell(readable(name)), *(Cell(rounded(swings[group])) for group in groups))
        for name, swings in sets.items()
    )
    columns = (*say.heads("preset"), *(readable(group) for group in groups))
    return Table(say("study.presets_caption"), columns, rows)


def sensitivity_table(assessment: Assessment, say: Say) -> Table:
    """Write how far each weight may move, alone, before another site is first."""
    columns = say.heads("criterion", "weight", "stays", "overtaken")
    first = leading(assessment, 1)
    if not first:
        return Table(say("study.sensitivity_none"), columns, ())
    known = assessment.values.fillna(assessment.unknown_low)
    found = stability(known[assessment.eligible], assessment.weights, first[0])
    rows = []
    for name, row in found.iterrows():
        bounds = row["reason"]
        if not bounds:
            low, high = percent(row["stays_from"]), percent(row["stays_to"])
            bounds = say("study.stays", low=low, high=high)
        rivals = {row["overtaken_below_by"], row["overtaken_above_by"]} - {""}
        named = "; ".join(site_name(assessment, site) for site in sorted(rivals))
        rows.append(
            (
                Cell(assessment.criteria[str(name)].title),
                Cell(percent(row["weight"])),
                Cell(bounds),
                Cell(named or say("study.never")),
            )
        )
    caption = say("study.sensitivity_caption", name=site_name(assessment, first[0]))
    return Table(caption, columns, tuple(rows))


def opinions_table(assessment: Assessment, say: Say) -> tuple[Table, tuple[str, ...]]:
    """Write how far other decision methods agree, and what their reader must know."""
    columns = say.heads("method", "tau", "same_first", "remark")
    caption = say("study.opinions_caption")
    opinions = assessment.opinions
    if opinions is None:
        return Table(caption, columns, ()), (say("study.opinions_none"),)
    rows = tuple(
        (
            Cell(str(method)),
            Cell(say("none") if np.isnan(row["kendall_tau"]) else rounded(row["kendall_tau"], 2)),
            Cell(say("yes_word" if row["same_first"] else "no_word")),
            Cell(plain(row["note"])),
        )
        for method, row in opinions.agreement.iterrows()
    )
    notes = [plain(opinions.note)]
    if opinions.left_out:
        notes.append(say("study.opinions_left_out", n=len(opinions.left_out)))
    return Table(caption, columns, rows), tuple(filter(None, notes))
