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
        Column("firm_kva", "number", "capacity after one outage", minimum=0.0, maximum=5_000_000.0),
        Column(
            "peak_kva", "number", "measured peak demand", minimum=-500_000.0, maximum=5_000_000.0
        ),
    ),
    meaning=(
        "An unmapped substation is not an absent supply, and headroom at a primary substation is "
        "necessary but not sufficient for a pod that connects at low voltage."
    ),
)
