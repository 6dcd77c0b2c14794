"""Noise: the window where the plant would be loudest against what is allowed there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siteselect import pod as pods
from siteselect.design.impact import rate
from siteselect.design.loudest import loudest
from siteselect.design.noise_limits import PERIODS, receptor_limits
from siteselect.design.sound_paths import Obstacles, heard_octaves, obstacles_of, windows_of
from siteselect.design.table import flags, numbers, picked, scattered, texts
from siteselect.discs import discs_covered
from siteselect.sound.bands import a_weighted
from siteselect.sound.propagation import levels_dba
from siteselect.sound.rating import margin_db, night_from_lden_dba
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
        noise_verdict="fail, conditional (margin within the uncertainty), pass, or unknown",
        noise_host="building that the site stands in, which is not counted as a receptor",
        noise_impact="likely impact, first estimate after the structure of BS 4142",
        background_basis="where the background comes from",
    ),
    *flags(
        receptor_in_search="whether any receptor lies within the search",
        noise_covered="whether the receptor layer covers the whole search",
        noise_quieter_set="whether coolers quiet enough for the limit are sold",
    ),
    *numbers(
        sound_power_dba="sound power of the heat rejection at full load",
        receptor_m="distance to the receptor's wall",
        receptor_open_dba="level there over open ground",
        receptor_level_dba="level there behind what screens, all heat rejected, before correction",
        day_limit_dba="limit there by day",
        evening_limit_dba="limit there in the evening",
        night_limit_dba="limit there by night",
        noise_margin_db="stricter limit less level with correction; negative is too loud",
        noise_uncertainty_db="uncertainty of the level, either way, method and source together",
        noise_map_dba="modelled night level of traffic at the site",
        background_excess_db="rating level there over the likeliest night background",
        background_excess_low_db="the same over the highest plausible background",
        background_excess_high_db="the same over the lowest plausible background",
        noise_reduction_db="how much quieter the plant must be to meet the limit; 0 if it does",
        noise_setback_m="distance that would meet the limit over open ground",
        noise_fan_speed_share="fan speed at night that would meet the limit, if heat allows it",
        noise_wall_m="wall beside the plant that would; empty where none up to 5 m does",
        generator_level_dba="level there while the standby generator runs, in tests or outages",
    ),
)
"""What this part adds to the table of sites."""

TEXTS = {"receptor_id": "receptor_id", "receptor_name": "name", "receptor_kind": "kind"}
"""Column of the table of sites to column of the layer."""


def hear(
    study: Study, territory: Territory, points: NDArray[np.object_], index: pd.Index[str]
) -> pd.DataFrame:
    """Name the receptor with the least margin to its limit, and give level and margin there.

    The plant runs all day and night, so the strictest of the limits by day, evening and night
    counts. A receptor without any limit that would be louder than the named one leaves the margin
    unknown.
    """
    columns = pd.DataFrame({"sound_power_dba": pods.sound_power_dba(study.pod)}, index=index)
    layer = territory.layers.get("noise_receptors")
    frame = None if layer is None else layer.frame
    obstacles = obstacles_of(study, territory)
    chosen, limits = _chosen(study, territory, points, frame, obstacles)
    rows, receptor = chosen["site"].to_numpy(), chosen["receptor"].to_numpy()
    for column, source in TEXTS.items():
        named = picked(frame, source, receptor, text=True)
        columns[column] = scattered(len(index), rows, named, fill="")
    for column in ("basis", *PERIODS, "strictest_dba"):
        fill = "" if column == "basis" else np.nan
        values = limits[column].to_numpy()[receptor]
        columns["limit_basis" if column == "basis" else column] = scattered(
            len(index), rows, values, fill=fill
        )
    for column, source in (
        ("receptor_m", "distance_m"),
        ("receptor_open_dba", "open_dba"),
        ("receptor_level_dba", "level_dba"),
    ):
        columns[column] = scattered(len(index), rows, chosen[source].to_numpy())
    columns["noise_margin_db"] = margin_db(
        columns["strictest_dba"], columns["receptor_level_dba"], study.pod.tonal_correction_db
    )
    columns["receptor_in_search"] = scattered(len(index), rows, True, fill=False)
    columns["noise_covered"] = (
        False if layer is None else _covered(layer, points, study.noise.search_m)
    )
    columns["noise_map_dba"] = existing_level(territory, points)
    columns["noise_host"] = _hosts(study, points, frame)
    columns["generator_level_dba"] = _generator(study, points, frame, rows, receptor, obstacles)
    columns = _with_quiet(columns, study)
    rated = rate(study, columns, _background(territory, frame, rows, receptor, len(index)))
    return columns.drop(columns="strictest_dba").join(rated)


def _chosen(
    study: Study,
    territory: Territory,
    points: NDArray[np.object_],
    frame: gpd.GeoDataFrame | None,
    obstacles: Obstacles | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    if frame is None:
        none = pd.DataFrame({"site": [], "receptor": []}, dtype="int64")
        limits = pd.DataFrame(dtype=float, columns=[*PERIODS, "strictest_dba"])
        return (
            none.assign(distance_m=np.nan, open_dba=np.nan, level_dba=np.nan),
            limits.assign(basis=pd.Series(dtype=object)),
        )
    limits = receptor_limits(study, territory, frame)
    strictest = limits["strictest_dba"].to_numpy()
    shapes = frame.geometry.to_numpy()
    return loudest(study, points, shapes, strictest, obstacles, may_host(study, frame)), limits


def may_host(study: Study, receptors: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Say which receptors do not count for a pod that stands in them.

    A school or hotel that takes the pod in is its host, and what is heard there is for the two to
    settle; the pod would stand beside the building, not at the point in its middle. Whoever lives
    above it is a neighbour.
    """
    others = (receptors["kind"] != "dwelling").to_numpy(dtype=bool)
    return np.asarray(others & (not study.noise.host_counts))


