"""Where a fibre backhaul can be picked up: points of presence, exchanges, cabinets."""

from siteselect.contracts import Column, LayerSpec

KINDS = (
    "pop",
    "exchange",
    "data_centre",
    "landing_station",
    "cabinet",
    "distribution_point",
    "unknown",
)

POPS = ("pop", "exchange", "data_centre", "landing_station")
"""Kinds at which networks are handed over; cabinets and distribution points only lead there."""

LAYER = LayerSpec(
    name="fibre_nodes",
    title="Fibre pick-up points",
    family="fibre",
    shapes=("point", "polygon"),
    identifier="fibre_id",
    columns=(
        Column("fibre_id", "text", "identifier of the pick-up point", required=True),
        Column("name", "text", "name of the pick-up point"),
        Column(
            "kind",
            "text",
            "what it is",
            choices=KINDS,
        ),
        Column(
            "onward_km",
            "number",
            "fibre length from here to the place the workload talks to",
            minimum=0.0,
            maximum=20_000.0,
        ),
        Column("operator", "text", "who runs it"),
        Column("closing", "flag", "whether its closure is announced"),
        Column("closing_date", "text", "when it is to close, as published"),
        Column("carriers", "number", "networks present", minimum=0.0, maximum=10_000.0),
    ),
    meaning=(
        "Open data shows few ducts: a mapped point proves fibre, an empty map proves nothing. Most "
        "British exchanges are to close by the early 2030s [recalled]: the nearest one is no "
        "durable asset."
    ),
)
