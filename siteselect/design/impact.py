"""What the plant means at the window: against the background, and what would make it pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siteselect import pod as pods
from siteselect.design.sound_paths import level_uncertainty_db
from siteselect.sound.rating import background_prior, initial_estimate, limit_verdict
from siteselect.sound.setback import mitigation, setback_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.study import Study


def rate(study: Study, heard: pd.DataFrame, background: pd.DataFrame) -> pd.DataFrame:
    """Judge the level at each site's receptor, and say what would make it pass.

    Parameters
    ----------
    study : gives the correction for character and a measured background, if there is one.
    heard : columns `receptor_level_dba`, `receptor_m`, `strictest_dba` and `noise_margin_db`, one
        row a site.
    background : columns `mapped_dba`, night level of a noise map at the receptor, and
        `measured_dba`, LA90 by night measured there; NaN where there is none; rows as in `heard`.

    Returns
    -------
    DataFrame
        `background_excess_db` with its low and high (rating level over the likeliest, the highest
        and the lowest background) and `background_basis`; `noise_impact` in words;
        `noise_uncertainty_db` and `noise_verdict` against the limit; and what would meet the limit,
        each measure alone.

    Notes
    -----
    An initial estimate from modelled inputs, not an assessment to BS 4142. Without a measured
    background the three values span what is plausible (`sound.rating.background_prior`). A
    background measured at the receptor counts before the study's.
    """
    stated = study.noise.background_dba
    mapped = background["mapped_dba"].to_numpy()
    there = background["measured_dba"].to_numpy()
    measured = np.where(np.isnan(there), np.nan if stated is None else stated, there)
    level = heard["receptor_level_dba"].to_numpy()
    heard_there = ~np.isnan(level)
    found = initial_estimate(
        level, study.pod.tonal_correction_db, background_prior("night", mapped, measured)
    )
    basis = np.select(
        [~heard_there, ~np.isnan(there), ~np.isnan(measured), ~np.isnan(mapped)],
        ["", "measured at the receptor", "measured, as the study states", "range from noise map"],
        "range of what is plausible",
    )
    uncertainty = level_uncertainty_db(study, heard["receptor_m"])
    return pd.DataFrame(
        {
            "background_excess_db": found.excess_over_central_db,
            "background_excess_low_db": found.excess_over_high_db,
            "background_excess_high_db": found.excess_over_low_db,
            "background_basis": basis.astype(object),
            "noise_impact": np.where(heard_there, found.impact, "").astype(object),
            "noise_uncertainty_db": uncertainty,
            "noise_verdict": _verdict(heard, uncertainty),
            **_measures(study, heard),
        },
        index=heard.index,
    )


def _verdict(heard: pd.DataFrame, uncertainty: NDArray[np.float64]) -> NDArray[np.object_]:
    """Judge each margin; where nobody lives within a covered search, the plant passes."""
    verdict = limit_verdict(heard["noise_margin_db"].to_numpy(), uncertainty).astype(object)
    quiet = ~heard["receptor_in_search"] & heard["noise_covered"] & heard["noise_margin_db"].ge(0)
    verdict[quiet.to_numpy()] = "pass"
    return verdict


def _measures(study: Study, heard: pd.DataFrame) -> dict[str, NDArray[Any]]:
    """Say what would bring each level to its limit, each measure alone."""
    target = (heard["strictest_dba"] - study.pod.tonal_correction_db).to_numpy()
    level = heard["receptor_level_dba"].to_numpy()
    reduction = np.maximum(level - target, 0.0)
    speed, wall = np.full(len(heard), np.nan), np.full(len(heard), np.nan)
    quieter = np.full(len(heard), None, dtype=object)
    met = reduction == 0
    speed[met], wall[met], quieter[met] = 1.0, 0.0, True
    over = np.flatnonzero(reduction > 0)
    if len(over):
        found = mitigation(
            pods.sound_octaves_db(study.pod),
            target[over],
            study.noise.source_height_m,
            study.noise.receiver_height_m,
            heard["receptor_m"].to_numpy()[over],
            study.noise.ground_share,
            screened_db=(heard["receptor_open_dba"].to_numpy() - level)[over],
        )
        speed[over], wall[over] = found.fan_speed_share, found.wall_height_m
        quieter[over] = found.quieter_set
    return {
        "noise_reduction_db": reduction,
        "noise_setback_m": _setback(study, target),
        "noise_quieter_set": quieter,
        "noise_fan_speed_share": speed,
        "noise_wall_m": wall,
    }


def _setback(study: Study, target_dba: NDArray[np.float64]) -> NDArray[np.float64]:
    """Find the distance that would meet each target [m]; there are few different targets."""
    known = ~np.isnan(target_dba)
    setback = np.full(len(target_dba), np.nan)
    if known.any():
        different, which = np.unique(target_dba[known], return_inverse=True)
        distances = setback_m(
            pods.sound_octaves_db(study.pod),
            different,
            study.noise.source_height_m,
            study.noise.receiver_height_m,
            study.noise.ground_share,
        )
        setback[known] = np.ravel(distances)[which]
    return setback
