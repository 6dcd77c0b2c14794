"""GeoJSON as its standard wants it: RFC 7946, in degrees, for programs that know nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteselect.report.tables import export_note, ranking_table, routes_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteselect.assess import Assessment

DIGITS = 7
"""Decimals of a degree: about a centimetre, finer than any of the data."""


def sites_geojson(assessment: Assessment) -> str:
    """Write the sites with their place in the ranking and their measures, as they are ranked."""
    table = ranking_table(assessment)
    shapes = assessment.sites.geometry.loc[table.index]
    frame = gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=shapes)
    return geojson(frame, export_note(assessment))


def routes_geojson(assessment: Assessment, site_ids: Sequence[str]) -> str:
    """Write the ways of cable, fibre, pipe, lorry and engineer to some sites."""
    return geojson(routes_table(assessment, site_ids), export_note(assessment))


def area_geojson(assessment: Assessment) -> str:
    """Write the territory of the study."""
    area = gpd.GeoDataFrame(
        {"name": [assessment.study.title]},
        geometry=[assessment.territory.area],
        crs=assessment.territory.crs,
    )
    return geojson(area, export_note(assessment))


def geojson(frame: gpd.GeoDataFrame, note: str) -> str:
    """Write a table of shapes as GeoJSON (RFC 7946).

    WGS 84, longitude first, no `crs`, outer rings anticlockwise, `bbox` in the order west, south,
    east, north; what is unknown is null. The note stands in a member of its own (section 6.1).

    Parameters
    ----------
    frame : one row a feature; a named index becomes the `id` of the features.
    note : what a reader must know, such as invented inputs.
    """
    degrees = frame.geometry.to_crs(4326)
    shapes = _right_handed(degrees.to_numpy())
    columns = [name for name in frame.columns if name != frame.geometry.name]
    named = frame.index.name is not None
    features = []
    for place, (shape, row) in enumerate(
        zip(shapes, frame[columns].to_dict("records"), strict=True)
    ):
        feature: dict[str, Any] = {"type": "Feature"}
        if named:
            feature["id"] = str(frame.index[place])
        feature["properties"] = {name: _plain(value) for name, value in row.items()}
        feature["geometry"] = _rounded(shapely.geometry.mapping(shape))
        features.append(feature)
    told: dict[str, Any] = {"type": "FeatureCollection", "description": note}
    if len(shapes):
        told["bbox"] = [round(float(end), DIGITS) for end in degrees.total_bounds]
    text = json.dumps({**told, "features": features}, ensure_ascii=False, allow_nan=False)
    # Halves of surrogate pairs pass through JSON but not through UTF-8.
    return text.encode("utf-8", "replace").decode("utf-8")


def _right_handed(shapes: Any) -> Any:
    return shapely.orient_polygons(shapes, exterior_cw=False)


def _rounded(shape: dict[str, Any]) -> dict[str, Any]:
    return {"type": shape["type"], "coordinates": _round_all(shape["coordinates"])}


def _round_all(part: Any) -> Any:
    if isinstance(part, float):
        return round(part, DIGITS)
    return [_round_all(each) for each in part]


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or pd.isna(value):
        return None
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, bool | int | float) else str(value)
