"""Which primary substation feeds which ground, where the network operator says so."""

from siteselect.contracts import Column, LayerSpec

LAYER = LayerSpec(
    name="supply_areas",
    title="Areas fed by a substation",
    family="grid",
    shapes=("polygon",),
    identifier="supply_area_id",
    columns=(
        Column("supply_area_id", "text", "identifier of the area", required=True),
        Column("name", "text", "name of the area"),
        Column("supply_id", "text", "supply point that feeds it", required=True),
    ),
    meaning=(
        "Where a site lies in no area, the nearest primary substation is taken to feed it, which "
        "is an assumption and is said to be one."
    ),
)
