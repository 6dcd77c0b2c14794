"""What the run's data hold and what they lack: layer by layer, and criterion by criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from siteselect.charts.drawing import plain
from siteselect.charts.land import Taken, land_chart
from siteselect.report.background import TEXT_LETTERS, readable
from siteselect.report.records import Cell, Figure, Plate, Section, Table
from siteselect.report.rounding import percent

if TYPE_CHECKING:
    import pandas as pd

    from siteselect.assess import Assessment
    from siteselect.contracts import Layer
    from siteselect.report.records import Row
    from siteselect.report.wording import Say

MOST_REASONS = 5
"""Reasons that are told for one criterion, the most frequent first; the rest are counted."""
_WHOLE = 1 - 1e-6


def layers_table(assessment: Assessment, say: Say) -> Table:
    """Write of every layer what it holds, how much of the study area it covers, and its gaps."""
    rows = []
    for layer in assessment.layers.values():
        covered = covered_share(assessment, layer)
        whole = covered >= _WHOLE
        rows.append(
            (
                Cell(
                    layer.spec.title,
                    note=layer.spec.meaning,
                    tag=say("basis.illustrative") if layer.illustrative else "",
                    tone="invented" if layer.illustrative else "",
                ),
                Cell(_holds(layer, say)),
                Cell(
                    say("layers_held.whole") if whole else percent(covered),
                    note="" if whole else say("layers_held.outside"),
                ),
                Cell(_gaps(layer, say)),
            )
        )
    heads = tuple(say(f"layers_held.head.{key}") for key in ("layer", "holds", "covers", "gaps"))
    return Table(say("layers_held.caption"), heads, tuple(rows))


def covered_share(assessment: Assessment, layer: Layer) -> float:
    """Give the share of the study area inside which a layer's silence means absence [0..1]."""
    area = assessment.territory.area
    return float(shapely.intersection(layer.coverage, area).area / area.area)


def gaps_of(layer: Layer) -> pd.Series[float]:
    """Give the share of features without a value, for each column of the contract there is."""
    names = [column.name for column in layer.spec.columns if column.name in layer.frame.columns]
    cells = layer.frame[names]
    shares: pd.Series[float] = (cells.isna() | cells.eq("")).mean()
    return shares


def unknowns_section(assessment: Assessment, say: Say) -> Section:
    """Write at how many sites each criterion is not known, and why."""
    unknown = assessment.measures.isna()
    cells, total = int(unknown.to_numpy().sum()), int(unknown.size)
    if not cells:
        return Section((Cell(say("unknowns.nothing")),))
    told = say(
        "unknowns.some",
        cells=f"{cells:,}",
        all=f"{total:,}",
        share=percent(cells / total),
        sites=f"{int(unknown.any(axis=1).sum()):,}",
        total=f"{len(unknown):,}",
    )
    shares = unknown.mean().sort_values(ascending=False, kind="stable")
    bars = [
        Taken(
            label=assessment.criteria[str(name)].title,
            before=100.0,
            left=100.0,
            unknown=100.0 * share,
            value=percent(1 - share),
        )
        for name, share in shares.items()
    ]
    svg = land_chart(
        bars,
        title=say("unknowns.chart_title"),
        axis=say("unknowns.axis"),
        key=(say("unknowns.known"), say("unknowns.open"), ""),
    )
    figure = Figure(svg, say("unknowns.chart_alt"))
    return Section((Cell(told),), plates=(Plate(figure, _unknown_table(assessment, shares, say)),))


def _unknown_table(assessment: Assessment, shares: pd.Series[float], say: Say) -> Table:
    rows: list[Row] = []
    for name, share in zip(map(str, shares.index), shares, strict=True):
        counts = assessment.reasons[name].loc[assessment.measures[name].isna()].value_counts()
        parts = [
            say("unknowns.reason", reason=plain(reason, TEXT_LETTERS), n=f"{count:,}")
            for reason, count in counts.head(MOST_REASONS).items()
        ]
        rest = len(counts) - len(parts)
        more = [say("unknowns.more", n=rest)] if rest else []
        rows.append(
            (
                Cell(assessment.criteria[name].title),
                Cell(percent(assessment.weights[name])),
                Cell(f"{int(counts.sum()):,}", note=percent(share)),
                Cell("; ".join((*parts, *more)) or say("none")),
            )
        )
    keys = ("criterion", "weight", "unknown", "reasons")
    heads = tuple(say(f"unknowns.head.{key}") for key in keys)
    return Table(say("unknowns.caption"), heads, tuple(rows))


def _holds(layer: Layer, say: Say) -> str:
    if layer.rasters:
        return say("layers_held.rasters", n=len(layer.rasters))
    count = len(layer.frame)
    return say("layers_held.features", n=count if count == 1 else f"{count:,}")


def _gaps(layer: Layer, say: Say) -> str:
    found = gaps_of(layer)
    if not len(found):
        return say("layers_held.no_columns")
    empty = [readable(str(name)) for name in found.index[found >= _WHOLE]]
    parts = [
        say("layers_held.gap", column=readable(str(name)), share=percent(share))
        for name, share in found[(found > 0) & (found < _WHOLE)].sort_values().items()
    ]
    told = [say("layers_held.part", parts=", ".join(parts))] if parts else []
    told += [say("layers_held.never", columns=", ".join(empty))] if empty else []
    return " ".join(told) or say("layers_held.no_gaps")
