"""Electricity: where the pod would be connected, how, at what cost, and how soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siteselect import pod as pods
from siteselect.design import feeding
from siteselect.design.connection_works import WORKS, works
from siteselect.design.feeding import Feeding, feed
from siteselect.design.supply import Met, longest_m, meet, merged, said
from siteselect.design.table import flags, numbers, texts
from siteselect.errors import Fault, StudyError
from siteselect.grid.capacity import Headroom, headroom
from siteselect.grid.catalogue import LV_MAIN
from siteselect.grid.option import choose

if TYPE_CHECKING:
    import geopandas as gpd

    from siteselect.design.reach import Streets
    from siteselect.grid.option import Codes
    from siteselect.layers.build import Territory
    from siteselect.study import Study


COLUMNS = (
    *texts(
        supply_id="nearest local supply point by route; where none is mapped near, the primary",
        supply_name="its name",
        supply_level="its network level",
        supply_headroom_basis="what its headroom was worked out from",
        supply_source_date="date or year that its data describes",
        supply_operator="its network operator",
        connection_basis="how the length was found, or why it is unknown",
    ),
    *flags(supply_local="whether the supply point is of the local network, and no stand-in"),
    *numbers(
        import_kva="apparent power the pod draws at full load",
        supply_headroom_kva="headroom of the supply point; may be negative",
        headroom_after_pod_kva="headroom less the pod's import",
        connection_m="cable length to the supply point; unknown where no local one is mapped",
        connection_verge_m="part of it in verge or other soft ground",
        connection_footway_m="part of it in the footway",
        connection_carriageway_m="part of it in the carriageway",
    ),
    *feeding.COLUMNS,
    *WORKS,
)
"""What this part adds to the table of sites."""


def connect(
    study: Study, territory: Territory, streets: Streets, index: pd.Index[str]
) -> pd.DataFrame:
    """Find where, how, at what cost and how soon the pod would be connected at each site.

    The local supply point by route, or in its place the primary substation where no local one is
    mapped near; the primary substation that feeds the site, which is a gate; and the kind of
    connection that size, length and headroom ask for.

    Raises
    ------
    StudyError
        The study gives the cost of reinforcing a supply point that the layer does not have.
    """
    layer = territory.layers.get("supply_points")
    points = None if layer is None else layer.frame
    _check_points(study, points)
    import_kva = pods.import_kva(study.pod)
    room = None if points is None else _headroom(study, points)
    met, options = _chosen(study, points, streets, room, import_kva)
    local = np.where(met.local, met.row, -1)
    same_m = study.grid.same_station_m
    fed = feed(territory, streets.points, local, room, import_kva, same_m)
    columns = pd.concat(
        [_supply(territory, met, fed, room, import_kva), fed.columns],
        axis=1,
    )
    columns = columns.join(works(study, points, columns, met, fed, options))
    return columns.set_index(index)


def _headroom(study: Study, points: gpd.GeoDataFrame) -> Headroom:
    return headroom(
        points,
        study.pod.power_factor,
        study.grid.loading_share,
        contracted=study.grid.count_contracted,
    )


def _chosen(
    study: Study,
    points: gpd.GeoDataFrame | None,
    streets: Streets,
    room: Headroom | None,
    import_kva: float,
) -> tuple[Met, Codes]:
    """Choose the kind of connection, and with it which supply point is met."""
    grid = study.grid
    limit_m = longest_m(grid, import_kva)
    joint, larger = meet(points, streets, grid, import_kva)

    def options_at(met: Met) -> Codes:
        return choose(import_kva, met.length_m, _local_kva(room, met), limit_m)

    options = options_at(joint)
    on_main = options == LV_MAIN
    met = merged(on_main, joint, larger)
    return met, np.where(on_main, options, np.maximum(options, options_at(larger)))


def _local_kva(room: Headroom | None, met: Met) -> Any:
    if room is None:
        return np.full(len(met.row), np.nan)
    return np.where(met.local, np.append(room.kva, np.nan)[met.row], np.nan)


def _supply(
    territory: Territory, met: Met, fed: Feeding, room: Headroom | None, import_kva: float
) -> pd.DataFrame:
    """Describe the supply point: the local one, else the primary, else the far local one."""
    row = np.where(~met.local & (fed.row >= 0), fed.row, met.row)
    layer = territory.layers.get("supply_points")
    columns = pd.DataFrame(index=range(len(row)))
    for column, source in (
        ("supply_id", "supply_id"),
        ("supply_name", "name"),
        ("supply_level", "level"),
        ("supply_operator", "operator"),
        ("supply_source_date", "source_date"),
    ):
        cells = np.empty(0, dtype=object) if layer is None else layer.frame[source].to_numpy()
        columns[column] = np.append(cells, "")[row].astype(object)
    if layer is not None and len(layer.provenance) == 1:
        unsaid = columns["supply_source_date"].eq("") & (row >= 0)
        columns["supply_source_date"] = columns["supply_source_date"].mask(
            unsaid, layer.provenance[0].date
        )
    local = met.local.astype(object)
    local[row < 0] = None
    columns["supply_local"] = local
    columns["connection_basis"] = met.basis
    columns["import_kva"] = import_kva
    kva = np.empty(0) if room is None else room.kva
    basis = np.empty(0, dtype=object) if room is None else room.basis
    columns["supply_headroom_kva"] = np.append(kva, np.nan)[row]
    columns["supply_headroom_basis"] = said(basis, row)
    columns["headroom_after_pod_kva"] = columns["supply_headroom_kva"] - import_kva
    columns["connection_m"] = met.length_m
    for place, ground in enumerate(("verge", "footway", "carriageway")):
        columns[f"connection_{ground}_m"] = met.ground_m[:, place]
    return columns


def _check_points(study: Study, points: gpd.GeoDataFrame | None) -> None:
    known = set() if points is None else set(points["supply_id"])
    faults = [
        Fault(
            f"study {study.name}",
            "cost of reinforcing a supply point that the layer supply_points does not have",
            "Use a supply_id of the layer, within the study's margin around the area.",
            column=f"grid.reinforcement_by_point_gbp.{point}",
            value=point,
        )
        for point in study.grid.reinforcement_by_point_gbp
        if point not in known
    ]
    if faults:
        raise StudyError(faults)
