"""From a county towards a country: time and memory as the territory grows.

Usage: python benchmarks/country.py [sites] [tiles a side ...] [--homes] [folder with the data]

The layers of the real extract of Rutland are laid side by side, three by three and six by six when
left out, under names of their own, so that streets, homes, buildings and heat sinks grow together;
sites stand near the buildings of all of it. For each size: streets, seconds until the layers are
read, rate of the sites after that, and peak memory of all processes of `siteselect batch`. A tile
is the county again, so that this says how work and memory grow, and nothing of another country.
The extract has 1,579 of the county's homes; --homes adds invented ones near its buildings, 17,000 a
tile, about as many as households live there.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import yaml
from analyst import DATA, STUDY, rutland, versions
from batch import by_command

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.layers.build import Territory

SITES = 200_000
TOWN_M = 100.0
HOUSEHOLDS = 17_000
"""Of Rutland at the census of 2021, rounded [recalled]."""
SOUTH_WEST_M = (100_000.0, 100_000.0)
"""Corner of the first tile, so that all lie on the national grid."""
NAMES = ("edge_id", "from_node", "to_node", "sink_id", "receptor_id", "supply_id", "fibre_id")
MORE_NAMES = ("utility_id", "screen_id")
OTHERS = ("upstream_id",)
"""Columns that name something of the same tile, or may."""


def tiled(frame: gpd.GeoDataFrame, side: int, territory: Territory) -> gpd.GeoDataFrame:
    """Lay a layer down once a tile, with names that tell the tiles apart."""
    west, south, east, north = territory.area.bounds
    parts = []
    for number in range(side * side):
        row, column = divmod(number, side)
        by = (
            SOUTH_WEST_M[0] - west + column * (east - west),
            SOUTH_WEST_M[1] - south + row * (north - south),
        )
        part = frame.copy()
        part["geometry"] = shapely.transform(frame.geometry.to_numpy(), lambda xy, by=by: xy + by)
        for name in (*NAMES, *MORE_NAMES, *OTHERS):
            if name in part:
                known = part[name].notna()
                part[name] = part[name].astype(object)
                part.loc[known, name] = part.loc[known, name].astype(str) + f"-{number}"
        parts.append(part)
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=frame.crs)


def near_buildings(basemap: gpd.GeoDataFrame, count: int) -> NDArray[np.object_]:
    """Put points near buildings, always the same ones."""
    drawn = basemap[basemap["kind"] == "building"]
    middles = shapely.get_coordinates(shapely.centroid(drawn.geometry.to_numpy()))
    dice = np.random.default_rng(20261124)
    chosen = middles[dice.integers(0, len(middles), count)]
    return np.asarray(shapely.points(chosen + dice.uniform(-TOWN_M, TOWN_M, chosen.shape)))


def with_homes(receptors: gpd.GeoDataFrame, territory: Territory) -> gpd.GeoDataFrame:
    """Add invented homes to those of the extract."""
    points = near_buildings(territory.layers["basemap"].frame, HOUSEHOLDS)
    inside = points[shapely.intersects(territory.area, points)]
    more = gpd.GeoDataFrame(
        {"receptor_id": [f"home-{number}" for number in range(len(inside))], "kind": "dwelling"},
        geometry=inside,
        crs=receptors.crs,
    )
    return gpd.GeoDataFrame(pd.concat([receptors, more], ignore_index=True), crs=receptors.crs)


def lay_out(folder: Path, side: int, territory: Territory, *, homes: bool) -> dict[str, int]:
    """Write layers, area and study of so many tiles; give the rows of each layer."""
    study: dict[str, Any] = yaml.safe_load(STUDY.read_text(encoding="utf-8"))
    west, south, east, north = territory.area.bounds
    x, y = SOUTH_WEST_M
    whole = shapely.box(x, y, x + side * (east - west), y + side * (north - south))
    gpd.GeoSeries([whole], crs=territory.crs).to_crs(4326).to_file(folder / "area.geojson")
    rows = {}
    for name in study["layers"]:
        county = territory.layers[name].frame
        if homes and name == "noise_receptors":
            county = with_homes(county, territory)
        frame = tiled(county, side, territory)
        frame.to_parquet(folder / f"{name}.parquet")
        rows[name] = len(frame)
        about = dict(study["layers"][name][0])
        about.pop("reader", None)
        study["layers"][name] = [about | {"path": f"{name}.parquet", "crs": "EPSG:27700"}]
    study["name"] = f"tiles-{side}"
    study["limits"] = {"rows": 10_000_000, "vertices": 100_000_000}
    (folder / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    return rows


def write_sites(folder: Path, count: int) -> Path:
    """Put sites near buildings, always the same ones."""
    points = near_buildings(gpd.read_parquet(folder / "basemap.parquet"), count)
    places = gpd.GeoDataFrame(
        {"site_id": np.arange(count).astype(str)}, geometry=points, crs="EPSG:27700"
    )
    places.to_parquet(folder / "sites.parquet")
    return folder / "sites.parquet"


def working_s(out: Path) -> float:
    """Read from the log how long it took after the layers were read [s]."""
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    times = pd.to_datetime([line["time"] for line in lines])
    return float((times[-1] - times[0]).total_seconds())


def main(sites: int, sides: list[int], data: Path, *, homes: bool) -> None:
    """Run each size, and print a line."""
    _, territory = rutland(data)
    print(
        f"{'tiles':>6}{'streets':>10}{'homes':>9}{'all s':>8}{'sites s':>9}{'sites/s':>9}{'GB':>7}"
    )
    for side in sides:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            rows = lay_out(folder, side, territory, homes=homes)
            file = write_sites(folder, sites)
            seconds, peak_gb = by_command(file, folder / "out", folder, folder / "study.yaml")
            working = working_s(folder / "out")
            print(f"{side * side:10}{rows['roads']:10,}{rows['noise_receptors']:10,}", end="")
            print(
                f"{seconds:10.1f}{working:10.1f}{sites / working:10,.0f}{peak_gb:10.2f}", flush=True
            )
    print(versions())


if __name__ == "__main__":
    given = [word for word in sys.argv[1:] if word.isdigit()]
    folders = [word for word in sys.argv[1:] if not word.isdigit() and word != "--homes"]
    main(
        int(given[0]) if given else SITES,
        [int(word) for word in given[1:]] or [1, 3, 6],
        Path(folders[0]) if folders else DATA,
        homes="--homes" in sys.argv,
    )
