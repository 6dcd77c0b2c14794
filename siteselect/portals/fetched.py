"""What a reader of a public service hands over: rows of a layer, where absence means absence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from siteselect.contracts import LayerSpec, Notice, Provenance

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

REJECTED = ("identifier", "reason", "value")
"""Columns of the table of what came and could not be used."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows of a layer in EPSG:4326.

    `covered` is where absence of a row means absence of the thing; None where it means nothing.
    `kinds` are the kinds of constraints that this holds for.
    """

    frame: gpd.GeoDataFrame
    layer: str
    covered: BaseGeometry | None
    kinds: tuple[str, ...]
    provenance: Provenance
    notices: tuple[Notice, ...] = ()
    rejected: pd.DataFrame = field(default_factory=lambda: rejections(()))


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A file that a reader of `siteselect.sources` reads; `covered` as in `Fetched`."""

    path: Path
    layers: tuple[str, ...]
    covered: BaseGeometry | None
    provenance: Provenance
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that came and could not be used; `outline` where it is known to lie."""

    identifier: str
    reason: str
    value: str = ""
    outline: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class Shaped:
    """A shape that can be used; or, where it cannot, the reason why not."""

    shape: BaseGeometry | None
    reason: str = ""
    repaired: bool = False


def rejections(rejected: Iterable[Rejection]) -> pd.DataFrame:
    """Write rejections as a table."""
    rows = [(each.identifier, each.reason, each.value) for each in rejected]
    return pd.DataFrame(rows, columns=list(REJECTED), dtype="object")


def layer_frame(
    spec: LayerSpec, rows: Sequence[Mapping[str, Any]], shapes: Sequence[BaseGeometry]
) -> gpd.GeoDataFrame:
    """Lay rows out in the layer's columns; columns that no row has are left out."""
    given = {name for row in rows for name in row}
    names = [column.name for column in spec.columns if column.required or column.name in given]
    return gpd.GeoDataFrame(
        {name: [row.get(name) for row in rows] for name in names},
        geometry=list(shapes),
        crs="EPSG:4326",
    )


def usable(shape: BaseGeometry | None, wanted: tuple[str, ...]) -> Shaped:
    """Make a shape fit for a layer: valid, of a wanted dimension, in degrees.

    A crossing or doubled outline is repaired, as every layer file of a study is; what is left of a
    repair in another dimension is dropped.

    Parameters
    ----------
    shape : as it came.
    wanted : what the layer takes, of point, line and polygon.
    """
    if shape is None or shape.is_empty:
        return Shaped(None, "no geometry")
    if not _in_degrees(shape):
        return Shaped(None, "coordinates that are no longitude and latitude")
    repaired = not shape.is_valid
    dimension = int(shapely.get_dimensions(shape))
    if ("point", "line", "polygon")[dimension] not in wanted:
        return Shaped(None, f"a {shape.geom_type}, which the layer does not take")
    if repaired:
        parts = shapely.get_parts(shapely.make_valid(shape))
        kept = [part for part in parts if shapely.get_dimensions(part) == dimension]
        shape = shapely.union_all(kept) if kept else None
        if shape is None or shape.is_empty:
            return Shaped(None, "a shape that encloses nothing")
    return Shaped(shape, repaired=repaired)


def covered_without(
    covered: BaseGeometry | None, rejected: Sequence[Rejection]
) -> BaseGeometry | None:
    """Take out of a covered area where rejected rows lie: there something is known to be missing.

    Returns
    -------
    BaseGeometry or None
        None too where a rejected row may lie anywhere.
    """
    if covered is None:
        return None
    holes = []
    for each in rejected:
        if each.outline is None or each.outline.is_empty or not _in_degrees(each.outline):
            return None
        holes.append(each.outline.envelope)
    left = shapely.difference(covered, shapely.union_all(holes)) if holes else covered
    return None if left.is_empty else left


def _in_degrees(shape: BaseGeometry) -> bool:
    west, south, east, north = shape.bounds
    return bool(-180 <= west <= east <= 180 and -90 <= south <= north <= 90)  # noqa: PLR2004 - degrees


def about_rows(title: str, repaired: int, rejected: Sequence[Rejection]) -> tuple[Notice, ...]:
    """Tell of rows that were repaired or rejected."""
    notices = []
    if repaired:
        notices.append(
            Notice("repaired shapes", f"{title}: {repaired} crossing outlines were repaired.")
        )
    if rejected:
        reasons = sorted({each.reason for each in rejected})
        notices.append(
            Notice(
                "rejected rows",
                f"{title}: {len(rejected)} rows could not be used: {'; '.join(reasons)}.",
                {"identifiers": ", ".join(each.identifier for each in rejected[:20])},
            )
        )
    return tuple(notices)
