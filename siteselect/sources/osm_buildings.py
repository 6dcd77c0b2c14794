"""Places that have a use, and the buildings they stand in: heat sinks and noise receptors.

A mapper may draw a school as a point, as its grounds or as a building. Heat goes into walls and
sound arrives at windows, so that points and grounds are brought to the buildings they belong to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from siteselect.sources import osm_kinds, osm_tags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from siteselect.sources.osm_file import Place

_AREAS = frozenset({"Polygon", "MultiPolygon"})
_POOLS = frozenset({"pool", "outdoor_pool"})
LARGEST_FLOOR_M2 = 1_000_000.0
"""More floor than any one building has; only badly drawn grounds come to that."""

_OUTBUILDINGS = frozenset({"garage", "garages", "carport", "shed", "hut", "roof", "kiosk"})
_SAID_OUTDOORS = (("location", "outdoor"), ("swimming_pool", "outdoor"), ("covered", "no"))


@dataclass(frozen=True, slots=True)
class Buildings:
    """The building areas of a file, their footprints [m²], and trees that find them."""

    places: tuple[Place, ...]
    footprint_m2: NDArray[np.float64]
    walls: shapely.STRtree
    inner_points: shapely.STRtree


@dataclass(frozen=True, slots=True)
class Use:
    """A building or place with what it is used as."""

    osm_id: str
    name: str
    kind: str
    shape: BaseGeometry
    floor_m2: float = math.nan
    floor_basis: str = ""


def index_buildings(places: Sequence[Place]) -> Buildings:
    """Pick the building areas and prepare to look them up."""
    found = [place for place in places if _is_building_area(place)]
    shapes = [place.shape for place in found]
    return Buildings(
        places=tuple(found),
        footprint_m2=_areas_m2(shapes),
        walls=shapely.STRtree(shapes),
        inner_points=shapely.STRtree(shapely.point_on_surface(np.array(shapes, dtype=object))),
    )


def heat_sinks(places: Sequence[Place], buildings: Buildings) -> list[Use]:
    """Name the heat sinks among places, with the floor area as far as it is known.

    One thing drawn twice with one kind (a library's point in the library's building, a school
    building on school grounds) is one sink.
    """
    served = {
        at: kind
        for at, building in enumerate(buildings.places)
        if (kind := osm_kinds.heat_sink_place(building.tags))
    }
    taken = set(served.items())
    uses = [_filling(buildings.places[at], kind, [at], buildings) for at, kind in served.items()]
    lodged: list[tuple[Place, str, int]] = []
    for place in places:
        kind = osm_kinds.heat_sink_place(place.tags)
        if not kind or _is_building_area(place):
            continue
        at = _lodging(place, kind, buildings)
        if at is not None:
            lodged.append((place, "pool" if kind == "outdoor_pool" else kind, at))
        else:
            upon = [] if kind in _POOLS else _upon(place.shape, buildings)
            upon = [one for one in upon if one not in served]
            taken.update((one, kind) for one in upon)
            uses.append(_filling(place, kind, upon, buildings))
    uses += [
        _lodged(place, kind, at, buildings) for place, kind, at in lodged if (at, kind) not in taken
    ]
    taken.update((at, kind) for _, kind, at in lodged)
    for at, building in enumerate(buildings.places):
        kind = osm_kinds.heat_sink_building(building.tags)
        if kind and at not in served and (at, kind) not in taken:
            uses.append(_filling(building, kind, [at], buildings))
    return uses


def noise_receptors(
    places: Sequence[Place], buildings: Buildings, residential: Sequence[BaseGeometry]
) -> list[Use]:
    """Name the noise-sensitive buildings, wall by wall.

    Grounds stand for the buildings on them, a point for the building around it; where there is
    none they stand for themselves.
    """
    uses: dict[str, Use] = {}

    def add(osm_id: str, name: str, kind: str, shape: BaseGeometry) -> None:
        # What a building serves as, which comes first, goes before what it was built as.
        uses.setdefault(osm_id, Use(osm_id, name, kind, shape))

    for place in places:
        kind = osm_kinds.receptor_place(place.tags)
        name = osm_tags.place_name(place.tags)
        if not kind:
            continue
        if not _is_area(place):
            at = _around(place.shape, buildings)
            add(place.osm_id, name, kind, place.shape if at is None else buildings.places[at].shape)
        elif osm_kinds.is_building(place.tags):
            add(place.osm_id, name, kind, place.shape)
        else:
            upon = [buildings.places[at] for at in _upon(place.shape, buildings)]
            for building in upon or [place]:
                add(building.osm_id, building.tags.get("name", name), kind, building.shape)
    inferred = _inferred_dwellings(buildings, residential)
    for at, place in enumerate(buildings.places):
        kind = osm_kinds.receptor_building(place.tags) or ("dwelling" if at in inferred else "")
        if kind:
            add(place.osm_id, osm_tags.place_name(place.tags), kind, place.shape)
    return list(uses.values())


def _inferred_dwellings(buildings: Buildings, residential: Sequence[BaseGeometry]) -> set[int]:
    found = {at for zone in residential for at in _upon(zone, buildings)}
    return {at for at in found if osm_kinds.may_be_dwelling(buildings.places[at].tags)}


def _around(point: BaseGeometry, buildings: Buildings) -> int | None:
    """Find the smallest building around a point."""
    found = buildings.walls.query(point, predicate="within")
    return int(min(found, key=lambda at: buildings.footprint_m2[at])) if len(found) else None


def _upon(grounds: BaseGeometry, buildings: Buildings) -> list[int]:
    """Find the buildings that stand on grounds, outbuildings left out."""
    found = buildings.inner_points.query(grounds, predicate="contains")
    tags = {int(at): buildings.places[at].tags for at in sorted(found)}
    return [at for at, of_building in tags.items() if of_building["building"] not in _OUTBUILDINGS]


def _lodging(place: Place, kind: str, buildings: Buildings) -> int | None:
    """Find the building that a point, or the water of a pool, lies in."""
    if any(place.tags.get(key) == word for key, word in _SAID_OUTDOORS):
        return None
    if _is_area(place) and kind not in _POOLS:
        return None
    return _around(shapely.point_on_surface(place.shape), buildings)


def _filling(place: Place, kind: str, at: list[int], buildings: Buildings) -> Use:
    """Describe a use that fills whole buildings, so that their floors are its floor."""
    name = osm_tags.place_name(place.tags)
    if not at:
        basis = "water, no building" if kind in _POOLS else "no building drawn"
        return Use(place.osm_id, name, kind, place.shape, math.nan, basis)
    shape = shapely.union_all([buildings.places[one].shape for one in at])
    if not all(buildings.places[one].whole for one in at):
        return Use(place.osm_id, name, kind, shape, math.nan, "partly outside the file: unknown")
    levels = np.array([_levels(buildings.places[one], kind) for one in at])
    guessed = int(np.isnan(levels).sum())
    floor_m2 = float((buildings.footprint_m2[at] * np.where(np.isnan(levels), 1.0, levels)).sum())
    if floor_m2 > LARGEST_FLOOR_M2:
        return Use(place.osm_id, name, kind, shape, math.nan, "too large to be one sink: unknown")
    basis = "footprint x storeys"
    if guessed:
        basis += f", storeys not tagged on {guessed} of {len(at)} and counted as 1: understated"
    return Use(place.osm_id, name, kind, shape, round(floor_m2, 1), basis)


def _lodged(place: Place, kind: str, at: int, buildings: Buildings) -> Use:
    """Describe a use drawn as a point; the building's floor is its own only if built for it."""
    building = buildings.places[at]
    if osm_kinds.heat_sink_building(building.tags) == kind:
        return _filling(place, kind, [at], buildings)
    name = osm_tags.place_name(place.tags)
    basis = "part of a building that may have other uses: floor unknown"
    return Use(place.osm_id, name, kind, building.shape, math.nan, basis)


def _levels(building: Place, kind: str) -> float:
    levels = osm_tags.storeys(building.tags)
    # Glass houses have one floor, whatever the roof's height.
    return 1.0 if kind == "greenhouse" and math.isnan(levels) else levels


def _is_area(place: Place) -> bool:
    return place.shape.geom_type in _AREAS


def _is_building_area(place: Place) -> bool:
    return _is_area(place) and osm_kinds.is_building(place.tags)


def _areas_m2(shapes: Sequence[BaseGeometry]) -> NDArray[np.float64]:
    """Measure footprints [m²] in the UTM zone of the file; its scale is within 0.1 % of true."""
    series = gpd.GeoSeries(list(shapes), crs="EPSG:4326")
    if series.empty:
        return np.array([])
    projected = series.to_crs(series.estimate_utm_crs())
    areas: NDArray[np.float64] = projected.area.to_numpy(dtype="float64")
    return areas
