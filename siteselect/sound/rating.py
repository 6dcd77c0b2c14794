"""How a level is judged: BS 4142 initial estimate, zone limits, day-evening-night level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from siteselect.errors import Fault, InputError
from siteselect.sound.bands import energy_sum

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Perceived = Literal["no", "just", "clearly", "highly"]
Period = Literal["day", "night"]

CAVEAT = "initial estimate from modelled inputs; not a BS 4142 assessment"
"""Goes wherever a class goes."""
UNKNOWN = "unknown"
NEEDS_SURVEY = "needs survey"
"""Class of a site whose class depends on a background nobody has measured."""

_TONAL_DB: dict[Perceived, float] = {"no": 0.0, "just": 2.0, "clearly": 4.0, "highly": 6.0}
_IMPULSIVE_DB: dict[Perceived, float] = {"no": 0.0, "just": 3.0, "clearly": 6.0, "highly": 9.0}
_CLASSES = ("low", "some", "adverse likely", "significant adverse likely")
_CLASS_FROM_DB = (5.0, 10.0)
_UNMAPPED_DBA: dict[Period, tuple[float, float, float]] = {
    "day": (28.0, 34.0, 42.0),
    "night": (22.0, 28.0, 35.0),
}
_BELOW_MAP_DB = (15.0, 8.0, 4.0)


@dataclass(frozen=True, slots=True)
class Background:
    """Background LA90 without the plant [dB(A)]: three equal arrays where it was measured."""

    low_dba: NDArray[np.float64]
    central_dba: NDArray[np.float64]
    high_dba: NDArray[np.float64]
    measured: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Estimate:
    """BS 4142 initial estimate: rating level, its excess over the background, and the class.

    The excess is largest over the low background. `impact` is one class where all three
    backgrounds agree, else "needs survey"; `survey` says where BS 4142 wants measurements anyway.
    """

    rating_dba: NDArray[np.float64]
    excess_over_low_db: NDArray[np.float64]
    excess_over_central_db: NDArray[np.float64]
    excess_over_high_db: NDArray[np.float64]
    impact_at_low: NDArray[np.str_]
    impact_at_central: NDArray[np.str_]
    impact_at_high: NDArray[np.str_]
    impact: NDArray[np.str_]
    survey: NDArray[np.bool_]


def character_db(
    tonal: Perceived = "no",
    impulsive: Perceived = "no",
    *,
    intermittent: bool = False,
    otherwise_distinctive: bool = False,
) -> float:
    """Correction for the character of a sound, which is added to its level [dB].

    Source: BS 4142:2014+A1:2019, clause 9.2, subjective method [M].

    Parameters
    ----------
    tonal : how perceptible tones are: 0, 2, 4 or 6 dB.
    impulsive : how perceptible impulses are: 0, 3, 6 or 9 dB.
    intermittent : whether its starting and stopping is readily distinctive: 3 dB.
    otherwise_distinctive : whether it stands out in another way: 3 dB.

    Raises
    ------
    InputError
        Otherwise distinctive, and tonal or impulsive too: that correction is for neither.
    """
    if otherwise_distinctive and (tonal != "no" or impulsive != "no"):
        cure = "Use it only for sound that is neither tonal nor impulsive"
        problem = "two corrections for one character"
        raise InputError(Fault("sound character", problem, cure, column="otherwise_distinctive"))
    return (
        _TONAL_DB[tonal]
        + _IMPULSIVE_DB[impulsive]
        + 3.0 * intermittent
        + 3.0 * otherwise_distinctive
    )


def tonal_bands(levels_db: ArrayLike, bands_hz: ArrayLike) -> NDArray[np.bool_]:
    """Say which one-third octaves hold a tone; the first and last cannot be judged.

    Source: BS 4142:2014+A1:2019, annex C [M]: above both neighbours by 15 dB from 25 to 125 Hz, 8
    from 160 to 400 Hz, 5 from 500 Hz to 10 kHz. Any tone earns 6 dB.

    Parameters
    ----------
    levels_db : levels of neighbouring one-third octaves [dB].
    bands_hz : their nominal midbands, rising [Hz].
    """
    levels, bands = np.asarray(levels_db, dtype=float), np.asarray(bands_hz, dtype=float)
    needed = np.select([bands <= 125.0, bands <= 400.0], [15.0, 8.0], 5.0)  # noqa: PLR2004  limits of the annex
    proud = np.zeros(levels.shape, dtype=bool)
    above = np.minimum(levels[1:-1] - levels[:-2], levels[1:-1] - levels[2:])
    # Levels carry one decimal: a difference of exactly the limit must not fail on the last bit.
    proud[1:-1] = above >= needed[1:-1] - 1e-9
    return proud & (bands >= 25.0) & (bands <= 10_000.0)  # noqa: PLR2004  range of the annex


def impulse_db(onset_db_s: ArrayLike, difference_db: ArrayLike) -> NDArray[np.float64]:
    """Correction for impulses, objective method [dB]; 0 to 9.

    Source: BS 4142:2014+A1:2019, annex E [M]: P = 3 lg(onset rate) + 2 lg(level difference), and
    1.8 (P - 5) above a P of 5.

    Parameters
    ----------
    onset_db_s : how fast the level rises [dB/s].
    difference_db : how far it rises [dB].
    """
    onset = np.maximum(np.asarray(onset_db_s, dtype=float), 1e-9)
    difference = np.maximum(np.asarray(difference_db, dtype=float), 1e-9)
    prominence = 3.0 * np.log10(onset) + 2.0 * np.log10(difference)
    return np.asarray(np.clip(1.8 * (prominence - 5.0), 0.0, 9.0))


def background_prior(
    period: Period, mapped_dba: ArrayLike = np.nan, measured_dba: ArrayLike = np.nan
) -> Background:
    """Three-point background LA90 where none is measured; the measured one where it is [dB(A)].

    A noise map gives a mean level of one source in mean weather, and no conversion to LA90 holds
    in general: it lies 3 to 6 dB lower by a busy road and 10 to 20 by a railway [M]. So LA90 is
    mapped - 15, - 8 and - 4 dB; off the map or below its cut-off, 22, 28 and 35 by night and 28,
    34 and 42 by day [D]. Quiet country is the worst case, not the best.

    Parameters
    ----------
    period : "day" 07:00 to 23:00, or "night".
    mapped_dba : mapped LAeq of the same period, roads and railways together; NaN where there is
        none or below the cut-off [dB(A)].
    measured_dba : representative LA90 of the period; NaN where not measured [dB(A)].
    """
    mapped, measured = np.broadcast_arrays(
        np.asarray(mapped_dba, dtype=float), np.asarray(measured_dba, dtype=float)
    )
    known = ~np.isnan(measured)
    low, central, high = (
        np.where(known, measured, np.where(np.isnan(mapped), unmapped, mapped - below))
        for unmapped, below in zip(_UNMAPPED_DBA[period], _BELOW_MAP_DB, strict=True)
    )
    return Background(low, central, high, known)


def impact_class(excess_db: ArrayLike) -> NDArray[np.str_]:
    """Name the likely impact of a rating level over the background; "unknown" for NaN.

    At or below the background "low", about 5 dB over it "adverse likely", about 10 or more
    "significant adverse likely", all depending on context (BS 4142:2014+A1:2019, clause 11 [M]);
    the sharp limits and "some" in between are ours [D].
    """
    excess = np.round(np.asarray(excess_db, dtype=float), 6)
    adverse, significant = _CLASS_FROM_DB
    tests = [np.isnan(excess), excess <= 0, excess < adverse, excess < significant]
    return np.select(tests, [UNKNOWN, *_CLASSES[:3]], _CLASSES[3])


def initial_estimate(
    specific_dba: ArrayLike, correction_db: ArrayLike, background: Background
) -> Estimate:
    """Rate a specific level and set it against low, central and high background.

    Source: the structure of BS 4142:2014+A1:2019. Day over 1 h and night over 15 min are rated
    apart; plant that never stops is judged by the night.

    Parameters
    ----------
    specific_dba : level of the plant alone at the receptor [dB(A)].
    correction_db : for character; never 0 for want of knowledge [dB].
    background : LA90 of the same period [dB(A)].
    """
    rating = np.asarray(specific_dba, dtype=float) + np.asarray(correction_db, dtype=float)
    low = np.asarray(rating - background.low_dba)
    central = np.asarray(rating - background.central_dba)
    high = np.asarray(rating - background.high_dba)
    worst, usual, best = impact_class(low), impact_class(central), impact_class(high)
    agreed = (worst == usual) & (usual == best)
    return Estimate(
        rating_dba=rating,
        excess_over_low_db=low,
        excess_over_central_db=central,
        excess_over_high_db=high,
        impact_at_low=worst,
        impact_at_central=usual,
        impact_at_high=best,
        impact=np.where(agreed, usual, NEEDS_SURVEY),
        survey=~np.broadcast_to(background.measured, low.shape),
    )


def margin_db(
    limit_dba: ArrayLike, level_dba: ArrayLike, correction_db: ArrayLike = 0.0
) -> NDArray[np.float64]:
    """Room below a limit [dB]: limit less level less correction; negative where it is broken."""
    rated = np.asarray(level_dba, dtype=float) + np.asarray(correction_db, dtype=float)
    return np.asarray(np.asarray(limit_dba, dtype=float) - rated)


def limit_verdict(margin: ArrayLike, uncertainty_db: ArrayLike) -> NDArray[np.str_]:
    """Judge a margin by its uncertainty: "fail", "unknown", "conditional" or "pass".

    Below 0 is a fail; a margin within the uncertainty is conditional on makers' data, a survey or
    mitigation; a larger one passes. An unknown margin or uncertainty is unknown, unless the margin
    is known to be negative.
    """
    given, spread = np.broadcast_arrays(
        np.asarray(margin, dtype=float), np.asarray(uncertainty_db, dtype=float)
    )
    tests = [given < 0, np.isnan(given) | np.isnan(spread), given < spread]
    return np.select(tests, ["fail", UNKNOWN, "conditional"], "pass")


def lden_dba(
    day_dba: ArrayLike, evening_dba: ArrayLike, night_dba: ArrayLike
) -> NDArray[np.float64]:
    """Day-evening-night level [dB(A)], with 5 dB on the evening and 10 on the night.

    Source: Directive 2002/49/EC, annex I: 12, 4 and 8 hours.

    Parameters
    ----------
    day_dba : mean level by day [dB(A)].
    evening_dba : mean level in the evening [dB(A)].
    night_dba : mean level by night [dB(A)].
    """
    levels = np.broadcast_arrays(
        np.asarray(day_dba, dtype=float),
        np.asarray(evening_dba, dtype=float) + 5.0,
        np.asarray(night_dba, dtype=float) + 10.0,
    )
    hours = 10.0 * np.log10(np.array([12.0, 4.0, 8.0]) / 24.0)
    return energy_sum(np.stack(levels, axis=-1) + hours)


def night_from_lden_dba(lden: ArrayLike) -> NDArray[np.float64]:
    """Guess the night level from a road's Lden [dB(A)]: 8 below, 3 either way [D]; low confidence.

    Only where a map gives no night level of its own.
    """
    return np.asarray(np.asarray(lden, dtype=float) - 8.0)
