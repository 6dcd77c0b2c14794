"""Noise: the window where the plant would be loudest against what is allowed there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siteselect import pod as pods
from siteselect.design.impact import rate
from siteselect.design.table import flags, numbers, picked, scattered, texts
from siteselect.sound.propagation import levels_dba
from siteselect.sound.rating import margin_db
from siteselect.sources.raster_file import sample

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from siteselect.contracts import Layer
    from siteselect.layers.build import Territory
    from siteselect.study import Study

COLUMNS = (
    *texts(
        receptor_id="receptor with the least margin",
        receptor_name="its name",
        receptor_kind="what it is",
        limit_basis="zone or setting that sets the limit",
        noise_impact="likely impact, first estimate after the structure of BS 4142",
    ),
    *flags(
        receptor_in_search="whether any receptor lies within the search",
        noise_covered="whether the receptor layer covers the whole search",
    ),
    *numbers(
        sound_power_dba="sound power of the heat rejection at full load",
        receptor_m="distance to the receptor's wall",
        receptor_level_dba="level there, all heat rejected, before the correction for character",
        day_limit_dba="limit there by day",
        night_limit_dba="limit there by night",
        noise_margin_db="stricter limit less level with correction; negative is too loud",
        noise_map_dba="modelled night level of traffic at the site",
        background_excess_db="rating level there over the likeliest night background",
        background_excess_low_db="the same over the highest plausible background",
        background_excess_high_db="the same over the lowest plausible background",
        noise_reduction_db="how much quieter the plant must be to meet the limit; 0 if it does",
        noise_setback_m="distance that would meet the limit over open ground",
    ),
)
"""What this part adds to the table of sites."""


TEXTS = {"receptor_id": "receptor_id", "receptor_name": "name", "receptor_kind": "kind"}
"""Column of the table of sites to column of the layer."""
NUMBERS = {
    "receptor_m": "distance_m",
    "receptor_level_dba": "level_dba",
    "day_limit_dba": "day_limit_dba",
    "night_limit_dba": "night_limit_dba",
    "noise_margin_db": "margin_db",
}
"""Column of the table of sites to column of the pairs of site and receptor."""


def hear(
    study: Study, territory: Territory, points: NDArray[np.object_], index: pd.Index[str]
) -> pd.DataFrame:
    """Name the receptor with the least margin to its limit, and give level and margin there.

    The plant runs all day and night, so the stricter of the day and night limit counts. The limit
    is that of the zone the receptor lies in, or the study's own where it lies in none; a receptor
    without any limit that would be louder than the named one leaves the margin unknown.
    """
    columns = pd.DataFrame({"sound_power_dba": pods.sound_power_dba(study.pod)}, index=index)
    layer = territory.layers.get("noise_receptors")
    chosen = pd.DataFrame({"site": [], "receptor": []}, dtype="int64")
    limits = pd.DataFrame({"basis": pd.Series(dtype=object)})
    if layer is not None:
        limits = receptor_limits(study, territory, layer.frame)
        chosen = _worst(_pairs(study, layer.frame, limits, points))
    rows, receptor = chosen["site"].to_numpy(), chosen["receptor"].to_numpy()
    frame = None if layer is None else layer.frame
    for column, source in TEXTS.items():
        named = picked(frame, source, receptor, text=True)
        columns[column] = scattered(len(index), rows, named, fill="")
    columns["limit_basis"] = scattered(
        len(index), rows, limits["basis"].to_numpy()[receptor], fill=""
    )
    for column, source in NUMBERS.items():
        columns[column] = scattered(len(index), rows, chosen.get(source, np.nan))
    columns["receptor_in_search"] = scattered(len(index), rows, True, fill=False)
    columns["noise_covered"] = (
        False if layer is None else _covered(layer, points, study.noise.search_m)
    )
    columns["noise_map_dba"] = existing_level(territory, points)
    mapped = np.full(len(index), np.nan)
    if layer is not None:
        windows = shapely.point_on_surface(layer.frame.geometry.to_numpy()[receptor])
        mapped[rows] = existing_level(territory, windows)
    columns = _with_quiet(columns, study)
    return columns.join(rate(study, columns, mapped))


def level_dba(study: Study, distance_m: ArrayLike) -> NDArray[np.float64]:
    """Level at a window with all heat rejected at full load [dB(A)], after ISO 9613-2:1996.

    Octave by octave over flat ground without screens, wind towards the window; the spectrum is that
    of a dry cooler, at the pod's sound power.
    """
    return levels_dba(
        pods.sound_octaves_db(study.pod),
        study.noise.source_height_m,
        study.noise.receiver_height_m,
        distance_m,
        study.noise.ground_share,
        study.noise.temperature_c,
        study.noise.humidity_share,
    )


def existing_level(territory: Territory, points: NDArray[np.object_]) -> NDArray[np.float64]:
    """Read the night noise map under each point [dB(A)]; the louder where maps overlap."""
    layer = territory.layers.get("noise_map")
    level = np.full(len(points), np.nan)
    if layer is None:
        return level
    x, y = shapely.get_x(points), shapely.get_y(points)
    for raster in layer.rasters:
        values, _ = sample(raster, x, y, territory.crs)
        level = np.fmax(level, values)
    return level


def receptor_limits(
    study: Study, territory: Territory, receptors: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Give every receptor its day and night limit [dB(A)] and the name of what sets it."""
    limits = pd.DataFrame(
        {
            "day_limit_dba": np.nan,
            "night_limit_dba": study.noise.night_limit_dba
            if study.noise.night_limit_dba is not None
            else np.nan,
            "basis": "" if study.noise.night_limit_dba is None else "limit set in the study",
        },
        index=receptors.index,
    )
    zones = territory.layers.get("noise_zones")
    if zones is None:
        return limits
    tree = shapely.STRtree(zones.frame.geometry.to_numpy())
    inside = shapely.point_on_surface(receptors.geometry.to_numpy())
    receptor, zone = tree.query(inside, predicate="intersects")
    found = pd.DataFrame({"receptor": receptor, "zone": zone})
    for column in ("day_limit_dba", "night_limit_dba"):
        found[column] = zones.frame[column].to_numpy()[zone]
    found["strictest"] = found[["day_limit_dba", "night_limit_dba"]].min(axis=1)
    found = found.sort_values(["receptor", "strictest", "zone"]).drop_duplicates("receptor")
    names = zones.frame["name"].where(zones.frame["name"] != "", zones.frame["zone_id"])
    found["basis"] = names.to_numpy()[found["zone"].to_numpy()]
    inside_zone = found.set_index(receptors.index[found["receptor"].to_numpy()])
    for column in limits.columns:
        limits.loc[inside_zone.index, column] = inside_zone[column]
    return limits


