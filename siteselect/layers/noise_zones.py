"""How loud it may be: areas with their day and night limits at the receptor."""

from siteselect.contracts import Column, LayerSpec

LAYER = LayerSpec(
    name="noise_zones",
    title="Noise zones",
    family="noise",
    shapes=("polygon",),
    identifier="zone_id",
    columns=(
        Column("zone_id", "text", "identifier of the zone", required=True),
        Column("name", "text", "name of the zone"),
        Column(
            "day_limit_dba", "number", "limit by day at the receptor", minimum=20.0, maximum=100.0
        ),
        Column(
            "night_limit_dba",
            "number",
            "limit by night at the receptor; empty where none applies",
            minimum=20.0,
            maximum=100.0,
        ),
    ),
    meaning="The zone that counts is the one the receptor lies in, not the one of the pod.",
)
