"""Places and areas that stand in another table than the headroom, joined by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from siteselect.contracts import Notice
from siteselect.operators import cells
from siteselect.operators.table import AREA_COLUMNS, Rows, each, found, sheet, text

if TYPE_CHECKING:
    from shapely.geometry import Point
    from shapely.geometry.base import BaseGeometry

POINT = (
    "substationlocation",
    "spatialcoordinates",
    "geopoint2d",
    "geopoint",
    "geolocalisation",
    "location",
)
SHAPE = ("geoshape", "geometry")


@dataclass(frozen=True, slots=True)
class Placed:
    """A point or None for every row, the areas that go with them, and what one must know."""

    points: pd.Series
    areas: gpd.GeoDataFrame
    notices: tuple[Notice, ...]


def placed(
    columns: dict[str, pd.Series],
    points: pd.Series,
    places: Rows | None,
    names: tuple[str, ...],
    operator: str,
) -> Placed:
    """Fill points that are missing, and find areas, from a table of places.

    The middle of an area stands for a substation that is nowhere placed: that is told.

    Parameters
    ----------
    columns : supply_id, name and level of every row.
    points : a point or None for every row.
    places : rows with a name and a point or shape; None where there are none.
    names : columns in which they carry the substation's name.
    operator : name for messages.
    """
    none = gpd.GeoDataFrame({name: [] for name in AREA_COLUMNS}, geometry=[], crs="EPSG:4326")
    if places is None or len(places) == 0:
        return Placed(points, none, ())
    table = sheet(places, operator)
    keys = text(table, *names).map(cells.slug)
    shapes = each(table, cells.outline, *SHAPE)
    middles = each(table, cells.point, *POINT)
    by_name: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        if key:
            by_name.setdefault(key, []).append(place)
    wanted = columns["name"].map(cells.slug)
    filled = points.copy()
    count = 0
    for row in points.index[points.isna()]:
        found_at = by_name.get(wanted[row], [])
        if len(found_at) == 1:
            filled[row] = _middle(middles.iloc[found_at[0]], shapes.iloc[found_at[0]])
            count += filled[row] is not None
    text_ = f"{count} substations of {operator} are placed in the middle of the area they feed"
    drawn = found(table, *SHAPE) is not None
    notices = (Notice("places taken from areas", text_),) if count and drawn else ()
    return Placed(filled, _areas(columns, wanted, by_name, shapes), notices)


def _middle(point: Point | None, drawn: BaseGeometry | None) -> Point | None:
    if point is not None:
        return point
    return None if drawn is None else drawn.representative_point()


def _areas(
    columns: dict[str, pd.Series],
    wanted: pd.Series,
    by_name: dict[str, list[int]],
    shapes: pd.Series,
) -> gpd.GeoDataFrame:
    """Give each primary the shapes of its name, joined; a name of two primaries gives none."""
    primaries = wanted[columns["level"].ne("grid") & columns["supply_id"].ne("")]
    alone = primaries[~primaries.duplicated(keep=False)]
    rows = []
    for key, supply_id, name in zip(
        alone, columns["supply_id"][alone.index], columns["name"][alone.index], strict=True
    ):
        parts = [shapes.iloc[place] for place in by_name.get(key, [])]
        flat = [part for part in parts if part is not None and part.area > 0]
        if flat:
            rows.append((supply_id, name, supply_id, shapely.union_all(flat)))
    frame = pd.DataFrame(rows, columns=[*AREA_COLUMNS, "geometry"])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4326")
