"""The layers on the map: where they lie, how they are classed, what they say."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import rasterio
from pyproj import Transformer

from siteselect.contracts import Column
from siteselect.maps import features, style
from siteselect.sources import raster_file

if TYPE_CHECKING:
    from siteselect.assess import Assessment

STATIC = Path(__file__).resolve().parents[1] / "siteselect" / "static"


# The noise raster


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_the_noise_raster_shows_under_a_site_what_the_raster_holds_there(demo: Assessment) -> None:
    layer = demo.layers["noise_map"]
    spec = features.overlay(layer, style.LAYER_LOOKS["noise_map"], demo.territory.crs)
    assert spec is not None
    with rasterio.open(io.BytesIO(base64.b64decode(spec["url"].split(",")[1]))) as image:
        shown = image.read()
    to_mercator = Transformer.from_crs(4326, 3857, always_xy=True)
    (south, west), (north, east) = spec["bounds"]
    edges_x, edges_y = to_mercator.transform([west, east], [south, north])
    x, y = to_mercator.transform(demo.sites["lon"], demo.sites["lat"])
    column = ((x - edges_x[0]) / (edges_x[1] - edges_x[0]) * shown.shape[2]).astype(int)
    row = ((edges_y[1] - y) / (edges_y[1] - edges_y[0]) * shown.shape[1]).astype(int)
    points = demo.sites.geometry
    level, _ = raster_file.sample(
        layer.rasters[0], points.x.to_numpy(), points.y.to_numpy(), demo.territory.crs
    )
    expected = features._painted(level[None, :])[0]
    same = (expected == shown[:, row, column].T).all(axis=1)
    # At the edge of a cell the two may see different neighbours.
    assert same.mean() > 0.9
    assert len({tuple(colour) for colour in expected.tolist()}) > 1


def test_unknown_and_quiet_cells_stay_clear() -> None:
    level = np.array([[np.nan, 44.9, 45.0, 69.9, 70.0, 120.0]])
    alpha = features._painted(level)[0, :, 3]
    assert alpha.tolist() == [0, 0, 255, 255, 255, 255]
    first, last = (bytes.fromhex(style.NOISE_COLOURS[place][1:]) for place in (0, -1))
    assert bytes(features._painted(level)[0, 2, :3].tolist()) == first
    assert bytes(features._painted(level)[0, 5, :3].tolist()) == last


# The layers


@pytest.mark.parametrize(
    ("layer", "row", "place"),
    [
        ("supply_points", {"headroom_kva": 0.0}, 0),
        ("supply_points", {"headroom_kva": -1.0}, 1),
        ("supply_points", {"headroom_kva": float("nan")}, 2),
        ("supply_points", {}, 2),
        ("noise_zones", {"night_limit_dba": 40.0}, 0),
        ("noise_zones", {"night_limit_dba": 45.0}, 1),
        ("noise_zones", {"night_limit_dba": 55.0}, 3),
        ("noise_zones", {"night_limit_dba": None}, 4),
        ("flood", {"band": "very_low"}, 3),
        ("heat_sinks", {"demand_mwh_a": pd.NA}, 1),
    ],
)
def test_features_fall_into_their_class(layer: str, row: dict[str, Any], place: int) -> None:
    look = style.LAYER_LOOKS[layer]
    assert look.pick(row) == place
    assert place < len(look.looks)


def test_a_feature_says_what_is_known_of_it_with_units() -> None:
    columns = [
        Column("supply_id", "text", ""),
        Column("name", "text", ""),
        Column("headroom_kva", "number", ""),
        Column("firm_kva", "number", ""),
        Column("level", "text", ""),
    ]
    row = {
        "supply_id": "s",
        "name": "North",
        "headroom_kva": -1250.0,
        "firm_kva": np.nan,
        "level": "lv",
    }
    assert features.lines("Supply", columns, row) == [
        "North",
        "Supply",
        "headroom: -1,250 kVA",
        "level: lv",
    ]
    assert features.lines("Supply", columns, {"name": " "})[0] == "Supply"


def test_features_that_look_and_read_alike_are_one(demo: Assessment) -> None:
    layer = demo.layers["noise_receptors"]
    frame = layer.frame.assign(name="", kind="dwelling")
    spec = features.overlay(
        replace(layer, frame=frame), style.LAYER_LOOKS["noise_receptors"], demo.territory.crs
    )
    assert spec is not None
    drawn = spec["data"]["features"]
    assert {feature["geometry"]["type"] for feature in drawn} <= {"MultiPolygon", "MultiPoint"}
    assert len(drawn) <= 2
    assert sum(len(feature["geometry"]["coordinates"]) for feature in drawn) >= len(frame)


def test_a_layer_without_features_is_left_out(demo: Assessment) -> None:
    layer = demo.layers["flood"]
    empty = replace(layer, frame=layer.frame.iloc[:0])
    assert features.overlay(empty, style.LAYER_LOOKS["flood"], demo.territory.crs) is None


def test_every_symbol_of_the_styles_is_known_to_the_script() -> None:
    folder = STATIC / "siteselect"
    script = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js")))
    shapes = {look.shape for layer in style.LAYER_LOOKS.values() for look in layer.looks}
    shapes |= {str(looks["shape"]) for looks in style.site_looks(8).values()}
    for shape in shapes:
        assert re.search(rf"\b{shape}:", script), shape
    assert not re.search(r"(inner|outer)HTML\s*=|insertAdjacentHTML|document\.write|eval\(", script)
