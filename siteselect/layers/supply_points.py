"""Where the electricity network can be met: substations and feeders with their headroom."""

from siteselect.contracts import Column, LayerSpec

LAYER = LayerSpec(
    name="supply_points",
    title="Electricity supply points",
    family="grid",
    shapes=("point", "polygon"),
    identifier="supply_id",
    columns=(
        Column("supply_id", "text", "identifier of the supply point", required=True),
        Column("name", "text", "name of the supply point"),
        Column(
            "level",
            "text",
            "network level",
            choices=("grid", "primary", "secondary", "lv", "unknown"),
        ),
        Column(
            "headroom_kva",
            "number",
            "demand that may still be connected; negative when already over firm capacity",
            minimum=-500_000.0,
            maximum=2_000_000.0,
        ),
        Column(
            "real_headroom_kw",
            "number",
            "headroom where it is published as real power; the two are never mixed",
            minimum=-500_000.0,
            maximum=2_000_000.0,
        ),
        Column("firm_kva", "number", "capacity after one outage", minimum=0.0, maximum=5_000_000.0),
        Column(
            "peak_kva", "number", "measured peak demand", minimum=-500_000.0, maximum=5_000_000.0
        ),
        Column(
            "contracted_kva",
            "number",
            "demand that is promised and not yet connected",
            minimum=0.0,
            maximum=5_000_000.0,
        ),
        Column(
            "rating_kva",
            "number",
            "nameplate rating of all transformers together",
            minimum=1.0,
            maximum=5_000_000.0,
        ),
        Column(
            "utilisation_share",
            "number",
            "peak over rating, where only that is published",
            minimum=0.0,
            maximum=5.0,
        ),
        Column(
            "rag",
            "text",
            "class that the operator gives it by thresholds of its own",
            choices=("green", "amber", "red"),
        ),
        Column("constraint_text", "text", "what the operator says limits it"),
        Column("upstream_id", "text", "supply_id of the point that feeds it"),
        Column(
            "upstream_rag",
            "text",
            "class of what feeds it, as the operator gives it",
            choices=("green", "amber", "red"),
        ),
        Column("reinforcement_date", "text", "when planned works are to be done, as published"),
        Column("single_transformer", "flag", "whether one outage takes all of it"),
        Column("operator", "text", "network operator"),
        Column("source_date", "text", "date or year the row describes"),
        Column("primary_kv", "number", "voltage coming in", minimum=0.1, maximum=800.0),
        Column("secondary_kv", "number", "voltage given out", minimum=0.1, maximum=800.0),
    ),
    meaning=(
        "An unmapped substation is not an absent supply, and headroom at a primary substation is "
        "necessary but not sufficient for a pod that connects at low voltage."
    ),
)