def _hosts(
    study: Study, points: NDArray[np.object_], frame: gpd.GeoDataFrame | None
) -> NDArray[np.object_]:
    names = np.full(len(points), "", dtype=object)
    if frame is not None:
        hosts = frame[may_host(study, frame)]
        site, host = shapely.STRtree(hosts.geometry.to_numpy()).query(
            points, predicate="intersects"
        )
        told = hosts["name"].where(hosts["name"] != "", hosts["receptor_id"]).to_numpy()
        names[site[::-1]] = told[host[::-1]]
    return names


def _background(
    territory: Territory,
    frame: gpd.GeoDataFrame | None,
    rows: NDArray[np.int64],
    receptor: NDArray[np.int64],
    count: int,
) -> pd.DataFrame:
    """Give what is known of the background at each site's receptor: map and measurement [dB(A)]."""
    known = pd.DataFrame({"mapped_dba": np.full(count, np.nan), "measured_dba": np.nan})
    if frame is not None and len(rows):
        # Many sites share a receptor, and each one's middle is found once.
        each, which = np.unique(receptor, return_inverse=True)
        middles = shapely.point_on_surface(frame.geometry.to_numpy()[each])
        known.loc[rows, "mapped_dba"] = existing_level(territory, middles)[which]
        known.loc[rows, "measured_dba"] = picked(frame, "background_dba", receptor)
    return known


def _generator(
    study: Study,
    points: NDArray[np.object_],
    frame: gpd.GeoDataFrame | None,
    rows: NDArray[np.int64],
    receptor: NDArray[np.int64],
    obstacles: Obstacles | None,
) -> NDArray[np.float64]:
    level = np.full(len(points), np.nan)
    power = pods.generator_octaves_db(study.pod)
    if power is None or frame is None or not len(rows):
        return level
    start = points[rows]
    windows = windows_of(start, frame.geometry.to_numpy()[receptor])
    octaves = heard_octaves(study, power, start, windows, obstacles)
    level[rows] = a_weighted(octaves)
    return level


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
    """Read the night noise map under each point [dB(A)]; the louder where maps overlap.

    A map of Lden is turned into a night level by a guess (`sound.rating.night_from_lden_dba`).
    """
    layer = territory.layers.get("noise_map")
    level = np.full(len(points), np.nan)
    if layer is None:
        return level
    x, y = shapely.get_x(points), shapely.get_y(points)
    for raster, metric in zip(layer.rasters, layer.metrics, strict=True):
        values, _ = sample(raster, x, y, territory.crs)
        if metric == "lden":
            values = night_from_lden_dba(values)
        level = np.fmax(level, values)
    return level


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
    return discs_covered(layer.coverage, points, search_m)
