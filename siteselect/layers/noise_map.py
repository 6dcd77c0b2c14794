"""How loud it already is: a raster of night-time level, as strategic noise mapping gives it."""

from siteselect.contracts import LayerSpec

LAYER = LayerSpec(
    name="noise_map",
    title="Night noise map",
    family="noise",
    shapes=("raster",),
    columns=(),
    meaning=(
        "Band 1 holds the night level in dB(A). It is a modelled yearly average of traffic, not "
        "the background level that a survey would measure; no-data means below the map's cut-off."
    ),
)
