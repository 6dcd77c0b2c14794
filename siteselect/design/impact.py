"""What the plant means at the window: against the background, and what would make it pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteselect import pod as pods
from siteselect.sound.rating import background_prior, initial_estimate
from siteselect.sound.setback import setback_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siteselect.study import Study


def rate(study: Study, heard: pd.DataFrame, mapped_dba: NDArray[np.float64]) -> pd.DataFrame:
    """Set the level at each site's receptor against the background and its limit.

    Parameters
    ----------
    study : gives the correction for character and a measured background, if there is one.
    heard : columns `receptor_level_dba`, `day_limit_dba` and `night_limit_dba`, one row a site.
    mapped_dba : night level of a noise map at the receptor; NaN where there is none [dB(A)].

    Returns
    -------
    DataFrame
        `background_excess_db` with its low and high (rating level over the likeliest, the highest
        and the lowest background), `noise_impact` in words, `noise_reduction_db` still needed to
        meet the limit, and `noise_setback_m`, the distance that would meet it.

    Notes
    -----
    An initial estimate from modelled inputs, not an assessment to BS 4142. Without a measured
    background the three values span what is plausible (`sound.rating.background_prior`).
    """
    measured = study.noise.background_dba
    background = background_prior("night", mapped_dba, np.nan if measured is None else measured)
    level = heard["receptor_level_dba"].to_numpy()
    found = initial_estimate(level, study.pod.tonal_correction_db, background)
    limit = heard[["day_limit_dba", "night_limit_dba"]].min(axis=1).to_numpy()
    target = limit - study.pod.tonal_correction_db
    heard_there = ~np.isnan(level)
    return pd.DataFrame(
        {
            "background_excess_db": found.excess_over_central_db,
            "background_excess_low_db": found.excess_over_high_db,
            "background_excess_high_db": found.excess_over_low_db,
            "noise_impact": np.where(heard_there, found.impact, "").astype(object),
            "noise_reduction_db": np.maximum(level - target, 0.0),
            "noise_setback_m": _setback(study, target),
        },
        index=heard.index,
    )


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
