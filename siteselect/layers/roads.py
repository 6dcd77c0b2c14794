"""How one gets there, and where cables, ducts and pipes run: the street network, edge by edge."""

from siteselect.contracts import Column, LayerSpec

LAYER = LayerSpec(
    name="roads",
    title="Streets and paths",
    family="access",
    shapes=("line",),
    identifier="edge_id",
    columns=(
        Column("edge_id", "text", "identifier of the edge", required=True),
        Column("from_node", "text", "node at the first point of the line", required=True),
        Column("to_node", "text", "node at the last point of the line", required=True),
        Column("highway", "text", "OpenStreetMap class of the way", required=True),
        Column("name", "text", "street name"),
        Column(
            "oneway",
            "text",
            "direction in which one may drive, relative to the line",
            choices=("no", "forward", "backward"),
        ),
        Column("maxspeed_kmh", "number", "posted speed limit", minimum=1.0, maximum=200.0),
        Column("width_m", "number", "carriageway width", minimum=0.3, maximum=100.0),
        Column("lanes", "number", "number of lanes", minimum=1.0, maximum=20.0),
        Column("surface", "text", "surface as mapped"),
    ),
    meaning="Cables and pipes may follow any street or path; vehicles only what is drivable.",
)
