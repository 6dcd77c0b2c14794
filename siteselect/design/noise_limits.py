"""What may be heard at each receptor, by day, evening and night, and what says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siteselect.sound.limits import strictest_dba, zone_limits

if TYPE_CHECKING:
    import geopandas as gpd

    from siteselect.layers.build import Territory
    from siteselect.study import Study

PERIODS = ("day_limit_dba", "evening_limit_dba", "night_limit_dba")
QUIET = "quiet_hours_db"


def receptor_limits(
    study: Study, territory: Territory, receptors: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Give every receptor its limits [dB(A)] and the name of what sets them.

    The limits are those of the zone that the receptor lies in: its own numbers, or where it has
    none those of its class in national law. In no zone, they are the study's. Where zones overlap
    the strictest counts.

    Returns
    -------
    DataFrame
        On the index of the receptors: a limit for each of `PERIODS`, NaN where none applies;
        `strictest_dba`, which plant that never stops must keep; `basis`, empty without any limit.
    """
    stated = {name: getattr(study.noise, name) for name in PERIODS}
    some = any(limit is not None for limit in stated.values())
    limits = pd.DataFrame(
        {name: np.nan if limit is None else limit for name, limit in stated.items()},
        index=receptors.index,
        dtype=float,
    )
    limits["strictest_dba"] = limits[list(PERIODS)].min(axis=1)
    limits["basis"] = pd.Series(
        "limit set in the study" if some else "", index=receptors.index, dtype=object
    )
    zones = territory.layers.get("noise_zones")
    if zones is None or zones.frame.empty:
        return limits
    allowed = _zone_table(zones.frame)
    inside = shapely.point_on_surface(receptors.geometry.to_numpy())
    tree = shapely.STRtree(zones.frame.geometry.to_numpy())
    receptor, zone = tree.query(inside, predicate="intersects")
    found = allowed.iloc[zone].assign(receptor=receptor, zone=zone)
    found = found.sort_values(["receptor", "strictest_dba", "zone"]).drop_duplicates("receptor")
    rows = found["receptor"].to_numpy()
    for column in limits.columns:
        values = limits[column].to_numpy(copy=True)
        values[rows] = found[column].to_numpy()
        limits[column] = values
    return limits


def _zone_table(zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give the limits of every zone, from the zone itself or from national law."""
    table = pd.DataFrame({name: zones[name].to_numpy(dtype=float) for name in PERIODS})
    names = zones["name"].where(zones["name"] != "", zones["zone_id"])
    basis = names.astype(object).to_numpy(copy=True)
    table["strictest_dba"] = table[list(PERIODS)].min(axis=1)
    classes = zip(zones["country"], zones["zone_class"], strict=True)
    for row, (country, kind) in enumerate(classes):
        law = zone_limits().get((country, kind))
        if law is None or table.loc[row, list(PERIODS)].notna().any():
            continue
        table.loc[row, list(PERIODS)] = [law.day_dba, law.evening_dba, law.night_dba]
        table.loc[row, "strictest_dba"] = strictest_dba(law)
        basis[row] = f"{basis[row]}: {law.title}, {law.instrument}"
    table["basis"] = basis
    return table
