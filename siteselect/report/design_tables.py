"""What the pod would be and do on one site, as tables: one a topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siteselect.report.background import readable
from siteselect.report.design_rows import (
    Line,
    amount,
    coded,
    flag,
    measured,
    named,
    said,
    span,
    state,
    stated,
    unstated,
    wording_of,
)
from siteselect.report.design_works import (
    cable_ground,
    detour,
    diversity_step,
    evidence,
    flood,
    last_mile,
    limits,
    lorry_from,
    lorry_stop,
    margin,
    open_points,
    primary_class,
    redundancy,
    reinforcement,
    round_trip,
    screened,
    stand_in,
    street_width,
    supply_date,
    transformer,
    upstream,
)
from siteselect.report.records import Cell, Row, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from siteselect.assess import Assessment
    from siteselect.report.wording import Say


@dataclass(frozen=True, slots=True)
class Topic:
    """One table: what it is about, the layers it rests on, and its rows."""

    name: str
    layers: tuple[str, ...]
    lines: tuple[Line, ...]


HEAT = Topic(
    "heat",
    ("heat_sinks",),
    (
        named("sink_name", "sink_id", said("sink_kind")),
        amount("sink_m", said("sink_basis")),
        amount("sink_demand_mwh_a", said("sink_demand_basis")),
        amount("sink_supply_c"),
        amount("heat_offered_mwh_a"),
        amount("heat_used_mwh_a"),
        wording_of("heat_mode"),
    ),
)
GRID = Topic(
    "grid",
    ("supply_points", "supply_areas"),
    (
        named(
            "supply_name",
            "supply_id",
            stand_in,
            said("supply_level"),
            said("supply_operator"),
            supply_date,
        ),
        amount("supply_headroom_kva", said("supply_headroom_basis")),
        amount("import_kva"),
        amount("headroom_after_pod_kva"),
        named(
            "primary_name",
            "primary_id",
            said("primary_basis"),
            measured("design.words.straight", "primary_m"),
        ),
        amount(
            "primary_headroom_kva",
            said("primary_headroom_basis"),
            measured("design.words.after_pod", "primary_after_pod_kva"),
            primary_class,
        ),
        Line("upstream_limit", upstream),
        amount("connection_m", said("connection_basis")),
        Line("connection_verge_m", cable_ground),
    ),
)
WORKS = Topic(
    "works",
    ("supply_points",),
    (
        coded("connection_option", "option"),
        amount("connection_kva"),
        Line("transformer_kva", transformer),
        span("connection", "gbp", "GBP"),
        span("connection", "weeks", "weeks"),
        Line("reinforcement_needed", reinforcement),
        Line("redundancy", redundancy),
        Line("connection_note", open_points),
    ),
)
FIBRE = Topic(
    "fibre",
    ("fibre_nodes", "fibre_routes"),
    (
        named("fibre_name", "fibre_id", said("fibre_kind"), said("fibre_operator")),
        state("fibre_closing"),
        amount("fibre_m", said("fibre_basis")),
        state("fibre_route_known"),
        span("fibre", "gbp", "GBP"),
        span("fibre", "weeks", "weeks"),
        Line("rtt_ms", round_trip),
        Line("diversity_possible", diversity_step("diversity_possible")),
        Line("diversity_proven", diversity_step("diversity_proven")),
        Line("diversity_evidence", evidence),
    ),
)
NOISE = Topic(
    "noise",
    ("noise_receptors", "noise_zones", "noise_map", "noise_screens"),
    (
        coded("noise_verdict", "noise_verdict"),
        amount("noise_margin_db", margin),
        named(
            "receptor_name",
            "receptor_id",
            said("receptor_kind"),
            measured("design.words.away", "receptor_m"),
        ),
        amount("receptor_level_dba", screened),
        Line("night_limit_dba", limits),
        amount("sound_power_dba"),
        amount("noise_map_dba"),
    ),
)
ACCESS = Topic(
    "access",
    ("roads", "maintenance_bases"),
    (
        named("base_name", "base_id"),
        amount("drive_min", said("drive_basis")),
        wording_of("road_class", measured("design.words.from_site", "road_offset_m"), street_width),
        state("lorry_reaches", lorry_from),
        Line("delivery_detour_share", detour),
        Line("delivery_block", lorry_stop),
        Line("last_mile_width_m", last_mile),
        state("private_access"),
    ),
)
ROOM = Topic(
    "room",
    ("roads", "utilities"),
    (
        state("access_24_7", unstated("access_24_7")),
        state("gate_ok", stated("road_gate_width_m", "design.words.wide")),
        state("crane_stand", said("crane_stand_basis")),
        state("overhead_near", measured("design.words.nearest_line", "crane_near_overhead_m")),
        state("fire_access", said("fire_access_basis")),
        state(
            "floor_holds",
            measured("design.words.load", "floor_load_kpa"),
            stated("floor_capacity_kpa", "design.words.bears"),
        ),
        state("parking_ok", stated("parking_bays", "design.words.bays")),
        state("maintenance_room_ok", stated("room_for_maintenance_m", "design.words.clear")),
    ),
)
GROUND = Topic("ground", ("flood", "constraints"), (Line("flood_band", flood),))

TOPICS = (HEAT, GRID, WORKS, FIBRE, NOISE, ACCESS, ROOM, GROUND)


def design_tables(
    assessment: Assessment, site_id: str, say: Say, most: int | None = None
) -> tuple[Table, ...]:
    """Write the design of the pod on one site, topic by topic; all topics, or the first few."""
    site = assessment.sites.loc[site_id]
    return tuple(_table(assessment, topic, site, say) for topic in TOPICS[:most])


def _table(assessment: Assessment, topic: Topic, site: pd.Series[Any], say: Say) -> Table:
    known: dict[Any, Any] = site.to_dict()
    rows = [row for line in topic.lines if (row := line.row(known, say)) is not None]
    if topic is GROUND:
        rows += _protection(known, say)
    parts = [assessment.layers[name] for name in topic.layers if name in assessment.layers]
    invented = any(layer.illustrative for layer in parts)
    title = say(f"design.topics.{topic.name}")
    return Table(
        caption=say("design.caption", topic=title),
        heads=say.heads("item", "value"),
        rows=tuple(rows),
        tag=say("page.illustrative_tag") if invented else "",
    )


def _protection(site: dict[Any, Any], say: Say) -> list[Row]:
    """List protected areas in three states: inside, outside, and not covered by the data."""
    states: dict[str, list[str]] = {"inside": [], "outside": [], "uncovered": []}
    for column in site:
        if column.startswith("in_"):
            inside = flag(site, column)
            key = "uncovered" if inside is None else "inside" if inside else "outside"
            states[key].append(readable(column.removeprefix("in_")))
    return [
        (Cell(say(f"design.rows.{key}")), Cell(_listed(kinds, say)))
        for key, kinds in states.items()
        if kinds or key == "inside"
    ]


def _listed(kinds: Sequence[str], say: Say) -> str:
    return ", ".join(kinds) if kinds else say("none")
