"""How loud it already is: a raster of night-time level, as strategic noise mapping gives it."""

from siteselect.contracts import Column, LayerSpec

LAYER = LayerSpec(
    name="noise_map",
    title="Night noise map",
    family="noise",
    shapes=("raster",),
    columns=(
        Column(
            "metric",
            "text",
            "what the file holds, said with `fixed:`; lnight unless said otherwise",
            choices=("lnight", "lden"),
        ),
    ),
    meaning=(
        "Band 1 holds the night level in dB(A), or Lden, from which 8 dB are taken as a guess. It "
        "is a modelled yearly average of traffic, not the background level that a survey would "
        "measure; no-data means below the map's cut-off."
    ),
)
