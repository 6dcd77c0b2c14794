"""The design of the pod on every site, as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from siteselect.design.access import arrive
from siteselect.design.backhaul import haul
from siteselect.design.connection import connect
from siteselect.design.hearing import hear
from siteselect.design.heating import deliver
from siteselect.design.money_case import net_values
from siteselect.design.reach import streets_of
from siteselect.design.surroundings import surround

if TYPE_CHECKING:
    from siteselect.layers.build import Territory
    from siteselect.study import Study


def place(
    study: Study, territory: Territory, candidates: gpd.GeoDataFrame, of: int | None = None
) -> gpd.GeoDataFrame:
    """Put the study's pod on every candidate.

    Parameters
    ----------
    study : with the pod.
    territory : its area and layers.
    candidates : as they are proposed.
    of : number of sites of the whole run, where these are a part of it.

    Returns
    -------
    GeoDataFrame
        One row a site on the index of `candidates`; its columns, then those of each part of the
        design. The nomenclature page lists them with units.
    """
    streets = streets_of(territory, candidates, study.routing)
    index, points = candidates.index, streets.points
    parts = [
        connect(study, territory, streets, index),
        haul(study, territory, streets, index),
        deliver(study, territory, streets, index),
        hear(study, territory, points, index),
        arrive(study, territory, streets, candidates),
        surround(study, territory, points, index),
    ]
    table = pd.concat([candidates.drop(columns="geometry"), *parts], axis=1)
    table = table.join(net_values(study, table, of))
    return gpd.GeoDataFrame(table, geometry=candidates.geometry, crs=territory.crs)
