"""Where fibre or duct is known to lie."""

from siteselect.contracts import Column, LayerSpec

LAYER = LayerSpec(
    name="fibre_routes",
    title="Known fibre and duct",
    family="fibre",
    shapes=("line",),
    identifier="route_id",
    columns=(
        Column("route_id", "text", "identifier of the route", required=True),
        Column("name", "text", "name of the route"),
        Column("operator", "text", "who runs it"),
        Column(
            "medium",
            "text",
            "how it runs",
            choices=("underground", "overhead", "underwater", "unknown"),
        ),
    ),
    meaning=(
        "A mapped route proves fibre, an empty map proves nothing; two operators on one route "
        "share a trench, so that carrier diversity is not physical diversity."
    ),
)
