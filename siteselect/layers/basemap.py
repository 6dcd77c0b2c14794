"""What one recognises a place by: buildings, water and green, for drawing only."""

from siteselect.contracts import Column, LayerSpec

LAYER = LayerSpec(
    name="basemap",
    title="Base map",
    family="display",
    shapes=("polygon", "line"),
    identifier="",
    columns=(
        Column(
            "kind",
            "text",
            "what is drawn",
            required=True,
            choices=("building", "water", "green", "rail"),
        ),
        Column("name", "text", "name, if any"),
    ),
    meaning="Nothing is measured on this layer.",
)
