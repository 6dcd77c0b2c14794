"""A territory's layers as the map takes them: degrees, few digits, words for every feature."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from folium.utilities import image_to_url
from pyproj import CRS, Transformer

from siteselect.maps import style
from siteselect.maps.encoding import compact, shown
from siteselect.sources import raster_file
from siteselect.units import stem, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from siteselect.contracts import Column, Layer
    from siteselect.layers.build import Territory
    from siteselect.maps.style import LayerLook

_DEGREES = CRS.from_epsg(4326)
_MERCATOR = CRS.from_epsg(3857)
_DIGITS_DEG = 1e-5
"""About a metre, which no screen shows."""
_SIMPLER_M = 1.0
_IMAGE_PX = 400
_DRAWN_SEPARATELY = ("boundary",)


def ground(territory: Territory) -> bytes:
    """Write the base map (water, green, buildings, streets, rails, boundary) as GeoJSON.

    One feature a kind, so that a browser draws thousands of buildings as one path.
    """
    shapes: dict[str, list[Any]] = {kind: [] for kind in style.GROUND}
    for layer, kind_of in (
        ("basemap", lambda row: row["kind"]),
        ("roads", lambda row: style.street_kind(row["highway"])),
    ):
        if layer in territory.layers:
            for row in territory.layers[layer].frame.to_dict("records"):
                shapes[kind_of(row)].append(row["geometry"])
    shapes["boundary"].append(shapely.boundary(territory.area))
    to_degrees = _degrees(territory.crs)
    features = [
        {"type": "Feature", "properties": {"kind": kind}, "geometry": geometry}
        for kind, listed in shapes.items()
        for geometry in _merged(listed, to_degrees)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return compact(collection)


def overlay(layer: Layer, look: LayerLook, crs: CRS) -> dict[str, Any] | None:
    """Prepare one switchable layer; None where there is nothing to draw."""
    if look.form == "image":
        return _image(layer)
    if look.form == "streets":
        return {"key": layer.name, "form": "streets"}
    frame = layer.frame
    if frame.empty:
        return None
    geometry = frame.geometry
    if look.form == "points":
        geometry = geometry.representative_point()
    rows = frame.drop(columns=frame.geometry.name).to_dict("records")
    columns = [column for column in layer.spec.columns if column.name in frame.columns]
    # What looks and reads alike is one feature: a thousand nameless homes need one tooltip.
    alike: dict[tuple[int, tuple[str, ...]], list[Any]] = {}
    for row, shape in zip(rows, geometry, strict=True):
        told = (look.pick(row), tuple(lines(layer.spec.title, columns, row)))
        alike.setdefault(told, []).append(shape)
    to_degrees = _degrees(crs)
    features = [
        {"type": "Feature", "properties": {"style": place, "lines": said}, "geometry": drawn}
        for (place, said), shapes in alike.items()
        for drawn in _merged(shapes, to_degrees)
    ]
    return {
        "key": layer.name,
        "form": look.form,
        "styles": [part.style for part in look.looks],
        "data": {"type": "FeatureCollection", "features": features},
    }


def ways(routes: gpd.GeoDataFrame, names: Mapping[Any, str]) -> dict[str, Any]:
    """Prepare the ways of some sites, as GeoJSON by kind.

    Parameters
    ----------
    routes : ways as `design.routes` draws them.
    names : name of each site.
    """
    to_degrees = _degrees(routes.crs)
    kinds: dict[str, list[dict[str, Any]]] = {kind: [] for kind in style.ROUTE_LOOKS}
    for row in routes.to_dict("records"):
        _, _, look = style.ROUTE_LOOKS[row["kind"]]
        told = {"style": look.pick(row), "lines": [way_words(row), shown(names[row["site_id"]])]}
        kinds[row["kind"]] += [
            {"type": "Feature", "properties": told, "geometry": drawn}
            for drawn in _merged([row["geometry"]], to_degrees)
        ]
    return {kind: {"type": "FeatureCollection", "features": drawn} for kind, drawn in kinds.items()}


def way_words(row: Mapping[str, Any]) -> str:
    """Say in words what a way is: "cable to North Street, 123 m by route"."""
    link = "from" if row["kind"] in {"lorry", "engineer"} else "to"
    place = shown(row["name"] or row["facility_id"]).strip()
    whole = f"{row['kind']} {link} {place}" if place else str(row["kind"])
    return f"{whole}, {row['length_m']:,.0f} m {row['basis']}"


def lines(title: str, columns: Iterable[Column], row: Mapping[str, Any]) -> list[str]:
    """Say in words what a feature is: its name, then what is known of it, with units."""
    name = row.get("name")
    said = [title if name is None or pd.isna(name) or not str(name).strip() else shown(name)]
    if said[0] != title:
        said.append(title)
    for column in columns:
        value = row.get(column.name)
        if column.name == "name" or column.name.endswith("_id") or value is None or pd.isna(value):
            continue
        unit = unit_of(column.name)
        word = stem(column.name).replace("_", " ")
        if column.kind == "number" and unit is not None:
            said.append(f"{word}: {value:,.4g} {unit.written}")
        elif column.kind == "number":
            said.append(f"{word}: {value:,.4g}")
        else:
            said.append(f"{word}: {shown(value).replace('_', ' ')}")
    return said


def _degrees(crs: CRS) -> Transformer:
    return Transformer.from_crs(crs, _DEGREES, always_xy=True)


def _rounded(shapes: Any, to_degrees: Transformer) -> NDArray[np.object_]:
    simpler = shapely.simplify(shapely.force_2d(shapes), _SIMPLER_M)

    def turned(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_degrees.transform(points[:, 0], points[:, 1]))

    moved = shapely.transform(simpler, turned)
    return np.asarray(shapely.set_precision(moved, _DIGITS_DEG, mode="pointwise"))


def _merged(shapes: list[Any], to_degrees: Transformer) -> list[dict[str, Any]]:
    parts = shapely.get_parts(shapely.get_parts(np.asarray(shapes, dtype=object)))
    merged = []
    for dimension, gather in (
        (2, shapely.multipolygons),
        (1, shapely.multilinestrings),
        (0, shapely.multipoints),
    ):
        fitting = parts[shapely.get_dimensions(parts) == dimension]
        if len(fitting):
            drawn = _rounded(fitting, to_degrees)
            drawn = drawn[~shapely.is_empty(drawn)]
            # Overlapping buildings share one path: filled by winding, they must all turn one way.
            turned = shapely.orient_polygons(drawn) if dimension == 2 else drawn  # noqa: PLR2004 - areas
            merged.append(json.loads(str(shapely.to_geojson(gather(turned)))))
    return merged


def _image(layer: Layer) -> dict[str, Any] | None:
    """Paint a raster in the map's own projection, where an image lies true."""
    if not layer.rasters:
        return None
    west, south, east, north = _mercator_bounds(layer)
    step = max(east - west, north - south) / _IMAGE_PX
    columns, rows = max(int((east - west) / step), 1), max(int((north - south) / step), 1)
    x = west + (np.arange(columns) + 0.5) * (east - west) / columns
    y = north - (np.arange(rows) + 0.5) * (north - south) / rows
    grid_x, grid_y = (side.ravel() for side in np.meshgrid(x, y))
    level = np.full(grid_x.size, np.nan)
    for path in layer.rasters:
        here, _ = raster_file.sample(path, grid_x, grid_y, _MERCATOR)
        level = np.where(np.isnan(level), here, level)
    to_degrees = _degrees(_MERCATOR)
    corners = to_degrees.transform([west, east], [south, north])
    return {
        "key": layer.name,
        "form": "image",
        "url": image_to_url(_painted(level.reshape(rows, columns))),
        "bounds": [[corners[1][0], corners[0][0]], [corners[1][1], corners[0][1]]],
    }


def _painted(level: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Turn levels [dB(A)] into colours; unknown and quiet cells stay clear."""
    clear = (0, 0, 0, 0)
    colours = [clear] + [
        (*bytes.fromhex(colour.removeprefix("#")), 255) for colour in style.NOISE_COLOURS
    ]
    place = np.searchsorted(style.NOISE_STEPS_DBA, level, side="right")
    place = np.where(np.isnan(level), 0, place)
    return np.asarray(colours, dtype=np.uint8)[place]


def _mercator_bounds(layer: Layer) -> tuple[float, float, float, float]:
    boxes = []
    for path in layer.rasters:
        crs, bounds = raster_file.check(path)
        to_mercator = Transformer.from_crs(CRS.from_wkt(crs), _MERCATOR, always_xy=True)
        boxes.append(to_mercator.transform_bounds(*bounds))
    sides = np.asarray(boxes)
    west, south = sides[:, :2].min(axis=0)
    east, north = sides[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)
