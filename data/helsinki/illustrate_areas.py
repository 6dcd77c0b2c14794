"""Invent areas of central Helsinki: noise limits and levels, flood bands, protected places.

Everything made here is for demonstration. No decision can rest on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from scipy import ndimage

if TYPE_CHECKING:
    from pathlib import Path

NIGHT_AT_10_M_DBA = {"primary": 60, "secondary": 57, "tertiary": 54, "unclassified": 50}
NIGHT_AT_10_M_DBA |= {"residential": 48, "service": 42, "rail": 58}
SCREENING_DB_M = 0.06
CUT_OFF_DBA = 35.0
CELL_M = 10.0
NO_DATA = -9999.0
FLOOD_M = (("high", 0.0, 6.0), ("medium", 6.0, 15.0), ("low", 15.0, 35.0))


def areas(
    receptors: gpd.GeoDataFrame, basemap: gpd.GeoDataFrame, outline: shapely.Polygon
) -> dict[str, gpd.GeoDataFrame]:
    """Give all invented vector layers by name."""
    return {
        "noise_zones": noise_zones(receptors, outline),
        "flood_coverage": flood_coverage(outline),
        "flood": flood(basemap, outline),
        "constraints": constraints(receptors, basemap),
    }


def noise_zones(receptors: gpd.GeoDataFrame, outline: shapely.Polygon) -> gpd.GeoDataFrame:
    """Draw zones with the Finnish limits: 55 by day, 50 by night, 45 by night in new housing."""
    new = receptors["name"].str.startswith("Alvar Aallon katu")
    fresh = receptors[new].geometry.union_all().convex_hull.buffer(15)
    whole = outline.buffer(60)
    west, south, east, north = whole.bounds
    middle = south + 0.55 * (north - south)
    older = whole.difference(fresh)
    return gpd.GeoDataFrame(
        {
            "zone_id": ["demo-zone-1", "demo-zone-2", "demo-zone-3"],
            "name": ["Centre, south", "Centre, north", "New housing by the bay"],
            "day_limit_dba": [55.0, 55.0, 55.0],
            "night_limit_dba": [50.0, 50.0, 45.0],
        },
        geometry=[
            older.intersection(shapely.box(west, south, east, middle)),
            older.intersection(shapely.box(west, middle, east, north)),
            fresh,
        ],
        crs=receptors.crs,
    )


def noise_map(
    roads: gpd.GeoDataFrame,
    basemap: gpd.GeoDataFrame,
    outline: shapely.Polygon,
    rng: np.random.Generator,
    path: Path,
) -> None:
    """Write a night level [dB(A)] that falls off from streets and tracks, with a little scatter."""
    west, south, east, north = np.array(outline.bounds) // CELL_M * CELL_M + np.array(
        [0, 0, CELL_M, CELL_M]
    )
    columns, rows = round((east - west) / CELL_M), round((north - south) / CELL_M)
    x = west + CELL_M * (np.arange(columns) + 0.5)
    y = north - CELL_M * (np.arange(rows) + 0.5)
    mesh = np.meshgrid(x, y)
    level = _traffic_dba(shapely.points(mesh[0].ravel(), mesh[1].ravel()), roads, basemap)
    coarse = rng.normal(0, 1.5, (rows // 10 + 2, columns // 10 + 2))
    scatter = ndimage.zoom(coarse, 10, order=1)[:rows, :columns]
    level = level.reshape(rows, columns) + scatter
    level = np.where(level < CUT_OFF_DBA, NO_DATA, level.round(1)).astype("float32")
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=1,
        dtype="float32",
        crs=roads.crs.to_wkt(),
        transform=rasterio.Affine(CELL_M, 0.0, west, 0.0, -CELL_M, north),
        nodata=NO_DATA,
        compress="deflate",
    ) as raster:
        raster.write(level, 1)


def _traffic_dba(
    points: np.ndarray, roads: gpd.GeoDataFrame, basemap: gpd.GeoDataFrame
) -> np.ndarray:
    """Add up the nearest line of each class [dB(A)]."""
    lines = {kind: roads[roads["highway"] == kind].geometry for kind in NIGHT_AT_10_M_DBA}
    lines["rail"] = basemap[basemap["kind"] == "rail"].geometry
    energy = np.zeros(len(points))
    for kind, level in NIGHT_AT_10_M_DBA.items():
        _, away = shapely.STRtree(lines[kind].to_numpy()).query_nearest(
            points, return_distance=True, all_matches=False
        )
        away = np.maximum(away, 5.0)
        # A line source loses 3 dB a doubling; blocks of houses take the rest.
        energy += 10 ** ((level - 10 * np.log10(away / 10) - SCREENING_DB_M * away) / 10)
    return 10 * np.log10(energy)


def flood_coverage(outline: shapely.Polygon) -> gpd.GeoDataFrame:
    """Leave the south-west corner out, so that not covered is seen to differ from not flooded."""
    west, south, east, north = outline.bounds
    corner = shapely.box(west, south, west + 0.42 * (east - west), south + 0.2 * (north - south))
    return gpd.GeoDataFrame(
        {"name": ["Invented flood mapping"]}, geometry=[outline.difference(corner)], crs="EPSG:3067"
    )


def flood(basemap: gpd.GeoDataFrame, outline: shapely.Polygon) -> gpd.GeoDataFrame:
    """Draw bands along the shore of the sea and the bay."""
    water = basemap[basemap["kind"] == "water"]
    # Open water runs on beyond the map's edge; the ponds of the parks do not.
    water = water[water.distance(outline.exterior) < 5].geometry.union_all()  # noqa: PLR2004
    covered = flood_coverage(outline).geometry.iloc[0]
    bands = [
        water.buffer(far).difference(water.buffer(near)).intersection(covered)
        for _, near, far in FLOOD_M
    ]
    return gpd.GeoDataFrame(
        {
            "flood_id": [f"demo-flood-{band}" for band, _, _ in FLOOD_M],
            "band": [band for band, _, _ in FLOOD_M],
            "origin": "sea",
        },
        geometry=bands,
        crs=basemap.crs,
    )


def constraints(receptors: gpd.GeoDataFrame, basemap: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw protected places round well-known buildings; which are protected is invented."""
    by_name = receptors[receptors["name"] != ""].drop_duplicates("name").set_index("name").geometry
    cathedral = by_name["Helsingin tuomiokirkko"]
    church = by_name["Vanha kirkko"]
    parks = basemap[basemap["name"] == "Kaisaniemen puisto"].geometry
    return gpd.GeoDataFrame(
        {
            "constraint_id": [f"demo-constraint-{at}" for at in range(1, 6)],
            "name": [
                *("Senate Square", "Old church quarter", "Kaisaniemi park"),
                *("Cathedral", "Old church"),
            ],
            "kind": [
                *("conservation_area", "conservation_area", "registered_park"),
                *("listed_building", "listed_building"),
            ],
            "grade": "",
            "reference": "",
        },
        geometry=[
            cathedral.centroid.buffer(150, quad_segs=4),
            church.centroid.buffer(110, quad_segs=4),
            parks.union_all(),
            cathedral,
            church,
        ],
        crs=receptors.crs,
    )