def _pairs(
    study: Study,
    receptors: gpd.GeoDataFrame,
    limits: pd.DataFrame,
    points: NDArray[np.object_],
) -> pd.DataFrame:
    shapes = receptors.geometry.to_numpy()
    site, receptor = shapely.STRtree(shapes).query(
        points, predicate="dwithin", distance=study.noise.search_m
    )
    distance_m = shapely.distance(points[site], shapes[receptor])
    level = level_dba(study, distance_m)
    pairs = pd.DataFrame(
        {"site": site, "receptor": receptor, "distance_m": distance_m, "level_dba": level}
    )
    for column in ("day_limit_dba", "night_limit_dba"):
        pairs[column] = limits[column].to_numpy()[receptor]
    strictest = pairs[["day_limit_dba", "night_limit_dba"]].min(axis=1)
    pairs["margin_db"] = margin_db(strictest, level, study.pod.tonal_correction_db)
    return pairs


def _worst(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pick the least margin for each site; unknown when a louder receptor has no limit."""
    by_margin = pairs.sort_values(["site", "margin_db", "distance_m", "receptor"])
    worst = by_margin.drop_duplicates("site").copy()
    unlimited = pairs[pairs["margin_db"].isna()].sort_values(["site", "distance_m", "receptor"])
    loudest = unlimited.drop_duplicates("site").set_index("site")
    louder = worst["site"].map(loudest["level_dba"]).gt(worst["level_dba"])
    replaced = loudest.loc[worst.loc[louder, "site"]].reset_index()
    return pd.concat([worst[~louder], replaced]).sort_values("site", ignore_index=True)


def _with_quiet(columns: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Where nobody lives within the search, the margin is at least that at its edge."""
    limit = study.noise.night_limit_dba
    quiet = ~columns["receptor_in_search"] & columns["noise_covered"]
    if limit is None or not quiet.any():
        return columns
    edge = float(level_dba(study, study.noise.search_m))
    margin = margin_db(limit, edge, study.pod.tonal_correction_db)
    columns.loc[quiet, "noise_margin_db"] = float(margin)
    columns.loc[quiet, "limit_basis"] = f"no receptor within {study.noise.search_m:g} m"
    return columns


def _covered(layer: Layer, points: NDArray[np.object_], search_m: float) -> NDArray[np.bool_]:
    shapely.prepare(layer.coverage)
    return np.asarray(shapely.covers(layer.coverage, shapely.buffer(points, search_m)))
