"""Heat used in a year as a function of pod output: one binary search instead of 8760 hours.

For a fixed sink, the heat used at constant output q is sum over hours of w * min(q, d). With the
demand d sorted once and the sums of w * d and of w kept, that is

    (sum of w * d over hours with d <= q) + q * (sum of w over hours with d > q),

exactly, for any q, whatever the weights w (price, carbon, gain of a heat pump ...).

A heat pump fits in: sort the source heat that the sink can take (`matching.source_demand_kw`), and
weight it by the gain of each hour. Outside of this are hours in which the pod's output itself
varies and pipe losses that vary by the hour; those are for `matching.match`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

KWH_A_PER_MWH_A = 1000.0


@dataclass(frozen=True, slots=True)
class DemandCurve:
    """A sink's demand, sorted, with what is needed to sum it up to any output.

    For n hours, `sorted_kw` has n values. Each weight has n + 1 sums: `below_kwh[name][k]` of
    weight times demand over the k smallest demands, `above_h[name][k]` of weight over all others.
    """

    sorted_kw: NDArray[np.float64]
    below_kwh: Mapping[str, NDArray[np.float64]]
    above_h: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class CurveStack:
    """Curves of many sinks end to end; sink s has its hours at `start[s]` to `start[s + 1]`.

    The sums have one place more a sink, so they begin at `start[s] + s`.
    """

    start: NDArray[np.int64]
    sorted_kw: NDArray[np.float64]
    below_kwh: Mapping[str, NDArray[np.float64]]
    above_h: Mapping[str, NDArray[np.float64]]
