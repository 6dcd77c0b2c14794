"""OpenStreetMap extracts: streets, buildings and places of a territory, from one PBF file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siteselect.contracts import Source
from siteselect.errors import Fault, SourceError
from siteselect.settings.limits import USUAL, Limits
from siteselect.sources import (
    osm_file,
    osm_selection,
    osm_tags,
)
from siteselect.sources.osm_layers import READERS, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    Tags = Mapping[str, str]

SOURCE = Source(
    name="osm_pbf",
    title="OpenStreetMap extract (PBF)",
    endings=(".osm.pbf", ".pbf"),
    licence="ODbL 1.0",
    meaning=(
        "What mappers drew by the date of the file. A thing that is drawn is there; a thing that "
        "is not drawn may be there all the same: substations, cabinets and ducts mostly are not."
    ),
)


def read(
    path: Path,
    layer: str,
    tags: Mapping[str, tuple[str, ...]] | None = None,
    table: str | None = None,
    limits: Limits = USUAL,
) -> gpd.GeoDataFrame:
    """Read the rows of one layer, in EPSG:4326 and with the house's column names.

    The frame's `attrs["broken"]` names what is tagged for the layer and cannot be drawn, because
    it is broken or partly outside the file.

    Parameters
    ----------
    path : file in PBF.
    layer : name of a layer, or "candidates".
    tags : for candidates, OpenStreetMap key to the values that make a place a candidate.
    table : not used; a PBF has no tables.
    limits : not used; the size of the file has been held to them.

    Raises
    ------
    SourceError
        The file cannot be read, or OpenStreetMap does not hold that layer.
    """
    del table, limits
    if layer == "candidates":
        return _candidates(path, tags or {})
    reader = READERS.get(layer)
    if reader is None:
        raise SourceError(
            Fault(
                str(path),
                f"OpenStreetMap does not hold the layer {layer!r}",
                f"It feeds {', '.join(sorted([*READERS, 'candidates']))}.",
            )
        )
    return reader(path)


def _candidates(path: Path, tags: Mapping[str, tuple[str, ...]]) -> gpd.GeoDataFrame:
    if not tags:
        raise SourceError(
            Fault(
                str(path),
                "no tags say what is a candidate",
                "Add for example `kinds: [leisure_centres]` or `tags: {leisure: [sports_centre]}` "
                "to the file in the study.",
            )
        )
    wanted = osm_selection.selectors(tags, str(path))

    def kind(of: Tags) -> str:
        return next((found for each in wanted if (found := each.fitting(of))), "")

    keys = tuple(dict.fromkeys(each.key for each in wanted))
    places, broken = osm_file.places(path, keys, lambda of: bool(kind(of)))
    frame = frame_of(
        {
            "site_id": [place.osm_id for place in places],
            "name": [osm_tags.place_name(place.tags) for place in places],
            "kind": [kind(place.tags) for place in places],
        },
        places,
        broken,
    )
    return frame.set_geometry(frame.geometry.representative_point())
