"""Choose the candidates of the demonstration: real places of central Helsinki, well spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteselect.sources import osm_file, osm_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from siteselect.sources.osm_file import Place

APART_M = 40.0
MOVE_M = 60.0
CLEAR_M = 5.0
COURTYARD_M2 = 250.0
FAR_IN_M = 12.0

COLUMNS = ("site_id", "name", "kind", "lon", "lat", "roof", "indoors", "access_24_7")
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
        Columns site_id, name, kind, lon, lat (EPSG:4326), roof, indoors, access_24_7. Each stands
        on the open ground nearest to its place, except what would be indoors.
    """
    found, _ = osm_file.places(pbf, (*_keys(), "building"), _is_wanted)
    found += _courtyards(found)
    shapes = gpd.GeoSeries([place.shape for place in found], crs="EPSG:4326").to_crs(roads.crs)
    metres = shapes.representative_point()
    open_ground = _open_ground(roads, basemap, outline)
    with_name = roads[roads["name"] != ""]
    streets = shapely.STRtree(with_name.geometry.to_numpy())
    kept: list[shapely.Point] = []
    rows = []
    for key, value, kind, word, most in KINDS:
        taken = 0
        for at, place in enumerate(found):
            if taken == most or not _says(place.tags, key, value):
                continue
            point = _outdoors(metres.iloc[at], place, open_ground)
            if point is None or any(point.distance(other) < APART_M for other in kept):
                continue
            street = with_name["name"].iloc[int(streets.nearest(point))]
            rows.append(_row(place, kind, f"{word}, {street}"))
            kept.append(point)
            taken += 1
    degrees = gpd.GeoSeries(kept, crs=roads.crs).to_crs(4326)
    table = pd.DataFrame(rows).assign(lon=degrees.x.round(6), lat=degrees.y.round(6))
    return _with_unlike_names(table)[list(COLUMNS)]


def named(frame: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Call what has no name by its kind and the street nearest to it."""
    streets = roads[roads["name"] != ""]
    inner = shapely.point_on_surface(frame.geometry.to_numpy())
    nearest = shapely.STRtree(streets.geometry.to_numpy()).nearest(inner)
    words = frame["kind"].str.replace("_", " ").str.capitalize()
    called = words + ", " + streets["name"].to_numpy()[nearest]
    return frame.assign(name=frame["name"].where(frame["name"] != "", called))


def _open_ground(
    roads: gpd.GeoDataFrame, basemap: gpd.GeoDataFrame, outline: shapely.Polygon
) -> shapely.MultiPoint:
    """Lay a grid of 3 m over what is clear of walls, water, tracks and carriageways."""
    solid = basemap[basemap["kind"].isin(("building", "water"))].buffer(CLEAR_M)
    rails = basemap[basemap["kind"] == "rail"].buffer(CLEAR_M)
    driven = roads[~roads["highway"].isin(("footway", "path", "cycleway", "pedestrian"))]
    closed = pd.concat([solid, rails, driven.buffer(3.5)]).union_all()
    west, south, east, north = outline.bounds
    mesh = np.meshgrid(np.arange(west, east, 3.0), np.arange(south, north, 3.0))
    points = shapely.points(*(axis.ravel() for axis in mesh))
    free = outline.buffer(-FAR_IN_M).difference(closed)
    shapely.prepare(free)
    return shapely.multipoints(points[shapely.contains(free, points)])


def _outdoors(
    point: shapely.Point, place: Place, open_ground: shapely.MultiPoint
) -> shapely.Point | None:
    """Move a place to the nearest open ground within 60 m; what would be indoors stays."""
    if _is_indoors(place.tags):
        return point
    move = shapely.shortest_line(point, open_ground)
    return shapely.get_point(move, 1) if move.length <= MOVE_M else None


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


def _is_indoors(tags: Mapping[str, str]) -> bool:
    """Say whether the pod would stand in a plant room or a car park below ground."""
    return tags.get("parking") == "underground" or _says(tags, "sport", "swimming")


def _row(place: Place, kind: str, otherwise: str) -> dict[str, object]:
    tags = place.tags
    indoors = _is_indoors(tags)
    hours = tags.get("opening_hours")
    return {
        "site_id": place.osm_id,
        "name": tags.get("name", otherwise).lstrip("@ "),
        "kind": kind,
        "roof": "false",
        "indoors": "true" if indoors else "false",
        "access_24_7": "" if hours is None else "true" if hours == "24/7" else "false",
    }


def _with_unlike_names(rows: pd.DataFrame) -> pd.DataFrame:
    """Tell places that share a name apart by a number."""
    number = rows.groupby("name").cumcount() + 1
    several = rows["name"].duplicated(keep=False)
    return rows.assign(
        name=rows["name"].where(~several, rows["name"] + " (" + number.astype(str) + ")")
    )
