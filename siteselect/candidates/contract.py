"""What a list of candidates must hold, and what is said of the rows that are left out."""

from __future__ import annotations

from siteselect.contracts import Column, LayerSpec

CANDIDATE = LayerSpec(
    name="candidates",
    title="Candidates",
    family="display",
    shapes=("point", "polygon"),
    identifier="site_id",
    columns=(
        Column("site_id", "text", "identifier of the candidate", required=True),
        Column("name", "text", "name of the place"),
        Column("kind", "text", "what is there now"),
        Column("roof", "flag", "whether the pod would stand on a roof"),
        Column("indoors", "flag", "whether the pod would stand in an existing building"),
        Column("access_24_7", "flag", "whether engineers may enter at any hour"),
        Column("floor_capacity_kpa", "number", "what the floor bears", minimum=0.1, maximum=1000.0),
        Column("road_gate_width_m", "number", "narrowest gate or drive", minimum=0.5, maximum=50.0),
        Column("stand_length_m", "number", "length of the firm stand", minimum=1.0, maximum=500.0),
        Column("stand_width_m", "number", "width of the firm stand", minimum=1.0, maximum=500.0),
        Column("stand_slope_share", "number", "slope of the stand", minimum=0.0, maximum=1.0),
        Column("parking_bays", "number", "bays that an engineer may use", minimum=0.0),
        Column(
            "room_for_maintenance_m",
            "number",
            "clear room round the pod on every side",
            minimum=0.0,
            maximum=100.0,
        ),
        Column(
            "fire_access_m",
            "number",
            "hose run from where a fire engine stands to the farthest point of the pod",
            minimum=0.0,
            maximum=5000.0,
        ),
    ),
    meaning="A polygon stands for a point inside it.",
)

REJECTED = ("file", "row", "column", "value", "problem", "cure")
"""Columns of the table of rows that were left out."""
