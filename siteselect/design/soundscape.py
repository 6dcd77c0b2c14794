"""What one site would sound like around it: at every receptor by octave, and over the ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siteselect import pod as pods
from siteselect.design.hearing import may_host
from siteselect.design.noise_limits import receptor_limits
from siteselect.design.sound_paths import (
    heard_octaves,
    level_uncertainty_db,
    obstacles_of,
    open_and_screened,
    windows_of,
)
from siteselect.sound.bands import a_weighted
from siteselect.sound.rating import limit_verdict, margin_db

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry import Point

    from siteselect.layers.build import Territory
    from siteselect.study import Study

OCTAVES = ("63", "125", "250", "500", "1000", "2000", "4000", "8000")
"""Nominal midbands [Hz]."""
MOST = 8
"""Receptors that a table shows, worst first."""


@dataclass(frozen=True, slots=True)
class Soundscape:
    """Level over the ground round a site, all heat rejected [dB(A)].

    `level_dba` has one row a line of cells from north to south; `west_m` and `north_m` are the
    outer corner of the first cell in the study's CRS.
    """

    level_dba: NDArray[np.float64]
    west_m: float
    north_m: float
    cell_m: float


def receptor_table(
    study: Study, territory: Territory, site: Point, most: int = MOST
) -> pd.DataFrame:
    """List the receptors round a site, those with the least margin first.

    Returns
    -------
    DataFrame
        `receptor_id`, `name`, `kind`, `distance_m`, a column for each octave's level [dB], the
        A-weighted `open_dba` and `level_dba`, `rating_dba` with the correction for character,
        `limit_dba`, `limit_basis`, `margin_db`, `uncertainty_db` and `verdict`.
    """
    layer = territory.layers.get("noise_receptors")
    if layer is None or layer.frame.empty:
        return pd.DataFrame(columns=["receptor_id"])
    frame = layer.frame[~(may_host(study, layer.frame) & layer.frame.intersects(site))]
    near = frame[shapely.dwithin(frame.geometry, site, study.noise.search_m)]
    sources = np.full(len(near), site, dtype=object)
    windows = windows_of(sources, near.geometry.to_numpy())
    power = pods.sound_octaves_db(study.pod)
    over_open, octaves = open_and_screened(
        study, power, sources, windows, obstacles_of(study, territory)
    )
    limits = receptor_limits(study, territory, near)
    table = pd.DataFrame(
        {
            **{name: near[name].to_numpy() for name in ("receptor_id", "name", "kind")},
            "distance_m": shapely.distance(sources, windows),
            **dict(zip(OCTAVES, octaves.T, strict=True)),
            "open_dba": a_weighted(over_open),
            "level_dba": a_weighted(octaves),
            "limit_dba": limits["strictest_dba"].to_numpy(),
            "limit_basis": limits["basis"].to_numpy(),
        }
    )
    correction = study.pod.tonal_correction_db
    table["rating_dba"] = table["level_dba"] + correction
    table["margin_db"] = margin_db(table["limit_dba"], table["level_dba"], correction)
    table["uncertainty_db"] = level_uncertainty_db(study, table["distance_m"])
    table["verdict"] = limit_verdict(table["margin_db"], table["uncertainty_db"])
    worst = table.assign(loud=-table["level_dba"]).sort_values(["margin_db", "loud", "receptor_id"])
    return worst.drop(columns="loud").head(most).reset_index(drop=True)


def soundscape(
    study: Study,
    territory: Territory,
    site: Point,
    *,
    reach_m: float = 300.0,
    cell_m: float = 10.0,
) -> Soundscape:
    """Work out the level on a square of cells round a site, at the height of a window.

    Cells lie on whole multiples of their size, so that neighbouring sites share them. Inside a
    building the level is that outside its roof line, which means nothing indoors.

    Raises
    ------
    ValueError
        The reach is not above 0 or more than 500 cells, or the cell is not above 0.
    """
    if not 0 < cell_m <= reach_m <= 500 * cell_m:
        raise ValueError(f"a square of {reach_m} m in cells of {cell_m} m cannot be laid")
    west, north = (
        np.floor((site.x - reach_m) / cell_m) * cell_m,
        np.ceil((site.y + reach_m) / cell_m) * cell_m,
    )
    count = int(np.ceil((site.x + reach_m - west) / cell_m))
    rows = int(np.ceil((north - site.y + reach_m) / cell_m))
    x = west + (np.arange(count) + 0.5) * cell_m
    y = north - (np.arange(rows) + 0.5) * cell_m
    cells = np.asarray(shapely.points(*np.meshgrid(x, y)), dtype=object).ravel()
    octaves = heard_octaves(
        study,
        pods.sound_octaves_db(study.pod),
        np.full(len(cells), site, dtype=object),
        cells,
        obstacles_of(study, territory),
    )
    level = a_weighted(octaves).reshape(rows, count)
    return Soundscape(level, float(west), float(north), cell_m)
