"""Heat usefully delivered in a year: the seam where the hourly match will come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siteselect.pod import HOURS_A

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def pipe_loss_mwh_a(length_m: ArrayLike, loss_w_m: float) -> NDArray[np.float64]:
    """Heat lost from a flow and return pair that stays warm all year [MWh/a].

    Parameters
    ----------
    length_m : trench length [m].
    loss_w_m : loss per metre of trench [W/m].
    """
    return np.asarray(length_m, dtype=float) * loss_w_m * HOURS_A / 1e6


def used_mwh_a(
    offered_mwh_a: ArrayLike,
    demand_mwh_a: ArrayLike,
    coincidence_share: ArrayLike,
    loss_mwh_a: ArrayLike,
) -> NDArray[np.float64]:
    """Heat that reaches the sink and is used [MWh/a].

    The smaller of offer and demand, times the part of it that meets in time, less the pipe's
    loss, and never below nothing. NaN where the demand is unknown.

    Notes
    -----
    `coincidence_share` stands in for the match hour by hour. It is a judgement by kind of sink:
    a pool takes heat nearly all year, a school half of it.
    """
    meeting = np.minimum(np.asarray(offered_mwh_a, float), np.asarray(demand_mwh_a, float))
    delivered = meeting * np.asarray(coincidence_share, float) - np.asarray(loss_mwh_a, float)
    return np.asarray(np.maximum(delivered, 0.0))
