"""What the land is protected as: heritage, nature, landscape, safety and air-quality areas."""

from siteselect.contracts import Column, LayerSpec

KINDS = (
    "conservation_area",
    "listed_building",
    "scheduled_monument",
    "world_heritage",
    "registered_park",
    "green_belt",
    "national_landscape",
    "sssi",
    "habitat_site",
    "ancient_woodland",
    "tree_preservation",
    "article_4",
    "air_quality_area",
    "groundwater_area",
    "heat_network_zone",
    "hazard_zone",
)

LAYER = LayerSpec(
    name="constraints",
    title="Planning and nature constraints",
    family="planning",
    shapes=("point", "line", "polygon"),
    identifier="constraint_id",
    columns=(
        Column("constraint_id", "text", "identifier of the feature", required=True),
        Column("name", "text", "name of the feature"),
        Column("kind", "text", "what it is protected as", required=True, choices=KINDS),
        Column("grade", "text", "grade or class, where there is one"),
        Column("reference", "text", "official list entry"),
    ),
    meaning=(
        "A kind that the layer does not cover is unknown, never absent: the study lists the kinds "
        "each file covers."
    ),
)
