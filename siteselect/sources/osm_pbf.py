"""OpenStreetMap extracts: streets, buildings and places of a territory, from one PBF file."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from siteselect.contracts import Source
from siteselect.errors import Fault, SourceError
from siteselect.sources import (
    osm_buildings,
    osm_file,
    osm_kinds,
    osm_power,
    osm_screens,
    osm_selection,
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

_LINES = frozenset({"LineString", "MultiLineString"})
_HIGHEST_LINE_V = 1_500_000
_USE_KEYS = (
    *("building", "amenity", "leisure", "tourism", "healthcare", "social_facility", "office"),
    *("landuse",),
)


def read(
    path: Path,
    layer: str,
    tags: Mapping[str, tuple[str, ...]] | None = None,
    table: str | None = None,
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

    Raises
    ------
    SourceError
        The file cannot be read, or OpenStreetMap does not hold that layer.
    """
    del table
    if layer == "candidates":
        return _candidates(path, tags or {})
    reader = _READERS.get(layer)
    if reader is None:
        raise SourceError(
            Fault(
                str(path),
                f"OpenStreetMap does not hold the layer {layer!r}",
                f"It feeds {', '.join(sorted([*_READERS, 'candidates']))}.",
            )
        )
    return reader(path)


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
    return _frame(
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
    return _frame(
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
    return _frame(
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
    return _frame(
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
    return _frame(
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
    return _frame(
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
    return _frame(
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
    return _frame(
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
    frame = _frame(
        {
            "site_id": [place.osm_id for place in places],
            "name": [osm_tags.place_name(place.tags) for place in places],
            "kind": [kind(place.tags) for place in places],
        },
        places,
        broken,
    )
    return frame.set_geometry(frame.geometry.representative_point())


def _without_lines(places: Sequence[Place]) -> list[Place]:
    return [place for place in places if place.shape.geom_type not in _LINES]


def _frame(
    columns: Mapping[str, Any], things: Sequence[Place | Use], broken: Sequence[str]
) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        dict(columns), geometry=[thing.shape for thing in things], crs="EPSG:4326"
    )
    frame.attrs["broken"] = tuple(broken)
    return frame


_READERS: Mapping[str, Callable[[Path], gpd.GeoDataFrame]] = {
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
