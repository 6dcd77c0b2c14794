"""Choose the candidates of the demonstration: real places of central Helsinki, well spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from siteselect.sources import osm_file, osm_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from siteselect.sources.osm_file import Place

APART_M = 40.0
COURTYARD_M2 = 250.0
FAR_IN_M = 12.0

KINDS: tuple[tuple[str, str, str, str, int], ...] = (
    ("sport", "swimming", "swimming_hall", "Swimming hall", 1),
    ("amenity", "townhall", "town_hall", "Town hall", 1),
    ("amenity", "library", "library", "Library", 5),
    ("amenity", "marketplace", "market", "Market", 2),
    ("shop", "mall", "mall", "Shopping centre", 3),
    ("shop", "department_store", "department_store", "Department store", 2),
    ("amenity", "school", "school", "School", 4),
    ("amenity", "university", "university", "University", 4),
    ("tourism", "museum", "museum", "Museum", 3),
    ("amenity", "parking", "car_park", "Car park", 18),
    ("tourism", "hotel", "hotel", "Hotel", 6),
    ("courtyard", "yes", "courtyard", "Courtyard", 10),
)
"""Key, value, kind of candidate, how it is called where it has no name, and how many are taken."""


def candidates(
    pbf: Path, roads: gpd.GeoDataFrame, basemap: gpd.GeoDataFrame, outline: shapely.Polygon
) -> pd.DataFrame:
    """Pick candidates kind by kind, none nearer than 40 m to another, all on land.

    Returns
    -------
    DataFrame
        Columns site_id, name, kind, lon, lat (EPSG:4326), roof, indoors, access_24_7.
    """
    found, _ = osm_file.places(pbf, (*_keys(), "building"), _is_wanted)
    found += _courtyards(found)
    points = gpd.GeoSeries([place.shape for place in found], crs="EPSG:4326").representative_point()
    metres = points.to_crs(roads.crs)
    water = basemap.loc[basemap["kind"] == "water", "geometry"].union_all()
    named = roads[roads["name"] != ""]
    streets = shapely.STRtree(named.geometry.to_numpy())
    kept: list[shapely.Point] = []
    rows = []
    for key, value, kind, word, most in KINDS:
        taken = 0
        for at, place in enumerate(found):
            point = metres.iloc[at]
            if taken == most or not _says(place.tags, key, value):
                continue
            if not outline.buffer(-FAR_IN_M).contains(point) or water.contains(point):
                continue
            if any(point.distance(other) < APART_M for other in kept):
                continue
            street = named["name"].iloc[int(streets.nearest(point))]
            rows.append(_row(place, kind, f"{word}, {street}", points.iloc[at]))
            kept.append(point)
            taken += 1
    return _with_unlike_names(pd.DataFrame(rows))


def _keys() -> tuple[str, ...]:
    return tuple({key: None for key, *_ in KINDS if key != "courtyard"})


def _says(tags: Mapping[str, str], key: str, value: str) -> bool:
    return any(part.strip() == value for part in tags.get(key, "").split(";"))


def _is_wanted(tags: Mapping[str, str]) -> bool:
    if tags.get("access") == "private" or tags.get("parking") == "inline":
        return False
    return osm_kinds.is_building(tags) or any(_says(tags, key, value) for key, value, *_ in KINDS)


def _courtyards(found: list[Place]) -> list[Place]:
    """Take the yards that buildings close round, largest first."""
    yards = []
    for place in found:
        if not osm_kinds.is_building(place.tags) or place.shape.geom_type != "Polygon":
            continue
        rings = gpd.GeoSeries([shapely.Polygon(ring) for ring in place.shape.interiors], crs=4326)
        for at, size in enumerate(rings.to_crs(3067).area if len(rings) else ()):
            if size >= COURTYARD_M2:
                tags = {"courtyard": "yes"}
                yard = osm_file.Place(f"{place.osm_id}-yard-{at + 1}", tags, rings.iloc[at])
                yards.append((-size, yard.osm_id, yard))
    return [yard for *_, yard in sorted(yards, key=lambda entry: entry[:2])]


def _row(place: Place, kind: str, otherwise: str, point: shapely.Point) -> dict[str, object]:
    tags = place.tags
    outdoors = tags.get("parking") == "surface" or kind == "courtyard"
    hours = tags.get("opening_hours")
    return {
        "site_id": place.osm_id,
        "name": tags.get("name", otherwise).lstrip("@ "),
        "kind": kind,
        "lon": round(point.x, 6),
        "lat": round(point.y, 6),
        "roof": "false" if outdoors else "",
        "indoors": "false" if outdoors else "true" if tags.get("parking") == "underground" else "",
        "access_24_7": "" if hours is None else "true" if hours == "24/7" else "false",
    }


def _with_unlike_names(rows: pd.DataFrame) -> pd.DataFrame:
    """Tell places that share a name apart by a number."""
    number = rows.groupby("name").cumcount() + 1
    several = rows["name"].duplicated(keep=False)
    return rows.assign(
        name=rows["name"].where(~several, rows["name"] + " (" + number.astype(str) + ")")
    )
