"""Where the engineers start from."""

from siteselect.contracts import Column, LayerSpec

LAYER = LayerSpec(
    name="maintenance_bases",
    title="Maintenance bases",
    family="access",
    shapes=("point", "polygon"),
    identifier="base_id",
    columns=(
        Column("base_id", "text", "identifier of the base", required=True),
        Column("name", "text", "name of the base"),
        Column(
            "approach_min",
            "number",
            "driving time from the base to this point, when the base lies outside the map",
            minimum=0.0,
            maximum=600.0,
        ),
    ),
    meaning="Drive time is counted towards the site, since one-way streets make it differ.",
)
