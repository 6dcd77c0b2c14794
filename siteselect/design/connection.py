"""Electricity: the supply point that the pod would be connected to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siteselect import pod as pods
from siteselect.design.reach import Streets, reach
from siteselect.design.table import numbers, picked, texts

if TYPE_CHECKING:
    import geopandas as gpd

    from siteselect.layers.build import Territory
    from siteselect.study import Study


COLUMNS = (
    *texts(
        supply_id="nearest supply point by route",
        supply_name="its name",
        supply_level="its network level",
        connection_basis="how the length was found",
    ),
    *numbers(
        import_kva="apparent power the pod draws at full load",
        supply_headroom_kva="headroom of the supply point as published; may be negative",
        headroom_after_pod_kva="headroom less the pod's import",
        connection_m="cable length to the supply point",
    ),
)
"""What this part adds to the table of sites."""


def connect(
    study: Study, territory: Territory, streets: Streets, index: pd.Index[str]
) -> pd.DataFrame:
    """Name the nearest supply point by route, and what is left there once the pod is on it."""
    import_kva = pods.import_kva(study.pod)
    columns = pd.DataFrame({"import_kva": import_kva}, index=index)
    frame = _connectable(territory)
    near = reach(streets, streets.points[:0] if frame is None else frame.geometry.to_numpy())
    for column, source in (
        ("supply_id", "supply_id"),
        ("supply_name", "name"),
        ("supply_level", "level"),
    ):
        columns[column] = picked(frame, source, near.facility, text=True)
    columns["supply_headroom_kva"] = picked(frame, "headroom_kva", near.facility)
    columns["headroom_after_pod_kva"] = columns["supply_headroom_kva"] - import_kva
    columns["connection_m"] = near.length_m
    columns["connection_basis"] = near.basis
    return columns


def _connectable(territory: Territory) -> gpd.GeoDataFrame | None:
    """Pick the supply points that a pod could be tied to.

    A pod of 20 to 500 kW meets the low-voltage or secondary network first. Where the layer shows
    only primary and grid substations, those stand in: their headroom is necessary, not sufficient.
    """
    layer = territory.layers.get("supply_points")
    if layer is None:
        return None
    local = layer.frame[~layer.frame["level"].isin(["primary", "grid"])]
    return local if len(local) else layer.frame
