"""What stands in the way of sound: buildings and walls whose height is known."""

from siteselect.contracts import Column, LayerSpec

KINDS = ("building", "wall", "bank")

LAYER = LayerSpec(
    name="noise_screens",
    title="Buildings and walls that screen sound",
    family="noise",
    shapes=("line", "polygon"),
    identifier="screen_id",
    columns=(
        Column("screen_id", "text", "identifier of the screen", required=True),
        Column("kind", "text", "what it is", choices=KINDS),
        Column(
            "height_m", "number", "height of its top above the ground", minimum=0.1, maximum=500.0
        ),
        Column("height_basis", "text", "where the height comes from"),
    ),
    meaning=(
        "A building of unknown height screens nothing here: the level is then that of open ground, "
        "which is louder than true, never quieter."
    ),
)
