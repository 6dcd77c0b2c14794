"""Lines that one must keep clear of or ask about: overhead lines, cables, pipelines, railways."""

from siteselect.contracts import Column, LayerSpec

KINDS = (
    "overhead_line",
    "underground_cable",
    "gas_pipeline",
    "oil_pipeline",
    "water_main",
    "sewer",
    "heat_main",
    "railway",
    "other",
)

LAYER = LayerSpec(
    name="utilities",
    title="Lines and pipelines",
    family="hazard",
    shapes=("point", "line", "polygon"),
    identifier="utility_id",
    columns=(
        Column("utility_id", "text", "identifier of the line", required=True),
        Column("name", "text", "name of the line"),
        Column("kind", "text", "what it is", required=True, choices=KINDS),
        Column("voltage_kv", "number", "highest voltage", minimum=0.0, maximum=1500.0),
        Column("on_poles", "flag", "whether an overhead line stands on wooden poles, not towers"),
        Column("operator", "text", "who runs it"),
    ),
    meaning=(
        "Most buried lines are on no open map: an empty map proves nothing, and a search before "
        "digging is always needed."
    ),
)
