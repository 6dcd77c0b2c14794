"""The rows that each layer of the house takes from an OpenStreetMap file."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from siteselect.sources import (
    osm_buildings,
    osm_file,
    osm_kinds,
    osm_power,
    osm_screens,
    osm_shore,
    osm_streets,
    osm_tags,
    osm_telecom,
    osm_utilities,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from siteselect.sources.osm_buildings import Use
    from siteselect.sources.osm_file import Place

    Tags = Mapping[str, str]

_LINES = frozenset({"LineString", "MultiLineString"})
_HIGHEST_LINE_V = 1_500_000
_USE_KEYS = (
    *("building", "amenity", "leisure", "tourism", "healthcare", "social_facility", "office"),
    *("landuse",),
)


def _roads(path: Path) -> gpd.GeoDataFrame:
    frame = osm_streets.edges(osm_file.ways(path, "highway", osm_kinds.is_street))
    frame.attrs["broken"] = ()
    return frame


def _heat_sinks(path: Path) -> gpd.GeoDataFrame:
    places, broken = osm_file.places(path, (*_USE_KEYS, "man_made"), _may_have_use)
    uses = osm_buildings.heat_sinks(places, osm_buildings.index_buildings(places))
    mains = [place for place in places if osm_kinds.is_heat_main(place.tags)]
    uses += [
        osm_buildings.Use(
            place.osm_id, osm_tags.place_name(place.tags), "district_loop", place.shape
        )
        for place in mains
        if place.shape.geom_type in _LINES
    ]
    return frame_of(
        {
            "sink_id": [use.osm_id for use in uses],
            "name": [use.name for use in uses],
            "kind": [use.kind for use in uses],
            "demand_mwh_a": math.nan,
            "supply_c": math.nan,
            "floor_m2": [use.floor_m2 for use in uses],
            "demand_basis": [
                f"no demand in OpenStreetMap; floor: {use.floor_basis or 'none'}" for use in uses
            ],
        },
        uses,
        broken,
    )


def _noise_receptors(path: Path) -> gpd.GeoDataFrame:
    places, broken = osm_file.places(path, _USE_KEYS, _may_have_use)
    residential = [
        place.shape
        for place in places
        if place.tags.get("landuse") == "residential" and place.shape.geom_type != "Point"
    ]
    uses = osm_buildings.noise_receptors(places, osm_buildings.index_buildings(places), residential)
    return frame_of(
        {
            "receptor_id": [use.osm_id for use in uses],
            "name": [use.name for use in uses],
            "kind": [use.kind for use in uses],
        },
        uses,
        broken,
    )


def _may_have_use(tags: Tags) -> bool:
    """Keep buildings, and what else could make a sink, a receptor or a residential area."""
    return (
        osm_kinds.is_building(tags)
        or bool(osm_kinds.heat_sink_place(tags) or osm_kinds.receptor_place(tags))
        or osm_kinds.is_heat_main(tags)
        or tags.get("landuse") == "residential"
    )


def _fibre_nodes(path: Path) -> gpd.GeoDataFrame:
    places, broken = osm_file.places(
        path, osm_telecom.NODE_KEYS, lambda tags: bool(osm_telecom.node_kind(tags))
    )
    places = _without_lines(places)
    return frame_of(
        {
            "fibre_id": [place.osm_id for place in places],
            "name": [osm_tags.place_name(place.tags) for place in places],
            "kind": [osm_telecom.node_kind(place.tags) for place in places],
            "onward_km": math.nan,
            "operator": [place.tags.get("operator", "") for place in places],
        },
        places,
        broken,
    )


def _fibre_routes(path: Path) -> gpd.GeoDataFrame:
    places, broken = osm_file.places(path, osm_telecom.ROUTE_KEYS, osm_telecom.is_route)
    drawn = [(place, osm_telecom.route_shape(place.shape)) for place in places]
    lines = [replace(place, shape=shape) for place, shape in drawn if shape is not None]
    return frame_of(
        {
            "route_id": [line.osm_id for line in lines],
            "name": [line.tags.get("name", "") for line in lines],
            "operator": [line.tags.get("operator", "") for line in lines],
            "medium": [osm_telecom.route_medium(line.tags) for line in lines],
        },
        lines,
        broken,
    )


def _supply_points(path: Path) -> gpd.GeoDataFrame:
    keys = ("power", "street_cabinet")
    places, broken = osm_file.places(path, keys, osm_power.is_supply_point)
    kept, ratings = osm_power.stations(_without_lines(places))
    voltages = [osm_power.voltages_kv(place.tags) for place in kept]
    return frame_of(
        {
            "supply_id": [place.osm_id for place in kept],
            "name": [osm_tags.place_name(place.tags) for place in kept],
            "level": [osm_power.level(place.tags) for place in kept],
            "headroom_kva": math.nan,
            "firm_kva": math.nan,
            "peak_kva": math.nan,
            "rating_kva": ratings,
            "primary_kv": [coming_in for coming_in, _ in voltages],
            "secondary_kv": [given_out for _, given_out in voltages],
            "operator": [place.tags.get("operator", "") for place in kept],
        },
        kept,
        broken,
    )


def _utilities(path: Path) -> gpd.GeoDataFrame:
    keys = ("power", "man_made", "railway")
    places, broken = osm_file.places(path, keys, lambda tags: bool(osm_utilities.kind(tags)))
    places = [place for place in places if place.shape.geom_type != "Point"]
    kinds = [osm_utilities.kind(place.tags) for place in places]
    volts = [osm_tags.voltages_v(place.tags.get("voltage")) for place in places]
    electric = [kind in {"overhead_line", "underground_cable"} for kind in kinds]
    return frame_of(
        {
            "utility_id": [place.osm_id for place in places],
            "name": [osm_tags.place_name(place.tags) for place in places],
            "kind": kinds,
            "voltage_kv": [
                max(levels) / 1000 if levels and is_electric else math.nan
                for levels, is_electric in zip(volts, electric, strict=True)
            ],
            "on_poles": [
                None if kind != "overhead_line" else place.tags.get("power") == "minor_line"
                for kind, place in zip(kinds, places, strict=True)
            ],
            "operator": [place.tags.get("operator", "") for place in places],
        },
        places,
        broken,
    )


def _noise_screens(path: Path) -> gpd.GeoDataFrame:
    places, broken = osm_file.places(path, ("building", "barrier", "wall"), osm_screens.is_screen)
    places = [place for place in places if place.shape.geom_type != "Point"]
    heights = [osm_screens.height_m(place.tags) for place in places]
    return frame_of(
        {
            "screen_id": [place.osm_id for place in places],
            "kind": [osm_screens.screen_kind(place.tags) for place in places],
            "height_m": [height for height, _ in heights],
            "height_basis": [basis for _, basis in heights],
        },
        places,
        broken,
    )


def _constraints(path: Path) -> gpd.GeoDataFrame:
    keys = ("boundary", "listed_status", "heritage:operator", "ref:whc")
    places, broken = osm_file.places(path, keys, lambda tags: bool(osm_kinds.constraint_kind(tags)))
    return frame_of(
        {
            "constraint_id": [place.osm_id for place in places],
            "name": [osm_tags.place_name(place.tags) for place in places],
            "kind": [osm_kinds.constraint_kind(place.tags) for place in places],
            "grade": [place.tags.get("listed_status", "") for place in places],
            "reference": [
                place.tags.get("ref:GB:nhle") or place.tags.get("ref:whc", "") for place in places
            ],
        },
        places,
        broken,
    )


def _basemap(path: Path) -> gpd.GeoDataFrame:
    keys = ("building", "natural", "waterway", "landuse", "leisure", "railway")
    places, broken = osm_file.places(path, keys, _is_drawn)
    kinds, shapes, names = [], [], []
    for place in places:
        is_line = place.shape.geom_type in _LINES
        rail = "rail" if osm_kinds.is_open_rail(place.tags) else ""
        kind = rail if is_line else osm_kinds.basemap_area(place.tags)
        if kind and place.shape.geom_type != "Point":
            kinds.append(kind)
            names.append(place.tags.get("name", ""))
            shapes.append(place.shape)
    box = osm_file.extent(path)
    shores = [place.shape for place in places if place.tags.get("natural") == "coastline"]
    for face in [] if box is None else osm_shore.sea(shores, box):
        kinds.append("water")
        names.append("")
        shapes.append(face)
    frame = gpd.GeoDataFrame({"kind": kinds, "name": names}, geometry=shapes, crs="EPSG:4326")
    frame.attrs["broken"] = tuple(broken)
    return frame


def _is_drawn(tags: Tags) -> bool:
    is_shore = tags.get("natural") == "coastline"
    return bool(osm_kinds.basemap_area(tags)) or osm_kinds.is_open_rail(tags) or is_shore


def _without_lines(places: Sequence[Place]) -> list[Place]:
    return [place for place in places if place.shape.geom_type not in _LINES]


def frame_of(
    columns: Mapping[str, Any], things: Sequence[Place | Use], broken: Sequence[str]
) -> gpd.GeoDataFrame:
    """Lay out the rows of what was read; `attrs["broken"]` names what could not be drawn."""
    frame = gpd.GeoDataFrame(
        dict(columns), geometry=[thing.shape for thing in things], crs="EPSG:4326"
    )
    frame.attrs["broken"] = tuple(broken)
    return frame


READERS: Mapping[str, Callable[[Path], gpd.GeoDataFrame]] = {
    "roads": _roads,
    "heat_sinks": _heat_sinks,
    "noise_receptors": _noise_receptors,
    "fibre_nodes": _fibre_nodes,
    "fibre_routes": _fibre_routes,
    "noise_screens": _noise_screens,
    "supply_points": _supply_points,
    "utilities": _utilities,
    "constraints": _constraints,
    "basemap": _basemap,
}
