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
        Column(
            "motor_vehicle",
            "text",
            "who may drive here; empty where the class of the street decides",
            choices=("yes", "private", "destination", "no"),
        ),
        Column(
            "hgv",
            "text",
            "what is said of lorries; empty where nothing is",
            choices=("yes", "designated", "destination", "no"),
        ),
        Column("maxheight_m", "number", "highest vehicle let through", minimum=0.5, maximum=30.0),
        Column("maxwidth_m", "number", "widest vehicle let through", minimum=0.5, maximum=30.0),
        Column("maxlength_m", "number", "longest vehicle let through", minimum=1.0, maximum=100.0),
        Column("maxweight_t", "number", "heaviest vehicle let through", minimum=0.1, maximum=500.0),
        Column("maxaxleload_t", "number", "heaviest axle let through", minimum=0.1, maximum=100.0),
        Column("bridge", "flag", "whether the edge is a bridge"),
        Column("tunnel", "flag", "whether the edge is a tunnel"),
        Column("sidewalk", "flag", "whether there is a footway beside the carriageway"),
    ),
    meaning=(
        "Cables and pipes may follow any street or path; vehicles only what is drivable. A limit "
        "that is not mapped is unknown, not absent."
    ),
)
