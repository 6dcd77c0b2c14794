"""What the pod would be and do on one site, as tables: one a topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from siteselect.report.background import readable
from siteselect.report.records import Cell, Row, Table
from siteselect.report.rounding import in_column_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteselect.assess import Assessment
    from siteselect.report.wording import Say


@dataclass(frozen=True, slots=True)
class Topic:
    """One table: columns of the sites, each with the column that says what it rests on."""

    name: str
    layers: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]


TOPICS = (
    Topic(
        "heat",
        ("heat_sinks",),
        (
            ("sink_name", "sink_id"),
            ("sink_kind", ""),
            ("sink_m", "sink_basis"),
            ("sink_demand_mwh_a", "sink_demand_basis"),
            ("sink_supply_c", ""),
            ("heat_offered_mwh_a", ""),
            ("heat_used_mwh_a", ""),
            ("heat_mode", ""),
        ),
    ),
    Topic(
        "grid",
        ("supply_points",),
        (
            ("supply_name", "supply_id"),
            ("supply_level", ""),
            ("import_kva", ""),
            ("supply_headroom_kva", ""),
            ("headroom_after_pod_kva", ""),
            ("connection_m", "connection_basis"),
        ),
    ),
    Topic(
        "fibre",
        ("fibre_nodes",),
        (
            ("fibre_name", "fibre_id"),
            ("fibre_kind", ""),
            ("fibre_m", "fibre_basis"),
            ("rtt_ms", ""),
            ("rtt_budget_share", ""),
        ),
    ),
    Topic(
        "noise",
        ("noise_receptors", "noise_zones", "noise_map"),
        (
            ("sound_power_dba", ""),
            ("receptor_name", "receptor_id"),
            ("receptor_kind", ""),
            ("receptor_m", ""),
            ("receptor_level_dba", ""),
            ("day_limit_dba", "limit_basis"),
            ("night_limit_dba", "limit_basis"),
            ("noise_margin_db", ""),
            ("noise_map_dba", ""),
        ),
    ),
    Topic(
        "access",
        ("roads", "maintenance_bases"),
        (
            ("base_name", "base_id"),
            ("drive_min", "drive_basis"),
            ("road_class", ""),
            ("road_width_m", ""),
            ("road_offset_m", ""),
        ),
    ),
    Topic("ground", ("flood", "constraints"), (("flood_band", ""),)),
)


def design_tables(assessment: Assessment, site_id: str, say: Say) -> tuple[Table, ...]:
    """Write the design of the pod on one site, topic by topic."""
    site = assessment.sites.loc[site_id]
    return tuple(_table(assessment, topic, site, say) for topic in TOPICS)


def _table(assessment: Assessment, topic: Topic, site: pd.Series[Any], say: Say) -> Table:
    rows = [
        _row(column, basis, site, say) for column, basis in topic.columns if column in site.index
    ]
    if topic.name == "ground":
        rows += _protection(site, say)
    parts = [assessment.layers[name] for name in topic.layers if name in assessment.layers]
    invented = any(layer.illustrative for layer in parts)
    title = say(f"design.topics.{topic.name}")
    return Table(
        caption=say("design.caption", topic=title),
        heads=say.heads("item", "value"),
        rows=tuple(rows),
        tag=say("page.illustrative_tag") if invented else "",
    )


def _row(column: str, basis: str, site: pd.Series[Any], say: Say) -> Row:
    value, note = site[column], readable(site.get(basis, "")) if basis else ""
    if column == "flood_band":
        unknown = pd.isna(value) or not value
        text = say("design.rows.uncovered") if unknown else say(f"design.flood.{value}")
    elif isinstance(value, str):
        text = readable(value) or (note if column.endswith("_name") else "")
        note = "" if text == note else note
        text = text or say("design.nothing")
    else:
        known = value is not None and not pd.isna(value)
        text = in_column_unit(float(value), column) if known else say("unknown")
    return (Cell(say(f"design.rows.{column}")), Cell(text, note=note))


def _protection(site: pd.Series[Any], say: Say) -> list[Row]:
    """List protected areas in three states: inside, outside, and not covered by the data."""
    states: dict[str, list[str]] = {"inside": [], "outside": [], "uncovered": []}
    for column in site.index:
        if column.startswith("in_"):
            key = "uncovered" if pd.isna(site[column]) else "inside" if site[column] else "outside"
            states[key].append(readable(column.removeprefix("in_")))
    return [
        (Cell(say(f"design.rows.{key}")), Cell(_listed(kinds, say)))
        for key, kinds in states.items()
        if kinds or key == "inside"
    ]


def _listed(kinds: Sequence[str], say: Say) -> str:
    return ", ".join(kinds) if kinds else say("none")
