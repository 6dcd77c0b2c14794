"""Where water may come: flood bands by likelihood, from rivers, sea or rain."""

from siteselect.contracts import Column, LayerSpec

BANDS = ("high", "medium", "low", "very_low")

LAYER = LayerSpec(
    name="flood",
    title="Flood bands",
    family="hazard",
    shapes=("polygon",),
    identifier="flood_id",
    columns=(
        Column("flood_id", "text", "identifier of the polygon", required=True),
        Column("band", "text", "yearly likelihood band", required=True, choices=BANDS),
        Column("origin", "text", "river, sea or surface water"),
    ),
    meaning=(
        "Bands as the Environment Agency names them: high 3.3 % a year or more, medium 1 to 3.3, "
        "low 0.1 to 1, very low less."
    ),
)
