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
            "evening_limit_dba",
            "number",
            "limit in the evening at the receptor; empty where the day's holds",
            minimum=20.0,
            maximum=100.0,
        ),
        Column(
            "night_limit_dba",
            "number",
            "limit by night at the receptor; empty where none applies",
            minimum=20.0,
            maximum=100.0,
        ),
        Column("country", "text", "country of the national limits: de, fi, nl ..."),
        Column("zone_class", "text", "its class there, WA or housing, where no limits are given"),
    ),
    meaning="The zone that counts is the one the receptor lies in, not the one of the pod.",
)
