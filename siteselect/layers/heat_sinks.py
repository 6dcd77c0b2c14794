"""Who can take the heat: pools, greenhouses, buildings and district loops."""

from siteselect.contracts import Column, LayerSpec

KINDS = (
    "pool",
    "outdoor_pool",
    "greenhouse",
    "office",
    "housing",
    "hotel",
    "school",
    "hospital",
    "public_building",
    "district_loop",
    "leisure_centre",
    "other",
)

LAYER = LayerSpec(
    name="heat_sinks",
    title="Heat sinks",
    family="heat",
    shapes=("point", "line", "polygon"),
    identifier="sink_id",
    columns=(
        Column("sink_id", "text", "identifier of the heat sink", required=True),
        Column("name", "text", "name of the heat sink"),
        Column("kind", "text", "what takes the heat", required=True, choices=KINDS),
        Column(
            "demand_mwh_a",
            "number",
            "heat the sink uses in a year (heat, not fuel)",
            minimum=0.0,
            maximum=10_000_000.0,
        ),
        Column(
            "supply_c",
            "number",
            "water temperature the sink needs",
            minimum=5.0,
            maximum=130.0,
        ),
        Column("floor_m2", "number", "gross floor area", minimum=0.0, maximum=1_000_000.0),
        Column("demand_basis", "text", "where the demand figure comes from"),
    ),
    meaning="A sink without a demand figure stays unknown unless the study allows benchmarks.",
)
