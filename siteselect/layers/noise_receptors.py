"""Who would hear the plant: homes and other places where people sleep, learn or recover."""

from siteselect.contracts import Column, LayerSpec

KINDS = ("dwelling", "hotel", "school", "hospital", "care", "worship", "other")

LAYER = LayerSpec(
    name="noise_receptors",
    title="Noise-sensitive buildings",
    family="noise",
    shapes=("point", "polygon"),
    identifier="receptor_id",
    columns=(
        Column("receptor_id", "text", "identifier of the building", required=True),
        Column("name", "text", "name or address"),
        Column("kind", "text", "what makes it sensitive", required=True, choices=KINDS),
        Column(
            "background_dba",
            "number",
            "background LA90 by night as measured there",
            minimum=10.0,
            maximum=80.0,
        ),
        Column("background_source", "text", "who measured it, where and when"),
    ),
    meaning="Distance is taken to the nearest wall, since that is where the window is.",
)
