"""How the criteria were weighed, and how firm the result is: scales, weights, other opinions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from siteselect.assess import study_tree
from siteselect.charts.drawing import plain
from siteselect.decision.pareto import FEWEST_AXES, MOST_AXES, group_scores, pareto_front
from siteselect.decision.stability import stability
from siteselect.decision.stakeholders import CONSENSUS, stakeholder_trees, stakeholder_views
from siteselect.report.background import readable
from siteselect.report.points import illustrative_tag, scale_text
from siteselect.report.ranking_parts import leading, site_name
from siteselect.report.records import Cell, Row, Section, Table
from siteselect.report.rounding import percent, rounded

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

    from siteselect.assess import Assessment
    from siteselect.decision.stakeholders import Views
    from siteselect.report.wording import Say
    from siteselect.settings.criteria import Stakeholder

RANKED = 15
"""Sites whose ranks by person are listed."""
NAMED = 10
"""Leading sites of which those that no other beats are named."""
APART = 5
"""Criteria and sites on which people differ most that are listed."""


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
    columns = say.heads("method", "tau", "same_first", "top_10", "remark")
    caption = say("study.opinions_caption")
    opinions = assessment.opinions
    if opinions is None:
        told = (say("study.opinions_none"), _front_line(assessment, say))
        return Table(caption, columns, ()), tuple(filter(None, told))
    rows = tuple(
        (
            Cell(str(method)),
            Cell(say("none") if np.isnan(row["kendall_tau"]) else rounded(row["kendall_tau"], 2)),
            Cell(say("yes_word" if row["same_first"] else "no_word")),
            Cell(_share(row["top_10_overlap"], say)),
            Cell(plain(row["note"])),
        )
        for method, row in opinions.agreement.iterrows()
    )
    notes = [
        plain(opinions.note),
        *_class_lines(opinions.classes, say),
        _front_line(assessment, say),
    ]
    if opinions.left_out:
        notes.append(say("study.opinions_left_out", n=len(opinions.left_out)))
    return Table(caption, columns, rows), tuple(filter(None, notes))


def _front_line(assessment: Assessment, say: Say) -> str:
    """Say which sites no other beats on the weightiest groups together, whatever their weights."""
    groups = sorted(assessment.tree, key=lambda name: (-assessment.tree[name][0], name))
    axes = groups[:MOST_AXES]
    if len(axes) < FEWEST_AXES or not assessment.eligible.any():
        return ""
    low, high = group_scores(
        assessment.values, assessment.tree, assessment.unknown_low, assessment.unknown_high
    )
    front = pareto_front(low, high, axes, assessment.eligible)["on_front"]
    sites = [site for site in leading(assessment, NAMED) if front[site] == "yes"]
    return say(
        "study.front",
        axes=", ".join(readable(axis) for axis in axes),
        sure=int((front == "yes").sum()),
        open=int((front == "unknown").sum()),
        total=len(front),
        named="; ".join(site_name(assessment, site) for site in sites) or say("none"),
        most=NAMED,
    )


def stakeholders_section(
    assessment: Assessment, people: Mapping[str, Stakeholder], locked: Collection[str], say: Say
) -> Section:
    """Write whose weights say what: agreement, weights, ranks, and where people differ.

    Parameters
    ----------
    assessment : the run.
    people : stakeholders of the study; with nobody, the section is empty.
    locked : groups whose weight nobody moves.
    say : fixed wording.
    """
    if not people:
        return Section(())
    views = stakeholder_views(
        assessment.values,
        stakeholder_trees(study_tree(assessment.study), people, locked),
        {name: person.weight for name, person in people.items()},
        assessment.unknown_low,
        assessment.unknown_high,
        assessment.eligible,
    )
    lines = [say("stakeholders.text")]
    if not np.isnan(views.concordance):
        lines.append(say("stakeholders.concordance", w=rounded(views.concordance, 2)))
    if not np.isnan(views.distance):
        lines.append(say("stakeholders.distance", share=percent(views.distance)))
    return Section(
        lines=tuple(Cell(line) for line in lines),
        tables=(
            _group_table(views, say),
            _rank_table(assessment, views, say),
            _weights_apart(assessment, views, say),
            _sites_apart(assessment, views, say),
        ),
        notes=tuple(plain(note) for note in views.notes),
    )


def _person(name: object, say: Say) -> str:
    return say("stakeholders.mean") if name == CONSENSUS else plain(readable(str(name)))


def _group_table(views: Views, say: Say) -> Table:
    rows = tuple(
        (Cell(readable(str(group))), *(Cell(percent(weight)) for weight in row))
        for group, row in views.groups.iterrows()
    )
    heads = (*say.heads("group"), *(_person(name, say) for name in views.groups.columns))
    return Table(say("stakeholders.groups_caption"), heads, rows)


def _rank_table(assessment: Assessment, views: Views, say: Say) -> Table:
    sites = views.ranks[CONSENSUS].dropna().sort_values(kind="stable").index[:RANKED]
    rows = []
    for site in sites:
        cells = [Cell(site_name(assessment, site))]
        for name in views.ranks.columns:
            place, best, worst = (
                table.loc[site, name]
                for table in (views.ranks, views.ranks_best, views.ranks_worst)
            )
            text = str(place)
            if best != worst:
                text = say("stakeholders.rank_range", rank=place, best=best, worst=worst)
            cells.append(Cell(text))
        rows.append(tuple(cells))
    heads = (*say.heads("site"), *(_person(name, say) for name in views.ranks.columns))
    caption = say("stakeholders.ranks_caption", shown=len(rows))
    return Table(caption, heads, tuple(rows), wide=True)


def _weights_apart(assessment: Assessment, views: Views, say: Say) -> Table:
    rows = []
    for name, row in views.criteria_spread.head(APART).iterrows():
        ends = [
            say("stakeholders.by", amount=percent(row[end]), who=_person(row[f"{end}_by"], say))
            for end in ("least", "most")
        ]
        apart = say("stakeholders.spread", share=rounded(100 * row["spread"]))
        rows.append((Cell(assessment.criteria[str(name)].title), *map(Cell, (*ends, apart))))
    heads = say.heads("criterion", "least_weight", "most_weight", "spread")
    return Table(say("stakeholders.apart_caption"), heads, tuple(rows))


def _sites_apart(assessment: Assessment, views: Views, say: Say) -> Table:
    rows = []
    for site, row in views.sites_spread.head(APART).iterrows():
        ends = [
            say("stakeholders.by", amount=str(row[end]), who=_person(row[f"{end}_by"], say))
            for end in ("best", "worst")
        ]
        cells = (*ends, str(row["spread"]))
        rows.append((Cell(site_name(assessment, str(site))), *map(Cell, cells)))
    heads = say.heads("site", "best_rank", "worst_rank", "spread")
    return Table(say("stakeholders.sites_caption"), heads, tuple(rows))


def _share(share: float, say: Say) -> str:
    return say("none") if np.isnan(share) else percent(share)


def _class_lines(classes: pd.DataFrame, say: Say) -> list[str]:
    if classes.empty:
        return []
    names = say.parts("study.class_name")
    pairs = zip(classes["class_high"].tolist(), classes["class_low"].tolist(), strict=True)
    parts = []
    for (high, low), count in sorted(Counter(pairs).items(), reverse=True):
        top, bottom = names[high - 1], names[low - 1]
        parts.append(
            say("study.class_count", n=count, name=top)
            if high == low
            else say("study.class_range", n=count, low=bottom, high=top)
        )
    lines = [say("study.classes", n=len(classes), counts="; ".join(parts))]
    open_ones = int((classes["class_low"] != classes["class_high"]).sum())
    if open_ones:
        lines.append(say("study.class_open", n=open_ones))
    return lines
